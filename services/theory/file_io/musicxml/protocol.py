"""What the service and its MusicXML worker say to each other over a pipe: a letter, a length, a message."""

from typing import IO

READ, WRITE = b"R", b"W"  # jobs: an ImportRequest, an ExportRequest
DONE, UNREADABLE = b"D", b"U"  # results: an ImportResponse or a file; the problem in two languages
JOB_SECONDS = 20
_LENGTH_BYTES = 4


def send(stream: IO[bytes], kind: bytes, message: bytes) -> None:
    """Write a message and flush it."""
    stream.write(kind + len(message).to_bytes(_LENGTH_BYTES) + message)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[bytes, bytes] | None:
    """The next message's letter and content; None when the other side is gone."""
    head = stream.read(1 + _LENGTH_BYTES)
    size = int.from_bytes(head[1:])
    message = stream.read(size)
    return (head[:1], message) if len(head) == 1 + _LENGTH_BYTES and len(message) == size else None
