"""Invitations: each in their own way and language, answered by address, on one's own page or by telephone."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import vobject
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import load_texts
from ekc.accounts.access import By
from ekc.conferences.actions.circle import add_people
from ekc.conferences.entries import PersonDetails
from ekc.conferences.models import Conference, Consent, Participant
from ekc.conferences.roles import circle_access
from ekc.core.calendar_file import Mailbox
from ekc.core.errors import Refusal, Unknown
from ekc.core.jobs import Job
from ekc.core.language import direction, gettext, using
from ekc.core.outbox import DELIVERY, OutboxMessage, Way
from ekc.core.transaction import writing
from ekc.meetings import queries
from ekc.meetings.actions import arranging, dates, invitations
from ekc.meetings.actions.arranging import Venue
from ekc.meetings.actions.dates import DatesOffered, DatesSaid
from ekc.meetings.actions.invitations import Answered
from ekc.meetings.document.invitation import Service
from ekc.meetings.models import Meeting, MeetingInvitation
from ekc.workflow.vocabulary import Attends, DateFit, InvitationReply, InvitationWay, Part, Role, SaidHow
from tests.build import Made, case_in_setup, change_details
from tests.cast import Cast, enter, participant, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.database import refreshed
from tests.journey.counting import counted
from tests.plugins.web import MakeApp
from tests.stories.paper import PRINTER

#: The tests begin on Monday 2 March 2026, in winter; these days are on both sides of the change of the clock.
SATURDAY = datetime(2026, 3, 28, 9, 0, tzinfo=UTC)  # 10:00 in the Netherlands
SUNDAY = datetime(2026, 3, 29, 8, 0, tzinfo=UTC)  # 10:00, the day on which the clock went forward
SERVICE = Service("https://plan.example.org", "030 1234567", Mailbox("Own Plan", "plan@example.org"))
WORDS = "Who speaks for you, or what else you want to say (optional)"
EMAIL, TEXT, LETTER, TOLD = InvitationWay.EMAIL, InvitationWay.TEXT, InvitationWay.LETTER, InvitationWay.TOLD


@pytest.fixture
def case(db_session: Session, cast: Cast) -> Made:
    """In setup, with a day and a place."""
    made = case_in_setup(db_session, cast, START)
    noor = By(db_session, cast.noor, START)
    arranging.choose_date(noor, made.id, SATURDAY)
    arranging.set_venue(noor, made.id, Venue("De Wilg", "Dorpsstraat 1\n3500 AB Utrecht", "The door at the back."))
    return made


def rows(session: Session, case: Made) -> dict[str, MeetingInvitation]:
    names = {id_: name for name, id_ in case.people.items()}
    return {names[row.participant_id]: row for row in refreshed(session).scalars(select(MeetingInvitation))}


def attends(session: Session, case: Made, name: str) -> Attends | None:
    return refreshed(session).get_one(Participant, case.people[name]).attends


def messages(session: Session, case: Made, name: str) -> list[OutboxMessage]:
    theirs = OutboxMessage.participant_id == case.people[name]
    return list(refreshed(session).scalars(select(OutboxMessage).where(theirs).order_by(OutboxMessage.id)))


def address_in(mail: OutboxMessage) -> str:
    found = re.search(r"https://plan\.example\.org(/i/\S+)", mail.body)
    assert found is not None
    return found[1]


def invite(session: Session, cast: Cast, case: Made, at: datetime = START, **ways: InvitationWay) -> None:
    chosen = {case.people[name]: way for name, way in ways.items()}
    invitations.invite(By(refreshed(session), cast.noor, at), case.id, chosen, SERVICE)


@PRINTER
@pytest.mark.both_databases
def test_everybody_is_invited_at_once_each_in_the_way_that_reaches_them(
    make_app: MakeApp, cast: Cast, case: Made, db_session: Session
) -> None:
    client = make_app(texts=load_texts("https://sms.example.org"), base_url="https://plan.example.org").test_client()
    assert isinstance(client, PageClient)
    change_details(db_session, cast, START, case, case.people["kees"], address="Lindelaan 3\n3500 AC Utrecht")
    change_details(refreshed(db_session), cast, START, case, case.people["fatima"], phone="06 12345678")
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/invitations")
    page = client.submit("Invite who is ticked")
    assert page.flashes == ["Invited: 4 by email, 1 by text message, 1 by letter."]
    assert {name: row.way for name, row in rows(db_session, case).items()} == {
        **dict.fromkeys(("marieke", "karim", "omar", "linda"), EMAIL),
        "fatima": TEXT,
        "kees": LETTER,
    }
    (mail,) = messages(db_session, case, "omar")
    assert (mail.subject, mail.language) == ("Je bent uitgenodigd", "nl")
    assert "zaterdag 28 maart 2026, 10:00" in mail.body
    assert "De Wilg, Dorpsstraat 1, 3500 AB Utrecht.\nThe door at the back." in mail.body
    assert "Linda" not in mail.body  # whoever reads along does not read who comes
    (text,) = messages(db_session, case, "fatima")
    assert (text.way, text.recipient, text.language) == (Way.TEXT, "+31612345678", "ar")
    assert "هل ستأتون؟" in text.body
    assert len(text.body) < 160

    letter = client.paper(f"/conferences/{case.id}/invitations.pdf")
    assert letter.data.startswith(b"%PDF")
    page = client.page(f"/conferences/{case.id}/invitations")
    assert "Kees de Wit grandfather" in page.text
    assert page.text.count("not invited") == 2  # Joost and Els are to be rung


def test_the_address_in_an_invitation_lets_them_answer_and_shows_nothing_else(
    client: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    invite(db_session, cast, case, omar=EMAIL)
    address = address_in(*messages(db_session, case, "omar"))
    page = client.page(address)
    assert "Saturday 28 March 2026, 10:00" in page.text
    for hidden in ("De Wit", "De Wilg", "Omar", "Linda"):
        assert hidden not in page.text
    client.refused("Send my answer")
    page = client.submit(
        "Send my answer",
        {
            "Do you come?": "Somebody speaks for me",
            "Who speaks for you, or what else you want to say (optional)": "Linda",
        },
    )
    assert page.flashes == ["Thank you. Your coordinator sees your answer."]
    assert attends(db_session, case, "omar") is Attends.SPOKESPERSON
    file = client.get(f"{address}.ics")
    assert (file.status_code, b"20260328T100000" in file.data, b"De Wilg" in file.data) == (200, True, False)
    client.submit("Change my answer", {"Do you come?": "I come"})
    assert attends(db_session, case, "omar") is Attends.IN_PERSON
    client.submit("Send me no reminders")
    row = rows(db_session, case)["omar"]
    assert (row.reply, row.replied_for, row.no_reminders) == (InvitationReply.COMES, SATURDAY, True)

    for wrong in (
        f"{address}x",
        "/i/1-x",
        f"/i/{row.id}-\u00e9",
        "/i/\u0661-\u0661",
        "/i/99999999999999999999-x",
        "/i/x",
    ):
        assert client.get(wrong).status_code == 404


def test_who_says_on_their_page_that_they_do_not_come_is_rung_and_can_say_yes_again(
    client: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    invite(db_session, cast, case, omar=EMAIL)
    enter(client, refreshed(db_session), START, case.id, case.people["omar"])
    page = client.here
    assert "Say that I do not come" not in page.text
    client.submit("Send my answer", {"Do you come?": "I do not come"})
    assert attends(db_session, case, "omar") is Attends.NO
    client.submit("Change my answer", {"Do you come?": "I come"})
    assert attends(db_session, case, "omar") is Attends.IN_PERSON
    assert [one.subject for one in staff_mails(db_session)] == ["Somebody says that they do not come"] * 2


def staff_mails(session: Session) -> list[OutboxMessage]:
    to_staff = (OutboxMessage.participant_id.is_(None), OutboxMessage.key.startswith("coming:"))
    return list(refreshed(session).scalars(select(OutboxMessage).where(*to_staff)))


def test_whoever_rings_reads_the_words_in_their_language_and_goes_on_to_the_next(
    client: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/invitations/of/{case.people['fatima']}")
    assert "Words to say, in Arabic" in page.text
    assert "هل ستأتون؟" in page.text
    client.refused("Save, and on to Joost Lammers")
    client.submit("Save, and on to Joost Lammers", {"Do they come?": "comes"})
    row = rows(db_session, case)["fatima"]
    assert (row.way, row.reply, row.replied_how) == (TOLD, InvitationReply.COMES, SaidHow.PHONE)
    assert attends(db_session, case, "fatima") is Attends.IN_PERSON


@pytest.mark.both_databases
def test_a_day_that_is_moved_asks_everybody_again_and_keeps_the_one_before(
    client: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    invite(db_session, cast, case, omar=EMAIL, kees=LETTER)
    for name in ("omar", "kees"):
        noor = By(refreshed(db_session), cast.noor, START)
        invitations.answer_for(noor, case.id, case.people[name], Answered(InvitationReply.COMES, how=SaidHow.PHONE))
    old = address_in(*messages(db_session, case, "omar"))
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/meeting")
    page = client.refused("Save", {"Day and time": "29-03-2026 10:00"})
    assert "People were invited to that day. Write in a few words why it is moved." in page.text
    client.submit("Save", {"Is the day moved? Why?": "Kees is in hospital on Saturday."})

    assert (attends(db_session, case, "omar"), attends(db_session, case, "kees")) == (None, None)
    page = client.page(f"/conferences/{case.id}/invitations")
    assert "Moved from Saturday 28 March 2026, 10:00. Kees is in hospital on Saturday." in page.text
    assert page.text.count("invited for another day") == 2
    client.page(old)
    assert "The day has changed since this invitation." in client.here.text
    page = client.page(f"/conferences/{case.id}/to-tell")
    assert "Omar El Amrani" in page.text

    invite(db_session, cast, case, START + timedelta(hours=1), omar=EMAIL, kees=LETTER)
    mail = messages(db_session, case, "omar")[-1]
    assert "Eerst was een andere dag gepland: zaterdag 28 maart 2026, 10:00." in mail.body
    page = client.page(f"/conferences/{case.id}/to-tell")
    assert "Kees de Wit invited" in page.text
    client.page(old)
    assert "The day has changed since this invitation." in client.here.text
    client.page(address_in(mail))
    client.submit("Send my answer", {"Do you come?": "I come"})
    assert attends(db_session, case, "omar") is Attends.IN_PERSON


def test_statements_do_not_grow_with_the_number_of_people(
    app: Flask, client: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    def sent() -> list[int]:
        found = []
        for page in ("invitations", f"invitations/of/{case.people['kees']}", "invitations.pdf"):
            with counted(app) as heard:
                assert client.get(f"/conferences/{case.id}/{page}").status_code in (200, 303)
            found.append(len(heard))
        return found

    invite(db_session, cast, case, kees=LETTER)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/invitations")
    few = sent()
    cousins = [PersonDetails(name=f"Cousin {n}", part=Part.FAMILY) for n in range(6)]
    add_people(By(refreshed(db_session), cast.noor, START), case.id, cousins)
    people = [one.id for one in refreshed(db_session).scalars(select(Participant)) if one.name.startswith("Cousin")]
    noor = By(refreshed(db_session), cast.noor, START)
    invitations.invite(noor, case.id, dict.fromkeys(people, LETTER), SERVICE)
    assert (len(people), sent()) == (6, few)


def move(session: Session, cast: Cast, case: Made) -> None:
    entry = arranging.Dates(SUNDAY, (), reason="A funeral.")
    arranging.arrange_all(By(refreshed(session), cast.noor, START), case.id, arrangements(entry))


def test_who_takes_part_from_afar_is_not_sent_to_the_place_when_the_day_moves(
    db_session: Session, cast: Cast, case: Made
) -> None:
    for name, how in (("omar", Attends.PHONE), ("linda", Attends.VIDEO)):
        change_details(refreshed(db_session), cast, START, case, case.people[name], attends=how)
    invite(db_session, cast, case, omar=EMAIL, linda=EMAIL)
    move(db_session, cast, case)
    invite(db_session, cast, case, START + timedelta(hours=1), omar=EMAIL, linda=EMAIL)

    for name in ("omar", "linda"):
        assert attends(db_session, case, name) is None
        body = messages(db_session, case, name)[-1].body
        assert "Hoe je meedoet" in body
        assert "De Wilg" not in body
    by = By(refreshed(db_session), cast.noor, START)
    invitations.answer_for(by, case.id, case.people["linda"], Answered(InvitationReply.COMES, how=SaidHow.PHONE))
    assert attends(db_session, case, "linda") is Attends.VIDEO


def test_everybody_is_invited_again_in_the_way_in_which_they_were_before(
    client: PageClient, db_session: Session, cast: Cast, case: Made
) -> None:
    invite(db_session, cast, case, omar=LETTER, kees=LETTER, joost=TOLD)
    move(db_session, cast, case)

    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/invitations")
    form = client.form("Invite who is ticked")
    assert form.shown("How Omar El Amrani is invited") == "by letter"
    client.submit("Invite who is ticked")
    ways = {name: row.way for name, row in rows(db_session, case).items() if row.starts_at == SUNDAY}
    assert (ways["omar"], ways["kees"], "joost" in ways) == (LETTER, LETTER, False)


def test_who_says_it_in_a_letter_can_answer_so(client: PageClient, db_session: Session, cast: Cast, case: Made) -> None:
    invite(db_session, cast, case, omar=EMAIL)
    client.page(address_in(*messages(db_session, case, "omar")))
    client.submit("Send my answer", {"Do you come?": "I say it in a letter"})
    assert attends(db_session, case, "omar") is Attends.LETTER


@pytest.mark.parametrize(("code", "read"), [("tr", "tr"), ("ar", "ar"), ("uk", "uk"), ("pl", "pl"), ("so", "nl")])
def test_the_page_of_an_invitation_is_wholly_in_its_language(
    client: PageClient, db_session: Session, cast: Cast, case: Made, code: str, read: str
) -> None:
    change_details(refreshed(db_session), cast, START, case, case.people["omar"], language=code)
    invite(db_session, cast, case, omar=EMAIL)
    address = address_in(*messages(db_session, case, "omar"))

    html = client.get(address, headers={"Accept-Language": f"{code}, en;q=0.5"}).text

    assert f'<html lang="{read}" dir="{direction(read)}"' in html
    with using(read):
        assert gettext("I say it in a letter") in html
        assert gettext("Send my answer") in html
    for english in ("I come", "Send my answer", "optional", "Accessibility"):
        assert f">{english}<" not in html


def test_whoever_said_that_the_new_day_suits_them_comes_all_the_same(
    db_session: Session, cast: Cast, case: Made
) -> None:
    noor = By(refreshed(db_session), cast.noor, START)
    dates.offer_dates(noor, case.id, DatesOffered(frozenset(), (SUNDAY,)))
    meeting = queries.current_meeting(refreshed(db_session), case.id)
    assert meeting is not None
    (option,) = queries.date_options(db_session, meeting.id)
    for name, fit in (("omar", DateFit.YES), ("linda", DateFit.NO)):
        by = By(refreshed(db_session), cast.noor, START)
        dates.note_dates(by, case.id, case.people[name], DatesSaid({option.id: fit}))
    for name in ("omar", "linda", "kees"):
        by = By(refreshed(db_session), cast.noor, START)
        invitations.answer_for(by, case.id, case.people[name], Answered(InvitationReply.PHONE, how=SaidHow.PHONE))
    with pytest.raises(Refusal, match="Write in a few words why"):
        dates.choose_from_answers(By(refreshed(db_session), cast.noor, START), case.id, option.id)
    by = By(refreshed(db_session), cast.noor, START)
    entry = arranging.Dates(SUNDAY, (SUNDAY,), reason="A funeral.")
    arranging.arrange_all(by, case.id, arrangements(entry))
    assert [attends(db_session, case, name) for name in ("omar", "linda", "kees")] == [Attends.PHONE, None, None]


def arrangements(entry: arranging.Dates) -> arranging.Arrangements:
    venue = Venue("De Wilg", "Dorpsstraat 1\n3500 AB Utrecht", "The door at the back.")
    return arranging.Arrangements(entry, None, venue, ())


def test_a_day_that_was_typed_wrong_tells_and_asks_nobody(
    client: PageClient, db_session: Session, cast: Cast, case: Made
) -> None:
    change_details(refreshed(db_session), cast, START, case, case.people["omar"], attends=Attends.IN_PERSON)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/meeting")
    wrong: dict[str, str | bool] = {
        "Day and time": "29-03-2026 10:00",
        "It was typed wrong: nobody heard the day before": True,
    }
    client.submit("Save", wrong)
    assert attends(db_session, case, "omar") is Attends.IN_PERSON
    assert messages(db_session, case, "omar") == []


def with_calendar(session: Session, case: Made) -> list[tuple[str, bytes]]:
    """The mails to Omar that wait to be sent with an appointment: the subject, and that."""
    return [(one.subject, one.calendar) for one in messages(session, case, "omar") if one.calendar]


@pytest.mark.both_databases
def test_the_calendar_hears_a_request_an_update_and_that_it_is_off(
    db_session: Session, cast: Cast, case: Made, clock: FrozenClock
) -> None:
    invite(db_session, cast, case, omar=EMAIL)
    sent = with_calendar(db_session, case)
    by = By(refreshed(db_session), cast.noor, START)
    arranging.arrange_all(by, case.id, arrangements(arranging.Dates(SUNDAY, (), reason="A funeral.")))
    invite(db_session, cast, case, START + timedelta(hours=1), omar=EMAIL)
    sent += with_calendar(db_session, case)
    by = By(refreshed(db_session), cast.noor, START)
    arranging.arrange_all(by, case.id, arrangements(arranging.Dates(None, (), reason="We look for another day.")))
    meeting = queries.current_meeting(refreshed(db_session), case.id)
    assert meeting is not None
    assert invitations.call_off(refreshed(db_session), START + timedelta(hours=2), meeting.id, SERVICE) == 1

    sent += with_calendar(db_session, case)
    read = [vobject.readOne(calendar.decode()) for _subject, calendar in sent]
    assert [one.method.value for one in read] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({one.vevent.uid.value for one in read}) == 1
    assert [one.vevent.sequence.value for one in read] == ["0", "1", "2"]
    assert [one.vevent.dtstart.value.astimezone(UTC) for one in read] == [SATURDAY, SUNDAY, SUNDAY]
    assert {one.vevent.summary.value for one in read} == {"Afspraak"}  # a telephone lies on a table
    assert sent[-1][0] == "De conferentie is niet op die dag"


def test_a_secret_place_is_in_no_mail_and_in_no_calendar(db_session: Session, cast: Cast, case: Made) -> None:
    with writing(refreshed(db_session)):
        meeting = db_session.scalars(select(Meeting)).one()
        meeting.venue_secret = True
    invite(db_session, cast, case, omar=EMAIL)
    (mail,) = messages(db_session, case, "omar")
    assert mail.calendar is not None
    assert b"Dorpsstraat" not in mail.calendar
    assert "Dorpsstraat" not in mail.body
    assert "Je hoort nog waar het is." in mail.body


@pytest.mark.both_databases
def test_who_comes_is_reminded_a_week_and_two_days_before_by_day_and_nobody_else(
    db_session: Session, cast: Cast, case: Made
) -> None:
    change_details(refreshed(db_session), cast, START, case, case.people["fatima"], phone="06 12345678")
    invite(db_session, cast, case, omar=EMAIL, linda=EMAIL, fatima=TEXT, kees=LETTER, karim=EMAIL)
    for name, reply in (("omar", "comes"), ("fatima", "comes"), ("kees", "comes"), ("linda", "no"), ("karim", "comes")):
        by = By(refreshed(db_session), cast.noor, START)
        invitations.answer_for(by, case.id, case.people[name], Answered(InvitationReply(reply), how=SaidHow.PHONE))
    with writing(refreshed(db_session)):
        rows_now = db_session.scalars(select(MeetingInvitation)).all()
        next(row for row in rows_now if row.participant_id == case.people["karim"]).no_reminders = True

    def night(day: int) -> int:
        at = datetime(2026, 3, day, 2, 0, tzinfo=UTC)  # 03:00
        return invitations.remind_who_comes(refreshed(db_session), at, cast.north, SERVICE)

    assert [night(day) for day in range(19, 29)] == [0, 0, 3, 0, 0, 0, 0, 3, 0, 0]
    reminders = [one for one in messages(db_session, case, "omar") if "herinneren" in one.body]
    assert len(reminders) == 2
    assert "Geen herinneringen meer?" in reminders[0].body
    subjects = {one.subject for name in ("linda", "karim", "kees") for one in messages(db_session, case, name)}
    assert reminders[0].subject not in subjects
    jobs = select(Job.due).where(Job.kind == DELIVERY, Job.subject.in_([one.id for one in reminders]))
    assert {due.astimezone(UTC).hour for due in refreshed(db_session).scalars(jobs)} == {8}  # 09:00 there


@pytest.mark.parametrize(
    ("invited", "reminded"), [(20, [21, 26]), (21, [26]), (23, [26]), (24, [26]), (25, [26]), (26, [])]
)
def test_who_is_invited_late_is_reminded_only_of_what_they_heard_before(
    db_session: Session, cast: Cast, case: Made, invited: int, reminded: list[int]
) -> None:
    at = datetime(2026, 3, invited, 1, 0, tzinfo=UTC)
    invite(db_session, cast, case, at, omar=EMAIL)
    by = By(refreshed(db_session), cast.noor, at)
    invitations.answer_for(by, case.id, case.people["omar"], Answered(InvitationReply.COMES, how=SaidHow.PHONE))

    nights = range(invited + 1, 28)
    found = [
        night
        for night in nights
        if invitations.remind_who_comes(
            refreshed(db_session), datetime(2026, 3, night, 2, 0, tzinfo=UTC), cast.north, SERVICE
        )
        and "herinneren" in messages(db_session, case, "omar")[-1].body
    ]
    assert len(found) == len([one for one in messages(db_session, case, "omar") if "herinneren" in one.body])
    assert found == reminded


def test_nobody_is_invited_who_cannot_be(db_session: Session, cast: Cast, case: Made) -> None:
    noor = By(refreshed(db_session), cast.noor, START)
    with pytest.raises(Refusal, match="Choose whom to invite"):
        invitations.invite(noor, case.id, {}, SERVICE)
    with pytest.raises(Refusal, match="There is no email address"):
        invite(db_session, cast, case, kees=EMAIL)
    with pytest.raises(Unknown):
        invitations.invite(By(refreshed(db_session), cast.noor, START), case.id, {10**6: TOLD}, SERVICE)
    with pytest.raises(Refusal, match="has passed"):
        invite(db_session, cast, case, SATURDAY, omar=EMAIL)
    arranging.choose_date(By(refreshed(db_session), cast.noor, START), case.id, None)
    with pytest.raises(Refusal, match="Choose a date first"):
        invite(db_session, cast, case, omar=EMAIL)
    assert rows(db_session, case) == {}


def say_that_they_come(session: Session, cast: Cast, case: Made, *names: str) -> None:
    for name in names:
        by = By(refreshed(session), cast.noor, START)
        invitations.answer_for(by, case.id, case.people[name], Answered(InvitationReply.COMES, how=SaidHow.PHONE))


def remind(session: Session, cast: Cast) -> int:
    """In the night, two days before."""
    at = datetime(2026, 3, 26, 2, 0, tzinfo=UTC)
    return invitations.remind_who_comes(refreshed(session), at, cast.north, SERVICE)


@pytest.mark.both_databases
def test_what_waits_for_the_morning_does_not_tell_of_a_day_that_is_off(
    db_session: Session, cast: Cast, case: Made
) -> None:
    change_details(refreshed(db_session), cast, START, case, case.people["fatima"], phone="06 12345678")
    invite(db_session, cast, case, datetime(2026, 3, 2, 21, 0, tzinfo=UTC), fatima=TEXT)
    invite(db_session, cast, case, omar=EMAIL)
    say_that_they_come(db_session, cast, case, "omar")
    assert remind(db_session, cast) == 1
    by = By(refreshed(db_session), cast.noor, datetime(2026, 3, 26, 6, 0, tzinfo=UTC))
    arranging.arrange_all(by, case.id, arrangements(arranging.Dates(SUNDAY, (), reason="A funeral.")))
    for name in ("omar", "fatima"):
        about = [one for one in messages(db_session, case, name) if "-1-" in one.key]
        assert {(one.given_up_at is None, one.body) for one in about} == {(False, "")}


@pytest.mark.both_databases
def test_whoever_says_no_or_wants_no_reminders_gets_none_that_waits(
    db_session: Session, cast: Cast, case: Made
) -> None:
    invite(db_session, cast, case, omar=EMAIL, linda=EMAIL, karim=EMAIL)
    say_that_they_come(db_session, cast, case, "omar", "linda", "karim")
    assert remind(db_session, cast) == 3
    early = datetime(2026, 3, 26, 6, 0, tzinfo=UTC)
    omar, linda = (
        By(refreshed(db_session), participant(case.id, case.people[one]), early) for one in ("omar", "linda")
    )
    invitations.answer_invitation(omar, case.id, Answered(InvitationReply.NO))
    invitations.stop_reminders(linda, case.id, stop=True)
    waits = {name: messages(db_session, case, name)[-1].given_up_at is None for name in ("omar", "linda", "karim")}
    assert waits == {"omar": False, "linda": False, "karim": True}


def test_a_message_about_a_day_does_not_leave_after_it(db_session: Session, cast: Cast, case: Made) -> None:
    invite(db_session, cast, case, omar=EMAIL)
    say_that_they_come(db_session, cast, case, "omar")
    assert remind(db_session, cast) == 1
    reminder = messages(db_session, case, "omar")[-1]
    until = select(Job.until).where(Job.kind == DELIVERY, Job.subject == reminder.id)
    assert refreshed(db_session).scalars(until).one() == SATURDAY


@pytest.mark.parametrize(
    ("zone", "leaves"),
    [
        ("", datetime(2026, 3, 26, 8, tzinfo=UTC)),
        ("Europe/London", datetime(2026, 3, 26, 9, tzinfo=UTC)),
        ("Pacific/Auckland", None),  # it is three in the afternoon there
        ("America/New_York", datetime(2026, 3, 26, 13, tzinfo=UTC)),
    ],
)
def test_nobody_is_woken_by_a_reminder_wherever_they_are(
    db_session: Session, cast: Cast, case: Made, zone: str, leaves: datetime | None
) -> None:
    invite(db_session, cast, case, omar=EMAIL)
    say_that_they_come(db_session, cast, case, "omar")
    with writing(refreshed(db_session)):
        db_session.get_one(Participant, case.people["omar"]).timezone = zone
    assert remind(db_session, cast) == 1
    reminder = messages(db_session, case, "omar")[-1]
    due = select(Job.due).where(Job.kind == DELIVERY, Job.subject == reminder.id)
    assert refreshed(db_session).scalars(due).one() == (leaves or datetime(2026, 3, 26, 2, tzinfo=UTC))


def test_whom_no_message_reaches_any_more_is_rung_by_the_coordinator(
    db_session: Session, cast: Cast, case: Made
) -> None:
    for name in ("fatima", "joost"):
        change_details(refreshed(db_session), cast, START, case, case.people[name], phone="06 12345678")
    invite(db_session, cast, case, omar=EMAIL, fatima=TEXT, joost=TEXT)
    say_that_they_come(db_session, cast, case, "omar", "fatima", "joost")
    change_details(refreshed(db_session), cast, START, case, case.people["omar"], email="")
    change_details(refreshed(db_session), cast, START, case, case.people["joost"], phone="ring his mother")
    refuse_texts(db_session, cast, case, "fatima")
    assert remind(db_session, cast) == 1
    by_hand = select(OutboxMessage).where(OutboxMessage.account_id == cast.noor.account_id)
    assert [one.subject for one in refreshed(db_session).scalars(by_hand)][
        -1
    ] == "Ring some people before the conference"
    assert [len(messages(db_session, case, name)) for name in ("omar", "fatima", "joost")] == [1, 1, 1]


def refuse_texts(session: Session, cast: Cast, case: Made, name: str) -> None:
    """Somebody takes back that they may be sent text messages."""
    with writing(refreshed(session)):
        session.add(
            Consent(
                conference_id=case.id,
                participant_id=case.people[name],
                scope="text message",
                given_on=START.date(),
                withdrawn_on=START.date(),
            )
        )


def test_an_answer_by_telephone_is_for_the_day_that_was_said(
    client: PageClient, db_session: Session, cast: Cast, case: Made
) -> None:
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/invitations/of/{case.people['kees']}")
    arranging.choose_date(By(refreshed(db_session), cast.noor, START), case.id, SUNDAY)
    page = client.refused("Save, and on to Linda de Wit", {"Do they come?": "comes"})
    assert "Now at “Day and time”: Sunday 29 March 2026, 10:00" in page.text
    assert rows(db_session, case) == {}
    client.submit("Save, and on to Linda de Wit")
    assert rows(db_session, case)["kees"].replied_for == SUNDAY


def test_an_answer_on_ones_own_page_is_for_the_day_that_it_showed(
    client: PageClient, db_session: Session, cast: Cast, case: Made
) -> None:
    invite(db_session, cast, case, omar=EMAIL)
    enter(client, refreshed(db_session), START, case.id, case.people["omar"])
    by = By(refreshed(db_session), cast.noor, START)
    arranging.arrange_all(by, case.id, arrangements(arranging.Dates(SUNDAY, (), reason="A funeral.")))
    invite(db_session, cast, case, START + timedelta(hours=1), omar=EMAIL)
    page = client.refused("Send my answer", {"Do you come?": "I come"})
    assert "Now at “Day and time”: Sunday 29 March 2026, 10:00" in page.text
    assert rows(db_session, case)["omar"].reply is None


def test_the_calendar_file_of_a_day_that_is_off_is_not_given(
    client: PageClient, db_session: Session, cast: Cast, case: Made
) -> None:
    invite(db_session, cast, case, omar=EMAIL)
    enter(client, refreshed(db_session), START, case.id, case.people["omar"])
    assert client.get(f"/conferences/{case.id}/my-invitation.ics").status_code == 200
    by = By(refreshed(db_session), cast.noor, START)
    arranging.arrange_all(by, case.id, arrangements(arranging.Dates(SUNDAY, (), reason="A funeral.")))
    assert client.get(f"/conferences/{case.id}/my-invitation.ics").location == f"/conferences/{case.id}/mine"


@pytest.mark.both_databases
def test_who_said_no_to_the_new_day_does_not_see_the_day_as_before(db_session: Session, cast: Cast, case: Made) -> None:
    invite(db_session, cast, case, omar=EMAIL)
    say_that_they_come(db_session, cast, case, "omar")
    by = By(refreshed(db_session), cast.noor, START)
    arranging.arrange_all(by, case.id, arrangements(arranging.Dates(SUNDAY, (), reason="A funeral.")))

    def roles() -> frozenset[Role]:
        conference = refreshed(db_session).get_one(Conference, case.id)
        return circle_access(db_session, conference, conference.phase)[case.people["omar"]].roles

    assert Role.COMES in roles()  # asked again
    for reply in (InvitationReply.NO, InvitationReply.UNKNOWN):
        by = By(refreshed(db_session), cast.noor, START)
        invitations.answer_for(by, case.id, case.people["omar"], Answered(reply, how=SaidHow.PHONE))
        assert Role.COMES not in roles()


def test_a_name_with_signs_of_html_or_of_a_calendar_is_a_name(db_session: Session, cast: Cast, case: Made) -> None:
    name = "Kees <b>&amp;</b>\u2028ATTENDEE:mailto:eve@example.org"
    change_details(refreshed(db_session), cast, START, case, case.people["omar"], name=name)
    arranging.set_venue(
        By(refreshed(db_session), cast.noor, START),
        case.id,
        Venue("De Wilg\u2028ATTENDEE:mailto:eve@example.org", "Weg 1; 2\nEND:VEVENT\n<i>Utrecht</i>", stays=True),
    )
    invite(db_session, cast, case, omar=EMAIL)
    (mail,) = messages(db_session, case, "omar")
    assert name in mail.body
    assert "<i>Utrecht</i>" in mail.body
    assert mail.calendar is not None
    lines = mail.calendar.decode().replace("\r\n ", "").split("\r\n")
    assert [one for one in lines if one.startswith("ATTENDEE")] == [
        one for one in lines if "eve@" not in one and "ATTENDEE" in one
    ]
    assert lines.count("END:VEVENT") == 1
    assert len(mail.calendar.decode().splitlines()) == mail.calendar.count(b"\r\n")
