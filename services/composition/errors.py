"""Failures that every composing service tells in the same words."""

from boumbapp.music.v1.music_pb2 import Role

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
GIVEN_BARS = register(
    "GIVEN_BARS",
    "INVALID_ARGUMENT",
    en="{field}: the given bars must be numbered 0, 1, 2..., share the metre of the piece, and be "
    "fewer than its {bars} bars.",
    fr="{field} : les mesures données doivent être numérotées 0, 1, 2..., avoir la métrique du "
    "morceau et être moins nombreuses que ses {bars} mesures.",
)


def wrong_role(asked: Role.ValueType, expert: Role.ValueType) -> ApiError:
    """The failure of a prompt that asks one expert for the part of another.

    Args:
        asked: The part that the prompt asks for.
        expert: The part that names the expert to ask: ROLE_MELODY or ROLE_DRUMS.
    """
    return ApiError(WRONG_ROLE, field="prompt", value=part_name(asked), expert=part_name(expert))
