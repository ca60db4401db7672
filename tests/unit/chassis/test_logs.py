"""Logs are lines of JSON on standard error."""

import json
import logging
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from services.chassis.logs import JsonFormatter
from services.chassis.request_context import CallContext, Identity, enter

ROOT = Path(__file__).parents[3]
PROGRAM = """
import logging
from services.chassis.logs import configure_logs
configure_logs("echo", "info")
log = logging.getLogger("domain")
log.debug("not shown")
log.info("two\\nlines of %s", "« texte »", extra={"fields": {"bars": 4, "path": __import__("pathlib").Path("/x")}})
try:
    1 / 0
except ZeroDivisionError:
    log.exception("failed")
"""


def test_a_process_logs_one_object_a_line() -> None:
    result = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout == ""
    told, failed = map(json.loads, result.stderr.splitlines())
    assert datetime.fromisoformat(told.pop("time")).tzinfo is not None
    assert told == {
        "level": "INFO",
        "service": "echo",
        "logger": "domain",
        "message": "two\nlines of « texte »",
        "bars": 4,
        "path": "/x",
    }
    assert failed["level"] == "ERROR"
    assert failed["exception"].startswith("Traceback")
    assert "ZeroDivisionError" in failed["exception"]


async def test_a_line_has_the_id_of_the_call() -> None:
    record = logging.LogRecord("rpc", logging.INFO, "x.py", 1, "hi", (), None)
    assert "request_id" not in json.loads(JsonFormatter("echo").format(record))
    enter(CallContext("r-7", "en", "", Identity(), None))
    assert json.loads(JsonFormatter("echo").format(record))["request_id"] == "r-7"
    record.fields = {"request_id": "own"}
    assert json.loads(JsonFormatter("echo").format(record))["request_id"] == "own"
