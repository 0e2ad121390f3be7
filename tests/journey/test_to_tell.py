"""A change that people rely on: who still has to hear, at home and on the case page, and what counts as heard."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.models import Account
from ekc.conferences.actions import circle, links
from ekc.conferences.actions.contact import log_contacts
from ekc.conferences.entries import MadeLink
from ekc.conferences.models import ContactEntry, Notice
from ekc.core.outbox import OutboxMessage
from ekc.journey.notices import owed_in
from ekc.links.queries.links import link_of_token, links_of
from ekc.matching.actions import asking, independence
from ekc.meetings.actions import arranging
from ekc.meetings.actions.arranging import Venue
from ekc.staff.actions.accounts import AccountDetails, change_account, set_phone
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.vocabulary import Attends
from tests import build
from tests.build import Made
from tests.cast import COST, Cast, enter, make_link, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.page import text_of


@pytest.fixture
def case(db_session: Session, cast: Cast, clock: FrozenClock) -> Made:
    """Prepared, with everybody told; Omar has a mail address, Kees writes a letter."""
    made = build.prepared_case(db_session, cast, START)
    build.change_details(db_session, cast, START, made, made.people["omar"], email="omar@example.org")
    build.change_details(db_session, cast, START, made, made.people["kees"], attends=Attends.LETTER)
    db_session.rollback()
    clock.advance(days=1)
    return made


def move(session: Session, cast: Cast, clock: FrozenClock, case: Made) -> None:
    arranging.choose_date(By(session, cast.noor, clock()), case.id, START + timedelta(days=47))


def offered(client: PageClient, case: Made) -> list[str]:
    """The names of whoever still has to hear."""
    page = client.page(f"/conferences/{case.id}/to-tell")
    boxes = [box for box in page.all("input") if box.get("name") == "told"]
    return [text_of(next(block for block in page.around(box) if len(text_of(block)) > 0)) for box in boxes]


def names(client: PageClient, case: Made) -> list[str]:
    """Who still has to hear, by first name."""
    return [name.split()[0] for name in offered(client, case)]


def test_another_day_is_told_and_then_it_is_done(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, case: Made
) -> None:
    sign_in(client, cast.noor)
    assert "Still to hear" not in client.page(f"/conferences/{case.id}").text
    move(db_session, cast, clock, case)
    coming = list(case.people)  # Kees, who writes a letter, has to know when it is read

    assert f"{len(coming)} people have not heard yet" in client.page("/").text
    page = client.page(f"/conferences/{case.id}")
    assert "Still to hear" in page.text
    page = client.follow(f"{len(coming)} people have not heard yet: the day of the conference")
    assert "Not Saturday 11 April 2026, 11:00 any more, but Saturday 18 April 2026, 11:00." in page.text
    assert sorted(names(client, case)) == sorted(name.capitalize() for name in coming)

    client.refused("I told them", {})
    client.submit("I told them", {"Who did you tell?": offered(client, case), "How": "phone call"})

    assert "Everybody has heard." in client.here.text
    assert "Still to hear" not in client.page(f"/conferences/{case.id}").text
    assert "not heard yet" not in client.page("/").text
    log = client.page(f"/conferences/{case.id}/contact").text
    assert log.count("Told: the day of the conference.") == len(coming)
    history = client.page(f"/conferences/{case.id}/history").text
    assert "Not Saturday 11 April 2026, 11:00 any more, but Saturday 18 April 2026, 11:00." in history


def test_a_mail_that_was_sent_and_a_look_at_the_own_page_count(
    client: PageClient, app: Flask, db_session: Session, cast: Cast, clock: FrozenClock, case: Made
) -> None:
    move(db_session, cast, clock, case)
    sign_in(client, cast.noor)
    assert {"Omar", "Marieke"} < set(names(client, case))
    to_omar = f":{case.people['omar']}"
    (mail,) = db_session.scalars(
        select(OutboxMessage).where(OutboxMessage.key.contains(":day-and-place-"), OutboxMessage.key.endswith(to_omar))
    )
    assert mail.recipient == "omar@example.org"

    make_link(db_session, clock(), case.id, case.people["omar"])
    clock.advance(minutes=5)
    sent = update(OutboxMessage).where(OutboxMessage.id == mail.id).values(sent_at=clock())
    db_session.execute(sent)
    db_session.commit()
    other = app.test_client()
    assert isinstance(other, PageClient)
    enter(other, db_session, clock(), case.id, case.people["marieke"])

    assert not {"Omar", "Marieke"} & set(names(client, case))
    heard = client.here.text.partition("Heard already")[2]
    assert "by email" in heard
    assert "read on their own page" in heard


def test_a_first_day_and_a_first_place_are_told_once_each(db_session: Session, cast: Cast, clock: FrozenClock) -> None:
    made = build.case_in_setup(db_session, cast, START)
    by = By(db_session, cast.noor, clock())
    arranging.choose_date(by, made.id, START + timedelta(days=40))
    arranging.set_venue(by, made.id, Venue("De Brug"))
    arranging.choose_date(by, made.id, START + timedelta(days=40))

    assert db_session.scalars(select(Notice.kind)).all() == [NoticeKind.DAY, NoticeKind.PLACE]


def test_a_coordinator_who_takes_over_tells_everybody(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, case: Made
) -> None:
    asking.ask_coordinator(By(db_session, cast.ruud, clock()), case.id, cast.denise.account_id or 0)
    independence.accept(By(db_session, cast.denise, clock()), case.id, build.INDEPENDENT)
    sign_in(client, cast.denise)

    assert sorted(names(client, case)) == sorted(name.capitalize() for name in case.people)
    assert "Not Noor van Dijk any more, but Denise Okafor." in client.here.text


def papers(session: Session, cast: Cast, clock: FrozenClock, case: Made) -> dict[str, MadeLink]:
    """Kees, Linda and Omar have a link; those of Kees and Linda were printed."""
    noor = By(session, cast.noor, clock())
    made = {name: links.make_link(noor, case.id, case.people[name], cost=COST) for name in ("kees", "linda", "omar")}
    links.hand_over(noor, case.id, [made["kees"].token, made["linda"].token], "paper")
    links.hand_over(noor, case.id, [made["omar"].token], "message")
    clock.advance(days=1)
    return made


def on_old_paper(session: Session, case: Made) -> list[str]:
    session.rollback()
    names = {id_: name for name, id_ in case.people.items()}
    found = (one for one in owed_in(session, [case.id]).get(case.id, ()) if one.notice.kind is NoticeKind.PAPER)
    return sorted(names[who.id] for one in found for who in one.to)


@pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014.icc:ResourceWarning")
@pytest.mark.parametrize(
    "change", ["another coordinator", "own number", "number by an administrator", "with another case"]
)
def test_an_old_number_on_paper_is_owed_to_whoever_has_a_slip(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, case: Made, change: str
) -> None:
    old = "06 12345678"
    set_phone(By(db_session, cast.noor, clock()), old)
    made = papers(db_session, cast, clock, case)
    match change:
        case "another coordinator":
            asking.ask_coordinator(By(db_session, cast.ruud, clock()), case.id, cast.denise.account_id or 0)
            independence.accept(By(db_session, cast.denise, clock()), case.id, build.INDEPENDENT)
        case "own number":
            set_phone(By(db_session, cast.noor, clock()), "06 98765432")
        case "with another case":
            other = build.registered_case(db_session, cast, clock())
            asking.ask_coordinator(By(db_session, cast.ruud, clock()), other.id, cast.noor.account_id or 0)
            noor = By(db_session, cast.noor, clock())
            independence.accept(noor, other.id, build.INDEPENDENT, phone="06 98765432")
        case _:
            row = db_session.get_one(Account, cast.noor.account_id)
            details = AccountDetails(name=row.name, email=row.email, region_id=row.region_id, phone="06 98765432")
            change_account(By(db_session, cast.bas, clock()), row.id, details)
    new = cast.denise if change == "another coordinator" else cast.noor
    assert on_old_paper(db_session, case) == ["kees", "linda"]

    clock.advance(days=1)
    sign_in(client, new)
    assert "2 people have not heard yet: the number on their paper is not right any more" in client.page("/").text
    page = client.page(f"/conferences/{case.id}/to-tell")
    assert f"Not Noor van Dijk, {old} any more, but" in page.text
    twice = client.form("Make all new slips and print them together").fill({}).payload()
    codes = client.shown("Make all new slips and print them together")
    assert ("Kees de Wit" in codes.text, "Linda de Wit" in codes.text, "Omar" in codes.text) == (True, True, False)
    printed = client.form("Print the slips").fill({}).payload()
    again = client.post(f"/conferences/{case.id}/links/again", data=twice)
    assert again.status_code == 409
    assert (
        client.handed_out(client.post(f"/conferences/{case.id}/links/slips", data=printed)).mimetype
        == "application/pdf"
    )

    assert on_old_paper(db_session, case) == []
    assert link_of_token(db_session, clock(), made["kees"].token) is None
    assert link_of_token(db_session, clock(), made["omar"].token) is not None


def test_all_new_slips_are_made_though_somebody_left_meanwhile(
    db_session: Session, cast: Cast, clock: FrozenClock, case: Made
) -> None:
    papers(db_session, cast, clock, case)
    noor = By(db_session, cast.noor, clock())
    shown = [row.id for row in links_of(db_session, case.id)]
    db_session.rollback()
    circle.remove_person(noor, case.id, case.people["linda"], "She moved.")

    made = {one.participant_id for one in links.make_links_again(noor, case.id, shown, cost=COST)}
    assert (case.people["kees"] in made, case.people["linda"] in made) == (True, False)


def test_a_contact_settles_an_old_number_and_a_mail_does_not(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, case: Made
) -> None:
    set_phone(By(db_session, cast.noor, clock()), "06 12345678")
    papers(db_session, cast, clock, case)
    set_phone(By(db_session, cast.noor, clock()), "06 98765432")
    clock.advance(hours=1)
    log_contacts(By(db_session, cast.noor, clock()), case.id, {case.people["kees"]: "Told."}, "phone")
    assert on_old_paper(db_session, case) == ["linda"]

    clock.advance(days=1)
    set_phone(By(db_session, cast.noor, clock()), "06 11112222")
    assert on_old_paper(db_session, case) == ["kees", "linda"]
    clock.advance(days=1)
    set_phone(By(db_session, cast.noor, clock()), "06 98765432")
    assert on_old_paper(db_session, case) == ["linda"]  # what Kees heard last is right again


def test_without_paper_no_number_is_owed(db_session: Session, cast: Cast, clock: FrozenClock, case: Made) -> None:
    set_phone(By(db_session, cast.noor, clock()), "06 12345678")
    set_phone(By(db_session, cast.noor, clock()), "06 98765432")
    assert db_session.scalars(select(Notice).where(Notice.kind == NoticeKind.PAPER)).all() == []


def test_one_call_tells_a_day_and_a_place(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, case: Made
) -> None:
    move(db_session, cast, clock, case)
    arranging.set_venue(By(db_session, cast.noor, clock()), case.id, Venue("De Ark"))
    sign_in(client, cast.noor)

    listed = offered(client, case)
    (kees,) = [label for label in listed if label.startswith("Kees")]  # who writes a letter needs no place
    (omar,) = [label for label in listed if label.startswith("Omar")]
    assert kees.endswith(": the day of the conference")
    assert omar.endswith(": the day of the conference; the place of the conference")
    client.submit("I told them", {"Who did you tell?": [kees, omar], "How": "phone call"})

    assert not {"Kees", "Omar"} & set(names(client, case))
    log = client.page(f"/conferences/{case.id}/contact").text
    assert log.count("Told: the day of the conference.") == 1
    assert log.count("Told: the day of the conference; the place of the conference.") == 1


def test_what_is_open_comes_before_what_everybody_heard(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, case: Made
) -> None:
    """A new place stood below the names of the thirteen who had heard of the day."""
    move(db_session, cast, clock, case)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/to-tell")
    client.submit("I told everybody listed", {"How": "phone call"})
    clock.advance(minutes=1)
    arranging.set_venue(By(db_session, cast.noor, clock()), case.id, Venue("De Ark"))

    headings = [text_of(one) for one in client.page(f"/conferences/{case.id}/to-tell").all("h2")]

    assert headings.index("The place of the conference") < headings.index("The day of the conference")


def test_what_the_same_people_have_to_hear_is_one_line(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, case: Made
) -> None:
    build.change_details(db_session, cast, START, case, case.people["kees"], attends=Attends.IN_PERSON)
    db_session.rollback()
    move(db_session, cast, clock, case)
    arranging.set_venue(By(db_session, cast.noor, clock()), case.id, Venue("De Ark"))
    sign_in(client, cast.noor)

    line = f"{len(case.people)} people have not heard yet: the day of the conference; the place of the conference"
    assert client.page("/").text.count("not heard yet") == client.here.text.count(line) == 1
    page = client.page(f"/conferences/{case.id}")
    assert page.text.count("not heard yet") == page.text.count(line) == 1


def test_nobody_is_noted_as_told_what_came_after_the_page(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, case: Made
) -> None:
    move(db_session, cast, clock, case)
    sign_in(client, cast.noor)
    (omar,) = [label for label in offered(client, case) if label.startswith("Omar")]
    clock.advance(minutes=5)
    arranging.set_venue(By(db_session, cast.noor, clock()), case.id, Venue("De Ark"))

    refused = client.refused("I told them", {"Who did you tell?": [omar], "How": "phone call"}, status=409)
    assert "there is more to tell" in refused.text
    assert "Omar" in names(client, case)


def test_people_of_another_case_are_not_noted_as_told(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, case: Made
) -> None:
    move(db_session, cast, clock, case)
    other = build.prepared_case(db_session, cast, START)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/to-tell")
    sent = {**dict(client.form("I told them").fill({}).fields), "told": str(case.people["omar"]), "channel": "phone"}

    assert client.post(f"/conferences/{other.id}/to-tell/hear", data=sent).status_code == 409
    move(db_session, cast, clock, other)
    client.page(f"/conferences/{other.id}/to-tell")
    sent = {**dict(client.form("I told them").fill({}).fields), "told": str(case.people["omar"]), "channel": "phone"}
    assert client.post(f"/conferences/{other.id}/to-tell/hear", data=sent).status_code == 422
    assert client.post(f"/conferences/{other.id}/to-tell/get", data=sent).status_code == 409
    assert db_session.scalars(select(ContactEntry).where(ContactEntry.text.contains("day"))).all() == []
