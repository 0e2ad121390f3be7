"""The jobs: mails, and the work of each night. Running them again does nothing twice. Printing: `orders/jobs.py`."""

from datetime import datetime, time, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from config import MailServer, Settings
from ekc.accounts.models import Region
from ekc.conferences.actions.links import forget_codes_of_former_coordinators
from ekc.conferences.effects import destroy_due_views
from ekc.conferences.queries.registration import wordings_of
from ekc.core import jobs, mailer, outbox, texter
from ekc.core.audit import Head, broken_chains, read_set_down, set_down
from ekc.core.clock import from_local, local_date, to_local
from ekc.core.crypto import keyring_of
from ekc.core.form_numbers import forget_form_numbers
from ekc.core.jobs import Job, JobRule, JobRun, Nightly, NotDone, Rank
from ekc.core.outbox import DELIVERY, TEXT_DELIVERY
from ekc.core.transaction import writing
from ekc.drafts.actions import forget_drafts
from ekc.journey.queries.steps import untold_steps
from ekc.journey.reminders import remind_before_access_ends, warn_of_deadlines
from ekc.matching.actions.asking import UNANSWERED, end_unanswered
from ekc.meetings.actions.dates import remind_about_dates
from ekc.meetings.actions.invitations import call_off, remind_who_comes
from ekc.meetings.actions.reminding import remind_of_open_things
from ekc.meetings.document.invitation import service_of
from ekc.meetings.effects import CALL_OFF
from ekc.orders.actions import forget_orders
from ekc.workflow.profiles import NL
from ekc.workflow.vocabulary import N_

#: When a night's work is due, by the clock of its region; that of the whole service by that of the Netherlands.
NIGHT = time(3)


class AuditError(Exception):
    """The audit, or the file with its heads, was changed from outside the product."""


def audit_heads(settings: Settings) -> Path:
    """The file in which the heads of the audit are set down, outside the database."""
    return settings.instance / "audit-heads.txt"


def verify_audit(settings: Settings, session: Session) -> dict[str, Head] | None:
    """The heads that were set down, all of which the audit still has. Raises AuditError for an audit that changed."""
    file = audit_heads(settings)
    try:
        kept = read_set_down(keyring_of(session), file)
    except ValueError:
        raise AuditError(f"The file {file} was not written by this program, or was changed.") from None
    if broken := sorted({*broken_chains(session, kept), *untold_steps(session)}):
        raise AuditError(f"The audit was changed from outside the product. Look at: {', '.join(broken)}.")
    return kept


def _set_audit_down(run: JobRun) -> None:
    """Verify the audit and set its heads down; an audit that was changed does not replace the heads that prove it."""
    if run.settings.demo:
        return  # it is thrown away and made again, beside a real service's file
    try:
        verify_audit(run.settings, run.session)
    except AuditError:
        raise NotDone("AuditChanged") from None
    set_down(run.session, audit_heads(run.settings), run.at)


JOBS = (
    JobRule(
        name=DELIVERY,
        title=N_("Send an email"),
        work=mailer.deliver,
        read=lambda session, ids: mailer.read(session, ids, wordings_of),
        together=50,
        given_up=mailer.give_up,
        rank=Rank.SOON,
        tries=20,  # its own end comes before
        limit=timedelta(seconds=4 * MailServer.timeout),  # a mail takes four replies
    ),
    JobRule(
        name=TEXT_DELIVERY,
        title=N_("Send a text message"),
        work=texter.deliver_text,
        read=outbox.unsent,
        given_up=texter.give_up_text,
        rank=Rank.SOON,
        tries=20,  # its own end comes before
        limit=timedelta(seconds=2 * texter.TIMEOUT),
    ),
    JobRule(
        name=UNANSWERED,
        title=N_("Ask the next coordinator where one did not answer in time"),
        work=lambda run: end_unanswered(run.session, run.at, run.subject),
        rank=Rank.SOON,
    ),
    JobRule(
        name="access_ends",
        title=N_("Tell coordinators that their access ends"),
        work=lambda run: remind_before_access_ends(run.session, run.at, run.subject),
        nightly=Nightly.REGION,
    ),
    JobRule(
        name="deadlines",
        title=N_("Warn of deadlines that are near or have passed"),
        work=lambda run: warn_of_deadlines(run.session, run.at, run.subject),
        nightly=Nightly.REGION,
    ),
    JobRule(
        name="dates",
        title=N_("Remind people of the dates they are asked about"),
        work=lambda run: remind_about_dates(run.session, run.at, run.subject),
        nightly=Nightly.REGION,
    ),
    JobRule(
        name="day_reminders",
        title=N_("Remind people of the day of the conference"),
        work=lambda run: remind_who_comes(run.session, run.at, run.subject, service_of(run.settings)),
        nightly=Nightly.REGION,
    ),
    JobRule(
        name=CALL_OFF,
        title=N_("Take a day that is off out of calendars"),
        work=lambda run: call_off(run.session, run.at, run.subject, service_of(run.settings)),
        rank=Rank.SOON,
    ),
    JobRule(
        name="open_things",
        title=N_("Remind coordinators of what is open for a meeting that is near"),
        work=lambda run: remind_of_open_things(run.session, run.at, run.subject),
        nightly=Nightly.REGION,
    ),
    JobRule(
        name="codes",
        title=N_("Forget the codes of former coordinators"),
        work=lambda run: forget_codes_of_former_coordinators(run.session, run.at, run.subject),
        nightly=Nightly.REGION,
    ),
    JobRule(
        name="views",
        title=N_("Destroy what absent people wanted to say"),
        work=lambda run: destroy_due_views(run.session, run.at, run.subject),
        nightly=Nightly.REGION,
    ),
    JobRule(
        name="form_numbers",
        title=N_("Forget the numbers of forms that were sent"),
        work=lambda run: forget_form_numbers(run.session, run.at),
        nightly=Nightly.SERVICE,
    ),
    JobRule(
        name="drafts",
        title=N_("Forget the drafts of forms"),
        work=lambda run: forget_drafts(run.session, run.at),
        nightly=Nightly.SERVICE,
    ),
    JobRule(
        name="orders",
        title=N_("Forget papers and exports that were made"),
        work=lambda run: forget_orders(run.session, run.at),
        nightly=Nightly.SERVICE,
    ),
    JobRule(
        name="old_jobs",
        title=N_("Forget the work that was done"),
        work=lambda run: jobs.forget_jobs(run.session, run.at),
        nightly=Nightly.SERVICE,
    ),
    JobRule(
        name="audit",
        title=N_("Check the audit and set it down"),
        work=_set_audit_down,
        nightly=Nightly.SERVICE,
        tries=2,  # what was changed stays changed; a worker may have been killed
        limit=timedelta(minutes=15),
    ),
)

#: What the clock of the demonstration runs as it moves on. Papers and exports are left to the worker (`ekc/kinds.py`).
RULES = {rule.name: rule for rule in JOBS}


def plan_nights(session: Session, at: datetime, which: frozenset[Nightly] = frozenset(Nightly)) -> None:
    """Add the work of the last night that has come, where it was not added yet. Nights before it need no making up."""
    places = {
        Nightly.REGION: session.execute(select(Region.id, Region.timezone)).all(),
        Nightly.SERVICE: [(0, NL.timezone)],
    }
    wanted: dict[str, tuple[str, int, datetime]] = {}
    for rule in JOBS:
        for subject, timezone in places[rule.nightly] if rule.nightly in which else ():
            night = last_night(at, timezone)
            wanted[f"{rule.name}:{subject}:{local_date(night, timezone)}"] = (rule.name, subject, night)
    for key in session.scalars(select(Job.key).where(Job.key.in_(wanted))):
        wanted.pop(str(key))
    if not wanted:
        session.rollback()
        return
    try:
        with writing(session):
            for key, (kind, subject, night) in wanted.items():
                jobs.add(session, kind, night, subject=subject, key=key)
            session.flush()
    except IntegrityError:
        return  # another worker was first


def last_night(at: datetime, timezone: str) -> datetime:
    """The last moment at which it was night in a time zone."""
    local = to_local(at, timezone)
    day = local.date() - timedelta(days=local.time() < NIGHT)
    return from_local(datetime.combine(day, NIGHT), timezone)
