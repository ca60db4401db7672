"""Figures of basses that are not riffs: octaves, root and fifth, and the way of a walking bass."""

from collections.abc import Sequence

from services.melody.beside.room import consonance
from services.melody.plan.bar_constraints import BarConstraints, ChordSpan
from services.melody.plan.bar_context import BarContext
from services.melody.plan.sampling import pick
from services.melody.styles.style_idiom import BassFigure

_OCTAVE, _FIFTH, _FOURTH = 12, 7, 5
# Steps before the middle or the end of a bar in which an anticipating bass plays what comes there.
_BEFORE_HALF, _BEFORE_BAR = 2, 4
# Semitones from the next root within which a walking bass keeps: beside it in the end, and so many more for each tone
# that is still to come.
_BESIDE, _STRIDE = 2, 2.5
_ASTRAY = 4.0  # weight of a semitone beyond that, squared
# Factors for its moves: none, beyond a fourth, back to a tone of the same chord, on in the same direction, a step.
_STANDING, _LEAPING, _BACK, _ONWARD, _STEPPING = 0.01, 0.01, 0.1, 1.6, 2.0
_STEP = 2  # semitones
_CHORD_TONE = 1.6
_LEAST = 0.06  # share of the likeliest tone's weight below which none is played


def home_of(constraints: BarConstraints, span: ChordSpan) -> int:
    """Choose the octave of a chord's bass tone: in the lower half of the range, with room for an octave above.

    Args:
        constraints: Of the bar.
        span: The chord.

    Returns:
        A MIDI key number among the allowed pitches.
    """
    roots = [pitch for pitch in constraints.pitches if pitch % _OCTAVE == span.bass]
    tones = roots or [pitch for pitch in constraints.pitches if span.has(pitch)] or list(constraints.pitches)
    comfortable = constraints.pitches[0] + (constraints.pitches[-1] - constraints.pitches[0]) // 4
    return min(tones, key=lambda pitch: (abs(pitch - comfortable), pitch))


def figured(bar: BarContext, onset: int, span: ChordSpan, home: int, aim: int | None) -> int | None:
    """Choose the pitch that the style's figure has on an onset.

    Args:
        bar: The bar.
        onset: A step.
        span: The chord.
        home: Pitch at which its bass tone is played.
        aim: Pitch at which the next chord's bass tone is played, where the onset is the last one before it; else None.

    Returns:
        A MIDI key number; None where the figure leaves the choice open.
    """
    constraints, figure = bar.constraints, bar.idiom.bass
    if figure is BassFigure.OCTAVES:
        return home if constraints.is_strong(onset) else _octave(constraints, home) or _fifth(constraints, span, home)
    half = max(range(1, constraints.steps), key=lambda step: constraints.weights[step], default=constraints.steps)
    if figure is BassFigure.ALTERNATING and (aim is None or onset <= half):
        return home if onset < half else _fifth(constraints, span, home)
    if figure is BassFigure.ANTICIPATING:
        if aim is not None and constraints.steps - onset <= _BEFORE_BAR:
            return aim
        return home if onset < half - _BEFORE_HALF else _fifth(constraints, span, home)
    return None


def walked(bar: BarContext, onset: int, behind: Sequence[int], to_go: int, *, closing: bool) -> int:
    """Draw the next tone of a walking bass: a step or a third nearer to the next root, beside it in the end.

    Args:
        bar: The bar.
        onset: A step.
        behind: Pitches of the tones of this chord before it, at least one.
        to_go: Tones of this chord that still follow.
        closing: Whether the phrase comes to rest on it.

    Returns:
        A MIDI key number.
    """
    constraints = bar.constraints
    if to_go and not constraints.is_strong(onset):
        return behind[-1]  # between the beats the finger only skips
    span, after = constraints.span_at(onset), constraints.span_after(onset)
    goals = [pitch for pitch in constraints.pitches if pitch % _OCTAVE == after.bass] or [home_of(constraints, after)]
    weights = [
        _on_the_way(pitch, behind, goals, to_go)
        * consonance(bar.beside, constraints, onset, 1, pitch)
        * ((_CHORD_TONE if to_go or closing else 1.0) if span.has(pitch) else 0.0 if closing else 1.0)
        for pitch in constraints.pitches
    ]
    least = _LEAST * max(weights)
    ways = [weight if weight >= least else 0.0 for weight in weights]
    return pick(bar.draw, constraints.pitches, ways if any(ways) else [1.0] * len(ways))


def _on_the_way(pitch: int, behind: Sequence[int], goals: Sequence[int], to_go: int) -> float:
    """Factor for a tone on the way to the next root, in whichever octave; see `walked`."""
    last, left = behind[-1], min(abs(pitch - goal) for goal in goals)
    move = abs(pitch - last)
    factor = _STANDING if move == 0 or left == 0 else 1.0 if move <= _FOURTH else _LEAPING
    if 0 < move <= _STEP:
        factor *= _STEPPING
    if pitch in behind:
        factor *= _BACK
    if len(behind) > 1 and (pitch - last) * (last - behind[-2]) > 0:
        factor *= _ONWARD
    near = 1 if to_go == 0 else _BESIDE
    off = max(near - left, left - _BESIDE - _STRIDE * to_go, 0)
    if to_go == 0 and (pitch - goals[0]) % _OCTAVE == _FIFTH:
        off = 1  # from its dominant
    return factor / (1 + _ASTRAY * off * off)


def _octave(constraints: BarConstraints, home: int) -> int | None:
    return next((pitch for pitch in (home + _OCTAVE, home - _OCTAVE) if pitch in constraints.pitches), None)


def _fifth(constraints: BarConstraints, span: ChordSpan, home: int) -> int | None:
    """The fifth of a chord, below its root where the range has it."""
    fifths = [pitch for pitch in (home - _FOURTH, home + _FIFTH) if pitch in constraints.pitches and span.has(pitch)]
    return fifths[0] if fifths else None
