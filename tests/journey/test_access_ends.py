"""A coordinator's access ends some days after a case was closed, with a reminder before; then it is unknown to them."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.models import Account
from ekc.conferences.access import open_case
from ekc.conferences.actions.registration import search_and_record
from ekc.core.errors import NotNow, Unknown
from ekc.core.language import day
from ekc.core.outbox import OutboxMessage
from ekc.core.transaction import writing
from ekc.evaluations import actions as evaluations
from ekc.evaluations.actions import NewAvoidedCost
from ekc.journey.reminders import remind_before_access_ends
from ekc.plans.actions.documents import issue_document
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import Activity
from tests import build
from tests.build import Made
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock

#: The last minute of the thirtieth day, and the minute after it, in the Netherlands (in summer time).
LAST = START.replace(month=4, day=1, hour=21, minute=59)
AFTER = LAST + timedelta(minutes=1)
NIGHT = timedelta(days=1)


@pytest.fixture
def case(db_session: Session, cast: Cast) -> Made:
    """Closed on Monday 2 March."""
    return build.closed_case(db_session, cast, START)


def mails(session: Session) -> list[tuple[str, str]]:
    """Who got a reminder, and when."""
    asked = select(OutboxMessage.recipient, OutboxMessage.queued_at).where(OutboxMessage.key.like("%access-ends%"))
    return [(row.recipient, row.queued_at.date().isoformat()) for row in session.execute(asked)]


def test_until_when_is_told_from_the_day_it_is_closed(
    client: PageClient, cast: Cast, clock: FrozenClock, case: Made
) -> None:
    sign_in(client, cast.noor)

    home, page = client.page("/"), client.page(f"/conferences/{case.id}")

    assert "closed; you can open it until Wednesday 1 April (in 30 days)" in home.text
    assert "You can open this conference until Wednesday 1 April 2026 (in 30 days)." in page.text


def test_others_are_told_no_day(client: PageClient, cast: Cast, clock: FrozenClock, case: Made) -> None:
    sign_in(client, cast.ruud)

    assert "You can open this conference until" not in client.page(f"/conferences/{case.id}").text


def test_on_the_last_day_all_is_there_and_then_nothing_is(
    app: Flask, client: PageClient, cast: Cast, clock: FrozenClock, case: Made
) -> None:
    def found() -> str:
        client.page("/search")
        return client.submit("Search", {"Name or case number": "marieke"}).text

    address = f"/conferences/{case.id}"
    clock.set(LAST)
    sign_in(client, cast.noor)
    assert "Marieke de Wit" in found()
    assert client.get(f"{address}/costs").status_code == 200

    clock.set(AFTER)

    pages = ("", "/costs", "/plan", "/plan/versions/1.pdf", "/registration", "/history", "/follow-ups", "/circle")
    refused = [client.get(address + page) for page in pages]
    assert {answer.status_code for answer in refused} == {403}
    said = f"You could open this conference until {day(LAST.date())}. Ruud Kramer can open it: ring them."
    assert [said in answer.text for answer in refused] == [True] * len(pages)
    assert "Marieke" not in "".join(answer.text for answer in refused)
    sign_in(client, cast.denise)  # a coordinator who never had it
    assert client.page(address, status=404).text == client.page("/conferences/999", status=404).text
    sign_in(client, cast.noor)
    assert "Nobody of that name is in a case of yours." in found()
    assert "You have no conferences yet." in client.page("/").text


def test_what_is_done_in_a_closed_case_says_when(db_session: Session, cast: Cast, case: Made) -> None:
    avoided = NewAvoidedCost(what="A night", amount=100, basis="a list")
    evaluations.add_avoided_cost(By(db_session, cast.noor, LAST), case.id, avoided)

    with pytest.raises(Unknown):
        evaluations.add_avoided_cost(By(db_session, cast.noor, AFTER), case.id, avoided)
    with pytest.raises(Unknown):
        issue_document(By(db_session, cast.noor, AFTER), case.id, 1, "nl", b"paper")
    assert [one.number for one in search_and_record(By(db_session, cast.noor, LAST), "marieke")] == ["EKC-2026-0001"]
    assert search_and_record(By(db_session, cast.noor, AFTER), "marieke") == ()


def test_the_manager_of_the_region_still_sees_it(db_session: Session, cast: Cast, case: Made) -> None:
    assert open_case(By(db_session, cast.ruud, AFTER + NIGHT), case.id, Activity.SEE_CASE).id == case.id


def test_whoever_is_too_early_for_a_step_hears_why_not(db_session: Session, cast: Cast, case: Made) -> None:
    with pytest.raises(NotNow):
        evaluations.plan_evaluation(By(db_session, cast.noor, START), case.id, START.date())


@pytest.mark.parametrize(
    ("days", "told"), [(22, []), (23, ["2026-03-25"]), (25, ["2026-03-27"]), (30, ["2026-04-01"]), (31, [])]
)
def test_a_mail_goes_out_a_week_before(days: int, told: list[str], db_session: Session, cast: Cast, case: Made) -> None:
    at = START + days * NIGHT

    first, again = (remind_before_access_ends(db_session, at, cast.north) for _ in range(2))

    assert (first, again) == (len(told), 0)
    assert mails(db_session) == [("noor@example.org", day) for day in told]


def test_it_is_sent_once_in_all_these_nights(db_session: Session, cast: Cast, case: Made) -> None:
    open_one = build.case_in_evaluation(db_session, cast, START)
    assert open_one.id != case.id

    sent = [remind_before_access_ends(db_session, START + days * NIGHT, cast.north) for days in range(40)]

    assert sum(sent) == 1
    assert mails(db_session) == [("noor@example.org", "2026-03-25")]


def test_an_account_that_was_closed_is_told_nothing(db_session: Session, cast: Cast, case: Made) -> None:
    with writing(db_session):
        db_session.get_one(Account, cast.noor.account_id).active = False

    assert remind_before_access_ends(db_session, START + 25 * NIGHT, cast.north) == 0


def test_every_country_warns_before_it_ends() -> None:
    assert [profile.code for profile in PROFILES.values() if profile.access_warning_days >= profile.access_days] == []
