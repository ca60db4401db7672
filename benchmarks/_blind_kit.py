"""A blind listening kit: pairs of melodies as WAV files, a page to vote on, and the key apart from both.

Both melodies of a pair begin with the same two bars of a human one and go on for as many bars. All are played by the
same sound at the same velocity and tempo, cut to the same length, and equally loud (root mean square where they
sound). What they are stands in the key alone.
"""

import hashlib
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import numpy as np
from boumbapp.music.v2.music_pb2 import ROLE_MELODY
from numpy.typing import NDArray

from cli.audio.sound import RATE, note_samples, wav
from music.meter import steps_per_bar
from training.baselines.bundle import load as load_baselines
from training.data.midi_folder import read_folder
from training.data.skipping import EmptyFolder
from training.evaluation.engine_samples import engine_samples
from training.evaluation.sampler import GruSampler, sample_continuation
from training.scoring.continuation_requests import bars_of, requests_of
from training.scoring.continuation_tasks import ContinuationTask, continuation_tasks
from training.scoring.protocol import EventLine

# What listeners get is the folder; the key lies beside it.
KEY, FOR_LISTENERS, PAGE, SOUNDS = "key.json", "listen", "index.html", "sounds"
OURS, HUMAN, BASELINE = "ours", "human", "baseline"
COMPARISONS = tuple(combinations((OURS, HUMAN, BASELINE), 2))
_PAGE = Path(__file__).parent / "data" / "blind.html"
_PLACE = "/*KIT*/"
_BARS = 6  # after the two that both have
_BPM = 110.0
_FADE_S = 0.05
_PEAK = 0.9
_BLOCK_S = 0.05
Samples = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two melodies that go on from one beginning.

    Attributes:
        number: From 1.
        tune: Name of the human melody.
        sides: What "a" and "b" are: two of ours, human, baseline.
        sounds: Their samples, equally long and loud.
    """

    number: int
    tune: str
    sides: Mapping[str, str]
    sounds: Mapping[str, Samples]


def make_pairs(folder: Path, count: int, seed: int) -> list[Pair]:
    """Compose and render pairs, the comparisons in turn.

    Args:
        folder: Human music: MIDI or MusicXML files, at any depth.
        count: How many pairs.
        seed: Draws the tunes, their order and which side is which.

    Raises:
        EmptyFolder: No file has a melody that is long enough.
        WeightsError: A model is missing.
    """
    lines = [EventLine.of(tune) for tune in read_folder(folder).tunes]
    tasks = [_shortened(task) for task in continuation_tasks(line for line in lines if len(line.onsets))]
    tasks = [task for task in tasks if _is_full(task)]
    if not tasks:
        raise EmptyFolder(f"no melody of {folder} goes on for {_BARS} bars after its first two")
    draws = random.Random(seed)
    draws.shuffle(tasks)
    makers: Mapping[str, Callable[[ContinuationTask, int], EventLine]] = {
        OURS: _ours,
        HUMAN: lambda task, _: task.continuation,
        BASELINE: _baseline,
    }
    pairs = []
    for index in range(count):
        # All tunes once, then all of them again in the next comparison: two pairs of a tune would tell which is human.
        turn, place = divmod(index, len(tasks))
        task, kinds = tasks[place], list(COMPARISONS[(place + turn) % len(COMPARISONS)])
        draws.shuffle(kinds)
        sides = dict(zip("ab", kinds, strict=True))
        drawn = draws.randrange(2**32)
        sounds = {side: _sound(task, makers[kind](task, drawn)) for side, kind in sides.items()}
        pairs.append((task.primer.name, sides, _levelled(sounds)))
    draws.shuffle(pairs)
    return [Pair(number, *pair) for number, pair in enumerate(pairs, 1)]


def write_kit(pairs: Sequence[Pair], out: Path) -> str:
    """Write sounds and page into a folder for listeners, and the key beside it.

    Args:
        pairs: Of the kit.
        out: The folder; it is made where it is missing.

    Returns:
        The kit's name, by which votes are kept apart.
    """
    listen = out / FOR_LISTENERS
    (listen / SOUNDS).mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    shown = []
    for pair in pairs:
        names = {}
        for side, samples in pair.sounds.items():
            names[side] = f"{SOUNDS}/{pair.number:03}-{side}.wav"
            content = wav(samples, louder=False)
            digest.update(content)
            (listen / names[side]).write_bytes(content)
        shown.append({"pair": pair.number, **names})
    kit = digest.hexdigest()[:12]
    page = _PAGE.read_text(encoding="utf-8")
    (listen / PAGE).write_text(page.replace(_PLACE, json.dumps({"kit": kit, "pairs": shown})), encoding="utf-8")
    key = {"kit": kit, "pairs": [{"pair": pair.number, "tune": pair.tune, **pair.sides} for pair in pairs]}
    (out / KEY).write_text(json.dumps(key, indent=1) + "\n", encoding="utf-8")
    return kit


def _shortened(task: ContinuationTask) -> ContinuationTask:
    steps = steps_per_bar(task.primer.meter) * _BARS
    return replace(task, continuation=replace(task.continuation, events=task.continuation.events[:steps]))


def _is_full(task: ContinuationTask) -> bool:
    """Whether it goes on for long enough, with a note in most bars."""
    steps = steps_per_bar(task.primer.meter) * _BARS
    return len(task.continuation.events) == steps and len(task.continuation.onsets) >= _BARS


def _ours(task: ContinuationTask, seed: int) -> EventLine:
    request = next(requests_of([task], 1))
    drawn = replace(request, brief=replace(request.brief, seed=seed))
    return engine_samples([drawn])[0].line


def _baseline(task: ContinuationTask, seed: int) -> EventLine:
    return sample_continuation(GruSampler(load_baselines()[2], task), task, seed).line


def _sound(task: ContinuationTask, continuation: EventLine) -> Samples:
    events = np.concatenate([task.primer.events, continuation.events])
    bars = bars_of(replace(continuation, events=events))
    return note_samples(bars, _BPM, ROLE_MELODY)


def _levelled(sounds: Mapping[str, Samples]) -> dict[str, Samples]:
    """Sounds of one length and one loudness; the louder peak of them stays below full scale."""
    length = min(map(len, sounds.values()))
    fade = np.ones(length)
    tail = min(round(_FADE_S * RATE), length)
    fade[length - tail :] = np.linspace(1, 0, tail)
    level = {side: samples[:length] * fade for side, samples in sounds.items()}
    level = {side: samples / _loudness(samples) for side, samples in level.items()}
    peak = max(float(np.abs(samples).max()) for samples in level.values())
    return {side: samples * (_PEAK / peak) for side, samples in level.items()}


def _loudness(samples: Samples) -> float:
    """Root mean square of what sounds: of blocks that are not 20 dB below the loudest, so that rests do not count."""
    block = round(_BLOCK_S * RATE)
    powers = np.array([np.mean(samples[start : start + block] ** 2) for start in range(0, len(samples), block)])
    loudest = powers.max(initial=0.0)
    return float(np.sqrt(powers[powers >= loudest / 100].mean())) if loudest else 1.0
