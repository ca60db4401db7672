"""Edits of rhythm and length: more or fewer notes, rests, articulation, ornaments, syncopation, shifts."""

import math
from dataclasses import replace
from itertools import pairwise

from music.grid import TICKS_PER_STEP
from music.meter import BEAT, GROUP, step_weights
from services.composition.refining.edits import LITTLE, MUCH, USUAL
from services.melody.refine.model.edits import Action, Edit
from services.melody.refine.model.notes import EditBar, EditNote
from services.melody.refine.model.part import PartEditor, Selected, onsets

_ADDED = {LITTLE: 0.15, USUAL: 0.35, MUCH: 0.8}  # share of the onsets
_REMOVED = {LITTLE: 0.2, USUAL: 0.4, MUCH: 0.65}
_RESTS = {LITTLE: 0.15, USUAL: 0.3, MUCH: 0.5}
_MOVED = {LITTLE: 0.3, USUAL: 0.5, MUCH: 1.0}  # share of the onsets on beats
_SHORTEST_SOUND = 30  # ticks
_STACCATO, _SHORTER, _LONGER = 0.4, 0.5, 2
_EIGHTH = 2 * TICKS_PER_STEP
_SOFTER = 0.85  # of an added note beside the one it comes from


def denser(part: PartEditor, edit: Edit) -> None:
    """Add notes: the longest are divided, the second half going towards the note that follows.

    Args:
        part: The part; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    for selected in part.selected(edit):
        wanted = max(1, round(len(list(onsets(selected.notes))) * _ADDED[edit.amount]))
        for _ in range(wanted):
            current = [note for note in selected.bar.notes if _among(note, selected)]
            splittable = [group for group in onsets(current) if group[0].length >= 2 * TICKS_PER_STEP]
            if not splittable:
                break
            longest = max(splittable, key=lambda group: (group[0].length, -group[0].start))
            _split(part, selected, longest)


def sparser(part: PartEditor, edit: Edit) -> None:
    """Take out the least important notes; the one before lasts through.

    Args:
        part: The part; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    for selected in part.selected(edit):
        _thin(selected, _REMOVED[edit.amount], lengthen=True, by_length=edit.action is Action.SIMPLIFY)


def breathe(part: PartEditor, edit: Edit) -> None:
    """Put rests in place of the least important notes, and shorten the note before a rest.

    Args:
        part: The part; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    for selected in part.selected(edit):
        if len(list(onsets(selected.notes))) > 1:
            _thin(selected, _RESTS[edit.amount], lengthen=False, by_length=False)
        else:
            part.replace(selected, lambda note: note.sounding(max(note.length // 2, _SHORTEST_SOUND), TICKS_PER_STEP))


def lengths(part: PartEditor, edit: Edit) -> None:
    """Make notes longer or shorter, legato or staccato; no note goes beyond the next one or the bar line.

    Args:
        part: The part; changed in place.
        edit: What to change and where.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    for selected in part.selected(edit):
        following = _following(selected.bar)

        def changed(note: EditNote, bar: EditBar = selected.bar, ends: dict[int, int] = following) -> EditNote:
            room = max(ends[note.start] - note.start, 1)
            match edit.action:
                case Action.LEGATO:
                    return replace(note, length=room, release=0)
                case Action.LONGER_NOTES:
                    return replace(
                        note, length=max(min(note.length * _LONGER, room), note.length), release=max(note.release, 0)
                    )
                case Action.STACCATO:
                    return note.sounding(max(round(note.length * _STACCATO), _SHORTEST_SOUND), bar.step)
                case _:
                    return note.sounding(
                        max(round((note.length + min(note.release, 0)) * _SHORTER), _SHORTEST_SOUND), bar.step
                    )

        part.replace(selected, changed)


def ornament(part: PartEditor, edit: Edit) -> None:
    """Decorate long notes with their upper neighbour.

    Args:
        part: The part; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    for selected in part.selected(edit):
        groups = [group for group in onsets(selected.notes) if group[0].length >= 3 * TICKS_PER_STEP]
        wanted = math.ceil(len(groups) * {LITTLE: 0.25, USUAL: 0.5, MUCH: 1.0}[edit.amount])
        for group in sorted(groups, key=lambda each: -each[-1].length)[:wanted]:
            _turn(part, selected, group[-1])


def syncopate(part: PartEditor, edit: Edit) -> None:
    """Anticipate notes on beats by an eighth; a weaker note that is there already gives way.

    Args:
        part: The part; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    for selected in part.selected(edit):
        weights = step_weights(selected.bar.meter)
        on_beats = [
            group
            for group in onsets(selected.notes)
            if group[0].start >= _EIGHTH
            and group[0].start % TICKS_PER_STEP == 0
            and weights[group[0].start // TICKS_PER_STEP] in (BEAT, GROUP)
        ]
        moving = on_beats[:: max(round(1 / _MOVED[edit.amount]), 1)]
        for group in moving:
            goal = group[0].start - _EIGHTH
            if part.is_free(selected.at, goal):
                _anticipate(selected, group, goal)


def _anticipate(selected: Selected, group: tuple[EditNote, ...], goal: int) -> None:
    """Begin notes at an earlier place of their bar; what begins between gives way, unless it is to stay."""
    start, moved = group[0].start, {id(note) for note in group}
    between = [note for note in selected.bar.notes if goal <= note.start < start]
    if any(not _among(note, selected) for note in between):
        return
    notes = []
    for note in selected.bar.notes:
        if id(note) in moved:
            notes.append(replace(note, start=goal, length=note.length + start - goal, tied=False))
        elif any(note is each for each in between):
            continue
        elif note.start < goal < note.end and _among(note, selected):
            notes.append(replace(note, length=goal - note.start, release=min(note.release, 0)))
        else:
            notes.append(note)
    selected.bar.put(notes)


def strike_twice(part: PartEditor, edit: Edit) -> None:
    """Strike notes twice in their time.

    Args:
        part: The part; changed in place.
        edit: What to change and where.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    for selected in part.selected(edit):
        for note in selected.notes:
            half = note.length // 2 // TICKS_PER_STEP * TICKS_PER_STEP or note.length // 2
            if half and part.is_free(selected.at, note.start + half):
                second = replace(
                    note, start=note.start + half, length=note.length - half, id=0, tied=False, source=None
                )
                first = replace(note, length=half, release=min(note.release, 0))
                selected.bar.put([*(first if other is note else other for other in selected.bar.notes), second])


def shift(part: PartEditor, edit: Edit) -> None:
    """Move notes by sixteenths (the value of the edit), round within their bar.

    Args:
        part: The part; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    distance = round((edit.value or 0) * TICKS_PER_STEP)
    for selected in part.selected(edit):
        length = selected.bar.ticks

        def moved(note: EditNote, length: int = length, at: int = selected.at) -> EditNote:
            start = (note.start + distance) % length
            if not part.is_free(at, start):
                return note
            return replace(note, start=start, length=min(note.length, length - start), tied=False)

        part.replace(selected, moved)


def remove(part: PartEditor, edit: Edit) -> None:
    """Take out all selected notes; those that sound into a silence end where it begins.

    Args:
        part: The part; changed in place.
        edit: What to take out.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    for selected in part.selected(edit):
        part.replace(selected, lambda _: None)


def quantise(part: PartEditor, edit: Edit) -> None:
    """Move notes onto the grid of their bar.

    Args:
        part: The part; changed in place.
        edit: What to change and where.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    for selected in part.selected(edit):
        part.replace(selected, lambda note: note.delayed(0))


def _among(note: EditNote, selected: Selected) -> bool:
    """Whether a note stands where the selection does, so that it may be changed again."""
    first = min((each.start for each in selected.notes), default=0)
    last = max((each.end for each in selected.notes), default=0)
    untouched = {id(each) for each in selected.bar.notes if each.source is not None} - {
        id(each) for each in selected.notes
    }
    return first <= note.start < last and (id(note) not in untouched or selected.whole)


def _following(bar: EditBar) -> dict[int, int]:
    """Where the next onset, or the bar line, comes after each onset."""
    starts = sorted({note.start for note in bar.notes})
    return dict(pairwise([*starts, bar.ticks]))


def _split(part: PartEditor, selected: Selected, group: tuple[EditNote, ...]) -> None:
    """Divide notes that begin together in two."""
    first = group[0]
    half = max(first.length // 2 // TICKS_PER_STEP, 1) * TICKS_PER_STEP
    if not part.is_free(selected.at, first.start + half):
        return
    scale = part.harmony.scale(selected.at)
    after = next((each[-1].pitch for each in onsets(selected.bar.notes) if each[0].start > first.start), first.pitch)
    notes = [note for note in selected.bar.notes if not any(note is each for each in group)]
    for note in group:
        degrees = 0 if len(group) > 1 else (after > note.pitch + 2) - (after < note.pitch - 2)
        pitch = min(max(scale.moved(note.pitch, degrees), 0), 127)
        notes.append(replace(note, length=min(half, note.length), release=min(note.release, 0)))
        if note.length > half:
            rest = note.length - half
            notes.append(
                EditNote(
                    note.start + half, rest, pitch, max(round(note.velocity * _SOFTER), 1), note.offset, note.release
                )
            )
    selected.bar.put(notes)


def _thin(selected: Selected, share: float, *, lengthen: bool, by_length: bool) -> None:
    groups = list(onsets(selected.notes))
    if len(groups) < 2:
        return
    weights = step_weights(selected.bar.meter)

    def importance(group: tuple[EditNote, ...]) -> tuple[float, int]:
        note = group[-1]
        at = min(note.start // TICKS_PER_STEP, len(weights) - 1)
        on_step = 0 if note.start % TICKS_PER_STEP else weights[at]
        length = note.length / TICKS_PER_STEP
        return (on_step + (1.0 if by_length else 0.25) * length + 2 * note.velocity / 127, -note.start)

    count = min(max(1, round(len(groups) * share)), len(groups) - 1)
    gone = {id(note) for group in sorted(groups[1:] or groups, key=importance)[:count] for note in group}
    before = [note for note in selected.bar.notes if id(note) not in gone]
    if lengthen:
        removed = [note for note in selected.notes if id(note) in gone]
        chosen = {id(note) for note in selected.notes}
        before = [_through(note, removed, before) if id(note) in chosen else note for note in before]
    selected.bar.put(before)


def _through(note: EditNote, removed: list[EditNote], staying: list[EditNote]) -> EditNote:
    """A note that lasts through those that followed it at once and are gone."""
    end = note.end
    for other in sorted(removed, key=lambda each: each.start):
        if other.start <= end < other.end and other.start >= note.start:
            end = other.end
    following = min((each.start for each in staying if each.start > note.start), default=end)
    end = min(end, following)
    return replace(note, length=end - note.start) if end > note.end else note


def _turn(part: PartEditor, selected: Selected, note: EditNote) -> None:
    """Note, upper neighbour, note: the first two a sixteenth each."""
    step = TICKS_PER_STEP
    if not all(part.is_free(selected.at, note.start + ticks) for ticks in (step, 2 * step)):
        return
    neighbour = part.harmony.scale(selected.at).moved(note.pitch, 1)
    turned = [
        replace(note, length=step, release=0),
        EditNote(note.start + step, step, min(neighbour, 127), max(note.velocity - 10, 1), note.offset),
        EditNote(
            note.start + 2 * step,
            note.length - 2 * step,
            note.pitch,
            max(note.velocity - 5, 1),
            note.offset,
            note.release,
        ),
    ]
    selected.bar.put([*(other for other in selected.bar.notes if other is not note), *turned])
