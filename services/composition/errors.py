"""Failures that every composing service tells in the same words."""

from boumbapp.music.v2.music_pb2 import Role

from services.chassis.errors.catalogue import ApiError, register
from services.composition.tracks import part_name

UNKNOWN_ENGINE = register(
    "UNKNOWN_ENGINE",
    "INVALID_ARGUMENT",
    en="{field}: no engine is called “{value}”; there are: {allowed}.",
    fr="{field} : aucun moteur ne s'appelle « {value} » ; il y a : {allowed}.",
)
ENGINE_UNAVAILABLE = register(
    "ENGINE_UNAVAILABLE",
    "UNAVAILABLE",
    en="{field}: the engine “{value}” cannot compose now; try again in {retry_s} s.",
    fr="{field} : le moteur « {value} » ne peut pas composer pour l'instant ; réessayez dans {retry_s} s.",
)
WRONG_ROLE = register(
    "WRONG_ROLE",
    "INVALID_ARGUMENT",
    en="{field}: this expert does not play {value}; ask the {expert} expert.",
    fr="{field} : cet expert ne joue pas cette partie ({value}) ; demandez à l'expert {expert}.",
)
OVERRIDES_AND_INTENT = register(
    "OVERRIDES_AND_INTENT",
    "INVALID_ARGUMENT",
    en="{field} cannot stand beside intent: change the intent itself.",
    fr="{field} ne peut pas accompagner intent : modifiez l'intention elle-même.",
)
GIVEN_BARS = register(
    "GIVEN_BARS",
    "INVALID_ARGUMENT",
    en="{field}: each given bar must have an index of its own, below the {bars} bars of the piece, and its metre.",
    fr="{field} : chaque mesure donnée doit avoir un numéro à elle, inférieur aux {bars} mesures du morceau, "
    "et la métrique de celui-ci.",
)


def wrong_role(asked: Role.ValueType, expert: Role.ValueType, field: str) -> ApiError:
    """The failure of a request that asks one expert for the part of another.

    Args:
        asked: The part that is asked for.
        expert: The part that names the expert to ask: ROLE_MELODY or ROLE_DRUMS.
        field: Of the request, which asks for it.
    """
    return ApiError(WRONG_ROLE, field=field, value=part_name(asked), expert=part_name(expert))
