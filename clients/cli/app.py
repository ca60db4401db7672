"""The boumb command and its sub-commands. What each needs is imported when it runs, so that all start at once."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from clients.cli.exits import HELP

app = typer.Typer(
    help="BoumbApp's music experts on your own machine: say what you want to hear.",
    epilog=HELP,
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


@app.callback()
def version_option(
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.", is_eager=True)] = False,
) -> None:
    """Options of the command itself."""
    if version:
        from services.chassis.version import VERSION  # noqa: PLC0415

        print(VERSION)
        raise typer.Exit


@app.command(epilog=HELP)
def compose(
    prompt: Annotated[str, typer.Argument(help='What you want, in French or English: "a funky bass in G minor".')],
    bars: Annotated[int | None, typer.Option(help="How many bars, 1 to 128.")] = None,
    bpm: Annotated[float | None, typer.Option(help="Tempo in quarter notes per minute, 20 to 400.")] = None,
    key: Annotated[str, typer.Option(help='Tonic and scale: "Sol mineur", "F# dorian".')] = "",
    meter: Annotated[str, typer.Option(help="Time signature: 4/4, 3/4, 6/8, 7/8...")] = "",
    style: Annotated[str, typer.Option(help="A style: funk, house, bossa nova...")] = "",
    chords: Annotated[str, typer.Option(help='One chord for each bar: "Am F C G" or "ii V I".')] = "",
    role: Annotated[str, typer.Option(help="melody, bass, chords, arpeggio or pad.")] = "",
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same music.")] = None,
    engine: Annotated[str, typer.Option(help="Engine by name; the expert chooses otherwise.")] = "",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write: .mid, or .musicxml for a score.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON for each event, for programs.")] = False,
    locale: Annotated[str, typer.Option(help="Language of texts, fr or en; otherwise that of the prompt.")] = "",
) -> None:
    """Compose a part from a few words and save it as a file.

    Uses the studio that `./boumb up` runs, or opens one of its own and closes it afterwards. Words of the prompt win
    over options. Ctrl-C stops; the bars that came are kept.
    """
    from clients.cli.compose import compose as run  # noqa: PLC0415
    from clients.cli.wish import Wish  # noqa: PLC0415

    wish = Wish(
        prompt=prompt,
        bars=bars,
        bpm=bpm,
        key=key,
        meter=meter,
        style=style,
        chords=chords,
        role=role,
        seed=seed,
        engine=engine,
        out=out,
        locale=locale,
    )
    raise typer.Exit(run(wish, as_json=as_json))


def main() -> None:
    """Run the command that the arguments name."""
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal that cannot show a note still works
    app(prog_name="./boumb")
