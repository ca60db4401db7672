"""Command-line options of the hyperparameters in a dataclass: one per field, described by the class's docstring."""

import argparse
import inspect
import re
from dataclasses import fields
from typing import Any, TypeVar

ConfigT = TypeVar("ConfigT")
_ATTRIBUTE = re.compile(r"^    (\w+): (.+(?:\n {6,}.+)*)", re.MULTILINE)


def add_options(parser: argparse.ArgumentParser, kind: type[Any]) -> None:
    """Add an option for every field.

    Args:
        parser: To add to.
        kind: A dataclass whose fields all have a number as their default.
    """
    described = dict(_ATTRIBUTE.findall(inspect.getdoc(kind) or ""))
    for field in fields(kind):
        text = re.sub(r"\s+", " ", described.get(field.name, "")).rstrip(".").replace("%", "%%")
        parser.add_argument(
            f"--{field.name.replace('_', '-')}",
            type=_number(type(field.default), zero=field.name == "seed"),
            default=field.default,
            help=f"{text} (default: %(default)s)".lstrip(),
            metavar="N",
        )


def config_of(kind: type[ConfigT], options: argparse.Namespace) -> ConfigT:
    """The dataclass that the options say.

    Args:
        kind: The class given to `add_options`.
        options: What was parsed.
    """
    given = vars(options)
    return kind(**{field.name: given[field.name] for field in fields(kind)})  # type: ignore[arg-type]  # a dataclass


def _number(kind: type[Any], *, zero: bool) -> Any:  # noqa: ANN401  what argparse takes
    def parsed(text: str) -> float | int:
        value: float | int = kind(text)
        if value < 0 or (kind is int and value == 0 and not zero):
            raise argparse.ArgumentTypeError(f"{text} is too small")
        return value

    return parsed
