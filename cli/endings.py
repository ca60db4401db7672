"""How a sub-command ends: with its exit code, and its error on standard error."""

import sys
from collections.abc import Callable
from typing import NoReturn

import typer

from cli.messages.exit_codes import ExitCode


def end(run: Callable[[], ExitCode]) -> NoReturn:
    """Run a command and exit with its code; errors are printed on standard error."""
    from cli.messages.user_errors import UserError  # noqa: PLC0415 - brings the texts

    try:
        code = run()
    except UserError as problem:
        print(f"boumb: {problem.message}", file=sys.stderr)
        if problem.advice:
            print(f"  {problem.advice}", file=sys.stderr)
        code = problem.exit
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    raise typer.Exit(code)
