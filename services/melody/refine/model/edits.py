"""Edits of a pitched part."""

from dataclasses import dataclass
from enum import StrEnum

from services.composition.refining.edits import PlacedEdit


class Action(StrEnum):
    """What an edit does; docs/refining.md says what the figure and the text of each are."""

    TRANSPOSE = "transpose"
    STEP = "step"
    HIGHER = "higher"
    LOWER = "lower"
    TO_KEY = "to_key"
    TO_MODE = "to_mode"
    INVERT = "invert"
    RETROGRADE = "retrograde"
    RISING = "rising"
    FALLING = "falling"
    ARCH = "arch"
    OCTAVES = "octaves"
    HARMONISE = "harmonise"
    CHORDS = "chords"
    END_ON = "end_on"
    DENSER = "denser"
    SPARSER = "sparser"
    BREATHE = "breathe"
    LONGER_NOTES = "longer_notes"
    SHORTER_NOTES = "shorter_notes"
    LEGATO = "legato"
    STACCATO = "staccato"
    ORNAMENT = "ornament"
    SIMPLIFY = "simplify"
    SYNCOPATE = "syncopate"
    STRIKE_TWICE = "strike_twice"
    SHIFT = "shift"
    REMOVE = "remove"
    SWING_MORE = "swing_more"
    SWING_LESS = "swing_less"
    SWING = "swing"
    QUANTISE = "quantise"
    HUMANISE = "humanise"
    MECHANICAL = "mechanical"
    LAID_BACK = "laid_back"
    PUSHED = "pushed"
    LOUDER = "louder"
    SOFTER = "softer"
    CRESCENDO = "crescendo"
    DIMINUENDO = "diminuendo"
    COPY = "copy"
    REPEAT = "repeat"
    SWAP = "swap"
    REGENERATE = "regenerate"
    NEW_PITCHES = "new_pitches"
    NEW_ENDING = "new_ending"
    DOUBLE_TIME = "double_time"
    HALF_TIME = "half_time"
    MORE_BARS = "more_bars"
    FEWER_BARS = "fewer_bars"
    CUT_BARS = "cut_bars"
    BARS = "bars"
    METER = "meter"
    FASTER = "faster"
    SLOWER = "slower"
    TEMPO = "tempo"
    KEEP = "keep"
    UNDO = "undo"


# Edits of the whole music: where parts play together, one that names no part is for all of them.
GLOBAL = frozenset(
    {
        Action.FASTER, Action.SLOWER, Action.TEMPO, Action.METER, Action.MORE_BARS, Action.FEWER_BARS, Action.BARS,
        Action.CUT_BARS, Action.UNDO,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit(PlacedEdit):
    """One change.

    Attributes:
        action: What is done.
    """

    action: Action
