"""The audit: one event for each action, no changes afterwards, and a chain that reveals changes."""

from collections.abc import Iterable
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.core.audit import (
    SYSTEM,
    AuditEvent,
    AuditHead,
    broken_chains,
    chain_hash,
    read_detail,
    read_set_down,
    record,
    record_each,
    set_down,
)
from ekc.core.crypto import keyring_of
from ekc.core.db import make_sessions
from ekc.core.transaction import writing
from ekc.journey.queries.steps import untold_steps
from ekc.plans.actions.documents import issue_document
from ekc.plans.models import PlanVersion
from ekc.schema import APPEND_ONLY, metadata
from tests import build
from tests.cast import Cast
from tests.clock import START
from tests.hearing import hearing


def three_lines(session: Session) -> None:
    with writing(session):
        for number in range(3):
            record(session, SYSTEM, START, "case.read", 7, page=f"page {number}")


def untied(engine: Engine, *statements: str, table: str = "audit_event") -> None:
    """Change what the triggers protect, as a user with full rights on the database could."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("set local session_replication_role = replica"))
        else:
            for verb in ("update", "delete", "replace"):
                connection.execute(text(f"drop trigger if exists {table}_no_{verb}"))
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


def test_an_event_of_many_cases_takes_three_statements(engine: Engine, db_session: Session) -> None:
    three_lines(db_session)
    with writing(db_session):
        for case in range(8, 60):
            record(db_session, SYSTEM, START, "case.registered", case)
    sent = list[str]()

    def hear(_cursor: object, statement: str, *_more: object) -> None:
        sent.append(statement.partition(" ")[0])

    with hearing(engine, hear), writing(db_session):
        record_each(db_session, SYSTEM, START, "case.found", range(7, 60), roles="coordinator")
    assert sent == ["SELECT", "INSERT", "UPDATE"]

    found = db_session.scalars(select(AuditEvent).where(AuditEvent.action == "case.found")).all()
    assert {(e.chain, e.seq, e.conference_id) for e in found} == {("case:7", 4, 7)} | {
        (f"case:{case}", 2, case) for case in range(8, 60)
    }
    assert {read_detail(db_session, e)["roles"] for e in found} == {"coordinator"}
    assert list(broken_chains(db_session)) == []


def test_the_end_of_a_chain_is_read_once_in_a_transaction(engine: Engine, db_session: Session) -> None:
    three_lines(db_session)
    sent = list[str]()

    def hear(_cursor: object, statement: str, *_more: object) -> None:
        sent.append(statement.partition(" ")[0])

    with hearing(engine, hear):
        three_lines(db_session)
    assert sent.count("SELECT") == 1
    assert sent.count("INSERT") == sent.count("UPDATE") == 3
    assert list(broken_chains(db_session)) == []


def test_what_a_savepoint_added_to_a_chain_and_took_back_is_not_gone_on_from(db_session: Session) -> None:
    """And what another session wrote in the same transaction is."""
    with writing(db_session):
        record(db_session, SYSTEM, START, "case.read", 7, page="one")
        savepoint = db_session.begin_nested()
        for chain in (7, 8):
            record(db_session, SYSTEM, START, "case.read", chain, page="taken back")
        savepoint.rollback()
        record(db_session, SYSTEM, START, "case.read", 7, page="two")
        with db_session.begin_nested():
            record(db_session, SYSTEM, START, "case.read", 7, page="three")
        join: Any = "create_savepoint"
        with Session(db_session.connection(), join_transaction_mode=join) as other, writing(other):
            record(other, SYSTEM, START, "case.read", 7, page="four")
        record(db_session, SYSTEM, START, "case.read", 7, page="five")
    events = db_session.scalars(select(AuditEvent).order_by(AuditEvent.seq)).all()
    assert [(e.conference_id, e.seq, read_detail(db_session, e)["page"]) for e in events] == [
        (7, number, page) for number, page in enumerate(("one", "two", "three", "four", "five"), start=1)
    ]
    assert list(broken_chains(db_session)) == []


def test_two_add_to_the_same_cases_at_once(engine: Engine) -> None:
    """Each locks their chains in the same order, whichever way they are given; those that have none yet are begun."""
    together, failed = Barrier(2), list[BaseException]()

    def add(cases: Iterable[int]) -> None:
        with make_sessions(engine)() as session:
            together.wait(10)
            try:
                for _ in range(10):
                    with writing(session):
                        record_each(session, SYSTEM, START, "case.found", cases)
            except BaseException as error:
                failed.append(error)

    both = [Thread(target=add, args=[cases]) for cases in ([2, 10, 9], [9, 10, 2])]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert failed == []
    with make_sessions(engine)() as session:
        assert {head.chain: head.seq for head in session.scalars(select(AuditHead))} == {
            f"case:{case}": 20 for case in (2, 9, 10)
        }
        assert list(broken_chains(session)) == []


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
        "update audit_event set conference_id = 8 where seq = 2",
        "update audit_event set conference_id = null",
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


def rebuild(engine: Engine, *lines: AuditEvent) -> None:
    """Build the chain of case 7 anew, as somebody who knows the scheme but has no keys could."""
    link, built = b"\0" * 32, list[dict[str, object]]()
    for seq, line in enumerate(lines, start=1):
        said = (line.at, line.actor_kind, line.actor_id, line.action, line.conference_id, line.detail)
        link = chain_hash(link, "case:7", seq, *said)
        names = ("at", "actor_kind", "actor_id", "action", "conference_id", "detail")
        built.append({"chain": "case:7", "seq": seq, "hash": link} | dict(zip(names, said, strict=True)))
    untied(engine, "delete from audit_event")
    with make_sessions(engine)() as session, writing(session):
        session.execute(insert(AuditEvent), built)
        session.execute(update(AuditHead).values(seq=len(built), hash=link))


def test_a_chain_that_was_built_without_the_keys_shows(engine: Engine, db_session: Session) -> None:
    three_lines(db_session)
    first, second, third = db_session.scalars(select(AuditEvent).order_by(AuditEvent.seq)).all()
    db_session.expunge_all()
    db_session.rollback()
    second.action = "case.other"

    rebuild(engine, first, second, third)

    assert list(broken_chains(db_session)) == ["case:7"]
    with writing(db_session):
        record(db_session, SYSTEM, START, "case.read", 7)
    assert list(broken_chains(db_session)) == ["case:7"]


def test_what_was_cut_with_its_head_or_removed_does_not_fit_what_was_set_down(
    engine: Engine, db_session: Session, tmp_path: Path
) -> None:
    file, keyring = tmp_path / "heads", keyring_of(db_session)
    three_lines(db_session)
    old = db_session.execute(select(AuditHead.__table__)).one()
    with writing(db_session):
        record(db_session, SYSTEM, START, "case.read", 7)
        record(db_session, SYSTEM, START, "signed_in")
    assert read_set_down(keyring, file) is None
    assert set_down(db_session, file, START) == 2
    kept = read_set_down(keyring, file)
    assert kept is not None
    assert (sorted(kept), list(broken_chains(db_session, kept))) == (["case:7", "system"], [])
    assert file.stat().st_mode & 0o777 == 0o600

    db_session.rollback()
    untied(engine, "delete from audit_event where chain = 'case:7' and seq = 4")
    with writing(db_session):
        db_session.execute(update(AuditHead).where(AuditHead.chain == "case:7").values(old._mapping))
    assert (list(broken_chains(db_session)), list(broken_chains(db_session, kept))) == ([], ["case:7"])

    db_session.rollback()
    untied(engine, "delete from audit_event where chain = 'system'", "delete from audit_head where chain = 'system'")
    assert (list(broken_chains(db_session)), list(broken_chains(db_session, kept))) == ([], ["case:7", "system"])


def test_heads_that_somebody_else_set_down_are_refused(db_session: Session, tmp_path: Path) -> None:
    file = tmp_path / "heads"
    three_lines(db_session)
    set_down(db_session, file, START)
    file.write_text(file.read_text().replace('"case:7": [3', '"case:7": [2'))
    with pytest.raises(ValueError, match="not written by this program"):
        read_set_down(keyring_of(db_session), file)


@pytest.mark.parametrize(
    "tampering",
    [
        "update phase_change set step = 'no_plan' where number = 2",
        "update phase_change set actor_id = 99 where number = 1",
        "delete from phase_change where number = 1",
        "delete from phase_change",
    ],
)
def test_the_chain_of_a_case_covers_its_steps(engine: Engine, db_session: Session, cast: Cast, tampering: str) -> None:
    case = build.case_in_private_time(db_session, cast, START)
    assert list(untold_steps(db_session)) == []
    db_session.rollback()
    untied(engine, "delete from step_words", tampering, table="phase_change")
    assert list(untold_steps(db_session)) == [f"case:{case.id}"]


def test_a_case_without_a_chain_shows(engine: Engine, db_session: Session, cast: Cast) -> None:
    case = build.registered_case(db_session, cast, START)
    db_session.rollback()
    chains = ("delete from audit_event where chain <> 'system'", "delete from audit_head where chain <> 'system'")
    untied(engine, *chains)
    assert (list(broken_chains(db_session)), list(untold_steps(db_session))) == ([], [f"case:{case.id}"])


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_no_row_is_replaced(engine: Engine, db_session: Session, cast: Cast, table: str) -> None:
    """SQLite deletes what REPLACE meets without the triggers of a deletion, and PostgreSQL knows TRUNCATE."""
    case = build.case_in_evaluation(db_session, cast, START)
    issue_document(By(db_session, cast.noor, START), case.id, 1, "en", b"paper")
    db_session.rollback()
    known = metadata.tables[table]
    if engine.dialect.name == "postgresql":
        statements = [f"truncate {table} cascade"]
    else:
        names = [column.name for column in known.columns if column.name != "id"]
        others = [f"insert or replace into {table} ({', '.join(names)}) select {', '.join(names)} from {table} limit 1"]  # noqa: S608
        statements = [f"replace into {table} select * from {table} limit 1", *others]  # noqa: S608
    for recursive in ("on", "off"):  # as the program sets it, and as others find it
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                driver = connection.connection.driver_connection
                driver.execute("pragma foreign_keys = off")  # type: ignore[union-attr]
                driver.execute(f"pragma recursive_triggers = {recursive}")  # type: ignore[union-attr]
            before = connection.execute(select(known)).all()
            assert before != []
            for statement in statements:
                with pytest.raises(DBAPIError, match="append-only"):
                    connection.execute(text(statement))
                connection.rollback()
            assert connection.execute(select(known)).all() == before
            connection.invalidate()


def test_an_agreed_plan_cannot_be_changed_either(db_session: Session, cast: Cast) -> None:
    build.case_in_evaluation(db_session, cast, START)
    with pytest.raises(DBAPIError, match="append-only"):
        db_session.execute(update(PlanVersion).values(number=2))
    db_session.rollback()
