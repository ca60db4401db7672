"""`./boumb models`: Magenta's own bundles, downloaded once, resumed when interrupted, and checked."""

import json
from dataclasses import dataclass
from pathlib import Path

import httpx
import yaml
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from cli.download import Incomplete, digest_of, download
from cli.language_models import show as show_language_models
from cli.mesh import read_settings
from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError

TABLE = Path(__file__).with_name("bundles.yaml")
_DIGESTS = "digests.json"
_SMALLEST = 10_000  # bytes; a page that says "not found" is smaller than any bundle
# A bundle begins with its first field: message 1 (details) or bytes 2 (checkpoint), length-delimited.
_FIRST_BYTES = (b"\x0a", b"\x12")


@dataclass(frozen=True, slots=True)
class Published:
    """A bundle that can be downloaded.

    Attributes:
        name: Its name, and of the file without its ending.
        url: Where it is.
        sha256: Digest that it must have; empty when nobody knows.
    """

    name: str
    url: str
    sha256: str

    def path(self, folder: Path) -> Path:
        """Where it goes."""
        return folder / f"{self.name}.mag"


def published(table: Path = TABLE) -> list[Published]:
    """The bundles of a table."""
    entries = yaml.safe_load(table.read_text(encoding="utf-8"))
    return [Published(name, entry["url"], entry["sha256"]) for name, entry in entries.items()]


def show() -> ExitCode:
    """Print which bundles there are, and which are here."""
    folder = read_settings().state / "bundles"
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    for bundle in published():
        path = bundle.path(folder)
        if path.exists():
            state = f"here, {path.stat().st_size / 1e6:.1f} MB, SHA-256 {digest_of(path)}"
        else:
            state = f"./boumb models pull {bundle.name}"
        console.print(f"{bundle.name:<14} {state}")
    own = sorted(set(folder.glob("*.mag")) - {bundle.path(folder) for bundle in published()})
    for path in own:
        console.print(f"{path.stem:<14} your own, {path.stat().st_size / 1e6:.1f} MB")
    console.print()
    show_language_models(console)
    return ExitCode.OK


def pull(names: list[str], table: Path = TABLE, folder: Path | None = None) -> ExitCode:
    """Download bundles.

    Args:
        names: Which of the table; all of them when empty.
        table: What there is.
        folder: Where they go; the state folder's when not given.

    Raises:
        UserError: One does not exist, cannot be downloaded, or is not what it should be.
    """
    known = {bundle.name: bundle for bundle in published(table)}
    if unknown := [name for name in names if name not in known]:
        raise UserError(
            message=f"There is no bundle {unknown[0]!r}; there are: {', '.join(known)}.", exit=ExitCode.BAD_INPUT
        )
    folder = folder or read_settings().state / "bundles"
    folder.mkdir(parents=True, exist_ok=True)
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    for name in names or known:
        _pull(known[name], folder, console)
    return ExitCode.OK


def _pull(bundle: Published, folder: Path, console: Console) -> None:
    path = bundle.path(folder)
    wanted = bundle.sha256 or _recorded(folder).get(bundle.name, "")
    if path.exists() and wanted and digest_of(path) == wanted:
        console.print(f"✓ {bundle.name} is here")
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    partial = path.with_suffix(".part")
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(bundle.name, total=None)
        try:
            download(bundle.url, partial, lambda done, total: progress.update(task, completed=done, total=total))
        except (httpx.HTTPError, Incomplete) as error:
            raise UserError(
                message=f"{bundle.name} could not be downloaded: {error}.",
                advice="The same command goes on where it stopped.",
                exit=ExitCode.UNAVAILABLE,
            ) from error
    digest = digest_of(partial)
    if wanted and digest != wanted:
        partial.unlink()
        raise UserError(
            message=f"{bundle.name} has SHA-256 {digest}, not {wanted}; it was thrown away.", exit=ExitCode.FAILED
        )
    if not _looks_whole(partial):
        partial.unlink()
        raise UserError(message=f"{bundle.url} is not a bundle; it was thrown away.", exit=ExitCode.FAILED)
    partial.replace(path)
    if wanted:
        console.print(f"✓ {bundle.name}: SHA-256 as expected")
    else:
        _record(folder, bundle.name, digest)
        console.print(f"✓ {bundle.name}: nobody told its SHA-256; recorded {digest} for next time")


def _looks_whole(path: Path) -> bool:
    """State of a bundle without a digest, as far as it is known before the service loads it."""
    with path.open("rb") as file:
        return path.stat().st_size >= _SMALLEST and file.read(1) in _FIRST_BYTES


def _recorded(folder: Path) -> dict[str, str]:
    try:
        recorded: dict[str, str] = json.loads((folder / _DIGESTS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return recorded


def _record(folder: Path, name: str, digest: str) -> None:
    (folder / _DIGESTS).write_text(json.dumps(_recorded(folder) | {name: digest}, indent=1) + "\n", encoding="utf-8")
