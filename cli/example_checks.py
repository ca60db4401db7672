"""Checks the examples of pages with theory's tables and the drums' tablature; docs/adding-a-page.md lists them."""

import re
from collections.abc import Callable, Iterator, Mapping

from boumbapp.music.v2.music_pb2 import Key, Meter

from music.meter import steps_per_bar
from music.notation.notes import DEGREES, NoteNotationError, read_bars
from music.pitch import PitchName
from services.drums.kit.kit import PIECES
from services.drums.kit.tab_notation import TabNotationError, read_row
from services.rag.pages.page import Example, ExampleKind
from services.theory.catalogue.catalogue import Catalogue
from services.theory.harmony.chord_symbols import parse_numeral, parse_symbol
from services.theory.harmony.progressions import scale_mask

_METER = re.compile(r"([1-9]|[12]\d|3[0-2])/(2|4|8|16)")
_ROMAN = "roman:"
_ALLOWED: Mapping[ExampleKind, frozenset[str]] = {
    ExampleKind.CHORDS: frozenset({"key"}),
    ExampleKind.NOTES: frozenset({"key", "meter", "role", "foreign"}),
    ExampleKind.SCALE: frozenset({"tonic", "scale"}),
    ExampleKind.DRUMS: frozenset({"meter"}),
}


class ExampleError(ValueError):
    """An example that cannot be read at all."""


def faults(example: Example, catalogue: Catalogue) -> Iterator[str]:
    """What is wrong with an example.

    Args:
        example: From a page.
        catalogue: Of scales and roles.
    """
    try:
        if unknown := sorted(example.attributes.keys() - _ALLOWED[example.kind]):
            raise ExampleError(f"{unknown[0]}: no such attribute")
        yield from _CHECKS[example.kind](example, catalogue)
    except ExampleError as error:
        yield str(error)


def catalogue_faults(entry: str, catalogue: Catalogue) -> Iterator[str]:
    """What is wrong with the link of a page to the catalogue.

    Args:
        entry: The link, as "scale:dorian".
        catalogue: Where it leads.
    """
    kind, _, slug = entry.partition(":")
    entries: Mapping[str, Mapping[str, object]] = {
        "scale": catalogue.scales,
        "style": catalogue.styles,
        "mood": catalogue.moods,
        "role": catalogue.roles,
        "progression": catalogue.progressions,
    }
    if slug not in entries.get(kind, ()):
        yield f"catalogue: {entry!r}: theory has no such entry"


def _chords(example: Example, catalogue: Catalogue) -> Iterator[str]:
    key = _key(example, catalogue)
    lines = [line for line in example.lines if not line.startswith(_ROMAN)]
    numerals = [line.removeprefix(_ROMAN) for line in example.lines if line.startswith(_ROMAN)]
    symbols = [symbol for symbol in _symbols(lines) if symbol != "%"]
    chords = []
    for symbol in symbols:
        chord = parse_symbol(symbol)
        if chord is None:
            raise ExampleError(f"{symbol!r} is no chord symbol")
        chords.append(chord)
    if not numerals:
        return
    written = [symbol for symbol in _symbols(numerals) if symbol != "%"]
    if len(written) != len(chords):
        raise ExampleError(f"{len(written)} numerals for {len(chords)} chords")
    for symbol, chord, numeral in zip(symbols, chords, written, strict=True):
        meant = parse_numeral(numeral, key, catalogue)
        if meant is None:
            yield f"{numeral!r} is no numeral"
        elif (meant.root, meant.pitch_classes, meant.bass) != (chord.root, chord.pitch_classes, chord.bass):
            yield f"{numeral} in {key.tonic} {key.scale} is {meant.symbol}, not {symbol}"


def _notes(example: Example, catalogue: Catalogue) -> Iterator[str]:
    key, meter = _key(example, catalogue), _meter(example)
    role = example.attributes.get("role", "")
    if role not in catalogue.roles:
        raise ExampleError(f"role: {role!r} is no role of the catalogue")
    tonic = PitchName.parse(key.tonic).pitch_class
    try:
        bars = read_bars(" | ".join(line.strip("| ") for line in example.lines), tonic, meter)
    except NoteNotationError as error:
        raise ExampleError(str(error)) from error
    ranges = catalogue.roles[role].ranges.values()
    lowest, highest = min(low for low, _ in ranges), max(high for _, high in ranges)
    mask = scale_mask(key, catalogue)
    foreign = set(example.attributes.get("foreign", "").split())
    found = set()
    for bar in bars:
        for note in bar.notes:
            if not lowest <= note.pitch <= highest:
                yield f"bar {bar.index + 1}: key {note.pitch} lies outside the range of {role}, {lowest} to {highest}"
            if not mask >> note.pitch % 12 & 1:
                found.add(DEGREES[(note.pitch - tonic) % 12])
    if found != foreign:
        yield f"foreign: the notes outside the key are {' '.join(sorted(found)) or 'none'}"


def _scale(example: Example, catalogue: Catalogue) -> Iterator[str]:
    scale = catalogue.scales.get(example.attributes.get("scale", ""))
    if scale is None:
        raise ExampleError(f"scale: {example.attributes.get('scale')!r} is no scale of the catalogue")
    tonic = _tonic(example.attributes.get("tonic", ""))
    names = [str(tonic + interval) for interval in scale.intervals]
    written = " ".join(example.lines).split()
    if written not in (names, [*names, names[0]]):
        yield f"{tonic} {scale.slug} is {' '.join(names)}, not {' '.join(written)}"


def _drums(example: Example, _: Catalogue) -> Iterator[str]:
    steps = steps_per_bar(_meter(example))
    lengths = set()
    for line in example.lines:
        piece, colon, row = line.partition(":")
        if not colon or piece.strip() not in PIECES:
            raise ExampleError(f"{line!r}: a piece and its row are needed; pieces: {', '.join(PIECES)}")
        bars = row.split("|")
        lengths.add(len(bars))
        for bar in bars:
            try:
                read_row(bar, steps)
            except TabNotationError as error:
                yield f"{piece.strip()}: {error}"
    if len(lengths) > 1:
        yield "the rows have different numbers of bars"


_CHECKS: Mapping[ExampleKind, Callable[[Example, Catalogue], Iterator[str]]] = {
    ExampleKind.CHORDS: _chords,
    ExampleKind.NOTES: _notes,
    ExampleKind.SCALE: _scale,
    ExampleKind.DRUMS: _drums,
}


def _symbols(lines: list[str]) -> list[str]:
    return " ".join(lines).replace("|", " ").split()


def _key(example: Example, catalogue: Catalogue) -> Key:
    """The key of an example: a tonic, then a scale of the catalogue with blanks for underscores."""
    tonic, _, scale = example.attributes.get("key", "").partition(" ")
    slug = scale.strip().replace(" ", "_")
    if slug not in catalogue.scales:
        raise ExampleError(f'key: a tonic and a scale of the catalogue are needed, such as "D minor"; not {scale!r}')
    return Key(tonic=str(_tonic(tonic)), scale=slug)


def _tonic(text: str) -> PitchName:
    try:
        return PitchName.parse(text)
    except ValueError:
        raise ExampleError(f"{text!r} is no tonic") from None


def _meter(example: Example) -> Meter:
    match = _METER.fullmatch(example.attributes.get("meter", ""))
    if match is None:
        raise ExampleError('meter: such as "4/4" is needed')
    return Meter(beats=int(match[1]), beat_unit=int(match[2]))
