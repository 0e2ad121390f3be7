"""Who opened a file, said in the reader's language, for the page and for the paper."""

from collections.abc import Iterable
from dataclasses import dataclass

from ekc.access_log.queries import AccessEntry, Day, Deed, Reader
from ekc.core.audit import ActorKind
from ekc.core.documents import DocumentRule
from ekc.core.language import clock_time, day, ngettext
from ekc.core.language import gettext as _
from ekc.workflow.vocabulary import N_, Activity


@dataclass(frozen=True, slots=True)
class ToldDay:
    """One day: people with what they did, and what is said without a name."""

    day: str
    people: tuple[tuple[str, tuple[str, ...]], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccessLog:
    """Who opened a file within a period."""

    language: str
    number: str
    title: str
    since: str
    until: str
    made: str  # when this was asked for
    days: tuple[ToldDay, ...]


def told(days: Iterable[Day], timezone: str) -> tuple[ToldDay, ...]:
    """The days in words."""
    return tuple(
        ToldDay(
            day(one.on),
            tuple((_who(person), tuple(_line(line, timezone) for line in person.lines)) for person in one.people),
            tuple(_notes(one)),
        )
        for one in days
    )


ACCESS_LOG = DocumentRule(
    name="access_log",
    values=AccessLog,
    activity=Activity.SEE_OPENED,
    template="access_log/access_log_document.html",
    filename="{case}-opened.pdf",
    unprintable=N_("This list cannot be printed now. Read it on its page. (%(why)s)"),
)


def _who(person: Reader) -> str:
    if person.name:
        return ", ".join([person.name, *(_(role.label) for role in person.roles)])
    match person.kind:
        case ActorKind.PARTICIPANT:
            return str(_("Somebody with a link to another conference"))
        case ActorKind.PUBLIC:
            return str(_("Somebody without an account"))
    return str(_("The program, by a command of whoever runs it"))


def _line(line: AccessEntry, timezone: str) -> str:
    first, last = clock_time(line.first, timezone), clock_time(line.last, timezone)
    when, what, n = first if first == last else f"{first}–{last}", _(line.what) if line.what else "", line.times
    match line.deed:
        case Deed.LOOKED:
            said = ngettext(
                "looked at %(what)s (%(when)s)", "looked at %(what)s %(num)s times (%(when)s)", n, what=what, when=when
            )
        case Deed.CHANGED:
            said = ngettext(
                "changed %(what)s (%(when)s)", "changed %(what)s %(num)s times (%(when)s)", n, what=what, when=when
            )
        case Deed.STEP:
            said = _("took a step: %(what)s (%(when)s)", what=what, when=when)
        case Deed.OTHER:
            said = ngettext("%(what)s (%(when)s)", "%(what)s, %(num)s times (%(when)s)", n, what=what, when=when)
        case Deed.STOPPED:
            said = ngettext(
                "wanted to do something with %(what)s and was refused (%(when)s)",
                "wanted to do something with %(what)s and was refused, %(num)s times (%(when)s)",
                n,
                what=what,
                when=when,
            )
        case Deed.REFUSED:
            said = ngettext(
                "tried to open the file and was refused (%(when)s)",
                "tried to open the file and was refused, %(num)s times (%(when)s)",
                n,
                when=when,
            )
    return str(said)


def _notes(one: Day) -> Iterable[str]:
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
    if one.sealed:
        yield _("During private time pages were opened.")
    if one.sealed_refused:
        yield _("During private time somebody was refused a page.")
