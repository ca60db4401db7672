"""`./boumb ask` as a person runs it: the real services behind the real gateway."""

import json
from pathlib import Path

from tests.e2e.cli.boumb import Terminal

QUESTIONS = "c'est quoi un II-V-I ?\njoue-moi un II-V-I en fa\ngamme de produits\n\n" + "x" * 1_000_000 + "\n"


def test_each_line_is_answered_with_citations_bars_or_an_error(tmp_path: Path) -> None:
    terminal = Terminal.at(tmp_path, BOUMB_OLLAMA_ADDRESS="off")
    asked = terminal.run("ask", "--json", lines=QUESTIONS)
    assert asked.returncode == 2, asked.stderr  # two lines cannot be asked
    what, music, refused, empty, long = map(json.loads, asked.stdout.splitlines())
    assert what["citations"][0] == "ii-v-i"
    assert what["answer"]
    assert "bars" not in what
    assert len(music["bars"]) == 3
    assert refused == {"answer": refused["answer"], "citations": [], "refused": True}
    assert empty["error"]["code"] == "TOO_SHORT"
    assert long["error"]["code"] == "TOO_LONG"
    assert terminal.left_running() == []

    found = terminal.run("ask", "--retrieve", "Jazz II-V-I")
    assert found.stdout.split()[0] == "ii-v-i"
