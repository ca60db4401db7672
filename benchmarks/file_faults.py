"""Files that are wrong, by bytes and by structure: each is read or refused with a reason, in bounded time and space."""

import resource
import time
from collections import Counter
from collections.abc import Callable
from random import Random

from benchmarks._file_faults import any_midi, any_score, mutated, read_or_refused, seeds


def run(inputs: int = 20_000, seed: int = 1) -> list[dict[str, object]]:
    """Try so many files of each kind, a tenth as many by structure; one row for each.

    Args:
        inputs: How many.
        seed: Another one draws other files.
    """
    midi, score = seeds()
    makers: dict[str, Callable[[Random], bytes]] = {
        "MIDI, bytes": lambda chance: mutated(midi, chance),
        "MusicXML, bytes": lambda chance: mutated(score, chance),
        "MIDI, structure": any_midi,
        "MusicXML, structure": any_score,
    }
    return [
        _row(name, make, inputs if name.endswith("bytes") else inputs // 10, Random(f"{seed} {name}"))
        for name, make in makers.items()
    ]


def _row(name: str, make: Callable[[Random], bytes], inputs: int, chance: Random) -> dict[str, object]:
    results: Counter[str] = Counter()
    slowest, before, first = 0.0, _mib(), ""
    for _ in range(inputs):
        data = make(chance)
        began = time.process_time()
        try:
            results[read_or_refused(data)] += 1
        except Exception as error:  # noqa: BLE001  that is what is looked for
            results["wrong"] += 1
            first = first or f"{type(error).__name__} {error} {data[:2000]!r}"
        slowest = max(slowest, time.process_time() - began)
    return {
        "files": name,
        "inputs": inputs,
        "read": results["read"],
        "refused": results["refused"],
        "wrong": results["wrong"],
        "slowest_ms": 1000 * slowest,
        "MiB_more": _mib() - before,
        "first_wrong": first,
    }


def _mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
