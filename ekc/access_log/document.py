"""The access log as sentences in the reader's language, for the page and for the PDF."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from ekc.access_log.queries import AccessDay, AccessEntry, AccessKind, AccessReader, access_days
from ekc.core.audit import ActorKind
from ekc.core.documents import DocumentRule
from ekc.core.language import clock_time, day, moment, ngettext, using
from ekc.core.language import gettext as _
from ekc.workflow.vocabulary import N_, Activity


@dataclass(frozen=True, slots=True)
class DayText:
    """One day: people with what they did, and notes without names."""

    day: str
    people: tuple[tuple[str, tuple[str, ...]], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccessLog:
    """The access log of one case within a period."""

    language: str
    number: str
    title: str
    since: str
    until: str
    made: str  # when this was printed
    days: tuple[DayText, ...]


@dataclass(frozen=True, slots=True)
class AskedLog:
    """What the access log on paper is made of. `since` None: from the beginning, which is `first`.

    `pages`: what each endpoint is called, which only the web program knows; sorted.
    """

    language: str
    case: int
    number: str
    title: str
    timezone: str
    coordinator: int | None
    since: date | None
    first: date
    until: date
    pages: tuple[tuple[str, str], ...]


def read_log(session: Session, asked: AskedLog, at: datetime) -> AccessLog:
    """The values of the paper, read for what was asked."""
    with using(asked.language):
        period = (asked.since, asked.until)
        days = access_days(session, asked.case, period, asked.timezone, dict(asked.pages), asked.coordinator)
        return AccessLog(
            language=asked.language,
            number=asked.number,
            title=asked.title,
            since=day(asked.first),
            until=day(asked.until),
            made=moment(at, asked.timezone),
            days=describe_days(days, asked.timezone),
        )


def describe_days(days: Iterable[AccessDay], timezone: str) -> tuple[DayText, ...]:
    """The days as sentences."""
    return tuple(
        DayText(
            day(one.on),
            tuple(
                (_reader_text(person), tuple(_entry_text(line, timezone) for line in person.entries))
                for person in one.people
            ),
            tuple(_day_notes(one)),
        )
        for one in days
    )


ACCESS_LOG = DocumentRule(
    name="access_log",
    title=N_("Who has opened this file, on paper"),
    values=AccessLog,
    asked=AskedLog,
    gather=read_log,
    activity=Activity.SEE_OPENED,
    template="access_log/access_log_document.html",
    filename="{case}-opened.pdf",
    unprintable=N_("This list cannot be printed now. Read it on its page. (%(why)s)"),
)


def _reader_text(person: AccessReader) -> str:
    if person.name:
        return ", ".join([person.name, *(_(role.label) for role in person.roles)])
    match person.kind:
        case ActorKind.PARTICIPANT:
            return _("Somebody with a link to another conference")
        case ActorKind.PUBLIC:
            return _("Somebody without an account")
    return _("The program, by a command of whoever runs it")


def _entry_text(line: AccessEntry, timezone: str) -> str:
    first, last = clock_time(line.first, timezone), clock_time(line.last, timezone)
    when, what, n = first if first == last else f"{first}–{last}", _(line.what) if line.what else "", line.times
    match line.kind:
        case AccessKind.LOOKED:
            return ngettext(
                "looked at %(what)s (%(when)s)", "looked at %(what)s %(num)s times (%(when)s)", n, what=what, when=when
            )
        case AccessKind.CHANGED:
            return ngettext(
                "changed %(what)s (%(when)s)", "changed %(what)s %(num)s times (%(when)s)", n, what=what, when=when
            )
        case AccessKind.STEP:
            return _("took a step: %(what)s (%(when)s)", what=what, when=when)
        case AccessKind.OTHER:
            return ngettext("%(what)s (%(when)s)", "%(what)s, %(num)s times (%(when)s)", n, what=what, when=when)
        case AccessKind.STOPPED:
            return ngettext(
                "wanted to do something with %(what)s and was refused (%(when)s)",
                "wanted to do something with %(what)s and was refused, %(num)s times (%(when)s)",
                n,
                what=what,
                when=when,
            )
        case AccessKind.REFUSED:
            return ngettext(
                "tried to open the file and was refused (%(when)s)",
                "tried to open the file and was refused, %(num)s times (%(when)s)",
                n,
                when=when,
            )


def _day_notes(one: AccessDay) -> Iterable[str]:
    if one.by_link:
        yield ngettext(
            "People of the circle, with their own link: once.",
            "People of the circle, with their own link: %(num)s times.",
            one.by_link,
        )
    if one.by_link_refused:
        yield ngettext(
            "People of the circle were refused a page with their own link: once.",
            "People of the circle were refused a page with their own link: %(num)s times.",
            one.by_link_refused,
        )
    if one.private_time:
        yield _("During private time pages were opened.")
    if one.private_time_refused:
        yield _("During private time somebody was refused a page.")
