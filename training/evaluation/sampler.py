"""Melodies drawn from the evaluated models step by step, as likely as the models think them: no masks, no temperature.

Every model is given the primer of a task and continues for as many steps as its continuation has.
"""

import time
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from music.meter import steps_per_bar
from training.baselines.gru import LOOK_BACKS, GruModel, inputs_of
from training.baselines.markov import MelodyMarkovModel
from training.scoring.continuation_requests import PlannedHarmony
from training.scoring.continuation_tasks import ContinuationTask
from training.scoring.protocol import FIRST_PITCH, EventLine, FloatArray


class StepSampler(Protocol):
    """A model that samples a line step by step."""

    def draw(self, random: np.random.Generator) -> int:
        """An event for the step to come: HOLD, OFF or the index of a pitch."""
        ...

    def observe(self, event: int) -> None:
        """Move past the step with this event."""
        ...


@dataclass(frozen=True, slots=True)
class Sample:
    """A melody that a model composed.

    Attributes:
        line: In place of a task's continuation.
        seconds: Processor time that it took, the primer included.
        harmony: What was planned for the line's steps; None where nothing was.
    """

    line: EventLine
    seconds: float
    harmony: PlannedHarmony | None = None


def sample_continuation(
    model: StepSampler, task: ContinuationTask, seed: int, harmony: PlannedHarmony | None = None
) -> Sample:
    """Compose a continuation to a task.

    Args:
        model: As it begins.
        task: Its primer is given first.
        seed: Of what is drawn.
        harmony: What was planned from the primer's first step on, if anything.
    """
    began = time.process_time()
    random = np.random.default_rng(seed)
    for event in task.primer.events.tolist():
        model.observe(event)
    events = []
    for _ in task.continuation.events:
        events.append(model.draw(random))
        model.observe(events[-1])
    line = replace(task.continuation, events=np.array(events))
    planned = harmony.after(len(task.primer.events)) if harmony else None
    return Sample(line, time.process_time() - began, planned)


def pick(log_probabilities: FloatArray, random: np.random.Generator) -> int:
    """Draw an index from a categorical distribution.

    Args:
        log_probabilities: (N,); they need not be normalised.
        random: Draws the index.
    """
    probabilities = np.exp(log_probabilities).cumsum()
    return min(
        int(np.searchsorted(probabilities, random.random() * probabilities[-1], side="right")), len(probabilities) - 1
    )


class MarkovSampler:
    """A MelodyMarkovModel model or the unigram within a line.

    Args:
        model: The model.
        task: Where it begins.
    """

    def __init__(self, model: MelodyMarkovModel, task: ContinuationTask) -> None:
        self._model = model
        # Of its beginning the model is given no more than its longest context; the last event is the one to come.
        self._recent = replace(task.primer, events=np.zeros(1, np.int64))

    def draw(self, random: np.random.Generator) -> int:
        """Draw an event for the step to come."""
        return pick(np.log(self._model.last_probabilities(self._recent)), random) - FIRST_PITCH

    def observe(self, event: int) -> None:
        """Move past the step with this event."""
        observed = [*self._recent.events[:-1].tolist(), event, 0]
        self._recent = replace(self._recent, events=np.array(observed[-self._model.order - 1 :]))


class GruSampler:
    """The plain GRU within a line.

    Args:
        model: The model.
        task: Where it begins.
    """

    def __init__(self, model: GruModel, task: ContinuationTask) -> None:
        self._model = model
        self._bar = steps_per_bar(task.primer.meter)
        self._line = replace(task.primer, events=np.zeros(1, np.int64))  # the last event is the one to come
        self._state = model.start()
        self._chances = self._listen()

    def draw(self, random: np.random.Generator) -> int:
        """Draw an event for the step to come."""
        return pick(self._chances, random) - FIRST_PITCH

    def observe(self, event: int) -> None:
        """Move past the step with this event."""
        observed = [*self._line.events[:-1].tolist(), event, 0]
        # Whole bars are forgotten, so that places in the bar stay what they are.
        forgotten = max((len(observed) - 1) // self._bar - max(LOOK_BACKS), 0) * self._bar
        self._line = replace(self._line, events=np.array(observed[forgotten:]))
        self._chances = self._listen()

    def _listen(self) -> FloatArray:
        self._state, probabilities = self._model.step(inputs_of(self._line)[-1], self._state)
        return probabilities
