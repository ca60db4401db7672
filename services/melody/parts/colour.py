"""Colours a rhythm: notes that are given without pitches get some, and everything else of them stays."""

from collections.abc import Sequence
from itertools import groupby

from boumbapp.music.v2.music_pb2 import ROLE_BASS, ROLE_MELODY, ROLE_UNSPECIFIED, Bar, Note, Role

from music.swing import straighten
from music.voicing import voice_chord
from services.melody.next_note_models.protocol import NextNoteModel
from services.melody.parts.bass_tones import bass_pitches
from services.melody.parts.lead_pitches import MelodicLine
from services.melody.plan.bar_context import BarContext

# What a note without a pitch has in its place.
NO_PITCH = 0


def colour(rhythm: Bar, role: Role.ValueType, bar: BarContext, model: NextNoteModel) -> list[Note]:
    """Notes of a rhythm, with pitches; those that have one keep it.

    Args:
        rhythm: The bar as it is given, on the swung grid.
        role: The part, a pitched one.
        bar: The bar.
        model: Predicts its pitches, and is conditioned on each note as it is chosen.

    Returns:
        As many notes with the onsets, lengths, velocities and micro-timing of the rhythm, by onset.
    """
    constraints = bar.constraints
    straight = straighten(rhythm, constraints.swing)
    copies = Bar(notes=rhythm.notes).notes  # what is given stays as it is
    pairs = sorted(zip(straight.notes, copies, strict=True), key=lambda pair: pair[0].start_step)
    chords = [[written for _, written in struck] for _, struck in groupby(pairs, key=lambda pair: pair[0].start_step)]
    steps = tuple(min(step, constraints.steps - 1) for step in sorted({note.start_step for note in straight.notes}))
    if role in (ROLE_MELODY, ROLE_UNSPECIFIED):
        tones = _lead(bar, model, steps, chords)
    elif role == ROLE_BASS:
        lengths = tuple(max(struck[0].duration_steps, 1) for struck in chords)
        tones = list(bass_pitches(bar, model, steps, lengths, frozenset()))
    else:
        tones = []
    notes: list[Note] = []
    voicing: tuple[int, ...] = tuple(sorted(note.pitch for note in bar.previous))
    for place, struck in enumerate(chords):
        missing = [note for note in struck if note.pitch == NO_PITCH]
        voicing = _voicing(bar, steps[place], len(struck), voicing)
        taken = {note.pitch for note in struck}
        pitches = [tones[place]] if tones else []
        pitches += [pitch for pitch in voicing if pitch not in taken and pitch not in pitches]
        for note, pitch in zip(missing, pitches, strict=False):
            note.pitch = pitch
        notes += [note for note in struck if note.pitch != NO_PITCH]
    return notes


def _lead(bar: BarContext, model: NextNoteModel, steps: Sequence[int], chords: Sequence[Sequence[Note]]) -> list[int]:
    """A pitch for each onset of a line; onsets with a note of their own keep it, and the line goes on from there."""
    line = MelodicLine(bar, model)
    pitches: list[int] = []
    ends = [*steps[1:], bar.constraints.steps]
    for place, (step, end, struck) in enumerate(zip(steps, ends, chords, strict=True)):
        own = max(note.pitch for note in struck)
        pitch = own or line.pitch(step, len(steps) - place - 1, end - step)
        model.add_note(step, pitch)
        pitches.append(pitch)
    return pitches


def _voicing(bar: BarContext, step: int, voices: int, previous: tuple[int, ...]) -> tuple[int, ...]:
    """So many tones of the chord of a step."""
    constraints = bar.constraints
    span, (lowest, *_, highest) = constraints.span_at(step), (*constraints.pitches, constraints.pitches[-1])
    if not any(span.has(pitch) for pitch in constraints.pitches):
        return constraints.pitches[:voices]
    return voice_chord(span.tones, span.bass, voices, lowest, highest, previous)
