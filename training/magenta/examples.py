"""Encoded melodies as Melody RNNs learn from them, in a file that needs no TensorFlow to be read."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# Magenta's pipeline cuts melodies at 512 steps.
_LENGTHS = (128, 160, 208, 256, 320, 384, 448, 512)


@dataclass(frozen=True, slots=True)
class Examples:
    """N melodies with S steps in all, one after another.

    Attributes:
        inputs: (S, input size) -1, 0 or 1.
        labels: (S,) class of the event that follows.
        lengths: (N,) steps of each melody.
    """

    inputs: NDArray[np.int8]
    labels: NDArray[np.int32]
    lengths: NDArray[np.int64]

    @classmethod
    def of(cls, melodies: Iterable[tuple[NDArray[np.float32], NDArray[np.int64]]]) -> "Examples":
        """Put inputs (steps, input size) and labels (steps,) of melodies together.

        Raises:
            ValueError: There are none, or inputs that are not whole numbers, which no encoding here makes.
        """
        inputs, labels = zip(*melodies, strict=True)
        every = np.concatenate(inputs)
        small = every.astype(np.int8)
        if not np.array_equal(small, every):
            raise ValueError("inputs are not small whole numbers")
        return cls(small, np.concatenate(labels).astype(np.int32), np.array([len(each) for each in labels]))

    @classmethod
    def load(cls, path: Path) -> "Examples":
        """Read what `save` wrote."""
        with np.load(path) as arrays:
            return cls(arrays["inputs"], arrays["labels"], arrays["lengths"])

    def save(self, path: Path) -> None:
        """Write a .npz file; what was there stays whole until the new one is."""
        unfinished = path.with_name(f"unfinished-{path.name}")
        np.savez_compressed(
            unfinished, allow_pickle=False, inputs=self.inputs, labels=self.labels, lengths=self.lengths
        )
        unfinished.replace(path)

    def __len__(self) -> int:
        return len(self.lengths)

    def padded(self, rows: NDArray[np.int64], steps: int) -> tuple[NDArray[np.int8], NDArray[np.int32]]:
        """Inputs (rows, steps, input size) and labels (rows, steps) of some melodies, zeros after each one's end.

        Args:
            rows: Indices of the melodies.
            steps: As many as the longest of them has, or more.
        """
        starts = np.cumsum(self.lengths) - self.lengths
        inputs = np.zeros((len(rows), steps, self.inputs.shape[1]), np.int8)
        labels = np.zeros((len(rows), steps), np.int32)
        for place, row in enumerate(rows):
            here = slice(starts[row], starts[row] + self.lengths[row])
            inputs[place, : self.lengths[row]] = self.inputs[here]
            labels[place, : self.lengths[row]] = self.labels[here]
        return inputs, labels


def batches(lengths: NDArray[np.int64], size: int, seed: int) -> Iterator[tuple[NDArray[np.int64], int]]:
    """Rows of melodies of about the same length, and the steps that hold them; all melodies before one comes again.

    Magenta's own batches mix all lengths: much of the time then goes into what fills them up.

    Args:
        lengths: Of all melodies, in steps.
        size: Melodies in a batch.
        seed: Of the order.
    """
    waiting: dict[int, list[int]] = {}
    draws = np.random.default_rng(seed)
    while True:
        for row in draws.permutation(len(lengths)):
            steps = room(int(lengths[row]))
            together = waiting.setdefault(steps, [])
            together.append(int(row))
            if len(together) == size:
                yield np.array(waiting.pop(steps)), steps


def room(length: int) -> int:
    """Steps to which a melody of as many is filled up: few numbers, because a network is compiled for each."""
    return next((steps for steps in _LENGTHS if steps >= length), -(-length // _LENGTHS[-1]) * _LENGTHS[-1])
