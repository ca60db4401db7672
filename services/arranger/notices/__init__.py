"""Notices of the arranger."""

from boumbapp.music.v2.events_pb2 import SEVERITY_WARNING

from music.notices import NoticeKind

PART_AWAY = NoticeKind(
    "PART_AWAY",
    "“{part}” is silent from bar {bar} on: its expert does not answer. The others go on, and its bars follow when it "
    "is back.",
    "« {part} » se tait à partir de la mesure {bar} : son expert ne répond pas. Les autres continuent, et ses mesures "
    "suivront à son retour.",
    SEVERITY_WARNING,
)
PART_MISSING = NoticeKind(
    "PART_MISSING",
    "“{part}” has no bars from bar {bar} on: its expert did not come back. Send the request again with the seed and "
    "the bars that came.",
    "« {part} » n'a pas de mesures à partir de la mesure {bar} : son expert n'est pas revenu. Renvoyez la demande avec "
    "la graine et les mesures reçues.",
    SEVERITY_WARNING,
)
PART_REFUSED = NoticeKind(
    "PART_REFUSED",
    "“{part}” is left out from bar {bar} on: {reason}",
    "« {part} » est laissée de côté à partir de la mesure {bar} : {reason}",
    SEVERITY_WARNING,
)
PART_AS_IT_WAS = NoticeKind(
    "PART_AS_IT_WAS",
    "“{part}” is as it was: its expert does not answer. Send the instruction again later.",
    "« {part} » est comme avant : son expert ne répond pas. Renvoyez l'instruction plus tard.",
    SEVERITY_WARNING,
)
PART_UNCHANGED = NoticeKind(
    "PART_UNCHANGED",
    "“{part}” is as it was: {reason}",
    "« {part} » est comme avant : {reason}",
    SEVERITY_WARNING,
)
