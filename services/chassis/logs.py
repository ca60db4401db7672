"""Logs: one JSON object per line on standard error, with the ids of the request being handled and of its trace."""

import json
import logging
import sys
from datetime import UTC, datetime

from services.chassis.request_context import current
from telemetry.tracing import trace_of


class JsonFormatter(logging.Formatter):
    """Formats a record with its time, level, logger, message, request id, trace id and extra fields.

    Args:
        service: Short name of the service.
    """

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "service": self._service,
            "logger": record.name,
            "message": record.getMessage(),
        }
        extra: object = getattr(record, "fields", None)
        if isinstance(extra, dict):
            line.update(extra)
        if request_id := current().request_id:
            line.setdefault("request_id", request_id)
        if trace_id := trace_of():
            line.setdefault("trace_id", trace_id)
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def configure_logs(service: str, level: str) -> None:
    """Send the process's logs to standard error as JSON.

    Args:
        service: Short name of the service.
        level: Name of a logging level, in small or capital letters.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(service))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
