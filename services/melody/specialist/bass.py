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
from services.melody.specialist.passage import Passage, fill
from services.melody.specialist.rhythm import Odds, draw_count, draw_onsets, fit_onsets, skeleton_odds, vary_onsets
from services.melody.specialist.sampling import pick

_OCTAVE, _FIFTH, _FOURTH = 12, 7, 5
# Weight of a tone by what it is above the root: octave of the root, fifth, third, seventh or sixth, other chord tones.
_ROOT, _FIFTH_WEIGHT, _OTHER_TONE, _PASSING, _FOREIGN = 4.0, 3.0, 1.6, 0.8, 0.05
_STRONG_ROOT = 3.0
# On a step that defines the style a passing tone is out of place.
_FOREIGN_ANCHOR = 0.2
_APPROACH, _DOMINANT_APPROACH = 7.0, 3.0
_STACCATO = 0.7
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
    notes = fill(passage.frame, onsets, _pitches(passage, onsets, ghosts))
    for note in notes:
        if note.start_step in ghosts:
            note.duration_steps = 1
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
    count = max(draw_count(frame, ending, draw, spare=frame.gate < _STACCATO), len(forced))
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
    if frame.gate >= _STACCATO:
        return frozenset()
    neighbours = {onset + side for onset in onsets for side in (-1, 1)}
    candidates = [
        onset
        for onset in onsets[1:]
        if frame.weights[onset] == SIXTEENTH and onset in neighbours and onset != onsets[-1]
    ]
    return frozenset(onset for onset in candidates if passage.draw.random() < _GHOST_CHANCE)


def _pitches(passage: Passage, onsets: tuple[int, ...], ghosts: frozenset[int]) -> tuple[int, ...]:
    frame = passage.frame
    pitches: list[int] = []
    last = passage.before[-1].pitch if passage.before else None
    for place, onset in enumerate(onsets):
        span = frame.span_at(onset)
        home = _home(passage, span)
        if onset in ghosts and last is not None:
            pass  # the same tone, muted
        elif all(other >= onset or other < span.start for other in onsets):
            last = _entrance(passage, home, last)  # the first tone of a chord says which chord it is
        else:
            following = onsets[place + 1] if place + 1 < len(onsets) else None
            suggested = _suggested(passage, onset, home)
            weights = [
                _weight(passage, pitch, onset, following, last, suggested) * math.sqrt(likely)
                for pitch, likely in zip(frame.pitches, passage.guide.pitches(onset), strict=True)
            ]
            if len(pitches) >= _PEDAL and len(set(pitches[-_PEDAL:])) == 1:
                stuck = frame.pitches.index(pitches[-1])
                weights[stuck] *= _STUCK
            last = pick(passage.draw, frame.pitches, weights)
        passage.guide.play(onset, last)
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


def _weight(
    passage: Passage, pitch: int, onset: int, following: int | None, last: int | None, suggested: int | None
) -> float:
    """Weight of a pitch on an onset.

    Args:
        passage: The bar.
        pitch: MIDI key number.
        onset: Its step.
        following: Step of the next onset of the bar, if there is one.
        last: Pitch before.
        suggested: Diatonic position that the riff suggests.
    """
    frame = passage.frame
    span, after = frame.span_at(onset), frame.span_after(onset)
    walking = _walks(frame)
    value = _function(span, pitch, walking=walking)
    last_of_chord = following is None or frame.span_at(following) is not span
    if last_of_chord and after.bass != span.bass and not (frame.cadence and after is frame.following):
        value *= _approach(passage, pitch, after)
    elif frame.is_strong(onset) and pitch % _OCTAVE == span.root and not walking:
        value *= _STRONG_ROOT
    if not span.has(pitch) and not last_of_chord and onset in frame.anchors:
        value *= _FOREIGN_ANCHOR
    if following is None and passage.frame.cadence:
        at_rest = _STRONG_ROOT if pitch % _OCTAVE == frame.spans[-1].root else 1.0
        value = value * at_rest if frame.spans[-1].has(pitch) else 0.0
    home = _home(passage, span)
    staccato = frame.gate < _STACCATO
    # Where notes are short the octave above the root is at home too.
    distance = (
        min(abs(pitch - home), abs(pitch - home - _OCTAVE) + 3) if staccato else abs(pitch - home)
    ) / _HOME_WIDTH
    value /= 1 + distance * distance
    if last is not None:
        value *= _motion(pitch, last, stable=span.has(pitch), walking=walking)
    if suggested is not None and frame.scale.position(pitch) == suggested:
        value *= _PULL
    return value + 1e-9 * span.has(pitch)


def _walks(frame: Frame) -> bool:
    """Whether the style wants a sounding note on every beat, which then moves instead of staying on the root."""
    return frame.gate >= _STACCATO and all(
        step in frame.anchors for step in range(frame.steps) if frame.is_strong(step)
    )


def _function(span: ChordSpan, pitch: int, *, walking: bool) -> float:
    """Weight of a pitch by what it is in the chord."""
    above = (pitch - span.root) % _OCTAVE
    if not span.has(pitch):
        return _PASSING
    if walking:
        return _OTHER_TONE
    return _ROOT if above == 0 else _FIFTH_WEIGHT if above == _FIFTH else _OTHER_TONE


def _approach(passage: Passage, pitch: int, after: ChordSpan) -> float:
    """Factor for a tone that leads into the next chord: a step away from its bass, or its dominant."""
    distance = abs(pitch - _home(passage, after))
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
