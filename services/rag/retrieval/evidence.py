"""What speaks for and against a text being about music, as numbers that a linear model weighs.

The model is logistic regression (Cox, 1958) over the counts below; `training/topicality` fits it to labelled questions,
and `evidence.json` holds its weights.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.rag.retrieval.names import FoundName
from services.rag.retrieval.topicality import LIKE, MOOD, Topicality
from services.rag.retrieval.word_senses import Sense, WordSenses
from services.rag.retrieval.words import word_lists

FILE = Path(__file__).with_name("evidence.json")
_SHORT = 6  # letters; a shorter word that was taken for a typing error may well be a word of another field
_ASIDE = 2  # tokens that may stand beside a name of small words
_MOST_RATIO, _LEAST_RATIO, _STRONGEST = 2.5, -1.0, 2.0
_AGAINST = frozenset((Sense.UNSEEN, Sense.ELSEWHERE, Sense.RARE))
_SURE = frozenset((Sense.MUSIC, Sense.SUBJECT))
_FOR = _SURE | {Sense.TYPICAL}
_MOST_WORDS, _MOST_NAMES_AFTER, _MOST_SURE, _MOST_TOLD, _MOST_COUNTED = 10, 2, 3, 5, 4
FEATURES = (
    "one_word", "words", "music", "subjects", "subjects_ratio", "typical_ratio", "foreign_ratio", "highest_ratio",
    "second_ratio", "shared", "shared_only", "shared_only_against", "shared_beside_foreign", "shared_beside_music",
    "shared_alone", "elsewhere", "unseen", "unseen_verbs", "rare", "rare_verbs", "part_foreign", "part_elsewhere",
    "part_music", "for", "nothing_for", "last_foreign", "first_foreign", "pairs", "long_names", "short_names",
    "small_names", "like", "like_names", "fit", "fit_squared", "sure", "told", "listed_elsewhere", "unknown",
    "listed_shared", "listed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Weights:
    """Of the linear model.

    Attributes:
        bias: What a text starts with, the least that is accepted taken off.
        by_feature: In the order of `FEATURES`.
    """

    bias: float
    by_feature: tuple[float, ...]

    def score(self, evidence: Sequence[float]) -> float:
        """How much more speaks for a text than against it; above 0 it is accepted.

        Args:
            evidence: Of the text, in the order of `FEATURES`.
        """
        return self.bias + sum(map(float.__mul__, self.by_feature, evidence))


@cache
def weights() -> Weights:
    """The weights that ship."""
    content = json.loads(FILE.read_text("utf-8"))
    return Weights(float(content["bias"]), tuple(float(content["weights"][name]) for name in FEATURES))


def evidence(
    words: Sequence[str],
    corrected: frozenset[int],
    names: Sequence[FoundName],
    counted: Topicality,
    fit: float,
    language: str,
    senses: WordSenses,
) -> list[float]:
    """What speaks for and against a text, in the order of `FEATURES`.

    Args:
        words: Its tokens, typing errors corrected.
        corrected: Places of those that were written otherwise.
        names: Names of pages in it.
        counted: What its names and listed words say.
        fit: How well the best question of a page fits it, 0-1.
        language: Of the text.
        senses: What words say.
    """
    said = []
    for place, word in enumerate(words):
        seen = senses.of(word, language, place in corrected and len(word) < _SHORT)
        if seen.sense is not Sense.NOTHING:
            said.append((place, word, seen))
    kinds = [seen.sense for _, _, seen in said]
    ratios = sorted(max(min(seen.ratio, _MOST_RATIO), _LEAST_RATIO) for _, _, seen in said if seen.ratio is not None)
    count = len(said) or 1
    of = kinds.count
    against = sum(kind in _AGAINST for kind in kinds)
    beside = _beside_shared(kinds)
    pleading = sum(kind in _FOR for kind in kinds)
    shared_only = Sense.SHARED in kinds and not pleading
    plain = [seen for _, _, seen in said if seen.sense in _PLAIN]
    like = next((place for place, word in enumerate(words) if word in LIKE), None)
    long, short, small = _names(names, words)
    return [
        float(len(said) <= 1),
        float(min(len(said), _MOST_WORDS)),
        float(of(Sense.MUSIC)),
        float(of(Sense.SUBJECT)),
        sum(min(seen.ratio or 0.0, _STRONGEST) for _, _, seen in said if seen.sense is Sense.SUBJECT),
        sum(min(max(seen.ratio or 0.0, 0.0), _STRONGEST) for seen in plain),
        sum(min(max(-(seen.ratio or 0.0), 0.0), _STRONGEST) for seen in plain if seen.noun),
        ratios[-1] if ratios else 0.0,
        ratios[-2] if len(ratios) > 1 else 0.0,
        float(of(Sense.SHARED)),
        float(shared_only),
        float(shared_only and (against > 0 or Sense.FOREIGN in kinds)),
        *beside,
        float(of(Sense.ELSEWHERE)),
        float(of(Sense.UNSEEN)),
        float(of(Sense.UNSEEN_VERB)),
        float(of(Sense.RARE)),
        float(of(Sense.RARE_VERB)),
        (against - of(Sense.RARE) / 2) / count,
        (of(Sense.ELSEWHERE) + of(Sense.UNSEEN)) / count,
        (of(Sense.MUSIC) + of(Sense.SUBJECT)) / count,
        float(pleading),
        float(bool(said) and not pleading and not of(Sense.SHARED)),
        float(bool(said) and kinds[-1] in _AGAINST),
        float(bool(said) and kinds[0] in _AGAINST),
        float(sum(senses.pair(said[at][1], said[at + 1][1]) for at in range(len(said) - 1))),
        long,
        short,
        small,
        float(like is not None),
        0.0
        if like is None
        else float(min(sum(place > like and seen.sense in _NAMES for place, _, seen in said), _MOST_NAMES_AFTER)),
        fit,
        fit * fit,
        float(min(counted.sure, _MOST_SURE)),
        float(min(counted.told, _MOST_TOLD)),
        float(min(counted.elsewhere, _MOST_COUNTED)),
        float(min(counted.unknown, _MOST_COUNTED)),
        float(min(counted.shared, _MOST_COUNTED)),
        float(counted.on_topic),
    ]


_PLAIN = frozenset((Sense.TYPICAL, Sense.PLAIN, Sense.FOREIGN, Sense.UNSEEN_VERB))
_NAMES = frozenset((Sense.UNSEEN, Sense.RARE))


def _beside_shared(kinds: Sequence[Sense]) -> tuple[float, float, float]:
    """Shared words beside a foreign word and no sure one, beside a word of music, and without any other word."""
    foreign = music = alone = 0
    for place, kind in enumerate(kinds):
        if kind is not Sense.SHARED:
            continue
        near = [kinds[each] for each in (place - 1, place + 1) if 0 <= each < len(kinds)]
        if not near:
            alone += 1
        elif not _SURE.intersection(near) and any(each in _AGAINST or each is Sense.FOREIGN for each in near):
            foreign += 1
        elif any(each in _FOR or each is Sense.SHARED for each in near):
            music += 1
    return float(foreign), float(music), float(alone)


def _names(names: Sequence[FoundName], words: Sequence[str]) -> tuple[float, float, float]:
    """Names of several telling words, of one, and of small words alone that are all of the text."""
    stop = word_lists().stop
    long = short = small = 0
    for name in names:
        telling = sum(word not in stop for word in words[name.first : name.last])
        if all(owner.entry.startswith(MOOD) for owner in name.owners):
            continue
        if telling > 1:
            long += 1
        elif telling:
            short += 1
        elif name.last - name.first >= len(words) - _ASIDE:
            small = 1
    return float(long), float(short), float(small)
