"""Files to read: what is wrong with them is said as it is."""

from pathlib import Path

import pytest

from cli.messages.texts import Texts, choose
from cli.messages.user_errors import UserError
from cli.reading import read_file


@pytest.fixture(params=["en", "fr"])
def texts(request: pytest.FixtureRequest) -> Texts:
    return choose(request.param, "")


def refusal(path: Path, texts: Texts) -> str:
    with pytest.raises(UserError) as problem:
        read_file(path, texts)
    return problem.value.message


def test_a_file_that_is_not_there_is_not_said_to_lack_a_folder(tmp_path: Path, texts: Texts) -> None:
    said = refusal(tmp_path / "gone.mid", texts)
    assert said == texts.unreadable.format(path=tmp_path / "gone.mid", problem=texts.absent)
    assert "folder" not in said.replace(str(tmp_path), "")
    assert "dossier" not in said.replace(str(tmp_path), "")


def test_a_folder_an_empty_file_and_a_long_one_are_told_apart(tmp_path: Path, texts: Texts) -> None:
    (tmp_path / "empty.mid").touch()
    (tmp_path / "long.mid").write_bytes(bytes(2**20 + 1))
    (tmp_path / "good.mid").write_bytes(bytes(2**20))
    assert texts.empty in refusal(tmp_path / "empty.mid", texts)
    assert texts.too_large in refusal(tmp_path / "long.mid", texts)
    assert texts.too_large in refusal(Path("/dev/zero"), texts), "a device has no end"
    assert refusal(tmp_path, texts).endswith(("folder.", "dossier."))
    assert len(read_file(tmp_path / "good.mid", texts)) == 2**20
