"""Onsets: where notes begin in a bar, exactly as many as wanted.

Every step has odds of an onset that depend on the steps since the onset before it. Patterns with a given number
of onsets are drawn exactly as likely as these odds make them: counted backwards by dynamic programming, then
drawn forwards. Nothing is rejected and nothing is repaired.
"""

import math
import random
from collections.abc import Callable, Collection, Sequence

from services.melody.plan.bar_constraints import BarConstraints
from services.melody.plan.form import Ending
from services.melody.plan.sampling import between, pick

# Steps since the last onset beyond which nothing changes any more.
LONGEST = 8
# Weight of an onset beyond what a skeleton says: by metrical weight, sixteenth to downbeat.
_LEAST = (0.4, 1.0, 2.0, 3.0, 4.0)
# Weights of the steps that a style names, and below which it leaves open whether they sound.
_NAMED, _OPEN = 15, 75
# Long bars are drawn in blocks of this many steps, because counting grows with the cube of the length.
_BLOCK = 32

# Odds of an onset on a step, given the steps since the onset before (1 to LONGEST).
Odds = Callable[[int, int], float]


def skeleton_odds(constraints: BarConstraints, step: int) -> float:
    """Odds of an onset by the style's skeleton; never 0, so that any number of onsets is possible.

    Args:
        constraints: Of the bar.
        step: Step of the bar, from 0.
    """
    weight = constraints.onset_weights[step]
    return (weight + _LEAST[constraints.weights[step]]) / (101 - weight)


def draw_count(constraints: BarConstraints, ending: Ending, draw: random.Random) -> int:
    """Draw a number of onsets; a phrase's last bar has few, because it comes to rest.

    Args:
        constraints: Of the bar.
        ending: How the bar ends.
        draw: Random numbers.

    Returns:
        A number within the wanted ones, and not below that of the anchors.
    """
    fewest, most = max(constraints.fewest, len(constraints.anchors)), constraints.most
    if ending.rests:
        return between(draw, fewest, (fewest + most + 1) // 2)
    return between(draw, fewest + (most - fewest) // 3, most)


def draw_natural_count(constraints: BarConstraints, ending: Ending, draw: random.Random) -> int:
    """Draw a number of onsets near the expected number of the style's skeleton.

    Args:
        constraints: Of the bar.
        ending: How the bar ends.
        draw: Random numbers.

    Returns:
        A number within the wanted ones, and not below that of the anchors.
    """
    fewest, most = max(constraints.fewest, len(constraints.anchors)), constraints.most
    if ending.rests:
        return between(draw, fewest, (fewest + most + 1) // 2)
    natural = math.ceil(sum(constraints.onset_weights) / 100)
    low = min(max(natural, fewest), most)
    return between(draw, low, min(max(natural + 2, fewest + (most - fewest) // 4), most))


def draw_onsets(
    constraints: BarConstraints,
    count: int,
    odds: Odds,
    draw: random.Random,
    since: int = LONGEST,
    forced: Collection[int] = (),
) -> tuple[int, ...]:
    """Steps of `count` onsets, ascending.

    Args:
        constraints: The bar.
        count: How many; 1 to the number of steps, and not fewer than those forced.
        odds: Odds of an onset.
        draw: Random numbers.
        since: Steps from the last onset before the bar to its bar line.
        forced: Steps that must have an onset.
    """
    drawer = OnsetDrawer(constraints, count, odds, draw, since, forced)
    return tuple(step for step in range(constraints.steps) if drawer.strikes(odds))


class RecalledOnsets:
    """Onsets that are known beforehand, given a step at a time as `OnsetDrawer` gives those that it draws.

    Args:
        onsets: Steps, ascending.
        steps: Length of the bar.
    """

    def __init__(self, onsets: Sequence[int], steps: int) -> None:
        self._onsets = onsets
        self._steps = steps
        self._step = 0
        self.left = len(onsets)
        self.length = 0  # steps from the last onset given to the next one or the bar line

    def strikes(self, _: Odds) -> bool:
        """Whether the next step has an onset; the odds are not used."""
        struck = self._step in self._onsets
        if struck:
            self.left -= 1
            following = next((onset for onset in self._onsets if onset > self._step), self._steps)
            self.length = following - self._step
        self._step += 1
        return struck


class OnsetDrawer:
    """Draws onsets a step at a time, so that what came so far can change the odds of what follows.

    Args:
        constraints: The bar.
        count: How many; 1 to the number of steps, and not fewer than those forced.
        usual: Odds of an onset before the bar begins; they estimate how many onsets are still to come.
        draw: Random numbers.
        since: Steps from the last onset before the bar to its bar line.
        forced: Steps that must have an onset.
    """

    def __init__(
        self,
        constraints: BarConstraints,
        count: int,
        usual: Odds,
        draw: random.Random,
        since: int = LONGEST,
        forced: Collection[int] = (),
    ) -> None:
        self._blocks = [
            range(start, min(start + _BLOCK, constraints.steps)) for start in range(0, constraints.steps, _BLOCK)
        ]
        self._shares = _share(constraints, self._blocks, count, forced)
        self._usual = usual
        self._draw = draw
        self._forced = forced
        self._step = 0
        self._ways: list[list[list[float]]] = []
        self._left_in_block = 0
        self.left = count  # onsets still to come
        self._since = min(since, LONGEST)  # steps since the last onset
        self.length = 0  # steps to the next onset are not known yet

    def strikes(self, odds: Odds) -> bool:
        """Whether the next step has an onset, given the odds now that it has come."""
        block = self._blocks[self._step // _BLOCK]
        place = self._step - block.start
        if place == 0:
            self._left_in_block = self._shares[self._step // _BLOCK]
            self._ways = _count_ways(block, self._left_in_block, self._usual, self._forced)
        after, left = self._ways[place + 1], self._left_in_block
        waited = min(self._since + 1, LONGEST)
        drawn = self._draw.random()
        if self._step in self._forced:
            struck = True
        else:
            striking = odds(self._step, self._since) * after[1][left - 1] if left else 0.0
            struck = drawn * (after[waited][left] + striking) < striking
        if struck:
            self._left_in_block -= 1
            self.left -= 1
        self._since = 1 if struck else waited
        self._step += 1
        return struck


def _share(constraints: BarConstraints, blocks: Sequence[range], count: int, forced: Collection[int]) -> list[int]:
    """How many onsets each block gets, in proportion to the skeleton."""
    if len(blocks) == 1:
        return [count]
    fewest = [sum(step in forced for step in block) for block in blocks]
    shares = list(fewest)
    mass = [sum(constraints.onset_weights[step] + 1 for step in block) for block in blocks]
    for _ in range(count - sum(fewest)):
        open_blocks = [place for place, block in enumerate(blocks) if shares[place] < len(block)]
        shares[max(open_blocks, key=lambda place: mass[place] / (shares[place] + 1))] += 1
    return shares


def _count_ways(block: range, count: int, odds: Odds, forced: Collection[int]) -> list[list[list[float]]]:
    """Weight of all continuations: [steps passed][steps since the last onset][onsets left]."""
    nothing = [1.0] + [0.0] * count
    ways = [[nothing] * (LONGEST + 1)]
    for step in reversed(block):
        after = ways[-1]
        struck = after[1]
        here = [nothing]  # an onset can be no nearer than 1 step; index 0 is never read
        for since in range(1, LONGEST + 1):
            onset = odds(step, since)
            held = nothing if step in forced else after[min(since + 1, LONGEST)]
            first = 0.0 if step in forced else held[0]
            here.append(
                [first]
                + [(0.0 if step in forced else held[left]) + onset * struck[left - 1] for left in range(1, count + 1)]
            )
        ways.append(here)
    ways.reverse()
    return ways


def vary_onsets(constraints: BarConstraints, onsets: Sequence[int], odds: Odds, draw: random.Random) -> tuple[int, ...]:
    """Move one onset that is neither an anchor nor the first to a free step beside it, where there is one.

    Args:
        constraints: Of the bar.
        onsets: Steps, ascending.
        odds: Odds of an onset.
        draw: Random numbers.

    Returns:
        As many steps, ascending.
    """
    taken = set(onsets)
    moves = [
        (old, new)
        for old in onsets[1:]
        if old not in constraints.anchors
        for new in (old - 2, old - 1, old + 1, old + 2)
        if 0 <= new < constraints.steps and new not in taken
    ]
    if not moves:
        return tuple(onsets)

    def likelihood(old: int, new: int) -> float:
        before = max((step for step in onsets if step < new and step != old), default=new - LONGEST)
        there = odds(new, min(new - before, LONGEST))
        return there / (odds(old, LONGEST) + there)

    old, new = pick(draw, moves, [likelihood(old, new) for old, new in moves])
    return tuple(sorted(taken - {old} | {new}))


def vary_written_onsets(
    constraints: BarConstraints, onsets: Sequence[int], odds: Odds, draw: random.Random
) -> tuple[int, ...]:
    """Move one onset that the style leaves open to another step that the style names, so that its rhythm stays itself.

    Args:
        constraints: Of the bar.
        onsets: Steps, ascending.
        odds: Odds of an onset.
        draw: Random numbers.

    Returns:
        As many steps, ascending; the same where the style writes all of them.
    """
    weights = constraints.onset_weights
    if max(weights, default=0) < _OPEN:  # no rhythm of a style
        return vary_onsets(constraints, onsets, odds, draw)
    open_steps = [old for old in onsets if weights[old] < _OPEN and old not in constraints.anchors]
    free = [new for new in range(constraints.steps) if new not in onsets and weights[new] >= _NAMED]
    moves = [(old, new) for old in open_steps for new in free]
    if not moves:
        return tuple(onsets)
    old, new = pick(draw, moves, [odds(new, LONGEST) / (odds(old, LONGEST) + odds(new, LONGEST)) for old, new in moves])
    return tuple(sorted({*onsets} - {old} | {new}))


def ornament_onsets(
    constraints: BarConstraints, onsets: Sequence[int], odds: Odds, draw: random.Random
) -> tuple[int, ...]:
    """Add an onset inside the rhythm, where there is room for one.

    Args:
        constraints: Of the bar.
        onsets: Steps, ascending; at least one.
        odds: Odds of an onset.
        draw: Random numbers.

    Returns:
        Steps, ascending.
    """
    free = [step for step in range(min(onsets) + 1, constraints.steps) if step not in onsets]
    if len(onsets) >= constraints.most or not free:
        return tuple(onsets)
    since = [step - max(onset for onset in onsets if onset < step) for step in free]
    added = pick(draw, free, [odds(step, min(gap, LONGEST)) for step, gap in zip(free, since, strict=True)])
    return tuple(sorted([*onsets, added]))


def fit_onsets(constraints: BarConstraints, onsets: Collection[int], odds: Odds) -> tuple[int, ...]:
    """Adapt a recalled rhythm to what the bar wants: anchors present, not too many onsets, not too few.

    Args:
        constraints: Of the bar.
        onsets: Steps; those beyond the bar are left out.
        odds: Odds of an onset; likely steps are added and unlikely ones removed first.

    Returns:
        Steps, ascending.
    """
    kept = {step for step in onsets if step < constraints.steps} | constraints.anchors
    by_odds = sorted(range(constraints.steps), key=lambda step: (-odds(step, LONGEST), step))
    for step in by_odds:
        if len(kept) < constraints.fewest:
            kept.add(step)
    for step in reversed(by_odds):
        if len(kept) > constraints.most and step not in constraints.anchors:
            kept.discard(step)
    return tuple(sorted(kept))
