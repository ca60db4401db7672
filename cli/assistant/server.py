"""The tools as a server of the Model Context Protocol; failures come in the words of the catalogue."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import grpc
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from cli.assistant.experts import Experts
from cli.assistant.pieces import UnknownPieceError
from cli.assistant.tools import Tools
from cli.messages.failures import of_call
from cli.messages.texts import Texts

_INSTRUCTIONS = """Music experts of this machine. Notes are text, a symbol each: degree, octave, length in sixteenths.
`1:4` is the tonic for a quarter, `b3'2` the minor third an octave up for an eighth, `5,,16` the fifth two octaves down;
`r4` rests, `+3:` sounds with the note before, `~4` prolongs, `|` ends a bar. Degrees are of the major scale on the
tonic. Every bar is full: 16 in 4/4. Drums are rows, a sign each sixteenth: x a stroke, X an accent, g a ghost note."""

Opened = Callable[[], Awaitable[Experts]]
_Piece = Annotated[str, Field(description="Name of the piece; empty for the latest.")]
_Bars = Annotated[int, Field(description="How many bars; 0 leaves it to the words.", ge=0, le=128)]
_Seed = Annotated[int, Field(description="The same seed gives the same music; -1 draws one.", ge=-1, le=2**32 - 1)]


class _Desk:
    """The tools, once the experts are there; failures that a person could cause are theirs to read.

    Args:
        opened: Gives the experts, which start with the first call.
        folder: Where files are.
        texts: In the caller's language.
    """

    def __init__(self, opened: Opened, folder: Path, texts: Texts) -> None:
        self._opened, self._folder, self._texts = opened, folder, texts
        self._tools: Tools | None = None

    async def _do(self, work: Callable[[Tools], Awaitable[str]]) -> str:
        """Do something with the tools. Raises ToolError with a text for the caller."""
        if self._tools is None:
            self._tools = Tools(await self._opened(), self._folder)
        try:
            return await work(self._tools)
        except grpc.aio.AioRpcError as error:
            raise ToolError(of_call(error, self._texts).message) from error
        except (UnknownPieceError, ValueError) as error:
            raise ToolError(str(error)) from error
        except OSError as error:
            raise ToolError(f"{error.filename or ''}: {error.strerror or error}".removeprefix(": ")) from error

    async def compose(self, prompt: str, bars: _Bars = 0, seed: _Seed = -1, engine: str = "") -> str:
        """Compose one part from a few words, French or English: "a funky bass in G minor, 8 bars". Drums too."""
        return await self._do(lambda tools: tools.compose(prompt, bars, seed, engine))

    async def arrange(self, prompt: str, bars: _Bars = 0, seed: _Seed = -1) -> str:
        """Compose several parts on one plan: "a disco loop with bass, chords and drums in A minor"."""
        return await self._do(lambda tools: tools.arrange(prompt, bars, seed))

    async def refine(
        self, instruction: str, piece: _Piece = "", track: str = "", locked_bars: list[int] | None = None
    ) -> str:
        """Change a part by words: "an octave lower", "moins de notes à la fin", "more ghost notes"."""
        return await self._do(lambda tools: tools.refine(piece, instruction, track, locked_bars or []))

    async def read_notes(self, piece: _Piece = "", track: str = "") -> str:
        """Read the notes of a piece, bar by bar, in the compact notation."""

        async def work(tools: Tools) -> str:
            return tools.read(piece, track)

        return await self._do(work)

    async def write_notes(
        self,
        notes: Annotated[str, Field(description="Bars in the compact notation, each ended by |.", max_length=20_000)],
        piece: Annotated[str, Field(description='Name of the piece; "new" begins one.')] = "new",
        track: str = "",
        first_bar: Annotated[int, Field(description="Number of the first bar written.", ge=1, le=128)] = 1,
        key: Annotated[str, Field(description='Key of a new piece: "A minor".')] = "",
        role: Annotated[
            str, Field(description="Part of a new piece: melody, bass, chords, arpeggio or pad.")
        ] = "melody",
        bpm: Annotated[float, Field(description="Tempo of a new piece; 0 for the usual one.", ge=0, le=400)] = 0,
    ) -> str:
        """Write notes yourself. Theory checks them: what leaves the key or the range is moved, and you are told why."""
        return await self._do(lambda tools: tools.write(piece, track, notes, first_bar, key, role, bpm))

    async def analyse(self, prompt: str) -> str:
        """Tell what a prompt is understood as, and by which words."""
        return await self._do(lambda tools: tools.analyse(prompt))

    async def detect(self, piece: _Piece = "", path: str = "") -> str:
        """Detect key and metre of a piece, or of a MIDI or MusicXML file."""
        return await self._do(lambda tools: tools.detect(piece, path))

    async def import_file(self, path: str) -> str:
        """Read a MIDI or MusicXML file as a new piece."""
        return await self._do(lambda tools: tools.import_file(path))

    async def export_file(self, path: str, piece: _Piece = "") -> str:
        """Save a piece as a file: its ending says the format, .mid or .musicxml."""
        return await self._do(lambda tools: tools.export_file(piece, path))

    async def ask(self, question: str) -> str:
        """Ask about music theory, styles or this product; the answer names its pages."""
        return await self._do(lambda tools: tools.ask(question))


def assistant_server(opened: Opened, folder: Path, texts: Texts, version: str) -> MCPServer:
    """The server.

    Args:
        opened: Gives the experts when they are first needed.
        folder: Files are read and written below it.
        texts: In the caller's language.
        version: Of the product.
    """
    server: MCPServer = MCPServer("boumb", instructions=_INSTRUCTIONS, version=version, log_level="WARNING")
    desk = _Desk(opened, folder, texts)
    for tool in (
        *(desk.compose, desk.arrange, desk.refine, desk.read_notes, desk.write_notes),
        *(desk.analyse, desk.detect, desk.import_file, desk.export_file, desk.ask),
    ):
        server.add_tool(tool)
    return server
