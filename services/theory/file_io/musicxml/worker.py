"""The process that runs music21 on files from outside, within limits on memory and processor time.

It reads jobs from standard input, writes results to standard output and ends with its input.
"""

# music21 is typed in part only.
# mypy: disable-error-code="no-untyped-call"

import json
import os
import resource
import signal
import sys
import warnings
from contextlib import suppress

from boumbapp.theory.v1.theory_service_pb2 import ExportRequest, ImportRequest

from music.grid import MAX_BARS, TooManyBars
from music.unreadable_file import UnreadableFile
from services.theory.file_io.musicxml.from_score import TooMuchMusic, read_score
from services.theory.file_io.musicxml.protocol import DONE, JOB_SECONDS, UNREADABLE, WRITE, receive, send
from services.theory.file_io.musicxml.score import score_of
from services.theory.file_io.musicxml.source import UnreadableMusicXml, score_root
from services.theory.file_io.musicxml.to_score import write_musicxml

_MEMORY_BYTES = 1024**3  # address space; music21 itself takes a fifteenth of it


def main() -> None:
    """Do jobs until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C in the terminal is for the service
    warnings.simplefilter("ignore")
    jobs, results = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that music21 prints may end up among the results
    with suppress(ValueError, OSError):  # macOS knows no such limit
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    while (job := receive(jobs)) is not None:
        _limit_processor_time()
        send(results, *_done(*job))


def _limit_processor_time() -> None:
    """Let this job have its seconds and no more, even when nobody is left to wait for it."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = int(usage.ru_utime + usage.ru_stime)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (used + JOB_SECONDS + 1, most))


def _done(kind: bytes, payload: bytes) -> tuple[bytes, bytes]:
    """Status and result of a job."""
    try:
        if kind == WRITE:
            return DONE, write_musicxml(ExportRequest.FromString(payload))
        return DONE, _read(ImportRequest.FromString(payload).file)
    except UnreadableFile as error:
        return UNREADABLE, json.dumps([error.en, error.fr]).encode()


def _read(data: bytes) -> bytes:
    root = score_root(data)
    try:
        return read_score(score_of(root)).SerializeToString()
    except (TooManyBars, TooMuchMusic) as error:
        raise UnreadableMusicXml(
            f"it has more than {MAX_BARS} bars or too many notes", f"il a plus de {MAX_BARS} mesures ou trop de notes"
        ) from error
    except MemoryError:
        raise
    except Exception as error:  # music21 raises whatever it stumbles over
        raise UnreadableMusicXml("its music makes no sense", "sa musique n'a pas de sens") from error


if __name__ == "__main__":
    main()
