"""Every `./boumb` that a document shows is one that the command takes: the verb, the options, and those of training."""

import argparse
import re
import shlex
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer.main

from cli import training
from cli.app import app
from tests.contract.test_docs import HISTORY, KNOWLEDGE, tracked

ROOT = Path(__file__).parents[2]
# In a list they are indented.
_FENCE = re.compile(r"^ *```(?:bash|sh)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"^    (?=\S*\s?\./boumb)(.*)$", re.MULTILINE)
_INLINE = re.compile(r"`((?:\w+=\S+ )?\./boumb [^`\n]*)`")
_COMMAND = re.compile(r"\./boumb(?= |$)([^\n#|)&;]*)")
# What stands for something of the reader's.
_PLACES = {"DIR": "training/examples", "<name>": "magenta", "NAME": "ollama", "N": "2", "VERSION": "2"}
_MODULES = {"train": training.TRAIN, "evaluate": training.EVALUATE, "export": training.EXPORT}
# Commands that only ./boumb itself knows.
_OF_THE_SHELL = frozenset({"set-up"})


def documents() -> list[str]:
    return sorted(name for name in tracked() if name.endswith(".md") and not name.startswith((*HISTORY, KNOWLEDGE)))


def commands(text: str, *, inline: bool = False) -> list[list[str]]:
    """The arguments of each `./boumb` of a document.

    Args:
        text: Of the document.
        inline: Those within sentences, rather than those in blocks, which are complete.
    """
    blocks = _INLINE.findall(_FENCE.sub("", text)) if inline else [*_FENCE.findall(text), *_INDENTED.findall(text)]
    found = []
    for block in blocks:
        for line in _COMMAND.findall(_without_comments(block.replace("\\\n", " "))):
            words = shlex.split(re.sub(r"\[(--[^\]]*)\]", r"\1", line))
            found.append([_PLACES.get(word, word).replace("<name>", "magenta") for word in words])
    return found


def _without_comments(block: str) -> str:
    """Quoted hashes are sharps; a hash after two blanks begins a remark."""
    quoted: list[str] = []

    def keep(match: re.Match[str]) -> str:
        quoted.append(match[0])
        return f"\0{len(quoted) - 1}\0"

    bare = re.sub(r'"[^"\n]*"|\'[^\'\n]*\'', keep, block)
    lines = [re.split(r"[#|)&;]", line)[0] for line in bare.splitlines() if "./boumb" in line]
    return "\n".join(re.sub(r"\0(\d+)\0", lambda m: _safe(quoted[int(m[1])]), line) for line in lines)


def _safe(quoted: str) -> str:
    """A quoted text without what ends a command: parsing does not look at what it says."""
    return quoted[0] + re.sub(r"[#|)&;]", "x", quoted[1:-1]) + quoted[0]


SHOWN = [
    pytest.param(name, command, not inline, id=f"{name}: {' '.join(command)[:60]}")
    for name in documents()
    for inline in (False, True)
    for command in commands((ROOT / name).read_text("utf-8"), inline=inline)
]


class _Parsed(Exception):
    """The arguments of a module were fine."""


def parse(arguments: list[str]) -> None:
    """Read arguments as the command does, and go no further."""
    command: Any = typer.main.get_command(app)
    context = command.make_context("./boumb", list(arguments)) if arguments else None
    while context is not None and hasattr(command, "resolve_command"):
        rest = [*context._protected_args, *context.args]
        if not rest:
            break
        name, command, rest = command.resolve_command(context, rest)
        context = command.make_context(name, rest, parent=context)


def parse_module(module: str, arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the arguments of a module of training as it does, and go no further."""
    real = argparse.ArgumentParser.parse_args

    def parse_args(self: argparse.ArgumentParser, *_: object) -> None:
        real(self, arguments)
        raise _Parsed

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parse_args)
    try:
        main = import_module(module).main
    except ModuleNotFoundError:  # TensorFlow, which this environment does not have
        assert training.environment_of(module) == "magenta"
        return
    with pytest.raises(_Parsed):
        main()


def test_there_are_some() -> None:
    assert len(SHOWN) > 80


@pytest.mark.parametrize(("name", "arguments", "complete"), SHOWN)
def test_a_documented_command_is_one_that_there_is(
    name: str, arguments: list[str], complete: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if arguments and arguments[0] in _OF_THE_SHELL:
        return
    verb, *more = arguments or [""]
    if verb in _MODULES and more:
        modules = _MODULES[verb]
        assert more[0] in modules, f"{name}: {more[0]}"
        if "--from-journal" not in more and "--help" not in more and (complete or more[1:]):
            parse_module(modules[more[0]], more[1:], monkeypatch)
        return
    try:
        parse(arguments)
    except typer.Exit:
        return  # help and the version end so
    except Exception as problem:  # noqa: BLE001 - typer's own copy of click has no public types
        if complete or "Missing" not in str(problem):
            pytest.fail(f"{name}: ./boumb {shlex.join(arguments)}: {problem}")


@pytest.mark.parametrize(
    "shown",
    [
        "    ./boumb compse x\n",
        "`./boumb compose x --loud`",
        "```bash\n./boumb up --gone\n```\n",
        "    ./boumb train vocals\n",
        "    ./boumb train folk\n",
        "    ./boumb compose\n",
        "    ./boumb export melody --wieghts x\n",
    ],
)
def test_a_wrong_one_would_be_noticed(shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (arguments,) = commands(shown, inline=shown.startswith("`./"))
    with pytest.raises((AssertionError, SystemExit, pytest.fail.Exception)):
        test_a_documented_command_is_one_that_there_is("x.md", arguments, not shown.startswith("`./"), monkeypatch)


_PROGRAM = r"(?:\./|(?:npm|npx|pip|docker|podman|curl|git|python3?|node|go|composer|kubectl|sudo|buf|cd|ollama) )"
_UNNAMED = re.compile(r"^ *```(?:console|shell|text)?\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_SHOWN_ALONE = re.compile(rf"^ *(?:\$ )?(?:\w+=\S+ )*{_PROGRAM}", re.MULTILINE)
# Indented lines of other programs, and the tests of what they do.
_OTHER_PROGRAMS = {
    'python3 -c "import sqlite3; sqlite3.connect(': "tests/unit/journal",
    "cd models/ollama-line && ollama create boumb-line": "tests/integration/training/test_gguf_model.py",
    "curl -s localhost:11434/api/generate": "tests/integration/training/test_gguf_model.py",
}


def escaping(text: str) -> list[str]:
    """Commands of a document that stand where no test would find them: in blocks of no or another name."""
    return [block for block in _UNNAMED.findall(text) if _SHOWN_ALONE.search(block)]


def test_no_command_stands_where_no_test_looks() -> None:
    found = {name: blocks for name in documents() if (blocks := escaping((ROOT / name).read_text("utf-8")))}
    assert found == {}, "call the block bash"


def test_a_block_without_a_name_would_be_noticed() -> None:
    assert escaping("```\n./boumb up\n```\n")
    assert escaping("1. In a list:\n\n   ```\n   kubectl apply -k x\n   ```\n")
    assert not escaping("```\nbrowser ──▶ gateway ── go on\n```\n")
    assert commands("- So:\n\n  ```bash\n  ./boumb up\n  ```\n") == [["up"]]


def test_indented_lines_of_other_programs_have_tests_of_their_own() -> None:
    indented = re.compile(rf"^(?: {{4}}|\t)({_PROGRAM}.*)$", re.MULTILINE)
    lines = {
        line
        for name in documents()
        for line in indented.findall(
            re.sub(r"^ *```.*?^ *```", "", (ROOT / name).read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
        )
        if "./boumb" not in line
    }
    strays = [line for line in lines if not line.startswith(tuple(_OTHER_PROGRAMS))]
    assert strays == []
    assert [place for place in _OTHER_PROGRAMS.values() if not (ROOT / place).exists()] == []


def test_a_module_is_never_shown_as_python_runs_it() -> None:
    """Which environment a module needs is known to ./boumb."""
    shown = {name for name in documents() if re.search(r"python3? -m (training|benchmarks)", (ROOT / name).read_text())}
    assert shown == set()
