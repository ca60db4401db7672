"""Edits of bars: more or fewer of them, another metre, another style."""

from boumbapp.music.v2.music_pb2 import Meter

from music.meter import steps_per_bar, steps_per_beat
from services.chassis.errors.catalogue import ApiError
from services.composition.refining.errors import UNUSABLE_EDIT
from services.composition.refining.meters import meter_of
from services.composition.refining.texts import LOCKED_BARS, NO_STYLE, TOO_FEW_BARS, TOO_MANY_BARS
from services.drums.refine.context.editor import GrooveEditor
from services.drums.refine.model.edits import Edit
from services.drums.refine.operations.regenerate import regenerate
from services.drums.styles.loader import load_styles

_MOST_BARS = 128  # of a groove, a limit of the contract
_USUAL = 4  # bars, where no number is said
_TRIPLETS = 1 / 3  # the swing of styles that are written in triplets


def more_bars(editor: GrooveEditor, edit: Edit) -> None:
    """Add bars at the end: the groove goes on from its beginning.

    Args:
        editor: The groove; changed in place.
        edit: How many, as its value.

    Raises:
        ApiError: The groove becomes too long.
    """
    _lengthen(editor, round(_USUAL if edit.value is None else edit.value))


def fewer_bars(editor: GrooveEditor, edit: Edit) -> None:
    """Take bars away from the end.

    Args:
        editor: The groove; changed in place.
        edit: How many, as its value.

    Raises:
        ApiError: No bar would be left, or one of them is locked.
    """
    count = len(editor.bars)
    usual = _USUAL if count > _USUAL else max(count // 2, 1)
    _shorten(editor, count - round(usual if edit.value is None else edit.value))


def set_bars(editor: GrooveEditor, edit: Edit) -> None:
    """Make the groove as long as the value of the edit says.

    Args:
        editor: The groove; changed in place.
        edit: How many bars it shall have.

    Raises:
        ApiError: It would be too long, empty, or lose a locked bar.
    """
    wanted = round(edit.value or len(editor.bars))
    if wanted > len(editor.bars):
        _lengthen(editor, wanted - len(editor.bars))
    else:
        _shorten(editor, wanted)


def cut_bars(editor: GrooveEditor, edit: Edit) -> None:
    """Cut bars out; those after them move forward.

    Args:
        editor: The groove; changed in place.
        edit: Which ones.

    Raises:
        ApiError: It names a bar that the groove does not have, no bar would be left, or a locked one would move.
    """
    gone = {selection.bar for selection in editor.selections(edit)}
    if len(gone) == len(editor.bars):
        raise ApiError(UNUSABLE_EDIT, field="instruction", problem=TOO_FEW_BARS)
    if gone and any(editor.locks(bar) for bar in range(min(gone), len(editor.bars))):
        raise ApiError(UNUSABLE_EDIT, field="instruction", problem=LOCKED_BARS)
    editor.keep_bars([bar for bar in range(len(editor.bars)) if bar not in gone])


def meter(editor: GrooveEditor, edit: Edit) -> None:
    """Put the groove into another metre: beats that are too many are cut, missing ones repeat the last.

    Args:
        editor: The groove; changed in place.
        edit: The metre, as its text.

    Raises:
        ApiError: There is no such metre.
    """
    wanted = meter_of(edit.text)
    for bar, before in enumerate(list(editor.meters)):
        if before != wanted and not editor.locks(bar):
            _fit(editor, bar, before, wanted)


def style(editor: GrooveEditor, edit: Edit) -> None:
    """Play what the edit names as another style does, at the same tempo.

    Args:
        editor: The groove; changed in place.
        edit: The style, as its text, and where.

    Raises:
        ApiError: It names a bar that the groove does not have, or no groove of that style is known.
    """
    found = load_styles().get(edit.text)
    if found is None:
        raise ApiError(UNUSABLE_EDIT, field="instruction", problem=NO_STYLE)
    editor.prior = editor.prior.in_style(found)
    regenerate(editor, edit)
    if editor.prior.triplets:
        for selection in editor.selections(edit):
            swung = selection.swing.of(_TRIPLETS, eighths=True)
            selection.change(lambda hit: swung.apply(hit, selection.straight_step(hit), selection.meter))  # noqa: B023  called at once


def _lengthen(editor: GrooveEditor, count: int) -> None:
    length = len(editor.bars)
    if length + count > _MOST_BARS:
        raise ApiError(UNUSABLE_EDIT, field="instruction", problem=TOO_MANY_BARS)
    for number in range(count):
        editor.append_like(number % length)


def _shorten(editor: GrooveEditor, left: int) -> None:
    if left < 1:
        raise ApiError(UNUSABLE_EDIT, field="instruction", problem=TOO_FEW_BARS)
    if any(editor.locks(bar) for bar in range(left, len(editor.bars))):
        raise ApiError(UNUSABLE_EDIT, field="instruction", problem=LOCKED_BARS)
    editor.keep_bars(list(range(left)))


def _fit(editor: GrooveEditor, bar: int, before: Meter, wanted: Meter) -> None:
    length, steps = steps_per_bar(before), steps_per_bar(wanted)
    beat = min(steps_per_beat(wanted), length)
    hits = [hit for hit in editor.bars[bar] if hit.step < steps]
    for start in range(length, steps, beat):
        hits += [
            hit.moved(step=start + hit.step - (length - beat)).with_id(0)
            for hit in editor.bars[bar]
            if length - beat <= hit.step
            and start + hit.step - (length - beat) < steps
            and editor.free(hit.piece, bar, hit.step)
        ]
    editor.meters[bar] = wanted
    editor.bars[bar] = sorted(hits, key=lambda hit: (hit.step, hit.piece))
