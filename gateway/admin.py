"""A client for Envoy's administration socket."""

import asyncio
import re
import socket
from http.client import HTTPConnection, HTTPException
from pathlib import Path

_TIMEOUT_S = 2.0


class _UnixConnection(HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("admin", timeout=_TIMEOUT_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class AdminUnreachable(Exception):
    """Envoy does not answer on its administration socket: it starts, has ended, or hangs."""


class Admin:
    """Queries and controls a running Envoy."""

    def __init__(self, path: Path) -> None:
        """`path` is that of the socket."""
        self._path = path

    def _request(self, method: str, target: str) -> str:
        connection = _UnixConnection(self._path)
        try:
            connection.request(method, target)
            return connection.getresponse().read().decode()
        except (OSError, HTTPException) as error:
            raise AdminUnreachable(f"{self._path}: {error}") from error
        finally:
            connection.close()

    async def get(self, target: str) -> str:
        """Body of the answer to a GET request.

        Raises:
            AdminUnreachable: There is no answer.
        """
        return await asyncio.to_thread(self._request, "GET", target)

    async def post(self, target: str) -> None:
        """Give a command.

        Raises:
            AdminUnreachable: There is no answer.
        """
        await asyncio.to_thread(self._request, "POST", target)

    async def is_ready(self) -> bool:
        """Whether Envoy serves: its listeners are open and every upstream was checked once."""
        return (await self.get("/ready")).strip() == "LIVE"

    async def listener(self, name: str) -> str:
        """Address that callers connect to, with the port that the system chose: "host:port" or "unix:/path".

        Args:
            name: "public" or "internal".
        """
        lines = (await self.get("/listeners")).splitlines()
        address = next(line.removeprefix(f"{name}::") for line in lines if line.startswith(f"{name}::"))
        return f"unix:{address}" if address.startswith("/") else address

    async def active_requests(self) -> int:
        """Number of calls in progress."""
        stats = await self.get("/stats?filter=^http%5C.(public%7Cinternal)%5C.downstream_rq_active$")
        return sum(int(count) for count in re.findall(r": (\d+)", stats))

    async def healthy_upstreams(self) -> dict[str, int]:
        """Short names of the services that passed their last health check, with how many of their replicas did."""
        stats = await self.get("/stats?filter=^cluster%5C..*%5C.membership_healthy$")
        counts = re.findall(r"cluster\.(\w+)\.membership_healthy: (\d+)", stats)
        return {name: int(count) for name, count in counts if int(count) > 0}
