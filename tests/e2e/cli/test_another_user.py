"""The README's commands as a user who is no administrator: a clone, an empty home, the system's own Python.

`./boumb test --matrix` does the same, and all of the tests, on every system of the list.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import mido
import pytest

from launcher.settings import ROOT

_UID = 61_443  # that no account has: the user has no name either
_PASSED_ON = re.compile(r"^(PIP_.*|.*_proxy)$", re.IGNORECASE)
_FENCE = re.compile(r"^```bash\n(.*?)^```", re.MULTILINE | re.DOTALL)
_NOT_HERE = ("could not be reached", "Python 3.11 or later is needed", "cannot make virtual environments")

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user"),
    pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv is missing: sudo apt install util-linux"),
]


@dataclass(frozen=True)
class Guest:
    """A user with nothing but a clone of what is committed.

    Attributes:
        clone: The clone.
        home: Empty at first.
    """

    clone: Path
    home: Path

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a line of a shell in the clone."""
        passed_on = [f"{name}={value}" for name, value in os.environ.items() if _PASSED_ON.match(name)]
        places = [f"XDG_{kind}_HOME={self.home}/xdg-{kind.lower()}" for kind in ("CACHE", "CONFIG", "DATA", "STATE")]
        usual = [f"HOME={self.home}", "PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"]
        return subprocess.run(
            ["setpriv", f"--reuid={_UID}", f"--regid={_UID}", "--clear-groups", "env", "-i", *usual, *places,
             *passed_on, "bash", "-c", command],
            cwd=self.clone, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=420, check=False,
        )  # fmt: skip


@pytest.fixture(scope="module")
def guest() -> Iterator[Guest]:
    with tempfile.TemporaryDirectory(prefix="guest-", dir="/tmp") as name:  # pytest's folders are closed to others
        folder = Path(name)
        folder.chmod(0o755)
        clone, home = folder / "boumb", folder / "home"
        command = ["git", "-c", f"safe.directory={ROOT}", "clone", "-q", "--no-hardlinks", str(ROOT), str(clone)]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("this is no checkout that git can clone")
        home.mkdir()
        subprocess.run(["chown", "-R", f"{_UID}:{_UID}", clone, home], check=True)
        yield Guest(clone, home)


def test_both_commands_of_the_readme_work_for_a_user_who_has_nothing(guest: Guest) -> None:
    (block,) = [block for block in _FENCE.findall((ROOT / "README.md").read_text("utf-8")) if "boumb test" in block]
    compose, test = block.splitlines()[:2]
    assert compose.startswith("./boumb compose")
    assert test.startswith("./boumb test ")

    first = guest.run(compose)
    if os.environ.get("CI") != "true" and (why := [line for line in _NOT_HERE if line in first.stderr]):
        pytest.skip(f"the set-up says: {why[0]}")
    assert first.returncode == 0, first.stdout + first.stderr
    assert first.stderr.splitlines()[0] == "boumb: setting up .venv, once"
    assert "Traceback" not in first.stdout + first.stderr
    (made,) = guest.clone.glob("*.mid")
    assert made.stat().st_uid == _UID
    assert sum(m.type == "note_on" and m.velocity > 0 for t in mido.MidiFile(made).tracks for m in t) > 8

    second = guest.run(compose)  # nothing is set up again, and nothing is in its way
    assert (second.returncode, second.stderr) == (0, "")

    slice_ = guest.run(test.replace("./boumb test", "./boumb test -q tests/unit/cli/test_words.py"))
    assert slice_.returncode == 0, slice_.stdout + slice_.stderr
    assert re.search(r"\d+ passed", slice_.stdout)
    assert {path.name for path in guest.clone.glob(".venv*")} == {".venv"}, "no more than these tests need"

    left = {path.relative_to(guest.home).parts[0] for path in guest.home.rglob("*") if path.is_file()}
    assert left <= {"xdg-cache"}, "pip's downloads, and no more"
