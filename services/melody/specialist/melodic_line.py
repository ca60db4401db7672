"""Pitches of lead lines: folk intervals drawn towards the harmony, an arch and the motif that a bar recalls."""

import itertools
import math
from dataclasses import dataclass

from music.scale_degrees import DEGREES
from services.melody.specialist.folk_model import WIDEST, alteration_context, interval_context
from services.melody.specialist.form import Ending, Recall
from services.melody.specialist.motif import Motif
from services.melody.specialist.passage import Passage
from services.melody.specialist.sampling import pick

# Pull of a recalled pitch, and of its neighbours, by how close the recall is.
_PULL = {Recall.EXACT: (40.0, 4.0), Recall.SEQUENCE: (30.0, 4.0), Recall.VARIED: (10.0, 4.0)}
# A motif as it was is easier to recognise than one moved with the chords, so many times.
_AS_IT_WAS = 2.0
# Part of the range that the arch spans: usually, and where the music contrasts.
_ARCH, _CONTRASTING_ARCH = (0.2, 0.75), (0.4, 0.95)
_ARCH_WIDTH = 4.0  # semitones from the arch at which a pitch is half as likely
# Pull of the tones that a phrase may end on, against other chord tones.
_GOAL = 50.0
# How many notes before it a note is heard against; how many of them may be the same, or make up a scale.
_MEMORY, _OFTEN, _LONG_RUN = 8, 2, 4
_STEP, _FIFTH, _OCTAVE = 2, 7, 12  # semitones
_LONG = 4  # steps; a foreign note of this length sounds wrong
_FOREIGN_AND_LONG = 0.25


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a note of the line stands.

    Attributes:
        onset: Its step.
        gap: Steps since the onset before.
        length: Steps until the next onset or the bar line.
        left: Notes of the bar after it.
        suggested: Diatonic position that the recalled motif suggests.
    """

    onset: int
    gap: int
    length: int
    left: int
    suggested: int | None


def draw_line(passage: Passage, onsets: tuple[int, ...]) -> tuple[int, ...]:
    """Pitches for onsets, one after the other, each drawn from the product of what is known about its place."""
    frame = passage.frame
    line = [note.pitch for note in passage.before][-_MEMORY:] or [_start(passage)]
    begin = len(line)
    last_onset = max((note.start_step for note in passage.before), default=0) - frame.steps
    suggestions = _suggestions(passage, onsets, line[-1])
    ends = (*onsets[1:], frame.steps)
    for index, (onset, end) in enumerate(zip(onsets, ends, strict=True)):
        place = _Place(
            onset=onset,
            gap=onset - last_onset,
            length=end - onset,
            left=len(onsets) - 1 - index,
            suggested=suggestions.get(onset),
        )
        line.append(pick(passage.draw, frame.pitches, _weights(passage, line, place)))
        last_onset = onset
    return tuple(line[begin:])


def _start(passage: Passage) -> int:
    """An imagined pitch before the first one: the chord tone nearest to where the arch begins."""
    frame = passage.frame
    height = _arch(passage, 0)
    tones = [pitch for pitch in frame.pitches if frame.spans[0].has(pitch)] or list(frame.pitches)
    return min(tones, key=lambda pitch: abs(pitch - height))


def _arch(passage: Passage, step: int) -> float:
    """Pitch that the phrase's arch has on a step, in semitones."""
    frame, form = passage.frame, passage.form
    away = form.away_from_climax(step / frame.steps)
    low, high = _CONTRASTING_ARCH if form.contrast else _ARCH
    lowest, highest = frame.pitches[0], frame.pitches[-1]
    return lowest + (highest - lowest) * (high - (high - low) * away)


def _suggestions(passage: Passage, onsets: tuple[int, ...], near: int) -> dict[int, int]:
    """Diatonic positions that a recalled motif suggests for the onsets."""
    recalled, form, frame = passage.recalled, passage.form, passage.frame
    if recalled is None or form.recall not in _PULL:
        return {}
    shift = form.shift if form.recall is Recall.SEQUENCE else 0
    same = {step: position + shift for step, position in zip(recalled.onsets, recalled.positions, strict=True)}
    moved = _transpose(passage, recalled, frame.scale.position(near))
    # A motif is repeated as it was, or moved with the chords, whichever agrees with the harmony.
    agreements = (_AS_IT_WAS * _agreement(passage, same) ** 2, _agreement(passage, moved) ** 2)
    chosen = pick(passage.draw, (same, moved), agreements)
    suggestions = {}
    for onset in onsets:
        earlier = [step for step in chosen if step <= onset]
        if earlier:
            suggestions[onset] = chosen[max(earlier)]
    return suggestions


def _transpose(passage: Passage, recalled: Motif, near: int) -> dict[int, int]:
    """Positions of a motif moved with the chord roots, as a whole, into the octave nearest to where the line is."""
    frame = passage.frame
    moved = {
        step: frame.scale.position(frame.span_at(step).root) + distance
        for step, distance in zip(recalled.onsets, recalled.steps, strict=True)
    }
    octaves = (near - moved[recalled.onsets[0]] + DEGREES // 2) // DEGREES
    return {step: position + DEGREES * octaves for step, position in moved.items()}


def _agreement(passage: Passage, positions: dict[int, int]) -> float:
    """How well positions agree with harmony and range: 1 and one more for each chord tone on a beat."""
    frame = passage.frame
    available = {frame.scale.position(pitch): pitch for pitch in frame.pitches}
    agreement = 1.0
    for step, position in positions.items():
        pitch = available.get(position)
        if pitch is not None and frame.is_strong(step) and frame.span_at(step).has(pitch):
            agreement += 1
    return agreement


def _weights(passage: Passage, line: list[int], place: _Place) -> list[float]:
    """Weight of every pitch of the frame as the next note of a line, which has one note at least."""
    frame, model, form = passage.frame, passage.model, passage.form
    scale, span, weight = frame.scale, frame.span_at(place.onset), frame.weights[place.onset]
    history = [scale.position(pitch) for pitch in line[-3:]]
    intervals = model.intervals(interval_context(scale, history, weight, place.gap))
    after_altered = scale.is_altered(line[-1])
    present = frozenset(scale.position(pitch) % DEGREES for pitch in frame.pitches)
    run = _run(line)
    pull, neighbour_pull = _PULL.get(form.recall, (1.0, 1.0))
    arch = _arch(passage, place.onset)
    goals = _goals(passage) if form.ending.rests else ()
    weights = []
    for pitch in frame.pitches:
        position = scale.position(pitch)
        likely = _chance(intervals, history[-1], position - history[-1], present)
        alteration = model.alterations(alteration_context(scale, position, after_altered))
        # Sharpened, because drawing plainly from a model wanders more than the tunes that it learned from.
        value = (likely * math.sqrt(likely) + 1e-9) * alteration[scale.is_altered(pitch)]
        if span.has(pitch):
            value *= model.stability[weight]
        elif place.length >= _LONG:
            value *= _FOREIGN_AND_LONG
        distance = (pitch - arch) / _ARCH_WIDTH
        value /= 1 + distance * distance
        value *= _freshness(line, pitch, run)
        if place.suggested is not None:
            apart = abs(position - place.suggested)
            value *= pull if apart == 0 else neighbour_pull if apart == 1 else 1.0
        if goals:
            value *= _towards(passage, pitch, goals, place.left)
        weights.append(value)
    if any(weights):
        return weights
    # No tone of the last chord is in range: any pitch of the key will do.
    return [1.0] * len(weights)


def _chance(intervals: tuple[float, ...], last: int, interval: int, present: frozenset[int]) -> float:
    """Chance of an interval; a degree that the scale lacks lends its chance to the next one beyond it."""
    if abs(interval) > WIDEST:
        return 0.0
    chance = intervals[interval + WIDEST]
    side = 1 if interval > 0 else -1
    nearer = interval - side
    while nearer * side > 0 and (last + nearer) % DEGREES not in present:
        chance += intervals[nearer + WIDEST]
        nearer -= side
    return chance


def _run(line: list[int]) -> int:
    """How many steps in one direction a line ends with: positive upwards, negative downwards."""
    run = 0
    for later, earlier in itertools.pairwise(reversed(line)):
        move = later - earlier
        if not 0 < abs(move) <= _STEP or run * move < 0:
            break
        run += 1 if move > 0 else -1
    return run


def _freshness(line: list[int], pitch: int, run: int) -> float:
    """Less than 1 for what bores or jars: repeating a note, going to and fro, endless scales, far leaps."""
    factor = 1.0
    if (pitch - line[-1]) * run > 0 and abs(run) >= _LONG_RUN:
        factor *= 0.4 if abs(run) == _LONG_RUN else 0.15
    if line.count(pitch) > _OFTEN:
        factor *= 0.5
    if pitch == line[-1]:
        factor *= 0.5 if len(line) < 2 or line[-2] != pitch else 0.1
    if len(line) > 2 and pitch == line[-2] and line[-1] == line[-3]:
        factor *= 0.25
    leap = abs(pitch - line[-1])
    if leap > 12:
        factor *= 0.01
    elif leap > _FIFTH:
        factor *= 0.4
    return factor


def _goals(passage: Passage) -> tuple[int, ...]:
    """Positions that the phrase may rest on: the tonic for a close, another chord tone for a question."""
    frame = passage.frame
    span = frame.spans[-1]
    tones = [pitch for pitch in frame.pitches if span.has(pitch)]
    closing = passage.form.ending is Ending.FULL
    tonics = [pitch for pitch in tones if pitch % _OCTAVE == frame.scale.tonic]
    if closing:
        best = tonics or [pitch for pitch in tones if pitch % _OCTAVE == span.root]
    else:
        best = [pitch for pitch in tones if pitch % _OCTAVE != frame.scale.tonic]
    return tuple(frame.scale.position(pitch) for pitch in best or tones)


def _towards(passage: Passage, pitch: int, goals: tuple[int, ...], left: int) -> float:
    """Factor that leads a phrase to its end: its last note is a chord tone, notes before it come near enough."""
    frame = passage.frame
    position = frame.scale.position(pitch)
    distance = min(abs(position - goal) for goal in goals)
    if left == 0:
        if not frame.spans[-1].has(pitch):
            return 0.0
        return _GOAL if distance == 0 else 1.0
    beyond = max(distance - left, 0)
    return 1 / (1 + beyond * beyond)
