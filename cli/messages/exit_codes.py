"""Exit codes of the boumb command."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a script can rely on."""

    OK = 0
    FAILED = 1  # something went wrong that is not the caller's fault, or checks failed
    BAD_INPUT = 2  # the prompt, an option or a file is wrong
    UNAVAILABLE = 3  # something needed is missing, busy or does not answer
    INTERRUPTED = 130  # Ctrl-C


HELP = (
    "Exit codes: 0 done, 1 failed, 2 something given is wrong, 3 something needed is missing, busy or does not answer, "
    "130 interrupted."
)
