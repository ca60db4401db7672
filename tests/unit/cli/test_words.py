"""Words without quotes, and bytes that are no UTF-8."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer import Typer
from typer.testing import CliRunner

from cli.options import ComposeOptions, DrumsOptions, RefineOptions, command_with
from cli.words import joined, lines, readable


def typed(arguments: Sequence[str], options: type = ComposeOptions) -> object:
    """What a command makes of its arguments."""
    got: list[object] = []
    app = Typer()
    app.command()(command_with(options, got.append, "Help."))
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.output
    return got[0]


def test_a_prompt_needs_no_quotes() -> None:
    words = typed(["une", "basse", "--bars", "2", "funky", "-o", "x.mid"])
    assert words == ComposeOptions(prompt="une basse funky", bars=2, out=Path("x.mid"))
    assert typed(["une  basse"]) == ComposeOptions(prompt="une  basse")


def test_instructions_stay_apart() -> None:
    options = typed(["x.mid", "plus grave", "annule"], RefineOptions)
    assert options == RefineOptions(file=Path("x.mid"), instructions=["plus grave", "annule"])


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-8"])
def test_texts_are_read_whatever_the_terminal_sends(encoding: str) -> None:
    said = os.fsdecode("énergique".encode(encoding))
    assert typed(["basse", said, "--style", said]) == ComposeOptions(prompt="basse énergique", style="énergique")
    assert typed(["x", "--refine", said], DrumsOptions) == DrumsOptions(prompt="x", refine=["énergique"])
    assert list(lines([f"{said}\n"])) == ["énergique\n"]


def test_names_of_files_keep_their_bytes() -> None:
    name = os.fsdecode("é.mid".encode("latin-1"))
    assert typed(["x", "--out", name]) == ComposeOptions(prompt="x", out=Path(name))


@given(st.binary(max_size=40))
def test_whatever_comes_can_be_sent(content: bytes) -> None:
    text = readable(os.fsdecode(content))
    text.encode("utf-8")
    assert readable(text) == text


@given(st.text(max_size=40))
def test_text_that_is_text_stays_as_it_is(text: str) -> None:
    assert joined([text]) == text
