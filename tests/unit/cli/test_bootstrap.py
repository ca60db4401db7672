"""Which Python ./boumb makes an environment with, and what it says of a set-up that failed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.environments import needs

ROOT = Path(__file__).resolve().parents[3]
SOURCE = f'set -euo pipefail; root=$PWD; . "{ROOT}/cli/bootstrap.sh"; '
# A Python that tells another version and, where that is asked for, cannot make environments.
FAKE = """#!/bin/sh
[ "$1" = -c ] || exec {real} "$@"
code=$2; shift 2
exec {real} -c "import sys
sys.version_info = ({version}, 0, 'final', 0)
{more}
$code" "$@"
"""
WITHOUT_VENV = "sys.modules['ensurepip'] = None"


def put(path: Path, version: str, more: str = "") -> Path:
    """A fake interpreter of a version such as "3, 13"."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(FAKE.format(real=sys.executable, version=version, more=more))
    path.chmod(0o755)
    return path


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder with the programs that set-up needs, and no Python."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for tool in ("bash", "cat", "head", "tail", "sed", "grep", "uname", "rm", "mkdir", "touch", "df", "awk"):
        (folder / tool).symlink_to(shutil.which(tool) or "")
    return folder


def bash(tools: Path, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(tools), "HOME": str(tools.parent / "home")} | variables
    return subprocess.run(
        [tools / "bash", "-c", SOURCE + script],
        env=environment, cwd=tools.parent, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def chosen(tools: Path, environment: str, **variables: str) -> str:
    """Path of the interpreter for an environment; empty for none."""
    return bash(tools, f"find_python /somewhere/{environment}", **variables).stdout.strip()


def test_the_usual_python_makes_all_environments_where_tensorflow_is_released_for_it(tools: Path) -> None:
    for name, version in {"python3": "3, 12", "python3.13": "3, 13", "python3.11": "3, 11"}.items():
        put(tools / name, version)
    assert chosen(tools, ".venv") == chosen(tools, ".venv-magenta") == str(tools / "python3")


@pytest.mark.parametrize("older", ["11", "12", "13"])
def test_magenta_takes_an_older_python_beside_3_14(tools: Path, older: str) -> None:
    put(tools / "python3", "3, 14")
    beside = put(tools / f"python3.{older}", f"3, {older}")
    assert chosen(tools, ".venv") == chosen(tools, ".venv-training") == str(tools / "python3")
    assert chosen(tools, ".venv-magenta") == str(beside)


def test_the_newest_of_the_older_ones_that_can_make_environments_is_taken(tools: Path) -> None:
    put(tools / "python3", "3, 14")
    put(tools / "python3.13", "3, 13", WITHOUT_VENV)
    put(tools / "python3.12", "3, 12")
    put(tools / "python3.11", "3, 11")
    assert chosen(tools, ".venv-magenta") == str(tools / "python3.12")


def test_without_an_older_python_magenta_takes_3_14(tools: Path) -> None:
    put(tools / "python3", "3, 14")
    put(tools / "python3.10", "3, 10")
    assert chosen(tools, ".venv-magenta") == str(tools / "python3")
    put(tools / "python3.13", "3, 13", WITHOUT_VENV)
    assert chosen(tools, ".venv-magenta") == str(tools / "python3")


@pytest.mark.parametrize(
    "place", ["home/.pyenv/versions/3.12.9/bin/python3", "home/.local/share/uv/python/cpython-3.12.9-linux/bin/python3"]
)
def test_pythons_of_pyenv_and_uv_are_found_without_being_on_the_path(tools: Path, place: str) -> None:
    put(tools / "python3", "3, 14")
    shim = tools / "python3.12"  # pyenv's, for a version that is not selected
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    found = put(tools.parent / place, "3, 12")
    assert chosen(tools, ".venv-magenta") == str(found)
    assert chosen(tools, ".venv") == str(tools / "python3")


def test_pyenv_may_be_elsewhere(tools: Path) -> None:
    found = put(tools.parent / "my pyenv/versions/3.11.2/bin/python3", "3, 11")
    assert chosen(tools, ".venv", PYENV_ROOT=str(tools.parent / "my pyenv")) == str(found)


@pytest.mark.parametrize("version", ["3, 11", "3, 14"])
def test_the_python_that_is_named_makes_all_environments(tools: Path, version: str) -> None:
    put(tools / "python3", "3, 13")
    named = put(tools.parent / "else where/py", version)
    for environment in (".venv", ".venv-training", ".venv-magenta"):
        assert chosen(tools, environment, BOUMB_PYTHON=str(named)) == str(named)


@pytest.mark.parametrize("more", ["sys.abiflags = 't'", "sys.implementation.name = 'pypy'"])
def test_what_no_wheels_are_made_for_is_passed_over(tools: Path, more: str) -> None:
    put(tools / "python3", "3, 13", more)
    assert chosen(tools, ".venv") == ""
    put(tools / "python3.12", "3, 12")
    assert chosen(tools, ".venv") == str(tools / "python3.12")


def test_a_python_newer_than_the_wheels_is_passed_over_where_another_is_there(tools: Path) -> None:
    put(tools / "python3", "3, 15")
    assert chosen(tools, ".venv") == ""
    put(tools / "python3.11", "3, 11")
    assert chosen(tools, ".venv") == chosen(tools, ".venv-magenta") == str(tools / "python3.11")


def test_a_named_python_that_is_too_old_or_not_there_is_told(tools: Path) -> None:
    put(tools / "python3", "3, 13")
    for named in (str(put(tools / "old", "3, 10")), "/no/such/python"):
        done = bash(tools, "make_venv /somewhere/.venv", BOUMB_PYTHON=named)
        assert done.returncode == 3
        assert f"BOUMB_PYTHON is {named}, which is no Python 3.11 or later" in done.stderr


NO_VERSION = """ERROR: Could not find a version that satisfies the requirement {0} (from versions: {1})
ERROR: No matching distribution found for {0}"""
RETRIED = """WARNING: Retrying (Retry(total=0, connect=None, redirect=None, status=None)) after connection broken \
by 'NewConnectionError('<HTTPSConnection>: Failed to establish a new connection: [Errno -2] Name or service not known')'
"""
UNTRUSTED = """WARNING: Retrying (Retry(total=0)) after connection broken by 'SSLError(SSLCertVerificationError(1, \
'[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate in certificate chain'))'
"""
OTHER_FILE = """ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.
    six==1.17.0 from file:///six-1.17.0-py2.py3-none-any.whl (from -r run.txt (line 1)):
        Expected sha256 4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274
             Got        e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"""
WITHOUT_HASH = """ERROR: Hashes are required in --require-hashes mode, but they are missing from some requirements:
    six from file:///six-1.17.0-py2.py3-none-any.whl"""
REASONS = WHEEL, NETWORK, TRUST, ROOM, CHANGED, OTHER = (
    "has no wheel for Python 3.14", "Is the network there?", "not trusted here", "the disk is full",
    "not the one that was pinned", "own words",
)  # fmt: skip


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (NO_VERSION.format("tensorflow-cpu==2.21.0", "2.22.0rc0"), f"tensorflow-cpu==2.21.0 {WHEEL}"),
        (RETRIED + NO_VERSION.format("h5py==3.14.0", "3.15.0, 3.16.0"), f"h5py==3.14.0 {WHEEL}"),
        ("ERROR: Package 'numpy' requires a different Python: 3.14.1 not in '<3.14,>=3.11'", f"numpy {WHEEL}"),
        ("Collecting llvmlite==0.50.0\n  error: metadata-generation-failed", f"llvmlite==0.50.0 {WHEEL}"),
        ("  ERROR: Failed building wheel for h5py\nFailed to build h5py", f"h5py {WHEEL}"),
        (RETRIED + NO_VERSION.format("six==1.17.0", "none"), NETWORK),
        (NO_VERSION.format("six==1.17.0", "none"), NETWORK),  # without retries pip does not say why
        ("pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool: Read timed out.", NETWORK),
        ("ERROR: HTTP error 503 while getting /six.whl", NETWORK),
        ("ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 407'))", NETWORK),
        (UNTRUSTED + NO_VERSION.format("six==1.17.0", "none"), TRUST),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", ROOM),
        ("shutil.Error: [('a', 'b', \"[Errno 28] No space left on device: 'b'\")]", ROOM),
        ("OSError: [Errno 122] Disk quota exceeded: '/home/me/.venv/lib'", ROOM),
        (OTHER_FILE, CHANGED),
        (WITHOUT_HASH, CHANGED),
        ("ERROR: Invalid requirement: 'what is this'", OTHER),
        ("ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: '/x'", OTHER),
    ],
)
def test_why_pip_failed_is_told_in_one_way_only(tools: Path, tmp_path: Path, said: str, told: str) -> None:
    put(tmp_path / ".venv-magenta/bin/python", "3, 14")
    script = 'said=$SAID; fail_to_install "$root/.venv-magenta"'
    done = bash(tools, script, SAID=said, PIP_NO_INDEX="1", PIP_FIND_LINKS="")
    assert done.returncode == 3
    assert told in done.stderr
    assert [words for words in REASONS if words in done.stderr] == [words for words in REASONS if words in told]
    unsupported = tmp_path / ".venv-magenta/.unsupported"
    assert unsupported.exists() == (WHEEL in told)
    if WHEEL in told:
        assert "Python 3.11 to 3.14" in done.stderr
        assert "BOUMB_PYTHON" in done.stderr
        assert unsupported.read_text().endswith(".venv-magenta needs one of Python 3.11 to 3.14")


def test_a_full_disk_is_told_where_pip_could_not_even_say_so(tools: Path, tmp_path: Path) -> None:
    (tools / "df").unlink()
    (tools / "df").write_text("#!/bin/bash\necho Filesystem\necho /dev/x 100 100 0 100% /\n")
    (tools / "df").chmod(0o755)
    put(tmp_path / ".venv/bin/python", "3, 14")
    assert ROOM in bash(tools, 'fail_to_install "$root/.venv"').stderr


@pytest.mark.parametrize("name", ["training", "magenta"])
def test_tests_are_skipped_for_want_of_an_environment_with_the_reason_but_never_under_ci(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / f".venv-{name}"
    for ci, skipped in (("", True), ("true", False)):
        monkeypatch.setenv("CI", ci)
        assert needs(name, tmp_path).args == (skipped,)
    assert needs(name, tmp_path).kwargs["reason"] == f"./boumb test sets up {folder.name}"
    folder.mkdir()
    (folder / ".unsupported").write_text("thing==1.0 has no wheel")
    assert needs(name, tmp_path).kwargs["reason"] == "thing==1.0 has no wheel"
    monkeypatch.setenv("CI", "")
    (folder / f".stamp-{name}").touch()
    assert needs(name, tmp_path).args == (False,)
