"""State goes where the user may write, or a sentence names the variable."""

import os
from pathlib import Path

import pytest

from launcher.state_folder import is_usable, state_folder
from services.chassis.settings import SettingsError


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> set[Path]:
    """Folders that are not the user's; root may write anywhere, so that the kernel alone would not do."""
    folders: set[Path] = set()
    real = os.access

    def access(path: Path, mode: int) -> bool:
        return real(path, mode) and not (mode & os.W_OK and any(Path(path).is_relative_to(each) for each in folders))

    monkeypatch.setattr(os, "access", access)
    return folders


def test_the_checkout_keeps_its_state_where_it_is_the_users(tmp_path: Path) -> None:
    assert state_folder(tmp_path / ".boumb", {}) == tmp_path / ".boumb"
    assert not (tmp_path / ".boumb").exists()


@pytest.mark.parametrize("there", [True, False])
def test_a_checkout_of_another_user_leaves_state_to_the_users_own_folder(
    tmp_path: Path, refused: set[Path], *, there: bool
) -> None:
    checkout = tmp_path / "opt"
    (checkout / ".boumb" if there else checkout).mkdir(parents=True)
    refused.add(checkout)
    own = tmp_path / "home/state"
    assert state_folder(checkout / ".boumb", {"XDG_STATE_HOME": str(own)}) == own / "boumbapp"
    assert list(checkout.iterdir()) == ([checkout / ".boumb"] if there else [])


def test_keys_of_another_user_in_an_open_folder_are_left_alone(tmp_path: Path, refused: set[Path]) -> None:
    keys = tmp_path / "opt/.boumb/keys"
    keys.mkdir(parents=True)
    refused.add(keys)
    assert not is_usable(keys.parent)
    assert state_folder(keys.parent, {"XDG_STATE_HOME": str(tmp_path)}) == tmp_path / "boumbapp"


def test_without_xdg_it_is_below_the_home_folder(
    tmp_path: Path, refused: set[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    refused.add(tmp_path / "opt")
    (tmp_path / "opt").mkdir()
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for environment in ({}, {"XDG_STATE_HOME": "relative"}):
        assert state_folder(tmp_path / "opt/.boumb", environment) == tmp_path / "home/.local/state/boumbapp"


def test_a_folder_that_was_named_is_meant(tmp_path: Path, refused: set[Path]) -> None:
    refused.add(tmp_path)
    with pytest.raises(SettingsError, match=f"BOUMB_STATE_DIR is {tmp_path}/mine, where you may not write"):
        state_folder(tmp_path / "mine", {"BOUMB_STATE_DIR": "mine", "XDG_STATE_HOME": "/tmp"})


def test_no_place_at_all_is_said_with_the_variable(tmp_path: Path, refused: set[Path]) -> None:
    refused.add(tmp_path)
    with pytest.raises(SettingsError, match=r"neither .* can be written: name a folder that can in BOUMB_STATE_DIR"):
        state_folder(tmp_path / ".boumb", {"XDG_STATE_HOME": str(tmp_path)})
