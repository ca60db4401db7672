"""What the specialist is measured against: simple models of the same sequences, on the same grid, in the same classes.

`./boumb train drum-baselines --corpus DIR --out models/groove-baselines` makes them from the official
training split.
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelstore.manifest import save_arrays
from services.drums.kit.kit import CLASSES
from services.drums.neural.features import FloatArray
from services.drums.neural.hit_history import SETS
from training.data.groove_corpus import read_corpus
from training.data.skipping import EmptyFolder
from training.drum_hits.sequences import DrumSequence, sequence_of

NAME, VERSION = "groove-baselines", "1"
ORDER = 5
# Strength of the escape to shorter contexts, chosen among 1 to 16 on the validation split; 1 is Witten-Bell proper.
_ESCAPE = 8
_BEATS = 16  # places in the bar that usual velocities and offsets are counted for
_FEWEST = 5  # strokes that make something usual
_SILENT = 0


def learn_sets(played: Sequence[NDArray[np.int32]]) -> dict[str, NDArray[Any]]:
    """Tables of the Markov model: `keys_n` and `counts_n`, see `learn`.

    Args:
        played: Hit sets of performances, step by step.
    """
    arrays: dict[str, NDArray[Any]] = {}
    for order in range(ORDER + 1):
        counts: Counter[int] = Counter()
        for sets in played:
            counts.update(_keys(sets, order).tolist())
        keys = np.array(sorted(counts), dtype=np.int64)
        # Neighbours are close to each other, so that their differences pack well.
        arrays[f"keys_{order}"] = np.diff(keys, prepend=0)
        arrays[f"counts_{order}"] = np.array([counts[key] for key in keys.tolist()], dtype=np.int32)
    return arrays


def learn(sequences: Sequence[DrumSequence]) -> dict[str, NDArray[Any]]:
    """Tables of all baselines.

    Returns:
        For every order up to ORDER, `keys_n` (differences of contexts, each packed with the set that followed) and
        `counts_n`; usual velocity and offset by place in the bar and class, `usual` (2, places, CLASSES), and by class
        alone, `usual_of_class` (2, CLASSES); and `agreement`: how often a step strikes what was struck a bar before.
    """
    arrays = learn_sets([sequence.sets for sequence in sequences])
    usual, of_class = np.zeros((2, _BEATS, CLASSES)), np.zeros((2, CLASSES))
    places = np.concatenate([np.arange(len(sequence.sets)) % _BEATS for sequence in sequences])
    struck = np.concatenate([sequence.struck for sequence in sequences]) > 0
    for index, kind in enumerate(("velocities", "offsets")):
        values = np.concatenate([getattr(sequence, kind) for sequence in sequences])
        for piece in range(CLASSES):
            of_class[index, piece] = np.median(values[struck[:, piece], piece]) if struck[:, piece].any() else 0
            for place in range(_BEATS):
                chosen = struck[:, piece] & (places == place)
                few = chosen.sum() < _FEWEST
                usual[index, place, piece] = of_class[index, piece] if few else np.median(values[chosen, piece])
    again = [sequence.sets[_BEATS:] == sequence.sets[:-_BEATS] for sequence in sequences if len(sequence.sets) > _BEATS]
    agreement = np.concatenate(again).mean() if again else 0.5
    return {
        **arrays,
        "usual": usual.astype(np.float32),
        "usual_of_class": of_class.astype(np.float32),
        "agreement": np.array([agreement], dtype=np.float32),
    }


def _keys(sets: NDArray[np.int32], order: int) -> NDArray[np.int64]:
    """Contexts of some order with what followed, packed into one number each; silence before the beginning."""
    padded = np.concatenate((np.full(order, _SILENT), sets)).astype(np.int64)
    keys = np.zeros(len(sets), dtype=np.int64)
    for back in range(order, -1, -1):
        keys = keys * SETS + padded[order - back : order - back + len(sets)]
    return keys


class DrumMarkovModel:
    """What follows the last few hit sets, falling back on fewer by interpolated Witten-Bell smoothing.

    Args:
        arrays: As `learn` gives them.
        order: How many sets it looks back; 0 is a unigram model.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]], order: int) -> None:
        self._followers: list[dict[int, list[tuple[int, int]]]] = []
        for length in range(order + 1):
            followers: dict[int, list[tuple[int, int]]] = defaultdict(list)
            keys, counts = np.cumsum(arrays[f"keys_{length}"]), arrays[f"counts_{length}"]
            for key, count in zip(keys.tolist(), counts.tolist(), strict=True):
                followers[key // SETS].append((key % SETS, count))
            self._followers.append(dict(followers))

    def probabilities(self, history: Sequence[int]) -> FloatArray:
        """Probability of every hit set after some: (SETS,)."""
        probabilities = np.full(SETS, 1 / SETS)
        context = 0
        for length, followers in enumerate(self._followers):
            if length:
                latest = history[-length] if length <= len(history) else _SILENT
                context += latest * SETS ** (length - 1)
            found = followers.get(context)
            if found is None:
                break
            total, escape = sum(count for _, count in found), _ESCAPE * len(found)
            probabilities *= escape / (total + escape)
            for struck, count in found:
                probabilities[struck] += count / (total + escape)
        return probabilities.astype(np.float32)


def main() -> None:
    """Count the baselines, and write their tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help="folder that holds the data set and its info.csv")
    parser.add_argument("--out", type=Path, required=True, help="folder for tables and manifest")
    options = parser.parse_args()
    try:
        corpus = read_corpus(options.corpus)
    except EmptyFolder as reason:
        sys.exit(f"boumb: {reason}")
    sequences = [sequence_of(p) for p in corpus.performances if p.split == "train"]
    if not sequences:
        sys.exit(f"boumb: no groove of {options.corpus} is for training")
    save_arrays(options.out, NAME, VERSION, learn(sequences))


if __name__ == "__main__":
    main()
