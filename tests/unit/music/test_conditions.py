"""Condition tokens: written in the order of training, each a token of the vocabulary, and nothing else accepted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.notation.conditions import (
    CONDITIONS,
    LEVELS,
    METRES,
    MODES,
    ROLES,
    STYLES,
    LineConditions,
    density_level,
    register_level,
)
from music.notation.vocabulary import IDS


def optional(values: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.sampled_from(("", *values))


conditions = st.builds(
    LineConditions,
    role=optional(ROLES),
    mode=optional(MODES),
    metre=optional(METRES),
    style=optional(STYLES),
    density=optional(LEVELS),
    register=optional(LEVELS),
)


def test_a_prompt_gives_its_conditions_in_the_order_of_training() -> None:
    line = LineConditions(register="high", density="low", style="pop", metre="3/4", mode="minor", role="bass")
    assert "".join(line.tokens()) == "<bass><minor><3/4><pop><density=low><register=high>"
    assert LineConditions().tokens() == ()


@given(conditions)
def test_every_condition_is_one_token(line: LineConditions) -> None:
    given_values = (line.role, line.mode, line.metre, line.style, line.density, line.register)
    assert len(line.tokens()) == sum(bool(value) for value in given_values)
    assert all(token in CONDITIONS and token in IDS for token in line.tokens())


@pytest.mark.parametrize(
    ("condition", "value"),
    [
        ("role", "drums"),
        ("mode", "locrian"),
        ("metre", "7/8"),
        ("style", "techno"),
        ("density", "none"),
        ("mode", "low"),
    ],
)
def test_a_value_without_a_token_is_refused(condition: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"{condition} '{value}' is none of"):
        LineConditions(**{condition: value})


@pytest.mark.parametrize("role", ROLES)
def test_levels_rise_with_what_they_measure(role: str) -> None:
    densities = [LEVELS.index(density_level(role, tenth / 10)) for tenth in range(161)]
    registers = [LEVELS.index(register_level(role, above)) for above in range(-36, 37)]
    for levels in (densities, registers):
        assert levels == sorted(levels)
        assert set(levels) == {0, 1, 2}
