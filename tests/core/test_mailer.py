"""The mailer: mails of the outbox are delivered correctly and once, and their content does not leak."""

import smtplib
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

import config
from config import Settings, load_mail
from ekc.accounts.access import By, Office
from ekc.core.attempts import UNAVAILABLE_PAUSE, perform
from ekc.core.db import make_sessions
from ekc.core.jobs import Job, JobState
from ekc.core.outbox import (
    DELIVERY_PERIOD,
    Audience,
    CaseMail,
    Link,
    MailRule,
    OutboxMessage,
    Recipient,
    nothing_sent,
    queue,
    queue_many,
)
from ekc.journey.jobs import RULES
from ekc.signin.actions.invitations import ask_new_password
from ekc.staff.actions.accounts import NewAccount
from ekc.staff.actions.inviting import open_by_invitation
from ekc.workflow.vocabulary import Role, Variant
from tests import build
from tests.cast import Cast, mail_of
from tests.clock import START, FrozenClock
from tests.core.mailserver import MailServer, mail_server, make_certificates
from tests.hearing import hearing
from tests.work import work

SITE = "https://plan.example.org"
FROM = "Own Plan <plan@example.org>"
SECRET = "p@ss:wo/rd"
MAIL = MailRule(
    name="test",
    audience=Audience.OWNER,
    key="test:{what}",
    subject="Choose your password",
    body="Sign in with it.",
)


@pytest.fixture
def post() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


def to(server: MailServer) -> config.MailServer:
    """The settings of this server."""
    found = load_mail(f"smtp://localhost:{server.port}", FROM)
    assert found is not None
    return found


def settings_of(mail: config.MailServer | None, clock: FrozenClock, contact: str = "") -> Settings:
    return Settings(
        database_url="",
        secret_key="",
        content_keys=(),
        index_key=b"",
        instance=Path(),
        mail=mail,
        clock=clock,
        contact=contact,
    )


class DeliveryResult(NamedTuple):
    """How many mails were sent and given up, and how many wait."""

    sent: int
    given_up: int
    waiting: int


def deliver(session: Session, clock: FrozenClock, mail: config.MailServer | None) -> DeliveryResult:
    """Do the jobs that are due, as a worker does."""
    ended = select(OutboxMessage.sent_at, OutboxMessage.given_up_at).order_by(OutboxMessage.id)
    before = session.execute(ended).all()
    work(session, settings_of(mail, clock), clock())
    new = [now for now, was in zip(session.execute(ended), before, strict=True) if not any(was)]
    sent, given_up = sum(bool(row.sent_at) for row in new), sum(bool(row.given_up_at) for row in new)
    return DeliveryResult(sent, given_up, len(new) - sent - given_up)


def jobs(session: Session) -> list[Job]:
    return list(session.scalars(select(Job).order_by(Job.id).execution_options(populate_existing=True)))


def put(session: Session, *recipients: str, language: str = "en", link: str | None = None) -> None:
    """Queue a mail for each of them."""
    for one in recipients:
        until = Link(link, START + DELIVERY_PERIOD) if link else None
        queue(
            session, replace(MAIL, has_link=link is not None), Recipient(0, one, language), START, link=until, what=one
        )
    session.commit()


def rows(session: Session) -> list[OutboxMessage]:
    session.rollback()
    session.expire_all()
    return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def test_a_mail_names_the_service_where_it_names_nobody_to_ring(
    post: MailServer, db_session: Session, clock: FrozenClock
) -> None:
    put(db_session, "omar@example.org")
    queue(db_session, MAIL, Recipient(0, "yara@example.org", "en"), START, ring="Noor, 01632 960111", what="ring")
    db_session.commit()

    work(db_session, settings_of(to(post), clock, "0900 1234"), clock())

    said = [message.get_content().replace("\r\n", "\n").split("\n\n")[1] for message in post.mails]
    assert said == ["You can also reach the service itself: 0900 1234.", "You can ring: Noor, 01632 960111."]


def arrived(server: MailServer) -> list[str]:
    return [address for envelope in server.to for address in envelope]


def noted(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    return [{"what": line.getMessage(), **getattr(line, "facts", {})} for line in caplog.records if line.name == "ekc"]


def test_what_arrives_is_what_was_queued_in_the_language_of_its_reader(
    post: MailServer, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    new = NewAccount(
        name="Fatima Haddou",
        email="fatima@example.org",
        region_id=cast.north,
        roles=(Office(Role.COORDINATOR),),
        language="nl",
    )
    _id, link = open_by_invitation(By(db_session, cast.bas, clock()), new, SITE)
    clock.advance(minutes=1)

    assert deliver(db_session, clock, to(post)) == DeliveryResult(sent=1, given_up=0, waiting=0)

    ((mail,), (envelope,)) = post.mails, post.to
    assert envelope == ["fatima@example.org"]
    headers = {name: str(value) for name, value in mail.items()}
    name, _, domain = headers.pop("Message-ID").strip("<>").partition("@")
    assert (len(name), int(name, 16) > 0, domain) == (32, True, "example.org")
    assert headers == {
        "From": "Own Plan <plan@example.org>",
        "To": "fatima@example.org",
        "Subject": "Kies je wachtwoord",
        "Date": "Mon, 02 Mar 2026 09:01:00 +0000",
        "Auto-Submitted": "auto-generated",
        "Content-Language": "nl",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": headers["Content-Transfer-Encoding"],
        "MIME-Version": "1.0",
    }
    first, *others = mail.get_content().splitlines()
    assert others == ["", link, "", "Own Plan"]
    assert first == (
        "Je bent uitgenodigd om met de conferenties te werken. Open de link hieronder en kies een wachtwoord. De link "
        "werkt één keer, binnen zeven dagen. Geef hem niet door."
    )


@pytest.mark.parametrize(
    ("variant", "language", "subject"),
    [
        (Variant.FAMILY, "nl", "Een familie komt opnieuw bij elkaar"),
        (Variant.GROUP, "nl", "Een groep komt opnieuw bij elkaar"),
        (Variant.GROUP, "en", "A group comes together again"),
    ],
)
def test_a_mail_about_a_case_is_in_the_words_of_its_kind(
    variant: Variant, language: str, subject: str, post: MailServer, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.registered_case(db_session, cast, clock(), variant=variant)
    for table in ("outbox_message", "job"):
        db_session.execute(text(f"delete from {table}"))  # noqa: S608
    rule = replace(MAIL, subject="A family comes together again")
    queue(db_session, rule, Recipient(0, "els@example.org", language), START, case=case.id, what="")
    db_session.commit()

    deliver(db_session, clock, to(post))

    assert [mail["Subject"] for mail in post.mails] == [subject]


def test_of_a_mail_that_was_sent_no_key_is_kept(post: MailServer, db_session: Session, clock: FrozenClock) -> None:
    put(db_session, "els@example.org", link=f"{SITE}/invitations/a-key")
    clock.advance(minutes=2)

    deliver(db_session, clock, to(post))

    (row,) = rows(db_session)
    assert (row.sent_at, row.body, row.link) == (clock(), "", None)
    assert (row.recipient, row.subject) == ("els@example.org", "Choose your password")
    assert deliver(db_session, clock, to(post)) == DeliveryResult(0, 0, 0)
    assert len(post.mails) == 1


def test_two_mailers_at_once_send_once(
    post: MailServer, engine: Engine, db_session: Session, clock: FrozenClock
) -> None:
    put(db_session, "a@example.org", "b@example.org")

    def begin_another() -> None:
        with make_sessions(engine)() as session:
            deliver(session, clock, to(post))

    post.on_mail = begin_another  # while the first mail is under way

    deliver(db_session, clock, to(post))
    assert arrived(post) == ["a@example.org", "b@example.org"]


def test_many_mailers_side_by_side_send_each_mail_once(
    post: MailServer, engine: Engine, db_session: Session, clock: FrozenClock
) -> None:
    everybody = [f"person{n}@example.org" for n in range(12)]
    put(db_session, *everybody)

    def work() -> None:
        with make_sessions(engine)() as session:
            deliver(session, clock, to(post))

    threads = [Thread(target=work) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(arrived(post)) == sorted(everybody)


@pytest.mark.parametrize(("at_most", "conversations"), [(None, 1), (2, 3)])
def test_mails_in_a_row_go_over_one_connection_until_the_server_closes_it(
    post: MailServer, db_session: Session, clock: FrozenClock, at_most: int | None, conversations: int
) -> None:
    post.at_most = at_most
    everybody = [f"person{n}@example.org" for n in range(5)]
    put(db_session, *everybody)

    perform(db_session, settings_of(to(post), clock), RULES, 1, clock())

    assert (arrived(post), post.conversations) == (everybody, conversations)
    assert {job.state for job in jobs(db_session)} == {JobState.DONE}


def test_many_mails_take_one_connection_and_a_few_statements(
    post: MailServer, engine: Engine, db_session: Session, clock: FrozenClock
) -> None:
    everybody = [f"person{n}@example.org" for n in range(300)]
    put(db_session, *everybody)
    sent, statements = list[int](), list[str]()
    with hearing(engine, lambda _cursor, statement, *_more: statements.append(statement)):
        perform(db_session, settings_of(to(post), clock), RULES, 1, clock(), lambda jobs: sent.append(len(jobs)))

    assert (arrived(post), post.conversations) == (everybody, 1)
    assert {job.state for job in jobs(db_session)} == {JobState.DONE}
    assert len({mail["Message-ID"] for mail in post.mails}) == len(everybody)
    assert sent[:2] == [1, 50]  # how many are claimed together; of these as many are carried as take a moment
    assert len(statements) < 12 * len(sent)


def test_mails_that_are_queued_together_are_as_those_that_are_queued_alone(
    db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case, noor = build.case_in_setup(db_session, cast, START).id, cast.noor.account_id or 0
    db_session.execute(text("delete from outbox_message"))
    db_session.execute(text("delete from job"))
    people = [Recipient(noor, mail_of("Noor"), "nl"), Recipient(noor, "", "nl"), Recipient(noor, "x@example.org", "en")]
    asked = [CaseMail(one, case, {"what": number}) for number, one in enumerate(people)]
    assert queue(db_session, MAIL, people[0], START, case=case, what=0)
    db_session.commit()
    alone = rows(db_session)

    assert [queue_many(db_session, MAIL, asked, START) for _ in range(2)] == [1, 0]  # Noor has hers, one has no address
    db_session.commit()

    kept = ("way", "conference_id", "participant_id", "account_id", "subject", "body", "link", "ring", "queued_at")
    first, second = rows(db_session)
    assert [first.id] == [one.id for one in alone]
    assert [getattr(second, name) for name in kept] == [getattr(first, name) for name in kept]
    assert (second.key, second.recipient, second.language) == ("test:2", "x@example.org", "en")
    assert [(job.subject, job.until) for job in jobs(db_session)] == [
        (one.id, START + DELIVERY_PERIOD) for one in (first, second)
    ]
    with nothing_sent(db_session):
        assert queue_many(db_session, MAIL, [CaseMail(people[2], case, {"what": 9})], START) == 0


def test_a_mail_is_ascii_in_short_lines_whatever_it_says(
    post: MailServer, db_session: Session, clock: FrozenClock
) -> None:
    link = f"{SITE}/l/{'a-key=' * 30}"
    rule = replace(MAIL, has_link=True, subject="Één", body=f".\n\nÉén regel. {'Zo lang als die is. ' * 20}\n\n.")
    queue(
        db_session,
        rule,
        Recipient(0, "els@example.org", "nl"),
        START,
        link=Link(link, START + DELIVERY_PERIOD),
        what="",
    )
    db_session.commit()

    deliver(db_session, clock, to(post))

    [mail] = post.mails
    lines = mail.as_bytes().split(b"\n")
    assert (max(map(len, lines)) <= 78, mail.as_bytes().isascii()) == (True, True)
    said = mail.get_content().replace("\r\n", "\n")
    assert (mail["Subject"], said) == ("Één", f"{rule.body}\n\n{link}\n\nOwn Plan\n")


def test_a_server_that_refuses_puts_a_mail_off_and_keeps_it(
    post: MailServer, db_session: Session, clock: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    put(db_session, "els@example.org", "jan@example.org")
    post.refuses["els@example.org"] = "451 <els@example.org> later"

    assert deliver(db_session, clock, to(post)) == DeliveryResult(sent=1, given_up=0, waiting=1)
    clock.advance(minutes=4, hours=0)
    assert deliver(db_session, clock, to(post)) == DeliveryResult(0, 0, 1)
    assert noted(caplog) == [
        {"what": "job failed", "job": 1, "kind": "mail", "subject": 1, "why": "SMTPRecipientsRefused 451"}
    ]
    assert [row.body for row in rows(db_session)] == ["Sign in with it.", ""]
    post.refuses.clear()
    clock.advance(minutes=1)

    assert deliver(db_session, clock, to(post)) == DeliveryResult(1, 0, 0)
    assert arrived(post) == ["jan@example.org", "els@example.org"]


def test_pauses_grow_until_a_mail_is_given_up(
    post: MailServer, db_session: Session, clock: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    put(db_session, "els@example.org", link=f"{SITE}/l/a-key")
    post.refuses["els@example.org"] = "452 4.2.2 full"
    pauses = []
    while deliver(db_session, clock, to(post)) == DeliveryResult(0, 0, 1):
        (job,) = jobs(db_session)
        pauses.append(job.due - clock())
        clock.set(job.due)

    hour = timedelta(hours=1)
    assert [pause / hour for pause in pauses] == [1 / 12, 1 / 4, 3 / 4, 2.25, 6.75, 20.25, 24, 24, 17 + 2 / 3]
    (row,) = rows(db_session)
    assert (row.given_up_at, row.sent_at, row.body, row.link) == (clock(), None, "", None)
    assert (clock(), jobs(db_session)[0].state) == (START + DELIVERY_PERIOD, JobState.FAILED)
    assert noted(caplog)[-1] == {
        "what": "job given up",
        "job": 1,
        "kind": "mail",
        "subject": 1,
        "why": "SMTPRecipientsRefused 452 4.2.2",
    }
    assert row.returned_at == clock()
    assert deliver(db_session, clock, to(post)) == DeliveryResult(0, 0, 0)


@pytest.mark.parametrize(
    ("says", "ends"),
    [
        ("550 nobody here", True),
        ("550 5.1.1 <els@example.org> is unknown", True),
        ("554 5.7.1 relaying is not allowed", False),
        ("450 4.2.0 greylisted, come again", False),
    ],
)
def test_an_address_that_takes_no_mail_is_known_at_once(
    post: MailServer, db_session: Session, clock: FrozenClock, says: str, ends: bool
) -> None:
    put(db_session, "els@example.org")
    post.refuses["els@example.org"] = says

    assert deliver(db_session, clock, to(post)) == DeliveryResult(0, given_up=int(ends), waiting=int(not ends))

    (row,) = rows(db_session)
    assert (row.returned_at, row.body) == ((clock(), "") if ends else (None, "Sign in with it."))


def test_a_server_that_does_not_let_us_send_says_nothing_of_an_address(
    post: MailServer, db_session: Session, clock: FrozenClock
) -> None:
    put(db_session, "els@example.org")
    post.refuses["els@example.org"] = "554 5.7.1 you are on a list"
    while deliver(db_session, clock, to(post)) == DeliveryResult(0, 0, 1):
        clock.set(jobs(db_session)[0].due)

    (row,) = rows(db_session)
    assert (row.given_up_at, row.returned_at) == (clock(), None)


@pytest.mark.parametrize("command", ["els@example.org", "DATA"])
def test_greylisting_lets_a_mail_in_that_comes_again(
    post: MailServer, db_session: Session, clock: FrozenClock, command: str
) -> None:
    put(db_session, "els@example.org")
    post.refuses[command] = "451 4.7.1 greylisted, come again in five minutes"
    assert deliver(db_session, clock, to(post)) == DeliveryResult(sent=0, given_up=0, waiting=1)
    post.refuses.clear()
    clock.set(jobs(db_session)[0].due)

    assert deliver(db_session, clock, to(post)) == DeliveryResult(sent=1, given_up=0, waiting=0)
    assert rows(db_session)[0].returned_at is None


@pytest.mark.parametrize(
    ("says", "ends"),
    [("550 5.1.1 nobody here", True), ("554 5.6.0 we do not like it", False), ("451 4.3.0 later", False)],
)
def test_a_mail_that_is_refused_when_it_is_there_says_nothing_of_its_address_unless_the_server_does(
    post: MailServer, db_session: Session, clock: FrozenClock, says: str, ends: bool
) -> None:
    put(db_session, "els@example.org", "jan@example.org")
    post.refuses["DATA"] = says

    deliver(db_session, clock, to(post))

    (row, _) = rows(db_session)
    assert (row.returned_at, row.given_up_at) == ((clock(), clock()) if ends else (None, None))
    assert {job.error for job in jobs(db_session)} == {f"SMTPDataError {' '.join(says.split()[:2])}"}
    assert post.conversations == 1


@pytest.mark.parametrize("says", ["451 4.7.1 too many from you", "553 5.7.1 you are not this sender"])
def test_a_sender_who_is_refused_is_that_of_all_mails_which_wait(
    post: MailServer, db_session: Session, clock: FrozenClock, says: str
) -> None:
    put(db_session, "els@example.org", "jan@example.org")
    post.refuses["MAIL"] = says

    deliver(db_session, clock, to(post))

    waits = (JobState.WAITING, 0)
    assert [(job.state, job.tries) for job in jobs(db_session)] == [waits, waits]
    assert jobs(db_session)[0].error == f"SMTPSenderRefused {' '.join(says.split()[:2])}"
    post.refuses.clear()
    clock.advance(minutes=1)
    assert deliver(db_session, clock, to(post)) == DeliveryResult(sent=2, given_up=0, waiting=0)


@pytest.mark.parametrize("command", ["EHLO", "MAIL", "RCPT", "DATA"])
def test_a_server_that_does_not_answer_is_not_waited_for(
    post: MailServer, db_session: Session, clock: FrozenClock, command: str
) -> None:
    put(db_session, "els@example.org")
    post.is_silent_at = command

    deliver(db_session, clock, replace(to(post), timeout=1))

    (job,) = jobs(db_session)
    assert (job.state, job.error) == (JobState.WAITING, "TimeoutError")
    assert job.tries == (command != "EHLO")  # it is about this mail, or about none
    post.is_silent_at = ""
    clock.set(job.due)
    assert deliver(db_session, clock, to(post)) == DeliveryResult(sent=1, given_up=0, waiting=0)


def test_a_server_that_never_greets_is_not_waited_for(db_session: Session, clock: FrozenClock) -> None:
    put(db_session, "els@example.org")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        found = load_mail(f"smtp://127.0.0.1:{silent.getsockname()[1]}", FROM)
        assert found is not None

        deliver(db_session, clock, replace(found, connect_timeout=0.2))

    (job,) = jobs(db_session)
    assert (job.tries, job.due) == (0, START + UNAVAILABLE_PAUSE)


def test_a_connection_that_breaks_within_a_mail_costs_that_one_a_try_and_no_other(
    post: MailServer, db_session: Session, clock: FrozenClock
) -> None:
    put(db_session, "els@example.org", "jan@example.org")
    post.hangs_up = "DATA"
    assert deliver(db_session, clock, to(post)) == DeliveryResult(0, 0, 2)
    assert ({job.tries for job in jobs(db_session)}, post.mails) == ({1}, [])
    post.hangs_up = ""
    clock.advance(minutes=5)

    assert deliver(db_session, clock, to(post)) == DeliveryResult(2, 0, 0)


@pytest.mark.parametrize(
    ("address", "name"), [("https://plan.example.org", "plan.example.org"), ("http://127.0.0.1:8000", None)]
)
def test_the_mail_server_hears_the_name_of_the_service(
    post: MailServer, db_session: Session, clock: FrozenClock, tmp_path: Path, address: str, name: str | None
) -> None:
    put(db_session, "els@example.org")
    config.make_keys(tmp_path / "keys.json")
    settings = config.load_settings(
        {
            "EKC_INSTANCE": str(tmp_path),
            "EKC_BASE_URL": address,
            "EKC_MAIL_URL": f"smtp://localhost:{post.port}",
            "EKC_MAIL_FROM": FROM,
        }
    )

    deliver(db_session, clock, settings.mail)

    assert list(post.names.values()) == [name or smtplib.SMTP().local_hostname]


@pytest.mark.parametrize(
    ("address", "sent_to"),
    [
        ("els@münchen.example.org", "els@xn--mnchen-3ya.example.org"),
        ("o'els@例え.jp", "o'els@xn--r8jz45g.jp"),
    ],
)
def test_a_domain_with_other_letters_is_encoded(
    post: MailServer, db_session: Session, clock: FrozenClock, address: str, sent_to: str
) -> None:
    put(db_session, address)

    assert deliver(db_session, clock, to(post)) == DeliveryResult(sent=1, given_up=0, waiting=0)
    assert arrived(post) == [sent_to]


def test_a_link_is_not_sent_when_it_works_no_longer(
    post: MailServer, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    ask_new_password(db_session, clock(), "noor@example.org", SITE)
    clock.advance(hours=1)

    assert deliver(db_session, clock, to(post)) == DeliveryResult(sent=0, given_up=1, waiting=0)
    assert (post.conversations, rows(db_session)[0].link) == (0, None)


def test_what_was_cut_off_is_sent_again_and_can_be_known(
    post: MailServer, db_session: Session, clock: FrozenClock
) -> None:
    put(db_session, "els@example.org", "jan@example.org")
    post.hangs_up = "mail"
    assert deliver(db_session, clock, to(post)) == DeliveryResult(0, 0, 2)
    post.hangs_up = ""
    clock.advance(minutes=5)

    assert deliver(db_session, clock, to(post)) == DeliveryResult(2, 0, 0)
    names = [mail["Message-ID"] for mail in post.mails]
    assert (names[:2], len(set(names))) == (names[2:], 2)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("els@example.org, jan@example.org", "ValueError"),
        ("els@example.org\r\nBcc: jan@example.org", "ValueError"),
        ("nobody", "InvalidHeaderDefect"),
        ("élan@example.org", "NonASCIILocalPartDefect"),
    ],
)
def test_a_wrong_address_goes_nowhere_and_stops_nobody(
    post: MailServer,
    db_session: Session,
    clock: FrozenClock,
    caplog: pytest.LogCaptureFixture,
    wrong: str,
    why: str,
) -> None:
    put(db_session, wrong, "mila@example.org")

    assert deliver(db_session, clock, to(post)) == DeliveryResult(sent=1, given_up=0, waiting=1)
    assert arrived(post) == ["mila@example.org"]
    assert [str(line["why"]).split()[0] for line in noted(caplog)] == [why]


def test_a_row_that_cannot_be_read_stops_nobody(
    post: MailServer, engine: Engine, db_session: Session, clock: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    put(db_session, "els@example.org", "jan@example.org")
    with engine.begin() as connection:
        connection.execute(text("update outbox_message set subject = recipient where id = 1"))

    assert deliver(db_session, clock, to(post)) == DeliveryResult(sent=1, given_up=0, waiting=1)
    assert [str(line["why"]).split()[0] for line in noted(caplog)] == ["Unreadable"]


def test_nothing_of_a_mail_is_in_the_log(
    post: MailServer, db_session: Session, clock: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    put(db_session, "els@example.org", "els@example.org, x", "jan@example.org", link=f"{SITE}/l/a-key")
    post.refuses["jan@example.org"] = "550 jan@example.org is unknown"

    deliver(db_session, clock, to(post))

    told = [f"{line.getMessage()} {getattr(line, 'facts', '')}" for line in caplog.records]
    assert len(told) == 3
    said = ("els", "jan@", "a-key", "password", "Sign in", "Own Plan")
    assert [word for word in said if word in " ".join(told)] == []


def test_a_server_that_cannot_be_reached_costs_no_mail_a_try(
    post: MailServer, db_session: Session, clock: FrozenClock
) -> None:
    put(db_session, "els@example.org")
    with mail_server() as gone:
        nobody = to(gone)

    assert deliver(db_session, clock, nobody) == DeliveryResult(0, 0, 1)

    assert [(job.tries, job.due, job.error) for job in jobs(db_session)] == [
        (0, START + UNAVAILABLE_PAUSE, "Connection refused")
    ]


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_a_certificate_is_looked_at(
    db_session: Session,
    clock: FrozenClock,
    tls: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put(db_session, "els@example.org")
    certificates = make_certificates(tmp_path)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    user = f"plan:{SECRET}".replace("@", "%40").replace(":wo/", "%3Awo%2F")
    with mail_server(tls, certificates.server) as server:
        server.password = SECRET
        scheme, more = ("smtps", "") if tls == "tls" else ("smtp", "?tls=starttls")
        found = load_mail(f"{scheme}://{user}@localhost:{server.port}{more}", FROM)
        deliver(db_session, clock, found)
        (job,) = jobs(db_session)
        assert (server.mails, job.tries, "certificate verify failed" in (job.error or "")) == ([], 0, True)
        clock.set(job.due)

        monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))
        assert deliver(db_session, clock, found) == DeliveryResult(1, 0, 0)
        assert server.signed_in == [("plan", SECRET)]


def test_nothing_is_said_in_the_open_to_a_server_without_tls(
    post: MailServer, db_session: Session, clock: FrozenClock
) -> None:
    put(db_session, "els@example.org")
    found = load_mail(f"smtp://plan:secret@localhost:{post.port}?tls=starttls", FROM)

    deliver(db_session, clock, found)

    assert (post.mails, post.signed_in, jobs(db_session)[0].error) == ([], [], "SMTPNotSupportedError")


def test_a_refused_password_is_not_repeated(
    post: MailServer, db_session: Session, clock: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    put(db_session, "els@example.org")
    post.password = "another"
    found = load_mail(f"smtp://plan:secret@localhost:{post.port}", FROM)

    deliver(db_session, clock, found)

    assert jobs(db_session)[0].error == "SMTPAuthenticationError 535 5.7.8"
    assert ("secret" in repr(found), "secret" in caplog.text) == (False, False)
