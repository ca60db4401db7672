"""The weights of the model that ships, read back from its graphs, so that training can go on from them.

Those of the recurrent layers were rounded to eight bits when they were exported; what that costs, training starts with.
"""

from pathlib import Path

import jax.numpy as jnp
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from modelstore.manifest import WeightsError, load_files
from services.melody.line_model.network import ADVANCE, KINDS_OF_STEP, PITCHES_OF_ONSET
from training.melody_line.network import Params

_RECURRENT = ("gru1.h", "gru2.x", "gru2.h", "step.state", "pitch.state")
_PLAIN = {
    ADVANCE: ("gru1.x", "gru1.bias", "gru2.bias", "step.bias", "pitch.bias"),
    KINDS_OF_STEP: ("step.seen", "step.out"),
    PITCHES_OF_ONSET: ("pitch.seen", "pitch.out"),
}


def read_weights(folder: Path) -> Params:
    """Read the weights of a model that was exported.

    Raises:
        WeightsError: The files are not those of the manifest, or no such graphs.
    """
    files, _ = load_files(folder)
    found: dict[str, NDArray[np.float32]] = {}
    try:
        for file, names in _PLAIN.items():
            constants = _constants(files[file])
            found |= {name: constants[name] for name in names}
            if file == ADVANCE:
                found |= {name: _dequantised(constants, name) for name in _RECURRENT}
                found |= {name: constants[name][-len(found["gru1.h"]) :] for name in ("gru1.n", "gru2.n")}
    except KeyError as error:
        raise WeightsError(f"{folder}: the graphs have no {error}") from error
    return {name: jnp.asarray(values, jnp.float32) for name, values in found.items()}


def _constants(content: bytes) -> dict[str, NDArray[np.float32]]:
    graph = onnx.load_from_string(content).graph
    return {constant.name: numpy_helper.to_array(constant) for constant in graph.initializer}


def _dequantised(constants: dict[str, NDArray[np.float32]], name: str) -> NDArray[np.float32]:
    if name in constants:
        return constants[name]
    whole = constants[f"{name}_quantized"].astype(np.float32)
    zero = constants[f"{name}_zero_point"].astype(np.float32)
    scaled: NDArray[np.float32] = (whole - zero) * constants[f"{name}_scale"]
    return scaled
