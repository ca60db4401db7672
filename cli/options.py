"""The options of `boumb compose`, `drums` and `arrange`: each is here once, and is a parameter of its command."""

import inspect
from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypeVar, get_args

import typer
from typer.models import ArgumentInfo

from cli.words import joined, readable


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOptions:
    """What all of these commands take.

    Attributes:
        service: Service that composes.
    """

    service: ClassVar[str]

    prompt: Annotated[str, typer.Argument(help='What you want, in French or English: "a funky bass in G minor".')]
    bars: Annotated[int | None, typer.Option(help="How many bars, 1 to 128.")] = None
    bpm: Annotated[float | None, typer.Option(help="Tempo in quarter notes per minute, 20 to 400.")] = None
    meter: Annotated[str, typer.Option(help="Time signature: 4/4, 3/4, 6/8, 7/8...")] = ""
    style: Annotated[str, typer.Option(help="A style: funk, house, bossa nova...")] = ""
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same music.")] = None
    swing: Annotated[
        str, typer.Option(help='Swing, 0 to 0.5: "0.33", "66%", with e for eighths or s for sixteenths: "0.33e".')
    ] = ""
    engine: Annotated[str, typer.Option(help="Engine by name; the expert chooses otherwise.")] = ""
    model: Annotated[
        str,
        typer.Option(help="Language model by its name in Ollama; the engine is ollama unless another one is named."),
    ] = ""
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="File to write: .mid, .musicxml (a score), .wav (sound), or - for MIDI there."
        ),
    ] = None
    wav: Annotated[
        Path | None, typer.Option("--wav", help="Write it as sound too, made by the same simple synthesiser: .wav.")
    ] = None
    beside: Annotated[
        Path | None, typer.Option("--with", help="Music that plays beside it: a MIDI or MusicXML file.")
    ] = None
    play: Annotated[bool, typer.Option("--play", help="Play it here, with a simple synthesiser.")] = False
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON for each event, for programs.")] = False
    locale: Annotated[str, typer.Option(help="Language of texts, fr or en; otherwise that of the prompt.")] = ""

    @property
    def engine_wanted(self) -> str:
        """The engine by name; empty lets the expert choose."""
        return self.engine or ("ollama" if self.model else "")

    @property
    def wants_language_model(self) -> bool:
        """Whether the engine is one of a language model."""
        return self.engine_wanted.startswith("ollama")

    @property
    def services(self) -> tuple[str, ...]:
        """Services that have to run for it. Raises DataFileError when a manifest is wrong."""
        from services.chassis.service_manifest import manifests, services_for  # noqa: PLC0415 - brings yaml

        return services_for(manifests(), self.service, self.engine_wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeOptions(PartOptions):
    """The options of `boumb compose`, as given."""

    service: ClassVar[str] = "melody"

    key: Annotated[str, typer.Option(help='Tonic and scale: "Sol mineur", "F# dorian".')] = ""
    chords: Annotated[str, typer.Option(help='One chord for each bar: "Am F C G" or "ii V I".')] = ""
    role: Annotated[str, typer.Option(help="melody, bass, chords, arpeggio or pad.")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrumsOptions(PartOptions):
    """The options of `boumb drums`, as given."""

    service: ClassVar[str] = "drums"

    prompt: Annotated[str, typer.Argument(help='What you want, in French or English: "beat trap à 140".')]
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="File to write: .mid (channel 10), .musicxml, .wav, or - for MIDI there."),
    ] = None
    refine: Annotated[
        list[str],
        typer.Option(help='A change afterwards: "plus de charley", "no kick", "a fill in bar 4"; may be repeated.'),
    ] = field(default_factory=list)
    intensity: Annotated[float | None, typer.Option(help="How hard it is played, 0 to 1.")] = None
    complexity: Annotated[float | None, typer.Option(help="How busy it is, 0 to 1.")] = None
    humanise: Annotated[float | None, typer.Option(help="Human deviation, 0 (machine) to 1 (drummer).")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangeOptions(PartOptions):
    """The options of `boumb arrange`, as given."""

    service: ClassVar[str] = "arranger"

    prompt: Annotated[str, typer.Argument(help='What you want, in French or English: "trio jazz en fa".')]
    parts: Annotated[
        str,
        typer.Option(help="Parts, separated by commas: drums,bass,chords,melody,arpeggio,pad; else the style's band."),
    ] = ""
    key: Annotated[str, typer.Option(help='Tonic and scale: "Sol mineur", "F# dorian".')] = ""
    chords: Annotated[str, typer.Option(help='One chord for each bar: "Am F C G" or "ii V I".')] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefineOptions:
    """The options of `boumb refine`, as given."""

    file: Annotated[Path, typer.Argument(help="A MIDI or MusicXML file.")]
    instructions: Annotated[
        list[str], typer.Argument(help='What to change, in turn: "basse plus grave" "moins de charley à la fin".')
    ]
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="File to write: .mid, .musicxml, .wav or -; FILE-refined.mid otherwise."),
    ] = None
    lock: Annotated[
        list[str],
        typer.Option(help='What must stay: bars ("2", "3-4"), a track or a part of the kit; may be repeated.'),
    ] = field(default_factory=list)
    seed: Annotated[int, typer.Option(help="The same seed gives the same music.")] = 0
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON for each instruction, for programs.")] = (
        False
    )
    locale: Annotated[str, typer.Option(help="Language of texts, fr or en; otherwise that of the instructions.")] = ""


T = TypeVar("T")


def command_with(options: type[T], run: Callable[[T], None], doc: str) -> Callable[..., None]:
    """A function for typer whose parameters are the fields of a dataclass.

    A positional text takes all words that are left, so that it needs no quotes.

    Args:
        options: The dataclass; each field is annotated with its `typer.Option` or `typer.Argument`.
        run: Is given the options.
        doc: Help of the command.
    """
    sentences = {each.name for each in fields(options) if _is_sentence(each.type)}  # type: ignore[arg-type]  # as below

    def command(**values: Any) -> None:  # noqa: ANN401 - whatever the fields take
        run(options(**{name: _text(value, joins=name in sentences) for name, value in values.items()}))

    command.__doc__ = doc
    command.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # functions may have one
        [
            inspect.Parameter(
                each.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=_default(each.default, each.default_factory),
                annotation=Annotated[list[str], *get_args(each.type)[1:]] if each.name in sentences else each.type,
            )
            for each in fields(options)  # type: ignore[arg-type]  # a dataclass
        ]
    )
    return command


def _is_sentence(annotation: object) -> bool:
    """Whether an annotation is that of one positional text."""
    kind, *more = get_args(annotation) or (None,)
    return kind is str and any(isinstance(each, ArgumentInfo) for each in more)


def _text(value: object, *, joins: bool) -> object:
    """What was typed as text that can be sent; what is no text, as it is: names of files keep their bytes."""
    if isinstance(value, list):
        return joined(value) if joins else [readable(each) for each in value]
    return readable(value) if isinstance(value, str) else value


def _default(default: object, factory: object) -> object:
    if callable(factory):
        return factory()
    return inspect.Parameter.empty if default is MISSING else default
