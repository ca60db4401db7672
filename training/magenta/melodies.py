"""POP909's melodies as Magenta's events: `./boumb train magenta-melodies --corpus DIR --out .boumb/magenta`.

Runs under .venv, because reading scores needs music21; what it writes is read under .venv-magenta. One file per split,
one melody per line: a JSON list with an event per sixteenth (-2 nothing new, -1 note off, or a MIDI pitch).
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from training.data.pop909 import read_pop909
from training.data.splits import of_split
from training.data.tunes import Tune

NO_EVENT, NOTE_OFF = -2, -1
SPLITS = ("train", "validation", "test")


def events_of(tune: Tune) -> list[int]:
    """Event of each step, from the first bar line to the end of the last note."""
    bar_steps = tune.beats * 16 // tune.beat_unit
    starts = [note.bar * bar_steps + note.step for note in tune.notes]
    length = starts[-1] + tune.notes[-1].steps
    events = [NO_EVENT] * (length + 1)
    for start, note in zip(starts, tune.notes, strict=True):
        events[min(start + note.steps, length)] = NOTE_OFF
        events[start] = note.pitch
    return events[:length]


def write_melodies(tunes: Sequence[Tune], out: Path) -> dict[str, int]:
    """Write the 4/4 melodies of each split to `<out>/<split>.jsonl`; returns how many there are in each.

    Args:
        tunes: Of POP909.
        out: Folder, made where it is missing.
    """
    melodies = [tune for tune in tunes if tune.role == "melody" and (tune.beats, tune.beat_unit) == (4, 4)]
    out.mkdir(parents=True, exist_ok=True)
    counts = {}
    for split in SPLITS:
        lines = [json.dumps(events_of(tune)) for tune in of_split(melodies, split)]
        (out / f"{split}.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        counts[split] = len(lines)
    return counts


def main() -> None:
    """Write the melodies of every split."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help="folder of POP909")
    parser.add_argument("--out", type=Path, default=Path(".boumb/magenta"), help="where the melodies go")
    arguments = parser.parse_args()
    print(json.dumps(write_melodies(read_pop909(arguments.corpus).tunes, arguments.out)))


if __name__ == "__main__":
    main()
