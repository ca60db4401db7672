"""Bars of those who know neither dynamics nor micro-timing nor swing, with all three."""

from boumbapp.music.v2.music_pb2 import Bar

from music.meter import step_weights
from music.performance.dynamics import VELOCITY, velocities
from music.performance.timing import delays, in_ticks
from music.random_streams import stream_for_bar
from music.swing import swing_notes
from services.composition.brief import CompositionBrief
from services.melody.styles.style_idiom import idiom_of

_PERFORMANCE = 4


def humanised(bar: Bar, brief: CompositionBrief) -> Bar:
    """A written bar as it is performed.

    Args:
        bar: As written.
        brief: Of its piece.
    """
    role = brief.constraints.role
    draw = stream_for_bar(brief.seed, bar.index, _PERFORMANCE)
    machine = idiom_of(brief.intent.style).machine
    onsets = sorted({note.start_step for note in bar.notes})
    loudness = velocities(onsets, role, step_weights(bar.meter), draw, machine=machine)
    late = delays(onsets, role, draw, machine=machine)
    performed = Bar(index=bar.index, meter=bar.meter, notes=bar.notes)
    for note in performed.notes:
        note.velocity = VELOCITY[role] if note.tied else loudness[note.start_step]
        note.offset_ticks = 0 if note.tied else in_ticks(late[note.start_step])
    swing_notes(performed.notes, bar.meter, brief.constraints.swing)
    return performed
