"""What happens in a mesh while people listen, in short; `./boumb bench chaos` has every kind of fault and more of them.

Nothing here depends on how fast the machine is: bars are counted, not timed.
"""

import asyncio
from functools import partial
from pathlib import Path

from gateway.keys import ensure_keys
from gateway.tokens import mint
from tests.chaos.counting import Count, count
from tests.chaos.faults import Fault, corrupt, full_disk, killed, silent_readers, stopped
from tests.e2e.real_mesh import running_real_mesh

LISTENERS, BARS = 10, 8
SERVICES = ("theory", "melody", "drums", "arranger", "journal")


def together(*faults: Fault) -> Fault:
    """Several things go wrong at the same time."""

    async def fault(gateway: str, token: str) -> None:
        await asyncio.gather(*(each(gateway, token) for each in faults))

    return fault


async def test_whatever_goes_wrong_no_bar_is_lost_or_comes_twice(tmp_path: Path) -> None:
    async with running_real_mesh(tmp_path, SERVICES, BOUMB_MELODY_WORKERS="2") as mesh:
        tokens = partial(mint, ensure_keys(tmp_path / "keys"))

        async def counted(*faults: Fault) -> Count:
            result = await count(mesh.gateway, tokens, together(*faults), LISTENERS, BARS)
            assert (result.lost, result.doubled, result.hung) == (0, 0, 0), result
            return result

        # No stream breaks, and another user composes all the while.
        silent = silent_readers(60, seconds=2)
        quiet = await counted(stopped("services.melody.worker", 2), silent, corrupt(20), full_disk(2))
        assert quiet.resumed == 0
        assert quiet.canary_failed == 0
        # Streams wait for theory, or are taken up again.
        await counted(killed("services.theory.main"))
        await counted(killed("services.melody.main"), killed("services.arranger.main"), killed("envoy"))
