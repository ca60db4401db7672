"""The specialist's trained models, run by onnxruntime: which hits come next, and with which velocity and offset.

Hits, velocities and offsets are those of Gillick et al., "Learning to Groove with Inverse Sequence Transformations"
(ICML 2019); the models are recurrent and autoregressive, so that a groove can be streamed.
"""

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
_LEAST = 1e-30  # keeps the logarithm of a probability that single precision rounds to 0 finite
_MOST_OFFSET = 0.5  # steps
# For velocity, then offset: the unit of the predictions, the lowest and the highest value.
_UNITS, _LOWEST, _HIGHEST = np.array(
    ((LOUDEST, OFFSET_UNIT), (1, -_MOST_OFFSET), (LOUDEST, _MOST_OFFSET)), dtype=np.float32
)[..., None]


@dataclass(frozen=True, slots=True)
class SpecialistModel:
    """Both models.

    Attributes:
        hits: The hit model.
        touch: The touch model: velocities and offsets.
    """

    hits: Graph
    touch: Graph

    @classmethod
    def load(cls, folder: Path) -> tuple["SpecialistModel", FilesManifest]:
        """Load both models from a folder.

        Raises:
            WeightsError: A file is missing, or is not the one that the manifest names.
        """
        files, manifest = load_files(folder)
        if not files.keys() >= {HITS_FILE, TOUCH_FILE}:
            raise WeightsError(f"{folder} does not hold {HITS_FILE} and {TOUCH_FILE}")
        return cls(Graph(files[HITS_FILE]), Graph(files[TOUCH_FILE])), manifest

    def hit_predictor(self, piece: PieceFeatures) -> "HitPredictor":
        """A predictor of hits at the start of a piece."""
        return HitPredictor(self.hits, HitHistory(piece))

    def touch_predictor(self, piece: PieceFeatures, grid: tuple[float, ...] | None = None) -> "TouchPredictor":
        """A predictor of velocities and offsets at the start of a piece.

        Args:
            piece: What the model is conditioned on.
            grid: Offset of the swung grid at each position of a quarter; see `TouchHistory`.
        """
        return TouchPredictor(self.touch, TouchHistory(piece, grid))


class HitPredictor:
    """Predicts the next hit set of one piece from those before it.

    Args:
        graph: The hit model.
        history: Hit sets so far.
    """

    def __init__(self, graph: Graph, history: HitHistory) -> None:
        self._graph = graph
        self._history = history
        self._state = graph.initial_state()
        self._next: tuple[FloatArray, FloatArray] | None = None  # prediction and state, once computed

    def probabilities(self) -> FloatArray:
        """Probability of every hit set on the next step: (SETS,)."""
        return self._predict()[0]

    def append(self, hit_set: int) -> None:
        """Add the hit set of the next step."""
        self._state = self._predict()[1]
        self._next = None
        self._history.append(hit_set)

    def extend(self, sets: Sequence[int]) -> FloatArray:
        """Add the hit sets of several steps in one run of the model.

        Args:
            sets: A hit set per step; at least one.

        Returns:
            What was predicted for each step from those before it: (steps, SETS).
        """
        features, copies = [], []
        for hit_set in sets:
            features.append(self._history.features())
            copies.append(self._history.copies())
            self._history.append(hit_set)
        self._next = None
        probabilities, self._state = self._run(features, copies)
        return probabilities

    def copy(self) -> "HitPredictor":
        """An independent copy, for trying out a continuation."""
        other = HitPredictor(self._graph, self._history.copy())
        other._state, other._next = self._state, self._next
        return other

    def bits(self, sets: Sequence[int]) -> float:
        """Negative log-likelihood in bits of these hit sets as the next ones; they are not added."""
        probabilities = self.copy().extend(sets)[np.arange(len(sets)), sets]
        return -float(np.log2(np.maximum(probabilities, _LEAST)).sum())

    def _predict(self) -> tuple[FloatArray, FloatArray]:
        if self._next is None:
            probabilities, state = self._run([self._history.features()], [self._history.copies()])
            self._next = probabilities[0], state
        return self._next

    def _run(
        self, features: Sequence[Sequence[float]], copies: Sequence[Sequence[int]]
    ) -> tuple[FloatArray, FloatArray]:
        logits, state = self._graph.run(features, copies, self._state)
        odds = np.exp(logits[:, 0] - logits[:, 0].max(axis=-1, keepdims=True))
        return odds / odds.sum(axis=-1, keepdims=True), state


class TouchPredictor:
    """Predicts velocities and offsets of the next step of one piece from those before it.

    Args:
        graph: The touch model.
        history: Velocities and offsets so far.
    """

    def __init__(self, graph: Graph, history: TouchHistory) -> None:
        self._graph = graph
        self._history = history
        self._state = graph.initial_state()
        self._next: tuple[Sequence[float], FloatArray, FloatArray] | None = None  # hits, quantiles and state
        # Features of steps that needed no prediction, such as silent ones; they are run together with the next one.
        self._pending: list[list[float]] = []

    def quantiles(self, hits: Sequence[float]) -> FloatArray:
        """Quantiles of velocity and offset on the next step, at `deviation_model.PROBABILITIES`.

        Args:
            hits: Which classes are hit on it, 0 or 1: (CLASSES,); at least one is.

        Returns:
            For each class that is hit, in order, velocities, 1-127, and offsets as fractions of a step, -0.5 to 0.5:
            (classes hit, 2, probabilities).
        """
        return self._predict(hits)[0]

    def append(self, hits: Sequence[float], velocities: Sequence[float], offsets: Sequence[float]) -> None:
        """Add the next step.

        Args:
            hits: Which classes are hit, 0 or 1: (CLASSES,).
            velocities: MIDI velocity of each hit, 1-127: (CLASSES,).
            offsets: Offset of each hit as a fraction of a step, -0.5 to 0.5: (CLASSES,).
        """
        if self._next is not None and self._next[0] == hits:
            self._state = self._next[2]
            self._pending = []
        else:
            self._pending.append(self._history.features(hits))
        self._next = None
        self._history.append(hits, velocities, offsets)

    def _predict(self, hits: Sequence[float]) -> tuple[FloatArray, FloatArray]:
        if self._next is not None and self._next[0] == hits:
            return self._next[1:]
        classes = [of_class for of_class, hit in enumerate(hits) if hit]
        predictions, state = self._graph.run([*self._pending, self._history.features(hits)], classes, self._state)
        # Quantiles are learned independently and may cross; sorted they are a distribution.
        quantiles: FloatArray = predictions[:, -1, 0]
        quantiles.sort(axis=-1)
        quantiles *= _UNITS
        np.maximum(np.minimum(quantiles, _HIGHEST, out=quantiles), _LOWEST, out=quantiles)
        self._next = hits, quantiles, state
        return quantiles, state
