"""The terms by which texts are compared: stems, stems side by side, and runs of letters.

Forms of one word share runs of letters ("swing", "swingue"), and a slip of the keyboard leaves a part of them. A term
is a whole number, its kind and then one or two numbers of stems, so that those of many lines are found at once.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from services.rag.retrieval.words import meaning, word_lists

# How much each kind says: a telling word, a small one, a run of letters, any words side by side, telling words side by
# side, small ones between them left out.
_WEIGHTS = np.array([1.0, 0.3, 0.2, 0.35, 0.7])
_RUN = 4  # letters
_BITS = 21  # of the number of a stem
_MOST = (1 << _BITS) - 1
_TELLING, _SMALL, _LETTERS, _NEIGHBOURS, PAIR = (kind << 2 * _BITS for kind in range(len(_WEIGHTS)))
Keys = NDArray[np.int64]
Counts = NDArray[np.float64]


class Terms:
    """Terms of words, in any language. Learns stems while pages are read, and looks them up afterwards."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}  # of stems and runs of letters, from 1
        self._stems: dict[str, dict[str, int]] = defaultdict(dict)  # numbers of words' stems, by language
        self._within: dict[str, dict[str, tuple[int, ...]]] = defaultdict(dict)  # terms of words, by language

    def counted(self, lines: Sequence[Sequence[str]], locale: str) -> tuple[Keys, Counts]:
        """Terms of lines, each once, and how often they have it. Their stems are learned.

        Args:
            lines: Tokens of each line.
            locale: Their language.
        """
        counts = Counter(chain.from_iterable(lines))
        known = self._within[locale]
        for word in counts.keys() - known.keys():
            known[word] = self._learned(word, locale)
        within = [known[word] for word in counts]
        times = np.repeat(np.array(list(counts.values()), dtype=np.float64), list(map(len, within)))
        beside = self.beside(lines, locale)
        keys = np.array([*chain.from_iterable(within), *beside], dtype=np.int64)
        once, inverse = np.unique(keys, return_inverse=True)
        amounts = np.concatenate([times, np.ones(len(beside))])
        return once, np.bincount(inverse, amounts, len(once)).astype(np.float64, copy=False)

    def learned(self) -> None:
        """Say that all pages are read: what only reading needs is forgotten."""
        self._within.clear()

    def _learned(self, word: str, locale: str) -> tuple[int, ...]:
        stem, runs = meaning(word, locale), _runs(word)
        for text in (stem, *runs):
            if len(self._numbers) < _MOST:
                self._numbers.setdefault(text, len(self._numbers) + 1)
        self._stems[locale][word] = self._numbers.get(stem, 0)
        return tuple(self._terms(word, stem, runs))

    def within(self, word: str, locale: str) -> list[int]:
        """Terms of a word: its stem, and the runs of its letters when it tells something.

        Args:
            word: A token.
            locale: Its language.
        """
        return self._terms(word, meaning(word, locale), _runs(word))

    def beside(self, lines: Sequence[Sequence[str]], locale: str) -> list[int]:
        """Terms of words that stand side by side in a line.

        Args:
            lines: Tokens of each line.
            locale: Their language.
        """
        stop, known, number = word_lists().stop, self._stems[locale], self._numbers.get
        keys: list[int] = []
        for line in lines:
            numbers = [known.get(word) or number(meaning(word, locale), 0) for word in line]
            telling = [each for word, each in zip(line, numbers, strict=True) if word not in stop]
            keys += [_NEIGHBOURS + (one << _BITS) + two for one, two in pairwise(numbers) if one and two]
            keys += [PAIR + (one << _BITS) + two for one, two in pairwise(telling) if one and two]
        return keys

    def weights(self, keys: Keys) -> NDArray[np.float64]:
        """How much each of some terms says.

        Args:
            keys: The terms.
        """
        weights: NDArray[np.float64] = _WEIGHTS[keys >> 2 * _BITS]
        return weights

    def _terms(self, word: str, stem: str, runs: Sequence[str]) -> list[int]:
        kind = _SMALL if word in word_lists().stop else _TELLING
        return self._keys(kind, [stem]) + self._keys(_LETTERS, runs)

    def _keys(self, kind: int, texts: Sequence[str]) -> list[int]:
        return [kind + self._numbers[text] for text in texts if text in self._numbers]


def _runs(word: str) -> list[str]:
    """Runs of letters of a telling word, its ends marked; none of a small one."""
    if word.isdigit() or word in word_lists().stop:
        return []
    ends = f"^{word}$"
    return [ends[place : place + _RUN] for place in range(len(ends) - _RUN + 1)]
