"""Downloads that are resumed where they stopped."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import httpx

_TIMEOUT_S = 30.0


class Incomplete(Exception):
    """The connection ended before the file did."""


def download(url: str, path: Path, report: Callable[[int, int | None], None]) -> None:
    """Download a file, or the rest of it when a part is there.

    Args:
        url: Of the file.
        path: Where it goes; what is there is taken for its beginning.
        report: Is given the bytes received so far, and the total if it is known.

    Raises:
        httpx.HTTPError: The server cannot be reached or refuses.
        Incomplete: The connection ended early; what came stays.
    """
    have = path.stat().st_size if path.exists() else 0
    # "identity": a compressed body could not be resumed.
    headers = {"accept-encoding": "identity"} | ({"range": f"bytes={have}-"} if have else {})
    with httpx.stream("GET", url, headers=headers, timeout=_TIMEOUT_S, follow_redirects=True) as response:
        if have and response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            total = _total(response.headers.get("content-range", ""))
            if total == have:
                return
            path.unlink()  # longer than the file: a part of another one
            raise Incomplete("what was there did not fit; start again")
        response.raise_for_status()
        resumed = response.status_code == httpx.codes.PARTIAL_CONTENT
        done = have if resumed else 0
        length = response.headers.get("content-length")
        total = done + int(length) if length else None
        report(done, total)
        with path.open("ab" if resumed else "wb") as file:
            try:
                for chunk in response.iter_raw():  # as it comes: nothing that arrived is lost
                    file.write(chunk)
                    done += len(chunk)
                    report(done, total)
            except httpx.RemoteProtocolError as error:
                raise Incomplete("the connection ended early") from error
    if total is not None and done != total:
        raise Incomplete(f"{done} of {total} bytes came")


def digest_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _total(content_range: str) -> int | None:
    """Size of the whole file in a header such as "bytes */1234"."""
    size = content_range.rpartition("/")[2]
    return int(size) if size.isdecimal() else None
