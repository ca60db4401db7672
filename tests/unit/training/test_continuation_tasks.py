"""What models go on from: the beginnings of lines, as events, as bars and as requests."""

import numpy as np
import pytest
from boumbapp.music.v2.music_pb2 import Meter
from hypothesis import given
from hypothesis import strategies as st

from music.meter import steps_per_bar
from services.melody.line_model.history import HOLD, LOWEST, OFF
from training.evaluation.engine_samples import events_of
from training.scoring.continuation_requests import bars_of, requests_of
from training.scoring.continuation_tasks import BARS, PRIMER_BARS, continuation_tasks, rounds
from training.scoring.protocol import EventLine

METRES = st.sampled_from([(4, 4), (2, 4), (3, 4), (6, 8), (7, 8), (2, 2)])


@st.composite
def lines(draw: st.DrawFn) -> EventLine:
    """Lines that end with their last note, in any metre, after any silence."""
    beats, beat_unit = draw(METRES)
    events = [HOLD] * draw(st.integers(0, 50))
    for pitch, steps, rest in draw(
        st.lists(st.tuples(st.integers(0, 79), st.integers(1, 30), st.integers(0, 9)), min_size=1, max_size=30)
    ):
        events += [pitch, *[HOLD] * (steps - 1), *[OFF, *[HOLD] * rest][:rest]]
    events.append(draw(st.integers(0, 79)))
    mode = draw(st.sampled_from(["major", "minor", "dorian"]))
    return EventLine("a", Meter(beats=beats, beat_unit=beat_unit), mode, "melody", np.array(events, dtype=np.int64))


@given(lines())
def test_a_passage_is_whole_bars_from_the_first_note_on_and_changes_nothing(line: EventLine) -> None:
    bar = steps_per_bar(line.meter)
    begin = line.onsets[0] // bar * bar
    found = continuation_tasks([line])
    assert bool(found) == (len(line.events) > begin + PRIMER_BARS * bar)
    for task in found:
        assert len(task.primer.events) == PRIMER_BARS * bar
        assert len(task.primer.onsets)
        assert len(task.continuation.events) % bar == 0
        assert 0 < len(task.continuation.events) <= BARS * bar
        whole = np.concatenate([task.primer.events, task.continuation.events])
        kept = line.events[begin : begin + len(whole)]
        assert whole[: len(kept)].tolist() == kept.tolist()
        assert len(whole) - len(kept) < bar
        assert whole[len(kept) :].tolist() == [OFF, *[HOLD] * bar][: len(whole) - len(kept)]


def test_passages_take_turns_and_every_turn_has_its_seed() -> None:
    tasks = continuation_tasks([_scale(8), _scale(9)])
    turns = list(rounds(tasks, 5))
    assert [seed for seed, _ in turns] == [0, 1, 2, 3, 4]
    assert [tasks.index(task) for _, task in turns] == [0, 1, 0, 1, 0]


@given(lines())
def test_bars_and_events_are_the_same_music(line: EventLine) -> None:
    for task in continuation_tasks([line]):
        bars = bars_of(task.continuation)
        read = events_of(bars, line.meter)
        first = int(task.continuation.onsets[0]) if len(task.continuation.onsets) else len(read)
        # What sounded before the task is no note of it, and two ends in a row are one.
        heard = EventLine("a", line.meter, line.mode, "melody", read)
        assert heard.onsets.tolist() == task.continuation.onsets.tolist()
        assert heard.pitches.tolist() == task.continuation.pitches.tolist()
        assert heard.lengths.tolist() == task.continuation.lengths.tolist()
        assert (read[:first] == HOLD).all()


def test_requests_are_in_the_key_and_the_metre_of_their_passage() -> None:
    tasks = continuation_tasks([_scale(8, mode="minor"), _scale(8, metre=(3, 4)), _scale(8, metre=(33, 4))])
    asked = list(requests_of(tasks, 6))
    assert [request.brief.seed for request in asked] == [0, 1, 3, 4]  # nobody can ask for 33/4
    minor, waltz = asked[:2]
    assert (minor.brief.intent.key.tonic, minor.brief.intent.key.scale) == ("A", "minor")
    assert (waltz.brief.intent.key.tonic, waltz.brief.constraints.meter.beats) == ("C", 3)
    for request in asked:
        steps = len(request.task.primer.events) + len(request.task.continuation.events)
        assert len(request.harmony.chords) == len(request.harmony.scales) == steps
        assert request.brief.bars * steps_per_bar(request.task.primer.meter) == steps
        assert len(request.brief.given_bars) == PRIMER_BARS
        assert all(scale == sum(1 << tone for tone in (0, 2, 4, 5, 7, 9, 11)) for scale in request.harmony.scales)
        assert all(chord >> root & 1 for chord, root in zip(request.harmony.chords, request.harmony.roots, strict=True))


def test_what_is_planned_later_is_what_remains() -> None:
    (request,) = requests_of(continuation_tasks([_scale(8)]), 1)
    later = request.harmony.after(20)
    assert later.chords == request.harmony.chords[20:]
    assert len(later.roots) == len(request.harmony.roots) - 20


def _scale(bars: int, mode: str = "major", metre: tuple[int, int] = (4, 4)) -> EventLine:
    meter = Meter(beats=metre[0], beat_unit=metre[1])
    count = bars * steps_per_bar(meter) // 4
    pitches = [60 - LOWEST + (0, 2, 4, 5, 7, 9, 11)[index % 7] for index in range(count)]
    events = [event for pitch in pitches for event in (pitch, HOLD, HOLD, HOLD)]
    return EventLine(f"{bars}", meter, mode, "melody", np.array(events))


def test_a_line_as_long_as_its_primer_has_no_sequel() -> None:
    assert continuation_tasks([_scale(PRIMER_BARS)]) == []
    (task,) = continuation_tasks([_scale(PRIMER_BARS + 1)])
    assert len(task.continuation.events) == 16
    with pytest.raises(ZeroDivisionError):
        next(rounds([], 1))
