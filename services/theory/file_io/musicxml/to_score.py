"""Bars as MusicXML, through a music21 score."""

# music21 is typed in part only.
# mypy: disable-error-code="no-untyped-call"

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import groupby
from typing import Any, TypeAlias

from boumbapp.music.v2.music_pb2 import (
    ROLE_BASS,
    ROLE_DRUMS,
    Bar,
    DrumHit,
    Key,
    Note,
    Swing,
    Track,
)
from boumbapp.theory.v2.theory_service_pb2 import ExportRequest
from music21 import chord, clef, duration, expressions, key, metadata, meter, note, stream, tempo, tie
from music21.musicxml.m21ToXml import GeneralObjectExporter

from music.divisions import bar_ticks, divisions_of, steps_in_bar
from music.grid import STEPS_PER_QUARTER, TICKS_PER_STEP
from music.key_signature import signature_of
from music.notation.drums import PLACES
from music.pitch import parse_scientific
from music.side_by_side import side_by_side
from services.theory.file_io.musicxml.finishing import finished
from services.theory.file_io.musicxml.written_bars import as_written

# Start and length in quarters, and what is written: grace notes before the note, chord or stroke itself.
_Event: TypeAlias = tuple[Fraction, Fraction, tuple[note.GeneralNote, ...]]
_SIXTEENTH, _TRIPLET = Fraction(1, STEPS_PER_QUARTER), Fraction(1, 3)
_MOST_MARKS = 4  # of a tremolo
_NO_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_CLEFS = {ROLE_BASS: clef.BassClef, ROLE_DRUMS: clef.PercussionClef}


def write_musicxml(request: ExportRequest) -> bytes:
    """Write tracks as uncompressed MusicXML: spelled pitches, ties, voices, key and time signatures, tempo, velocities.

    Bars stand where their indices say, with rests in gaps. Steps of other lengths become tuplets, and so do beats whose
    micro-timing makes triplets. Swing that the request names is written straight and said at the beginning. Other
    micro-timing and glides have no place in a score and are left out; a flam gets a grace note, a roll a tremolo. Each
    piece of the kit is an instrument of its own, with the key that plays it. Notes that begin and end together become
    a chord with the mean of their velocities, which is all music21 writes.

    Raises:
        MisplacedBar: A track has an index twice, or tracks disagree about a metre.
    """
    request = _with_plain_texts(request)
    played: dict[str, DrumHit] = {}
    score = stream.Score()
    score.metadata = metadata.Metadata(title=request.title)
    parts = side_by_side([track.bars for track in request.tracks])
    swing = request.swing if request.HasField("swing") else Swing()
    for number, (track, sounding) in enumerate(zip(request.tracks, parts, strict=True)):
        bars = [as_written(bar, swing) for bar in sounding]
        part = _part(request, number, track, bars, played)
        if bars:
            _make_room(part, bars[-1])
        score.insert(0, part)
    return finished(bytes(GeneralObjectExporter(score).parse()), request, played)


def _with_plain_texts(request: ExportRequest) -> ExportRequest:
    """The same request, its texts without the characters that XML cannot hold, and without line breaks."""
    plain = ExportRequest()
    plain.CopyFrom(request)
    plain.title = _plain(request.title)
    for track in plain.tracks:
        track.name = _plain(track.name)
    for marker in plain.markers:
        marker.text = _plain(marker.text)
    return plain


def _plain(text: str) -> str:
    return _NO_TEXT.sub(" ", text)


def _part(
    request: ExportRequest, number: int, track: Track, bars: Sequence[Bar], played: dict[str, DrumHit]
) -> stream.Part:
    """One track; the first one tells the tempo.

    Args:
        request: With tempo and key.
        number: Of the track, from 0.
        track: The track.
        bars: Its bars without gaps.
        played: Takes flams and rolls by the identifiers of their notes.
    """
    part = stream.Part(id=f"P{number + 1}")
    role = ROLE_DRUMS if track.role == ROLE_DRUMS or any(bar.hits for bar in bars) else track.role
    before: Bar | None = None
    bpm = request.bpm
    for bar, following in zip(bars, [*bars[1:], None], strict=False):
        measure = stream.Measure(number=bar.index + 1)
        if before is None:
            measure.insert(0, _CLEFS.get(role, clef.TrebleClef)())
            if request.HasField("key") and role != ROLE_DRUMS:
                _insert_signature(measure, request.key)
        if number == 0 and (before is None or (bar.HasField("bpm") and bar.bpm != bpm)):
            bpm = bar.bpm if bar.HasField("bpm") else bpm
            measure.insert(0, tempo.MetronomeMark(number=bpm))
        if before is None or bar.meter != before.meter:
            measure.insert(0, meter.TimeSignature(f"{bar.meter.beats}/{bar.meter.beat_unit}"))
        if number == 0:
            for marker in request.markers:
                if marker.bar == bar.index:
                    measure.insert(0, expressions.RehearsalMark(marker.text))
        _fill(measure, bar, _ends(before), _goes_on(following), played)
        part.append(measure)
        before = bar
    return part


def _make_room(part: stream.Part, last: Bar) -> None:
    """Add bars for what lasts beyond the last one; music21 does so itself, but for one voice only."""
    length = steps_in_bar(last)
    end = max((found.start_step + found.duration_steps for found in last.notes), default=0)
    for beyond in range(1, -(-end // length)):
        part.append(stream.Measure(number=last.index + 1 + beyond))


def _insert_signature(measure: stream.Measure, wanted: Key) -> None:
    """The key signature, where the key has one."""
    signature = signature_of(wanted)
    if signature is not None:
        measure.insert(0, key.Key(wanted.tonic.replace("b", "-"), signature[1]))


def _ends(bar: Bar | None) -> set[int]:
    """Pitches that last until the bar line."""
    if bar is None:
        return set()
    end = steps_in_bar(bar)
    return {found.pitch for found in bar.notes if found.start_step + found.duration_steps == end}


def _goes_on(bar: Bar | None) -> set[int]:
    """Pitches that a bar goes on with, where they were struck before."""
    return {found.pitch for found in bar.notes if found.tied and not found.start_step} if bar else set()


def _fill(measure: stream.Measure, bar: Bar, before: set[int], after: set[int], played: dict[str, DrumHit]) -> None:
    """Notes, hits and rests of a bar, in as many voices as overlapping lengths need.

    Args:
        measure: Where they go.
        bar: The bar.
        before: Pitches that last until its bar line.
        after: Pitches that the next bar goes on with.
        played: Takes flams and rolls by the identifiers of their notes.
    """
    step, length = Fraction(1, divisions_of(bar)), Fraction(bar_ticks(bar), TICKS_PER_STEP * STEPS_PER_QUARTER)
    events = [*_chords(bar.notes, step, length, before, after), *_strokes(bar.hits, step, length, played)]
    voices: list[list[_Event]] = []
    for event in sorted(events, key=lambda event: event[:2]):
        free = next((voice for voice in voices if voice[-1][0] + voice[-1][1] <= event[0]), None)
        if free is None:
            voices.append([event])
        else:
            free.append(event)
    if len(voices) < 2:
        _insert_voice(measure, voices[0] if voices else [], length)
    else:
        for number, events_of_voice in enumerate(voices, start=1):
            voice = stream.Voice(id=number)
            _insert_voice(voice, events_of_voice, length)
            measure.insert(0, voice)


def _insert_voice(voice: stream.Stream[Any], events: Sequence[_Event], end: Fraction) -> None:
    """Events of one voice, with rests between them."""
    now = Fraction(0)
    for start, length, written in events:
        if start > now:
            voice.insert(now, _lasting(note.Rest(), start - now))
        *graces, main = written
        for grace in graces:
            voice.insert(start, grace)
        voice.insert(start, _lasting(main, length))
        now = start + length
    if end > now:
        voice.insert(now, _lasting(note.Rest(), end - now))


def _lasting(written: note.GeneralNote, length: Fraction) -> note.GeneralNote:
    """The same object, so many quarters long."""
    written.duration = duration.Duration(length)
    return written


def _chords(notes: Iterable[Note], step: Fraction, length: Fraction, before: set[int], after: set[int]) -> list[_Event]:
    """Each group of notes that begin and end together; see `_fill`."""

    def span(found: Note) -> tuple[int, int]:
        return found.start_step, found.duration_steps

    events: list[_Event] = []
    for (first, steps), group in groupby(sorted(notes, key=span), key=span):
        together = list(group)
        lasts = (first + steps) * step == length
        written = [
            _note(
                found,
                held=found.tied and not first and found.pitch in before,
                goes_on=lasts and found.pitch in after,
            )
            for found in together
        ]
        whole: note.GeneralNote = written[0]
        if len(written) > 1:
            whole = chord.Chord(written)
            whole.volume.velocity = round(sum(found.velocity for found in together) / len(together))
        events.append((first * step, steps * step, (whole,)))
    return events


def _note(found: Note, *, held: bool, goes_on: bool) -> note.Note:
    """A note with its spelling, velocity and tie."""
    try:
        name = found.name if parse_scientific(found.name) == found.pitch else ""
    except ValueError:
        name = ""
    written = note.Note(name.replace("b", "-")) if name else note.Note(midi=found.pitch)
    written.volume.velocity = found.velocity
    if held or goes_on:
        written.tie = tie.Tie("continue" if held and goes_on else "stop" if held else "start")
    return written


def _strokes(hits: Sequence[DrumHit], step: Fraction, length: Fraction, played: dict[str, DrumHit]) -> list[_Event]:
    """Each hit, a step long, but no longer than a sixteenth, or than a triplet's part.

    Args:
        hits: Of a bar.
        step: Quarters of a step.
        length: Quarters of the bar.
        played: Takes flams and rolls by the identifiers of their notes.
    """
    events: list[_Event] = []
    struck = {hit.step * step for hit in hits}
    for hit in hits:
        if hit.piece not in PLACES:  # a newer kit may have others
            continue
        start = hit.step * step
        stroke = _stroke(hit, hit.velocity)
        graces: list[note.GeneralNote] = []
        if hit.HasField("flam"):
            graces.append(_stroke(hit, hit.flam.velocity).getGrace())
        elif hit.HasField("roll"):
            tremolo = expressions.Tremolo()
            tremolo.numberOfMarks = min(max((hit.roll.strokes - 1).bit_length(), 1), _MOST_MARKS)
            stroke.expressions.append(tremolo)
        if hit.WhichOneof("articulation"):
            stroke.id = f"hit{len(played) + 1}"
            played[stroke.id] = hit
        lasting = min(step, _SIXTEENTH)
        if step < _SIXTEENTH:  # triplets beside sixteenths
            in_triplet = start % 1 in (_TRIPLET, 2 * _TRIPLET) or start + _TRIPLET in struck
            lasting = _TRIPLET if in_triplet else _SIXTEENTH
        events.append((start, min(lasting, length - start), (*graces, stroke)))
    return events


def _stroke(hit: DrumHit, velocity: int) -> note.Unpitched:
    """A stroke of a hit's piece."""
    name, head = PLACES[hit.piece]
    stroke = note.Unpitched(displayName=name)
    stroke.notehead = head
    stroke.volume.velocity = velocity
    return stroke
