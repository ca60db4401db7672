"""Notices of magenta."""

from services.composition.notices import NoticeKind

PRIMER_FOLDED = NoticeKind(
    "PRIMER_FOLDED",
    "The model does not know some of these pitches; they are moved by octaves for it.",
    "Le modèle ne connaît pas certaines de ces hauteurs ; elles sont transposées d'octaves pour lui.",
)
