"""Form: which bars state an idea, which recall one, and where phrases breathe and end.

Phrases come in pairs, a question and an answer that begins like it and closes where it stayed open; every
third pair contrasts before the first returns (the period and the AABA song form; Caplin, "Classical Form",
1998, ch. 4). Everything here follows from the brief and the seed alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from music.randomness import bar_random
from services.melody.specialist.sampling import pick

# Draws for a phrase's form are kept apart from those for a bar's notes, which use purpose 0.
_FORM = 1
_PERIODS = 4
_CONTRAST = 2
_PHRASE_BARS = 4


class Ending(Enum):
    """How a bar ends."""

    ON = "goes on"
    COMMA = "a breath inside the phrase"
    HALF = "the phrase ends as a question"
    FULL = "the phrase ends at rest"

    @property
    def rests(self) -> bool:
        """Whether a phrase ends here."""
        return self in (Ending.HALF, Ending.FULL)


class Recall(Enum):
    """How close a bar keeps to the one that it recalls."""

    EXACT = "the same rhythm and shape"
    VARIED = "a changed rhythm, nearly the same shape"
    SEQUENCE = "the same rhythm, the shape a step or two away"
    RHYTHM = "the same rhythm, another shape"


@dataclass(frozen=True, slots=True)
class BarForm:
    """A bar's place in the piece.

    Attributes:
        phrase: Index of its phrase, from 0.
        begins: Part of the phrase that is over when the bar begins, 0 to below 1.
        share: Part of the phrase that the bar takes.
        source: Index of the earlier bar that it recalls; None for a new idea.
        recall: How close it keeps to that bar.
        shift: Diatonic steps that a SEQUENCE is moved by.
        ending: How it ends.
        climax: Where in the phrase its line is highest, 0-1.
        contrast: Whether it belongs to a contrasting period.
    """

    phrase: int
    begins: float
    share: float
    source: int | None
    recall: Recall
    shift: int
    ending: Ending
    climax: float
    contrast: bool

    def away_from_climax(self, part: float) -> float:
        """How far a phrase is from its climax when a part of the bar (0-1) is over: 0 at it, 1 at both ends."""
        progress = self.begins + self.share * part
        if progress < self.climax:
            return (self.climax - progress) / self.climax
        return (progress - self.climax) / (1 - self.climax)


# Bars of a phrase: for each place the place that it recalls and how; the last bar of a phrase is always its own.
_PlaceRecall = tuple[int, Recall] | None
_SHAPES: tuple[tuple[_PlaceRecall, ...], ...] = (
    (None, None, (0, Recall.VARIED), None),
    (None, (0, Recall.SEQUENCE), (0, Recall.EXACT), None),
    (None, (0, Recall.RHYTHM), (1, Recall.SEQUENCE), None),
    (None, None, (0, Recall.SEQUENCE), (1, Recall.RHYTHM)),
    (None, (0, Recall.VARIED), None, None),
)
_SHAPE_WEIGHTS = (4.0, 2.0, 2.0, 3.0, 1.0)
# Accompaniments say a riff of one or two bars and keep to it.
_RIFFS: tuple[tuple[_PlaceRecall, ...], ...] = (
    (None, (0, Recall.EXACT), (0, Recall.EXACT), (0, Recall.VARIED)),
    (None, (0, Recall.VARIED), (0, Recall.EXACT), (0, Recall.RHYTHM)),
    (None, None, (0, Recall.EXACT), (1, Recall.VARIED)),
    (None, (0, Recall.EXACT), (0, Recall.VARIED), None),
)
_RIFF_WEIGHTS = (3.0, 3.0, 3.0, 2.0)
_SHIFTS = (-2, -1, 1, 2)


def form_of(cadences: Sequence[bool], seed: int, index: int, *, riff: bool) -> BarForm:
    """Place of bar `index` in a piece.

    Args:
        cadences: Whether a phrase ends in each bar of the piece; phrases of four bars where none does.
        seed: Seed of the piece.
        index: Index of the bar, from 0.
        riff: Whether the part keeps to a riff rather than develop a melody.
    """
    starts = _phrase_starts(cadences)
    phrase = max(number for number, start in enumerate(starts) if start <= index)
    start = starts[phrase]
    end = starts[phrase + 1] if phrase + 1 < len(starts) else len(cadences)
    place, length = index - start, end - start
    last = place == length - 1
    draw = bar_random(seed, phrase, _FORM)
    shape = pick(draw, _RIFFS, _RIFF_WEIGHTS) if riff else pick(draw, _SHAPES, _SHAPE_WEIGHTS)
    shift = pick(draw, _SHIFTS, (1.0, 2.0, 3.0, 2.0))
    climax = 0.4 + 0.35 * draw.random()
    question = phrase % 2 == 0
    contrast = phrase // 2 % _PERIODS == _CONTRAST
    source: int | None = None
    recall = Recall.EXACT
    model = _model_phrase(phrase)
    if model is not None and starts[model] + place < starts[model + 1] and not (last and question):
        source = starts[model] + place
        recall = Recall.RHYTHM if last else Recall.EXACT if place % 2 == 0 else Recall.VARIED
    elif (inside := shape[place % _PHRASE_BARS]) is not None and not (last and place < _PHRASE_BARS - 1):
        source, recall = start + place - place % _PHRASE_BARS + inside[0], inside[1]
    closing = index == len(cadences) - 1 or not question
    ending = Ending.ON
    if last:
        ending = Ending.FULL if closing else Ending.HALF
    elif place % 2 == 1:
        ending = Ending.COMMA
    return BarForm(
        phrase=phrase,
        begins=place / length,
        share=1 / length,
        source=source,
        recall=recall,
        shift=shift,
        ending=ending,
        climax=climax,
        contrast=contrast,
    )


def _phrase_starts(cadences: Sequence[bool]) -> list[int]:
    if not any(cadences[:-1]):
        return list(range(0, len(cadences), _PHRASE_BARS))
    return [0, *(index + 1 for index, cadence in enumerate(cadences[:-1]) if cadence)]


def _model_phrase(phrase: int) -> int | None:
    """The phrase that a phrase repeats: an answer its question, a later period the first, a contrast nothing."""
    period, answer = divmod(phrase, 2)
    if answer:
        return phrase - 1
    return None if period == 0 or period % _PERIODS == _CONTRAST else 0
