"""Where a jam's sound goes: a player of this machine, a MIDI port, or nowhere."""

import asyncio
import contextlib
import os
import shutil
import stat
from pathlib import Path
from typing import Protocol

from cli.audio.playback import HOW_TO_GET_ONE, CannotPlay
from cli.audio.sound import RATE
from cli.jam.transport import Due

# Commands that play samples from standard input: PulseAudio (PipeWire answers too), ALSA, SoX.
_PLAYERS = (
    ("pacat", "--raw", "--format=s16le", f"--rate={RATE}", "--channels=1", "--latency-msec=120"),
    ("aplay", "-q", "-t", "raw", "-f", "S16_LE", "-r", str(RATE), "-c", "1", "-"),
    ("play", "-q", "-t", "raw", "-e", "signed", "-b", "16", "-r", str(RATE), "-c", "1", "-"),
)
_COMPLAINT = 200  # characters of it that are shown


class Sink(Protocol):
    """Takes what is due."""

    def give(self, due: Due) -> None:
        """Take it, without waiting. Raises CannotPlay where nothing can be played any longer."""

    async def close(self) -> None:
        """End it."""


class Nowhere:
    """Takes everything and plays nothing."""

    def give(self, due: Due) -> None:
        """Nothing."""

    async def close(self) -> None:
        """Nothing."""


class Player:
    """A program that plays samples from its standard input."""

    def __init__(self, process: asyncio.subprocess.Process, name: str, pipe: int) -> None:
        """Use `open_player`."""
        self._process = process
        self._name = name
        self._pipe = pipe

    def give(self, due: Due) -> None:
        """Write samples; what the pipe has no room for is dropped."""
        if self._process.returncode is not None:
            raise CannotPlay(self._name)
        with contextlib.suppress(BlockingIOError, BrokenPipeError):
            os.write(self._pipe, (due.samples * 32767).astype("<i2").tobytes())

    async def complaint(self) -> str:
        """What the player said before it ended."""
        assert self._process.stderr is not None
        said = (await self._process.stderr.read()).decode(errors="replace").split("\n")
        return f"{self._name}: {next(filter(None, map(str.strip, said)), '')}"[:_COMPLAINT]

    async def close(self) -> None:
        """Stop the player."""
        with contextlib.suppress(OSError):
            os.close(self._pipe)
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        await self._process.wait()


class MidiPort:
    """A raw MIDI device such as /dev/snd/midiC1D0, or a pipe that somebody reads."""

    def __init__(self, descriptor: int) -> None:
        """Use `open_port`."""
        self._descriptor = descriptor

    def give(self, due: Due) -> None:
        """Send messages."""
        self.send(b"".join(due.messages))

    def send(self, messages: bytes) -> None:
        """Send messages at once. Raises CannotPlay where the port is gone."""
        try:
            if messages:
                os.write(self._descriptor, messages)
        except BlockingIOError:
            pass  # it is slower than the music; what came is lost
        except OSError as error:
            raise CannotPlay(os.strerror(error.errno or 0)) from error

    async def close(self) -> None:
        """Close it."""
        with contextlib.suppress(OSError):
            os.close(self._descriptor)


async def open_player() -> Player:
    """Start the first player that is installed. Raises CannotPlay without one."""
    command = next((player for player in _PLAYERS if shutil.which(player[0])), None)
    if command is None:
        raise CannotPlay(HOW_TO_GET_ONE)
    ours, theirs = os.pipe()
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=ours,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # so that a terminal's Ctrl-C is for the jam alone
        )
    except OSError as error:
        os.close(theirs)
        raise CannotPlay(f"{command[0]}: {error.strerror}") from error
    finally:
        os.close(ours)
    os.set_blocking(theirs, False)
    return Player(process, command[0], theirs)


def open_port(path: Path) -> MidiPort:
    """Open a MIDI port. Raises CannotPlay where that cannot be done."""
    try:
        kind = path.stat().st_mode
        if not (stat.S_ISCHR(kind) or stat.S_ISFIFO(kind)):
            raise CannotPlay(f"{path}: no MIDI port")
        return MidiPort(os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC))
    except OSError as error:
        raise CannotPlay(f"{path}: {error.strerror}") from error
