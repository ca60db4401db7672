"""Standard output and error that nobody may be able to read: what is shown must never cost what is made."""

import contextlib
import errno
import io
import os
import select
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_AT_ONCE = select.PIPE_BUF  # bytes that a pipe with room takes without blocking
_LOOK_AGAIN_S = 0.1
# The reader left, the stream was closed before we began, the terminal hung up, or we were told to stop waiting.
_NOBODY_READS = frozenset({errno.EPIPE, errno.EBADF, errno.EIO, errno.EAGAIN})


class LenientFile(io.RawIOBase):
    """An open descriptor whose first failed write is remembered, and which takes and drops all that follows.

    Attributes:
        lost: Why writing failed; None while all is well.
    """

    def __init__(self, descriptor: int) -> None:
        """Args: the descriptor, which stays open."""
        super().__init__()
        self._descriptor = descriptor
        self._given_up = False
        self.lost: OSError | None = None

    def writable(self) -> bool:
        """Yes."""
        return True

    def fileno(self) -> int:
        """The descriptor."""
        return self._descriptor

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return os.isatty(self._descriptor)

    def write(self, data: "ReadableBuffer") -> int:
        """Write some of the data; all of it counts as written once a write failed."""
        if self.lost is None:
            try:
                return self._write(memoryview(data))
            except OSError as error:
                self.lost = error
        return memoryview(data).nbytes

    def stop_waiting(self) -> None:
        """If a write waits for a reader now, let it fail. May be called from a signal handler."""
        self._given_up = True

    def _write(self, data: memoryview) -> int:
        self._given_up = False  # that was for another write
        while True:
            if select.select((), (self._descriptor,), (), _LOOK_AGAIN_S)[1]:
                with contextlib.suppress(BlockingIOError):
                    return os.write(self._descriptor, data[:_AT_ONCE])
            elif self._given_up:
                raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))


class Output:
    """The streams that were made lenient."""

    def __init__(self, files: Sequence[LenientFile]) -> None:
        """Use `be_lenient`."""
        self._files = files

    def stop_waiting(self) -> None:
        """Stop waiting for a reader that does not read."""
        for file in self._files:
            file.stop_waiting()

    def lost(self) -> OSError | None:
        """Why something on standard output is lost; None where all was taken, or nobody wanted to read on."""
        with contextlib.suppress(ValueError):  # somebody closed it
            sys.stdout.flush()
        for file in self._files:
            if file.fileno() == 1 and file.lost and file.lost.errno not in _NOBODY_READS:
                return file.lost
        return None


def fill_closed() -> None:
    """Put something in the place of standard streams that were closed (`>&-`), or the next file gets their number.

    Writing to such a number fails, as it should; what is printed goes nowhere.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDONLY)  # takes the lowest number that is free: this one
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - kept open


def be_lenient() -> Output:
    """Let nothing that is printed from here on fail, if it goes to the process's own standard output or error."""
    files = []
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        stream = getattr(sys, name)
        with contextlib.suppress(OSError, ValueError, AttributeError):  # a stream in memory has no descriptor
            if stream.fileno() != descriptor:
                continue
            stream.flush()
            file = LenientFile(descriptor)
            lenient = io.TextIOWrapper(
                io.BufferedWriter(file),
                encoding=stream.encoding,
                errors="replace" if descriptor == 1 else "backslashreplace",
                line_buffering=descriptor == 2 or file.isatty(),
            )
            setattr(sys, name, lenient)
            files.append(file)
    return Output(files)
