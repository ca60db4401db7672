"""Edits of pitched parts as messages of the contract, and back."""

from boumbapp.music.v2 import edits_pb2 as pb

from services.chassis.errors.catalogue import ApiError
from services.composition.refining import edit_messages
from services.composition.refining.errors import UNUSABLE_EDIT
from services.composition.refining.schema import check_needs
from services.composition.refining.texts import UNKNOWN_ACTION
from services.melody.refine.actions import ACTIONS
from services.melody.refine.model.edits import Action, Edit


def message_of(edit: Edit) -> pb.Edit:
    """An edit as data."""
    return edit_messages.message_of(edit, edit.action.value)


def edit_of(message: pb.Edit, field: str) -> Edit:
    """Read an edit.

    Args:
        message: From the caller.
        field: Of the request, which holds it.

    Raises:
        ApiError: There is no such action, or something that it needs is missing.
    """
    if message.action not in set(Action):
        raise ApiError(UNUSABLE_EDIT, field=f"{field}.action", problem=UNKNOWN_ACTION)
    action = Action(message.action)
    check_needs(message, ACTIONS[action], field)
    return Edit(action=action, **edit_messages.placed(message))
