"""Encodes melodies as one event per step, as note_seq does, and decodes them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from boumbapp.music.v2.music_pb2 import Bar, Meter, Note

from music.divisions import at_sixteenths
from music.meter import steps_per_bar
from services.chassis.errors.catalogue import OUT_OF_RANGE, ApiError
from services.magenta.errors import NOT_MONOPHONIC, PRIMER_BARS, PRIMER_EMPTY

# An event is a MIDI pitch or one of these two.
NO_EVENT, NOTE_OFF = -2, -1
_OCTAVE = 12
_VELOCITY = 100
# Pitch classes of C major; bit p for pitch class p.
_MAJOR = 0b1010_1011_0101


@dataclass(frozen=True, slots=True)
class Range:
    """Range of pitches of a network.

    Attributes:
        lowest: Lowest MIDI pitch.
        highest: Highest MIDI pitch.
        in_c: Whether it was trained on melodies transposed to C major or A minor.
    """

    lowest: int
    highest: int
    in_c: bool


def events_of_bars(bars: Sequence[Bar]) -> list[int]:
    """Encode consecutive bars.

    Args:
        bars: Bars numbered from 0, of one metre; at least one.

    Returns:
        An event per step.

    Raises:
        ApiError: The bars are not numbered from 0, change metre, or sound more than one note at once.
    """
    numbered = [bar.index for bar in bars] == list(range(len(bars)))
    if not numbered or any(bar.meter != bars[0].meter for bar in bars):
        raise ApiError(PRIMER_BARS, field="primer_bars")
    length = steps_per_bar(bars[0].meter)
    placed = [(bar.index * length, note) for bar in map(at_sixteenths, bars) for note in bar.notes]
    return _events(placed, length * len(bars), "primer_bars")


def events_of_notes(notes: Sequence[Note], meter: Meter) -> list[int]:
    """Encode notes, padded to whole bars.

    Args:
        notes: Notes, counted from the start of the first bar; at least one.
        meter: Time signature.

    Returns:
        An event per step.

    Raises:
        ApiError: More than one note sounds at once.
    """
    length = steps_per_bar(meter)
    end = max(note.start_step + note.duration_steps for note in notes)
    return _events([(0, note) for note in notes], -(-end // length) * length, "primer_notes")


def _events(placed: Iterable[tuple[int, Note]], steps: int, field: str) -> list[int]:
    events = [NO_EVENT] * steps
    last_start, last_end, last_pitch = -1, 0, -1
    for offset, note in sorted(placed, key=lambda item: item[0] + item[1].start_step):
        start = offset + note.start_step
        end = start + note.duration_steps
        if start < last_end or start == last_start:
            raise ApiError(NOT_MONOPHONIC, field=field, value=start)
        if start >= steps or end > steps:
            raise ApiError(OUT_OF_RANGE, field=field, value=end, min=1, max=steps)
        if note.tied and start == last_end and note.pitch == last_pitch:
            events[start] = NO_EVENT
        else:
            events[start] = note.pitch
        if end < steps:
            events[end] = NOTE_OFF
        last_start, last_end, last_pitch = start, end, note.pitch
    if last_start < 0:
        raise ApiError(PRIMER_EMPTY, field=field)
    return events


def bar_of(index: int, meter: Meter, events: Sequence[int], held: int | None) -> tuple[Bar, int | None]:
    """Decode the events of a bar.

    Args:
        index: Index of the bar.
        meter: Time signature.
        events: An event per step; fewer than the bar has when the music ends inside it.
        held: Pitch that sounds when the bar begins, if any.

    Returns:
        The bar, and the pitch that sounds when it ends.
    """
    bar = Bar(index=index, meter=meter)
    start, tied = 0, held is not None
    for step, event in enumerate([*events, NOTE_OFF]):
        if event == NO_EVENT:
            continue
        if held is not None and step > start:
            bar.notes.add(pitch=held, start_step=start, duration_steps=step - start, velocity=_VELOCITY, tied=tied)
        if step < len(events):
            held, start, tied = (event if event >= 0 else None), step, False
    return bar, held


def shift_to_c(pitch_classes: int, tonic: int) -> int:
    """Semitones, 0-11, that transpose a key to C major or A minor, in which the networks were trained.

    Args:
        pitch_classes: Pitch classes of the key, as a bit mask.
        tonic: Pitch class, 0-11; breaks ties between shifts that bring as many pitch classes into C major.
    """
    homes = (0, 9, 2, 7, 4, 5, 11)  # major and minor before the other modes

    def fit(shift: int) -> tuple[int, int]:
        moved = sum(1 << (p + shift) % _OCTAVE for p in range(_OCTAVE) if pitch_classes >> p & 1)
        home = (tonic + shift) % _OCTAVE
        return (moved & _MAJOR).bit_count(), -homes.index(home) if home in homes else -len(homes)

    return max(range(_OCTAVE), key=fit)


def estimated_shift(events: Iterable[int]) -> int:
    """Semitones, 0-11, that transpose a melody to C: from the major key that most notes fit, as Magenta does."""
    counts = [0] * _OCTAVE
    for event in events:
        if event >= 0:
            counts[event % _OCTAVE] += 1
    fits = [sum(counts[(p + key) % _OCTAVE] for p in range(_OCTAVE) if _MAJOR >> p & 1) for key in range(_OCTAVE)]
    return -fits.index(max(fits)) % _OCTAVE


def with_octave(shift: int, lowest: int, highest: int, known: Range) -> int:
    """A shift changed by whole octaves, to bring the centre of a range near the centre of the network's range.

    Args:
        shift: Semitones.
        lowest: Lowest MIDI pitch of the melody.
        highest: Highest MIDI pitch of the melody.
        known: Range of the network.

    Returns:
        Semitones.
    """
    wanted = (known.lowest + known.highest) / 2 - ((lowest + highest) / 2 + shift)
    return shift + _OCTAVE * round(wanted / _OCTAVE)


def fold(pitch: int, known: Range) -> int:
    """The pitch, moved by octaves into the range of the network.

    Args:
        pitch: MIDI pitch; unchanged if it is inside.
        known: Range of the network.
    """
    if pitch < known.lowest:
        return known.lowest + (pitch - known.lowest) % _OCTAVE
    if pitch > known.highest:
        above = known.highest + 1
        return above - _OCTAVE + (pitch - above) % _OCTAVE
    return pitch
