"""Rhythm skeletons: a style's onsets fitted to any meter, or a plain skeleton for the role."""

import math
from functools import cache

from boumbapp.music.v2.intent_pb2 import RhythmSkeleton
from boumbapp.music.v2.music_pb2 import (
    ROLE_ARPEGGIO,
    ROLE_BASS,
    ROLE_CHORDS,
    ROLE_DRUMS,
    ROLE_MELODY,
    ROLE_PAD,
    Meter,
    Role,
)

from music.meter import BEAT, EIGHTH, is_compound, step_weights, steps_per_bar
from music.random_streams import stream_for_bar
from services.theory.catalogue.entries import Rhythm

# Relative probability of an onset, 0-100, by the metrical weight of the step: sixteenth, eighth, beat, group, downbeat.
# Set by ear.
_PLAIN: dict[Role.ValueType, tuple[int, int, int, int, int]] = {
    ROLE_MELODY: (10, 45, 70, 80, 90),
    ROLE_BASS: (10, 40, 70, 80, 100),
    ROLE_CHORDS: (5, 20, 50, 80, 100),
    ROLE_ARPEGGIO: (60, 100, 100, 100, 100),
    ROLE_PAD: (1, 5, 15, 40, 100),
    ROLE_DRUMS: (30, 80, 90, 90, 100),
}
_GATES: dict[Role.ValueType, float] = {ROLE_BASS: 0.85, ROLE_ARPEGGIO: 0.8, ROLE_PAD: 1.0, ROLE_DRUMS: 1.0}
_GATE = 0.9
_ANCHORED = frozenset({ROLE_BASS, ROLE_CHORDS, ROLE_PAD, ROLE_DRUMS})
_HALF_BAR, _DOTTED_BEAT, _BEAT = 8, 6, 4  # steps
_OUTER_THIRDS = (0, 1, 4, 5)  # steps of a dotted beat
_RHYTHM_STREAM = 201  # purpose of the random stream
_SURE = 100  # weight of a step that always has an onset
_SKIP = 15  # weight of a note between the beats of a walking bass
_FREE = 3  # onsets that a lead line may have beyond its rhythm's own


def style_rhythm(rhythm: Rhythm, source: Meter, target: Meter) -> RhythmSkeleton:
    """Fit a style's rhythm to a meter.

    Args:
        rhythm: Weights and anchors of each sixteenth of a `source` bar.
        source: Meter that the rhythm is written in.
        target: Meter of the bars.
    """
    steps = source_steps(source, target)
    return RhythmSkeleton(
        onset_weights=[rhythm.weights[origin] for origin in steps],
        anchors=[step for step, origin in enumerate(steps) if origin in rhythm.anchors],
        gate=rhythm.gate,
    )


def drawn_rhythm(rhythm: Rhythm, seed: int | None, role: Role.ValueType) -> Rhythm:
    """One of the rhythms that a style has for a role; the first is as likely as two others.

    Args:
        rhythm: The most typical one, with its others.
        seed: Of the piece; None takes the most typical one.
        role: Of the part: parts draw apart from each other.
    """
    if seed is None or not rhythm.others:
        return rhythm
    stream = stream_for_bar(seed, role, _RHYTHM_STREAM)
    return stream.choice((rhythm, rhythm, *rhythm.others))


def keep_anchors(rhythm: RhythmSkeleton, meter: Meter, most: int) -> None:
    """Drop the anchors beyond a number, metrically weakest first, so that a density that is asked for can be met.

    Args:
        rhythm: It is changed in place.
        meter: Of its bar.
        most: Most onsets of a bar, 1 or more.
    """
    strengths = step_weights(meter)
    kept = sorted(sorted(rhythm.anchors, key=lambda step: (-strengths[step], step))[:most])
    del rhythm.anchors[:]
    rhythm.anchors.extend(kept)


def written_onsets(rhythm: RhythmSkeleton, role: Role.ValueType) -> tuple[int, int]:
    """Fewest and most onsets of a bar that keeps to a rhythm as it is written.

    Args:
        rhythm: Of a style, for the role.
        role: Lead lines have more freedom than accompaniments.
    """
    natural = sum(rhythm.onset_weights) / _SURE
    steps = len(rhythm.onset_weights)
    fewest = min(max(len(rhythm.anchors), math.floor(natural), 1), steps)
    spare = _FREE if role == ROLE_MELODY else 1
    return fewest, min(max(math.ceil(natural) + spare, fewest), steps)


def default_rhythm(role: Role.ValueType, meter: Meter) -> RhythmSkeleton:
    """A role's rhythm where no style gives one: onsets by metrical weight, all but lead lines anchored on the downbeat.

    Args:
        role: Role of the part.
        meter: Meter of the bars.
    """
    weights_by_strength = _PLAIN[role]
    return RhythmSkeleton(
        onset_weights=[weights_by_strength[weight] for weight in step_weights(meter)],
        anchors=[0] if role in _ANCHORED else [],
        gate=_GATES.get(role, _GATE),
    )


def walking_rhythm(meter: Meter) -> RhythmSkeleton:
    """The rhythm of a bass that walks: a tone on each beat, and now and then a skip between two.

    Args:
        meter: Of its bars.
    """
    strengths = step_weights(meter)
    return RhythmSkeleton(
        onset_weights=[_SURE if weight >= BEAT else _SKIP if weight == EIGHTH else 0 for weight in strengths],
        anchors=[step for step, weight in enumerate(strengths) if weight >= BEAT],
        gate=_GATE,
    )


def source_steps(source: Meter, target: Meter) -> tuple[int, ...]:
    """For every step of a `target` bar, the step of a `source` bar whose rhythm it takes over.

    A shorter bar is the start of the longer one; a longer bar goes on with the source's end, so that no second
    downbeat appears inside it. Between simple and compound meters beats are matched instead: a dotted beat takes
    the start of a half bar, and a plain beat takes the first and the last third of a dotted one.

    Args:
        source: Meter that a rhythm is written in.
        target: Meter that it is fitted to.

    Returns:
        As many steps as `target` has, each from 0 to below the steps of `source`.
    """
    return _source_steps(steps_per_bar(source), steps_per_bar(target), is_compound(source), is_compound(target))


@cache
def _source_steps(source: int, target: int, source_compound: bool, target_compound: bool) -> tuple[int, ...]:
    if target_compound and not source_compound:
        return tuple((step // _DOTTED_BEAT * _HALF_BAR + step % _DOTTED_BEAT) % source for step in range(target))
    if source_compound and not target_compound:
        return tuple((step // _BEAT * _DOTTED_BEAT + _OUTER_THIRDS[step % _BEAT]) % source for step in range(target))
    whole = max(target - target % source, min(source, target))
    return tuple(step % source if step < whole else source - target + step for step in range(target))
