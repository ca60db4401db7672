"""Notices of magenta."""

from boumbapp.music.v2.events_pb2 import SEVERITY_INFO

from music.notices import NoticeKind

PRIMER_FOLDED = NoticeKind(
    "PRIMER_FOLDED",
    "The model does not know some of these pitches; they are moved by octaves for it.",
    "Le modèle ne connaît pas certaines de ces hauteurs ; elles sont transposées d'octaves pour lui.",
    SEVERITY_INFO,
)
