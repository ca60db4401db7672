"""What tracks beside a part ask of it: room for others, a kick to lock to, and no semitones against what sounds.

After Butler, "Unlocking the Groove" (2006), ch. 3, on kick and bass, and Berliner, "Thinking in Jazz" (1994), ch. 12,
on soloists and those who comp for them.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from services.melody.plan.bar_constraints import BarConstraints, ChordSpan
from services.melody.plan.beside import Beside
from services.melody.plan.rhythm import LONGEST, Odds

# Odds of an onset together with one that another part has, against usual ones.
_TOGETHER = 0.08
# Factors for a semitone against a tone that sounds: beside it, an octave more, and a major seventh, which is milder.
_BESIDE, _NINTH, _SEVENTH = 1e-5, 1e-4, 0.2
# Against a tone of the chord that somebody is going to play, in whatever octave.
_AGAINST_CHORD = 0.002
_OCTAVE, _SEMITONE, _MAJOR_SEVENTH = 12, 1, 11
_LIKELY_LENGTH = 4  # steps of a note of which the end is not known yet
_SHARE = 2 / 3  # of a bass's onsets that are strokes of the kick
_LEAST = 3  # notes of a bar that a kick with few strokes leaves a bass
_SNAP = 1  # steps to a kick that a note of a bass is moved
_ASIDE = 2  # steps that a note gives way


def with_room(odds: Odds, others: Collection[int]) -> Odds:
    """Odds of onsets that leave room for those of another part.

    Args:
        odds: As they are without it.
        others: Steps on which it begins notes.
    """
    if not others:
        return odds
    return lambda step, since: odds(step, since) * (_TOGETHER if step in others else 1.0)


def made_room(constraints: BarConstraints, onsets: Collection[int], others: Collection[int], odds: Odds) -> list[int]:
    """A known rhythm whose notes give way to those of another part, each to a likely free step beside it.

    Args:
        constraints: Of the bar.
        onsets: Steps.
        others: Steps on which the other part begins notes.
        odds: Odds of an onset.

    Returns:
        As many steps, ascending; a note with no room beside it stays.
    """
    kept = set(onsets)
    for onset in sorted(kept & set(others)):
        free = [
            step
            for step in range(max(onset - _ASIDE, 0), min(onset + _ASIDE + 1, constraints.steps))
            if step not in kept and step not in others
        ]
        if free:
            kept.discard(onset)
            kept.add(max(free, key=lambda step: (odds(step, LONGEST), -step)))
    return sorted(kept)


def leaving_anchors(constraints: BarConstraints, others: Collection[int]) -> BarConstraints:
    """The same constraints without anchors on which another part begins notes.

    Args:
        constraints: Of the bar.
        others: Steps on which the other part begins notes.
    """
    return replace(constraints, anchors=constraints.anchors - set(others)) if others else constraints


def consonance(beside: Beside, constraints: BarConstraints, step: int, length: int, pitch: int) -> float:
    """Factor for a pitch, 1 or less: low for a semitone against what sounds on the beats that its note lasts over.

    Args:
        beside: What plays beside the bar.
        constraints: Of the bar.
        step: Where the note begins.
        length: Steps until the next note; 0 when that is not known yet.
        pitch: MIDI key number.
    """
    if not beside.harmony and not beside.sounding:
        return 1.0
    beats = range(step, min(step + (length or _LIKELY_LENGTH), constraints.steps))
    return min(
        (_consonance_at(beside, constraints, beat, pitch) for beat in beats if constraints.is_strong(beat)), default=1.0
    )


def _consonance_at(beside: Beside, constraints: BarConstraints, step: int, pitch: int) -> float:
    factor = 1.0
    for other in beside.at(step):
        apart = abs(pitch - other)
        if apart == _SEMITONE:
            factor = min(factor, _BESIDE)
        elif apart % _OCTAVE == _SEMITONE:
            factor = min(factor, _NINTH)
        elif apart % _OCTAVE == _MAJOR_SEVENTH:
            factor = min(factor, _SEVENTH)
    span = constraints.span_at(step)
    if beside.harmony and _against(span, pitch, known=bool(beside.sounding)):
        factor = min(factor, _AGAINST_CHORD)
    return factor


def _against(span: ChordSpan, pitch: int, *, known: bool) -> bool:
    """Whether a pitch is a semitone from a tone of the chord that somebody plays.

    A tone of the chord itself is not, but for the lower one of two a semitone apart where the chord is not known: it
    would be a ninth below the other.
    """
    if span.has(pitch):
        return span.has(pitch + 1) and not known
    return span.has(pitch + 1) or span.has(pitch - 1)


def lock_to_kick(
    constraints: BarConstraints, onsets: Collection[int], kicks: Mapping[int, float], odds: Odds
) -> tuple[int, ...]:
    """A bass's rhythm of which two notes in three are strokes of the kick, as near to the style's as that allows.

    Notes right beside a stroke move to it; strokes get notes as long as there may be more; the style's unlikely notes
    elsewhere are left out or give way to strokes, its anchors at last.

    Args:
        constraints: Of the bar.
        onsets: Steps of the style's own rhythm.
        kicks: Strength of the kick by step.
        odds: Odds of an onset by the style.

    Returns:
        Steps, ascending; the onsets as they are where there is no kick.
    """
    strokes = {step: strength for step, strength in kicks.items() if step < constraints.steps}
    if not strokes or not onsets:
        return tuple(sorted(onsets))
    locked = _Locked(constraints, set(onsets), strokes, odds)
    locked.snap()
    locked.strengthen()
    locked.thin()
    locked.swap()
    return tuple(sorted(locked.onsets))


class _Locked:
    """A rhythm on its way to a kick; every step of it stops as soon as enough notes are strokes.

    Args:
        constraints: Of the bar.
        onsets: The rhythm, changed in place.
        strokes: Strength of the kick by step, at least one.
        odds: Odds of an onset by the style.
    """

    def __init__(self, constraints: BarConstraints, onsets: set[int], strokes: Mapping[int, float], odds: Odds) -> None:
        self.onsets = onsets
        self._frame, self._strokes, self._odds = constraints, strokes, odds

    def snap(self) -> None:
        """Move notes right beside a stroke to it."""
        for step in self._away():
            near = [stroke for stroke in self._free() if abs(stroke - step) <= _SNAP]
            if near and not self._enough() and step not in self._frame.anchors:
                self.onsets.discard(step)
                self.onsets.add(near[0])

    def strengthen(self) -> None:
        """Give strokes a note."""
        for stroke in self._free():
            if not self._enough() and len(self.onsets) < self._frame.most:
                self.onsets.add(stroke)

    def thin(self) -> None:
        """Leave notes out that are no strokes, as long as a line is left."""
        least = min(self._frame.fewest, max(round(len(self._strokes) / _SHARE), _LEAST))
        for step in self._away():
            if not self._enough() and len(self.onsets) > least:
                self.onsets.discard(step)

    def swap(self) -> None:
        """Let notes that are no strokes give way to strokes that have none."""
        for step, stroke in zip(self._away(), self._free(), strict=False):
            if not self._enough():
                self.onsets.discard(step)
                self.onsets.add(stroke)

    def _enough(self) -> bool:
        return len(self.onsets & self._strokes.keys()) >= _SHARE * len(self.onsets)

    def _away(self) -> list[int]:
        """Notes that are no strokes: the least likely first, the style's anchors last."""
        away = self.onsets - self._strokes.keys()
        return sorted(away, key=lambda step: (step in self._frame.anchors, self._odds(step, LONGEST), step))

    def _free(self) -> list[int]:
        """Strokes without a note, the strongest first."""
        free = self._strokes.keys() - self.onsets
        return sorted(free, key=lambda stroke: (-self._strokes[stroke], stroke))
