"""Lists in pages."""

import base64

import pytest

from services.chassis.errors.catalogue import MALFORMED, ApiError
from services.chassis.server.pages import DEFAULT_SIZE, MAX_SIZE, page_of

NAMES = [f"{number:04}" for number in range(2500)]


def page(names: list[str], size: int = 0, token: str = "", of: str = "names") -> tuple[list[str], str]:
    found, following = page_of(names, str, of=of, size=size, token=token)
    return list(found), following


@pytest.mark.parametrize("size", [1, 7, 99, 100, 101])
@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 200])
def test_pages_follow_each_other_until_the_list_ends(count: int, size: int) -> None:
    names, token, pages = NAMES[:count], "", []
    while True:
        found, token = page(names, size, token)
        pages.append(found)
        if not token:
            break
    assert [name for each in pages for name in each] == names
    assert all(len(each) == size for each in pages[:-1])
    assert len(pages) == max(1, -(-count // size)), "a full last page is not followed by an empty one"


def test_no_size_is_the_default_and_too_large_a_size_the_largest() -> None:
    assert len(page(NAMES)[0]) == DEFAULT_SIZE
    assert len(page(NAMES, 10**9)[0]) == MAX_SIZE


def test_a_list_that_changes_between_pages_repeats_nothing() -> None:
    names = ["a", "c", "e", "g"]
    _, token = page(names, 2)
    assert page(["a", "b", "e", "f", "g"], 2, token)[0] == ["e", "f"], "the entry that the token names is gone"


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "????",
        "é",
        base64.urlsafe_b64encode(b"other/0001").decode(),
        base64.urlsafe_b64encode(b"names").decode(),
        base64.urlsafe_b64encode(b"names/").decode(),
        base64.urlsafe_b64encode(b"\xff/a").decode(),
    ],
)
def test_a_token_of_no_page_of_this_list_is_refused(token: str) -> None:
    with pytest.raises(ApiError) as caught:
        page(NAMES, 1, token)
    assert (caught.value.code, caught.value.field) == (MALFORMED, "page_token")
