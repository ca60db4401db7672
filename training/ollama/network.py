"""The llama architecture in JAX, as llama.cpp computes it, so that weights move into a GGUF file as they are.

Touvron et al., "LLaMA: Open and Efficient Foundation Language Models", 2023: RMSNorm before each part, rotary positions
(here on neighbouring pairs, which is llama.cpp's layout for this architecture), SwiGLU. Only the table of symbols is
more than an array while it is trained: each row is the sum of what a symbol consists of and of an own vector, so that
`b3'4` teaches something about `b3'8` and `5:4`.
"""

from collections.abc import Mapping
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from music.notation.notes import LONGEST
from music.notation.vocabulary import LOWEST_ABOVE_HOME, TOKENS, NotationToken, TokenKind
from training.ollama.config import LlamaShape

Params = dict[str, Array]
Weights = Mapping[str, NDArray[Any]]

EPSILON: Final = 1e-5
ROPE_BASE: Final = 10_000.0
_PITCHES = -2 * LOWEST_ABOVE_HOME
_OCTAVE = 12
_TABLES = ("token_embd", "output")


def matrices(shape: LlamaShape) -> dict[str, tuple[int, int]]:
    """Names, as in GGUF, and sizes (outputs, inputs) of the blocks' matrices."""
    square, wide = (shape.width, shape.width), (shape.hidden, shape.width)
    parts = {
        **dict.fromkeys(("attn_q", "attn_k", "attn_v", "attn_output"), square),
        **dict.fromkeys(("ffn_gate", "ffn_up"), wide),
        "ffn_down": wide[::-1],
    }
    return {f"blk.{layer}.{name}": size for layer in range(shape.layers) for name, size in parts.items()}


def initial(key: Array, shape: LlamaShape) -> Params:
    """Random weights, the token embeddings still in parts.

    Args:
        key: Random key.
        shape: Sizes of the network.
    """
    params: Params = {}
    for name, (rows, columns) in matrices(shape).items():
        key, part = jax.random.split(key)
        # What is added to the stream begins small, so that depth does not matter at first.
        gain = 0.3 if name.endswith(("attn_output", "ffn_down")) else 1.0
        params[name] = jax.random.normal(part, (rows, columns)) * gain / jnp.sqrt(columns)
    for name, scale in zip(_TABLES, (0.3, 0.03), strict=True):
        key, parts, own = jax.random.split(key, 3)
        params[f"{name}.parts"] = jax.random.normal(parts, (_FEATURES.shape[1], shape.width)) * scale
        params[f"{name}.own"] = jax.random.normal(own, (len(TOKENS), shape.width)) * scale / 3
    norms = [f"blk.{layer}.{part}_norm" for layer in range(shape.layers) for part in ("attn", "ffn")]
    return params | {name: jnp.ones(shape.width) for name in (*norms, "output_norm")}


def summed(params: Params) -> Params:
    """The same weights with each table of symbols as one array, named as in GGUF."""
    tables = {name: params[f"{name}.own"] + _FEATURES @ params[f"{name}.parts"] for name in _TABLES}
    return {name: array for name, array in params.items() if name.split(".")[0] not in _TABLES} | tables


def logits(weights: Params, tokens: Array, shape: LlamaShape) -> Array:
    """Logits of the token after each of the tokens, (B, T, symbols).

    Args:
        weights: As `summed` gives them.
        tokens: (B, T).
        shape: Sizes of the network.
    """
    turns = _turns(tokens.shape[1], shape)
    stream = weights["token_embd"][tokens]
    for layer in range(shape.layers):
        block = {name.rsplit(".", 1)[1]: array for name, array in weights.items() if name.startswith(f"blk.{layer}.")}
        stream = stream + _attention(block, _normed(stream, block["attn_norm"]), turns, shape)
        seen = _normed(stream, block["ffn_norm"])
        gated = jax.nn.silu(seen @ block["ffn_gate"].T) * (seen @ block["ffn_up"].T)
        stream = stream + gated @ block["ffn_down"].T
    return _normed(stream, weights["output_norm"]) @ weights["output"].T


def _normed(stream: Array, gain: Array) -> Array:
    return stream * jax.lax.rsqrt(jnp.mean(stream * stream, axis=-1, keepdims=True) + EPSILON) * gain


def _turns(length: int, shape: LlamaShape) -> tuple[Array, Array]:
    """Cosines and sines (T, pairs) by which pairs of a head are turned at each position."""
    size = shape.width // shape.heads
    speeds = ROPE_BASE ** (-jnp.arange(0, size, 2) / size)
    angles = jnp.arange(length)[:, None] * speeds
    return jnp.cos(angles), jnp.sin(angles)


def _turned(heads: Array, turns: tuple[Array, Array]) -> Array:
    """Heads (B, T, heads, size) with neighbouring pairs turned."""
    cosines, sines = (turn[:, None] for turn in turns)
    even, odd = heads[..., ::2], heads[..., 1::2]
    pairs = jnp.stack([even * cosines - odd * sines, even * sines + odd * cosines], axis=-1)
    return pairs.reshape(heads.shape)


def _attention(block: Params, stream: Array, turns: tuple[Array, Array], shape: LlamaShape) -> Array:
    batch, length, width = stream.shape
    split = (batch, length, shape.heads, width // shape.heads)
    query, key, value = ((stream @ block[f"attn_{name}"].T).reshape(split) for name in "qkv")
    scores = jnp.einsum("bthd,bshd->bhts", _turned(query, turns), _turned(key, turns)) / jnp.sqrt(split[-1])
    scores = jnp.where(jnp.tril(jnp.ones((length, length), bool)), scores, -jnp.inf)
    mixed = jnp.einsum("bhts,bshd->bthd", jax.nn.softmax(scores), value)
    return mixed.reshape(batch, length, width) @ block["attn_output"].T


def greedy(weights: Params, prompt: list[int], count: int, shape: LlamaShape) -> list[tuple[int, float]]:
    """Greedy decoding after a prompt.

    Args:
        weights: As `summed` gives them.
        prompt: Tokens.
        count: Tokens to add.
        shape: Sizes of the network.

    Returns:
        Each token with the difference of its logit and the next best one's.
    """
    row = jnp.zeros((1, len(prompt) + count), dtype=jnp.int32).at[0, : len(prompt)].set(jnp.array(prompt))
    following = jax.jit(lambda row, place: jax.lax.top_k(logits(weights, row, shape)[0, place], 2))
    found = []
    for place in range(len(prompt), len(prompt) + count):
        (best, second), (token, _) = following(row, place - 1)
        row = row.at[0, place].set(token)
        found.append((int(token), float(best - second)))
    return found


def _features(token: NotationToken) -> NDArray[np.float32]:
    """What a symbol consists of: sign, length, pitch, pitch class and octave, as ones among zeros."""
    signs = "r~[|"
    symbol = token.text.strip()
    sign, length, pitch = np.zeros(len(signs) + 2), np.zeros(LONGEST + 1), np.zeros(_PITCHES)
    pitch_class, octave = np.zeros(_OCTAVE), np.zeros(_PITCHES // _OCTAVE)
    if token.kind is TokenKind.USER_DEFINED:
        sign[len(signs) if token.above is not None else signs.index(symbol[0])] = 1
    elif token.kind is TokenKind.BYTE:
        sign[-1] = 1
    length[token.steps] = token.steps > 0
    if token.above is not None:
        place = token.above - LOWEST_ABOVE_HOME
        pitch[place] = pitch_class[place % _OCTAVE] = octave[place // _OCTAVE] = 1
    return np.concatenate([sign, length, pitch, pitch_class, octave]).astype(np.float32)


_FEATURES = np.stack([_features(token) for token in TOKENS])
