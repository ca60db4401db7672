"""Parts of the journal that need no database: reading what comes from outside, keys, pages, counts."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from boumbapp.journal.v2.interaction_pb2 import INTERACTION_KIND_REFINE, SIGNAL_KIND_DISCARDED, SIGNAL_KIND_KEPT
from boumbapp.music.v2.intent_pb2 import Evidence, Intent
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors.catalogue import ApiError
from services.journal.domain.identity import KeysError, load_keys, parse_keys, save_keys
from services.journal.domain.piece import NewPiece
from services.journal.domain.preferences import Counts, Trait, change, totals
from services.journal.domain.reading import NotAnInteraction, read_interaction, unused_words
from services.journal.domain.refinements import REFINEMENTS, named
from services.journal.domain.repository import Cursor
from services.journal.pages import cursor_of, token_of
from tests.integration.journal.interactions import interaction


@given(st.binary(max_size=300))
def test_any_bytes_are_an_interaction_or_refused(content: bytes) -> None:
    with suppress(NotAnInteraction):
        assert isinstance(read_interaction(content), NewPiece)


@given(st.integers(0, 2000), st.integers(0, 255))
def test_damage_is_refused_or_read_never_worse(place: int, value: int) -> None:
    content = bytearray(interaction("r1").SerializeToString())
    content[place % len(content)] = value
    with suppress(NotAnInteraction):
        piece = read_interaction(bytes(content)).piece
        assert len(piece.style) <= 64
        assert "\0" not in piece.prompt + piece.style + piece.engine


def test_the_document_has_no_user() -> None:
    new = read_interaction(interaction("r1", user="ana-the-user").SerializeToString())
    assert new.user == "ana-the-user"
    assert b"ana-the-user" not in new.document


def test_words_that_nothing_used() -> None:
    intent = Intent(evidence=[Evidence(slot="style", words="funky"), Evidence(slot="key", words="Sol mineur")])
    assert unused_words("Fais une basse funky Zorglub en Sol mineur, zorglub!", intent) == ["basse", "zorglub"]
    assert unused_words("whatever", Intent()) == ()


@given(st.text(min_size=1, max_size=60), st.sampled_from(["", "funk"]))
def test_tokens_that_were_not_given_out_are_refused(token: str, style: str) -> None:
    with pytest.raises(ApiError):
        cursor_of(token, style)


@given(st.integers(0, 2**62), st.integers(0, 2**62))
def test_tokens_lead_back_to_their_place_in_their_list_only(began: int, row: int) -> None:
    token = token_of(Cursor(began, row), "funk")
    assert cursor_of(token, "funk") == Cursor(began, row)
    with pytest.raises(ApiError):
        cursor_of(token, "")


def test_keys_are_made_once_for_their_owner_only_and_rotate(tmp_path: Path) -> None:
    path = tmp_path / "journal/keys"
    first = load_keys(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_keys(path) == first
    save_keys(path, first.rotated())
    both = load_keys(path)
    assert both.current == "2"
    assert both.hashes("ana")[1] == first.hashes("ana")[0]
    assert both.hashes("ana")[0] != first.hashes("ana")[0]
    for wrong in ("", "1:zz", "1:abcd", "x:" + "ab" * 32, f"1:{'ab' * 32},1:{'cd' * 32}"):
        with pytest.raises(KeysError):
            parse_keys(wrong, "test")


def test_judging_again_leaves_the_counts_of_the_last_judgement() -> None:
    piece = read_interaction(interaction("r1").SerializeToString()).piece
    steps = [
        replace(piece, stars=2),
        replace(piece, stars=5),
        replace(piece, stars=5, signals=1 << SIGNAL_KIND_KEPT),
        replace(piece, stars=5, signals=1 << SIGNAL_KIND_KEPT | 1 << SIGNAL_KIND_DISCARDED),
    ]
    counts, before = dict(totals([piece])), piece
    for after in steps:
        for trait, difference in change(before, after).items():
            counts[trait] += difference
        before = after
    assert counts == dict(totals([before]))
    assert counts[Trait("style", "funk")] == Counts(1, 1, 5, 1, 1)


@given(st.lists(st.integers(1, 5), max_size=30), st.integers(0, 9), st.integers(0, 9))
def test_liking_is_a_share_and_grows_with_what_pleased(stars: list[int], kept: int, dropped: int) -> None:
    counts = Counts(30, len(stars), sum(stars), kept, dropped)
    assert 0 < counts.liking < 1
    assert (counts + Counts(kept=1)).liking > counts.liking > (counts + Counts(dropped=1)).liking


@pytest.mark.parametrize("name", REFINEMENTS)
def test_suggested_words_are_known_again_when_they_are_written(name: str) -> None:
    for locale in ("fr", "en"):
        assert name in named(REFINEMENTS[name].words.in_(locale))
    made = interaction("r1", kind=INTERACTION_KIND_REFINE, prompt=REFINEMENTS[name].words.fr)
    assert Trait("refinement", name) in totals([read_interaction(made.SerializeToString()).piece])
