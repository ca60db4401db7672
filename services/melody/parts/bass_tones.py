"""Pitches of bass lines: what a tone does follows from the chord, the beat and the style's figure.

After Ed Friedland, "Building Walking Bass Lines" (1993): the root says which chord it is, chord tones carry the beats,
and the last tone leads into the next root by a step or from its dominant.
"""

import math

from music.performance.timing import STACCATO
from music.scale_degrees import DEGREES
from services.melody.beside.room import consonance
from services.melody.next_note_models.protocol import NextNoteModel
from services.melody.parts.bass_figures import figured, home_of, walked
from services.melody.plan.bar_constraints import ChordSpan
from services.melody.plan.bar_context import BarContext
from services.melody.plan.form import Recall
from services.melody.plan.sampling import pick
from services.melody.styles.style_idiom import BassFigure

_OCTAVE, _FIFTH, _FOURTH = 12, 7, 5
# Weight of a tone by what it is above the root: octave of the root, fifth, third, seventh or sixth, other chord tones.
_ROOT, _FIFTH_WEIGHT, _OTHER_TONE, _PASSING, _FOREIGN = 4.0, 3.0, 1.6, 0.8, 0.05
_STRONG_ROOT = 3.0
# On a step that defines the style a passing tone is out of place.
_FOREIGN_ANCHOR = 0.2
_APPROACH, _DOMINANT_APPROACH = 7.0, 3.0
_PULL = 60.0
# After so many equal tones another one is too many: its weight is multiplied by this.
_PEDAL, _STUCK = 2, 0.25
_HOME_WIDTH = 6.0  # semitones from the root's own octave at which a tone is half as likely


def bass_pitches(
    bar: BarContext,
    model: NextNoteModel,
    onsets: tuple[int, ...],
    lengths: tuple[int, ...],
    ghosts: frozenset[int],
) -> tuple[int, ...]:
    """Choose a pitch for each onset.

    Args:
        bar: The bar.
        model: Predicts its pitches, and is conditioned on each note as it is chosen.
        onsets: Steps, ascending.
        lengths: Steps that each tone sounds.
        ghosts: Onsets of ghost notes.

    Returns:
        MIDI key numbers, one for each onset.
    """
    constraints = bar.constraints
    pitches: list[int] = []
    last = bar.previous[-1].pitch if bar.previous else None
    for place, (onset, length) in enumerate(zip(onsets, lengths, strict=True)):
        if onset not in ghosts or last is None:  # a ghost is the same tone, muted
            last = _pitch(bar, model, onsets, pitches, last)
        model.add_note(onset, last)
        following = onsets[place + 1] if place + 1 < len(onsets) else constraints.steps
        if onset + length < following:
            model.end_note(onset + length)
        pitches.append(last)
    return tuple(pitches)


def _pitch(bar: BarContext, model: NextNoteModel, onsets: tuple[int, ...], pitches: list[int], last: int | None) -> int:
    """The pitch of the onset after those that have one."""
    constraints, figure = bar.constraints, bar.idiom.bass
    onset, later = onsets[len(pitches)], onsets[len(pitches) + 1 :]
    span, after = constraints.span_at(onset), constraints.span_after(onset)
    home = home_of(constraints, span)
    behind = [pitch for pitch, other in zip(pitches, onsets, strict=False) if other >= span.start]
    if not behind:
        return _entrance(bar, home, last)  # the first tone of a chord says which chord it is
    if constraints.final and not later:
        return _entrance(bar, home, pitches[-1])
    to_go = sum(constraints.span_at(other) is span for other in later)
    closing = not later and constraints.cadence
    if figure is BassFigure.WALKING:
        return walked(bar, onset, behind, to_go, closing=closing)
    leads = not to_go and after.bass != span.bass and not (constraints.cadence and after is constraints.following)
    aim = home_of(constraints, after) if leads else None
    target = figured(bar, onset, span, home, aim)
    if target is not None:
        return target
    place = _ToneChoice(bar, onset, span, home, behind[-1], aim, anchored=to_go > 0, closing=closing)
    weights = [
        place.weight(pitch) * math.sqrt(likely)
        for pitch, likely in zip(constraints.pitches, model.pitch_weights(onset), strict=True)
    ]
    if len(pitches) >= _PEDAL and len(set(pitches[-_PEDAL:])) == 1:
        weights[constraints.pitches.index(pitches[-1])] *= _STUCK
    return pick(bar.draw, constraints.pitches, weights)


def _suggested(bar: BarContext, onset: int, home: int) -> int | None:
    """Diatonic position at which the riff would go on, its first tone being at home; octaves off where it must."""
    recalled, constraints = bar.recalled, bar.constraints
    if recalled is None or bar.form.recall is Recall.RHYTHM or onset not in recalled.onsets:
        return None
    position = constraints.scale.position(home) + recalled.rises[recalled.onsets.index(onset)]
    available = [constraints.scale.position(pitch) for pitch in constraints.pitches]
    for octaves in (0, -DEGREES, DEGREES):
        if position + octaves in available:
            return position + octaves
    return None


def _entrance(bar: BarContext, home: int, last: int | None) -> int:
    """The first tone of a chord: its home, or an octave from there that is nearer, when it would leap too far."""
    figure = bar.idiom.bass
    farthest = _FOURTH if figure is BassFigure.WALKING else _OCTAVE
    if last is None or abs(home - last) <= farthest or figure is BassFigure.OCTAVES:
        return home
    octaves = [pitch for pitch in bar.constraints.pitches if (pitch - home) % _OCTAVE == 0]
    return min(octaves, key=lambda pitch: (max(abs(pitch - last) - farthest, 0), abs(pitch - home)))


class _ToneChoice:
    """A tone of a riff that has to be chosen.

    Args:
        bar: The bar.
        onset: Its step.
        span: The chord.
        home: Where its bass tone is played.
        last: Pitch before.
        aim: Where the next chord's bass tone is, when this is the last tone before it.
        anchored: Whether a step that defines the style wants a tone of the chord.
        closing: Whether the phrase comes to rest on it.
    """

    def __init__(
        self,
        bar: BarContext,
        onset: int,
        span: ChordSpan,
        home: int,
        last: int,
        aim: int | None,
        *,
        anchored: bool,
        closing: bool,
    ) -> None:
        constraints = bar.constraints
        self._frame, self._span, self._home, self._last, self._aim = constraints, span, home, last, aim
        self._suggested = _suggested(bar, onset, home)
        self._staccato = constraints.gate < STACCATO
        self._strong = constraints.is_strong(onset)
        self._anchored = anchored and onset in constraints.anchors
        self._closing = closing
        self._beside, self._onset = bar.beside, onset

    def weight(self, pitch: int) -> float:
        """Weight of a pitch."""
        span = self._span
        in_chord = span.has(pitch)
        value = _function(span, pitch) * consonance(self._beside, self._frame, self._onset, 0, pitch)
        if self._aim is not None:
            value *= _approach(abs(pitch - self._aim))
        elif self._strong and pitch % _OCTAVE == span.root:
            value *= _STRONG_ROOT
        if self._anchored and not in_chord:
            value *= _FOREIGN_ANCHOR
        if self._closing:
            final = self._frame.spans[-1]
            value *= 0.0 if not final.has(pitch) else _STRONG_ROOT if pitch % _OCTAVE == final.root else 1.0
        # Where notes are short the octave above the root is at home too.
        away = abs(pitch - self._home)
        distance = (min(away, abs(pitch - self._home - _OCTAVE) + 3) if self._staccato else away) / _HOME_WIDTH
        value *= _motion(pitch, self._last, stable=in_chord) / (1 + distance * distance)
        if self._suggested is not None and self._frame.scale.position(pitch) == self._suggested:
            value *= _PULL
        return value + 1e-9 * in_chord


def _function(span: ChordSpan, pitch: int) -> float:
    """Weight of a pitch by what it is in the chord."""
    above = (pitch - span.root) % _OCTAVE
    if not span.has(pitch):
        return _PASSING
    return _ROOT if above == 0 else _FIFTH_WEIGHT if above == _FIFTH else _OTHER_TONE


def _approach(distance: int) -> float:
    """Factor for a tone so many semitones from the next chord's bass: a step away from it, or its dominant."""
    if distance in (1, 2):
        return _APPROACH
    return _DOMINANT_APPROACH if distance in (_FOURTH, _FIFTH) else 1.0


def _motion(pitch: int, last: int, *, stable: bool) -> float:
    """Factor for the interval from the tone before: foreign tones only in steps, no leap beyond an octave."""
    leap = abs(pitch - last)
    if leap > _OCTAVE:
        return 0.0005
    if not stable and leap > 2:
        return _FOREIGN
    return 0.7 if leap == 0 else 1.0
