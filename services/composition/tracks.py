"""The parts that music is made of: their names, and the tracks that streams tell of."""

from collections.abc import Mapping

from boumbapp.music.v2.music_pb2 import (
    ROLE_ARPEGGIO,
    ROLE_BASS,
    ROLE_CHORDS,
    ROLE_DRUMS,
    ROLE_MELODY,
    ROLE_PAD,
    Role,
    Track,
)

from language.localized_text import LocalizedText
from music.midi import program_of
from music.roles import role_name

_NAMES: Mapping[Role.ValueType, LocalizedText] = {
    ROLE_MELODY: LocalizedText("melody", "mélodie"),
    ROLE_BASS: LocalizedText("bass", "basse"),
    ROLE_CHORDS: LocalizedText("chords", "accords"),
    ROLE_ARPEGGIO: LocalizedText("arpeggios", "arpèges"),
    ROLE_PAD: LocalizedText("pads", "nappes"),
    ROLE_DRUMS: LocalizedText("drums", "batterie"),
}
_ANOTHER = LocalizedText("that part", "une autre")


def part_name(role: Role.ValueType) -> LocalizedText:
    """What people call a part."""
    return _NAMES.get(role, _ANOTHER)


def track_id(role: Role.ValueType) -> str:
    """Identifier of the track that plays a part, such as "bass"."""
    return role_name(role)


def track_of(role: Role.ValueType, locale: str) -> Track:
    """The track that plays a part.

    Args:
        role: The part.
        locale: Language of its name, "fr" or "en".
    """
    program = None if role == ROLE_DRUMS else program_of(role)
    return Track(id=track_id(role), role=role, name=part_name(role).in_(locale), program=program)
