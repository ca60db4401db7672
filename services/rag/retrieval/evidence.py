"""What speaks for and against a text being about music, as numbers that `judge.py` weighs."""

from collections.abc import Sequence

from services.rag.retrieval.names import MOOD, FoundName
from services.rag.retrieval.word_senses import Sense, WordSenses
from services.rag.retrieval.words import word_lists

_SHORT = 6  # letters; a shorter word that was taken for a typing error may well be a word of another field
_ASIDE = 2  # tokens that may stand beside a name of small words
_MOST_RATIO, _LEAST_RATIO, _STRONGEST = 2.5, -1.0, 2.0
_MOST_WORDS, _MOST_NAMES_AFTER = 10, 2
_AGAINST = frozenset((Sense.UNSEEN, Sense.RARE))
_FOR = frozenset((Sense.SUBJECT, Sense.TYPICAL))
_PLAIN = frozenset((Sense.TYPICAL, Sense.PLAIN, Sense.FOREIGN, Sense.UNSEEN_VERB))
# What follows names somebody or something, whatever the field: "comme Jaco", "like Burial".
_LIKE = frozenset("comme like facon type style pr featuring feat inspired chez".split())
FEATURES = (
    "one_word", "words", "subjects", "subjects_ratio", "typical_ratio", "foreign_ratio", "highest_ratio",
    "second_ratio", "unseen", "unseen_verbs", "rare", "rare_verbs", "part_foreign", "part_unseen", "part_subjects",
    "for", "nothing_for", "last_foreign", "first_foreign", "long_names", "short_names", "small_names",
    "whole_name", "like", "like_names", "lean", "lean_by_word", "lean_beside", "lowest_lean",
    "highest_lean", "known", "best_by_word", "likeliest", "pairs",
)  # fmt: skip


def evidence(
    words: Sequence[str],
    corrected: frozenset[int],
    names: Sequence[FoundName],
    likely: Sequence[float],
    language: str,
    senses: WordSenses,
) -> list[float]:
    """What speaks for and against a text, in the order of `FEATURES`.

    Args:
        words: Its tokens, typing errors corrected.
        corrected: Places of those that were written otherwise.
        names: Names of pages in it.
        likely: What `Retriever` knows of where its words come from: the last nine of `FEATURES`.
        language: Of the text.
        senses: What words say.
    """
    said = []
    for place, word in enumerate(words):
        seen = senses.of(word, language, place in corrected and len(word) < _SHORT)
        if seen.sense is not Sense.NOTHING:
            said.append((place, seen))
    kinds = [seen.sense for _, seen in said]
    ratios = sorted(max(min(seen.ratio, _MOST_RATIO), _LEAST_RATIO) for _, seen in said if seen.ratio is not None)
    count = len(said) or 1
    of = kinds.count
    against = sum(kind in _AGAINST for kind in kinds)
    pleading = sum(kind in _FOR for kind in kinds)
    plain = [seen for _, seen in said if seen.sense in _PLAIN]
    like = next((place for place, word in enumerate(words) if word in _LIKE), None)
    after = 0 if like is None else sum(place > like and seen.sense in _AGAINST for place, seen in said)
    return [
        float(len(said) <= 1),
        float(min(len(said), _MOST_WORDS)),
        float(of(Sense.SUBJECT)),
        sum(min(seen.ratio or 0.0, _STRONGEST) for _, seen in said if seen.sense is Sense.SUBJECT),
        sum(min(max(seen.ratio or 0.0, 0.0), _STRONGEST) for seen in plain),
        sum(min(max(-(seen.ratio or 0.0), 0.0), _STRONGEST) for seen in plain if seen.noun),
        ratios[-1] if ratios else 0.0,
        ratios[-2] if len(ratios) > 1 else 0.0,
        float(of(Sense.UNSEEN)),
        float(of(Sense.UNSEEN_VERB)),
        float(of(Sense.RARE)),
        float(of(Sense.RARE_VERB)),
        (against - of(Sense.RARE) / 2) / count,
        of(Sense.UNSEEN) / count,
        of(Sense.SUBJECT) / count,
        float(pleading),
        float(bool(said) and not pleading),
        float(bool(said) and kinds[-1] in _AGAINST),
        float(bool(said) and kinds[0] in _AGAINST),
        *_names(names, words),
        float(like is not None),
        float(min(after, _MOST_NAMES_AFTER)),
        *likely,
    ]


def _names(names: Sequence[FoundName], words: Sequence[str]) -> tuple[float, float, float, float]:
    """Names of several telling words, of one, of small words alone that are all of the text, and all that it tells."""
    stop = word_lists().stop
    everything = sum(word not in stop for word in words)
    long = short = small = whole = 0
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
        if telling == everything and not all(owner.entry for owner in name.owners):
            whole = 1
    return float(long), float(short), float(small), float(whole)
