"""Tunes from scores as music21 reads them."""

import math
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from music21 import base, chord, key, meter, note, stream

from music.musicxml.elements import parse
from music.musicxml.source import xml_of
from music.reading.findings import Findings
from music.unreadable_file import UnreadableMusicXml
from training.data.music21_bars import bar_quarters, pickup_quarters, score_of
from training.data.tunes import Tune, TuneNote, UnreadableTune

_STEPS_PER_QUARTER = 4
_FEWEST_NOTES = 16

_Music = stream.Stream[base.Music21Object]


def parse_musicxml(data: bytes) -> stream.Score:
    """Parse a MusicXML file, compressed or not.

    Raises:
        UnreadableTune: It is damaged, or music21 can make nothing of it.
    """
    try:
        xml = xml_of(data, Findings())
        parse(xml, lambda *_: None)  # checks entities and depth
        return score_of(ET.fromstring(xml))  # noqa: S314
    except UnreadableMusicXml as error:
        raise UnreadableTune(error.en) from error
    except Exception as error:
        # music21 raises anything on odd MusicXML.
        raise UnreadableTune(f"music21: {type(error).__name__}") from error


def read_score(score: _Music, name: str) -> Tune:
    """Put a music21 score's first part on the grid.

    Args:
        score: A score in one metre and one key, whose first part is monophonic.
        name: Identifies the tune.

    Raises:
        UnreadableTune: It changes metre or key, has none, or does not fit the grid.
    """
    part = next(iter(score.getElementsByClass(stream.Part)), score)
    measures = list(part.getElementsByClass(stream.Measure))
    lengths = bar_quarters(score)
    beats, beat_unit = _metre(part, lengths)
    tonality = _key(part)
    whole = Fraction(beats * 4, beat_unit)
    pickup = round(pickup_quarters(score, whole) * _STEPS_PER_QUARTER)
    notes = _notes(measures, lengths, beats * 16 // beat_unit, pickup)
    return Tune(
        name=name,
        title=str(score.metadata.title or "") if score.metadata else "",
        beats=beats,
        beat_unit=beat_unit,
        tonic=tonality.tonic.pitchClass,
        mode=tonality.mode,
        bars=notes[-1].bar + 1,
        notes=tuple(notes),
    )


def _metre(part: _Music, lengths: Sequence[float | Fraction]) -> tuple[int, int]:
    """Upper and lower figure of the only metre."""
    # music21 writes the true length of an incomplete bar as a metre of its own; only complete bars tell.
    counts = Counter(lengths)
    signatures = {
        (found.numerator, found.denominator)
        for found in part.recurse().getElementsByClass(meter.TimeSignature)
        if counts[found.barDuration.quarterLength] * 2 > len(lengths)
    }
    if len(signatures) != 1:
        raise UnreadableTune("no single metre")
    beats, beat_unit = signatures.pop()
    # Alla breve is the same grid as common time, and the tune collections use both for reels.
    beats, beat_unit = (4, 4) if (beats, beat_unit) == (2, 2) else (beats, beat_unit)
    if beat_unit not in (2, 4, 8, 16):
        raise UnreadableTune("metre off the grid")
    return beats, beat_unit


def _key(part: _Music) -> key.Key:
    """The only key."""
    keys = list(part.recurse().getElementsByClass(key.KeySignature))
    if len({(found.sharps, getattr(found, "mode", None)) for found in keys}) != 1:
        raise UnreadableTune("no single key")
    if not isinstance(keys[0], key.Key):
        raise UnreadableTune("no tonic")
    return keys[0]


def _notes(
    measures: Sequence[stream.Measure], lengths: Sequence[float | Fraction], bar_steps: int, pickup: int
) -> list[TuneNote]:
    """Notes of all bars on the grid, ties joined; the first bar begins `pickup` steps late."""
    notes: list[TuneNote] = []
    bar, filled = -1, bar_steps
    for index, (measure, quarters) in enumerate(zip(measures, lengths, strict=False)):
        length = round(quarters * _STEPS_PER_QUARTER)
        if length > bar_steps:
            raise UnreadableTune("overfull bar")
        # An incomplete bar completes the incomplete one before it (a repeat inside a bar), or is a pickup.
        if index and filled + length <= bar_steps:
            shift = filled
        else:
            bar += 1
            shift = pickup if index == 0 else 0
        filled = shift + length
        for element in measure.recurse().notes:
            notes = _with_note(notes, element, bar, shift, bar_steps)
    if len(notes) < _FEWEST_NOTES:
        raise UnreadableTune("too short")
    return notes


def _with_note(notes: list[TuneNote], element: note.NotRest, bar: int, shift: int, bar_steps: int) -> list[TuneNote]:
    """Notes with one more; grace notes leave them as they are, a tied note makes the last one longer."""
    if element.duration.isGrace or not element.quarterLength or not isinstance(element, note.Note | chord.Chord):
        return notes
    start = _nearest_step(element.offset)
    step = start + shift
    steps = max(_nearest_step(element.offset + element.quarterLength) - start, 1)
    pitch = max(sounding.midi for sounding in element.pitches)
    last = notes[-1] if notes else None
    if last is not None and element.tie is not None and element.tie.type != "start" and last.pitch == pitch:
        return [*notes[:-1], TuneNote(last.bar, last.step, last.steps + steps, pitch)]
    if step >= bar_steps or (last is not None and (last.bar, last.step) >= (bar, step)):
        return notes  # triplets in sixteenths do not all fit the grid
    return [*notes, TuneNote(bar, step, steps, pitch)]


def _nearest_step(quarters: float | Fraction) -> int:
    """Nearest grid step; half a step rounds down, so that the end of a bar stays inside it."""
    return math.ceil(quarters * _STEPS_PER_QUARTER - Fraction(1, 2))
