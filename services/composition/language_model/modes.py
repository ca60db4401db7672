"""How much of a bar a language model writes."""

from enum import Enum

from llm.capability import Capability
from llm.catalogue import Dialect

# Tokens of a usual prompt, of which the server still has most after the first bar.
_FIRST_PROMPT, _LATER_PROMPT = 250, 90
# Of a bar that is coloured, and the seconds that it may take for those who did not ask for a language model.
_COLOURS, _UNASKED_S = 20, 1.0


class Mode(Enum):
    """What the model writes; the rest comes from the specialist."""

    FREE = "free"  # rhythm and pitches
    COLOURING = "colouring"  # pitches, for a rhythm that is given
    PLAN = "plan"  # one short answer for the piece, which the specialist plays


def is_fast(capability: Capability) -> bool:
    """Whether a model colours a bar in less than a second, so that a listener who did not ask for it does not wait."""
    return capability.keeps_schemas and capability.seconds_for(_LATER_PROMPT, _COLOURS) < _UNASKED_S


def mode_for(capability: Capability, deadline_s: float, free_tokens: int, colouring_tokens: int) -> Mode:
    """The mode that a model is fast enough for; one below a billion weights is left no rhythm to write.

    Args:
        capability: Of the model.
        deadline_s: Seconds for each bar.
        free_tokens: Of a bar that it writes freely.
        colouring_tokens: Of a bar that it colours.
    """
    if capability.dialect is Dialect.NOTATION:
        return Mode.FREE
    for mode, tokens, fits in (
        (Mode.FREE, free_tokens, capability.speaks_well),
        (Mode.COLOURING, colouring_tokens, True),
    ):
        first = capability.seconds_for(_FIRST_PROMPT, tokens)
        later = capability.seconds_for(_LATER_PROMPT, tokens)
        if fits and later < deadline_s / 2 and first < deadline_s:
            return mode
    return Mode.PLAN
