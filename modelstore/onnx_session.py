"""Trained graphs, run by onnxruntime a step at a time."""

from collections.abc import Mapping
from typing import Any

import onnxruntime
from numpy.typing import NDArray


def open_graph(content: bytes) -> onnxruntime.InferenceSession:
    """A session for an ONNX model. Raises whatever onnxruntime does, whose exceptions share no public base class."""
    options = onnxruntime.SessionOptions()
    # A step is too little work to share: it keeps to the thread that calls.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def bind(
    session: onnxruntime.InferenceSession, inputs: Mapping[str, NDArray[Any]], outputs: Mapping[str, NDArray[Any]]
) -> onnxruntime.IOBinding:
    """Let a graph read and write these arrays, by name: handing over new ones at each run takes as long as a layer."""
    binding = session.io_binding()
    for name, array in inputs.items():
        binding.bind_ortvalue_input(name, onnxruntime.OrtValue.ortvalue_from_numpy(array))
    for name, array in outputs.items():
        binding.bind_ortvalue_output(name, onnxruntime.OrtValue.ortvalue_from_numpy(array))
    return binding
