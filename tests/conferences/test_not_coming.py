"""Somebody says on their own page that they do not come: a child too, and for a child the supporter beside it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions import circle as circle_actions
from ekc.conferences.actions.circle import say_not_coming
from ekc.conferences.actions.contact import log_contact
from ekc.conferences.entries import NewContact, PersonDetails
from ekc.conferences.models import Participant, Trace
from ekc.core.errors import NotNow, Unknown
from ekc.core.outbox import OutboxMessage
from ekc.journey.notices import owed_in
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.vocabulary import Attends, Part
from tests.build import Made, case_in_evaluation, change_details, prepared_case
from tests.cast import Cast, enter, participant, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.database import refreshed

HEARD = "Somebody says that they do not come"


def with_daan(session: Session, cast: Cast, case: Made) -> int:
    """Daan, a child who comes, with Joost beside him."""
    daan = PersonDetails(
        name="Daan El Amrani", part=Part.CHILD, attends=Attends.IN_PERSON, support_id=case.people["joost"]
    )
    return circle_actions.add_person(By(session, cast.noor, START), case.id, daan)


def mails(session: Session) -> list[str]:
    rows = refreshed(session).scalars(select(OutboxMessage)).all()
    return sorted(row.recipient for row in rows if row.subject == HEARD)


@pytest.mark.parametrize("by", ["daan", "joost"])
def test_a_child_does_not_come(by: str, client: PageClient, db_session: Session, cast: Cast) -> None:
    case = prepared_case(db_session, cast, START)
    daan = with_daan(db_session, cast, case)
    who = daan if by == "daan" else case.people["joost"]
    said = "Say that I do not come" if by == "daan" else "Say that Daan El Amrani does not come"
    enter(client, db_session, START, case.id, who)

    page = client.submit(said)

    assert said not in page.buttons
    assert refreshed(db_session).get_one(Participant, daan).attends is Attends.NO
    assert mails(db_session) == ["noor@example.org", "ruud@example.org"]
    traces = db_session.execute(select(Trace.attends, Trace.account_id).where(Trace.participant_id == daan)).all()
    assert [tuple(row) for row in traces][-1] == (Attends.NO, None)


def test_said_twice_it_is_said_once_and_nobody_says_it_for_others(db_session: Session, cast: Cast) -> None:
    case = prepared_case(db_session, cast, START)
    daan = with_daan(db_session, cast, case)
    omar = By(db_session, participant(case.id, case.people["omar"]), START)
    say_not_coming(omar, case.id, case.people["omar"])
    count = db_session.scalar(select(func.count(Trace.id)))
    say_not_coming(omar, case.id, case.people["omar"])
    assert db_session.scalar(select(func.count(Trace.id))) == count

    for other in (daan, case.people["fatima"]):
        with pytest.raises(Unknown):
            say_not_coming(omar, case.id, other)
    with pytest.raises(Unknown):
        say_not_coming(By(db_session, cast.noor, START), case.id, daan)
    db_session.get_one(Participant, daan).attends = Attends.EXCLUDED
    db_session.get_one(Participant, daan).exclusion_reason = "x"
    db_session.get_one(Participant, daan).excluded_by = "x"
    db_session.get_one(Participant, daan).excluded_on = START.date()
    db_session.commit()
    with pytest.raises(Unknown):
        say_not_coming(By(db_session, participant(case.id, case.people["joost"]), START), case.id, daan)


def test_it_is_said_while_the_conference_is_prepared(app: Flask, db_session: Session, cast: Cast) -> None:
    case = case_in_evaluation(db_session, cast, START)
    with pytest.raises(NotNow):
        say_not_coming(By(db_session, participant(case.id, case.people["omar"]), START), case.id, case.people["omar"])


def owed(session: Session, case: Made) -> list[NoticeKind]:
    session.rollback()
    return [one.notice.kind for one in owed_in(session, [case.id]).get(case.id, ()) if one.is_open and one.rule.roles]


def test_the_coordinator_still_has_to_hear_it_until_they_spoke_with_them(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = prepared_case(db_session, cast, START)
    omar = case.people["omar"]
    say_not_coming(By(db_session, participant(case.id, omar), START), case.id, omar)
    assert owed(db_session, case) == [NoticeKind.NOT_COMING]
    sign_in(client, cast.noor)
    line = "Somebody says that they do not come: ring them, and write it in the contact log"
    assert line in client.page("/").text

    clock.set(START + timedelta(minutes=5))
    other = NewContact(on=START.date(), channel="phone", text="About the room.", participant_id=case.people["fatima"])
    log_contact(By(db_session, cast.noor, clock()), case.id, other)
    assert owed(db_session, case) == [NoticeKind.NOT_COMING]

    log_contact(By(db_session, cast.noor, clock()), case.id, replace(other, participant_id=omar))
    assert owed(db_session, case) == []
    assert line not in client.page("/").text


def test_whoever_comes_after_all_need_not_be_rung(db_session: Session, cast: Cast) -> None:
    case = prepared_case(db_session, cast, START)
    omar = case.people["omar"]
    say_not_coming(By(db_session, participant(case.id, omar), START), case.id, omar)
    change_details(db_session, cast, START, case, omar, attends=Attends.PHONE)
    assert owed(db_session, case) == []
