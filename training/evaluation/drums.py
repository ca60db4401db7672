"""How well the drums specialist and its baselines predict grooves that they have not seen.

`evaluate` scores any folder of MIDI files. Each step of each file is predicted from the steps before it, all of which
are given as they were played:

- `bits_per_step`: mean cost of the hit set of a sixteenth step, silent ones too.
- `bits_per_onset`: what all steps cost together, per onset: a step that strikes something, however many pieces at once.
- `bits_per_onset_step`: mean cost of the steps that strike something; `bits_per_other_step`, of the silent ones.
- `bits_per_step_not_repeated`: of the steps in bars that are just like no earlier bar of their file;
  `steps_not_repeated`: how many.
- `steps`, `onsets`, `strokes`: how many were scored; a step has a stroke for each piece that it strikes.
- `hit_f1`: a piece is predicted when its probability exceeds 0.4.
- `velocity_mae`, `offset_mae_ms`: distance of the predicted velocity (1-127) and micro-timing from those played, over
  all strokes, the set of the step being given.
- `groove_similarity`: every fourth bar, a model goes on alone for a bar with the likeliest sets; the cosine between the
  onsets, by step and class, of that bar and of the one that was played.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from modelstore.manifest import WeightsError, load_arrays
from music.meter import steps_per_bar
from services.drums.neural.features import FloatArray
from services.drums.neural.hit_history import CLASSES_OF_SET
from services.drums.neural.onnx_models import HitPredictor, SpecialistModel, TouchPredictor
from services.drums.performance.deviation_model import PROBABILITIES
from training.data.skipping import EmptyFolder
from training.drum_hits.baselines import ORDER, DrumMarkovModel
from training.drum_hits.midi_folder import read_folder
from training.drum_hits.mixer import DrumExperts, mixed_probabilities
from training.drum_hits.sequences import DrumSequence
from training.evaluation.bar_kinds import steps_not_repeated

_FAILED, _BAD_INPUT = 1, 2  # as of the boumb command
MODELS = Path(__file__).parents[2] / "models"
_LIKELY = 0.4
_LEAST = 1e-30  # a probability below what single precision tells from nothing
_MEDIAN = PROBABILITIES.index(0.5)
_EVERY, _MOST_BARS = 4, 8  # bars continued: every fourth, so many of one file


class DrumModel(Protocol):
    """Predicts a sequence step by step."""

    def probabilities(self) -> FloatArray:
        """Probability of every hit set on the next step: (SETS,)."""

    def expected(self, struck: FloatArray) -> FloatArray:
        """Velocities and offsets expected of what is struck on the next step, given that: (2, CLASSES)."""

    def append(self, sequence: DrumSequence, step: int) -> None:
        """Move past a step of the sequence.

        Args:
            sequence: The sequence.
            step: Index of the step that has passed.
        """

    def continue_alone(self, steps: int) -> list[int]:
        """The likeliest sets of the next steps, each given those before; the model's own state stays as it is."""


class _SpecialistModel:
    """The networks that ship."""

    def __init__(self, model: SpecialistModel, sequence: DrumSequence) -> None:
        self._hits: HitPredictor = model.hit_predictor(sequence.setting)
        self._touch: TouchPredictor = model.touch_predictor(sequence.setting)

    def probabilities(self) -> FloatArray:
        return self._hits.probabilities()

    def expected(self, struck: FloatArray) -> FloatArray:
        expected = np.zeros((2, len(struck)), dtype=np.float32)
        expected[:, struck > 0] = self._touch.quantiles(struck.tolist())[..., _MEDIAN].T
        return expected

    def append(self, sequence: DrumSequence, step: int) -> None:
        self._hits.append(int(sequence.sets[step]))
        self._touch.append(*(rows[step].tolist() for rows in (sequence.struck, sequence.velocities, sequence.offsets)))

    def continue_alone(self, steps: int) -> list[int]:
        alone, sets = self._hits.copy(), []
        for _ in range(steps):
            sets.append(int(alone.probabilities().argmax()))
            alone.append(sets[-1])
        return sets


class _BaselineModel:
    """A Markov model, with what is usual of each class or of each class on each step of the bar."""

    def __init__(self, markov: DrumMarkovModel, usual: FloatArray) -> None:
        self._markov = markov
        self._usual = usual
        self._history: list[int] = []

    def probabilities(self) -> FloatArray:
        return self._markov.probabilities(self._history)

    def expected(self, struck: FloatArray) -> FloatArray:  # noqa: ARG002 - one for all sets
        usual: FloatArray = self._usual[:, len(self._history) % self._usual.shape[1]]
        return usual

    def append(self, sequence: DrumSequence, step: int) -> None:
        self._history.append(int(sequence.sets[step]))

    def continue_alone(self, steps: int) -> list[int]:
        history = list(self._history)
        for _ in range(steps):
            history.append(int(self._markov.probabilities(history).argmax()))
        return history[len(self._history) :]


class _MixerModel:
    """Counts, places in the bar and matches, mixed; strokes as usual."""

    def __init__(self, experts: DrumExperts, gate: NDArray[Any], usual: FloatArray) -> None:
        self._experts, self._gate, self._usual = experts, gate, usual
        self._passed = 0

    def probabilities(self) -> FloatArray:
        return mixed_probabilities(self._experts, self._gate)

    def expected(self, struck: FloatArray) -> FloatArray:  # noqa: ARG002 - one for all sets
        usual: FloatArray = self._usual[:, self._passed % self._usual.shape[1]]
        return usual

    def append(self, sequence: DrumSequence, step: int) -> None:
        self._experts.append(int(sequence.sets[step]))
        self._passed += 1

    def continue_alone(self, steps: int) -> list[int]:
        alone, sets = self._experts.copy(), []
        for _ in range(steps):
            sets.append(int(mixed_probabilities(alone, self._gate).argmax()))
            alone.append(sets[-1])
        return sets


class _LastBarModel:
    """Repeats the bar before, stroke for stroke, as often as that is right; else goes by frequency."""

    def __init__(self, unigram: DrumMarkovModel, agreement: float, usual: FloatArray, sequence: DrumSequence) -> None:
        self._otherwise = unigram.probabilities(())
        self._agreement = agreement
        self._usual = usual
        self._bar = steps_per_bar(sequence.setting.meter)
        self._history: list[int] = []
        self._played: list[FloatArray] = []

    def probabilities(self) -> FloatArray:
        if len(self._history) < self._bar:
            return self._otherwise
        probabilities = self._otherwise * (1 - self._agreement)
        probabilities[self._history[-self._bar]] += self._agreement
        return probabilities

    def expected(self, struck: FloatArray) -> FloatArray:  # noqa: ARG002 - one for all sets
        usual: FloatArray = self._usual[:, 0]
        if len(self._history) < self._bar:
            return usual
        again = CLASSES_OF_SET[self._history[-self._bar]] > 0
        return np.where(again, self._played[-self._bar], usual)

    def append(self, sequence: DrumSequence, step: int) -> None:
        self._history.append(int(sequence.sets[step]))
        self._played.append(np.stack((sequence.velocities[step], sequence.offsets[step])))

    def continue_alone(self, steps: int) -> list[int]:
        history = list(self._history)
        for _ in range(steps):
            history.append(history[-self._bar] if len(history) >= self._bar else int(self._otherwise.argmax()))
        return history[len(self._history) :]


@dataclass(slots=True)
class _DrumTally:
    """Sums over sequences, of which the metrics are means."""

    bits: float = 0.0
    onset_bits: float = 0.0
    first_bits: float = 0.0
    first_steps: int = 0
    steps: int = 0
    onsets: int = 0
    strokes: int = 0
    right: float = 0.0
    predicted: float = 0.0
    velocity_error: float = 0.0
    offset_error_ms: float = 0.0
    similarities: list[float] = field(default_factory=list)

    def metrics(self) -> dict[str, Any]:
        """Means over all that was counted, by the names that the module describes."""
        similar = np.mean(self.similarities) if self.similarities else 0.0
        return {
            "bits_per_step": round(self.bits / max(self.steps, 1), 4),
            "bits_per_onset": round(self.bits / max(self.onsets, 1), 4),
            "bits_per_onset_step": round(self.onset_bits / max(self.onsets, 1), 4),
            "bits_per_other_step": round((self.bits - self.onset_bits) / max(self.steps - self.onsets, 1), 4),
            "bits_per_step_not_repeated": round(self.first_bits / max(self.first_steps, 1), 4),
            "steps": self.steps,
            "steps_not_repeated": self.first_steps,
            "onsets": self.onsets,
            "strokes": self.strokes,
            "hit_f1": round(2 * self.right / max(self.predicted + self.strokes, 1), 4),
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
        One entry per model, the specialist last: `name`, the figures that the module describes, `files`, and `skipped`:
        reasons and counts.

    Raises:
        EmptyFolder: There is no such folder or index, or no file in it can be scored.
        WeightsError: A model is not what its manifest says.
    """
    sequences, skipped = read_folder(midi_dir, info_csv)
    if not sequences:
        raise EmptyFolder(f"no file of {midi_dir} can be scored: {json.dumps(skipped)}")
    return [{**entry, "files": len(sequences), "skipped": skipped} for entry in score_all(sequences, models)]


def score_all(sequences: Sequence[DrumSequence], models: Path = MODELS) -> list[dict[str, Any]]:
    """Score sequences; an entry per model, as in `evaluate`.

    Args:
        sequences: At least one.
        models: Folder of the models that ship.

    Raises:
        WeightsError: A model is not what its manifest says.
    """
    arrays, _ = load_arrays(models / "groove-baselines")
    specialist, _ = SpecialistModel.load(models / "specialist-drums")
    mixer, _ = load_arrays(models / "groove-mixer")
    unigram, markov = DrumMarkovModel(arrays, 0), DrumMarkovModel(arrays, ORDER)
    of_class: NDArray[Any] = arrays["usual_of_class"][:, None]
    agreement = float(arrays["agreement"][0])
    tallies: dict[str, _DrumTally] = {
        name: _DrumTally() for name in ("unigram", f"markov_{ORDER}", "last_bar", "mixer", "specialist")
    }
    for sequence in sequences:
        scored: Mapping[str, DrumModel] = {
            "unigram": _BaselineModel(unigram, of_class),
            f"markov_{ORDER}": _BaselineModel(markov, arrays["usual"]),
            "last_bar": _LastBarModel(unigram, agreement, of_class, sequence),
            "mixer": _MixerModel(
                DrumExperts(markov, mixer["places"], steps_per_bar(sequence.setting.meter)),
                mixer["gate"],
                arrays["usual"],
            ),
            "specialist": _SpecialistModel(specialist, sequence),
        }
        for name, model in scored.items():
            _score(model, sequence, tallies[name])
    return [{"name": name, **tally.metrics()} for name, tally in tallies.items()]


def _score(model: DrumModel, sequence: DrumSequence, tally: _DrumTally) -> None:
    bar = steps_per_bar(sequence.setting.meter)
    bars = 0
    first_time = steps_not_repeated(sequence.sets, bar).tolist()
    for step, played in enumerate(sequence.sets.tolist()):
        number, place = divmod(step, bar)
        whole = step + bar <= len(sequence.sets)
        if place == 0 and number and number % _EVERY == 0 and whole and bars < _MOST_BARS:
            bars += 1
            tally.similarities.append(_similarity(model.continue_alone(bar), sequence.sets[step : step + bar].tolist()))
        probabilities = model.probabilities()
        cost = -float(np.log2(max(float(probabilities[played]), _LEAST)))
        tally.bits += cost
        tally.steps += 1
        if first_time[step]:
            tally.first_bits += cost
            tally.first_steps += 1
        predicted = probabilities @ CLASSES_OF_SET > _LIKELY
        tally.predicted += float(predicted.sum())
        if played:
            struck = sequence.struck[step] > 0
            tally.onset_bits += cost
            tally.onsets += 1
            tally.strokes += int(struck.sum())
            tally.right += float((predicted & struck).sum())
            velocities, offsets = model.expected(sequence.struck[step])
            tally.velocity_error += float(np.abs(velocities - sequence.velocities[step])[struck].sum())
            tally.offset_error_ms += float(np.abs(offsets - sequence.offsets[step])[struck].sum()) * sequence.step_ms
        model.append(sequence, step)


def _similarity(ours: Sequence[int], theirs: Sequence[int]) -> float:
    """Cosine between the onsets of two bars; 1 for two silent ones."""
    first, second = CLASSES_OF_SET[list(ours)], CLASSES_OF_SET[list(theirs)]
    strokes = float(first.sum()), float(second.sum())
    if not all(strokes):
        return float(strokes[0] == strokes[1])
    return float((first * second).sum()) / float(np.sqrt(strokes[0] * strokes[1]))


def main() -> None:
    """Evaluate the drums specialist and its baselines: JSON on standard output."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--midi", type=Path, required=True, help="folder of MIDI files")
    parser.add_argument("--info", type=Path, help="index with style, tempo and metre of the files")
    options = parser.parse_args()
    try:
        entries = evaluate(options.midi, options.info)
    except (EmptyFolder, WeightsError) as reason:
        print(f"boumb: {reason}", file=sys.stderr)
        sys.exit(_BAD_INPUT if isinstance(reason, EmptyFolder) else _FAILED)
    print(json.dumps(entries, indent=2))


if __name__ == "__main__":
    main()
