"""A text in both languages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LocalizedText:
    """A text in English and in French.

    Attributes:
        en: In English.
        fr: In French.
    """

    en: str
    fr: str

    def in_(self, locale: str) -> str:
        """The text in "fr", or in "en" for any other locale."""
        return self.fr if locale == "fr" else self.en
