"""The pictures and sounds of the README are what the product makes now."""

import re
from pathlib import Path

import pytest

from cli import showcase
from launcher.settings import ROOT

DOCS = ROOT / "docs"
_MOST_BYTES = 200_000


@pytest.mark.timeout(300)
def test_pictures_and_sounds_are_those_of_their_prompts(tmp_path: Path) -> None:
    assert showcase.stale(DOCS) == [], "./boumb export showcase docs makes them again"


def test_a_picture_of_other_notes_would_be_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def make(names: set[str]) -> dict[str, bytes]:
        return {"compose.svg": (DOCS / "compose.svg").read_bytes().replace("▉".encode(), "━".encode(), 1)}

    monkeypatch.setattr(showcase, "make", make)
    assert showcase.stale(DOCS) == ["compose.svg"]


@pytest.mark.parametrize("sound", showcase.SOUNDS, ids=lambda sound: sound.name)
def test_each_sound_is_small_and_stands_beside_what_makes_it(sound: showcase.Sound) -> None:
    content = (DOCS / f"sounds/{sound.name}.mp3").read_bytes()
    assert content[:3] == b"ID3" or content[0] == 0xFF
    assert 20_000 < len(content) < _MOST_BYTES
    for page in ("README.md", "README.fr.md"):
        text = (ROOT / page).read_text("utf-8")
        assert re.search(rf"\(docs/sounds/{sound.name}\.mp3\) \| `{re.escape(sound.command)}` \|", text), page
