"""The demo is set around any day on which it is made, and lets visitors become its people."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.queries import demo_accounts, visitor_of_account
from ekc.conferences.actions.links import make_link
from ekc.conferences.queries.circle import circle
from ekc.core.audit import AuditEvent
from ekc.core.clock import local_date
from ekc.core.errors import Refusal
from ekc.demo.people import PASSWORD
from ekc.demo.validation import last_day
from ekc.demo.world import make_demo, read_cases, shifts
from ekc.evaluations import queries as evaluations
from ekc.evaluations.models import FollowUpState
from ekc.journey.queries import cases as case_queries
from ekc.journey.queries import people
from ekc.links.models import PersonalLink
from ekc.signin.actions.passwords import check_password
from ekc.workflow.vocabulary import Phase
from tests.cast import COST, Cast
from tests.clock import START
from tests.evaluations.agreed import CALL_AND_EVALUATION

#: A Saturday, half an hour after midnight in the Netherlands.
SATURDAY_NIGHT = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)


def test_on_every_day_each_case_is_where_it_should_be() -> None:
    cases = read_cases()
    assert cases.prepared.setup
    assert cases.due.plan
    assert cases.under_way.plan
    chosen, accepted = cases.prepared.setup.chosen, cases.due.plan.accepted_on
    evaluated = cases.under_way.plan.evaluation.on

    for today in (date(2026, 1, 1) + timedelta(days=n) for n in range(800)):
        by = shifts(cases, today)
        saturday = (chosen + by.prepared).date()
        assert (saturday.isoweekday(), 1 <= (saturday - today).days <= 7) == (6, True)
        assert 0 <= (today - accepted - by.due).days - 28 < 7
        assert 14 < ((evaluated + by.under_way).date() - today).days <= 21
        assert 1 <= (today - last_day(cases.ended) - by.ended).days < 8  # so that it can still be opened
        assert 1 <= (today - cases.waiting.registration.on - by.waiting).days < 8
        assert {shift % timedelta(weeks=1) for shift in vars(by).values()} == {timedelta(0)}


def test_the_demonstration_shows_five_conferences(db_session: Session) -> None:
    made = make_demo(db_session, SATURDAY_NIGHT, COST)

    today = local_date(SATURDAY_NIGHT, "Europe/Amsterdam")
    noor, denise = (account.account_id or 0 for account in demo_accounts(db_session)[:2])
    shown = (case_queries.cases_of_coordinator(db_session, account, SATURDAY_NIGHT) for account in (noor, denise))
    cases = {row.id: row for rows in shown for row in rows}
    assert {id_: (row.phase, row.not_informed) for id_, row in cases.items()} == {
        made.prepared: (Phase.SETUP, 2),
        made.due: (Phase.EVALUATION, 0),
        made.under_way: (Phase.EVALUATION, 0),
        made.ended: (Phase.EVALUATION, 0),
    }
    [due] = evaluations.due_follow_ups(db_session, denise, today)
    assert (due.conference_id, due.state) == (made.due, FollowUpState.DUE)
    assert evaluations.due_follow_ups(db_session, noor, today) == ()
    ended = evaluations.follow_ups(db_session, made.ended, today)
    assert {row.state for row in ended if row.kind in CALL_AND_EVALUATION} == {FollowUpState.HELD}
    assert [person.name for person in circle(db_session, made.waiting)] == ["Ron Abbott", "Betty Abbott"]
    assert db_session.scalars(select(AuditEvent).where(AuditEvent.at > SATURDAY_NIGHT)).all() == []


def test_one_can_be_its_people(db_session: Session) -> None:
    make_demo(db_session, START, COST)

    assert [person.name for person in demo_accounts(db_session)] == [
        "Noor van Dijk",
        "Denise Okafor",
        "Tom Bakker",
        "Ruud Smit",
        "Mila Haan",
        "Bas Admin",
    ]
    assert check_password(db_session, START, "noor@example.org", PASSWORD, COST) is not None
    assert db_session.scalars(select(PersonalLink.note).order_by(PersonalLink.id)).all() == [
        "Mother: her conference is on Saturday",
        "Daughter: her mentor sits beside her on Saturday",
        "Referrer: wrote down what the plan has to meet",
        "Son: keeps an eye on the plan of his parents",
        "Neighbour: calls everybody together for the evaluation",
    ]


def test_a_link_that_is_replaced_leaves_its_person_on_the_first_page(db_session: Session) -> None:
    made = make_demo(db_session, START, COST)
    noor = visitor_of_account(db_session, demo_accounts(db_session)[0].account_id or 0)
    assert noor is not None
    before = people.demo_links(db_session, START)
    yara = next(row.id for row in circle(db_session, made.prepared) if row.name == "Yara El Amrani")

    link = make_link(By(db_session, noor, START), made.prepared, yara, cost=COST)

    after = people.demo_links(db_session, START)
    assert (len(link.code), {(one.name, one.line) for one in after}) == (6, {(one.name, one.line) for one in before})


def test_a_database_that_is_not_empty_is_left_alone(db_session: Session, cast: Cast) -> None:
    with pytest.raises(Refusal, match="This database is not empty"):
        make_demo(db_session, START, COST)
