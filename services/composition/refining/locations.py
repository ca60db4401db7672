"""Where an edit applies: bars, parts of the piece or of a bar, positions in the bar."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from boumbapp.music.v2.music_pb2 import Meter

from music.meter import BEAT, DOWNBEAT, EIGHTH, GROUP, step_weights, steps_per_bar, steps_per_beat
from services.chassis.errors.catalogue import ApiError
from services.composition.refining.errors import NO_SUCH_BAR

Stretch = tuple[float, float]
WHOLE: Stretch = (0.0, 1.0)


class Edge(StrEnum):
    """The first or the last bar; in a piece of one bar, its first or second half."""

    START = "start"
    END = "end"


class MetricalRole(StrEnum):
    """Roles that positions have in a metre."""

    BEATS = "beats"
    BACKBEATS = "backbeats"
    STRONG_BEATS = "strong_beats"
    OFFBEATS = "offbeats"


@dataclass(frozen=True, slots=True)
class Span:
    """Bars from `first` to `last`, counted from 1, or from -1 at the end; `every` nth of them, the nth first."""

    first: int = 1
    last: int = -1
    every: int = 1

    def bars(self, count: int) -> Iterable[int]:
        """Indices from 0 in a piece of `count` bars.

        Raises:
            ApiError: The piece has no such bar.
        """
        first, last = (number if number > 0 else number + count + 1 for number in (self.first, self.last))
        for number in (self.first, self.last):
            if not 1 <= abs(number) <= count and self.every == 1:
                raise ApiError(NO_SUCH_BAR, field="instruction", value=abs(number), bars=count)
        return range(max(first, 1) - 1, min(last, count), self.every)


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A conjunction of conditions; those left at their default do not limit.

    Attributes:
        spans: Bars; several are joined.
        edge: Start or end of the piece.
        portion: Stretch of the whole piece, as fractions.
        within: Stretch of each bar, as fractions.
        beats: Onsets of these beats, from 1; 2.5 is half a beat after beat 2.
        whole_beats: Whether beats count with all of their length, not only what begins on them.
        steps: These steps, from 1.
        role: Positions by their role in the metre.
        count: A number of bars, from the first: "2 bars", which says how many and not which.
        notes: Some of the notes there, counted from 1, or from -1 at the end: first and last.
    """

    spans: tuple[Span, ...] = ()
    edge: Edge | None = None
    portion: Stretch = WHOLE
    within: Stretch = WHOLE
    beats: tuple[float, ...] = ()
    whole_beats: bool = False
    steps: tuple[int, ...] = ()
    role: MetricalRole | None = None
    count: int | None = None
    notes: tuple[int, int] | None = None

    @property
    def has_positions(self) -> bool:
        """Whether it limits the positions in a bar."""
        return bool(self.beats or self.steps or self.role)

    def without_positions(self) -> "Location":
        """A copy without limits on the positions in a bar."""
        return replace(self, beats=(), whole_beats=False, steps=(), role=None)

    def and_also(self, other: "Location") -> "Location":
        """The conjunction with another location; of conditions of one kind, the other's replaces this one's."""
        return replace(
            self,
            spans=other.spans or self.spans,
            edge=other.edge or self.edge,
            portion=self.portion if other.portion == WHOLE else other.portion,
            within=self.within if other.within == WHOLE else other.within,
            beats=other.beats or self.beats,
            whole_beats=other.whole_beats if other.beats else self.whole_beats,
            steps=other.steps or self.steps,
            role=other.role or self.role,
            count=other.count or self.count,
            notes=other.notes or self.notes,
        )

    def steps_of(self, bar: int, meters: Sequence[Meter]) -> frozenset[int]:
        """Steps of a bar that it covers.

        Args:
            bar: Index of the bar, from 0.
            meters: Time signature of every bar of the piece.

        Returns:
            Steps from 0; none when the bar is not covered.

        Raises:
            ApiError: The location names a bar that the piece does not have.
        """
        count, steps = len(meters), steps_per_bar(meters[bar])
        if self.spans and not any(bar in span.bars(count) for span in self.spans):
            return frozenset()
        if self.count is not None and bar >= self.count:
            return frozenset()
        low, high = self._window(bar, count)
        covered = range(round(low * steps), round(high * steps))
        return frozenset(covered) if not self.has_positions else frozenset(covered) & self._positions(meters[bar])

    def _window(self, bar: int, count: int) -> Stretch:
        """The part of the bar that is covered, as fractions; empty unless the first is the smaller."""
        portion = self.portion
        if self.edge is Edge.START:
            portion = (0.0, 1 / max(count, 2))
        elif self.edge is Edge.END:
            portion = (1 - 1 / max(count, 2), 1.0)
        return max(portion[0] * count - bar, self.within[0]), min(portion[1] * count - bar, self.within[1])

    def _positions(self, meter: Meter) -> frozenset[int]:
        unit = steps_per_beat(meter)
        length = unit if self.whole_beats else 1
        starts = [int((beat - 1) * unit) for beat in self.beats]
        found = {start + step for start in starts for step in range(length)} | {step - 1 for step in self.steps}
        return frozenset(found) | (role_steps(self.role, meter) if self.role else frozenset())


EVERYWHERE = Location()


def role_steps(role: MetricalRole, meter: Meter) -> frozenset[int]:
    """Steps of a bar that have a role.

    Args:
        role: The role.
        meter: Time signature.

    Returns:
        Steps from 0.
    """
    weights = step_weights(meter)
    if role is MetricalRole.BEATS:
        return frozenset(range(0, len(weights), steps_per_beat(meter)))
    # Where no beat is weaker than a group's first, as in 6/8, the groups after the first answer the downbeat.
    answering = BEAT if BEAT in weights else GROUP
    wanted = {
        MetricalRole.BACKBEATS: {answering},
        MetricalRole.STRONG_BEATS: {DOWNBEAT, GROUP} - {answering},
        MetricalRole.OFFBEATS: {EIGHTH},
    }[role]
    return frozenset(step for step, weight in enumerate(weights) if weight in wanted)
