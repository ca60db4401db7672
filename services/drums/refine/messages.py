"""Edits of grooves as messages of the contract, and back."""

from boumbapp.music.v2 import edits_pb2 as pb

from services.chassis.errors.catalogue import ApiError
from services.composition.refining import edit_messages
from services.composition.refining.errors import UNUSABLE_EDIT
from services.composition.refining.kit import KitPart, kit_parts
from services.composition.refining.schema import check_needs
from services.composition.refining.texts import NO_PART, UNKNOWN_ACTION
from services.drums.refine.actions import ACTIONS
from services.drums.refine.model.edits import Action, Edit

_OF_BY = frozenset({Action.REPLACE, Action.LAYER})


def message_of(edit: Edit) -> pb.Edit:
    """An edit as data."""
    message = edit_messages.message_of(edit, edit.action.value)
    message.parts.extend(part.slug for part in edit.parts)
    message.except_parts.extend(part.slug for part in edit.but)
    if edit.by is not None:
        message.text = edit.by.slug
    return message


def edit_of(message: pb.Edit, field: str) -> Edit:
    """Read an edit.

    Args:
        message: From the caller.
        field: Of the request, which holds it.

    Raises:
        ApiError: There is no such action or part, or something that the action needs is missing.
    """
    if message.action not in set(Action):
        raise ApiError(UNUSABLE_EDIT, field=f"{field}.action", problem=UNKNOWN_ACTION)
    action = Action(message.action)
    check_needs(message, ACTIONS[action], field)
    return Edit(
        action=action,
        parts=tuple(_part(slug, f"{field}.parts") for slug in message.parts),
        but=tuple(_part(slug, f"{field}.except_parts") for slug in message.except_parts),
        by=_part(message.text, f"{field}.text") if action in _OF_BY else None,
        **{**edit_messages.placed(message), **({"text": ""} if action in _OF_BY else {})},
    )


def _part(slug: str, field: str) -> KitPart:
    part = kit_parts().get(slug)
    if part is None:
        raise ApiError(UNUSABLE_EDIT, field=field, problem=NO_PART)
    return part
