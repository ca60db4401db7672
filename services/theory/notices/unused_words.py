"""Notices about words of a prompt that nothing used, with an offer."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from boumbapp.music.v2.events_pb2 import Notice

from language.localized_text import LocalizedText
from language.yaml_fields import YamlFields
from services.composition.refining.notices import PARTLY_UNDERSTOOD
from services.theory.notices import NOT_ABOUT_MUSIC
from services.theory.prompt.parse.references import nearest_name, references
from services.theory.prompt.parse.tokenizer import fold

_OFFERS = Path(__file__).with_name("offers.yaml")
_OTHER = "other"
_NEAR = LocalizedText("Is it {name} ({style})?", "Est-ce {name} ({style}) ?")
_NAME = LocalizedText(
    "A name that is not known here: say its style and mood, such as dark trap or soft bossa nova.",
    "Un nom inconnu ici : dites son style et son ambiance, par exemple trap sombre ou bossa nova douce.",
)
# What to try, in the order of docs and tests.
EXAMPLES = {
    "fr": ("basse funk en Sol mineur", "beat trap à 140", "mélodie triste en La mineur, 8 mesures"),
    "en": ("funk bass in G minor", "trap beat at 140", "sad melody in A minor, 8 bars"),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """What to say to a kind of words that are not understood."""

    words: frozenset[str]
    text: LocalizedText


def unused_words(words: Sequence[str], names: Collection[str], locale: str) -> Notice:
    """The notice that names words of a prompt that nothing used.

    Args:
        words: As written; at least one.
        names: Those of them that stand where an artist or a work is named.
        locale: Language of the text, "fr" or "en".
    """
    notice = PARTLY_UNDERSTOOD.notice(locale, what=quoted(words, locale))
    offers = dict.fromkeys(
        _offer_for_name(each, locale)
        if each in names and _offer(each) is _offers()[_OTHER]
        else _offer(each).text.in_(locale)
        for each in words
    )
    other = _offers()[_OTHER].text.in_(locale)
    named = [offer for offer in offers if offer != other] or [other]
    notice.message = " ".join((notice.message, *named))
    notice.metadata["words"] = "; ".join(words)
    return notice


def nothing_understood(words: Sequence[str], locale: str) -> Notice:
    """The notice for a text in which nothing is about music.

    Args:
        words: What it says, as written; may be empty.
        locale: Language of the text, "fr" or "en".
    """
    language = "fr" if locale == "fr" else "en"
    notice = NOT_ABOUT_MUSIC.notice(locale, what=quoted(words, locale), examples=quoted(EXAMPLES[language], locale))
    notice.metadata["words"] = "; ".join(words)
    return notice


def quoted(words: Sequence[str], locale: str) -> str:
    """Words in the quotation marks of a language.

    Args:
        words: As written.
        locale: "fr" or "en".
    """
    return ", ".join(f"« {each} »" if locale == "fr" else f"“{each}”" for each in words)


def _offer_for_name(words: str, locale: str) -> str:
    """The name that is written most alike, else what to say in its place."""
    near = nearest_name(words)
    if near:
        style = references()[near].style.replace("_", " ")
        return _NEAR.in_(locale).format(name=near, style=style)
    return _NAME.in_(locale)


def _offer(words: str) -> Offer:
    parts = fold(words).split()
    for offer in _offers().values():
        if offer.words.intersection(parts) or " ".join(parts) in offer.words:
            return offer
    return _offers()[_OTHER]


@cache
def _offers() -> Mapping[str, Offer]:
    fields = YamlFields.of_file(_OFFERS)
    return {name: _read(fields.nested(name)) for name in fields.names()}


def _read(fields: YamlFields) -> Offer:
    words = {" ".join(fold(word).split()) for word in fields.string("words", ";").split(";")}
    return Offer(frozenset(words - {""}), LocalizedText(fields.string("en"), fields.string("fr")))
