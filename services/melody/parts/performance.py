"""Performance: how loud, how late and how long the written notes sound."""

import math
from collections.abc import Collection, Sequence

from boumbapp.music.v1.music_pb2 import ROLE_ARPEGGIO, ROLE_BASS, ROLE_CHORDS, ROLE_MELODY, ROLE_PAD, Note, Role

from services.melody.plan.bar_constraints import BarConstraints
from services.melody.plan.bar_context import BarContext

# Velocity of an unaccented beat, and how far human strokes scatter around the intended loudness.
_VELOCITY: dict[Role.ValueType, int] = {
    ROLE_MELODY: 84,
    ROLE_BASS: 88,
    ROLE_CHORDS: 72,
    ROLE_ARPEGGIO: 76,
    ROLE_PAD: 62,
}
_SCATTER: dict[Role.ValueType, int] = {ROLE_PAD: 3, ROLE_ARPEGGIO: 4}
_USUAL_SCATTER = 6
# Accent by metrical weight, sixteenth to downbeat.
_ACCENTS = (-9, -4, 0, 4, 10)
# A note before a beat that stays silent takes over the accent of the beat.
_SYNCOPATION = 8
_SWELL = 8  # from the ends of a phrase to its climax
_OF_A_MACHINE = 0.3  # share of swell and scatter that a sequencer keeps
_LEADING = 3  # velocity by which the top of a chord stands out, and its middle recedes
_STRUM = 0.04  # steps from voice to voice
_GHOST = (26, 38)
_LOUDEST, _SOFTEST = 120, 20
# Unintended timing, fraction of a step; sustained parts start together.
_LOOSENESS: dict[Role.ValueType, float] = {ROLE_MELODY: 0.05, ROLE_BASS: 0.03, ROLE_CHORDS: 0.02, ROLE_ARPEGGIO: 0.02}
# Styles with a gate below this are staccato.
STACCATO = 0.7
_SHORTEST_SOUND = 0.3  # steps


def perform(notes: Sequence[Note], role: Role.ValueType, bar: BarContext, ghosts: Collection[int]) -> None:
    """Set velocity and offsets of written notes, and shorten those of a staccato style, in place.

    Args:
        notes: Notes ordered by onset.
        role: The part.
        bar: Their bar; its phrase swells towards the climax.
        ghosts: Onsets that are felt rather than heard.
    """
    constraints = bar.constraints
    onsets = sorted({note.start_step for note in notes})
    loudness = {onset: _velocity(onset, onsets, role, bar, ghosts) for onset in onsets}
    delay = {onset: _delay(onset, role, bar) for onset in onsets}
    struck: dict[int, list[Note]] = {onset: [] for onset in onsets}
    for note in notes:
        if note.tied:
            note.velocity = _VELOCITY[role]
            continue
        note.velocity = loudness[note.start_step]
        note.offset = delay[note.start_step]
        struck[note.start_step].append(note)
        following = next((onset for onset in onsets if onset > note.start_step), None)
        # The last note of a bar is as short as its rhythm will be when the bar comes again.
        gap = (following if following is not None else constraints.steps + onsets[0]) - note.start_step
        settled = following is None and bar.form.ending.rests
        if role != ROLE_BASS:  # a bass writes its own lengths: they decide what its line does next
            note.duration_steps = staccato(constraints, note.duration_steps, gap, settled=settled)
        _release(note, constraints, gap, settled=settled)
    if not bar.idiom.machine:
        for voices in struck.values():
            _by_hand(sorted(voices, key=lambda note: note.pitch))


def _velocity(onset: int, onsets: Sequence[int], role: Role.ValueType, bar: BarContext, ghosts: Collection[int]) -> int:
    constraints, form, draw = bar.constraints, bar.form, bar.draw
    if onset in ghosts:
        return _GHOST[0] + int(draw.random() * (_GHOST[1] - _GHOST[0] + 1))
    accent = _ACCENTS[constraints.weights[onset]]
    beat_after = next((step for step in range(onset + 1, constraints.steps) if constraints.is_strong(step)), None)
    if role != ROLE_PAD and not constraints.is_strong(onset) and beat_after is not None and beat_after - onset <= 2:
        accent = _SYNCOPATION if not any(onset < other <= beat_after for other in onsets) else accent
    swell = _SWELL * (0.5 - form.away_from_climax(onset / constraints.steps))
    scatter = _SCATTER.get(role, _USUAL_SCATTER) * (draw.random() + draw.random() - 1)
    if bar.idiom.machine:
        swell, scatter = swell * _OF_A_MACHINE, scatter * _OF_A_MACHINE
    return int(min(max(_VELOCITY[role] + accent + swell + scatter, _SOFTEST), _LOUDEST))


def _delay(onset: int, role: Role.ValueType, bar: BarContext) -> float:
    """Distance from the grid, fraction of a step; nothing starts before its bar, and a machine only swings."""
    swung = bar.constraints.swing if onset % 2 else 0.0
    loose = 0.0 if bar.idiom.machine else _LOOSENESS.get(role, 0.0) * (2 * bar.draw.random() - 1)
    return min(max(swung + loose, 0.0 if onset == 0 else -0.5), 0.5)


def _by_hand(voices: Sequence[Note]) -> None:
    """Let the highest voice of a chord lead and the inner ones recede, and strike from below; voices ascend."""
    for place, note in enumerate(voices[1:], 1):
        note.velocity += _LEADING if note is voices[-1] else -_LEADING
        # Never longer than the chord is late already and the note sounds.
        spread = min(_STRUM * place, 0.5 - note.offset, max(_strikable(note), 0.0))
        note.offset += spread


def _strikable(note: Note) -> float:
    """How much later a note may begin and still be heard."""
    return note.duration_steps + note.release_offset - _SHORTEST_SOUND - note.offset


def staccato(constraints: BarConstraints, written: int, gap: int, *, settled: bool) -> int:
    """Steps of a written note that sound: fewer than written where the style is staccato.

    Args:
        constraints: Its bar.
        written: Length as written, in steps.
        gap: Steps to the next onset.
        settled: Whether a phrase rests on it, which even a staccato style lets sound.
    """
    if settled or constraints.gate >= STACCATO:
        return written
    return max(min(math.ceil(gap * constraints.gate), written), 1)


def _release(note: Note, constraints: BarConstraints, gap: int, *, settled: bool) -> None:
    """Let a note of whole steps sound as long as the style's gate says, by micro-timing.

    Args:
        note: The note, changed in place.
        constraints: Its bar.
        gap: Steps to the next onset.
        settled: See `staccato`.
    """
    gate = max(constraints.gate, STACCATO) if settled else constraints.gate
    sounding = min(gap * gate, float(note.duration_steps)) if gate < STACCATO else note.duration_steps * gate
    release = max(sounding - note.duration_steps, -1.0)
    # A short note that swing delays must still be heard.
    note.release_offset = max(min(release, 0.0), min(note.offset + _SHORTEST_SOUND - note.duration_steps, 0.0))
