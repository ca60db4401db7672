"""The spool: what was appended comes out in order, whole, and once, whatever ends in between."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.composition.recording.frames import frame, read_frames
from services.composition.recording.spool import Spool, SpoolFull, left_behind, own_folder, rewrite

MIB = 1024 * 1024


def drain(spool: Spool, most: int = 7) -> Iterator[bytes]:
    while batch := spool.read(most, MIB):
        yield from batch.entries
        spool.done(batch)


@given(st.lists(st.one_of(st.binary(min_size=1, max_size=300), st.none()), max_size=60), st.integers(1, 9))
def test_appending_and_reading_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, steps: list[bytes | None], most: int
) -> None:
    """None stands for reading a batch."""
    spool = Spool(tmp_path_factory.mktemp("spool"), MIB)
    appended: list[bytes] = []
    read: list[bytes] = []
    for step in steps:
        if step is not None:
            spool.append([step])
            appended.append(step)
        elif batch := spool.read(most, MIB):
            read += batch.entries
            spool.done(batch)
    assert read + list(drain(spool, most)) == appended
    assert spool.waiting_bytes == 0


def test_what_a_killed_process_left_is_read_first_and_in_order(tmp_path: Path) -> None:
    folder, lock = own_folder(tmp_path, "melody")
    first = Spool(folder, MIB)
    first.append([b"a", b"b"])
    batch = first.read(1, MIB)
    assert batch is not None
    os.close(lock)  # as when the process ends; the batch was not acknowledged
    folder, lock = own_folder(tmp_path, "melody")
    second = Spool(folder, MIB)
    second.append([b"c"])
    assert list(drain(second)) == [b"a", b"b", b"c"]
    assert not list(folder.glob("*.frames"))
    os.close(lock)


def test_two_processes_have_two_folders_and_the_survivor_takes_over(tmp_path: Path) -> None:
    folder, lock = own_folder(tmp_path, "melody")
    other, theirs = own_folder(tmp_path, "melody")
    assert folder != other
    Spool(other, MIB).append([b"theirs"])
    Spool(folder, MIB).append([b"ours"])
    os.close(theirs)
    os.close(lock)
    folder, lock = own_folder(tmp_path, "melody")
    assert list(drain(Spool(folder, MIB))) == [b"theirs", b"ours"]
    os.close(lock)


@given(st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=5), st.integers(1, 60))
def test_a_torn_end_costs_no_more_than_itself(
    tmp_path_factory: pytest.TempPathFactory, entries: list[bytes], torn: int
) -> None:
    path = tmp_path_factory.mktemp("spool") / "00000001.frames"
    whole = b"".join(map(frame, entries))
    path.write_bytes(whole[: max(0, len(whole) - torn)])
    found = [entry for entry, _ in read_frames(path)]
    assert found == entries[: len(found)]
    spool = Spool(path.parent, MIB)
    spool.append([b"later"])
    assert [*found, b"later"] == list(drain(spool))


def test_a_full_disk_lets_a_few_wait_in_memory_then_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(tmp_path, MIB, most_in_memory=10)
    spool.append([b"before"])

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        spool.append([b"12345"])
        spool.append([b"12345"])
        with pytest.raises(SpoolFull):
            spool.append([b"1"])
    assert list(drain(spool)) == [b"before", b"12345", b"12345"]
    spool.append([b"after"])
    assert list(drain(spool)) == [b"after"]


def test_room_on_disk_is_limited(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 100)
    spool.append([b"x" * 60])
    with pytest.raises(SpoolFull):
        spool.append([b"x" * 60])
    assert list(drain(spool)) == [b"x" * 60]
    spool.append([b"x" * 60])


def test_entries_of_one_user_are_blanked_where_they_are(tmp_path: Path) -> None:
    folder, lock = own_folder(tmp_path, "melody")
    spool = Spool(folder, MIB)
    spool.append([b"ana 1", b"eva 1", b"ana 2"])
    batch = spool.read(1, MIB)  # the process that owns the spool is in the middle of it
    assert batch is not None
    assert rewrite(tmp_path, lambda entry: not entry.startswith(b"ana")) == 2
    assert rewrite(tmp_path, lambda entry: not entry.startswith(b"ana")) == 0
    assert b"ana" not in b"".join(path.read_bytes() for path in folder.glob("*.frames"))
    spool.done(batch)
    assert [entry for entry in drain(spool) if entry.strip(b"\0")] == [b"eva 1"]
    os.close(lock)


def test_spools_in_use_are_not_taken_in(tmp_path: Path) -> None:
    folder, lock = own_folder(tmp_path, "melody")
    Spool(folder, MIB).append([b"a"])
    assert not list(left_behind(tmp_path))
    os.close(lock)
    assert [path for path, _ in left_behind(tmp_path)] == [folder]
