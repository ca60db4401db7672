"""Trained graphs, run by onnxruntime a step at a time.

The one module that imports it: its wheels send figures of each process and model to their makers, and keep an
identifier in the home folder, unless a variable that they read when they are loaded says otherwise.
"""

import os
from collections.abc import Mapping
from typing import Any, TypeAlias

from numpy.typing import NDArray

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # before the import
import onnxruntime

Binding: TypeAlias = onnxruntime.IOBinding


def open_graph(content: bytes) -> onnxruntime.InferenceSession:
    """Open an ONNX model on one thread of the processor.

    Raises:
        Exception: Whatever onnxruntime raises, whose exceptions share no public base class.
    """
    options = onnxruntime.SessionOptions()
    # A step is too little work to share: it keeps to the thread that calls.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def bind(
    session: onnxruntime.InferenceSession, inputs: Mapping[str, NDArray[Any]], outputs: Mapping[str, NDArray[Any]]
) -> Binding:
    """Bind arrays to a graph, which reads and writes them in place: new arrays at each run take as long as a layer.

    Args:
        session: The graph.
        inputs: Arrays by name of the input, in its shape and type.
        outputs: Arrays by name of the output, likewise.

    Raises:
        Exception: Whatever onnxruntime raises for a wrong name, shape or type.
    """
    binding = session.io_binding()
    for name, array in inputs.items():
        binding.bind_ortvalue_input(name, onnxruntime.OrtValue.ortvalue_from_numpy(array))
    for name, array in outputs.items():
        binding.bind_ortvalue_output(name, onnxruntime.OrtValue.ortvalue_from_numpy(array))
    return binding
