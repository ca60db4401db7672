"""Performance: how loud, how late and how long the written notes sound."""

import math
import random
from collections.abc import Collection, Sequence

from boumbapp.music.v1.music_pb2 import ROLE_ARPEGGIO, ROLE_BASS, ROLE_CHORDS, ROLE_MELODY, ROLE_PAD, Note, Role

from services.melody.specialist.form import BarForm
from services.melody.specialist.frame import Frame

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
_GHOST = (26, 38)
_LOUDEST, _SOFTEST = 120, 20
# Unintended timing, fraction of a step; sustained parts start together.
_LOOSENESS: dict[Role.ValueType, float] = {ROLE_MELODY: 0.05, ROLE_BASS: 0.03, ROLE_CHORDS: 0.02, ROLE_ARPEGGIO: 0.02}
# Styles with a gate below this are staccato.
STACCATO = 0.7
_SHORTEST_SOUND = 0.3  # steps


def perform(
    notes: Sequence[Note],
    role: Role.ValueType,
    frame: Frame,
    form: BarForm,
    draw: random.Random,
    ghosts: Collection[int],
) -> None:
    """Set velocity, offsets and staccato lengths of written notes, in place.

    Args:
        notes: Notes ordered by onset.
        role: The part.
        frame: Their bar.
        form: Its place in the phrase, which swells towards its climax.
        draw: Random numbers.
        ghosts: Onsets that are felt rather than heard.
    """
    onsets = sorted({note.start_step for note in notes})
    loudness = {onset: _velocity(onset, onsets, role, frame, form, draw, ghosts) for onset in onsets}
    delay = {onset: _delay(onset, role, frame, draw) for onset in onsets}
    for note in notes:
        if note.tied:
            note.velocity = _VELOCITY[role]
            continue
        note.velocity = loudness[note.start_step]
        note.offset = delay[note.start_step]
        following = next((onset for onset in onsets if onset > note.start_step), None)
        # The last note of a bar is as short as its rhythm will be when the bar comes again.
        gap = (following if following is not None else frame.steps + onsets[0]) - note.start_step
        _release(note, frame, gap, settled=following is None and form.ending.rests)


def _velocity(
    onset: int,
    onsets: Sequence[int],
    role: Role.ValueType,
    frame: Frame,
    form: BarForm,
    draw: random.Random,
    ghosts: Collection[int],
) -> int:
    if onset in ghosts:
        return _GHOST[0] + int(draw.random() * (_GHOST[1] - _GHOST[0] + 1))
    accent = _ACCENTS[frame.weights[onset]]
    beat_after = next((step for step in range(onset + 1, frame.steps) if frame.is_strong(step)), None)
    if role != ROLE_PAD and not frame.is_strong(onset) and beat_after is not None and beat_after - onset <= 2:
        accent = _SYNCOPATION if not any(onset < other <= beat_after for other in onsets) else accent
    swell = _SWELL * (0.5 - form.away_from_climax(onset / frame.steps))
    scatter = _SCATTER.get(role, _USUAL_SCATTER) * (draw.random() + draw.random() - 1)
    return int(min(max(_VELOCITY[role] + accent + swell + scatter, _SOFTEST), _LOUDEST))


def _delay(onset: int, role: Role.ValueType, frame: Frame, draw: random.Random) -> float:
    """Distance from the grid, fraction of a step; nothing starts before its bar."""
    swung = frame.swing if onset % 2 else 0.0
    loose = _LOOSENESS.get(role, 0.0) * (2 * draw.random() - 1)
    return min(max(swung + loose, 0.0 if onset == 0 else -0.5), 0.5)


def staccato(frame: Frame, written: int, gap: int, *, settled: bool) -> int:
    """Steps of a written note that sound: fewer than written where the style is staccato.

    Args:
        frame: Its bar.
        written: Length as written, in steps.
        gap: Steps to the next onset.
        settled: Whether a phrase rests on it, which even a staccato style lets sound.
    """
    if settled or frame.gate >= STACCATO:
        return written
    return max(min(math.ceil(gap * frame.gate), written), 1)


def _release(note: Note, frame: Frame, gap: int, *, settled: bool) -> None:
    """Shorten a note to the style's gate: whole steps for staccato, the rest as micro-timing.

    Args:
        note: The note, changed in place.
        frame: Its bar.
        gap: Steps to the next onset.
        settled: See `staccato`.
    """
    gate = max(frame.gate, STACCATO) if settled else frame.gate
    sounding = note.duration_steps * gate
    if gate < STACCATO:
        sounding = min(gap * gate, float(note.duration_steps))
        note.duration_steps = staccato(frame, note.duration_steps, gap, settled=settled)
    release = max(sounding - note.duration_steps, -1.0)
    # A short note that swing delays must still be heard.
    note.release_offset = max(min(release, 0.0), min(note.offset + _SHORTEST_SOUND - note.duration_steps, 0.0))
