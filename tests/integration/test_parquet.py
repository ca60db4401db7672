"""Parquet, written in the environment that has the library for it, says what the journal said."""

import json
import subprocess
from pathlib import Path

from cli.journal_export import Exported, rows_of
from launcher.settings import ROOT
from services.journal.domain.reading import read_interaction
from services.journal.messages import piece_message
from tests.environments import needs
from tests.integration.journal.interactions import interaction

PYTHON = ROOT / ".venv-parquet/bin/python"
READ = "import json, sys, pyarrow.parquet as pq; print(json.dumps(pq.read_table(sys.argv[1]).to_pylist()))"


@needs("parquet")
def test_a_row_for_each_piece(tmp_path: Path) -> None:
    made = [interaction(f"r{n}") for n in range(3)]
    pieces = [Exported(piece_message(read_interaction(each.SerializeToString()).piece), each) for each in made]
    rows, target = tmp_path / "rows.jsonl", tmp_path / "journal.parquet"
    rows.write_text("".join(rows_of(pieces)), "utf-8")
    subprocess.run([PYTHON, "-P", "-m", "cli.parquet", rows, target], cwd=ROOT, check=True)
    done = subprocess.run([PYTHON, "-c", READ, target], check=True, capture_output=True, text=True)
    table = json.loads(done.stdout)
    assert [(row["request_id"], row["style"], row["tonic"], row["bars"]) for row in table] == [
        (f"r{n}", "funk", "G", 2) for n in range(3)
    ]
    assert json.loads(table[0]["interaction"])["events"]
