"""The demonstration: five conferences at different points of their story, set around the day on which it is made."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from ekc.conferences.actions import make_link
from ekc.conferences.models import Conference
from ekc.conferences.queries import circle
from ekc.core.clock import local_date
from ekc.core.errors import Refusal
from ekc.core.transaction import writing
from ekc.demo.casefile import CASES, parse_case, read_case
from ekc.demo.people import Staff, open_accounts
from ekc.demo.play import play
from ekc.demo.player import Cast, Until
from ekc.demo.sense import last_day
from ekc.demo.shape import CaseFile
from ekc.people.access import Visitor
from ekc.people.models import Account, PersonalLink, Region
from ekc.people.passwords import Cost
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import N_

_WEEK = timedelta(weeks=1)
#: As many whole weeks as fit in a year, so that a past spring stays a spring.
_YEAR = timedelta(weeks=52)
_SATURDAY = 5
_UNTOLD = ("buur", "coach")
_LINK_DAYS = 365


@dataclass(frozen=True)
class Demo:
    """What was made: the ids of the cases, by what they show."""

    prepared: int  # next Saturday
    due: int  # the call after four weeks
    under_way: int
    ended: int
    waiting: int  # for a coordinator


def is_empty(session: Session) -> bool:
    """Whether nothing was entered yet."""
    return not any(session.scalar(select(func.count()).select_from(kind)) for kind in (Region, Account, Conference))


def make_demo(session: Session, now: datetime, cost: Cost) -> Demo:
    """Make the demonstration as it stands at `now`. Raises Refusal unless the database is empty."""
    if not is_empty(session):
        raise Refusal(N_("This database is not empty. Make the demonstration in a new one."))
    de_wit, hendriks, square = (read_case(CASES / f"{name}.toml") for name in ("de-wit", "hendriks", "kastanjeplein"))
    today = local_date(now, de_wit.timezone)
    staff = open_accounts(session, now - 2 * _YEAR, cost)
    noor = Cast(staff.region_id, staff.ruud, staff.noor)
    denise = Cast(staff.region_id, staff.ruud, staff.denise)
    made = Demo(
        ended=play(session, de_wit, noor, shift=_into_the_past(last_day(de_wit), today)),
        under_way=play(session, square, noor, until=Until.CALLED, shift=_evaluation_in_three_weeks(square, today)),
        due=play(session, hendriks, denise, until=Until.AGREED, shift=_call_due(hendriks, today)),
        prepared=play(session, de_wit, noor, until=Until.PREPARED, shift=_next_saturday(de_wit, today), untold=_UNTOLD),
        waiting=_new_registration(session, denise, today),
    )
    _hand_out_links(session, now, staff, made)
    return made


def _weeks(first: date, last: date) -> timedelta:
    """The whole weeks from one day to another; backwards if it comes before."""
    return (last - first) // _WEEK * _WEEK


def _into_the_past(last: date, today: date) -> timedelta:
    """As it stands in the file, or years earlier if that has not happened yet."""
    return -_YEAR * max(0, -((today - timedelta(days=1) - last) // _YEAR))


def _next_saturday(case: CaseFile, today: date) -> timedelta:
    assert case.setup is not None, "the file has one"  # noqa: S101 - narrows the type
    return _weeks(case.setup.chosen.date(), today + timedelta(days=(_SATURDAY - today.weekday() - 1) % 7 + 1))


def _call_due(case: CaseFile, today: date) -> timedelta:
    """The call fell due today or in the week before, on the weekday of the file."""
    assert case.plan is not None, "the file has one"  # noqa: S101 - narrows the type
    clock = next(clock for clock in PROFILES[case.profile].clocks if clock.code == "call")
    return _weeks(clock.due(case.plan.accepted_on), today)


def _evaluation_in_three_weeks(case: CaseFile, today: date) -> timedelta:
    """The evaluation is in two to three weeks."""
    assert case.plan is not None, "the file has one"  # noqa: S101 - narrows the type
    return _weeks(case.plan.evaluation.on.date(), today + 3 * _WEEK)


def _new_registration(session: Session, cast: Cast, today: date) -> int:
    """Another couple rang this week or the last, with much the same question as Mr and Mrs Hendriks had."""
    text = (CASES / "hendriks.toml").read_text("utf-8")
    for name, other in (("Hendriks", "Abbott"), ("Wim", "Ron"), ("Joan", "Betty"), ("01632 9601", "01632 9602")):
        text = text.replace(name, other)
    case = parse_case(text, "abbott.toml")
    shift = _weeks(case.registration.on, today - timedelta(days=1))
    return play(session, case, cast, until=Until.REGISTERED, shift=shift)


def _hand_out_links(session: Session, now: datetime, staff: Staff, made: Demo) -> None:
    """Some of the family have a personal link, so that one can be them; its note is their line on the first page."""
    for conference_id, coordinator, name, line in (
        (made.prepared, staff.noor, "Marieke de Wit", "Marieke, mother: her conference is on Saturday"),
        (made.prepared, staff.noor, "Yara El Amrani", "Yara, daughter: her mentor sits beside her on Saturday"),
        (made.prepared, staff.noor, "Karim Jansen", "Karim, referrer: wrote down what the plan has to meet"),
        (made.due, staff.denise, "Peter Hendriks", "Peter, son: keeps an eye on the plan of his parents"),
        (made.under_way, staff.noor, "Ans Willems", "Ans, neighbour: calls everybody together for the evaluation"),
    ):
        _hand_out(session, now, coordinator, conference_id, name, line)


def _hand_out(session: Session, now: datetime, by: Visitor, conference_id: int, name: str, line: str) -> None:
    who = next(row.id for row in circle(session, conference_id) if row.name == name)
    make_link(session, by, now, conference_id, who, days=_LINK_DAYS)
    with writing(session):
        session.execute(update(PersonalLink).where(PersonalLink.participant_id == who).values(note=line))
