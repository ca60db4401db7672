"""What a network is given for the next steps of a melody."""

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
    """What one melody needs for its next T steps.

    Attributes:
        state: After the events before; every array has a first axis of one.
        forced: (T,) event of each step, or SAMPLE.
        draws: (T,) random numbers from 0 to 1.
        allowed: (T, events) whether an event may happen; used where events are sampled. Nothing new is never allowed
            while a pitch sounds that is not; note off always is while one sounds.
        temperature: 0 or more.
    """

    state: State
    forced: NDArray[np.int32]
    draws: NDArray[np.float32]
    allowed: NDArray[np.bool_]
    temperature: float
