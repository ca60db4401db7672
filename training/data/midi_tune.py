"""The lead line of a MIDI file."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from boumbapp.music.v2.music_pb2 import Meter

from music.grid import COMMON_TIME, as_meter
from music.meter import steps_per_bar
from music.midi import events as midi
from music.midi.events import Event, MidiEvents, MidiLimits, read_events
from music.midi.played_notes import DRUM_CHANNEL, played_by_channel
from music.midi.timing import nearest_length, nearest_step
from music.reading.text_encoding import decoded, encoding_of
from training.data.key_estimation import KeyGuess, settle, weights_of
from training.data.melody_track import MelodicPart, TimedNote, lead_of, line_of
from training.data.tunes import Tune, TuneNote, UnreadableTune

LIMITS = MidiLimits(bytes=64 << 20, events=4_000_000, tracks=1024)
# More than a day of music: a damaged time, and the memory that it would take.
MOST_STEPS = 1_000_000
_Value = TypeVar("_Value")


def read_midi_tune(data: bytes, name: str) -> Tune:
    """The lead line of a MIDI file.

    Args:
        data: The file.
        name: Identifies the tune.

    Raises:
        UnreadableMidi: It is damaged before its first note.
        UnreadableTune: Nothing but drums plays in it, or it lasts too long.
    """
    file = read_events(data, LIMITS)
    parts = list(_parts(file))
    if not parts:
        raise UnreadableTune("no notes but drums" if _plays(file) else "no notes")
    line = line_of(lead_of(parts))
    if line[-1].end > MOST_STEPS:
        raise UnreadableTune(f"longer than {MOST_STEPS} sixteenths")
    meter = _longest(_time_signatures(file), COMMON_TIME, _last_tick(file))
    named = _longest(_key_signatures(file), None, _last_tick(file))
    key = settle(named, weights_of((note.pitch, note.end - note.start) for part in parts for note in part.notes))
    return replace(tune_of(line, meter, key, name), notices=tuple(file.findings.codes()))


def tune_of(line: Sequence[TimedNote], meter: Meter, key: KeyGuess, name: str) -> Tune:
    """A tune from the notes of a line in steps from the first bar line.

    Args:
        line: Notes in order, at least one.
        meter: Of all bars.
        key: Of the tune.
        name: Identifies the tune.
    """
    bar = steps_per_bar(meter)
    notes = tuple(TuneNote(*divmod(note.start, bar), note.end - note.start, note.pitch) for note in line)
    return Tune(
        name=name,
        title="",
        beats=meter.beats,
        beat_unit=meter.beat_unit,
        tonic=key.tonic,
        mode=key.mode,
        bars=notes[-1].bar + 1,
        notes=notes,
    )


def _parts(file: MidiEvents) -> Iterator[MelodicPart]:
    """What each channel of each track plays, drums left out."""
    for events in file.tracks:
        names = (data[1:] for _, status, data in events if _is(status, data, midi.TRACK_NAME))
        raw = next(names, b"")
        name = decoded(raw, encoding_of([raw]))
        for channel, played in sorted(played_by_channel(events, file.findings).items()):
            if channel == DRUM_CHANNEL:
                continue
            notes = []
            for note in played:
                start, _ = nearest_step(note.onset, file.ticks_per_quarter)
                steps, _ = nearest_length(note.onset, note.release, file.ticks_per_quarter)
                notes.append(TimedNote(start, start + steps, note.key))
            yield MelodicPart(name, tuple(notes))


def _plays(file: MidiEvents) -> bool:
    return any(status & 0xF0 == midi.NOTE_ON for events in file.tracks for _, status, _ in events)


def _is(status: int, data: bytes, kind: int) -> bool:
    return status == midi.META and data[0] == kind


def _conductor(file: MidiEvents, kind: int) -> list[Event]:
    found = [event for events in file.tracks for event in events if _is(event[1], event[2], kind)]
    return sorted(found, key=lambda event: event[0])


def _last_tick(file: MidiEvents) -> int:
    return max((events[-1][0] for events in file.tracks if events), default=0)


def _time_signatures(file: MidiEvents) -> Iterator[tuple[int, Meter]]:
    for tick, _, data in _conductor(file, midi.TIME_SIGNATURE):
        if len(data) > 2 and (meter := as_meter(data[1], 1 << min(data[2], 8))):
            yield tick, meter


def _key_signatures(file: MidiEvents) -> Iterator[tuple[int, KeyGuess | None]]:
    for tick, _, data in _conductor(file, midi.KEY_SIGNATURE):
        if len(data) > 2:
            sharps = int.from_bytes(data[1:2], signed=True)
            yield tick, KeyGuess.of_signature(sharps, "minor" if data[2] else "major")


def _longest(changes: Iterable[tuple[int, _Value]], before: _Value, end: int) -> _Value:
    """The value that holds for longest; `before` holds before the first change, if that is not at the start."""
    # Messages have no hash, so values are compared by their text.
    lasting, named = Counter[str](), dict[str, _Value]()
    began, value = 0, before
    for tick, following in [*changes, (end + 1, before)]:
        lasting[str(value)] += tick - began
        named[str(value)] = value
        began, value = tick, following
    return named[max(lasting, key=lasting.__getitem__)]
