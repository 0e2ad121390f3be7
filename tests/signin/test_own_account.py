"""My sign-in: the page, changing the password, and current sign-ins."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.models import Account
from ekc.core.audit import AuditEvent, read_detail
from ekc.core.outbox import OutboxMessage
from ekc.signin.actions.passwords import check_password
from ekc.signin.actions.sessions import sign_in_account
from ekc.signin.models import Method
from ekc.signin.queries import sign_ins_of
from tests.build import registered_case
from tests.cast import COST, PASSWORD, Cast, enter, sign_in_by_password
from tests.client import PageClient
from tests.clock import FrozenClock

NEW = "four wheels and a kettle"
PRESENT, CHOSEN, AGAIN = "The password you have now", "New password", "New password once more"


def test_the_page_is_behind_ones_own_name(client: PageClient, cast: Cast) -> None:
    sign_in_by_password(client, cast.noor)

    page = client.follow("Noor van Dijk: my sign-in")

    assert (page.url, page.heading) == ("/account", "My sign-in")
    assert "Name Noor van Dijk Email address noor@example.org Phone not given Language English" in page.text


def test_somebody_by_personal_link_has_none(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = registered_case(db_session, cast, clock())
    page = enter(client, db_session, clock(), case.id, case.people["marieke"])

    assert not any(path == "/account" for _, path in page.links)
    assert [client.get(path).status_code for path in ("/account", "/account/second-factor")] == [404, 404]


def test_ones_own_phone_is_written_down(client: PageClient, cast: Cast, db_session: Session) -> None:
    sign_in_by_password(client, cast.noor)
    client.page("/account")

    page = client.submit("Save my phone number", {"Phone": "01632 960010 "})

    assert "Email address noor@example.org Phone 01632 960010 Language English" in page.text
    assert client.form("Save my phone number").shown("Phone") == "01632 960010"
    lines = db_session.scalars(select(AuditEvent).where(AuditEvent.action == "account.changed"))
    said = {"actor": "Noor van Dijk", "account": cast.noor.account_id, "fields": "phone"}
    assert [read_detail(db_session, line) for line in lines] == [said]
    assert "Phone not given" in client.submit("Save my phone number", {"Phone": ""}).text


def test_another_password_is_chosen(
    app: Flask, client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    elsewhere = app.test_client()
    assert isinstance(elsewhere, PageClient)
    sign_in_by_password(elsewhere, cast.noor)
    sign_in_by_password(client, cast.noor)
    client.page("/account")

    page = client.submit("Change my password", {PRESENT: PASSWORD, CHOSEN: NEW, AGAIN: NEW})

    assert "You have a new password. Everywhere else you were signed out." in page.text
    assert (client.get("/account").status_code, elsewhere.get("/account").status_code) == (200, 302)
    found = [check_password(db_session, clock(), "noor@example.org", word, COST) for word in (PASSWORD, NEW)]
    assert found == [None, cast.noor.account_id]
    sent = db_session.execute(select(OutboxMessage.recipient, OutboxMessage.subject, OutboxMessage.conference_id)).all()
    assert [tuple(row) for row in sent] == [("noor@example.org", "Your password was changed", None)]
    line = db_session.scalars(select(AuditEvent).where(AuditEvent.action == "account.password_set")).one()
    assert read_detail(db_session, line) == {"actor": "Noor van Dijk", "account": cast.noor.account_id}


@pytest.mark.parametrize(
    ("present", "chosen", "again", "errors"),
    [
        (NEW, NEW, NEW, ["This is not the password you have now. Type it again. Nothing was changed."]),
        (PASSWORD, NEW, NEW + "s", [f"{AGAIN}: These two are not the same. Type both again."]),
        (PASSWORD, "short", "short", ["Choose a password of at least 12 characters."]),
        (
            PASSWORD,
            "Noor van Dijk!",
            "Noor van Dijk!",
            ["Choose a password without your name, your email address or the name of this program."],
        ),
        ("", NEW, NEW, [f"{PRESENT}: Type the password you have now."]),
    ],
)
def test_a_password_is_not_chosen(
    client: PageClient,
    cast: Cast,
    db_session: Session,
    clock: FrozenClock,
    present: str,
    chosen: str,
    again: str,
    errors: list[str],
) -> None:
    sign_in_by_password(client, cast.noor)
    client.page("/account")

    page = client.refused("Change my password", {PRESENT: present, CHOSEN: chosen, AGAIN: again})

    assert page.errors == errors
    assert page.status in (409, 422)
    assert not any(word in page.html for word in (NEW, PASSWORD))  # a password is never shown
    assert check_password(db_session, clock(), "noor@example.org", PASSWORD, COST) == cast.noor.account_id


def test_without_a_password_there_is_none_to_change(client: PageClient, cast: Cast, db_session: Session) -> None:
    sign_in_by_password(client, cast.noor)
    db_session.get_one(Account, cast.noor.account_id).password_hash = None
    db_session.commit()

    page = client.page("/account")

    assert "You have no password here." in page.text
    assert page.buttons == ["Sign out", "Save my phone number"]


def test_where_one_is_signed_in_is_shown_and_ended(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    noor, began = cast.noor.account_id or 0, clock()
    for method, device in (
        (Method.CODE, "Safari, iPhone"),
        (Method.PROVIDER, "Firefox, Windows"),
        (Method.PASSKEY, ""),
    ):
        sign_in_account(db_session, began, noor, method, device)
    clock.advance(hours=2)
    sign_in_by_password(client, cast.noor)
    page = client.page("/account")
    assert "with a password · just now this one" in page.text
    assert "Safari, iPhone with a password and a code · 2 hours ago last used 2 hours ago" in page.text
    assert "Unknown device with a passkey · 2 hours ago" in page.text

    client.submit("Sign out there", near="Safari, iPhone")
    assert [row.method for row in sign_ins_of(db_session, clock(), noor)] == [
        Method.PASSWORD,
        Method.PASSKEY,
        Method.PROVIDER,
    ]
    db_session.rollback()
    page = client.submit("Sign out everywhere but here")

    assert "2 other devices are signed out." in page.text
    assert [row.method for row in sign_ins_of(db_session, clock(), noor)] == [Method.PASSWORD]
    assert "Sign out everywhere but here" not in page.buttons
    ended = select(AuditEvent).where(AuditEvent.action == "account.sign_ins_ended").order_by(AuditEvent.seq)
    assert [read_detail(db_session, line) for line in db_session.scalars(ended)] == [
        {"actor": "Noor van Dijk", "count": 1},
        {"actor": "Noor van Dijk", "count": 2},
    ]


def test_nobody_signs_somebody_else_out(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    denise = cast.denise.account_id or 0
    theirs = sign_in_account(db_session, clock(), denise, Method.PASSWORD).id
    sign_in_by_password(client, cast.noor)
    page = client.page("/account")
    token = next(c.attrib["value"] for c in page.all("input") if c.get("name") == "csrf_token")

    found = [
        client.post(f"/account/sign-ins/{number}/end", data={"csrf_token": token}).status_code
        for number in (theirs, 0, 99, 2**31, 10**30)
    ]

    assert found == [404] * 5
    assert [row.id for row in sign_ins_of(db_session, clock(), denise)] == [theirs]
