"""The audit: one event for each action, no changes afterwards, and a chain that reveals changes."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ekc.core.audit import SYSTEM, AuditEvent, broken_chains, read_detail, record
from ekc.core.db import make_sessions
from ekc.core.transaction import writing
from ekc.plans.models import PlanVersion
from tests import build
from tests.cast import Cast
from tests.clock import START


def three_lines(session: Session) -> None:
    with writing(session):
        for number in range(3):
            record(session, SYSTEM, START, "case.read", 7, page=f"page {number}")


def untied(engine: Engine, *statements: str) -> None:
    """Change what the triggers protect, as a user with full rights on the database could."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("set local session_replication_role = replica"))
        else:
            for verb in ("update", "delete"):
                connection.execute(text(f"drop trigger audit_event_no_{verb}"))
            connection.execute(text("pragma defer_foreign_keys = on"))
        for statement in statements:
            connection.execute(text(statement))


def test_lines_follow_each_other(db_session: Session) -> None:
    three_lines(db_session)
    events = db_session.scalars(select(AuditEvent).order_by(AuditEvent.seq)).all()
    assert [(e.chain, e.seq, read_detail(db_session, e)["page"]) for e in events] == [
        ("case:7", 1, "page 0"),
        ("case:7", 2, "page 1"),
        ("case:7", 3, "page 2"),
    ]
    assert list(broken_chains(db_session)) == []


def test_two_begin_a_chain_at_once(engine: Engine) -> None:
    together, failed = Barrier(2), list[BaseException]()

    def begin() -> None:
        with make_sessions(engine)() as session:
            together.wait(10)
            try:
                with writing(session):
                    record(session, SYSTEM, START, "signed_in")
            except BaseException as error:
                failed.append(error)

    both = [Thread(target=begin) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(20)
    with make_sessions(engine)() as session:
        assert (failed, list(session.scalars(select(AuditEvent.seq))), list(broken_chains(session))) == ([], [1, 2], [])


@pytest.mark.parametrize("statement", [update(AuditEvent).values(action="x"), delete(AuditEvent)])
def test_the_database_refuses_to_change_a_line(db_session: Session, statement: object) -> None:
    three_lines(db_session)
    with pytest.raises(DBAPIError, match="append-only"):
        db_session.execute(statement)  # type: ignore[call-overload]
    db_session.rollback()


@pytest.mark.parametrize(
    "tampering",
    [
        "update audit_event set action = 'case.other' where seq = 2",
        "update audit_event set actor_id = 9 where seq = 1",
        "delete from audit_event where seq = 2",
        "delete from audit_event where seq = 3",
        "delete from audit_event",
        "update audit_head set seq = 2",
    ],
)
def test_tampering_shows(engine: Engine, db_session: Session, tampering: str) -> None:
    three_lines(db_session)
    db_session.rollback()
    untied(engine, tampering)
    assert list(broken_chains(db_session)) == ["case:7"]


def test_an_agreed_plan_cannot_be_changed_either(db_session: Session, cast: Cast) -> None:
    build.case_in_evaluation(db_session, cast, START)
    with pytest.raises(DBAPIError, match="append-only"):
        db_session.execute(update(PlanVersion).values(number=2))
    db_session.rollback()
