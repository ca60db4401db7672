"""`./boumb mcp` as an assistant uses it: the SDK's own client, over standard input and output."""

from pathlib import Path

import mido
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from tests.e2e.cli.boumb import ROOT, Terminal

TOOLS = {
    *("compose", "arrange", "refine", "read_notes", "write_notes", "analyse", "detect", "import_file"),
    *("export_file", "ask"),
}


async def test_an_assistant_composes_refines_reads_writes_and_saves(tmp_path: Path) -> None:
    terminal = Terminal.at(tmp_path)
    server = StdioServerParameters(
        command=str(ROOT / "boumb"),
        args=["mcp", "--folder", str(terminal.folder), "--locale", "en"],
        env=terminal.environment,
        cwd=terminal.folder,
    )
    async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
        await session.initialize()
        assert {tool.name for tool in (await session.list_tools()).tools} == TOOLS

        async def call(name: str, *, fails: bool = False, **arguments: object) -> str:
            result = await session.call_tool(name, arguments)
            assert bool(result.is_error) is fails, result.content
            return "\n".join(str(getattr(part, "text", "")) for part in result.content)

        composed = await call("compose", prompt="a funky bass in G minor, 4 bars", seed=5)
        assert "piece-1 (G minor, 4/4" in composed
        assert "  4: " in composed
        lower = await call("refine", instruction="an octave higher", locked_bars=[1])
        assert "Changed bars: 2, 3, 4" in lower
        assert (await call("refine", instruction="fewer notes in bar 3")) != lower
        notes = await call("read_notes")
        assert notes.count("|") == 4
        own = await call("write_notes", notes="1:4 b3:4 5:8 | 3:4 1:12 |", key="A minor", role="melody", bpm=90)
        assert "bar 2" in own  # C# is moved into the key, and it is said why
        assert "piece-2" in own
        saved = await call("export_file", path="song.mid", piece="piece-1")
        assert "song.mid" in saved
        assert len(mido.MidiFile(terminal.folder / "song.mid").tracks) >= 1
        assert "piece-3" in await call("import_file", path="song.mid")
        assert "key: " in await call("detect", piece="piece-1")
        assert "D" in await call("analyse", prompt="sad melody in D minor")
        # What is wrong is said in the words of the catalogue.
        engine = await call("compose", fails=True, prompt="a bass in C", engine="kazoo")
        assert "no engine is called “kazoo”" in engine
        assert "no piece" in await call("read_notes", fails=True, piece="piece-9")
        assert "bar 1" in await call("write_notes", fails=True, notes="1:99 |", key="C major")
        assert "not below" in await call("export_file", fails=True, path="../outside.mid")
        drums = await call("compose", prompt="house drums, 2 bars")
        assert "kick " in drums
