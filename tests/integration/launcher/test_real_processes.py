"""The launcher with real processes: nothing outlives it, whatever happens to it."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from launcher.process import ServiceProcess
from launcher.settings import ROOT
from launcher.supervisor import Change, Member, State, Supervisor
from services.chassis import parent_death_signal
from services.chassis.service_manifest import manifests, usual
from tests.integration.processes import is_alive, wait_until_gone

PYTHONPATH = {"PYTHONPATH": f"{ROOT}:{ROOT / 'gen/python'}"}


def test_a_program_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    program = textwrap.dedent("""
        import subprocess, sys, time
        from services.chassis import parent_death_signal
        child = subprocess.Popen([*parent_death_signal.prefix(), "/bin/sleep", "1000"], process_group=0)
        print(child.pid, flush=True)
        time.sleep(1000)
    """)
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    command = Path(f"/proc/{child}/cmdline")
    while b"sleep" not in command.read_bytes().split(b"\0")[0]:  # it has become the program
        time.sleep(0.01)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until_gone(child)


def test_a_program_does_not_start_for_a_parent_that_is_gone() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", parent_death_signal.__file__, "1", "/bin/echo", "started"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert done.stdout == ""
    assert "gone" in done.stderr


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """A module that ends on SIGTERM, unless STUBBORN is set, and tells who and where it is."""
    (tmp_path / "some_service.py").write_text(
        textwrap.dedent("""
            import os, signal, sys, time
            if os.environ.get("STUBBORN"):
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
            print("up", os.getpgrp() == os.getpid(), os.getcwd(), flush=True)
            time.sleep(1000)
        """)
    )
    return tmp_path


async def start(folder: Path, **variables: str) -> tuple[ServiceProcess, Path]:
    log = folder / "service.log"
    with log.open("ab") as file:
        process = await ServiceProcess.start("some_service", {"PYTHONPATH": str(folder), **variables}, file)
    async with asyncio.timeout(5):
        while not log.read_text().startswith("up"):  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.01)
    return process, log


async def test_a_service_runs_in_a_group_of_its_own_and_stops_when_told(service: Path) -> None:
    process, log = await start(service)
    assert log.read_text() == f"up True {ROOT}\n"  # Ctrl-C in a terminal does not reach it
    await process.stop(grace_s=5)
    assert await process.wait() == -signal.SIGTERM
    await process.kill()  # a second time does no harm


async def test_a_service_that_does_not_stop_is_killed(service: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("launcher.process._LAST_WORDS_S", 0.1)
    process, _ = await start(service, STUBBORN="1")
    await process.stop(grace_s=0.1)
    assert await process.wait() == -signal.SIGKILL
    assert not is_alive(process.pid)


def test_a_whole_mesh_dies_with_a_launcher_that_is_killed(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    program = textwrap.dedent("""
        import asyncio, os, sys
        from dataclasses import replace
        from pathlib import Path
        from launcher.mesh import private_folder, running
        from launcher.settings import MeshSettings
        async def main():
            with private_folder() as folder:
                settings = replace(MeshSettings.read().for_one(folder), state=Path(sys.argv[1]))
                async with running(settings, folder):
                    print(folder, flush=True)
                    await asyncio.sleep(1000)
        asyncio.run(main())
    """)
    launcher = subprocess.Popen(
        [sys.executable, "-c", program, tmp_path],
        cwd=ROOT,
        env=os.environ | PYTHONPATH,
        stdout=subprocess.PIPE,
        text=True,
    )
    request.addfinalizer(launcher.kill)
    assert launcher.stdout is not None
    folder = Path(launcher.stdout.readline().strip())
    assert folder.is_dir(), (tmp_path / "logs").exists()
    children = [int(pid) for pid in Path(f"/proc/{launcher.pid}/task/{launcher.pid}/children").read_text().split()]
    names = {Path(f"/proc/{pid}/cmdline").read_bytes().decode() for pid in children}
    assert len(children) == len(usual(manifests())) + 1, names  # and Envoy
    launcher.kill()
    launcher.wait()
    launcher.stdout.close()
    for child in children:
        wait_until_gone(child)
    # The folder that it could not remove goes with the next launcher that comes by.
    old = time.time() - 3600
    os.utime(folder, (old, old))
    from launcher.mesh import private_folder

    with private_folder():
        assert not folder.exists()


def test_folders_in_use_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from launcher.mesh import private_folder

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with private_folder() as first:
        assert first.stat().st_mode & 0o777 == 0o700
        old = time.time() - 3600
        os.utime(first, (old, old))
        with private_folder() as second:
            assert first.exists()
            assert second != first
    assert list(tmp_path.iterdir()) == []


async def test_one_that_is_stopped_is_replaced(service: Path) -> None:
    changes: list[Change] = []

    async def begin() -> ServiceProcess:
        process, _ = await start(service)
        return process

    async def at_once() -> None:
        """It answers."""

    member = Member(name="some", start=begin, ready=at_once, log=service / "service.log")
    supervisor = Supervisor([member], grace_s=0.1, report=changes.append)
    await supervisor.start()
    before = supervisor.pids["some"]
    os.kill(before, signal.SIGSTOP)
    async with asyncio.timeout(20):
        while supervisor.pids.get("some", before) == before:  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.02)
    assert not is_alive(before)
    assert next(change.reason for change in changes if change.state is State.CRASHED) == "was stopped by a signal"
    await supervisor.stop()
