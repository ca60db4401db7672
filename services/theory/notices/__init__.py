"""Notices of theory."""

from boumbapp.music.v2.events_pb2 import SEVERITY_INFO, SEVERITY_WARNING

from music.notices import NoticeKind

VAGUE_PROMPT = NoticeKind(
    "VAGUE_PROMPT",
    "Left open here. {question} Explore has more to ask.",
    "Cela reste ouvert. {question} Explore a d'autres questions.",
    SEVERITY_INFO,
)
NOT_ABOUT_MUSIC = NoticeKind(
    "NOT_ABOUT_MUSIC",
    "Nothing here says what to compose: {what}. What is composed is chosen freely. Try {examples}.",
    "Rien ici ne dit quoi composer : {what}. Ce qui est composé est choisi librement. Essayez {examples}.",
    SEVERITY_WARNING,
)
SAYS_REFINEMENT = NoticeKind(
    "SAYS_REFINEMENT",
    "{what} changes music that is there already; Refine does that to bars, and a prompt composes new ones.",
    "{what} change une musique qui existe déjà ; Refine le fait sur des mesures, un prompt en compose de nouvelles.",
    SEVERITY_WARNING,
)
METER_REPLACED = NoticeKind(
    "METER_REPLACED",
    "Bar {bar} is in {given}; it is checked in {meter}, the metre of the constraints.",
    "La mesure {bar} est à {given} ; elle est vérifiée à {meter}, la métrique des contraintes.",
    SEVERITY_WARNING,
)
KEY_NOT_WRITTEN = NoticeKind(
    "KEY_NOT_WRITTEN",
    "No key signature says {key} in this format; none is written.",
    "Aucune armure ne dit {key} dans ce format ; aucune n'est écrite.",
    SEVERITY_WARNING,
)
