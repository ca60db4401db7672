"""Edits that a language model names: always valid ones, whichever it picks."""

import re

import pytest
from boumbapp.music.v2 import edits_pb2 as pb

from llm.model import LanguageModel
from llm.settings import LanguageModelSettings
from services.composition.language_model.edit_mapping import EditMapper, edit_words
from services.drums.refine.describe import describe as describe_drums
from services.drums.refine.messages import edit_of as drums_edit_of
from services.drums.refine.model.edits import Action as DrumsAction
from services.drums.refine.parse.words import lexicon as drums_lexicon
from services.melody.refine.describe import describe
from services.melody.refine.messages import edit_of
from services.melody.refine.model.edits import Action
from services.melody.refine.parse.words import lexicon as melody_lexicon
from tests.fault_server import MODEL, fault_server

NOBODY = LanguageModel(LanguageModelSettings(address="off"))


def test_every_action_is_one_of_the_service() -> None:
    assert set(edit_words("melody").actions) <= {action.value for action in Action}
    assert set(edit_words("drums").actions) <= {action.value for action in DrumsAction}


MAPPERS = {
    "melody": EditMapper(NOBODY, edit_words("melody"), melody_lexicon),
    "drums": EditMapper(NOBODY, edit_words("drums"), drums_lexicon),
}


@pytest.mark.parametrize("service", MAPPERS)
def test_every_example_keeps_to_the_pattern(service: str) -> None:
    pattern = re.compile(MAPPERS[service].pattern)
    examples = edit_words(service).examples
    assert all(pattern.fullmatch(answer) for _, answer in examples)
    actions = [answer.split()[0] for _, answer in examples]
    assert len(set(actions)) == len(actions)


@pytest.mark.parametrize("service", MAPPERS)
async def test_all_that_the_pattern_allows_is_an_edit_in_the_places_that_the_words_say(service: str) -> None:
    async with fault_server() as server:
        settings = LanguageModelSettings(address=server.address, model=MODEL)
        async with LanguageModel(settings) as model:
            await model.probe()
            mapper = EditMapper(model, edit_words(service), melody_lexicon if service == "melody" else drums_lexicon)
            for action in edit_words(service).actions:
                server.text = f'"{action} much"'
                edit = await mapper.edit("like honey in bar 3")
                assert (edit.action, edit.amount) == (action, 2)
                assert [span.first for place in edit.places for span in place.bars] == [3]
                assert describe_of(service, edit)
            assert "bar 3" not in server.asked[-1]["messages"][-1]["content"]
            assert not (await mapper.edit("like honey")).places


def describe_of(service: str, edit: pb.Edit) -> str:
    if service == "melody":
        return describe(edit_of(edit, "instruction"), "fr")
    return describe_drums(drums_edit_of(edit, "instruction"), "fr")


def test_without_a_model_nothing_is_mapped() -> None:
    assert not MAPPERS["melody"].available
