"""Offloading: what the server asks of a service whose calls may block the event loop."""

from typing import Protocol

from google.protobuf.message import Message


class Offloader(Protocol):
    """Decides which calls of a service run inline, and runs the others in worker processes."""

    def parse(self, method: str, data: bytes) -> tuple[Message | None, bool]:
        """Parse a request if that is quick, and estimate its cost.

        Args:
            method: Full name of the method.
            data: The serialised request.

        Returns:
            The request, or None where parsing would take long or fails; and whether the call may run inline.
        """
        ...

    async def run(self, method: str, data: bytes, request: Message | None, peer: str) -> bytes:
        """Run a call in a worker process, validation of the request included.

        Args:
            method: Full name of the method.
            data: The serialised request.
            request: The request where it has been parsed.
            peer: Address of the connection; it identifies callers without a verified user.

        Returns:
            The serialised response.

        Raises:
            UpstreamError: The request breaks a rule or cannot be answered.
            ApiError: The queue is full, or the call takes too much time, memory or space.
        """
        ...

    async def close(self) -> None:
        """End the worker processes."""
        ...
