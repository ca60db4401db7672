"""The actions of drums: what each means and needs."""

from collections.abc import Mapping
from typing import Any

from services.composition.refining.kit import kit_parts
from services.composition.refining.schema import ActionSpec, edits_schema
from services.drums.refine.model.edits import Action

A, S = Action, ActionSpec
_OF_BARS = "a number of bars"
ACTIONS: Mapping[Action, ActionSpec] = {
    A.MORE: S("more hits of the parts"),
    A.LESS: S("fewer hits of the parts"),
    A.ADD: S("adds the parts, on the positions named where there are some"),
    A.REMOVE: S("takes the parts out; silence where none is named"),
    A.KEEP: S("nothing here may change"),
    A.ONLY: S("nothing but the parts"),
    A.ONLY_AT: S("the parts on these positions and nowhere else"),
    A.REPLACE: S("another part in place of the parts", text="that part, by slug"),
    A.PULSE: S("the parts in even notes", value="sixteenths from one to the next"),
    A.OPEN: S("opens the hi-hat"),
    A.CLOSE: S("closes the hi-hat"),
    A.SHIFT: S("moves the parts in time", value="sixteenths, negative is earlier"),
    A.LAID_BACK: S("behind the beat", value="milliseconds", needed=False),
    A.PUSHED: S("ahead of the beat", value="milliseconds", needed=False),
    A.COPY: S("makes bars like another one", value="that bar, from 1, or from -1 at the end"),
    A.REGENERATE: S("plays something else in place"),
    A.LOUDER: S("louder"),
    A.SOFTER: S("softer"),
    A.FASTER: S("a faster tempo", value="quarter notes per minute more", needed=False),
    A.SLOWER: S("a slower tempo", value="quarter notes per minute less", needed=False),
    A.TEMPO: S("sets the tempo", value="quarter notes per minute"),
    A.DOUBLE_TIME: S("twice as fast at the same tempo"),
    A.HALF_TIME: S("half as fast at the same tempo"),
    A.BUSIER: S("busier"),
    A.SIMPLER: S("less busy"),
    A.FILL: S("a fill at the end of the bars, on the parts where some are named"),
    A.NO_FILL: S("plays bars as those before them, without their fill"),
    A.ROLLS: S("turns hits into rolls"),
    A.NO_ROLLS: S("turns rolls into plain strokes"),
    A.GHOSTS: S("ghost notes"),
    A.NO_GHOSTS: S("no ghost notes"),
    A.FLAMS: S("turns loud strokes into flams"),
    A.NO_FLAMS: S("turns flams into plain strokes"),
    A.SWING_MORE: S("more swing", text="eighths, for a shuffle", needed=False),
    A.SWING_LESS: S("less swing"),
    A.SWING: S("sets the swing", value="0 straight to 0.5; 0.333 is triplets"),
    A.HUMAN: S("adds human deviations"),
    A.MECHANICAL: S("takes human deviations away"),
    A.QUANTISE: S("moves hits onto the grid"),
    A.TRIPLETS: S("the parts in triplets of eighths; the hi-hat where none is named"),
    A.LAYER: S("hits another part together with the parts", text="that part, by slug"),
    A.CRESCENDO: S("louder and louder"),
    A.DIMINUENDO: S("softer and softer"),
    A.BRUSHES: S("as with brushes: softer, with ghost notes"),
    A.STYLE: S("plays it as another style does", text="a style's slug: jazz"),
    A.METER: S("another metre", text="a metre: 3/4"),
    A.MORE_BARS: S("more bars at the end", value=_OF_BARS, needed=False),
    A.FEWER_BARS: S("takes bars from the end", value=_OF_BARS, needed=False),
    A.CUT_BARS: S("cuts bars out"),
    A.BARS: S("sets the length", value=_OF_BARS),
    A.UNDO: S("goes back to an earlier version", value="versions back", needed=False),
}


def schema() -> dict[str, Any]:
    """The JSON schema of edits of a groove."""
    return edits_schema({action.value: spec for action, spec in ACTIONS.items()}, kit_parts())
