"""`./boumb train`, `evaluate` and `export`: each runs one module of training/ in the environment that it needs."""

import argparse
import contextlib
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from cli import environments
from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError
from launcher.settings import interpreter

_HERE = Path(sys.executable)
# Magenta's own model among those that `evaluate melody` scores, and the environment where its library is.
_MAGENTA, _MAGENTA_ENVIRONMENT = "attention_rnn", "magenta"

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
    """Train a model.

    Args:
        what: Which one, a key of `TRAIN`.
        arguments: Of its module.

    Raises:
        UserError: There is no such model, or the environment for training could not be set up.
    """
    return _run_in_training(_module(TRAIN, what), arguments)


def export(what: str, arguments: Sequence[str]) -> ExitCode:
    """Make the files that ship from a trained model.

    Args:
        what: Which one, a key of `EXPORT`.
        arguments: Of its module.

    Raises:
        UserError: There is no such model, or the environment for training could not be set up.
    """
    return _run_in_training(_module(EXPORT, what), arguments)


def evaluate(what: str, arguments: Sequence[str]) -> ExitCode:
    """Score models on a folder of MIDI files.

    Args:
        what: Which models, a key of `EVALUATE`.
        arguments: Of its module.

    Raises:
        UserError: There are no such models, or no MIDI files.
    """
    module = _module(EVALUATE, what)
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--midi", type=Path)
    parser.add_argument("--model", action="append", default=[])
    given = parser.parse_known_args(arguments)[0]
    folder = given.midi
    if folder is not None and not folder.is_dir():
        raise UserError(message=f"{folder} is no folder.", exit=ExitCode.BAD_INPUT)
    if folder is not None and not any(path.suffix.lower() in _MUSIC for path in folder.rglob("*")):
        raise UserError(message=f"{folder} holds no file that ends in {', '.join(_MUSIC)}.", exit=ExitCode.BAD_INPUT)
    if module == EVALUATE["melody"] and not _asks_for_help(arguments) and (not given.model or _MAGENTA in given.model):
        with contextlib.suppress(UserError):  # the other models are scored where there is no TensorFlow
            environments.need(_MAGENTA_ENVIRONMENT)
    return _run(_HERE, module, arguments)


def _run_in_training(module: str, arguments: Sequence[str]) -> ExitCode:
    """Run a module in the environment for training, or only its help in the common one."""
    if _asks_for_help(arguments):
        return _run(_HERE, module, arguments)
    environments.need(environments.TRAINING)
    return _run(Path(interpreter(environments.TRAINING)), module, arguments)


def _asks_for_help(arguments: Sequence[str]) -> bool:
    return "-h" in arguments or "--help" in arguments


def _module(modules: Mapping[str, str], what: str) -> str:
    if what not in modules:
        raise UserError(message=f"There is no {what!r}; there are: {', '.join(modules)}.", exit=ExitCode.BAD_INPUT)
    return modules[what]


def _run(python: Path, module: str, arguments: Sequence[str]) -> ExitCode:
    """Run a module in the current directory; how it ended."""
    sys.stdout.flush()
    status = subprocess.run([python, "-P", "-m", module, *arguments], check=False).returncode  # noqa: S603 - our own
    # Python leaves with 1, argparse with 2; anything else is a signal.
    return (
        ExitCode(status)
        if status in (ExitCode.OK, ExitCode.FAILED, ExitCode.BAD_INPUT, ExitCode.UNAVAILABLE)
        else ExitCode.FAILED
    )
