"""What can go wrong for a person at the terminal."""

import errno
import os
from dataclasses import dataclass, replace
from pathlib import Path

from cli.messages.exit_codes import ExitCode
from cli.messages.texts import Texts

# The place that was named is wrong; any other reason is not the caller's fault.
_CALLERS_FAULT = frozenset(
    {
        errno.EACCES,
        errno.EISDIR,
        errno.ELOOP,
        errno.ENAMETOOLONG,
        errno.ENOENT,
        errno.ENOTDIR,
        errno.EPERM,
        errno.EROFS,
    }
)


@dataclass(kw_only=True, eq=False)  # not frozen: Python writes the traceback into exceptions
class UserError(Exception):
    """Something that ends the command.

    Attributes:
        message: What is wrong, for the caller.
        advice: What to do about it; may be empty.
        code: Stable identifier for programs, from the error catalogue where it is in there.
        status: Name of the gRPC status; empty when no call failed.
        fields: Paths of the request's fields at fault.
        request_id: Finds the call in the logs.
        exit: How the command ends.
    """

    message: str
    advice: str = ""
    code: str = ""
    status: str = ""
    fields: tuple[str, ...] = ()
    request_id: str = ""
    exit: ExitCode = ExitCode.FAILED

    def __str__(self) -> str:
        return self.message

    def and_then(self, later: "UserError") -> "UserError":
        """This problem, with what the one that followed it says too."""
        return replace(
            self,
            message=f"{self.message} {later.message}",
            advice="\n".join(filter(None, (self.advice, later.advice))),
        )

    def to_json(self) -> dict[str, object]:
        """The problem as an object for programs."""
        content = {
            "code": self.code,
            "status": self.status,
            "message": self.message,
            "advice": self.advice,
            "fields": list(self.fields),
            "requestId": self.request_id,
            "exitCode": int(self.exit),
        }
        return {"error": {key: value for key, value in content.items() if value}}


def misnamed(path: Path, known: str, texts: Texts) -> UserError:
    """The problem of a file whose name says that it holds what cannot be written.

    Args:
        path: The file.
        known: Endings that can, in words.
        texts: In the language of the caller.
    """
    message = texts.misnamed.format(path=path, ending=path.suffix, known=known)
    return UserError(message=message, code="MISNAMED", exit=ExitCode.BAD_INPUT)


def unwritable(path: Path, reason: int, texts: Texts) -> UserError:
    """The problem of a file that cannot be written.

    Args:
        path: The file.
        reason: Why, as an errno.
        texts: In the language of the caller.
    """
    message = texts.unwritable.format(path=path, problem=texts.reasons.get(reason, os.strerror(reason)))
    ending = ExitCode.BAD_INPUT if reason in _CALLERS_FAULT else ExitCode.FAILED
    return UserError(message=message, code="UNWRITABLE", exit=ending)
