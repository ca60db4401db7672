"""Reads the files that a person names."""

import errno
from pathlib import Path

from cli.messages.exit_codes import ExitCode
from cli.messages.texts import Texts
from cli.messages.user_errors import UserError

_MOST_BYTES = 2**20  # of a file, a limit of theory


def read_file(path: Path, texts: Texts) -> bytes:
    """All of a file of music.

    Args:
        path: Of it.
        texts: In the language of the caller.

    Raises:
        UserError: It cannot be read, is empty, or larger than services take.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)  # no more: devices have no end
    except OSError as error:
        absent = error.errno == errno.ENOENT  # of a file to read, it says nothing about the folder
        problem = texts.absent if absent else texts.reasons.get(error.errno or errno.EIO, error.strerror or str(error))
    else:
        if content and len(content) <= _MOST_BYTES:
            return content
        problem = texts.too_large if content else texts.empty
    message = texts.unreadable.format(path=path, problem=problem)
    raise UserError(message=message, code="UNREADABLE", exit=ExitCode.BAD_INPUT)
