"""The animation of the studio: how long each picture is shown, and what is in the file."""

from pathlib import Path

import pytest
from PIL import Image

from cli import film
from launcher.settings import ROOT

_MOST_BYTES = 1_500_000
_LEAST_PICTURES = 60


def test_pictures_that_follow_too_fast_are_left_out_and_time_stays() -> None:
    shown = film.durations([0.0, 0.01, 0.02, 0.2, 0.21, 0.5, 0.8])
    assert list(shown) == [0, 3, 5, 6]
    assert list(shown.values())[:-1] == [200, 300, 300]


def test_nothing_that_stands_still_is_shown_for_long() -> None:
    assert max(list(film.durations([0.0, 30.0, 30.2]).values())[:-1]) <= 1000


def test_pictures_become_an_animation(tmp_path: Path) -> None:
    for number, colour in enumerate(("red", "green", "blue")):
        Image.new("RGB", (40, 20), colour).save(tmp_path / f"{number:04}.png")
    film.film(tmp_path, [0.0, 0.5, 1.0], tmp_path / "deep/film.webp")
    with Image.open(tmp_path / "deep/film.webp") as made:
        assert (made.format, made.n_frames, made.info["loop"]) == ("WEBP", 3, 0)  # type: ignore[attr-defined]


@pytest.mark.parametrize("page", ["README.md", "README.fr.md"])
def test_the_one_that_is_shown_moves_and_is_small(page: str) -> None:
    path = ROOT / "docs" / film.NAME
    assert f"](docs/{film.NAME})" in (ROOT / page).read_text("utf-8")
    assert path.stat().st_size < _MOST_BYTES
    with Image.open(path) as shown:
        assert shown.n_frames >= _LEAST_PICTURES  # type: ignore[attr-defined]
        shown.seek(0)
        first = shown.convert("RGB")
        shown.seek(shown.n_frames - 1)  # type: ignore[attr-defined]
        assert first.tobytes() != shown.convert("RGB").tobytes()
