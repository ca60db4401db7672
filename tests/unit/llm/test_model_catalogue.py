"""The catalogue of models."""

import pytest

from llm.catalogue import Dialect, best_of, catalogue, entry_of, is_remote, is_same, that_fit


def test_every_entry_is_complete_and_small_models_are_not_used_unasked() -> None:
    names = [entry.name for entry in catalogue()]
    assert len(set(names)) == len(names)
    assert all(entry.memory_mb > 0 and entry.licence for entry in catalogue())
    assert not any(entry.auto for entry in catalogue() if entry.memory_mb < 1000)
    assert {"q4_k_m", "q2_k"} <= {entry.quantisation for entry in catalogue()}


@pytest.mark.parametrize(
    ("installed", "best"),
    [
        (["smollm2:135m", "qwen2.5:3b"], "qwen2.5:3b"),
        (["boumb-line:latest", "smollm2:135m"], "smollm2:135m"),
        (["mine:latest"], "mine:latest"),
        (["mine:cloud"], ""),
        ([], ""),
    ],
)
def test_the_best_that_is_installed(installed: list[str], best: str) -> None:
    assert best_of(installed) == best


def test_names_with_and_without_a_tag_are_the_same() -> None:
    entry = entry_of("boumb-line:latest")
    assert entry is not None
    assert entry.dialect is Dialect.NOTATION
    assert is_same("a", "a:latest")
    assert not is_same("a:1b", "a:3b")
    assert is_remote("gpt-oss:120b-cloud")


def test_what_fits_a_machine() -> None:
    assert [entry.name for entry in that_fit(300)] == ["smollm2:135m", "boumb-line"]
    assert that_fit(10) == []
