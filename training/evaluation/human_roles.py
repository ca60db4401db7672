"""Passages of human music by role: POP909's tracks, OpenEWLD's leads, voice and piano of the Lieder.

No data set says what an arpeggio or a pad is: the pianos, both hands together, are what accompaniments are compared
with.
"""

from collections.abc import Sequence
from pathlib import Path

from music.meter import steps_per_bar
from training.common.progress import track
from training.data.melody_track import TimedNote, lead_of, line_of
from training.data.openewld import read_openewld
from training.data.pop909 import UnusableSong, bass_line, read_song, skyline
from training.data.score_file import read_parts
from training.data.skipping import value_or_reason
from training.data.tunes import TuneChord, UnreadableTune
from training.evaluation.role_figures import Passage, PieceEnding, RoleSample, last_pitch
from training.scoring.segments import SEGMENT_BARS

Roles = dict[str, RoleSample]
_SHORTEST = 8  # bars of a passage


def passages_of(notes: Sequence[TimedNote], bar: int) -> list[Passage]:
    """Sixteen bars at a time, from the first note's bar on; a last one of eight or more counts.

    Args:
        notes: Of a part, at least one, in order.
        bar: Steps in a bar.
    """
    first, last = (at // bar for at in (notes[0].start, max(note.start for note in notes)))
    passages: list[Passage] = []
    for start in range(first, last + 1, SEGMENT_BARS):
        bars = min(SEGMENT_BARS, last + 1 - start)
        if bars >= _SHORTEST or not passages:
            inside = [note for note in notes if start * bar <= note.start < (start + bars) * bar]
            passages.append(Passage(bar, bars, _moved(inside, start * bar)))
    return passages


def add_part(
    sample: RoleSample, notes: Sequence[TimedNote], bar: int, tonic: int | None, chords: Sequence[TuneChord]
) -> None:
    """Count one more part.

    Args:
        sample: Of its role.
        notes: In order; a part without notes is left out.
        bar: Steps in a bar.
        tonic: Pitch class of the tonic; None where it is not known.
        chords: In order; none where they are not known.
    """
    if not notes:
        return
    sample.passages.extend(passages_of(notes, bar))
    last = max(note.start for note in notes)
    before = [chord for chord in chords if chord.step <= last and chord.root is not None]
    tones = frozenset(pitch for pitch in range(12) if before and before[-1].mask >> pitch & 1)
    root = before[-1].root if before else None
    sample.endings.append(PieceEnding(last_pitch(_moved(notes, 0)), tonic, root, tones))


def _moved(notes: Sequence[TimedNote], by: int) -> tuple[tuple[int, int, int], ...]:
    return tuple(sorted((note.start - by, note.end - note.start, note.pitch) for note in notes))


def pop909_roles(folder: Path, every: int = 1) -> Roles:
    """Tracks of POP909: the sung melody, the second melody, the piano's lowest line, and the piano.

    Args:
        folder: Of the data set.
        every: One of so many is read.
    """
    roles: Roles = {f"POP909 {name}": RoleSample() for name in ("MELODY", "BRIDGE", "PIANO, lowest line", "PIANO")}
    folders = sorted(path.parent for path in folder.glob("**/beat_midi.txt"))[::every]
    for path in track(iter(folders), "Reading POP909", len(folders)):
        song = value_or_reason(read_song, path, known=(UnusableSong,))
        if isinstance(song, str):
            continue
        piano = song.tracks.get("PIANO", [])
        lines = (*(skyline(song.tracks.get(name, [])) for name in ("MELODY", "BRIDGE")), bass_line(piano), piano)
        for sample, notes in zip(roles.values(), lines, strict=True):
            add_part(sample, notes, song.bar, song.tonic, song.chords)
    return roles


def openewld_roles(folder: Path, every: int = 1) -> Roles:
    """Melodies of OpenEWLD.

    Args:
        folder: Of the data set.
        every: One of so many is read.
    """
    sample = RoleSample()
    for tune in read_openewld(folder).tunes[::every]:
        bar = tune.beats * 16 // tune.beat_unit
        starts = [(note.bar * bar + note.step, note) for note in tune.notes]
        notes = [TimedNote(start, start + note.steps, note.pitch) for start, note in starts]
        # Its files call every key major: what their tonic is, is not known.
        add_part(sample, notes, bar, None, tune.chords)
    return {"OpenEWLD melody": sample}


def lieder_roles(folder: Path, every: int = 1) -> Roles:
    """Voice and piano of the Lieder that are in one metre.

    Args:
        folder: Of the data set.
        every: One of so many is read.
    """
    voices, pianos = RoleSample(), RoleSample()
    files = sorted(folder.glob("**/*.mxl"))[::every]
    for path in track(iter(files), "Reading Lieder", len(files)):
        parts = value_or_reason(_voice_and_piano, path, known=(UnreadableTune,))
        if isinstance(parts, str):
            continue
        bar, voice, piano = parts
        add_part(voices, voice, bar, None, ())
        add_part(pianos, piano, bar, None, ())
    return {"Lieder voice": voices, "Lieder piano": pianos}


def _voice_and_piano(path: Path) -> tuple[int, list[TimedNote], list[TimedNote]]:
    parts, lines, _ = read_parts(path)
    bars = {steps_per_bar(meter) for meter in lines.layout.meters}
    if len(bars) > 1:
        raise UnreadableTune("several metres")
    voice = lead_of(list(parts))
    others = [note for part in parts if parts[part] is not parts[voice] for note in part.notes]
    return bars.pop(), line_of(voice), sorted(others, key=lambda note: (note.start, note.pitch))
