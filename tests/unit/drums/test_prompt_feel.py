"""What the words of a prompt say about how it is played."""

from typing import Any

import pytest
from boumbapp.music.v2.feel_pb2 import Feel
from hypothesis import given
from hypothesis import strategies as st

from services.drums.prompt_feel import feel_from_prompt


def feel(prompt: str, style_words: str = "", **asked: Any) -> dict[str, float]:
    found = feel_from_prompt(Feel(**asked), prompt, style_words)
    return {field.name: round(value, 3) for field, value in found.ListFields()}


@pytest.mark.parametrize(
    "prompt",
    [
        "beat trap à 140",
        "samba",
        "house drums",
        "4 mesures de batterie et un fill à la fin",
        "plus de kick",
        "rythme lent",
    ],
)
def test_prompts_that_say_nothing_of_feel_leave_it_to_the_style(prompt: str) -> None:
    assert feel(prompt) == {}


@pytest.mark.parametrize(
    ("prompt", "field", "low", "high"),
    [
        ("batterie funk très chargée", "complexity", 0.9, 1.0),
        ("a busy groove", "complexity", 0.7, 0.9),
        ("un rythme pas trop chargé", "complexity", 0.0, 0.3),
        ("un beat simple", "complexity", 0.1, 0.3),
        ("minimal techno", "complexity", 0.1, 0.3),
        ("drums rock fort", "intensity", 0.7, 0.9),
        ("soft brushes", "intensity", 0.1, 0.3),
        ("batterie metal très agressive", "intensity", 0.95, 1.0),
        ("batterie très humaine", "humanise", 1.0, 1.0),
        ("robotic drums", "humanise", 0.0, 0.1),
    ],
)
def test_words_of_feel_become_amounts(prompt: str, field: str, low: float, high: float) -> None:
    found = feel(prompt)
    assert list(found) == [field]
    assert low <= found[field] <= high


def test_several_words_all_count() -> None:
    assert set(feel("un beat simple et doux, très humain")) == {"intensity", "complexity", "humanise"}


@pytest.mark.parametrize("prompt", ["boom bap swingué", "un peu de swing", "batterie avec swing à 60%", "sans swing"])
def test_swing_is_left_to_theory(prompt: str) -> None:
    assert feel(prompt) == {}


def test_the_name_of_a_style_is_no_edit() -> None:
    assert feel("batterie swing", "swing") == {}
    assert feel("heavy metal", "heavy metal") == {}


@given(st.text(max_size=80), st.floats(0, 1, width=32))
def test_the_request_wins_and_values_stay_in_range(prompt: str, amount: float) -> None:
    found = feel_from_prompt(Feel(intensity=amount, complexity=amount), prompt, "")
    assert (found.intensity, found.complexity) == (amount, amount)
    assert not found.HasField("swing")
    assert 0 <= found.humanise <= 1
