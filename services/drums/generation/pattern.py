"""From what a style says of a bar to strokes: all that must be, and as much of what may be as complexity wants.

The strokes of a lower complexity are always among those of a higher one, at the same velocities: candidates are put in
an order that does not depend on complexity, and complexity says how many of them are played.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from boumbapp.music.v1 import music_pb2 as pb

from music.random_streams import stream_for_bar
from services.drums.generation.sampling_noise import Noise, NoiseKey, sampling_noise
from services.drums.kit.kit import HATS, Piece
from services.drums.kit.random_stream import RandomStream
from services.drums.kit.strokes import BarStrokes, DrumStroke
from services.drums.kit.tab_notation import ACCENT, MAYBE, HitRule
from services.drums.styles.meter_fitting import Skeleton

# The amount of complexity, or intensity, at which chances are as the style writes them; the share played at most.
_MIDDLE, _NEARLY_ALL = 0.5, 0.92
# Some seeds open their hats often, some hardly: the number is scaled by one from this range.
_SWAPS_RANGE = (0.3, 1.7)
_ROLLS_PER_BAR = 2.0  # at full complexity
_GOLDEN = (math.sqrt(5) - 1) / 2
_TIMEKEEPING_HATS = (pb.DRUM_PIECE_CLOSED_HAT, pb.DRUM_PIECE_OPEN_HAT)
# An open hat or a crash takes the place of these.
_SWAPPED: Mapping[Piece, tuple[Piece, ...]] = {
    pb.DRUM_PIECE_OPEN_HAT: (pb.DRUM_PIECE_CLOSED_HAT,),
    pb.DRUM_PIECE_CRASH: (pb.DRUM_PIECE_CLOSED_HAT, pb.DRUM_PIECE_OPEN_HAT, pb.DRUM_PIECE_RIDE),
}
# Turns the luck of a bar into luck that favours what somebody would rather play.
LogitBias: TypeAlias = Callable[[Skeleton, Noise], Noise]


class _Candidate(NamedTuple):
    order: float  # log odds with luck: the highest is played first
    chance: float
    step: int
    piece: Piece


def play(
    skeleton: Skeleton,
    key: NoiseKey,
    complexity: float,
    intensity: float,
    percussionist: bool,
    lean: LogitBias | None = None,
) -> BarStrokes:
    """Strokes of a bar.

    Args:
        skeleton: What the style says of it.
        key: Where it is.
        complexity: How much of what may be played is, 0-1.
        intensity: How readily hats open and cymbals crash, 0-1.
        percussionist: Whether claps, bells and shakers have hands of their own.
        lean: What somebody would rather play, whatever the complexity.
    """
    strokes = BarStrokes(percussionist)
    for piece, row in sorted(skeleton.rows.items()):
        for step, cell in enumerate(row):
            if cell.rule is HitRule.MUST:
                strokes.add_cell(piece, step, cell)
    swaps, extras = _candidates(skeleton, key, lean)
    extras = _playable_together(extras, strokes)
    for candidate in extras[: _rounded(_expected(extras, complexity), key, RandomStream.ROUNDING)]:
        strokes.add_cell(candidate.piece, candidate.step, skeleton.rows[candidate.piece][candidate.step])
    for piece, rows in sorted(skeleton.rolls.items()):
        _roll(strokes, piece, rows, complexity, key)
    liking = stream_for_bar(key.seed, 0, RandomStream.SWAPS).uniform(*_SWAPS_RANGE)
    for candidate in swaps[: _rounded(liking * _expected(swaps, intensity), key, RandomStream.SWAPS)]:
        _swap(strokes, candidate)
    return strokes


def on_ride(skeleton: Skeleton) -> Skeleton:
    """The same bar with time kept on the ride instead of the hi-hat; a groove without hats is returned as it is."""
    moved = next((hat for hat in _TIMEKEEPING_HATS if hat in skeleton.rows), None)
    if moved is None or pb.DRUM_PIECE_RIDE in skeleton.rows:
        return skeleton
    rows = {piece: row for piece, row in skeleton.rows.items() if piece not in HATS}
    return Skeleton({**rows, pb.DRUM_PIECE_RIDE: skeleton.rows[moved]}, skeleton.rolls)


def _candidates(skeleton: Skeleton, key: NoiseKey, lean: LogitBias | None) -> tuple[list[_Candidate], list[_Candidate]]:
    """What may take the place of another stroke, and what may be added; what is played first comes first."""
    steps = len(next(iter(skeleton.rows.values())))
    noise = sampling_noise(key, skeleton.rows, steps)
    if lean is not None:
        noise = lean(skeleton, noise)
    swaps: list[_Candidate] = []
    extras: list[_Candidate] = []
    for piece, row in sorted(skeleton.rows.items()):
        for step, cell in enumerate(row):
            if cell.rule is HitRule.MAY:
                chance = cell.weight / 10
                candidate = _Candidate(math.log(chance / (1 - chance)) + noise[piece][step], chance, step, piece)
                (swaps if _takes_a_place(skeleton, piece, step) else extras).append(candidate)
    return sorted(swaps, reverse=True), sorted(extras, reverse=True)


def _playable_together(candidates: Sequence[_Candidate], strokes: BarStrokes) -> list[_Candidate]:
    """Those that could all be added, in their order."""
    trial = strokes.copy()
    return [each for each in candidates if trial.add(each.piece, each.step, DrumStroke(MAYBE))]


def _takes_a_place(skeleton: Skeleton, piece: Piece, step: int) -> bool:
    return any(
        skeleton.rows[other][step].rule in (HitRule.MUST, HitRule.MAY)
        for other in _SWAPPED.get(piece, ())
        if other in skeleton.rows
    )


def _expected(candidates: Sequence[_Candidate], amount: float) -> float:
    """How many candidates an amount of 0-1 wants: none, in the middle as many as chances say, in the end nearly all."""
    usual = sum(candidate.chance for candidate in candidates)
    if amount <= _MIDDLE:
        return usual * amount / _MIDDLE
    return usual + (_NEARLY_ALL * len(candidates) - usual) * (amount - _MIDDLE) / (1 - _MIDDLE)


def _rounded(expected: float, key: NoiseKey, purpose: RandomStream) -> int:
    """A whole number, such that a run of bars averages to the expected one."""
    phase = stream_for_bar(key.seed, 0, purpose).random()
    return math.floor(expected + (phase + key.bar * _GOLDEN) % 1)


def _roll(strokes: BarStrokes, piece: Piece, rows: Sequence[Sequence[int]], complexity: float, key: NoiseKey) -> None:
    """Play some of the rolls that may come; strokes are added where the roll needs them."""
    draws = stream_for_bar(key.seed, key.bar, RandomStream.ROLLS + piece)
    order = draws.sample(range(len(rows)), len(rows))
    for index in order[: math.floor(_ROLLS_PER_BAR * complexity + draws.random())]:
        for step, rolled in enumerate(rows[index]):
            struck = strokes.at(step).get(piece)
            if rolled and struck is not None:
                strokes.put(piece, step, DrumStroke(max(struck.level, MAYBE), rolled=max(rolled, struck.rolled)))
            elif rolled:
                strokes.add(piece, step, DrumStroke(MAYBE, rolled=rolled))


def _swap(strokes: BarStrokes, candidate: _Candidate) -> None:
    for other in _SWAPPED[candidate.piece]:
        struck = strokes.at(candidate.step).get(other)
        if struck is not None and strokes.swap(other, candidate.piece, candidate.step):
            strokes.put(candidate.piece, candidate.step, DrumStroke(max(struck.level, ACCENT)))
            return
