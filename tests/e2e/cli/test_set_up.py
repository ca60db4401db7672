"""./boumb sets itself up: once, from anywhere, whatever happened before. Real environments, without packages."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from services.chassis.service_manifest import manifests
from tests.environments import needs

pytestmark = pytest.mark.timeout(400)

ROOT = Path(__file__).resolve().parents[3]
# Stands in for the real command: tells who runs it, where, and what it was given.
COMMAND = "import sys, os\nprint(sys.prefix, os.getcwd(), sys.argv[1:], sep='|')\n"
# Stand in for hatchling, which is a package: they install a folder by a file of its path, as pyproject.toml has it do.
PROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
BACKEND = """
import os, zipfile
def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    name = "clone-1-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w") as wheel:
        wheel.writestr("clone.pth", os.getcwd() + os.linesep)
        wheel.writestr("clone-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: clone\\nVersion: 1\\n")
        wheel.writestr("clone-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("clone-1.dist-info/RECORD", "")
    return name
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The set-up's own files in a folder with a space in its name, with pins that need no network."""
    root = tmp_path / "a clone"
    (root / "cli").mkdir(parents=True)
    (root / "requirements").mkdir()
    for name in ("boumb", "cli/bootstrap.sh"):
        shutil.copy(ROOT / name, root / name)
    (root / "pyproject.toml").write_text(PROJECT)
    (root / "backend.py").write_text(BACKEND)
    (root / "cli/__init__.py").touch()
    (root / "cli/__main__.py").write_text(COMMAND)
    for name in ("run.txt", "dev.txt", "training.txt", "parquet.txt", "magenta.txt", "magenta-nodeps.txt"):
        (root / "requirements" / name).write_text("# nothing==needed\n")
    for name, environment in (("plain", ""), ("heavy", "environment: magenta  # it needs much\n")):
        (root / "services" / name).mkdir(parents=True)
        (root / "services" / name / "service.yaml").write_text(
            f"service: x.Y\n{environment}public:\n  environment: {{}}\n"
        )
    return root


ENVIRONMENT = os.environ | {"BOUMB_PYTHON": sys.executable, "PIP_NO_INDEX": "1"}


def boumb(
    clone: Path, *arguments: str, cwd: Path | str = "/", path: str = "boumb", **variables: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [clone / path, *arguments],
        cwd=cwd,
        env=ENVIRONMENT | variables,
        capture_output=True,
        text=True,
        timeout=200,  # some make three environments
        check=False,
    )


def test_first_run_sets_up_and_later_runs_go_straight_to_the_command(clone: Path, tmp_path: Path) -> None:
    first = boumb(clone, "compose", "une basse", cwd=tmp_path)
    assert first.stdout == f"{clone}/.venv|{tmp_path}|['compose', 'une basse']\n", first.stderr
    assert "setting up" in first.stderr
    assert not (clone / ".venv/.unfinished").exists()

    # The second finds everything there: it asks neither pip nor the network, and runs nothing but what compares pins.
    (clone / ".venv/bin/pip").write_text("#!/bin/sh\nexit 1\n")
    (clone / "cli/bootstrap.sh").rename(clone / "cli/away")
    second = boumb(clone, "x")
    assert second.stderr == ""
    assert second.stdout == f"{clone}/.venv|/|['x']\n"
    (clone / "cli/away").rename(clone / "cli/bootstrap.sh")

    (tmp_path / "link").symlink_to(clone / "boumb")  # as in ~/bin
    assert boumb(tmp_path, path="link").stdout == f"{clone}/.venv|/|[]\n"


def test_the_current_directory_and_pythonpath_do_not_shadow_the_product(clone: Path, tmp_path: Path) -> None:
    boumb(clone)
    impostor = tmp_path / "elsewhere/cli"
    impostor.mkdir(parents=True)
    for folder in (impostor, impostor.parent):
        (folder / "__init__.py").touch()
    (impostor / "__main__.py").write_text("print('impostor')")
    elsewhere = tmp_path / "elsewhere"
    result = boumb(clone, cwd=elsewhere, PYTHONPATH=str(elsewhere))
    assert result.stdout == f"{clone}/.venv|{elsewhere}|[]\n"


def test_changed_pins_and_a_moved_clone_are_set_up_again(clone: Path) -> None:
    boumb(clone)
    (clone / "requirements/run.txt").write_text("# other==pins\n")
    assert "setting up" in boumb(clone).stderr
    moved = clone.rename(clone.with_name("moved"))
    result = boumb(moved)
    assert "creating .venv" in result.stderr  # the scripts in the old one name the old place
    assert result.stdout == f"{moved}/.venv|/|[]\n"


def test_tests_need_packages_of_their_own_which_hold_the_products(clone: Path) -> None:
    assert "setting up" in boumb(clone, "test").stderr
    assert boumb(clone, "test").stderr == ""
    assert boumb(clone).stderr == ""
    (clone / "requirements/dev.txt").write_text("# other==pins\n")
    assert boumb(clone).stderr == ""
    assert "setting up" in boumb(clone, "test").stderr


def test_environments_beside_the_common_one_are_made_when_they_are_asked_for_and_only_then(clone: Path) -> None:
    for command in (("compose", "une basse", "--engine", "hybrid"), ("train", "melody"), ("up", "--heavy")):
        assert boumb(clone, *command).returncode == 0
    assert [folder.name for folder in clone.glob(".venv*")] == [".venv"]
    first = boumb(clone, "set-up", "training")
    assert "setting up .venv-training" in first.stderr
    assert first.stdout == ""
    assert (clone / ".venv-training/bin/python").exists()
    assert boumb(clone, "set-up", "training").stderr == ""
    (clone / "requirements/training.txt").write_text("# other==pins\n")
    assert boumb(clone).stderr == ""
    assert "setting up .venv-training" in boumb(clone, "set-up", "training").stderr


def test_what_is_installed_without_dependencies_belongs_to_its_environment(clone: Path) -> None:
    assert "setting up .venv-magenta" in boumb(clone, "set-up", "magenta").stderr
    assert boumb(clone, "set-up", "magenta").stderr == ""
    (clone / "requirements/magenta-nodeps.txt").write_text("# other==pins\n")
    assert "setting up .venv-magenta" in boumb(clone, "set-up", "magenta").stderr


@pytest.mark.parametrize("name", ["", "run", "dev", "melody", "../x", "training magenta"])
def test_an_environment_that_nobody_has_is_refused_with_those_there_are(clone: Path, name: str) -> None:
    result = boumb(clone, "set-up", name)
    assert result.returncode == 2
    assert "there are: training parquet magenta" in result.stderr
    assert not list(clone.glob(".venv*"))


def test_the_tests_get_every_environment_that_a_manifest_names(clone: Path) -> None:
    boumb(clone, "test")
    assert {folder.name for folder in clone.glob(".venv*")} == {
        ".venv",
        ".venv-training",
        ".venv-parquet",
        ".venv-magenta",
    }


def test_some_of_the_tests_get_the_environments_that_they_name(clone: Path) -> None:
    (clone / "tests/deep").mkdir(parents=True)
    (clone / "tests/plain.py").write_text("")
    (clone / "tests/deep/heavy.py").write_text('@needs("magenta")\n')
    boumb(clone, "test", "tests/plain.py::one", "-q")
    assert [folder.name for folder in clone.glob(".venv*")] == [".venv"]
    boumb(clone, "test", "tests/plain.py", "tests/deep")
    assert {folder.name for folder in clone.glob(".venv*")} == {".venv", ".venv-magenta"}


def test_a_current_folder_that_was_removed_keeps_nothing_from_being_set_up(clone: Path, tmp_path: Path) -> None:
    command = ["bash", "-c", 'mkdir gone && cd gone && rmdir ../gone && "$1" x', "bash", str(clone / "boumb")]
    result = subprocess.run(
        command, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, timeout=200, check=False
    )
    assert "setting up" in result.stderr
    assert "could not" not in result.stderr
    assert (clone / ".venv/.stamp-run").exists()


def test_bash_reads_the_environments_as_python_does() -> None:
    command = f"""root={ROOT}; {
        subprocess.run(
            ["sed", "-n", "/^own_environments/p", ROOT / "boumb"], capture_output=True, text=True, check=True
        ).stdout
    } own_environments"""
    read = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True).stdout.split()
    assert set(read) == {manifest.environment for manifest in manifests().values()} - {""}


def test_an_interrupted_set_up_starts_over(clone: Path) -> None:
    process = subprocess.Popen(
        [clone / "boumb"], env=ENVIRONMENT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, process_group=0
    )
    unfinished = clone / ".venv/.unfinished"
    while not unfinished.exists():
        assert process.poll() is None
        time.sleep(0.01)
    time.sleep(0.3)  # well inside the making of .venv
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert unfinished.exists()
    result = boumb(clone)
    assert result.stdout == f"{clone}/.venv|/|[]\n", result.stderr
    assert not unfinished.exists()


def test_two_at_once_set_up_once(clone: Path) -> None:
    both = [
        subprocess.Popen([clone / "boumb"], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    outputs = [process.communicate(timeout=100) for process in both]
    assert [out.endswith(f".venv|{Path.cwd()}|[]\n") for out, _ in outputs] == [True, True], outputs
    assert sum("creating .venv" in err for _, err in outputs) == 1
    assert sum("waiting" in err for _, err in outputs) == 1


def test_packages_that_cannot_be_had_are_named_and_nothing_counts_as_done(clone: Path) -> None:
    (clone / "requirements/run.txt").write_text(f"no-such-package-of-boumbapp==1.0 --hash=sha256:{'0' * 64}\n")
    result = boumb(clone)
    assert result.returncode == 3
    assert result.stdout == ""
    assert "no-such-package-of-boumbapp" in result.stderr
    assert "same command again" in result.stderr
    assert "setting up" in boumb(clone).stderr


def test_a_package_without_a_wheel_for_this_python_is_told_from_a_missing_network(clone: Path, tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    (wheels / "thing-2.0-py3-none-any.whl").touch()
    (clone / "requirements/run.txt").write_text(f"thing==1.0 --hash=sha256:{'0' * 64}\n")
    result = boumb(clone, PIP_FIND_LINKS=str(wheels))
    version = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    assert result.returncode == 3
    assert f"thing==1.0 has no wheel for {version}" in result.stderr
    assert "Python 3.11 to 3.14" in result.stderr
    assert "network" not in result.stderr


@pytest.mark.parametrize("pinned", ["this file", "another file", "no file"])
def test_only_the_file_that_was_pinned_is_installed(clone: Path, tmp_path: Path, pinned: str) -> None:
    wheel = tmp_path / "thing-1.0-py3-none-any.whl"
    about = "thing-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("thing.py", "")
        archive.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n")
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")
    digest = hashlib.sha256(wheel.read_bytes() + b"changed" * (pinned == "another file")).hexdigest()
    line = "thing==1.0" + f" --hash=sha256:{digest}" * (pinned != "no file")
    (clone / "requirements/run.txt").write_text(f"{line}\n")
    result = boumb(clone, PIP_FIND_LINKS=str(tmp_path))
    installed = list((clone / ".venv").glob("lib/*/site-packages/thing.py"))
    if pinned == "this file":
        assert (result.returncode, len(installed)) == (0, 1), result.stderr
    else:
        assert (result.returncode, installed) == (3, [])
        assert "not the one that was pinned" in result.stderr
        assert "setting up" in boumb(clone).stderr


def test_the_network_is_only_blamed_where_it_is_to_blame(clone: Path) -> None:
    (clone / "requirements/run.txt").write_text(f"thing==1.0 --hash=sha256:{'0' * 64}\n")
    nobody = {
        "PIP_NO_INDEX": "0",
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_FIND_LINKS": "",
        "PIP_RETRIES": "0",
    }
    result = boumb(clone, **nobody)
    assert result.returncode == 3
    assert "Is the network there?" in result.stderr
    assert "no wheel" not in result.stderr
    (clone / "requirements/run.txt").write_text("what is this\n")
    assert "Is the network there?" not in boumb(clone).stderr


def test_ctrl_c_ends_a_set_up_as_an_interruption_and_the_next_one_starts_over(clone: Path) -> None:
    command: list[str | Path] = ["env", "--default-signal=INT", clone / "boumb", "compose", "x"]
    process = subprocess.Popen(
        command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, process_group=0
    )
    while not (clone / ".venv/.unfinished").exists():
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=100)
    assert (process.returncode, out) == (130, "")
    assert "interrupted" in err
    assert "could not" not in err
    assert boumb(clone).stdout == f"{clone}/.venv|/|[]\n"


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 3)])
def test_tests_go_on_without_an_environment_that_this_python_cannot_have_but_never_under_ci(
    clone: Path, tmp_path: Path, ci: str, code: int
) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    (wheels / "thing-2.0-py3-none-any.whl").touch()
    (clone / "requirements/magenta.txt").write_text(f"thing==1.0 --hash=sha256:{'0' * 64}\n")
    result = boumb(clone, "test", CI=ci, PIP_FIND_LINKS=str(wheels))
    assert result.returncode == code, result.stderr
    assert "thing==1.0 has no wheel" in result.stderr
    assert bool(result.stdout) == (code == 0)
    assert "thing==1.0 has no wheel" in needs("magenta", clone).kwargs["reason"]
    assert not (clone / ".venv-magenta/bin").exists()


def test_tests_do_not_go_on_where_an_environment_is_lacking_for_another_reason(clone: Path) -> None:
    (clone / "requirements/training.txt").write_text("-r no such file\n")
    result = boumb(clone, "test", CI="")
    assert (result.returncode, result.stdout) == (3, "")


def test_no_usable_python_is_said_with_the_way_to_get_one(clone: Path, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("bash", "cat", "flock", "id", "readlink", "sha256sum", "env", "mktemp", "rm"):
        (tools / tool).symlink_to(shutil.which(tool) or "")
    old = tools / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")  # a Python that is too old for what it is asked
    old.chmod(0o755)
    nowhere = str(tmp_path / "nowhere")
    result = boumb(clone, PATH=str(tools), BOUMB_PYTHON="", HOME=nowhere, PYENV_ROOT=nowhere, XDG_DATA_HOME=nowhere)
    assert result.returncode == 3
    assert "Python 3.11 or later is needed" in result.stderr
    assert "apt install python3" in result.stderr


@pytest.mark.parametrize(("system", "words"), [("darwin23", "macOS"), ("msys", "WSL"), ("cygwin", "WSL")])
def test_a_system_that_cannot_run_it_is_told_where_it_can_and_nothing_is_made(
    clone: Path, system: str, words: str
) -> None:
    result = boumb(clone, OSTYPE=system)
    assert (result.returncode, result.stdout) == (3, "")
    assert words in result.stderr
    assert "Docker" in result.stderr
    assert not list(clone.glob(".venv*"))
