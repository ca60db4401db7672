"""What the players of a style do beyond its rhythm, by its slug in theory's catalogue.

Styles that are named nowhere here are played by hand, their basses keep to a riff, and their melodies develop.
Sources: Friedland, "Building Walking Bass Lines" (1993); Faria, "The Brazilian Guitar Book" (1995), for root and fifth;
Manuel, "The Anticipated Bass in Cuban Popular Music" (1985); Butler, "Unlocking the Groove" (2006), for loops.
"""

from dataclasses import dataclass
from enum import Enum


class BassFigure(Enum):
    """What the tones of a bass line do."""

    RIFF = "a riff of roots, fifths, octaves and approaches"
    WALKING = "a way from root to root, a tone a beat"
    OCTAVES = "roots on the beats, their octaves between them"
    ALTERNATING = "root and fifth in turn"
    ANTICIPATING = "root and fifth in turn, each before its beat"


@dataclass(frozen=True, slots=True)
class StyleIdiom:
    """How a style is played.

    Attributes:
        bass: What the tones of its basses do.
        machine: Whether a sequencer plays it: on the grid, and as loud every time.
        loop: Whether its leads keep to a hook rather than develop.
    """

    bass: BassFigure
    machine: bool
    loop: bool


_BASSES: dict[BassFigure, frozenset[str]] = {
    BassFigure.WALKING: frozenset({"jazz", "swing", "bebop", "ska"}),
    BassFigure.OCTAVES: frozenset({"disco", "chiptune", "synthwave"}),
    BassFigure.ALTERNATING: frozenset(
        {"celtic", "country", "folk", "gypsy_jazz", "hawaiian", "klezmer", "march", "merengue", "polka", "waltz"}
    ),
    BassFigure.ANTICIPATING: frozenset({"bossa_nova", "latin", "salsa", "samba"}),
}
_SEQUENCED_LOOPS = frozenset(
    {
        "acid", "afro_house", "amapiano", "chiptune", "deep_house", "drill", "drum_and_bass", "dubstep", "edm",
        "electro", "french_house", "future_bass", "grime", "hardstyle", "house", "hyperpop", "jersey_club", "jungle",
        "moombahton", "phonk", "tech_house", "techno", "trance", "trap", "uk_garage",
    }
)  # fmt: skip
_SEQUENCED = _SEQUENCED_LOOPS | {"minimalism", "synthpop", "synthwave"}
_LOOPS = _SEQUENCED_LOOPS | {
    "afrobeat", "ambient", "boom_bap", "breakbeat", "dancehall", "disco", "downtempo", "dub", "funk", "hiphop", "lofi",
    "minimalism", "reggaeton", "trip_hop", "vaporwave",
}  # fmt: skip
STYLES = _SEQUENCED | _LOOPS | frozenset().union(*_BASSES.values())


def idiom_of(style: str) -> StyleIdiom:
    """How a style is played; of a slug that is not known, or empty, by hand."""
    bass = next((figure for figure, styles in _BASSES.items() if style in styles), BassFigure.RIFF)
    return StyleIdiom(bass, style in _SEQUENCED, style in _LOOPS)
