"""Bass lines: a riff of roots, fifths, octaves and approach tones in the style's rhythm.

What a bass tone does follows from the chord and the beat (Ed Friedland, "Building Walking Bass Lines", 1993;
Anne Danielsen, "Presence and Pleasure", 2006, ch. 4, on the one in funk); the riff comes back with the chords.
"""

import math

from boumbapp.music.v1.music_pb2 import Note

from music.meter import EIGHTH, SIXTEENTH
from music.scale_degrees import DEGREES
from services.melody.specialist.form import Ending, Recall
from services.melody.specialist.frame import ChordSpan, Frame
from services.melody.specialist.passage import Passage
from services.melody.specialist.performance import STACCATO, staccato
from services.melody.specialist.rhythm import Odds, draw_count, draw_onsets, fit_onsets, skeleton_odds, vary_onsets
from services.melody.specialist.sampling import pick

_OCTAVE, _FIFTH, _FOURTH = 12, 7, 5
# Weight of a tone by what it is above the root: octave of the root, fifth, third, seventh or sixth, other chord tones.
_ROOT, _FIFTH_WEIGHT, _OTHER_TONE, _PASSING, _FOREIGN = 4.0, 3.0, 1.6, 0.8, 0.05
_STRONG_ROOT = 3.0
# On a step that defines the style a passing tone is out of place.
_FOREIGN_ANCHOR = 0.2
_APPROACH, _DOMINANT_APPROACH = 7.0, 3.0
_GHOST_CHANCE = 0.45
_PULL = 60.0
# After so many equal tones another one is heard as too many, so many times less likely.
_PEDAL, _STUCK = 3, 0.2
_HOME_WIDTH = 6.0  # semitones from the root's own octave at which a tone is half as likely
# Three sixteenths in a row crowd a low voice.
_CROWDED = 0.5


def write_bass(passage: Passage) -> tuple[list[Note], frozenset[int]]:
    """Notes of a bass line, and the onsets among them that are ghost notes."""
    onsets = _onsets(passage)
    ghosts = _ghosts(passage, onsets)
    lengths = _lengths(passage, onsets, ghosts)
    pitches = _pitches(passage, onsets, lengths, ghosts)
    notes = [
        Note(pitch=pitch, start_step=onset, duration_steps=length)
        for onset, length, pitch in zip(onsets, lengths, pitches, strict=True)
    ]
    return notes, ghosts


def _onsets(passage: Passage) -> tuple[int, ...]:
    frame, form, recalled, draw = passage.frame, passage.form, passage.recalled, passage.draw
    odds = _odds(passage)
    if recalled is not None:
        varied = form.recall is Recall.VARIED or form.ending is not Ending.ON
        onsets = vary_onsets(frame, recalled.onsets, odds, draw) if varied else recalled.onsets
        return fit_onsets(frame, onsets, odds)
    forced = set(frame.anchors)
    if passage.index == 0 and frame.chances[0] and len(forced) < frame.most:
        forced.add(0)  # the piece begins on the one, whatever the style does later
    # A riff says its rhythm in full at once: its last bar rests only in the style's own way.
    ending = Ending.ON if form.ending is Ending.HALF else form.ending
    count = max(draw_count(frame, ending, draw, spare=frame.gate < STACCATO), len(forced))
    return draw_onsets(frame, count, odds, draw, forced=forced)


def _odds(passage: Passage) -> Odds:
    frame = passage.frame

    def odds(step: int, since: int) -> float:
        plain = skeleton_odds(frame, step)
        # Sharpened: in bass lines the rhythm is the style.
        chance = plain * math.sqrt(plain)
        return chance * _CROWDED if since == 1 and frame.weights[step] <= EIGHTH else chance

    return odds


def _ghosts(passage: Passage, onsets: tuple[int, ...]) -> frozenset[int]:
    """Onsets to play as ghost notes: off-beat sixteenths of a staccato style, next to another onset."""
    frame = passage.frame
    if frame.gate >= STACCATO:
        return frozenset()
    neighbours = {onset + side for onset in onsets for side in (-1, 1)}
    candidates = [
        onset
        for onset in onsets[1:]
        if frame.weights[onset] == SIXTEENTH and onset in neighbours and onset != onsets[-1]
    ]
    return frozenset(onset for onset in candidates if passage.draw.random() < _GHOST_CHANCE)


def _lengths(passage: Passage, onsets: tuple[int, ...], ghosts: frozenset[int]) -> tuple[int, ...]:
    """Steps that each tone sounds: until the next one, or shorter where it is muted or the style is staccato."""
    frame = passage.frame
    followings = (*onsets[1:], frame.steps + onsets[0])
    return tuple(
        staccato(
            frame,
            1 if onset in ghosts else min(following, frame.steps) - onset,
            following - onset,
            settled=following >= frame.steps and passage.form.ending.rests,
        )
        for onset, following in zip(onsets, followings, strict=True)
    )


def _pitches(
    passage: Passage, onsets: tuple[int, ...], lengths: tuple[int, ...], ghosts: frozenset[int]
) -> tuple[int, ...]:
    frame, guide = passage.frame, passage.guide
    pitches: list[int] = []
    last = passage.before[-1].pitch if passage.before else None
    for onset, length, following in zip(onsets, lengths, (*onsets[1:], None), strict=True):
        span = frame.span_at(onset)
        home = _home(passage, span)
        if onset in ghosts and last is not None:
            pass  # the same tone, muted
        elif all(other >= onset or other < span.start for other in onsets):
            last = _entrance(passage, home, last)  # the first tone of a chord says which chord it is
        else:
            place = _Place(passage, onset, following, last, _suggested(passage, onset, home), span, home)
            weights = [
                place.weight(pitch) * math.sqrt(likely)
                for pitch, likely in zip(frame.pitches, guide.pitches(onset), strict=True)
            ]
            if len(pitches) >= _PEDAL and len(set(pitches[-_PEDAL:])) == 1:
                stuck = frame.pitches.index(pitches[-1])
                weights[stuck] *= _STUCK
            last = pick(passage.draw, frame.pitches, weights)
        guide.play(onset, last)
        if onset + length < (frame.steps if following is None else following):
            guide.rest(onset + length)
        pitches.append(last)
    return tuple(pitches)


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
    """The first tone of a chord: its home, or an octave from there when that spares a leap beyond an octave."""
    if last is None or abs(home - last) <= _OCTAVE:
        return home
    octaves = [pitch for pitch in passage.frame.pitches if (pitch - home) % _OCTAVE == 0]
    return min(octaves, key=lambda pitch: (abs(pitch - last) > _OCTAVE, abs(pitch - home)))


def _home(passage: Passage, span: ChordSpan) -> int:
    """The pitch that a chord's bass tone is played at: in the lower half of the range, leaving room for an octave."""
    frame = passage.frame
    roots = [pitch for pitch in frame.pitches if pitch % _OCTAVE == span.bass]
    tones = roots or [pitch for pitch in frame.pitches if span.has(pitch)] or list(frame.pitches)
    comfortable = frame.pitches[0] + (frame.pitches[-1] - frame.pitches[0]) // 4
    return min(tones, key=lambda pitch: (abs(pitch - comfortable), pitch))


class _Place:
    """The place of a tone that has to be chosen.

    Args:
        passage: The bar.
        onset: Its step.
        following: Step of the next onset of the bar, if there is one.
        last: Pitch before.
        suggested: Diatonic position that the riff suggests.
        span: The chord.
        home: Where its bass tone is played.
    """

    def __init__(
        self,
        passage: Passage,
        onset: int,
        following: int | None,
        last: int | None,
        suggested: int | None,
        span: ChordSpan,
        home: int,
    ) -> None:
        frame = passage.frame
        after = frame.span_after(onset)
        self._frame, self._span, self._home = frame, span, home
        self._last, self._suggested = last, suggested
        self._walking = _walks(frame)
        self._staccato = frame.gate < STACCATO
        self._closing = following is None and frame.cadence
        last_of_chord = following is None or frame.span_at(following) is not span
        leads = last_of_chord and after.bass != span.bass and not (frame.cadence and after is frame.following)
        self._aim = _home(passage, after) if leads else None
        self._strong = frame.is_strong(onset) and not self._walking
        self._anchored = not last_of_chord and onset in frame.anchors

    def weight(self, pitch: int) -> float:
        """Weight of a pitch."""
        span = self._span
        in_chord = span.has(pitch)
        value = _function(span, pitch, walking=self._walking)
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
        value /= 1 + distance * distance
        if self._last is not None:
            value *= _motion(pitch, self._last, stable=in_chord, walking=self._walking)
        if self._suggested is not None and self._frame.scale.position(pitch) == self._suggested:
            value *= _PULL
        return value + 1e-9 * in_chord


def _walks(frame: Frame) -> bool:
    """Whether the style wants a sounding note on every beat, which then moves instead of staying on the root."""
    return frame.gate >= STACCATO and all(step in frame.anchors for step in range(frame.steps) if frame.is_strong(step))


def _function(span: ChordSpan, pitch: int, *, walking: bool) -> float:
    """Weight of a pitch by what it is in the chord."""
    above = (pitch - span.root) % _OCTAVE
    if not span.has(pitch):
        return _PASSING
    if walking:
        return _OTHER_TONE
    return _ROOT if above == 0 else _FIFTH_WEIGHT if above == _FIFTH else _OTHER_TONE


def _approach(distance: int) -> float:
    """Factor for a tone so many semitones from the next chord's bass: a step away from it, or its dominant."""
    if distance in (1, 2):
        return _APPROACH
    return _DOMINANT_APPROACH if distance in (_FOURTH, _FIFTH) else 1.0


def _motion(pitch: int, last: int, *, stable: bool, walking: bool) -> float:
    """Factor for the interval from the tone before: foreign tones only in steps, no leap beyond an octave."""
    leap = abs(pitch - last)
    if leap > _OCTAVE:
        return 0.0005
    if not stable and leap > 2:
        return _FOREIGN
    if walking:
        return 0.25 if leap == 0 else 1.6 if leap <= _FOURTH else 0.8 if leap <= _FIFTH else 0.3
    return 0.7 if leap == 0 else 1.0
