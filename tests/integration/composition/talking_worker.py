"""A worker whose engine prints whatever comes to its mind, to standard output, before each bar.

`python -m tests.integration.composition.talking_worker talk` composes; `babble` answers in no known form; `fail` ends.
"""

import os
import sys
from collections.abc import Callable, Sequence

from boumbapp.music.v2.events_pb2 import EngineInfo
from boumbapp.music.v2.music_pb2 import Bar

from services.composition.brief import CompositionBrief
from services.composition.in_process_engine import InProcessEngine
from services.composition.worker_process import LENGTH_BYTES, work

MODULE = "tests.integration.composition.talking_worker"
NAME = "talking"


def talking_engine(*, aloud: bool) -> InProcessEngine[CompositionBrief, Bar]:
    """An engine of empty bars.

    Args:
        aloud: Whether it prints.
    """

    def start(brief: CompositionBrief) -> Callable[[Sequence[Bar]], Bar]:
        def next_bar(accepted: Sequence[Bar]) -> Bar:
            if aloud:
                print("composing bar", len(accepted), flush=True)
                os.write(1, b"as a library written in C would\n")
            return Bar(index=len(accepted), meter=brief.constraints.meter)

        return next_bar

    return InProcessEngine(EngineInfo(name=NAME, available=True), start, lambda draft: draft)


def main() -> None:
    """Do what the argument says."""
    match sys.argv[1]:
        case "talk":
            work({NAME: talking_engine(aloud=True)})
        case "babble":
            content = b"this is no pickle"
            sys.stdout.buffer.write(len(content).to_bytes(LENGTH_BYTES, "big") + content)
            sys.stdout.flush()
            sys.stdin.read()
        case "fail":
            sys.exit(1)


if __name__ == "__main__":
    main()
