"""An expert that ends in the middle of a piece: the others go on, and its bars follow when it is back."""

from contextlib import AsyncExitStack
from pathlib import Path

from boumbapp.music.v2.events_pb2 import ComposingEvent

from services.chassis.server.server import RunningServer, running
from services.drums import main as drums
from services.melody import main as melody
from tests.integration.arranger.conftest import arranger_settings, arranging
from tests.integration.arranger.test_arrange import BAND, parts, request
from tests.integration.conftest import melody_settings
from tests.integration.drums.conftest import drums_settings

BARS = 10


async def test_drums_that_end_and_come_back_lose_no_bar(theory_server: RunningServer, tmp_path: Path) -> None:
    address = f"unix:{tmp_path}/drums.sock"
    # Each bar of drums takes its time, so that they are in the middle of the piece when they end.
    of_drums = drums_settings(theory_server.address, BOUMB_DRUMS_ADDRESS=address, BOUMB_DRUMS_PACE_MS="40")
    of_melody = melody_settings(theory_server.address)
    asked = request(*BAND, bars=BARS)
    async with running(of_melody.server, [melody.mount(of_melody)]) as melody_server:
        settings = arranger_settings(theory_server.address, melody_server.address, address)
        async with arranging(settings) as stub:
            async with running(of_drums.server, [drums.mount(of_drums)]):
                whole = await parts(stub, asked)
            events: list[ComposingEvent] = []
            async with AsyncExitStack() as first:
                await first.enter_async_context(running(of_drums.server, [drums.mount(of_drums)]))
                stream = stub.Compose(asked, timeout=60)
                async for response in stream:
                    events.append(response.event)
                    if response.event.bar.track == "drums" and response.event.bar.bar.index == 1:
                        break
            # They have ended; the others go on until the end.
            async with running(of_drums.server, [drums.mount(of_drums)]):
                events += [response.event async for response in stream]
    bars = {part: [e.bar.bar for e in events if e.HasField("bar") and e.bar.track == part] for part in whole}
    assert bars["drums"] == whole["drums"]
    assert (bars["chords"], bars["melody"]) == (whole["chords"], whole["melody"])
    assert [bar.index for bar in bars["bass"]] == list(range(BARS))
    assert {event.notice.code for event in events if event.HasField("notice")} <= {"PART_AWAY"}
    assert events[-1].HasField("completed")


async def test_without_drums_the_others_play_and_notices_say_so(theory_server: RunningServer, tmp_path: Path) -> None:
    of_melody = melody_settings(theory_server.address)
    async with running(of_melody.server, [melody.mount(of_melody)]) as melody_server:
        gone = f"unix:{tmp_path}/gone.sock"
        settings = arranger_settings(
            theory_server.address, melody_server.address, gone, BOUMB_ARRANGER_PATIENCE_S="0.2"
        )
        async with arranging(settings) as stub:
            events = [response.event async for response in stub.Compose(request(*BAND, bars=3), timeout=30)]
    notices = [(event.notice.code, event.notice.track) for event in events if event.HasField("notice")]
    assert notices == [("PART_AWAY", "drums"), ("PART_MISSING", "drums")]
    played = [event.bar.track for event in events if event.HasField("bar")]
    assert {part: played.count(part) for part in set(played)} == {"bass": 3, "chords": 3, "melody": 3}
    assert events[-1].completed.bars == 9
