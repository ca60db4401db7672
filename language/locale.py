"""Which of the two languages a caller reads: "fr" or "en"."""

import re

DEFAULT = "en"
_LANGUAGES = ("fr", "en")
_SUBTAGS = re.compile("[-_]")
_WORD = re.compile(r"[a-zà-öø-ÿœ]+(?:')?", re.IGNORECASE)
# Function words and music words of one language; the few that both have ("do", "style") speak for neither.
_FRENCH = frozenset(
    (
        "le la les un une des du de en et avec sans pour dans sur plus moins très fais faire donne joue je veux mesure "
        "mesures mineur majeur basse mélodie melodie batterie accord accords nappe gamme do ré sol si style triste "
        "joyeux lent rapide façon comme qui que à au aux l' d' qu' j' c' s' te plaît "
        "ajoute enlève enleve garde remplace demi fort doux sombre chaud planant lourd puis ensuite temps croches "
        "noires couplet refrain pont boucle ligne rythme batteries guitare cordes dièse bémol ambiance morceau est pas "
        "petit petite mon ma mes ce cette nous vous ils"
    ).split()
)
_ENGLISH = frozenset(
    (
        "the a an of in and with without for on more less very make give play i want bar bars minor major bass melody "
        "drums chord chords pad scale key sad happy slow fast like that to please my some upbeat "
        "no add remove keep replace louder softer slower faster busier how what which why when is are does you your "
        "should can it this between sound sounds style do"
    ).split()
)


# English words of the trade, which French musicians use too; they weigh less.
_TRADE = frozenset("bass melody drums chord chords pad scale key upbeat".split())


def guess(text: str) -> str | None:
    """Language of a prompt by its function words, or None when they do not tell."""
    words = [word.lower() for word in _WORD.findall(text[:2000].replace("’", "'"))]
    french = sum(word in _FRENCH for word in words) + sum(any(c in "éèêàçùœ" for c in word) for word in words)
    english = sum(0.5 if word in _TRADE else 1.0 for word in words if word in _ENGLISH)
    if french == english:
        return None
    return "fr" if french > english else "en"


def said(explicit: str, text: str) -> str | None:
    """Language that a request tells itself, or None.

    Args:
        explicit: Tag of the language asked for, as browsers write it: "fr", "fr-CA", "en_US". English for any language
            but the two. Empty when none is asked for.
        text: What the person wrote.
    """
    if explicit:
        return _of_tag(explicit) or DEFAULT
    return guess(text)


def accepted(header: str) -> str:
    """The first language of an accept-language header that is one of the two, else English."""
    languages = (_of_tag(item.partition(";")[0]) for item in header.split(","))
    return next((language for language in languages if language), DEFAULT)


def choose(explicit: str, text: str, accept_language: str) -> str:
    """Language to answer in: the one asked for, else the text's own, else the first accepted one, else English.

    Args:
        explicit: As in `said`.
        text: As in `said`.
        accept_language: The header of that name; may be empty.
    """
    return said(explicit, text) or accepted(accept_language)


def _of_tag(tag: str) -> str | None:
    """The language of the two whose tag it is, with or without a region or script."""
    primary = _SUBTAGS.split(tag.strip().lower(), maxsplit=1)[0]
    return primary if primary in _LANGUAGES else None
