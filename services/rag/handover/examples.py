"""Examples of pages as bars."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, Bar, DrumHit, DrumPiece, Key, Meter, Role

from music.meter import steps_per_bar
from music.notation.drum_rows import STROKES
from music.notation.notes import read_bars
from music.pitch import PitchName
from services.rag.pages.page import Example, ExampleKind, Page
from services.rag.retrieval.words import fold

_ROMAN = "roman:"
# Words that ask for an example of a kind; where none of them occurs, the first kind that a page has.
_ASKED: Mapping[ExampleKind, re.Pattern[str]] = {
    ExampleKind.NOTES: re.compile(
        r"\b(basses?|bass|lignes?|lines?|melodies?|melody|riffs?|arpeges?|arpeggios?|lead)\b"
    ),
    ExampleKind.DRUMS: re.compile(
        r"\b(rythmes?|rhythms?|batteries?|drums?|beats?|grooves?|patterns?|breaks?|fills?)\b"
    ),
    ExampleKind.CHORDS: re.compile(r"\b(accords?|chords?|progressions?|grilles?|cadences?|harmonies?|harmony)\b"),
}


@dataclass(frozen=True, slots=True)
class ExampleBars:
    """An example as bars.

    Attributes:
        bars: One or more.
        role: Who plays them.
        key: Of the notes; None for drums.
    """

    bars: list[Bar]
    role: Role.ValueType
    key: Key | None


def first_playable(page: Page, text: str) -> Example | None:
    """The example of a page that a question means; None where the page has none that can be played.

    Args:
        page: The page.
        text: The question: "un rythme house" wants the drums of the page, "une basse house" its notes.
    """
    folded = fold(text)
    asked = [kind for kind, words in _ASKED.items() if words.search(folded)]
    order = [*asked, *(kind for kind in _ASKED if kind not in asked)]
    found = [example for example in page.examples if example.kind in order and _playable(example)]
    return min(found, key=lambda example: order.index(example.kind), default=None)


def _playable(example: Example) -> bool:
    return example.kind is not ExampleKind.CHORDS or bool(numerals_of(example))


def numerals_of(example: Example) -> Sequence[str]:
    """Roman numerals of an example of chords, one for each; none where it does not say them."""
    lines = [line.removeprefix(_ROMAN) for line in example.lines if line.startswith(_ROMAN)]
    return [word for word in " ".join(lines).replace("|", " ").split() if word != "%"]


def example_bars(example: Example, tonic: str) -> ExampleBars | None:
    """An example as bars; None for kinds that have no rhythm.

    Args:
        example: Of a page that lint finds no fault with.
        tonic: That is asked for, spelled; empty for the example's own.
    """
    if example.kind is ExampleKind.DRUMS:
        return ExampleBars(_drum_bars(example), ROLE_DRUMS, None)
    if example.kind is not ExampleKind.NOTES:
        return None
    own, _, scale = example.attributes["key"].partition(" ")
    key = Key(tonic=tonic or own, scale=scale.strip().replace(" ", "_"))
    text = " | ".join(line.strip("| ") for line in example.lines)
    bars = read_bars(text, PitchName.parse(key.tonic).pitch_class, _meter(example))
    return ExampleBars(bars, Role.Value(f"ROLE_{example.attributes['role'].upper()}"), key)


def _drum_bars(example: Example) -> list[Bar]:
    meter = _meter(example)
    steps = steps_per_bar(meter)
    bars: list[Bar] = []
    for line in example.lines:
        name, _, rows = line.partition(":")
        piece = DrumPiece.Value(f"DRUM_PIECE_{name.strip().upper()}")
        for index, row in enumerate(rows.split("|")):
            if index == len(bars):
                bars.append(Bar(index=index, meter=meter))
            for step, sign in enumerate(row.replace(" ", "")[:steps]):
                if sign in STROKES:
                    bars[index].hits.append(DrumHit(piece=piece, step=step, velocity=STROKES[sign]))
    for bar in bars:
        bar.hits.sort(key=lambda hit: (hit.step, hit.piece))
    return bars


def _meter(example: Example) -> Meter:
    beats, _, unit = example.attributes["meter"].partition("/")
    return Meter(beats=int(beats), beat_unit=int(unit))
