"""Notices of drums."""

from boumbapp.music.v2.events_pb2 import SEVERITY_WARNING

from music.notices import NoticeKind

STYLE_WITHOUT_GROOVE = NoticeKind(
    "STYLE_WITHOUT_GROOVE",
    "The style “{style}” has no groove of its own; a basic one is played instead. "
    "ListStyles names those that have one.",
    "Le style « {style} » n'a pas de rythme à lui ; un rythme de base est joué à la place. "
    "ListStyles donne ceux qui en ont un.",
    SEVERITY_WARNING,
)
