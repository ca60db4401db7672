"""An override of the density wins over words that say how busy a groove is."""

import pytest
from boumbapp.drums.v2.drums_service_pb2 import ComposeRequest
from boumbapp.drums.v2.drums_service_pb2_grpc import DrumsServiceStub
from boumbapp.music.v2.feel_pb2 import Feel
from boumbapp.music.v2.intent_pb2 import IntentOptions
from boumbapp.music.v2.music_pb2 import LEVEL_HIGH, LEVEL_LOW, Level

from tests.integration.drums.test_compose_drums import feel


@pytest.mark.parametrize(
    ("words", "level"), [("très chargée", LEVEL_LOW), ("très simple", LEVEL_HIGH), ("épurée", LEVEL_HIGH)]
)
async def test_an_override_of_density_wins_over_words(
    drums_stub: DrumsServiceStub, words: str, level: Level.ValueType
) -> None:
    overrides = IntentOptions(density=level)
    plain = ComposeRequest(prompt="une batterie rock", seed=7, overrides=overrides)
    busy = ComposeRequest(prompt=f"une batterie rock {words}", seed=7, overrides=overrides)
    assert (await feel(drums_stub, busy)).complexity == (await feel(drums_stub, plain)).complexity
    busy.feel.CopyFrom(Feel(complexity=0.5))
    assert (await feel(drums_stub, busy)).complexity == 0.5
