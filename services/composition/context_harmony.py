"""The chords of music that plays beside what is composed, a bar at a time, by its notes."""

from collections.abc import Mapping, Sequence

from boumbapp.music.v2.intent_pb2 import Constraints, Intent
from boumbapp.music.v2.music_pb2 import (
    ROLE_ARPEGGIO,
    ROLE_BASS,
    ROLE_CHORDS,
    ROLE_DRUMS,
    ROLE_PAD,
    ROLE_UNSPECIFIED,
    Bar,
    Chord,
    Track,
)
from boumbapp.theory.v2.theory_service_pb2 import AnalyseResponse

from music.divisions import at_sixteenths
from music.pitch import mask_of
from services.composition.bar_stream import Theory
from services.composition.refining.addressing import role_of

# Chords by the end of their symbols, commonest first, as semitones above the root.
_KINDS: Mapping[str, tuple[int, ...]] = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "sus4": (0, 5, 7),
    "dim": (0, 3, 6),
    "m7b5": (0, 3, 6, 10),
}
_SHARPS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_FLATS = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
_FLAT_TONICS = frozenset({"F", "Bb", "Eb", "Ab", "Db", "Gb"})
_HARMONY = (ROLE_CHORDS, ROLE_PAD, ROLE_ARPEGGIO, ROLE_BASS)
# Share of the sound that is foreign, weighed against the share that fits; what a tone that is not there costs; what the
# lowest tone gains as the root.
_FOREIGN, _ABSENT, _ROOT = 1.5, 0.12, 0.35
_FEWEST_TONES = 3
_OCTAVE = 12


def follow_context(intent: Intent, constraints: Constraints, context: Sequence[Track]) -> bool:
    """Give an intent the chords that tracks beside it play, in place, where the person named none.

    Bars of which the tracks say too little keep the chords that the constraints have.

    Args:
        intent: As it was understood.
        constraints: What theory derived from it.
        context: The tracks.

    Returns:
        Whether the intent has changed, and constraints have to be derived again.
    """
    if intent.progression:
        return False
    bars = _sounding(context)
    found = {index: chord for index in range(intent.bars) if (chord := _chord(bars.get(index, ()), intent.key.tonic))}
    if not found:
        return False
    plans, first = constraints.plans, found[min(found)]
    for index in range(intent.bars):
        planned = plans[index % len(plans)].chords
        intent.progression.append(found.get(index) or (planned[0] if planned else first))
    return True


async def in_context(theory: Theory, analysis: AnalyseResponse, context: Sequence[Track], seed: int) -> AnalyseResponse:
    """What was understood, with the chords of the tracks beside it where the person named none.

    Args:
        theory: Derives constraints.
        analysis: What was understood; changed in place.
        context: The tracks.
        seed: Of the piece.
    """
    if follow_context(analysis.intent, analysis.constraints, context):
        analysis.constraints.CopyFrom(await theory.constrain(analysis.intent, seed))
    return analysis


def _sounding(context: Sequence[Track]) -> dict[int, list[Bar]]:
    """Bars by index of the tracks that tell a harmony: chords and basses, those that say so or are like some."""
    bars: dict[int, list[Bar]] = {}
    for track in context:
        role = track.role
        if role == ROLE_UNSPECIFIED and any(bar.notes for bar in track.bars):
            role = role_of(track)
        if role in _HARMONY and role != ROLE_DRUMS:
            for bar in track.bars:
                bars.setdefault(bar.index, []).append(at_sixteenths(bar))
    return bars


def _chord(bars: Sequence[Bar], tonic: str) -> Chord | None:
    """The likeliest chord of bars that sound together; None where they have too few tones."""
    notes = [note for bar in bars for note in bar.notes]
    lengths = [0.0] * _OCTAVE
    for note in notes:
        lengths[note.pitch % _OCTAVE] += note.duration_steps
    total = sum(lengths)
    if sum(length > 0 for length in lengths) < _FEWEST_TONES:
        return None
    lowest = min(notes, key=lambda note: (note.pitch, note.start_step)).pitch % _OCTAVE

    def fit(root: int, tones: tuple[int, ...]) -> float:
        inside = [lengths[(root + tone) % _OCTAVE] / total for tone in tones]
        absent = sum(share == 0 for share in inside)
        return sum(inside) - _FOREIGN * (1 - sum(inside)) - _ABSENT * absent + _ROOT * (root == lowest)

    candidates = [(root, kind) for kind in _KINDS for root in range(_OCTAVE)]
    root, kind = max(candidates, key=lambda candidate: fit(candidate[0], _KINDS[candidate[1]]))
    names = _FLATS if tonic in _FLAT_TONICS else _SHARPS
    return Chord(
        symbol=names[root] + kind,
        root=root,
        bass=root,
        pitch_classes=mask_of([root + tone for tone in _KINDS[kind]]),
    )
