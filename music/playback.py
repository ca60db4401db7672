"""How bars sound, as the head of music.proto says: ties joined, flams and rolls played out, steps as seconds.

The one reading that every player of this repository uses. Ticks are counted from where the piece begins, 120 a
sixteenth.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from boumbapp.music.v2.music_pb2 import Bar, DrumHit, DrumPiece, Glide, Note

from music.divisions import bar_ticks, is_on_sixteenths, step_ticks
from music.side_by_side import side_by_side

_SECONDS_PER_TICK_AT_ONE_BPM = 60 / 480


@dataclass(frozen=True, slots=True)
class PlayedNote:
    """A note from onset to release, however many bar lines it crosses; positions in ticks.

    Attributes:
        start: Written onset.
        end: Written end.
        offset: Micro-timing of the onset.
        release: Micro-timing of the release.
        pitch: MIDI key number, 0-127.
        velocity: 1-127.
        glide: How it slides in; None for most.
        on_sixteenths: Whether all its bars are divided in sixteenths.
        latest: Onset of the next note of the pitch, which ends this one; None where there is none.
    """

    start: int
    end: int
    offset: int
    release: int
    pitch: int
    velocity: int
    glide: Glide | None = None
    on_sixteenths: bool = True
    latest: int | None = None

    @property
    def onset(self) -> int:
        """Where it begins to sound; not before the piece begins."""
        return max(self.start + self.offset, 0)

    @property
    def stop(self) -> int:
        """Where it ends, at least one tick later."""
        stop = self.end + self.release
        return max(stop if self.latest is None else min(stop, self.latest), self.onset + 1)


@dataclass(frozen=True, slots=True, eq=False)
class PlacedHit:
    """A drum hit at its place in the piece.

    Attributes:
        hit: The hit.
        start: Tick where its step begins.
        strokes: Tick and velocity of each stroke, none before the piece begins.
        on_sixteenths: Whether its bar is divided in sixteenths.
    """

    hit: DrumHit
    start: int
    strokes: tuple[tuple[int, int], ...]
    on_sixteenths: bool


@dataclass(frozen=True, slots=True)
class Tempi:
    """The tempo of a piece.

    Attributes:
        ticks: Where each tempo begins, the first at 0.
        bpms: Quarter notes per minute from there on.
        seconds: When that is.
    """

    ticks: tuple[int, ...]
    bpms: tuple[float, ...]
    seconds: tuple[float, ...]

    def at(self, tick: int) -> float:
        """Seconds from the beginning until a tick."""
        index = bisect_right(self.ticks, tick) - 1
        return self.seconds[index] + (tick - self.ticks[index]) * _SECONDS_PER_TICK_AT_ONE_BPM / self.bpms[index]


@dataclass(frozen=True, slots=True)
class HeardNote:
    """A note as it sounds; times in seconds.

    Attributes:
        onset: When it begins.
        release: When it ends.
        pitch: MIDI key number.
        velocity: 1-127.
        from_pitch: Pitch that it begins with, where it slides.
        glide: How long it slides; 0 where it does not.
    """

    onset: float
    release: float
    pitch: int
    velocity: int
    from_pitch: int
    glide: float = 0.0


@dataclass(frozen=True, slots=True)
class HeardStroke:
    """A stroke of the kit as it sounds: seconds, piece, velocity 1-127."""

    onset: float
    piece: DrumPiece.ValueType
    velocity: int


@dataclass(frozen=True, slots=True)
class Playback:
    """A part as it sounds.

    Attributes:
        notes: In order of onset, then pitch.
        strokes: In order of onset, then piece.
        end: When the last bar ends, in seconds.
    """

    notes: tuple[HeardNote, ...]
    strokes: tuple[HeardStroke, ...]
    end: float


def play(bars: Iterable[Bar], bpm: float) -> Playback:
    """Say when everything in some bars sounds.

    Args:
        bars: In any order.
        bpm: Tempo at the beginning, quarter notes per minute.

    Raises:
        RepeatedBar: Two bars have the same index.
    """
    whole = without_gaps(bars)
    tempi = tempi_of(whole, bpm)
    notes = []
    for note in played_notes(whole):
        onset = tempi.at(note.onset)
        heard = HeardNote(onset, tempi.at(note.stop), note.pitch, note.velocity, note.pitch)
        if note.glide is not None:
            glide = tempi.at(note.onset + note.glide.length_ticks) - onset
            heard = replace(heard, from_pitch=note.glide.from_pitch, glide=glide)
        notes.append(heard)
    strokes = sorted(
        (
            HeardStroke(tempi.at(tick), placed.hit.piece, velocity)
            for placed in placed_hits(whole)
            for tick, velocity in placed.strokes
        ),
        key=lambda stroke: (stroke.onset, stroke.piece),
    )
    return Playback(tuple(notes), tuple(strokes), tempi.at(sum(map(bar_ticks, whole))))


def without_gaps(bars: Iterable[Bar]) -> list[Bar]:
    """Bars by index from 0 on, with empty ones where some are missing: in the metre before, or the first bar's.

    Args:
        bars: In any order.

    Raises:
        RepeatedBar: Two bars have the same index.
    """
    return side_by_side([bars])[0]


def tempi_of(bars: Sequence[Bar], bpm: float) -> Tempi:
    """Find the tempi of a piece.

    Args:
        bars: From 0 on, without gaps.
        bpm: Tempo at the beginning, where the first bar has none.
    """
    ticks, bpms, seconds = [0], [bpm], [0.0]
    for start, bar in _starts(bars):
        if not bar.HasField("bpm") or bar.bpm == bpms[-1]:
            continue
        if start == ticks[-1]:
            bpms[-1] = bar.bpm
            continue
        seconds.append(seconds[-1] + (start - ticks[-1]) * _SECONDS_PER_TICK_AT_ONE_BPM / bpms[-1])
        ticks.append(start)
        bpms.append(bar.bpm)
    return Tempi(tuple(ticks), tuple(bpms), tuple(seconds))


def played_notes(bars: Sequence[Bar]) -> list[PlayedNote]:
    """Join the notes of bars, each tied note to the one that it prolongs; in order of onset, then pitch.

    Args:
        bars: From 0 on, without gaps.
    """
    notes: list[PlayedNote] = []
    held: dict[int, int] = {}  # pitch to index, of notes that last until the bar line
    for start, bar in _starts(bars):
        step, length, lasting = step_ticks(bar), bar_ticks(bar), dict[int, int]()
        for note in sorted(bar.notes, key=lambda note: (note.start_step, note.pitch)):
            end = (note.start_step + note.duration_steps) * step
            index = held.get(note.pitch) if note.tied and not note.start_step else None
            if index is None:
                index = len(notes)
                notes.append(_played(note, bar, start, step))
            else:
                on_sixteenths = notes[index].on_sixteenths and is_on_sixteenths(bar)
                notes[index] = replace(
                    notes[index], end=start + end, release=note.release_ticks, on_sixteenths=on_sixteenths
                )
            if end == length:
                lasting[note.pitch] = index
        held = lasting
    by_pitch = sorted(notes, key=lambda note: (note.pitch, note.onset, note.start))
    found: list[PlayedNote] = []
    for _, same in groupby(by_pitch, key=lambda note: note.pitch):
        together = list(same)
        found += [replace(note, latest=after.onset) for note, after in pairwise(together)]
        found.append(together[-1])
    return sorted(found, key=lambda note: (note.onset, note.pitch))


def placed_hits(bars: Sequence[Bar]) -> Iterator[PlacedHit]:
    """Yield the hits of bars in order of their steps.

    Args:
        bars: From 0 on, without gaps.
    """
    for line, bar in _starts(bars):
        for hit in sorted(bar.hits, key=lambda hit: hit.step):
            start = line + hit.step * step_ticks(bar)
            strokes = tuple((max(start + tick, 0), velocity) for tick, velocity in strokes_of(hit))
            yield PlacedHit(hit, start, strokes, is_on_sixteenths(bar))


def strokes_of(hit: DrumHit) -> list[tuple[int, int]]:
    """Strokes that a hit is played with, in order: two for a flam, several for a roll.

    Args:
        hit: The hit.

    Returns:
        Tick, counted from where the hit's step begins, and velocity of each stroke.
    """
    onset = hit.offset_ticks
    match hit.WhichOneof("articulation"):
        case "flam":
            return [(onset - hit.flam.lead_ticks, hit.flam.velocity), (onset, hit.velocity)]
        case "roll":
            count = max(hit.roll.strokes, 1)
            return [
                (onset + stroke * hit.roll.span_ticks // count, _between(hit, stroke, count)) for stroke in range(count)
            ]
    return [(onset, hit.velocity)]


def _between(hit: DrumHit, stroke: int, count: int) -> int:
    """Velocity of a stroke of a roll, halves rounded up."""
    last = count - 1
    if not last:
        return hit.velocity
    return (2 * (hit.velocity * (last - stroke) + hit.roll.last_velocity * stroke) + last) // (2 * last)


def _played(note: Note, bar: Bar, start: int, step: int) -> PlayedNote:
    """A struck note of a bar that begins at a tick."""
    return PlayedNote(
        start=start + note.start_step * step,
        end=start + (note.start_step + note.duration_steps) * step,
        offset=note.offset_ticks,
        release=note.release_ticks,
        pitch=note.pitch,
        velocity=note.velocity,
        glide=note.glide if note.HasField("glide") else None,
        on_sixteenths=is_on_sixteenths(bar),
    )


def _starts(bars: Iterable[Bar]) -> Iterator[tuple[int, Bar]]:
    """Each bar with the tick of its bar line."""
    start = 0
    for bar in bars:
        yield start, bar
        start += bar_ticks(bar)
