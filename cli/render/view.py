"""How a composition is shown: what every view does, and the one for programs."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from cli.messages.user_errors import UserError
from launcher.supervisor import Change

if TYPE_CHECKING:  # views are made before gRPC is needed
    from cli.messages.events import Event


@dataclass(frozen=True, slots=True)
class Names:
    """Names of scales, styles and moods in the caller's language, by slug."""

    scales: dict[str, str] = field(default_factory=dict)
    styles: dict[str, str] = field(default_factory=dict)
    moods: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A file that was written.

    Attributes:
        path: Where.
        size: Bytes.
        replaced: Whether there was one before.
        wanted: The name it would have had, had that one been free.
    """

    path: Path
    size: int
    replaced: bool = False
    wanted: Path | None = None


class View(Protocol):
    """Shows a composition as it comes.

    Attributes:
        for_people: Whether names in the caller's language and suggestions are wanted.
    """

    for_people: bool

    def starting(self, change: Change) -> None:
        """A process of a mesh of our own changed."""

    def event(self, event: "Event", names: Names) -> None:
        """The next event of the stream.

        Args:
            event: The next event of the stream.
            names: Labels of the catalogue in the caller's language.
        """

    def saved(self, saved: Saved) -> None:
        """The file was written."""

    def playing(self) -> None:
        """It is being played."""

    def interrupted(self, bars: int, wanted: int) -> None:
        """The person stopped it after some of the bars.

        Args:
            bars: How many came.
            wanted: How many were asked for; 0 when that is not known.
        """

    def stopped(self, bars: int, wanted: int, path: Path) -> None:
        """The person stopped what came after the music was saved.

        Args:
            bars: How many came.
            wanted: How many were asked for; 0 when that is not known.
            path: The file.
        """

    def done(self, suggestions: list[str]) -> None:
        """All went well."""

    def problem(self, problem: UserError) -> None:
        """It ended badly."""

    def close(self) -> None:
        """Nothing more comes."""


class JsonView:
    """One line of JSON for each event of the stream, as protobuf writes it, and for the file or the error after it."""

    for_people = False

    def starting(self, change: Change) -> None:
        """Nothing: programs need no progress."""

    def event(self, event: "Event", names: Names) -> None:  # noqa: ARG002 - programs want slugs
        """The event as it is, with every field that has a value of its own, zero or not.

        Args:
            event: The next event of the stream.
            names: Labels of the catalogue in the caller's language.
        """
        from google.protobuf.json_format import MessageToDict  # noqa: PLC0415 - loaded by now

        fields = MessageToDict(event.message, always_print_fields_with_no_presence=True)
        sequence = fields.pop("sequence")
        self._write({**fields, "sequence": sequence})  # what happened comes first, as in the other lines

    def saved(self, saved: Saved) -> None:
        """The file."""
        self._write({"saved": {"path": str(saved.path), "bytes": saved.size, "replaced": saved.replaced}})

    def playing(self) -> None:
        """Nothing: playback has no event."""

    def interrupted(self, bars: int, wanted: int) -> None:
        """How many bars arrived.

        Args:
            bars: How many came.
            wanted: How many were asked for; 0 when that is not known.
        """
        self._write({"interrupted": {"bars": bars, "wanted": wanted}})

    def stopped(self, bars: int, wanted: int, path: Path) -> None:
        """All bars arrived, and where the file is.

        Args:
            bars: How many came.
            wanted: How many were asked for; 0 when that is not known.
            path: The file.
        """
        self._write({"interrupted": {"bars": bars, "wanted": wanted, "path": str(path)}})

    def done(self, suggestions: list[str]) -> None:
        """Nothing: the last event was `completed`."""

    def problem(self, problem: UserError) -> None:
        """The error."""
        self._write(problem.to_json())

    def close(self) -> None:
        """Nothing is open."""

    def _write(self, content: object) -> None:
        print(json.dumps(content, ensure_ascii=False), flush=True)
