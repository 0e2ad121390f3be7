"""Whoever gets a mail may open the page to which it leads."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.models import Account
from ekc.conferences.access import open_case
from ekc.conferences.actions import circle
from ekc.conferences.actions.bottom_lines import ask_for_bottom_lines
from ekc.conferences.entries import PersonDetails
from ekc.conferences.models import Participant
from ekc.core.clock import local_date
from ekc.core.errors import Refusal
from ekc.core.outbox import Audience, MailRule, OutboxMessage
from ekc.evaluations import actions as evaluations
from ekc.evaluations.queries import follow_ups
from ekc.journey.actions.steps import take_step
from ekc.kinds import MAILS
from ekc.plans.actions.sharing import share_plan
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.vocabulary import Activity, Attends, Part, PlanSharing, Step, StopReason
from tests import build
from tests.cast import Cast, mail_of, participant
from tests.clock import START

LATER = START + timedelta(days=2)
LONG_AFTER = LATER + timedelta(days=60)  # the coordinator's access has ended
WHY = "She has stopped working and is a friend now."


def queued(session: Session, at: datetime) -> Iterator[tuple[MailRule, OutboxMessage]]:
    """The mails of this instant, each with its row."""
    session.rollback()
    rules = {(rule.subject, rule.body): rule for rule in MAILS}
    for mail in session.scalars(select(OutboxMessage).where(OutboxMessage.queued_at == at)).all():
        yield rules[mail.subject, mail.body], mail


def closed_to(session: Session, cast: Cast, case: build.Made, at: datetime) -> list[str]:
    """Who got a mail at this instant and cannot open what it leads to."""
    staff = {mail_of(one.actor.name): one for one in (cast.noor, cast.denise, cast.iris, cast.ruud)}
    wrong = []
    for rule, mail in queued(session, at):
        to_circle = rule.audience in (Audience.CIRCLE, Audience.PARTICIPANT)
        own = participant(case.id, int(mail.key.rpartition(":")[2])) if to_circle else None
        visitor = own or staff[mail.recipient]
        try:
            if rule.opens:
                open_case(By(session, visitor, at), case.id, Activity(rule.opens))
        except Refusal as refused:
            wrong.append(f"{rule.name} to {mail.recipient}: {refused!r}")
        session.rollback()
    return wrong


def turned_friend(session: Session, cast: Cast, at: datetime, case: build.Made) -> int:
    """Els, who came as a professional, is a friend now, with a mail address."""
    els = session.get_one(Participant, case.people["els"])
    known = {name: getattr(els, name) for name in PersonDetails.__dataclass_fields__}
    known |= {"needs": tuple(els.needs), "part": Part.FRIEND, "email": "els@example.org", "attends": Attends.IN_PERSON}
    circle.change_person(By(session, cast.noor, at), case.id, els.id, PersonDetails(**known), WHY)
    return case.people["els"]


def second_version(session: Session, cast: Cast, at: datetime) -> tuple[build.Made, int]:
    """The plan of a second round is about to be agreed; Els came to the first as a professional."""
    case = build.case_in_evaluation(session, cast, START)
    els = turned_friend(session, cast, START, case)
    build.step(session, cast, at, case, Step.RECONVENE, "The summer.")
    build.open_again(session, cast, at, case)
    build.to_presentation(session, cast, at, case)
    build.write_again(session, cast, at, case)
    build.answer_plan(session, cast, at, case, but=[els])
    return case, els


def agreed(session: Session, cast: Cast, at: datetime) -> build.Made:
    case, _els = second_version(session, cast, at - timedelta(hours=1))
    build.step(session, cast, at, case, Step.AGREE_PLAN)
    return case


#: From which case a step is taken, and with which reason.
STEPS = {
    Step.NO_PLAN: (build.case_in_presentation, None),
    Step.STOP: (build.case_in_setup, StopReason.NOT_SAFE),
    Step.PLAN_WITHOUT_CONFERENCE: (build.prepared_case, None),
    Step.TAKE_ON: (build.matched_case, None),
    Step.RECONVENE: (build.case_in_evaluation, None),
    Step.ANOTHER_DAY: (build.case_in_information, None),
}


def round_ended(session: Session, cast: Cast, at: datetime) -> build.Made:
    case = build.case_in_evaluation(session, cast, START)
    turned_friend(session, cast, START, case)
    build.step(session, cast, at - timedelta(hours=1), case, Step.RECONVENE, "The summer.")
    stop = Taking(Step.STOP_ROUND, stop_reason=StopReason.SITUATION_CHANGED)
    take_step(By(session, cast.noor, at), case.id, stop)
    return case


def closed_after_access(session: Session, cast: Cast, at: datetime) -> build.Made:
    """The regional manager closes it, long after the coordinator's last task."""
    case = build.case_in_evaluation(session, cast, START)
    for row in follow_ups(session, case.id, local_date(START, build.TIMEZONE)):
        evaluations.give_up(By(session, cast.noor, START), case.id, row.id, "The family moved away.")
    take_step(By(session, cast.ruud, at), case.id, Taking(Step.CLOSE))
    return case


def wished_after_access(session: Session, cast: Cast, at: datetime) -> build.Made:
    """One of two main persons wants to come together again, when the coordinator's access has ended."""
    case = build.case_in_evaluation(session, cast, START)
    build.change_details(session, cast, START, case, case.people["omar"], part=Part.MAIN_PERSON)
    for row in follow_ups(session, case.id, local_date(START, build.TIMEZONE)):
        evaluations.give_up(By(session, cast.noor, START), case.id, row.id, "The family moved away.")
    marieke = participant(case.id, case.people["marieke"])
    take_step(By(session, marieke, at), case.id, Taking(Step.RECONVENE, reason="School."))
    return case


@pytest.mark.parametrize("step", STEPS)
def test_whoever_gets_a_mail_of_a_step_may_open_what_it_leads_to(db_session: Session, cast: Cast, step: Step) -> None:
    make, reason = STEPS[step]
    case = make(db_session, cast, START)
    take_step(By(db_session, cast.noor, LATER), case.id, Taking(step, reason="So it is.", stop_reason=reason))
    assert list(queued(db_session, LATER)) != []
    assert closed_to(db_session, cast, case, LATER) == []


@pytest.mark.parametrize(
    ("make", "at"),
    [(agreed, LATER), (round_ended, LATER), (closed_after_access, LONG_AFTER), (wished_after_access, LONG_AFTER)],
)
def test_whoever_gets_a_mail_may_open_what_it_leads_to(
    db_session: Session, cast: Cast, make: Callable[[Session, Cast, datetime], build.Made], at: datetime
) -> None:
    case = make(db_session, cast, at)
    assert list(queued(db_session, at)) != []
    assert closed_to(db_session, cast, case, at) == []


@pytest.mark.parametrize(("sharing", "gets"), [(PlanSharing.NOTHING, "plan_agreed"), (PlanSharing.ALL, "plan_ready")])
def test_whoever_came_as_a_professional_hears_of_the_plan_as_far_as_they_may_read_it(
    db_session: Session, cast: Cast, sharing: PlanSharing, gets: str
) -> None:
    case, els = second_version(db_session, cast, LATER - timedelta(hours=1))
    by = By(db_session, cast.noor, LATER - timedelta(hours=1))
    share_plan(by, case.id, case.people["marieke"], {els: sharing})
    build.step(db_session, cast, LATER, case, Step.AGREE_PLAN)
    to_els = [rule.name for rule, mail in queued(db_session, LATER) if mail.recipient == "els@example.org"]
    assert to_els == [gets]


def test_each_mail_that_speaks_of_a_link_says_what_to_do_without_one() -> None:
    in_circle = (Audience.CIRCLE, Audience.PARTICIPANT)
    leads = [rule for rule in MAILS if rule.audience in in_circle and re.search(r"\bown (link|page)\b", rule.body)]
    assert {"notice", "plan_agreed", "bottom_lines_asked", "reads_more"} <= {rule.name for rule in leads}
    otherwise = re.compile(r"no link|ask your coordinator|to your coordinator", re.IGNORECASE)
    assert [rule.name for rule in leads if not otherwise.search(rule.body)] == []


def phones(session: Session, cast: Cast) -> dict[str, str]:
    """Staff can be rung."""
    numbers = {"noor": "06-20000002", "ruud": "010-2000001"}
    for who, number in numbers.items():
        session.get_one(Account, getattr(cast, who).account_id).phone = number
    session.commit()
    return numbers


@pytest.mark.parametrize("make", [agreed, round_ended])
def test_each_mail_to_somebody_of_the_circle_has_a_number(
    db_session: Session, cast: Cast, make: Callable[[Session, Cast, datetime], build.Made]
) -> None:
    staff = phones(db_session, cast)
    make(db_session, cast, LATER)
    sent = [mail for _rule, mail in queued(db_session, LATER) if mail.participant_id]
    assert sent != []
    assert [mail.subject for mail in sent if staff["noor"] not in str(mail.ring)] == []


def test_whoever_is_asked_for_bottom_lines_reads_whom_to_ring(db_session: Session, cast: Cast) -> None:
    case, staff = build.case_in_setup(db_session, cast, START), phones(db_session, cast)
    db_session.get_one(Participant, case.people["els"]).email = "els@example.org"
    db_session.commit()
    ask_for_bottom_lines(By(db_session, cast.noor, LATER), case.id, case.people["els"])
    [(rule, mail)] = queued(db_session, LATER)
    assert (rule.name, staff["noor"] in str(mail.ring)) == ("bottom_lines_asked", True)
