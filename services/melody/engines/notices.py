"""Notices of melody's engines."""

from boumbapp.music.v2.events_pb2 import SEVERITY_WARNING

from music.notices import NoticeKind

MELODIES_ONLY = NoticeKind(
    "MELODIES_ONLY",
    "Magenta plays melodies only; the engine “{stand_in}” plays this part.",
    "Magenta ne joue que des mélodies ; le moteur « {stand_in} » joue cette partie.",
    SEVERITY_WARNING,
)
CONTINUES_ONLY = NoticeKind(
    "CONTINUES_ONLY",
    "Magenta goes on from a beginning only; the engine “{stand_in}” fills gaps between bars.",
    "Magenta ne fait que continuer un début ; le moteur « {stand_in} » comble les trous entre les mesures.",
    SEVERITY_WARNING,
)
