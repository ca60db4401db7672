"""Scales and chords as bars, from what theory derived: no scale and no chord is known here."""

from boumbapp.music.v2.intent_pb2 import Constraints
from boumbapp.music.v2.music_pb2 import Bar, Note

from music.meter import steps_per_bar
from music.voicing import voice_chord

_OCTAVE, _MIDDLE_C = 12, 60
_VELOCITY = 90
_EIGHTH = 2
_VOICES = 4


def scale_bars(constraints: Constraints) -> list[Bar]:
    """A scale up an octave and down again in eighths, from the tonic next to middle C; the last note fills its bar.

    Args:
        constraints: Of a piece in that scale.
    """
    plan, length = constraints.plans[0], steps_per_bar(constraints.meter)
    home = _MIDDLE_C + (plan.tonic + 6) % _OCTAVE - 6
    above = [step for step in range(_OCTAVE) if plan.pitch_classes >> (plan.tonic + step) % _OCTAVE & 1]
    up = [home + step for step in above] + [home + _OCTAVE]
    bars: list[Bar] = []
    step = length
    for pitch in (*up, *reversed(up[:-1])):
        if step + _EIGHTH > length:
            _fill(bars, length)
            bars.append(Bar(index=len(bars), meter=constraints.meter))
            step = 0
        bars[-1].notes.append(Note(pitch=pitch, start_step=step, duration_steps=_EIGHTH, velocity=_VELOCITY))
        step += _EIGHTH
    _fill(bars, length)
    return bars


def _fill(bars: list[Bar], length: int) -> None:
    """Let the last note of the last bar sound until the bar line."""
    if bars:
        last = bars[-1].notes[-1]
        last.duration_steps = length - last.start_step


def chord_bars(constraints: Constraints, count: int) -> list[Bar]:
    """A chord a bar, or as many as theory put into it, each voiced near the one before.

    Args:
        constraints: Of a piece whose harmony they are.
        count: So many bars.
    """
    bars: list[Bar] = []
    voicing: tuple[int, ...] = ()
    length = steps_per_bar(constraints.meter)
    for index in range(count):
        bar = Bar(index=index, meter=constraints.meter)
        for chord in constraints.plans[index % len(constraints.plans)].chords:
            steps = chord.duration_steps or length - chord.start_step
            voices = min(_VOICES, constraints.max_polyphony)
            voicing = voice_chord(
                chord.pitch_classes, chord.bass, voices, constraints.lowest_pitch, constraints.highest_pitch, voicing
            )
            bar.notes.extend(
                Note(pitch=pitch, start_step=chord.start_step, duration_steps=steps, velocity=_VELOCITY)
                for pitch in voicing
            )
        bars.append(bar)
    return bars
