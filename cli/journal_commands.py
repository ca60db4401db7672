"""`./boumb rate`, `journal`, `models champion`: what is kept, what people think of it, what was learned from it."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.endings import end
from cli.messages.exit_codes import HELP
from cli.words import joined

journal = typer.Typer(help="What was asked, made and liked: figures, exports, erasure.", no_args_is_help=True)
_Json = Annotated[bool, typer.Option("--json", help="One line of JSON.")]


class Format(StrEnum):
    """What an export is written as."""

    JSONL = "jsonl"
    PARQUET = "parquet"
    MIDI = "midi"


def rate(
    piece: Annotated[str, typer.Argument(help='"last", or the request id of a piece.')],
    stars: Annotated[int, typer.Argument(help="From 1 (bad) to 5 (very good).", min=1, max=5)],
    comment: Annotated[list[str] | None, typer.Argument(help='The same in words: "trop chargé".')] = None,
    as_json: _Json = False,
) -> None:
    """Say what you think of a piece: ./boumb rate last 4 "trop chargé". Said again, it replaces what was said.

    Args:
        piece: "last", or a request id.
        stars: From 1 to 5.
        comment: In words.
        as_json: One line of JSON.
    """
    from cli.journal import rate_piece  # noqa: PLC0415 - brings gRPC, as below

    end(lambda: rate_piece(piece, stars, joined(comment or ()), as_json=as_json))


def champion(
    rollback: Annotated[bool, typer.Option("--rollback", help="Go back to the champion before this one.")] = False,
) -> None:
    """Show the versions of the melody model that were trained here, why each was taken or not, and who composes."""
    from cli.training import show_champion  # noqa: PLC0415

    end(lambda: show_champion(rollback=rollback))


@journal.command("report", epilog=HELP)
def _report(out: Annotated[Path, typer.Option(help="File to write.")] = Path("journal.html")) -> None:
    """Write one page with figures and plots, to be opened in any browser, also without a network."""
    from cli.journal import write_report  # noqa: PLC0415

    end(lambda: write_report(out))


@journal.command("stats", epilog=HELP)
def _stats(as_json: _Json = False) -> None:
    """Print figures over all pieces."""
    from cli.journal import print_stats  # noqa: PLC0415

    end(lambda: print_stats(as_json=as_json))


@journal.command("export", epilog=HELP)
def _export(
    form: Annotated[Format, typer.Option("--format", help="What to write.")] = Format.JSONL,
    out: Annotated[
        Path | None, typer.Option(help="File, or folder for MIDI: journal.jsonl, journal.parquet, journal-midi.")
    ] = None,
    min_stars: Annotated[int, typer.Option(help="Least rating; 0 takes pieces that were not rated too.")] = 0,
) -> None:
    """Write every piece, without who asked for it. What is there from an earlier export is replaced."""
    from cli.journal import export_pieces  # noqa: PLC0415

    end(lambda: export_pieces(form.value, out, min_stars))


@journal.command("forget", epilog=HELP)
def _forget(user: Annotated[str, typer.Argument(help="User name, as tokens tell it.")], as_json: _Json = False) -> None:
    """Remove everything that is kept of a user, and print what was there and what is left."""
    from cli.journal import forget_user  # noqa: PLC0415

    end(lambda: forget_user(user, as_json=as_json))


@journal.command("rotate-key", epilog=HELP)
def _rotate_key() -> None:
    """Put a new key in front of those that hash user names. It holds from the next start of the journal on."""
    from cli.journal import rotate_key  # noqa: PLC0415

    end(rotate_key)
