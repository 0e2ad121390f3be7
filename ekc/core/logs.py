"""The application log: one line of JSON for each event, on standard error. Its events: docs/security/logs.md.

It never contains user input or addresses of pages, which may hold names or secrets. Access to cases is recorded in the
audit instead.
"""

import json
import logging
from datetime import UTC, datetime

log = logging.getLogger("ekc")


class LogLine(logging.Formatter):
    """Formats an event as one line of ASCII, which prevents log injection by line ends and control characters."""

    def format(self, record: logging.LogRecord) -> str:
        """The time (UTC), level, message and facts, as JSON."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        facts = getattr(record, "facts", {})
        return json.dumps({"at": at, "level": record.levelname, "what": record.getMessage(), **facts})


def configure() -> None:
    """Set up the log of this process; calling it twice has no effect."""
    if not log.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(LogLine())
        log.addHandler(handler)


def log_event(what: str, **facts: str | int | None) -> None:
    """Log a warning with facts; those that are None are left out."""
    log.warning(what, extra={"facts": {name: fact for name, fact in facts.items() if fact is not None}})
