"""`./boumb train`, `evaluate` and `export`: each runs one module of training/ in the environment that it needs."""

import argparse
import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from cli import environments
from cli.mesh import read_settings
from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError
from launcher.settings import interpreter
from modelstore.registry import SHIPPED, Registry, RegistryError

_HERE = Path(sys.executable)
# Magenta's own model among those that `evaluate melody` scores, and the environment where its library is.
_MAGENTA, _MAGENTA_ENVIRONMENT = "attention_rnn", "magenta"

TRAIN: Mapping[str, str] = {
    "melody": "training.melody_line.train",
    "drums": "training.drum_hits.train",
    "baseline": "training.baselines.train",
    "gates": "training.evaluation.gates",
    "drum-baselines": "training.drum_hits.baselines",
    "drum-mixer": "training.drum_hits.mixer",
    "feel": "training.drum_feel.train",
    "folk": "training.folk.train",
    "harmony": "training.chords.train",
    "magenta-melodies": "training.magenta.melodies",
    "magenta-examples": "training.magenta.dataset",
    "magenta": "training.magenta.train",
    "ollama-lines": "training.ollama.corpus",
    "ollama": "training.ollama.train",
    "topicality": "training.topicality.fit",
}
EVALUATE: Mapping[str, str] = {
    "melody": "training.evaluation.melody",
    "drums": "training.evaluation.drums",
    "roles": "training.evaluation.roles",
    "chords": "training.evaluation.chords",
    "originality": "training.melody_line.originality",
    "melody-export": "training.melody_line.export_check",
    "melody-card": "training.melody_line.metrics",
    "ollama": "training.ollama.check",
}
# Training drums ends with writing what ships; once it is done, running it again does only that.
EXPORT: Mapping[str, str] = {
    "melody": "training.melody_line.export",
    "drums": "training.drum_hits.train",
    "examples": "benchmarks.melody_examples",
    "folk-files": "training.folk.files",
    "harmony": "training.chords.weights",
    "magenta": "training.magenta.export",
    "ollama": "training.ollama.export",
    "film": "cli.film",
    "showcase": "cli.showcase",
}
# Modules that count or read, and need no library of training.
_LIGHT = frozenset(
    {
        "benchmarks.melody_examples",
        "cli.film",
        "cli.showcase",
        "training.chords.train",
        "training.chords.weights",
        "training.drum_feel.train",
        "training.drum_hits.baselines",
        "training.drum_hits.mixer",
        "training.evaluation.chords",
        "training.evaluation.drums",
        "training.evaluation.gates",
        "training.evaluation.melody",
        "training.folk.files",
        "training.folk.train",
        "training.magenta.melodies",
        "training.melody_line.originality",
    }
)
# Modules that run Magenta's own library.
_MAGENTAS = frozenset({"training.magenta.dataset", "training.magenta.export"})
_FROM_JOURNAL, _JOURNAL_TRAINING, _MELODY = "--from-journal", "training.journal.train", "melody"
_MUSIC = (".mid", ".midi", ".kar", ".mxl", ".musicxml", ".xml")


def train(what: str, arguments: Sequence[str]) -> ExitCode:
    """Train a model; with `--from-journal`, from what people kept and rated well.

    Args:
        what: Which one, a key of `TRAIN`.
        arguments: Of its module.

    Raises:
        UserError: There is no such model, or the environment for training could not be set up.
    """
    if _FROM_JOURNAL in arguments:
        return _train_from_journal(what, [each for each in arguments if each != _FROM_JOURNAL])
    return _run_where_it_can(_module(TRAIN, what), arguments)


def _train_from_journal(what: str, arguments: Sequence[str]) -> ExitCode:
    """Export the journal, train from it, and say what became of it."""
    if what != _MELODY:
        raise UserError(message=f"{_FROM_JOURNAL} trains melody, not {what!r}.", exit=ExitCode.BAD_INPUT)
    if _asks_for_help(arguments):
        return _run(_HERE, _JOURNAL_TRAINING, arguments)
    from cli.journal import export_pieces  # noqa: PLC0415 - brings gRPC

    registry = read_settings().state / "models"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.jsonl"
        with contextlib.redirect_stdout(sys.stderr):
            export_pieces("jsonl", path, 0)
        given = ["--journal", str(path), "--registry", str(registry), *arguments]
        return _run_where_it_can(_JOURNAL_TRAINING, given)


def show_champion(*, rollback: bool) -> ExitCode:
    """Print the versions of the melody model and who composes; or let the champion before this one compose again.

    Args:
        rollback: Whether to go back.

    Raises:
        UserError: There is none to go back to, or the registry is damaged.
    """
    registry = Registry(read_settings().state / "models" / "specialist-line")
    try:
        if rollback:
            print(f"champion: {registry.rollback()}")
            return ExitCode.OK
        champion = registry.champion().name
        print(f"{'→' if champion == SHIPPED else ' '} {SHIPPED}")
        for version in registry.versions():
            failed = ", ".join(gate.name for gate in version.gates if not gate.passed)
            mark = "→" if version.name == champion else " "
            facts = (version.name, f"{version.digest[:12]:12}", f"from {version.parent}", version.decision, failed)
            print(mark, "  ".join(facts).rstrip())
    except RegistryError as problem:
        raise UserError(message=str(problem)) from problem
    return ExitCode.OK


def export(what: str, arguments: Sequence[str]) -> ExitCode:
    """Make the files that ship from a trained model.

    Args:
        what: Which one, a key of `EXPORT`.
        arguments: Of its module.

    Raises:
        UserError: There is no such model, or the environment for training could not be set up.
    """
    return _run_where_it_can(_module(EXPORT, what), arguments)


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
    return _run_where_it_can(module, arguments)


def environment_of(module: str) -> str:
    """The environment that a module of training/ runs in: "training" or "magenta"; empty for the common one."""
    if module in _LIGHT:
        return ""
    return _MAGENTA_ENVIRONMENT if module in _MAGENTAS else environments.TRAINING


def _run_where_it_can(module: str, arguments: Sequence[str]) -> ExitCode:
    """Run a module in its environment. The help of most needs no library, so that nothing is set up for it."""
    environment = environment_of(module)
    if not environment or (_asks_for_help(arguments) and environment == environments.TRAINING):
        return _run(_HERE, module, arguments)
    environments.need(environment)
    return _run(Path(interpreter(environment)), module, arguments)


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
