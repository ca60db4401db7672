"""Whatever is said of a pitched part: what is not named stays note for note, and locks hold."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from boumbapp.music.v2.intent_pb2 import BarPlan
from boumbapp.music.v2.music_pb2 import ROLE_CHORDS, ROLE_MELODY, Bar, Key, Meter, Note, Swing
from hypothesis import given, settings
from hypothesis import strategies as st

from music.divisions import DIVISIONS, allowed_divisions, steps_in_bar
from music.event_ids import give_ids, ids_of
from services.chassis.errors.catalogue import ApiError
from services.composition.refining.addressing import Addressee, Player
from services.composition.refining.errors import NO_SUCH_BAR
from services.melody.refine.apply import OPERATIONS
from services.melody.refine.describe import describe
from services.melody.refine.messages import edit_of, message_of
from services.melody.refine.model.edits import Action, Edit
from services.melody.refine.model.harmony import Harmony
from services.melody.refine.model.part import Locks, PartEditor
from services.melody.refine.parse.parser import parse_instruction

C_MAJOR = BarPlan(key=Key(tonic="C", scale="major"), tonic=0, pitch_classes=0b1010_1011_0101)
ALONE = Addressee(Player("melody"))
REFUSED_BESIDE_LOCKS = {"supprime la mesure 2", "2 mesures de moins", "switch bars 1 and 3"}
FEW = settings(max_examples=50, deadline=None)
# What is said, and the bars (from 0) of a piece of four that it may change; None for all of them.
SAYINGS: dict[str, set[int] | None] = {
    "un ton plus haut dans la mesure 2": {1},
    "down an octave in bars 2 to 3": {1, 2},
    "une tierce plus haut à la fin": {3},
    "invert bar 3": {2},
    "à l'envers dans les deux dernières mesures": {2, 3},
    "staccato sauf la première": {1, 2, 3},
    "legato in the first half": {0, 1},
    "plus de notes dans la mesure 4": {3},
    "fewer notes in bar 1": {0},
    "more rests in bar 2": {1},
    "longer notes in bar 3": {2},
    "notes plus courtes dans la mesure 3": {2},
    "ornament the last bar": {3},
    "syncopate bar 2": {1},
    "double the last note": None,
    "décale d'une croche la mesure 2": {1},
    "silence à la mesure 3": {2},
    "enlève la dernière note": None,
    "swing": None,
    "straight in bar 1": {0},
    "quantise bar 4": {3},
    "plus humain dans la mesure 1": {0},
    "plus mécanique": None,
    "laid back in bar 2": {1},
    "10 ms plus tôt dans la mesure 2": {1},
    "plus fort une mesure sur deux": {1, 3},
    "crescendo sur la mesure 4": {3},
    "fade out at the end": {3},
    "make bar 3 like bar 1": {2},
    "répète les 2 premières mesures": {2, 3},
    "switch bars 1 and 3": {0, 2},
    "enlève les notes rapides dans la 2": {1},
    "half time": None,
    "double time in the last two bars": {2, 3},
    "passe en 3/4": None,
    "supprime la mesure 2": None,
    "2 mesures de moins": None,
    "finis sur la tonique": None,
    "plus montante dans la mesure 4": {3},
    "double à l'octave dans la mesure 1": {0},
    "ajoute une seconde voix dans la mesure 1": {0},
    "plus simple, sauf la mesure 2": {0, 2, 3},
    "120 bpm": None,
}


@st.composite
def parts(draw: st.DrawFn) -> list[Bar]:
    """Four bars of one metre, on any grid, with micro-timing and ids."""
    beats, unit = draw(st.sampled_from([(4, 4), (3, 4), (6, 8), (7, 8)]))
    meter = Meter(beats=beats, beat_unit=unit)
    chordal = draw(st.booleans())
    bars: list[Bar] = []
    taken: set[int] = set()
    for index in range(4):
        bar = Bar(index=index, meter=meter)
        bar.divisions = draw(st.sampled_from([each for each in DIVISIONS if each in allowed_divisions(bar)]))
        steps = steps_in_bar(bar)
        starts = sorted(draw(st.sets(st.integers(0, steps - 1), max_size=6)))
        for start, end in pairwise([*starts, steps]):
            pitch = draw(st.integers(30, 90))
            for voice in (0, 4, 7) if chordal else (0,):
                bar.notes.append(
                    Note(
                        pitch=pitch + voice,
                        start_step=start,
                        duration_steps=draw(st.integers(1, end - start)),
                        velocity=draw(st.integers(1, 127)),
                        offset_ticks=draw(st.integers(-20, 20)),
                    )
                )
        give_ids(bar, taken)
        bars.append(bar)
    return bars


def edits_of(text: str) -> tuple[Edit, ...]:
    return parse_instruction(text, ALONE).edits


def refined(bars: Sequence[Bar], edits: Sequence[Edit], seed: int = 1, locks: Locks | None = None) -> PartEditor:
    kept = tuple(edit for edit in edits if edit.action is Action.KEEP)
    chordal = any(len({note.start_step for note in bar.notes}) < len(bar.notes) for bar in bars)
    part = PartEditor(
        bars,
        100,
        role=ROLE_CHORDS if chordal else ROLE_MELODY,
        harmony=Harmony((C_MAJOR,)),
        swing=Swing(),
        locks=locks or Locks(kept=kept),
        seed=seed,
    )
    for edit in edits:
        OPERATIONS[edit.action](part, edit)
    return part


def messages(part: PartEditor, bars: Sequence[Bar]) -> list[Bar]:
    return part.messages(ids_of(bars))


@FEW
@given(parts(), st.sampled_from(sorted(SAYINGS)), st.integers(0, 2**32 - 1))
def test_bars_that_are_not_named_are_the_very_same(bars: list[Bar], text: str, seed: int) -> None:
    before = [bar.SerializeToString() for bar in bars]
    made = messages(refined(bars, edits_of(text), seed), bars)
    assert [bar.SerializeToString() for bar in bars] == before, "the part given was changed"
    named = SAYINGS[text]
    if named is not None:
        assert [bar for at, bar in enumerate(made) if at not in named] == [
            bar for at, bar in enumerate(bars) if at not in named
        ]


@FEW
@given(parts(), st.sampled_from(sorted(SAYINGS)), st.integers(0, 2**32 - 1))
def test_what_comes_out_is_what_the_contract_allows(bars: list[Bar], text: str, seed: int) -> None:
    made = messages(refined(bars, edits_of(text), seed), bars)
    ids = [note.id for bar in made for note in bar.notes]
    assert len(set(ids)) == len(ids)
    assert all(ids)
    for bar in made:
        steps = steps_in_bar(bar)
        for note in bar.notes:
            assert 0 <= note.pitch <= 127
            assert 1 <= note.velocity <= 127
            assert note.start_step < steps
            assert 1 <= note.duration_steps <= steps - note.start_step
            assert -120 <= note.offset_ticks <= 120
            assert -120 <= note.release_ticks <= 120
        assert list(bar.notes) == sorted(bar.notes, key=lambda note: (note.start_step, note.pitch))


POSITIONED = (
    "plus fort sur le temps 2",
    "un ton plus haut sur le temps 1 de la mesure 3",
    "louder on the offbeats",
    "silence sur le temps 2",
    "staccato in the first half of bar 2",
    "une octave plus bas sur les temps forts",
)


def sounding(bar: Bar) -> list[tuple[int, ...]]:
    """Notes in ticks, whatever the divisions of their bar."""
    step = 480 // (bar.divisions or 4)
    return [
        (n.start_step * step, n.duration_steps * step, n.pitch, n.velocity, n.offset_ticks, n.release_ticks, n.id)
        for n in bar.notes
    ]


@FEW
@given(parts(), st.sampled_from(POSITIONED))
def test_notes_beside_the_places_named_are_the_same(bars: list[Bar], text: str) -> None:
    (edit,) = edits_of(text)
    meters = [bar.meter for bar in bars]
    for at, (before, after) in enumerate(zip(bars, messages(refined(bars, [edit]), bars), strict=True)):
        named = frozenset[int]().union(*(place.steps_of(at, meters) for place in edit.locations))
        untouched = [note for note in sounding(before) if note[0] // 120 not in named]
        assert [note for note in sounding(after) if note in untouched] == untouched


@FEW
@given(parts(), st.sampled_from(sorted(SAYINGS)), st.data())
def test_locks_hold_whatever_is_said(bars: list[Bar], text: str, data: st.DataObject) -> None:
    locked = data.draw(st.frozensets(st.integers(0, 3), max_size=2))
    notes = [note for bar in bars for note in bar.notes]
    held = data.draw(st.frozensets(st.sampled_from([note.id for note in notes]), max_size=3)) if notes else frozenset()
    try:
        made = messages(refined(bars, edits_of(text), locks=Locks(locked, held)), bars)
    except ApiError:  # a bar that is locked would be lost
        if text not in REFUSED_BESIDE_LOCKS:
            raise
        return
    assert all(made[at] == bars[at] for at in locked)
    after = {note.id: note for bar in made for note in bar.notes}
    ticks = {note.id: (bar.divisions or 4, note) for bar in bars for note in bar.notes}
    for number in held:
        divisions, note = ticks[number]
        same = next(bar.divisions or 4 for bar in made for each in bar.notes if each.id == number)
        assert (after[number].pitch, after[number].velocity) == (note.pitch, note.velocity)
        assert abs(after[number].start_step / same - note.start_step / divisions) < 1 / 8


@pytest.mark.parametrize("text", sorted(SAYINGS))
def test_every_saying_is_an_edit_that_can_be_sent_as_data_and_described(text: str) -> None:
    edits = edits_of(text)
    assert edits
    for edit in edits:
        assert edit_of(message_of(edit), "edits[0]") == edit
        for locale in ("fr", "en"):
            assert "{" not in describe(edit, locale)


def test_a_bar_that_is_not_there_is_refused() -> None:
    bars = [Bar(index=0, meter=Meter(beats=4, beat_unit=4), notes=[Note(pitch=60, duration_steps=4, velocity=90)])]
    for text in ("un ton plus haut dans la mesure 2", "make bar 1 like bar 9"):
        with pytest.raises(ApiError) as caught:
            refined(bars, edits_of(text))
        assert caught.value.code is NO_SUCH_BAR
