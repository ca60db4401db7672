"""Magenta's bundles (.mag): a checkpoint, its graph, and a description by their makers."""

import importlib.util
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import tensorflow as tf
from google.protobuf.message import DecodeError
from numpy.typing import NDArray

from services.magenta.network import Network
from services.magenta.network_encoding import Encoding, EncodingKind
from services.magenta.weights import UnsupportedNetwork, Weights, read_weights

Session = Any  # TensorFlow has no types

# Magenta's own encoding and range of each kind.
ENCODINGS = {
    "attention_rnn": Encoding(EncodingKind.KEY, 48, 83),
    "lookback_rnn": Encoding(EncodingKind.LOOKBACK, 48, 83),
    "basic_rnn": Encoding(EncodingKind.ONE_HOT, 48, 83),
    "mono_rnn": Encoding(EncodingKind.ONE_HOT, 0, 127),
}
# Kinds that were trained on melodies in their own keys, not transposed to C.
IN_ANY_KEY = frozenset({"mono_rnn"})
_ATTENTION_LENGTH = 40
# Errors of rounding may grow in a network's memory: at most steps they are below the first, at all below the second.
_TOLERANCE = 1e-4
_GROWN_TOLERANCE = 1e-2
# A line with leaps, repeats, holds and rests, long enough for both lookbacks; events as in `batch_inputs`.
_PROBE = np.array([*[26, 0, 28, 0, 1, 0, 30, 30, 33, 0, 0, 0, 21, 22, 1, 1] * 3, 26, 0, 25, 1], np.int32)


class DamagedBundle(Exception):
    """The file is not a bundle, or is cut off."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle as it is in its file.

    Attributes:
        kind: Kind of network, as its makers call it.
        description: Their description of it.
        variables: Variables of the checkpoint by name.
        graph: The graph it was saved with, serialised.
        checkpoint: The checkpoint itself.
    """

    kind: str
    description: str
    variables: dict[str, NDArray[Any]]
    graph: bytes
    checkpoint: bytes


@cache
def _messages() -> ModuleType:
    """Load the protobuf module of bundles alone; its package would import all of note_seq's audio dependencies."""
    package = importlib.util.find_spec("note_seq")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("note_seq")
    path = Path(package.submodule_search_locations[0]) / "protobuf" / "generator_pb2.py"
    spec = importlib.util.spec_from_file_location("generator_pb2", path)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(str(path))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_bundle(content: bytes) -> Bundle:
    """Parse a bundle file.

    Raises:
        DamagedBundle: It is not a bundle, or is cut off.
    """
    try:
        message = _messages().GeneratorBundle.FromString(content)
    except DecodeError:
        raise DamagedBundle("not a bundle, or cut off") from None
    if not message.generator_details.id or len(message.checkpoint_file) != 1:
        raise DamagedBundle("a bundle needs the id of its generator and one checkpoint")
    checkpoint = message.checkpoint_file[0]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.ckpt"
        path.write_bytes(checkpoint)
        try:
            reader = tf.train.load_checkpoint(str(path))
            variables = {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()}
        except (tf.errors.OpError, ValueError, RuntimeError) as error:
            raise DamagedBundle(f"the checkpoint cannot be read: {error}") from None
    return Bundle(
        kind=message.generator_details.id,
        description=message.bundle_details.description,
        variables=variables,
        graph=message.metagraph_file,
        checkpoint=checkpoint,
    )


def build_network(bundle: Bundle) -> tuple[Network, bool]:
    """Build the network of a bundle and compare it with the graph in the bundle.

    Returns:
        The network, and whether its probabilities were compared with those of the bundle's graph; False where this
        TensorFlow cannot run that graph.

    Raises:
        UnsupportedNetwork: It is not a known Melody RNN, or the graph gives other probabilities.
    """
    encoding = ENCODINGS.get(bundle.kind)
    if encoding is None:
        raise UnsupportedNetwork(f"kind {bundle.kind!r} is none of {', '.join(ENCODINGS)}")
    weights = read_weights(bundle.variables)
    if (weights.input_size, weights.classes) != (encoding.input_size, encoding.classes):
        raise UnsupportedNetwork(
            f"{weights.input_size} inputs and {weights.classes} classes; "
            f"{bundle.kind} has {encoding.input_size} and {encoding.classes}"
        )
    own = _own_graph(bundle)
    length = _attention_length(weights, own) if own else _ATTENTION_LENGTH
    network = Network(weights, encoding, length)
    if own is None:
        return network, False
    inputs, logits = network.trace(_PROBE)
    likely = _own_softmax(own, inputs)
    if likely is None:
        return network, False
    differences = np.abs(_softmax(logits) - likely).max(1)
    if not (np.median(differences) < _TOLERANCE and differences.max() < _GROWN_TOLERANCE):
        raise UnsupportedNetwork(f"its own graph gives other probabilities, by up to {differences.max():.2g}")
    return network, True


def _own_graph(bundle: Bundle) -> Session | None:
    """A session of the bundle's own graph; None when this TensorFlow cannot run it."""
    v1 = tf.compat.v1
    with tempfile.TemporaryDirectory() as folder, tf.Graph().as_default() as graph:
        checkpoint = Path(folder) / "model.ckpt"
        checkpoint.write_bytes(bundle.checkpoint)
        try:
            saver = v1.train.import_meta_graph(v1.MetaGraphDef.FromString(bundle.graph))
            session = v1.Session()
            saver.restore(session, str(checkpoint))
        except (tf.errors.OpError, ValueError, KeyError, AttributeError, DecodeError):
            return None
    return session if all(map(graph.get_collection, ("inputs", "softmax", "initial_state"))) else None


def _attention_length(weights: Weights, own: Session) -> int:
    """Steps that attention reaches back, from the size of the graph's state; 0 without attention."""
    # A layer keeps two vectors; attention one more, and one for each step that it reaches back.
    attended = sum(block.units for block in weights.blocks if block.attention)
    if not attended:
        return 0
    size = sum(part.shape[-1] for part in own.graph.get_collection("initial_state"))
    length: int = (size - 2 * sum(layer.units for layer in weights.layers)) // attended - 1
    return length


def _own_softmax(own: Session, inputs: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """What the bundle's graph finds likely after each input; None when this TensorFlow cannot run that graph."""
    collection = own.graph.get_collection
    placeholder = collection("inputs")[0]
    # Some graphs are made for many melodies at once: all are given the same.
    batch = placeholder.shape[0] or 1
    feed = {placeholder: np.repeat(inputs[None], batch, 0)}
    # Bundles of 2016 have no temperature.
    feed |= dict.fromkeys(collection("temperature"), 1.0)
    try:
        with own:
            result: NDArray[np.float32] = own.run(collection("softmax")[0], feed)[0]
    except tf.errors.OpError:
        return None
    return result


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max(1, keepdims=True))
    result: NDArray[np.float32] = powers / powers.sum(1, keepdims=True)
    return result
