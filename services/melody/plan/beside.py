"""What plays beside one bar."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Beside:
    """What plays beside a bar, on the straight grid.

    Attributes:
        kicks: Strength of the kick, 0-1, by the step of its strokes.
        chords: Steps on which comped chords begin.
        leads: Steps on which a lead begins.
        sounding: MIDI key numbers that sound on each step; empty where nothing pitched plays.
        harmony: Whether a part plays the chords of the piece, known or not.
        lead: Whether a part plays a lead, known or not.
        lowest_lead: Lowest MIDI key number of a lead; None where there is none.
        highest_chord: Highest MIDI key number of comped or held chords; likewise.
    """

    kicks: Mapping[int, float] = field(default_factory=dict)
    chords: frozenset[int] = frozenset()
    leads: frozenset[int] = frozenset()
    sounding: tuple[frozenset[int], ...] = ()
    harmony: bool = False
    lead: bool = False
    lowest_lead: int | None = None
    highest_chord: int | None = None

    def at(self, step: int) -> frozenset[int]:
        """MIDI key numbers that sound on a step."""
        return self.sounding[step] if step < len(self.sounding) else frozenset()


NOTHING = Beside()
