"""Finds tempo, length, meter and positions in a prompt.

Values are kept as written, however absurd; the resolver checks them.
"""

from dataclasses import dataclass

from services.theory.prompt.parse.lengths import (
    BarPosition,
    is_each,
    parse_bars,
    parse_beats,
    parse_position,
    parse_seconds,
)
from services.theory.prompt.parse.meters import Signature, parse_meter
from services.theory.prompt.parse.spans import Mention, ParserState
from services.theory.prompt.parse.tempo_figures import parse_bare_bpm, parse_bpm


@dataclass(slots=True)
class Timing:
    """Tempo, length, meter and positions that a prompt mentions.

    Attributes:
        bpm: Tempo in quarter notes per minute.
        bars: Number of bars.
        seconds: Length in seconds.
        beats: Length in beats.
        meter: Time signature.
        bars_are_each: Whether `bars` is the length of every key or section.
        positions: Bars that the prompt points at.
    """

    bpm: Mention[float] | None = None
    bars: Mention[float] | None = None
    seconds: Mention[float] | None = None
    beats: Mention[float] | None = None
    meter: Mention[Signature] | None = None
    bars_are_each: bool = False
    positions: tuple[Mention[BarPosition], ...] = ()


# In the order in which they claim a number.
_PARSERS = (
    ("meter", parse_meter),
    ("bars", parse_bars),
    ("seconds", parse_seconds),
    ("bpm", parse_bpm),
    ("beats", parse_beats),
)


def parse_timing(state: ParserState, negated: frozenset[int]) -> Timing:
    """Find tempo, length, meter and positions in a prompt; the first of each counts. Tokens used are consumed.

    Args:
        state: The prompt, and which tokens are consumed.
        negated: Indices of negated tokens, whose values are left out.
    """
    timing = Timing()
    positions: list[Mention[BarPosition]] = []
    for index in range(len(state.prompt.tokens)):
        if index in state.consumed:
            continue
        position = parse_position(state.prompt, index)
        if position is None:
            _parse_first(timing, state, index, negated)
        else:
            positions.append(position)
            state.consume(position.first, position.last)
    if timing.bpm is None:
        timing.bpm = parse_bare_bpm(state)
    timing.positions = tuple(positions)
    timing.bars_are_each = timing.bars is not None and is_each(state.prompt, timing.bars)
    return timing


def _parse_first(timing: Timing, state: ParserState, index: int, negated: frozenset[int]) -> None:
    """Try the parsers in order; the first that matches uses the tokens."""
    for slot, read in _PARSERS:
        mention = read(state.prompt, index)
        if mention is not None and state.is_free(mention.first, mention.last):
            state.consume(mention.first, mention.last)
            if getattr(timing, slot) is None and index not in negated:
                setattr(timing, slot, mention)
            return
