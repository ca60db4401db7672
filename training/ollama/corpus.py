"""Tunes in the notation: `./boumb train ollama-lines --out .boumb/ollama-line/lines.jsonl`.

Reads every corpus that the line model learns from, in the same splits, and writes a line of JSON per tune.
"""

import argparse
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from boumbapp.music.v2.music_pb2 import Bar, Meter

from music.meter import steps_per_bar
from music.notation.conditions import METRES, MODES
from music.notation.notes import NO_CHORD, chord_mark, home, write_bars
from music.notation.vocabulary import within
from training.data.line_corpus import SOURCES, split_of
from training.data.tunes import Tune

_STYLES = {"pop909": "pop", "openewld": "standards"}
_TOLD = {"train", "validation"}
_VELOCITY = 90


@dataclass(frozen=True, slots=True)
class NotatedLine:
    """A tune in the notation.

    Attributes:
        name: Of the tune.
        split: "train" or "validation".
        role: "melody", "counter" or "bass".
        mode: One of MODES; empty where the source does not tell it reliably.
        metre: One of METRES.
        style: One of STYLES.
        text: Its bars, with chord marks where the source has chords.
    """

    name: str
    split: str
    role: str
    mode: str
    metre: str
    style: str
    text: str


def notate(tune: Tune) -> NotatedLine:
    """A tune in the notation, with its conditions."""
    source = tune.name.split("/")[0]
    return NotatedLine(
        name=tune.name,
        split=split_of(tune.name),
        role=tune.role,
        # OpenEWLD's files call every key major.
        mode="" if source == "openewld" else tune.mode,
        metre=f"{tune.beats}/{tune.beat_unit}",
        style=_STYLES.get(source, "folk"),
        text=write_bars(bars_of(tune), tune.tonic, chords=_chords(tune)),
    )


def bars_of(tune: Tune) -> list[Bar]:
    """Bars of a tune: notes end where the next begins at the latest, and are cut and tied at bar lines."""
    meter = Meter(beats=tune.beats, beat_unit=tune.beat_unit)
    length = steps_per_bar(meter)
    tonic = home(tune.tonic)
    bars = [Bar(index=index, meter=meter) for index in range(tune.bars)]
    starts = [note.bar * length + note.step for note in tune.notes]
    for note, start, following in zip(tune.notes, starts, [*starts[1:], tune.bars * length], strict=True):
        end = min(start + note.steps, following)
        lines = [start, *range((start // length + 1) * length, end, length), end]
        for begin, stop in pairwise(lines):
            bars[begin // length].notes.add(
                pitch=tonic + within(note.pitch - tonic),
                start_step=begin % length,
                duration_steps=stop - begin,
                velocity=_VELOCITY,
                tied=begin > start,
            )
    return bars


def _chords(tune: Tune) -> list[list[str]]:
    """Marks of each bar: the chord at its beginning, and the one in its middle where that is another."""
    if not tune.chords:
        return []
    length = tune.beats * 16 // tune.beat_unit
    marks = [(chord.step, chord_mark(chord.root, chord.mask, tune.tonic)) for chord in tune.chords]
    row: list[list[str]] = []
    place, current = 0, NO_CHORD
    for bar in range(tune.bars):
        marked = []
        for step in (bar * length, bar * length + length // 2):
            while place < len(marks) and marks[place][0] <= step:
                current = marks[place][1]
                place += 1
            marked.append(current)
        row.append(marked if marked[0] != marked[1] else marked[:1])
    return row


def is_usable(tune: Tune) -> bool:
    """Whether a tune may be learned from and there are tokens for its mode and metre."""
    return split_of(tune.name) in _TOLD and tune.mode in MODES and f"{tune.beats}/{tune.beat_unit}" in METRES


def write_lines(path: Path, lines: Iterable[NotatedLine]) -> None:
    """Write lines, one object of JSON a line.

    Args:
        path: File to write; its folder is made where it is missing.
        lines: To write.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(asdict(line)) + "\n" for line in lines), encoding="utf-8")


def read_notated(path: Path) -> Iterator[NotatedLine]:
    """Lines of a file that `write_lines` wrote, one after the other."""
    with path.open(encoding="utf-8") as rows:
        for row in rows:
            yield NotatedLine(**json.loads(row))


def main() -> None:
    """Write the lines of every corpus to one file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=Path(".boumb/corpus"), help="folder of the data sets")
    parser.add_argument("--out", type=Path, required=True, help="file to write")
    options = parser.parse_args()
    lines: list[NotatedLine] = []
    for source, read in SOURCES.items():
        usable = [notate(tune) for tune in read(options.corpus).tunes if is_usable(tune)]
        print(f"{source}: {len(usable)} lines")
        lines += usable
    write_lines(options.out, lines)


if __name__ == "__main__":
    main()
