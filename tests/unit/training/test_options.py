"""Hyperparameters as command-line options."""

import argparse
from dataclasses import dataclass, fields

import pytest

from training.baselines.config import GruTrainingConfig
from training.common.options import add_options, config_of
from training.magenta.config import MelodyRnnTrainingConfig
from training.melody_line.config import LineTrainingConfig
from training.ollama.config import LlamaShape, LlamaTrainingConfig

CONFIGS = (GruTrainingConfig, MelodyRnnTrainingConfig, LineTrainingConfig, LlamaTrainingConfig, LlamaShape)


@dataclass(frozen=True)
class Example:
    """An example.

    Attributes:
        batch_size: Lines in a
            batch, 100 % of them.
        rate: Learning rate.
        seed: Draws everything.
    """

    batch_size: int = 8
    rate: float = 0.5
    seed: int = 1


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(exit_on_error=False)
    add_options(made, Example)
    return made


def test_options_are_the_fields_and_their_defaults() -> None:
    assert config_of(Example, parser().parse_args([])) == Example()
    given = parser().parse_args(["--batch-size", "2", "--rate", "0", "--seed", "0"])
    assert config_of(Example, given) == Example(batch_size=2, rate=0.0, seed=0)


def test_help_is_the_docstring_of_the_class() -> None:
    assert "Lines in a batch, 100 % of them (default: 8)" in " ".join(parser().format_help().split())


@pytest.mark.parametrize(("option", "value"), [("--batch-size", "0"), ("--batch-size", "-1"), ("--rate", "-0.1")])
def test_a_number_that_no_training_can_use_is_refused(option: str, value: str) -> None:
    with pytest.raises(argparse.ArgumentError, match="too small"):
        parser().parse_args([option, value])


@pytest.mark.parametrize("kind", CONFIGS)
def test_every_hyperparameter_is_described(kind: type) -> None:
    made = argparse.ArgumentParser()
    add_options(made, kind)
    undescribed = [action.dest for action in made._actions if (action.help or "").startswith("(")]
    assert undescribed == []
    assert len(made._actions) == len(fields(kind)) + 1
