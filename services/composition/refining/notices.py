"""Notices of refining, whatever is refined."""

from boumbapp.music.v2.events_pb2 import SEVERITY_INFO, SEVERITY_WARNING

from music.notices import NoticeKind

EDIT_WITHOUT_EFFECT = NoticeKind(
    "EDIT_WITHOUT_EFFECT",
    "Nothing to change for “{what}”: it is so already, or what it names does not play there or is locked.",
    "Rien à changer pour « {what} » : c'est déjà le cas, ou ce qui est nommé n'y joue pas ou est verrouillé.",
    SEVERITY_WARNING,
)
PARTLY_UNDERSTOOD = NoticeKind(
    "PARTLY_UNDERSTOOD",
    "Not understood, and so left out: {what}.",
    "Non compris, donc laissé de côté : {what}.",
    SEVERITY_WARNING,
)
NOT_ADDRESSED = NoticeKind(
    "NOT_ADDRESSED",
    "The instruction is about other parts; {part} stays as it is.",
    "L'instruction parle d'autres parties ; {part} reste comme avant.",
    SEVERITY_INFO,
)
READ_BY_LANGUAGE_MODEL = NoticeKind(
    "READ_BY_LANGUAGE_MODEL",
    "No exact edit knows these words; the language model reads them as: {what}.",
    "Aucune modification exacte ne connaît ces mots ; le modèle de langage les lit ainsi : {what}.",
    SEVERITY_INFO,
)
