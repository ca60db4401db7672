"""Lead lines: folk rhythm and intervals, drawn towards the harmony, an arch and the motif that a bar recalls."""

import math

from boumbapp.music.v1.music_pb2 import Note

from music.meter import SIXTEENTH
from services.melody.specialist.folk_model import (
    HOLD,
    ONSET,
    REST,
    WIDEST,
    alteration_context,
    interval_context,
    rhythm_context,
)
from services.melody.specialist.form import Ending, Recall
from services.melody.specialist.motif import Motif, transposed
from services.melody.specialist.passage import Passage, fill
from services.melody.specialist.rhythm import (
    LONGEST,
    Odds,
    draw_count,
    draw_onsets,
    fit_onsets,
    skeleton_odds,
    vary_onsets,
)
from services.melody.specialist.sampling import pick

_RESTING = (Ending.HALF, Ending.FULL)
# Odds of notes after the one that a phrase rests on, and at the end of a bar with a comma, against usual ones.
_AFTER_LANDING, _AFTER_COMMA = 0.02, 0.35
# Sixteenths feel hurried above this tempo and lazy below the other.
_HURRIED_BPM, _LAZY_BPM = 135, 85
# A sixteenth is followed by another rather than held over the next eighth, against odds that see no further back.
_COMPLETING = 4.0
# Pull of a recalled pitch, and of its neighbours, by how close the recall is.
_PULL = {Recall.EXACT: (40.0, 4.0), Recall.SEQUENCE: (30.0, 4.0), Recall.VARIED: (10.0, 4.0)}
# A motif as it was is easier to recognise than one moved with the chords, so many times.
_AS_IT_WAS = 2.0
# Part of the range that the arch spans: usually, and where the music contrasts.
_ARCH, _CONTRASTING_ARCH = (0.2, 0.75), (0.4, 0.95)
_ARCH_WIDTH = 5.0  # semitones from the arch at which a pitch is half as likely
# Pull of the tones that a phrase may end on, against other chord tones.
_GOAL = 50.0
_LONG = 4  # steps; a foreign note of this length sounds wrong
_BREATH, _BREATH_CHANCE = 2, 0.5  # steps, and how often one is taken inside a phrase


def write_melody(passage: Passage) -> list[Note]:
    """Notes of a lead line."""
    odds = _odds(passage)
    landing = _landing(passage)
    onsets = _onsets(passage, odds, landing)
    pitches = _pitches(passage, onsets)
    notes = fill(passage.frame, onsets, pitches)
    _breathe(passage, notes)
    return notes


def _odds(passage: Passage) -> Odds:
    """Odds of an onset: the style's skeleton times what folk tunes do there."""
    frame = passage.frame
    before = _events(passage)
    flow, share = _flow(passage), frame.most / frame.steps

    def odds(step: int, since: int) -> float:
        onset = passage.model.steps(rhythm_context(frame.meter, step, since, False, before))[ONSET]
        # The geometric mean: both know the metre, and must not count it twice.
        chance = math.sqrt(skeleton_odds(frame, step) * onset / (1 - onset))
        if frame.weights[step] == SIXTEENTH:
            # One right after an onset hurries, or snaps when a longer one follows.
            return chance * flow * (share if since == 1 else 1.0)
        return chance * _COMPLETING if since == 1 else chance

    return odds


def _flow(passage: Passage) -> float:
    """Odds of sixteenths against those of folk tunes, which are dances: low for few onsets or a fast tempo."""
    frame = passage.frame
    share = frame.most / frame.steps
    hurry = 0.4 if passage.tempo_bpm > _HURRIED_BPM else 1.5 if 0 < passage.tempo_bpm < _LAZY_BPM else 1.0
    return share * share * hurry


def _events(passage: Passage) -> tuple[int, ...]:
    """What happened on the steps of the bar before; empty for the first bar."""
    if not passage.before:
        return ()
    events = [HOLD] * passage.frame.steps
    for note in passage.before:
        end = note.start_step + note.duration_steps
        if end < len(events) and events[end] == HOLD:
            events[end] = REST
        if note.start_step < len(events):
            events[note.start_step] = ONSET
    return tuple(events)


def _landing(passage: Passage) -> int | None:
    """Step that the phrase comes to rest on: a beat in the second half of its last bar."""
    frame = passage.frame
    if passage.form.ending not in _RESTING:
        return None
    beats = [step for step in range(frame.steps // 3, frame.steps * 4 // 5 + 1) if frame.is_strong(step)]
    if not beats:
        return frame.steps // 2
    return pick(passage.draw, beats, [float(frame.weights[step] ** 2) for step in beats])


def _onsets(passage: Passage, odds: Odds, landing: int | None) -> tuple[int, ...]:
    frame, form, recalled = passage.frame, passage.form, passage.recalled
    if recalled is not None:
        onsets = (
            vary_onsets(frame, recalled.onsets, odds, passage.draw) if form.recall is Recall.VARIED else recalled.onsets
        )
        return fit_onsets(frame, onsets, odds)

    def shaped(step: int, since: int) -> float:
        if landing is not None and step > landing:
            return odds(step, since) * _AFTER_LANDING
        if form.ending is Ending.COMMA and step >= frame.steps * 3 // 4:
            return odds(step, since) * _AFTER_COMMA
        return odds(step, since)

    forced = frame.anchors if landing is None else frame.anchors | {landing}
    count = max(draw_count(frame, form.ending, passage.draw), len(forced))
    last = max((note.start_step for note in passage.before), default=frame.steps - LONGEST)
    return draw_onsets(frame, count, shaped, passage.draw, max(frame.steps - last, 1), forced)


def _pitches(passage: Passage, onsets: tuple[int, ...]) -> tuple[int, ...]:
    """Pitches one after the other, each drawn from the product of what is known about its place."""
    frame = passage.frame
    line = [note.pitch for note in passage.before][-3:] or [_start(passage)]
    begin = len(line)
    last_onset = max((note.start_step for note in passage.before), default=0) - frame.steps
    suggestions = _suggestions(passage, onsets, line[-1])
    for place, onset in enumerate(onsets):
        left = len(onsets) - 1 - place
        weights = _weights(passage, line, onset, onset - last_onset, suggestions.get(onset), left, onsets)
        line.append(pick(passage.draw, frame.pitches, weights))
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
    progress = form.begins + form.share * step / frame.steps
    away = (
        (form.climax - progress) / form.climax
        if progress < form.climax
        else (progress - form.climax) / (1 - form.climax)
    )
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
    moved: dict[int, int] = {}
    for step, distance in zip(recalled.onsets, recalled.steps, strict=True):
        position = transposed(distance, frame.span_at(step).root, frame, near)
        moved[step] = position
        near = position
    return moved


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


def _weights(
    passage: Passage,
    line: list[int],
    onset: int,
    gap: int,
    suggested: int | None,
    left: int,
    onsets: tuple[int, ...],
) -> list[float]:
    """Weight of every pitch of the frame as the next note of a line.

    Args:
        passage: The bar.
        line: Pitches so far; at least one.
        onset: Step of the next note.
        gap: Steps since the onset before.
        suggested: Diatonic position that the motif suggests.
        left: Notes of the bar after this one.
        onsets: All onsets of the bar.
    """
    frame, model = passage.frame, passage.model
    scale, span = frame.scale, frame.span_at(onset)
    weight = frame.weights[onset]
    history = [scale.position(pitch) for pitch in line[-3:]]
    intervals = model.intervals(interval_context(scale, history, weight, gap))
    after_altered = scale.is_altered(line[-1])
    following = next((step for step in onsets if step > onset), frame.steps)
    pull, neighbour_pull = _PULL.get(passage.form.recall, (1.0, 1.0))
    arch = _arch(passage, onset)
    rest = passage.form.ending if passage.form.ending in _RESTING else None
    goals = _goals(passage) if rest else ()
    weights = []
    for pitch in frame.pitches:
        position = scale.position(pitch)
        interval = position - history[-1]
        likely = intervals[interval + WIDEST] if abs(interval) <= WIDEST else 0.0
        alteration = model.alterations(alteration_context(scale, position, after_altered))
        value = (likely * likely + 1e-9) * alteration[scale.is_altered(pitch)]
        stable = span.has(pitch)
        if stable:
            value *= model.stability[weight]
        elif following - onset >= _LONG:
            value *= 0.25
        distance = (pitch - arch) / _ARCH_WIDTH
        value /= 1 + distance * distance
        value *= _freshness(line, pitch)
        if suggested is not None:
            apart = abs(position - suggested)
            value *= pull if apart == 0 else neighbour_pull if apart == 1 else 1.0
        if rest is not None:
            value *= _towards(passage, pitch, position, goals, left)
        weights.append(value)
    return weights if any(weights) else [float(span.has(pitch)) or 1e-3 for pitch in frame.pitches]


def _freshness(line: list[int], pitch: int) -> float:
    """Less than 1 for what bores or jars: repeating a note again, going to and fro, leaping far."""
    factor = 1.0
    if pitch == line[-1]:
        factor *= 0.5 if len(line) < 2 or line[-2] != pitch else 0.1
    if len(line) > 2 and pitch == line[-2] and line[-1] == line[-3]:
        factor *= 0.25
    leap = abs(pitch - line[-1])
    if leap > 12:
        factor *= 0.01
    elif leap > 7:
        factor *= 0.4
    return factor


def _goals(passage: Passage) -> tuple[int, ...]:
    """Positions that the phrase may rest on: the tonic for a close, another chord tone for a question."""
    frame = passage.frame
    span = frame.spans[-1]
    tones = [pitch for pitch in frame.pitches if span.has(pitch)]
    closing = passage.form.ending is Ending.FULL
    tonics = [pitch for pitch in tones if pitch % 12 == frame.scale.tonic]
    if closing:
        best = tonics or [pitch for pitch in tones if pitch % 12 == span.root]
    else:
        best = [pitch for pitch in tones if pitch % 12 != frame.scale.tonic]
    return tuple(frame.scale.position(pitch) for pitch in best or tones)


def _towards(passage: Passage, pitch: int, position: int, goals: tuple[int, ...], left: int) -> float:
    """Factor that leads a phrase to its end: its last note is a chord tone, notes before it come near enough."""
    if not goals:
        return 1.0
    distance = min(abs(position - goal) for goal in goals)
    if left == 0:
        last_span_tone = passage.frame.spans[-1].has(pitch)
        return (_GOAL if distance == 0 else 1.0) if last_span_tone else 0.0
    beyond = max(distance - left, 0)
    return 1 / (1 + beyond * beyond)


def _breathe(passage: Passage, notes: list[Note]) -> None:
    """End long notes early enough to take a breath, in place."""
    for note in notes:
        last = note is notes[-1]
        if (last and passage.form.ending is not Ending.ON and note.duration_steps > _LONG) or (
            note.duration_steps > 2 * _LONG and passage.draw.random() < _BREATH_CHANCE
        ):
            note.duration_steps -= _BREATH
