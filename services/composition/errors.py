"""Failures that every composing service tells in the same words."""

from collections.abc import Mapping

from boumbapp.music.v1.music_pb2 import (
    ROLE_ARPEGGIO,
    ROLE_BASS,
    ROLE_CHORDS,
    ROLE_DRUMS,
    ROLE_MELODY,
    ROLE_PAD,
    Role,
)

from language.localized_text import LocalizedText
from services.chassis.errors.catalogue import ApiError, register

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

_PARTS: Mapping[Role.ValueType, LocalizedText] = {
    ROLE_MELODY: LocalizedText("melody", "mélodie"),
    ROLE_BASS: LocalizedText("bass", "basse"),
    ROLE_CHORDS: LocalizedText("chords", "accords"),
    ROLE_ARPEGGIO: LocalizedText("arpeggios", "arpèges"),
    ROLE_PAD: LocalizedText("pads", "nappes"),
    ROLE_DRUMS: LocalizedText("drums", "batterie"),
}

_ANOTHER_PART = LocalizedText("that part", "une autre")


def wrong_role(asked: Role.ValueType, expert: Role.ValueType, field: str) -> ApiError:
    """The failure of a request that asks one expert for the part of another.

    Args:
        asked: The part that is asked for.
        expert: The part that names the expert to ask: ROLE_MELODY or ROLE_DRUMS.
        field: Of the request, which asks for it.
    """
    return ApiError(WRONG_ROLE, field=field, value=_PARTS.get(asked, _ANOTHER_PART), expert=_PARTS[expert])
