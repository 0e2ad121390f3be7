"""The papers of the day in one file, in the order in which they are used, behind a sheet that says what is there.

Each paper has its own row and its own look; here is said which are bound, in how many copies, and what they still miss.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ekc.conferences.document.absent import VIEWS, AskedViews, PrintedViews, with_pictures
from ekc.conferences.document.bottom_lines import BOTTOM_LINES, BottomLineSheet
from ekc.core.documents import DocumentRule
from ekc.meetings.document.agenda import AGENDA, Agenda
from ekc.meetings.document.arrangements import ARRANGEMENTS, ArrangementList
from ekc.meetings.document.attendance import ATTENDANCE, AttendanceList
from ekc.meetings.document.badges import BADGES, Badges
from ekc.meetings.document.head import DayHead
from ekc.meetings.document.plan_sheets import PLAN_SHEETS, PlanSheets
from ekc.meetings.document.route import ROUTE, Route
from ekc.workflow.vocabulary import N_, Activity, Labelled


class DayPaper(Labelled):
    """A paper of the day, in the order in which a coordinator uses them."""

    ARRANGEMENTS = "arrangements", N_("Shopping list, and who needs what")
    ROUTE = "route", N_("Route and parking")
    AGENDA = "agenda", N_("Agenda with times")
    BADGES = "badges", N_("Name badges")
    ATTENDANCE = "attendance", N_("Attendance list")
    BOTTOM_LINES = "bottom_lines", N_("What the plan has to meet")
    VIEWS = "views", N_("What those who are not there want to say")
    PLAN_SHEETS = "plan_sheets", N_("Sheets to write the plan on")


#: The row of each paper; its values are the field of `Pile` that is called as the paper.
RULES: dict[DayPaper, DocumentRule[Any]] = {
    DayPaper.ARRANGEMENTS: ARRANGEMENTS,
    DayPaper.ROUTE: ROUTE,
    DayPaper.AGENDA: AGENDA,
    DayPaper.BADGES: BADGES,
    DayPaper.ATTENDANCE: ATTENDANCE,
    DayPaper.BOTTOM_LINES: BOTTOM_LINES,
    DayPaper.VIEWS: VIEWS,
    DayPaper.PLAN_SHEETS: PLAN_SHEETS,
}


#: What else is of use on the day.
ALSO = (
    N_("Pens and thick felt-tips"),
    N_("Large sheets for the wall, and tape"),
    N_("Scissors, and pins or holders for the badges"),
    N_("Your telephone and its charger"),
    N_("What the shopping list says"),
)


@dataclass(frozen=True, slots=True)
class InPile:
    """A paper as the first sheet lists it: its title, in how many copies and for whom, and what it misses."""

    title: str
    copies: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pile:
    """The values of all papers; None: it is not in the pile."""

    language: str
    head: DayHead
    contents: tuple[InPile, ...]
    arrangements: ArrangementList | None = None
    route: Route | None = None
    agenda: Agenda | None = None
    badges: Badges | None = None
    attendance: AttendanceList | None = None
    bottom_lines: BottomLineSheet | None = None
    views: PrintedViews | None = None
    plan_sheets: PlanSheets | None = None


@dataclass(frozen=True, slots=True)
class AskedPile:
    """Of what the pile is made; the pictures of `views` are read by the worker."""

    pile: Pile
    views: AskedViews | None


def _gather(session: Session, asked: AskedPile, at: datetime) -> Pile:
    return replace(asked.pile, views=with_pictures(session, asked.views, at) if asked.views else None)


def _bound(pile: Pile) -> tuple[tuple[DocumentRule[Any], Any], ...]:
    every = ((rule, getattr(pile, paper.value)) for paper, rule in RULES.items())
    return tuple((rule, values) for rule, values in every if values is not None)


PILE = DocumentRule(
    name="day_papers",
    title=N_("The papers of the day"),
    values=Pile,
    asked=AskedPile,
    gather=_gather,
    activity=Activity.SEE_HISTORY,
    template="meetings/pile_document.html",
    context=lambda _values: {"also": ALSO},
    bound=_bound,
    stylesheets=("day.css",),
    filename="{case}-day.pdf",
    unprintable=N_("The papers cannot be printed now. Print each on its own. (%(why)s)"),
)
