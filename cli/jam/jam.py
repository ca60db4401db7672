"""`./boumb jam`: plays a loop while it is made, and changes it as keys are pressed."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import replace

import grpc.aio
from boumbapp.arranger.v2 import arranger_service_pb2 as arranger
from boumbapp.music.v2.music_pb2 import ROLE_BASS, ROLE_CHORDS, ROLE_DRUMS, ROLE_MELODY, ROLE_PAD, Role
from rich.console import Console
from rich.live import Live

from cli.audio.playback import CannotPlay
from cli.jam.band import Band, Take
from cli.jam.facts import facts, names_of
from cli.jam.keyboard import keys_of, leaving_on_signals
from cli.jam.loop import loop_of, programmes, silence
from cli.jam.piece import Piece
from cli.jam.sinks import MidiPort, Nowhere, Player, Sink
from cli.jam.stage import Scene, Stage
from cli.jam.studio import Studio
from cli.jam.texts import JamTexts
from cli.jam.transport import Transport
from cli.messages.failures import of_call
from cli.messages.texts import Texts
from cli.messages.user_errors import UserError
from cli.render import piano_roll
from cli.render.understood import key_text
from cli.render.view import Names

_TICK_S, _FRAME_S = 0.02, 0.08
_TEMPO_STEP, _SLOWEST, _FASTEST = 2.0, 20.0, 400.0
_MOST_UNDO = 64
_PARTS: Mapping[str, Role.ValueType] = {
    "d": ROLE_DRUMS,
    "b": ROLE_BASS,
    "c": ROLE_CHORDS,
    "m": ROLE_MELODY,
    "p": ROLE_PAD,
}

Saver = Callable[[Piece], Awaitable[tuple[str, UserError | None]]]


class Jam:
    """One jam.

    Args:
        studio: Client of the gateway.
        prompt: What was asked for.
        save: Writes a file; where, and what went wrong.
        texts: Of the command, in the language of the caller.
        own: Of the jam, likewise.
        sink: Takes the sound.
        said: What to say at first.
    """

    def __init__(
        self, studio: Studio, prompt: str, save: Saver, texts: Texts, own: JamTexts, sink: Sink, said: str = ""
    ) -> None:
        self._studio = studio
        self._saver = save
        self._texts = texts
        self._own = own
        self._sink = sink
        self._band = Band(studio, texts.locale)
        self._transport = Transport()
        self._scene = Scene(piece=Piece(prompt=prompt), said=said)
        self._history: list[Piece] = []
        self._saved: Piece | None = None
        self._task: asyncio.Task[None] | None = None
        self._rendering: asyncio.Task[None] | None = None
        self._names = Names()
        self._leaving = False
        self._problem: UserError | None = None

    @property
    def _piece(self) -> Piece:
        return self._scene.piece

    async def run(self, request: arranger.ComposeRequest, console: Console) -> list[str]:
        """Play until the person leaves.

        Args:
            request: What to begin with.
            console: The terminal.

        Returns:
            Where the music that was not saved by then is.

        Raises:
            UserError: Nothing could be composed, or the music could not be saved.
        """
        plain = not console.encoding.startswith("utf")
        stage = Stage(self._texts, self._own, piano_roll.ASCII if plain else piano_roll.UNICODE)
        self._work(self._compose(request))
        with (
            Live(console=console, screen=True, auto_refresh=False) as live,
            keys_of(0, self.press),
            leaving_on_signals(lambda: self.press("end")),
        ):
            drawn = 0.0
            while not self._leaving:
                now = time.monotonic()
                await self._play(now)
                if now - drawn >= _FRAME_S:
                    drawn = now
                    live.update(stage.draw(self._now(), console.width, console.height), refresh=True)
                await asyncio.sleep(_TICK_S)
        for task in filter(None, (self._task, self._rendering)):
            task.cancel()
        if isinstance(self._sink, MidiPort):
            with contextlib.suppress(CannotPlay):
                self._sink.send(silence())
        if self._problem is not None:
            raise self._problem
        if not self._piece.bars and self._history:
            self._scene.piece = self._history[-1]  # what was asked for last had no time to come
        if self._piece.bars and self._piece is not self._saved:
            return [self._own.left.format(path=await self._save())]
        return []

    def press(self, key: str) -> None:
        """Do what a key says.

        Args:
            key: As `cli.jam.keyboard` calls it.
        """
        if key == "end":
            self._leaving = True
        elif self._scene.asking is not None:
            self._type(key)
        elif self._scene.helping:
            self._scene.helping = False
        elif key == "q":
            self._leaving = True
        elif key == "?":
            self._scene.helping = True
        elif not self._piece.bars:
            self._say(self._own.nothing_yet)
        else:
            self._act(key)

    def _act(self, key: str) -> None:
        if key in _PARTS:
            self._work(self._changed(lambda piece: self._band.add(piece, _PARTS[key]), self._last_part))
        elif key in "123":
            self._suggested(int(key))
        elif not self._act_here(key):
            match key:
                case "u":
                    self._undo()
                case "t" | "T":
                    step = 1 if key == "t" else -1
                    self._work(self._changed(lambda piece: self._band.transpose(piece, step), self._key))
                case "/":
                    self._scene.asking = ""
                case "s":
                    self._work(self._save_as_asked())

    def _act_here(self, key: str) -> bool:
        """Do what is about the bar that sounds, or how it plays; whether the key says so."""
        bar = self._transport.place[0]
        match key:
            case " ":
                self._transport.playing = not self._transport.playing
            case "left" | "right":
                self._transport.jump(0 if key == "left" else 1)
            case "+" | "=" | "-":
                self._tempo(-_TEMPO_STEP if key == "-" else _TEMPO_STEP)
            case "k":
                said = self._own.lets_go if bar in self._piece.kept else self._own.keeps
                self._change(self._piece.toggled(bar), said.format(bar=bar + 1))
            case "r" | "R":
                self._again(bar if key == "r" else None)
            case _:
                return False
        return True

    def _type(self, key: str) -> None:
        """Take a key as one of the words that say what to change."""
        typed = self._scene.asking or ""
        if key == "enter" and typed.strip():
            self._scene.asking = None
            self._work(self._changed(lambda piece: self._band.refine(piece, typed.strip()), self._edits))
        elif key in ("escape", "enter"):
            self._scene.asking = None
        elif key == "backspace":
            self._scene.asking = typed[:-1]
        elif len(key) == 1:
            self._scene.asking = typed + key

    def _again(self, bar: int | None) -> None:
        piece = self._piece
        free = set(range(piece.bars)) - piece.kept
        if bar is not None and bar in piece.kept:
            self._say(self._own.is_kept.format(bar=bar + 1))
        elif not free:
            self._say(self._own.all_kept)
        else:
            wanted = free if bar is None else {bar}
            numbers = ", ".join(str(each + 1) for each in sorted(wanted))
            said = self._own.made_all.format(bars=numbers) if bar is None else self._own.made_bar.format(bar=numbers)
            self._work(self._changed(lambda piece: self._band.again(piece, wanted), lambda _: said))

    def _suggested(self, number: int) -> None:
        suggestions = self._piece.suggestions
        if number > len(suggestions):
            self._say(self._own.no_suggestion.format(number=number))
            return
        prompt = suggestions[number - 1]
        self._work(
            self._compose(arranger.ComposeRequest(prompt=prompt, locale=self._texts.locale)),
            self._own.took.format(prompt=prompt),
        )

    def _tempo(self, step: float) -> None:
        bpm = min(max(round(self._piece.bpm) + step, _SLOWEST), _FASTEST)
        self._change(replace(self._piece, bpm=bpm), self._own.tempo.format(bpm=bpm))

    def _undo(self) -> None:
        if self._busy():
            return
        if not self._history:
            self._say(self._own.nothing_to_undo)
            return
        before = self._history.pop()
        self._show(before.changed_since(self._piece), self._own.undone)

    def _change(self, piece: Piece, said: str) -> None:
        """Make a change that needs no expert."""
        if not self._busy():
            self._remember()
            self._show(piece, said)

    def _remember(self) -> None:
        self._history = [*self._history, self._piece][-_MOST_UNDO:]

    def _busy(self) -> bool:
        busy = self._task is not None and not self._task.done()
        if busy:
            self._say(self._own.wait)
        return busy

    def _work(self, work: Coroutine[None, None, None], said: str = "") -> None:
        """Let the experts do something, unless they are at it."""
        if self._busy():
            work.close()
            return
        self._say(said)
        self._task = asyncio.ensure_future(self._try(work))

    async def _try(self, work: Coroutine[None, None, None]) -> None:
        self._scene.working = True
        try:
            await work
        except grpc.aio.AioRpcError as error:
            self._fail(of_call(error, self._texts))
        except UserError as problem:
            self._fail(problem)
        finally:
            self._scene.working = False

    def _fail(self, problem: UserError) -> None:
        if not self._piece.bars and not self._history:
            self._problem, self._leaving = problem, True
        self._say(problem.message, bad=True)

    async def _compose(self, request: arranger.ComposeRequest) -> None:
        before, begun = self._piece, False
        try:
            async for take in self._band.compose(request):
                if not begun and before.bars:
                    self._remember()
                if not begun:
                    self._names = await names_of(self._studio, take.piece.intent.locale or self._texts.locale)
                begun = True
                self._show(take.piece, self._scene.said or " ".join(take.said))
        except grpc.aio.AioRpcError:
            if begun and before.bars and not self._piece.bars:
                self._show(self._history.pop(), "")  # the one before plays on
            raise

    async def _changed(self, work: Callable[[Piece], Awaitable[Take]], words: Callable[[Take], str]) -> None:
        """Make a change that an expert makes."""
        before = self._piece
        take = await work(before)
        self._remember()
        self._show(take.piece, words(take))

    def _show(self, piece: Piece, said: str) -> None:
        sounds = piece.bars and (piece.tracks, piece.bpm) != (self._piece.tracks, self._piece.bpm)
        self._scene.piece = piece
        self._scene.facts = facts(piece.intent, self._names, self._texts)
        self._say(said)
        if (sounds or self._transport.loop is None) and (self._rendering is None or self._rendering.done()):
            self._rendering = asyncio.create_task(self._render())

    async def _render(self) -> None:
        """Make the sound of the piece as it is, and of what it becomes meanwhile."""
        rendered: Piece | None = None
        while rendered is None or (rendered.tracks, rendered.bpm) != (self._piece.tracks, self._piece.bpm):
            rendered = self._piece
            loop = await asyncio.to_thread(loop_of, rendered)
            if loop is not None:
                self._transport.take(loop)
                if isinstance(self._sink, MidiPort):
                    with contextlib.suppress(CannotPlay):  # the next message tells
                        self._sink.send(silence() + programmes(rendered))

    async def _play(self, now: float) -> None:
        try:
            self._sink.give(self._transport.advance(now))
        except CannotPlay as problem:
            reason = await self._sink.complaint() if isinstance(self._sink, Player) else str(problem)
            await self._sink.close()
            self._sink = Nowhere()
            self._say(self._own.soundless.format(problem=reason), bad=True)

    def _now(self) -> Scene:
        self._scene.bar, self._scene.fraction = self._transport.place
        self._scene.playing = self._transport.playing
        return self._scene

    def _say(self, said: str, *, bad: bool = False) -> None:
        self._scene.said, self._scene.bad = said, bad

    def _key(self, take: Take) -> str:
        return self._own.moved.format(key=key_text(take.piece.intent.key, self._names, self._texts))

    def _last_part(self, take: Take) -> str:
        return " ".join([self._own.added.format(part=take.piece.tracks[-1].name), *take.said])

    def _edits(self, take: Take) -> str:
        return self._own.refined.format(edits="; ".join(take.said)) if take.said else ""

    async def _save_as_asked(self) -> None:
        self._say(self._own.saved.format(path=await self._save()))

    async def _save(self) -> str:
        """Write a file; where. Raises UserError where it could not be written as asked."""
        piece = self._piece
        path, problem = await self._saver(piece)
        if path:
            self._saved = piece
        if problem is not None:
            raise problem
        return path
