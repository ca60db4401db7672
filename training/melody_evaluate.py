"""How well every melody model foretells lines that it has not seen: `python -m training.melody_evaluate --midi DIR`.

Prints a JSON list, an object per model, all scored on the same events (`training.scorer.EventLine`): every sixteenth
from the start of a file to the end of its last note, the key moved to C major or A minor.

- `bits_per_step`: mean surprise at a sixteenth step, holds and rests included.
- `bits_per_onset`: what all steps cost together, per note.
- `bits_per_onset_step`: mean surprise at the steps on which a note begins; `bits_per_other_step` at holds and rests.
- `pitch_perplexity`, `pitch_accuracy`: of the pitch of a note, given that one begins.
- `duration_perplexity`, `duration_accuracy`: of how long a note lasts; accurate when at each of its steps the likelier
  choice between going on and ending is the right one.
- `steps`, `onsets`: how many were scored. `files`: how many were read. `skipped`: reasons and counts.
- `moved`: files that were moved to another key, because they are not in C major or A minor.
- `unavailable`: why a model could not be scored here; its figures are then null.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from services.chassis.weights import WeightsError
from training.baselines.bundle import load as load_baselines
from training.corpus import Tune
from training.line_dataset import key_shift
from training.line_scorer import LineScorer
from training.magenta_row import UnavailableModel, magenta_figures
from training.melody_figures import tally
from training.midi_folder import EmptyFolder, read_folder
from training.progress import track
from training.scorer import EventLine, Scorer

_COLUMNS = ("bits_per_step", "bits_per_onset", "pitch_perplexity", "pitch_accuracy", "duration_accuracy", "steps")
_BAD_INPUT = 2  # as of the boumb command

Row = dict[str, Any]


# Scores lines, and tells the figures.
_Judge = Callable[[Sequence[EventLine]], Row]


def _stepwise(name: str, load: Callable[[], Scorer]) -> _Judge:
    return lambda lines: tally(load(), track(lines, f"Scoring {name}", len(lines))).told()


# Models by name, in the order of the table.
MODELS: Mapping[str, _Judge] = {
    "unigram": _stepwise("unigram", lambda: load_baselines()[0]),
    "markov_5": _stepwise("markov_5", lambda: load_baselines()[1]),
    "attention_rnn": magenta_figures,
    "gru": _stepwise("gru", lambda: load_baselines()[2]),
    "specialist": _stepwise("specialist", LineScorer.load),
}


def evaluate(folder: Path, names: Sequence[str] = tuple(MODELS), *, as_written: bool = False) -> list[Row]:
    """Score models on a folder of music.

    Args:
        folder: MIDI or MusicXML files, at any depth.
        names: Of MODELS.
        as_written: Take all files to be in C major or A minor, whatever they say.

    Returns:
        A row per model; see the module.

    Raises:
        EmptyFolder: There is nothing to score.
    """
    corpus = read_folder(folder)
    if not corpus.tunes:
        raise EmptyFolder(f"no file of {folder} can be read: {json.dumps(corpus.skipped)}")
    tunes = [replace(tune, tonic=0, mode="major") for tune in corpus.tunes] if as_written else list(corpus.tunes)
    shared = {
        "files": len(tunes),
        "skipped": corpus.skipped,
        "moved": sum(_is_moved(tune) for tune in tunes),
    }
    lines = [EventLine.of(tune) for tune in tunes]
    return [{"name": name, **_scored(name, lines), **shared} for name in names]


def _is_moved(tune: Tune) -> bool:
    return key_shift(tune.tonic, tune.mode) != 0


def _scored(name: str, lines: Sequence[EventLine]) -> Row:
    try:
        return MODELS[name](lines)
    except (WeightsError, UnavailableModel) as reason:
        return {"bits_per_step": None, "bits_per_onset": None, "steps": 0, "unavailable": str(reason)}


def show(rows: Sequence[Row]) -> None:
    """Print the main figures as a table on standard error."""
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("model")
    for column in _COLUMNS:
        table.add_column(column.replace("_", " "), justify="right")
    for row in rows:
        table.add_row(row["name"], *(_cell(row.get(column)) for column in _COLUMNS))
    console = Console(stderr=True)
    console.print(table)
    for row in rows:
        if "unavailable" in row:
            console.print(f"{row['name']}: {row['unavailable']}", markup=False)


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--midi", type=Path, required=True, help="folder of MIDI or MusicXML files")
    parser.add_argument("--model", action="append", choices=tuple(MODELS), help="only this one; may be repeated")
    parser.add_argument(
        "--as-written", action="store_true", help="take every file to be in C major or A minor, whatever it says"
    )
    options = parser.parse_args()
    try:
        rows = evaluate(options.midi, options.model or tuple(MODELS), as_written=options.as_written)
    except EmptyFolder as reason:
        print(f"boumb: {reason}", file=sys.stderr)
        sys.exit(_BAD_INPUT)
    show(rows)
    print(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
