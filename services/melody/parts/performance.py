"""Performance: velocity, timing and length of the notes that the rules wrote."""

from collections.abc import Collection, Sequence

from boumbapp.music.v2.music_pb2 import ROLE_BASS, Note, Role

from music.performance.dynamics import VELOCITY, lead_with_top_voice, velocities
from music.performance.timing import TimedNote, delays, release, staccato, strum
from music.swing import swing_notes
from services.melody.plan.bar_context import BarContext


def perform(notes: Sequence[Note], role: Role.ValueType, bar: BarContext, ghosts: Collection[int]) -> None:
    """Set velocity and micro-timing of written notes, shorten those of a staccato style and swing them, in place.

    Args:
        notes: Notes ordered by onset.
        role: The part, a pitched one.
        bar: Their bar; its phrase swells towards the climax.
        ghosts: Onsets of ghost notes.
    """
    constraints, machine = bar.constraints, bar.idiom.machine
    onsets = sorted({note.start_step for note in notes})
    loudness = velocities(
        onsets,
        role,
        constraints.weights,
        bar.draw,
        ghosts=ghosts,
        away_from_climax=bar.form.away_from_climax,
        machine=machine,
    )
    late = delays(onsets, role, bar.draw, machine=machine)
    struck: dict[int, list[TimedNote]] = {onset: [] for onset in onsets}
    for note in notes:
        if note.tied:
            note.velocity = VELOCITY[role]
            continue
        note.velocity = loudness[note.start_step]
        timed = TimedNote(note, late[note.start_step])
        struck[note.start_step].append(timed)
        following = next((onset for onset in onsets if onset > note.start_step), None)
        # The last note of a bar is as short as its rhythm will be when the bar comes again.
        gap = (following if following is not None else constraints.steps + onsets[0]) - note.start_step
        settled = following is None and bar.form.ending.rests
        if role != ROLE_BASS:  # a bass writes its own lengths: they decide what its line does next
            note.duration_steps = staccato(constraints.gate, note.duration_steps, gap, settled=settled)
        release(timed, constraints.gate, gap, settled=settled)
    for together in struck.values():
        if not machine:
            voices = sorted(together, key=lambda timed: timed.note.pitch)
            lead_with_top_voice([timed.note for timed in voices])
            strum(voices)
        for timed in together:
            timed.settle()
    swing_notes(notes, constraints.meter, constraints.swing)
