"""A mixer of simple models of drums: counts, the place in the bar, and what followed earlier passages.

The experts are multiplied as those of melody's mixer are (`training.common.expert_mixing`): the Markov model; how
usual a set is on this step of the bar, in the training split and in this performance, as a whole and class by class;
the set that follows the longest match at any lag; and the votes of all matches. How long that match is, and how many
bars have passed, choose the weights.

`./boumb train drum-mixer --corpus DIR --out models/groove-mixer` counts the official training split, and fits the
weights on the validation split.
"""

import argparse
import sys
from collections.abc import Sequence
from copy import copy
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelstore.manifest import load_arrays, save_arrays
from music.meter import steps_per_bar
from services.drums.kit.kit import CLASSES
from services.drums.neural.features import FloatArray
from services.drums.neural.hit_history import CLASSES_OF_SET, SETS
from training.common.expert_mixing import fit_weights, mix
from training.data.groove_corpus import read_corpus
from training.data.skipping import EmptyFolder
from training.drum_hits.baselines import ORDER, DrumMarkovModel
from training.drum_hits.sequences import DrumSequence, sequence_of

NAME, VERSION = "groove-mixer", "1"
BASELINES = Path(__file__).parents[2] / "models/groove-baselines"

# Lengths of the longest match, in steps, at which the contexts of the gate end; then steps that have passed.
LENGTHS = (0.0, 1.5, 3.5, 6.5, 12.5, 24.5, 48.5)
AGES = (16, 32, 64, 128, 256)
ROWS = len(LENGTHS) + 1 + len(AGES) + 1
EXPERTS = 7
PLACES = 16  # of the bar that usual sets are counted for
_SILENT = 0.25  # what a matched silent step counts
_HEAVIEST = 12.0
_FLOOR = 0.02
_EVERY = 3  # steps of which one is looked at when weights are fitted
_FORGETTING = 0.9  # of what was struck on a step of the bar, per bar


def count_places(sets: Sequence[NDArray[np.int32]]) -> NDArray[np.int32]:
    """How often each set was struck on each step of the bar, (PLACES, SETS).

    Args:
        sets: Of performances, step by step.
    """
    counts = np.zeros((PLACES, SETS), dtype=np.int32)
    for each in sets:
        np.add.at(counts, (np.arange(len(each)) % PLACES, each), 1)
    return counts


class DrumExperts:
    """What the experts expect of a performance, step by step.

    Args:
        markov: The Markov model.
        places: Of `count_places`.
        bar: Steps in a bar.
    """

    def __init__(self, markov: DrumMarkovModel, places: NDArray[np.int32], bar: int) -> None:
        self._markov, self._bar = markov, bar
        self._usual = _log(places / np.maximum(places.sum(axis=1, keepdims=True), 1))
        self._sets: list[int] = []
        self._runs = np.zeros(0)  # length of the match at each lag, from a step up
        self._own = np.zeros((bar, SETS))
        self._of_class = np.full((bar, CLASSES), 0.5)  # strokes by step of the bar, and steps: a doubtful beginning
        self._passed = np.full(bar, 4.0)

    def rows(self) -> NDArray[np.int64]:
        """Rows of the gate for the step to come, (2,)."""
        length = np.searchsorted(LENGTHS, self._runs.max(initial=0.0))
        age = np.searchsorted(AGES, len(self._sets), side="right")
        return np.array([length, len(LENGTHS) + 1 + age], dtype=np.int64)

    def views(self) -> FloatArray:
        """Log-probabilities of every set, by expert: (EXPERTS, SETS)."""
        place = len(self._sets) % self._bar
        past = np.array(self._sets[::-1], dtype=np.int64)  # by lag
        last = int(self._runs.argmax()) if self._runs.any() else None
        longest = np.zeros(SETS)
        if last is not None:
            longest[past[last]] = 1
        weights = np.where(self._runs > 0, np.exp(np.minimum(self._runs, _HEAVIEST)), 0.0)
        chance = self._of_class[place] / self._passed[place]
        by_class = CLASSES_OF_SET @ np.log(chance) + (1 - CLASSES_OF_SET) @ np.log(1 - chance)
        voted = _share(np.bincount(past, weights, SETS))
        heard = np.clip(voted @ CLASSES_OF_SET, 0.02, 0.98)
        views: FloatArray = np.stack(
            [
                np.log(self._markov.probabilities(self._sets)),
                self._usual[place % PLACES],
                _log(_share(self._own[place])),
                by_class,
                _log(_share(longest)),
                _log(voted),
                CLASSES_OF_SET @ np.log(heard) + (1 - CLASSES_OF_SET) @ np.log(1 - heard),
            ]
        ).astype(np.float32)
        return views

    def copy(self) -> "DrumExperts":
        """The same performance, to be continued in another way."""
        twin = copy(self)
        twin._sets, twin._own = self._sets.copy(), self._own.copy()  # noqa: SLF001  its own kind
        twin._of_class, twin._passed = self._of_class.copy(), self._passed.copy()  # noqa: SLF001
        return twin  # what else there is, is replaced, never changed

    def append(self, struck: int) -> None:
        """Move past a step.

        Args:
            struck: Its set.
        """
        place = len(self._sets) % self._bar
        past = np.array(self._sets[::-1], dtype=np.int64)
        gain = 1.0 if struck else _SILENT
        self._runs = np.append(np.where(past == struck, self._runs + gain, 0.0), 0.0)
        self._sets.append(struck)
        self._own[place] *= _FORGETTING
        self._own[place, struck] += 1
        self._of_class[place] = _FORGETTING * self._of_class[place] + CLASSES_OF_SET[struck]
        self._passed[place] = _FORGETTING * self._passed[place] + 1


def mixed_probabilities(experts: DrumExperts, gate: NDArray[Any]) -> FloatArray:
    """Probability of every set on the next step: (SETS,).

    Args:
        experts: Of the performance so far.
        gate: Their weights, (ROWS, EXPERTS).
    """
    views = experts.views()[None].astype(np.float64)
    probabilities: FloatArray = np.exp(mix(gate.astype(np.float64), experts.rows()[None], views)[0]).astype(np.float32)
    return probabilities


def _share(votes: NDArray[Any]) -> NDArray[np.float64]:
    total = votes.sum()
    shares: NDArray[np.float64] = votes / total if total else np.full(SETS, 1 / SETS)
    return shares


def _log(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    logs: NDArray[np.float64] = np.log(_FLOOR / SETS + (1 - _FLOOR) * shares)
    return logs


def fit_gate(sequences: Sequence[DrumSequence], markov: DrumMarkovModel, places: NDArray[np.int32]) -> FloatArray:
    """Weights of the experts by context, (ROWS, EXPERTS).

    Args:
        sequences: That no expert was trained on.
        markov: The Markov model.
        places: Of `count_places`.
    """
    rows: list[NDArray[np.int64]] = []
    views: list[FloatArray] = []
    happened: list[int] = []
    for sequence in sequences:
        experts = DrumExperts(markov, places, steps_per_bar(sequence.setting.meter))
        for step, struck in enumerate(sequence.sets.tolist()):
            if step % _EVERY == len(rows) % _EVERY:
                rows.append(experts.rows())
                views.append(experts.views())
                happened.append(struck)
            experts.append(struck)
    return fit_weights(np.stack(rows), np.stack(views), np.array(happened), ROWS).astype(np.float32)


def main() -> None:
    """Count, fit, and write what ships."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True, help="folder that holds the data set and its info.csv")
    parser.add_argument("--baselines", type=Path, default=BASELINES, help="the Markov model (default: %(default)s)")
    parser.add_argument("--out", type=Path, required=True, help="folder for tables and manifest")
    options = parser.parse_args()
    try:
        corpus = read_corpus(options.corpus)
    except EmptyFolder as reason:
        sys.exit(f"boumb: {reason}")
    learned, watched = (
        [sequence_of(each) for each in corpus.performances if each.split == split] for split in ("train", "validation")
    )
    if not learned or not watched:
        sys.exit(f"boumb: {options.corpus} has {len(learned)} grooves for training and {len(watched)} for validation")
    markov = DrumMarkovModel(load_arrays(options.baselines)[0], ORDER)
    places = count_places([sequence.sets for sequence in learned])
    save_arrays(options.out, NAME, VERSION, {"places": places, "gate": fit_gate(watched, markov, places)})


if __name__ == "__main__":
    main()
