"""Edits of dynamics and feel: louder, crescendo, swing, human deviations, ahead of or behind the beat."""

from statistics import mean

from boumbapp.music.v2.music_pb2 import SWING_UNIT_EIGHTH, SWING_UNIT_UNSPECIFIED, Swing

from music.grid import TICKS_PER_STEP
from music.swing import MOST_SWING, delay
from services.composition.refining.edits import LITTLE, MUCH, USUAL
from services.melody.refine.model.edits import Action, Edit
from services.melody.refine.model.notes import EditNote
from services.melody.refine.model.part import PartEditor, Selected

_LOUDER = {LITTLE: 1.08, USUAL: 1.18, MUCH: 1.4}  # times the velocity
_SWUNG = {LITTLE: 0.06, USUAL: 0.12, MUCH: 0.24}  # of the unit that swings
_PUSHED_BY = {LITTLE: 6, USUAL: 12, MUCH: 24}  # ticks
_HUMAN = {LITTLE: (4, 3), USUAL: (8, 6), MUCH: (14, 10)}  # standard deviations: ticks and velocity
_LEFT = {LITTLE: 0.6, USUAL: 0.25, MUCH: 0.0}  # of the deviations
_SWELL = {LITTLE: (0.9, 1.1), USUAL: (0.7, 1.25), MUCH: (0.45, 1.5)}  # times the velocity at both ends
_TICKS_PER_MINUTE_AT_1_BPM = 480 / 60_000  # ticks in a millisecond at one quarter a minute


def loudness(part: PartEditor, edit: Edit) -> None:
    """Make notes louder or softer.

    Args:
        part: The part; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    louder = edit.action is Action.LOUDER
    factor = _LOUDER[edit.amount] if louder else 1 / _LOUDER[edit.amount]
    if edit.percent is not None:
        factor = max(1 + edit.percent / 100 * (1 if louder else -1), 0.01)
    for selected in part.selected(edit):
        part.replace(selected, lambda note: note.louder(note.velocity * factor))


def swell(part: PartEditor, edit: Edit) -> None:
    """Make notes louder and louder, or softer and softer.

    Args:
        part: The part; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    low, high = _SWELL[edit.amount]
    if edit.action is Action.DIMINUENDO:
        low, high = high, low
    chosen = part.selected(edit)
    starts = _starts(part)
    places = [starts[selected.at] + note.start for selected in chosen for note in selected.notes]
    first, last = min(places, default=0), max(places, default=0)
    for selected in chosen:

        def swelled(note: EditNote, begin: int = starts[selected.at]) -> EditNote:
            along = (begin + note.start - first) / max(last - first, 1)
            return note.louder(note.velocity * (low + (high - low) * along))

        part.replace(selected, swelled)


def swing(part: PartEditor, edit: Edit) -> None:
    """Set swing, or change it: the value of the edit is an amount, 0 straight.

    Args:
        part: The part; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    amount = part.swing.amount
    if edit.action is Action.SWING:
        amount = edit.value or 0.0
    else:
        amount += _SWUNG[edit.amount] * (1 if edit.action is Action.SWING_MORE else -1)
    unit = part.swing.unit if part.swing.amount and part.swing.unit != SWING_UNIT_UNSPECIFIED else SWING_UNIT_EIGHTH
    wanted = Swing(amount=min(max(amount, 0.0), MOST_SWING), unit=unit)
    whole = not edit.locations and not edit.but_at
    for selected in part.selected(edit):
        meter = selected.bar.meter

        def swung(note: EditNote) -> EditNote:
            if note.start % TICKS_PER_STEP:  # between sixteenths, as triplets are
                return note
            at = note.start // TICKS_PER_STEP
            late = delay(at, meter, wanted) - delay(at, meter, part.swing)  # noqa: B023  called at once
            return note.delayed(note.offset + late)

        part.replace(selected, swung)
    if whole:
        part.swing = wanted


def humanise(part: PartEditor, edit: Edit) -> None:
    """Add deviations of timing and velocity as people have them.

    Args:
        part: The part; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    ticks, loud = _HUMAN[edit.amount]

    def loosened(note: EditNote) -> EditNote:
        late, louder = part.draw.gauss(0, ticks), part.draw.gauss(0, loud)
        return note.delayed(note.offset + late).louder(note.velocity + louder)

    for selected in part.selected(edit):
        part.replace(selected, loosened)


def mechanise(part: PartEditor, edit: Edit) -> None:
    """Reduce deviations of timing and velocity; swing stays.

    Args:
        part: The part; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    left = _LEFT[edit.amount]
    for selected in part.selected(edit):
        usual = mean(note.velocity for note in selected.notes) if selected.notes else 0

        def tightened(note: EditNote, selected: Selected = selected, usual: float = usual) -> EditNote:
            swung = delay(note.start // TICKS_PER_STEP, selected.bar.meter, part.swing)
            tight = note.delayed(swung + (note.offset - swung) * left)
            return tight.louder(usual + (note.velocity - usual) * left)

        part.replace(selected, tightened)


def push(part: PartEditor, edit: Edit) -> None:
    """Play behind the beat or ahead of it, by the milliseconds of the edit where it has a value.

    Args:
        part: The part; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    by = _PUSHED_BY[edit.amount] if edit.value is None else edit.value * part.bpm * _TICKS_PER_MINUTE_AT_1_BPM
    late = by if edit.action is Action.LAID_BACK else -by
    for selected in part.selected(edit):
        part.replace(selected, lambda note: note.delayed(note.offset + late))


def _starts(part: PartEditor) -> list[int]:
    """Where each bar begins, in ticks."""
    starts = [0]
    for bar in part.bars:
        starts.append(starts[-1] + bar.ticks)
    return starts
