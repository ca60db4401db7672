"""`./boumb train`, `evaluate` and `export`: each runs one module of training/ in the environment that it needs."""

import argparse
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from clients.cli.exits import Exit
from clients.cli.problems import Problem
from launcher.settings import ROOT

# What the pinned requirements of training are installed in; ./boumb sets it up before these commands.
_TRAINING = ROOT / ".venv-training/bin/python"
_HERE = Path(sys.executable)

TRAIN: Mapping[str, str] = {
    "melody": "training.line.train",
    "drums": "training.drums.train",
    "baseline": "training.baselines.train",
}
EVALUATE: Mapping[str, str] = {"melody": "training.melody.evaluate", "drums": "training.drums.evaluate"}
# Training drums ends with writing what ships; once it is done, running it again does only that.
EXPORT: Mapping[str, str] = {"melody": "training.line.export", "drums": "training.drums.train"}
_MUSIC = (".mid", ".midi", ".kar", ".mxl", ".musicxml", ".xml")


def train(what: str, arguments: Sequence[str]) -> Exit:
    """Train a model; the arguments are those of its module. Raises Problem."""
    return _run(_TRAINING, _module(TRAIN, what), arguments)


def export(what: str, arguments: Sequence[str]) -> Exit:
    """Make what ships of a trained model, likewise."""
    return _run(_TRAINING, _module(EXPORT, what), arguments)


def evaluate(what: str, arguments: Sequence[str]) -> Exit:
    """Score models on a folder of MIDI files, likewise; needs nothing beyond what composing needs."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--midi", type=Path)
    folder = parser.parse_known_args(arguments)[0].midi
    if folder is not None and not folder.is_dir():
        raise Problem(message=f"{folder} is no folder.", exit=Exit.BAD_INPUT)
    if folder is not None and not any(path.suffix.lower() in _MUSIC for path in folder.rglob("*")):
        raise Problem(message=f"{folder} holds no file that ends in {', '.join(_MUSIC)}.", exit=Exit.BAD_INPUT)
    return _run(_HERE, _module(EVALUATE, what), arguments)


def _module(modules: Mapping[str, str], what: str) -> str:
    if what not in modules:
        raise Problem(message=f"There is no {what!r}; there are: {', '.join(modules)}.", exit=Exit.BAD_INPUT)
    return modules[what]


def _run(python: Path, module: str, arguments: Sequence[str]) -> Exit:
    """Run a module where the command was given, and tell how it ended."""
    if not python.exists():
        folder = python.parents[1].name
        raise Problem(
            message=f"{folder} is missing.", advice="Run it as ./boumb, which makes it.", exit=Exit.UNAVAILABLE
        )
    sys.stdout.flush()
    status = subprocess.run([python, "-P", "-m", module, *arguments], check=False).returncode  # noqa: S603 - our own
    # Python leaves with 1, argparse with 2; anything else is a signal.
    return Exit(status) if status in (Exit.OK, Exit.FAILED, Exit.BAD_INPUT, Exit.UNAVAILABLE) else Exit.FAILED
