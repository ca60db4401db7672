"""Notes of a track: which note-off ends which note-on."""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass

from music.midi import events as midi
from music.midi.annotation import WrittenHit, WrittenNote, decode
from music.midi.events import Event
from music.reading.findings import Findings
from music.reading.notices import NOTES_NOT_RELEASED

DRUM_CHANNEL = 9


@dataclass(frozen=True, slots=True)
class Played:
    """A note-on and its note-off, in ticks."""

    onset: int
    release: int
    key: int
    velocity: int
    written: WrittenNote | WrittenHit | None


def strikes(event: Event) -> bool:
    """Whether an event is a note-on, and no release written as one."""
    _, status, data = event
    return status & 0xF0 == midi.NOTE_ON and data[1] > 0


def played_by_channel(
    track: Sequence[Event], findings: Findings | None = None, name: str = ""
) -> dict[int, list[Played]]:
    """Notes by channel; of one key the first struck is the first released, and the track's end releases all.

    Args:
        track: Its events.
        findings: Takes notes that are never released.
        name: Of the track, for the findings.
    """
    notes = _Notes()
    written, written_at, end = None, 0, 0
    for tick, status, data in track:
        end = tick
        if status == midi.META:
            if data[0] == midi.SEQUENCER_SPECIFIC:
                written, written_at = decode(data[1:]), tick
        elif strikes((tick, status, data)):
            notes.struck[status & 0x0F, data[0]].append((tick, data[1], written if written_at == tick else None))
            written = None
        elif status & 0xF0 != midi.PROGRAMME_CHANGE:
            notes.release(status & 0x0F, data[0], tick)
    for (channel, key), waiting in notes.struck.items():
        if waiting and findings is not None and channel != DRUM_CHANNEL:
            findings.add(NOTES_NOT_RELEASED, track=name, notes=len(waiting))
        for _ in range(len(waiting)):
            notes.release(channel, key, end)
    return notes.channels


class _Notes:
    """Notes that have been struck, and those that are over, by channel."""

    def __init__(self) -> None:
        self.channels: dict[int, list[Played]] = defaultdict(list)
        self.struck: dict[tuple[int, int], deque[tuple[int, int, WrittenNote | WrittenHit | None]]] = defaultdict(deque)

    def release(self, channel: int, key: int, tick: int) -> None:
        """End the note of a key that has been struck first, if any.

        Args:
            channel: 0-15.
            key: MIDI key number.
            tick: Where it ends.
        """
        if waiting := self.struck[channel, key]:
            onset, velocity, annotation = waiting.popleft()
            self.channels[channel].append(Played(onset, tick, key, velocity, annotation))
