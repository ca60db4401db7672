"""A blind listening kit: pairs of ours, human and baseline melodies, a page to vote on, and what the votes say."""

import json
from pathlib import Path

from benchmarks._blind_kit import FOR_LISTENERS, KEY, PAGE, make_pairs, write_kit
from benchmarks._blind_votes import read_votes, results

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / ".boumb" / "blind"
EXAMPLES = ROOT / "training" / "examples"
PAIRS, SEED = 24, 1
RESULTS = "results.json"
Row = dict[str, object]


def run(
    human: Path = EXAMPLES, out: Path = OUT, pairs: int = PAIRS, seed: int = SEED, votes: Path | None = None
) -> list[Row]:
    """Make a kit; with votes, say what they say instead.

    Args:
        human: Folder of human music: MIDI or MusicXML files.
        out: Folder of the kit.
        pairs: How many: each tune once, then each again in another comparison.
        seed: Draws tunes, order and sides.
        votes: A file that the page saved, or a folder of them.

    Raises:
        EmptyFolder: There is no music, or there are no votes.
    """
    if votes is not None:
        rows = results(read_votes(votes, out))
        (out / RESULTS).write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
        return rows
    kit = write_kit(make_pairs(human, pairs, seed), out)
    return [
        {"what": "kit", "value": kit},
        {"what": "pairs", "value": pairs},
        {"what": "page, in the folder for listeners", "value": str(out / FOR_LISTENERS / PAGE)},
        {"what": "key, not for listeners", "value": str(out / KEY)},
    ]
