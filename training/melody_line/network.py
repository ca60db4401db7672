"""The line model as a network, in JAX.

A recurrent state (two GRU layers: Cho et al., 2014) takes a note at a time. Two small heads are given that state and
what `History` knows of the step to come: one predicts the kind of each step (hold, off, onset), the other the pitch of
each onset. The heads add to their own logits the votes of earlier passages, each weighted by the state (a gate per
vote), and score pitches both by their place in the key and by their distance from the last one.
"""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from services.melody.line_model.features import CONDITIONS, INTERVALS, NO_INTERVAL, NOTE, STEP, WIDEST
from services.melody.line_model.history import CATEGORIES, KINDS, PITCH_VOTES, PITCHES, VOTES
from training.common.layers import gru

Params = dict[str, Array]

MOVES = 2 * PITCHES - 1
_NEVER = -1e9


def initial(key: Array, state: int, step_hidden: int, pitch_hidden: int) -> Params:
    """Random weights.

    Args:
        key: Random key.
        state: Size of each GRU layer.
        step_hidden: Hidden size of the head of kinds.
        pitch_hidden: Hidden size of the head of pitches.
    """
    shapes = {
        "gru1.x": (NOTE, 3 * state),
        "gru1.h": (state, 3 * state),
        "gru2.x": (state, 3 * state),
        "gru2.h": (state, 3 * state),
        "step.state": (2 * state, step_hidden),
        "step.seen": (STEP, step_hidden),
        "step.out": (step_hidden, KINDS + VOTES // KINDS),
        "pitch.state": (2 * state, pitch_hidden),
        "pitch.seen": (STEP, pitch_hidden),
        "pitch.out": (pitch_hidden, PITCHES + MOVES + PITCH_VOTES),
    }
    params: Params = {}
    for name, (rows, columns) in shapes.items():
        key, part = jax.random.split(key)
        scale = 0.3 if name.endswith(".seen") or name == "gru1.x" else 1.0
        params[name] = jax.random.normal(part, (rows, columns)) * scale / jnp.sqrt(rows if scale == 1.0 else 30)
    for name, size in (("gru1", 3 * state), ("gru2", 3 * state), ("step", step_hidden), ("pitch", pitch_hidden)):
        params[f"{name}.bias"] = jnp.zeros(size)
    params["gru1.n"] = jnp.zeros(state)
    params["gru2.n"] = jnp.zeros(state)
    params["step.out"] = params["step.out"] * 0.1
    params["pitch.out"] = params["pitch.out"] * 0.1
    return params


def one_hot(values: Array, sizes: tuple[int, ...]) -> Array:
    """Categories side by side, (..., sum(sizes)).

    Args:
        values: Numbers of the categories, (..., len(sizes)).
        sizes: How many values each category has.
    """
    return jnp.concatenate([jax.nn.one_hot(values[..., k], size) for k, size in enumerate(sizes)], axis=-1)


def seen(batch: Mapping[str, Array]) -> Array:
    """What is known of each step before it happens, (B, S, STEP)."""
    chord = jnp.concatenate(
        [
            jax.nn.one_hot(batch["roots"], 13),
            ((batch["masks"][..., None] >> jnp.arange(12)) & 1).astype(jnp.float32),
        ],
        axis=-1,
    )
    return jnp.concatenate(
        [one_hot(batch["categories"], CATEGORIES), one_hot(batch["conditions"], CONDITIONS), chord, batch["votes"]],
        axis=-1,
    )


def _layer(params: Params, name: str, inputs: Array, state: Array, valid: Array) -> tuple[Array, Array]:
    """Run a GRU layer over (N, B, D); states (N, B, H) and the last one. Invalid positions keep the state."""
    projected = inputs @ params[f"{name}.x"] + params[f"{name}.bias"]
    return gru(projected, state, params[f"{name}.h"], params[f"{name}.n"], valid=valid)


def losses(
    params: Params, batch: Mapping[str, Array], start: Array, key: Array | None, dropout: float
) -> tuple[Array, Array, Array]:
    """Nats of kinds and of pitches for each step of each line, (B, S) and (B, N), and the last state (2, B, H).

    Args:
        params: Weights.
        batch: Arrays of `training.melody_line.batches`.
        start: State before the first note, (2, B, H).
        key: Draws dropout; None for none.
        dropout: Share of units dropped.
    """
    known = seen(batch)
    at = batch["onset_steps"]
    known_at = jnp.take_along_axis(known, at[..., None], axis=1)
    moved = jnp.clip(batch["pitches"] - batch["previous"], -WIDEST, WIDEST) + WIDEST
    interval = jnp.where(batch["previous"] >= 0, moved, NO_INTERVAL)
    notes = jnp.concatenate(
        [known_at, jax.nn.one_hot(batch["pitches"], PITCHES), jax.nn.one_hot(interval, INTERVALS)], axis=-1
    )
    keys = iter(jax.random.split(key, 5)) if key is not None else None

    def drop(values: Array, shape: tuple[int, ...]) -> Array:
        if keys is None:
            return values
        return values * jax.random.bernoulli(next(keys), 1 - dropout, shape) / (1 - dropout)

    valid = batch["note_valid"].T
    rows = notes.shape[0]
    first, last1 = _layer(params, "gru1", notes.transpose(1, 0, 2), start[0], valid)
    first = drop(first, (1, rows, first.shape[-1]))
    second, last2 = _layer(params, "gru2", first, start[1], valid)
    both = jnp.concatenate([first, drop(second, (1, rows, second.shape[-1]))], axis=-1).transpose(1, 0, 2)
    begin = jnp.concatenate([start[0], start[1]], axis=-1)[:, None]
    states = jnp.concatenate([begin, both], axis=1)  # (B, N + 1, 2H): before any note, after each

    to_steps = jnp.take_along_axis(states @ params["step.state"], batch["note_of_step"][..., None], axis=1)
    hidden = jax.nn.gelu(to_steps + known @ params["step.seen"] + params["step.bias"])
    hidden = drop(hidden, hidden.shape)
    out = hidden @ params["step.out"]
    votes = batch["votes"].reshape(*batch["votes"].shape[:-1], VOTES // KINDS, KINDS)
    logits = out[..., :KINDS] + jnp.einsum("bsv,bsvk->bsk", out[..., KINDS:], votes)
    logits = logits.at[..., 1].add(jnp.where(batch["sounding"], 0.0, _NEVER))
    kinds = -jnp.take_along_axis(jax.nn.log_softmax(logits), batch["kinds"][..., None], axis=-1)[..., 0]

    hidden = states[:, :-1] @ params["pitch.state"] + known_at @ params["pitch.seen"] + params["pitch.bias"]
    hidden = drop(jax.nn.gelu(hidden), hidden.shape)
    out = hidden @ params["pitch.out"]
    place, moves = out[..., :PITCHES], out[..., PITCHES : PITCHES + MOVES]
    shift = jnp.arange(PITCHES) - jnp.where(batch["previous"] >= 0, batch["previous"], PITCHES // 2)[..., None]
    logits = place + jnp.take_along_axis(moves, shift + PITCHES - 1, axis=-1)
    logits = logits + jnp.einsum("bnv,bnvp->bnp", out[..., PITCHES + MOVES :], batch["pitch_votes"])
    pitches = -jnp.take_along_axis(jax.nn.log_softmax(logits), batch["pitches"][..., None], axis=-1)[..., 0]
    return kinds * batch["step_valid"], pitches * batch["note_valid"], jnp.stack([last1, last2])


def size(params: Mapping[str, Any]) -> int:
    """Number of weights."""
    return sum(int(value.size) for value in params.values())
