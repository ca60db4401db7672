"""Draws bars as a piano roll of text: a row for each pitch in use, a column for each step.

Bars stand side by side as long as they fit; what does not fit goes below, as staves do on paper. A bar that alone is
wider than the terminal is broken at a beat.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from boumbapp.music.v2.music_pb2 import Bar, Note, Role
from rich.text import Text

from music.divisions import SIXTEENTHS, divisions_of, steps_in_bar
from music.meter import steps_per_beat

LABEL_WIDTH = 7  # margin, the longest name in use ("Abb-1"), a space
_SOFT, _LOUD = 64, 100  # velocities below and from which a note is drawn dimmer and brighter


@dataclass(frozen=True, slots=True)
class Glyphs:
    """Characters of the drawing, each one column wide. An onset leaves a gap, so that repeated notes can be counted."""

    onset: str
    held: str
    beat: str
    empty: str
    line: str
    shades: str  # of drum hits, from the softest to the hardest


UNICODE = Glyphs(onset="▉", held="━", beat="·", empty=" ", line="│", shades="░▒▓█")
ASCII = Glyphs(onset="#", held="=", beat=".", empty=" ", line="|", shades="-+*#")

COLOURS = {
    Role.ROLE_MELODY: "cyan",
    Role.ROLE_BASS: "magenta",
    Role.ROLE_CHORDS: "yellow",
    Role.ROLE_ARPEGGIO: "green",
    Role.ROLE_PAD: "blue",
}


@dataclass(frozen=True, slots=True)
class Slice:
    """Part of a bar that is drawn in one place: steps `start` to `stop`, the latter excluded."""

    bar: Bar
    start: int
    stop: int

    @property
    def width(self) -> int:
        """Columns, with the line at its end."""
        return self.stop - self.start + 1


System = tuple[Slice, ...]


def systems(bars: Sequence[Bar], width: int) -> list[System]:
    """Distribute bars over systems that fit into the terminal.

    Args:
        bars: In order.
        width: Columns of the terminal, at least LABEL_WIDTH + 3.
    """
    room = max(width - LABEL_WIDTH - 1, 2)
    found: list[System] = []
    current: list[Slice] = []
    used = 0
    for piece in (piece for bar in bars for piece in _slices(bar, room)):
        if current and used + piece.width > room:
            found.append(tuple(current))
            current, used = [], 0
        current.append(piece)
        used += piece.width
    return [*found, tuple(current)] if current else found


def _slices(bar: Bar, room: int) -> Iterator[Slice]:
    """A bar whole, or in parts of as many beats as fit, or of as many steps where not even a beat fits."""
    steps, beat = steps_in_bar(bar), _beat_steps(bar)
    longest = room - 1
    if steps > longest:
        longest = longest // beat * beat or longest
    for start in range(0, steps, longest):
        yield Slice(bar, start, min(start + longest, steps))


def _beat_steps(bar: Bar) -> int:
    """Columns between felt beats."""
    return max(steps_per_beat(bar.meter) * divisions_of(bar) // SIXTEENTHS, 1)


def draw(system: System, role: Role.ValueType, glyphs: Glyphs = UNICODE) -> list[Text]:
    """Lines of a system: bar numbers, then pitches from high to low.

    Args:
        system: The slices to draw.
        role: Decides about the colour.
        glyphs: Characters to draw with.
    """
    colour = COLOURS.get(role, "cyan")
    names = {
        note.pitch: note.name or str(note.pitch)
        for piece in system
        for note in piece.bar.notes
        if note.start_step < piece.stop and note.start_step + note.duration_steps > piece.start
    }
    lines = [numbers(system)]
    for pitch in sorted(names, reverse=True):
        line = Text(f"{names[pitch]:>{LABEL_WIDTH - 1}} ", no_wrap=True)
        line.append(glyphs.line, "dim")
        for piece in system:
            _append_row(line, piece, pitch, colour, glyphs)
            line.append(glyphs.line, "dim")
        lines.append(line)
    return lines if names else [*lines, rests(system, glyphs)]


def numbers(system: System) -> Text:
    """The line of bar numbers above a system."""
    line = " " * (LABEL_WIDTH + 1)
    for piece in system:
        label = str(piece.bar.index + 1) if piece.start == 0 else ""
        line += f"{label:<{piece.width}}"[: piece.width]
    return Text(line.rstrip(), "dim", no_wrap=True)


def rests(system: System, glyphs: Glyphs) -> Text:
    """The line of a system without notes.

    Args:
        system: The slices to draw.
        glyphs: Characters to draw with.
    """
    cells = "".join(
        "".join(background(piece, step, glyphs) for step in range(piece.start, piece.stop)) + glyphs.line
        for piece in system
    )
    return Text(" " * LABEL_WIDTH + glyphs.line + cells, "dim")


def background(piece: Slice, step: int, glyphs: Glyphs) -> str:
    """The character of a step where no note sounds.

    Args:
        piece: Slice of a bar.
        step: Step within the bar.
        glyphs: Characters to draw with.
    """
    return glyphs.beat if step % _beat_steps(piece.bar) == 0 else glyphs.empty


def _append_row(line: Text, piece: Slice, pitch: int, colour: str, glyphs: Glyphs) -> None:
    cells = [(background(piece, step, glyphs), "dim") for step in range(piece.start, piece.stop)]
    for note in piece.bar.notes:
        if note.pitch != pitch:
            continue
        for step in range(max(note.start_step, piece.start), min(note.start_step + note.duration_steps, piece.stop)):
            sounds_anew = step == note.start_step and not note.tied
            cells[step - piece.start] = (glyphs.onset if sounds_anew else glyphs.held, _style(note, colour))
    for cell, style in cells:
        line.append(cell, style)


def _style(note: Note, colour: str) -> str:
    if note.velocity < _SOFT:
        return f"dim {colour}"
    return f"bold {colour}" if note.velocity >= _LOUD else colour
