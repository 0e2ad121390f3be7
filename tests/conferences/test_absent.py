"""What somebody who is not there wants to say: written by themselves or noted, with pictures, read, and destroyed."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions import absent as actions
from ekc.conferences.actions.consents import add_consent, withdraw_consent
from ekc.conferences.effects import destroy_due_views
from ekc.conferences.entries import NewConsent
from ekc.conferences.models import Conference, Participant, ViewPicture
from ekc.conferences.queries.consents import consents
from ekc.core.errors import Refusal
from ekc.core.pictures import made_anew
from ekc.core.transaction import writing
from ekc.meetings.queries import letters
from ekc.workflow.vocabulary import Attends, Phase
from tests import build
from tests.build import Made, case_in_evaluation, case_in_information, case_in_private_time, case_in_setup
from tests.cast import Cast, enter, enter_as_before, participant, sign_in
from tests.client import PageClient
from tests.clock import START
from tests.database import refreshed
from tests.pictures import picture
from tests.stories.paper import PRINTER

WORDS = "I want us to stay together."
SHOWS = "A drawing of our house"


@pytest.fixture
def case(db_session: Session, cast: Cast) -> Made:
    made = case_in_setup(db_session, cast, START)
    build.change_details(db_session, cast, START, made, made.people["kees"], attends=Attends.LETTER)
    return made


def _drawing(folder: Path) -> Path:
    (folder / "house.png").write_bytes(picture("PNG"))
    return folder / "house.png"


def test_written_on_ones_own_page_nobody_else_reads_it_until_the_day(
    client: PageClient, cast: Cast, case: Made, db_session: Session, tmp_path: Path
) -> None:
    kees = case.people["kees"]
    enter(client, refreshed(db_session), START, case.id, kees)
    page = client.follow("Say it in a letter, a drawing or a photo")
    assert "It is destroyed 7 days after the plan is agreed" in page.text
    client.submit("Save", {"What you want to have said": WORDS})
    wrong = client.refused("Add the picture", {"What it shows": SHOWS})
    assert wrong.errors == ["Picture: a photo of a letter, a drawing, a photo: Choose a picture, or take a photo."]
    client.page(f"/conferences/{case.id}/my-view")
    page = client.submit(
        "Add the picture",
        {"Picture: a photo of a letter, a drawing, a photo": _drawing(tmp_path), "What it shows": SHOWS},
    )
    assert (WORDS in page.text, SHOWS in page.text) == (True, True)
    image = client.get(f"/conferences/{case.id}/my-view/pictures/1.jpg")
    assert (image.mimetype, image.data[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert image.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert (image.headers["Cache-Control"], image.headers["X-Content-Type-Options"]) == ("private, no-store", "nosniff")

    sign_in(client, cast.noor)
    for address in (f"circle/{kees}", f"said/{kees}"):
        page = client.page(f"/conferences/{case.id}/{address}")
        assert (WORDS in page.text, "on their own page" in page.text) == (False, True)
    assert client.get(f"/conferences/{case.id}/said/{kees}/pictures/1.jpg").status_code == 404
    noor = By(db_session, cast.noor, START)
    with pytest.raises(Refusal):
        actions.note_view(noor, case.id, kees, "Mine", False)
    with pytest.raises(Refusal):
        actions.remove_picture(noor, case.id, kees, 1)
    build.change_details(
        db_session, cast, START, case, kees, relation="grandfather", view="Mine", attends=Attends.LETTER
    )
    assert db_session.get_one(Participant, kees).view == WORDS

    actions.say_own_view(By(db_session, participant(case.id, kees), START), case.id, WORDS, True)
    assert WORDS in client.page(f"/conferences/{case.id}/said/{kees}").text


def test_what_is_noted_is_read_back_read_out_and_seen_in_private_time(
    client: PageClient, cast: Cast, db_session: Session
) -> None:
    case = case_in_information(db_session, cast, START)
    kees = case.people["kees"]
    build.change_details(db_session, cast, START, case, kees, attends=Attends.SPOKESPERSON)
    noor = By(db_session, cast.noor, START)
    actions.add_picture(noor, case.id, kees, made_anew(picture()), SHOWS)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/said/{kees}")
    client.submit(
        "Save", {"What they want to say": WORDS, "I read it back to them, and they say that it is right": True}
    )
    person = refreshed(db_session).get_one(Participant, kees)
    assert (person.view, person.view_read_back_on, person.view_own) == (WORDS, START.date(), False)
    actions.note_view(noor, case.id, kees, f"{WORDS} Please.", False)
    assert db_session.get_one(Participant, kees).view_read_back_on is None

    page = client.page(f"/conferences/{case.id}/information")
    assert (WORDS in page.text, f"/said/{kees}/pictures/1.jpg" in page.html) == (True, True)
    client.submit("It was read out: Kees de Wit")
    (letter,) = letters(refreshed(db_session), case.id, 1)
    assert letter.read_at is not None


def test_in_private_time_the_room_sees_it_and_nobody_outside(
    client: PageClient, cast: Cast, db_session: Session
) -> None:
    case = case_in_private_time(db_session, cast, START)
    with writing(db_session):
        kees = db_session.get_one(Participant, case.people["kees"])
        kees.attends, kees.view, kees.view_on, kees.view_own = Attends.LETTER, WORDS, START.date(), True
        made = made_anew(picture())
        seen = {"shows": SHOWS, "jpeg": made.jpeg, "width": made.width, "height": made.height}
        db_session.add(ViewPicture(participant_id=kees.id, number=1, **seen))
    address = f"/conferences/{case.id}/said/{kees.id}/pictures/1.jpg"
    page = enter_as_before(client, refreshed(db_session), START, case.id, case.people["omar"])
    assert (WORDS in page.text, client.get(address).status_code) == (True, 200)
    page = client.submit("I read it out")
    (letter,) = letters(refreshed(db_session), case.id, 1)
    assert (letter.reader_id, "read out" in page.text, "I read it out" in page.text) == (
        case.people["omar"],
        True,
        False,
    )

    sign_in(client, cast.noor)
    assert client.get(address).status_code == 403


def test_it_is_destroyed_as_was_said(client: PageClient, cast: Cast, db_session: Session) -> None:
    case = case_in_evaluation(db_session, cast, START)
    kees = case.people["kees"]
    with writing(db_session):
        person = db_session.get_one(Participant, kees)
        person.view, person.view_on = WORDS, START.date()
        db_session.add(ViewPicture(participant_id=kees, number=1, shows=SHOWS, jpeg=b"-", width=1, height=1))
    conference = db_session.get_one(Conference, case.id)
    assert conference.phase is Phase.EVALUATION
    agreed = conference.phase_since
    db_session.rollback()
    assert destroy_due_views(db_session, agreed + timedelta(days=7), cast.north) == 0
    assert destroy_due_views(db_session, agreed + timedelta(days=8), cast.south) == 0

    assert destroy_due_views(db_session, agreed + timedelta(days=8), cast.north) == 1

    assert destroy_due_views(db_session, agreed + timedelta(days=8), cast.north) == 0
    person = refreshed(db_session).get_one(Participant, kees)
    assert (person.view, person.view_on) == ("", None)
    assert db_session.scalar(select(func.count()).select_from(ViewPicture)) == 0
    page = enter(client, db_session, START, case.id, kees)
    assert "What you wanted to have said was destroyed on" in page.text


def test_with_a_consent_it_goes_at_once(cast: Cast, case: Made, db_session: Session) -> None:
    kees = case.people["kees"]
    noor = By(db_session, cast.noor, START)
    given = NewConsent(participant_id=kees, scope="conference", given_on=START.date())
    add_consent(noor, case.id, given)
    actions.note_view(noor, case.id, kees, WORDS, True)
    actions.add_picture(noor, case.id, kees, made_anew(picture()), SHOWS)
    (consent,) = [row for row in consents(db_session, case.id) if row.participant_id == kees]

    withdraw_consent(noor, case.id, consent.id)

    person = refreshed(db_session).get_one(Participant, kees)
    assert (person.view, person.view_on, person.view_destroyed_on) == ("", None, START.date())
    assert db_session.scalar(select(func.count()).select_from(ViewPicture)) == 0


@PRINTER
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_it_is_printed_for_the_day(client: PageClient, cast: Cast, case: Made, db_session: Session) -> None:
    kees = case.people["kees"]
    noor = By(db_session, cast.noor, START)
    actions.note_view(noor, case.id, kees, f"{WORDS}\n\nGrandfather", True)
    actions.add_picture(noor, case.id, kees, made_anew(picture(size=(600, 400))), SHOWS)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/said/{kees}")

    paper = client.paper(client.here.link("Print for the day what those who are not there want to say (PDF)"))

    with pikepdf.open(BytesIO(paper.data)) as pdf:
        assert len(pdf.pages[0].get_images()) == 1
