"""The documents: what stands in backticks is there, and links lead somewhere."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# What changed, and what was decided on a day, name things that may have gone since.
HISTORY = ("CHANGELOG.md", "docs/decisions/")
# Pages of know-how are written for musicians, and link to one another by slug: `cli.knowledge` checks them.
KNOWLEDGE = "services/rag/knowledge/"
CODE = (".py", ".proto", ".yaml", ".yml", ".toml", ".sh", ".lua", ".j2", ".ts", ".mjs", ".php", ".json", ".in", ".txt")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
# Names as programmers write them: snake_case, CamelCase, UPPER_CASE, all of at least two parts.
_NAME = re.compile(r"(?<![A-Za-z0-9])(?:[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+|[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+)")
_PATH = re.compile(r"(?:\.\./)*[\w.-]+(?:/[\w.-]+)+/?|[\w-]+\.(?:py|md|yaml|proto|toml|sh|j2|onnx|npz|json)")
# Settings that every service has stand in the code without the service's name.
_SERVICE_PREFIX = re.compile(r"^BOUMB_[A-Z]+_")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
# Names of other people's tools, which our code has no use for.
OTHERS = frozenset(
    {"csharp_namespace_prefix", "grpc_csharp_plugin", "java_multiple_files", "protoc_builtin", "swift_prefix"}
)
# Made while the product runs, or by a person: never committed.
_MADE = re.compile(r"(\.boumb|\.venv[\w-]*|node_modules|~|dist)(/|$)|^(DIR|FILE|OUT)\b|[A-Z]{3,}|^(mesh|corpus)\b")


@cache
def tracked() -> frozenset[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return frozenset(name for name in listed if (ROOT / name).exists())


def documents() -> list[str]:
    return sorted(name for name in tracked() if name.endswith(".md") and not name.startswith((*HISTORY, KNOWLEDGE)))


@cache
def words_of_the_code() -> frozenset[str]:
    words: set[str] = set()
    for name in tracked():
        if name.endswith(CODE) or "/" not in name:
            words |= set(_WORD.findall((ROOT / name).read_text("utf-8", "replace")))
            words |= set(_WORD.findall(name))
    return frozenset(words | OTHERS)


def missing_names(text: str, words: frozenset[str]) -> list[str]:
    """Names in backticks that no file of the code has."""
    spans = _SPAN.findall(_FENCE.sub("", text))
    found = {name for span in spans for name in _NAME.findall(_PATH.sub(" ", span))}
    return sorted(name for name in found if name not in words and _SERVICE_PREFIX.sub("", name) not in words)


def missing_paths(text: str, folder: Path) -> list[str]:
    """Paths in backticks, and targets of links, that are not there, seen from the root or from the document."""
    spans = [span for span in _SPAN.findall(_FENCE.sub("", text)) if _PATH.fullmatch(span)]
    paths = {span for span in spans if not _MADE.search(span)} | set(_LINK.findall(text))
    ends = {f"/{name}" for name in tracked()} | {f"/{parent}" for name in tracked() for parent in Path(name).parents}
    return sorted(
        path
        for path in paths
        if not (ROOT / path).exists()
        and not (folder / path).exists()
        and not any(end.endswith(f"/{path.rstrip('/')}") for end in ends)
        and _is_a_path_here(path)
    )


def _is_a_path_here(path: str) -> bool:
    """Whether it begins as paths of this repository do, or is a file's name; `6/8` and `a/b` are something else."""
    first = path.removeprefix("../").split("/", maxsplit=1)[0]
    return "." in path.rsplit("/", maxsplit=1)[-1] or (ROOT / first).is_dir()


@pytest.mark.parametrize("name", documents())
def test_names_in_backticks_exist(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert not missing_names(text, words_of_the_code())


@pytest.mark.parametrize("name", documents())
def test_paths_and_links_lead_somewhere(name: str) -> None:
    path = ROOT / name
    assert not missing_paths(path.read_text("utf-8"), path.parent)


def test_a_name_that_has_gone_would_be_noticed() -> None:
    """The checks above can fail."""
    text = "The launcher's `on_sockets` and [this](docs/gone.md), in `services/gone/main.py`."
    assert missing_names(text, frozenset({"on", "sockets"})) == ["on_sockets"]
    assert missing_paths(text, ROOT) == ["docs/gone.md", "services/gone/main.py"]
