"""The part while it is edited, and what each edit may change of it: what it names, less what is locked."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from boumbapp.music.v2.music_pb2 import Bar, Meter, Role, Swing

from music.event_ids import next_id
from music.grid import TICKS_PER_STEP
from music.random_streams import stream_for_bar
from services.composition.refining.locations import Location
from services.melody.refine.model.edits import Edit
from services.melody.refine.model.harmony import Harmony
from services.melody.refine.model.notes import EditBar, EditNote

MOST_BARS = 128  # of a piece, a limit of the contract
_MOST_NOTES = 512  # of a bar, likewise


@dataclass(frozen=True, slots=True)
class Locks:
    """What must not change.

    Attributes:
        bars: Bars, by their place in the part.
        notes: Notes, by id.
        kept: Edits of the instruction that say what to keep.
    """

    bars: frozenset[int] = frozenset()
    notes: frozenset[int] = frozenset()
    kept: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Selected:
    """What an edit may change of one bar.

    Attributes:
        at: Place of the bar.
        bar: The bar.
        notes: Notes that the edit may change, by onset.
        whole: Whether the edit names all of the bar, and nothing in it is locked.
    """

    at: int
    bar: EditBar
    notes: tuple[EditNote, ...]
    whole: bool


class PartEditor:
    """A working copy of a part.

    Args:
        bars: Its bars, in order; left as they are.
        bpm: Tempo in quarter notes per minute.
        role: The part it plays.
        harmony: Keys and chords.
        swing: How it swings now.
        locks: What must not change.
        seed: Draws what is random.

    Attributes:
        bars: Bars.
        bpm: Tempo in quarter notes per minute.
        role: The part it plays.
        harmony: Keys and chords.
        swing: How it swings.
        draw: Random numbers.
        locks: What must not change.
    """

    def __init__(
        self,
        bars: Sequence[Bar],
        bpm: float,
        *,
        role: Role.ValueType,
        harmony: Harmony,
        swing: Swing,
        locks: Locks,
        seed: int,
    ) -> None:
        self.bars = [EditBar.of(bar) for bar in bars]
        self.bpm = bpm
        self.role = role
        self.harmony = harmony
        self.swing = swing
        self.locks = locks
        self.draw = stream_for_bar(seed, 0)

    @property
    def meters(self) -> list[Meter]:
        """Time signature of every bar."""
        return [bar.meter for bar in self.bars]

    def selected(self, edit: Edit) -> list[Selected]:
        """What an edit may change, in order; bars of which it selects nothing are left out.

        Raises:
            ApiError: It names a bar that the part does not have.
        """
        named, kept = self._covered(edit.locations, everywhere=True), self._covered(edit.but_at)
        locked = [self._covered(each.locations, everywhere=True) for each in self.locks.kept]
        excused = [self._covered(each.but_at) for each in self.locks.kept]
        found = []
        for at, bar in enumerate(self.bars):

            def free(note: EditNote, at: int = at) -> bool:
                return not any(lock(at, note) and not but(at, note) for lock, but in zip(locked, excused, strict=True))

            if at in self.locks.bars:
                continue
            notes = [note for note in bar.notes if named(at, note) and not kept(at, note) and free(note)]
            notes = [note for note in notes if not note.id or note.id not in self.locks.notes]
            whole = self._names_whole(edit, at) and len(notes) == len(bar.notes)
            if notes or (whole and self._free_throughout(at)):
                found.append(Selected(at, bar, tuple(notes), whole))
        return found

    def is_free(self, at: int, start: int) -> bool:
        """Whether a note may begin somewhere without touching what is kept.

        Args:
            at: Place of the bar.
            start: Ticks from its bar line.
        """
        if at in self.locks.bars:
            return False
        probe = EditNote(start, 1, 0, 1)
        return not any(
            self._covered(each.locations, everywhere=True)(at, probe) and not self._covered(each.but_at)(at, probe)
            for each in self.locks.kept
        )

    def is_held(self, at: int) -> bool:
        """Whether a bar is locked, or something in it is."""
        if at in self.locks.bars:
            return True
        notes = self.bars[at].notes
        return any((note.id and note.id in self.locks.notes) or not self.is_free(at, note.start) for note in notes)

    def replace(self, selected: Selected, change: Callable[[EditNote], EditNote | None]) -> None:
        """Replace selected notes; one that would meet another note of its pitch stays as it is.

        Args:
            selected: What may change.
            change: Gives the new note for an old one, or None to take it out.
        """
        chosen = {id(note) for note in selected.notes}
        staying = [note for note in selected.bar.notes if id(note) not in chosen]
        taken = {(note.start, note.pitch) for note in staying}
        changed: list[EditNote] = []
        for note in selected.notes:
            new = change(note)
            if new is None:
                continue
            if (new.start, new.pitch) in taken:
                new = note if (note.start, note.pitch) not in taken else None
            if new is not None:
                taken.add((new.start, new.pitch))
                changed.append(new)
        selected.bar.put([*staying, *changed])

    def add(self, at: int, note: EditNote) -> bool:
        """Add a note where none of its pitch begins and nothing is kept; whether it was added.

        Args:
            at: Place of the bar.
            note: The note; its id does not count.
        """
        bar = self.bars[at]
        there = any(other.start == note.start and other.pitch == note.pitch for other in bar.notes)
        if (
            there
            or not 0 <= note.start < bar.ticks
            or len(bar.notes) >= _MOST_NOTES
            or not self.is_free(at, note.start)
        ):
            return False
        bar.put([*bar.notes, note])
        return True

    def messages(self, taken: set[int]) -> list[Bar]:
        """The bars as they are now; new notes have ids of their own.

        Args:
            taken: Ids that are in use; those given are added.
        """
        made = []
        used: set[int] = set()
        for index, bar in enumerate(self.bars):
            message = bar.message(index)
            if any(not note.id or note.id in used for note in message.notes) and taken:
                numbered = Bar()
                numbered.CopyFrom(message)
                for note in numbered.notes:
                    if (not note.id and self._has_ids) or note.id in used:
                        note.id = next_id(index, taken)
                message = numbered
            used.update(note.id for note in message.notes if note.id)
            made.append(message)
        return made

    @property
    def _has_ids(self) -> bool:
        return any(note.id for bar in self.bars for note in bar.notes)

    def _covered(self, locations: Sequence[Location], *, everywhere: bool = False) -> Callable[[int, EditNote], bool]:
        """Whether locations cover a note of a bar.

        Args:
            locations: The locations; several are joined.
            everywhere: Whether none of them means all.
        """
        if not locations:
            return lambda _at, _note: everywhere
        return _any([self._one(location) for location in locations])

    def _one(self, location: Location) -> Callable[[int, EditNote], bool]:
        meters = self.meters
        steps = [location.steps_of(at, meters) for at in range(len(meters))]
        ordinal = self._ordinals(location, steps) if location.notes else None

        def covers(at: int, note: EditNote) -> bool:
            if note.start // TICKS_PER_STEP not in steps[at]:
                return False
            return ordinal is None or (at, note.start) in ordinal

        return covers

    def _ordinals(self, location: Location, steps: Sequence[Collection[int]]) -> set[tuple[int, int]]:
        """Bar and onset of the notes that a location counts: in each named bar, or in all of the piece."""
        assert location.notes is not None
        onsets = [
            sorted(
                {(at, note.start) for note in bar.notes if note.start // TICKS_PER_STEP in steps[at] and not note.tied}
            )
            for at, bar in enumerate(self.bars)
        ]
        groups = onsets if location.spans else [[onset for bar in onsets for onset in bar]]
        first, last = location.notes
        found: set[tuple[int, int]] = set()
        for group in groups:
            low = first - 1 if first > 0 else max(len(group) + first, 0)
            high = last if last > 0 else len(group) + last + 1
            found.update(group[low:high])
        return found

    def _names_whole(self, edit: Edit, at: int) -> bool:
        meters = self.meters
        everything = Location().steps_of(at, meters)
        named = [location.steps_of(at, meters) for location in edit.locations if location.notes is None]
        covered = frozenset().union(*named) if edit.locations else everything
        return covered == everything and not any(place.steps_of(at, meters) for place in edit.but_at)

    def _free_throughout(self, at: int) -> bool:
        return all(self.is_free(at, start) for start in range(0, self.bars[at].ticks, TICKS_PER_STEP))


def _any(covering: Sequence[Callable[[int, EditNote], bool]]) -> Callable[[int, EditNote], bool]:
    return lambda at, note: any(covers(at, note) for covers in covering)


def onsets(notes: Collection[EditNote]) -> Iterator[tuple[EditNote, ...]]:
    """Notes that begin together, in order of their onsets."""
    starts = sorted({note.start for note in notes})
    for start in starts:
        yield tuple(sorted((note for note in notes if note.start == start), key=lambda note: note.pitch))
