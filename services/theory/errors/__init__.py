"""Failures that only theory tells: names that do not exist, bars numbered alike, files that cannot be read."""

from services.chassis.errors.catalogue import register

UNKNOWN_KEY = register(
    "UNKNOWN_KEY",
    "INVALID_ARGUMENT",
    en="{field}: no key is called “{value}”. Write a tonic and a scale, such as “G minor” or “Eb dorian”.",
    fr="{field} : aucune tonalité ne s'appelle « {value} ». Donnez une tonique et un mode, par exemple « Sol mineur ».",
)
UNKNOWN_SCALE = register(
    "UNKNOWN_SCALE",
    "INVALID_ARGUMENT",
    en="{field}: no scale is called “{value}”. ListCatalogue names those that exist.",
    fr="{field} : aucune gamme ne s'appelle « {value} ». ListCatalogue donne celles qui existent.",
)
UNKNOWN_STYLE = register(
    "UNKNOWN_STYLE",
    "INVALID_ARGUMENT",
    en="{field}: no style is called “{value}”. ListCatalogue names those that exist.",
    fr="{field} : aucun style ne s'appelle « {value} ». ListCatalogue donne ceux qui existent.",
)
UNKNOWN_CHORD = register(
    "UNKNOWN_CHORD",
    "INVALID_ARGUMENT",
    en="{field}: “{value}” is not a chord. Write symbols such as “Am7” or numerals such as “IV”.",
    fr="{field} : « {value} » n'est pas un accord. Écrivez des symboles comme « Am7 » ou des degrés comme « IV ».",
)
REPEATED_BAR = register(
    "REPEATED_BAR",
    "INVALID_ARGUMENT",
    en="{field} is {value}, which another bar has already; number the bars of a part differently.",
    fr="{field} vaut {value}, déjà pris par une autre mesure ; numérotez différemment les mesures d'une partie.",
)
UNREADABLE_FILE = register(
    "UNREADABLE_FILE",
    "INVALID_ARGUMENT",
    en="{field} cannot be read as {value}: {problem}.",
    fr="{field} n'est pas un fichier {value} lisible : {problem}.",
)
METERS_DIFFER = register(
    "METERS_DIFFER",
    "INVALID_ARGUMENT",
    en="{field}: another track has bar {value} in another metre; all tracks of a piece share the metre of a bar.",
    fr="{field} : la mesure {value} a une autre métrique dans une autre piste ; elle doit être la même dans toutes.",
)
TOO_COSTLY = register(
    "TOO_COSTLY",
    "INVALID_ARGUMENT",
    en="{field} asks for too much at once: {problem}. Send less at a time.",
    fr="{field} demande trop à la fois : {problem}. Envoyez-en moins.",
)
