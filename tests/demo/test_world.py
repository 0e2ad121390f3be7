"""The demo is set around any day on which it is made, and lets visitors become its people."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.models import Account
from ekc.accounts.queries import account_by_email, visitor_of_account
from ekc.conferences.actions.links import make_link
from ekc.conferences.models import Conference
from ekc.conferences.queries.circle import circle
from ekc.core.audit import AuditEvent, broken_chains
from ekc.core.clock import local_date, to_local
from ekc.core.errors import Refusal
from ekc.core.outbox import OutboxMessage
from ekc.core.postbox import items
from ekc.demo import cast as demo_cast
from ekc.demo.people import PASSWORD
from ekc.demo.world import DEMO_CASES, begins_at, make_demo
from ekc.directory.models import Listing
from ekc.directory.queries import listed
from ekc.evaluations import queries as evaluations
from ekc.evaluations.models import FollowUpState
from ekc.journey.notices import owed_in
from ekc.links.models import PersonalLink
from ekc.signin.actions.passwords import check_password
from ekc.workflow.definition.kinds import MAILS_WAIT
from ekc.workflow.follow_ups import FollowUpKind
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.vocabulary import Phase
from tests.cast import COST, Cast
from tests.demo.made import SATURDAY_NIGHT, SETTINGS, demo_at_start, demo_on_a_saturday

BEGINS = begins_at(SATURDAY_NIGHT)
CASES = {row.file: row.case for row in DEMO_CASES}


@pytest.fixture
def made(db_session: Session) -> dict[str, int]:
    """The demo; the ids of its cases by file."""
    return demo_on_a_saturday(db_session)


def test_on_every_day_each_case_is_where_it_should_be() -> None:
    for today in (date(2026, 1, 1) + timedelta(days=n) for n in range(800)):
        for row in DEMO_CASES:
            case = CASES[row.file]
            late = row.on(today) - row.anchor(case) - row.shift(case, today)
            assert timedelta(0) <= late < timedelta(days=1 if row.exact else 7)
            assert row.exact or row.shift(case, today) % timedelta(weeks=1) == timedelta(0)


def test_it_begins_in_the_middle_of_a_conference() -> None:
    times = [datetime(2026, 11, 27, hour, 30, tzinfo=UTC) for hour in (1, 10, 11, 23)]

    assert [f"{to_local(begins_at(at), 'Europe/Amsterdam'):%d %H:%M}" for at in times] == [
        "27 11:40",
        "27 11:40",
        "28 11:40",
        "28 11:40",
    ]


def test_the_demonstration_shows_a_conference_at_every_stage(db_session: Session, made: dict[str, int]) -> None:
    phases = {row.id: (row.phase, row.round) for row in db_session.scalars(select(Conference))}
    assert {file: phases[id_] for file, id_ in made.items()} == {
        "de-wit": (Phase.SETUP, 1),
        "yilmaz": (Phase.PRIVATE_TIME, 1),
        "ramdin": (Phase.PRESENTATION, 1),
        "haddad": (Phase.SETUP, 1),
        "visser": (Phase.EVALUATION, 1),
        "kastanjeplein": (Phase.EVALUATION, 1),
        "stationsstraat": (Phase.EVALUATION, 1),
        "kuipers": (Phase.SETUP, 2),
        "hendriks": (Phase.EVALUATION, 1),
        "okonkwo": (Phase.REGISTRATION, 1),
        "rewiti": (Phase.SETUP, 1),
    }
    paused = db_session.scalars(select(Conference.id).where(Conference.paused_at.is_not(None))).all()
    assert paused == [made["kuipers"]]
    today = local_date(BEGINS, "Europe/Amsterdam")
    calls = {
        file: row.state
        for file, id_ in made.items()
        for row in evaluations.follow_ups(db_session, id_, today)
        if row.kind is FollowUpKind.CALL
    }
    assert calls == {
        "visser": FollowUpState.LATE,
        "hendriks": FollowUpState.DUE,
        **dict.fromkeys(("kastanjeplein", "stationsstraat", "kuipers"), FollowUpState.HELD),
    }
    assert db_session.scalars(select(AuditEvent).where(AuditEvent.at > BEGINS)).all() == []
    assert list(broken_chains(db_session)) == []


def test_one_municipality_waits_to_be_merged(db_session: Session, made: dict[str, int]) -> None:
    new = [row for listing in Listing for row in listed(db_session, listing) if not row.confirmed]
    assert [(row.name, [*row.meant.values()]) for row in new] == [("Riverstad", ["Rivierstad"])]


def test_a_good_coordinator_has_told_everybody(db_session: Session, made: dict[str, int]) -> None:
    """What is left open is left open on purpose."""
    names = {id_: file for file, id_ in made.items()}
    left = {
        names[case]: Counter(one.rule.kind for one in owed if one.is_open)
        for case, owed in owed_in(db_session, made.values()).items()
    }
    assert {file: found for file, found in left.items() if found} == {
        "haddad": {NoticeKind.COORDINATOR: 1},
        "kuipers": {NoticeKind.AGAIN: 1},
    }


def test_each_mail_arrived_when_it_was_written(db_session: Session) -> None:
    demo_at_start(db_session)

    mails = db_session.scalars(select(OutboxMessage)).all()
    waited = [mail.sent_at - mail.queued_at for mail in mails if mail.sent_at]
    assert len(waited) == len(mails)
    # At once, or once the step that it tells of can no longer be taken back.
    assert {*waited} == {timedelta(0), MAILS_WAIT}
    assert sorted(item.at for item in items(db_session, 1000)) == sorted(mail.sent_at for mail in mails if mail.sent_at)


def test_words_are_in_the_language_of_the_reader(db_session: Session, made: dict[str, int]) -> None:
    titles = {row.title: row.language for row in db_session.scalars(select(Conference))}
    assert [title for title, language in titles.items() if language == "nl" and "Family" in title] == []
    assert len(titles) == len(DEMO_CASES)
    introductions = {row.introduction: row.language for row in db_session.scalars(select(Account)) if row.introduction}
    assert introductions == {
        "Was onderwijzer, doet drie conferenties per jaar": "nl",
        "Werkt in de bouw, doet conferenties in het weekend": "nl",
        "Retired bookkeeper, two conferences a year": "en",
        "Knows the marae of the valley, works at weekends": "en",
    }


def test_one_can_be_its_people(db_session: Session, made: dict[str, int]) -> None:
    assert check_password(db_session, BEGINS, "noor@example.org", PASSWORD, COST) is not None
    links = db_session.scalars(select(PersonalLink)).all()
    assert len(links) == sum(len(row.links) for row in DEMO_CASES)


def test_a_link_that_is_replaced_leaves_its_person_on_the_first_page(db_session: Session, made: dict[str, int]) -> None:
    account = account_by_email(db_session, "noor@example.org")
    noor = visitor_of_account(db_session, account.id if account else 0)
    assert noor is not None
    before = demo_cast.groups(db_session, BEGINS)
    yara = next(row.id for row in circle(db_session, made["de-wit"]) if row.name == "Yara El Amrani")

    link = make_link(By(db_session, noor, BEGINS), made["de-wit"], yara, cost=COST)

    after = demo_cast.groups(db_session, BEGINS)
    names = [sorted(person.name for group in found for person in group.people) for found in (before, after)]
    assert (len(link.code), names[1]) == (6, names[0])


def test_a_database_that_is_not_empty_is_left_alone(db_session: Session, cast: Cast) -> None:
    with pytest.raises(Refusal, match="This database is not empty"):
        make_demo(db_session, SETTINGS)
