"""Tunes spelled in the names of their notes: "sol sol la sol do si", "E E F G G F E D"."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from music.pitch import PitchName
from services.theory.prompt.parse.spans import ParserState
from services.theory.prompt.parse.tonics import parse_tonic

_SHORTEST = 5  # notes
_LONGEST = 128
_STEP = 2  # names of notes that a step may go, of seven
_MOSTLY = 0.6
_SEPARATORS = frozenset({",", "-", "|"})
_LETTERS = "CDEFGAB"


@dataclass(frozen=True, slots=True)
class TuneMention:
    """Notes that tokens `first` to before `last` spell."""

    notes: tuple[PitchName, ...]
    first: int
    last: int


def is_tune(names: Sequence[str], before: str) -> bool:
    """Whether bare names of notes are a tune rather than chords: long, with repeated notes, or mostly in steps.

    Args:
        names: Names of notes; one with more than an accidental is a chord.
        before: The word before them.
    """
    if len(names) < _SHORTEST or any(name.lstrip("ABCDEFG").lstrip("#b") for name in names):
        return False
    moves = [(_LETTERS.index(after[0]) - _LETTERS.index(name[0])) % 7 for name, after in pairwise(names)]
    steps = sum(min(move, 7 - move) < _STEP for move in moves) / len(moves)
    return 0 in moves or steps >= _MOSTLY or before in ("notes", "play", "joue", "air", "tune")


def parse_tune(state: ParserState) -> TuneMention | None:
    """The tune that a prompt spells; its tokens are consumed."""
    prompt = state.prompt
    index = 0
    while index < len(prompt.tokens):
        first = index
        notes: list[PitchName] = []
        while index < len(prompt.tokens) and index not in state.consumed and len(notes) < _LONGEST:
            tonic = parse_tonic(prompt, index)
            if tonic is None or tonic.quality is not None:
                break
            notes.append(tonic.name)
            index = last = tonic.last
            while prompt.text(index) in _SEPARATORS:
                index += 1
        if is_tune([str(note) for note in notes], prompt.text(first - 1)):
            state.consume(first, last)
            return TuneMention(tuple(notes), first, last)
        index = max(index, first + 1)
    return None
