"""Harmony from songs: `./boumb train harmony --data DIR --out DIR`.

Counts progressions, harmonic rhythm, cadences and form, and learns the models of chords that `./boumb evaluate chords`
compares. Deterministic. The data are the McGill Billboard annotations, unpacked anywhere; bad files are skipped and
counted. One song in ten, by its number, is held out.
"""

import argparse
import json
import sys
from pathlib import Path

from services.theory.catalogue.catalogue import Catalogue
from training.chords.lines import line_of
from training.chords.models import learn, scores
from training.chords.statistics import common_cadences, common_progressions, counted, forms, harmonic_rhythm
from training.chords.weights import named_progressions
from training.data.billboard import read_billboard
from training.data.skipping import EmptyFolder
from training.data.splits import billboard_split

METRICS, COUNTS = "metrics.json", "counts.json"


def main() -> None:
    """Learn from the songs of a folder, and write the models, the counts and the metrics."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the McGill Billboard annotations")
    parser.add_argument("--out", type=Path, required=True, help="folder for models, counts, manifest and metrics")
    parser.add_argument("--seed", type=int, default=1, help="draws the order of events (default: %(default)s)")
    parser.add_argument("--epochs", type=int, default=60, help="how often each event is seen (default: %(default)s)")
    options = parser.parse_args()
    try:
        corpus = read_billboard(options.data)
    except EmptyFolder as reason:
        sys.exit(f"boumb: {reason}")
    lines = [line_of(song) for song in corpus.songs]
    training = [line for line in lines if billboard_split(line.name) == "train"]
    held_out = [line for line in lines if billboard_split(line.name) != "train"]
    if not training or not held_out:
        sys.exit(f"boumb: {len(corpus.songs)} songs are too few to learn from and to hold out")
    catalogue = Catalogue.load()
    models = learn(training, catalogue, options.seed, options.epochs, lambda what: print(what, file=sys.stderr))
    manifest = models.save(options.out)
    kept = [song for song in corpus.songs if billboard_split(song.name) == "train"]
    songs = [counted(song) for song in kept]
    counts = {
        "named": named_progressions(songs, catalogue),
        "progressions": common_progressions(songs),
        "phrase_ends": common_cadences(songs),
        "harmonic_rhythm": harmonic_rhythm(kept),
        "form": forms(kept),
    }
    (options.out / COUNTS).write_text(json.dumps(counts, indent=1) + "\n", encoding="utf-8")
    metrics = {
        "sha256": manifest.sha256,
        "seed": options.seed,
        "songs": {"read": len(lines), "training": len(training), "held_out": len(held_out)},
        "skipped": corpus.skipped,
        "chords": {"training": sum(len(line.symbols) for line in training)},
        "held_out": list(scores(models, held_out, catalogue)),
    }
    text = json.dumps(metrics, indent=2)
    (options.out / METRICS).write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
