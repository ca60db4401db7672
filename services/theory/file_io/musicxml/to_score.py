"""Bars as MusicXML, through a music21 score."""

# music21 is typed in part only.
# mypy: disable-error-code="no-untyped-call"

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from boumbapp.music.v1.music_pb2 import (
    ROLE_ARPEGGIO,
    ROLE_BASS,
    ROLE_CHORDS,
    ROLE_DRUMS,
    ROLE_MELODY,
    ROLE_PAD,
    Bar,
    DrumHit,
    Key,
    Note,
    Track,
)
from boumbapp.theory.v1.theory_service_pb2 import ExportRequest
from music21 import chord, clef, duration, instrument, key, metadata, meter, note, stream, tempo, tie
from music21.musicxml.m21ToXml import GeneralObjectExporter

from music.grid import STEPS_PER_QUARTER
from music.key_signature import signature_of
from music.meter import steps_per_bar
from music.notation.drums import PLACES
from music.pitch import parse_scientific
from music.side_by_side import side_by_side

_INSTRUMENTS = {
    ROLE_MELODY: instrument.Flute,
    ROLE_BASS: instrument.ElectricBass,
    ROLE_CHORDS: instrument.ElectricPiano,
    ROLE_ARPEGGIO: instrument.Harp,
    ROLE_PAD: instrument.StringInstrument,
    ROLE_DRUMS: instrument.UnpitchedPercussion,
}
_CLEFS = {ROLE_BASS: clef.BassClef, ROLE_DRUMS: clef.PercussionClef}


def write_musicxml(request: ExportRequest) -> bytes:
    """Write tracks as uncompressed MusicXML: spelled pitches, ties, voices, key and time signatures, tempo, velocities.

    Bars stand where their indices say, with rests in gaps. Micro-timing has no place in a score and is left out; notes
    that begin and end together become a chord with the mean of their velocities, which is all music21 writes.

    Raises:
        MisplacedBar: A track has an index twice, or tracks disagree about a metre.
    """
    score = stream.Score()
    score.metadata = metadata.Metadata(title=request.title)
    parts = side_by_side([track.bars for track in request.tracks])
    for number, (track, bars) in enumerate(zip(request.tracks, parts, strict=True)):
        score.insert(0, _part(request, number, track, bars))
    return bytes(GeneralObjectExporter(score).parse())


def _part(request: ExportRequest, number: int, track: Track, bars: Sequence[Bar]) -> stream.Part:
    """One track; the first one tells the tempo.

    Args:
        request: With tempo and key.
        number: Of the track, from 0.
        track: The track.
        bars: Its bars without gaps.
    """
    part = stream.Part(id=f"P{number + 1}")
    if track.name:
        part.partName = track.name
    role = ROLE_DRUMS if track.role == ROLE_DRUMS or any(bar.hits for bar in bars) else track.role
    part.insert(0, _INSTRUMENTS.get(role, instrument.Piano)())
    before = None
    for index, bar in enumerate(bars):
        measure = stream.Measure(number=index + 1)
        if index == 0:
            measure.insert(0, _CLEFS.get(role, clef.TrebleClef)())
            if number == 0:
                measure.insert(0, tempo.MetronomeMark(number=request.bpm))
            if request.HasField("key") and role != ROLE_DRUMS:
                _insert_signature(measure, request.key)
        if bar.meter != before:
            measure.insert(0, meter.TimeSignature(f"{bar.meter.beats}/{bar.meter.beat_unit}"))
            before = bar.meter
        following = bars[index + 1] if index + 1 < len(bars) else None
        _fill(measure, bar, following)
        part.append(measure)
    return part


def _insert_signature(measure: stream.Measure, wanted: Key) -> None:
    """The key signature, where the key has one."""
    signature = signature_of(wanted)
    if signature is not None:
        measure.insert(0, key.Key(wanted.tonic.replace("b", "-"), signature[1]))


def _fill(measure: stream.Measure, bar: Bar, following: Bar | None) -> None:
    """Notes, hits and rests of a bar, in as many voices as overlapping lengths need."""
    held = {found.pitch for found in following.notes if found.tied} if following else set()
    steps = steps_per_bar(bar.meter)
    events = [*_chords(bar.notes, steps, held), *_strokes(bar.hits, steps)]
    voices: list[list[tuple[int, int, note.GeneralNote]]] = []
    for event in sorted(events, key=lambda event: event[:2]):
        free = next((voice for voice in voices if voice[-1][0] + voice[-1][1] <= event[0]), None)
        if free is None:
            voices.append([event])
        else:
            free.append(event)
    if len(voices) < 2:
        _insert_voice(measure, voices[0] if voices else [], steps)
    else:
        for number, events_of_voice in enumerate(voices, start=1):
            voice = stream.Voice(id=number)
            _insert_voice(voice, events_of_voice, steps)
            measure.insert(0, voice)


def _insert_voice(voice: stream.Stream[Any], events: Sequence[tuple[int, int, note.GeneralNote]], steps: int) -> None:
    """Events of one voice, with rests between them."""
    now = 0
    for start, length, event in [*events, (steps, 0, None)]:
        if start > now:
            rest = note.Rest()
            rest.duration = _length(start - now)
            voice.insert(now / STEPS_PER_QUARTER, rest)
        if event is not None:
            event.duration = _length(length)
            voice.insert(start / STEPS_PER_QUARTER, event)
        now = start + length


def _length(steps: int) -> duration.Duration:
    return duration.Duration(steps / STEPS_PER_QUARTER)


def _chords(notes: Iterable[Note], steps: int, held: set[int]) -> list[tuple[int, int, note.GeneralNote]]:
    """Start, length and music21's object of each group of notes that begin and end together."""

    def span(found: Note) -> tuple[int, int]:
        return found.start_step, found.duration_steps

    events: list[tuple[int, int, note.GeneralNote]] = []
    for (start, length), group in groupby(sorted(notes, key=span), key=span):
        together = list(group)
        written = [_note(found, goes_on=start + length == steps and found.pitch in held) for found in together]
        if len(written) == 1:
            events.append((start, length, written[0]))
        else:
            block = chord.Chord(written)
            block.volume.velocity = round(sum(found.velocity for found in together) / len(together))
            events.append((start, length, block))
    return events


def _note(found: Note, *, goes_on: bool) -> note.Note:
    """A note with its spelling, velocity and tie."""
    try:
        name = found.name if parse_scientific(found.name) == found.pitch else ""
    except ValueError:
        name = ""
    written = note.Note(name.replace("b", "-")) if name else note.Note(midi=found.pitch)
    written.volume.velocity = found.velocity
    if found.tied or goes_on:
        written.tie = tie.Tie("continue" if found.tied and goes_on else "stop" if found.tied else "start")
    return written


def _strokes(hits: Iterable[DrumHit], steps: int) -> list[tuple[int, int, note.GeneralNote]]:
    """Start, length and music21's object of each hit; a hit is a sixteenth long."""
    events: list[tuple[int, int, note.GeneralNote]] = []
    for hit in hits:
        if hit.piece not in PLACES:  # a newer kit may have others
            continue
        name, head = PLACES[hit.piece]
        stroke = note.Unpitched(displayName=name)
        stroke.notehead = head
        stroke.volume.velocity = hit.velocity
        events.append((hit.step, min(1, steps - hit.step), stroke))
    return events
