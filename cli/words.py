"""Words as people type them: with or without quotes, in whatever bytes their terminal sends."""

import re
from collections.abc import Iterable, Iterator

# How Python keeps a byte that was no UTF-8.
_FOREIGN = re.compile("[\udc80-\udcff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_FOREIGN_BASE = 0xDC00


def readable(text: str) -> str:
    """A text that can be sent and printed: bytes that are no UTF-8 are read as Windows-1252, a larger Latin-1."""
    plain = _FOREIGN.sub(lambda found: bytes([ord(found[0]) - _FOREIGN_BASE]).decode("cp1252", "replace"), text)
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", plain)


def joined(words: Iterable[str]) -> str:
    """One text of the words of a command line, which need no quotes."""
    return readable(" ".join(words))


def lines(source: Iterable[str]) -> Iterator[str]:
    """The same for each line of a file or of standard input."""
    return map(readable, source)
