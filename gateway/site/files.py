"""The files of a built page, and how each is served."""

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_INDEX = "index.html"
_HASHED = "assets/"  # Vite puts a hash of the content into the names of what lies here
_ENCODINGS = {"br": ".br", "gzip": ".gz"}  # the best first
# The page runs what this origin serves and nothing else: no script or style inside the page, no other host.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",  # the decoder of the sampled instruments is WebAssembly
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
SECURITY: Mapping[str, str] = {
    "content-security-policy": _POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), midi=(self)",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class SiteFile:
    """A file of the page.

    Attributes:
        path: Where it is.
        content_type: Its media type.
        etag: Changes with its content.
        hashed: Whether its name changes with its content.
        encoded: The same compressed, by the name of the encoding, the best first.
    """

    path: Path
    content_type: str
    etag: str
    hashed: bool
    encoded: Mapping[str, Path]

    def best(self, accepted: str) -> tuple[Path, str]:
        """What to send to somebody who accepts some encodings: the file and its encoding, empty for none.

        Args:
            accepted: The request's accept-encoding.
        """
        names = {part.partition(";")[0].strip() for part in accepted.split(",") if ";q=0" not in part.replace(" ", "")}
        return next(((path, name) for name, path in self.encoded.items() if name in names), (self.path, ""))

    def headers(self) -> dict[str, str]:
        """Headers that do not depend on the request."""
        return {
            **SECURITY,
            "content-type": self.content_type,
            "etag": self.etag,
            "cache-control": "public, max-age=31536000, immutable" if self.hashed else "no-cache",
            **({"vary": "accept-encoding"} if self.encoded else {}),
        }


class Site:
    """A built page in a folder. A new build is taken in with the next request for its first file."""

    def __init__(self, folder: Path) -> None:
        """`folder` may be empty or missing: then there is no page yet."""
        self._folder = folder
        self._built = 0.0
        self._files: dict[str, SiteFile] = {}

    def find(self, path: str) -> SiteFile | None:
        """The file that a request's path means: one of those that were there when the page was built, or None."""
        if path == "/":
            self._refresh()
        return self._files.get(path.removeprefix("/") or _INDEX)

    def _refresh(self) -> None:
        index = self._folder / _INDEX
        built = index.stat().st_mtime if index.exists() else 0.0
        if built != self._built:
            self._files = dict(self._read()) if built else {}
            self._built = built

    def _read(self) -> list[tuple[str, SiteFile]]:
        paths = [path for path in sorted(self._folder.rglob("*")) if path.is_file() and not path.name.startswith(".")]
        whole = [path for path in paths if path.suffix not in _ENCODINGS.values()]
        return [(path.relative_to(self._folder).as_posix(), self._file(path)) for path in whole]

    def _file(self, path: Path) -> SiteFile:
        beside = {name: path.with_name(path.name + suffix) for name, suffix in _ENCODINGS.items()}
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()[:32]
        return SiteFile(
            path=path,
            content_type=_content_type(path),
            etag=f'"{digest}"',
            hashed=path.relative_to(self._folder).as_posix().startswith(_HASHED),
            encoded={name: other for name, other in beside.items() if other.exists()},
        )


def _content_type(path: Path) -> str:
    if path.suffix == ".js":  # some systems map it to another type, which browsers refuse for modules
        return "text/javascript; charset=utf-8"
    if ".sf3" in path.suffixes:  # sounds, whatever their last suffix
        return "application/octet-stream"
    guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"{guessed}; charset=utf-8" if guessed.startswith("text/") else guessed
