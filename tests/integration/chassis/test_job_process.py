"""A process beside a service: started when needed, replaced when lost, never left behind."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
from boumbapp.theory.v1 import theory_service_pb2 as pb
from google.rpc.status_pb2 import Status

from services.chassis.errors.catalogue import ApiError, Code
from services.chassis.jobs.job import Job, Outcome, Result
from services.chassis.jobs.job_queue import JobLostError, JobProcess
from services.theory.offload import MODULE, NOTES
from tests.integration.processes import is_alive, wait_until_gone

COMMAND = [MODULE, NOTES]
PROMPT = Job("Analyse", pb.AnalyseRequest(prompt="basse dub en la mineur").SerializeToString())


@pytest.fixture
async def process() -> AsyncIterator[JobProcess]:
    process = JobProcess(COMMAND, places=4, places_each=2)
    yield process
    await process.close()


def pid_of(process: JobProcess) -> int:
    assert process.pid is not None
    return process.pid


async def test_it_starts_with_the_first_job_and_stays(process: JobProcess) -> None:
    assert process.pid is None
    outcome = await process.do("ana", PROMPT)
    assert pb.AnalyseResponse.FromString(outcome.content).intent.key.tonic == "A"
    first = pid_of(process)
    assert await process.do("ana", PROMPT) == outcome
    assert process.pid == first


async def test_jobs_are_refused_beyond_the_places_of_one_and_of_all(process: JobProcess) -> None:
    await process.do("ana", PROMPT)
    os.kill(pid_of(process), signal.SIGSTOP)  # nothing gets done meanwhile
    held = [asyncio.create_task(process.do(caller, PROMPT)) for caller in ("ana", "ana", "bob", "bob")]
    await asyncio.sleep(0)
    for caller, places in (("ana", 4), ("eve", 4)):
        with pytest.raises(ApiError) as caught:
            await process.do(caller, PROMPT)
        assert caught.value.code is Code.OVERLOADED
        assert caught.value.parameters["value"] == places
    held[3].cancel()  # a caller who leaves before the turn comes gives the place back
    await asyncio.wait(held[3:])
    with pytest.raises(ApiError) as caught:
        await process.do("ana", PROMPT)  # has two of her own
    assert caught.value.parameters["value"] == 2
    os.kill(pid_of(process), signal.SIGCONT)
    assert all(outcome.result is Result.DONE for outcome in await asyncio.gather(*held[:3]))
    assert (await process.do("ana", PROMPT)).result is Result.DONE


async def test_a_job_that_has_begun_keeps_its_place_when_its_caller_leaves(process: JobProcess) -> None:
    await process.do("ana", PROMPT)
    os.kill(pid_of(process), signal.SIGSTOP)
    for _ in range(2):
        job = asyncio.create_task(process.do("ana", PROMPT))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
    waiting = [asyncio.create_task(process.do("ana", PROMPT))]
    await asyncio.sleep(0)
    with pytest.raises(ApiError) as caught:
        await process.do("ana", PROMPT)
    assert caught.value.code is Code.OVERLOADED
    os.kill(pid_of(process), signal.SIGCONT)
    assert (await waiting[0]).result is Result.DONE


async def test_a_job_without_end_is_given_up_and_the_next_one_is_served() -> None:
    process = JobProcess(COMMAND, places=2, places_each=2, limit_s=0.5)
    process._limit_s = 60
    await process.do("ana", PROMPT)
    stopped = pid_of(process)
    os.kill(stopped, signal.SIGSTOP)
    process._limit_s = 0.1
    with pytest.raises(JobLostError):
        await process.do("ana", PROMPT)
    assert not is_alive(stopped)
    process._limit_s = 60
    assert (await process.do("ana", PROMPT)).result is Result.DONE
    await process.close()


async def test_an_idle_process_ends_and_a_new_one_serves() -> None:
    process = JobProcess(COMMAND, places=2, places_each=2, idle_s=0)
    assert (await process.do("ana", PROMPT)).result is Result.DONE
    await asyncio.sleep(0.01)
    assert process.pid is None
    assert (await process.do("ana", PROMPT)).result is Result.DONE
    await process.close()


async def test_closing_ends_what_runs_and_refuses_what_waits(process: JobProcess) -> None:
    await process.do("ana", PROMPT)
    pid = pid_of(process)
    os.kill(pid, signal.SIGSTOP)
    jobs = [asyncio.create_task(process.do("ana", PROMPT)) for _ in range(2)]
    await asyncio.sleep(0)
    await process.close()
    assert not is_alive(pid)
    outcomes: list[Outcome | BaseException] = await asyncio.gather(*jobs, return_exceptions=True)
    assert [isinstance(outcome, ApiError) and outcome.code for outcome in outcomes] == [Code.STOPPING] * 2


async def test_what_is_no_request_is_refused(process: JobProcess) -> None:
    outcome = await process.do("ana", Job("Analyse", b"\xff", accept_language="fr"))
    assert outcome.result is Result.REFUSED
    assert "mal formé" in Status.FromString(outcome.content).message


_PARENT = f"""
import asyncio, os, signal
from services.chassis.jobs.job_queue import JobProcess
from services.chassis.jobs.job import Job

async def main():
    process = JobProcess({COMMAND!r}, places=1, places_each=1)
    await process.do("ana", Job("Info", b""))
    print(process.pid, flush=True)
    os.kill(process.pid, signal.SIGSTOP)  # it cannot even notice that its input has ended
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


def test_it_dies_with_a_service_that_is_killed() -> None:
    path = os.pathsep.join(path for path in sys.path if path)
    run = subprocess.run(
        [sys.executable, "-c", _PARENT], capture_output=True, check=False, env={**os.environ, "PYTHONPATH": path}
    )
    assert run.returncode == -signal.SIGKILL, run.stderr
    wait_until_gone(int(run.stdout))
