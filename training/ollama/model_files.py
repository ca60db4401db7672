"""The files of the model for Ollama, written and read.

The weights are a GGUF file of llama's architecture (halves, norms in full), in which every symbol of the notation is
one token; beside it a Modelfile for `ollama create`, grammars for llama.cpp, and a manifest.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import gguf
import numpy as np
from boumbapp.music.v2.music_pb2 import Meter
from numpy.typing import NDArray

from modelstore.manifest import FilesManifest, save_files
from music.notation.grammar import grammar
from music.notation.vocabulary import BEGIN, END, IDS, TOKENS, UNKNOWN
from training.ollama.config import LlamaShape
from training.ollama.network import EPSILON, ROPE_BASE

NAME: Final = "ollama-line"
GGUF: Final = "line.gguf"
MODELFILE: Final = "Modelfile"
# Metres that most of the training lines have.
_GRAMMARS: Final = {"4-4": (4, 4), "3-4": (3, 4), "2-4": (2, 4), "6-8": (6, 8), "9-8": (9, 8)}
_ARCHITECTURE = "llama"
_MODELFILE = """\
FROM ./{file}
TEMPLATE "{{{{ .Prompt }}}}"
PARAMETER num_ctx {context}
PARAMETER num_predict 128
PARAMETER num_thread 1
PARAMETER temperature 0.8
PARAMETER top_k 0
PARAMETER top_p 0.95
PARAMETER min_p 0
PARAMETER repeat_penalty 1
"""
Weights = Mapping[str, NDArray[Any]]


def export(weights: Weights, shape: LlamaShape, version: str, out: Path) -> FilesManifest:
    """Write the model's files and their manifest.

    Args:
        weights: As training leaves them, named as in GGUF but for the ending.
        shape: Sizes of the network.
        version: Changes whenever the weights do.
        out: Folder to write to.
    """
    files = {GGUF: gguf_bytes(weights, shape), MODELFILE: _MODELFILE.format(file=GGUF, context=shape.context).encode()}
    for name, (beats, beat_unit) in _GRAMMARS.items():
        files[f"line-{name}.gbnf"] = grammar(Meter(beats=beats, beat_unit=beat_unit)).encode()
    return save_files(out, NAME, version, files)


def gguf_bytes(weights: Weights, shape: LlamaShape) -> bytes:
    """The model as a GGUF file.

    Args:
        weights: Named as in GGUF but for the ending.
        shape: Sizes of the network.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / GGUF
        writer = gguf.GGUFWriter(path, _ARCHITECTURE)
        _describe(writer, shape)
        _list_tokens(writer)
        for name, array in sorted(weights.items()):
            # llama.cpp takes vectors in full only.
            kind = np.float32 if array.ndim == 1 else np.float16
            writer.add_tensor(f"{name}.weight", np.ascontiguousarray(array, dtype=kind))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return path.read_bytes()


def _describe(writer: gguf.GGUFWriter, shape: LlamaShape) -> None:
    writer.add_name("BoumbApp line")
    writer.add_description("Melodies and bass lines in the notation of docs/representation.md, one token a note.")
    writer.add_license("apache-2.0")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads)
    writer.add_rope_dimension_count(shape.width // shape.heads)
    writer.add_rope_freq_base(ROPE_BASE)
    writer.add_layer_norm_rms_eps(EPSILON)
    writer.add_vocab_size(len(TOKENS))


def _list_tokens(writer: gguf.GGUFWriter) -> None:
    writer.add_tokenizer_model("llama")
    writer.add_token_list([token.text.encode() for token in TOKENS])
    writer.add_token_scores([0.0] * len(TOKENS))
    writer.add_token_types([int(token.kind) for token in TOKENS])
    writer.add_bos_token_id(IDS[BEGIN])
    writer.add_eos_token_id(IDS[END])
    writer.add_unk_token_id(IDS[UNKNOWN])
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(False)


def read_weights(path: Path) -> dict[str, NDArray[np.float32]]:
    """The weights of a GGUF file in full precision, named as training names them."""
    tensors = gguf.GGUFReader(path).tensors
    return {tensor.name.removesuffix(".weight"): np.array(tensor.data, dtype=np.float32) for tensor in tensors}


def read_shape(path: Path) -> LlamaShape:
    """The sizes of the network in a GGUF file."""
    reader = gguf.GGUFReader(path)

    def given(key: str) -> int:
        field = reader.get_field(f"{_ARCHITECTURE}.{key}")
        assert field is not None, key
        return int(field.contents())

    return LlamaShape(
        width=given("embedding_length"),
        layers=given("block_count"),
        heads=given("attention.head_count"),
        hidden=given("feed_forward_length"),
        context=given("context_length"),
    )


def describe(path: Path) -> dict[str, Any]:
    """Metadata, and names, shapes and types of the tensors in a GGUF file."""
    reader = gguf.GGUFReader(path)
    return {
        "fields": {name: field.contents() for name, field in reader.fields.items()},
        "tensors": {
            tensor.name: {"shape": list(tensor.data.shape), "type": tensor.tensor_type.name}
            for tensor in reader.tensors
        },
    }
