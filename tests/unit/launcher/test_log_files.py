from pathlib import Path

from launcher.logs import log_path, open_log, tail, trim


def test_a_log_that_grew_too_long_is_moved_aside_while_its_writer_goes_on(tmp_path: Path) -> None:
    with open_log(tmp_path / "logs", "melody") as log:
        path = log_path(tmp_path / "logs", "melody")
        log.write(b"a" * 100)
        trim(path.parent, most_bytes=100)
        assert path.stat().st_size == 100
        log.write(b"b")
        trim(path.parent, most_bytes=100)
        assert path.stat().st_size == 0
        log.write(b"c")
        assert path.read_bytes() == b"c"
        assert path.with_name("melody.log.1").read_bytes() == b"a" * 100 + b"b"


def test_the_tail_is_of_what_came_after_a_point(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_text("".join(f"line {number}\n" for number in range(100_000)))
    assert tail(path, lines=2) == "line 99998\nline 99999"
    start = path.stat().st_size
    with path.open("a") as log:
        log.write("new\n")
    assert tail(path, start) == "new"
    assert tail(path, start + 10_000) == ""  # it was emptied meanwhile and is shorter now
    assert tail(tmp_path / "none.log") == ""


def test_only_the_owner_reads_a_log(tmp_path: Path) -> None:
    path = log_path(tmp_path, "melody")
    path.touch(0o644)
    with open_log(tmp_path, "melody") as log:
        log.write(b"user: ana")
    trim(tmp_path, most_bytes=1)
    for each in (path, path.with_name("melody.log.1")):
        assert each.stat().st_mode & 0o777 == 0o600
