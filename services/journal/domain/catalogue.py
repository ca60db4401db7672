"""What styles and scales there are, as theory's catalogue lists them, and which are neighbours."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from language.localized_text import LocalizedText

_SEMITONES = 12
# Tempi are as far apart as they can be when one is twice the other.
_OCTAVE = 2.0
_SAME_METER, _SAME_TEMPO = 0.4, 0.6


@dataclass(frozen=True, slots=True)
class Style:
    """A style.

    Attributes:
        label: What people call it.
        bpm: Its usual tempo.
        meter: Its metre: "4/4".
    """

    label: LocalizedText
    bpm: float
    meter: str


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale.

    Attributes:
        label: What people call it.
        pitch_classes: Above the tonic, a bit for each semitone.
    """

    label: LocalizedText
    pitch_classes: int


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Styles and scales by slug; empty where theory is away."""

    styles: Mapping[str, Style] = field(default_factory=dict)
    scales: Mapping[str, Scale] = field(default_factory=dict)


def style_closeness(one: Style, other: Style) -> float:
    """How near two styles are, 0-1, by tempo and metre.

    Args:
        one: A style.
        other: Another one.
    """
    ratio = max(one.bpm, other.bpm, 1.0) / max(min(one.bpm, other.bpm), 1.0)
    tempo = max(0.0, 1 - (ratio - 1) / (_OCTAVE - 1))
    return _SAME_METER * (one.meter == other.meter) + _SAME_TEMPO * tempo


def scale_closeness(one: Scale, other: Scale) -> float:
    """How near two scales are on one tonic, 0-1, by the notes that only one of them has.

    Args:
        one: A scale.
        other: Another one.
    """
    return 1 - (one.pitch_classes ^ other.pitch_classes).bit_count() / _SEMITONES
