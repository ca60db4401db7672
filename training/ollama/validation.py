"""How well the model for Ollama predicts lines."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from music.notation.vocabulary import IDS, UNKNOWN
from training.ollama.config import LlamaShape
from training.ollama.lines import Ids, TokenLine, bar_starts, header, notes_and_steps
from training.ollama.network import Params, logits

# Conditions of a line that is only to be predicted: role, mode and metre.
_GIVEN = (True, True, True, False, False, False)
_ROWS = 8


@dataclass(frozen=True, slots=True)
class NotationValidation:
    """How well lines are predicted, conditioned on role, mode and metre; bits are negative log-likelihoods.

    Attributes:
        bits_per_step: All bits, of rests and bar lines too, over all sixteenths.
        bits_per_note: All bits over the notes.
        notes: Notes predicted.
        steps: Sixteenths predicted.
    """

    bits_per_step: float
    bits_per_note: float
    notes: int
    steps: int


def validate(weights: Params, lines: Sequence[TokenLine], shape: LlamaShape) -> NotationValidation:
    """Predict whole lines but for the end of each, a window of the context at a time.

    Args:
        weights: As `training.ollama.network.summed` gives them.
        lines: At least one, with a note.
        shape: Sizes of the network.
    """

    def nats_of(rows: Array) -> Array:
        scores = jax.nn.log_softmax(logits(weights, rows[:, :-1], shape))
        return -jnp.take_along_axis(scores, rows[:, 1:, None], axis=-1)[..., 0]

    nats_at_once = jax.jit(nats_of)
    windows = [window for line in lines for window in _windows(line, shape.context)]
    nats = notes = steps = 0.0
    for first in range(0, len(windows), _ROWS):
        together = windows[first : first + _ROWS]
        rows = np.full((_ROWS, shape.context + 1), IDS[UNKNOWN], np.int32)
        for row, (tokens, _) in zip(rows, together, strict=False):
            row[: len(tokens)] = tokens
        found = np.asarray(nats_at_once(jnp.asarray(rows)))
        for row, (tokens, fresh) in zip(found, together, strict=False):
            nats += float(row[fresh - 1 : len(tokens) - 1].sum())
            more_notes, more_steps = notes_and_steps(tokens[fresh:])
            notes, steps = notes + more_notes, steps + more_steps
    bits = nats / math.log(2)
    return NotationValidation(round(bits / steps, 4), round(bits / notes, 4), int(notes), int(steps))


def _windows(line: TokenLine, context: int) -> Iterator[tuple[Ids, int]]:
    """Tokens that fit the context, each with the place where those begin that no window before had."""
    conditions = np.array(header(line.source, _GIVEN), np.int32)
    tokens = line.plain[:-1]
    starts, room, done = bar_starts(tokens), context - len(conditions), 0
    while done < len(tokens):
        # Half of a later window is what went before, from the beginning of a bar.
        start = 0 if not done else int(starts[starts >= min(done - room // 2, int(starts[-1]))][0])
        start = min(start, done)
        window = tokens[start : start + room]
        yield np.concatenate([conditions, window]), len(conditions) + done - start
        done = start + len(window)
