"""Help of every training command is shown by the environment that composing needs: it imports nothing that trains."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
COMMANDS = sorted(
    path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
    for path in (ROOT / "training").rglob("*.py")
    if "argparse.ArgumentParser(" in path.read_text(encoding="utf-8")
)
# Written against TensorFlow throughout; they run in an environment of their own.
MAGENTA = {f"training.magenta.{name}" for name in ("dataset", "export", "samples", "score")}
FORBIDDEN = ("jax", "optax", "onnx", "gguf", "tensorflow")


@pytest.mark.parametrize("module", [command for command in COMMANDS if command not in MAGENTA])
def test_help_needs_nothing_that_only_training_has(module: str) -> None:
    script = (
        f"import sys; sys.modules.update(dict.fromkeys({FORBIDDEN!r})); sys.argv = ['x', '--help'];"
        f"import runpy; runpy.run_module({module!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.startswith("usage: ")
