"""Edits of dynamics and articulation: louder, softer, rolls, flams."""

from itertools import accumulate
from typing import Literal

from boumbapp.music.v2 import music_pb2 as pb

from music.articulation import usual_flam, usual_roll
from music.meter import step_weights, steps_per_bar
from music.random_streams import stream_for_bar
from services.composition.refining.edits import LITTLE, MUCH, USUAL
from services.drums.kit.kit import HATS
from services.drums.refine.context.editor import GrooveEditor
from services.drums.refine.model.editable_groove import FeltHit
from services.drums.refine.model.edits import Action, Edit
from services.drums.refine.operations.density import ghosts

_LOUDER = {LITTLE: 1.1, USUAL: 1.2, MUCH: 1.4}  # times the velocity
_SWELL = {LITTLE: (0.9, 1.1), USUAL: (0.7, 1.25), MUCH: (0.45, 1.5)}  # times the velocity at both ends
_BRUSHED = 0.65  # times the velocity
_STICKS = frozenset({pb.DRUM_PIECE_RIM, pb.DRUM_PIECE_CLAP})
_LEAST_CHANGE = 4  # MIDI velocity; a smaller change is hardly audible
_ROLLED = {LITTLE: 0.1, USUAL: 0.2, MUCH: 0.4}  # share of the hits that become rolls
_ROLL_STROKES = {LITTLE: 2, USUAL: 3, MUCH: 4}
_LOUD = 80  # MIDI velocity from which a stroke is an accent, which a flam widens
_ROLL_STREAM = 102  # purpose of the random stream


def louder(editor: GrooveEditor, edit: Edit) -> None:
    """Raise velocities, by a percentage where the edit has one.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    factor = _LOUDER[edit.amount] if edit.percent is None else 1 + edit.percent / 100
    _scale(editor, edit, factor, _LEAST_CHANGE if edit.percent is None else 0)


def softer(editor: GrooveEditor, edit: Edit) -> None:
    """Lower velocities, by a percentage where the edit has one.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    factor = 1 / _LOUDER[edit.amount] if edit.percent is None else max(1 - edit.percent / 100, 0.0)
    _scale(editor, edit, factor, -_LEAST_CHANGE if edit.percent is None else 0)


def swell(editor: GrooveEditor, edit: Edit) -> None:
    """Play louder and louder, or softer and softer.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    low, high = _SWELL[edit.amount]
    if edit.action is Action.DIMINUENDO:
        low, high = high, low
    selections = editor.selections(edit)
    starts = list(accumulate((steps_per_bar(meter) for meter in editor.meters), initial=0))
    places = [starts[selection.bar] + hit.step for selection in selections for hit in selection.selected]
    first, length = min(places, default=0), max(max(places, default=0) - min(places, default=0), 1)
    for selection in selections:

        def swelled(hit: FeltHit, begin: int = starts[selection.bar]) -> FeltHit:
            along = (begin + hit.step - first) / length
            return hit.with_velocity(hit.velocity * (low + (high - low) * along))

        selection.change(swelled)


def brushes(editor: GrooveEditor, edit: Edit) -> None:
    """Play as with brushes: softly, the snare instead of rim and clap, and ghost notes on it.

    Args:
        editor: The groove; changed in place.
        edit: What to change, and where.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    for selection in editor.selections(edit):
        held = {hit.step for hit in selection.hits if hit.piece == pb.DRUM_PIECE_SNARE}
        moving = [hit for hit in selection.selected if hit.piece in _STICKS and hit.step not in held]
        selection.change(lambda hit: hit.moved(piece=pb.DRUM_PIECE_SNARE).with_articulation(None), moving)
        selection.change(lambda hit: hit.with_velocity(hit.velocity * _BRUSHED))
    ghosts(editor, edit.about())


def rolls(editor: GrooveEditor, edit: Edit) -> None:
    """Turn some hits into rolls: of the hats unless another part is named, preferably late in the bar.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    strokes = _ROLL_STROKES[edit.amount]
    for selection in editor.selections(edit):
        among = [hit for hit in selection.selected if edit.parts or hit.piece in HATS]
        plain = [hit for hit in among if not hit.message.HasField("roll")]
        # The same stream for every bar, so that bars stay alike.
        stream = stream_for_bar(editor.prior.seed, 0, _ROLL_STREAM)
        priority = {
            step: stream.random() + step / len(step_weights(selection.meter)) for step in sorted(selection.steps)
        }
        plain.sort(key=lambda hit: -priority[hit.step])
        chosen = plain[: max(1, round(len(among) * _ROLLED[edit.amount]))]
        selection.change(lambda hit: hit.with_articulation(usual_roll(strokes, hit.velocity)), chosen)


def no_rolls(editor: GrooveEditor, edit: Edit) -> None:
    """Turn rolls into plain strokes.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    _plain(editor, edit, "roll")


def flams(editor: GrooveEditor, edit: Edit) -> None:
    """Turn loud strokes into flams: of the snare unless another part is named.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    for selection in editor.selections(edit):
        among = [s for s in selection.selected if edit.parts or s.piece == pb.DRUM_PIECE_SNARE]
        loud = [s for s in among if s.velocity >= _LOUD and not s.message.WhichOneof("articulation")]
        selection.change(lambda hit: hit.with_articulation(usual_flam(hit.velocity)), loud)


def no_flams(editor: GrooveEditor, edit: Edit) -> None:
    """Turn flams into plain strokes.

    Args:
        editor: The groove; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the groove does not have.
    """
    _plain(editor, edit, "flam")


def _scale(editor: GrooveEditor, edit: Edit, factor: float, least: int) -> None:
    limit = max if factor > 1 else min
    for selection in editor.selections(edit):
        selection.change(lambda s: s.with_velocity(limit(s.velocity * factor, s.velocity + least)))


def _plain(editor: GrooveEditor, edit: Edit, articulation: Literal["flam", "roll"]) -> None:
    for selection in editor.selections(edit):
        chosen = [hit for hit in selection.selected if hit.message.HasField(articulation)]
        selection.change(lambda hit: hit.with_articulation(None), chosen)
