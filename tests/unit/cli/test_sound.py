"""What is heard is what is written."""

import asyncio
import io
import os
import wave
from pathlib import Path

import numpy as np
import pytest
from boumbapp.music.v2.music_pb2 import Bar, Meter, Note, Role
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cli.audio import playback
from cli.audio.sound import RATE, render, tones

METER = Meter(beats=4, beat_unit=4)
ROLES = [number for number in Role.values() if number not in (Role.ROLE_UNSPECIFIED, Role.ROLE_DRUMS)]


def heard(wav: bytes) -> NDArray[np.float64]:
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768


def bar(*notes: Note, index: int = 0) -> Bar:
    return Bar(index=index, meter=METER, notes=notes)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("pitch", "hertz"), [(69, 440.0), (45, 110.0), (81, 880.0)])
def test_a_note_sounds_at_its_pitch_while_it_lasts_and_then_no_more(
    role: Role.ValueType, pitch: int, hertz: float
) -> None:
    samples = heard(render([bar(Note(pitch=pitch, start_step=4, duration_steps=8, velocity=100))], 120, role))
    second = RATE  # at 120 BPM a step is an eighth of a second: it sounds from 0.5 s to 1.5 s
    assert np.abs(samples[: second // 2]).max() == 0
    assert np.abs(samples[second // 2 : 3 * second // 2]).max() > 0.5
    assert np.abs(samples[round(1.6 * second) :]).max() == 0
    window = samples[round(0.8 * second) : round(1.3 * second)]
    spectrum = np.abs(np.fft.rfft(window * np.hanning(len(window))))
    assert np.fft.rfftfreq(len(window), 1 / RATE)[spectrum.argmax()] == pytest.approx(hertz, abs=3)


def test_a_tie_prolongs_and_does_not_sound_anew() -> None:
    first = bar(Note(pitch=50, start_step=12, duration_steps=4, velocity=90))
    second = bar(Note(pitch=50, duration_steps=4, velocity=90, tied=True), index=1)
    (tone,) = tones([first, second], 120)
    assert (tone.start, tone.end) == (1.5, 2.5)


def test_micro_timing_moves_onset_and_release() -> None:
    (tone,) = tones(
        [bar(Note(pitch=50, start_step=4, duration_steps=2, velocity=127, offset_ticks=60, release_ticks=-120))], 60
    )
    assert (tone.start, tone.end, tone.strength) == (1.125, 1.25, 1.0)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 127), st.integers(0, 15), st.integers(1, 127)), max_size=12),
    st.floats(60, 300),
    st.sampled_from(ROLES),
)
def test_it_lasts_as_long_as_its_bars_and_never_clips(
    notes: list[tuple[int, int, int]], bpm: float, role: Role.ValueType
) -> None:
    made = [Note(pitch=p, start_step=s, duration_steps=16 - s, velocity=v) for p, s, v in notes]
    samples = heard(render([bar(*made), bar(index=1)], bpm, role))
    assert len(samples) / RATE == pytest.approx(2 * 4 * 60 / bpm + 0.4, abs=0.001)
    assert np.abs(samples).max(initial=0) <= 0.81
    assert np.isfinite(samples).all()


def install(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


async def test_the_first_player_that_is_there_gets_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setattr(playback, "_PLAYERS", (("no-such-player",), ("some-player", "-q")))
    install(tmp_path, "some-player", f'cp "$2" {tmp_path}/heard')
    await playback.play(b"sound")
    assert (tmp_path / "heard").read_bytes() == b"sound"


async def test_no_player_and_a_player_that_fails_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playback, "_PLAYERS", (("no-such-player",),))
    with pytest.raises(playback.CannotPlay, match="sudo apt install alsa-utils"):
        await playback.play(b"")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setattr(playback, "_PLAYERS", (("deaf",),))
    install(tmp_path, "deaf", "echo no sound card >&2; exit 1")
    with pytest.raises(playback.CannotPlay, match="deaf: no sound card"):
        await playback.play(b"")


async def test_cancelling_stops_the_player(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setattr(playback, "_PLAYERS", (("endless",),))
    install(tmp_path, "endless", f"echo $$ > {tmp_path}/pid; exec sleep 1000")
    playing = asyncio.create_task(playback.play(b""))
    pid = tmp_path / "pid"
    while not pid.exists() or not pid.read_text():  # noqa: ASYNC110 - of another process
        await asyncio.sleep(0.01)
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)
