"""Magenta's own library composes for the evaluation, in its own environment."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.environments import needs

ROOT = Path(__file__).parents[3]
PYTHON, BUNDLE = ROOT / ".venv-magenta/bin/python", ROOT / "models/magenta-attention-rnn/attention_rnn.mag"


@needs("magenta")
@pytest.mark.timeout(600)
def test_attention_rnn_goes_on_from_a_line_and_only_its_seeds_tell_melodies_apart() -> None:
    primer = [event for pitch in (60, 62, 64, 65, 67, 65, 64, 62) * 2 for event in (pitch, -2)]
    asked = [json.dumps({"primer": primer, "steps": 48, "seed": seed}) for seed in (1, 2, 1)]
    done = subprocess.run(
        [PYTHON, "-P", "-m", "training.magenta.samples", "--bundle", BUNDLE],
        cwd=ROOT, input="\n".join(asked), capture_output=True, text=True, timeout=500, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    first, other, again = json.loads(done.stdout)["melodies"]
    assert first["events"] == again["events"] != other["events"]
    assert len(first["events"]) == len(other["events"]) == 48
    assert all(-2 <= event < 128 for event in first["events"])
    assert any(event >= 0 for event in first["events"])
    assert first["seconds"] > 0
