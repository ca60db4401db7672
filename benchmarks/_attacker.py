"""An attack in a process of its own, as `benchmarks.attacks` starts it: name, gateway, seconds; the token is read."""

import asyncio
import os
import sys

from tests.chaos.attacks import everything

_LESS_URGENT = 15  # it would be on another machine


def main() -> None:
    """Attack for as long as the command line says."""
    name, gateway, seconds = sys.argv[1:]
    os.nice(_LESS_URGENT)
    token = sys.stdin.readline().strip()
    asyncio.run(dict(everything(token, float(seconds)))[name](gateway, token))


if __name__ == "__main__":
    main()
