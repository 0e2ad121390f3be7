"""Answers of calendars: they are noted for whoever was invited, and nobody else's, forged or late ones."""

import mailbox
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
import vobject
from dateutil import tz
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from config import Settings
from ekc.accounts.access import By
from ekc.conferences.actions.circle import add_people
from ekc.conferences.entries import PersonDetails
from ekc.conferences.models import Participant
from ekc.core.bounces import read_mailbox
from ekc.core.calendar_file import CalendarReply, Partstat
from ekc.core.db import make_sessions
from ekc.core.transaction import writing
from ekc.meetings.actions import arranging, invitations
from ekc.meetings.actions.calendar_replies import ReplyOutcome, note_calendar_reply
from ekc.meetings.actions.invitations import Answered
from ekc.meetings.models import Meeting, MeetingInvitation
from ekc.operation.incoming import Incoming, take_in
from ekc.workflow.vocabulary import Attends, InvitationReply, Part, SaidHow
from tests.build import Made, case_in_setup, change_details
from tests.cast import Cast, participant, sign_in
from tests.client import PageClient
from tests.clock import START
from tests.core.mailserver import mail_server
from tests.core.test_bounces import answer
from tests.core.test_calendar_file import REPLY, UID
from tests.core.test_mailer import to
from tests.database import refreshed
from tests.meetings.test_invitations import (
    EMAIL,
    SATURDAY,
    SUNDAY,
    TOLD,
    address_in,
    arrangements,
    attends,
    invite,
    messages,
    rows,
)
from tests.work import work

LATER = START + timedelta(hours=3)
OMAR = "omar@example.org"


@pytest.fixture
def case(db_session: Session, cast: Cast) -> Made:
    """In setup, with a day; Omar and Linda are invited by mail."""
    made = case_in_setup(db_session, cast, START)
    arranging.choose_date(By(db_session, cast.noor, START), made.id, SATURDAY)
    invite(db_session, cast, made, omar=EMAIL, linda=EMAIL)
    return made


def uid_of(session: Session, case: Made, whose: str) -> str:
    theirs = select(MeetingInvitation.uid).where(MeetingInvitation.participant_id == case.people[whose])
    return refreshed(session).scalars(theirs).one()


def reply(session: Session, case: Made, whose: str = "omar", **other: object) -> CalendarReply:
    said = {"sequence": 0, "attendee": f"{whose}@example.org", "partstat": Partstat.ACCEPTED, "stamp": "1"}
    return CalendarReply(**({"uid": uid_of(session, case, whose)} | said | other))  # type: ignore[arg-type]


def test_a_calendar_answers_the_mail_that_it_got(
    db_session: Session, case: Made, settings: Settings, tmp_path: Path
) -> None:
    with mail_server() as server:
        work(refreshed(db_session), replace(settings, mail=to(server)), START)
    (mail,) = [one for one, (whom,) in zip(server.mails, server.to, strict=True) if whom == OMAR]
    (asked,) = [part.get_content() for part in mail.walk() if part.get_content_type() == "text/calendar"]
    event = vobject.readOne(asked).vevent
    told = vobject.iCalendar()  # the other parser writes too
    told.add("method").value = "REPLY"
    said = told.add("vevent")
    for name in ("uid", "sequence", "organizer"):
        said.add(name).value = event.contents[name][0].value
    said.add("dtstamp").value = LATER.astimezone(tz.UTC)
    who = said.add("attendee")
    who.value, who.params["PARTSTAT"] = event.attendee.value, ["DECLINED"]
    mailbox.Maildir(tmp_path / "box").add(answer(told.serialize().encode()))

    (mail_in,) = read_mailbox(tmp_path / "box")
    assert take_in(db_session, mail_in, LATER) is Incoming.ANSWER

    assert rows(db_session, case)["omar"].reply is InvitationReply.NO
    assert said.organizer.value == "mailto:plan@example.org"


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("partstat", "says", "how"),
    [
        (Partstat.ACCEPTED, InvitationReply.COMES, Attends.IN_PERSON),
        (Partstat.TENTATIVE, InvitationReply.UNKNOWN, None),
        (Partstat.DECLINED, InvitationReply.NO, Attends.NO),
    ],
)
def test_an_answer_is_noted(
    db_session: Session, case: Made, partstat: Partstat, says: InvitationReply, how: Attends | None
) -> None:
    told = reply(db_session, case, partstat=partstat, comment="I bring cake.")

    assert note_calendar_reply(db_session, told, LATER) is ReplyOutcome.NOTED

    row = rows(db_session, case)["omar"]
    assert (row.reply, row.replied_at, row.replied_how, row.words) == (says, LATER, SaidHow.MESSAGE, "I bring cake.")
    assert attends(db_session, case, "omar") is how
    assert rows(db_session, case)["linda"].reply is None


@pytest.mark.parametrize("how", [Attends.PHONE, Attends.SPOKESPERSON, Attends.LETTER])
def test_a_yes_of_who_takes_part_from_elsewhere_brings_nobody(
    db_session: Session, cast: Cast, case: Made, how: Attends
) -> None:
    change_details(refreshed(db_session), cast, START, case, case.people["omar"], attends=how)

    note_calendar_reply(db_session, reply(db_session, case), LATER)

    assert attends(db_session, case, "omar") is how


def test_an_address_with_letters_of_its_own_is_invited_and_answers(db_session: Session, cast: Cast, case: Made) -> None:
    change_details(refreshed(db_session), cast, START, case, case.people["joost"], email="Joost@münchen.example")
    invite(db_session, cast, case, joost=EMAIL)
    (mail,) = messages(db_session, case, "joost")
    assert mail.calendar is not None
    address = vobject.readOne(mail.calendar.decode()).vevent.attendee.value.removeprefix("mailto:")

    assert address.lower() == "joost@xn--mnchen-3ya.example"
    told = reply(db_session, case, "joost", attendee=address.lower())
    assert note_calendar_reply(db_session, told, LATER) is ReplyOutcome.NOTED


def test_forged_ones_change_nothing(db_session: Session, cast: Cast, case: Made) -> None:
    other = case_in_setup(refreshed(db_session), cast, START)
    arranging.choose_date(By(refreshed(db_session), cast.noor, START), other.id, SATURDAY)
    invite(db_session, cast, other, kees=TOLD, omar=EMAIL)
    forged = [
        reply(db_session, case, uid="f" * 32),
        reply(db_session, case, uid="1"),
        reply(db_session, case, uid="\0" * 32),
        reply(db_session, case, attendee="eve@example.org"),
        reply(db_session, case, attendee=""),
        reply(db_session, case, "linda", attendee=OMAR),  # of Linda's invitation, as Omar
        reply(db_session, other, "kees", attendee=""),  # who has no address
    ]

    assert [note_calendar_reply(db_session, one, LATER) for one in forged] == [ReplyOutcome.NOTHING] * len(forged)

    replies = refreshed(db_session).scalars(select(MeetingInvitation.reply))
    assert list(replies) == [None] * 4


@pytest.mark.both_databases
def test_an_answer_about_an_earlier_meeting_says_nothing_about_the_next(
    db_session: Session, cast: Cast, case: Made
) -> None:
    late = reply(db_session, case, partstat=Partstat.DECLINED)
    with writing(refreshed(db_session)):
        first = db_session.scalars(select(Meeting)).one()
        db_session.add(Meeting(conference_id=case.id, number=2, round=first.round, starts_at=SUNDAY))
    invite(db_session, cast, case, omar=EMAIL)

    assert note_calendar_reply(db_session, late, LATER) is ReplyOutcome.EARLIER

    assert set(refreshed(db_session).scalars(select(MeetingInvitation.reply))) == {None}
    assert attends(db_session, case, "omar") is not Attends.NO


@pytest.mark.both_databases
def test_a_mailbox_that_is_read_by_several_at_once_counts_each_answer_once(
    db_session: Session, engine: Engine, cast: Cast, case: Made
) -> None:
    names = ("omar", "linda", "marieke", "karim")
    invite(db_session, cast, case, marieke=EMAIL, karim=EMAIL)
    said = [reply(db_session, case, name, partstat=Partstat.DECLINED) for name in names]
    sessions, together = make_sessions(engine), Barrier(4)
    db_session.rollback()

    def read(_n: int) -> list[ReplyOutcome]:
        together.wait(30)
        with sessions() as session:
            return [note_calendar_reply(session, one, LATER) for one in said]

    with ThreadPoolExecutor(4) as readers:
        found = Counter(one for outcomes in readers.map(read, range(4)) for one in outcomes)

    assert found == {ReplyOutcome.NOTED: 4, ReplyOutcome.NOTHING: 12}
    assert {attends(db_session, case, name) for name in names} == {Attends.NO}


@pytest.mark.both_databases
def test_an_interpreter_who_declines_is_not_expected(db_session: Session, cast: Cast, case: Made) -> None:
    rana = PersonDetails(name="Rana Aziz", part=Part.INTERPRETER, email="rana@example.org", attends=Attends.IN_PERSON)
    add_people(By(refreshed(db_session), cast.noor, START), case.id, [rana])
    id_ = refreshed(db_session).scalars(select(Participant.id).order_by(Participant.id.desc()).limit(1)).one()
    case = replace(case, people={**case.people, "rana": id_})
    invite(db_session, cast, case, rana=EMAIL)
    declined = reply(db_session, case, "rana", partstat=Partstat.DECLINED)

    assert note_calendar_reply(db_session, declined, LATER) is ReplyOutcome.NOTED

    assert attends(db_session, case, "rana") is Attends.NO
    with writing(refreshed(db_session)):
        db_session.get_one(Participant, id_).removed_at = LATER
    accepted = reply(db_session, case, "rana", stamp="2")
    assert note_calendar_reply(db_session, accepted, LATER) is ReplyOutcome.EARLIER
    assert attends(db_session, case, "rana") is Attends.NO


def test_of_an_invitation_that_went_to_a_wrong_address_first_only_the_last_is_answered(
    client: PageClient, db_session: Session, cast: Cast, case: Made
) -> None:
    first = address_in(*messages(db_session, case, "omar"))
    change_details(refreshed(db_session), cast, START, case, case.people["omar"], email="o.elamrani@example.org")
    invite(db_session, cast, case, START + timedelta(hours=1), omar=EMAIL)
    page = client.page(first)
    assert "There is a newer invitation than this one." in page.text
    assert "28 March" not in page.text
    assert client.get(f"{first}.ics").status_code == 404
    assert note_calendar_reply(db_session, reply(db_session, case), LATER) is ReplyOutcome.NOTHING
    last = reply(db_session, case, attendee="o.elamrani@example.org", sequence=1)
    assert note_calendar_reply(db_session, last, LATER) is ReplyOutcome.NOTED


def test_a_remark_in_an_answer_fits_in_the_form_of_whoever_rings(
    client: PageClient, db_session: Session, cast: Cast, case: Made
) -> None:
    mine = REPLY.replace(UID.encode(), rows(db_session, case)["omar"].uid.encode()).replace(
        b"SEQUENCE:1", b"SEQUENCE:0"
    )
    mine = mine.replace(b"Els@Example.org", OMAR.encode())
    mine = re.sub(rb"COMMENT:(.|\r\n )*", b"COMMENT:" + b"We\\n come. " * 100, mine)
    assert take_in(db_session, answer(mine), LATER) is Incoming.ANSWER
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/invitations/of/{case.people['omar']}")
    page = client.submit("Save, and on to Fatima El Amrani-Benali", {"Do they come?": "does not come"})
    assert page.flashes == ["What Omar El Amrani said is saved."]


def test_an_answer_for_an_earlier_date_changes_nothing(db_session: Session, cast: Cast, case: Made) -> None:
    moved = arrangements(arranging.Dates(SUNDAY, (), reason="A funeral."))
    arranging.arrange_all(By(refreshed(db_session), cast.noor, START), case.id, moved)
    first = reply(db_session, case)

    assert note_calendar_reply(db_session, first, LATER) is ReplyOutcome.EARLIER  # before there was another invitation

    invite(db_session, cast, case, START + timedelta(hours=1), omar=EMAIL)
    assert note_calendar_reply(db_session, reply(db_session, case, stamp="2"), LATER) is ReplyOutcome.EARLIER
    assert rows(db_session, case)["omar"].reply is None
    assert note_calendar_reply(db_session, reply(db_session, case, stamp="3", sequence=1), LATER) is ReplyOutcome.NOTED


def test_a_mailbox_that_is_read_again_takes_no_later_answer_back(db_session: Session, case: Made) -> None:
    told = reply(db_session, case)
    note_calendar_reply(db_session, told, LATER)
    by = By(refreshed(db_session), participant(case.id, case.people["omar"]), LATER + timedelta(hours=1))
    invitations.answer_invitation(by, case.id, Answered(InvitationReply.NO))

    assert note_calendar_reply(db_session, told, LATER + timedelta(hours=2)) is ReplyOutcome.NOTHING

    assert rows(db_session, case)["omar"].reply is InvitationReply.NO
    changed = reply(db_session, case, stamp="2")
    assert note_calendar_reply(db_session, changed, LATER + timedelta(hours=3)) is ReplyOutcome.NOTED


def test_who_stays_away_by_decision_does_not_come_by_a_calendar(db_session: Session, cast: Cast, case: Made) -> None:
    away = {
        "attends": Attends.EXCLUDED,
        "exclusion_reason": "Others are afraid.",
        "excluded_by": "Noor",
        "excluded_on": START.date(),
    }
    told = reply(db_session, case)
    change_details(refreshed(db_session), cast, START, case, case.people["omar"], **away)

    assert note_calendar_reply(db_session, told, LATER) is not ReplyOutcome.NOTED

    assert attends(db_session, case, "omar") is Attends.EXCLUDED


def test_a_mailbox_full_of_spam_holds_up_no_answer(db_session: Session, case: Made, tmp_path: Path) -> None:
    mine = REPLY.replace(UID.encode(), rows(db_session, case)["omar"].uid.encode())
    mine = mine.replace(b"Els@Example.org", OMAR.encode()).replace(b"SEQUENCE:1", b"SEQUENCE:0")
    box = mailbox.Maildir(tmp_path / "box")
    spam = [b"", b"\xff\x00", answer(), answer(mine[:-40]), b"Content-Type: message/rfc822\n\n" * 3000]
    for mail in (*spam, answer(mine), *spam):
        box.add(mail)

    taken = [take_in(db_session, mail, LATER) for mail in read_mailbox(tmp_path / "box")]

    assert sorted(one.name for one in taken) == ["ANSWER", *["OTHER"] * 10]
    assert Incoming.ANSWER in taken
    assert rows(db_session, case)["omar"].reply is InvitationReply.COMES
