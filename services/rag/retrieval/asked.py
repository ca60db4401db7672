"""Questions that pages say they answer, each compared with a text as a unit: the best one speaks for its page."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

from services.rag.pages.page import Page
from services.rag.retrieval.words import content, meaning, tokens

# Questions that the words of a text may bring together before its further words only lower the fit.
_MOST_COMPARED = 150
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
        self._with: dict[str, list[int]] = defaultdict(list)  # places of questions by the stem of a word
        all_stems: list[frozenset[str]] = []
        for page in pages:
            for question in page.questions:
                stems = self._stems(tokens(question))
                for each in stems:
                    self._with[each].append(len(self._slugs))
                self._slugs.append(page.slug)
                all_stems.append(stems)
        self._unseen = self._weight(0)
        self._weights = {each: self._weight(len(places)) for each, places in self._with.items()}
        self._totals = [sum(self._weights[each] for each in stems) for stems in all_stems]

    def fits(self, words: Sequence[str]) -> dict[str, float]:
        """How well the best question of each page fits a text, 0-1.

        Twice the weight of the words that both have, in the weight of the words of both (Dice); rare words weigh more.

        Args:
            words: Tokens of the text, typing errors corrected.
        """
        stems = sorted(self._stems(words), key=lambda each: (len(self._with.get(each, ())), each))
        total = sum(self._weights.get(each, self._unseen) for each in stems)
        shared: defaultdict[int, float] = defaultdict(float)
        compared = 0
        for each in stems:
            places = self._with.get(each, ())
            compared += len(places)
            if compared > _MOST_COMPARED and shared:
                break
            weight = self._weights.get(each, 0.0)
            for place in places[:_MOST_COMPARED]:
                shared[place] += weight
        best: dict[str, float] = {}
        for place, weight in shared.items():
            fit = 2 * weight / (total + self._totals[place])
            slug = self._slugs[place]
            best[slug] = max(fit, best.get(slug, 0.0))
        return best

    def _stems(self, words: Sequence[str]) -> frozenset[str]:
        """Of the telling words; of all of them where there are too few: "what can you do", "it is broken"."""
        telling = content(words)
        chosen = telling if len(telling) >= _FEWEST else words
        return frozenset(meaning(word, self._locale) for word in chosen)

    def _weight(self, questions: int) -> float:
        """What a word weighs that so many questions have (inverse document frequency)."""
        return math.log(1 + (len(self._slugs) + 0.5) / (questions + 0.5))
