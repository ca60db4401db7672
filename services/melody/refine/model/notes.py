"""Notes of a part while they are edited: in ticks, whatever the divisions of their bars."""

from dataclasses import dataclass, replace

from boumbapp.music.v2.music_pb2 import Bar, Meter, Note

from music.divisions import SIXTEENTHS, allowed_divisions, bar_ticks, divisions_of, step_ticks
from music.grid import TICKS_PER_STEP

LOUDEST = 127
HIGHEST = 127
MOST_OFFSET = 120  # ticks of micro-timing, a limit of the contract
_QUARTER = SIXTEENTHS * TICKS_PER_STEP
_SPARE_DIVISIONS = (4, 3, 6, 8, 12)  # tried in this order where a bar's own steps do not fit


@dataclass(frozen=True, slots=True)
class EditNote:
    """A note in its bar.

    Attributes:
        start: Ticks from the bar line to the written onset.
        length: Written length in ticks, at least 1.
        pitch: MIDI key number.
        velocity: MIDI velocity, 1-127.
        offset: Micro-timing of the onset in ticks.
        release: Micro-timing of the end in ticks.
        tied: Whether it prolongs a note of the bar before.
        id: Its id; 0 for none.
        source: The message it was read from; None for a new note.
    """

    start: int
    length: int
    pitch: int
    velocity: int
    offset: int = 0
    release: int = 0
    tied: bool = False
    id: int = 0
    source: Note | None = None

    @property
    def end(self) -> int:
        """Ticks from the bar line to the written end."""
        return self.start + self.length

    def at_pitch(self, pitch: int) -> "EditNote":
        """A copy at another pitch; it is struck, as there is nothing of that pitch that it could prolong."""
        return self if pitch == self.pitch else replace(self, pitch=pitch, tied=False)

    def louder(self, velocity: float) -> "EditNote":
        """A copy with another velocity, clipped to 1-127."""
        return replace(self, velocity=min(max(round(velocity), 1), LOUDEST))

    def delayed(self, ticks: float) -> "EditNote":
        """A copy whose micro-timing is another one, clipped to what the contract allows."""
        return replace(self, offset=min(max(round(ticks), -MOST_OFFSET), MOST_OFFSET))

    def sounding(self, ticks: int, step: int) -> "EditNote":
        """A copy that sounds for so long: whole steps, and the rest as an early release.

        Args:
            ticks: How long.
            step: Length of a step of the bar.
        """
        length = max(-(-ticks // step) * step, step)
        return replace(self, length=length, release=max(ticks - length, -MOST_OFFSET))


@dataclass(slots=True)
class EditBar:
    """A bar while it is edited.

    Attributes:
        meter: Time signature.
        divisions: Steps of a quarter note.
        bpm: Its own tempo; None goes on as before.
        notes: By onset, then pitch.
        source: The message it was read from; None for a new bar.
        composed: Name of the engine that made it; empty for none.
    """

    meter: Meter
    divisions: int
    bpm: float | None
    notes: list[EditNote]
    source: Bar | None = None
    composed: str = ""

    @classmethod
    def of(cls, bar: Bar) -> "EditBar":
        """Read a bar."""
        ticks = step_ticks(bar)
        notes = [
            EditNote(
                start=note.start_step * ticks,
                length=note.duration_steps * ticks,
                pitch=note.pitch,
                velocity=note.velocity,
                offset=note.offset_ticks,
                release=note.release_ticks,
                tied=note.tied,
                id=note.id,
                source=note,
            )
            for note in bar.notes
        ]
        return cls(bar.meter, divisions_of(bar), bar.bpm if bar.HasField("bpm") else None, notes, bar)

    def copy(self) -> "EditBar":
        """A bar like this one, whose notes are new ones."""
        notes = [replace(note, id=0) for note in self.notes]
        return EditBar(self.meter, self.divisions, None, notes)

    @property
    def ticks(self) -> int:
        """Length in ticks."""
        return bar_ticks(Bar(meter=self.meter))

    @property
    def step(self) -> int:
        """Length of a step in ticks."""
        return _QUARTER // self.divisions

    def put(self, notes: list[EditNote]) -> None:
        """Set all notes, and sort them unless they are the same."""
        if notes != self.notes:
            self.notes = sorted(notes, key=lambda note: (note.start, note.pitch))

    def message(self, index: int) -> Bar:
        """The bar as a message; the very one it was read from where nothing changed but its place.

        Args:
            index: Its place in the piece.
        """
        if self.source is not None and self._unchanged():
            if self.source.index == index:
                return self.source
            moved = Bar()
            moved.CopyFrom(self.source)
            moved.index = index
            return moved
        divisions = self._fitting_divisions()
        bar = Bar(index=index, meter=self.meter, divisions=0 if divisions == SIXTEENTHS else divisions)
        if self.source is not None and divisions == divisions_of(self.source):
            bar.divisions = self.source.divisions
        if self.bpm is not None:
            bar.bpm = self.bpm
        notes = [_message(note, _QUARTER // divisions, self.ticks) for note in self.notes if note.start < self.ticks]
        bar.notes.extend(sorted(notes, key=lambda note: (note.start_step, note.pitch)))
        return bar

    def _unchanged(self) -> bool:
        assert self.source is not None
        own = self.source.bpm if self.source.HasField("bpm") else None
        return self.meter == self.source.meter and self.bpm == own and self.notes == EditBar.of(self.source).notes

    def _fitting_divisions(self) -> int:
        """Divisions on whose steps all notes are; else the bar's own, and what is left is micro-timing."""
        allowed = allowed_divisions(Bar(meter=self.meter))
        for divisions in (self.divisions, *_SPARE_DIVISIONS):
            step = _QUARTER // divisions
            if divisions in allowed and all(note.start % step == note.length % step == 0 for note in self.notes):
                return divisions
        return self.divisions if self.divisions in allowed else SIXTEENTHS


def _message(note: EditNote, step: int, bar: int) -> Note:
    last = bar // step
    start = min((2 * note.start + step) // (2 * step), last - 1)
    end = min(max((2 * note.end + step) // (2 * step), start + 1), last)
    message = Note()
    if note.source is not None and note.source.HasField("glide") and note.source.pitch == note.pitch:
        message.glide.CopyFrom(note.source.glide)
    if note.source is not None and note.source.pitch == note.pitch:
        message.name = note.source.name
    message.pitch, message.velocity = note.pitch, note.velocity
    message.start_step, message.duration_steps = start, end - start
    message.offset_ticks = _within(note.offset + note.start - start * step)
    message.release_ticks = _within(note.release + note.end - end * step)
    message.tied, message.id = note.tied, note.id
    return message


def _within(ticks: int) -> int:
    return min(max(ticks, -MOST_OFFSET), MOST_OFFSET)
