"""Texts of `./boumb refine`, in both languages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RefiningTexts:
    """The texts of one language.

    Attributes:
        bars: Before numbers of bars.
        saved: Where the file is.
        unknown_lock: What is to be locked is not there.
    """

    bars: str
    saved: str
    unknown_lock: str


_ENGLISH = RefiningTexts(
    bars="bars",
    saved="saved {path}",
    unknown_lock="--lock: there is nothing called “{lock}” here; name bars (“2”, “3-4”), a track "
    "({tracks}) or a part of the kit.",
)
_FRENCH = RefiningTexts(
    bars="mesures",
    saved="enregistré : {path}",
    unknown_lock="--lock : rien ne s'appelle « {lock} » ici ; donnez des mesures (« 2 », « 3-4 »), une piste "
    "({tracks}) ou un élément de la batterie.",
)


def texts_of(locale: str) -> RefiningTexts:
    """The texts in "fr", or in English for any other locale."""
    return _FRENCH if locale == "fr" else _ENGLISH
