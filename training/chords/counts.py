"""Counts of chords after contexts, each smoothed by the next shorter one (Witten and Bell, 1991).

A chain is a list of contexts of one event, from the most general to the most special. Contexts are kept as numbers
of 64 bits, so that counts are three arrays.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.chords.lines import ChordLine
from training.chords.vocabulary import SYMBOLS

_PRIME, _MASK = 0x9E3779B97F4A7C15, (1 << 64) - 1
# How contexts of an event are made: a line and the index of the event give a chain.
Chain = Callable[[ChordLine, int], Sequence[int]]


def context(*parts: int) -> int:
    """A number of 64 bits that stands for these numbers in this order.

    Args:
        parts: What is known of the event.
    """
    number = len(parts) + 1
    for part in parts:
        number = (number ^ (part + 0x7F4A7C15)) * _PRIME & _MASK
        number ^= number >> 29
    return number


@dataclass(slots=True)
class Counts:
    """How often each chord followed each context."""

    by_context: dict[int, dict[int, int]] = field(default_factory=dict)

    def add(self, contexts: Iterable[int], symbol: int) -> None:
        """Count a chord after all contexts of its chain.

        Args:
            contexts: The chain.
            symbol: The chord.
        """
        for each in contexts:
            row = self.by_context.setdefault(each, {})
            row[symbol] = row.get(symbol, 0) + 1

    def count(self, lines: Iterable[ChordLine], chain: Chain, *, by_song: bool = True) -> "Counts":
        """Count events of lines.

        Args:
            lines: To count.
            chain: Gives the contexts of an event.
            by_song: Whether a song counts once for what it repeats: twenty choruses are no evidence from twenty songs.

        Returns:
            These counts.
        """
        for line in lines:
            events = [(each, symbol) for index, symbol in enumerate(line.symbols) for each in chain(line, index)]
            for each, symbol in dict.fromkeys(events) if by_song else events:
                self.add((each,), symbol)
        return self

    def probability(self, contexts: Sequence[int], symbol: int, behind: float = 1 / SYMBOLS) -> float:
        """Probability of a chord after a chain.

        Args:
            contexts: From the most general to the most special.
            symbol: The chord.
            behind: What is smoothed towards where nothing was counted.
        """
        probability = behind
        for each in contexts:
            row = self.by_context.get(each)
            if row is None:
                break
            kinds = len(row)
            probability = (row.get(symbol, 0) + kinds * probability) / (sum(row.values()) + kinds)
        return probability

    def shared_by(self, least: int) -> "Counts":
        """The counts of contexts that occurred often enough.

        Args:
            least: How often.
        """
        kept = {each: row for each, row in self.by_context.items() if sum(row.values()) >= least}
        return Counts(kept)

    def arrays(self, name: str) -> dict[str, NDArray[np.generic]]:
        """Contexts, chords and counts as arrays, in ascending order.

        Args:
            name: Begins the names of the arrays.
        """
        rows = sorted((each, symbol, count) for each, row in self.by_context.items() for symbol, count in row.items())
        columns = np.array(rows, dtype=np.uint64).reshape(-1, 3)
        return {
            f"{name}_contexts": columns[:, 0],
            f"{name}_symbols": columns[:, 1].astype(np.uint8),
            f"{name}_counts": columns[:, 2].astype(np.uint16),
        }

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]], name: str) -> "Counts":
        """Counts that `arrays` wrote.

        Args:
            arrays: Of a model.
            name: As it was given to `arrays`.
        """
        counts = cls()
        columns = (arrays[f"{name}_{column}"].tolist() for column in ("contexts", "symbols", "counts"))
        for each, symbol, count in zip(*columns, strict=True):
            counts.by_context.setdefault(each, {})[symbol] = count
        return counts


def unigram(line: ChordLine, index: int) -> list[int]:  # noqa: ARG001 - of the form of a chain
    """The chain of frequency alone.

    Args:
        line: The song.
        index: Of the event whose chord is to come.
    """
    return [context()]


def bigram(line: ChordLine, index: int) -> list[int]:
    """The chain of the chord before.

    Args:
        line: The song.
        index: Of the event whose chord is to come.
    """
    return [context(), context(line.symbols[index - 1] if index else -1)]


def along(line: ChordLine, index: int) -> list[int]:
    """The chain of up to six chords before.

    Args:
        line: The song.
        index: Of the event whose chord is to come.
    """
    before = line.symbols[max(index - 6, 0) : index][::-1]
    return [context(*before[:length]) for length in range(len(before) + 1)]


def in_bars(line: ChordLine, index: int) -> list[int]:
    """The chain of up to six chords before, that knows which of them began bars.

    Args:
        line: The song.
        index: Of the event whose chord is to come.
    """
    known = [int(line.firsts[index])]
    chain = [context(1), context(1, *known)]
    for back in range(index - 1, max(index - 7, -1), -1):
        known.append(line.symbols[back] * 2 + line.firsts[back])
        chain.append(context(1, *known))
    return chain


def in_phrase(line: ChordLine, index: int) -> list[int]:
    """The chain of the chords before at this place of the phrase, in a section of this kind.

    Args:
        line: The song.
        index: Of the event whose chord is to come.
    """
    slot, place = line.slots[index], line.places[index]
    before = [line.symbols[back] if back >= 0 else -1 for back in (index - 1, index - 2, index - 3)]
    return [
        context(2),
        context(2, slot, int(line.minor)),
        context(2, slot, int(line.minor), before[0]),
        context(2, slot, int(line.minor), before[0], place % 4),
        context(2, slot, int(line.minor), before[0], min(place, 16)),
        context(2, slot, int(line.minor), *before[:2], min(place, 16)),
        context(2, slot, int(line.minor), *before[:2], min(place, 16), line.kinds[index]),
        context(2, slot, int(line.minor), *before, min(place, 16), line.kinds[index]),
    ]


def by_changes(line: ChordLine, index: int) -> list[int]:
    """The chain of the last chords that differ, and for how many bars they lasted.

    Args:
        line: The song.
        index: Of the event whose chord is to come.
    """
    known = [int(line.firsts[index])]
    chain = [context(3, *known)]
    back, changes = index - 1, 0
    while back >= 0 and changes < 5:
        symbol, last = line.symbols[back], back
        while back >= 0 and line.symbols[back] == symbol:
            back -= 1
        length = line.bars[last] - line.bars[back + 1] + 1
        known.append(symbol)
        chain.append(context(3, *known))
        known.append(min(length, 8))
        chain.append(context(3, *known))
        changes += 1
    return chain


CHAINS: dict[str, Chain] = {"in_bars": in_bars, "in_phrase": in_phrase, "by_changes": by_changes}
