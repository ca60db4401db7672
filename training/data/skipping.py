"""Files that cannot be used are counted by reason and passed over: one odd file never ends the reading of a folder."""

from collections.abc import Callable
from typing import Any, TypeVar

ValueT = TypeVar("ValueT")


class EmptyFolder(Exception):
    """There is nothing to read, to learn from or to score; the text says where and what was looked for."""


def value_or_reason(read: Callable[..., ValueT], *given: Any, known: tuple[type[Exception], ...]) -> ValueT | str:  # noqa: ANN401  whatever it takes
    """What a reader gives, or why it gives nothing.

    Args:
        read: The reader.
        given: What it is given.
        known: Errors whose text is the reason.
    """
    try:
        return read(*given)
    except known as reason:
        return str(reason)
    except OSError as error:
        return f"cannot be opened: {error.strerror}"
    except Exception as error:  # noqa: BLE001  parsers of music raise anything on odd files
        return f"cannot be read: {type(error).__name__}"
