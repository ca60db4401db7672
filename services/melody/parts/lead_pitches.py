"""Pitches of lead lines: the next-note model's weights, drawn towards harmony, an arch and the recalled motif."""

from collections.abc import Sequence

from music.scale_degrees import DEGREES
from services.melody.beside.room import consonance
from services.melody.next_note_models.protocol import NextNoteModel
from services.melody.parts.seam import towards_next
from services.melody.plan.bar_context import BarContext
from services.melody.plan.form import Ending, Recall
from services.melody.plan.motif import Motif
from services.melody.plan.sampling import pick

# Pull of a recalled pitch, and of its neighbours, by how close the recall is.
_PULL = {
    Recall.EXACT: (200.0, 4.0),
    Recall.HEAD: (200.0, 4.0),
    Recall.SEQUENCE: (120.0, 4.0),
    Recall.ORNAMENT: (100.0, 4.0),
    Recall.CONTOUR: (60.0, 4.0),
    Recall.VARIED: (60.0, 4.0),
}
# A motif as it was is easier to recognise than one moved with the chords, so many times.
_AS_IT_WAS = 4.0
_ARCH_WIDTH = 9.0  # semitones from the arch at which a pitch is half as likely
# Pull of the tones that a phrase may end on, against other chord tones; and of the tonic where the piece closes.
_GOAL, _CLOSE = 50.0, 1e5
# A pitch that the line should rather leave for another; see `_stale`.
_STALE = 0.3
_SPARSE = 4  # onsets of a bar
# So many notes remembered, and of that many no more than so many different pitches.
_MEMORY, _ENOUGH, _FEW_PITCHES = 8, 6, 3
_OCTAVE = 12
# After a leap beyond so many semitones another one, and going on in the same direction, are so much less likely.
_LEAP, _LEAP_AGAIN, _ONWARD = 5, 0.15, 0.4
_LONG = 4  # steps; a foreign note of this length sounds wrong
_FOREIGN_AND_LONG = 0.25


class MelodicLine:
    """A lead line while it is written, one pitch after the other.

    Args:
        bar: The bar.
        model: Predicts its pitches.
    """

    def __init__(self, bar: BarContext, model: NextNoteModel) -> None:
        self._bar = bar
        self._model = model
        last = bar.previous[-1].pitch if bar.previous else _start(bar)
        self._recent = bar.recent
        self._suggestions = _suggestions(bar, last)
        self._goals = _goals(bar) if bar.form.ending.rests else ()
        self._drawn = 0

    def pitch(self, step: int, left: int, length: int) -> int:
        """Draw the pitch of an onset.

        Args:
            step: Its step.
            left: Onsets of the bar after it.
            length: Steps until the next onset or the bar line; 0 when that is not known yet.
        """
        bar = self._bar
        weights = self._weights(step, left, length)
        self._drawn += 1
        # Where no tone of the last chord is in range any pitch of the key will do.
        pitch = pick(bar.draw, bar.constraints.pitches, weights if any(weights) else [1.0] * len(weights))
        self._recent = (*self._recent[-_MEMORY + 1 :], pitch)
        return pitch

    def _weights(self, step: int, left: int, length: int) -> list[float]:
        """Weight of every allowed pitch: the product of all factors."""
        bar = self._bar
        constraints, form = bar.constraints, bar.form
        span, suggested = constraints.span_at(step), self._suggested(step)
        pull, neighbour_pull = _PULL.get(form.recall, (1.0, 1.0))
        arch = _arch(bar, step)
        stale = self._stale(step) if suggested is None else ()
        weights = []
        for pitch, likely in zip(constraints.pitches, self._model.pitch_weights(step), strict=True):
            value = likely * consonance(bar.beside, constraints, step, length, pitch) * towards_next(bar, pitch, left)
            if length >= _LONG and not span.has(pitch):
                value *= _FOREIGN_AND_LONG
            distance = (pitch - arch) / _ARCH_WIDTH
            value *= _after_leap(self._recent, pitch) / (1 + distance * distance)
            if pitch in stale:
                value *= _STALE
            if suggested is not None:
                apart = abs(constraints.scale.position(pitch) - suggested)
                value *= pull if apart == 0 else neighbour_pull if apart == 1 else 1.0
            if self._goals:
                value *= _towards(bar, pitch, self._goals, left)
            weights.append(value)
        return weights

    def _stale(self, step: int) -> set[int]:
        """Pitches that a line without a motif to follow should rather leave for others.

        That of the bar whose rhythm alone comes back, the last one where notes are few, and those of the last notes
        when they were hardly more than two.
        """
        bar, recent = self._bar, self._recent
        stale = set(recent) if len(recent) >= _ENOUGH else set()
        if len(stale) > _FEW_PITCHES:
            stale.clear()
        if bar.constraints.most <= _SPARSE:
            stale.update(recent[-1:])
        if bar.recalled is not None and bar.form.recall is Recall.RHYTHM and step in bar.recalled.onsets:
            before = bar.recalled.positions[bar.recalled.onsets.index(step)]
            stale.update(pitch for pitch in bar.constraints.pitches if bar.constraints.scale.position(pitch) == before)
        return stale

    def _suggested(self, step: int) -> int | None:
        """Diatonic position that the recalled motif suggests for an onset."""
        recall, suggestions = self._bar.form.recall, self._suggestions
        if recall is Recall.CONTOUR:
            shape = list(suggestions.values())
            return shape[self._drawn] if self._drawn < len(shape) else None
        if recall is Recall.HEAD and step >= self._bar.constraints.steps // 2:
            return None
        if recall is Recall.ORNAMENT:
            return suggestions.get(step)
        earlier = [onset for onset in suggestions if onset <= step]
        return suggestions[max(earlier)] if earlier else None


def _after_leap(recent: Sequence[int], pitch: int) -> float:
    """Factor for a pitch after a leap: melodies turn back and fill the gap (Meyer, "Explaining Music", 1973)."""
    if len(recent) < 2 or abs(leap := recent[-1] - recent[-2]) <= _LEAP:
        return 1.0
    move = pitch - recent[-1]
    return _LEAP_AGAIN if abs(move) > _LEAP else _ONWARD if move * leap > 0 else 1.0


def _start(bar: BarContext) -> int:
    """An imagined pitch before the first one: the chord tone nearest to where the arch begins."""
    constraints = bar.constraints
    height = _arch(bar, 0)
    tones = [pitch for pitch in constraints.pitches if constraints.spans[0].has(pitch)] or list(constraints.pitches)
    return min(tones, key=lambda pitch: abs(pitch - height))


def _arch(bar: BarContext, step: int) -> float:
    """Pitch that the phrase's arch has on a step, in semitones."""
    constraints, form = bar.constraints, bar.form
    away = form.away_from_climax(step / constraints.steps)
    lowest, highest = constraints.pitches[0], constraints.pitches[-1]
    return lowest + (highest - lowest) * (form.peak - (form.peak - form.foot) * away)


def _suggestions(bar: BarContext, near: int) -> dict[int, int]:
    """Diatonic positions that a recalled motif suggests, by its own onsets."""
    recalled, form, constraints = bar.recalled, bar.form, bar.constraints
    if recalled is None or form.recall not in _PULL:
        return {}
    shift = form.shift if form.recall is Recall.SEQUENCE else 0
    same = {step: position + shift for step, position in zip(recalled.onsets, recalled.positions, strict=True)}
    moved = _transpose(bar, recalled, constraints.scale.position(near))
    # A motif is repeated as it was, or moved with the chords, whichever agrees with the harmony.
    agreements = (_AS_IT_WAS * _agreement(bar, same) ** 2, _agreement(bar, moved) ** 2)
    return pick(bar.draw, (same, moved), agreements)


def _transpose(bar: BarContext, recalled: Motif, near: int) -> dict[int, int]:
    """Positions of a motif moved with the chord roots, as a whole, into the octave nearest to where the line is."""
    constraints = bar.constraints
    moved = {
        step: constraints.scale.position(constraints.span_at(step).root) + distance
        for step, distance in zip(recalled.onsets, recalled.steps, strict=True)
    }
    octaves = (near - moved[recalled.onsets[0]] + DEGREES // 2) // DEGREES
    return {step: position + DEGREES * octaves for step, position in moved.items()}


def _agreement(bar: BarContext, positions: dict[int, int]) -> float:
    """How well positions agree with harmony and range: 1 and one more for each chord tone on a beat."""
    constraints = bar.constraints
    available = {constraints.scale.position(pitch): pitch for pitch in constraints.pitches}
    agreement = 1.0
    for step, position in positions.items():
        pitch = available.get(position)
        if pitch is not None and constraints.is_strong(step) and constraints.span_at(step).has(pitch):
            agreement += 1
    return agreement


def _goals(bar: BarContext) -> tuple[int, ...]:
    """Positions that the phrase may rest on: the tonic for a close, another chord tone for a question."""
    constraints = bar.constraints
    span = constraints.spans[-1]
    tones = [pitch for pitch in constraints.pitches if span.has(pitch)]
    closing = bar.form.ending is Ending.FULL
    tonics = [pitch for pitch in tones if pitch % _OCTAVE == constraints.scale.tonic]
    if closing:
        best = tonics or [pitch for pitch in tones if pitch % _OCTAVE == span.root]
    else:
        best = [pitch for pitch in tones if pitch % _OCTAVE != constraints.scale.tonic]
    return tuple(constraints.scale.position(pitch) for pitch in best or tones)


def _towards(bar: BarContext, pitch: int, goals: tuple[int, ...], left: int) -> float:
    """Factor that leads a phrase to its end: its last note is a chord tone, notes before it come near enough."""
    constraints = bar.constraints
    position = constraints.scale.position(pitch)
    distance = min(abs(position - goal) for goal in goals)
    if left == 0:
        if not constraints.spans[-1].has(pitch):
            return 0.0
        goal = _CLOSE if constraints.final else _GOAL
        return goal if distance == 0 else 1.0
    beyond = max(distance - left, 0)
    return 1 / (1 + beyond * beyond)
