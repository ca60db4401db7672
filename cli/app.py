"""The boumb command and its sub-commands. What each needs is imported when it runs, so that all start at once."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from cli.messages.exit_codes import HELP, ExitCode
from cli.output import fill_closed

app = typer.Typer(
    help="BoumbApp's music experts on your own machine: say what you want to hear.",
    epilog=HELP,
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from services.chassis.version import VERSION  # noqa: PLC0415

        print(VERSION)
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Options of the command itself."""


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
    swing: Annotated[
        str, typer.Option(help='Swing, 0 to 0.5: "0.33", "66%", with e for eighths or s for sixteenths: "0.33e".')
    ] = "",
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same music.")] = None,
    engine: Annotated[str, typer.Option(help="Engine by name; the expert chooses otherwise.")] = "",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write: .mid, or .musicxml for a score.")
    ] = None,
    play: Annotated[bool, typer.Option("--play", help="Play it here, with a simple synthesiser.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON for each event, for programs.")] = False,
    locale: Annotated[str, typer.Option(help="Language of texts, fr or en; otherwise that of the prompt.")] = "",
) -> None:
    """Compose a part from a few words and save it as a file.

    Uses the studio that `./boumb up` runs, or opens one of its own and closes it afterwards. Words of the prompt win
    over options. Ctrl-C stops; the bars that came are kept.
    """
    from cli.compose import compose as run  # noqa: PLC0415
    from cli.options import ComposeOptions  # noqa: PLC0415

    wish = ComposeOptions(
        prompt=prompt,
        bars=bars,
        bpm=bpm,
        key=key,
        meter=meter,
        style=style,
        chords=chords,
        role=role,
        swing=swing,
        seed=seed,
        engine=engine,
        out=out,
        locale=locale,
        play=play,
    )
    _end(lambda: run(wish, as_json=as_json))


@app.command(epilog=HELP)
def drums(
    prompt: Annotated[str, typer.Argument(help='What you want, in French or English: "beat trap à 140".')],
    refine: Annotated[
        list[str] | None,
        typer.Option(help='A change afterwards: "plus de charley", "no kick", "a fill in bar 4"; may be repeated.'),
    ] = None,
    bars: Annotated[int | None, typer.Option(help="How many bars, 1 to 128.")] = None,
    bpm: Annotated[float | None, typer.Option(help="Tempo in quarter notes per minute, 20 to 400.")] = None,
    meter: Annotated[str, typer.Option(help="Time signature: 4/4, 3/4, 6/8, 7/8...")] = "",
    style: Annotated[str, typer.Option(help="A style: trap, house, bossa nova...")] = "",
    intensity: Annotated[float | None, typer.Option(help="How hard it is played, 0 to 1.")] = None,
    complexity: Annotated[float | None, typer.Option(help="How busy it is, 0 to 1.")] = None,
    swing: Annotated[
        str, typer.Option(help='Swing, 0 to 0.5: "0.33", "66%", with e for eighths or s for sixteenths: "0.33e".')
    ] = "",
    humanise: Annotated[float | None, typer.Option(help="Human deviation, 0 (machine) to 1 (drummer).")] = None,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same groove.")] = None,
    engine: Annotated[str, typer.Option(help="Engine by name; the expert chooses otherwise.")] = "",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File to write: .mid, drums on channel 10.")] = None,
    play: Annotated[bool, typer.Option("--play", help="Play it here, with a simple drum machine.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON for each event, for programs.")] = False,
    locale: Annotated[str, typer.Option(help="Language of texts, fr or en; otherwise that of the prompt.")] = "",
) -> None:
    """Compose a groove from a few words, refine it by words, and save it as a file.

    What is not given follows the prompt and the style. Refinements change what they name and nothing else.
    """
    from cli.compose import compose as run  # noqa: PLC0415
    from cli.options import DrumsOptions  # noqa: PLC0415

    wish = DrumsOptions(
        prompt=prompt,
        bars=bars,
        bpm=bpm,
        meter=meter,
        style=style,
        intensity=intensity,
        complexity=complexity,
        swing=swing,
        humanise=humanise,
        refine=tuple(refine or ()),
        seed=seed,
        engine=engine,
        out=out,
        locale=locale,
        play=play,
    )
    _end(lambda: run(wish, as_json=as_json))


@app.command(epilog=HELP)
def up(
    magenta: Annotated[bool, typer.Option("--magenta", help="Magenta too, for the hybrid engine.")] = False,
) -> None:
    """Open the studio: the gateway and the experts, until Ctrl-C.

    Addresses come from .env and the environment. A process that crashes is started again.
    """
    from cli.up import up as run  # noqa: PLC0415
    from launcher.settings import SERVICES, USUAL  # noqa: PLC0415

    _end(lambda: run(SERVICES if magenta else USUAL))


@app.command(epilog=HELP)
def token(
    user: Annotated[str, typer.Option(help="Whom the token stands for.")] = "developer",
    role: Annotated[list[str] | None, typer.Option(help="As Symfony names them; may be repeated.")] = None,
    ttl: Annotated[int, typer.Option(help="Seconds until it expires.")] = 3600,
) -> None:
    """Print a token that this studio's gateway believes, for development."""
    from cli.credentials import token as mint  # noqa: PLC0415

    def run() -> ExitCode:
        print(mint(user, role or ["ROLE_USER"], ttl))
        return ExitCode.OK

    _end(run)


@app.command(epilog=HELP)
def analyse(
    prompt: Annotated[str | None, typer.Argument(help="What to read; without it, one prompt a line of input.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON for each prompt.")] = False,
) -> None:
    """Show what theory understands of a prompt, or of each line of standard input."""
    from cli.analyse import analyse as run  # noqa: PLC0415

    if prompt is None and sys.stdin.isatty():
        raise typer.BadParameter("give one, or pipe prompts in, one a line", param_hint="PROMPT")
    _end(lambda: run(sys.stdin if prompt is None else [prompt], as_json=as_json))


@app.command(epilog=HELP)
def bench(
    names: Annotated[list[str] | None, typer.Argument(help="Which benchmarks; all by default.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON for each benchmark.")] = False,
) -> None:
    """Measure what is promised, beside peers in the same run."""
    from cli.bench import bench as run  # noqa: PLC0415

    _end(lambda: run(names or [], as_json=as_json))


@app.command(epilog=HELP)
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="The same as JSON.")] = False,
) -> None:
    """Tell what is missing on this machine and how to get it."""
    from cli.doctor import doctor as run  # noqa: PLC0415

    _end(lambda: run(as_json=as_json))


@app.command("test", epilog=HELP, context_settings={"ignore_unknown_options": True})
def check(
    arguments: Annotated[list[str] | None, typer.Argument(help="For pytest; then nothing else is run.")] = None,
) -> None:
    """Run every check: style, types, the contract, all tests."""
    from cli.checks import run_checks  # noqa: PLC0415

    _end(lambda: run_checks(arguments or []))


_PASSED_ON = {"ignore_unknown_options": True, "help_option_names": []}
_Arguments = Annotated[list[str] | None, typer.Argument(help="Of that model; --help lists them.")]


@app.command(epilog=HELP, context_settings=_PASSED_ON)
def train(
    what: Annotated[str, typer.Argument(help="melody, drums or baseline.")], arguments: _Arguments = None
) -> None:
    """Train a model from data sets of yours. docs/training.md says where to get them.

    Goes on from its last checkpoint when it was interrupted. The first time, an environment for training is set up.
    """
    from cli.training import train as run  # noqa: PLC0415

    _end(lambda: run(what, arguments or []))


@app.command(epilog=HELP, context_settings=_PASSED_ON)
def evaluate(what: Annotated[str, typer.Argument(help="melody or drums.")], arguments: _Arguments = None) -> None:
    """Score the models on any folder of MIDI files: ./boumb evaluate melody --midi DIR.

    Standard output is JSON, an object per model; docs/evaluation.md explains the figures.
    """
    from cli.training import evaluate as run  # noqa: PLC0415

    _end(lambda: run(what, arguments or []))


@app.command(epilog=HELP, context_settings=_PASSED_ON)
def export(what: Annotated[str, typer.Argument(help="melody or drums.")], arguments: _Arguments = None) -> None:
    """Make the files that ship from a trained model."""
    from cli.training import export as run  # noqa: PLC0415

    _end(lambda: run(what, arguments or []))


models = typer.Typer(help="Magenta's bundles: what there is, and how to get it.", no_args_is_help=True)
app.add_typer(models, name="models")


@models.command("list", epilog=HELP)
def list_models() -> None:
    """Tell which bundles Magenta publishes, and which are here."""
    from cli.bundles import show  # noqa: PLC0415

    _end(show)


@models.command("pull", epilog=HELP)
def pull_models(
    names: Annotated[list[str] | None, typer.Argument(help="Which bundles; all by default.")] = None,
) -> None:
    """Download Magenta's own bundles. An interrupted download goes on where it stopped."""
    from cli.bundles import pull  # noqa: PLC0415

    _end(lambda: pull(names or []))


def _end(run: Callable[[], ExitCode]) -> NoReturn:
    """Run a command and leave with its exit code; what goes wrong is said on standard error."""
    from cli.messages.user_errors import UserError  # noqa: PLC0415

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


def main() -> None:
    """Run the command that the arguments name."""
    fill_closed()
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal that cannot show a note still works
    app(prog_name="./boumb")
