"""Plays sound with whatever player the machine has."""

import asyncio
import contextlib
import shutil
import tempfile
from pathlib import Path

# Commands that take the file as their last argument: PipeWire, PulseAudio, ALSA, FFmpeg, SoX, macOS.
_PLAYERS = (
    ("pw-play",),
    ("paplay",),
    ("aplay", "-q"),
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"),
    ("play", "-q"),
    ("afplay",),
)
# What installs one of them, the likeliest to work first.
HOW_TO_GET_ONE = "sudo apt install alsa-utils (aplay) or pulseaudio-utils (paplay)"


class CannotPlay(Exception):
    """There is no player, or it failed; the text says how to get one, or which failed and why."""


def find_player() -> tuple[str, ...] | None:
    """The first player that is installed."""
    return next((player for player in _PLAYERS if shutil.which(player[0])), None)


async def play(wav: bytes) -> None:
    """Play a WAV file to its end; cancelling stops it.

    Raises:
        CannotPlay: There is no player, or no sound device.
    """
    player = find_player()
    if player is None:
        raise CannotPlay(HOW_TO_GET_ONE)
    try:
        await _play(player, wav)
    except OSError as error:  # no room for the sound, or the player went away
        raise CannotPlay(str(error)) from error


async def _play(player: tuple[str, ...], wav: bytes) -> None:
    with tempfile.TemporaryDirectory(prefix="boumb-sound-") as folder:
        path = Path(folder) / "boumb.wav"
        path.write_bytes(wav)
        process = await asyncio.create_subprocess_exec(
            *player,
            path,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            _, complaint = await process.communicate()
        except asyncio.CancelledError:
            with contextlib.suppress(ProcessLookupError):  # a terminal's Ctrl-C ends the player too
                process.terminate()
            await process.wait()
            raise
        if process.returncode:
            raise CannotPlay(f"{player[0]}: {complaint.decode(errors='replace').strip()}")
