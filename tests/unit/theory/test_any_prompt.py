"""No prompt and no option breaks understanding."""

import pytest
from boumbapp.music.v2.intent_pb2 import (
    SOURCE_PROMPT,
    Intent,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.errors.catalogue import ApiError
from services.theory.harmony.constraints import constrain
from tests.unit.theory.call_count import count_calls
from tests.unit.theory.intents import CATALOGUE, read_or_fault

# Words that look like keys, chords, numbers and negations, to be thrown together.
PIECES = (
    "a la si do ré mi fa sol # b m 7 maj7 Am F C G II V I en in basse melody mineur minor puis then 4 mesures "
    "bars 0 -3 bpm 120 3/4 pas sans ni not de of blues 12 jazz swing lent fast à mesure dernières cent mille vingt "
    "quatre double ♭ ♯ ' 1-5-6-4 10 000"
).split()


pieces = st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join)
mixtures = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=15).map("".join)


@settings(deadline=None)
@given(st.one_of(st.text(), pieces, mixtures))
def test_any_prompt_gives_an_intent_that_can_be_composed_or_a_fault(prompt: str) -> None:
    intent = read_or_fault(prompt)
    if isinstance(intent, ApiError):
        assert intent.field in ("prompt.bars", "prompt.bpm", "prompt.meter")
        return
    constrain(intent, CATALOGUE)
    assert 1 <= intent.bars <= 128
    assert 20 <= intent.bpm <= 400
    assert all(0 < m.bar < intent.bars for m in intent.modulations)
    for item in intent.evidence:
        assert not item.words or item.source == SOURCE_PROMPT
        assert item.slot == "modulations" or item.words in prompt


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=64))
def test_any_text_as_an_option_is_understood_or_named(text: str) -> None:
    for option in ("key_text", "project_key", "style", "progression"):
        intent = read_or_fault("", **{option: text})
        assert isinstance(intent, Intent) or intent.field == f"hints.{option}"


REPEATED = [
    "do re mi fa sol la si ", "A ", "4 ", "I ", "🎸", "puis en la mineur ", "pas ", "Am F ", "1-5 ", "bar 5 ",
    "mille deux ", "deux cent ", "808 ", "in C then ", "no no bass ", "la ", "3/4 ", "x", "I-V-", "Do#m7/Sol ",
    "swing 60 % ", "verse 8 ", "snare, kick and ", "| C ", "Am x2 ", "à la drake ", "1:30 ",
    "C^7 ", "monte d'un ton au refrain ", "piano et ",
]  # fmt: skip


@pytest.mark.parametrize("unit", REPEATED)
def test_the_work_of_parsing_grows_in_proportion_to_the_prompt(unit: str) -> None:
    prompts = [(unit * length)[:length] for length in (1000, 2000)]
    for prompt in prompts:  # fill the caches of chords and characters
        read_or_fault(prompt)
    short, long = (count_calls(lambda prompt=prompt: read_or_fault(prompt)) for prompt in prompts)  # type: ignore[misc]
    assert long <= 2.2 * short
    assert long <= 200 * 2000  # calls per character, when every character is a token
