"""The inputs of one melody in a batched call of the network."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

State = tuple[NDArray[Any], ...]
# In place of a forced event: sample it.
SAMPLE = -1
# Numbers of events: these two, then the pitches from the lowest.
HOLD, OFF, FIRST_PITCH = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Row:
    """Inputs of one melody for its next T steps.

    Attributes:
        state: State after the events before; every array has a first axis of one.
        forced: (T,) event of each step, or SAMPLE.
        draws: (T,) uniform random numbers, 0-1.
        allowed: (T, events) mask of the events that may be sampled. While a pitch sounds, HOLD is allowed only where
            that pitch is, and OFF always is.
        temperature: Of the softmax, 0 or more; 0 takes the likeliest event.
    """

    state: State
    forced: NDArray[np.int32]
    draws: NDArray[np.float32]
    allowed: NDArray[np.bool_]
    temperature: float
