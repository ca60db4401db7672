"""The feel of drummers from the corpus to weights: `./boumb train feel --corpus DIR --out DIR`.

Deterministic. The corpus is the Groove MIDI Dataset, unpacked anywhere; bad files are skipped and counted.
"""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from rich.console import Console

from modelstore.manifest import save_arrays
from services.drums.performance.deviation_model import NAME, VERSION
from training.data.groove_corpus import read_corpus, split
from training.data.skipping import EmptyFolder
from training.drum_feel.deviations import family_of, learn, spread

METRICS = "metrics.json"
# One performance in six is held out for evaluation; the shipped tables never see it.
HELD_OUT = 6


def main() -> None:
    """Make the tables of the drum feel, and write them with their metrics."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help="folder that holds the data set and its info.csv")
    parser.add_argument("--out", type=Path, required=True, help="folder for weights, manifest and metrics")
    options = parser.parse_args()
    try:
        corpus = read_corpus(options.corpus)
    except EmptyFolder as reason:
        sys.exit(f"boumb: {reason}")
    if not corpus.performances:
        sys.exit(f"boumb: no performance of {options.corpus} can be read: {json.dumps(corpus.skipped)}")
    training, withheld = split(corpus.performances, HELD_OUT)
    model = learn(training)
    manifest = save_arrays(options.out, NAME, VERSION, model.arrays())
    metrics = {
        "sha256": manifest.sha256,
        "performances": {"read": len(corpus.performances), "training": len(training), "held_out": len(withheld)},
        "skipped": corpus.skipped,
        "strokes": sum(len(performance.steps) for performance in training),
        "performances_by_family": dict(sorted(Counter(family_of(p.style) for p in training if not p.fill).items())),
        "memory": {
            kind: {name: round(getattr(memory, name), 3) for name in ("lasting", "per_step", "shared")}
            for kind, memory in (("timing", model.timing_noise), ("velocity", model.velocity_noise))
        },
        "human_spread": {"training": spread(training), "held_out": spread(withheld)},
    }
    text = json.dumps(metrics, indent=2)
    (options.out / METRICS).write_text(text + "\n", encoding="utf-8")
    Console().print_json(text)


if __name__ == "__main__":
    main()
