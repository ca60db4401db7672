"""How long an engine may take for a bar."""

from dataclasses import dataclass

from music.meter import steps_per_bar
from services.composition.brief import CompositionBrief

_SECONDS_PER_STEP_AT_ONE_BPM = 15.0


@dataclass(frozen=True, slots=True)
class BarDeadline:
    """A share of the time that a bar plays, within bounds.

    Attributes:
        share: Of the time that a bar plays, above 0.
        shortest_s: At least so many seconds.
        longest_s: At most so many seconds.
    """

    share: float = 0.5
    shortest_s: float = 0.2
    longest_s: float = 1.0

    def of(self, brief: CompositionBrief) -> float:
        """Seconds for each bar of a piece; the longest time where no tempo is known."""
        if brief.intent.bpm <= 0:
            return self.longest_s
        bar_s = steps_per_bar(brief.constraints.meter) * _SECONDS_PER_STEP_AT_ONE_BPM / brief.intent.bpm
        return min(max(bar_s * self.share, self.shortest_s), self.longest_s)
