"""`./boumb bench`: runs the benchmarks and prints their tables."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from inspect import signature
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

import benchmarks
from cli import environments
from cli.messages.exit_codes import ExitCode
from cli.messages.user_errors import UserError
from training.data.skipping import EmptyFolder

Row = dict[str, object]

_WIDE = 1000


def available() -> dict[str, Callable[..., list[Row]]]:
    """Benchmarks by name: the modules of `benchmarks/` that have a function `run`, which returns rows."""
    names = sorted(path.stem for path in Path(benchmarks.__path__[0]).glob("[a-z]*.py"))
    modules = {name: import_module(f"benchmarks.{name}") for name in names}
    return {name: module.run for name, module in modules.items() if hasattr(module, "run")}


# The options that only some benchmarks have, by the name of their parameter.
_OPTIONS = {
    "folder": "--dir",
    "listeners": "--listeners",
    "requests": "--requests",
    "human": "--human",
    "out": "--out",
    "pairs": "--pairs",
    "seed": "--seed",
    "votes": "--votes",
}


def bench(names: Sequence[str], *, as_json: bool, given: Mapping[str, Path | int | None] | None = None) -> ExitCode:
    """Run benchmarks and print each result when it is there.

    Args:
        names: Which ones; all when none is named. A module says in `SERVICES` which services it runs by itself.
        as_json: Print a line of JSON for each.
        given: Parameters of those that are named: a `folder` to look at, how many `listeners` or `requests`. None
            leaves the choice to the benchmark.

    Raises:
        UserError: There is no benchmark of a name, or no such folder, or one that is named has no such parameter.
    """
    known = available()
    parameters = _checked(names, given or {}, known)
    # A file or a pipe has no width at which values would have to be cut.
    console = Console(highlight=False, markup=False, emoji=False, width=None if sys.stdout.isatty() else _WIDE)
    for name in names:  # those that nobody named are measured as far as possible
        environments.need_for(getattr(import_module(f"benchmarks.{name}"), "SERVICES", ()))
    for name in names or known:
        if not as_json:
            summary = (import_module(f"benchmarks.{name}").__doc__ or name).splitlines()[0]
            console.print(f"\n{summary}")
        try:
            rows = known[name](**parameters)
        except EmptyFolder as reason:
            raise UserError(message=f"{reason}.", exit=ExitCode.BAD_INPUT) from reason
        if as_json:
            print(json.dumps({"benchmark": name, "rows": rows}), flush=True)
        else:
            console.print(_table(rows))
    return ExitCode.OK


def _checked(
    names: Sequence[str], given: Mapping[str, Path | int | None], known: Mapping[str, Callable[..., list[Row]]]
) -> dict[str, Path | int]:
    """The parameters that were given. Raises UserError when they fit nothing that is named."""
    if unknown := [name for name in names if name not in known]:
        message = f"No benchmark is called {', '.join(unknown)}; there are: {', '.join(known)}."
        raise UserError(message=message, exit=ExitCode.BAD_INPUT)
    parameters = {name: value for name, value in given.items() if value is not None}
    for name in ("folder", "human"):
        if isinstance(folder := parameters.get(name), Path) and not folder.is_dir():
            raise UserError(message=f"{folder} is no folder.", exit=ExitCode.BAD_INPUT)
    for parameter in parameters:
        having = [name for name, run in known.items() if parameter in signature(run).parameters]
        if not names or not set(names) <= set(having):
            message = f"{_OPTIONS[parameter]} is for {' and '.join(having)}; name one."
            raise UserError(message=message, exit=ExitCode.BAD_INPUT)
    return parameters


def _table(rows: Sequence[Row]) -> Table:
    """One column for each key, in the order in which the rows bring them; numbers to the right."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    table = Table(box=box.SIMPLE_HEAD)
    for key in keys:
        is_number = all(isinstance(row.get(key, 0), int | float) for row in rows)
        table.add_column(key.replace("_", " "), justify="right" if is_number else "left", no_wrap=not is_number)
    for row in rows:
        table.add_row(*(_cell(row.get(key, "")) for key in keys))
    return table


def _cell(value: object) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else str(value)
