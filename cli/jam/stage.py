"""Draws a jam: the bars with their chords and the cursor, what to press, what happened. As high as the terminal."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, Bar, Track
from rich.console import Group
from rich.text import Text

from cli.jam.piece import Piece
from cli.jam.texts import JamTexts
from cli.messages.texts import Texts
from cli.render import piano_roll, step_grid
from cli.render.piano_roll import COLOURS, LABEL_WIDTH, Glyphs, Slice, System
from music.divisions import at_sixteenths, steps_in_bar

_ACCIDENTALS = str.maketrans({"#": "♯", "b": "♭"})
_HEIGHTS = "▁▂▃▄▅▆▇█"
_EXTRAS = (2, 1, 0)  # what the foot has besides, the most first
_FOLDED_PIECES = 2  # rows of drums that a small terminal still shows, from below: snare and kick


@dataclass(slots=True, kw_only=True)
class Scene:
    """What is shown.

    Attributes:
        piece: The music.
        bar: The bar that is heard, from 0.
        fraction: How much of it is over, 0-1.
        playing: Whether it moves.
        working: Whether the experts are at it.
        said: What happened last, for the line below.
        bad: Whether that is a failure.
        asking: Words that are being typed; None where none are asked for.
        helping: Whether the help is shown.
        facts: Key, style and the like, in words.
    """

    piece: Piece = field(default_factory=Piece)
    bar: int = 0
    fraction: float = 0.0
    playing: bool = True
    working: bool = False
    said: str = ""
    bad: bool = False
    asking: str | None = None
    helping: bool = False
    facts: str = ""


class Stage:
    """Draws scenes.

    Args:
        texts: Of the command, in the language of the caller.
        own: Of the jam, likewise.
        glyphs: Characters that the terminal can show.
    """

    def __init__(self, texts: Texts, own: JamTexts, glyphs: Glyphs) -> None:
        self._texts = texts
        self._own = own
        self._glyphs = glyphs
        self._plain = glyphs is piano_roll.ASCII

    def draw(self, scene: Scene, width: int, height: int) -> Group:
        """The lines of a scene.

        Args:
            scene: What is shown.
            width: Columns of the terminal.
            height: Its rows.
        """
        head = [self._title(scene, width), self._facts(scene), Text()]
        for more in _EXTRAS:
            foot = self._foot(scene, width, more)
            room = max(height - len(head) - len(foot) - 1, 3)
            middle = self._help(width) if scene.helping else self._music(scene, width, room)
            if len(middle) <= room:
                break
        middle = middle[:room]
        blank = [Text()] * max(room - len(middle), 0)
        lines = [*head, *middle, *blank, *foot]
        for line in lines:
            line.no_wrap, line.overflow = True, "crop"
        return Group(*lines[: max(height - 1, 1)])

    def _title(self, scene: Scene, width: int) -> Text:
        mark = ("|>" if self._plain else "▶") if scene.playing else ("||" if self._plain else "❚❚")
        right = f"{mark} {scene.piece.bpm:g} BPM"
        if not scene.playing:
            right = f"{self._own.paused}  {right}"
        room = max(width - len(right) - 4, 8)
        prompt = scene.piece.prompt
        prompt = prompt if len(prompt) <= room - 2 else prompt[: room - 3] + ("." if self._plain else "…")
        line = Text(f"  {'*' if self._plain else '♪'} ", "bold magenta")
        line.append(f"{prompt:<{room - 2}}", "bold")
        line.append(right, "bold green" if scene.playing else "bold yellow")
        return line

    def _facts(self, scene: Scene) -> Text:
        where = self._own.bar.format(bar=scene.bar + 1, bars=scene.piece.bars)
        return Text("    " + " · ".join(filter(None, (scene.facts, where if scene.piece.bars else ""))), "dim")

    def _help(self, width: int) -> list[Text]:
        lines = [Text(f"  {self._own.help_title}", "bold"), Text()]
        for key, words in self._own.help.items():
            line = Text(f"  {self._key_name(key):>8}  ", "bold cyan")
            line.append(words[: max(width - 14, 10)])
            lines.append(line)
        return lines

    def _key_name(self, key: str) -> str:
        return key.replace("← →", "<- ->") if self._plain else key

    def _music(self, scene: Scene, width: int, room: int) -> list[Text]:
        """The systems that fit, from that of the cursor on; parts are folded as far as the room asks for."""
        piece = scene.piece
        bars = [at_sixteenths(bar) for bar in piece.tracks[0].bars[: piece.bars]] if piece.tracks else []
        systems = piano_roll.systems(bars, _even(bars, width))
        if not systems:
            return [Text(f"    {self._own.working}", "dim")]
        first = next((at for at, system in enumerate(systems) if _column(system, scene) is not None), 0)
        if sum(len(self._system(scene, system, 0)) for system in systems) <= room:
            first = 0  # all of them fit: nothing moves
        lines: list[Text] = []
        for system in systems[first:]:
            drawn = self._folded(scene, system, room - len(lines))
            while len(drawn) > 1 and not drawn[-1].plain.strip() and len(lines) + len(drawn) > room:
                drawn.pop()  # the blank below it
            if lines and len(lines) + len(drawn) > room:
                break
            lines += drawn
        return lines

    def _folded(self, scene: Scene, system: System, room: int) -> list[Text]:
        parts = len(scene.piece.tracks)
        drawn = self._system(scene, system, 0)
        for folded in range(1, parts + 1):
            if len(drawn) <= room:
                break
            drawn = self._system(scene, system, folded)
        return drawn

    def _system(self, scene: Scene, system: System, folded: int) -> list[Text]:
        """A system with its last parts folded.

        Args:
            scene: What is shown.
            system: Its bars.
            folded: How many parts are folded, from the last one.
        """
        lines = [self._numbers(scene, system), self._chords(scene, system)]
        tracks = scene.piece.tracks
        for number, track in enumerate(tracks):
            own = _own(track, system)
            if number >= len(tracks) - folded:
                lines += self._fold(own, track)
                continue
            lines.append(self._label(scene, track, system))
            if track.role == ROLE_DRUMS:
                lines += step_grid.draw(own, self._texts.pieces, self._glyphs)[1:]
            else:
                lines += piano_roll.draw(own, track.role, self._glyphs)[1:]
        column = _column(system, scene)
        if column is not None:
            lines[0] = self._pointed(lines[0], column)
            for line in lines:
                line.append(" " * max(column + 1 - len(line), 0))
                line.stylize("reverse", column, column + 1)
        return [*lines, Text()]

    def _pointed(self, line: Text, column: int) -> Text:
        """A line with a mark where the cursor is, which is seen without colours too; not over what stands there."""
        padded = line.copy()
        padded.append(" " * max(column + 1 - len(padded), 0))
        if padded.plain[column] != " ":
            return padded
        return Text.assemble(padded[:column], ("v" if self._plain else "▾", "bold"), padded[column + 1 :])

    def _numbers(self, scene: Scene, system: System) -> Text:
        """Numbers of the bars, with what is kept and what just changed."""
        kept, changed = ("=", "*") if self._plain else ("◆", "✱")
        line = Text(" " * (LABEL_WIDTH + 1))
        moved = {bar for _, bar in scene.piece.changed}
        for piece in system:
            index = piece.bar.index
            marks = (kept if index in scene.piece.kept else "") + (changed if index in moved else "")
            label = f"{index + 1} {marks}".rstrip() if piece.start == 0 else ""
            style = "bold green" if index in scene.piece.kept else "bold yellow" if index in moved else "dim"
            line.append(f"{label:<{piece.width}}"[: piece.width], style)
        return line

    def _chords(self, scene: Scene, system: System) -> Text:
        """Chord symbols where they begin."""
        cells = [" "] * (LABEL_WIDTH + 1 + sum(piece.width for piece in system))
        start = LABEL_WIDTH + 1
        for piece in system:
            plans = scene.piece.plans
            chords = plans[piece.bar.index % len(plans)].chords if plans else ()
            for chord in chords:
                if piece.start <= chord.start_step < piece.stop:
                    at = start + chord.start_step - piece.start
                    symbol = chord.symbol if self._plain else chord.symbol.translate(_ACCIDENTALS)
                    for offset, character in enumerate(symbol[: len(cells) - at]):
                        cells[at + offset] = character
            start += piece.width
        return Text("".join(cells).rstrip(), "bold")

    def _label(self, scene: Scene, track: Track, system: System) -> Text:
        here = {piece.bar.index for piece in system}
        changed = sorted(bar + 1 for name, bar in scene.piece.changed if name == track.id and bar in here)
        line = Text(f"  {track.name}", COLOURS.get(track.role, "yellow"))
        if changed:
            line.append(f"  {'*' if self._plain else '✱'} {', '.join(map(str, changed))}", "bold yellow")
        return line

    def _fold(self, own: System, track: Track) -> list[Text]:
        """A part in a row or two: the contour of its highest notes, or the lowest pieces of its kit."""
        if track.role == ROLE_DRUMS:
            return step_grid.draw(own, self._texts.pieces, self._glyphs)[1:][-_FOLDED_PIECES:]
        pitches = [note.pitch for piece in own for note in piece.bar.notes]
        low, high = min(pitches, default=0), max(pitches, default=0)
        line = Text(f"{track.name[: LABEL_WIDTH - 1]:>{LABEL_WIDTH - 1}} ", COLOURS.get(track.role, "cyan"))
        line.append(self._glyphs.line, "dim")
        for piece in own:
            steps = range(piece.start, piece.stop)
            cells = [(piano_roll.background(piece, step, self._glyphs), "dim") for step in steps]
            for note in sorted(piece.bar.notes, key=lambda note: note.pitch):
                for step in range(note.start_step, note.start_step + note.duration_steps):
                    glyph = self._height(note.pitch, low, high) if step == note.start_step else self._glyphs.held
                    if step in steps:
                        cells[step - piece.start] = (glyph, COLOURS.get(track.role, "cyan"))
            for cell, style in cells:
                line.append(cell, style)
            line.append(self._glyphs.line, "dim")
        return [line]

    def _height(self, pitch: int, low: int, high: int) -> str:
        if self._plain:
            return self._glyphs.onset
        return _HEIGHTS[(pitch - low) * (len(_HEIGHTS) - 1) // max(high - low, 1)]

    def _foot(self, scene: Scene, width: int, more: int) -> list[Text]:
        """What happened and the keys, below what there is room for.

        Args:
            scene: What is shown.
            width: Columns of the terminal.
            more: 2 for suggestions and the legend, 1 for the legend, 0 for neither.
        """
        lines = []
        if more and any(track.role == ROLE_DRUMS for track in scene.piece.tracks):
            shades = " ".join(self._glyphs.shades)
            lines.append(Text(f"    {self._own.legend.format(shades=shades)}", "dim"))
        kept, changed = ("=", "*") if self._plain else ("◆", "✱")
        marks = [f"{kept} {self._own.kept_mark}"] if scene.piece.kept else []
        marks += [f"{changed} {self._own.changed_mark}"] if scene.piece.changed else []
        if more and marks:
            lines.append(Text("    " + "   ".join(marks), "dim"))
        for number, suggestion in enumerate(scene.piece.suggestions[:3] if more > 1 else (), 1):
            line = Text(f"  {number} ", "bold cyan")
            line.append(suggestion[: max(width - 5, 8)], "dim")
            lines.append(line)
        lines.append(self._last(scene, width))
        return [*lines, *_in_lines(self._own.keys, width)]

    def _last(self, scene: Scene, width: int) -> Text:
        if scene.asking is not None:
            line = Text("  / ", "bold cyan")
            typed = scene.asking[-max(width - 8, 4) :]
            line.append(typed or "")
            line.append("_" if self._plain else "▏", "bold")
            if not typed:
                line.append(f" {self._own.ask}", "dim")
            return line
        line = Text(f"  {'>' if self._plain else '›'} ", "bold")
        said = scene.said or (self._own.working if scene.working else "")
        line.append(said[: max(width - 5, 8)], "bold red" if scene.bad else "green")
        return line


def _own(track: Track, system: System) -> System:
    """The bars of a part at the places of a system."""
    bars = {bar.index: bar for bar in track.bars}
    found = []
    for each in system:
        bar = bars.get(each.bar.index) or Bar(index=each.bar.index, meter=each.bar.meter)
        found.append(Slice(at_sixteenths(bar), each.start, each.stop))
    return tuple(found)


def _even(bars: Sequence[Bar], width: int) -> int:
    """Columns for systems of 1, 2, 4, 8... bars, where not all of them fit side by side."""
    columns = max((steps_in_bar(bar) + 1 for bar in bars), default=1)
    fit = (width - LABEL_WIDTH - 1) // columns
    if fit < 1 or len(bars) <= fit:
        return width
    return LABEL_WIDTH + 1 + columns * (1 << (fit.bit_length() - 1))


def _column(system: System, scene: Scene) -> int | None:
    """The column of the cursor in a system; None where it is elsewhere."""
    start = LABEL_WIDTH + 1
    for piece in system:
        step = int(scene.fraction * steps_in_bar(piece.bar))
        if piece.bar.index == scene.bar and piece.start <= step < piece.stop:
            return start + step - piece.start
        start += piece.width
    return None


def _in_lines(keys: Mapping[str, str], width: int) -> list[Text]:
    """Keys side by side, in as many lines as it takes."""
    return list(_wrapped([(key, words) for key, words in keys.items()], width))


def _wrapped(keys: Sequence[tuple[str, str]], width: int) -> Iterator[Text]:
    line = Text("  ")
    for key, words in keys:
        item = len(key) + len(words) + 3
        if len(line) + item > width and len(line) > 2:
            yield line
            line = Text("  ")
        line.append(key, "bold cyan")
        line.append(f" {words}  ", "dim")
    yield line
