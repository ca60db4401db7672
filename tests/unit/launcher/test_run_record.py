import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from launcher import run_record


def test_it_is_found_from_publishing_to_the_end_of_the_claim(tmp_path: Path) -> None:
    path = tmp_path / "state/mesh.json"
    assert run_record.find(path) is None
    with run_record.claim(path) as claim:
        assert run_record.find(path) is None
        claim.publish(gateway="127.0.0.1:8080", services={"theory": "127.0.0.1:50051"})
        found = run_record.find(path)
        assert found == run_record.Record(
            pid=os.getpid(), gateway="127.0.0.1:8080", services={"theory": "127.0.0.1:50051"}
        )
        with pytest.raises(run_record.AlreadyRunning), run_record.claim(path):
            pass
        assert run_record.find(path) == found
        claim.withdraw()
        assert run_record.find(path) is None
    with run_record.claim(path):
        pass


def test_what_a_killed_launcher_left_counts_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "mesh.json"
    program = textwrap.dedent("""
        import os, signal, sys
        from pathlib import Path
        from launcher.run_record import claim
        with claim(Path(sys.argv[1])) as claimed:
            claimed.publish(gateway="unix:/gone", services={"theory": "unix:/gone too, and longer than the next"})
            os.kill(os.getpid(), signal.SIGKILL)
    """)
    root = Path(__file__).resolve().parents[3]
    subprocess.run([sys.executable, "-c", program, path], cwd=root, check=False)
    assert json.loads(path.read_text())["gateway"] == "unix:/gone"
    assert run_record.find(path) is None
    with run_record.claim(path) as claim:
        claim.publish(gateway="g", services={})
        assert run_record.find(path) == run_record.Record(pid=os.getpid(), gateway="g", services={})


def test_a_record_that_is_no_json_is_one_not_written_yet(tmp_path: Path) -> None:
    path = tmp_path / "mesh.json"
    with run_record.claim(path):
        path.write_text('{"pid": 1')
        assert run_record.find(path) is None
