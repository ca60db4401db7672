"""Tunes as the model sees them: events on the grid, pitches relative to the key."""

from collections.abc import Iterator
from dataclasses import dataclass

from boumbapp.music.v2.music_pb2 import Meter

from music.meter import step_weights, steps_per_bar
from music.pitch import mask_of
from music.scale_degrees import ScaleDegrees
from services.melody.next_note_models.folk_model import (
    HOLD,
    ONSET,
    REST,
    alteration_context,
    interval_context,
    interval_symbol,
    rhythm_context,
)
from training.data.tunes import Tune
from training.folk.counting import Observation

# Semitones above the tonic.
_MODES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
}
MODES = frozenset(_MODES)


@dataclass(frozen=True, slots=True)
class Observations:
    """What a tune teaches.

    Attributes:
        rhythm: One per step from the first onset to the end of the last note.
        interval: One per note but the first.
        alteration: One per note.
    """

    rhythm: list[Observation]
    interval: list[Observation]
    alteration: list[Observation]


def scale_of(tune: Tune) -> ScaleDegrees:
    """Degrees of a tune's key; its mode must be one of MODES."""
    return ScaleDegrees.of(tune.tonic, mask_of([tune.tonic + above for above in _MODES[tune.mode]]))


def observe(tune: Tune) -> Observations:
    """All contexts of a tune and what followed them."""
    meter = Meter(beats=tune.beats, beat_unit=tune.beat_unit)
    bars = events(tune)
    return Observations(list(_rhythm(meter, bars)), list(_intervals(tune, meter)), list(_alterations(tune)))


def events(tune: Tune) -> list[list[int]]:
    """HOLD, ONSET or REST for every step of every bar. Steps before the first onset are HOLD."""
    steps = steps_per_bar(Meter(beats=tune.beats, beat_unit=tune.beat_unit))
    line = [HOLD] * (tune.bars * steps)
    onsets = [note.bar * steps + note.step for note in tune.notes]
    for onset, following, note in zip(onsets, [*onsets[1:], len(line)], tune.notes, strict=True):
        line[onset] = ONSET
        if onset + note.steps < following:
            line[onset + note.steps] = REST
    return [line[start : start + steps] for start in range(0, len(line), steps)]


def _rhythm(meter: Meter, bars: list[list[int]]) -> Iterator[Observation]:
    steps = steps_per_bar(meter)
    line = [event for bar in bars for event in bar]
    first = line.index(ONSET)
    # A rest that only fills up the last bar says nothing about the tune.
    last = max(place for place, event in enumerate(line) if event == ONSET)
    since, resting = 1, False
    for place in range(first + 1, last + 1):
        bar, step = divmod(place, steps)
        before = bars[bar - 1] if bar else []
        yield rhythm_context(meter, step, since, resting, before), line[place]
        since, resting = (since + 1, resting) if line[place] == HOLD else (1, line[place] == REST)


def _intervals(tune: Tune, meter: Meter) -> Iterator[Observation]:
    scale, weights, steps = scale_of(tune), step_weights(meter), steps_per_bar(meter)
    places = [note.bar * steps + note.step for note in tune.notes]
    positions = [scale.position(note.pitch) for note in tune.notes]
    for index in range(1, len(places)):
        weight = weights[tune.notes[index].step]
        gap = places[index] - places[index - 1]
        context = interval_context(scale, positions[max(index - 3, 0) : index], weight, gap)
        yield context, interval_symbol(positions[index] - positions[index - 1])


def _alterations(tune: Tune) -> Iterator[Observation]:
    scale = scale_of(tune)
    after_altered = False
    for note in tune.notes:
        altered = scale.is_altered(note.pitch)
        yield alteration_context(scale, scale.position(note.pitch), after_altered), int(altered)
        after_altered = altered
