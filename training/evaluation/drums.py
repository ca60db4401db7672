"""How well the drums specialist and its baselines foretell grooves that they have not seen.

`evaluate` scores any folder of MIDI files. Each step of each file is foretold from the steps before it, all of which
are heard as they were played:

- `bits_per_step`: mean cost of the hit set of a sixteenth step, silent ones too.
- `bits_per_onset`: what all steps cost together, per onset: a step that strikes something, however many pieces at once.
- `bits_per_onset_step`: mean cost of the steps that strike something; `bits_per_other_step`, of the silent ones.
- `steps`, `onsets`, `strokes`: how many were scored; a step has a stroke for each piece that it strikes.
- `hit_f1`: a piece is foretold when its chance exceeds 0.4.
- `velocity_mae`, `offset_mae_ms`: distance of the foretold velocity (1-127) and micro-timing from those played, over
  all strokes, the set of the step being given.
- `groove_similarity`: every fourth bar, a model goes on alone for a bar with the likeliest sets; the cosine between the
  onsets, by step and class, of that bar and of the one that was played.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from modelstore.manifest import load_arrays
from music.meter import steps_per_bar
from services.drums.neural.features import FloatArray
from services.drums.neural.hit_history import CLASSES_OF_SET
from services.drums.neural.onnx_models import HitPredictor, SpecialistModel, TouchPredictor
from services.drums.performance.deviation_model import PROBABILITIES
from training.drum_hits.baselines import ORDER, Markov
from training.drum_hits.midi_folder import read_folder
from training.drum_hits.sequences import Take

MODELS = Path(__file__).parents[2] / "models"
_FORETOLD = 0.4
_LEAST = 1e-30  # a chance below what single precision tells from nothing
_MEDIAN = PROBABILITIES.index(0.5)
_EVERY, _MOST_BARS = 4, 8  # bars continued: every fourth, so many of one file


class Listener(Protocol):
    """Hears a take step by step."""

    def chances(self) -> FloatArray:
        """Probability of every hit set on the next step: (SETS,)."""

    def expected(self, struck: FloatArray) -> FloatArray:
        """Velocities and offsets expected of what is struck on the next step, given that: (2, CLASSES)."""

    def append(self, take: Take, step: int) -> None:
        """Hear a step of the take."""

    def go_on(self, steps: int) -> list[int]:
        """The likeliest sets of the next steps, each given those before; what is heard stays as it is."""


class _Specialist:
    """The specialist."""

    def __init__(self, model: SpecialistModel, take: Take) -> None:
        self._hits: HitPredictor = model.hit_predictor(take.setting)
        self._touch: TouchPredictor = model.touch_predictor(take.setting)

    def chances(self) -> FloatArray:
        return self._hits.probabilities()

    def expected(self, struck: FloatArray) -> FloatArray:
        expected = np.zeros((2, len(struck)), dtype=np.float32)
        expected[:, struck > 0] = self._touch.quantiles(struck.tolist())[..., _MEDIAN].T
        return expected

    def append(self, take: Take, step: int) -> None:
        self._hits.append(int(take.sets[step]))
        self._touch.append(*(rows[step].tolist() for rows in (take.struck, take.velocities, take.offsets)))

    def go_on(self, steps: int) -> list[int]:
        alone, sets = self._hits.copy(), []
        for _ in range(steps):
            sets.append(int(alone.probabilities().argmax()))
            alone.append(sets[-1])
        return sets


class _Baseline:
    """A Markov model, with what is usual of each class or of each class on each step of the bar."""

    def __init__(self, markov: Markov, usual: FloatArray) -> None:
        self._markov = markov
        self._usual = usual
        self._heard: list[int] = []

    def chances(self) -> FloatArray:
        return self._markov.chances(self._heard)

    def expected(self, struck: FloatArray) -> FloatArray:  # noqa: ARG002 - one for all sets
        usual: FloatArray = self._usual[:, len(self._heard) % self._usual.shape[1]]
        return usual

    def append(self, take: Take, step: int) -> None:
        self._heard.append(int(take.sets[step]))

    def go_on(self, steps: int) -> list[int]:
        heard = list(self._heard)
        for _ in range(steps):
            heard.append(int(self._markov.chances(heard).argmax()))
        return heard[len(self._heard) :]


class _LastBar:
    """Repeats the bar before, stroke for stroke, as often as that is right; else goes by frequency."""

    def __init__(self, unigram: Markov, agreement: float, usual: FloatArray, take: Take) -> None:
        self._otherwise = unigram.chances(())
        self._agreement = agreement
        self._usual = usual
        self._bar = steps_per_bar(take.setting.meter)
        self._heard: list[int] = []
        self._played: list[FloatArray] = []

    def chances(self) -> FloatArray:
        if len(self._heard) < self._bar:
            return self._otherwise
        chances = self._otherwise * (1 - self._agreement)
        chances[self._heard[-self._bar]] += self._agreement
        return chances

    def expected(self, struck: FloatArray) -> FloatArray:  # noqa: ARG002 - one for all sets
        usual: FloatArray = self._usual[:, 0]
        if len(self._heard) < self._bar:
            return usual
        again = CLASSES_OF_SET[self._heard[-self._bar]] > 0
        return np.where(again, self._played[-self._bar], usual)

    def append(self, take: Take, step: int) -> None:
        self._heard.append(int(take.sets[step]))
        self._played.append(np.stack((take.velocities[step], take.offsets[step])))

    def go_on(self, steps: int) -> list[int]:
        heard = list(self._heard)
        for _ in range(steps):
            heard.append(heard[-self._bar] if len(heard) >= self._bar else int(self._otherwise.argmax()))
        return heard[len(self._heard) :]


@dataclass(slots=True)
class _Score:
    """Sums over takes."""

    bits: float = 0.0
    onset_bits: float = 0.0
    steps: int = 0
    onsets: int = 0
    strokes: int = 0
    right: float = 0.0
    foretold: float = 0.0
    velocity_error: float = 0.0
    offset_error_ms: float = 0.0
    similarities: list[float] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """Means."""
        similar = np.mean(self.similarities) if self.similarities else 0.0
        return {
            "bits_per_step": round(self.bits / max(self.steps, 1), 4),
            "bits_per_onset": round(self.bits / max(self.onsets, 1), 4),
            "bits_per_onset_step": round(self.onset_bits / max(self.onsets, 1), 4),
            "bits_per_other_step": round((self.bits - self.onset_bits) / max(self.steps - self.onsets, 1), 4),
            "steps": self.steps,
            "onsets": self.onsets,
            "strokes": self.strokes,
            "hit_f1": round(2 * self.right / max(self.foretold + self.strokes, 1), 4),
            "velocity_mae": round(self.velocity_error / max(self.strokes, 1), 3),
            "offset_mae_ms": round(self.offset_error_ms / max(self.strokes, 1), 3),
            "groove_similarity": round(float(similar), 4),
        }


def evaluate(midi_dir: Path, info_csv: Path | None = None, models: Path = MODELS) -> list[dict[str, Any]]:
    """Score a folder of MIDI files.

    Args:
        midi_dir: The folder; its sub-folders count too.
        info_csv: An index in the form of the Groove MIDI Dataset's, with style, tempo and metre of its files.
        models: Folder of the models that ship.

    Returns:
        One entry per model, the specialist last: `name`, the figures that the module tells of, `files`, and `skipped`:
        reasons and counts.

    Raises:
        FileNotFoundError: There is no such folder or index.
        WeightsError: A model is not what its manifest says.
    """
    takes, skipped = read_folder(midi_dir, info_csv)
    return [{**entry, "files": len(takes), "skipped": skipped} for entry in score_all(takes, models)]


def score_all(takes: Sequence[Take], models: Path = MODELS) -> list[dict[str, Any]]:
    """Score takes; see `evaluate`."""
    arrays, _ = load_arrays(models / "groove-baselines")
    specialist, _ = SpecialistModel.load(models / "specialist-drums")
    unigram, markov = Markov(arrays, 0), Markov(arrays, ORDER)
    of_class: NDArray[Any] = arrays["usual_of_class"][:, None]
    agreement = float(arrays["agreement"][0])
    scores: dict[str, _Score] = {name: _Score() for name in ("unigram", f"markov_{ORDER}", "last_bar", "specialist")}
    for take in takes:
        listeners: Mapping[str, Listener] = {
            "unigram": _Baseline(unigram, of_class),
            f"markov_{ORDER}": _Baseline(markov, arrays["usual"]),
            "last_bar": _LastBar(unigram, agreement, of_class, take),
            "specialist": _Specialist(specialist, take),
        }
        for name, listener in listeners.items():
            _listen(listener, take, scores[name])
    return [{"name": name, **score.told()} for name, score in scores.items()]


def _listen(listener: Listener, take: Take, score: _Score) -> None:
    bar = steps_per_bar(take.setting.meter)
    bars = 0
    for step, played in enumerate(take.sets.tolist()):
        number, place = divmod(step, bar)
        whole = step + bar <= len(take.sets)
        if place == 0 and number and number % _EVERY == 0 and whole and bars < _MOST_BARS:
            bars += 1
            score.similarities.append(_similarity(listener.go_on(bar), take.sets[step : step + bar].tolist()))
        chances = listener.chances()
        cost = -float(np.log2(max(float(chances[played]), _LEAST)))
        score.bits += cost
        score.steps += 1
        foretold = chances @ CLASSES_OF_SET > _FORETOLD
        score.foretold += float(foretold.sum())
        if played:
            struck = take.struck[step] > 0
            score.onset_bits += cost
            score.onsets += 1
            score.strokes += int(struck.sum())
            score.right += float((foretold & struck).sum())
            velocities, offsets = listener.expected(take.struck[step])
            score.velocity_error += float(np.abs(velocities - take.velocities[step])[struck].sum())
            score.offset_error_ms += float(np.abs(offsets - take.offsets[step])[struck].sum()) * take.step_ms
        listener.append(take, step)


def _similarity(ours: Sequence[int], theirs: Sequence[int]) -> float:
    """Cosine between the onsets of two bars; 1 for two silent ones."""
    first, second = CLASSES_OF_SET[list(ours)], CLASSES_OF_SET[list(theirs)]
    strokes = float(first.sum()), float(second.sum())
    if not all(strokes):
        return float(strokes[0] == strokes[1])
    return float((first * second).sum()) / float(np.sqrt(strokes[0] * strokes[1]))


def main() -> None:
    """Print the scores as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--midi", type=Path, required=True, help="folder of MIDI files")
    parser.add_argument("--info", type=Path, help="index with style, tempo and metre of the files")
    options = parser.parse_args()
    print(json.dumps(evaluate(options.midi, options.info), indent=2))


if __name__ == "__main__":
    main()
