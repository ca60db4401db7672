"""Fuzzed requests through the real gateway, a few of those of `./boumb bench fuzz`, with another user beside them."""

import asyncio
from pathlib import Path

from gateway.keys import ensure_keys
from gateway.tokens import mint
from tests.chaos.counting import Canary
from tests.chaos.fuzzing import Fuzzer, fuzz, public_methods
from tests.e2e.real_mesh import running_real_mesh

REQUESTS = 400


def test_every_public_method_is_fuzzed() -> None:
    drawn = {method.full_name for method, _, _ in Fuzzer(1).requests(2000)}
    assert drawn == {method.full_name for method in public_methods()}


async def test_fuzzed_requests_are_answered_or_refused_and_another_user_notices_nothing(tmp_path: Path) -> None:
    async with running_real_mesh(tmp_path) as mesh:
        keys = ensure_keys(tmp_path / "keys")
        canary = Canary(mesh.gateway, mint(keys, "canary"))
        watching = asyncio.create_task(canary.sing())
        answers = await fuzz(mesh.gateway, mint(keys, "fuzz"), 3, REQUESTS)
        watching.cancel()
    assert answers.statuses.total() == REQUESTS
    assert not answers.broken
    assert answers.statuses["INVALID_ARGUMENT"]
    assert answers.statuses["OK"]
    assert canary.taken()
    assert canary.failed == 0
