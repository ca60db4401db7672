"""Notices of magenta."""

from services.composition.notices import NoticeKind

PRIMER_FOLDED = NoticeKind(
    "PRIMER_FOLDED",
    "The model does not know some of these pitches; it hears them moved by octaves.",
    "Le modèle ne connaît pas certaines de ces hauteurs ; il les entend transposées d'octaves.",
)
