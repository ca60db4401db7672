"""Swing in prompts: how much, which notes, and where it comes from."""

import pytest
from boumbapp.music.v2.intent_pb2 import (
    SOURCE_DEFAULT,
    SOURCE_PROMPT,
    SOURCE_STYLE,
    Intent,
    IntentOptions,
    Source,
)
from boumbapp.music.v2.music_pb2 import SWING_UNIT_EIGHTH, SWING_UNIT_SIXTEENTH, SwingUnit

from services.theory.catalogue.catalogue import Catalogue
from services.theory.prompt.understanding import understand

CATALOGUE = Catalogue.load()
EIGHTH, SIXTEENTH = SWING_UNIT_EIGHTH, SWING_UNIT_SIXTEENTH


def read(prompt: str) -> Intent:
    return understand(prompt, IntentOptions(), "en", CATALOGUE)


def source(intent: Intent) -> Source.ValueType:
    return next(evidence.source for evidence in intent.evidence if evidence.slot == "swing")


@pytest.mark.parametrize(
    ("prompt", "amount", "unit"),
    [
        ("avec du swing", 0.33, EIGHTH),
        ("mélodie swinguée en do", 0.33, EIGHTH),
        ("rock shuffle", 0.33, EIGHTH),
        ("rock en ternaire", 0.33, EIGHTH),
        ("triplet feel bass", 0.33, EIGHTH),
        ("un peu de swing", 0.15, EIGHTH),
        ("gros swing", 0.45, EIGHTH),
        ("plus de swing", 0.4, EIGHTH),
        ("moins de swing", 0.05, EIGHTH),
        ("straight", 0, EIGHTH),
        ("sans swing", 0, EIGHTH),
        ("no shuffle", 0, EIGHTH),
        ("jazz with less swing", 0, EIGHTH),
        ("batterie jazz sans swing", 0, EIGHTH),
        ("pas binaire", 0.33, EIGHTH),
        # Electronic styles swing sixteenths, whoever asks.
        ("house shuffle", 0.33, SIXTEENTH),
        ("trap with swing", 0.33, SIXTEENTH),
        ("techno avec un peu de swing", 0.15, SIXTEENTH),
        ("hip hop dilla feel", 0.45, SIXTEENTH),
        # Words that name the note.
        ("swung sixteenths", 0.33, SIXTEENTH),
        ("doubles croches swinguées", 0.33, SIXTEENTH),
        ("croches swinguées", 0.33, EIGHTH),
        ("techno with swung eighths", 0.33, EIGHTH),
        ("house ternaire", 0.33, EIGHTH),
    ],
)
def test_words_say_how_much_and_what_swings(prompt: str, amount: float, unit: SwingUnit.ValueType) -> None:
    found = read(prompt)
    assert found.swing.amount == pytest.approx(amount)
    assert found.swing.unit == unit
    assert source(found) == SOURCE_PROMPT


@pytest.mark.parametrize(
    ("prompt", "amount", "unit"),
    [
        ("swing 60 %", 0.2, EIGHTH),
        ("swing à 66 %", 0.32, EIGHTH),
        ("swing: 58%", 0.16, EIGHTH),
        ("60 % de swing", 0.2, EIGHTH),
        ("60% swing", 0.2, EIGHTH),
        ("swing 62 pour cent", 0.24, EIGHTH),
        ("swing feel of 57 percent", 0.14, EIGHTH),
        ("swing soixante pour cent", 0.2, EIGHTH),
        ("swing 50%", 0, EIGHTH),
        ("swing 75%", 0.5, EIGHTH),
        ("swing 30 %", 0.15, EIGHTH),
        ("swing 100 %", 0.5, EIGHTH),
        ("swing 0.33", 0.33, EIGHTH),
        ("swing 0,25 house", 0.25, SIXTEENTH),
        ("MPC 62%", 0.24, SIXTEENTH),
        ("boom bap MPC 54 %", 0.08, SIXTEENTH),
        ("66% MPC swing house", 0.32, SIXTEENTH),
        ("jazz MPC swing 54%", 0.08, SIXTEENTH),
        ("swing 16ths 58%", 0.16, SIXTEENTH),
        ("1/16 swing 58%", 0.16, SIXTEENTH),
        ("techno swing 1/8 60 %", 0.2, EIGHTH),
        ("funk with 55% swing", 0.1, SIXTEENTH),
    ],
)
def test_figures_are_read_on_the_scale_of_sequencers(prompt: str, amount: float, unit: SwingUnit.ValueType) -> None:
    found = read(prompt)
    assert found.swing.amount == pytest.approx(amount)
    assert found.swing.unit == unit
    assert source(found) == SOURCE_PROMPT


@pytest.mark.parametrize(
    ("prompt", "amount", "unit", "where"),
    [
        ("batterie jazz swing", 0.33, EIGHTH, SOURCE_STYLE),
        ("swing melody", 0.33, EIGHTH, SOURCE_STYLE),
        ("walking bass en si bémol majeur, swing, 160", 0.33, EIGHTH, SOURCE_STYLE),
        ("bebop", 0.28, EIGHTH, SOURCE_STYLE),
        ("MPC-60 swing, drums, boom bap", 0.25, SIXTEENTH, SOURCE_STYLE),
        ("techno", 0, SIXTEENTH, SOURCE_DEFAULT),
        ("mélodie en do", 0, EIGHTH, SOURCE_DEFAULT),
        ("pop 60% reverb", 0, EIGHTH, SOURCE_DEFAULT),
        ("beat MPC 60", 0, EIGHTH, SOURCE_DEFAULT),
    ],
)
def test_what_is_not_said_follows_the_style(
    prompt: str, amount: float, unit: SwingUnit.ValueType, where: Source.ValueType
) -> None:
    found = read(prompt)
    assert found.swing.amount == pytest.approx(amount)
    assert (found.swing.unit, source(found)) == (unit, where)


@pytest.mark.parametrize("prompt", ["swing 62 pour cent", "jazz swing 62 percent", "MPC 62 pour cent", "MPC 62%"])
def test_a_percentage_is_no_tempo(prompt: str) -> None:
    assert read(prompt).bpm != 62
