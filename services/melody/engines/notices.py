"""Notices of melody's engines."""

from boumbapp.music.v1.events_pb2 import SEVERITY_WARNING

from music.notices import NoticeKind

MELODIES_ONLY = NoticeKind(
    "MELODIES_ONLY",
    "Magenta plays melodies only; the engine “{stand_in}” plays this part.",
    "Magenta ne joue que des mélodies ; le moteur « {stand_in} » joue cette partie.",
    SEVERITY_WARNING,
)
