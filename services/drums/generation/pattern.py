"""From the skeleton of a bar to its strokes: all mandatory hits, and as many optional ones as complexity asks for.

Optional hits are ranked by their log-odds plus logistic noise (perturb-and-sample: a hit whose sum is positive occurs
with its probability). The ranking does not depend on complexity, which only says how many are played; so the strokes of
a lower complexity are always among those of a higher one, at the same velocities.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from boumbapp.music.v2 import music_pb2 as pb

from music.random_streams import stream_for_bar
from services.drums.generation.sampling_noise import Noise, NoiseKey, sampling_noise
from services.drums.kit.kit import HATS, Piece
from services.drums.kit.random_stream import RandomStream
from services.drums.kit.strokes import BarStrokes, DrumStroke
from services.drums.kit.tab_notation import ACCENT, MAYBE, HitRule
from services.drums.styles.meter_fitting import Skeleton

# Complexity, or intensity, at which probabilities are as the style writes them; share of the candidates played at 1.
_MIDDLE, _NEARLY_ALL = 0.5, 0.92
# A piece opens its hats often or rarely: the number of replacements is scaled by a factor of the seed in this range.
_REPLACEMENTS_RANGE = (0.3, 1.7)
_ROLLS_PER_BAR = 2.0  # at full complexity
_GOLDEN = (math.sqrt(5) - 1) / 2
_TIMEKEEPING_HATS = (pb.DRUM_PIECE_CLOSED_HAT, pb.DRUM_PIECE_OPEN_HAT)
# Pieces whose hit an open hat or a crash replaces.
_REPLACED: Mapping[Piece, tuple[Piece, ...]] = {
    pb.DRUM_PIECE_OPEN_HAT: (pb.DRUM_PIECE_CLOSED_HAT,),
    pb.DRUM_PIECE_CRASH: (pb.DRUM_PIECE_CLOSED_HAT, pb.DRUM_PIECE_OPEN_HAT, pb.DRUM_PIECE_RIDE),
}
# Adds a model's log-odds to the noise of a bar, given its skeleton.
LogitBias: TypeAlias = Callable[[Skeleton, Noise], Noise]


class _Candidate(NamedTuple):
    score: float  # log-odds plus noise: the highest is played first
    probability: float
    step: int
    piece: Piece


def play(
    skeleton: Skeleton,
    key: NoiseKey,
    complexity: float,
    intensity: float,
    percussionist: bool,
    bias: LogitBias | None = None,
) -> BarStrokes:
    """Strokes of a bar.

    Args:
        skeleton: Cells of the bar.
        key: Keys of its noise.
        complexity: How many of the optional hits are played, 0-1.
        intensity: How readily hats open and cymbals crash, 0-1.
        percussionist: Whether claps, bells and shakers have hands of their own.
        bias: Adds a model's log-odds to the noise; none by default.
    """
    strokes = BarStrokes(percussionist)
    for piece, row in sorted(skeleton.rows.items()):
        for step, cell in enumerate(row):
            if cell.rule is HitRule.MUST:
                strokes.add_cell(piece, step, cell)
    replacements, additions = _candidates(skeleton, key, bias)
    additions = _playable_together(additions, strokes)
    for candidate in additions[: _rounded(_expected(additions, complexity), key, RandomStream.ROUNDING)]:
        strokes.add_cell(candidate.piece, candidate.step, skeleton.rows[candidate.piece][candidate.step])
    for piece, rows in sorted(skeleton.rolls.items()):
        _roll(strokes, piece, rows, complexity, key)
    factor = stream_for_bar(key.seed, 0, RandomStream.SWAPS).uniform(*_REPLACEMENTS_RANGE)
    for candidate in replacements[: _rounded(factor * _expected(replacements, intensity), key, RandomStream.SWAPS)]:
        _replace(strokes, candidate)
    return strokes


def on_ride(skeleton: Skeleton) -> Skeleton:
    """The same bar with the ride as timekeeper instead of the hi-hat; unchanged where there is no hat."""
    moved = next((hat for hat in _TIMEKEEPING_HATS if hat in skeleton.rows), None)
    if moved is None or pb.DRUM_PIECE_RIDE in skeleton.rows:
        return skeleton
    rows = {piece: row for piece, row in skeleton.rows.items() if piece not in HATS}
    return Skeleton({**rows, pb.DRUM_PIECE_RIDE: skeleton.rows[moved]}, skeleton.rolls)


def _candidates(skeleton: Skeleton, key: NoiseKey, bias: LogitBias | None) -> tuple[list[_Candidate], list[_Candidate]]:
    """Optional hits that replace another stroke, and those that are added; the first to be played comes first."""
    steps = len(next(iter(skeleton.rows.values())))
    noise = sampling_noise(key, skeleton.rows, steps)
    if bias is not None:
        noise = bias(skeleton, noise)
    replacements: list[_Candidate] = []
    additions: list[_Candidate] = []
    for piece, row in sorted(skeleton.rows.items()):
        for step, cell in enumerate(row):
            if cell.rule is HitRule.MAY:
                probability = cell.weight / 10
                score = math.log(probability / (1 - probability)) + noise[piece][step]
                candidate = _Candidate(score, probability, step, piece)
                (replacements if _replaces_another(skeleton, piece, step) else additions).append(candidate)
    return sorted(replacements, reverse=True), sorted(additions, reverse=True)


def _playable_together(candidates: Sequence[_Candidate], strokes: BarStrokes) -> list[_Candidate]:
    """Candidates that can all be added together, in their order."""
    trial = strokes.copy()
    return [each for each in candidates if trial.add(each.piece, each.step, DrumStroke(MAYBE))]


def _replaces_another(skeleton: Skeleton, piece: Piece, step: int) -> bool:
    return any(
        skeleton.rows[other][step].rule in (HitRule.MUST, HitRule.MAY)
        for other in _REPLACED.get(piece, ())
        if other in skeleton.rows
    )


def _expected(candidates: Sequence[_Candidate], amount: float) -> float:
    """How many candidates to play: none at 0, at 0.5 the sum of their probabilities, at 1 nearly all."""
    usual = sum(candidate.probability for candidate in candidates)
    if amount <= _MIDDLE:
        return usual * amount / _MIDDLE
    return usual + (_NEARLY_ALL * len(candidates) - usual) * (amount - _MIDDLE) / (1 - _MIDDLE)


def _rounded(expected: float, key: NoiseKey, purpose: RandomStream) -> int:
    """A whole number of which the mean over many bars is the expected one (a low-discrepancy dither)."""
    phase = stream_for_bar(key.seed, 0, purpose).random()
    return math.floor(expected + (phase + key.bar * _GOLDEN) % 1)


def _roll(strokes: BarStrokes, piece: Piece, rows: Sequence[Sequence[int]], complexity: float, key: NoiseKey) -> None:
    """Play some of the optional rolls; strokes are added where a roll needs them."""
    stream = stream_for_bar(key.seed, key.bar, RandomStream.ROLLS + piece)
    order = stream.sample(range(len(rows)), len(rows))
    for index in order[: math.floor(_ROLLS_PER_BAR * complexity + stream.random())]:
        for step, rolled in enumerate(rows[index]):
            present = strokes.at(step).get(piece)
            if rolled and present is not None:
                strokes.put(piece, step, DrumStroke(max(present.level, MAYBE), rolled=max(rolled, present.rolled)))
            elif rolled:
                strokes.add(piece, step, DrumStroke(MAYBE, rolled=rolled))


def _replace(strokes: BarStrokes, candidate: _Candidate) -> None:
    for other in _REPLACED[candidate.piece]:
        present = strokes.at(candidate.step).get(other)
        if present is not None and strokes.swap(other, candidate.piece, candidate.step):
            strokes.put(candidate.piece, candidate.step, DrumStroke(max(present.level, ACCENT)))
            return
