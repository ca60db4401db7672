"""When the studio's page is built again."""

from pathlib import Path

import pytest

from cli import studio, tools
from cli.messages.user_errors import UserError


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page's sources, and where it is built."""
    web = tmp_path / "web"
    (web / "node_modules/react").mkdir(parents=True)
    (web / "studio").mkdir()
    (web / "studio/main.tsx").write_text("one")
    built = web / "studio/dist"
    monkeypatch.setattr(studio, "ROOT", tmp_path)
    monkeypatch.setattr(studio, "_SOURCES", (web,))
    monkeypatch.setattr(studio, "BUILT", built)
    return web


def mark_built(web: Path) -> None:
    (web / "studio/dist").mkdir(exist_ok=True)
    (web / "studio/dist/.built-from").write_text(studio._digest())


def test_it_is_current_until_a_source_changes(sources: Path) -> None:
    assert not studio.is_current()
    mark_built(sources)
    assert studio.is_current()
    (sources / "studio/main.tsx").write_text("two")
    assert not studio.is_current()
    mark_built(sources)
    (sources / "studio/other.tsx").touch()
    assert not studio.is_current()


def test_libraries_and_the_page_itself_are_no_sources(sources: Path) -> None:
    mark_built(sources)
    (sources / "node_modules/react/index.js").write_text("x")
    (sources / "studio/dist/index.html").write_text("x")
    (sources / "studio/dist.4711").mkdir()
    (sources / "studio/dist.4711/half.js").write_text("x")
    assert studio.is_current()


def test_without_node_the_way_to_get_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    node = next(tool for tool in tools.FOR_TESTS if tool.package == "nodejs")
    missing = tools.Tool(node.name, node.purpose, lambda: None, node.package)
    monkeypatch.setattr(tools, "FOR_TESTS", (missing,))
    with pytest.raises(UserError, match="needs node") as raised:
        studio.studio()
    assert raised.value.advice == "sudo apt install nodejs npm"
