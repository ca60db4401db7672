"""The trained models, run by onnxruntime: what may be struck next, and how."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from modelstore.manifest import FilesManifest, WeightsError, load_files
from services.drums.neural.features import FloatArray, PieceFeatures
from services.drums.neural.graph import Graph
from services.drums.neural.hit_history import HitHistory
from services.drums.neural.touch_history import LOUDEST, OFFSET_UNIT, TouchHistory

NAME, VERSION = "specialist-drums", "2"
HITS_FILE, TOUCH_FILE = "hits.onnx", "touch.onnx"
_LEAST = 1e-30  # a chance below what single precision tells from nothing
_MOST_OFFSET = 0.5  # steps
# Of what the touch model tells, velocity then offset: the unit, the lowest and the highest value.
_UNITS, _LOWEST, _HIGHEST = np.array(
    ((LOUDEST, OFFSET_UNIT), (1, -_MOST_OFFSET), (LOUDEST, _MOST_OFFSET)), dtype=np.float32
)[..., None]


@dataclass(frozen=True, slots=True)
class SpecialistModel:
    """Both models.

    Attributes:
        hits: The hit model: what may be struck.
        touch: The touch model: how hard and how late.
    """

    hits: Graph
    touch: Graph

    @classmethod
    def load(cls, folder: Path) -> tuple["SpecialistModel", FilesManifest]:
        """Read the models. Raises WeightsError."""
        files, manifest = load_files(folder)
        if not files.keys() >= {HITS_FILE, TOUCH_FILE}:
            raise WeightsError(f"{folder} does not hold {HITS_FILE} and {TOUCH_FILE}")
        return cls(Graph(files[HITS_FILE]), Graph(files[TOUCH_FILE])), manifest

    def hit_predictor(self, setting: PieceFeatures) -> "HitPredictor":
        """One that has heard nothing yet."""
        return HitPredictor(self.hits, HitHistory(setting))

    def touch_predictor(self, setting: PieceFeatures, grid: tuple[float, ...] | None = None) -> "TouchPredictor":
        """One that has heard nothing yet; for the grid see `TouchMemory`."""
        return TouchPredictor(self.touch, TouchHistory(setting, grid))


class HitPredictor:
    """Hears which sets are struck, and tells what may come next.

    Args:
        graph: The hit model.
        memory: What has been heard.
    """

    def __init__(self, graph: Graph, memory: HitHistory) -> None:
        self._graph = graph
        self._memory = memory
        self._state = graph.initial_state()
        self._ahead: tuple[FloatArray, FloatArray] | None = None

    def chances(self) -> FloatArray:
        """Probability of every hit set on the next step: (SETS,)."""
        return self._look_ahead()[0]

    def append(self, struck: int) -> None:
        """Hear which set is struck on the next step."""
        self._state = self._look_ahead()[1]
        self._ahead = None
        self._memory.append(struck)

    def listen(self, sets: Sequence[int]) -> FloatArray:
        """Hear the sets of several steps, and tell what was probable on each before it came: (steps, SETS)."""
        seen, copies = [], []
        for struck in sets:
            seen.append(self._memory.features())
            copies.append(self._memory.copies())
            self._memory.append(struck)
        self._ahead = None
        chances, self._state = self._run(seen, copies)
        return chances

    def copy(self) -> "HitPredictor":
        """One that has heard the same, to hear something else."""
        other = HitPredictor(self._graph, self._memory.copy())
        other._state, other._ahead = self._state, self._ahead
        return other

    def bits(self, sets: Sequence[int]) -> float:
        """What these sets would cost if they came next. They are not heard."""
        chances = self.copy().listen(sets)[np.arange(len(sets)), sets]
        return -float(np.log2(np.maximum(chances, _LEAST)).sum())

    def _look_ahead(self) -> tuple[FloatArray, FloatArray]:
        if self._ahead is None:
            chances, after = self._run([self._memory.features()], [self._memory.copies()])
            self._ahead = chances[0], after
        return self._ahead

    def _run(self, seen: Sequence[Sequence[float]], copies: Sequence[Sequence[int]]) -> tuple[FloatArray, FloatArray]:
        scores, after = self._graph.run(seen, copies, self._state)
        odds = np.exp(scores[:, 0] - scores[:, 0].max(axis=-1, keepdims=True))
        return odds / odds.sum(axis=-1, keepdims=True), after


class TouchPredictor:
    """Hears how strokes are played, and tells how the next ones may be.

    Args:
        graph: The touch model.
        memory: What has been heard.
    """

    def __init__(self, graph: Graph, memory: TouchHistory) -> None:
        self._graph = graph
        self._memory = memory
        self._state = graph.initial_state()
        self._ahead: tuple[Sequence[float], FloatArray, FloatArray] | None = None
        # Steps that nobody asked about, such as silent ones: they are run together with the next one.
        self._waiting: list[list[float]] = []

    def quantiles(self, struck: Sequence[float]) -> FloatArray:
        """Quantiles of how the next step is played, at `feel_model.PROBABILITIES`.

        Args:
            struck: Which classes are struck on it, 0 or 1, one per class; at least one is.

        Returns:
            Of each class that is struck, in their order, velocities, 1-127, and offsets as fractions of a step, -0.5 to
            0.5: (struck classes, 2, probabilities).
        """
        return self._look_ahead(struck)[0]

    def append(self, struck: Sequence[float], velocities: Sequence[float], offsets: Sequence[float]) -> None:
        """Hear how the next step is played; see `TouchMemory.append`."""
        if self._ahead is not None and self._ahead[0] == struck:
            self._state = self._ahead[2]
            self._waiting = []
        else:
            self._waiting.append(self._memory.features(struck))
        self._ahead = None
        self._memory.append(struck, velocities, offsets)

    def _look_ahead(self, struck: Sequence[float]) -> tuple[FloatArray, FloatArray]:
        if self._ahead is not None and self._ahead[0] == struck:
            return self._ahead[1:]
        asked = [of_class for of_class, hit in enumerate(struck) if hit]
        told, after = self._graph.run([*self._waiting, self._memory.features(struck)], asked, self._state)
        # Each quantile is learned by itself; in order they are a distribution.
        quantiles: FloatArray = told[:, -1, 0]
        quantiles.sort(axis=-1)
        quantiles *= _UNITS
        np.maximum(np.minimum(quantiles, _HIGHEST, out=quantiles), _LOWEST, out=quantiles)
        self._ahead = struck, quantiles, after
        return quantiles, after
