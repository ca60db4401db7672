"""Failures of refining: what an instruction asks for and cannot have."""

from services.chassis.errors.catalogue import register

UNKNOWN_INSTRUCTION = register(
    "UNKNOWN_INSTRUCTION",
    "INVALID_ARGUMENT",
    en="{field}: nothing here tells what to change. Try {examples}.",
    fr="{field} : rien ici ne dit quoi changer. Essayez {examples}.",
)
NOT_DONE_HERE = register(
    "NOT_DONE_HERE",
    "INVALID_ARGUMENT",
    en="{field}: “{value}” is not something that can be changed here: {reason}. Try {examples}.",
    fr="{field} : « {value} » ne se change pas ici : {reason}. Essayez {examples}.",
)
NO_SUCH_BAR = register(
    "NO_SUCH_BAR",
    "INVALID_ARGUMENT",
    en="{field}: there is no bar {value}; the music has {bars}.",
    fr="{field} : il n'y a pas de mesure {value} ; la musique en compte {bars}.",
)
NO_EARLIER_VERSION = register(
    "NO_EARLIER_VERSION",
    "INVALID_ARGUMENT",
    en="{field}: there is no earlier version to go back to; send those that you have in versions.",
    fr="{field} : il n'y a pas de version d'avant où revenir ; envoyez celles que vous avez dans versions.",
)
UNUSABLE_EDIT = register(
    "UNUSABLE_EDIT",
    "INVALID_ARGUMENT",
    en="{field}: this edit cannot be made: {problem}.",
    fr="{field} : cette modification ne peut pas être faite : {problem}.",
)
