"""Pitches of bass lines: what a tone does follows from the chord, the beat and the style's figure.

After Ed Friedland, "Building Walking Bass Lines" (1993): the root says which chord it is, chord tones carry the beats,
and the last tone leads into the next root by a step or from its dominant.
"""

import math

from music.scale_degrees import DEGREES
from services.melody.parts.bar_context import Passage
from services.melody.parts.bass_figures import figured, home_of, walked
from services.melody.parts.idiom import BassFigure
from services.melody.parts.performance import STACCATO
from services.melody.plan.bar_constraints import ChordSpan
from services.melody.plan.form import Recall
from services.melody.plan.sampling import pick

_OCTAVE, _FIFTH, _FOURTH = 12, 7, 5
# Weight of a tone by what it is above the root: octave of the root, fifth, third, seventh or sixth, other chord tones.
_ROOT, _FIFTH_WEIGHT, _OTHER_TONE, _PASSING, _FOREIGN = 4.0, 3.0, 1.6, 0.8, 0.05
_STRONG_ROOT = 3.0
# On a step that defines the style a passing tone is out of place.
_FOREIGN_ANCHOR = 0.2
_APPROACH, _DOMINANT_APPROACH = 7.0, 3.0
_PULL = 60.0
# After so many equal tones another one is heard as too many, so many times less likely.
_PEDAL, _STUCK = 3, 0.2
_HOME_WIDTH = 6.0  # semitones from the root's own octave at which a tone is half as likely


def bass_pitches(
    passage: Passage, onsets: tuple[int, ...], lengths: tuple[int, ...], ghosts: frozenset[int]
) -> tuple[int, ...]:
    """A pitch for each onset, told to the guide as they come."""
    frame, guide = passage.frame, passage.guide
    pitches: list[int] = []
    last = passage.before[-1].pitch if passage.before else None
    for place, (onset, length) in enumerate(zip(onsets, lengths, strict=True)):
        if onset not in ghosts or last is None:  # a ghost is the same tone, muted
            last = _pitch(passage, onsets, pitches, last)
        guide.play(onset, last)
        following = onsets[place + 1] if place + 1 < len(onsets) else frame.steps
        if onset + length < following:
            guide.rest(onset + length)
        pitches.append(last)
    return tuple(pitches)


def _pitch(passage: Passage, onsets: tuple[int, ...], pitches: list[int], last: int | None) -> int:
    """The pitch of the onset after those that have one."""
    frame, figure = passage.frame, passage.idiom.bass
    onset, later = onsets[len(pitches)], onsets[len(pitches) + 1 :]
    span, after = frame.span_at(onset), frame.span_after(onset)
    home = home_of(frame, span)
    behind = [pitch for pitch, other in zip(pitches, onsets, strict=False) if other >= span.start]
    if not behind:
        return _entrance(passage, home, last)  # the first tone of a chord says which chord it is
    to_go = sum(frame.span_at(other) is span for other in later)
    closing = not later and frame.cadence
    if figure is BassFigure.WALKING:
        return walked(passage, onset, behind, to_go, closing=closing)
    leads = not to_go and after.bass != span.bass and not (frame.cadence and after is frame.following)
    aim = home_of(frame, after) if leads else None
    target = figured(passage, onset, span, home, aim)
    if target is not None:
        return target
    place = _Place(passage, onset, span, home, behind[-1], aim, anchored=to_go > 0, closing=closing)
    weights = [
        place.weight(pitch) * math.sqrt(likely)
        for pitch, likely in zip(frame.pitches, passage.guide.pitches(onset), strict=True)
    ]
    if len(pitches) >= _PEDAL and len(set(pitches[-_PEDAL:])) == 1:
        weights[frame.pitches.index(pitches[-1])] *= _STUCK
    return pick(passage.draw, frame.pitches, weights)


def _suggested(passage: Passage, onset: int, home: int) -> int | None:
    """Diatonic position at which the riff would go on, its first tone being at home; octaves off where it must."""
    recalled, frame = passage.recalled, passage.frame
    if recalled is None or passage.form.recall is Recall.RHYTHM or onset not in recalled.onsets:
        return None
    position = frame.scale.position(home) + recalled.rises[recalled.onsets.index(onset)]
    available = [frame.scale.position(pitch) for pitch in frame.pitches]
    for octaves in (0, -DEGREES, DEGREES):
        if position + octaves in available:
            return position + octaves
    return None


def _entrance(passage: Passage, home: int, last: int | None) -> int:
    """The first tone of a chord: its home, or an octave from there that is nearer, when it would leap too far."""
    figure = passage.idiom.bass
    farthest = _FOURTH if figure is BassFigure.WALKING else _OCTAVE
    if last is None or abs(home - last) <= farthest or figure is BassFigure.OCTAVES:
        return home
    octaves = [pitch for pitch in passage.frame.pitches if (pitch - home) % _OCTAVE == 0]
    return min(octaves, key=lambda pitch: (max(abs(pitch - last) - farthest, 0), abs(pitch - home)))


class _Place:
    """The place of a tone of a riff that has to be chosen.

    Args:
        passage: The bar.
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
        passage: Passage,
        onset: int,
        span: ChordSpan,
        home: int,
        last: int,
        aim: int | None,
        *,
        anchored: bool,
        closing: bool,
    ) -> None:
        frame = passage.frame
        self._frame, self._span, self._home, self._last, self._aim = frame, span, home, last, aim
        self._suggested = _suggested(passage, onset, home)
        self._staccato = frame.gate < STACCATO
        self._strong = frame.is_strong(onset)
        self._anchored = anchored and onset in frame.anchors
        self._closing = closing

    def weight(self, pitch: int) -> float:
        """Weight of a pitch."""
        span = self._span
        in_chord = span.has(pitch)
        value = _function(span, pitch)
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
