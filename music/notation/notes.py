"""Bars as text, one symbol a note: `1:4 3:4 5'8 |`. `docs/representation.md` describes the notation.

A note is a degree of the major scale on the tonic (with `b` or `#` before it), the octave (`:` the home octave, `'`
above, `,` below, as often as needed), and a length in sixteenths. `+3:` sounds together with the note before it, `r4`
rests, `~4` prolongs what sounds, `|` ends a bar, and `[6m]` at a bar's beginning names its chord.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from boumbapp.music.v2.music_pb2 import Bar, Meter, Note

from music.divisions import at_sixteenths
from music.meter import steps_per_bar

# Longest length of one symbol, a whole note: what is longer is prolonged, so that symbols stay few.
LONGEST: Final = 16
BAR_LINE: Final = "|"
NO_CHORD: Final = "[-]"
# Written names of the semitones above the tonic; others (`#1`, `b5`...) are read as well.
DEGREES: Final = ("1", "b2", "2", "b3", "3", "4", "#4", "5", "b6", "6", "b7", "7")
# Chord kinds by the semitones above the root that must sound and those that must not; the first that fits.
_CHORD_KINDS: Final = {
    "o": ((3, 6), (7,)),
    "m": ((3,), (4,)),
    "+": ((4, 8), (7,)),
    "": ((4,), ()),
    "sus": ((), ()),
}
CHORD_KINDS: Final = tuple(_CHORD_KINDS)

_MAJOR = (0, 2, 4, 5, 7, 9, 11)
_ALTERATIONS = {"": 0, "b": -1, "#": 1}
_OCTAVE, _MIDDLE_C, _HIGHEST = 12, 60, 127
_USUAL_VELOCITY = 90
_PITCH = r"(?P<alteration>[b#]?)(?P<degree>[1-7])(?P<octave>:|'+|,+)"
_LENGTH = r"(?P<steps>[1-9][0-9]{0,2})"
_NOTE = re.compile(_PITCH + _LENGTH)
_STACKED = re.compile(r"\+" + _PITCH)
_REST = re.compile("r" + _LENGTH)
_TIE = re.compile("~" + _LENGTH)
_CHORD = re.compile(r"\[(?:-|[b#]?[1-7](?:o|m|\+|sus)?)\]")


class NoteNotationError(ValueError):
    """Bars that cannot be written, or text that cannot be read.

    Attributes:
        bar: Position of the bar among those given, from 0.
        symbol: What is wrong; empty when it is the bar as a whole.
        reason: Why.
    """

    def __init__(self, bar: int, symbol: str, reason: str) -> None:
        super().__init__(f"bar {bar + 1}{f', {symbol!r}' if symbol else ''}: {reason}")
        self.bar, self.symbol, self.reason = bar, symbol, reason


def home(tonic: int) -> int:
    """MIDI key number where the home octave of a tonic (pitch class 0-11) begins: the nearest to middle C, 54-65."""
    return _MIDDLE_C + (tonic + 6) % _OCTAVE - 6


def pitch_symbol(above: int) -> str:
    """Degree and octave of a pitch so many semitones above the home tonic: 0 is `1:`, 15 is `b3'`, -5 is `5,`."""
    octave, semitones = divmod(above, _OCTAVE)
    return DEGREES[semitones] + (":" if octave == 0 else "'" * octave if octave > 0 else "," * -octave)


def chord_mark(root: int | None, pitch_classes: int, tonic: int) -> str:
    """A chord's mark: `[1]` major, `[6m]` minor, `[7o]` diminished, `[1+]` augmented, `[5sus]` without a third.

    Args:
        root: Pitch class of the root; None where no chord sounds.
        pitch_classes: Pitch classes as bits, bit p for pitch class p.
        tonic: Pitch class of the tonic.
    """
    if root is None:
        return NO_CHORD
    sounding = {above for above in range(_OCTAVE) if pitch_classes >> (root + above) % _OCTAVE & 1}
    kind = next(
        kind
        for kind, (tones, others) in _CHORD_KINDS.items()
        if sounding.issuperset(tones) and not sounding & {*others}
    )
    return f"[{DEGREES[(root - tonic) % _OCTAVE]}{kind}]"


def write_bars(
    bars: Iterable[Bar], tonic: int, previous: Bar | None = None, chords: Sequence[Sequence[str]] = ()
) -> str:
    """Write bars, each ended by `|`. Velocity, micro-timing and names are left out.

    Args:
        bars: Lines or rows of block chords: notes that sound together begin and end together.
        tonic: Pitch class of the tonic, 0-11.
        previous: The bar before, which a tied note prolongs.
        chords: Chord marks of each bar; they share it evenly.

    Raises:
        NotationError: The notes overlap, leave their bar, or are tied to nothing.
    """
    symbols: list[str] = []
    for position, bar in enumerate(map(at_sixteenths, bars)):
        symbols += chords[position] if position < len(chords) else ()
        symbols += _bar_symbols(position, bar, previous, home(tonic))
        previous = bar
    return " ".join(symbols)


def _bar_symbols(position: int, bar: Bar, previous: Bar | None, tonic: int) -> list[str]:
    symbols: list[str] = []
    cursor, length = 0, steps_per_bar(bar.meter)
    ordered = sorted(bar.notes, key=lambda note: (note.start_step, note.pitch))
    for start, group in groupby(ordered, key=lambda note: note.start_step):
        stack = list(group)
        steps, tied = stack[0].duration_steps, stack[0].tied
        names = [pitch_symbol(note.pitch - tonic) for note in stack]
        if any((note.duration_steps, note.tied) != (steps, tied) for note in stack):
            raise NoteNotationError(position, " ".join(names), "notes that begin together must end together")
        if len(set(names)) < len(names):
            raise NoteNotationError(position, names[0], "the same note twice at once")
        if start < cursor:
            raise NoteNotationError(position, names[0], f"begins at step {start}, before the last note ends")
        if start + steps > length or not steps:
            raise NoteNotationError(position, names[0], f"lasts {steps} steps from step {start} in a bar of {length}")
        symbols += _lengths("r", start - cursor)
        if tied:
            if start or {note.pitch for note in stack} != set(_sounding_at_end(previous)):
                raise NoteNotationError(position, names[0], "tied to no such note before the bar line")
            symbols += _lengths("~", steps)
        else:
            symbols.append(f"{names[0]}{min(steps, LONGEST)}")
            symbols += [f"+{name}" for name in names[1:]]
            symbols += _lengths("~", max(steps - LONGEST, 0))
        cursor = start + steps
    return [*symbols, *_lengths("r", length - cursor), BAR_LINE]


def _lengths(sign: str, steps: int) -> list[str]:
    whole, rest = divmod(steps, LONGEST)
    return [f"{sign}{LONGEST}"] * whole + ([f"{sign}{rest}"] if rest else [])


def _sounding_at_end(bar: Bar | None) -> list[int]:
    """Pitches that last until the bar line."""
    if bar is None:
        return []
    end = steps_per_bar(bar.meter)
    return [note.pitch for note in bar.notes if note.start_step + note.duration_steps == end]


def read_bars(
    text: str, tonic: int, meter: Meter, previous: Bar | None = None, velocity: int = _USUAL_VELOCITY
) -> list[Bar]:
    """Read bars. Chord marks are checked and passed over; the last bar line may be missing.

    Args:
        text: Symbols between white space.
        tonic: Pitch class of the tonic, 0-11.
        meter: Metre of all bars, which each must fill exactly.
        previous: The bar before: the bars are numbered from it, and a tie may prolong its last notes.
        velocity: Given to every note.

    Raises:
        NotationError: A symbol is unknown, out of place or out of range, or a bar is not full.
    """
    reader = _Reader(home(tonic), meter, previous, velocity)
    for symbol in text.replace(BAR_LINE, f" {BAR_LINE} ").split():
        reader.take(symbol)
    if reader.is_inside_bar:
        reader.take(BAR_LINE)
    return reader.bars


class _Reader:
    """Reads symbols one by one."""

    def __init__(self, tonic: int, meter: Meter, previous: Bar | None, velocity: int) -> None:
        self.bars: list[Bar] = []
        self._tonic, self._meter, self._velocity = tonic, meter, velocity
        self._length = steps_per_bar(meter)
        self._index = previous.index + 1 if previous is not None else 0
        self._before = _sounding_at_end(previous)
        self._sounding: list[Note] = []
        self._open()

    @property
    def is_inside_bar(self) -> bool:
        """Whether a bar has begun and not ended."""
        return self._begun

    def _open(self) -> None:
        self._bar = Bar(index=self._index + len(self.bars), meter=self._meter)
        self._cursor, self._begun = 0, False

    def take(self, symbol: str) -> None:
        """Read one symbol."""
        self._begun = True
        if symbol == BAR_LINE:
            self._close()
        elif _CHORD.fullmatch(symbol):
            if self._cursor:
                raise self._error(symbol, "a chord is named at the beginning of its bar")
        elif match := _NOTE.fullmatch(symbol):
            start = self._advance(symbol, match)
            self._sounding = [self._add(symbol, match, start, self._cursor - start)]
        elif match := _STACKED.fullmatch(symbol):
            self._stack(symbol, match)
        elif match := _REST.fullmatch(symbol):
            self._advance(symbol, match)
            self._sounding, self._before = [], []
        elif match := _TIE.fullmatch(symbol):
            self._prolong(symbol, match)
        else:
            raise self._error(symbol, "not a symbol")

    def _close(self) -> None:
        if self._cursor != self._length:
            raise self._error("", f"holds {self._cursor} of {self._length} steps")
        self._before = [note.pitch for note in self._sounding]
        self._sounding = []
        self._bar.notes.sort(key=lambda note: (note.start_step, note.pitch))
        self.bars.append(self._bar)
        self._open()

    def _advance(self, symbol: str, match: re.Match[str]) -> int:
        """Move on by a symbol's length; where it began."""
        start = self._cursor
        if start + int(match["steps"]) > self._length:
            raise self._error(symbol, f"begins at step {start} and leaves the bar of {self._length} steps")
        self._cursor += int(match["steps"])
        return start

    def _add(self, symbol: str, match: re.Match[str], start: int, steps: int) -> Note:
        octave = match["octave"]
        octaves = octave.count("'") - octave.count(",")
        above = _MAJOR[int(match["degree"]) - 1] + _ALTERATIONS[match["alteration"]]
        return self._sound(symbol, self._tonic + above + _OCTAVE * octaves, start, steps, tied=False)

    def _sound(self, symbol: str, pitch: int, start: int, steps: int, *, tied: bool) -> Note:
        if not 0 <= pitch <= _HIGHEST:
            raise self._error(symbol, "out of the range of MIDI")
        self._bar.notes.add(pitch=pitch, start_step=start, duration_steps=steps, velocity=self._velocity, tied=tied)
        return self._bar.notes[-1]

    def _stack(self, symbol: str, match: re.Match[str]) -> None:
        first = self._sounding[0] if self._sounding else None
        if first is None or first.tied or first.start_step + first.duration_steps != self._cursor:
            raise self._error(symbol, "there is no note before it to sound with")
        note = self._add(symbol, match, first.start_step, first.duration_steps)
        if any(other.pitch == note.pitch for other in self._sounding):
            raise self._error(symbol, "the same note twice at once")
        self._sounding.append(note)

    def _prolong(self, symbol: str, match: re.Match[str]) -> None:
        if (not self._cursor and not self._before) or (self._cursor and not self._sounding):
            raise self._error(symbol, "nothing sounds that it could prolong")
        start = self._advance(symbol, match)
        steps = self._cursor - start
        if start:
            for note in self._sounding:
                note.duration_steps += steps
        else:
            self._sounding = [self._sound(symbol, pitch, start, steps, tied=True) for pitch in self._before]

    def _error(self, symbol: str, reason: str) -> NoteNotationError:
        return NoteNotationError(len(self.bars), symbol, reason)
