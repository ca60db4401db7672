"""Grooves of a language model: whatever keeps to the pattern is a playable bar, however it is cut in pieces."""

from pathlib import Path

import pytest
from boumbapp.music.v2 import music_pb2 as pb
from boumbapp.music.v2.events_pb2 import BarReady
from boumbapp.music.v2.feel_pb2 import Feel
from boumbapp.music.v2.intent_pb2 import Constraints, Intent
from boumbapp.music.v2.music_pb2 import ROLE_DRUMS, Bar, Meter, Swing
from hypothesis import given
from hypothesis import strategies as st

from llm.capability import Capability
from llm.catalogue import Dialect
from services.composition.language_model.song_plan import MOST_TOKENS, SongPlan, pattern, read_plan
from services.drums.engines.brief import DrumsBrief, bar_of
from services.drums.engines.groove_engine import Groove
from services.drums.kit.kit import playable
from services.drums.language_model.readers import COLOURS
from services.drums.language_model.writer import DrumsWriter
from services.drums.performance.deviation_model import FeelModel

MODELS = Path(__file__).parents[3] / "models"
FEEL, _ = FeelModel.load(MODELS / "groove-feel")
WRITER = DrumsWriter(FEEL)
MODEL = Capability(
    model="smollm2:135m",
    digest="",
    server="1",
    dialect=Dialect.INSTRUCT,
    keeps_schemas=True,
    tokens_per_s=50,
    prompt_tokens_per_s=500,
    load_s=0,
    context=2048,
    bytes_per_token=3,
    auto=True,
    speaks_well=False,
)
METERS = st.sampled_from([(4, 4), (3, 4), (6, 8), (7, 8), (5, 4)])
STYLES = st.sampled_from(["", "rock", "jazz", "trap", "samba"])


def brief_of(meter: tuple[int, int], style: str) -> DrumsBrief:
    constraints = Constraints(
        meter=Meter(beats=meter[0], beat_unit=meter[1]),
        role=ROLE_DRUMS,
        swing=Swing(amount=0.2, unit=pb.SWING_UNIT_EIGHTH),
    )
    return DrumsBrief(constraints=constraints, intent=Intent(bpm=120, style=style, locale="fr"), bars=4, seed=3)


def check(bar: Bar, brief: DrumsBrief) -> None:
    steps = brief.constraints.meter.beats * 16 // brief.constraints.meter.beat_unit
    assert bar.meter == brief.constraints.meter
    assert all(hit.step < steps for hit in bar.hits)
    for step in range(steps):
        together = [hit.piece for hit in bar.hits if hit.step == step]
        assert len(set(together)) == len(together)


@given(METERS, STYLES, st.data())
def test_every_bar_that_the_pattern_allows_can_be_played(
    meter: tuple[int, int], style: str, data: st.DataObject
) -> None:
    brief = brief_of(meter, style)
    task = WRITER.free(brief, [], MODEL)
    assert task.ask.schema is not None
    text = data.draw(st.from_regex(task.ask.schema["pattern"], fullmatch=True))
    for letter in f'"{text}"':
        if task.reader.take(letter):
            break
    draft = task.reader.draft()
    check(bar_of(draft), brief)
    assert draft.bar.hits


@given(METERS, STYLES, st.data())
def test_colours_leave_the_groove_playable(meter: tuple[int, int], style: str, data: st.DataObject) -> None:
    brief = brief_of(meter, style)
    draft: BarReady = Groove(brief, FEEL).next_bar([])
    task = WRITER.colouring(brief, [], draft, MODEL)
    assert task is not None
    assert task.ask.schema is not None
    letters = data.draw(st.from_regex(task.ask.schema["pattern"], fullmatch=True))
    task.reader.take(f'"{letters}"')
    made = task.reader.draft()
    check(bar_of(made), brief)
    added = {(hit.step, hit.piece) for hit in made.bar.hits} - {(hit.step, hit.piece) for hit in draft.bar.hits}
    for step, piece in added:
        if piece != pb.DRUM_PIECE_OPEN_HAT:
            others = [hit.piece for hit in made.bar.hits if hit.step == step and hit.piece != piece]
            assert playable(piece, others, percussionist=True)


def test_each_letter_colours_its_beat() -> None:
    brief = brief_of((4, 4), "rock")
    for letter in COLOURS:
        draft = Groove(brief, FEEL).next_bar([])
        before = [(hit.step, hit.piece) for hit in draft.bar.hits]
        task = WRITER.colouring(brief, [], draft, MODEL)
        assert task is not None
        task.reader.take(f'"{letter}ccc"')
        after = [(hit.step, hit.piece) for hit in task.reader.draft().bar.hits]
        assert [hit for hit in after if hit[0] >= 5] == [hit for hit in before if hit[0] >= 5]
        assert (after == before) == (letter == "c")


@pytest.mark.parametrize("text", ["", "k", "k 99 s t2", "kick on one", "k 0 s 4 12 t"])
def test_what_is_no_groove_is_refused(text: str) -> None:
    task = WRITER.free(brief_of((4, 4), ""), [], MODEL)
    task.reader.take(f'"{text}"')
    with pytest.raises(ValueError, match=r"groove|step"):
        task.reader.draft()


def test_a_plan_never_wins_over_what_the_request_says() -> None:
    brief = brief_of((4, 4), "")
    plan = read_plan("trap form AABA A h3 B l1 C m2", ["rock", "trap"])
    assert WRITER.planned(brief, plan, 0).feel == Feel(
        intensity=WRITER.planned(brief, plan, 1).feel.intensity, complexity=0.8
    )
    assert WRITER.planned(brief, plan, 2).feel.complexity == pytest.approx(0.2)
    assert WRITER.planned(brief, plan, 2).intent.style == "trap"
    asked = DrumsBrief(
        constraints=brief.constraints, intent=Intent(bpm=120, style="rock"), bars=4, seed=1, feel=Feel(complexity=0.5)
    )
    planned = WRITER.planned(asked, plan, 2)
    assert (planned.feel.complexity, planned.intent.style) == (0.5, "rock")


@given(st.lists(st.sampled_from(["rock", "funk", "acid_jazz"]), unique=True), st.data())
def test_every_plan_that_the_pattern_allows_is_read(styles: list[str], data: st.DataObject) -> None:
    text = data.draw(st.from_regex(pattern(styles), fullmatch=True)).strip()
    plan = read_plan(text, styles)
    assert isinstance(plan, SongPlan)
    assert (plan.style in styles) == bool(styles)
    assert plan.at(5) == plan.sections[plan.form[1]]
    assert len(text.split()) < MOST_TOKENS / 3


@given(st.text(max_size=60))
def test_any_other_text_is_no_plan(text: str) -> None:
    with pytest.raises(ValueError, match="no plan"):
        read_plan(text, ["rock"])
