"""How the statements of the daily pages find their rows: by an index, never by reading a whole table that grows.

SQLite tells it before a table is large. PostgreSQL has the same indexes (`test_migrations.py`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.core.attempts import due_jobs, perform
from ekc.core.routes import Runtime
from ekc.evaluations.actions import tick
from ekc.kinds import JOB_RULES
from ekc.workflow.vocabulary import ActionState
from tests import build
from tests.cast import Cast, enter, participant, sign_in
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.hearing import given_to, hearing
from tests.tasks import own_tasks

#: Tables that do not grow with the number of cases.
SMALL = {"account", "account_role"}
#: What SQLite says of a subquery, of a SELECT without a table, or of numbers that were given as one (`one_of`).
NO_TABLES = ("CONSTANT", "(subquery-", "anon_", "json_each")


@contextmanager
def selected() -> Iterator[dict[str, Any]]:
    """The SELECTs sent within the block, with what they were given last."""
    sent: dict[str, Any] = {}

    def hear(_cursor: object, statement: str, *more: Any) -> None:
        if statement.lstrip("(").startswith(("SELECT", "WITH")):
            sent[statement] = given_to(more)

    with hearing(Engine, hear):
        yield sent


@contextmanager
def executed() -> Iterator[list[Any]]:
    """The SELECTs executed within the block, as they were built."""
    sent: list[Any] = []

    def hear(*said: Any) -> None:
        built = getattr(said[-1], "invoked_statement", None)
        if getattr(built, "is_select", False):
            sent.append(built)

    with hearing(Engine, hear):
        yield sent


def test_no_statement_of_a_page_reads_a_whole_table(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session, engine: Engine
) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL reads small tables whole, whatever their indexes")
    made = [
        make(db_session, cast, clock())
        for make in (
            build.registered_case,
            build.prepared_case,
            build.case_in_information,
            build.case_in_presentation,
            build.case_in_evaluation,
        )
    ]
    with selected() as sent:
        for visitor in (cast.noor, cast.ruud, cast.mila):
            sign_in(client, visitor)
            for path in (
                "/",
                "/?after=1.2",
                "/calendar/2026-04-11",
                "/follow-ups",
                "/search?q=wit",
                *(f"/conferences/{case.id}" for case in made),
            ):
                client.get(path)
        for case in made[1:]:
            enter(client, db_session, clock(), case.id, case.people["marieke"])

    with engine.connect() as connection:
        plans = [
            line[3]
            for statement, given in sent.items()
            for line in connection.exec_driver_sql(f"explain query plan {statement}", given)
        ]
    scanned = {plan.split()[1] for plan in plans if plan.startswith("SCAN")}
    assert {table for table in scanned if not table.startswith(NO_TABLES)} == SMALL


def test_the_open_cases_of_a_coordinator_are_found_by_their_own_index(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session, engine: Engine
) -> None:
    """Those that were closed become more each year."""
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL reads small tables whole, whatever their indexes")
    build.prepared_case(db_session, cast, clock())
    sign_in(client, cast.noor)
    with selected() as sent:
        client.get("/")
        client.get("/?after=1.99")

    found = [one for one in sent.items() if "asked_coordinator_id = ?" in one[0]]
    assert len(found) == 2
    for statement, given in found:
        with engine.connect() as connection:
            plan = [line[3] for line in connection.exec_driver_sql(f"explain query plan {statement}", given)]
        assert [line for line in plan if "ix_conference_" in line] == [
            "SEARCH conference USING INDEX ix_conference_open (coordinator_id=?)",
            "SEARCH conference USING INDEX ix_conference_asked_coordinator_id (asked_coordinator_id=?)",
        ]


def test_the_daily_pages_build_no_statement(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    """Building one takes as long as sending it: so each is the same object whenever it is sent.

    Not so of pages that people seldom open, nor of the follow-up list, whose statement is put together by its filters.
    """
    cases = [
        make(db_session, cast, clock())
        for make in (
            build.registered_case,
            build.prepared_case,
            build.case_in_information,
            build.case_in_presentation,
            build.case_in_evaluation,
        )
    ]
    circles = [case for case in cases if "marieke" in case.people]
    own = [(participant(case.id, case.people["marieke"]), f"/conferences/{case.id}/mine") for case in circles]
    pages = [f"/conferences/{case.id}" for case in cases]
    staff = [
        (who, page) for who in (cast.noor, cast.ruud) for page in ("/", "/calendar/2026-04-11", "/search?q=wit", *pages)
    ]
    staff += [(cast.noor, f"{page}/{below}") for page in pages for below in ("circle", "links")]
    weekly = ("contact", "meeting", "safety", "attendance", "information")
    staff += [(cast.noor, f"{page}/{below}") for page in pages[1:4] for below in weekly]
    staff += [(cast.noor, f"{page}/{below}") for page in pages[3:] for below in ("plan", "plan/agreement")]
    built = []
    for visitor, page in (*own, *staff):
        sign_in(client, visitor)
        client.get(page)
        twice = []
        for _ in range(2):
            with executed() as sent:
                client.get(page)
            twice.append({id(one): one for one in sent})  # kept, so that no other gets its id
        built += [(page, str(one)) for key, one in twice[1].items() if key not in twice[0]]

    assert built == []


def test_a_tick_of_a_task_builds_no_statement(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    """Nor does what each action begins and ends with: the lock of the case, and its line in the audit."""
    case = build.case_in_evaluation(db_session, cast, clock())
    omar = participant(case.id, case.people["omar"])
    (task, *_) = own_tasks(db_session, case.id, case.people["omar"])
    built: list[set[int]] = []
    kept = []  # so that no other gets the id of one
    for state in (ActionState.DONE, ActionState.PARTLY, ActionState.DONE):
        with executed() as sent:
            tick(By(db_session, omar, clock()), case.id, task.action.key, state)
        kept += sent
        built.append({id(one) for one in sent})

    assert len(built[2]) > 3
    assert built[2] - built[1] == set()


def test_a_worker_that_takes_a_job_builds_no_statement(app: Flask, db_session: Session, clock: FrozenClock) -> None:
    runtime: Runtime = app.extensions["ekc"]
    kept = []
    built = []
    for _ in range(3):
        with executed() as sent:
            due_jobs(db_session, JOB_RULES, clock())
            perform(db_session, runtime.settings, JOB_RULES, 0, clock())
        kept += sent
        built.append({id(one) for one in sent})

    assert len(built[2]) == 2
    assert built[2] - built[1] == set()
