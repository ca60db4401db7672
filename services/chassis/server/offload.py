"""Calls that would hold the event loop, as the server sees them: it asks what a request weighs before it reads it."""

from typing import Protocol

from google.protobuf.message import Message


class HeavyCalls(Protocol):
    """Does the calls of one service that take longer than other callers may be kept waiting."""

    def read(self, method: str, data: bytes) -> tuple[Message | None, bool]:
        """Read a request as far as that is quick.

        Args:
            method: Full name of the method.
            data: The request as it came.

        Returns:
            The request, or None where even reading it takes long or it cannot be read; and whether its call is light.
        """
        ...

    async def do(self, method: str, data: bytes, request: Message | None, peer: str) -> bytes:
        """Do a heavy call elsewhere, rules and all.

        Args:
            method: Full name of the method.
            data: The request as it came.
            request: The same where it has been read.
            peer: Where the call comes from; it tells callers apart where nobody has said who they are.

        Returns:
            The response, serialised.

        Raises:
            UpstreamError: The request breaks a rule or cannot be answered.
            ApiError: There is no place for it, or it takes too much.
        """
        ...

    async def close(self) -> None:
        """End whatever does such calls."""
        ...
