"""What qualities come to: tables from words to edits."""

from collections.abc import Mapping

from services.composition.refining.tags import Tag
from services.drums.refine.model.edits import Action

# Qualities with two poles: what more and what less of them is.
POLES: Mapping[Tag, tuple[Action, Action]] = {
    Tag.LOUD: (Action.LOUDER, Action.SOFTER),
    Tag.SOFT: (Action.SOFTER, Action.LOUDER),
    Tag.FAST: (Action.FASTER, Action.SLOWER),
    Tag.SLOW: (Action.SLOWER, Action.FASTER),
    Tag.BUSY: (Action.BUSIER, Action.SIMPLER),
    Tag.SIMPLE: (Action.SIMPLER, Action.BUSIER),
    Tag.NOTES: (Action.BUSIER, Action.SIMPLER),
    Tag.HUMAN: (Action.HUMAN, Action.MECHANICAL),
    Tag.MECHANICAL: (Action.MECHANICAL, Action.HUMAN),
    Tag.SWING: (Action.SWING_MORE, Action.SWING_LESS),
    Tag.STRAIGHT: (Action.SWING_LESS, Action.SWING_MORE),
    Tag.ROLL: (Action.ROLLS, Action.NO_ROLLS),
    Tag.GHOST: (Action.GHOSTS, Action.NO_GHOSTS),
    Tag.FLAM: (Action.FLAMS, Action.NO_FLAMS),
    Tag.OPEN: (Action.OPEN, Action.CLOSE),
    Tag.CLOSE: (Action.CLOSE, Action.OPEN),
    Tag.LAID_BACK: (Action.LAID_BACK, Action.PUSHED),
    Tag.PUSHED: (Action.PUSHED, Action.LAID_BACK),
}
# Qualities that need no degree.
PLAIN: Mapping[Tag, Action] = {
    Tag.DOUBLE_TIME: Action.DOUBLE_TIME,
    Tag.HALF_TIME: Action.HALF_TIME,
    Tag.QUANTISE: Action.QUANTISE,
}
