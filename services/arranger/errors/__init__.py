"""Failures of the arranger."""

from services.chassis.errors.catalogue import register

PART_TWICE = register(
    "PART_TWICE",
    "INVALID_ARGUMENT",
    en="{field}: two parts are called “{value}”; each needs an id of its own.",
    fr="{field} : deux parties s'appellent « {value} » ; il faut à chacune un identifiant à elle.",
)
NOTHING_TO_CHANGE = register(
    "NOTHING_TO_CHANGE",
    "INVALID_ARGUMENT",
    en="{field}: it speaks of no part that may change here. Name one that plays and is not locked, such as “the bass "
    "an octave lower” or “more hats”.",
    fr="{field} : l'instruction ne parle d'aucune partie qui puisse changer ici. Nommez-en une qui joue et n'est pas "
    "verrouillée, par exemple « la basse une octave plus bas » ou « plus de charley ».",
)
