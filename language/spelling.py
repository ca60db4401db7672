"""Typing errors: a word one slip away from a word of the vocabulary is read as that word.

The slips are those of Damerau, "A technique for computer detection and correction of spelling errors" (1964): a letter
too many, missing, wrong, or two swapped.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from language.weak_cache import weakly_cached

_MIN_LETTERS = 4
_TWO_SLIPS_FROM = 8  # letters
_MAX_LETTERS = 24


class Corrector:
    """Finds the word that was meant.

    Args:
        vocabulary: Words that may be meant.
        ordinary: Words never to be touched.
        uses: How often words are used; of words that are as many slips away, the one that is used most was meant.
    """

    def __init__(
        self, vocabulary: Iterable[str], ordinary: frozenset[str], uses: Mapping[str, int] | None = None
    ) -> None:
        self._uses = uses or {}
        self._known = frozenset(vocabulary) | ordinary
        self._by_gap: dict[str, list[str]] = defaultdict(list)
        for word in sorted(set(vocabulary)):
            if len(word) >= _MIN_LETTERS and word.isascii() and word.isalpha():
                for gap in {word, *_with_gaps(word)}:
                    self._by_gap[gap].append(word)
        self.correct = weakly_cached(self._correct, 8192)

    def _correct(self, word: str) -> str:
        """The word that was meant, or the word itself. Only lower-case words without accents are looked at."""
        if (
            word in self._known
            or not _MIN_LETTERS <= len(word) <= _MAX_LETTERS
            or not (word.isascii() and word.isalpha())
        ):
            return word
        near = {
            candidate: distance
            for candidate in self._candidates(word)
            if (distance := slips(word, candidate)) <= (2 if len(word) >= _TWO_SLIPS_FROM else 1)
            and (candidate[0] == word[0] or sorted(candidate[:2]) == sorted(word[:2]))
        }

        def unlikeness(candidate: str) -> tuple[int, bool, int, int, str]:
            """A letter doubled or not ("drumm") comes first, then what is used most, then what is as long."""
            other = _undoubled(word) != _undoubled(candidate)
            return near[candidate], other, -self._uses.get(candidate, 0), abs(len(candidate) - len(word)), candidate

        return min(near, key=unlikeness, default=word)

    def _candidates(self, word: str) -> set[str]:
        """Words that share a form with one letter left out; two slips apart they nearly always do."""
        return {candidate for gap in (word, *_with_gaps(word)) for candidate in self._by_gap.get(gap, ())}


def _undoubled(word: str) -> str:
    return "".join(letter for letter, _ in groupby(word))


def slips(first: str, second: str) -> int:
    """Count the slips between two words: letters inserted, deleted, replaced, or swapped with their neighbour.

    Args:
        first: A word.
        second: Another; the order does not matter.

    Returns:
        The Damerau-Levenshtein distance, 0 for the same word.
    """
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, left in enumerate(first, start=1):
        above, row = row, [i]
        for j, right in enumerate(second, start=1):
            best = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (left != right))
            if i > 1 and j > 1 and left == second[j - 2] and first[i - 2] == right:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before = above
    return row[-1]


def _with_gaps(word: str) -> Iterator[str]:
    return (word[:index] + word[index + 1 :] for index in range(len(word)))
