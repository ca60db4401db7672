"""What can go wrong with a language model: each kind has a name, which notices and logs tell."""

from enum import Enum


class Fault(Enum):
    """Kinds of failures."""

    ABSENT = "ABSENT"  # nothing answers, or the model is not installed
    BUSY = "BUSY"  # all slots of the server are taken, or it refuses with 503
    SLOW = "SLOW"  # an answer took longer than it may
    BROKEN = "BROKEN"  # the server failed, or the answer broke off
    TRUNCATED = "TRUNCATED"  # the answer reached its most tokens before its end
    RUNAWAY = "RUNAWAY"  # white space without end
    EMPTY = "EMPTY"  # an answer without content
    REPEATED = "REPEATED"  # the same again and again
    INVALID = "INVALID"  # an answer that does not keep to what was asked for
    PROMPT_TOO_LONG = "PROMPT_TOO_LONG"  # the context does not hold it; nothing was sent
    PROMPT_CUT = "PROMPT_CUT"  # the server read less than was sent, and did not say so


# Those that speak of the server, not of one answer: several of them in a row, and the model is left alone.
OF_THE_SERVER = frozenset({Fault.ABSENT, Fault.BUSY, Fault.SLOW, Fault.BROKEN})


class LanguageModelError(Exception):
    """A language model gave no answer that is of use.

    Args:
        fault: What went wrong.
        detail: More of it, for the log.
    """

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(f"{fault.value}: {detail}" if detail else fault.value)
        self.fault = fault
        self.detail = detail
