"""Reads the sources of a corpus on all cores; those of which nothing can be made are counted by reason."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import TypeVar

from training.common.progress import track
from training.data.skipping import value_or_reason
from training.data.tunes import PROCESSES, Corpus, Tune, UnreadableTune

_Source = TypeVar("_Source")
_CHUNK = 4


def read_corpus(read: Callable[[_Source], Tune], sources: Sequence[_Source], label: str) -> Corpus:
    """Read every source, in their order; whatever a reader raises costs its source alone.

    Args:
        read: Gives the tune of a source; raises UnreadableTune with the reason where there is none.
        sources: Each holds a tune.
        label: Of the progress bar.
    """
    tunes: list[Tune] = []
    skipped = Counter[str]()
    with ProcessPoolExecutor(PROCESSES) as pool:
        for result in track(pool.map(partial(_tune_or_reason, read), sources, chunksize=_CHUNK), label, len(sources)):
            if isinstance(result, Tune):
                tunes.append(result)
            else:
                skipped[result] += 1
    return Corpus(tuple(tunes), dict(sorted(skipped.items())))


def _tune_or_reason(read: Callable[[_Source], Tune], source: _Source) -> Tune | str:
    return value_or_reason(read, source, known=(UnreadableTune,))
