"""How strongly folk melodies keep to the harmony, by metrical weight.

The tunes carry no chord symbols, so the chord of each bar is inferred: the diatonic triad that covers most of
it. That flatters the fit, and the figure is therefore taken against the triads inferred for other bars.
"""

from collections.abc import Sequence

from boumbapp.music.v2.music_pb2 import Meter

from music.meter import step_weights
from music.scale_degrees import DEGREES
from training.data.tunes import Tune
from training.folk.grid import scale_of

_WEIGHTS = 5
# Primary triads are likelier than others that cover a bar as well (Temperley, "Music and Probability", 2007, ch. 6).
_PRIOR = {0: 1.3, 3: 1.1, 4: 1.2}
_TRIAD = (0, 2, 4)


def stability(tunes: Sequence[Tune]) -> list[float]:
    """Odds that a note is a tone of its bar's chord against the odds that it is one of any bar's, by weight (5)."""
    own = [[0, 0] for _ in range(_WEIGHTS)]
    other = [[0, 0] for _ in range(_WEIGHTS)]
    for tune in tunes:
        weights = step_weights(Meter(beats=tune.beats, beat_unit=tune.beat_unit))
        degrees = _degrees(tune)
        roots = [_root(bar, weights) for bar in degrees]
        for bar, root in zip(degrees, roots, strict=True):
            for step, _, degree in bar:
                own[weights[step]][degree in _tones(root)] += 1
                for another in roots:
                    other[weights[step]][degree in _tones(another)] += 1
    return [round(_odds(mine) / _odds(theirs), 3) for mine, theirs in zip(own, other, strict=True)]


def _degrees(tune: Tune) -> list[list[tuple[int, int, int]]]:
    """Step, length and degree of every note, by bar; empty bars are left out."""
    scale = scale_of(tune)
    bars: list[list[tuple[int, int, int]]] = [[] for _ in range(tune.bars)]
    for note in tune.notes:
        bars[note.bar].append((note.step, note.steps, scale.position(note.pitch) % DEGREES))
    return [bar for bar in bars if bar]


def _root(bar: list[tuple[int, int, int]], weights: Sequence[int]) -> int:
    """Degree of the root of the triad that covers a bar best."""

    def cover(root: int) -> float:
        covered = sum(steps * (1 + weights[step]) for step, steps, degree in bar if degree in _tones(root))
        return covered * _PRIOR.get(root, 1.0)

    return max(range(DEGREES), key=cover)


def _tones(root: int) -> tuple[int, ...]:
    return tuple((root + third) % DEGREES for third in _TRIAD)


def _odds(counts: Sequence[int]) -> float:
    no, yes = counts
    return (yes + 1) / (no + 1)
