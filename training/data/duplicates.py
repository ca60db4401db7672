"""Near-duplicates: the same tune under another name, in another key or with other ornaments."""

import hashlib
import itertools
from collections import defaultdict
from collections.abc import Sequence

from training.data.tunes import Tune

# As many intervals tell two tunes apart; shorter runs are shared by many.
_OPENING_INTERVALS = 12
_OPENING_BARS = 4
_FEWEST_MOVES = 5


def fingerprints(tune: Tune) -> frozenset[str]:
    """Keys of a tune that its near-duplicates share at least one of; independent of key and pickup.

    One is the interval sequence from the first downbeat on. The other is that of the pitches sounding on
    each quarter of the first four whole bars, which ornaments and passing notes do not change.
    """
    first = min((note.bar for note in tune.notes if note.step == 0), default=0)
    notes = [note for note in tune.notes if note.bar >= first]
    keys = set()
    opening = [note.pitch for note in notes[: _OPENING_INTERVALS + 1]]
    if len(opening) > _OPENING_INTERVALS:
        keys.add("notes " + _intervals(opening))
    skeleton = _quarters(tune, first)
    if sum(a != b for a, b in itertools.pairwise(skeleton)) >= _FEWEST_MOVES:
        keys.add("quarters " + _intervals(skeleton))
    return frozenset(keys)


def drop_duplicates(tunes: Sequence[Tune], frozen: Sequence[Tune]) -> tuple[list[Tune], int]:
    """Tunes that are not near-duplicates of frozen ones, and how many were dropped.

    Args:
        tunes: To choose from.
        frozen: Tunes that none of them may be like.
    """
    forbidden = {key for tune in frozen for key in fingerprints(tune)}
    kept = [tune for tune in tunes if not fingerprints(tune) & forbidden]
    return kept, len(tunes) - len(kept)


def split(tunes: Sequence[Tune], held_out: int) -> tuple[list[Tune], list[Tune]]:
    """Training and held-out tunes; near-duplicates always stay on one side.

    Args:
        tunes: All tunes.
        held_out: One in how many is held out.
    """
    training: list[Tune] = []
    withheld: list[Tune] = []
    for group in alike(tunes):
        digest = hashlib.sha256(min(tune.name for tune in group).encode()).digest()
        side = withheld if int.from_bytes(digest[:4], "big") % held_out == 0 else training
        side.extend(group)
    return sorted(training, key=lambda tune: tune.name), sorted(withheld, key=lambda tune: tune.name)


def alike(tunes: Sequence[Tune]) -> list[list[Tune]]:
    """Tunes in groups that share fingerprints, directly or through others."""
    leader = list(range(len(tunes)))

    def find(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    seen: dict[str, int] = {}
    for index, tune in enumerate(tunes):
        for key in sorted(fingerprints(tune)):
            leader[find(index)] = find(seen.setdefault(key, index))
    groups: defaultdict[int, list[Tune]] = defaultdict(list)
    for index, tune in enumerate(tunes):
        groups[find(index)].append(tune)
    return list(groups.values())


def _quarters(tune: Tune, first: int) -> list[int]:
    """Pitch sounding on each quarter of the opening bars."""
    bar_steps = tune.beats * 16 // tune.beat_unit
    pitches: list[int] = []
    upcoming = iter(tune.notes)
    note, following = next(upcoming), next(upcoming, None)
    for start in range(first * bar_steps, (first + _OPENING_BARS) * bar_steps, 4):
        while following is not None and following.bar * bar_steps + following.step <= start:
            note, following = following, next(upcoming, None)
        pitches.append(note.pitch)
    return pitches


def _intervals(pitches: Sequence[int]) -> str:
    return " ".join(str(after - before) for before, after in itertools.pairwise(pitches))
