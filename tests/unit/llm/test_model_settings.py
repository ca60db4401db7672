"""Settings of language models."""

from pathlib import Path

import pytest

from llm.settings import LanguageModelSettings, physical_cores
from services.chassis.settings import Environment, SettingsError


@pytest.mark.parametrize(
    ("variables", "address"),
    [
        ({}, "127.0.0.1:11434"),
        ({"OLLAMA_HOST": "http://localhost:9999/"}, "localhost:9999"),
        ({"OLLAMA_HOST": "0.0.0.0"}, "127.0.0.1:11434"),
        ({"OLLAMA_HOST": "0.0.0.0:80", "BOUMB_OLLAMA_ADDRESS": "10.0.0.1:7"}, "10.0.0.1:7"),
        ({"BOUMB_OLLAMA_ADDRESS": "off"}, "off"),
    ],
)
def test_the_address_is_that_of_the_product_then_that_of_ollama(variables: dict[str, str], address: str) -> None:
    read = LanguageModelSettings.read(Environment(variables))
    assert (read.address, read.wanted) == (address, address != "off")


def test_wrong_values_are_named() -> None:
    with pytest.raises(SettingsError, match="BOUMB_LLM_CONTEXT"):
        LanguageModelSettings.read(Environment({"BOUMB_LLM_CONTEXT": "8"}))


def test_second_threads_of_a_core_do_not_count(tmp_path: Path) -> None:
    table = tmp_path / "cpuinfo"
    blocks = [f"processor\t: {number}\nphysical id\t: 0\ncore id\t\t: {number // 2}\n" for number in (0, 1)]
    table.write_text("\n".join(blocks))
    assert physical_cores(table) == 1
    assert physical_cores(tmp_path / "none") >= 1
