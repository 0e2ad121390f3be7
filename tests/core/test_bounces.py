"""Mails that came back: which reports are recognised, and what they change."""

import mailbox
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.core.bounces import LARGEST, calendar_reply, note_returned, read_mailbox, returned_mail
from ekc.core.calendar_file import Partstat, read_reply
from ekc.core.outbox import Audience, MailRule, OutboxMessage, Recipient, queue
from tests.clock import START
from tests.core.test_calendar_file import REPLY

MAIL = MailRule(name="test", audience=Audience.OWNER, key="test", subject="New", body="Look.")


def report(name: str, *, action: str = "failed", status: str = "5.1.1", headers_only: bool = False) -> bytes:
    """A report as Postfix writes it, about the mail with this name."""
    ours = f"From: Own Plan <plan@example.org>\nTo: els@example.org\nMessage-ID: <{name}@example.org>\nSubject: New\n"
    quoted = "text/rfc822-headers" if headers_only else "message/rfc822"
    return f"""\
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
To: plan@example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Mon, 2 Mar 2026 10:00:00 +0100 (CET)

Final-Recipient: rfc822; els@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <els@example.org>: no such mailbox

--part
Content-Type: {quoted}

{ours}{"" if headers_only else chr(10) + "Look." + chr(10)}
--part--
""".encode()


@pytest.fixture
def name(db_session: Session) -> str:
    """The name of a mail that was sent."""
    queue(db_session, MAIL, Recipient(0, "els@example.org", "en"), START)
    mail = db_session.scalars(select(OutboxMessage)).one()
    mail.sent_at = START
    db_session.commit()
    return mail.message_id


@pytest.mark.parametrize(
    ("changes", "is_known"),
    [
        ({}, True),
        ({"headers_only": True}, True),
        ({"action": "delayed", "status": "4.4.1"}, False),
        ({"action": "failed", "status": "4.4.7"}, False),
        ({"action": "delivered", "status": "2.0.0"}, False),
    ],
)
def test_a_report_that_a_mail_failed_for_good_is_recognised(changes: dict[str, object], is_known: bool) -> None:
    found = returned_mail(report("a1b2", **changes))  # type: ignore[arg-type]

    assert found == ("a1b2" if is_known else None)


def test_other_mail_is_no_report() -> None:
    letter = EmailMessage(policy=SMTP)
    letter["Message-ID"] = "<a1b2@example.org>"
    letter.set_content("Your mail could not be delivered. Action: failed, Status: 5.1.1")

    wholes = [letter.as_bytes(), b"", b"\xff\x00 not a mail", report("a1b2").partition(b"Message-ID")[0]]
    assert list(map(returned_mail, wholes)) == [None] * 4


def test_a_mail_that_came_back_is_noted_and_one_of_another_service_is_not(db_session: Session, name: str) -> None:
    later = START + timedelta(minutes=5)

    assert (note_returned(db_session, "f" * 32, later), note_returned(db_session, name, later)) == (False, True)

    assert note_returned(db_session, name, later + timedelta(days=1))  # a file is read again
    assert db_session.scalars(select(OutboxMessage.returned_at)).all() == [later]


QUOTED = b"Message-ID: <a1b2@example.org>"


@pytest.mark.parametrize(
    "hostile",
    [
        report("a1b2").replace(QUOTED, b"Message-ID: <"),
        report("a1b2").replace(QUOTED, b"Message-ID: <a1@["),
        report("a1b2").replace(QUOTED, b"Message-ID: <" + b"(" * 20000 + b"@x>"),
        report("a1b2").replace(QUOTED, b"Message-ID: <a1\0b2@example.org>"),
        report("a1b2").replace(QUOTED, b"Message-ID: <a1\xffb2@example.org>"),
        report("a1b2")
        .replace(b"message/delivery-status\n", b"message/delivery-status; charset=\xff\n")
        .partition(b"Rep")[0],
        b"Content-Type: text/rfc822-headers; charset=\xff\n\n" + QUOTED,
        b"Content-Type: message/rfc822\n\n" * 3000,
        b"Content-Type: text/plain; a=" + b"(" * 5000 + b"\n\n",
    ],
)
def test_a_mail_that_cannot_be_read_is_no_report_and_stops_nobody_elses(hostile: bytes, tmp_path: Path) -> None:
    mailbox.Maildir(tmp_path / "folder")
    for number, one in enumerate([hostile, report("c3d4")]):
        (tmp_path / "folder" / "new" / str(number)).write_bytes(one)

    assert list(map(returned_mail, read_mailbox(tmp_path / "folder"))) == [None, "c3d4"]
    assert sorted(file.name for file in (tmp_path / "folder").glob("*/*")) == ["0:2,S", "1:2,S"]


def test_a_report_in_a_character_set_that_nobody_knows_is_read() -> None:
    strange = report("a1b2", headers_only=True).replace(b"rfc822-headers\n", b"rfc822-headers; charset=x-none\n")

    assert returned_mail(strange) == "a1b2"


def test_a_mailbox_is_read_whole_and_the_new_mails_of_a_folder_once(tmp_path: Path) -> None:
    folder, file = mailbox.Maildir(tmp_path / "folder"), mailbox.mbox(tmp_path / "file")
    for box in (folder, file):
        box.add(report("a1b2"))
        box.add(report("c3d4"))
        box.close()

    def names(path: Path) -> list[str]:
        return sorted(filter(None, map(returned_mail, read_mailbox(path))))

    both = ["a1b2", "c3d4"]
    assert [names(tmp_path / which) for which in ("file", "file", "folder", "folder")] == [both, both, both, []]


# -- Answers of calendars


def answer(file: bytes = REPLY, *, encoding: str = "base64", as_file: bool = False) -> bytes:
    """A mail in which a calendar answers, as the large programs write it."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = "els@example.org", "plan@example.org", "Accepted: Meeting"
    mail.set_content("Els has accepted this invitation.")
    if as_file:
        mail.add_attachment(file, maintype="application", subtype="ics", filename="invite.ics")
    else:
        mail.add_alternative(file, maintype="text", subtype="calendar", params={"method": "REPLY"}, cte=encoding)
    return mail.as_bytes()


@pytest.mark.parametrize(
    "mail",
    [
        answer(),
        answer(encoding="quoted-printable"),
        answer(as_file=True),
        b"Content-Type: text/calendar; method=REPLY; charset=utf-8\r\n\r\n" + REPLY,
    ],
    ids=["base64", "quoted-printable", "file", "alone"],
)
def test_the_answer_of_a_calendar_is_found_in_a_mail(mail: bytes) -> None:
    reply = calendar_reply(mail)

    assert reply == read_reply(REPLY)
    assert reply is not None
    assert reply.partstat is Partstat.ACCEPTED


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"\xff\x00 not a mail",
        report("a1b2"),
        answer(REPLY.replace(b"REPLY", b"REQUEST")),
        answer(b"a" * 300_000),
        answer().replace(b"base64", b"x-none"),
        answer()[:700],
        b"Content-Type: message/rfc822\n\n" * 3000,
        b'Content-Type: multipart/mixed; boundary="a"\n\n' + b"--a\nContent-Type: text/calendar\n\n\xff\n" * 2_000,
        b"Content-Type: text/calendar\n\n" + b"BEGIN:VEVENT\n" * 80_000,
    ],
    ids=["empty", "bytes", "report", "request", "huge", "encoding", "cut", "mail in mail", "parts", "events"],
)
def test_a_mail_without_an_answer_has_none_whatever_is_in_it(mail: bytes) -> None:
    assert calendar_reply(mail) is None


def test_no_more_of_a_mail_is_read_than_an_answer_needs(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "box")
    box.add(b"Subject: spam\n\n" + b"a\n" * LARGEST)
    box.add(answer())
    box.close()
    folder = mailbox.Maildir(tmp_path / "folder")
    folder.add(b"Subject: spam\n\n" + b"a\n" * LARGEST)
    folder.add(answer())

    for found in (list(read_mailbox(tmp_path / "box")), list(read_mailbox(tmp_path / "folder"))):
        assert sorted(len(mail) == LARGEST for mail in found) == [False, True]
        assert [reply.uid for mail in found if (reply := calendar_reply(mail))] == [read_reply(REPLY).uid]  # type: ignore[union-attr]
