"""The demo: five conferences at different stages, set around the day on which it is made."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Generic, TypeVar

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from ekc.accounts.access import By, Visitor
from ekc.accounts.models import Account, Region
from ekc.conferences.actions.links import make_link
from ekc.conferences.entries import NewLink
from ekc.conferences.models import Conference
from ekc.conferences.queries.circle import circle
from ekc.core.clock import local_date
from ekc.core.errors import Refusal
from ekc.core.transaction import writing
from ekc.demo.case_schema import CaseFile
from ekc.demo.casefile import CASES, parse_case, read_case
from ekc.demo.people import Staff, open_accounts
from ekc.demo.play import play
from ekc.demo.player import Cast, Stage
from ekc.demo.validation import last_day
from ekc.links.models import PersonalLink
from ekc.signin.passwords import Cost
from ekc.workflow.engine import FOLLOW_UP_RULES
from ekc.workflow.follow_ups import FollowUpKind
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import N_

_WEEK = timedelta(weeks=1)
#: How long ago all accounts were opened: before the first day of any case.
_ACCOUNTS_OPENED_BEFORE = timedelta(weeks=104)
_SATURDAY = 5
_NOT_INFORMED = ("buur", "coach")
_LINK_DAYS = 365


T = TypeVar("T")


@dataclass(frozen=True)
class DemoCases(Generic[T]):
    """One value for each of the five cases, named by what the case shows."""

    prepared: T  # the conference is next Saturday, two people are not informed yet
    due: T  # the call after four weeks is due
    under_way: T  # the call is held, the evaluation is in two to three weeks
    ended: T  # everything is done, to be closed
    waiting: T  # waits for a coordinator


def make_demo(session: Session, now: datetime, cost: Cost) -> DemoCases[int]:
    """Make the demo as of `now`; returns the ids of its cases. Raises Refusal unless the database is empty."""
    if any(session.scalar(select(func.count()).select_from(kind)) for kind in (Region, Account, Conference)):
        raise Refusal(N_("This database is not empty. Make the demonstration in a new one."))
    cases = read_cases()
    by = shifts(cases, local_date(now, cases.prepared.timezone))
    staff = open_accounts(session, now - _ACCOUNTS_OPENED_BEFORE, cost)
    noor = Cast(staff.region_id, staff.ruud, staff.noor)
    denise = Cast(staff.region_id, staff.ruud, staff.denise)
    made = DemoCases(
        ended=play(session, cases.ended, noor, shift=by.ended),
        under_way=play(session, cases.under_way, noor, until=Stage.CALLED, shift=by.under_way),
        due=play(session, cases.due, denise, until=Stage.AGREED, shift=by.due),
        prepared=play(
            session, cases.prepared, noor, until=Stage.PREPARED, shift=by.prepared, not_informed=_NOT_INFORMED
        ),
        waiting=play(session, cases.waiting, denise, until=Stage.REGISTERED, shift=by.waiting),
    )
    _hand_out_links(session, now, staff, made, cost)
    return made


def read_cases() -> DemoCases[CaseFile]:
    """The case files, and one more: the Hendriks file with other names."""
    text = (CASES / "hendriks.toml").read_text("utf-8")
    for name, other in (("Hendriks", "Abbott"), ("Wim", "Ron"), ("Joan", "Betty"), ("01632 9601", "01632 9602")):
        text = text.replace(name, other)
    de_wit = read_case(CASES / "de-wit.toml")
    return DemoCases(
        prepared=de_wit,
        due=read_case(CASES / "hendriks.toml"),
        under_way=read_case(CASES / "kastanjeplein.toml"),
        ended=de_wit,
        waiting=parse_case(text, "abbott.toml"),
    )


def shifts(cases: DemoCases[CaseFile], today: date) -> DemoCases[timedelta]:
    """By how many whole weeks each case moves; weekdays stay the same."""
    assert cases.prepared.setup and cases.due.plan and cases.under_way.plan, "the files are whole"  # noqa: S101, PT018
    saturday = today + timedelta(days=(_SATURDAY - today.weekday() - 1) % 7 + 1)
    call = PROFILES[cases.due.profile].clock(FOLLOW_UP_RULES[FollowUpKind.CALL].clock)
    yesterday = today - timedelta(days=1)
    return DemoCases(
        prepared=_weeks(cases.prepared.setup.chosen.date(), saturday),
        due=_weeks(call.due(cases.due.plan.accepted_on), today),
        under_way=_weeks(cases.under_way.plan.evaluation.on.date(), today + 3 * _WEEK),
        ended=_weeks(last_day(cases.ended), yesterday),
        waiting=_weeks(cases.waiting.registration.on, yesterday),
    )


def _weeks(first: date, last: date) -> timedelta:
    """The whole weeks between two days; negative if the last comes first."""
    return (last - first) // _WEEK * _WEEK


def _hand_out_links(session: Session, now: datetime, staff: Staff, made: DemoCases[int], cost: Cost) -> None:
    """Give some of the family a personal link, so that a visitor can become them; its note is shown there."""
    for conference_id, coordinator, name, line in (
        (made.prepared, staff.noor, "Marieke de Wit", "Mother: her conference is on Saturday"),
        (made.prepared, staff.noor, "Yara El Amrani", "Daughter: her mentor sits beside her on Saturday"),
        (made.prepared, staff.noor, "Karim Jansen", "Referrer: wrote down what the plan has to meet"),
        (made.due, staff.denise, "Peter Hendriks", "Son: keeps an eye on the plan of his parents"),
        (made.under_way, staff.noor, "Ans Willems", "Neighbour: calls everybody together for the evaluation"),
    ):
        _hand_out(session, now, coordinator, conference_id, name, line, cost)


def _hand_out(
    session: Session, now: datetime, giver: Visitor, conference_id: int, name: str, line: str, cost: Cost
) -> None:
    who = next(row.id for row in circle(session, conference_id) if row.name == name)
    make_link(By(session, giver, now), conference_id, who, NewLink(days=_LINK_DAYS), cost)
    with writing(session):
        session.execute(update(PersonalLink).where(PersonalLink.participant_id == who).values(note=line))
