"""Accounts: opening and closing them, passwords, and the audit."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import PROGRAM, By, Office
from ekc.accounts.models import Account
from ekc.accounts.queries import regions, visitor_of_account
from ekc.core.audit import AuditEvent, broken_chains, read_detail
from ekc.core.errors import Refusal, Unknown
from ekc.core.outbox import OutboxMessage
from ekc.core.tokens import hash_token
from ekc.signin.actions import passwords, sessions
from ekc.signin.models import Method
from ekc.signin.queries import live_invitation, sign_ins_of
from ekc.staff.actions import accounts, closing, inviting, sign_in
from ekc.staff.actions import regions as regions_actions
from ekc.staff.actions.accounts import NewAccount
from ekc.workflow.vocabulary import Role
from tests.cast import COST, PASSWORD, Cast
from tests.clock import START


def said(session: Session) -> list[tuple[str, int | None, dict[str, str | int]]]:
    """The lines of the system's audit: action, actor, detail; those of the cast itself left out."""
    events = session.scalars(select(AuditEvent).where(AuditEvent.at > START).order_by(AuditEvent.seq))
    return [(event.action, event.actor_id, read_detail(session, event)) for event in events]


LATER = START + timedelta(hours=1)


@pytest.fixture
def new(cast: Cast) -> NewAccount:
    roles = (Office(Role.COORDINATOR), Office(Role.REGIONAL_MANAGER, region_id=cast.south))
    return NewAccount(
        name="Joris", email=" Joris@Example.org", region_id=cast.north, roles=roles, spoken=("nl", "pl"), language="nl"
    )


def test_an_account_is_opened_with_its_roles(db_session: Session, cast: Cast, new: NewAccount) -> None:
    account = accounts.open_account(By(db_session, cast.bas, LATER), new, COST)

    joris = visitor_of_account(db_session, account)
    assert joris is not None
    assert (joris.actor.name, joris.roles, joris.regions, joris.home_region, joris.language) == (
        "Joris",
        frozenset({Role.COORDINATOR, Role.REGIONAL_MANAGER}),
        frozenset({cast.south}),
        cast.north,
        "nl",
    )
    detail = {"actor": "Bas Mulder", "account": account, "roles": "coordinator, regional_manager"}
    assert said(db_session) == [("account.opened", cast.bas.account_id, detail)]


def test_what_makes_no_account_is_refused(db_session: Session, cast: Cast, new: NewAccount) -> None:
    wrong = [
        replace(new, email="noor@example.org"),
        replace(new, email="NOOR@example.org"),
        replace(new, email="joris"),
        replace(new, email="jo ris@example.org"),
        replace(new, password="too short"),
        replace(new, region_id=99),
        replace(new, roles=(Office(Role.REGIONAL_MANAGER, region_id=99),)),
    ]

    for account in wrong:
        with pytest.raises(Refusal):
            accounts.open_account(By(db_session, PROGRAM, LATER), account, COST)
    with pytest.raises(Refusal):
        regions_actions.add_region(By(db_session, PROGRAM, LATER), "North")
    assert said(db_session) == []


def test_only_an_administrator_opens_accounts(db_session: Session, cast: Cast, new: NewAccount) -> None:
    for visitor in (cast.noor, cast.ruud, cast.mila, cast.nobody):
        with pytest.raises(Unknown):
            accounts.open_account(By(db_session, visitor, LATER), new, COST)
        with pytest.raises(Unknown):
            regions_actions.add_region(By(db_session, visitor, LATER), "West")
        with pytest.raises(Unknown):
            closing.close_account(By(db_session, visitor, LATER), cast.denise.account_id or 0)
        with pytest.raises(Unknown):
            passwords.set_password(
                By(db_session, visitor, LATER), cast.denise.account_id or 0, "another good one", COST
            )
        with pytest.raises(Unknown):
            accounts.change_account(By(db_session, visitor, LATER), cast.denise.account_id or 0, new)
        with pytest.raises(Unknown):
            inviting.open_by_invitation(By(db_session, visitor, LATER), new, "http://localhost")
        with pytest.raises(Unknown):
            inviting.invite(By(db_session, visitor, LATER), cast.denise.account_id or 0, "http://localhost")
        with pytest.raises(Unknown):
            inviting.withdraw_invitation(By(db_session, visitor, LATER), cast.denise.account_id or 0)
        with pytest.raises(Unknown):
            sign_in.end_all_sign_ins(By(db_session, visitor, LATER), cast.denise.account_id or 0)
        with pytest.raises(Unknown):
            regions_actions.change_region(By(db_session, visitor, LATER), cast.north, "Middle", "Europe/London")


def test_nobody_gives_somebody_else_a_password(db_session: Session, cast: Cast) -> None:
    for visitor in (cast.bas, PROGRAM):
        with pytest.raises(Unknown):
            passwords.set_password(By(db_session, visitor, LATER), cast.noor.account_id or 0, "another good one", COST)


def test_sign_in_takes_the_right_password_alone(db_session: Session, cast: Cast) -> None:
    noor = cast.noor.account_id or 0
    tries = [
        ("noor@example.org", PASSWORD),
        (" Noor@EXAMPLE.org", PASSWORD),
        ("noor@example.org", "another good one"),
        ("noone@example.org", PASSWORD),
        ("", ""),
    ]

    entries = [passwords.check_password(db_session, LATER, email, password, COST) for email, password in tries]

    assert entries == [noor, noor, None, None, None]
    assert said(db_session) == [
        ("account.sign_in_refused", None, {"account": noor}),
        ("account.sign_in_refused", None, {}),
        ("account.sign_in_refused", None, {}),
    ]
    assert list(broken_chains(db_session)) == []


def test_an_account_without_password_has_none(db_session: Session, cast: Cast, new: NewAccount) -> None:
    accounts.open_account(By(db_session, PROGRAM, LATER), new, COST)

    assert passwords.check_password(db_session, LATER, "joris@example.org", "", COST) is None


def test_a_closed_account_lets_nobody_in(db_session: Session, cast: Cast) -> None:
    noor = cast.noor.account_id or 0
    sessions.sign_in_account(db_session, LATER, noor, Method.PASSWORD)

    closing.close_account(By(db_session, cast.bas, LATER), noor)

    assert passwords.check_password(db_session, LATER, "noor@example.org", PASSWORD, COST) is None
    assert (visitor_of_account(db_session, noor), sign_ins_of(db_session, LATER, noor)) == (None, [])
    with pytest.raises(Unknown):
        closing.close_account(By(db_session, cast.bas, LATER), noor)


def test_another_password_ends_all_sessions(db_session: Session, cast: Cast) -> None:
    noor = cast.noor.account_id or 0
    sessions.sign_in_account(db_session, LATER, noor, Method.PASSWORD)

    passwords.set_password(By(db_session, cast.noor, LATER), noor, "another good one", COST)

    assert passwords.check_password(db_session, LATER, "noor@example.org", PASSWORD, COST) is None
    assert passwords.check_password(db_session, LATER, "noor@example.org", "another good one", COST) == noor
    assert sign_ins_of(db_session, LATER, noor) == []


def test_a_dearer_check_is_made_at_the_next_sign_in(db_session: Session, cast: Cast) -> None:
    def kept() -> str | None:
        return db_session.scalar(select(Account.password_hash).where(Account.id == cast.noor.account_id))

    before = kept()
    passwords.check_password(db_session, LATER, "noor@example.org", PASSWORD, COST)
    assert kept() == before

    passwords.check_password(db_session, LATER, "noor@example.org", PASSWORD, (2, 8, 1))

    after = kept()
    assert after is not None
    assert after.startswith("$argon2id$v=19$m=8,t=2,p=1$")
    assert passwords.check_password(db_session, LATER, "noor@example.org", PASSWORD, (2, 8, 1)) is not None


def test_what_is_kept_of_somebody_is_changed(db_session: Session, cast: Cast, new: NewAccount) -> None:
    noor = cast.noor.account_id or 0
    link = inviting.invite(By(db_session, PROGRAM, LATER), noor, "http://localhost") or ""

    for _ in range(2):  # the second time nothing is new
        accounts.change_account(By(db_session, cast.bas, LATER), noor, new)

    account = db_session.get_one(Account, noor)
    assert (account.name, account.email, account.language) == ("Joris", "joris@example.org", "nl")
    detail = {"actor": "Bas Mulder", "account": noor, "fields": "name, email, introduction, language"}
    assert said(db_session)[1:] == [("account.changed", cast.bas.account_id, detail)]
    # Roles are given and taken one by one, so they stay as they were.
    assert visitor_of_account(db_session, noor) == replace(
        cast.noor, actor=replace(cast.noor.actor, name="Joris"), language="nl"
    )
    token = link.rpartition("/")[2]
    assert live_invitation(db_session, LATER, hash_token(token)) is None
    mails = list(db_session.execute(select(OutboxMessage.recipient, OutboxMessage.subject)))
    assert mails[-2:] == [
        ("noor@example.org", "Your email address was changed"),
        ("ruud@example.org", "The email address of somebody was changed"),
    ]


def test_a_taken_mail_address_changes_nothing(db_session: Session, cast: Cast, new: NewAccount) -> None:
    closing.close_account(By(db_session, cast.bas, START), cast.iris.account_id or 0)

    for taken in (" Denise@example.org", "iris@example.org", "noor", "no or@example.org"):
        with pytest.raises(Refusal):
            accounts.change_account(
                By(db_session, cast.bas, LATER), cast.noor.account_id or 0, replace(new, email=taken)
            )
    with pytest.raises(Refusal):
        accounts.change_account(By(db_session, cast.bas, LATER), cast.noor.account_id or 0, replace(new, region_id=99))
    with pytest.raises(Unknown):
        accounts.change_account(By(db_session, cast.bas, LATER), 99, new)

    assert visitor_of_account(db_session, cast.noor.account_id or 0) == cast.noor
    assert said(db_session) == []


def test_every_sign_in_of_somebody_is_ended(db_session: Session, cast: Cast) -> None:
    noor = cast.noor.account_id or 0
    for _ in range(2):
        sessions.sign_in_account(db_session, LATER, noor, Method.PASSWORD)
    sessions.sign_in_account(db_session, LATER, cast.denise.account_id or 0, Method.PASSWORD)

    sign_in.end_all_sign_ins(By(db_session, cast.bas, LATER), noor)

    assert sign_ins_of(db_session, LATER, noor) == []
    assert len(sign_ins_of(db_session, LATER, cast.denise.account_id or 0)) == 1
    detail = {"actor": "Bas Mulder", "account": noor, "ended": 2}
    assert said(db_session)[-1] == ("account.sign_ins_ended", cast.bas.account_id, detail)


def test_a_region_gets_another_name(db_session: Session, cast: Cast) -> None:
    regions_actions.change_region(By(db_session, cast.bas, LATER), cast.south, "Middle", "Europe/London")
    with pytest.raises(Refusal):
        regions_actions.change_region(By(db_session, cast.bas, LATER), cast.south, "North", "Europe/London")
    with pytest.raises(Unknown):
        regions_actions.change_region(By(db_session, cast.bas, LATER), 99, "West", "Europe/London")

    assert [(row.id, row.name) for row in regions(db_session)] == [(cast.south, "Middle"), (cast.north, "North")]
    detail = {"actor": "Bas Mulder", "region": "Middle", "before": "South", "timezone": "Europe/London"}
    assert said(db_session) == [("region.changed", cast.bas.account_id, detail)]
