"""Failures that only drums tells: what an instruction asks for and cannot have."""

from services.chassis.errors.catalogue import register

UNKNOWN_INSTRUCTION = register(
    "UNKNOWN_INSTRUCTION",
    "INVALID_ARGUMENT",
    en="{field}: nothing here tells what to change. Try “more hats”, “no kick”, “a fill in bar 4”, "
    "“busier”, “more swing” or “keep the snare”.",
    fr="{field} : rien ici ne dit quoi changer. Essayez « plus de charley », « sans grosse caisse », « un "
    "break à la mesure 4 », « moins chargé », « plus de swing » ou « garde la caisse claire ».",
)
NO_SUCH_BAR = register(
    "NO_SUCH_BAR",
    "INVALID_ARGUMENT",
    en="{field}: there is no bar {value}; the groove has {bars}.",
    fr="{field} : il n'y a pas de mesure {value} ; le rythme en compte {bars}.",
)
NO_EARLIER_VERSION = register(
    "NO_EARLIER_VERSION",
    "INVALID_ARGUMENT",
    en="{field}: earlier versions are not kept here; send the bars that you had before.",
    fr="{field} : les versions d'avant ne sont pas gardées ici ; renvoyez les mesures que vous aviez.",
)
