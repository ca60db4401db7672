"""Writes a file wholly or not at all, and what is no file as the shell would."""

import asyncio
import contextlib
import errno
import os
import secrets
import stat
from pathlib import Path

_STANDARD_OUTPUT = frozenset({"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"})
_NO_READER_YET_S = 0.05
# A folder that takes no new file, or a file that cannot be renamed over, such as one that is mounted.
_ONLY_IN_PLACE = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY})


def named(path: Path | None) -> Path | None:
    """A path with `-`, as programs call standard output, by its name in the file system."""
    return Path("/dev/stdout") if path == Path("-") else path


def is_standard_output(path: Path | None) -> bool:
    """Whether a path names this process's standard output."""
    if path is None:
        return False
    try:
        return os.path.abspath(path) in _STANDARD_OUTPUT  # noqa: PTH100 - links must stay
    except FileNotFoundError:  # the current folder was removed, so this path is seen from nowhere
        return False


def obstacle(path: Path) -> int:
    """What is known to keep a file from being written, as an errno; 0 for nothing. Nothing is changed."""
    if is_standard_output(path):
        return 0
    try:
        status = os.stat(path)  # noqa: PTH116 - as below
    except FileNotFoundError:
        return _obstacle_to_new(path)
    except OSError as error:
        return error.errno or errno.EIO
    if stat.S_ISDIR(status.st_mode):
        return errno.EISDIR
    return 0 if os.access(path, os.W_OK) else errno.EACCES


def _obstacle_to_new(path: Path) -> int:
    if os.fspath(path).endswith("/"):
        return errno.ENOENT
    folder = _target(path).parent
    try:
        if not stat.S_ISDIR(os.stat(folder).st_mode):  # noqa: PTH116 - Path.is_dir hides why not
            return errno.ENOTDIR
    except OSError as error:
        return error.errno or errno.EIO
    return 0 if os.access(folder, os.W_OK | os.X_OK) else errno.EACCES


async def write(path: Path, content: bytes, *, patient: bool = True) -> bool:
    """Write a file in the place of what is there, whose mode and owner stay.

    The content goes beside it and is then renamed, so that what is there stays as it is if anything goes wrong.
    Links are followed. A device gets the content as it is; so does a pipe, as soon as it has a reader.

    Args:
        path: Where; its folder exists.
        content: All of it.
        patient: Whether to wait for a pipe's reader; otherwise a pipe without one fails with ENXIO.

    Returns:
        Whether there was a file before.

    Raises:
        OSError: It could not be written. A regular file that was there is as it was; nothing else was left.
    """
    if is_standard_output(path):
        await _feed(os.dup(1), content)
        return False
    try:
        before = os.stat(path)  # noqa: PTH116 - as above
    except FileNotFoundError:
        before = None
    if before is not None and stat.S_ISFIFO(before.st_mode):
        await _feed(await _open_pipe(path, patient=patient), content)
        return False
    if before is not None and not stat.S_ISREG(before.st_mode):
        with open(path, "wb", buffering=0) as file:  # noqa: PTH123, ASYNC230 - a device; it is short
            _write_all(file.fileno(), content)
        return False
    if before is not None and not os.access(path, os.W_OK):  # renaming would not ask
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(path))
    target = _target(path)
    try:
        _replace(target, content, before)
    except OSError as error:
        if before is None or error.errno not in _ONLY_IN_PLACE:
            raise
        _overwrite(target, content)
    return before is not None


def write_new(path: Path, content: bytes) -> None:
    """Write a file where none is.

    Args:
        path: Where; its folder exists.
        content: All of it.

    Raises:
        FileExistsError: There is one by now.
        OSError: It could not be written; nothing was left.
    """
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666))  # nobody else gets this name
    try:
        _replace(path, content, None)
    except BaseException:
        with contextlib.suppress(OSError):
            path.unlink()
        raise


def _target(path: Path) -> Path:
    """The file that a link leads to, whether it exists or not; a path that is no link, as it is."""
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def _replace(target: Path, content: bytes, before: os.stat_result | None) -> None:
    beside = target.with_name(f".boumb-{secrets.token_hex(6)}.part")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        try:
            if before is not None:
                with contextlib.suppress(OSError):  # only root can give files away
                    os.fchown(descriptor, before.st_uid, before.st_gid)
                os.fchmod(descriptor, stat.S_IMODE(before.st_mode))
            _write_all(descriptor, content)
            os.fsync(descriptor)  # some disks tell only then that they are full
        finally:
            os.close(descriptor)
        os.replace(beside, target)  # noqa: PTH105 - as os.open above
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


def _overwrite(target: Path, content: bytes) -> None:
    """Write over a file, and put back what was in it if that fails: its own room on the disk is still its own."""
    with open(target, "r+b", buffering=0) as file:  # noqa: PTH123 - as os.open above
        before = file.read()
        try:
            file.seek(0)
            _write_all(file.fileno(), content)
            file.truncate()
            os.fsync(file.fileno())
        except BaseException:
            with contextlib.suppress(OSError):
                file.seek(0)
                _write_all(file.fileno(), before)
                file.truncate()
            raise


def _write_all(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


async def _open_pipe(path: Path, *, patient: bool) -> int:
    while True:
        try:
            return os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            if error.errno != errno.ENXIO or not patient:  # ENXIO: nobody reads yet
                raise
        await asyncio.sleep(_NO_READER_YET_S)


async def _feed(descriptor: int, content: bytes) -> None:
    """Write at the reader's pace, and close. Cancelling stops."""
    blocking = os.get_blocking(descriptor)
    os.set_blocking(descriptor, False)
    try:
        left = memoryview(content)
        while left:
            try:
                left = left[os.write(descriptor, left) :]
            except BlockingIOError:
                await asyncio.sleep(_NO_READER_YET_S)
    finally:
        os.set_blocking(descriptor, blocking)  # others may have it too
        os.close(descriptor)
