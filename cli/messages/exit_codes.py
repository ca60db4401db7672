"""Exit codes of the boumb command.

A reader of standard output that leaves (`| head -3`), or a standard output that was closed, is no error: what was
asked for is made all the same, and the code tells how that went. A file that was wanted in one place and had to be
saved in another is an error: BAD_INPUT where the place is wrong, FAILED where the disk is full or fails. With
`--json`, lines that were lost because standard output cannot be written are one too (FAILED).
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a script can rely on."""

    OK = 0
    FAILED = 1  # something went wrong that is not the caller's fault, or checks failed
    BAD_INPUT = 2  # the prompt, an option or a file is wrong
    UNAVAILABLE = 3  # something needed is missing, busy or does not answer
    INTERRUPTED = 130  # Ctrl-C, SIGTERM or the terminal hung up; the music that came was saved


HELP = (
    "Exit codes: 0 done, 1 failed, 2 something given is wrong, 3 something needed is missing, busy or does not answer, "
    "130 interrupted."
)
