"""Models that ship are loaded only when they are what their manifest says."""

import json
from pathlib import Path

import numpy as np
import pytest

from modelstore.manifest import (
    MANIFEST,
    WeightsError,
    load_arrays,
    load_available,
    load_files,
    save_arrays,
    save_files,
)

ARRAYS = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.array([1, 2])}
FILES = {"second.onnx": b"two", "first.onnx": b"one"}


def test_arrays_come_back_and_the_same_arrays_give_the_same_bytes(tmp_path: Path) -> None:
    saved = save_arrays(tmp_path / "x", "model", "3", ARRAYS)
    assert saved == save_arrays(tmp_path / "y", "model", "3", ARRAYS)
    loaded, manifest = load_arrays(tmp_path / "x")
    assert manifest == saved
    assert loaded.keys() == ARRAYS.keys()
    assert all(np.array_equal(loaded[name], array) for name, array in ARRAYS.items())


def test_files_come_back_and_their_order_does_not_matter(tmp_path: Path) -> None:
    saved = save_files(tmp_path / "x", "model", "3", FILES)
    assert saved.sha256 == save_files(tmp_path / "y", "model", "3", dict(reversed(FILES.items()))).sha256
    assert load_files(tmp_path / "x") == (FILES, saved)


@pytest.mark.parametrize("damage", ["changed", "missing", "no manifest", "not JSON", "unknown field", "a list"])
def test_what_is_not_as_the_manifest_says_is_not_loaded(tmp_path: Path, damage: str) -> None:
    save_files(tmp_path / "files", "model", "1", FILES)
    arrays = save_arrays(tmp_path / "arrays", "model", "1", ARRAYS)
    for folder, file in ((tmp_path / "files", "first.onnx"), (tmp_path / "arrays", arrays.file)):
        manifest = folder / MANIFEST
        match damage:
            case "changed":
                (folder / file).write_bytes(b"other")
            case "missing":
                (folder / file).unlink()
            case "no manifest":
                manifest.unlink()
            case "not JSON":
                manifest.write_text("{", encoding="utf-8")
            case "unknown field":
                manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"more": 1}), encoding="utf-8")
            case _:
                manifest.write_text("[]", encoding="utf-8")
    with pytest.raises(WeightsError):
        load_files(tmp_path / "files")
    with pytest.raises(WeightsError):
        load_arrays(tmp_path / "arrays")


def test_what_cannot_be_opened_is_left_out_until_nothing_is_left(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> str:
        raise WeightsError("the weights are gone")

    assert load_available([broken, lambda: "usable"]) == ["usable"]
    assert "the weights are gone" in caplog.text
    with pytest.raises(WeightsError, match="gone"):
        load_available([broken, broken])
    assert load_available([]) == []
