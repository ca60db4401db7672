"""The trained network, run by onnxruntime: a graph each for a note passed, what a step brings, and an onset's pitch.

`training.line.export` writes them; what their inputs mean stands in `features.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from services.chassis.weights import FilesManifest, WeightsError, load_files
from services.melody.line_model.features import Seen, note
from services.melody.line_model.history import KINDS, PITCHES
from services.melody.line_model.originality import FILE as RUNS
from services.melody.line_model.originality import Originality

Floats = NDArray[np.float32]

ADVANCE, KINDS_OF_STEP, PITCHES_OF_ONSET = "advance.onnx", "kinds.onnx", "pitches.onnx"
_LOGITS = ("logits",)
_MEMORY = ("memory_after", "step_base", "pitch_base")


# Index of the move from each pitch to every other, (PITCHES, 1, PITCHES).
_MOVES = (np.arange(PITCHES)[None] - np.arange(PITCHES)[:, None] + PITCHES - 1)[:, None]


@dataclass(frozen=True, slots=True)
class State:
    """What the network remembers of a line.

    Attributes:
        memory: States of the recurrent layers, (1, 2H).
        kinds: What they give to the head of kinds, (1, step_hidden).
        pitches: What they give to the head of pitches, (1, pitch_hidden).
    """

    memory: Floats
    kinds: Floats
    pitches: Floats


class LineNetwork:
    """The network.

    Args:
        graphs: The three ONNX models by file name.
        originality: Runs of the tunes that it learned from; None when they are not known.

    Raises:
        WeightsError: onnxruntime cannot use them.
    """

    def __init__(self, graphs: Mapping[str, bytes], originality: Originality | None = None) -> None:
        self.originality = originality
        options = onnxruntime.SessionOptions()
        # One step is too little work to share; the threads of many streams are the parallelism.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        try:
            self._advance, self._kinds, self._pitches = (
                onnxruntime.InferenceSession(graphs[name], options, providers=["CPUExecutionProvider"])
                for name in (ADVANCE, KINDS_OF_STEP, PITCHES_OF_ONSET)
            )
        except Exception as error:
            # onnxruntime's exceptions share no public base class.
            raise WeightsError(f"onnxruntime cannot use the line model: {error}") from error
        shapes = {found.name: found.shape for found in self._advance.get_inputs()}
        memory = np.zeros((1, shapes["memory"][1]), np.float32)
        start = self._advance.get_modelmeta().custom_metadata_map
        self._start = State(
            memory,
            np.frombuffer(bytes.fromhex(start["kinds"]), np.float32)[None],
            np.frombuffer(bytes.fromhex(start["pitches"]), np.float32)[None],
        )

    def start(self) -> State:
        """Memory of nothing."""
        return self._start

    def advance(self, seen: Seen, pitch: int, previous: int, state: State) -> State:
        """Memory with one more note, from what was seen at its onset and the pitch before, -1 for none."""
        feeds = {**_seen(note(seen.ones, pitch, previous), seen.votes), "memory": state.memory}
        return State(*self._advance.run(_MEMORY, feeds))

    def kinds(self, seen: Seen, state: State) -> Floats:
        """Logits of what a step brings, (KINDS,)."""
        feeds = {**_seen(*seen), "base": state.kinds, "voices": seen.votes.reshape(-1, KINDS)}
        logits: Floats = self._kinds.run(_LOGITS, feeds)[0][0]
        return logits

    def pitches(self, seen: Seen, votes: Floats, previous: int, state: State) -> Floats:
        """Logits of an onset's pitch, (PITCHES,), from what is seen, voted (PITCH_VOTES, PITCHES) and before."""
        moves = _MOVES[previous] if previous >= 0 else _MOVES[PITCHES // 2]  # the first one moves from the middle
        feeds = {**_seen(*seen), "base": state.pitches, "voices": votes, "moves": moves}
        logits: Floats = self._pitches.run(_LOGITS, feeds)[0][0]
        return logits


def _seen(ones: tuple[int, ...], votes: Floats) -> dict[str, NDArray[np.generic]]:
    return {"ones": np.array(ones), "votes": votes[None]}


def load(folder: Path) -> tuple[LineNetwork, FilesManifest]:
    """Read the network of a folder.

    Raises:
        WeightsError: Files are missing, are not those of the manifest, or cannot be used.
    """
    files, manifest = load_files(folder)
    runs = Originality.read(files[RUNS]) if RUNS in files else None
    return LineNetwork(files, runs), manifest
