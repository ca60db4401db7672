import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from launcher import record


def test_it_is_found_from_publishing_to_the_end_of_the_claim(tmp_path: Path) -> None:
    path = tmp_path / "state/mesh.json"
    assert record.find(path) is None
    with record.claim(path) as claim:
        assert record.find(path) is None
        claim.publish(gateway="127.0.0.1:8080", services={"theory": "127.0.0.1:50051"})
        found = record.find(path)
        assert found == record.Record(pid=os.getpid(), gateway="127.0.0.1:8080", services={"theory": "127.0.0.1:50051"})
        with pytest.raises(record.AlreadyRunning), record.claim(path):
            pass
        assert record.find(path) == found
        claim.withdraw()
        assert record.find(path) is None
    with record.claim(path):
        pass


def test_what_a_killed_launcher_left_counts_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "mesh.json"
    program = textwrap.dedent("""
        import os, signal, sys
        from pathlib import Path
        from launcher.record import claim
        with claim(Path(sys.argv[1])) as claimed:
            claimed.publish(gateway="unix:/gone", services={"theory": "unix:/gone too, and longer than the next"})
            os.kill(os.getpid(), signal.SIGKILL)
    """)
    root = Path(__file__).resolve().parents[3]
    subprocess.run([sys.executable, "-c", program, path], cwd=root, check=False)
    assert json.loads(path.read_text())["gateway"] == "unix:/gone"
    assert record.find(path) is None
    with record.claim(path) as claim:
        claim.publish(gateway="g", services={})
        assert record.find(path) == record.Record(pid=os.getpid(), gateway="g", services={})


def test_a_record_that_is_no_json_is_one_not_written_yet(tmp_path: Path) -> None:
    path = tmp_path / "mesh.json"
    with record.claim(path):
        path.write_text('{"pid": 1')
        assert record.find(path) is None
