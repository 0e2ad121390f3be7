"""A look at everything that the service needs, as it will be used: signs in to the mail server, prints a page.

It changes nothing. Each finding is a line; what is wrong says what to do.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from config import ConfigError, Settings
from ekc import schema
from ekc.core.crypto import Unreadable
from ekc.core.documents import DocumentError, render_pdf
from ekc.core.jobs import JobState, NotDone
from ekc.core.mailer import try_to_connect
from ekc.journey.queries.jobs import job_list
from ekc.kinds import JOB_RULES
from ekc.operation.health import room_problem, worker_problem
from ekc.signin.oidc import OIDCError, find_provider
from ekc.worker import queue_problem

_PAGE = '<html lang="en"><head><title>A page</title></head><body><p>It can be printed.</p></body></html>'
#: Codes of a phone are accepted within half a minute.
_SKEW = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `problem`: what is wrong with it, and what to do; nothing if it is in order."""

    what: str
    problem: str = ""
    note: str = ""


def findings(session: Session, settings: Settings) -> Iterator[Finding]:
    """Look at one thing after another."""
    at = settings.clock()
    yield _looked("keys", partial(schema.open_one_of_each, session))
    yield Finding("disk", room_problem(settings, session.get_bind().engine))
    yield _clock(session, settings)
    yield Finding("queue", queue_problem(settings))
    yield Finding("worker", _told(worker_problem(session, at), "Start one: bin/ekc worker"))
    yield _jobs(session, at)
    if settings.mail is None:
        yield Finding("mail server", note="none: mails wait (EKC_MAIL_URL)")
    else:
        yield _looked("mail server", partial(try_to_connect, settings.mail))
    for provider in settings.providers:
        yield _looked(f"single sign-on {provider.key}", partial(find_provider, provider, at))
    yield _looked("printing", partial(render_pdf, _PAGE, identifier=b"doctor"))
    if not settings.contact:
        yield Finding("contact", note="EKC_CONTACT is not set: a page that lets nobody in names nobody to ring")
    if not settings.backup_key:
        yield Finding("backup key", note="EKC_BACKUP_KEY is not set: backups are not encrypted")


def _looked(what: str, look: Callable[[], object]) -> Finding:
    try:
        look()
    except (ConfigError, Unreadable, DocumentError, NotDone, OIDCError, SQLAlchemyError, OSError) as error:
        return Finding(what, str(error) or type(error).__name__)
    return Finding(what)


def _told(problem: str, advice: str) -> str:
    return f"{problem}. {advice}" if problem else ""


def _clock(session: Session, settings: Settings) -> Finding:
    """PostgreSQL may run on another machine, whose clock is another one."""
    if session.get_bind().dialect.name == "sqlite":
        return Finding("clock", note=f"{settings.clock():%Y-%m-%d %H:%M:%S} UTC; nothing here to compare it with")
    theirs = session.scalars(select(func.clock_timestamp())).one()
    away = abs(settings.clock() - theirs.astimezone(UTC))
    return Finding("clock", "" if away < _SKEW else f"differs from that of the database by {away}. Set both by NTP")


def _jobs(session: Session, at: datetime) -> Finding:
    found = job_list(session, JOB_RULES, at)
    failed = found.counts[JobState.FAILED]
    return Finding("jobs", f"{failed} were given up. Look at them: bin/ekc jobs" if failed else "")
