"""Ties a program's life to that of its parent: `python -I -S parent_death_signal.py PARENT_PID PROGRAM [ARGUMENT]...`.

A parent that is killed with SIGKILL can clean up nothing, so the kernel has to: PR_SET_PDEATHSIG (prctl(2)) sends
the program SIGKILL when the thread that started it ends. The setting survives exec, which lets this script set it for
programs that know nothing of it, Envoy among them, without running Python between fork and exec of a process with
threads (`preexec_fn`). It runs isolated and without site-packages, in about 20 ms, and so imports nothing of ours.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def prefix() -> list[str]:
    """What to put before a command so that it dies with this process. Start it from the main thread."""
    return [sys.executable, "-I", "-S", __file__, str(os.getpid())]


def main(arguments: list[str]) -> None:
    """Set the signal and become the program."""
    parent, program = int(arguments[0]), arguments[1:]
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0) != 0:
        sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
    if os.getppid() != parent:  # it died before the setting took effect
        sys.exit("the parent is gone")
    os.execv(program[0], program)  # noqa: S606 - the point: no shell


if __name__ == "__main__":
    main(sys.argv[1:])
