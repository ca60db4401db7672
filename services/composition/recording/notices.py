"""Notices of recording."""

from boumbapp.music.v2.events_pb2 import SEVERITY_WARNING

from music.notices import NoticeKind

NOT_RECORDED = NoticeKind(
    "NOT_RECORDED",
    "The disk is full or fails: pieces are not kept in the history for now. The music is not affected.",
    "Le disque est plein ou en panne : les morceaux ne sont pas gardés dans l'historique pour l'instant. "
    "La musique n'en souffre pas.",
    SEVERITY_WARNING,
)
