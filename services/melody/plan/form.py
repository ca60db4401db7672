"""Form: which bars state an idea, which recall one, and where phrases breathe and end.

Accompaniments say a riff and keep to it, leads of loop-based styles a hook. Other melodies develop: phrases of a song
form (AABA, ABAC and their like) return with other endings, and within a phrase an idea is moved, varied or answered
(Caplin, "Classical Form", 1998, ch. 3-5; Moore, "Song Means", 2012, ch. 3). Everything here follows from the brief and
the seed alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from music.random_streams import stream_for_bar
from services.melody.plan.sampling import pick

# Draws for a phrase's form are kept apart from those for a bar's notes, which use purpose 0, and for a piece's form.
_FORM, _SONG_FORM = 1, 3
_PHRASE_BARS = 4


class Development(Enum):
    """How a part uses its ideas."""

    SONG = "phrases develop, return with other endings, and contrast"
    HOOK = "a hook comes back, and breathes at the end of a phrase"
    RIFF = "an accompaniment keeps to a riff"


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
    ORNAMENT = "the same with a note more"
    HEAD = "begins the same and goes on in another way"
    SEQUENCE = "the same rhythm, the shape a step or two away"
    RHYTHM = "the same rhythm, another shape"
    CONTOUR = "another rhythm, the same shape"


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
        foot: Part of the range, 0-1, at which its line begins and ends.
        peak: Part of the range at the climax.
        contrast: Whether it belongs to a contrasting phrase.
    """

    phrase: int
    begins: float
    share: float
    source: int | None
    recall: Recall
    shift: int
    ending: Ending
    climax: float
    foot: float
    peak: float
    contrast: bool

    def away_from_climax(self, part: float) -> float:
        """How far a phrase is from its climax when a part of the bar (0-1) is over: 0 at it, 1 at both ends."""
        progress = self.begins + self.share * part
        if progress < self.climax:
            return (self.climax - progress) / self.climax
        return (progress - self.climax) / (1 - self.climax)


# Bars of a phrase: for each place the place that it recalls and how.
_PlaceRecall = tuple[int, Recall] | None
_Shape = tuple[_PlaceRecall, ...]
# A new phrase.
_IDEAS: dict[Development, tuple[tuple[_Shape, float], ...]] = {
    Development.SONG: (
        ((None, None, (0, Recall.HEAD), (1, Recall.HEAD)), 3.0),
        ((None, None, (0, Recall.RHYTHM), None), 5.0),
        ((None, (0, Recall.SEQUENCE), None, None), 2.0),
        ((None, (0, Recall.RHYTHM), (0, Recall.HEAD), None), 2.0),
        ((None, None, (0, Recall.SEQUENCE), None), 2.0),
        ((None, None, (0, Recall.CONTOUR), None), 1.0),
    ),
    Development.HOOK: (
        ((None, None, (0, Recall.EXACT), (1, Recall.HEAD)), 3.0),
        ((None, (0, Recall.VARIED), (0, Recall.EXACT), (0, Recall.HEAD)), 2.0),
        ((None, (0, Recall.SEQUENCE), (0, Recall.EXACT), None), 2.0),
        ((None, (0, Recall.HEAD), (0, Recall.EXACT), None), 2.0),
    ),
    Development.RIFF: (
        ((None, (0, Recall.EXACT), (0, Recall.EXACT), (0, Recall.VARIED)), 3.0),
        ((None, (0, Recall.VARIED), (0, Recall.EXACT), (0, Recall.RHYTHM)), 3.0),
        ((None, None, (0, Recall.EXACT), (1, Recall.VARIED)), 3.0),
        ((None, (0, Recall.EXACT), (0, Recall.VARIED), None), 2.0),
    ),
}
# A phrase that comes back: the places are those of the phrase that it brings back.
_RETURNS: dict[Development, tuple[tuple[_Shape, float], ...]] = {
    Development.SONG: (
        (((0, Recall.EXACT), (1, Recall.HEAD), (2, Recall.SEQUENCE), None), 3.0),
        (((0, Recall.HEAD), (1, Recall.RHYTHM), (2, Recall.CONTOUR), None), 2.0),
        (((0, Recall.ORNAMENT), (1, Recall.HEAD), (2, Recall.RHYTHM), (3, Recall.RHYTHM)), 3.0),
        (((0, Recall.SEQUENCE), (1, Recall.VARIED), (2, Recall.HEAD), None), 2.0),
        (((0, Recall.EXACT), (1, Recall.ORNAMENT), None, None), 2.0),
    ),
    Development.HOOK: (
        (((0, Recall.EXACT), (1, Recall.EXACT), (2, Recall.EXACT), (3, Recall.RHYTHM)), 2.0),
        (((0, Recall.EXACT), (1, Recall.EXACT), (2, Recall.VARIED), None), 3.0),
        (((0, Recall.EXACT), (1, Recall.ORNAMENT), (2, Recall.EXACT), (3, Recall.HEAD)), 2.0),
    ),
    Development.RIFF: ((((0, Recall.EXACT), (1, Recall.VARIED), (2, Recall.EXACT), (3, Recall.RHYTHM)), 1.0),),
}
# Which phrases are alike, by letters; longer pieces begin again. The second half of a song brings something new before
# the first phrase returns, and so do loops in their third period.
_SONGS = (("AABACCBA", 4.0), ("ABACDDAB", 3.0), ("AABCDDAB", 2.0), ("ABABCDAB", 2.0))
_LOOP = "AAAABBAA"
_PERIOD = 2  # phrases; a song of no more is a period, its answer begins like its question
_SHIFTS = (-2, -1, 1, 2)


def form_of(cadences: Sequence[bool], seed: int, index: int, development: Development) -> BarForm:
    """Place a bar in the form of its piece.

    Args:
        cadences: Whether a phrase ends in each bar of the piece; phrases of four bars where none does.
        seed: Seed of the piece, 0 to 2**32 - 1.
        index: Index of the bar, from 0.
        development: How the part uses its ideas.
    """
    starts = _phrase_starts(cadences)
    phrase = max(number for number, start in enumerate(starts) if start <= index)
    start = starts[phrase]
    end = starts[phrase + 1] if phrase + 1 < len(starts) else len(cadences)
    place, length = index - start, end - start
    last = place == length - 1
    letters = _letters(seed, development, len(starts))
    letter = letters[phrase % len(letters)]
    model = next(number for number in range(phrase + 1) if letters[number % len(letters)] == letter)
    contrast = letter not in letters[:2]
    draw = stream_for_bar(seed, phrase, _FORM)
    shapes = _IDEAS[development] if model == phrase else _RETURNS[development]
    shape = pick(draw, [shape for shape, _ in shapes], [weight for _, weight in shapes])
    shift = pick(draw, _SHIFTS, (1.0, 2.0, 3.0, 2.0))
    climax = 0.4 + 0.35 * draw.random()
    foot = 0.3 * draw.random() + 0.15 * contrast
    peak = min(0.75 + 0.25 * draw.random() + 0.1 * contrast, 1.0)
    source, recall = _source(shape, place, starts, model, phrase)
    if (
        last
        and development is not Development.RIFF
        and recall is not Recall.HEAD
        and source is not None
        and source + 1 not in starts
    ):
        source = None  # only what came to rest before can do so again
    ending = Ending.ON
    if last:
        ending = Ending.FULL if index == len(cadences) - 1 or phrase % 2 else Ending.HALF
    elif place % 2:
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
        foot=foot,
        peak=peak,
        contrast=contrast,
    )


def _phrase_starts(cadences: Sequence[bool]) -> list[int]:
    if not any(cadences[:-1]):
        return list(range(0, len(cadences), _PHRASE_BARS))
    return [0, *(index + 1 for index, cadence in enumerate(cadences[:-1]) if cadence)]


def _letters(seed: int, development: Development, phrases: int) -> str:
    if development is not Development.SONG or phrases <= _PERIOD:
        return _LOOP
    return pick(stream_for_bar(seed, 0, _SONG_FORM), [song for song, _ in _SONGS], [weight for _, weight in _SONGS])


def _source(shape: _Shape, place: int, starts: Sequence[int], model: int, phrase: int) -> tuple[int | None, Recall]:
    """The bar that a place of a phrase recalls, and how; None for a new idea.

    Args:
        shape: Of the phrase, a row for each four of its bars.
        place: Of the bar in its phrase.
        starts: First bars of all phrases.
        model: The phrase that it brings back; itself when it is new.
        phrase: Index of the phrase.
    """
    recalled = shape[place % _PHRASE_BARS]
    if recalled is None:
        return None, Recall.EXACT
    source = starts[model] + place - place % _PHRASE_BARS + recalled[0]
    beyond = starts[model + 1] if model < phrase else starts[phrase] + place
    return (source, recalled[1]) if source < beyond else (None, Recall.EXACT)
