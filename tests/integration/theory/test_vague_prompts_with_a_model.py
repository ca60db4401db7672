"""Vague prompts with a language model: it ranks what the catalogue has, and never says key or mode."""

import asyncio

import pytest
from boumbapp.theory.v2.theory_service_pb2 import ExploreRequest
from boumbapp.theory.v2.theory_service_pb2_grpc import TheoryServiceStub

from llm.settings import LanguageModelSettings
from services.chassis.client.channel import open_channel
from services.chassis.server.server import running
from services.theory import main as theory
from services.theory.catalogue.catalogue import Catalogue
from services.theory.explanation.proposals import checked
from tests.fault_server import MODEL, FaultServer, fault_server
from tests.integration.conftest import theory_settings

VAGUE = "une mélodie comme un souvenir d'enfance"


async def explored(server: FaultServer, prompt: str) -> list[str]:
    """Scales of the alternatives, and the key that theory understood at their head."""
    settings = LanguageModelSettings(address=server.address, model=MODEL, watch_s=0.1)
    async with (
        running(theory_settings().server, [theory.mount(settings)]) as running_theory,
        open_channel(running_theory.address) as channel,
    ):
        stub = TheoryServiceStub(channel)
        asked = len(server.asked)
        async with asyncio.timeout(20):
            while len(server.asked) < asked + 2:  # noqa: ASYNC110  the probe asks twice
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.2)
        answer = await stub.Explore(ExploreRequest(prompt=prompt))
        key = answer.intent.key
        return [f"{key.tonic} {key.scale}", *(each.key.scale for each in answer.alternatives)]


async def test_scales_that_a_model_proposes_come_first_and_the_key_is_theorys() -> None:
    async with fault_server() as server:
        server.text = '"no catalogue at all"'
        without = await explored(server, VAGUE)
        server.text = '"dreamy lofi lydian hirajoshi"'
        proposed = await explored(server, VAGUE)
    assert proposed[1:3] == ["lydian", "hirajoshi"]
    assert proposed[0] == without[0]
    assert without[1:3] != ["lydian", "hirajoshi"]


async def test_words_that_say_the_key_are_not_put_to_a_model() -> None:
    async with fault_server() as server:
        server.text = '"dreamy lofi lydian hirajoshi"'
        named = await explored(server, "mélodie triste en ré mineur, pas en la majeur")
        assert named[:2] == ["D minor", "minor"]
        assert not any("souvenir" in str(body) or "ré mineur" in str(body) for body in server.asked)


@pytest.mark.parametrize("text", ["", "sad", "sad lofi blargh minor", "A major", "sad kazoo minor major"])
def test_what_the_catalogue_does_not_have_is_no_proposal(text: str) -> None:
    with pytest.raises(ValueError, match="catalogue"):
        checked(text, Catalogue.load())
