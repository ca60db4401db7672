"""Theory against real music: chorales and folk tunes of music21's corpus.

Every piece goes through MIDI and back, and its key is estimated and compared with the encoded one. A key is unambiguous
when all parts of the file name the same major or minor key, the lowest last tone is its tonic, and nine tenths of the
music are made of its scale (raised sixth and seventh included in minor). The Nottingham tunes are left alone: they test
the melody models.
"""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from boumbapp.music.v2.music_pb2 import ROLE_MELODY, Bar, Key, Note
from music21 import converter, corpus, key, stream
from music21.musicxml.m21ToXml import GeneralObjectExporter

from music.midi import read_midi, write_midi
from music.musicxml import UnreadableMusicXml, read_musicxml
from music.pitch import PitchName
from music.reading.piece import Piece
from services.theory.detection.key import detect_keys
from services.theory.detection.meter import detect_meter

_FOLDERS = {"folk": ("ryansMammoth", "oneills1850", "airdsAirs"), "chorales": ("bach",)}
_BOOKS = frozenset({"oneills1850", "airdsAirs"})  # many tunes in a file
_MAJOR, _MINOR = frozenset({0, 2, 4, 5, 7, 9, 11}), frozenset({0, 2, 3, 5, 7, 8, 9, 10, 11})
_IN_SCALE = 0.9


@dataclass
class CorpusTally:
    """Counts over the pieces of one kind."""

    pieces: int = 0
    notes: int = 0
    notes_changed: int = 0
    keys_encoded: int = 0
    keys_agreed: int = 0
    keys_unambiguous: int = 0
    keys_unambiguous_agreed: int = 0
    meters_single: int = 0
    meters_agreed: int = 0
    not_read: int = 0


def run(pieces: int = 500) -> list[dict[str, object]]:
    """Measure half as many chorales and as many folk tunes; one row for each kind."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # music21 remarks on single files
        return [_row(kind, _measure(kind, pieces // 2)) for kind in _FOLDERS]


def _row(kind: str, tally: CorpusTally) -> dict[str, object]:
    return {
        "music": kind,
        "pieces": tally.pieces,
        "not_read": tally.not_read,
        "notes": tally.notes,
        "notes_changed_by_midi": tally.notes_changed,
        "unambiguous_keys": tally.keys_unambiguous,
        "of_these_found_%": _percent(tally.keys_unambiguous_agreed, tally.keys_unambiguous),
        "encoded_keys": tally.keys_encoded,
        "of_these_agreed_%": _percent(tally.keys_agreed, tally.keys_encoded),
        "metres_confirmed_%": _percent(tally.meters_agreed, tally.meters_single),
    }


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def _measure(kind: str, count: int) -> CorpusTally:
    tally = CorpusTally()
    for score in islice(_scores(kind), count):
        try:
            piece = read_musicxml(GeneralObjectExporter(score).parse())
        except UnreadableMusicXml:
            tally.not_read += 1
            continue
        tally.pieces += 1
        _count_round_trip(piece, tally)
        bars = [bar for track in piece.tracks for bar in track.bars]
        _count_key(score, bars, tally)
        meters = {(bar.meter.beats, bar.meter.beat_unit) for bar in bars}
        if len(meters) == 1:
            found = detect_meter(bars)
            tally.meters_single += 1
            tally.meters_agreed += (found.beats, found.beat_unit) in meters
    return tally


def _scores(kind: str) -> Iterator[stream.Score]:
    """Scores of the corpus in a fixed order, one from each folder in turn."""
    root = Path(corpus.__file__).parent
    folders = [_folder(root / folder) for folder in _FOLDERS[kind]]
    while folders:
        for folder in list(folders):
            score = next(folder, None)
            if score is None:
                folders.remove(folder)
            else:
                yield score


def _folder(folder: Path) -> Iterator[stream.Score]:
    paths = chain(sorted(folder.glob("bwv*.mxl")), sorted(folder.glob("*.abc")))
    for path in paths:
        # Without music21's own cache: its pickles lie in the shared temporary folder, under names anybody can guess.
        parsed = converter.parse(path, forceSource=True)
        if folder.name in _BOOKS and isinstance(parsed, stream.Opus):
            yield from parsed.scores
        elif isinstance(parsed, stream.Score):
            yield parsed


def _count_round_trip(piece: Piece, tally: CorpusTally) -> None:
    for track in piece.tracks:
        (read, *more) = read_midi(write_midi(track.bars, piece.bpm, None, ROLE_MELODY)).tracks
        before, after = _notes(track.bars), _notes(read.bars)
        tally.notes += len(before)
        tally.notes_changed += sum(not _same(one, other) for one, other in zip(before, after, strict=False))
        tally.notes_changed += abs(len(before) - len(after)) + len(more)


def _notes(bars: Sequence[Bar]) -> list[tuple[int, Note]]:
    return [(bar.index, note) for bar in bars for note in bar.notes]


def _same(one: tuple[int, Note], other: tuple[int, Note]) -> bool:
    (bar, note), (other_bar, other_note) = one, other
    exact = (note.pitch, note.start_step, note.duration_steps, note.velocity, note.tied)
    other_exact = (
        other_note.pitch, other_note.start_step, other_note.duration_steps, other_note.velocity, other_note.tied,
    )  # fmt: skip
    return (
        (bar, exact) == (other_bar, other_exact)
        and note.offset_ticks == other_note.offset_ticks
        and note.release_ticks == other_note.release_ticks
    )


def _count_key(score: stream.Score, bars: Sequence[Bar], tally: CorpusTally) -> None:
    encoded = _encoded_key(score)
    found = detect_keys(bars)
    if encoded is None or not found:
        return
    tonic = PitchName.parse(encoded.tonic).pitch_class
    agreed = (PitchName.parse(found[0].key.tonic).pitch_class, found[0].key.scale) == (tonic, encoded.scale)
    tally.keys_encoded += 1
    tally.keys_agreed += agreed
    if _is_unambiguous(tonic, _MINOR if encoded.scale == "minor" else _MAJOR, bars):
        tally.keys_unambiguous += 1
        tally.keys_unambiguous_agreed += agreed


def _encoded_key(score: stream.Score) -> Key | None:
    """The major or minor key that every key of the file names."""
    named = {(found.tonic.name, found.mode) for found in score.recurse().getElementsByClass(key.Key)}
    if len(named) != 1:
        return None
    tonic, mode = named.pop()
    return Key(tonic=str(PitchName.parse(tonic)), scale=mode) if mode in ("major", "minor") else None


def _is_unambiguous(tonic: int, scale: frozenset[int], bars: Sequence[Bar]) -> bool:
    notes = _notes(bars)
    last = max((bar, note.start_step + note.duration_steps) for bar, note in notes)
    ending = min(note.pitch for bar, note in notes if (bar, note.start_step + note.duration_steps) == last)
    inside = sum(note.duration_steps for _, note in notes if (note.pitch - tonic) % 12 in scale)
    return ending % 12 == tonic and inside >= _IN_SCALE * sum(note.duration_steps for _, note in notes)
