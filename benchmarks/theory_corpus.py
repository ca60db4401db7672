"""Theory against real music: chorales and folk tunes of music21's corpus.

Every piece goes through MIDI and back, and its key is estimated and compared with the encoded one. A key is unambiguous
when all parts of the file name the same major or minor key, the lowest last tone is its tonic, and nine tenths of the
music are made of its scale (raised sixth and seventh included in minor). The Nottingham tunes are left alone: they test
the melody models.

    python -m benchmarks.theory_corpus [--pieces 500] [--json]
"""

import argparse
import json
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import chain, islice
from pathlib import Path

from boumbapp.music.v1.music_pb2 import ROLE_MELODY, Bar, Key, Note
from boumbapp.theory.v1.theory_service_pb2 import ImportResponse
from music21 import converter, corpus, key, stream

from music.midi import read_midi, write_midi
from music.pitch import PitchName
from services.theory.detection import detect_keys, detect_meter
from services.theory.musicxml.from_score import read_score

_FOLDERS = {"folk": ("ryansMammoth", "oneills1850", "airdsAirs"), "chorales": ("bach",)}
_BOOKS = frozenset({"oneills1850", "airdsAirs"})  # many tunes in a file
_MAJOR, _MINOR = frozenset({0, 2, 4, 5, 7, 9, 11}), frozenset({0, 2, 3, 5, 7, 8, 9, 10, 11})
_IN_SCALE = 0.9
_HALF_TICK = 0.5 / 120 + 1e-6  # of a step


@dataclass
class Tally:
    """What came out for one kind of pieces."""

    pieces: int = 0
    notes: int = 0
    notes_lost: int = 0
    pieces_changed: int = 0
    keys_encoded: int = 0
    keys_agreed: int = 0
    keys_unambiguous: int = 0
    keys_unambiguous_agreed: int = 0
    meters_single: int = 0
    meters_agreed: int = 0
    unread: list[str] = field(default_factory=list)


def main() -> None:
    """Run over the corpus and print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pieces", type=int, default=500, help="half chorales, half folk tunes")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    began = time.perf_counter()
    tallies = {kind: _measure(kind, arguments.pieces // 2) for kind in _FOLDERS}
    if arguments.json:
        json.dump({kind: asdict(tally) for kind, tally in tallies.items()}, sys.stdout, indent=1)
        print()
    else:
        _print_table(tallies, time.perf_counter() - began)


def _measure(kind: str, count: int) -> Tally:
    tally = Tally()
    for name, score in islice(_scores(kind), count):
        try:
            piece = read_score(score)
        except Exception as error:  # noqa: BLE001  # music21 raises anything; counted and named
            tally.unread.append(f"{name}: {error!r}")
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


def _scores(kind: str) -> Iterator[tuple[str, "stream.Score"]]:
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


def _folder(folder: Path) -> Iterator[tuple[str, "stream.Score"]]:
    paths = chain(sorted(folder.glob("bwv*.mxl")), sorted(folder.glob("*.abc")))
    for path in paths:
        parsed = converter.parse(path)
        if folder.name in _BOOKS and isinstance(parsed, stream.Opus):
            yield from ((f"{path.stem} {index}", tune) for index, tune in enumerate(parsed.scores))
        elif isinstance(parsed, stream.Score):
            yield path.stem, parsed


def _count_round_trip(piece: ImportResponse, tally: Tally) -> None:
    changed = False
    for track in piece.tracks:
        (read, *more) = read_midi(write_midi(track.bars, piece.bpm, None, ROLE_MELODY)).tracks
        before, after = _notes(track.bars), _notes(read.bars)
        lost = sum(not _same(one, other) for one, other in zip(before, after, strict=False))
        lost += abs(len(before) - len(after)) + len(more)
        tally.notes += len(before)
        tally.notes_lost += lost
        changed = changed or lost > 0
    tally.pieces_changed += changed


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
        and abs(note.offset - other_note.offset) <= _HALF_TICK
        and abs(note.release_offset - other_note.release_offset) <= _HALF_TICK
    )


def _count_key(score: "stream.Score", bars: Sequence[Bar], tally: Tally) -> None:
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


def _encoded_key(score: "stream.Score") -> Key | None:
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


def _print_table(tallies: dict[str, Tally], seconds: float) -> None:
    def share(part: int, whole: int) -> str:
        return f"{part}/{whole}" + (f" ({part / whole:.1%})" if whole else "")

    rows: dict[str, Callable[[Tally], str]] = {
        "pieces": lambda tally: str(tally.pieces),
        "notes through MIDI and back": lambda tally: share(tally.notes - tally.notes_lost, tally.notes),
        "pieces identical": lambda tally: share(tally.pieces - tally.pieces_changed, tally.pieces),
        "unambiguous keys found": lambda tally: share(tally.keys_unambiguous_agreed, tally.keys_unambiguous),
        "all encoded keys found": lambda tally: share(tally.keys_agreed, tally.keys_encoded),
        "metres confirmed": lambda tally: share(tally.meters_agreed, tally.meters_single),
        "not read": lambda tally: str(len(tally.unread)),
    }
    print(f"{'':30}" + "".join(f"{kind:>26}" for kind in tallies))
    for label, cell in rows.items():
        print(f"{label:30}" + "".join(f"{cell(tally):>26}" for tally in tallies.values()))
    print(f"{seconds:.0f} s")


if __name__ == "__main__":
    main()
