"""`./boumb train`, `evaluate` and `export`: each runs one module of training/ in the environment that it needs."""

import argparse
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError
from launcher.settings import ROOT

# What the pinned requirements of training are installed in; ./boumb sets it up before these commands.
_TRAINING = ROOT / ".venv-training/bin/python"
_HERE = Path(sys.executable)

TRAIN: Mapping[str, str] = {
    "melody": "training.melody_line.train",
    "drums": "training.drum_hits.train",
    "baseline": "training.baselines.train",
}
EVALUATE: Mapping[str, str] = {"melody": "training.evaluation.melody", "drums": "training.evaluation.drums"}
# Training drums ends with writing what ships; once it is done, running it again does only that.
EXPORT: Mapping[str, str] = {"melody": "training.melody_line.export", "drums": "training.drum_hits.train"}
_MUSIC = (".mid", ".midi", ".kar", ".mxl", ".musicxml", ".xml")


def train(what: str, arguments: Sequence[str]) -> ExitCode:
    """Train a model; the arguments are those of its module. Raises UserError."""
    return _run(_TRAINING, _module(TRAIN, what), arguments)


def export(what: str, arguments: Sequence[str]) -> ExitCode:
    """Make what ships of a trained model, likewise."""
    return _run(_TRAINING, _module(EXPORT, what), arguments)


def evaluate(what: str, arguments: Sequence[str]) -> ExitCode:
    """Score models on a folder of MIDI files, likewise; needs nothing beyond what composing needs."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--midi", type=Path)
    folder = parser.parse_known_args(arguments)[0].midi
    if folder is not None and not folder.is_dir():
        raise UserError(message=f"{folder} is no folder.", exit=ExitCode.BAD_INPUT)
    if folder is not None and not any(path.suffix.lower() in _MUSIC for path in folder.rglob("*")):
        raise UserError(message=f"{folder} holds no file that ends in {', '.join(_MUSIC)}.", exit=ExitCode.BAD_INPUT)
    return _run(_HERE, _module(EVALUATE, what), arguments)


def _module(modules: Mapping[str, str], what: str) -> str:
    if what not in modules:
        raise UserError(message=f"There is no {what!r}; there are: {', '.join(modules)}.", exit=ExitCode.BAD_INPUT)
    return modules[what]


def _run(python: Path, module: str, arguments: Sequence[str]) -> ExitCode:
    """Run a module where the command was given, and tell how it ended."""
    if not python.exists():
        folder = python.parents[1].name
        raise UserError(
            message=f"{folder} is missing.", advice="Run it as ./boumb, which makes it.", exit=ExitCode.UNAVAILABLE
        )
    sys.stdout.flush()
    status = subprocess.run([python, "-P", "-m", module, *arguments], check=False).returncode  # noqa: S603 - our own
    # Python leaves with 1, argparse with 2; anything else is a signal.
    return (
        ExitCode(status)
        if status in (ExitCode.OK, ExitCode.FAILED, ExitCode.BAD_INPUT, ExitCode.UNAVAILABLE)
        else ExitCode.FAILED
    )
