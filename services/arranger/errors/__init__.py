"""Failures of the arranger."""

from services.chassis.errors.catalogue import register

PART_TWICE = register(
    "PART_TWICE",
    "INVALID_ARGUMENT",
    en="{field}: two parts are called “{value}”; each needs an id of its own.",
    fr="{field} : deux parties s'appellent « {value} » ; il faut à chacune un identifiant à elle.",
)
