"""The log of the running program: one line of JSON an event, on standard error. What is noted: docs/security/logs.md.

Never what somebody typed, and no address of a page: it may hold a name or a key. Who read or changed which case is not
here but in the audit.
"""

import json
import logging
from datetime import UTC, datetime

log = logging.getLogger("ekc")


class LogLine(logging.Formatter):
    """An event as one line, in ASCII: whatever stands in it, it ends no line and moves no cursor."""

    def format(self, record: logging.LogRecord) -> str:
        """When (UTC), how grave, what, and the facts that were noted with it."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        facts = getattr(record, "facts", {})
        return json.dumps({"at": at, "level": record.levelname, "what": record.getMessage(), **facts})


def configure() -> None:
    """Write our own log in this way from now on; once a process."""
    if not log.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(LogLine())
        log.addHandler(handler)


def log_event(what: str, **facts: str | int | None) -> None:
    """Note something that a watchful eye should see; facts that are not known are left out."""
    log.warning(what, extra={"facts": {name: fact for name, fact in facts.items() if fact is not None}})
