"""Composing, rating, looking back and being forgotten, as a person does it: no studio runs."""

import json
import sqlite3
from pathlib import Path

from tests.e2e.cli.boumb import Terminal


def test_what_was_composed_is_kept_rated_exported_and_forgotten(tmp_path: Path) -> None:
    terminal = Terminal.at(tmp_path)
    composed = terminal.run(
        "drums", "beat trap zorglub", "--bars", "2", "--refine", "plus de charley", LC_ALL="fr_FR.UTF-8"
    )
    assert composed.returncode == 0, composed.stderr
    assert "./boumb rate last 4" in composed.stdout
    rated = terminal.run("rate", "last", "4", "trop chargé", "--json")
    assert rated.returncode == 0, rated.stderr
    piece = json.loads(rated.stdout)
    assert (piece["prompt"], piece["stars"], piece["comment"]) == ("plus de charley", 4, "trop chargé")
    assert piece["pieceId"] == piece["parentRequestId"] != piece["requestId"]

    exported = terminal.run("journal", "export", "--format", "midi", "--out", "music")
    assert exported.returncode == 0, exported.stderr
    assert len(list((terminal.folder / "music").glob("*.mid"))) == 2
    assert terminal.run("journal", "export", "--out", "all.jsonl").returncode == 0
    lines = [json.loads(line) for line in (terminal.folder / "all.jsonl").read_text("utf-8").splitlines()]
    assert [line["piece"]["prompt"] for line in lines] == ["beat trap zorglub", "plus de charley"]
    assert not any("user" in line["interaction"] for line in lines)

    forgotten = terminal.run("journal", "forget", "terminal", "--json")
    assert forgotten.returncode == 0, forgotten.stderr
    removed = {
        each["what"]: (int(each["removed"]), int(each["left"])) for each in json.loads(forgotten.stdout)["removed"]
    }
    assert removed["pieces"] == (2, 0)
    for path in (tmp_path / "state").rglob("*"):
        if path.is_file() and "keys" not in path.parts and "logs" not in path.parts:
            assert b"zorglub" not in path.read_bytes(), f"{path} still has it"
    assert terminal.run("rate", "last", "4").returncode == 2
    with sqlite3.connect(tmp_path / "state/journal/journal.db") as connection:
        assert connection.execute("SELECT count(*) FROM pieces").fetchone() == (0,)
    connection.close()
    assert terminal.left_running() == []
