"""Arpeggios: chord tones in a steady pulse, in a figure that stays the same while the chords change."""

from boumbapp.music.v2.music_pb2 import Note

from services.melody.plan.bar_constraints import BarConstraints, ChordSpan
from services.melody.plan.bar_context import BarContext, fill
from services.melody.plan.rhythm import skeleton_odds

# Figures by the rung of the ladder of chord tones, lowest first; rungs beyond the ladder wrap around.
_FIGURES: tuple[tuple[int, ...], ...] = (
    (0, 1, 2, 3),
    (0, 1, 2, 3, 2, 1),
    (0, 2, 1, 2),
    (0, 2, 1, 3),
    (3, 2, 1, 0),
    (0, 1, 2, 1, 3, 1, 2, 1),
    (0, 2, 3, 2),
    (0, 3, 2, 1, 2, 3),
)
_RUNGS = 4
_PULSES = (1, 2, 3, 4, 6, 8, 12, 16)  # steps
# A ladder starts as near as possible to the one before, but no further than this from the lower part of the range.
_DRIFT = 7
# A ladder from the root is worth a move of so many semitones.
_ROOT_FIRST = 3


def write_arpeggio(bar: BarContext, figure: int) -> list[Note]:
    """Write an arpeggio.

    Args:
        bar: The bar.
        figure: Chooses the figure of the whole piece; any number, at least 0.

    Returns:
        Its notes by onset, without velocity and micro-timing.
    """
    constraints, form = bar.constraints, bar.form
    onsets = pulse_onsets(constraints)
    rungs = _FIGURES[(figure + 3 * form.contrast) % len(_FIGURES)]
    if form.ending.rests:
        # The end of a phrase turns the figure round in its second half, and strikes no tone twice on the way.
        half = len(onsets) // 2
        order = [rungs[place % len(rungs)] for place in range(half)]
        back = rungs[::-1]
        first = 1 if order and back[0] == order[-1] else 0
        order += [back[(first + place) % len(back)] for place in range(len(onsets) - half)]
    else:
        order = [rungs[place % len(rungs)] for place in range(len(onsets))]
    near = min((note.pitch for note in bar.previous), default=None)
    pitches: list[int] = []
    for onset, rung in zip(onsets, order, strict=True):
        ladder = _ladder(constraints, constraints.span_at(onset), near)
        pitches.append(ladder[rung % len(ladder)])
    return fill(constraints, onsets, tuple(pitches))


def pulse_onsets(constraints: BarConstraints) -> tuple[int, ...]:
    """Lay out the style's pulse, or a steady one where another number of onsets is wanted.

    Where no steady one fits, it is a faster one without its weakest steps.
    """
    if constraints.fewest <= len(constraints.anchors) <= constraints.most:
        return tuple(sorted(constraints.anchors))  # the style's own figure
    wanted = (constraints.fewest + constraints.most) / 2
    pulses = [
        tuple(range(0, constraints.steps, pulse)) for pulse in _PULSES if constraints.steps % pulse == 0 or pulse <= 2
    ]
    fitting = [onsets for onsets in pulses if constraints.fewest <= len(onsets) <= constraints.most]
    if fitting:
        return min(fitting, key=lambda onsets: (abs(len(onsets) - wanted), len(onsets)))
    busier = min((onsets for onsets in pulses if len(onsets) > constraints.most), key=len, default=pulses[0])
    by_weight = sorted(busier, key=lambda step: (-constraints.weights[step], -skeleton_odds(constraints, step), step))
    return tuple(sorted(by_weight[: constraints.most]))


def _ladder(constraints: BarConstraints, span: ChordSpan, near: int | None) -> list[int]:
    """Four chord tones to climb, ascending; fewer in a narrow range."""
    tones = [pitch for pitch in constraints.pitches if span.has(pitch)] or list(constraints.pitches)
    lowest, highest = constraints.pitches[0], constraints.pitches[-1]
    usual = lowest + (highest - lowest) // 4
    target = usual if near is None else min(max(near, usual - _DRIFT), usual + _DRIFT)
    starts = range(max(len(tones) - _RUNGS + 1, 1))
    start = min(
        starts, key=lambda place: (abs(tones[place] - target) - _ROOT_FIRST * (tones[place] % 12 == span.root), place)
    )
    return tones[start : start + _RUNGS]
