"""Bars as a language model writes them: read piece by piece, and made whole."""

import re
from collections.abc import Callable, Sequence

from boumbapp.music.v2.music_pb2 import Bar, Note

from llm.faults import Fault, LanguageModelError
from music.notation.notes import NoteNotationError, read_bars
from services.melody.language_model.bar_symbols import STEPS, BarSymbols

_END = re.compile(r"[\"|]")  # of the text, or of the bar in it
_LENGTH = re.compile(r"[0-9]+$")
_PROLONGED = 4  # a gap of up to so many sixteenths at the end of a bar belongs to its last note
_COLOUR = re.compile(rf"([{STEPS}])([_^]?)")
_OCTAVE = 12
_BELOW_TOP = 11  # semitones that a chord in close position takes below its top, at most
_ALIKE = 3  # so many bars that are the same come from a model that turns in circles
_USUAL_LENGTH = 4


class FreeBar:
    """Reads a bar in the notation.

    Args:
        symbols: Of the bar.
        before: The bars before.
        finish: Gives the written bar its performance.
    """

    def __init__(self, symbols: BarSymbols, before: Sequence[Bar], finish: Callable[[Bar], Bar]) -> None:
        self._symbols, self._before, self._finish = symbols, before, finish
        self._steps = symbols.constraints.steps
        self._text, self._read = "", 0
        self._used = 0
        self._written: list[str] = []

    @property
    def is_exact(self) -> bool:
        """Whether the model filled the bar by itself."""
        return self._used == self._steps

    def take(self, piece: str) -> bool:
        """Read on; true when the bar is full or the text ends."""
        self._text += piece
        text = self._text.lstrip().removeprefix('"')
        end = _END.search(text)
        text = f"{text[: end.start()]} " if end else text
        words = text.split()
        # The last word may go on in the next piece.
        for word in (words if text[-1:].isspace() else words[:-1])[self._read :]:
            self._read += 1
            self._add(word)
        return end is not None or (self._used >= self._steps and not self._symbols.polyphonic)

    def _add(self, word: str) -> None:
        if word.startswith("["):  # a chord's name
            return
        if not word.startswith("+"):
            match = _LENGTH.search(word)
            if match is None:
                word, length = f"{word}{_USUAL_LENGTH}", _USUAL_LENGTH
            else:
                length = int(match[0])
            if self._used >= self._steps:
                return
            room = self._steps - self._used
            if length > room:
                word = f"{_LENGTH.sub('', word)}{room}"
            self._used += min(length, room)
        self._written.append(word)

    def draft(self) -> Bar:
        """The bar, full. Raises ValueError or LanguageModelError where it is of no use."""
        self.take(" ")
        if missing := self._steps - self._used:
            sounding = self._written and not self._written[-1].startswith("r")
            self._written.append(f"{'~' if sounding and missing <= _PROLONGED else 'r'}{missing}")
        constraints = self._symbols.constraints
        try:
            bar = read_bars(" ".join(self._written), self._symbols.tonic, constraints.meter)[0]
        except NoteNotationError as error:
            raise ValueError(str(error)) from error
        if not bar.notes:
            raise LanguageModelError(Fault.EMPTY, "a bar without notes")
        for note in bar.notes:
            note.pitch += self._symbols.shift
        bar.index = len(self._before)
        made = self._finish(bar)
        recent = self._before[-_ALIKE:]
        if len(recent) == _ALIKE and len(bar.notes) > 1 and all(_sound(made) == _sound(other) for other in recent):
            raise LanguageModelError(Fault.REPEATED, "the same bar again and again")
        return made


class ColouredBar:
    """Reads the pitches for a bar whose rhythm and performance are given.

    Args:
        symbols: Of the bar.
        given: The bar.
    """

    def __init__(self, symbols: BarSymbols, given: Bar) -> None:
        self._symbols, self._given = symbols, given
        self._text = ""

    def take(self, piece: str) -> bool:
        """Read on; true when the text ends."""
        self._text += piece
        return len(self._text) > 1 and self._text.rstrip().endswith('"')

    def draft(self) -> Bar:
        """The bar with its colours. Raises ValueError when there are too few."""
        groups = onset_groups(self._given)
        colours = _COLOUR.findall(self._text)
        if len(colours) < len(groups):
            raise ValueError(f"{len(colours)} steps for {len(groups)} notes")
        made = Bar()
        made.CopyFrom(self._given)
        del made.notes[:]
        previous = max(note.pitch for note in groups[0])
        held = {(note.start_step, note.pitch) for note in self._given.notes if note.tied}
        for (step, leap), notes in zip(colours, groups, strict=False):
            previous = self._pitch(step, leap, previous)
            voices = _voiced(notes, previous, self._symbols.constraints.pitches[0])
            made.notes.extend(note for note in voices if (note.start_step, note.pitch) not in held)
        made.notes.extend(note for note in self._given.notes if note.tied)
        made.notes.sort(key=lambda note: (note.start_step, note.pitch))
        return made

    def _pitch(self, step: str, leap: str, previous: int) -> int:
        degree = STEPS.index(step)
        if degree >= len(self._symbols.scale):
            raise ValueError(f"{step} is no step of a scale of {len(self._symbols.scale)}")
        near = self._nearest(degree, previous)
        if not leap:
            return near
        return self._nearest(degree, near + (_OCTAVE if leap == "^" else -_OCTAVE))

    def _nearest(self, degree: int, wanted: int) -> int:
        above = self._symbols.tonic + self._symbols.scale[degree]
        pitches = [pitch for pitch in self._symbols.constraints.pitches if (pitch - above) % _OCTAVE == 0]
        if self._symbols.polyphonic:  # the other tones of its chord stand below
            roomy = self._symbols.constraints.pitches[0] + _BELOW_TOP
            pitches = [pitch for pitch in pitches if pitch >= roomy] or pitches[-1:]
        return min(pitches, key=lambda pitch: (abs(pitch - wanted), pitch))


def onset_groups(bar: Bar) -> list[list[Note]]:
    """Notes of a bar that begin in it, those together that begin together, in order."""
    groups: dict[tuple[int, int], list[Note]] = {}
    for note in bar.notes:
        if not note.tied:
            groups.setdefault((note.start_step, 0), []).append(note)
    return [groups[onset] for onset in sorted(groups)]


def _voiced(notes: Sequence[Note], top: int, lowest: int) -> list[Note]:
    """Notes that sound together under another top note: the other tones of the chord are the nearest below it."""
    ordered = sorted(notes, key=lambda note: -note.pitch)
    made = []
    taken = {top % _OCTAVE}
    for place, note in enumerate(ordered):
        copy = Note()
        copy.CopyFrom(note)
        copy.ClearField("name")
        if place == 0:
            copy.pitch = top
        else:
            pitch_class = note.pitch % _OCTAVE
            if pitch_class in taken:  # the new top has its tone: it takes that of the old top
                pitch_class = ordered[0].pitch % _OCTAVE
            if pitch_class in taken:
                continue
            taken.add(pitch_class)
            copy.pitch = top - (top - pitch_class) % _OCTAVE
        if copy.pitch >= min(lowest, top):
            made.append(copy)
    return made


def _sound(bar: Bar) -> list[tuple[int, int]]:
    return [(note.start_step, note.pitch) for note in bar.notes]
