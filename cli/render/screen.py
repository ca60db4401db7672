"""The view for people: what was understood, a piano roll that grows, remarks, and what came of it."""

from collections.abc import Sequence
from pathlib import Path

from boumbapp.music.v2.events_pb2 import BarReady, Completed, Correction, Started
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, Bar, DrumHit, DrumPiece, Note
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from cli.messages.events import Event
from cli.messages.texts import Texts
from cli.messages.user_errors import UserError
from cli.render import piano_roll, step_grid
from cli.render.understood import feel_text, tonic_text, understood
from cli.render.view import Names, Saved
from launcher.supervisor import Change, State

_INDENT = 2


class Screen:
    """Draws on a terminal as events come, and writes the same as plain text anywhere else."""

    for_people = True

    def __init__(self, texts: Texts, prompt: str, console: Console | None = None) -> None:
        """Prepare.

        Args:
            texts: In the language of the caller.
            prompt: Shown as the title.
            console: Where to draw; standard output when not given.
        """
        self._texts = texts
        self._console = console or Console(highlight=False, markup=False, emoji=False)
        self._errors = console or Console(stderr=True, highlight=False, markup=False, emoji=False)
        self._glyphs = piano_roll.UNICODE if self._console.encoding.startswith("utf") else piano_roll.ASCII
        self._prompt = prompt
        self._width = self._console.width
        self._started = Started()
        self._bars: list[Bar] = []
        self._drawn = 0  # systems that are on the screen for good
        self._remarks: list[tuple[int, RenderableType]] = []  # with the number of bars that had come
        self._refining = False
        self._processes: dict[str, State] = {}
        self._live: Live | None = None
        self._open()

    def _open(self) -> None:
        """Let what is below the last line move, where it can."""
        if self._console.is_terminal and not self._console.is_dumb_terminal:
            self._live = Live(console=self._console, transient=True, refresh_per_second=12, get_renderable=self._moving)
            self._live.start()

    def starting(self, change: Change) -> None:
        """Show which processes are up."""
        self._processes[change.name] = change.state

    def event(self, event: Event, names: Names) -> None:
        """Show the next event.

        Args:
            event: The next event of the stream.
            names: Labels of the catalogue in the caller's language.
        """
        if event.started:
            self._start(event.started, names)
        elif event.refining:
            self._refine(event.refining)
        elif event.bar:
            self._bar(event.bar)
        elif event.notice:
            self._remark(_item("!", Text(event.notice.message, "yellow")))
        elif event.completed:
            self._complete(event.completed)

    def done(self, suggestions: list[str]) -> None:
        """Show what to try next."""
        if suggestions:
            self._print(Text(self._texts.next, "bold"))
            for suggestion in suggestions:
                self._console.print(_item("•", Text(suggestion)))
            self._console.print()

    def saved(self, saved: Saved) -> None:
        """Show where the file is."""
        self._finish_roll()
        if saved.wanted is not None:
            text = self._texts.renamed.format(path=saved.path, wanted=saved.wanted.name)
        else:
            text = (self._texts.replaced if saved.replaced else self._texts.saved).format(path=saved.path)
        # Whole, whatever its length, so that it can be copied.
        self._console.print(Text(" " * _INDENT + f"✓ {text}", "bold green"), soft_wrap=True)

    def playing(self) -> None:
        """Show how to stop playback."""
        self._print(Text(f"♫ {self._texts.playing}", "cyan"))

    def interrupted(self, bars: int, wanted: int) -> None:
        """Show how many bars arrived.

        Args:
            bars: How many came.
            wanted: How many were asked for; 0 when that is not known.
        """
        self._finish_roll()
        text = self._texts.interrupted.format(bars=bars, wanted=wanted) if bars else self._texts.interrupted_early
        self._print(Text(f"! {text}", "yellow"))

    def stopped(self, bars: int, wanted: int, path: Path) -> None:  # noqa: ARG002 - all of them were shown
        """Say that the music was saved before.

        Args:
            bars: How many came.
            wanted: How many were asked for; 0 when that is not known.
            path: The file.
        """
        self._console.print(
            Text(" " * _INDENT + f"! {self._texts.stopped.format(path=path)}", "yellow"), soft_wrap=True
        )

    def problem(self, problem: UserError) -> None:
        """Show what went wrong and what to do."""
        self._finish_roll()
        self.close()
        self._errors.print(_item("✗", Text(problem.message, "bold red")))
        if problem.advice:
            self._errors.print(Padding(Text(problem.advice), (0, 0, 0, _INDENT + 2), expand=False))

    def close(self) -> None:
        """Restore the terminal."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _start(self, started: Started, names: Names) -> None:
        self._started = started
        intent = started.intent
        self._console.print()
        self._print(Text(f"♪ {self._prompt}", "bold"))
        self._console.print()
        self._console.print(understood(intent, names, self._texts, self._role_text()))
        if started.HasField("feel"):
            self._print(Text(feel_text(started.feel, self._texts), "dim"))
        self._console.print()
        self._print(Text(started.explanation, "italic"))
        if intent.vague and intent.alternatives and intent.role != ROLE_DRUMS:  # they are keys
            self._console.print()
            self._print(Text(self._texts.vague))
            for alternative in intent.alternatives:
                line = Text(f"{tonic_text(alternative.key, self._texts)} {alternative.label}", "bold")
                line.append(f"  {alternative.description}  ", "not bold")
                line.append(f'--key "{alternative.key.tonic} {alternative.key.scale}"', "not bold dim")
                self._console.print(_item("•", line))
        self._console.print()

    def _role_text(self) -> str:
        """The part or parts that are played."""
        return self._texts.roles[self._started.intent.role]

    def _refine(self, refining: Started) -> None:
        """Start again with the bars of a refinement."""
        for edit in refining.edits:
            self._print(Text(f"✎ {edit}", "bold"))
        self._print(Text(self._texts.bpm.format(bpm=refining.bpm), "dim"))
        self._console.print()
        self._bars, self._drawn, self._remarks, self._refining = [], 0, [], True
        self._open()

    def _take(self, ready: BarReady) -> None:
        """Keep a bar."""
        self._bars.append(ready.bar)

    def _bar(self, ready: BarReady) -> None:
        self._take(ready)
        for correction in ready.corrections:
            self._remark(self._correction(ready.bar, correction))
        self._draw_for_good(piano_roll.systems(self._bars, self._width)[:-1])

    def _correction(self, bar: Bar, correction: Correction) -> RenderableType:
        template = self._texts.corrected if correction.WhichOneof("after") else self._texts.removed
        text = template.format(
            bar=bar.index + 1,
            before=self._name(correction.hit if correction.HasField("hit") else correction.note),
            after=self._name(correction.hit_after if correction.HasField("hit_after") else correction.note_after),
            why=correction.explanation,
        )
        return _item("✎", Text(text, "yellow"))

    def _name(self, made: Note | DrumHit) -> str:
        if isinstance(made, Note):
            return made.name or str(made.pitch)
        known = made.piece in DrumPiece.values()
        piece = DrumPiece.Name(made.piece).removeprefix("DRUM_PIECE_").lower() if known else ""
        return self._texts.pieces.get(piece, "?")

    def _remark(self, remark: RenderableType) -> None:
        self._remarks.append((len(self._bars), remark))

    def _complete(self, completed: Completed) -> None:
        self._finish_roll()
        timings = self._texts.timings.format(
            started=completed.started_ms,
            first=completed.first_bar_ms,
            bars=self._texts.count(completed.bars, self._texts.bar),
            notes=self._texts.count(completed.notes, self._texts.hit if self._is_drums else self._texts.note),
            total=completed.total_ms,
        )
        self._print(Text(timings, "dim"))
        if not self._refining:
            self._print(Text(f"{self._started.engine} · {self._texts.seed.format(seed=self._started.seed)}", "dim"))
            self._print(Text(self._texts.rate, "dim"))
        self._console.print()

    def _finish_roll(self) -> None:
        """Draw what is left; nothing is redrawn after this."""
        self._draw_for_good(piano_roll.systems(self._bars, self._width))
        self.close()

    def _draw_for_good(self, complete: Sequence[piano_roll.System]) -> None:
        new, self._drawn = complete[self._drawn :], max(self._drawn, len(complete))
        for system in new:
            parts: list[RenderableType] = [*self._drawing(system)]
            parts += self._due_remarks(system[-1].bar.index)
            self._console.print(Group(*parts, Text()))

    @property
    def _is_drums(self) -> bool:
        return self._started.intent.role == ROLE_DRUMS

    def _drawing(self, system: piano_roll.System) -> list[Text]:
        if self._is_drums:
            return step_grid.draw(system, self._texts.pieces, self._glyphs)
        return piano_roll.draw(system, self._started.intent.role, self._glyphs)

    def _due_remarks(self, last_bar: int) -> list[RenderableType]:
        """Take the remarks on bars up to the one given."""
        drawn = next((number for number, bar in enumerate(self._bars, 1) if bar.index == last_bar), len(self._bars))
        due = [remark for bars, remark in self._remarks if bars <= drawn]
        self._remarks = [(bars, remark) for bars, remark in self._remarks if bars > drawn]
        return due

    def _moving(self) -> RenderableType:
        """What still changes: the last system and what is being done."""
        parts: list[RenderableType] = []
        for system in piano_roll.systems(self._bars, self._width)[self._drawn :]:
            parts += self._drawing(system)
        parts += [remark for _, remark in self._remarks]
        if self._started.HasField("intent"):
            progress = f"{self._texts.listening} {len(self._bars)}/{self._started.intent.bars}"
        else:
            progress = self._texts.starting
        words = Text(progress)
        if not self._started.HasField("intent"):
            for name, state in self._processes.items():
                words.append(f"  {name}", "green" if state is State.READY else "dim")
        # Not up to the edge: the ^C that a terminal echoes would wrap there, and hide from Live how far up to erase.
        parts.append(Padding(self._spinner(words), (0, 0, 0, _INDENT), expand=False))
        return Group(*parts)

    def _spinner(self, words: Text) -> Spinner:
        spinner = Spinner("dots" if self._glyphs is piano_roll.UNICODE else "line", words, style="cyan")
        spinner.start_time = 0.0  # a new one is made for each frame; this keeps it turning
        return spinner

    def _print(self, text: Text) -> None:
        self._console.print(Padding(text, (0, 0, 0, _INDENT), expand=False))


def _item(mark: str, text: Text) -> Table:
    """A mark and a text whose further lines stand below its first."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_row(Text(" " * _INDENT + mark, text.style), text)
    return table
