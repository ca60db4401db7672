"""ABC tunes on the grid, and tunes that are the same under another name."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from music21 import converter

from services.melody.next_note_models.folk_model import HOLD, ONSET, REST
from training.data.abc_collections import COLLECTIONS, FROZEN, read_folder
from training.data.duplicates import drop_duplicates, fingerprints, split
from training.data.music21_score import read_score
from training.data.tunes import Tune, TuneNote, UnreadableTune
from training.folk.grid import events, observe

HEADER = "X:1\nT:A tune\nM:3/4\nL:1/8\nK:Gm\n"
TUNE = HEADER + "D2|G3A B2|c2-c2 z2|(3ABc d2 ^f2|{a}g4:|\nd2|g2 f2 e2|d6|B2 A2 F2|G4|]\n"


def read(text: str) -> Tune:
    return read_score(converter.parse(text, format="abc"), "test")


def bar(tune: Tune, index: int) -> list[tuple[int, int, int]]:
    return [(note.step, note.steps, note.pitch) for note in tune.notes if note.bar == index]


def test_a_pickup_ends_where_the_first_bar_begins() -> None:
    assert bar(read(TUNE), 0) == [(8, 4, 62)]


def test_notes_have_their_place_length_and_pitch_in_the_key() -> None:
    tune = read(TUNE)
    assert (tune.beats, tune.beat_unit, tune.tonic, tune.mode) == (3, 4, 7, "minor")
    assert bar(tune, 1) == [(0, 6, 67), (6, 2, 69), (8, 4, 70)]


def test_ties_are_joined_and_grace_notes_left_out() -> None:
    tune = read(TUNE)
    assert bar(tune, 2) == [(0, 8, 72)]
    assert bar(tune, 4)[0] == (0, 8, 79)


def test_triplets_are_quantised_inside_their_bar() -> None:
    assert [step for step, _, _ in bar(read(TUNE), 3)] == [0, 1, 3, 4, 8]


def test_a_repeat_inside_a_bar_does_not_shift_what_follows() -> None:
    tune = read(TUNE)
    assert bar(tune, 4)[-1] == (8, 4, 74)  # the second part's pickup completes the bar
    assert bar(tune, 5) == [(0, 4, 79), (4, 4, 77), (8, 4, 75)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("X:1\nT:A tune\nM:none\nL:1/8\nK:G\n" + "GABcdefg" * 4, "metre"),
        (HEADER + "G2 A2 B2|c6|d6|]", "short"),
    ],
)
def test_what_cannot_be_used_says_why(text: str, reason: str) -> None:
    with pytest.raises(UnreadableTune, match=reason):
        read(text)


def test_bad_tunes_of_a_folder_are_counted_and_the_cache_is_used(tmp_path: Path) -> None:
    tunes, cache = tmp_path / "tunes", tmp_path / "cache"
    tunes.mkdir()
    lines = "G2 A2 B2|c6|" * 4
    bad = [
        HEADER + "G2 A2 B2|c6|\n",
        HEADER + lines + "\nK:D\n" + lines,
        HEADER + lines + "[K:Dm]" + lines,
        HEADER + lines + "\nM:4/4\n" + lines,
    ]
    (tunes / "some.abc").write_text("\n".join([TUNE, *bad]), encoding="utf-8")
    corpus = read_folder(tunes, cache)
    assert [tune.title for tune in corpus.tunes] == ["A tune"]
    assert corpus.skipped == {"changes key": 2, "changes metre": 1, "too short": 1}
    kept = next(cache.iterdir())
    kept.write_text(kept.read_text().replace("A tune", "From the cache"))
    assert read_folder(tunes, cache).tunes[0].title == "From the cache"


def test_events_tell_onsets_holds_and_rests() -> None:
    line = events(read(TUNE))
    assert line[1] == [ONSET, HOLD, HOLD, HOLD, HOLD, HOLD, ONSET, HOLD, ONSET, HOLD, HOLD, HOLD]
    assert line[2] == [ONSET, *[HOLD] * 7, REST, HOLD, HOLD, HOLD]


def test_a_transposed_tune_teaches_the_same() -> None:
    tune = read(TUNE)
    higher = replace(
        tune, tonic=(tune.tonic + 5) % 12, notes=tuple(replace(note, pitch=note.pitch + 5) for note in tune.notes)
    )
    assert observe(higher) == observe(tune)
    assert len(observe(tune).interval) == len(tune.notes) - 1


notes = st.lists(st.integers(60, 80), min_size=32, max_size=32).filter(lambda pitches: len(set(pitches[::2][:16])) > 8)


def eighths(pitches: list[int], name: str = "a/b/1") -> Tune:
    """A tune in 4/4 of eighths."""
    line = tuple(TuneNote(place // 8, place % 8 * 2, 2, pitch) for place, pitch in enumerate(pitches))
    return Tune(name, "", 4, 4, 0, "major", 4, line)


@given(notes, st.integers(-12, 12))
def test_the_same_tune_in_another_key_is_dropped(pitches: list[int], shift: int) -> None:
    frozen = eighths(pitches)
    other = eighths([pitch + shift for pitch in pitches], "c/d/2")
    assert drop_duplicates([other], [frozen]) == ([], 1)


@given(notes)
def test_the_same_tune_with_other_passing_notes_is_dropped(pitches: list[int]) -> None:
    ornamented = [pitch if place % 2 == 0 else pitch + 1 for place, pitch in enumerate(pitches)]
    assert drop_duplicates([eighths(ornamented)], [eighths(pitches)]) == ([], 1)


def test_another_tune_is_kept() -> None:
    scale = [60, 62, 64, 65, 67, 69, 71, 72]
    one, other = eighths(scale * 4), eighths([*scale[::-1]] * 4, "c/d/2")
    assert drop_duplicates([other], [one]) == ([other], 0)
    assert not fingerprints(one) & fingerprints(other)


@given(st.lists(notes, min_size=4, max_size=12))
def test_near_duplicates_stay_on_one_side_of_the_split(tunes: list[list[int]]) -> None:
    named = [eighths(pitches, f"x/{index}/1") for index, pitches in enumerate(tunes)]
    doubles = [eighths([pitch + 3 for pitch in pitches], f"y/{index}/1") for index, pitches in enumerate(tunes)]
    training, held_out = split([*named, *doubles], 2)
    assert sorted(tune.name for tune in (*training, *held_out)) == sorted(tune.name for tune in (*named, *doubles))
    sides = {tune.name: side for side, part in enumerate((training, held_out)) for tune in part}
    assert all(sides[f"x/{index}/1"] == sides[f"y/{index}/1"] for index in range(len(tunes)))
    assert split([*doubles, *named], 2) == (training, held_out)


def test_the_frozen_tunes_and_the_non_commercial_ones_are_not_learned() -> None:
    assert not set(COLLECTIONS) & {*FROZEN, "essenFolksong"}
