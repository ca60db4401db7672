"""Rhythms to find other pitches for."""

from collections.abc import Mapping
from dataclasses import replace

from boumbapp.music.v2.music_pb2 import Bar

from music.divisions import at_sixteenths
from services.melody.parts.colour import NO_PITCH
from services.melody.refine.model.notes import EditBar
from services.melody.refine.model.part import PartEditor, Selected


def free_of_ties(part: PartEditor, selected: Selected) -> frozenset[int]:
    """Which selected notes, by identity, neither go on from the bar before nor into the next one.

    Args:
        part: The part.
        selected: What may change of a bar.
    """
    following = part.bars[selected.at + 1 : selected.at + 2]
    held = {note.pitch for bar in following for note in bar.notes if note.tied and note.start == 0}
    ends = selected.bar.ticks
    return frozenset(
        id(note) for note in selected.notes if not note.tied and not (note.end == ends and note.pitch in held)
    )


def rhythm_of(selected: Selected, free: frozenset[int]) -> Bar:
    """The bar as a rhythm to find pitches for; the ids of its notes number them from 1.

    Args:
        selected: What may change of a bar.
        free: The notes to find pitches for, by identity.
    """
    numbered = [
        replace(note, id=number, pitch=NO_PITCH if id(note) in free else note.pitch)
        for number, note in enumerate(selected.bar.notes, 1)
    ]
    bar = selected.bar
    return at_sixteenths(EditBar(bar.meter, bar.divisions, bar.bpm, numbered).message(selected.at))


def pitches_found(rhythm: Bar, made: Bar) -> dict[int, int]:
    """The pitches that a rhythm was given, by the number of the note: of those that begin together, the lowest first.

    Args:
        rhythm: What pitches were asked for, see `rhythm_of`.
        made: The same bar with pitches.
    """
    found: dict[int, int] = {}
    for step in {note.start_step for note in rhythm.notes}:
        struck = [note for note in rhythm.notes if note.start_step == step]
        own = {note.pitch for note in struck}
        fresh = sorted({note.pitch for note in made.notes if note.start_step == step} - own)
        free = sorted(note.id for note in struck if note.pitch == NO_PITCH)
        found.update(zip(free, fresh, strict=False))
    return found


def changes_pitches(selected: Selected, found: Mapping[int, int]) -> bool:
    """Whether any note of a bar gets another pitch.

    Args:
        selected: What may change of the bar.
        found: New pitches by the number of the note, see `pitches_found`.
    """
    return any(found.get(number, note.pitch) != note.pitch for number, note in enumerate(selected.bar.notes, 1))
