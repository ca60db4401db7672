"""The models of chords that are compared, and the file that holds what they learned."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from modelstore.manifest import Manifest, load_arrays, save_arrays
from services.theory.catalogue.catalogue import Catalogue
from training.chords.catalogue_model import CatalogueModel, Smoothing, fit_smoothing
from training.chords.counts import CHAINS, Counts, bigram, unigram
from training.chords.lines import ChordLine
from training.chords.mixing import MIXTURES, Mixture, Seen, look
from training.chords.weights import NAME

VERSION = "1"
_FOLDS = 5
_SMOOTHED = 120  # songs that the catalogue's smoothing is fitted on
# Contexts of these chains that fewer songs share are left out of the file, which they would make three times as long.
_LEAST = {"in_bars": 1, "in_phrase": 2, "by_changes": 2}
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ChordModels:
    """What was learned from songs.

    Attributes:
        counts: By chain, with those of the unigram and the bigram.
        mixtures: By name.
        smoothing: Of the catalogue with judged and with counted weights.
        songs: Names of the songs that were learned from.
    """

    counts: Mapping[str, Counts]
    mixtures: Mapping[str, Mixture]
    smoothing: Mapping[bool, Smoothing]
    songs: frozenset[str]

    def save(self, folder: Path) -> Manifest:
        """Write the file and its manifest.

        Args:
            folder: Where to.
        """
        arrays: dict[str, NDArray[np.generic]] = {"songs": np.array(sorted(self.songs))}
        for name, counts in self.counts.items():
            arrays.update(counts.arrays(name))
        for name, mixture in self.mixtures.items():
            arrays.update(mixture.arrays(name))
        for judged, smoothing in self.smoothing.items():
            arrays[f"smoothing_{int(judged)}"] = np.array(
                [smoothing.stay, smoothing.jump, smoothing.own, smoothing.other]
            )
        return save_arrays(folder, NAME, VERSION, arrays)

    @classmethod
    def load(cls, folder: Path) -> "ChordModels":
        """Read what `save` wrote.

        Args:
            folder: That holds the file and its manifest.

        Raises:
            WeightsError: The file is missing, or is not the one of the manifest.
        """
        arrays = load_arrays(folder)[0]
        return cls(
            {name: Counts.of_arrays(arrays, name) for name in ("unigram", "bigram", *CHAINS)},
            {name: Mixture.of_arrays(arrays, name) for name in MIXTURES},
            {judged: Smoothing(*arrays[f"smoothing_{int(judged)}"].tolist()) for judged in (False, True)},
            frozenset(arrays["songs"].tolist()),
        )


def learn(
    lines: Sequence[ChordLine], catalogue: Catalogue, seed: int, epochs: int, say: Callable[[str], None]
) -> ChordModels:
    """Learn all models from songs. The network of a mixture sees songs that its counts do not hold, by folds.

    Args:
        lines: The songs.
        catalogue: With the families.
        seed: Draws the order of events.
        epochs: How often each is seen.
        say: Shows progress.
    """
    folds = []
    for fold in range(_FOLDS):
        say(f"fold {fold + 1} of {_FOLDS}")
        kept = [line for index, line in enumerate(lines) if index % _FOLDS != fold]
        folds.append(look(lines[fold::_FOLDS], _counts(kept)))
    seen = Seen(*(np.concatenate([getattr(each, name) for each in folds]) for name in Seen.__slots__))
    mixtures = {}
    for name in MIXTURES:
        say(f"mixture {name}")
        mixtures[name] = Mixture.untrained(name, seed, seen.features.shape[1])
        mixtures[name].fit(seen, seed, epochs)
    counts = {
        "unigram": Counts().count(lines, unigram, by_song=False),
        "bigram": Counts().count(lines, bigram, by_song=False),
        **_counts(lines),
    }
    say("the catalogue's smoothing")
    smoothing = {
        judged: fit_smoothing(catalogue, counts["unigram"], lines[:_SMOOTHED], judged=judged)
        for judged in (False, True)
    }
    return ChordModels(counts, mixtures, smoothing, frozenset(line.name for line in lines))


def _counts(lines: Sequence[ChordLine]) -> dict[str, Counts]:
    return {name: Counts().count(lines, chain).shared_by(_LEAST[name]) for name, chain in CHAINS.items()}


def scores(models: ChordModels, lines: Sequence[ChordLine], catalogue: Catalogue) -> Iterator[dict[str, float | str]]:
    """Bits of the chords of songs by each model.

    Args:
        models: What was learned.
        lines: Songs that nothing was learned from.
        catalogue: With the families.
    """
    seen = look(lines, models.counts)
    for name, judged in (("catalogue, judged weights", True), ("catalogue, counted weights", False)):
        model = CatalogueModel(catalogue, models.counts["unigram"], models.smoothing[judged], judged=judged)
        yield _score(name, [model.costs(line) for line in lines], seen)
    for name, chain in (("unigram", unigram), ("bigram", bigram)):
        yield _score(name, [_counted(line, models.counts[name], chain) for line in lines], seen)
    for name, mixture in models.mixtures.items():
        yield _score(name, [mixture.costs(seen)], seen)


def _counted(
    line: ChordLine, counts: Counts, chain: Callable[[ChordLine, int], Sequence[int]]
) -> tuple[FloatArray, FloatArray]:
    came = np.array([counts.probability(chain(line, index), symbol) for index, symbol in enumerate(line.symbols)])
    stayed = np.array(
        [
            counts.probability(chain(line, index), line.symbols[index - 1]) if index else 0.0
            for index in range(len(came))
        ]
    )
    return -np.log2(came), -np.log2(came / np.maximum(1 - stayed, came))


def _score(name: str, costs: Sequence[tuple[FloatArray, FloatArray]], seen: Seen) -> dict[str, float | str]:
    bits, change_bits = (np.concatenate([each[place] for each in costs]) for place in (0, 1))
    new = seen.changes & seen.new
    return {
        "name": name,
        "bits_per_chord": round(float(bits.mean()), 3),
        "bits_per_change": round(float(change_bits[seen.changes].mean()), 3),
        "bits_per_new_change": round(float(change_bits[new].mean()), 3) if new.any() else 0.0,
    }
