"""Notices of melody's engines."""

from services.composition.notices import NoticeKind

MELODIES_ONLY = NoticeKind(
    "MELODIES_ONLY",
    "Magenta plays melodies only; the engine “{stand_in}” plays this part.",
    "Magenta ne joue que des mélodies ; le moteur « {stand_in} » joue cette partie.",
)
CONTINUES_ONLY = NoticeKind(
    "CONTINUES_ONLY",
    "Magenta goes on from a beginning only; the engine “{stand_in}” fills gaps between bars.",
    "Magenta ne fait que continuer un début ; le moteur « {stand_in} » comble les trous entre les mesures.",
)
