"""Roles across the organisation: given and taken by administrators, not to themselves, nor from the last one."""

import threading
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from ekc.accounts.access import PROGRAM, By, Office, Visitor
from ekc.accounts.queries import offices, visitor_of_account
from ekc.core.audit import AuditEvent, read_detail
from ekc.core.db import make_sessions
from ekc.core.errors import Refusal, Unknown
from ekc.core.outbox import OutboxMessage
from ekc.directory.models import Listing
from ekc.directory.queries import row_with
from ekc.staff.actions import accounts, closing, inviting, roles
from ekc.staff.actions import sign_in as sign_in_actions
from ekc.staff.actions.accounts import AccountDetails, NewAccount
from ekc.workflow.vocabulary import Role
from tests.cast import Cast, mail_of, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock

ADMINISTRATOR = Office(Role.ADMINISTRATOR)


def role_of(session: Session, who: Visitor, role: Role) -> int:
    """The id of the role that somebody has."""
    session.rollback()
    return next(held.id for held in offices(session, [who.account_id or 0])[who.account_id or 0] if held.role is role)


def again(session: Session, who: Visitor) -> Visitor:
    """The current visitor of an account."""
    session.rollback()
    found = visitor_of_account(session, who.account_id or 0)
    assert found is not None
    return found


def test_roles_are_given_and_taken(db_session: Session, cast: Cast) -> None:
    noor = cast.noor.account_id or 0
    for office in (
        Office(Role.REGIONAL_MANAGER, region_id=cast.south),
        Office(Role.CARE_MANAGER, municipality="Rivierstad"),
        Office(Role.CARE_MANAGER, municipality="Northfield"),
    ):
        roles.give_role(By(db_session, cast.bas, START), noor, office)
    roles.take_role(By(db_session, cast.bas, START), noor, role_of(db_session, cast.noor, Role.COORDINATOR))

    now = again(db_session, cast.noor)
    assert (now.roles, now.regions, now.municipalities) == (
        frozenset({Role.REGIONAL_MANAGER, Role.CARE_MANAGER}),
        frozenset({cast.south}),
        frozenset(row_with(db_session, Listing.MUNICIPALITIES, one) for one in ("Rivierstad", "Northfield")),
    )
    last = db_session.scalars(select(AuditEvent).order_by(AuditEvent.seq.desc())).first()
    assert last is not None
    detail = {"actor": "Bas Mulder", "account": noor, "role": "coordinator"}
    assert (last.action, read_detail(db_session, last)) == ("account.role_taken", detail)


def test_what_makes_no_role_is_refused(db_session: Session, cast: Cast) -> None:
    noor, ruud = cast.noor.account_id or 0, cast.ruud.account_id or 0
    for who, office in (
        (noor, Office(Role.COORDINATOR)),
        (ruud, Office(Role.REGIONAL_MANAGER, region_id=cast.north)),
        (noor, Office(Role.REGIONAL_MANAGER, region_id=99)),
    ):
        with pytest.raises(Refusal):
            roles.give_role(By(db_session, cast.bas, START), who, office)
    with pytest.raises(Unknown):
        roles.give_role(By(db_session, cast.bas, START), 99, ADMINISTRATOR)
    with pytest.raises(Unknown):  # of somebody else
        roles.take_role(By(db_session, cast.bas, START), noor, role_of(db_session, cast.ruud, Role.REGIONAL_MANAGER))
    with pytest.raises(Refusal, match="the only role"):
        roles.take_role(By(db_session, cast.bas, START), noor, role_of(db_session, cast.noor, Role.COORDINATOR))


def test_nobody_gives_themselves_a_role(db_session: Session, cast: Cast) -> None:
    with pytest.raises(Refusal, match="You cannot give yourself"):
        roles.give_role(By(db_session, cast.bas, START), cast.bas.account_id or 0, Office(Role.COORDINATOR))

    assert again(db_session, cast.bas) == cast.bas


def test_only_an_administrator_gives_roles(db_session: Session, cast: Cast) -> None:
    role = role_of(db_session, cast.denise, Role.COORDINATOR)
    for visitor in (cast.noor, cast.ruud, cast.mila, cast.nobody):
        with pytest.raises(Unknown):
            roles.give_role(By(db_session, visitor, START), cast.denise.account_id or 0, ADMINISTRATOR)
        with pytest.raises(Unknown):
            roles.take_role(By(db_session, visitor, START), cast.denise.account_id or 0, role)


def test_the_last_administrator_stays(db_session: Session, cast: Cast) -> None:
    bas, mila = cast.bas.account_id or 0, cast.mila.account_id or 0
    with pytest.raises(Refusal, match="the only administrator"):
        roles.take_role(By(db_session, cast.bas, START), bas, role_of(db_session, cast.bas, Role.ADMINISTRATOR))
    roles.give_role(By(db_session, cast.bas, START), mila, ADMINISTRATOR)
    mila_now = again(db_session, cast.mila)
    closing.set_leaving(By(db_session, mila_now, START), bas, date(2026, 3, 2))

    closing.close_account(By(db_session, mila_now, START), bas)

    with pytest.raises(Refusal, match="the only administrator"):
        roles.take_role(By(db_session, mila_now, START), mila, role_of(db_session, mila_now, Role.ADMINISTRATOR))


def test_nobody_closes_their_own_account(db_session: Session, cast: Cast) -> None:
    roles.give_role(By(db_session, cast.bas, START), cast.mila.account_id or 0, ADMINISTRATOR)

    with pytest.raises(Refusal, match="You cannot close your own account"):
        closing.close_account(By(db_session, cast.bas, START), cast.bas.account_id or 0)


def test_two_administrators_cannot_put_each_other_out(engine: Engine, db_session: Session, cast: Cast) -> None:
    roles.give_role(By(db_session, cast.bas, START), cast.mila.account_id or 0, ADMINISTRATOR)
    mila = again(db_session, cast.mila)
    db_session.rollback()
    together, told = threading.Barrier(2), []

    def put_out(by: Visitor, whom: Visitor) -> None:
        with make_sessions(engine)() as session:
            together.wait()
            try:
                closing.close_account(By(session, by, START), whom.account_id or 0)
            except Refusal as refusal:
                told.append(refusal.message)

    pairs = [(cast.bas, mila), (mila, cast.bas)]
    threads = [threading.Thread(target=put_out, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert told == ["%(name)s is the only administrator. Give somebody else that role first."]


def told(session: Session, subject: str) -> list[str]:
    """The recipients of a mail, in order; the mail names nobody."""
    session.rollback()
    mails = [m for m in session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)) if m.subject == subject]
    assert [mail.body for mail in mails if {"Noor", "Bas", "Fatima", "North"} & set(mail.body.split())] == []
    return [mail.recipient for mail in mails]


@pytest.fixture
def others(db_session: Session, cast: Cast) -> None:
    """Eva is administrator too, Karel a regional manager of the South, and Piet was an administrator."""
    for name, office in (
        ("Eva", ADMINISTRATOR),
        ("Karel", Office(Role.REGIONAL_MANAGER, region_id=cast.south)),
        ("Piet", ADMINISTRATOR),
    ):
        new = NewAccount(name=name, email=mail_of(name), region_id=cast.north, roles=(office,))
        account_id = accounts.open_account(By(db_session, cast.bas, START), new)
    closing.close_account(By(db_session, cast.bas, START), account_id)
    db_session.execute(delete(OutboxMessage))
    db_session.commit()


@pytest.mark.usefixtures("others")
def test_others_hear_who_comes_to_read_the_cases_of_a_region(db_session: Session, cast: Cast) -> None:
    manager = Office(Role.REGIONAL_MANAGER, region_id=cast.north)
    new = NewAccount(name="Fatima", email="fatima@example.org", region_id=cast.north, roles=(manager, ADMINISTRATOR))
    subject = "Somebody new reads the cases of a region"

    roles.give_role(By(db_session, cast.bas, START), cast.noor.account_id or 0, Office(Role.ADMINISTRATOR))
    assert told(db_session, subject) == []
    roles.give_role(By(db_session, cast.bas, START), cast.noor.account_id or 0, manager)
    assert told(db_session, subject) == ["ruud@example.org", "eva@example.org"]
    inviting.open_by_invitation(By(db_session, cast.bas, START), new, "http://localhost")
    assert told(db_session, subject)[2:] == ["noor@example.org", "ruud@example.org", "eva@example.org"]
    accounts.open_account(By(db_session, PROGRAM, START), replace(new, email="f@example.org", roles=(manager,)))
    everybody = ["noor", "ruud", "bas", "eva", "fatima"]
    assert told(db_session, subject)[5:] == [f"{name}@example.org" for name in everybody]


@pytest.mark.usefixtures("others")
def test_others_hear_that_a_second_step_was_taken_away(db_session: Session, cast: Cast) -> None:
    sign_in_actions.reset_second_factor(By(db_session, cast.bas, START), cast.noor.account_id or 0)

    assert told(db_session, "The second step of somebody was taken away") == ["ruud@example.org", "eva@example.org"]
    assert told(db_session, "Your second step was taken away") == ["noor@example.org"]


@pytest.mark.usefixtures("others")
def test_others_hear_that_a_mail_address_was_changed(db_session: Session, cast: Cast) -> None:
    details = AccountDetails(name="Noor van Dijk", email="other@example.org", region_id=cast.north)
    accounts.change_account(By(db_session, cast.bas, START), cast.noor.account_id or 0, details)

    assert told(db_session, "The email address of somebody was changed") == ["ruud@example.org", "eva@example.org"]


@pytest.mark.both_databases
def test_a_manager_sees_for_thirty_days_who_came_to_read(
    app: Flask, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    def sees(who: Visitor, path: str = "/") -> str:
        client = app.test_client()
        assert isinstance(client, PageClient)
        sign_in(client, who)
        return client.page(path).text

    new = "Since Monday 2 March 2026 Noor van Dijk can read the cases of North; Bas Mulder gave access."
    assert "New in your region" not in sees(cast.ruud)
    for region in (cast.north, cast.south):
        office = Office(Role.REGIONAL_MANAGER, region_id=region)
        roles.give_role(By(db_session, cast.bas, START), cast.noor.account_id or 0, office)

    at_ruuds, at_hers, regions = sees(cast.ruud), sees(cast.noor), sees(cast.bas, "/regions")

    assert (f"New in your region {new}" in at_ruuds, "cases of South" in at_ruuds) == (True, False)
    opened = "Since Monday 2 March 2026 Ruud Kramer can read the cases of North; access was given at the server."
    assert (opened in at_hers, "Noor van Dijk reads" in at_hers) == (True, False)
    assert [line in regions for line in (new, new.replace("North", "South"), opened)] == [True] * 3
    clock.advance(days=30)
    assert "New in your region" not in sees(cast.ruud)
