"""Migrations: the newest schema equals the models, and each migration works in both directions with data."""

from datetime import timedelta
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, func, inspect, select, text
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions.circle import add_person
from ekc.conferences.entries import PersonDetails
from ekc.conferences.models import Conference, Notice, Participant
from ekc.conferences.queries.concerns import concerns
from ekc.conferences.queries.voices import voices
from ekc.core.crypto import Keyring
from ekc.core.db import make_engine, make_sessions
from ekc.core.transaction import writing
from ekc.directory.models import Listing
from ekc.directory.queries import listed
from ekc.journey.actions.steps import take_step
from ekc.matching.actions.independence import set_employer
from ekc.meetings.models import Stretch
from ekc.plans.actions import change_plan, record_agreement, share_plan
from ekc.plans.edits import add_goal
from ekc.plans.queries import answers, own_sharing, stored_draft
from ekc.schema import _config, downgrade, is_current, metadata, newest_revision, upgrade
from ekc.workflow.definition import Taking
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.vocabulary import Agreed, Part, PlanSharing, Step, StopReason
from tests import build
from tests.cast import Cast, participant
from tests.clock import START
from tests.database import CONTENT_KEY, INDEX_KEY


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


def test_checks_and_partial_indexes_are_what_the_models_say(tmp_path: Path) -> None:
    """Alembic does not compare these."""

    def described(engine: Engine) -> tuple[object, object]:
        asked = (
            "select name, sql from sqlite_master where type = 'index' and tbl_name <> 'alembic_version' order by name"
        )
        with engine.connect() as connection:
            checks = inspect(connection).get_multi_check_constraints()
            found = {table: sorted(map(str, ones)) for (_, table), ones in checks.items() if ones}
            return connection.execute(text(asked)).all(), found

    keyring = Keyring([CONTENT_KEY], INDEX_KEY)
    migrated, modelled = (
        make_engine(f"sqlite:///{tmp_path / name}", keyring, create=True) for name in ("migrated", "modelled")
    )
    upgrade(migrated)
    metadata.create_all(modelled)
    assert described(migrated) == described(modelled)


def test_there_is_one_newest_state() -> None:
    assert ScriptDirectory.from_config(_config()).get_heads() == [newest_revision()]


def test_each_migration_goes_down_and_up_with_data(engine: Engine, db_session: Session, cast: Cast) -> None:
    build.closed_case(db_session, cast, START)
    came = len(set(db_session.execute(select(Stretch.meeting_id, Stretch.participant_id)).all()))
    db_session.close()
    # below 0002 all stretches of one person at a meeting are one; below 0008 no notices; below 0012 no traces; below
    # 0030 the only jobs are mails, none of which was sent
    before = rows(engine)
    before |= {"stretch": came, "notice": 0, "trace": 0, "job": before["outbox_message"]}
    latest, *older = revisions()
    for revision in older:  # all but the first: below that there are no tables to hold data
        downgrade(engine, revision)
        assert not is_current(engine)
    upgrade(engine)
    assert (rows(engine), is_current(engine)) == (before, True)
    assert latest == revisions()[0]


def test_what_each_person_said_goes_down_to_the_old_columns_and_up_again(
    engine: Engine, db_session: Session, cast: Cast
) -> None:
    case = build.case_in_presentation(db_session, cast, START)
    noor, marieke = By(db_session, cast.noor, START), case.people["marieke"]
    record_agreement(noor, case.id, case.people["omar"], Agreed.PART, "Not on Sundays.")
    record_agreement(noor, case.id, marieke, Agreed.YES)

    def said() -> list[tuple[object, ...]]:
        with make_sessions(engine)() as session:
            rows = voices(session, case.id)
        known = [(row.matter, row.about, row.participant_id, row.answer, row.words, row.said_on) for row in rows]
        return sorted(known, key=str)

    before = said()
    db_session.close()
    older = ScriptDirectory.from_config(_config()).get_revision("0004").down_revision
    try:
        downgrade(engine, str(older))
        with engine.connect() as connection:
            yes = connection.execute(text("select main_person_said_yes_on from conference")).scalar_one()
            confirmed = connection.execute(text("select confirmed_on, unwanted_by from match")).one()
            answers = connection.execute(text("select participant_id, answer from agreement order by id")).all()
    finally:
        upgrade(engine)
    assert (str(yes), str(confirmed[0]), confirmed[1]) == ("2026-03-02", "2026-03-02", None)
    assert [tuple(row) for row in answers] == [(case.people["omar"], "part"), (marieke, "yes")]
    assert said() == before
    assert len(before) == 4


def test_a_question_of_the_family_goes_down_to_a_main_person_and_what_is_owed_is_dropped(
    engine: Engine, db_session: Session, cast: Cast
) -> None:
    case = build.case_in_private_time(db_session, cast, START)
    noor = By(db_session, cast.noor, START)
    take_step(noor, case.id, Taking(Step.ASK_FOR_INFORMATION, reason="May the nurse come?"))
    choose = Notice(conference_id=case.id, kind=NoticeKind.PLACE, round=1, at=START, was="A", now="B")
    db_session.add(choose)
    db_session.commit()
    db_session.close()
    older = ScriptDirectory.from_config(_config()).get_revision("0009").down_revision
    try:
        downgrade(engine, str(older))
        with engine.connect() as connection:
            asked = connection.execute(text("select participant_id from question")).scalars().all()
            kinds = connection.execute(text("select kind from notice order by id")).scalars().all()
    finally:
        upgrade(engine)
    assert (asked, kinds) == ([case.people["marieke"]], ["day", "place", "place"])  # the first two of the preparation


def test_of_answers_to_several_texts_the_last_goes_down(engine: Engine, db_session: Session, cast: Cast) -> None:
    case = build.case_in_presentation(db_session, cast, START)
    build.write_plan(db_session, cast, START, case)
    noor, omar = By(db_session, cast.noor, START), case.people["omar"]
    record_agreement(noor, case.id, omar, Agreed.PART, "Not on Sundays.")
    change_plan(noor, case.id, 6, add_goal("Daan is at school."))
    record_agreement(noor, case.id, omar, Agreed.YES)
    db_session.close()
    try:
        downgrade(engine, str(ScriptDirectory.from_config(_config()).get_revision("0013").down_revision))
        with engine.connect() as connection:
            left = connection.execute(text("select answer from voice where matter = 'plan'")).scalars().all()
    finally:
        upgrade(engine)
    assert left == ["yes"]
    with make_sessions(engine)() as session:  # what is left is about the text as it is
        found = answers(session, case.id, 1, stored_draft(session, case.id).text)
    assert ({id_: row.answer for id_, row in found.said.items()}, found.earlier) == ({omar: Agreed.YES}, {})


def test_what_was_said_before_a_next_version_was_begun_is_not_about_it(
    engine: Engine, db_session: Session, cast: Cast
) -> None:
    begun, agreed = (build.case_in_evaluation(db_session, cast, START) for _ in range(2))
    change_plan(By(db_session, cast.noor, START + timedelta(days=1)), begun.id, 6, add_goal("Summer."))
    db_session.close()
    try:
        downgrade(engine, str(ScriptDirectory.from_config(_config()).get_revision("0013").down_revision))
    finally:
        upgrade(engine)
    with make_sessions(engine)() as session:
        said = {
            case.id: len(answers(session, case.id, 1, stored_draft(session, case.id).text).said)
            for case in (begun, agreed)
        }
    assert said == {begun.id: 0, agreed.id: len(agreed.people) - 2}  # all but referrer and professional


def test_what_was_set_for_all_becomes_the_answer_of_each_main_person(
    engine: Engine, db_session: Session, cast: Cast
) -> None:
    case = build.case_in_presentation(db_session, cast, START)
    marieke, omar, karim, els = (case.people[name] for name in ("marieke", "omar", "karim", "els"))
    with writing(db_session):
        db_session.get_one(Participant, omar).part = Part.MAIN_PERSON
    noor, choices = By(db_session, cast.noor, START), {karim: PlanSharing.ALL, els: PlanSharing.CONCERNS}
    share_plan(noor, case.id, marieke, choices)
    share_plan(noor, case.id, omar, choices | {karim: PlanSharing.CONCERNS})
    db_session.close()
    older = ScriptDirectory.from_config(_config()).get_revision("0014").down_revision
    setting = text("select id, plan_sharing from participant where part in ('referrer', 'professional') order by id")
    try:
        downgrade(engine, str(older))
        with engine.begin() as connection:
            strictest = [tuple(row) for row in connection.execute(setting)]
            connection.execute(text("update participant set plan_sharing = 'all' where id = :id"), {"id": els})
    finally:
        upgrade(engine)
    with make_sessions(engine)() as session:
        answers = {whose: own_sharing(session, case.id, whose) for whose in (marieke, omar)}
    assert strictest == [(karim, "concerns"), (els, "concerns")]
    both = {karim: PlanSharing.CONCERNS, els: PlanSharing.ALL}
    assert answers == {marieke: both, omar: both}


def test_all_the_way_down_leaves_nothing(engine: Engine, db_session: Session, cast: Cast) -> None:
    build.closed_case(db_session, cast, START)
    db_session.close()
    try:
        downgrade(engine, "base")
        assert inspect(engine).get_table_names() == ["alembic_version"]
        assert not is_current(engine)
    finally:
        upgrade(engine)
    assert is_current(engine)
    assert set(rows(engine).values()) == {0}


def test_what_somebody_said_about_safety_goes_down_to_a_wish_and_up_again(
    engine: Engine, db_session: Session, cast: Cast
) -> None:
    people = [PersonDetails(name=name, part=Part.MAIN_PERSON) for name in ("Vera Smit", "Mark Bos")]
    case = build.matched_case(db_session, cast, START, main_persons=tuple(people))
    vera = case.people["vera"]
    unsafe = Taking(Step.STOP, stop_reason=StopReason.NOT_SAFE)
    take_step(By(db_session, participant(case.id, vera), START), case.id, unsafe)

    def said() -> list[tuple[object, ...]]:
        with make_sessions(engine)() as session:
            rows = concerns(session, case.id)
        return [(row.participant_id, row.concern, row.arrangement, row.said_at, row.said_with) for row in rows]

    before = said()
    db_session.close()
    older = ScriptDirectory.from_config(_config()).get_revision("0012").down_revision
    try:
        downgrade(engine, str(older))
        with engine.connect() as connection:
            asked = "select participant_id, answer, reason_code from voice where matter = 'stopping'"
            wished = [tuple(row) for row in connection.execute(text(asked))]
    finally:
        upgrade(engine)
    assert before == [(vera, None, None, START, Step.STOP)]
    assert wished == [(vera, "yes", "not_safe")]
    assert said() == before


def test_what_is_known_of_plans_and_professionals_of_before_comes_from_the_steps_and_the_stretches(
    engine: Engine, db_session: Session, cast: Cast
) -> None:
    case = build.case_in_evaluation(db_session, cast, START)
    build.step(db_session, cast, START, case, Step.RECONVENE, "It goes wrong again.")
    db_session.get_one(Conference, case.id).plan_number = 3  # as after two versions in the second round
    db_session.get_one(Participant, case.people["els"]).part = Part.FRIEND
    db_session.commit()
    db_session.close()

    downgrade(engine, str(ScriptDirectory.from_config(_config()).get_revision("0015").down_revision))
    upgrade(engine)

    with make_sessions(engine)() as session:
        assert session.get_one(Conference, case.id).earlier_plans == 1
        came = session.scalars(select(Participant.id).where(Participant.came_as_professional)).all()
    assert came == [case.people["els"]]


def test_texts_that_fold_equal_become_one_row_and_go_down_as_it_is_called(
    engine: Engine, db_session: Session, cast: Cast
) -> None:
    """Organisations of professionals and other employers become rows; for whom the family works does not."""
    case = build.case_in_setup(db_session, cast, START)
    others = [build.registered_case(db_session, cast, START).id for _ in range(2)]
    set_employer(By(db_session, cast.bas, START), cast.noor.account_id or 0, "Choir; STICHTING youth protection")
    noor = By(db_session, cast.noor, START)
    add_person(noor, case.id, PersonDetails(name="Said", part=Part.FAMILY, organisation="Bakery"))
    db_session.close()
    older = ScriptDirectory.from_config(_config()).get_revision("0027").down_revision
    spelled = "update conference set municipality = :text where id = :id"
    try:
        downgrade(engine, str(older))
        with engine.begin() as connection:
            known = set(connection.execute(text("select municipality from conference")).scalars())
            connection.execute(text(spelled), {"text": "  rivier\u00a0stad", "id": case.id})
            connection.execute(text(spelled), {"text": "Elders", "id": others[0]})
    finally:
        upgrade(engine)
    with make_sessions(engine)() as session:
        of_case = dict(session.execute(select(Conference.id, Conference.municipality)).all())
        municipalities = [(row.name, row.confirmed) for row in listed(session, Listing.MUNICIPALITIES)]
        organisations = {row.name for row in listed(session, Listing.ORGANISATIONS)}
    assert known == {"Rivierstad"}
    assert of_case == {case.id: "Rivierstad", others[0]: "Elders", others[1]: "Rivierstad"}
    assert municipalities == [("Elders", False), ("Rivierstad", True)]  # Mila follows it
    assert organisations == {"Youth protection", "Primary school De Wilg", "Choir"}
