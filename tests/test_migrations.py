"""Migrations: the newest state is what the models say, and each one goes up and down with data in the tables."""

from datetime import timedelta

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, func, inspect, select, text
from sqlalchemy.orm import Session

from ekc.conferences.models import Conference
from ekc.core.db import make_sessions
from ekc.core.outbox import LASTS, OutboxMessage
from ekc.journey.actions import take
from ekc.matching.actions import ask_coordinator, waive_conflict
from ekc.matching.queries import matches, open_conflicts
from ekc.people.access import PROGRAM
from ekc.people.actions import ask_new_password, invite, set_employer, set_leaving
from ekc.schema import _config, downgrade, is_current, metadata, newest, upgrade
from ekc.workflow.definition import Taking
from ekc.workflow.independence import Matter
from ekc.workflow.vocabulary import Part, Step, StopReason
from tests import build
from tests.cast import Cast
from tests.clock import START


def rows(engine: Engine) -> dict[str, int]:
    """How many rows each table has."""
    with make_sessions(engine)() as session:
        return {
            table.name: session.scalars(select(func.count()).select_from(table)).one()
            for table in metadata.sorted_tables
        }


def revisions() -> list[str]:
    """All revisions, the newest first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]


def test_the_newest_state_is_what_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_there_is_one_newest_state() -> None:
    assert ScriptDirectory.from_config(_config()).get_heads() == [newest()]


def test_each_migration_goes_down_and_up_with_data(engine: Engine, db_session: Session, cast: Cast) -> None:
    build.closed_case(db_session, cast, START)
    db_session.close()
    before = rows(engine)
    latest, *older = revisions()
    for revision in older:  # all but the first: below that there are no tables to hold data
        downgrade(engine, revision)
        assert not is_current(engine)
    upgrade(engine)
    assert (rows(engine), is_current(engine)) == (before, True)
    assert latest == revisions()[0]


def test_an_open_conflict_becomes_a_declared_interest_and_is_open_still(
    engine: Engine, db_session: Session, cast: Cast
) -> None:
    taken, asked = build.matched_case(db_session, cast, START), build.asked_case(db_session, cast, START)
    db_session.close()
    downgrade(engine, "0003")
    with engine.begin() as connection:
        connection.execute(text("update match set conflict_open = true where accepted_on is not null"))
    upgrade(engine)

    with make_sessions(engine)() as session:
        (tie,) = open_conflicts(session, taken.id)
        assert (tie.matter, tie.about) == (Matter.INTEREST, build.INDEPENDENT.independence)
        assert open_conflicts(session, asked.id) == ()
        who = select(Conference.coordinator_id, Conference.asked_coordinator_id).order_by(Conference.id)
        noor, denise = cast.noor.account_id, cast.denise.account_id
        assert session.execute(who).all() == [(noor, None), (None, denise)]
    downgrade(engine, "0003")
    with engine.begin() as connection:
        kept = connection.execute(text("select conflict_open from match order by id"))
        assert [bool(row.conflict_open) for row in kept] == [True, False]
    upgrade(engine)


def test_a_case_that_was_taken_away_by_asking_is_with_its_coordinator_again(
    engine: Engine, db_session: Session, cast: Cast
) -> None:
    waits, refused = build.case_in_setup(db_session, cast, START), build.case_in_setup(db_session, cast, START)
    for case in (waits, refused):
        ask_coordinator(db_session, cast.ruud, START, case.id, cast.denise.account_id or 0)
    db_session.close()
    downgrade(engine, "0011")
    with engine.begin() as connection:
        asked = connection.execute(text("select coordinator_id, coordinator_accepted from conference")).all()
        connection.execute(
            text("update match set declined_on = date(asked_at) where conference_id = :id and ended_on is null"),
            {"id": refused.id},
        )
    upgrade(engine)

    denise, noor = cast.denise.account_id, cast.noor.account_id
    assert [(row[0], bool(row[1])) for row in asked] == [(denise, False)] * 2
    with make_sessions(engine)() as session:
        who = select(Conference.coordinator_id, Conference.asked_coordinator_id).order_by(Conference.id)
        assert session.execute(who).all() == [(noor, denise), (noor, None)]
        found = [matches(session, case.id) for case in (waits, refused)]
        names = [[match.name if match else "" for match in (one.taken, one.asked)] for one in found]
        assert names == [["Noor van Dijk", "Denise Okafor"], ["Noor van Dijk", ""]]


def test_a_waiver_from_before_holds_whatever_the_agency_is_to_the_case(
    engine: Engine, db_session: Session, cast: Cast
) -> None:
    case = build.case_in_setup(db_session, cast, START)
    set_employer(db_session, PROGRAM, START, cast.noor.account_id or 0, "Primary school De Wilg")
    (tie,) = open_conflicts(db_session, case.id)
    waive_conflict(db_session, cast.ruud, START, case.id, tie.key, "She teaches at another school.")
    db_session.close()
    downgrade(engine, "0016")
    upgrade(engine)

    with make_sessions(engine)() as session:
        build.change_details(session, cast, START, case, case.people["els"], part=Part.REFERRER)
        assert open_conflicts(session, case.id) == ()


def test_mails_that_wait_since_before_are_useless_when_others_are(
    engine: Engine, db_session: Session, cast: Cast
) -> None:
    ask_new_password(db_session, START, "noor@example.org", "https://plan.example.org")
    invite(db_session, cast.bas, START, cast.denise.account_id or 0, "https://plan.example.org")
    set_leaving(db_session, cast.bas, START, cast.noor.account_id or 0, START.date())
    db_session.close()
    downgrade(engine, "0012")
    upgrade(engine)

    with make_sessions(engine)() as session:
        asked = select(OutboxMessage.try_after, OutboxMessage.useless_after, OutboxMessage.tries)
        assert session.execute(asked.order_by(OutboxMessage.id)).all() == [
            (START, START + timedelta(hours=1), 0),
            (START, START + LASTS, 0),
            (START, START + LASTS, 0),
        ]


def test_a_case_that_stopped_while_somebody_was_asked_is_with_nobody(
    engine: Engine, db_session: Session, cast: Cast
) -> None:
    case = build.asked_case(db_session, cast, START)
    take(db_session, cast.ruud, START, case.id, Taking(Step.STOP, stop_reason=StopReason.SITUATION_CHANGED))
    db_session.close()
    downgrade(engine, "0011")
    upgrade(engine)

    with make_sessions(engine)() as session:
        assert session.scalars(select(Conference.coordinator_id)).all() == [None]


def test_all_the_way_down_leaves_nothing(engine: Engine) -> None:
    try:
        downgrade(engine, "base")
        assert inspect(engine).get_table_names() == ["alembic_version"]
    finally:
        upgrade(engine)
