"""A process beside a service: started when needed, replaced when lost, never left behind."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
from boumbapp.theory.v2 import theory_service_pb2 as pb
from google.rpc.status_pb2 import Status

from services.chassis.errors.catalogue import OVERLOADED, STOPPING, ApiError
from services.chassis.jobs.job import Job, JobResult, JobStatus
from services.chassis.jobs.job_queue import JobLostError, JobQueue
from services.theory.offload import MODULE, NOTES
from tests.integration.processes import is_alive, wait_until_gone

COMMAND = [MODULE, NOTES]
PROMPT = Job("Analyse", pb.AnalyseRequest(prompt="basse dub en la mineur").SerializeToString())


@pytest.fixture
async def queue() -> AsyncIterator[JobQueue]:
    queue = JobQueue(COMMAND, max_pending=4, max_pending_per_caller=2)
    yield queue
    await queue.close()


def pid_of(queue: JobQueue) -> int:
    assert queue.pid is not None
    return queue.pid


async def test_it_starts_with_the_first_job_and_stays(queue: JobQueue) -> None:
    assert queue.pid is None
    result = await queue.submit("ana", PROMPT)
    assert pb.AnalyseResponse.FromString(result.content).intent.key.tonic == "A"
    first = pid_of(queue)
    again = await queue.submit("ana", PROMPT)
    assert (again.content, again.pid) == (result.content, first)
    assert queue.pid == first


async def test_jobs_are_refused_beyond_the_places_of_one_and_of_all(queue: JobQueue) -> None:
    await queue.submit("ana", PROMPT)
    os.kill(pid_of(queue), signal.SIGSTOP)  # nothing gets done meanwhile
    held = [asyncio.create_task(queue.submit(caller, PROMPT)) for caller in ("ana", "ana", "bob", "bob")]
    await asyncio.sleep(0)
    for caller, places in (("ana", 4), ("eve", 4)):
        with pytest.raises(ApiError) as caught:
            await queue.submit(caller, PROMPT)
        assert caught.value.code is OVERLOADED
        assert caught.value.parameters["value"] == places
    held[3].cancel()  # a caller who leaves before the turn comes gives the place back
    await asyncio.wait(held[3:])
    with pytest.raises(ApiError) as caught:
        await queue.submit("ana", PROMPT)  # has two of her own
    assert caught.value.parameters["value"] == 2
    os.kill(pid_of(queue), signal.SIGCONT)
    assert all(result.status is JobStatus.DONE for result in await asyncio.gather(*held[:3]))
    assert (await queue.submit("ana", PROMPT)).status is JobStatus.DONE


async def test_a_job_that_has_begun_keeps_its_place_when_its_caller_leaves(queue: JobQueue) -> None:
    await queue.submit("ana", PROMPT)
    os.kill(pid_of(queue), signal.SIGSTOP)
    for _ in range(2):
        job = asyncio.create_task(queue.submit("ana", PROMPT))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
    waiting = [asyncio.create_task(queue.submit("ana", PROMPT))]
    await asyncio.sleep(0)
    with pytest.raises(ApiError) as caught:
        await queue.submit("ana", PROMPT)
    assert caught.value.code is OVERLOADED
    os.kill(pid_of(queue), signal.SIGCONT)
    assert (await waiting[0]).status is JobStatus.DONE


async def test_a_job_without_end_is_given_up_and_the_next_one_is_served() -> None:
    queue = JobQueue(COMMAND, max_pending=2, max_pending_per_caller=2, timeout_s=0.5)
    queue._timeout_s = 60
    await queue.submit("ana", PROMPT)
    stopped = pid_of(queue)
    os.kill(stopped, signal.SIGSTOP)
    queue._timeout_s = 0.1
    with pytest.raises(JobLostError):
        await queue.submit("ana", PROMPT)
    assert not is_alive(stopped)
    queue._timeout_s = 60
    assert (await queue.submit("ana", PROMPT)).status is JobStatus.DONE
    await queue.close()


async def test_an_idle_process_ends_and_a_new_one_serves() -> None:
    queue = JobQueue(COMMAND, max_pending=2, max_pending_per_caller=2, idle_s=0)
    assert (await queue.submit("ana", PROMPT)).status is JobStatus.DONE
    await asyncio.sleep(0.01)
    assert queue.pid is None
    assert (await queue.submit("ana", PROMPT)).status is JobStatus.DONE
    await queue.close()


async def test_closing_ends_what_runs_and_refuses_what_waits(queue: JobQueue) -> None:
    await queue.submit("ana", PROMPT)
    pid = pid_of(queue)
    os.kill(pid, signal.SIGSTOP)
    jobs = [asyncio.create_task(queue.submit("ana", PROMPT)) for _ in range(2)]
    await asyncio.sleep(0)
    await queue.close()
    assert not is_alive(pid)
    results: list[JobResult | BaseException] = await asyncio.gather(*jobs, return_exceptions=True)
    assert [isinstance(result, ApiError) and result.code for result in results] == [STOPPING] * 2


async def test_what_is_no_request_is_refused(queue: JobQueue) -> None:
    result = await queue.submit("ana", Job("Analyse", b"\xff", accept_language="fr"))
    assert result.status is JobStatus.FAILED
    assert "mal formé" in Status.FromString(result.content).message


_PARENT = f"""
import asyncio, os, signal
from services.chassis.jobs.job_queue import JobQueue
from services.chassis.jobs.job import Job

async def main():
    queue = JobQueue({COMMAND!r}, max_pending=1, max_pending_per_caller=1)
    await queue.submit("ana", Job("Info", b""))
    print(queue.pid, flush=True)
    os.kill(queue.pid, signal.SIGSTOP)  # it cannot even notice that its input has ended
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
