"""The trained network, run by onnxruntime: three graphs, for the state, the kind of a step and its pitch.

`training.melody_line.export` writes them; what their inputs mean stands in `features.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from modelstore.manifest import FilesManifest, WeightsError, load_files
from modelstore.onnx_session import Binding, bind, open_graph
from services.melody.line_model.features import StepFeatures, note_features
from services.melody.line_model.history import KINDS, PITCHES
from services.melody.line_model.originality import FILE as RUNS
from services.melody.line_model.originality import Originality

Floats = NDArray[np.float32]

ADVANCE, KINDS_OF_STEP, PITCHES_OF_ONSET = "advance.onnx", "kinds.onnx", "pitches.onnx"
_ONES = "ones"

# Index of the move from each pitch to every other, (PITCHES, 1, PITCHES).
_MOVES = (np.arange(PITCHES)[None] - np.arange(PITCHES)[:, None] + PITCHES - 1)[:, None]


@dataclass(frozen=True, slots=True)
class LineState:
    """State of the network after the notes of a line.

    Attributes:
        memory: States of the recurrent layers, (1, 2H).
        kinds: Their contribution to the head of kinds, (1, step_hidden).
        pitches: Their contribution to the head of pitches, (1, pitch_hidden).
    """

    memory: Floats
    kinds: Floats
    pitches: Floats


class _BoundGraph:
    """A graph whose inputs and outputs are bound once: passing new arrays would cost as much as running a head.

    Args:
        content: The ONNX model.
        names: Of its outputs, in the order in which `run` returns them.
    """

    def __init__(self, content: bytes, names: Sequence[str]) -> None:
        self._session = open_graph(content)
        self.metadata = self._session.get_modelmeta().custom_metadata_map
        shapes = {found.name: found.shape for found in (*self._session.get_inputs(), *self._session.get_outputs())}
        self._outputs = {name: np.zeros(shapes[name], np.float32) for name in names}
        self._inputs = {
            found.name: np.zeros(found.shape, np.int64 if "int64" in found.type else np.float32)
            for found in self._session.get_inputs()
            if found.name != _ONES
        }
        # By the number of ones, which differs between chords.
        self._bound: dict[int, tuple[NDArray[np.int64], Binding]] = {}
        self._lock = Lock()

    def zeros(self, name: str) -> Floats:
        """Zeros in the shape of an input."""
        return np.zeros(self._inputs[name].shape, np.float32)

    def run(self, ones: Sequence[int], inputs: Mapping[str, NDArray[np.generic]]) -> list[Floats]:
        """Run the graph.

        Args:
            ones: Indices of the ones; see `StepFeatures`.
            inputs: The other inputs by name.
        """
        with self._lock:
            places, binding = self._bound.get(len(ones)) or self._bind(len(ones))
            places[:] = ones
            for name, value in inputs.items():
                self._inputs[name][...] = value
            self._session.run_with_iobinding(binding)
            return [output.copy() for output in self._outputs.values()]

    def _bind(self, number: int) -> tuple[NDArray[np.int64], Binding]:
        places = np.zeros(number, np.int64)
        self._bound[number] = places, bind(self._session, {**self._inputs, _ONES: places}, self._outputs)
        return self._bound[number]


class LineNetwork:
    """The network.

    Args:
        graphs: The three ONNX models by file name.
        originality: Runs of the training tunes; None when they are not known.

    Raises:
        WeightsError: onnxruntime cannot use them.
    """

    def __init__(self, graphs: Mapping[str, bytes], originality: Originality | None = None) -> None:
        self.originality = originality
        try:
            self._advance = _BoundGraph(graphs[ADVANCE], ("memory_after", "step_base", "pitch_base"))
            self._kinds = _BoundGraph(graphs[KINDS_OF_STEP], ("logits",))
            self._pitches = _BoundGraph(graphs[PITCHES_OF_ONSET], ("logits",))
        except Exception as error:
            # onnxruntime's exceptions share no public base class.
            raise WeightsError(f"onnxruntime cannot use the line model: {error}") from error
        start = self._advance.metadata
        kinds, pitches = (np.frombuffer(bytes.fromhex(start[name]), np.float32)[None] for name in ("kinds", "pitches"))
        self._start = LineState(self._advance.zeros("memory"), kinds, pitches)

    def start(self) -> LineState:
        """State before the first note."""
        return self._start

    def advance(self, features: StepFeatures, pitch: int, previous: int, state: LineState) -> LineState:
        """State after one more note.

        Args:
            features: Of the step of its onset.
            pitch: Its index, 0 to PITCHES - 1.
            previous: Index of the pitch before; -1 for the first note.
            state: State before it.
        """
        inputs = {"votes": features.votes, "memory": state.memory}
        return LineState(*self._advance.run(note_features(features.ones, pitch, previous), inputs))

    def kind_logits(self, features: StepFeatures, state: LineState) -> Floats:
        """Logits of the kind of a step, (KINDS,).

        Args:
            features: Of the step.
            state: After the notes before it.
        """
        inputs = {"votes": features.votes, "base": state.kinds, "voices": features.votes.reshape(-1, KINDS)}
        logits: Floats = self._kinds.run(features.ones, inputs)[0][0]
        return logits

    def pitch_logits(self, features: StepFeatures, votes: Floats, previous: int, state: LineState) -> Floats:
        """Logits of the pitch of an onset, (PITCHES,).

        Args:
            features: Of its step.
            votes: `History.pitch_votes`, (PITCH_VOTES, PITCHES).
            previous: Index of the pitch before; -1 for the first note.
            state: After the notes before it.
        """
        moves = _MOVES[previous] if previous >= 0 else _MOVES[PITCHES // 2]  # the first one moves from the middle
        inputs = {"votes": features.votes, "base": state.pitches, "voices": votes, "moves": moves}
        logits: Floats = self._pitches.run(features.ones, inputs)[0][0]
        return logits


def load(folder: Path) -> tuple[LineNetwork, FilesManifest]:
    """Read the network of a folder.

    Raises:
        WeightsError: Files are missing, are not those of the manifest, or cannot be used.
    """
    files, manifest = load_files(folder)
    runs = Originality.read(files[RUNS]) if RUNS in files else None
    return LineNetwork(files, runs), manifest
