"""A mixture of experts for chords: what each gives the chord that came, weighted by a small network.

The experts are chains of counts, the counts of the song itself, and copies from earlier in the song. The network sees
how long copies have been right and the place of the chord, never the chord; its weights sum to one, and so do the
probabilities of all chords.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.chords.copying import NONE, Copies, copies_of
from training.chords.counts import CHAINS, Counts, along, context
from training.chords.lines import ChordLine
from training.data.billboard import KINDS

FloatArray = NDArray[np.float64]
COPIES = ("match", "letter", "kind", "phrase", "four_bars", "eight_bars")
EXPERTS = (*CHAINS, *(f"song_{order}" for order in range(1, 4)), *COPIES)
_RUNS = (0, 1, 2, 4, 8, 16)  # a run is in the bucket of the greatest of these that it reaches
_BUCKETS = len(_RUNS) + 1
_EVENTS = (4, 8, 16, 32, 64)
_LEAST = 1e-12
_HIDDEN, _BATCH, _RATE, _DECAY = 32, 512, 0.004, 1e-5
# What is mixed: counts and the longest match, whose length alone is seen; all that is known without sections and
# phrases; and all. By name, with the experts that are left out.
_FORM = ("in_phrase", "letter", "kind", "phrase")
MIXTURES: Mapping[str, tuple[str, ...]] = {
    "counts and longest match": tuple(name for name in EXPERTS if name not in ("in_bars", "match")),
    "mixture without form": _FORM,
    "mixture": (),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """Events of lines as the mixture sees them; arrays with a row for each.

    Attributes:
        came: Probability of the chord that came, by each expert; 0 or 1 for copies.
        stayed: The same for the chord before, which would come again.
        there: Whether an expert has anything to say.
        features: What the network sees.
        changes: Whether the chord that came is another than the one before.
        new: Whether no copy expected it.
    """

    came: FloatArray
    stayed: FloatArray
    there: NDArray[np.bool_]
    features: FloatArray
    changes: NDArray[np.bool_]
    new: NDArray[np.bool_]


def look(lines: Sequence[ChordLine], counts: Mapping[str, Counts]) -> Seen:
    """See the events of lines.

    Args:
        lines: Songs that the counts do not hold.
        counts: By chain.
    """
    rows = [_look_at(line, counts) for line in lines]
    return Seen(*(np.concatenate([getattr(row, name) for row in rows]) for name in Seen.__slots__))


def _look_at(line: ChordLine, counts: Mapping[str, Counts]) -> Seen:
    size = len(line.symbols)
    came, stayed = np.zeros((size, len(EXPERTS))), np.zeros((size, len(EXPERTS)))
    there = np.ones((size, len(EXPERTS)), dtype=bool)
    own = Counts()
    copies = copies_of(line)
    for index, symbol in enumerate(line.symbols):
        before = line.symbols[index - 1] if index else NONE
        for number, (name, chain) in enumerate(CHAINS.items()):
            contexts = chain(line, index)
            came[index, number] = counts[name].probability(contexts, symbol)
            stayed[index, number] = counts[name].probability(contexts, before) if index else 0.0
        chain_of_song = _own_chain(line, index)
        for order in range(1, 4):
            number = len(CHAINS) + order - 1
            contexts = chain_of_song[: order + 1]
            came[index, number] = own.probability(contexts, symbol, came[index, 0])
            stayed[index, number] = own.probability(contexts, before, stayed[index, 0]) if index else 0.0
        own.add(chain_of_song, symbol)
        for number, copy in enumerate(copies, len(CHAINS) + 3):
            expected = copy.symbols[index]
            there[index, number] = expected != NONE
            came[index, number] = expected == symbol
            stayed[index, number] = expected == before
    symbols = np.array(line.symbols)
    changes = np.zeros(size, dtype=bool)
    changes[1:] = symbols[1:] != symbols[:-1]
    features = np.array([_features(line, index, copies) for index in range(size)])
    new = np.logical_not(np.any(came[:, -len(COPIES) :], axis=1))
    return Seen(came, stayed, there, features, changes, new)


def _own_chain(line: ChordLine, index: int) -> list[int]:
    first = int(line.firsts[index])
    return [context(7, first), *(context(7, first, part) for part in along(line, index)[1:4])]


def _features(line: ChordLine, index: int, copies: Sequence[Copies]) -> list[float]:
    row: list[float] = []
    for copy in copies:
        bucket = (
            0
            if copy.symbols[index] == NONE
            else 1 + max(place for place, least in enumerate(_RUNS) if copy.runs[index] >= least)
        )
        row.extend(float(bucket == place) for place in range(_BUCKETS))
    match = copies[0].symbols[index]
    agree = sum(copy.symbols[index] == match for copy in copies[1:]) if match != NONE else len(copies)
    row.extend(float(agree == number) for number in range(len(copies) + 1))
    row.append(float(line.firsts[index]))
    row.append(float(index > 0 and match == line.symbols[index - 1]))
    row.extend(float(line.places[index] % 4 == place) for place in range(4))
    row.append(float(line.places[index] == 0))
    row.append(float(line.section_bars[index] == 0))
    row.extend(float(line.kinds[index] == kind) for kind in range(len(KINDS)))
    row.extend(float(index >= least) for least in _EVENTS)
    row.append(float(line.minor))
    return row


@dataclass(slots=True)
class Mixture:
    """The network that weights experts.

    Attributes:
        experts: Indices into `EXPERTS` of those that are mixed.
        inputs: Indices of the features that it sees.
        weights: Of its two layers.
    """

    experts: NDArray[np.int64]
    inputs: NDArray[np.int64]
    weights: list[FloatArray]

    def costs(self, seen: Seen) -> tuple[FloatArray, FloatArray]:
        """Bits of every event, and of its chord given that it is another than the one before.

        Args:
            seen: The events.
        """
        shares = self._forward(seen)[-1]
        came = np.maximum((shares * seen.came[:, self.experts]).sum(axis=1), _LEAST)
        stayed = (shares * seen.stayed[:, self.experts]).sum(axis=1)
        return -np.log2(came), -np.log2(came / np.maximum(1 - stayed, came))

    def _forward(self, seen: Seen) -> tuple[FloatArray, FloatArray, FloatArray]:
        inputs = seen.features[:, self.inputs]
        hidden = np.tanh(inputs @ self.weights[0] + self.weights[1])
        logits = hidden @ self.weights[2] + self.weights[3]
        logits = np.where(seen.there[:, self.experts], logits, -np.inf)
        exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
        return inputs, hidden, exponents / exponents.sum(axis=1, keepdims=True)

    def arrays(self, name: str) -> dict[str, NDArray[np.generic]]:
        """Its weights, under names that begin with this one."""
        layers = {f"{name}_{number}": layer.astype(np.float32) for number, layer in enumerate(self.weights)}
        return {f"{name}_inputs": self.inputs, **layers}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]], name: str) -> "Mixture":
        """A mixture that `arrays` wrote.

        Args:
            arrays: Of a model.
            name: As it was given to `arrays`.
        """
        layers = [arrays[f"{name}_{number}"].astype(np.float64) for number in range(4)]
        return cls(_experts_of(name), arrays[f"{name}_inputs"], layers)

    @classmethod
    def untrained(cls, name: str, seed: int, width: int) -> "Mixture":
        """A mixture with small random weights.

        Args:
            name: One of `MIXTURES`.
            seed: Draws them.
            width: How many features there are.
        """
        experts, inputs = _experts_of(name), _inputs_of(name, width)
        random = np.random.default_rng(seed)
        layers = [
            random.normal(0, 0.1, (len(inputs), _HIDDEN)),
            np.zeros(_HIDDEN),
            random.normal(0, 0.1, (_HIDDEN, len(experts))),
            np.zeros(len(experts)),
        ]
        return cls(experts, inputs, layers)

    def fit(self, seen: Seen, seed: int, epochs: int) -> None:
        """Lower the mean cost of events by Adam.

        Args:
            seen: The events.
            seed: Draws their order.
            epochs: How often each is seen.
        """
        random = np.random.default_rng(seed)
        moments = [(np.zeros_like(layer), np.zeros_like(layer)) for layer in self.weights]
        step = 0
        for epoch in range(epochs):
            order = random.permutation(len(seen.came))
            rate = _RATE * (1 - epoch / epochs)
            for start in range(0, len(order), _BATCH):
                chosen = order[start : start + _BATCH]
                batch = Seen(*(getattr(seen, name)[chosen] for name in Seen.__slots__))
                step += 1
                for number, gradient in enumerate(self._gradients(batch)):
                    first = 0.9 * moments[number][0] + 0.1 * gradient
                    second = 0.999 * moments[number][1] + 0.001 * gradient**2
                    moments[number] = first, second
                    change = first / (1 - 0.9**step) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
                    self.weights[number] = self.weights[number] - rate * (change + _DECAY * self.weights[number])

    def _gradients(self, batch: Seen) -> list[FloatArray]:
        inputs, hidden, shares = self._forward(batch)
        came = batch.came[:, self.experts]
        total = np.maximum((shares * came).sum(axis=1, keepdims=True), _LEAST)
        logits = (shares - shares * came / total) / len(came)
        inside = (logits @ self.weights[2].T) * (1 - hidden**2)
        return [inputs.T @ inside, inside.sum(axis=0), hidden.T @ logits, logits.sum(axis=0)]


def _experts_of(name: str) -> NDArray[np.int64]:
    return np.array([number for number, expert in enumerate(EXPERTS) if expert not in MIXTURES[name]])


def _inputs_of(name: str, width: int) -> NDArray[np.int64]:
    """The features of a mixture: the runs of its copies, and where it leaves out one copy or none, the others."""
    left_out = MIXTURES[name]
    runs = [
        number * _BUCKETS + bucket
        for number, copy in enumerate(COPIES)
        for bucket in range(_BUCKETS)
        if copy not in left_out
    ]
    after = len(COPIES) * _BUCKETS
    if not left_out:
        return np.arange(width)
    if left_out == _FORM:
        plain = [after + len(COPIES) + 1, *range(width - len(_EVENTS) - 1, width)]
        return np.array([*runs, *plain])
    return np.array(runs)
