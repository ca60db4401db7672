"""Failures that only Magenta tells: what cannot be continued, models that are not there."""

from services.chassis.errors.catalogue import register

PRIMER_EMPTY = register(
    "PRIMER_EMPTY",
    "INVALID_ARGUMENT",
    en="{field}: there is no note to continue; give at least one.",
    fr="{field} : il n'y a aucune note à continuer ; donnez-en au moins une.",
)
PRIMER_BARS = register(
    "PRIMER_BARS",
    "INVALID_ARGUMENT",
    en="{field}: the bars to continue must be numbered 0, 1, 2... and share one metre, that of the "
    "constraints; give bars or notes, not both.",
    fr="{field} : les mesures à continuer doivent être numérotées 0, 1, 2... et partager une "
    "métrique, celle des contraintes ; donnez des mesures ou des notes, pas les deux.",
)
PRIMER_LENGTH = register(
    "PRIMER_LENGTH",
    "INVALID_ARGUMENT",
    en="{field} is {value}, but what is to be continued has {primer} steps already; ask for more.",
    fr="{field} vaut {value}, mais ce qu'il faut continuer compte déjà {primer} pas ; demandez-en plus.",
)
NOT_MONOPHONIC = register(
    "NOT_MONOPHONIC",
    "INVALID_ARGUMENT",
    en="{field}: two notes sound together at step {value}; only one at a time can be continued.",
    fr="{field} : deux notes sonnent ensemble au pas {value} ; on ne peut en continuer qu'une à la fois.",
)
UNKNOWN_MODEL = register(
    "UNKNOWN_MODEL",
    "INVALID_ARGUMENT",
    en="{field}: no usable model is called “{value}”; there are: {allowed}.",
    fr="{field} : aucun modèle utilisable ne s'appelle « {value} » ; il y a : {allowed}.",
)
NO_MODEL = register(
    "NO_MODEL",
    "FAILED_PRECONDITION",
    en="No model could be loaded; ListModels says why.",
    fr="Aucun modèle n'a pu être chargé ; ListModels dit pourquoi.",
)
