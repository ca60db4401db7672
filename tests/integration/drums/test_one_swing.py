"""Swing over real services: one value for every expert, and parts of one request that sound together."""

from collections.abc import Iterable, Sequence
from statistics import fmean

import pytest
from boumbapp.drums.v2 import drums_service_pb2 as drums_pb
from boumbapp.drums.v2.drums_service_pb2_grpc import DrumsServiceStub
from boumbapp.melody.v2 import melody_service_pb2 as melody_pb
from boumbapp.melody.v2.melody_service_pb2_grpc import MelodyServiceStub
from boumbapp.music.v2.events_pb2 import Started
from boumbapp.music.v2.feel_pb2 import Feel
from boumbapp.music.v2.intent_pb2 import (
    SOURCE_HINT,
    SOURCE_OVERRIDE,
    SOURCE_PROMPT,
    SOURCE_STYLE,
    IntentOptions,
    Source,
)
from boumbapp.music.v2.music_pb2 import (
    LEVEL_MEDIUM,
    ROLE_ARPEGGIO,
    ROLE_BASS,
    ROLE_CHORDS,
    ROLE_MELODY,
    ROLE_PAD,
    SWING_UNIT_EIGHTH,
    SWING_UNIT_SIXTEENTH,
    SWING_UNIT_UNSPECIFIED,
    Bar,
    Meter,
    Role,
    Swing,
)

from services.drums.styles.loader import load_styles
from services.theory.catalogue.catalogue import Catalogue

BPM, BARS, MS_PER_STEP = 120, 8, 125
FOUR_FOUR = Meter(beats=4, beat_unit=4)
CLOSE_MS = 5
_WINDOW = 0.45  # steps; the straight sixteenth is within it, and the next swung one is not
ROLES = (ROLE_MELODY, ROLE_BASS, ROLE_CHORDS, ROLE_ARPEGGIO, ROLE_PAD)
STYLES = sorted(Catalogue.load().styles)
EIGHTHS = ["bebop", "blues", "gypsy_jazz", "jazz", "swing"]
SIXTEENTHS = ["boom_bap", "lofi", "neo_soul", "uk_garage", "gospel", "reggae", "country"]
PROMPTS = [
    "jazz swing", "avec du swing", "rock shuffle", "en ternaire", "un peu de swing", "straight", "sans swing",
    "jazz sans swing", "swing 60 %", "MPC 62%", "house avec swing à 58 %", "boom bap swingué", "swing 16ths 55%",
    "techno 1/8 swing 66%", "beaucoup de swing", "heavy swing hip hop", "pas de swing, blues", "lofi groovy",
    "bebop plus de swing", "trap moins de swing", "no swing funk", "triplet feel", "6/8 blues", "swing 0.2",
    "60 % de swing", "light swing bossa", "reggae", "valse swing", "dilla feel", "swung eighths pop",
]  # fmt: skip


async def melody_bars(
    stub: MelodyServiceStub, prompt: str, options: IntentOptions, engine: str
) -> tuple[Started, list[Bar]]:
    request = melody_pb.ComposeRequest(prompt=prompt, hints=options, seed=5, engine=engine)
    events = [response.event async for response in stub.Compose(request)]
    return events[0].started, [event.bar.bar for event in events if event.HasField("bar")]


async def drum_bars(stub: DrumsServiceStub, prompt: str, options: IntentOptions) -> tuple[Started, list[Bar]]:
    request = drums_pb.ComposeRequest(
        prompt=prompt, hints=options, seed=5, engine="statistical", feel=Feel(humanise=0, complexity=0.9)
    )
    events = [response.event async for response in stub.Compose(request)]
    return events[0].started, [event.bar.bar for event in events if event.HasField("bar")]


def options(style: str, role: Role.ValueType = Role.ROLE_UNSPECIFIED) -> IntentOptions:
    return IntentOptions(style=style, role=role, bpm=BPM, bars=BARS, meter=FOUR_FOUR, density=LEVEL_MEDIUM)


def places(bars: Iterable[Bar]) -> list[float]:
    """Where in its quarter each onset sounds, in steps; of a chord the note that is struck first."""
    onsets: dict[tuple[int, int], float] = {}
    for bar in bars:
        for note in bar.notes:
            if not note.tied:
                place, key = note.start_step + note.offset_ticks / 120, (bar.index, note.start_step)
                onsets[key] = min(place, onsets.get(key, place))
        for hit in bar.hits:
            onsets[bar.index, hit.step * 100 + hit.piece] = hit.step + hit.offset_ticks / 120
    return [place % 4 for place in onsets.values()]


def mean_near(found: Sequence[float], around: float) -> float | None:
    near = [place for place in found if abs(place - around) < _WINDOW]
    return fmean(near) if len(near) >= 6 else None


@pytest.mark.parametrize("engine", ["specialist", "statistical"])
@pytest.mark.parametrize("style", EIGHTHS + SIXTEENTHS)
async def test_off_beats_of_all_parts_sound_together(
    melody_stub: MelodyServiceStub, drums_stub: DrumsServiceStub, style: str, engine: str
) -> None:
    told, bars = await drum_bars(drums_stub, "play", options(style))
    amount = told.constraints.swing.amount
    assert amount > 0
    eighths = told.constraints.swing.unit == SWING_UNIT_EIGHTH
    assert eighths == (style in EIGHTHS)
    wanted = {2 + 2 * amount} if eighths else {2.0, 1 + amount, 3 + amount}
    drums = places(bars)
    heard = 0
    for role in ROLES:
        said, line = await melody_bars(melody_stub, "play", options(style, role), engine)
        assert said.constraints.swing == told.constraints.swing
        found = places(line)
        for place in wanted:
            theirs, ours = mean_near(drums, place), mean_near(found, place)
            if theirs is not None and ours is not None:
                heard += 1
                assert abs(theirs - ours) * MS_PER_STEP < CLOSE_MS, (Role.Name(role), place)
        if eighths:  # an "and" is as late when its sixteenth follows
            assert not [place for place in found if 1 + amount + 0.1 < place < 2 + 2 * amount - 0.1]
    assert heard >= 2, "too few off-beats to compare"
    assert drums


async def test_a_line_that_is_resumed_goes_on_the_same(melody_stub: MelodyServiceStub) -> None:
    for role in ROLES:
        request = melody_pb.ComposeRequest(prompt="play", hints=options("jazz", role), seed=5)
        whole = [made.event.bar.bar async for made in melody_stub.Compose(request) if made.event.HasField("bar")]
        for kept in (1, 3, 7):
            del request.given_bars[:]
            request.given_bars.extend(whole[:kept])
            rest = [made.event.bar.bar async for made in melody_stub.Compose(request) if made.event.HasField("bar")]
            assert rest == whole[kept:]


async def first_of_drums(stub: DrumsServiceStub, request: drums_pb.ComposeRequest) -> Started:
    call = stub.Compose(request)
    async for response in call:
        call.cancel()
        return response.event.started
    raise AssertionError


async def first_of_melody(stub: MelodyServiceStub, request: melody_pb.ComposeRequest) -> Started:
    call = stub.Compose(request)
    async for response in call:
        call.cancel()
        return response.event.started
    raise AssertionError


def source_of_swing(started: Started) -> Source.ValueType:
    [found] = [evidence.source for evidence in started.intent.evidence if evidence.slot == "swing"]
    return found


async def test_started_never_disagrees_with_itself(
    melody_stub: MelodyServiceStub, drums_stub: DrumsServiceStub
) -> None:
    given = Swing(amount=0.2, unit=SWING_UNIT_SIXTEENTH)
    for prompt, style in [*((prompt, "") for prompt in PROMPTS), *(("play", style) for style in STYLES)]:
        for swing in (None, given):
            asked = IntentOptions(style=style, swing=swing)
            of_bass = IntentOptions(style=style, swing=swing, role=ROLE_BASS)
            groove = await first_of_drums(drums_stub, drums_pb.ComposeRequest(prompt=prompt, hints=asked))
            line = await first_of_melody(melody_stub, melody_pb.ComposeRequest(prompt=prompt, hints=of_bass))
            used = groove.intent.swing
            assert used.unit != SWING_UNIT_UNSPECIFIED
            assert used == groove.constraints.swing == groove.feel.swing, prompt
            assert used == line.intent.swing == line.constraints.swing, prompt
            assert source_of_swing(groove) == source_of_swing(line)
            if swing is not None and source_of_swing(line) != SOURCE_PROMPT:
                assert (used, source_of_swing(line)) == (given, SOURCE_HINT)


async def test_swing_follows_words_then_the_hint_then_the_style(melody_stub: MelodyServiceStub) -> None:
    async def understood(prompt: str, swing: Swing | None = None) -> tuple[float, int, int]:
        request = melody_pb.ComposeRequest(prompt=prompt, hints=IntentOptions(swing=swing))
        started = await first_of_melody(melody_stub, request)
        return round(started.intent.swing.amount, 2), started.intent.swing.unit, source_of_swing(started)

    given = Swing(amount=0.2)
    assert await understood("une basse jazz") == (0.33, SWING_UNIT_EIGHTH, SOURCE_STYLE)
    assert await understood("une basse jazz", swing=given) == (0.2, SWING_UNIT_EIGHTH, SOURCE_HINT)
    assert await understood("une basse jazz", swing=Swing()) == (0, SWING_UNIT_EIGHTH, SOURCE_HINT)
    assert await understood("une basse house", swing=given) == (0.2, SWING_UNIT_SIXTEENTH, SOURCE_HINT)
    assert await understood("une basse jazz sans swing", swing=given) == (0, SWING_UNIT_EIGHTH, SOURCE_PROMPT)
    sixteenths = Swing(amount=0.1, unit=SWING_UNIT_SIXTEENTH)
    assert await understood("basse rock avec du swing", swing=sixteenths) == (0.33, SWING_UNIT_SIXTEENTH, SOURCE_PROMPT)


async def test_a_swing_that_overrides_is_the_same_for_every_expert(
    melody_stub: MelodyServiceStub, drums_stub: DrumsServiceStub
) -> None:
    for prompt in ("jazz", "jazz sans swing", "house swing 66 %"):
        for swing in (Swing(amount=0.25), Swing(), Swing(amount=0.1, unit=SWING_UNIT_SIXTEENTH)):
            hints, overrides = IntentOptions(swing=Swing(amount=0.5)), IntentOptions(swing=swing)
            groove = await first_of_drums(
                drums_stub, drums_pb.ComposeRequest(prompt=prompt, hints=hints, overrides=overrides)
            )
            line = await first_of_melody(
                melody_stub, melody_pb.ComposeRequest(prompt=prompt, hints=hints, overrides=overrides)
            )
            assert groove.feel.swing == groove.intent.swing == line.intent.swing == line.constraints.swing
            assert line.intent.swing.amount == swing.amount
            assert source_of_swing(groove) == source_of_swing(line) == SOURCE_OVERRIDE


async def test_the_feel_of_a_request_wins_and_is_told_everywhere(drums_stub: DrumsServiceStub) -> None:
    for prompt in ("batterie jazz", "batterie jazz sans swing", "batterie house swing 66 %"):
        for swing in (Swing(amount=0.25), Swing(), Swing(amount=0.1, unit=SWING_UNIT_SIXTEENTH)):
            asked = drums_pb.ComposeRequest(
                prompt=prompt,
                feel=Feel(swing=swing),
                hints=IntentOptions(swing=Swing(amount=0.5)),
                overrides=IntentOptions(swing=Swing(amount=0.4)),
            )
            told = await first_of_drums(drums_stub, asked)
            assert told.feel.swing == told.intent.swing == told.constraints.swing
            assert told.feel.swing.amount == swing.amount
            assert told.feel.swing.unit == (swing.unit or told.intent.swing.unit) != SWING_UNIT_UNSPECIFIED
            assert source_of_swing(told) == SOURCE_OVERRIDE


def test_there_are_styles_to_compare() -> None:
    assert {*EIGHTHS, *SIXTEENTHS} <= load_styles().keys()
