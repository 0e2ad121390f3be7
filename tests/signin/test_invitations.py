"""Choosing a password by invitation or password reset: single use, expiry, and no disclosure of accounts."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import PROGRAM, By, Office
from ekc.accounts.models import Account
from ekc.core.audit import AuditEvent, read_detail
from ekc.core.outbox import OutboxMessage
from ekc.signin.actions import invitations, passwords
from ekc.signin.models import Invitation, Purpose
from ekc.signin.queries import live_invitation, sign_ins_of
from ekc.staff.actions import closing, inviting
from ekc.staff.actions.accounts import NewAccount
from ekc.staff.actions.inviting import invite, open_by_invitation
from ekc.workflow.vocabulary import Role
from tests.cast import COST, PASSWORD, Cast, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.journey.counting import counted

SITE = "http://localhost"
GOOD = "seven slow blue boats"
GONE = "This invitation does not work any more"
ASKED = (
    "If there is an account with this address, an email is on its way to it. The link in it works for one hour. "
    "Does nothing come? Ask your administrator for a new invitation."
)


def mails(session: Session) -> list[OutboxMessage]:
    """What was put in the outbox for nobody's case, in order."""
    session.rollback()
    found = select(OutboxMessage).where(OutboxMessage.conference_id.is_(None)).order_by(OutboxMessage.id)
    return list(session.scalars(found))


def path(link: str | None) -> str:
    """The path of a link."""
    assert link is not None, "it goes by email alone"
    assert link.startswith(f"{SITE}/")
    return link.removeprefix(SITE)


def chosen(password: str, again: str | None = None) -> dict[str, str]:
    return {"Your password": password, "The same once more": password if again is None else again}


@pytest.fixture
def fatima(db_session: Session, cast: Cast) -> str:
    """The path by which Fatima, a new coordinator in the North, chooses her password."""
    new = NewAccount(
        name="Fatima Haddou",
        email="fatima@example.org",
        region_id=cast.north,
        roles=(Office(Role.COORDINATOR), Office(Role.REGIONAL_MANAGER, cast.north)),
        language="nl",
    )
    return path(open_by_invitation(By(db_session, cast.bas, START), new, SITE)[1])


def test_an_invitation_lets_somebody_choose_a_password_once(client: PageClient, fatima: str) -> None:
    client.page(fatima)
    page = client.submit("Go on")
    assert (page.url, page.heading) == ("/choose-password", "Hello, Fatima Haddou")
    assert "coordinator regional manager of North" in page.text

    page = client.submit("Use this password", chosen(GOOD))

    assert page.heading == "Hallo Fatima"  # she reads Dutch
    assert page.flashes == ["Je bent ingelogd. Vanaf nu log je in met je e-mailadres en dit wachtwoord."]
    client.page("/")
    client.submit("Uitloggen")
    assert client.page(fatima, status=404).heading == GONE
    client.page("/sign-in")
    page = client.submit("Sign in", {"Email address": "fatima@example.org", "Password": GOOD})
    assert page.heading == "Hallo Fatima"


def test_the_mail_has_the_link_and_no_name(db_session: Session, cast: Cast, fatima: str) -> None:
    [mail] = [one for one in mails(db_session) if one.link]

    assert (mail.recipient, mail.subject, mail.language, mail.link) == (
        "fatima@example.org",
        "Choose your password",
        "nl",
        SITE + fatima,
    )
    assert {"Fatima", "Bas", "North"} & set(mail.body.split()) == set()
    token = fatima.rpartition("/")[2]
    assert token.encode() not in db_session.scalars(select(Invitation.token_hash)).one()


def test_looking_at_the_link_does_not_use_it_up(app: Flask, client: PageClient, fatima: str) -> None:
    for _ in range(3):
        assert client.head(fatima).status_code == 200
        assert "Fatima" not in client.page(fatima).text
    client.submit("Go on")
    on_the_phone = app.test_client()
    assert isinstance(on_the_phone, PageClient)
    on_the_phone.page(fatima)
    on_the_phone.submit("Go on")
    on_the_phone.submit("Use this password", chosen(GOOD))

    assert client.refused("Use this password", chosen("another one of these"), status=404).heading == GONE


def test_the_key_stays_in_the_address_of_its_own_page(client: PageClient, fatima: str) -> None:
    """Whatever else is asked for, a log of addresses below other paths never has it; nor does a browser pass it on."""
    page = client.page(fatima)
    token = fatima.rpartition("/")[2]
    addresses = {a.get("href", "") for a in page.all("a")} | {form.get("action", "") for form in page.all("form")}
    assert {address for address in addresses if token in address and not address.startswith("/invitations/")} == set()
    for address in (fatima, f"{fatima}/language/nl", "/invitations/never-made", "/sign-in/from/nobody?code=x&state=y"):
        answer = client.get(address)
        headers = (answer.headers["Referrer-Policy"], answer.headers["X-Robots-Tag"])
        assert headers == ("no-referrer", "noindex, nofollow, noarchive"), address

    dutch = client.follow("Nederlands")

    assert (dutch.url, dutch.tree.get("lang")) == (fatima, "nl")


def test_what_does_not_work_any_more_looks_the_same(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock, fatima: str
) -> None:
    never = client.page("/invitations/never-made", status=404).text
    assert client.page("/choose-password", status=404).text == never
    account = db_session.scalars(select(Account.id).where(Account.email == "fatima@example.org")).one()

    renewed = path(invite(By(db_session, cast.bas, clock()), account, SITE))
    replaced = client.page(fatima, status=404).text
    client.page(renewed)
    inviting.withdraw_invitation(By(db_session, cast.bas, clock()), account)
    withdrawn = client.page(renewed, status=404).text
    old = path(invite(By(db_session, cast.bas, clock()), account, SITE))
    clock.advance(days=7)
    expired = client.page(old, status=404).text
    of_closed = path(invite(By(db_session, cast.bas, clock()), account, SITE))
    closing.close_account(By(db_session, cast.bas, clock()), account)

    assert {replaced, withdrawn, expired, client.page(of_closed, status=404).text} == {never}
    assert never.startswith(GONE)


def test_it_works_until_the_last_minute(client: PageClient, clock: FrozenClock, fatima: str) -> None:
    clock.advance(days=7, minutes=-1)
    client.page(fatima)
    client.submit("Go on")
    client.submit("Use this password", chosen(GOOD))


def test_a_weak_password_loses_nothing(client: PageClient, fatima: str) -> None:
    client.page(fatima)
    client.submit("Go on")

    assert client.refused("Use this password", chosen("too short"), status=422).errors == [
        "Your password: Choose a password of at least 12 characters."
    ]
    assert client.refused("Use this password", chosen("fatima@example.org"), status=422).errors == [
        "Your password: Choose a password without your name, your email address or the name of this program."
    ]
    assert client.refused("Use this password", chosen(GOOD, "seven slow blue goats"), status=422).errors == [
        "The same once more: These two are not the same. Type both again."
    ]
    assert client.form("Use this password").shown("Your password") == ""
    assert client.submit("Use this password", chosen(GOOD)).heading == "Hallo Fatima"


def test_whoever_was_in_before_signs_in_as_always(
    app: Flask, client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    """So that a second factor is asked of them; what was signed in before is out."""
    noor = cast.noor.account_id or 0
    sign_in(client, cast.noor)
    link = path(invite(By(db_session, PROGRAM, clock()), noor, SITE))
    other = app.test_client()
    assert isinstance(other, PageClient)
    other.page(link)
    other.submit("Go on")

    page = other.submit("Use this password", chosen(GOOD))

    assert (page.heading, "Your new password is set. Sign in with it." in page.text) == ("Sign in", True)
    assert client.page("/").heading == "Families and friends make their own plan"
    assert sign_ins_of(db_session, clock(), noor) == []
    assert [mail.subject for mail in mails(db_session)] == ["Choose your password", "Your password was changed"]


def test_a_password_chosen_in_the_browser_one_is_signed_in_with(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    sign_in(client, cast.noor)
    page = client.page(path(invite(By(db_session, PROGRAM, clock()), cast.noor.account_id or 0, SITE)))
    assert "You are signed in as Noor van Dijk." in page.text
    client.submit("Go on")

    assert client.submit("Use this password", chosen(GOOD)).heading == "Sign in"


def test_signing_in_makes_an_invitation_needless(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    link = path(invite(By(db_session, PROGRAM, clock()), cast.noor.account_id or 0, SITE))

    sign_in(client, cast.noor)

    assert client.page(link, status=404).heading == GONE


def forgot(client: PageClient, email: str) -> str:
    """Ask for a link to choose a new password; returns the message."""
    client.page("/sign-in")
    client.follow("Send me a way to choose a new password")
    return client.submit("Send the link", {"Email address": email}).text


def test_a_forgotten_password(client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock) -> None:
    noor = cast.noor.account_id or 0
    assert ASKED in forgot(client, " Noor@example.org")
    [mail] = mails(db_session)
    assert (mail.recipient, mail.subject) == ("noor@example.org", "Choose a new password")

    link = path(mail.link)
    clock.advance(minutes=59)
    client.page(link)
    client.submit("Go on")
    client.submit("Use this password", chosen(GOOD))

    db_session.rollback()
    assert passwords.check_password(db_session, clock(), "noor@example.org", PASSWORD, COST) is None
    assert passwords.check_password(db_session, clock(), "noor@example.org", GOOD, COST) == noor
    assert client.page(link, status=404).heading == GONE


def test_the_mailed_way_ends_after_an_hour_and_by_a_new_one(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    invited = path(invite(By(db_session, PROGRAM, clock()), cast.noor.account_id or 0, SITE))
    forgot(client, "noor@example.org")
    first = path(mails(db_session)[-1].link)
    forgot(client, "noor@example.org")
    second = path(mails(db_session)[-1].link)

    assert client.page(first, status=404).heading == GONE
    client.page(second)
    clock.advance(hours=1)
    assert client.page(second, status=404).heading == GONE
    client.page(invited)  # asking for a new password, which anybody can, does not end an invitation


def test_nobody_learns_who_has_an_account(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock, fatima: str
) -> None:
    """Nor is anything sent to who is closed, has left, or never had a password."""
    closing.close_account(By(db_session, cast.bas, clock()), cast.iris.account_id or 0)
    closing.set_leaving(By(db_session, cast.bas, clock()), cast.denise.account_id or 0, START.date())
    clock.advance(days=1)
    before = len(mails(db_session))

    told = {
        forgot(client, email)
        for email in ("nobody@example.org", "iris@example.org", "denise@example.org", "fatima@example.org")
    }

    assert len(told) == 1
    assert len(mails(db_session)) == before
    assert forgot(client, "noor@example.org") in told
    assert len(mails(db_session)) == before + 1


def test_the_work_before_the_answer_tells_nobody_who_has_an_account(
    app: Flask, client: PageClient, cast: Cast, db_session: Session
) -> None:
    """Times are not measured; the SQL statements before the response are compared."""
    client.page("/forgotten-password")
    token = dict(client.form("Send the link").fill({}).fields)["csrf_token"]
    before, all_of_it = [], []
    for email in ("noor@example.org", "nobody@example.org"):
        with counted(app) as sent:
            answer = FlaskClient.open(
                client, "/forgotten-password", method="POST", data={"email": email, "csrf_token": token}, buffered=False
            )
            before.append(tuple(sent))
            answer.close()  # it was read to its end
        all_of_it.append(tuple(sent))
        assert answer.status_code == 303

    assert before[0] == before[1]
    assert all("outbox" not in statement and "invitation" not in statement for statement in before[0])
    assert all_of_it[0] != all_of_it[1]
    assert [mail.recipient for mail in mails(db_session)] == ["noor@example.org"]


def test_one_account_gets_no_flood_of_mail(db_session: Session, cast: Cast) -> None:
    for minutes in range(10):
        invitations.ask_new_password(db_session, START + timedelta(minutes=minutes), "noor@example.org", SITE)
    assert len(mails(db_session)) == 3

    invitations.ask_new_password(db_session, START + timedelta(minutes=61), "noor@example.org", SITE)
    assert len(mails(db_session)) == 4


def test_asking_is_slowed_down(client: PageClient, cast: Cast) -> None:
    for _ in range(5):
        forgot(client, "nobody@example.org")

    client.page("/forgotten-password")
    client.refused("Send the link", {"Email address": "Nobody@Example.org"}, status=429)
    assert ASKED in forgot(client, "noor@example.org")


def test_all_of_it_is_audited(db_session: Session, cast: Cast, fatima: str) -> None:
    token_hash = db_session.scalars(select(Invitation.token_hash)).one()
    found = live_invitation(db_session, START, token_hash)
    assert found is not None
    invitations.choose_password(db_session, START, token_hash, GOOD, COST)
    invitations.ask_new_password(db_session, START, "nobody@example.org", SITE)
    invitations.ask_new_password(db_session, START, "fatima@example.org", SITE)
    again = invite(By(db_session, PROGRAM, START), found.account_id, SITE)
    inviting.withdraw_invitation(By(db_session, cast.bas, START), found.account_id)

    events = db_session.scalars(select(AuditEvent).order_by(AuditEvent.seq)).all()[8:]  # after the cast itself
    told = [(event.action, event.actor_id, read_detail(db_session, event)) for event in events]
    bas, account = {"actor": "Bas Mulder"}, {"account": found.account_id}
    assert told == [
        ("account.opened", cast.bas.account_id, bas | account | {"roles": "coordinator, regional_manager"}),
        ("account.invited", cast.bas.account_id, bas | account),
        ("account.password_set", found.account_id, account | {"actor": "Fatima Haddou", "by": Purpose.INVITATION}),
        ("account.new_password_asked", None, {}),
        ("account.new_password_asked", None, account),
        ("account.invited", None, account),
        ("account.invitation_withdrawn", cast.bas.account_id, bas | account),
    ]
    assert path(again).rpartition("/")[2] not in str(told)


def test_the_page_of_a_link_is_not_kept_for_others(client: PageClient, fatima: str) -> None:
    assert client.get(fatima).headers["Cache-Control"] == "private, no-store"


def test_a_cookie_of_an_earlier_release_opens_nothing(client: PageClient, cast: Cast) -> None:
    """It held the number of an invitation."""
    with client.session_transaction() as session:
        session["invitation"] = 1
    assert client.page("/choose-password", status=404).heading == GONE


def test_an_invitation_that_is_used_or_revoked_is_mailed_no_more(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock, fatima: str
) -> None:
    """The mail server was away meanwhile, and Fatima had the link in another way."""
    assert [mail.link for mail in mails(db_session) if mail.link] == [f"{SITE}{fatima}"]
    client.page(fatima)
    client.submit("Go on")
    client.submit("Use this password", chosen(GOOD))
    assert [mail for mail in mails(db_session) if mail.link] == []

    noor = cast.noor.account_id or 0
    for _ in range(2):
        invite(By(db_session, PROGRAM, clock.advance(minutes=1)), noor, SITE)
    assert len([mail for mail in mails(db_session) if mail.link]) == 1
