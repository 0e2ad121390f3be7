"""Deadlines: law and targets, pauses that move them, warnings; and what a manager sees as silent or taking long."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions import pauses
from ekc.conferences.models import Conference
from ekc.core.errors import Refusal
from ekc.core.outbox import OutboxMessage
from ekc.journey.actions.steps import take_step
from ekc.journey.actions.taking_back import take_back
from ekc.journey.deadlines import running_deadlines
from ekc.journey.queries import lead_times
from ekc.journey.queries.lead_times import View
from ekc.journey.reminders import warn_of_deadlines
from ekc.staff.actions.closing import close_account
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.profiles import ENGLAND, NL, Event, Force
from ekc.workflow.vocabulary import Phase, Step
from tests import build
from tests.build import Made
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.database import refreshed
from tests.hearing import given_to, hearing

DAY = timedelta(days=1)
TAKEN = date(2026, 3, 2)  # a Monday
AT = datetime(2026, 3, 2, 9, 0, tzinfo=START.tzinfo)


@pytest.fixture
def case(db_session: Session, cast: Cast, clock: FrozenClock) -> Made:
    return build.case_in_setup(db_session, cast, clock())


def row(session: Session, case: Made) -> Conference:
    return refreshed(session).get_one(Conference, case.id)


def mailed(session: Session) -> list[tuple[str, str]]:
    sent = select(OutboxMessage).where(OutboxMessage.key.startswith("deadline:")).order_by(OutboxMessage.id)
    return [(mail.recipient.split("@")[0], mail.subject) for mail in session.scalars(sent)]


@pytest.mark.parametrize(
    ("code", "paused", "due"),
    [
        ("conference", (), date(2026, 4, 27)),
        ("conference", ((TAKEN + 7 * DAY, TAKEN + 14 * DAY),), date(2026, 5, 4)),
        ("conference", ((TAKEN, TAKEN + 3 * DAY), (date(2026, 4, 29), date(2026, 5, 9))), date(2026, 5, 10)),
        ("conference", ((date(2026, 4, 28), date(2026, 5, 9)),), date(2026, 4, 27)),  # it was late before
        ("conference", ((TAKEN - 9 * DAY, TAKEN + DAY),), date(2026, 4, 28)),  # what lay before it counts for nothing
        ("bottom_lines", (), date(2026, 3, 9)),
        ("bottom_lines", ((date(2026, 3, 6), date(2026, 3, 9)),), date(2026, 3, 10)),  # a weekend, and a Monday
    ],
)
def test_days_of_a_pause_do_not_count_for_targets(code: str, paused: tuple[tuple[date, date], ...], due: date) -> None:
    clock = ENGLAND.clock(code)
    assert ENGLAND.due(clock, TAKEN, paused) == due
    law = replace(clock, force=Force.LAW)
    assert (law.by_law, ENGLAND.due(law, TAKEN, paused)) == (True, ENGLAND.due(clock, TAKEN))
    assert ENGLAND.due(replace(law, law_pauses=True), TAKEN, paused) == due


def test_a_clock_is_near_some_days_before_and_stands_still_in_a_pause() -> None:
    events = {Event.TAKEN_ON: TAKEN}
    (due,) = running_deadlines(NL, events, False)
    days = [due.on - 15 * DAY, due.on - 14 * DAY, due.on, due.on + DAY]
    assert [(due.near(one), due.late(one)) for one in days] == [
        (False, False),
        (True, False),
        (True, False),
        (False, True),
    ]
    today = due.on - DAY
    pause = ((today - 9 * DAY, today),)
    (still,) = running_deadlines(NL, events, False, pause, still=True)
    assert (still.near(today), still.paused, still.on) == (False, 9, due.on + 9 * DAY)
    (ended,) = running_deadlines(NL, events, False, pause)
    assert (ended.near(today), ended.on) == (True, still.on)


def test_a_case_is_paused_with_a_reason_and_goes_on(
    client: PageClient, db_session: Session, cast: Cast, case: Made, clock: FrozenClock
) -> None:
    address = f"/conferences/{case.id}/deadlines"
    sign_in(client, cast.noor)
    page = client.page(address)
    assert "Hold the conference by Monday 11 May 2026 (in 70 days)" in page.text
    assert "usual practice" in page.text
    assert client.refused("Let the deadlines stand still", status=422).errors == [
        "Why it is paused: Write in a sentence why this conference is paused."
    ]
    client.submit("Let the deadlines stand still", {"Why it is paused": "Marieke is in hospital."})
    clock.advance(days=10)
    sign_in(client, cast.noor)
    page = client.page(address)
    assert "Paused since 2 Mar. Marieke is in hospital." in page.text
    assert "by Thursday 21 May 2026 (in 70 days) 10 days later, because of pauses stands still" in page.text
    assert "Paused since 2 Mar. Why, and going on" in client.page(f"/conferences/{case.id}").text

    sign_in(client, cast.ruud)  # the regional manager too
    client.page(address)
    client.submit("Let the deadlines go on")

    page = client.page(address)
    assert "paused by Noor van Dijk, ended by Ruud" in page.text
    assert (row(db_session, case).norm_until, row(db_session, case).silent_since) == (
        date(2026, 5, 21),
        date(2026, 3, 12),
    )
    assert "stands still" not in page.text  # on the day itself either
    with pytest.raises(Refusal):
        pauses.resume(By(db_session, cast.noor, clock()), case.id)


def test_a_pause_ends_with_the_next_phase_and_comes_back_if_that_is_taken_back(
    db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case, at = build.prepared_case(db_session, cast, clock()), clock()
    pauses.pause(By(db_session, cast.noor, at), case.id, "Holidays.")
    assert (row(db_session, case).norm_until, row(db_session, case).silent_since) == (None, None)
    later = at + 5 * DAY
    take_step(By(db_session, cast.noor, later), case.id, Taking(Step.OPEN_CONFERENCE))
    assert row(db_session, case).paused_at is None
    assert row(db_session, case).norm_until == later.date() + DAY

    take_back(By(db_session, cast.noor, later + timedelta(minutes=1)), case.id, Step.OPEN_CONFERENCE)

    assert (row(db_session, case).paused_at, row(db_session, case).phase) == (at, Phase.SETUP)


def test_each_deadline_is_mailed_once_near_and_once_when_it_passed(db_session: Session, cast: Cast, case: Made) -> None:
    """To the coordinator first; when it has passed, to the managers of the region."""
    sent = {day: warn_of_deadlines(db_session, START + day * DAY, cast.north) for day in range(50, 80)}
    assert {day: count for day, count in sent.items() if count} == {56: 1, 71: 1}
    assert mailed(db_session) == [
        ("noor", "A deadline in one of your conferences is near"),
        ("ruud", "A deadline in a conference of your region has passed"),
    ]


@pytest.mark.parametrize(
    ("nights", "said"),
    [
        ((10, 11), [["Referrer spoken to", "Bottom lines fixed with the referrer"]]),
        ((4, 10, 11), [["Referrer spoken to"], ["Bottom lines fixed with the referrer"]]),
    ],
)
def test_what_passed_by_one_night_is_in_one_mail(
    db_session: Session, cast: Cast, nights: tuple[int, ...], said: list[list[str]]
) -> None:
    build.case_in_setup(db_session, cast, START, profile="england", timezone="Europe/London")
    sent = sum(warn_of_deadlines(db_session, START + night * DAY, cast.north) for night in nights)
    mails = db_session.scalars(select(OutboxMessage).where(OutboxMessage.key.like("deadline:%:passed:%"))).all()
    bodies = [mail.body.split("\n\n") for mail in mails]
    assert [body[1:-1] for body in bodies] == said
    assert (sent, {body[0] for body in bodies}) == (len(said), {"This is late in a conference of your region:"})


def test_where_nobody_coordinates_nobody_is_warned(db_session: Session, cast: Cast, case: Made) -> None:
    close_account(By(db_session, cast.bas, START + 40 * DAY), cast.noor.account_id or 0)
    assert warn_of_deadlines(db_session, START + 60 * DAY, cast.north) == 0


def test_case_page_and_home_warn_of_what_is_near_and_what_is_late(
    client: PageClient, cast: Cast, case: Made, clock: FrozenClock
) -> None:
    clock.advance(days=67)
    sign_in(client, cast.noor)
    near = "Hold the conference: by Monday 11 May, in 3 days"
    page = client.page(f"/conferences/{case.id}")
    assert f"{near}. This is a target (usual practice), not the law. See the deadlines" in page.text
    assert f"{near} (usual practice)" in client.page("/").text
    clock.advance(days=4)
    sign_in(client, cast.noor)
    assert "Late: Hold the conference, Monday 11 May" in client.page("/").text


def test_a_manager_sees_what_takes_long_is_silent_or_paused_and_can_do_something(
    client: PageClient, db_session: Session, cast: Cast, case: Made, clock: FrozenClock
) -> None:
    clock.advance(days=30)
    young = build.case_in_setup(db_session, cast, clock(), title="Young")
    asked = build.registered_case(db_session, cast, clock() - 20 * DAY, title="Nobody asked")
    still = build.case_in_setup(db_session, cast, clock(), title="Still")
    pauses.pause(By(db_session, cast.ruud, clock()), still.id, "The school is closed.")
    sign_in(client, cast.ruud)
    home = client.page("/")
    assert "1 conference in your region is silent · 1 takes longer than the norm" in home.text

    page = client.page("/lead-times")
    assert [link.text for link in page.all("a") if "rows__name" in (link.get("class") or "")] == [
        "Nobody asked",
        "Family De Wit - El Amrani",
        "Young",
    ]
    assert "6 days past the norm" in page.text
    silent = client.page("/lead-times?view=silent")
    assert "silent for 30 days" in silent.text
    assert "Young" not in silent.text
    client.submit("Ask by email how it goes")
    subjects = db_session.scalars(select(OutboxMessage.subject).where(OutboxMessage.key.startswith("how:"))).all()
    assert subjects == ["How is one of your conferences going?"]
    assert "asked by email on" in client.page("/lead-times?view=silent").text
    assert "The school is closed." in client.page("/lead-times?view=paused").text
    client.page("/lead-times?view=paused&after=2026-01-01.1")  # no instant: nobody was led here

    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}")  # a look is a sign
    assert client.get("/lead-times").status_code in {403, 404}
    assert row(db_session, case).silent_since == clock().date()
    assert (row(db_session, young).silent_since, row(db_session, asked).silent_since) == (clock().date(), None)


def test_pages_go_on_where_the_one_before_ended(
    db_session: Session, cast: Cast, case: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        build.registered_case(db_session, cast, START + number // 2 * DAY, title=str(number))
    today, regions = START.date(), {cast.north, cast.south}
    everything = [one.id for one in lead_times.lead_times(db_session, regions, View.NORM, today)[0]]
    monkeypatch.setattr(lead_times, "PAGE", 2)
    first, place = lead_times.lead_times(db_session, regions, View.NORM, today)
    assert place is not None
    second, end = lead_times.lead_times(db_session, regions, View.NORM, today, place)
    assert ([one.id for one in (*first, *second)], end) == (everything, None)


def test_the_lists_are_read_from_their_index(db_session: Session, cast: Cast, case: Made, engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL reads small tables whole, whatever their indexes")
    sent: list[tuple[str, Any]] = []

    def hear(_cursor: object, statement: str, *more: Any) -> None:
        sent.append((statement, given_to(more)))

    with hearing(Engine, hear):
        for view in View:
            lead_times.lead_times(db_session, {cast.north}, view, START.date())
        lead_times.counted(db_session, {cast.north}, START.date())
    with engine.connect() as connection:
        plans = [
            [line[3] for line in connection.exec_driver_sql(f"explain query plan {statement}", given)]
            for statement, given in sent
            if statement.startswith("SELECT")
        ]
    named = [next(one for one in plan if "conference USING" in one) for plan in plans]
    assert all(
        "ix_conference_norm_until" in one or "ix_conference_silent" in one or "ix_conference_paused" in one
        for one in named
    )
    assert not any("TEMP B-TREE" in one for plan in plans for one in plan)
