"""Notices: what a listener should know while the music goes on, in English and French.

They stand beside the catalogue of errors: an error ends a stream, a notice does not. Each service keeps its own in a
module `notices.py`; those of this one may come from every composing service. `docs/notices.md` lists them all.
"""

from dataclasses import dataclass

from boumbapp.music.v1.events_pb2 import Notice


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """One kind of notice.

    Attributes:
        code: Stable identifier for programs.
        en: English text; may use {name} for the parameters of a notice.
        fr: French text, with the same blanks.
    """

    code: str
    en: str
    fr: str

    def notice(self, locale: str, **parameters: object) -> Notice:
        """A notice in "fr" or "en" (any other locale).

        Args:
            locale: Language of the text.
            parameters: What fills its blanks.

        Raises:
            KeyError: A blank has no parameter.
        """
        text = self.fr if locale == "fr" else self.en
        return Notice(code=self.code, message=text.format_map(parameters))


ENGINE_FALLBACK = NoticeKind(
    "ENGINE_FALLBACK",
    "The engine “{engine}” does not answer; “{stand_in}” goes on from bar {bar}.",
    "Le moteur « {engine} » ne répond pas ; « {stand_in} » continue à partir de la mesure {bar}.",
)
