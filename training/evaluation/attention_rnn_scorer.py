"""Magenta's attention_rnn among the models that are evaluated, by the library itself in its own environment.

It is given the same lines. It does not predict a line's first step, which is left out of its mean; it moves lines to C
by its own estimate of their key, and what is outside its three octaves by octaves. All three are to its advantage.
"""

import json
import math
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from services.melody.line_model.history import LOWEST, fold
from training.evaluation.metrics import BarKindTally
from training.evaluation.sampler import Sample
from training.scoring.continuation_tasks import ContinuationTask, rounds
from training.scoring.protocol import EventLine

_ROOT = Path(__file__).parents[2]
_PYTHON = _ROOT / ".venv-magenta/bin/python"
_BUNDLE = _ROOT / "models/magenta-attention-rnn/attention_rnn.mag"
_LAST_LINES = 3
_SHORTEST = 2  # steps


class UnavailableModel(Exception):
    """A model that cannot be scored here; the text says why."""


def magenta_metrics(lines: Sequence[EventLine]) -> dict[str, Any]:
    """Metrics of attention_rnn, as `training.evaluation.melody` describes them.

    Raises:
        UnavailableModel: There is no environment or bundle for it, or the library fails.
    """
    chosen = [line for line in lines if len(line.events) >= _SHORTEST]
    if not chosen:
        raise UnavailableModel(f"no line has the {_SHORTEST} steps that it needs")
    return metrics_of(chosen, _run("training.magenta.score", map(_events, chosen)))


def magenta_samples(tasks: Sequence[ContinuationTask], count: int) -> list[Sample]:
    """Melodies that attention_rnn composes; see `training.evaluation.sampler`.

    Args:
        tasks: At least one.
        count: Melodies in all.

    Raises:
        UnavailableModel: There is no environment or bundle for it, or the library fails.
    """
    chosen = list(rounds(tasks, count))
    requests = [
        {"primer": _events(task.primer), "steps": len(task.continuation.events), "seed": seed} for seed, task in chosen
    ]
    answers = _run("training.magenta.samples", requests)
    return [
        Sample(replace(task.continuation, events=np.array(list(map(_event, answer["events"])))), answer["seconds"])
        for (_, task), answer in zip(chosen, answers, strict=True)
    ]


def _run(module: str, requests: Iterable[Any]) -> list[dict[str, Any]]:
    """What a module says of each melody, in its own environment. Raises UnavailableModel."""
    if not _PYTHON.exists():
        raise UnavailableModel(f"{_PYTHON.parents[1].name} is not there; it could not be set up")
    if not _BUNDLE.exists():
        raise UnavailableModel(f"{_BUNDLE.relative_to(_ROOT)} is not there")
    command: list[str | Path] = [_PYTHON, "-P", "-m", module, "--bundle", _BUNDLE]
    done = subprocess.run(  # noqa: S603  our own
        command, cwd=_ROOT, input="\n".join(map(json.dumps, requests)), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise UnavailableModel("\n".join(done.stderr.splitlines()[-_LAST_LINES:]) or f"it ended with {done.returncode}")
    melodies: list[dict[str, Any]] = json.loads(done.stdout)["melodies"]
    return melodies


def metrics_of(lines: Sequence[EventLine], scores: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Metrics of lines, from what `training.magenta.score` gives for each.

    Args:
        lines: What was scored.
        scores: What was given for each of them.
    """
    kinds = BarKindTally()
    for line, score in zip(lines, scores, strict=True):
        kinds.add(line, np.array(score["nats"]))
    steps, onsets = (int(sum(score[name] for score in scores)) for name in ("steps", "onsets"))
    nats = sum(score["nats_per_step"] * score["steps"] for score in scores)
    onset_nats = sum(score["nats_per_onset"] * score["onsets"] for score in scores)
    bit = math.log(2)
    return {
        "bits_per_step": round(nats / max(steps, 1) / bit, 4),
        "bits_per_onset_step": round(onset_nats / max(onsets, 1) / bit, 4),
        "bits_per_other_step": round((nats - onset_nats) / max(steps - onsets, 1) / bit, 4),
        "bits_per_onset": round(nats / max(onsets, 1) / bit, 4),
        **kinds.metrics(),
        "steps": steps,
        "onsets": onsets,
        "folded": int(sum(score["folded"] for score in scores)),
    }


def _events(line: EventLine) -> list[int]:
    return [event + LOWEST if event >= 0 else event for event in line.events.tolist()]


def _event(event: int) -> int:
    return fold(event - LOWEST) if event >= 0 else event
