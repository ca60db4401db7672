"""A music21 score as bars."""

# music21 is typed in part only.
# mypy: disable-error-code="no-untyped-call"

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, ROLE_UNSPECIFIED, Bar, Key, Track
from boumbapp.theory.v2.theory_service_pb2 import ImportResponse
from music21 import chord, harmony, key, meter, note, percussion, stream, tempo
from music21.common.types import OffsetQL

from music.grid import (
    MAX_BARS_IN_ALL,
    MAX_NOTES,
    STEPS_PER_QUARTER,
    TICKS_PER_STEP,
    DrumOnset,
    Layout,
    MeterChange,
    Sound,
)
from music.key_signature import key_of
from music.notation.drums import piece_at
from music.pitch import parse_scientific
from music.reading.placing import cut, place
from services.theory.detection.key import detect_keys
from services.theory.file_io.musicxml.score import pickup_quarters

_DEFAULT_BPM = 120.0
_DEFAULT_VELOCITY = 80
_OTHER_NAMES = {"ionian": "major", "aeolian": "minor"}
_NAME_LENGTH = 200


class ScoreTooLargeError(ValueError):
    """A score beyond the limits on notes or bars."""


def read_score(score: stream.Score) -> ImportResponse:
    """Bars of every part that holds notes, with tempo and key at the start.

    Repeats are read as written, once; grace notes and chord symbols are left out; tuplets go to the nearest step, their
    distance kept as micro-timing. A first measure that is short in all parts is a pickup and fills the end of its bar.

    Raises:
        TooManyBars, ScoreTooLargeError: The score is beyond the limits.
    """
    score = score.toSoundingPitch()
    parts = list(score.parts) if isinstance(score, stream.Score) else [score]
    flat_parts = [part.flatten() for part in parts]
    if sum(len(flat.notes) for flat in flat_parts) > MAX_NOTES:
        raise ScoreTooLargeError
    response = ImportResponse(bpm=_bpm(flat_parts))
    shift = _steps(pickup_quarters(score))
    for part, flat in zip(parts, flat_parts, strict=True):
        drums = any(isinstance(found, note.Unpitched) for found in flat.notes)
        strokes = list(_strokes(flat.notes, shift)) if drums else []
        sounds = [] if drums else _sounds(flat.notes, shift)
        last = max((sound.step + sound.duration for sound in sounds), default=0)
        last = max((stroke.step + 1 for stroke in strokes), default=last)
        if not sounds and not strokes:
            continue
        layout = Layout.until(last, _steps(flat.highestTime) + shift, _changes(flat, shift))
        bars = place(strokes, layout) if drums else cut(sounds, layout)
        role = ROLE_DRUMS if drums else ROLE_UNSPECIFIED
        response.tracks.append(Track(name=(part.partName or "")[:_NAME_LENGTH], bars=bars, role=role))
        if sum(len(track.bars) for track in response.tracks) > MAX_BARS_IN_ALL:
            raise ScoreTooLargeError
    signature = next((found for flat in flat_parts for found in flat.getElementsByClass(key.KeySignature)), None)
    if signature is not None:
        found_key = _key(signature, [bar for track in response.tracks for bar in track.bars])
        if found_key is not None:
            response.key.CopyFrom(found_key)
    return response


def _sounds(notes: Iterable[note.GeneralNote], shift: int) -> list[Sound]:
    """Notes of all voices in order, each tied note joined to the one it prolongs."""
    sounds: list[Sound] = []
    open_ties: dict[int, int] = {}  # pitch to index
    for found in notes:
        length = float(found.quarterLength) * STEPS_PER_QUARTER
        if not isinstance(found, note.NotRest) or isinstance(found, harmony.Harmony) or length <= 0:
            continue
        position = float(found.offset) * STEPS_PER_QUARTER + shift
        step, offset = _nearest(position)
        end, late = _nearest(position + length)
        for single in found.notes if isinstance(found, chord.Chord) else [found]:
            if not isinstance(single, note.Note):
                continue
            pitch = single.pitch.midi
            found_tie = single.tie or found.tie
            tied = found_tie.type if found_tie else ""
            index = open_ties.pop(pitch, None)
            if index is not None and tied in ("stop", "continue") and _end(sounds[index]) == step:
                head = sounds[index]
                sounds[index] = replace(head, duration=end - head.step, release=late)
            else:
                index = len(sounds)
                velocity = min(max(single.volume.velocity or found.volume.velocity or _DEFAULT_VELOCITY, 1), 127)
                duration = max(end - step, 1)
                release = max(late + (end - step - duration) * TICKS_PER_STEP, -TICKS_PER_STEP)
                sounds.append(Sound(step, duration, pitch, velocity, offset, release, _spelled(single)))
            if tied in ("start", "continue"):
                open_ties[pitch] = index
    return sounds


def _spelled(single: note.Note) -> str:
    """Name with octave as the file spells it; empty for quarter tones and octaves beyond MIDI's."""
    name = single.pitch.nameWithOctave.replace("-", "b")
    try:
        return name if parse_scientific(name) == single.pitch.midi else ""
    except ValueError:
        return ""


def _end(sound: Sound) -> int:
    return sound.step + sound.duration


def _nearest(position: float) -> tuple[int, int]:
    """The nearest step and the distance from it in ticks."""
    step = math.floor(position + 0.5)
    return step, round((position - step) * TICKS_PER_STEP)


def _strokes(notes: Iterable[note.GeneralNote], shift: int) -> Iterator[DrumOnset]:
    """Hits of an unpitched part, by their place on the staff."""
    for found in notes:
        singles = found.notes if isinstance(found, percussion.PercussionChord) else [found]
        for single in singles:
            if not isinstance(single, note.Unpitched) or single.quarterLength <= 0:
                continue
            piece = piece_at(f"{single.displayStep}{single.displayOctave}", single.notehead or "normal")
            if piece is not None:
                step, offset = _nearest(float(found.offset) * STEPS_PER_QUARTER + shift)
                velocity = min(max(single.volume.velocity or _DEFAULT_VELOCITY, 1), 127)
                yield DrumOnset(step, piece, velocity, offset)


def _steps(quarters: OffsetQL) -> int:
    return math.ceil(quarters * STEPS_PER_QUARTER)


def _changes(flat: stream.Stream[Any], shift: int) -> list[MeterChange]:
    """Time signatures and the steps where they stand."""
    changes = []
    for found in flat.getElementsByClass(meter.TimeSignature):
        step = _steps(float(found.offset)) + (shift if found.offset else 0)
        changes.append(MeterChange(Fraction(step), found.numerator, found.denominator))
    return changes


def _bpm(flat_parts: Iterable[stream.Stream[Any]]) -> float:
    for flat in flat_parts:
        for mark in flat.getElementsByClass(tempo.MetronomeMark):
            bpm = mark.getQuarterBPM()
            if bpm is not None and 0 < bpm < math.inf:
                return float(bpm)
    return _DEFAULT_BPM


def _key(signature: key.KeySignature, bars: Sequence[Bar]) -> Key | None:
    """The key at the start; without a mode, major or its relative minor, whichever fits the notes better."""
    mode = signature.mode if isinstance(signature, key.Key) else None
    named = key_of(signature.sharps, _OTHER_NAMES.get(mode, mode)) if mode else None
    if named is not None:
        return named
    relatives = [key_of(signature.sharps, "major"), key_of(signature.sharps, "minor")]
    return next((found.key for found in detect_keys(bars) if found.key in relatives), relatives[0])
