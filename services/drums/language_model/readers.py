"""Grooves as a language model writes them."""

import re
from collections.abc import Callable
from typing import Final

from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.events_pb2 import BarReady
from boumbapp.music.v2.feel_pb2 import HitFeel
from boumbapp.music.v2.music_pb2 import DrumHit, Swing

from llm.faults import Fault, LanguageModelError
from music.swing import swung
from services.drums.generation.accents import drum_accents
from services.drums.kit.kit import HATS, Piece, playable
from services.drums.kit.strokes import BarStrokes, DrumStroke
from services.drums.kit.tab_notation import ACCENT, FULL, GHOST, SOFT

MOST_HITS: Final = 6  # of the kick or the backbeat
PULSES: Final = (0, 1, 2, 4)
COLOURS: Final = "cogkr"
_GROOVE = re.compile(r"k((?: \d+)+) s((?: \d+)*) t(\d+)")
_ENDED = re.compile(r't\d+|"\s*$')


def groove_pattern(steps: int) -> str:
    """Pattern of a whole bar.

    Args:
        steps: Of the bar.
    """
    step = f"( ({'|'.join(map(str, range(steps)))}))"
    return f"^k{step}{{1,{MOST_HITS}}} s{step}{{0,{MOST_HITS}}} t({'|'.join(map(str, PULSES))})$"


class FreeGroove:
    """Reads a bar: `k 0 6 10 s 4 12 t2`.

    Args:
        steps: Of the bar.
        pieces: Kick, backbeat and pulse of the style.
        percussionist: Whether percussion has hands of its own.
        finish: Gives the strokes their performance.
    """

    def __init__(
        self,
        steps: int,
        pieces: tuple[Piece, Piece, Piece],
        percussionist: bool,
        finish: Callable[[BarStrokes], BarReady],
    ) -> None:
        self._steps, self._pieces, self._percussionist, self._finish = steps, pieces, percussionist, finish
        self._text = ""

    def take(self, piece: str) -> bool:
        """Read on; true when the bar ends."""
        self._text += piece
        return len(self._text) > 1 and _ENDED.search(self._text[1:]) is not None

    def draft(self) -> BarReady:
        """The bar. Raises ValueError when it is none."""
        found = _GROOVE.search(self._text)
        if found is None:
            raise ValueError(f"{self._text[:60]!r} is no groove")
        kick, backbeat, pulse = self._pieces
        strokes = BarStrokes(self._percussionist)
        for piece, steps in ((kick, found[1]), (backbeat, found[2])):
            for step in sorted({int(step) for step in steps.split()}):
                if step >= self._steps:
                    raise ValueError(f"step {step} of {self._steps}")
                strokes.add(piece, step, DrumStroke(ACCENT if step % 4 == 0 else FULL))
        if apart := int(found[3]):
            for step in range(0, self._steps, apart):
                strokes.add(pulse, step, DrumStroke(FULL if step % 4 == 0 else SOFT))
        if not len(strokes):
            raise LanguageModelError(Fault.EMPTY, "a bar without hits")
        return self._finish(strokes)


class ColouredGroove:
    """Reads a letter for each beat, and colours a groove that is given.

    Args:
        given: The bar.
        beats: First step of each beat, and the step after the last.
        swing: Of the piece.
        percussionist: Whether percussion has hands of its own.
    """

    def __init__(self, given: BarReady, beats: list[int], swing: Swing, percussionist: bool) -> None:
        self._given, self._beats, self._swing, self._percussionist = given, beats, swing, percussionist
        self._text = ""

    def take(self, piece: str) -> bool:
        """Read on; true when the text ends."""
        self._text += piece
        return len(self._text) > 1 and self._text.rstrip().endswith('"')

    def draft(self) -> BarReady:
        """The bar with its colours. Raises ValueError when there are too few."""
        letters = self._text.strip().strip('"')
        spans = list(zip(self._beats, self._beats[1:], strict=False))
        if len(letters) < len(spans) or not set(letters) <= set(COLOURS):
            raise ValueError(f"{letters[:20]!r} for {len(spans)} beats")
        played = list(zip(self._given.bar.hits, self._given.feels, strict=True))
        for letter, span in zip(letters, spans, strict=False):
            played = self._coloured(played, letter, *span)
        played.sort(key=lambda hit: (hit[0].step, hit[0].piece))
        bar = pb.Bar(index=self._given.bar.index, meter=self._given.bar.meter, hits=[hit for hit, _ in played])
        return BarReady(bar=bar, feels=[feel for _, feel in played], accents=drum_accents(bar))

    def _coloured(
        self, played: list[tuple[DrumHit, HitFeel]], letter: str, start: int, end: int
    ) -> list[tuple[DrumHit, HitFeel]]:
        inside = [(hit, feel) for hit, feel in played if start <= hit.step < end]
        if letter == "r":
            silent = {id(hit) for hit, _ in inside if hit.piece in HATS and hit.step != start}
            return [pair for pair in played if id(pair[0]) not in silent]
        if letter == "o":
            late = [hit for hit, _ in inside if hit.piece == pb.DRUM_PIECE_CLOSED_HAT and hit.step > start]
            if late:
                late[len(late) // 2].piece = pb.DRUM_PIECE_OPEN_HAT
        elif letter in "gk":
            piece, level = (pb.DRUM_PIECE_SNARE, GHOST) if letter == "g" else (pb.DRUM_PIECE_KICK, SOFT)
            step, ticks = swung(end - 1, self._given.bar.meter, self._swing)
            together = [hit.piece for hit, _ in played if hit.step == step]
            if playable(piece, together, self._percussionist):
                hit = DrumHit(piece=piece, step=step, velocity=level, offset_ticks=ticks)
                return [*played, (hit, HitFeel(swing_ticks=ticks))]
        return played
