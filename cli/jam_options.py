"""`boumb jam` and its options."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from cli.endings import end
from cli.options import ArrangeOptions, command_with


@dataclass(frozen=True, slots=True, kw_only=True)
class JamOptions:
    """The options of `boumb jam`, as given."""

    prompt: Annotated[str, typer.Argument(help='What to begin with, in French or English: "a funky bass in G minor".')]
    parts: Annotated[
        str,
        typer.Option(
            help="Parts, separated by commas: drums,bass,chords,melody,arpeggio,pad; else those of the words."
        ),
    ] = ""
    bars: Annotated[int | None, typer.Option(help="How many bars, 1 to 128.")] = None
    bpm: Annotated[float | None, typer.Option(help="Tempo in quarter notes per minute, 20 to 400.")] = None
    key: Annotated[str, typer.Option(help='Tonic and scale: "Sol mineur", "F# dorian".')] = ""
    style: Annotated[str, typer.Option(help="A style: funk, house, bossa nova...")] = ""
    seed: Annotated[int | None, typer.Option(help="The same seed begins with the same music.")] = None
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="File that s writes: .mid, .musicxml, .wav; else a new name each."),
    ] = None
    midi: Annotated[
        Path | None, typer.Option("--midi", help="Play to a MIDI port or pipe instead: /dev/snd/midiC1D0.")
    ] = None
    mute: Annotated[bool, typer.Option("--mute", help="No sound: the cursor moves, s saves.")] = False
    locale: Annotated[str, typer.Option(help="Language of texts, fr or en; otherwise that of the prompt.")] = ""

    def to_arrange(self) -> ArrangeOptions:
        """The same for who composes and saves."""
        names = ("prompt", "parts", "bars", "bpm", "key", "style", "seed", "out", "locale")
        return ArrangeOptions(**{name: getattr(self, name) for name in names})


def _jam(options: JamOptions) -> None:
    from cli.jam_command import jam as run  # noqa: PLC0415 - brings gRPC and numpy

    end(lambda: run(options))


jam = command_with(
    JamOptions,
    _jam,
    """Play a loop while it is made, and change it key by key; ? lists the keys.

    Works without sound too, as over SSH: --midi plays to a port, s saves a file.
    """,
)
