"""Chords and pads: voice-led voicings, comped in the style's rhythm or sustained."""

from collections.abc import Sequence

from boumbapp.music.v2.music_pb2 import Note

from music.voicing import voice_chord
from services.melody.beside.room import made_room, with_room
from services.melody.plan.bar_constraints import BarConstraints, ChordSpan
from services.melody.plan.bar_context import BarContext
from services.melody.plan.form import Ending, Recall
from services.melody.plan.rhythm import (
    draw_natural_count,
    draw_onsets,
    fit_onsets,
    skeleton_odds,
    vary_written_onsets,
)

_MOST_VOICES = 4
_OCTAVE, _MAJOR_SEVENTH = 12, 11
_STUTTER = 0.01


def write_chords(bar: BarContext) -> list[Note]:
    """Write comped chords: a voicing on every onset of the style's rhythm.

    Returns:
        Notes by onset, without velocity and micro-timing.
    """
    constraints, form, draw = bar.constraints, bar.form, bar.draw

    def plain(step: int, since: int) -> float:
        # Two strikes a sixteenth apart are a stutter where the style does not write them.
        return skeleton_odds(constraints, step) * (_STUTTER if since == 1 and step not in constraints.anchors else 1.0)

    odds = with_room(plain, bar.beside.leads)
    forced = _chord_changes(constraints)
    if bar.recalled is not None:
        varied = form.recall is Recall.VARIED
        onsets = vary_written_onsets(constraints, bar.recalled.onsets, odds, draw) if varied else bar.recalled.onsets
        onsets = fit_onsets(constraints, onsets, odds)
        if bar.beside.leads:
            onsets = tuple(made_room(constraints, onsets, bar.beside.leads, plain))
    else:
        ending = Ending.ON if form.ending is Ending.HALF else form.ending
        count = max(draw_natural_count(constraints, ending, draw), len(forced))
        onsets = draw_onsets(constraints, count, odds, draw, forced=forced)
    onsets = _without_stutter(constraints, onsets)
    notes: list[Note] = []
    previous = _last_voicing(bar.previous)
    ends = (*onsets[1:], constraints.steps)
    for onset, end in zip(onsets, ends, strict=True):
        previous = _voicing(bar, constraints.span_at(onset), previous)
        notes += [Note(pitch=pitch, start_step=onset, duration_steps=end - onset) for pitch in previous]
    return notes


def _without_stutter(constraints: BarConstraints, onsets: Sequence[int]) -> tuple[int, ...]:
    """Onsets less those a sixteenth after another one, unless the style writes them or as many are wanted."""
    kept: list[int] = []
    spare = len(onsets) - constraints.fewest
    for onset in onsets:
        if kept and onset - kept[-1] == 1 and onset not in constraints.anchors and spare > 0:
            spare -= 1
        else:
            kept.append(onset)
    return tuple(kept)


def write_pad(bar: BarContext) -> list[Note]:
    """Write sustained chords: struck where the harmony changes; tones that two bars share are held over.

    Returns:
        Notes by onset, without velocity and micro-timing.
    """
    constraints = bar.constraints
    onsets = _pad_onsets(constraints)
    notes: list[Note] = []
    previous = _last_voicing(bar.previous)
    sounding = {note.pitch for note in bar.previous if note.start_step + note.duration_steps == constraints.steps}
    ends = (*onsets[1:], constraints.steps)
    for place, (onset, end) in enumerate(zip(onsets, ends, strict=True)):
        voicing = _voicing(bar, constraints.span_at(onset), previous)
        if place and constraints.span_at(onset) is constraints.span_at(onsets[place - 1]):
            voicing = _moved(constraints, voicing, constraints.span_at(onset))
        held = sounding & set(voicing) if onset == 0 and not sounding >= set(voicing) else set()
        notes += [
            Note(pitch=pitch, start_step=onset, duration_steps=end - onset, tied=pitch in held) for pitch in voicing
        ]
        previous = voicing
    return notes


def _chord_changes(constraints: BarConstraints) -> set[int]:
    """Steps to strike on: anchors, and later chords as far as the wanted onsets allow."""
    forced = set(constraints.anchors)
    for span in constraints.spans[1:]:
        if len(forced) < constraints.most:
            forced.add(span.start)
    return forced


def _pad_onsets(constraints: BarConstraints) -> tuple[int, ...]:
    """Changes of harmony, and the strongest steps beside them when more onsets are wanted."""
    onsets = {0, *[span.start for span in constraints.spans[1:]][: constraints.most - 1]}
    onsets |= set(sorted(constraints.anchors - onsets)[: max(constraints.most - len(onsets), 0)])
    by_weight = sorted(
        range(constraints.steps), key=lambda step: (-constraints.weights[step], -constraints.onset_weights[step], step)
    )
    for step in by_weight:
        if len(onsets) < constraints.fewest:
            onsets.add(step)
    return tuple(sorted(onsets))


def _last_voicing(before: tuple[Note, ...]) -> tuple[int, ...]:
    """Pitches of the last onset of the bar before, ascending."""
    last = max((note.start_step for note in before), default=0)
    return tuple(sorted({note.pitch for note in before if note.start_step == last}))


def _voicing(bar: BarContext, span: ChordSpan, previous: tuple[int, ...]) -> tuple[int, ...]:
    """Tones of a chord, below a lead that plays beside it as long as an octave is left for them."""
    constraints, lead = bar.constraints, bar.beside.lowest_lead
    voices = min(constraints.polyphony, _MOST_VOICES)
    lowest, highest = constraints.pitches[0], constraints.pitches[-1]
    if lead is not None and lowest + _OCTAVE < lead <= highest:
        highest = lead - 1
    if not any(span.has(pitch) for pitch in constraints.pitches):
        return (constraints.pitches[len(constraints.pitches) // 2],)
    tones = span.tones
    if bar.beside.lead and constraints.final and span.has(span.root + _MAJOR_SEVENTH):
        tones &= ~(1 << (span.root + _MAJOR_SEVENTH) % _OCTAVE)  # the lead closes on the root
    return voice_chord(tones, span.bass, voices, lowest, highest, previous)


def _moved(constraints: BarConstraints, voicing: tuple[int, ...], span: ChordSpan) -> tuple[int, ...]:
    """A voicing whose lowest voice moves to the top, or whose top voice moves down, so that a held chord lives."""
    above = [pitch for pitch in constraints.pitches if pitch > voicing[-1] and span.has(pitch)]
    if above and len(voicing) > 1:
        return (*voicing[1:], above[0])
    return voicing
