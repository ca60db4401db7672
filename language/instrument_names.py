"""Names of the parts of a piece in both languages, as sentences need them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from language.localized_text import LocalizedText


@dataclass(frozen=True, slots=True)
class PartName:
    """Name of a part.

    Attributes:
        noun: Alone: "bass", "basse".
        indefinite: With its article: "a bass line", "une basse".
        after_not: After "does not play" and "ne joue pas": "bass", "de basse".
    """

    noun: LocalizedText
    indefinite: LocalizedText
    after_not: LocalizedText


# By the name of the role in the contract, lower case and without "ROLE_".
PARTS: Final[Mapping[str, PartName]] = {
    "melody": PartName(
        LocalizedText("melody", "mélodie"),
        LocalizedText("a melody", "une mélodie"),
        LocalizedText("melodies", "de mélodies"),
    ),
    "bass": PartName(
        LocalizedText("bass", "basse"),
        LocalizedText("a bass line", "une basse"),
        LocalizedText("bass", "de basse"),
    ),
    "chords": PartName(
        LocalizedText("chords", "accords"),
        LocalizedText("chords", "des accords"),
        LocalizedText("chords", "d'accords"),
    ),
    "arpeggio": PartName(
        LocalizedText("arpeggio", "arpège"),
        LocalizedText("an arpeggio", "un arpège"),
        LocalizedText("arpeggios", "d'arpèges"),
    ),
    "pad": PartName(
        LocalizedText("pad", "nappe"),
        LocalizedText("a pad", "une nappe"),
        LocalizedText("pads", "de nappes"),
    ),
    "drums": PartName(
        LocalizedText("drums", "batterie"),
        LocalizedText("drums", "une batterie"),
        LocalizedText("drums", "de batterie"),
    ),
}


def part_name(role: str) -> PartName:
    """Name of a part.

    Args:
        role: Name of the role in the contract: "ROLE_BASS", or "bass".

    Raises:
        KeyError: No part plays this role, such as "ROLE_UNSPECIFIED".
    """
    return PARTS[role.removeprefix("ROLE_").lower()]
