"""Edits of bars: copies, repeats, more or fewer of them, another metre, another speed, backwards."""

from collections.abc import Sequence
from dataclasses import replace

from boumbapp.music.v2.music_pb2 import Bar, Meter

from music.divisions import allowed_divisions
from music.meter import steps_per_bar
from services.chassis.errors.catalogue import ApiError
from services.composition.refining.errors import NO_SUCH_BAR, UNUSABLE_EDIT
from services.composition.refining.meters import meter_of
from services.composition.refining.texts import LOCKED_BARS, TOO_FEW_BARS, TOO_MANY_BARS, TWO_BARS
from services.melody.refine.model.edits import Action, Edit
from services.melody.refine.model.notes import EditBar, EditNote
from services.melody.refine.model.part import MOST_BARS, PartEditor, Selected

_FEWER = 4  # bars, where "shorter" says no number and there are more


def copy(part: PartEditor, edit: Edit) -> None:
    """Copy a bar (the value of the edit, from 1, or from -1 at the end) onto the selected ones.

    Args:
        part: The part; changed in place.
        edit: What to copy, and onto what.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    number, count = round(edit.value or 0), len(part.bars)
    if not 1 <= abs(number) <= count:
        raise ApiError(NO_SUCH_BAR, field="instruction", value=abs(number), bars=count)
    source = number - 1 if number > 0 else number + count
    for at in _wholly_named(part, edit):
        if at != source:
            _become(part, at, part.bars[source])


def repeat(part: PartEditor, edit: Edit) -> None:
    """Repeat bars in those that follow; at the end of the piece it becomes longer.

    Args:
        part: The part; changed in place.
        edit: What to repeat; all of it when no bar is named.

    Raises:
        ApiError: The edit names a bar that the part does not have, or the piece becomes too long.
    """
    named = _named(part, edit)
    model = [part.bars[at] for at in named]
    first = named[-1] + 1 if named else 0
    for number, bar in enumerate(model):
        at = first + number
        if at >= len(part.bars):
            _check_length(at + 1)
            part.bars.append(bar.copy())
        elif at not in part.locks.bars:
            _become(part, at, bar)


def swap(part: PartEditor, edit: Edit) -> None:
    """Exchange two bars.

    Args:
        part: The part; changed in place.
        edit: Which ones.

    Raises:
        ApiError: The edit does not name two bars that the part has, or something in them is locked.
    """
    named = _named(part, edit)
    if len(named) != 2:
        raise ApiError(UNUSABLE_EDIT, field="instruction", problem=TWO_BARS)
    if any(part.is_held(at) for at in named):
        raise ApiError(UNUSABLE_EDIT, field="instruction", problem=LOCKED_BARS)
    first, second = named
    part.bars[first], part.bars[second] = part.bars[second], part.bars[first]


def more_bars(part: PartEditor, count: int) -> range:
    """Add empty bars at the end.

    Args:
        part: The part; changed in place.
        count: How many.

    Returns:
        Their places.

    Raises:
        ApiError: The piece becomes too long.
    """
    before = len(part.bars)
    _check_length(before + count)
    last = part.bars[-1]
    part.bars += [EditBar(last.meter, last.divisions, None, []) for _ in range(count)]
    return range(before, before + count)


def fewer_bars(part: PartEditor, edit: Edit) -> None:
    """Take bars away from the end, as many as the value of the edit says.

    Args:
        part: The part; changed in place.
        edit: The edit.

    Raises:
        ApiError: No bar would be left, or one of them is locked.
    """
    usual = _FEWER if len(part.bars) > _FEWER else max(len(part.bars) // 2, 1)
    count = usual if edit.value is None else round(edit.value)
    left = len(part.bars) - count
    if left < 1:
        raise ApiError(UNUSABLE_EDIT, field="instruction", problem=TOO_FEW_BARS)
    _check_locks(part, range(left, len(part.bars)))
    del part.bars[left:]


def cut(part: PartEditor, edit: Edit) -> None:
    """Cut bars out; those after them move forward.

    Args:
        part: The part; changed in place.
        edit: Which ones.

    Raises:
        ApiError: The edit names a bar that the part does not have, no bar would be left, or a locked one would move.
    """
    gone = set(_named(part, edit))
    if len(gone) == len(part.bars):
        raise ApiError(UNUSABLE_EDIT, field="instruction", problem=TOO_FEW_BARS)
    if gone:
        _check_locks(part, range(min(gone), len(part.bars)))
    part.bars = [bar for at, bar in enumerate(part.bars) if at not in gone]


def meter(part: PartEditor, edit: Edit) -> None:
    """Put bars into another metre: what is beyond its end is cut, and what lasted until the bar line goes on to it.

    Args:
        part: The part; changed in place.
        edit: The metre, as its text.

    Raises:
        ApiError: There is no such metre.
    """
    wanted = meter_of(edit.text)
    for at, bar in enumerate(part.bars):
        if bar.meter != wanted and not part.is_held(at):
            _fit(bar, wanted)


def speed(part: PartEditor, edit: Edit) -> None:
    """Play twice or half as fast at the same tempo; the piece keeps its length.

    Args:
        part: The part; changed in place.
        edit: What to change, and which of the two.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    chosen = [selected for selected in part.selected(edit) if selected.whole]
    sources = [(selected.bar.ticks, list(selected.bar.notes)) for selected in chosen]
    for number, selected in enumerate(chosen):
        length = selected.bar.ticks
        if edit.action is Action.DOUBLE_TIME:
            halves = [sources[(2 * number + half) % len(sources)] for half in (0, 1)]
            halves = [half if half[0] == length else sources[number] for half in halves]
            notes = [
                _scaled(note, half * length // 2, 1, 2) for half, (_, source) in enumerate(halves) for note in source
            ]
        else:
            ticks, source = sources[number // 2] if sources[number // 2][0] == length else sources[number]
            begin = number % 2 * (ticks // 2)
            window = [note for note in source if begin <= note.start < begin + ticks // 2]
            notes = [_scaled(replace(note, start=note.start - begin), 0, 2, 1) for note in window]
        fitting = [note for note in notes if note.start < length]
        seen: dict[tuple[int, int], EditNote] = {}
        for note in fitting:
            seen.setdefault((note.start, note.pitch), replace(note, length=min(note.length, length - note.start)))
        selected.bar.put(_without_repeated_ids(list(seen.values())))


def retrograde(part: PartEditor, edit: Edit) -> None:
    """Play bars backwards: the last note first; each run of whole bars is turned round as one.

    Args:
        part: The part; changed in place.
        edit: What to change and where.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    runs: list[list[Selected]] = []
    for selected in part.selected(edit):
        alike = runs and runs[-1][-1].at + 1 == selected.at and runs[-1][-1].bar.meter == selected.bar.meter
        if alike and selected.whole and runs[-1][-1].whole:
            runs[-1].append(selected)
        else:
            runs.append([selected])
    for run in runs:
        if not run[0].whole:
            _turn_round(run[0])
            continue
        sources = [list(selected.bar.notes) for selected in run]
        for selected, notes in zip(run, reversed(sources), strict=True):
            length = selected.bar.ticks
            selected.bar.put([replace(note, start=max(length - note.end, 0), tied=False) for note in notes])


def _turn_round(selected: Selected) -> None:
    """Turn some notes of a bar round within the time that they take."""
    if not selected.notes:
        return
    first, last = min(note.start for note in selected.notes), max(note.end for note in selected.notes)
    chosen = {id(note) for note in selected.notes}
    selected.bar.put(
        [
            replace(note, start=first + last - note.end, tied=False) if id(note) in chosen else note
            for note in selected.bar.notes
        ]
    )


def _named(part: PartEditor, edit: Edit) -> list[int]:
    meters = part.meters
    places = edit.locations
    return [
        at
        for at in range(len(part.bars))
        if (not places or any(place.steps_of(at, meters) for place in places))
        and not any(place.steps_of(at, meters) for place in edit.but_at)
    ]


def _wholly_named(part: PartEditor, edit: Edit) -> list[int]:
    return [at for at in _named(part, edit) if at not in part.locks.bars]


def _become(part: PartEditor, at: int, model: EditBar) -> None:
    """Make a bar like another one; what is kept in it stays."""
    bar = part.bars[at]
    kept = [note for note in bar.notes if (note.id and note.id in part.locks.notes) or not part.is_free(at, note.start)]
    held = {(note.start, note.pitch) for note in kept}
    if bar.meter != model.meter and not kept:
        bar.meter, bar.divisions = model.meter, model.divisions
    fitting = [
        replace(note, id=0)
        for note in model.notes
        if note.start < bar.ticks and part.is_free(at, note.start) and (note.start, note.pitch) not in held
    ]
    same = [
        (note.start, note.length, note.pitch, note.velocity, note.offset, note.release) for note in [*kept, *fitting]
    ]
    now = [(note.start, note.length, note.pitch, note.velocity, note.offset, note.release) for note in bar.notes]
    if sorted(same) != sorted(now):
        bar.put([*kept, *fitting])


def _fit(bar: EditBar, wanted: Meter) -> None:
    before, after = bar.ticks, steps_per_bar(wanted) * 120
    notes = []
    for note in bar.notes:
        if note.start >= after:
            continue
        end = after if note.end == before and after > before else min(note.end, after)
        notes.append(replace(note, length=end - note.start) if end != note.end else note)
    bar.meter = wanted
    if bar.divisions not in allowed_divisions(Bar(meter=wanted)):
        bar.divisions = 4
    bar.put(notes)


def _scaled(note: EditNote, begin: int, numerator: int, denominator: int) -> EditNote:
    return replace(
        note,
        start=begin + note.start * numerator // denominator,
        length=max(note.length * numerator // denominator, 1),
        tied=False,
    )


def _without_repeated_ids(notes: Sequence[EditNote]) -> list[EditNote]:
    seen: set[int] = set()
    kept = []
    for note in notes:
        kept.append(replace(note, id=0) if note.id in seen else note)
        seen.add(note.id)
    return kept


def _check_length(bars: int) -> None:
    if bars > MOST_BARS:
        raise ApiError(UNUSABLE_EDIT, field="instruction", problem=TOO_MANY_BARS)


def _check_locks(part: PartEditor, touched: range) -> None:
    if any(part.is_held(at) for at in touched):
        raise ApiError(UNUSABLE_EDIT, field="instruction", problem=LOCKED_BARS)
