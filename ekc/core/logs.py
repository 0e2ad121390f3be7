"""The application log: one line of JSON for each event, on standard error. Its events: docs/security/logs.md.

It never contains user input or addresses of pages, which may hold names or secrets. Access to cases is recorded in the
audit instead.
"""

import json
import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

log = logging.getLogger("ekc")
_SERVER = "gunicorn.error"
_QUEUE = "huey"  # without its tracebacks
_ABOUT_A_REQUEST = re.compile("request|header|http", re.IGNORECASE)
_ADDRESS_BEGINS = re.compile("[/'\"]")
_OURS = str(Path(__file__).parents[2])
_LIBRARIES = "/site-packages/"
_number: ContextVar[str | None] = ContextVar("request_number", default=None)


class LogLine(logging.Formatter):
    """Formats an event as one line of ASCII, which prevents log injection by line ends and control characters."""

    def format(self, record: logging.LogRecord) -> str:
        """The time (UTC), level, message and facts, as JSON."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        facts = getattr(record, "facts", {})
        if number := _number.get():
            facts = {**facts, "request": number}
        return json.dumps({"at": at, "level": record.levelname, "what": record.getMessage(), **facts})


class Seldom(logging.Filter):
    """Lets the same line pass once in so many seconds: without its queue a worker tries several times a second."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds
        self._silent_until: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it passes."""
        now = time.monotonic()
        if now < self._silent_until.get(record.msg, 0.0):
            return False
        self._silent_until[record.msg] = now + self._seconds
        return True


class WithoutAddress(logging.Filter):
    """Takes addresses and tracebacks out of what the web server logs about a request, which may be a personal link."""

    def filter(self, record: logging.LogRecord) -> bool:
        """True: the record is logged, reduced."""
        said = record.getMessage()
        if record.levelno >= logging.WARNING and _ABOUT_A_REQUEST.search(said):
            record.msg, record.args = _ADDRESS_BEGINS.split(said)[0].strip(), ()
            if record.exc_info and (error := record.exc_info[1]) is not None:
                record.msg += f": {failure(error)}"
            record.exc_info = record.exc_text = record.stack_info = None
        return True


def configure() -> None:
    """Set up the logs of this process, and reduce that of the web server; calling it twice has no effect."""
    for one in (log, logging.getLogger(_QUEUE)):
        if not one.handlers:
            handler = logging.StreamHandler()
            handler.setFormatter(LogLine())
            one.addHandler(handler)
    server = logging.getLogger(_SERVER)
    if not any(isinstance(one, WithoutAddress) for one in server.filters):
        server.addFilter(WithoutAddress())


def log_with(number: str | None) -> None:
    """Give each line that is logged from here on the number of a request; None: of none."""
    _number.set(number)


@contextmanager
def numbered(number: str | None) -> Iterator[None]:
    """Give each line that is logged inside the number of the request that was its cause."""
    before = _number.set(number)
    try:
        yield
    finally:
        _number.reset(before)


def request_number() -> str | None:
    """The number of the request that is answered, or that caused the job that runs."""
    return _number.get()


def failure(error: BaseException) -> str:
    """The type of an error, its code if the database gave it, and where: the deepest place in our own code.

    Without its message, which may contain user input.
    """
    frame: TracebackType | None = error.__traceback__
    where = "?"
    while frame:
        file = frame.tb_frame.f_code.co_filename
        if where == "?" or (file.startswith(_OURS) and _LIBRARIES not in file):
            where = f"{file}:{frame.tb_lineno}"
        frame = frame.tb_next
    return " ".join(part for part in (type(error).__name__, sql_code(error), "at", where) if part)


def sql_code(error: BaseException) -> str:
    """What the database says that went wrong: SQLSTATE of PostgreSQL, or the name of SQLite's error; else nothing."""
    cause = getattr(error, "orig", None)
    return str(getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None) or "")


def log_event(what: str, **facts: str | int | None) -> None:
    """Log a warning with facts; those that are None are left out."""
    log.warning(what, extra={"facts": {name: fact for name, fact in facts.items() if fact is not None}})
