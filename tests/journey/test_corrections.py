"""Correcting what a registration decides: region, country, kind, municipality and referrer."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ekc.accounts.access import PROGRAM, By, Office, Visitor
from ekc.accounts.models import Account
from ekc.accounts.queries import offices, visitor_of_account
from ekc.conferences.actions import links as link_actions
from ekc.conferences.models import Conference, NameKey, Participant
from ekc.conferences.queries.registration import assignment, registration
from ekc.conferences.queries.search import search
from ekc.core.outbox import OutboxMessage
from ekc.core.transaction import writing
from ekc.evaluations.models import FollowUp
from ekc.links.verification import verify_by_answer
from ekc.matching.actions import asking, independence
from ekc.meetings.models import Meeting
from ekc.staff.actions import roles
from ekc.staff.actions.accounts import NewAccount, open_account
from ekc.staff.actions.closing import close_account
from ekc.workflow.vocabulary import Part, Phase, Role, Variant
from tests.build import Made, case_in_evaluation, case_in_private_time, case_in_setup, prepared_case, registered_case
from tests.cast import COST, PASSWORD, Cast, make_link, open_link, participant, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.database import refreshed
from tests.page import Page, text_of

pytestmark = pytest.mark.both_databases

SOUTH = {"Region": "South"}


def manager(session: Session, name: str, region: int) -> Visitor:
    """Open the account of a regional manager."""
    office = Office(Role.REGIONAL_MANAGER, region_id=region)
    email = f"{name.split(maxsplit=1)[0].lower()}@example.org"
    new = NewAccount(name=name, email=email, region_id=region, roles=(office,), password=PASSWORD)
    visitor = visitor_of_account(session, open_account(By(session, PROGRAM, START), new, COST))
    assert visitor is not None
    return visitor


@pytest.fixture
def sara(db_session: Session, cast: Cast) -> Visitor:
    """Who manages the South."""
    return manager(db_session, "Sara Bos", cast.south)


def correct(client: PageClient, who: Visitor, case: Made, values: dict[str, str]) -> Page:
    """Look at what follows, then confirm; returns the page of consequences."""
    sign_in(client, who)
    client.page(f"/conferences/{case.id}/registration")
    client.follow("Correct these, or the referrer")
    shown = client.shown("Show what changes", values)
    client.submit("Correct it")
    return shown


def mails(session: Session) -> Sequence[tuple[str, str]]:
    """Recipient and subject of each mail about a correction or a request, in order."""
    rows = refreshed(session).scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    return [(row.recipient, row.subject) for row in rows if "correct" in row.key or "withdrawn" in row.key]


def corrected_lately(client: PageClient) -> list[str]:
    """The lines below "Corrected lately" at home."""
    sections = [part for part in client.page("/").all("section") if part.get("aria-labelledby") == "corrected"]
    return [text_of(row) for part in sections for row in part.iter("li")]


def test_another_region_is_said_first_and_then_told_to_everybody(
    app: Flask, client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, sara: Visitor
) -> None:
    """The manager who corrects loses sight; the other managers and the coordinator hear by mail and at home."""
    old = manager(db_session, "Olaf Prins", cast.north)
    case = case_in_setup(db_session, cast, clock())
    sign_in(client, cast.ruud)
    client.page(f"/conferences/{case.id}/registration/correct")

    page = client.shown("Show what changes", SOUTH)

    follows = text_of(next(part for part in page.all("section") if part.get("aria-labelledby") == "follows"))
    assert "No longer sees this case: Ruud Kramer, regional manager Olaf Prins, regional manager" in follows
    assert "Sees this case from then on: Sara Bos, regional manager" in follows
    assert "No date changes." in follows
    assert "Noor van Dijk stays the coordinator, though of another region" in follows
    assert assignment(refreshed(db_session), case.id).region_id == cast.north  # nothing is saved yet
    assert mails(db_session) == []

    assert client.submit("Correct it").heading == "Hello, Ruud"

    assert assignment(refreshed(db_session), case.id).region_id == cast.south
    assert mails(db_session) == [
        ("sara@example.org", "The registration of a conference was corrected"),
        ("olaf@example.org", "The registration of a conference was corrected"),
        ("noor@example.org", "The registration of a conference of yours was corrected"),
    ]
    assert client.get(f"/conferences/{case.id}").status_code == 404
    line = "EKC-2026-0001 Region: South instead of North · Ruud Kramer, 2 Mar"
    for who, linked in ((old, False), (sara, True), (cast.noor, True)):
        browser = PageClient(app)
        sign_in(browser, who)
        elsewhere = {
            old: ". You do not see this conference any more; its follow-ups and papers are with the other region. Does "
            "somebody ask you about it? Ring: Sara Bos (no number known)",
            sara: ". Managers of the former region: Ruud Kramer (no number known), Olaf Prins (no number known)",
            cast.noor: ". Managers of the former region: Ruud Kramer (no number known), Olaf Prins (no number known) "
            "Managers of the region now: Sara Bos (no number known)",
        }[who]
        assert corrected_lately(browser) == [line + elsewhere]
        assert ("EKC-2026-0001" in [name for name, _ in browser.here.links]) == linked
        if linked:
            browser.follow("EKC-2026-0001")
            assert "The registration was corrected. Region: South instead of North." in browser.here.text
    assert [one.partition(". ")[2].partition(";")[0] for one in corrected_lately(client)] == [
        "You do not see this conference any more"
    ]
    clock.set(clock() + timedelta(days=15))
    later = PageClient(app)
    sign_in(later, sara)
    assert corrected_lately(later) == []


def test_nobody_is_said_to_stay_the_coordinator_or_mailed_so_whose_account_is_closed(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, sara: Visitor
) -> None:
    case = case_in_setup(db_session, cast, clock())
    close_account(By(db_session, cast.bas, clock()), cast.noor.account_id or 0)
    with writing(db_session):
        db_session.execute(delete(OutboxMessage))
    sign_in(client, cast.ruud)
    client.page(f"/conferences/{case.id}/registration/correct")

    page = client.shown("Show what changes", SOUTH)

    assert "Noor van Dijk" not in page.text
    assert "Nobody coordinates this conference now. The new region asks somebody." in page.text
    client.submit("Correct it")
    assert mails(db_session) == [("sara@example.org", "The registration of a conference was corrected")]


def test_the_circle_hears_of_another_region_by_mail_and_on_its_page(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, sara: Visitor
) -> None:
    case = case_in_evaluation(db_session, cast, clock())
    link = make_link(db_session, clock(), case.id, case.people["omar"])

    shown = correct(client, cast.ruud, case, SOUTH)

    assert "Open follow-ups go to the list of the new region, and the names to its search." in shown.text
    rows = refreshed(db_session).scalars(select(OutboxMessage).where(OutboxMessage.key.contains("other_region")))
    assert sorted((row.recipient, row.subject) for row in rows) == [
        ("karim@example.org", "Another region looks after a conference"),
        ("linda@example.org", "Another region looks after your conference"),
        ("marieke@example.org", "Another region looks after your conference"),
        ("omar@example.org", "Another region looks after your conference"),
    ]
    said = "Another region looks after your conference now. Nothing changes for you."
    mine = open_link(client, link)  # the link stays
    assert said in mine.text
    with writing(db_session):
        db_session.execute(update(Participant).where(Participant.id == case.people["omar"]).values(part=Part.CHILD))
    assert said not in client.page(f"/conferences/{case.id}/mine").text  # it tells a child nothing
    with writing(db_session):
        db_session.execute(update(Participant).where(Participant.id == case.people["omar"]).values(part=Part.FAMILY))
    clock.advance(days=15)
    client.page(link)
    assert said not in client.submit("Go to my page").text


def test_slips_that_name_a_manager_of_the_former_region_are_printed_anew(
    app: Flask, client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, sara: Visitor
) -> None:
    case = case_in_evaluation(db_session, cast, clock())
    for phone, who in (("010-2000001", cast.ruud), ("020-3000003", sara)):
        db_session.execute(update(Account).where(Account.id == who.account_id).values(phone=phone))
    db_session.commit()
    for name, who in (("omar", cast.ruud), ("linda", cast.noor)):
        by = By(db_session, who, clock())
        made = link_actions.make_link(by, case.id, case.people[name])
        link_actions.hand_over(by, case.id, [made.token], "paper")
    clock.advance(minutes=1)

    shown = correct(client, cast.ruud, case, SOUTH)

    assert "name somebody of the former region, so they need new ones: Omar El Amrani." in shown.text
    rows = refreshed(db_session).scalars(select(OutboxMessage).where(OutboxMessage.key.contains("other_region")))
    assert {row.ring for row in rows} == {"Sara Bos, 020-3000003"}
    browser = PageClient(app)
    sign_in(browser, sara)
    owed = browser.page(f"/conferences/{case.id}/to-tell")
    assert "Ruud Kramer, 010-2000001" in owed.text
    assert "Sara Bos, 020-3000003" in owed.text
    assert "Make all new slips and print them together" in owed.buttons


@pytest.mark.parametrize("how", ["another region", "no manager any more"])
def test_a_code_that_a_former_manager_knows_opens_nothing(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, sara: Visitor, how: str
) -> None:
    case = case_in_evaluation(db_session, cast, clock())
    made, other = (
        link_actions.make_link(By(db_session, who, clock()), case.id, case.people[name], cost=COST)
        for name, who in (("omar", cast.ruud), ("linda", cast.noor))
    )

    if how == "another region":
        correct(client, cast.ruud, case, SOUTH)
    else:
        ruud = cast.ruud.account_id or 0
        roles.give_role(By(db_session, cast.bas, clock()), ruud, Office(Role.CARE_MANAGER, municipality="Rivierstad"))
        (office, *_) = offices(db_session, [ruud])[ruud]
        roles.take_role(By(db_session, cast.bas, clock()), ruud, office.id)

    db_session.rollback()
    for one, opens in ((made, False), (other, True)):
        entered = verify_by_answer(db_session, clock(), one.token, one.code, False, "", COST)
        assert (entered is not None) == opens


def test_names_and_follow_ups_move_with_the_region(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, sara: Visitor
) -> None:
    case = case_in_evaluation(db_session, cast, clock())
    before = len(search(db_session, cast.ruud, "amrani", clock()))

    correct(client, cast.ruud, case, SOUTH)

    session = refreshed(db_session)
    assert set(session.scalars(select(NameKey.region_id))) == {cast.south}
    assert set(session.scalars(select(FollowUp.region_id))) == {cast.south}
    assert (before, len(search(session, sara, "amrani", clock())), search(session, cast.ruud, "amrani", clock())) == (
        2,
        2,
        (),
    )


def test_a_request_to_a_coordinator_of_the_other_region_ends(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, sara: Visitor
) -> None:
    case = registered_case(db_session, cast, clock())
    asking.ask_coordinator(By(db_session, cast.ruud, clock()), case.id, cast.noor.account_id or 0)

    page = correct(client, cast.ruud, case, SOUTH)

    assert "Noor van Dijk is no longer asked, because they are not of this region." in page.text
    session = refreshed(db_session)
    assert session.scalars(select(Conference.asked_coordinator_id)).one() is None
    assert mails(db_session) == [
        ("noor@example.org", "You are not needed for a conference any more"),
        ("sara@example.org", "The registration of a conference was corrected"),
    ]
    asking.ask_coordinator(By(session, sara, clock()), case.id, cast.iris.account_id or 0)


def test_what_the_coordinator_needs_decided_goes_to_the_new_manager(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, sara: Visitor
) -> None:
    """Ruud asked her, but does not see the case any more."""
    case = case_in_setup(db_session, cast, clock())
    correct(client, cast.ruud, case, SOUTH)

    session = refreshed(db_session)
    independence.want_another_coordinator(By(session, participant(case.id, case.people["marieke"]), clock()), case.id)

    rows = session.scalars(select(OutboxMessage).where(OutboxMessage.key.contains("unwanted"))).all()
    assert [row.recipient for row in rows] == ["sara@example.org"]


def test_another_country_brings_its_rules_dates_and_clock(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = prepared_case(db_session, cast, clock())
    planned = db_session.scalars(select(Meeting.starts_at)).one()
    assert planned is not None

    page = correct(client, cast.ruud, case, {"Country": "England", "Municipality": "Northfield Borough"})

    follows = page.text
    assert "Hold the conference: by Monday 27 April 2026 (was: by Monday 11 May 2026)" in follows
    assert "Referrer spoken to: by Wednesday 4 March 2026 (had no date)" in follows
    assert "The rules of this country apply: England. A child is asked from the age of 16 (our default)." in follows
    assert "Mila Visser, social care manager (dates and states only)" in follows
    row = refreshed(db_session).scalars(select(Conference)).one()
    assert (row.profile, row.language, row.timezone, row.number) == ("england", "en", "Europe/London", "EKC-2026-0001")
    assert db_session.scalars(select(Meeting.starts_at)).one() == planned + timedelta(hours=1)  # the same on the clock
    page = client.page(f"/conferences/{case.id}/registration")
    assert "<dt>Council</dt><dd>Northfield Borough</dd>" in page.html
    assert "municipality" not in page.html.lower()
    assert "(Children Act 1989, s.31ZA; from which day it holds is not verified.) (law)" in page.text


def test_the_country_of_an_agreed_plan_stays(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = case_in_evaluation(db_session, cast, clock())
    sign_in(client, cast.ruud)

    page = client.page(f"/conferences/{case.id}/registration/correct")

    assert "A plan was agreed under its rules, so it stays." in page.text
    assert "Country" not in client.form("Show what changes").labels


def test_kind_and_referrer_can_be_corrected(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    """A former referrer stays as a professional; nobody of the family is offered."""
    case = case_in_setup(db_session, cast, clock())
    sign_in(client, cast.ruud)
    client.page(f"/conferences/{case.id}/registration/correct")
    field = next(one for one in client.here.all("select") if one.get("name") == "referrer_id")
    assert [text_of(option) for option in field.iter("option")] == [
        "nobody: a main person registered",
        "Karim Jansen",
        "Els Vermeer",
    ]

    correct(
        client, cast.ruud, case, {"Kind of conference": "recovery conference", "Who referred the case": "Els Vermeer"}
    )

    now = assignment(refreshed(db_session), case.id)
    assert (now.variant, now.referrer_id) == (Variant.RECOVERY, case.people["els"])
    circle = client.page(f"/conferences/{case.id}/history").text
    assert (
        "Kind: recovery conference instead of family conference. Referrer: Els Vermeer instead of Karim Jansen"
        in circle
    )

    correct(client, cast.ruud, case, {"Who referred the case": "nobody: a main person registered"})

    assert assignment(refreshed(db_session), case.id).referrer_id is None
    assert registration(db_session, case.id).registered_by is Part.MAIN_PERSON


def test_nothing_is_corrected_unseen_unchanged_or_out_of_date(
    app: Flask, client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, sara: Visitor
) -> None:
    case = registered_case(db_session, cast, clock())
    sign_in(client, cast.ruud)
    client.page(f"/conferences/{case.id}/registration/correct")
    same = client.refused("Show what changes", {}, status=409)
    assert same.errors == ["Nothing is different from what was registered."]
    client.shown("Show what changes", SOUTH)
    # other values than those whose consequences were shown are shown first
    assert "What changes" in client.shown("Correct it", {"Kind of conference": "individual conference"}).text
    other = PageClient(app)
    correct(other, cast.ruud, case, {"Municipality": "Dorpstad"})

    late = client.refused("Correct it", status=409)

    assert late.errors == [
        "Somebody changed this after you opened the page. Nothing is saved yet: look, and save again.",
        "Now at “Municipality”: Dorpstad",
    ]
    now = assignment(refreshed(db_session), case.id)
    assert (now.region_id, now.variant, now.municipality) == (cast.north, Variant.FAMILY, "Dorpstad")


def test_nobody_else_corrects_and_nobody_does_in_private_time(
    app: Flask, db_session: Session, cast: Cast, clock: FrozenClock, sara: Visitor
) -> None:
    case = case_in_private_time(db_session, cast, clock())
    for who, status in ((cast.noor, 404), (sara, 404), (cast.mila, 404), (cast.ruud, 403)):
        browser = PageClient(app)
        sign_in(browser, who)
        assert browser.get(f"/conferences/{case.id}/registration/correct").status_code == status
    assert refreshed(db_session).scalars(select(Conference.phase)).one() is Phase.PRIVATE_TIME


def test_no_case_goes_to_a_region_that_nobody_manages(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = registered_case(db_session, cast, clock())
    sign_in(client, cast.ruud)
    client.page(f"/conferences/{case.id}/registration/correct")

    page = client.shown("Show what changes", SOUTH)

    assert "Nobody manages South, so the case cannot go there yet: no manager would see it." in page.text
    refused = client.refused("Correct it", status=409)
    assert refused.errors == [
        "Nobody manages this region, so no manager would see the case. Ask your administrator for one."
    ]
    assert assignment(refreshed(db_session), case.id).region_id == cast.north
