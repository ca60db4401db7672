"""What the shell of a stranger may bring: the music is made and kept, or refused with a true sentence."""

import subprocess
from pathlib import Path

import mido
import pytest

from tests.e2e.cli.boumb import ROOT, Terminal

# The command as each script has it: one bar, from words in French.
B = f'"{ROOT}/boumb" compose "basse funky en sol mineur" --bars 1'
IMPOSTORS = "; ".join(
    f"echo 'raise SystemExit(9)' > {name}.py" for name in ("numpy", "grpc", "typing", "sitecustomize", "usercustomize")
)
PYTHONS_OWN = {
    "PYTHONINSPECT": "1",
    "PYTHONSTARTUP": "/nowhere.py",
    "PYTHONHASHSEED": "banana",
    "PYTHONMALLOC": "nonsense",
    "PYTHONWARNINGS": "error",
    "PYTHONOPTIMIZE": "2",
}
PROXIES = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "gar bage", "grpc_proxy": "foo", "no_proxy": ""}
LONG = "a" * 251  # with its ending as long as names may be


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    (tmp_path / "home").mkdir()
    return Terminal.at(tmp_path, HOME=str(tmp_path / "home"))


def shell(terminal: Terminal, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=terminal.folder, env=terminal.environment | variables, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=100, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    assert terminal.left_running() == []
    return done


def notes(path: Path) -> int:
    return sum(m.type == "note_on" and m.velocity > 0 for track in mido.MidiFile(path).tracks for m in track)


@pytest.mark.parametrize(
    ("script", "variables"),
    [
        pytest.param(f"unset TERM HOME; {B}", {}, id="neither TERM nor HOME"),
        pytest.param(f"TMPDIR=/nowhere/at/all {B}", {}, id="no temporary folder"),
        pytest.param(f"umask 077; {B} && [ $(stat -c %a *.mid) = 600 ]", {}, id="umask 077"),
        pytest.param(f"ulimit -n 64; ulimit -s 256; {B}", {}, id="few files"),
        pytest.param(f"{B} <&-", {}, id="no standard input"),
        pytest.param(f"trap '' PIPE; mkfifo f; head -c 9 <f >/dev/null & {B} >f; r=$?; rm f; exit $r", {},
                     id="a reader that leaves a FIFO"),
        pytest.param(f"mkdir -p $'a\\nb/🎹' && cd $'a\\nb/🎹' && {B} --out $'c\\nd 🥁.mid'", {}, id="a line feed"),
        pytest.param(f"{B} --out {LONG}.mid", {}, id="the longest name"),
        pytest.param(f"mkfifo f; cat f >x.mid & {B} --out f; r=$?; wait; rm f; exit $r", {}, id="a FIFO"),
        pytest.param(f"mkdir real; echo old >real/x.mid; ln -s real/x.mid l.mid; {B} --out l.mid && [ -L l.mid ]", {},
                     id="a link"),
        pytest.param(B, PROXIES, id="proxies that lead nowhere"),
        pytest.param(B, PYTHONS_OWN, id="Python's own"),
        pytest.param(f"mkdir cli services; touch cli/__init__.py; {IMPOSTORS}; cp numpy.py cli/__main__.py; {B}", {},
                     id="modules of the same names"),
        pytest.param(B, {"LANG": "tr_TR.UTF-8", "LC_ALL": "", "LC_CTYPE": "ja_JP.EUC-JP"}, id="Turkish and EUC"),
        pytest.param(B, {"PATH": "/usr/bin:/bin", "BASH_ENV": "/nowhere", "CDPATH": "/usr", "POSIXLY_CORRECT": "1"},
                     id="the shell's own"),
        pytest.param(f"{B} --json >o & p=$!; until grep -qs started o; do sleep .05; done; kill -STOP $p; sleep 2; "
                     "kill -CONT $p; wait $p", {"BOUMB_MELODY_PACE_MS": "200"}, id="stopped for a while"),
    ],
)  # fmt: skip
def test_the_music_is_made_and_kept(terminal: Terminal, script: str, variables: dict[str, str]) -> None:
    done = shell(terminal, script, **variables)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    (made,) = {path.resolve() for path in terminal.folder.rglob("*.mid")}
    assert notes(made) > 1
    assert list(Path(terminal.environment["HOME"]).rglob("*")) == [], "nothing is left in the home folder"


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("folder", "c'est un dossier"),
        ("folder/", "c'est un dossier"),
        ("dangling.mid", "son dossier n'existe pas"),
        ("circle.mid", "ses liens tournent en rond"),
        ("a/b/c.mid", "son dossier n'existe pas"),
        ("keep.mid/x.mid", "son dossier est un fichier"),
        (f"{LONG}a.mid", "son nom est trop long"),
    ],
)
def test_a_place_that_cannot_be_is_refused_with_why(terminal: Terminal, out: str, said: str) -> None:
    made = "mkdir folder; ln -s gone/away.mid dangling.mid; ln -s circle.mid circle.mid; echo mine > keep.mid"
    done = shell(terminal, f"{made}; {B} --out {out}")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in " ".join(done.stderr.split())
    assert {path.name for path in terminal.folder.iterdir()} == {"folder", "dangling.mid", "circle.mid", "keep.mid"}
    assert (terminal.folder / "keep.mid").read_text() == "mine\n"


def test_two_at_once_to_one_name_leave_one_whole_file(terminal: Terminal) -> None:
    done = shell(terminal, f"{B} --seed 1 --out x.mid & {B} --seed 2 --out x.mid; r=$?; wait $! && exit $r")
    assert (done.returncode, done.stderr) == (0, "")
    assert [path.name for path in terminal.folder.iterdir()] == ["x.mid"]
    assert notes(terminal.folder / "x.mid") > 1


def test_a_current_folder_that_was_removed_costs_no_music(terminal: Terminal) -> None:
    gone = "mkdir g; cd g; rmdir ../g"
    home = Path(terminal.environment["HOME"])
    assert shell(terminal, f"{gone}; {B}").returncode == 0
    (first,) = home.glob("*.mid")
    done = shell(terminal, f"{gone}; {B} --out x.mid")
    assert done.returncode == 2
    assert "x.mid : son dossier n'existe pas" in " ".join(done.stderr.split())
    assert "La musique est enregistrée ailleurs" in done.stderr
    assert {notes(path) > 1 for path in home.glob("*.mid")} == {True}
    assert len(list(home.glob("*.mid"))) == 2, first


@pytest.mark.parametrize("limit", ["-v 200000", "-v 300000", "-f 0"])
def test_limits_that_leave_no_room_are_said_in_a_sentence(terminal: Terminal, limit: str) -> None:
    done = shell(terminal, f"ulimit {limit}; {B}")
    assert done.returncode in (1, 2, 3)
    assert "could not start" in done.stderr or "memory" in done.stderr
    assert "dossier" not in done.stderr


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ('refine gone.mid "plus grave"', "ce fichier n'existe pas"),
        ('refine /dev/zero "plus grave"', "il dépasse 1 Mio"),
        ('compose "une basse" --with gone.mid', "ce fichier n'existe pas"),
        ('compose ""', "empty"),
        (f'compose "{"a" * 3000}"', "too long"),
        ('compose "une basse" --seed 99999999999999999999', "4294967295"),
        ('compose "une basse" --bars -3', "128"),
    ],
)
def test_what_cannot_be_is_refused_with_why(terminal: Terminal, command: str, said: str) -> None:
    done = shell(terminal, f'"{ROOT}/boumb" {command}')
    assert (done.returncode, done.stdout) == (2, "")
    assert said in " ".join(done.stderr.split())
    assert list(terminal.folder.iterdir()) == []


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b""], ids=["with a mark", "without"])
def test_a_prompt_from_a_file_is_read_with_or_without_a_byte_order_mark(terminal: Terminal, mark: bytes) -> None:
    (terminal.folder / "prompt.txt").write_bytes(mark + "basse énergique\r\n".encode())
    done = shell(terminal, f'"{ROOT}/boumb" compose "$(cat prompt.txt)" --bars 1 --out x.mid')
    assert (done.returncode, done.stderr) == (0, "")
    assert notes(terminal.folder / "x.mid") > 1


def test_a_studio_behind_a_proxy_that_leads_nowhere_is_reached(terminal: Terminal) -> None:
    """gRPC would ask the proxy for addresses of this machine too."""
    with terminal.start("up", **PROXIES) as studio:
        assert studio.stdout is not None
        said = ""
        while "Ctrl-C" not in said:
            line = studio.stdout.readline()
            assert line, f"the studio ended: {said}"
            said += line
        done = terminal.run("compose", "basse", "--bars", "1", "--out", "x.mid", **PROXIES)
        assert (done.returncode, done.stderr) == (0, "")
        studio.terminate()
        studio.wait(30)
    assert notes(terminal.folder / "x.mid") > 1
