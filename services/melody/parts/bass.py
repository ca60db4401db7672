"""Bass lines: their rhythm, which is the style's, their ghost notes and lengths; `bass_tones` chooses the pitches.

The riff comes back with the chords (Anne Danielsen, "Presence and Pleasure", 2006, ch. 4, on the one in funk).
"""

import math

from boumbapp.music.v1.music_pb2 import Note

from music.meter import EIGHTH, SIXTEENTH
from services.melody.parts.bar_context import Passage
from services.melody.parts.bass_tones import bass_pitches
from services.melody.parts.idiom import BassFigure
from services.melody.parts.performance import STACCATO, staccato
from services.melody.plan.form import Ending, Recall
from services.melody.plan.rhythm import Odds, draw_natural_count, draw_onsets, fit_onsets, skeleton_odds, vary_onsets

_GHOST_CHANCE = 0.45
# Three sixteenths in a row crowd a low voice.
_CROWDED = 0.5
_SKIP_CHANCE = 0.35  # of a note between the beats of a walking bass
_PART_OF_THE_FIGURE = 80  # chance of an onset
_LIKELY = 50  # chance of a first beat with which a piece begins on the one, whatever the style does later


def write_bass(passage: Passage) -> tuple[list[Note], frozenset[int]]:
    """Notes of a bass line, and the onsets among them that are ghost notes."""
    onsets = _onsets(passage)
    ghosts = _ghosts(passage, onsets)
    lengths = _lengths(passage, onsets, ghosts)
    pitches = bass_pitches(passage, onsets, lengths, ghosts)
    notes = [
        Note(pitch=pitch, start_step=onset, duration_steps=length)
        for onset, length, pitch in zip(onsets, lengths, pitches, strict=True)
    ]
    return notes, ghosts


def _onsets(passage: Passage) -> tuple[int, ...]:
    frame, form, recalled, draw = passage.frame, passage.form, passage.recalled, passage.draw
    odds = _odds(passage)
    figure = passage.idiom.bass
    if recalled is not None and figure is not BassFigure.WALKING:
        varied = form.recall is Recall.VARIED or form.ending is not Ending.ON
        onsets = vary_onsets(frame, recalled.onsets, odds, draw) if varied else recalled.onsets
        return fit_onsets(frame, onsets, odds)
    forced = _forced(passage)
    # A riff says its rhythm in full at once: its last bar rests only in the style's own way.
    ending = Ending.ON if form.ending is Ending.HALF else form.ending
    if figure in (BassFigure.RIFF, BassFigure.OCTAVES):
        count = max(draw_natural_count(frame, ending, draw), len(forced))
    else:  # a figure needs no more than its own tones
        count = max(frame.fewest, len(forced))
        count += figure is BassFigure.WALKING and count < frame.most and draw.random() < _SKIP_CHANCE
    return draw_onsets(frame, count, odds, draw, forced=forced)


def _forced(passage: Passage) -> set[int]:
    """Steps that must have an onset."""
    frame = passage.frame
    forced = set(frame.anchors)
    wanted = [0] if passage.index == 0 and frame.chances[0] >= _LIKELY else []
    if passage.idiom.bass is BassFigure.OCTAVES:
        wanted += [step for step in range(frame.steps) if frame.chances[step] >= _PART_OF_THE_FIGURE]
    for step in wanted:
        if len(forced) < frame.most:
            forced.add(step)
    return forced


def _odds(passage: Passage) -> Odds:
    frame = passage.frame

    def odds(step: int, since: int) -> float:
        plain = skeleton_odds(frame, step)
        # Sharpened: in bass lines the rhythm is the style.
        chance = plain * math.sqrt(plain)
        return chance * _CROWDED if since == 1 and frame.weights[step] <= EIGHTH else chance

    return odds


def _ghosts(passage: Passage, onsets: tuple[int, ...]) -> frozenset[int]:
    """Onsets to play as ghost notes: off-beat sixteenths of a staccato riff, next to another onset."""
    frame, idiom = passage.frame, passage.idiom
    if frame.gate >= STACCATO or idiom.machine or idiom.bass is not BassFigure.RIFF:
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
