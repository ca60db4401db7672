"""From sounds to bars: sounds cut at bar lines, drum onsets put into bars, micro-timing as ticks.

Positions are steps from the start of the piece.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from boumbapp.music.v2.music_pb2 import Bar, DrumHit, DrumPiece, Flam, Meter, Note, Roll

from music.meter import steps_per_bar

MAX_BARS = 1024
MAX_NOTES = 65_536
MAX_BARS_IN_ALL = 32_768  # of all tracks
MAX_STROKES = 16  # of a roll
SHORTEST_ROLL, LONGEST_ROLL = 16, 1920  # ticks
_UNITS = (2, 4, 8, 16)
_SHORTEST_UNIT, _MOST_BEATS = 16, 32
STEPS_PER_QUARTER = 4
TICKS_PER_STEP = 120  # 480 to the quarter note


@dataclass(frozen=True, slots=True)
class Sound:
    """A note from onset to release, however many bar lines it crosses.

    Attributes:
        step: Step of the onset, from the start of the piece.
        duration: Length in steps.
        pitch: MIDI key number, 0-127.
        velocity: 1-127.
        offset: Micro-timing of the onset, ticks.
        release: Micro-timing of the end, ticks.
        name: Spelled, with octave; empty where nobody spelled it.
    """

    step: int
    duration: int  # steps
    pitch: int
    velocity: int
    offset: int  # micro-timing of the onset, ticks
    release: int = 0  # micro-timing of the end, likewise
    name: str = ""  # spelled, with octave; empty where nobody spelled it


@dataclass(frozen=True, slots=True)
class DrumOnset:
    """A drum hit at its place in the piece.

    Attributes:
        step: Step from the start of the piece.
        piece: Piece of the kit.
        velocity: 1-127.
        offset: Micro-timing, ticks.
        articulation: How it is struck; None for one plain stroke.
    """

    step: int
    piece: DrumPiece.ValueType
    velocity: int
    offset: int
    articulation: Flam | Roll | None = None


class TooManyBars(ValueError):
    """Music that lasts for more than MAX_BARS bars."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the bars of a piece begin.

    Attributes:
        starts: First step of each bar.
        meters: Time signature of each bar.
    """

    starts: tuple[int, ...]
    meters: tuple[Meter, ...]

    @classmethod
    def of(cls, meters: Sequence[Meter]) -> "Layout":
        """Lay out bars of these metres, one after the other."""
        starts, end = [], 0
        for meter in meters:
            starts.append(end)
            end += steps_per_bar(meter)
        return cls(tuple(starts), tuple(meters))

    @classmethod
    def until(cls, last: int, written: int, changes: Iterable[tuple[int, Meter]]) -> "Layout":
        """Lay out bars in 4/4, or the metre that was last changed to, until both steps are reached.

        Args:
            last: Step until which there must be bars.
            written: Step until which there should be bars, as far as MAX_BARS allows.
            changes: Steps and the metres that apply from the next bar line on, in order.

        Raises:
            TooManyBars: More than MAX_BARS are needed.
        """
        waiting = deque(changes)
        meter = Meter(beats=4, beat_unit=4)
        meters: list[Meter] = []
        step = 0
        while step < last or (step < written and len(meters) < MAX_BARS):
            if len(meters) == MAX_BARS:
                raise TooManyBars
            while waiting and waiting[0][0] <= step:
                meter = waiting.popleft()[1]
            meters.append(meter)
            step += steps_per_bar(meter)
        return cls.of(meters)

    def bar_at(self, step: int) -> int:
        """Index of the bar that holds a step; the last one for steps beyond."""
        return bisect_right(self.starts, step) - 1

    def end_of(self, bar: int) -> int:
        """First step after a bar."""
        return self.starts[bar] + steps_per_bar(self.meters[bar])


def as_meter(beats: int, unit: int) -> Meter | None:
    """Write a time signature in the beat units that bars may have: 2, 4, 8 and 16.

    Whole notes become twice as many half notes, and thirty-seconds half as many sixteenths.

    Args:
        beats: Number of beats.
        unit: Note value of a beat: 1 for a whole note, 4 for a quarter.

    Returns:
        The metre; None where there is none, or it has more than 32 beats.
    """
    while unit == 1 or (unit > _SHORTEST_UNIT and beats % 2 == 0):
        beats, unit = (2 * beats, 2) if unit == 1 else (beats // 2, unit // 2)
    return Meter(beats=beats, beat_unit=unit) if 1 <= beats <= _MOST_BEATS and unit in _UNITS else None


def cut(sounds: Iterable[Sound], layout: Layout) -> list[Bar]:
    """Cut sounds at bar lines into tied notes; of one pitch, only one sounds at a time.

    Args:
        sounds: In any order.
        layout: Where the bars begin; what lies beyond the last one is left out.
    """
    bars = _empty_bars(layout)
    for sound in _one_per_pitch(sounds):
        index = layout.bar_at(sound.step)
        step, left = sound.step, sound.duration
        while left > 0 and index < len(bars):
            duration = min(left, layout.end_of(index) - step)
            left -= duration
            bars[index].notes.append(
                Note(
                    pitch=sound.pitch,
                    start_step=step - layout.starts[index],
                    duration_steps=duration,
                    velocity=sound.velocity,
                    offset_ticks=sound.offset if step == sound.step else 0,
                    release_ticks=0 if left else sound.release,
                    tied=step != sound.step,
                    name=sound.name,
                )
            )
            step += duration
            index += 1
    for bar in bars:
        bar.notes.sort(key=lambda note: (note.start_step, note.pitch))
    return bars


def place(strokes: Iterable[DrumOnset], layout: Layout) -> list[Bar]:
    """Put drum onsets into bars; several of a piece on one step become a roll.

    Args:
        strokes: In any order.
        layout: Where the bars begin.
    """
    places: dict[tuple[int, DrumPiece.ValueType], list[DrumOnset]] = {}
    for stroke in strokes:
        places.setdefault((stroke.step, stroke.piece), []).append(stroke)
    bars = _empty_bars(layout)
    for (step, piece), together in sorted(places.items()):
        stroke = _rolled(sorted(together, key=lambda stroke: stroke.offset))
        index = layout.bar_at(step)
        hit = bars[index].hits.add(
            piece=piece, step=step - layout.starts[index], velocity=stroke.velocity, offset_ticks=stroke.offset
        )
        articulate(hit, stroke.articulation)
    return bars


def articulate(hit: DrumHit, articulation: Flam | Roll | None) -> None:
    """Say how a hit is struck, in place.

    Args:
        hit: The hit.
        articulation: The articulation; None for one plain stroke.
    """
    match articulation:
        case Flam():
            hit.flam.CopyFrom(articulation)
        case Roll():
            hit.roll.CopyFrom(articulation)
        case None:
            hit.ClearField("articulation")


def _rolled(together: Sequence[DrumOnset]) -> DrumOnset:
    """One hit for the onsets of a piece on one step, which are in order of time."""
    first, last, count = together[0], together[-1], min(len(together), MAX_STROKES)
    if count == 1:
        return first
    span = max((last.offset - first.offset) * count // (count - 1), SHORTEST_ROLL)
    return replace(first, articulation=Roll(strokes=count, span_ticks=span, last_velocity=last.velocity))


def _empty_bars(layout: Layout) -> list[Bar]:
    return [Bar(index=index, meter=meter) for index, meter in enumerate(layout.meters)]


def _one_per_pitch(sounds: Iterable[Sound]) -> list[Sound]:
    """End each sound where its pitch is struck again; drop one that is struck again on its own step."""
    ordered = sorted(sounds, key=lambda sound: (sound.pitch, sound.step, sound.duration))
    kept = []
    for sound, following in zip(ordered, [*ordered[1:], None], strict=True):
        if following is not None and following.pitch == sound.pitch:
            if following.step == sound.step:
                continue
            if sound.step + sound.duration > following.step:
                duration = following.step - sound.step
                kept.append(replace(sound, duration=duration, release=0))
                continue
        kept.append(sound)
    return kept
