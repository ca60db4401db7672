"""Which of the two languages a caller reads: "fr" or "en"."""

import re

DEFAULT = "en"
_WORD = re.compile(r"[a-zà-öø-ÿœ]+(?:')?", re.IGNORECASE)
# Function words and music words that only one of the two languages has.
_FRENCH = frozenset(
    (
        "le la les un une des du de en et avec sans pour dans sur plus moins très fais faire donne joue je veux mesure "
        "mesures mineur majeur basse mélodie melodie batterie accord accords nappe gamme do ré sol si style triste "
        "joyeux lent rapide façon comme qui que à au aux l' d' qu' j' c' s' te plaît "
        "ajoute enlève enleve garde remplace demi fort doux"
    ).split()
)
_ENGLISH = frozenset(
    (
        "the a an of in and with without for on more less very make give play i want bar bars minor major bass melody "
        "drums chord chords pad scale key sad happy slow fast like that to please my some upbeat "
        "no add remove keep replace louder softer slower faster busier"
    ).split()
)


def guess(text: str) -> str | None:
    """Language of a prompt by its function words, or None when they do not decide it."""
    words = [word.lower() for word in _WORD.findall(text[:2000].replace("’", "'"))]
    french = sum(word in _FRENCH for word in words) + sum(any(c in "éèêàçùœ" for c in word) for word in words)
    english = sum(word in _ENGLISH for word in words)
    if french == english:
        return None
    return "fr" if french > english else "en"


def choose(explicit: str, text: str, accept_language: str) -> str:
    """Choose the language to answer in.

    The one asked for comes first, then the text's own, then the first accepted one, then English.

    Args:
        explicit: Language that the caller asked for; anything but "fr" and "en" counts as none.
        text: The prompt.
        accept_language: As in HTTP: "fr-FR,fr;q=0.9,en;q=0.8"; empty for none.

    Returns:
        "fr" or "en".
    """
    if explicit in ("fr", "en"):
        return explicit
    if guessed := guess(text):
        return guessed
    for accepted in accept_language.lower().split(","):
        tag = accepted.split(";")[0].strip()[:2]
        if tag in ("fr", "en"):
            return tag
    return DEFAULT
