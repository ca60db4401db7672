"""Edits that a language model names: always valid ones, whichever it picks."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm.model import LanguageModel
from llm.settings import LanguageModelSettings
from services.composition.language_model.edit_mapping import EditMapper, edit_from, edit_words
from services.composition.refining.edit_messages import placed
from services.drums.refine.describe import describe as describe_drums
from services.drums.refine.model.edits import Action as DrumsAction
from services.drums.refine.model.edits import Edit as DrumsEdit
from services.melody.refine.describe import describe
from services.melody.refine.messages import edit_of
from services.melody.refine.model.edits import Action

NOBODY = LanguageModel(LanguageModelSettings(address="off"))
_PARTS = re.compile(r"([a-z_]+) (all|start|end|bar (\d+)) (little|usual|much)")


def test_every_action_is_one_of_the_service() -> None:
    assert set(edit_words("melody").actions) <= {action.value for action in Action}
    assert set(edit_words("drums").actions) <= {action.value for action in DrumsAction}


@pytest.mark.parametrize("service", ["melody", "drums"])
def test_every_example_keeps_to_the_pattern(service: str) -> None:
    words = edit_words(service)
    pattern = re.compile(EditMapper(NOBODY, words).pattern(8))
    assert all(pattern.fullmatch(answer) for _, answer in words.examples)


@given(st.sampled_from(["melody", "drums"]), st.integers(1, 128), st.data())
def test_all_that_the_pattern_allows_is_an_edit_that_can_be_described(
    service: str, bars: int, data: st.DataObject
) -> None:
    pattern = EditMapper(NOBODY, edit_words(service)).pattern(bars)
    answer = data.draw(st.from_regex(pattern, fullmatch=True)).strip()
    [found] = _PARTS.findall(answer)
    message = edit_from(*found)
    for locale in ("en", "fr"):
        if service == "melody":
            assert describe(edit_of(message, "edits[0]"), locale)
        else:
            assert describe_drums(DrumsEdit(action=DrumsAction(message.action), **placed(message)), locale)
    assert all(1 <= span.first <= bars for place in message.places for span in place.bars)


def test_without_a_model_nothing_is_mapped() -> None:
    assert not EditMapper(NOBODY, edit_words("melody")).available
