"""Feel from the words of a prompt: "très chargé", "doux", "mécanique". Swing is for theory to understand."""

from collections.abc import Mapping

from boumbapp.music.v2.feel_pb2 import Feel

from services.composition.refining.edits import LITTLE, MUCH, USUAL
from services.drums.refine.model.edits import Action
from services.drums.refine.parse.parser import parse_edits

# The field of each edit, and its value by amount, where there is no groove to edit yet.
_VALUES: Mapping[Action, tuple[str, Mapping[float, float]]] = {
    Action.LOUDER: ("intensity", {LITTLE: 0.7, USUAL: 0.85, MUCH: 1.0}),
    Action.SOFTER: ("intensity", {LITTLE: 0.35, USUAL: 0.2, MUCH: 0.08}),
    Action.BRUSHES: ("intensity", {LITTLE: 0.3, USUAL: 0.2, MUCH: 0.15}),
    Action.BUSIER: ("complexity", {LITTLE: 0.65, USUAL: 0.8, MUCH: 1.0}),
    Action.SIMPLER: ("complexity", {LITTLE: 0.35, USUAL: 0.2, MUCH: 0.05}),
    Action.HUMAN: ("humanise", {LITTLE: 0.5, USUAL: 0.8, MUCH: 1.0}),
    Action.MECHANICAL: ("humanise", {LITTLE: 0.2, USUAL: 0.05, MUCH: 0.0}),
    Action.QUANTISE: ("humanise", {LITTLE: 0.1, USUAL: 0.0, MUCH: 0.0}),
}


def feel_from_prompt(feel: Feel, prompt: str, style_words: str) -> Feel:
    """The feel of a request, with what it leaves unset filled in from the words of its prompt.

    Args:
        feel: The feel of the request; left as it is.
        prompt: The prompt.
        style_words: Words of the prompt that name the style ("swing", "heavy metal"); they do not count as feel.
    """
    found = Feel()
    for edit in parse_edits(prompt.replace(style_words, " ") if style_words else prompt):
        if edit.parts or edit.but or edit.locations:  # about a part of the kit, not about the whole
            continue
        if edit.action in _VALUES:
            field, values = _VALUES[edit.action]
            setattr(found, field, values[edit.amount])
    found.MergeFrom(feel)
    return found
