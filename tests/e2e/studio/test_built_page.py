"""The page as it is built: small, whole, and with the licences of what it carries."""

import pytest

from cli.studio import ensure_built
from gateway.site.config import BUILT
from gateway.site.files import Site

_MOST_BYTES = 350_000
_SOUNDS = "samples.worker"  # comes with the sounds, when the page plays already
_TOLD = ("Frank Wen", "Michael Cowgill", "spessasynth_core", "Apache License", "Yotam Mann", "SIL OPEN FONT LICENSE")


@pytest.mark.usefixtures("web_tools")
async def test_the_page_is_small_and_tells_its_licences() -> None:
    assert await ensure_built() == ""
    assert await ensure_built() == ""  # nothing to do
    scripts = [path for path in BUILT.rglob("*.js.gz") if _SOUNDS not in path.name]
    assert 0 < sum(path.stat().st_size for path in scripts) <= _MOST_BYTES
    assert [path.name for path in BUILT.rglob("*.sf3*") if "FluidR3Mono_GM" not in path.name] == []
    [licences] = BUILT.rglob("*licences*.js")
    told = licences.read_text("utf-8")
    for words in _TOLD:
        assert words in told, words
    site = Site(BUILT)
    page = site.find("/")
    assert page is not None
    text = page.path.read_text("utf-8")
    assert "<style" not in text
    assert all("src=" in tag for tag in text.split("<script")[1:]), "a script inside the page"
