"""The lead line of a MusicXML file."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

from boumbapp.music.v2.music_pb2 import Meter

from music.grid import TooManyBars
from music.musicxml.bar_lines import BarLines, bar_lines
from music.musicxml.reader import ScoreLimits, read_score, tracks_of
from music.musicxml.score import Part
from music.reading.findings import Findings
from music.unreadable_file import UnreadableMusicXml
from training.data.key_estimation import KeyGuess, settle, weights_of
from training.data.melody_track import MelodicPart, TimedNote, lead_of, line_of
from training.data.midi_tune import MOST_STEPS, tune_of
from training.data.tunes import Tune, UnreadableTune

_LIMITS = ScoreLimits(bars=20_000, notes=1_000_000)


def read_parts(path: Path) -> tuple[dict[MelodicPart, Part], BarLines, Findings]:
    """Read all tracks of a score that have notes, with the part that each is of.

    Args:
        path: A MusicXML file, compressed or not.

    Returns:
        The tracks, the bar lines of all, and what reading left out.

    Raises:
        OSError: It cannot be opened.
        UnreadableTune: It makes no sense or holds no notes.
    """
    try:
        score = read_score(path.read_bytes(), _LIMITS)
    except UnreadableMusicXml as error:
        raise UnreadableTune(error.en) from error
    written = list(score.parts.values())
    try:
        lines = bar_lines(written, score.findings, _LIMITS.bars)
    except TooManyBars:
        raise UnreadableTune(f"more than {_LIMITS.bars} bars") from None
    parts: dict[MelodicPart, Part] = {}
    for part in written:
        for track in tracks_of(part, lines, score.findings):
            notes = tuple(TimedNote(each.step, each.step + each.duration, each.pitch) for each in track.sounds)
            if notes:
                parts[MelodicPart(part.name, notes)] = part
    if not parts:
        raise UnreadableTune("no notes")
    return parts, lines, score.findings


def read_score_file(path: Path, name: str) -> Tune:
    """Read the lead line of a score.

    Args:
        path: A MusicXML file, compressed or not.
        name: Identifies the tune.

    Raises:
        OSError: It cannot be opened.
        UnreadableTune: It makes no sense or holds no notes.
    """
    parts, lines, findings = read_parts(path)
    lead = lead_of(list(parts))
    line = line_of(lead)
    if line[-1].end > MOST_STEPS:
        raise UnreadableTune(f"longer than {MOST_STEPS} sixteenths")
    sounding = weights_of((note.pitch, note.end - note.start) for part in parts for note in part.notes)
    meters = Counter((meter.beats, meter.beat_unit) for meter in lines.layout.meters)
    beats, unit = max(meters, key=meters.__getitem__)
    key = settle(_named_key(parts[lead]), sounding)
    tune = tune_of(line, Meter(beats=beats, beat_unit=unit), key, name)
    return replace(tune, notices=tuple(findings.codes()))


def _named_key(part: Part) -> KeyGuess | None:
    if part.key is None:
        return None
    return KeyGuess.of_signature(part.key.fifths, "minor" if part.key.mode in ("minor", "aeolian") else "major")
