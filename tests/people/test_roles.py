"""Roles across the organisation: given and taken by an administrator, never to oneself, and never from the last one."""

import threading
from datetime import date

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from ekc.core.audit import AuditEvent, read_detail
from ekc.core.db import make_sessions
from ekc.core.errors import Refusal, Unknown
from ekc.people import actions
from ekc.people.access import Visitor
from ekc.people.actions import Office
from ekc.people.queries import offices, visitor_of_account
from ekc.workflow.vocabulary import Role
from tests.cast import Cast
from tests.clock import START

ADMINISTRATOR = Office(Role.ADMINISTRATOR)


def role_of(session: Session, who: Visitor, role: Role) -> int:
    """The id of the role that somebody has."""
    session.rollback()
    return next(held.id for held in offices(session, [who.account_id or 0])[who.account_id or 0] if held.role is role)


def again(session: Session, who: Visitor) -> Visitor:
    """Who somebody is now."""
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
        actions.give_role(db_session, cast.bas, START, noor, office)
    actions.take_role(db_session, cast.bas, START, noor, role_of(db_session, cast.noor, Role.COORDINATOR))

    now = again(db_session, cast.noor)
    assert (now.roles, now.regions, now.municipalities) == (
        frozenset({Role.REGIONAL_MANAGER, Role.CARE_MANAGER}),
        frozenset({cast.south}),
        frozenset({"Rivierstad", "Northfield"}),
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
            actions.give_role(db_session, cast.bas, START, who, office)
    with pytest.raises(Unknown):
        actions.give_role(db_session, cast.bas, START, 99, ADMINISTRATOR)
    with pytest.raises(Unknown):  # of somebody else
        actions.take_role(db_session, cast.bas, START, noor, role_of(db_session, cast.ruud, Role.REGIONAL_MANAGER))
    with pytest.raises(Refusal, match="the only role"):
        actions.take_role(db_session, cast.bas, START, noor, role_of(db_session, cast.noor, Role.COORDINATOR))


def test_nobody_gives_themselves_a_role(db_session: Session, cast: Cast) -> None:
    with pytest.raises(Refusal, match="Nobody gives themselves"):
        actions.give_role(db_session, cast.bas, START, cast.bas.account_id or 0, Office(Role.COORDINATOR))

    assert again(db_session, cast.bas) == cast.bas


def test_only_an_administrator_gives_roles(db_session: Session, cast: Cast) -> None:
    role = role_of(db_session, cast.denise, Role.COORDINATOR)
    for visitor in (cast.noor, cast.ruud, cast.mila, cast.nobody):
        with pytest.raises(Unknown):
            actions.give_role(db_session, visitor, START, cast.denise.account_id or 0, ADMINISTRATOR)
        with pytest.raises(Unknown):
            actions.take_role(db_session, visitor, START, cast.denise.account_id or 0, role)


def test_the_last_administrator_stays(db_session: Session, cast: Cast) -> None:
    bas, mila = cast.bas.account_id or 0, cast.mila.account_id or 0
    with pytest.raises(Refusal, match="the only administrator"):
        actions.take_role(db_session, cast.bas, START, bas, role_of(db_session, cast.bas, Role.ADMINISTRATOR))
    actions.give_role(db_session, cast.bas, START, mila, ADMINISTRATOR)
    mila_now = again(db_session, cast.mila)
    actions.set_leaving(db_session, mila_now, START, bas, date(2026, 3, 2))

    actions.close_account(db_session, mila_now, START, bas)

    with pytest.raises(Refusal, match="the only administrator"):
        actions.take_role(db_session, mila_now, START, mila, role_of(db_session, mila_now, Role.ADMINISTRATOR))


def test_nobody_closes_their_own_account(db_session: Session, cast: Cast) -> None:
    actions.give_role(db_session, cast.bas, START, cast.mila.account_id or 0, ADMINISTRATOR)

    with pytest.raises(Refusal, match="Nobody closes their own account"):
        actions.close_account(db_session, cast.bas, START, cast.bas.account_id or 0)


def test_two_administrators_cannot_put_each_other_out(engine: Engine, db_session: Session, cast: Cast) -> None:
    actions.give_role(db_session, cast.bas, START, cast.mila.account_id or 0, ADMINISTRATOR)
    mila = again(db_session, cast.mila)
    db_session.rollback()
    together, told = threading.Barrier(2), []

    def put_out(by: Visitor, whom: Visitor) -> None:
        with make_sessions(engine)() as session:
            together.wait()
            try:
                actions.close_account(session, by, START, whom.account_id or 0)
            except Refusal as refusal:
                told.append(refusal.message)

    pairs = [(cast.bas, mila), (mila, cast.bas)]
    threads = [threading.Thread(target=put_out, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert told == ["%(name)s is the only administrator. Give somebody else that role first."]
