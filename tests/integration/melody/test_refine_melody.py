"""Refining pitched parts over real servers: a conversation about bars that were composed."""

import grpc
import grpc.aio
import pytest
from boumbapp.melody.v2 import melody_service_pb2 as pb
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub
from boumbapp.music.v2.edits_pb2 import BarSpan, Edit, Place
from boumbapp.music.v2.events_pb2 import ComposingEvent, Started
from boumbapp.music.v2.intent_pb2 import Intent
from boumbapp.music.v2.music_pb2 import ROLE_BASS, ROLE_DRUMS, ROLE_MELODY, Bar, Meter, Note, Track
from google.rpc.error_details_pb2 import ErrorInfo

from services.chassis.errors.status import read_details

pytestmark = pytest.mark.asyncio


class Loop:
    """A part that was composed, and a conversation about it."""

    def __init__(self, stub: MelodyServiceStub, started: Started, bars: list[Bar]) -> None:
        self._stub = stub
        self.intent: Intent = started.intent
        self.bars = bars
        self.versions: list[pb.PartVersion] = []

    @classmethod
    async def compose(cls, stub: MelodyServiceStub, prompt: str = "mélodie pop en do majeur, 4 mesures") -> "Loop":
        events = [made.event async for made in stub.Compose(pb.ComposeRequest(prompt=prompt, seed=3), timeout=10)]
        return cls(stub, events[0].started, [event.bar.bar for event in events if event.HasField("bar")])

    def request(self, instruction: str, **fields: object) -> pb.RefineRequest:
        given = {"bpm": self.intent.bpm, "intent": self.intent, "seed": 1, "versions": self.versions, **fields}
        return pb.RefineRequest(instruction=instruction, bars=self.bars, **given)  # type: ignore[arg-type]

    async def events(self, instruction: str, **fields: object) -> list[ComposingEvent]:
        asked = self.request(instruction, **fields)
        return [response.event async for response in self._stub.Refine(asked, timeout=10)]

    async def refined(self, instruction: str, **fields: object) -> list[Bar]:
        return [event.bar.bar for event in await self.events(instruction, **fields) if event.HasField("bar")]

    async def refusal(self, instruction: str, **fields: object) -> grpc.aio.AioRpcError:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await self.events(instruction, **fields)
        return caught.value

    async def go_on(self, instruction: str) -> None:
        before = pb.PartVersion(bars=self.bars, bpm=self.intent.bpm)
        self.bars = await self.refined(instruction)
        self.versions.append(before)


@pytest.fixture
async def loop(melody_stub: MelodyServiceStub) -> Loop:
    return await Loop.compose(melody_stub)


def reason(error: grpc.aio.AioRpcError) -> str:
    status, info = read_details(error), ErrorInfo()
    assert status is not None
    next(detail for detail in status.details if detail.Is(ErrorInfo.DESCRIPTOR)).Unpack(info)
    return str(info.reason)


def pitches(bars: list[Bar]) -> list[int]:
    return [note.pitch for bar in bars for note in bar.notes]


async def test_the_edits_are_announced_in_words_and_as_data(loop: Loop) -> None:
    stream = await loop.events("un ton plus haut dans la mesure 2, 10 bpm plus vite")
    assert [event.WhichOneof("event") for event in stream] == ["started", *["bar"] * 4, "completed"]
    started = stream[0].started
    assert list(started.edits) == ["un ton plus haut (mesure 2)", "plus vite (+10 bpm)"]
    assert [(edit.action, edit.value) for edit in started.edit_data] == [("transpose", 2), ("faster", 10)]
    assert started.bpm == loop.intent.bpm + 10
    ready = [event.bar for event in stream if event.HasField("bar")]
    assert [bar.changed for bar in ready] == [False, True, False, False]
    assert pitches([ready[1].bar]) == [pitch + 2 for pitch in pitches([loop.bars[1]])]
    assert all(note.name for note in ready[1].bar.notes)


async def test_edits_as_data_are_made_like_words(loop: Loop) -> None:
    said = await loop.refined("un ton plus haut dans la mesure 2")
    place = Place(bars=[BarSpan(first=2, last=2)])
    assert await loop.refined("", edits=[Edit(action="transpose", value=2, places=[place])]) == said
    wrong = await loop.refusal("", edits=[Edit(action="levitate")])
    assert reason(wrong) == "UNUSABLE_EDIT"


async def test_the_engine_composes_the_bar_that_is_to_be_another_one(loop: Loop) -> None:
    ready = [event.bar for event in await loop.events("change la mesure 2") if event.HasField("bar")]
    assert [bar.engine for bar in ready] == ["refining", "specialist", "refining", "refining"]
    assert [bar.bar == old for bar, old in zip(ready, loop.bars, strict=True)] == [True, False, True, True]


async def test_three_in_a_row_keep_history(loop: Loop) -> None:
    first = list(loop.bars)
    for instruction in ("une octave plus bas", "staccato", "moins de notes à la fin"):
        await loop.go_on(instruction)
    assert await loop.refined("annule") == list(loop.versions[-1].bars)
    assert await loop.refined("undo", versions=loop.versions[:1]) == first
    louder = await loop.refined("comme avant mais plus fort", versions=loop.versions[:1])
    assert pitches(louder) == pitches(first)
    assert louder != first
    assert reason(await loop.refusal("annule", versions=[])) == "NO_EARLIER_VERSION"


async def test_locks_hold_whatever_is_said(loop: Loop) -> None:
    locked = loop.bars[0].notes[1].id
    made = await loop.refined("deux octaves plus bas, legato, à l'envers", locked_bars=[2], locked_notes=[locked])
    assert made[2] == loop.bars[2]
    assert loop.bars[0].notes[1] in list(made[0].notes)
    assert made[1] != loop.bars[1]


async def test_words_about_another_part_are_not_for_this_one(loop: Loop) -> None:
    drums, bass = Track(role=ROLE_DRUMS), Track(role=ROLE_BASS)
    stream = await loop.events("moins de charley et la basse plus grave", context=[drums, bass], role=ROLE_MELODY)
    assert [event.notice.code for event in stream if event.HasField("notice")] == ["NOT_ADDRESSED"]
    assert [event.bar.bar for event in stream if event.HasField("bar")] == loop.bars
    both = await loop.events("la basse plus grave, mélodie plus forte, 120 bpm", context=[bass], role=ROLE_MELODY)
    assert [edit.action for edit in both[0].started.edit_data] == ["louder", "tempo"]
    assert reason(await loop.refusal("moins de charley")) == "UNKNOWN_INSTRUCTION"


@pytest.mark.parametrize("instruction", ["more reverb", "🎹", "raconte une blague"])
async def test_what_cannot_be_done_is_refused_with_examples(loop: Loop, instruction: str) -> None:
    refused = await loop.refusal(instruction, locale="fr")
    assert "un ton plus haut" in (refused.details() or "")


async def test_bars_of_a_file_are_refined_without_an_intent(melody_stub: MelodyServiceStub) -> None:
    meter = Meter(beats=3, beat_unit=4)
    line = [[57, 60, 64], [62, 65, 69], [64, 68, 71], [57, 60, 57]]
    bars = [
        Bar(
            index=at,
            meter=meter,
            divisions=3,
            notes=[
                Note(pitch=pitch, start_step=3 * beat, duration_steps=2, velocity=90) for beat, pitch in enumerate(bar)
            ],
        )
        for at, bar in enumerate(line)
    ]
    request = pb.RefineRequest(instruction="passe en majeur et change la mesure 3", bars=bars, bpm=100, seed=1)
    ready = [each.event.bar async for each in melody_stub.Refine(request, timeout=10) if each.event.HasField("bar")]
    assert pitches([ready[0].bar]) == [57, 61, 64]
    assert ready[2].engine == "specialist"
    assert ready[0].bar.divisions == 3


@pytest.mark.parametrize("prompt", ["mélodie pop en do majeur, 4 mesures", "basse funky en sol mineur, 4 mesures"])
async def test_other_notes_on_the_same_rhythm(melody_stub: MelodyServiceStub, prompt: str) -> None:
    loop = await Loop.compose(melody_stub, prompt)
    made = await loop.refined("garde le rythme mais change les notes de la mesure 2")
    assert [made[at] for at in (0, 2, 3)] == [loop.bars[at] for at in (0, 2, 3)]
    assert pitches(made[1:2]) != pitches(loop.bars[1:2])
    assert rhythm(made[1]) == rhythm(loop.bars[1])


def rhythm(bar: Bar) -> list[tuple[int, ...]]:
    """Everything of the notes but their pitches, which may put those that begin together in another order."""
    return sorted(
        (n.start_step, n.duration_steps, n.velocity, n.offset_ticks, n.release_ticks, n.id) for n in bar.notes
    )


async def test_bars_are_exchanged_and_one_goes_back(loop: Loop) -> None:
    first, second, *rest = loop.bars
    await loop.go_on("switch bars 1 and 2")
    assert [sounds(bar) for bar in loop.bars] == [sounds(bar) for bar in (second, first, *rest)]
    await loop.go_on("bar 2 the way it was")
    assert [sounds(bar) for bar in loop.bars] == [sounds(bar) for bar in (second, second, *rest)]
    assert reason(await loop.refusal("swap bars 1 and 2", locked_bars=[1])) == "UNUSABLE_EDIT"


def sounds(bar: Bar) -> list[tuple[int, int, int]]:
    return [(note.start_step, note.duration_steps, note.pitch) for note in bar.notes]


@pytest.mark.parametrize(
    "text", ["le refrain plus fort", "keep the notes but change the rhythm", "accent every other note"]
)
async def test_what_has_no_place_or_no_edit_is_refused(loop: Loop, text: str) -> None:
    assert reason(await loop.refusal(text)) == "UNKNOWN_INSTRUCTION"
