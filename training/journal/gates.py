"""The gates between a trained model and the champion's place: every one must hold."""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import fmean

from boumbapp.music.v2.music_pb2 import LEVEL_HIGH, LEVEL_LOW, LEVEL_MEDIUM

from modelstore.registry import Gate
from services.melody.line_model.originality import Move
from training.data.duplicates import alike
from training.data.tunes import Tune
from training.journal.composing import Composed
from training.journal.config import JournalTrainingConfig
from training.melody_line.ngram_overlap import Moves, longest_shared
from training.melody_line.originality import tune_moves

# Moves of a run that tells variety, and how much longer runs shared with the journal may be than before.
_RUN = 4
_LONGER, _NOTES = 1.25, 1.0


def different(tunes: Sequence[Tune]) -> list[list[Tune]]:
    """Tunes in groups that are the same, or nearly, whatever their key; the largest group comes first."""
    same: dict[tuple[Move, ...], list[Tune]] = {}
    for tune in tunes:
        same.setdefault(tuple(tune_moves(tune)), []).append(tune)
    of = {each[0].name: each for each in same.values()}
    groups = [
        [tune for first in group for tune in of[first.name]] for group in alike([each[0] for each in of.values()])
    ]
    return sorted(groups, key=len, reverse=True)


def data_gates(groups: Sequence[Sequence[Tune]], config: JournalTrainingConfig) -> list[Gate]:
    """Whether there is enough to learn from, and not one thing over and over.

    Args:
        groups: From `different`.
        config: With the limits.
    """
    total = sum(map(len, groups))
    share = len(groups[0]) / total if total else 0.0
    return [
        Gate("repetition", share <= config.most_alike, round(share, 4), config.most_alike),
        Gate("pieces", len(groups) >= config.least_pieces, len(groups), config.least_pieces),
    ]


def style_gate(journal: float, frozen: float, config: JournalTrainingConfig) -> Gate:
    """Whether the journal's pieces are music of a kind that the champion knows at all.

    Args:
        journal: Bits a step that they cost the champion.
        frozen: Those of the frozen set that it predicts worst.
        config: With the limit.
    """
    limit = frozen * config.most_surprising
    return Gate("style", journal <= limit, round(journal, 4), round(limit, 4))


def likelihood_gates(
    frozen: Mapping[str, tuple[float, float]], held_out: tuple[float, float], config: JournalTrainingConfig
) -> list[Gate]:
    """Whether what is known stays known, and the journal is predicted better.

    Args:
        frozen: Bits a step of the parent and of the new model on each frozen set.
        held_out: The same on pieces of the journal that were not learned.
        config: With the limits.
    """
    gates = [
        Gate(f"frozen {name}", after <= before + config.tolerance, round(after, 4), round(before + config.tolerance, 4))
        for name, (before, after) in frozen.items()
    ]
    before, after = held_out
    return [*gates, Gate("held-out pieces", after < before, round(after, 4), round(before, 4))]


def music_gates(
    before: Sequence[Composed], after: Sequence[Composed], learned: Sequence[Tune], config: JournalTrainingConfig
) -> list[Gate]:
    """Whether masks and controls act as before, and the music is as varied and as much its own.

    Args:
        before: What the parent composed.
        after: What the new model composed when it was asked the same.
        learned: Tunes of the journal that it learned.
        config: With the limits.
    """
    corrections = [sum(each.corrections for each in pieces) for pieces in (before, after)]
    controls = [_control(pieces) for pieces in (before, after)]
    varieties = [variety([each.moves for each in pieces]) for pieces in (before, after)]
    shared = [_shared(pieces, learned) for pieces in (before, after)]
    least = varieties[0] * (1 - config.lost_variety)
    longest = shared[0] * _LONGER + _NOTES
    return [
        Gate("masks", corrections[1] <= corrections[0], corrections[1], corrections[0]),
        Gate("controls", controls[1] > 0, round(controls[1], 4), 0.0),
        Gate("variety", varieties[1] >= least, round(varieties[1], 4), round(least, 4)),
        Gate("originality", shared[1] <= longest, round(shared[1], 4), round(longest, 4)),
    ]


def _control(pieces: Sequence[Composed]) -> float:
    """Onsets that the weakest step of density adds to a bar; above 0 while each level has more than the one below."""
    means = [
        fmean([each.onsets for each in pieces if each.density == level] or [0.0])
        for level in (LEVEL_LOW, LEVEL_MEDIUM, LEVEL_HIGH)
    ]
    return min(means[1] - means[0], means[2] - means[1])


def variety(lines: Sequence[Sequence[Move]]) -> float:
    """Share of runs of moves that no other place has: 1 where nothing ever comes again, near 0 for one loop."""
    runs = Counter(tuple(line[start : start + _RUN]) for line in lines for start in range(len(line) - _RUN + 1))
    return len(runs) / max(1, runs.total())


def _shared(pieces: Sequence[Composed], learned: Sequence[Tune]) -> float:
    """Notes in a row that a piece shares with one of the journal's, on average."""
    corpus = Moves.of([tune_moves(tune) for tune in learned], list(range(len(learned))))
    lines = Moves.of([each.moves for each in pieces], [-1] * len(pieces))
    return float(longest_shared(lines, corpus).mean()) + 1
