"""Corrects the notes of a bar, stage by stage.

Each stage leaves notes that satisfy it and breaks no stage before it; so a second run changes nothing more.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from boumbapp.music.v2.events_pb2 import (
    CORRECTION_REASON_CROSSES_BAR_LINE,
    CORRECTION_REASON_DUPLICATE,
    CORRECTION_REASON_IMPOSSIBLE_VALUE,
    CORRECTION_REASON_OUT_OF_KEY,
    CORRECTION_REASON_OUT_OF_RANGE,
    CORRECTION_REASON_OUTSIDE_BAR,
    CORRECTION_REASON_OVERLAP,
    CORRECTION_REASON_TOO_MANY_VOICES,
    CorrectionReason,
)
from boumbapp.music.v2.intent_pb2 import BarPlan, Constraints
from boumbapp.music.v2.music_pb2 import ROLE_BASS, Bar, Note, Role

from music.divisions import step_ticks, steps_in_bar
from services.theory.validation.corrections import CorrectionLog
from services.theory.validation.micro_timing import MAX_TICKS, audible_release, clamp

_MOST_VOICES = 16  # that any role may have
_LOUDEST = 127  # MIDI velocity


def validate_notes(bar: Bar, constraints: Constraints, plan: BarPlan, log: CorrectionLog) -> list[Note]:
    """Correct the notes of a bar.

    Args:
        bar: The bar, in the metre of the constraints, with notes in any order; it is not changed.
        constraints: Range, polyphony and role that they must keep to.
        plan: Allowed pitch classes (mask of 12 bits) and chords of the bar.
        log: Where each change is recorded.

    Returns:
        Copies of the notes that remain, ordered by start and pitch, each with its name.
    """
    steps = steps_in_bar(bar)
    low, high = constraints.lowest_pitch, constraints.highest_pitch
    kept = []
    for original in bar.notes:
        if original.start_step >= steps:
            log.removed(CORRECTION_REASON_OUTSIDE_BAR, original)
            continue
        note = _copy(original)
        _into_range(note, low, high, log)
        _repair_values(note, log)
        if _end(note) > steps:
            _shorten(note, steps - note.start_step, CORRECTION_REASON_CROSSES_BAR_LINE, log)
        kept.append(note)
    kept.sort(key=_order)
    _into_key(kept, plan, low, high, steps, log)
    kept.sort(key=_order)
    kept = _untangle(kept, log)
    kept = _limit_voices(kept, constraints.max_polyphony, constraints.role, log)
    for note in kept:
        _make_audible(note, step_ticks(bar), log)
        note.name = log.name(note.pitch)
    return kept


def _order(note: Note) -> tuple[int, int]:
    return note.start_step, note.pitch


def _end(note: Note) -> int:
    return note.start_step + note.duration_steps


def _copy(note: Note) -> Note:
    copy = Note()
    copy.CopyFrom(note)
    return copy


def _repair_values(note: Note, log: CorrectionLog) -> None:
    """Bring each value into the range that the contract gives it."""
    wrong: dict[str, int] = {}
    if not note.duration_steps:
        wrong["duration_steps"] = 1
    if not 1 <= note.velocity <= _LOUDEST:
        wrong["velocity"] = _LOUDEST if note.velocity else 1
    for field in ("offset_ticks", "release_ticks"):
        value = getattr(note, field)
        if value != clamp(value, -MAX_TICKS, MAX_TICKS):
            wrong[field] = clamp(value, -MAX_TICKS, MAX_TICKS)
    if note.tied and note.start_step:
        wrong["tied"] = False
    if wrong:
        before = _copy(note)
        for field, value in wrong.items():
            setattr(note, field, value)
        log.changed(CORRECTION_REASON_IMPOSSIBLE_VALUE, before, note, *wrong)


def _shorten(note: Note, duration: int, reason: CorrectionReason.ValueType, log: CorrectionLog) -> None:
    before = _copy(note)
    note.duration_steps = duration
    log.changed(reason, before, note)


def _into_range(note: Note, low: int, high: int, log: CorrectionLog) -> None:
    """Move a note by the fewest octaves that bring it into the range."""
    if low <= note.pitch <= high:
        return
    before = _copy(note)
    missing = low - note.pitch if note.pitch < low else high - note.pitch
    octaves = -(-missing // 12) if missing > 0 else missing // 12
    note.pitch += 12 * octaves
    log.changed(CORRECTION_REASON_OUT_OF_RANGE, before, note)


def _into_key(notes: Sequence[Note], plan: BarPlan, low: int, high: int, steps: int, log: CorrectionLog) -> None:
    """Move foreign pitches to the nearest allowed one; of two equally near, the one that keeps the line's contour."""
    allowed = plan.pitch_classes
    if all(allowed >> note.pitch % 12 & 1 for note in notes):
        return
    made = [note.pitch for note in notes]  # as the engine made them
    chord = 0
    for entry in plan.chords:
        chord |= entry.pitch_classes
    for index, note in enumerate(notes):
        if allowed >> note.pitch % 12 & 1:
            continue
        nearest = _nearest(note.pitch, allowed, low, high)
        choice = nearest[0]
        # A note that lasts across a bar line must move alike on both sides of it, so its neighbours do not count.
        if len(nearest) > 1 and not note.tied and _end(note) < steps:
            choice = max(nearest, key=lambda pitch: _fitness(pitch, index, notes, made, chord))
        before = _copy(note)
        note.pitch = choice
        log.changed(CORRECTION_REASON_OUT_OF_KEY, before, note)


def _nearest(pitch: int, allowed: int, low: int, high: int) -> list[int]:
    """Allowed pitches at the smallest distance, the lower one first. The range spans an octave, so there is one."""
    distance = 1
    while True:
        found = [
            near for near in (pitch - distance, pitch + distance) if low <= near <= high and allowed >> near % 12 & 1
        ]
        if found:
            return found
        distance += 1


def _fitness(pitch: int, index: int, notes: Sequence[Note], made: Sequence[int], chord: int) -> tuple[bool, int, bool]:
    """How well a pitch suits its place: no unison, the contour to both neighbours kept, a tone of the harmony."""
    start = notes[index].start_step
    unison = any(
        other.pitch == pitch and other.start_step == start
        for other in notes[max(index - _MOST_VOICES, 0) : index + _MOST_VOICES]
        if other is not notes[index]
    )
    contour = 0
    for neighbour in (index - 1, index + 1):
        if 0 <= neighbour < len(notes) and notes[neighbour].start_step != start:
            contour += _sign(notes[neighbour].pitch - pitch) == _sign(made[neighbour] - made[index])
    return not unison, contour, bool(chord >> pitch % 12 & 1)


def _sign(interval: int) -> int:
    return (interval > 0) - (interval < 0)


def _untangle(notes: Sequence[Note], log: CorrectionLog) -> list[Note]:
    """Keep one note of a pitch at a time: of two that start together the longer, of two that overlap the later."""
    latest: dict[int, Note] = {}
    gone = set()
    for note in notes:
        other = latest.get(note.pitch)
        if other is not None and other.start_step == note.start_step:
            shorter = note if note.duration_steps <= other.duration_steps else other
            gone.add(id(shorter))
            log.removed(CORRECTION_REASON_DUPLICATE, shorter)
            latest[note.pitch] = other if shorter is note else note
            continue
        if other is not None and _end(other) > note.start_step:
            _shorten(other, note.start_step - other.start_step, CORRECTION_REASON_OVERLAP, log)
        latest[note.pitch] = note
    return [note for note in notes if id(note) not in gone]


def _limit_voices(notes: Sequence[Note], limit: int, role: Role.ValueType, log: CorrectionLog) -> list[Note]:
    """Drop what starts together beyond the limit, and end sounding notes early where later ones need their voice."""
    kept: list[Note] = []
    sounding: list[Note] = []
    for start, group in groupby(notes, key=lambda note: note.start_step):
        starting = list(group)
        for note in _surplus(starting, limit, role):
            starting.remove(note)
            log.removed(CORRECTION_REASON_TOO_MANY_VOICES, note)
        sounding = sorted((note for note in sounding if _end(note) > start), key=_end)
        excess = max(len(sounding) + len(starting) - limit, 0)
        for note in sounding[:excess]:
            _shorten(note, start - note.start_step, CORRECTION_REASON_OVERLAP, log)
        sounding = sounding[excess:] + starting
        kept += starting
    return kept


def _surplus(notes: Sequence[Note], limit: int, role: Role.ValueType) -> list[Note]:
    """Which of the notes that start together to drop: doubled and soft inner voices first, outer voices last."""
    if len(notes) <= limit:
        return []
    if limit == 1:
        return list(notes[1:] if role == ROLE_BASS else notes[:-1])
    inner = list(notes[1:-1])
    doubled = Counter(note.pitch % 12 for note in notes)
    dropped = []
    for _ in range(len(notes) - limit):
        victim = min(inner, key=lambda note: (doubled[note.pitch % 12] == 1, note.velocity, note.pitch))
        doubled[victim.pitch % 12] -= 1
        inner.remove(victim)
        dropped.append(victim)
    return dropped


def _make_audible(note: Note, step: int, log: CorrectionLog) -> None:
    release = audible_release(note, step)
    if release != note.release_ticks:
        before = _copy(note)
        note.release_ticks = release
        log.changed(CORRECTION_REASON_IMPOSSIBLE_VALUE, before, note, "release_ticks")
