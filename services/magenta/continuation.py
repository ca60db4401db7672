"""One continuation: the network encodes the primer, then bars are sampled under the constraints, one by one."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

import numpy as np
from boumbapp.music.v2.intent_pb2 import Constraints
from boumbapp.music.v2.music_pb2 import Bar, Meter
from numpy.typing import NDArray

from music.meter import steps_per_bar
from services.magenta.batch_inputs import FIRST_PITCH, HOLD, OFF, SAMPLE, Row, State
from services.magenta.batching import Batcher
from services.magenta.event_encoding import (
    NO_EVENT,
    NOTE_OFF,
    Range,
    bar_of,
    estimated_shift,
    fold,
    shift_to_c,
    with_octave,
)

_CHUNK = 16  # steps in one call at most, which bounds the latency of other melodies
_PITCHES = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What to continue.

    Attributes:
        primer: Events of whole bars, one per step; MIDI pitches or the special events of `event_encoding`.
        meter: Time signature of every bar.
        total_steps: Length of primer and continuation together.
        temperature: Of the softmax, 0 or more.
        constraints: Constraints on pitches; None for the whole range of the network.
        seed: With the index of a bar, seeds its random numbers.
    """

    primer: Sequence[int]
    meter: Meter
    total_steps: int
    temperature: float
    constraints: Constraints | None
    seed: int


class Continuation:
    """Samples the bars of one task.

    Args:
        task: What to continue.
        known: Range of the network.
        start: State of the network before the first event.
        batcher: Runs the network.
    """

    def __init__(self, task: Task, known: Range, start: State, batcher: Batcher) -> None:
        self._task = task
        self._known = known
        self._state = start
        self._batcher = batcher
        self._shift = _shift(task, known)
        self._events = FIRST_PITCH + known.highest - known.lowest + 1

    @property
    def folds(self) -> bool:
        """Whether pitches of the primer lie outside the network's range, and so are folded into it by octaves."""
        moved = [event + self._shift for event in self._task.primer if event >= 0]
        return any(fold(pitch, self._known) != pitch for pitch in moved)

    async def bars(self) -> AsyncGenerator[Bar, None]:
        """Yield the bars after the primer. Each is sampled on demand."""
        task = self._task
        with self._batcher.melody():
            held = await self._encode_primer()
            length = steps_per_bar(task.meter)
            for start in range(len(task.primer), task.total_steps, length):
                index = start // length
                events = await self._sample(index, min(length, task.total_steps - start))
                bar, held = bar_of(index, task.meter, events, held)
                yield bar

    async def _encode_primer(self) -> int | None:
        """Run the network over the primer; returns the pitch that sounds at its end."""
        numbers = np.array([self._number(event) for event in self._task.primer], np.int32)
        for start in range(0, len(numbers), _CHUNK):
            forced = numbers[start : start + _CHUNK]
            everything = np.ones((len(forced), self._events), np.bool_)
            await self._advance(forced, np.zeros(len(forced), np.float32), everything)
        last = next((event for event in reversed(self._task.primer) if event != NO_EVENT), NOTE_OFF)
        return None if last == NOTE_OFF else fold(last + self._shift, self._known) - self._shift

    async def _sample(self, index: int, steps: int) -> list[int]:
        """Events of a bar."""
        # A counter-based generator: the same numbers for a bar on every machine, whatever else is in the batch.
        draws = np.random.Generator(np.random.Philox(key=[self._task.seed, index])).random(steps, np.float32)
        allowed = np.tile(self._allowed(index), (steps, 1))
        found: list[int] = []
        for start in range(0, steps, _CHUNK):
            end = min(start + _CHUNK, steps)
            forced = np.full(end - start, SAMPLE, np.int32)
            found += (await self._advance(forced, draws[start:end], allowed[start:end])).tolist()
        return [self._event(number) for number in found]

    async def _advance(
        self, forced: NDArray[np.int32], draws: NDArray[np.float32], allowed: NDArray[np.bool_]
    ) -> NDArray[np.int32]:
        row = Row(self._state, forced, draws, allowed, self._task.temperature)
        events, self._state = await self._batcher.advance(row)
        return events

    def _allowed(self, index: int) -> NDArray[np.bool_]:
        """Mask of the events allowed in a bar: (events,). Silence always is."""
        allowed = np.ones(self._events, np.bool_)
        pitches = np.arange(self._known.lowest, self._known.highest + 1) - self._shift
        inside = (pitches >= 0) & (pitches < _PITCHES)
        constraints = self._task.constraints
        if constraints is not None:
            # A note off in silence leaves no trace in a bar, so a continuation from these bars would lack the event.
            allowed[OFF] = False
            mask = constraints.plans[index % len(constraints.plans)].pitch_classes
            inside &= (pitches >= constraints.lowest_pitch) & (pitches <= constraints.highest_pitch)
            inside &= (mask >> pitches % 12 & 1).astype(np.bool_)
        allowed[FIRST_PITCH:] = inside
        return allowed

    def _number(self, event: int) -> int:
        """The network's number of an event."""
        if event < 0:
            return HOLD if event == NO_EVENT else OFF
        return FIRST_PITCH + fold(event + self._shift, self._known) - self._known.lowest

    def _event(self, number: int) -> int:
        if number < FIRST_PITCH:
            return NO_EVENT if number == HOLD else NOTE_OFF
        return number - FIRST_PITCH + self._known.lowest - self._shift


def _shift(task: Task, known: Range) -> int:
    """Semitones from the task's pitches to the network's.

    Constraints decide where there are any, so that a bar is the same when it is sampled from a longer primer; else the
    primer does.
    """
    if task.constraints is not None:
        plan = task.constraints.plans[0]
        shift = shift_to_c(plan.pitch_classes, plan.tonic) if known.in_c else 0
        return with_octave(shift, task.constraints.lowest_pitch, task.constraints.highest_pitch, known)
    if not known.in_c:
        return 0
    pitches = [event for event in task.primer if event >= 0]
    return with_octave(estimated_shift(task.primer), min(pitches), max(pitches), known)
