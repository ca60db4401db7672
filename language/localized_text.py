"""Texts in both languages of the product."""

from dataclasses import dataclass

from language.yaml_fields import YamlFields


@dataclass(frozen=True, slots=True)
class LocalizedText:
    """A text in English and in French.

    Attributes:
        en: The English text.
        fr: The French text.
    """

    en: str
    fr: str

    def in_(self, locale: str) -> str:
        """The text in "fr", or in English for any other locale."""
        return self.fr if locale == "fr" else self.en

    def format(self, locale: str, **values: object) -> str:
        """The text in a language with its placeholders filled; values that are texts are put in that language.

        Args:
            locale: "fr", or English for any other.
            **values: What to put for each `{name}` of the text.

        Raises:
            KeyError: The text has a placeholder without a value.
        """
        filled = {
            name: value.in_(locale) if isinstance(value, LocalizedText) else value for name, value in values.items()
        }
        return self.in_(locale).format(**filled)

    @classmethod
    def read(cls, fields: YamlFields) -> "LocalizedText":
        """Read the keys `en` and `fr`, both required.

        Raises:
            DataFileError: One is missing or empty, or there is another key.
        """
        text = cls(fields.string("en"), fields.string("fr"))
        fields.finish()
        return text
