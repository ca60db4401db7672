"""The service's side of the worker process: one job at a time, kept warm, replaced when it fails or grows old."""

import json
import os
import subprocess
import sys
import threading

from boumbapp.theory.v1.theory_service_pb2 import ExportRequest, ImportRequest, ImportResponse

from services.chassis.errors.catalogue import OVERLOADED, ApiError
from services.theory.file_io.musicxml.protocol import DONE, JOB_SECONDS, READ, WRITE, receive, send
from services.theory.file_io.musicxml.source import UnreadableMusicXml

_WORKER = "services.theory.file_io.musicxml.worker"
_JOBS_OF_A_LIFE = 200  # music21 keeps caches
PLACES = 4  # callers who may wait for the process


class MusicXmlProcess:
    """Reads and writes MusicXML in a process of its own. Calls block; they may come from any thread.

    Args:
        limit_s: Seconds after which a job is given up and its process ended.
    """

    def __init__(self, limit_s: float = JOB_SECONDS) -> None:
        self._limit_s = limit_s
        self._process: subprocess.Popen[bytes] | None = None
        self._jobs_left = 0
        self._turn = threading.Lock()
        self._places = threading.Semaphore(PLACES)

    def read(self, data: bytes) -> ImportResponse:
        """Read a file, plain or compressed. Raises UnreadableMusicXml, or ApiError when too many callers wait."""
        return ImportResponse.FromString(self._do(READ, ImportRequest(file=data).SerializeToString()))

    def write(self, request: ExportRequest) -> bytes:
        """Write a file. Raises UnreadableMusicXml when it takes too long, or ApiError when too many callers wait."""
        return self._do(WRITE, request.SerializeToString())

    def close(self) -> None:
        """End the process."""
        with self._turn:
            self._end()

    def _do(self, kind: bytes, message: bytes) -> bytes:
        if not self._places.acquire(blocking=False):
            raise ApiError(OVERLOADED, value=PLACES, retry_s=1)
        try:
            with self._turn:
                return self._do_now(kind, message)
        finally:
            self._places.release()

    def _do_now(self, kind: bytes, message: bytes) -> bytes:
        process = self._ready()
        assert process.stdin is not None
        assert process.stdout is not None
        alarm = threading.Timer(self._limit_s, process.kill)
        alarm.start()
        try:
            send(process.stdin, kind, message)
            answer = receive(process.stdout)
        except BrokenPipeError:
            answer = None
        finally:
            alarm.cancel()
        if answer is None:
            self._end()
            raise UnreadableMusicXml(
                f"it takes more than {JOB_SECONDS} seconds or too much memory",
                f"il demande plus de {JOB_SECONDS} secondes ou trop de mémoire",
            )
        self._jobs_left -= 1
        if not self._jobs_left:
            self._end()
        status, result = answer
        if status != DONE:
            en, fr = json.loads(result)
            raise UnreadableMusicXml(en, fr)
        return result

    def _ready(self) -> subprocess.Popen[bytes]:
        """The process, started when there is none."""
        if self._process is None or self._process.poll() is not None:
            self._end()
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
            self._process = subprocess.Popen(  # noqa: S603  # a module of ours, no outside word in it
                [sys.executable, "-m", _WORKER],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
            )
            self._jobs_left = _JOBS_OF_A_LIFE
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()
