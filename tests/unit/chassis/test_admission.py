"""Who gets a place: whatever order calls come and go in, no user and no few users take all of them."""

from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors.catalogue import OVERLOADED, STOPPING, USER_SHARE, ApiError, ErrorCode
from services.chassis.server.admission import PATIENCE_S, Admission, Place

PLACES = 128


class Hall:
    """An admission and those that it let in.

    Attributes:
        now: What its clock shows, in seconds.
        places: Those held, by user, oldest first.
        ended: Places whose calls were ended for others.
    """

    def __init__(self, places: int = PLACES, share: float = 0.5) -> None:
        self.now = 0.0
        self.admission = Admission(places, share, lambda: self.now)
        self.places: dict[str, list[tuple[Place, ExitStack]]] = {}
        self.ended: list[Place] = []

    def enter(self, user: str, *, reads: bool = True, streams: bool = True) -> ErrorCode | None:
        """Let a user call once; what refused them, if anything."""
        with ExitStack() as stack:
            try:
                place = stack.enter_context(self.admission.place(user, streams=streams))
            except ApiError as fault:
                return fault.code
            self.places.setdefault(user, []).append((place, stack.pop_all()))
            if not reads:
                self.admission.waits(place, lambda: self.ended.append(place))
        return None

    def leave(self, user: str) -> None:
        """End the oldest call of a user."""
        if self.places.get(user):
            self.places[user].pop(0)[1].close()

    def fill(self, user: str, *, reads: bool = True, streams: bool = True) -> int:
        """Let a user call until refused; how many calls were let in."""
        count = 0
        while self.enter(user, reads=reads, streams=streams) is None:
            count += 1
        return count


def test_a_user_alone_gets_half_and_is_told_so() -> None:
    hall = Hall()
    assert hall.fill("greedy") == PLACES // 2
    with pytest.raises(ApiError) as caught, hall.admission.place("greedy"):
        pass
    assert caught.value.code is USER_SHARE
    assert caught.value.text("en") == (
        "Your calls hold 64 of 128 places, as many as one user may have now; try again in 1.0 s."
    )
    assert caught.value.text("fr").startswith("Vos appels occupent 64 places sur 128")
    assert caught.value.status == "RESOURCE_EXHAUSTED"
    assert caught.value.retry_s == 1.0
    assert hall.enter("other") is None
    hall.leave("greedy")
    assert hall.enter("greedy") is None


def test_the_last_places_are_for_those_who_have_few_and_then_for_those_who_have_none() -> None:
    hall = Hall()
    assert (hall.fill("a"), hall.fill("b"), hall.fill("c"), hall.fill("d")) == (64, 32, 4, 4)
    assert (hall.fill("e"), hall.fill("f")) == (4, 4)
    assert [hall.fill(f"late {number}") for number in range(16)] == [1] * 16
    assert hall.admission.in_flight == PLACES
    assert hall.enter("a") is USER_SHARE
    assert hall.enter("late 0") is OVERLOADED


def test_when_all_is_taken_the_user_with_most_makes_room_for_one_with_none() -> None:
    hall = Hall(places=8, share=0.5)
    for user in ("a", "a", "a", "a", "b", "b", "c", "d"):
        assert hall.enter(user) is None
    assert hall.enter("new") is None
    assert [place.held for place, _ in hall.places["a"]] == [True, True, True, False], "the youngest goes"
    hall.leave("a")
    hall.places["a"].pop()[1].close()
    assert hall.admission.in_flight == 7, "the place that was given away is not given back"


@given(accounts=st.integers(1, PLACES - 1), reads=st.booleans())
def test_fewer_users_than_places_keep_out_nobody(accounts: int, reads: bool) -> None:
    hall = Hall()
    for _ in range(3):  # they try again and again
        for number in range(accounts):
            hall.fill(f"account {number}", reads=reads)
    assert hall.enter("newcomer") is None
    assert hall.admission.in_flight <= PLACES


def test_only_streams_make_room() -> None:
    hall = Hall(places=8, share=0.5)
    for user in ("a", "a", "a", "a", "b", "b", "c", "d"):
        assert hall.enter(user, streams=False) is None
    assert hall.enter("new") is OVERLOADED


@given(
    steps=st.lists(st.tuples(st.booleans(), st.integers(0, 9)), max_size=400),
    places=st.integers(1, 64),
    share=st.sampled_from([0.1, 0.25, 0.5, 0.75]),
)
def test_in_any_order_of_calls_the_rules_hold(steps: list[tuple[bool, int]], places: int, share: float) -> None:
    hall = Hall(places, share)
    for comes, number in steps:
        user = f"u{number}"
        if not comes:
            hall.leave(user)
            continue
        free, held = places - hall.admission.in_flight, hall.admission.held_by(user)
        most = max(map(hall.admission.held_by, hall.places), default=0)
        refused = hall.enter(user)
        if not held:
            assert refused is (None if free or most > 1 else OVERLOADED)
        if refused is None and held:
            assert held + 1 <= max(1, int(places * share))
            assert free > places / 4 or held < 4
            assert free > places / 8
        count = sum(place.held for places_of in hall.places.values() for place, _ in places_of)
        assert hall.admission.in_flight == count <= places
    for user in list(hall.places):
        while hall.places[user]:
            hall.leave(user)
    assert hall.admission.in_flight == 0
    assert not hall.admission._of_user
    assert not hall.admission._streams


@given(accounts=st.integers(1, 300), newcomers=st.integers(1, 40))
def test_callers_who_do_not_read_keep_out_nobody_who_holds_none(accounts: int, newcomers: int) -> None:
    hall = Hall()
    for number in range(accounts):
        hall.fill(f"account {number}", reads=False)
    hall.now += PATIENCE_S
    for number in range(newcomers):
        assert hall.enter(f"newcomer {number}") is None
    assert hall.admission.in_flight <= PLACES
    assert all(not place.held for place in hall.ended)


def test_who_waits_for_a_short_time_or_reads_keeps_the_place() -> None:
    hall = Hall(places=8, share=0.5)
    for number in range(8):
        assert hall.enter(f"u{number}", reads=number > 0) is None
    hall.now += PATIENCE_S / 2
    assert hall.enter("new") is OVERLOADED, "all hold one"
    hall.admission.goes_on(hall.places["u0"][0][0])
    hall.now += PATIENCE_S
    assert hall.enter("new") is OVERLOADED
    assert hall.ended == []


def test_the_place_of_the_user_who_holds_most_goes_first_and_never_to_one_who_holds_as_many() -> None:
    hall = Hall(places=8, share=0.5)
    for user in ("one", "many", "many", "many", "two", "two", "three", "four"):
        hall.enter(user, reads=False)
    hall.now += PATIENCE_S
    assert hall.enter("new") is None
    assert [place.user for place in hall.ended] == ["many"]
    hall.leave("many")  # the call that was ended; its place is not given back twice
    assert hall.admission.in_flight == 8
    held = hall.admission.held_by("many")
    assert hall.enter("two") in (OVERLOADED, USER_SHARE)
    assert hall.admission.held_by("many") == held


def test_calls_from_inside_are_counted_but_held_to_no_share() -> None:
    hall = Hall()
    assert hall.fill("") == PLACES
    assert hall.enter("") is OVERLOADED
    assert hall.enter("ana") is OVERLOADED


def test_with_a_share_of_one_a_user_may_have_all() -> None:
    hall = Hall(share=1.0)
    assert hall.fill("alone", reads=False) == PLACES
    hall.now += PATIENCE_S
    assert hall.enter("other") is OVERLOADED
    assert hall.ended == []


def test_a_closed_server_takes_nobody() -> None:
    hall = Hall()
    hall.admission.close()
    assert hall.enter("ana") is STOPPING
