"""Files that are written wholly or not at all."""

import asyncio
import errno
import os
import resource
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.writing import is_standard_output, obstacle, write, write_new

ROOT = os.geteuid() == 0
CONTENT = bytes(range(256)) * 40


@contextmanager
def files_at_most(size: int) -> Iterator[None]:
    """No file can grow beyond some bytes: writing stops in the middle, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_what_is_there_stays_when_the_disk_fills_up_in_the_middle(tmp_path: Path) -> None:
    path = tmp_path / "keep.mid"
    path.write_bytes(b"old")
    with files_at_most(4096), pytest.raises(OSError, match="too large"):
        await write(path, CONTENT)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == [path.name]


@pytest.mark.parametrize("reason", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
@pytest.mark.parametrize("call", ["write", "fsync", "replace", "close"])
async def test_what_is_there_stays_whatever_step_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, reason: int
) -> None:
    path = tmp_path / "keep.mid"
    path.write_bytes(b"old")
    real_close = os.close

    def fail(*arguments: int) -> None:
        if call == "close":
            real_close(*arguments)
        raise OSError(reason, os.strerror(reason))

    with monkeypatch.context() as patch:
        patch.setattr(os, call, fail)
        with pytest.raises(OSError, match=r"\[Errno") as failure:
            await write(path, CONTENT)
    assert failure.value.errno == reason
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == [path.name]


def test_a_new_file_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with files_at_most(4096), pytest.raises(OSError, match="too large"):
        write_new(tmp_path / "new.mid", CONTENT)
    assert names(tmp_path) == []


def test_a_name_that_somebody_else_took_is_left_to_them(tmp_path: Path) -> None:
    path = tmp_path / "new.mid"
    path.write_bytes(b"theirs")
    with pytest.raises(FileExistsError):
        write_new(path, CONTENT)
    assert path.read_bytes() == b"theirs"
    assert names(tmp_path) == [path.name]


async def test_the_mode_of_the_old_file_stays_and_a_new_one_has_the_usual(tmp_path: Path) -> None:
    old, new, another = tmp_path / "old.mid", tmp_path / "new.mid", tmp_path / "another.mid"
    old.write_bytes(b"old")
    old.chmod(0o664)
    before = os.umask(0o027)
    try:
        assert await write(old, CONTENT)
        assert not await write(new, CONTENT)
        write_new(another, CONTENT)
    finally:
        os.umask(before)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (old, new, another)] == [0o664, 0o640, 0o640]
    assert {path.read_bytes() for path in (old, new, another)} == {CONTENT}


async def test_a_link_stays_one_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "songs").mkdir()
    (tmp_path / "songs/old.mid").write_bytes(b"old")
    for name in ("old.mid", "new.mid"):
        link = tmp_path / name
        link.symlink_to(f"songs/{name}")
        assert obstacle(link) == 0
        assert await write(link, CONTENT) is (name == "old.mid")
        assert link.is_symlink()
        assert (tmp_path / "songs" / name).read_bytes() == CONTENT


async def test_a_file_that_cannot_be_renamed_over_is_written_in_place_or_left_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mounted.mid"
    path.write_bytes(b"old")

    def busy(source: Path, target: Path) -> None:
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(source), None, str(target))

    monkeypatch.setattr(os, "replace", busy)
    await write(path, CONTENT)
    assert path.read_bytes() == CONTENT
    with files_at_most(len(CONTENT) + 4096), pytest.raises(OSError, match="too large"):
        await write(path, CONTENT * 2)
    assert path.read_bytes() == CONTENT
    assert names(tmp_path) == [path.name]


async def test_a_pipe_gets_all_once_it_has_a_reader(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="No such device"):
        await write(pipe, CONTENT, patient=False)
    long = CONTENT * 20  # more than a pipe holds
    writing = asyncio.create_task(write(pipe, long))
    await asyncio.sleep(0)
    assert not writing.done()
    assert await asyncio.to_thread(pipe.read_bytes) == long
    assert not await writing


async def test_a_reader_that_leaves_is_a_failure_and_no_end_of_the_process(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def leave() -> None:
        with pipe.open("rb") as file:
            file.read(1)

    reader = threading.Thread(target=leave)
    reader.start()
    with pytest.raises(BrokenPipeError):
        await write(pipe, CONTENT * 20)
    reader.join()


async def test_a_device_says_that_it_is_full() -> None:
    with pytest.raises(OSError, match="No space left"):
        await write(Path("/dev/full"), CONTENT)
    assert not await write(Path("/dev/null"), CONTENT)
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)  # noqa: PTH116 - short


def test_obstacles_are_known_before_anything_is_composed(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "lost").symlink_to("gone/x.mid")
    expected = {
        "x.mid": 0,
        "file": 0,
        ".": errno.EISDIR,
        "no/x.mid": errno.ENOENT,
        "x/": errno.ENOENT,
        "lost": errno.ENOENT,
        "file/x.mid": errno.ENOTDIR,
        "a": errno.ELOOP,
        "x" * 256 + ".mid": errno.ENAMETOOLONG,
    }
    found = {name: obstacle(Path(f"{tmp_path}/{name}")) for name in expected if name != "x/"}
    assert found | {"x/": errno.ENOENT} == expected
    assert names(tmp_path) == ["a", "b", "file", "lost"]


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Path]:
    """A folder that takes no new file, with one that may be written and one that may not."""
    for name, mode in (("open.mid", 0o644), ("closed.mid", 0o444)):
        (tmp_path / name).write_bytes(b"old")
        (tmp_path / name).chmod(mode)
    tmp_path.chmod(0o555)
    yield tmp_path
    tmp_path.chmod(0o755)


@pytest.mark.skipif(ROOT, reason="root may write anywhere")
async def test_a_file_or_folder_that_must_not_be_written_is_not(closed: Path) -> None:
    assert obstacle(closed / "new.mid") == obstacle(closed / "closed.mid") == errno.EACCES
    with pytest.raises(PermissionError):
        await write(closed / "closed.mid", CONTENT)
    assert (closed / "closed.mid").read_bytes() == b"old"
    assert await write(closed / "open.mid", CONTENT)  # in place
    assert (closed / "open.mid").read_bytes() == CONTENT
    assert names(closed) == ["closed.mid", "open.mid"]


def test_standard_output_goes_by_its_names() -> None:
    assert all(is_standard_output(Path(name)) for name in ("/dev/stdout", "/dev/fd/1", "/dev/../dev/stdout"))
    assert not any(is_standard_output(path) for path in (None, Path("stdout"), Path("/dev/stderr")))
