"""Going on from trained weights: likelihood of liked lines, replay of what was learned before, and preferences.

A pair of takes on one request adds -log(sigmoid(b * (m - m0))), where m is how much likelier the model finds the kept
take than the other, in nats a step, and m0 the same of the weights it began with (Rafailov et al., 2023).
"""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array

from training.common.optimization import averaging_update, initial_state
from training.common.progress import track
from training.data.line_arrays import LineArrays
from training.journal.config import JournalTrainingConfig
from training.melody_line.batches import Batch, conditions, stack
from training.melody_line.network import Params, losses

_STEPS, _NOTES = 256, 96
_PAIRS = 4
_PREFERENCE = 2.0  # b above
# How often role, mode, density and register are withheld, and chords, as when the model was first trained.
_WITHHELD = np.array([0.15, 0.3, 1.0, 0.6, 0.6])  # the style always: the model knows those of its collections only
_WITHHELD_CHORDS = 0.5
_AVERAGING = 0.95

LinePair = tuple[LineArrays, LineArrays]


class _JournalCrops:
    def __init__(
        self,
        liked: Sequence[LineArrays],
        replayed: Sequence[LineArrays],
        pairs: Sequence[LinePair],
        config: JournalTrainingConfig,
    ) -> None:
        self._liked, self._replayed, self._pairs, self._config = liked, replayed, pairs, config
        self._random = np.random.default_rng(config.seed)

    def draw(self) -> tuple[Batch, Batch]:
        """Crops to learn, and pairs of which the first halves were preferred; those of no pair are marked invalid."""
        learned = stack([self._crop() for _ in range(self._config.batch)], _STEPS, _NOTES)
        return learned, self._preferred()

    def _crop(self) -> tuple[LineArrays, int, Any, bool]:
        random = self._random
        pool = self._replayed if self._replayed and random.random() < self._config.replayed else self._liked
        line = pool[int(random.integers(len(pool)))]
        room = max(len(line.events) - _STEPS // 2, 1)
        start = int(random.integers(room)) // line.bar_steps * line.bar_steps
        return line, start, conditions(line, tuple(random.random(5) >= _WITHHELD)), random.random() >= _WITHHELD_CHORDS

    def _preferred(self) -> Batch:
        chosen = [
            self._pairs[int(self._random.integers(len(self._pairs)))] for _ in range(_PAIRS if self._pairs else 0)
        ]
        lines = [pair[0] for pair in chosen] + [pair[1] for pair in chosen]
        filler = lines or [self._liked[0]] * (2 * _PAIRS)
        known = (True, True, False, False, False)
        batch = stack([(line, 0, conditions(line, known), True) for line in filler], _STEPS, _NOTES)
        if not lines:
            batch["step_valid"][:] = False
            batch["note_valid"][:] = False
        return batch


def finetune(
    params: Params,
    liked: Sequence[LineArrays],
    replayed: Sequence[LineArrays],
    pairs: Sequence[LinePair],
    config: JournalTrainingConfig,
) -> Params:
    """Weights after training from others.

    Args:
        params: To begin with.
        liked: Lines to learn; at least one.
        replayed: Lines that were learned before, so that nothing is forgotten; may be empty.
        pairs: Preferred and rejected takes; may be empty.
        config: Hyperparameters.
    """
    schedule = optax.warmup_cosine_decay_schedule(
        0.0, config.learning_rate, max(1, config.steps // 6), config.steps, config.learning_rate / 20
    )
    optimiser = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(schedule, b2=0.99))
    size = params["gru1.h"].shape[0]

    def per_step(weights: Params, batch: Batch) -> Array:
        kinds, pitches, _ = losses(weights, batch, jnp.zeros((2, 2 * _PAIRS, size)), None, 0.0)
        nats: Array = (kinds.sum(axis=1) + pitches.sum(axis=1)) / jnp.maximum(batch["step_valid"].sum(axis=1), 1)
        return nats

    def loss(weights: Params, learned: Batch, preferred: Batch, key: Array) -> tuple[Array, None]:
        kinds, pitches, _ = losses(weights, learned, jnp.zeros((2, config.batch, size)), key, config.dropout)
        likelihood = (kinds.sum() + pitches.sum()) / learned["step_valid"].sum()
        now, before = per_step(weights, preferred), jax.lax.stop_gradient(per_step(params, preferred))
        margin = (now - before)[_PAIRS:] - (now - before)[:_PAIRS]
        preference = -jax.nn.log_sigmoid(_PREFERENCE * margin).mean()
        return likelihood + config.pairs * preference, None

    step = averaging_update(loss, optimiser, lambda _: _AVERAGING)
    state, key = initial_state(params, optimiser), jax.random.PRNGKey(config.seed)
    crops = _JournalCrops(liked, replayed, pairs, config)
    for number in track(range(config.steps), "Training", config.steps):
        learned, preferred = crops.draw()
        state, _, _ = step(state, number, learned, preferred, jax.random.fold_in(key, number))
    found: Params = state["average"]
    return found
