"""Questions that pages say they answer, each compared with a text as a unit: the best one speaks for its page."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from services.rag.pages.page import Page
from services.rag.retrieval.words import content, meaning, tokens

_LEAST = 0.15  # fit of a question that says anything
_FEWEST = 2  # telling words that say enough without the small ones


class AskedQuestions:
    """The questions of all pages of a language.

    Args:
        pages: In that language.
        locale: The language.
    """

    def __init__(self, pages: Iterable[Page], locale: str) -> None:
        self._locale = locale
        self._slugs: list[str] = []
        firsts: list[int] = []  # place of each page's first question; its others follow
        all_stems: list[frozenset[str]] = []
        places: dict[str, list[int]] = defaultdict(list)  # of questions, by the stem of a word
        for page in pages:
            if not page.questions:
                continue
            self._slugs.append(page.slug)
            firsts.append(len(all_stems))
            for question in page.questions:
                stems = self._stems(tokens(question))
                for each in stems:
                    places[each].append(len(all_stems))
                all_stems.append(stems)
        self._count = len(all_stems)
        self._firsts = np.array(firsts, dtype=np.intp)
        self._with: dict[str, NDArray[np.intp]] = {each: np.array(at, dtype=np.intp) for each, at in places.items()}
        self._unseen = self._weight(0)
        self._weights = {each: self._weight(len(at)) for each, at in places.items()}
        self._totals = np.array([sum(self._weights[each] for each in stems) for stems in all_stems])

    def fits(self, words: Sequence[str]) -> dict[str, float]:
        """How well the best question of each page fits a text, 0-1; those that share hardly a word are left out.

        Twice the weight of the words that both have, in the weight of the words of both (Dice); rare words weigh more.

        Args:
            words: Tokens of the text, typing errors corrected.
        """
        stems = sorted(self._stems(words))
        shared = np.zeros(self._count)
        total = 0.0
        for each in stems:
            places = self._with.get(each)
            if places is None:
                total += self._unseen
            else:
                weight = self._weights[each]
                total += weight
                shared[places] += weight
        if not self._count:
            return {}
        best = np.maximum.reduceat(2 * shared / (total + self._totals), self._firsts)
        return {self._slugs[place]: float(best[place]) for place in (best > _LEAST).nonzero()[0]}

    def _stems(self, words: Sequence[str]) -> frozenset[str]:
        """Of the telling words; of all of them where there are too few: "what can you do", "it is broken"."""
        telling = content(words)
        chosen = telling if len(telling) >= _FEWEST else words
        return frozenset(meaning(word, self._locale) for word in chosen)

    def _weight(self, questions: int) -> float:
        """What a word weighs that so many questions have (inverse document frequency)."""
        return math.log(1 + (self._count + 0.5) / (questions + 0.5))
