"""Entries on their way: on disk, in order, from the moment they are made until they are delivered.

An entry is written to a file before it is sent, so that it outlives the process, killed or not. Where the disk is full
or fails, a few wait in memory. A folder belongs to the process that holds its lock; what a process that ended left
behind is taken over by the next one.
"""

import fcntl
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from services.composition.recording.frames import frame, read_frames

_SEGMENT_BYTES = 1024 * 1024
_LOCK = "owner.lock"
_PATTERN = "*.frames"
_PRIVATE = 0o700


class SpoolFull(Exception):
    """There is no room for an entry, neither on disk nor in memory."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries to deliver together.

    Attributes:
        entries: At least one, in order.
        segment: File that they are from; None for those in memory.
        end: Where in that file the next entry begins.
    """

    entries: tuple[bytes, ...]
    segment: Path | None
    end: int


class Spool:
    """A queue on disk. For one writer and one reader, which may be different threads.

    Args:
        folder: Of this process alone, from `own_folder`.
        most_bytes: Room on disk.
        most_in_memory: Room in memory, in bytes, for when the disk takes nothing.

    Attributes:
        most_bytes: Room on disk.
    """

    def __init__(self, folder: Path, most_bytes: int, most_in_memory: int = 4 * 1024 * 1024) -> None:
        self._folder = folder
        self.most_bytes = most_bytes
        self._most_in_memory = most_in_memory
        self._mutex = threading.Lock()
        self._segments = deque(sorted(folder.glob(_PATTERN)))
        self._bytes = sum(path.stat().st_size for path in self._segments)
        self._number = max((int(path.stem) for path in self._segments), default=0)
        self._read_to = 0
        self._writing: Path | None = None  # the last segment, where it is open for more
        self._written = 0
        self._memory: deque[bytes] = deque()

    @property
    def waiting_bytes(self) -> int:
        """Bytes on disk."""
        return self._bytes

    def append(self, entries: Sequence[bytes]) -> None:
        """Add entries at the end; all or none.

        Raises:
            SpoolFull: There is no room, or the disk fails and there is none in memory.
        """
        with self._mutex:
            if self._memory:  # later ones stay behind those that the disk did not take
                self._keep(entries, None)
                return
            content = b"".join(map(frame, entries))
            if self._bytes + len(content) > self.most_bytes:
                raise SpoolFull(f"{self._folder}: {self._bytes} bytes wait already")
            try:
                self._write(content)
            except OSError as error:
                self._keep(entries, error)

    def read(self, most: int, most_bytes: int) -> Batch | None:
        """The oldest entries, which stay until `done`; None when there are none.

        Args:
            most: Most entries.
            most_bytes: Bytes after which no further entry is added.
        """
        while True:
            with self._mutex:
                if not self._segments:
                    entries = tuple(self._memory)[:most]
                    return Batch(entries, None, 0) if entries else None
                segment, start = self._segments[0], self._read_to
            taken: list[bytes] = []
            end, size = start, 0
            for entry, following in read_frames(segment, start):
                taken.append(entry)
                end, size = following, size + len(entry)
                if len(taken) >= most or size >= most_bytes:
                    break
            if taken:
                return Batch(tuple(taken), segment, end)
            with self._mutex:
                if segment == self._writing and self._written > end:
                    continue  # more was written meanwhile
                self._drop_first()

    def done(self, batch: Batch) -> None:
        """Remove entries that were delivered."""
        with self._mutex:
            if batch.segment is None:
                for _ in batch.entries:
                    self._memory.popleft()
                return
            self._read_to = batch.end
            finished = self._written if batch.segment == self._writing else batch.segment.stat().st_size
            if self._read_to >= finished:
                self._drop_first()

    def _drop_first(self) -> None:
        segment = self._segments.popleft()
        if segment == self._writing:
            self._writing = None
        with suppress(OSError):
            self._bytes -= segment.stat().st_size
            segment.unlink()
        self._read_to = 0

    def _write(self, content: bytes) -> None:
        if self._writing is None or self._written >= _SEGMENT_BYTES:
            self._number += 1
            self._writing, self._written = self._folder / f"{self._number:08}.frames", 0
            self._writing.touch(0o600)
            self._segments.append(self._writing)
        descriptor = os.open(self._writing, os.O_WRONLY | os.O_APPEND)
        try:
            if os.write(descriptor, content) < len(content):
                raise OSError(f"{self._writing}: only a part was written")
        except OSError:
            os.ftruncate(descriptor, self._written)
            raise
        finally:
            os.close(descriptor)
        self._written += len(content)
        self._bytes += len(content)

    def _keep(self, entries: Sequence[bytes], reason: OSError | None) -> None:
        if sum(map(len, self._memory)) + sum(map(len, entries)) > self._most_in_memory:
            raise SpoolFull(f"{self._folder}: {reason or 'the disk takes nothing'}") from reason
        self._memory.extend(entries)


def own_folder(root: Path, name: str) -> tuple[Path, int]:
    """A folder that no other process uses, with what ended processes of the same name left; and its lock, to be closed.

    Args:
        root: Folder of all spools; made where it is missing.
        name: Of the service.

    Raises:
        OSError: It cannot be made.
    """
    root.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    number = 0
    while True:
        folder = root / f"{name}-{number}"
        folder.mkdir(mode=_PRIVATE, exist_ok=True)
        lock = take(folder)
        if lock is not None:
            break
        number += 1
    for other in sorted(root.glob(f"{name}-*")):
        if other != folder and (theirs := take(other)) is not None:
            _move(other, folder)
            os.close(theirs)
    return folder, lock


def take(folder: Path) -> int | None:
    """Lock a folder for this process; the lock, to be closed, or None when another process uses the folder.

    Raises:
        OSError: It cannot be locked at all.
    """
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _move(source: Path, target: Path) -> None:
    """Put the segments of one folder before those of another, renumbered."""
    theirs, ours = sorted(source.glob(_PATTERN)), sorted(target.glob(_PATTERN))
    for place, path in reversed(list(enumerate(ours))):
        path.rename(target / f"{len(theirs) + place + 1:08}.frames")
    for place, path in enumerate(theirs):
        path.rename(target / f"{place + 1:08}.frames")


def left_behind(root: Path) -> Iterator[tuple[Path, int]]:
    """Folders of processes that have ended, each locked until the next is asked for, with its lock."""
    for folder in sorted(root.glob("*-*")) if root.is_dir() else []:
        lock = take(folder) if any(folder.glob(_PATTERN)) else None
        if lock is not None:
            try:
                yield folder, lock
            finally:
                os.close(lock)


def rewrite(root: Path, keeps: Callable[[bytes], bool]) -> int:
    """Remove entries from every spool, also from those in use; how many were removed.

    A process that sends entries from a file meanwhile may still deliver some that are removed here.

    Args:
        root: Folder of all spools.
        keeps: Whether an entry stays.
    """
    removed = 0
    for path in sorted(root.glob(f"*-*/{_PATTERN}")) if root.is_dir() else []:
        place = 0
        for entry, following in read_frames(path):
            if not keeps(entry):
                removed += 1
                _blank(path, place, len(frame(entry)))
            place = following
    return removed


def _blank(path: Path, start: int, length: int) -> None:
    """Overwrite an entry in place with an empty one of the same length, so that readers keep their place."""
    blank = frame(bytes(length - len(frame(b""))))
    with suppress(FileNotFoundError), path.open("r+b") as file:
        file.seek(start)
        file.write(blank)
