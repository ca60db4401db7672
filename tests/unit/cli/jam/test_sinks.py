"""Sound goes to a player or a port; where there is none, or it fails, that is said and the jam goes on."""

import asyncio
import os
from pathlib import Path

import numpy as np
import pytest

from cli.audio.playback import CannotPlay
from cli.jam.sinks import open_player, open_port
from cli.jam.transport import Due

SOUND = Due(np.full(1000, 0.5), (bytes((0x90, 60, 100)),))


@pytest.fixture
def player(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that takes the place of a player, to be written."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path / "pacat"


def write(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


async def test_a_player_gets_samples(player: Path, tmp_path: Path) -> None:
    write(player, f"exec head -c 4000 >{tmp_path / 'heard'}")
    sink = await open_player()
    sink.give(SOUND)
    sink.give(SOUND)
    for _ in range(500):
        if (tmp_path / "heard").exists() and (tmp_path / "heard").stat().st_size == 4000:
            break
        await asyncio.sleep(0.01)
    heard = np.frombuffer((tmp_path / "heard").read_bytes(), "<i2")
    assert set(heard) == {16383}
    await sink.close()


async def test_a_player_that_does_not_read_holds_nothing_up(player: Path) -> None:
    write(player, "exec sleep 60")
    sink = await open_player()
    for _ in range(200):  # a pipe holds 64 KiB
        sink.give(SOUND)
    await sink.close()


async def test_a_player_that_fails_is_named_with_its_reason(player: Path) -> None:
    write(player, "echo 'Connection refused' >&2; exit 1")
    sink = await open_player()
    await asyncio.wait_for(sink._process.wait(), 30)
    with pytest.raises(CannotPlay, match="pacat"):
        sink.give(SOUND)
    assert await sink.complaint() == "pacat: Connection refused"
    await sink.close()


async def test_without_a_player_the_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotPlay, match="sudo apt install alsa-utils"):
        await open_player()


async def test_a_port_gets_messages(tmp_path: Path) -> None:
    port = tmp_path / "port"
    os.mkfifo(port)
    reader = os.open(port, os.O_RDONLY | os.O_NONBLOCK)
    sink = open_port(port)
    sink.give(SOUND)
    assert os.read(reader, 100) == bytes((0x90, 60, 100))
    os.close(reader)
    with pytest.raises(CannotPlay):
        sink.give(SOUND)
    await sink.close()


@pytest.mark.parametrize("kind", ["nothing", "file", "folder", "unread pipe"])
def test_what_is_no_port_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "port"
    match kind:
        case "file":
            path.touch()
        case "folder":
            path.mkdir()
        case "unread pipe":
            os.mkfifo(path)
    with pytest.raises(CannotPlay, match=str(path)):
        open_port(path)
