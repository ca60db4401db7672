"""A composing service without music, to be killed: `python -m tests.integration.journal.recording_process NAME COUNT`.

Records COUNT interactions and prints the id of each when its stream is over.
"""

import asyncio
import sys

from boumbapp.journal.v2.interaction_pb2 import INTERACTION_KIND_COMPOSE

from services.chassis.request_context import CallContext, Identity, enter
from services.chassis.settings import Environment
from services.composition.recording.entry import Entry
from services.composition.recording.recorder import recording
from services.composition.recording.settings import RecordingSettings
from tests.integration.journal.interactions import interaction, stream_of


async def main() -> None:
    name, count = sys.argv[1], int(sys.argv[2])
    enter(CallContext("", "en", "", Identity(name), None))
    made = interaction("any")
    async with recording(RecordingSettings.read(name, Environment())) as recorder:
        for number in range(count):
            entry = Entry(
                kind=INTERACTION_KIND_COMPOSE, request_id=f"{name}-{number:06}", locale="en", prompt=str(number)
            )
            async for _ in recorder.recorded(entry, stream_of(made)):
                pass
            print(entry.request_id, flush=True)
            await asyncio.sleep(0.001)


if __name__ == "__main__":
    asyncio.run(main())
