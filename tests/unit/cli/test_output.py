"""Standard output that cannot be written."""

import errno
import io
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.output import LenientFile

# What a command does: prints, waits for its reader to leave, prints again; then says on standard error what is lost.
COMMAND = """
import sys
from cli.output import be_lenient, fill_closed
fill_closed()
output = be_lenient()
for _ in range(3):
    print("x" * 100_000, flush=True)
lost = output.lost()
print("printed", lost and lost.errno, file=sys.stderr)
print("end")
"""


def shell(redirection: str) -> subprocess.CompletedProcess[str]:
    command = f'set -o pipefail; "$0" -c "$1" {redirection}'
    return subprocess.run(
        ["bash", "-c", command, sys.executable, COMMAND], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("redirection", "said"),
    [
        ("| head -c 5 >&2", "xxxxxprinted None\n"),
        ("> /dev/full", f"printed {errno.ENOSPC}\n"),
        (">&-", "printed None\n"),
        ("2>&-", ""),
        ("2> /dev/full > /dev/null", ""),
        ("<&- >&- 2>&-", ""),
    ],
)
def test_printing_goes_on_whatever_happens_to_the_streams(redirection: str, said: str) -> None:
    result = shell(redirection)
    assert (result.returncode, result.stderr) == (0, said)


def test_numbers_of_closed_streams_are_not_given_to_files() -> None:
    command = "from cli.output import fill_closed; fill_closed(); import sys; sys.exit(open('/dev/null').fileno())"
    result = subprocess.run(
        ["bash", "-c", '"$0" -c "$1" <&- >&- 2>&-', sys.executable, command], timeout=60, check=False
    )
    assert result.returncode > 2


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def test_all_is_written_where_somebody_reads(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    content = os.urandom(300_000)  # more than a pipe holds
    seen = bytearray()

    def read() -> None:
        while len(seen) < len(content):
            seen.extend(os.read(reader, 65536))

    reading = threading.Thread(target=read)
    reading.start()
    file = LenientFile(writer)
    with io.BufferedWriter(file) as stream:
        stream.write(content)
    reading.join()
    assert seen == content
    assert file.lost is None


def test_who_does_not_read_is_waited_for_until_told_otherwise(pipe: tuple[int, int]) -> None:
    reader, writer = pipe
    file = LenientFile(writer)
    file.stop_waiting()  # nothing waits: the next write is not meant
    assert file.write(b"x") == 1
    assert os.read(reader, 10) == b"x"

    def fill() -> None:
        while file.lost is None:
            file.write(b"x" * 4096)

    filling = threading.Thread(target=fill)
    filling.start()
    filling.join(0.3)
    assert filling.is_alive()
    while filling.is_alive():
        file.stop_waiting()
        filling.join(0.05)
    assert file.lost is not None
    assert file.write(b"y" * 10) == 10


def test_a_full_device_is_remembered_once() -> None:
    with Path("/dev/full").open("wb", buffering=0) as full:
        file = LenientFile(full.fileno())
        assert file.write(b"abc") == 3
        assert file.lost is not None
        assert file.lost.errno == errno.ENOSPC
