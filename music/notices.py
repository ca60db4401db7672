"""Notices: what a caller should know while all goes on, in English and French.

They stand beside the catalogue of errors: an error ends a call, a notice does not. Each service keeps its own kinds in
a module `notices.py`; `docs/notices.md` lists them all.
"""

from dataclasses import dataclass

from boumbapp.music.v2.events_pb2 import Notice, Severity


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """One kind of notice.

    Attributes:
        code: Stable identifier for programs.
        en: English text; may use {name} for the parameters of a notice, and {bar} for the number of a bar from 1.
        fr: French text, with the same blanks.
        severity: How much it matters.
    """

    code: str
    en: str
    fr: str
    severity: Severity.ValueType

    def notice(self, locale: str, *, bar: int | None = None, track: str = "", **parameters: object) -> Notice:
        """A notice in "fr" or "en" (any other locale), whose metadata are its parameters as text.

        Args:
            locale: Language of the text.
            bar: Index of the bar it is about, from 0; None for all.
            track: Identifier of the track it is about; empty for all.
            parameters: What fills the blanks of the text.

        Raises:
            KeyError: A blank has no parameter.
        """
        text = self.fr if locale == "fr" else self.en
        blanks = parameters if bar is None else {**parameters, "bar": bar + 1}
        return Notice(
            code=self.code,
            message=text.format_map(blanks),
            severity=self.severity,
            metadata={name: str(value) for name, value in parameters.items()},
            bar=bar,
            track=track,
        )
