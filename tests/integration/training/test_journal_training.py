"""Training from the journal, end to end: what is promoted, what is refused, and by which gate."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from modelstore.registry import CHAMPION, SHIPPED, Registry
from services.melody.line_model import load
from tests.environments import needs
from training.melody_line.config import FOLDER

ROOT = Path(__file__).parents[3]
PYTHON = ROOT / ".venv-training/bin/python"
pytestmark = [needs("training"), pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("journals")


@pytest.fixture(scope="module")
def outcome(folder: Path) -> dict[str, Any]:
    command: list[str | Path] = [PYTHON, "-P", "-m", "tests.integration.training.hold_journal_training", folder]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def failed(version: dict[str, Any]) -> list[str]:
    return [gate["name"] for gate in version["gates"] if not gate["passed"]]


def test_a_good_journal_makes_a_champion_that_can_be_rolled_back(outcome: dict[str, Any], folder: Path) -> None:
    good = outcome["good"]
    assert failed(good) == []
    assert (good["decision"], good["champion"], good["parent"]) == ("promoted", "v001", SHIPPED)
    looked_at = {gate["name"] for gate in good["gates"]}
    assert looked_at >= {"repetition", "pieces", "style", "frozen tunes", "held-out pieces"}
    assert looked_at >= {"masks", "controls", "variety", "originality"}
    registry = Registry(folder / "good/specialist-line")
    _, manifest = load(registry.weights_of("v001", FOLDER))
    assert manifest.sha256 == good["digest"] == registry.versions()[0].digest
    assert good["data"]["pairs"] == 6
    assert registry.rollback() == SHIPPED == registry.champion().name
    assert registry.versions()[0].decision == "rolled back"
    assert (registry.folder / CHAMPION).exists()


@pytest.mark.parametrize(("journal", "gate"), [("noise", "style"), ("one loop", "repetition"), ("too small", "pieces")])
def test_a_bad_journal_is_refused_by_the_gate_for_it(outcome: dict[str, Any], journal: str, gate: str) -> None:
    refused = outcome[journal]
    assert refused["decision"] == "refused"
    assert failed(refused) == [gate]
    assert refused["champion"] == SHIPPED
