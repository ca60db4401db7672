"""Edits of pitch: transposition, keys, mirrors, contours, second voices, chords, the last note."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from boumbapp.music.v2.music_pb2 import ROLE_BASS

from music.grid import TICKS_PER_STEP
from music.meter import BEAT, step_weights
from music.pitch import PitchName
from services.composition.refining.edits import LITTLE, MUCH, USUAL
from services.melody.refine.model.edits import Action, Edit
from services.melody.refine.model.harmony import Harmony, Scale
from services.melody.refine.model.notes import HIGHEST, EditNote
from services.melody.refine.model.part import PartEditor, onsets

_OCTAVE = 12
_REGISTER = {LITTLE: 3, USUAL: 0, MUCH: 0}  # degrees; 0 moves by octaves
_OCTAVES = {LITTLE: 0, USUAL: 1, MUCH: 2}


def transpose(part: PartEditor, edit: Edit) -> None:
    """Move notes by semitones (the value of the edit).

    Args:
        part: The part; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    distance = round(edit.value or 0)
    _repitch(part, edit, lambda _, pitch: pitch + distance)


def step(part: PartEditor, edit: Edit) -> None:
    """Move notes by degrees of their scale (the value of the edit).

    Args:
        part: The part; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    _repitch(part, edit, lambda at, pitch: part.harmony.scale(at).moved(pitch, round(edit.value or 0)))


def register(part: PartEditor, edit: Edit) -> None:
    """Move notes to a higher or lower register: by an octave, by two, or a little within the scale.

    Args:
        part: The part; changed in place.
        edit: What to change, where and by how much.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    sign = 1 if edit.action is Action.HIGHER else -1
    degrees, octaves = sign * _REGISTER[edit.amount], sign * _OCTAVES[edit.amount] * _OCTAVE
    _repitch(part, edit, lambda at, pitch: part.harmony.scale(at).moved(pitch, degrees) + octaves)


def to_harmony(part: PartEditor, edit: Edit, harmony: Harmony) -> None:
    """Move notes to the same degrees of other scales.

    Args:
        part: The part; changed in place.
        edit: What to change and where.
        harmony: The other scales.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    _repitch(part, edit, lambda at, pitch: part.harmony.scale(at).mapped(pitch, harmony.scale(at)))


def invert(part: PartEditor, edit: Edit) -> None:
    """Mirror notes at the first one, within their scale.

    Args:
        part: The part; changed in place.
        edit: What to change and where.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    chosen = part.selected(edit)
    first = next((note.pitch for selected in chosen for note in selected.notes), None)
    if first is None:
        return

    def mirrored(at: int, pitch: int) -> int:
        scale = part.harmony.scale(at)
        axis, (position, altered) = scale.position(first)[0], scale.position(pitch)
        return scale.pitch(2 * axis - position) - altered

    _repitch(part, edit, mirrored)


def contour(part: PartEditor, edit: Edit) -> None:
    """Give the notes their own pitches in another order: rising, falling, or an arch.

    Args:
        part: The part; changed in place.
        edit: What to change and where.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    chosen = part.selected(edit)
    groups = [(selected, group) for selected in chosen for group in onsets(selected.notes)]
    tops = sorted(group[-1].pitch for _, group in groups)
    if edit.action is Action.FALLING:
        tops = tops[::-1]
    elif edit.action is Action.ARCH:
        tops = [*tops[::2], *tops[1::2][::-1]]
    moves = {id(note): top - group[-1].pitch for (_, group), top in zip(groups, tops, strict=True) for note in group}
    for selected in chosen:
        part.replace(selected, lambda note: note.at_pitch(_folded(note.pitch + moves[id(note)])))


def octaves(part: PartEditor, edit: Edit) -> None:
    """Double notes an octave higher or lower (the value of the edit, in semitones).

    Args:
        part: The part; changed in place.
        edit: What to change and where.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    _second_voice(part, edit, lambda _, pitch: pitch + round(edit.value or _OCTAVE))


def harmonise(part: PartEditor, edit: Edit) -> None:
    """Add a second voice some degrees higher or lower (the value of the edit).

    Args:
        part: The part; changed in place.
        edit: What to change and where.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    _second_voice(part, edit, lambda at, pitch: part.harmony.scale(at).moved(pitch, round(edit.value or 2)))


def follow(part: PartEditor, edit: Edit, harmony: Harmony) -> None:
    """Move notes to other chords: those that sound together and those on beats to tones of them, the rest to the key.

    Args:
        part: The part; changed in place.
        edit: What to change and where.
        harmony: The chords.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    for selected in part.selected(edit):
        weights = step_weights(selected.bar.meter)
        pitches: dict[int, int] = {}
        for number, group in enumerate(onsets(selected.notes)):
            at = group[0].start // TICKS_PER_STEP
            tones = harmony.chord(selected.at, at)
            if not tones:
                continue
            scale = harmony.scale(selected.at)
            root = harmony.root(selected.at, at)
            if part.role == ROLE_BASS and number == 0 and root is not None:
                tones = (root,)
            strong = len(group) > 1 or weights[min(at, len(weights) - 1)] >= BEAT or number == 0
            allowed = tones if strong else tuple({*tones, *((scale.tonic + each) % _OCTAVE for each in scale.steps)})
            pitches |= _voiced(group, scale, allowed)
        part.replace(selected, lambda note: note.at_pitch(pitches.get(id(note), note.pitch)))  # noqa: B023  called at once


def end_on(part: PartEditor, edit: Edit) -> None:
    """Make the part end on the tonic, or on the note that the text of the edit names.

    Args:
        part: The part; changed in place.
        edit: What to end on.

    Raises:
        ApiError: The edit names a bar that the part does not have.
    """
    for selected in reversed(part.selected(edit)):
        last = list(onsets(selected.notes))[-1:]
        if not last:
            continue
        group = last[0]
        scale = part.harmony.scale(selected.at)
        goal = PitchName.parse(edit.text).pitch_class if edit.text else scale.tonic
        home = Scale(goal, scale.steps) if not edit.text else Scale(goal, (0,))
        third = home.steps[2] if len(home.steps) > 4 else 0
        chord = (goal,) if len(group) == 1 else tuple({goal, (goal + third) % _OCTAVE, (goal + 7) % _OCTAVE})
        pitches = _voiced(group[1:], scale, chord) | {id(group[0]): scale.nearest(group[0].pitch, (goal,))}
        part.replace(selected, lambda note: note.at_pitch(pitches.get(id(note), note.pitch)))  # noqa: B023  called at once
        return


def _voiced(group: Sequence[EditNote], scale: Scale, allowed: Sequence[int]) -> dict[int, int]:
    """Pitches of notes that begin together: each at the nearest that is allowed, none twice."""
    found: dict[int, int] = {}
    for note in group:
        free = [each for each in allowed if scale.nearest(note.pitch, (each,)) not in found.values()] or list(allowed)
        found[id(note)] = _folded(scale.nearest(note.pitch, free))
    return found


def _repitch(part: PartEditor, edit: Edit, change: Callable[[int, int], int]) -> None:
    for selected in part.selected(edit):
        part.replace(selected, lambda note: note.at_pitch(_folded(change(selected.at, note.pitch))))  # noqa: B023  called at once


def _second_voice(part: PartEditor, edit: Edit, change: Callable[[int, int], int]) -> None:
    for selected in part.selected(edit):
        for note in selected.notes:
            pitch = change(selected.at, note.pitch)
            if 0 <= pitch <= HIGHEST:
                part.add(selected.at, replace(note, pitch=pitch, id=0, source=None, velocity=max(note.velocity - 8, 1)))


def _folded(pitch: int) -> int:
    """A pitch moved by octaves until there is such a key."""
    while pitch < 0:
        pitch += _OCTAVE
    while pitch > HIGHEST:
        pitch -= _OCTAVE
    return pitch
