"""What a jam holds: the parts of a loop, and what is known about them. Changes make other pieces; none is changed."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from boumbapp.music.v2.intent_pb2 import BarPlan, Intent
from boumbapp.music.v2.music_pb2 import Bar, Swing, Track

# Tonics as they are written when music is moved by semitones.
_TONICS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SHIFTS = {"#": 1, "b": -1}

Place = tuple[str, int]  # a track's id, a bar's index


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A loop of bars in parts.

    Attributes:
        prompt: What it was asked for by.
        intent: How that was understood.
        plans: Key and chords of each bar.
        tracks: The parts, with the bars that there are.
        bpm: Tempo in quarter notes per minute.
        seed: What it was drawn with.
        swing: Swing of every bar; None for straight.
        kept: Bars that stay as they are, by index.
        changed: What the last change made otherwise.
        suggestions: What to try next.
    """

    prompt: str = ""
    intent: Intent = field(default_factory=Intent)
    plans: tuple[BarPlan, ...] = ()
    tracks: tuple[Track, ...] = ()
    bpm: float = 120.0
    seed: int = 0
    swing: Swing | None = None
    kept: frozenset[int] = frozenset()
    changed: frozenset[Place] = frozenset()
    suggestions: tuple[str, ...] = ()

    @property
    def bars(self) -> int:
        """How many bars every part has, from the first on."""
        return min((len(track.bars) for track in self.tracks), default=0)

    def changed_since(self, before: "Piece") -> "Piece":
        """The same, with what differs from another piece in `changed`."""
        old = {(track.id, bar.index): bar for track in before.tracks for bar in track.bars}
        new = {(track.id, bar.index): bar for track in self.tracks for bar in track.bars}
        return replace(self, changed=frozenset(place for place, bar in new.items() if old.get(place) != bar))

    def toggled(self, bar: int) -> "Piece":
        """The same with a bar kept that was not, or the other way round."""
        return replace(self, kept=self.kept ^ {bar}, changed=frozenset())

    def put(self, bars: Iterable[tuple[str, Bar]]) -> "Piece":
        """The same with bars in the place of those of their indices, or after them.

        Args:
            bars: Each with the id of its track.
        """
        found = {track.id: {bar.index: bar for bar in track.bars} for track in self.tracks}
        for track, bar in bars:
            found[track][bar.index] = bar
        return replace(
            self,
            tracks=tuple(
                _with_bars(track, [found[track.id][index] for index in sorted(found[track.id])])
                for track in self.tracks
            ),
        )

    def without(self, bars: Collection[int]) -> tuple[Track, ...]:
        """The parts without some of the bars, by index."""
        return tuple(_with_bars(track, [bar for bar in track.bars if bar.index not in bars]) for track in self.tracks)


def _with_bars(track: Track, bars: Sequence[Bar]) -> Track:
    found = Track(id=track.id, name=track.name, role=track.role, bars=bars)
    if track.HasField("program"):
        found.program = track.program
    return found


def empty(track: Track) -> Track:
    """A part without its bars."""
    return _with_bars(track, ())


def moved(tonic: str, semitones: int) -> str:
    """A tonic moved.

    Args:
        tonic: As the contract spells it: "Eb".
        semitones: How far up.
    """
    return _TONICS[(_LETTERS[tonic[0]] + sum(_SHIFTS[sign] for sign in tonic[1:]) + semitones) % len(_TONICS)]
