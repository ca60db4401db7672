"""How well models predict the chords of songs: `./boumb evaluate chords --data DIR`.

A song is a row of chords, those of each bar in their order, counted from its tonic as a root and one of nine kinds.
Every chord is predicted from those before it, whose bars are known; the models say what they know besides.

- `bits_per_chord`: mean negative log-likelihood of a chord; one that goes on in the next bar counts again.
- `bits_per_change`: of the chords that differ from the one before, given that they differ.
- `bits_per_new_change`: of those among them that no earlier passage of the song let expect.

Songs that the models learned from are left out. Standard output is JSON, a table goes to standard error.
"""

import argparse
import json
import sys
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from modelstore.manifest import WeightsError
from services.theory.catalogue.catalogue import Catalogue
from training.chords.lines import line_of
from training.chords.models import ChordModels, scores
from training.chords.weights import NAME
from training.data.billboard import read_billboard
from training.data.skipping import EmptyFolder

_FAILED, _BAD_INPUT = 1, 2  # as of the boumb command
MODELS = Path(__file__).parents[2] / "models" / NAME


def evaluate(folder: Path, models: ChordModels) -> dict[str, object]:
    """Score all models on the songs of a folder.

    Args:
        folder: Holds annotations in SALAMI form.
        models: What was learned.

    Raises:
        EmptyFolder: It holds no song that the models did not learn from.
    """
    corpus = read_billboard(folder)
    lines = [line_of(song) for song in corpus.songs if song.name not in models.songs]
    if not lines:
        raise EmptyFolder(f"the models learned from all {len(corpus.songs)} songs of {folder}")
    return {
        "songs": len(lines),
        "learned_from": len(corpus.songs) - len(lines),
        "skipped": corpus.skipped,
        "chords": sum(len(line.symbols) for line in lines),
        "models": list(scores(models, lines, Catalogue.load())),
    }


def main() -> None:
    """Evaluate the models of chords."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of annotations in SALAMI form")
    parser.add_argument("--weights", type=Path, default=MODELS, help="folder of the models (default: those that ship)")
    options = parser.parse_args()
    try:
        result = evaluate(options.data, ChordModels.load(options.weights))
    except (EmptyFolder, WeightsError) as reason:
        print(f"boumb: {reason}", file=sys.stderr)
        sys.exit(_BAD_INPUT if isinstance(reason, EmptyFolder) else _FAILED)
    _show(result)
    print(json.dumps(result, indent=2))


def _show(result: dict[str, object]) -> None:
    table = Table(box=box.SIMPLE_HEAD)
    rows = result["models"]
    assert isinstance(rows, list)
    for name in rows[0]:
        table.add_column(name.replace("_", " "), justify="left" if name == "name" else "right", no_wrap=True)
    for row in rows:
        table.add_row(*(value if isinstance(value, str) else f"{value:.3f}" for value in row.values()))
    Console(stderr=True, width=100).print(table)


if __name__ == "__main__":
    main()
