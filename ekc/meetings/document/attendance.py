"""The list of who is expected, to write on it who came and left. It lies on a table: names alone, and no reasons."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ekc.conferences.queries.circle import PersonRow
from ekc.core.documents import DocumentRule
from ekc.core.language import gettext as _
from ekc.core.language import using
from ekc.meetings.document.badges import short_relation
from ekc.meetings.document.head import DayHead
from ekc.names import apart
from ekc.workflow.vocabulary import FAMILY_PARTS, N_, PRESENT_BY, TAKES_PART, Activity, Part

#: Each group, and the parts in it. Whoever came as a professional is listed with them, whatever their part is.
_GROUPS: tuple[tuple[str, frozenset[Part]], ...] = (
    (N_("Family and network"), FAMILY_PARTS),
    (N_("Supporters"), frozenset({Part.SUPPORTER})),
    (N_("Here for their work"), frozenset({Part.REFERRER, Part.PROFESSIONAL})),
    (N_("Interpreters"), frozenset({Part.INTERPRETER})),
)
_WORK = 2
_EMPTY_LINES = 6


@dataclass(frozen=True, slots=True)
class Expected:
    """Somebody who is expected. `more`: of which organisation, or in which language; `how`: from afar, if so."""

    name: str
    more: str
    how: str


@dataclass(frozen=True, slots=True)
class ExpectedGroup:
    title: str
    people: tuple[Expected, ...]


@dataclass(frozen=True, slots=True)
class AttendanceList:
    """The values of the list."""

    language: str
    head: DayHead
    groups: tuple[ExpectedGroup, ...]


ATTENDANCE = DocumentRule(
    name="attendance_list",
    title=N_("The attendance list"),
    values=AttendanceList,
    activity=Activity.SEE_HISTORY,
    template="meetings/attendance_document.html",
    context=lambda _values: {"empty_lines": _EMPTY_LINES},
    stylesheets=("day.css",),
    filename="{case}-attendance.pdf",
    unprintable=N_("The list cannot be printed now. Write down on paper who comes, and when. (%(why)s)"),
)


def attendance_list(
    language: str, head: DayHead, circle: Iterable[PersonRow], coordinator: str, name_of: Callable[[str], str]
) -> AttendanceList:
    """The list of those who come, or of whom it is not known, the coordinator too. `name_of`: of a language."""
    people = [one for one in circle if one.attends is None or one.attends in TAKES_PART]
    names = apart([(one.name, short_relation(one.relation) or one.organisation) for one in people])
    with using(language):
        groups = []
        for at, (title, parts) in enumerate(_GROUPS):
            rows = [
                Expected(name, _more(one, name_of), _how(one))
                for name, one in zip(names, people, strict=True)
                if (at == _WORK if one.is_professional else one.part in parts)
            ]
            if at == _WORK and coordinator:
                rows.append(Expected(coordinator, _("coordinator"), ""))
            if rows:
                groups.append(ExpectedGroup(_(title), tuple(rows)))
        return AttendanceList(language, head, tuple(groups))


def _more(person: PersonRow, name_of: Callable[[str], str]) -> str:
    if person.part is Part.INTERPRETER:
        return name_of(person.language) if person.language else ""
    return person.organisation if person.is_professional and not person.for_themselves else ""


def _how(person: PersonRow) -> str:
    by = PRESENT_BY.get(person.attends) if person.attends else None
    return _(by.label) if by else ""
