"""What a worker process does: it composes pieces a bar at a time, as requests on standard input ask for it."""

import gc
import os
import pickle
import signal
import sys
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from io import RawIOBase
from typing import Any, BinaryIO

from services.composition.brief import CompositionBrief
from services.composition.in_process_engine import InProcessEngine, Piece

LENGTH_BYTES = 4


@dataclass(frozen=True, slots=True)
class Begin:
    """A new piece.

    Attributes:
        piece: Its number; no other piece of this process has it.
        engine: Name of the engine.
        brief: What to compose.
    """

    piece: int
    engine: str
    brief: Any


@dataclass(frozen=True, slots=True)
class Next:
    """The next bar of a piece; `correction` is the bar before as accepted, where that is not the draft."""

    piece: int
    correction: Any


@dataclass(frozen=True, slots=True)
class End:
    """Nothing more is wanted of a piece."""

    piece: int


@dataclass(frozen=True, slots=True)
class Answer:
    """To each `Next`; and a first one with no piece, which says that the worker is ready.

    Attributes:
        piece: Number of the piece.
        draft: Of the bar.
        failure: A traceback where there is no draft.
        began_ns: When it was begun, the piece included, in nanoseconds since the epoch.
        ended_ns: When it was there.
    """

    piece: int
    draft: Any = None
    failure: str = ""
    began_ns: int = 0
    ended_ns: int = 0


Request = Begin | Next | End


def framed(message: Request | Answer) -> bytes:
    """A message as it travels: its length, then its content."""
    content = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return len(content).to_bytes(LENGTH_BYTES, "big") + content


def work(engines: Mapping[str, InProcessEngine[Any, Any]], unheard: CompositionBrief | None = None) -> None:
    """Answer until the input ends, as it does when the service has ended, in whatever way.

    Args:
        engines: By name.
        unheard: What each of them composes first, for no caller: then no listener waits for what is built at first.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # typed at a terminal it reaches all; the service decides
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever prints must not get between the answers
    if unheard is not None:
        for engine in engines.values():
            piece = engine.begin(unheard)
            for _ in range(unheard.bars):
                piece.next(None)
    # What was loaded stays until the end: the garbage collector need not look through it again and again.
    gc.collect()
    gc.freeze()
    with suppress(BrokenPipeError):  # the service ended first
        _answer_all(engines, answers)


def _answer_all(engines: Mapping[str, InProcessEngine[Any, Any]], answers: RawIOBase) -> None:
    pieces: dict[int, Piece[Any] | str] = {}
    answers.write(framed(Answer(-1)))
    began_ns = 0  # when what is asked for next was begun, if it was
    while (request := _read(sys.stdin.buffer)) is not None:
        match request:
            case Begin(piece, engine, brief):
                began_ns = time.time_ns()  # and goes on to the first bar
                try:
                    pieces[piece] = engines[engine].begin(brief)
                except Exception:  # noqa: BLE001  reported to the service
                    pieces[piece] = traceback.format_exc()
                continue
            case Next(piece, _):
                began_ns = began_ns or time.time_ns()
                answer = _answer(request, pieces[piece])
                answers.write(framed(replace(answer, began_ns=began_ns, ended_ns=time.time_ns())))
            case End(piece):
                del pieces[piece]
        began_ns = 0


def _answer(request: Next, piece: Piece[Any] | str) -> Answer:
    if isinstance(piece, str):
        return Answer(request.piece, failure=piece)
    try:
        return Answer(request.piece, piece.next(request.correction))
    except Exception:  # noqa: BLE001  reported to the service
        return Answer(request.piece, failure=traceback.format_exc())


def _read(requests: BinaryIO) -> Request | None:
    length = requests.read(LENGTH_BYTES)
    if len(length) < LENGTH_BYTES:
        return None
    request: Request = pickle.loads(requests.read(int.from_bytes(length, "big")))  # noqa: S301  from our own service
    return request
