"""Notices of rag."""

from boumbapp.music.v2.events_pb2 import SEVERITY_INFO, SEVERITY_WARNING

from music.notices import NoticeKind

MODEL_AWAY = NoticeKind(
    "MODEL_AWAY",
    "The language model does not answer; the answer is made of the pages' own sentences.",
    "Le modèle de langage ne répond pas ; la réponse est faite des phrases des pages.",
    SEVERITY_INFO,
)
MUSIC_AWAY = NoticeKind(
    "MUSIC_AWAY",
    "Theory does not answer, so there is no music with this answer.",
    "La théorie ne répond pas : il n'y a pas de musique avec cette réponse.",
    SEVERITY_WARNING,
)
NO_EXAMPLE = NoticeKind(
    "NO_EXAMPLE",
    "There is no example to play for this; ask melody or drums to compose it.",
    "Il n'y a pas d'exemple à jouer pour cela ; demandez à la mélodie ou à la batterie de le composer.",
    SEVERITY_INFO,
)
