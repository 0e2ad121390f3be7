"""Jobs: each runs once if it succeeds, is tried again if it fails, and stops nobody else; what was lost is found."""

import errno
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from config import Settings
from ekc.core import attempts
from ekc.core.attempts import RETRY_PAUSE, UNAVAILABLE_PAUSE, due_jobs, extend_hold, perform
from ekc.core.db import make_sessions
from ekc.core.form_numbers import FormNumber
from ekc.core.jobs import (
    HOLD,
    NO_ROOM,
    SEND,
    Job,
    JobRule,
    JobRun,
    JobState,
    NotDone,
    Rank,
    Unavailable,
    add,
    add_many,
    cancel,
    forget_jobs,
    stop_trying,
)
from ekc.core.transaction import writing
from tests.clock import START
from tests.hearing import hearing

#: What a job of this kind does: told by the test.
Work = Callable[[JobRun], object]
LATER = START + timedelta(days=30)


def rules(work: Work, **more: Any) -> dict[str, JobRule]:
    return {
        "test": JobRule(name="test", title="Test", work=work, **more),
        "other": JobRule(name="other", title="Other", work=works),
    }


def works(_run: JobRun) -> None:
    """It succeeds."""


def fails(_run: JobRun) -> None:
    raise LookupError("Yara El Amrani is not there")


@pytest.fixture
def put(db_session: Session) -> Callable[..., int]:
    """Add a job; returns its id."""

    def put(kind: str = "test", **more: Any) -> int:
        with writing(db_session):
            add(db_session, kind, START, **more)
        return db_session.scalars(select(Job.id).order_by(Job.id.desc()).limit(1)).one()

    return put


def stored(session: Session, job_id: int) -> Job:
    session.rollback()
    return session.scalars(select(Job).where(Job.id == job_id).execution_options(populate_existing=True)).one()


def test_a_job_runs_once_and_is_forgotten_after_a_week(
    db_session: Session, settings: Settings, put: Callable[..., int]
) -> None:
    done: list[tuple[int, object]] = []
    kinds = rules(lambda run: done.append((run.subject, run.at)))
    job_id = put(subject=7)

    for _ in range(2):
        perform(db_session, settings, kinds, job_id, START)

    assert (done, stored(db_session, job_id).state) == ([(7, START)], JobState.DONE)
    forget_jobs(db_session, START + timedelta(days=7))
    assert stored(db_session, job_id).ended_at == START
    forget_jobs(db_session, START + timedelta(days=7, seconds=1))
    assert db_session.scalars(select(Job)).all() == []


def test_what_fails_is_tried_again_and_stops_nobody(
    db_session: Session, settings: Settings, put: Callable[..., int], caplog: pytest.LogCaptureFixture
) -> None:
    cleared: list[int] = []
    kinds = rules(fails, tries=3, given_up=lambda _session, subject, *_: cleared.append(subject))
    broken, other = put(subject=3), put("other")
    at, pauses = START, []
    while stored(db_session, broken).state is JobState.WAITING:
        for job in due_jobs(db_session, kinds, at):
            perform(db_session, settings, kinds, job.id, at)
        pauses.append(stored(db_session, broken).due - at)
        at = stored(db_session, broken).due

    assert (stored(db_session, other).state, pauses[:2]) == (JobState.DONE, [RETRY_PAUSE, 3 * RETRY_PAUSE])
    row = stored(db_session, broken)
    assert (row.state, row.tries, row.error, cleared) == (JobState.FAILED, 3, "LookupError", [3])
    assert "Yara" not in caplog.text + str([vars(line) for line in caplog.records])
    perform(db_session, settings, kinds, broken, LATER)
    assert stored(db_session, broken).tries == 3


def test_what_cannot_be_reached_counts_no_try_and_holds_up_its_kind_alone(
    db_session: Session, settings: Settings, put: Callable[..., int]
) -> None:
    def unreachable(_run: JobRun) -> None:
        raise Unavailable("Connection refused")

    kinds = rules(unreachable)
    first, second, other = put(), put(), put("other")

    perform(db_session, settings, kinds, first, START)

    assert [job.id for job in due_jobs(db_session, kinds, START)] == [other]
    rows = [stored(db_session, one) for one in (first, second)]
    waits = (0, JobState.WAITING)
    assert [(row.tries, row.state, row.due) for row in rows] == [(*waits, START + UNAVAILABLE_PAUSE), (*waits, START)]


def test_a_job_ends_with_its_time_and_says_why(
    db_session: Session, settings: Settings, put: Callable[..., int]
) -> None:
    def refused(_run: JobRun) -> None:
        raise NotDone("550")

    job_id = put(until=START + timedelta(minutes=2))
    perform(db_session, settings, rules(refused), job_id, START)
    assert stored(db_session, job_id).due == START + timedelta(minutes=2)

    perform(db_session, settings, rules(refused), job_id, START + timedelta(minutes=2))

    assert (stored(db_session, job_id).state, stored(db_session, job_id).error) == (JobState.FAILED, "550")


def test_what_needs_room_on_a_full_disk_waits_and_counts_no_try(
    db_session: Session, settings: Settings, put: Callable[..., int]
) -> None:
    def full(_run: JobRun) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/home/yara")

    job_id = put()
    for minute in range(9):
        perform(db_session, settings, rules(full, tries=2), job_id, START + minute * UNAVAILABLE_PAUSE)

    row = stored(db_session, job_id)
    assert (row.state, row.tries, row.error) == (JobState.WAITING, 0, NO_ROOM)
    perform(db_session, settings, rules(works), job_id, row.due)
    assert stored(db_session, job_id).state is JobState.DONE


def test_a_job_for_which_the_database_has_no_room_is_done_when_there_is(
    engine: Engine, settings: Settings, put: Callable[..., int], db_session: Session
) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("of PostgreSQL the code is known (test_answers.py)")

    def fills(run: JobRun) -> None:
        rows = [{"number": number.to_bytes(32), "content": bytes(32), "used_at": START} for number in range(2_000)]
        with writing(run.session):
            run.session.execute(insert(FormNumber), rows)

    job_id = put()
    db_session.rollback()
    for room, state in ((20, JobState.WAITING), (20_000, JobState.DONE)):
        with engine.connect() as connection:
            pages = connection.exec_driver_sql("pragma page_count").scalar_one()
            connection.exec_driver_sql(f"pragma max_page_count = {pages + room}")
            connection.commit()
            with make_sessions(connection.engine)(bind=connection) as session:  # the limit is one of the connection
                perform(session, settings, rules(fills, tries=1), job_id, stored(db_session, job_id).due)
        assert stored(db_session, job_id).state is state
    engine.dispose()


def test_a_job_stays_with_a_worker_that_says_that_it_is_alive(
    db_session: Session, settings: Settings, put: Callable[..., int]
) -> None:
    job_id, kinds = put(), rules(works)
    held: list[Any] = []

    def hangs(run: JobRun) -> None:
        extend_hold(run.session, held[-1], START + HOLD)
        assert due_jobs(run.session, kinds, START + 2 * HOLD) == []
        assert [job.id for job in due_jobs(run.session, kinds, START + 2 * HOLD + timedelta(seconds=1))] == [job_id]

    perform(db_session, settings, rules(hangs), job_id, START, held.append)

    assert ([[job.id for job in jobs] for jobs in held], stored(db_session, job_id).error) == ([[job_id], []], None)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_sign_of_life_waits_for_no_job_whose_end_is_being_noted(
    engine: Engine, db_session: Session, settings: Settings, put: Callable[..., int]
) -> None:
    job_id = put()
    held: list[Any] = []

    def is_being_noted(run: JobRun) -> None:
        with make_sessions(engine)() as other, writing(other):
            other.execute(select(Job.id).where(Job.id == job_id).with_for_update())
            extend_hold(run.session, held[-1], LATER)

    perform(db_session, settings, rules(is_being_noted), job_id, START, held.append)

    assert stored(db_session, job_id).error is None


def test_a_clock_that_is_behind_or_put_back_keeps_no_job_waiting(
    db_session: Session, settings: Settings, put: Callable[..., int]
) -> None:
    """The machine that adds it is some milliseconds ahead of the one that runs it; or the clock was an hour ahead."""
    kinds = rules(works, rank=Rank.SOON)
    added, lost, later = put(), put(), put(due=START + timedelta(minutes=5))
    with writing(db_session):
        row = db_session.get_one(Job, lost)
        row.state, row.held_until = JobState.RUNNING, START + HOLD

    just_before, hour_before = START - timedelta(milliseconds=2), START - timedelta(hours=1)
    assert [job.id for job in due_jobs(db_session, kinds, just_before)] == [added]
    assert [job.id for job in due_jobs(db_session, kinds, hour_before)] == [added, lost]
    perform(db_session, settings, kinds, added, just_before)
    assert (stored(db_session, added).state, stored(db_session, later).tries) == (JobState.DONE, 0)


def test_what_somebody_waits_for_goes_first_and_what_is_slow_last(db_session: Session, put: Callable[..., int]) -> None:
    ranks = {"slow": Rank.SLOW, "soon": Rank.SOON, "at_once": Rank.AT_ONCE}
    kinds = {name: JobRule(name=name, title=name, work=works, rank=rank) for name, rank in ranks.items()}
    for _ in range(2):
        for name in kinds:
            put(name)

    found = [job.kind for job in due_jobs(db_session, kinds, START, 4)]

    assert found == ["at_once", "at_once", "soon", "soon"]


def test_slow_work_is_done_one_at_a_time_and_the_next_is_handed_over(
    engine: Engine, db_session: Session, settings: Settings, put: Callable[..., int]
) -> None:
    """However many exports somebody asks for, one worker process is busy with them, and another is free."""
    exports, mail = [put(subject=number) for number in range(3)], put("other")
    meanwhile: list[list[int]] = []
    handed: list[int] = []
    kinds = rules(works, rank=Rank.SLOW)
    kinds["other"] = replace(kinds["other"], rank=Rank.SOON)

    def exports_it(run: JobRun) -> None:
        meanwhile.append([job.id for job in due_jobs(run.session, kinds, START)])
        for other in (*exports, mail):
            with make_sessions(engine)() as elsewhere:
                perform(elsewhere, settings, kinds, other, START)

    with make_sessions(engine, **{SEND: lambda job: handed.append(job.id)})() as session:
        perform(session, settings, {**kinds, "test": replace(kinds["test"], work=exports_it)}, exports[0], START)

    assert (meanwhile, handed) == ([[mail]], [exports[1]])
    assert [stored(db_session, one).state for one in (*exports, mail)] == [
        JobState.DONE,
        JobState.WAITING,
        JobState.WAITING,
        JobState.DONE,
    ]


def test_of_two_workers_at_the_same_moment_one_does_what_is_slow(
    engine: Engine, settings: Settings, put: Callable[..., int]
) -> None:
    both_have_looked = threading.Barrier(2)
    kinds = rules(works, rank=Rank.SLOW)
    ids = [put(subject=number) for number in range(2)]

    def claims(_cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("UPDATE job SET state") and "tries=" in statement:
            with suppress(threading.BrokenBarrierError):
                both_have_looked.wait(0.5)

    def worker(job_id: int) -> None:
        with make_sessions(engine)() as session:
            perform(session, settings, kinds, job_id, START)

    with hearing(engine, claims):
        workers = [threading.Thread(target=worker, args=(one,)) for one in ids]
        for one in workers:
            one.start()
        for one in workers:
            one.join()

    assert both_have_looked.broken  # whoever was second did not claim


def test_what_was_lost_with_its_worker_is_done_and_an_attempt_that_came_too_late_changes_nothing(
    db_session: Session, settings: Settings, put: Callable[..., int]
) -> None:
    job_id = put()
    kinds = rules(works)
    late = START + HOLD + timedelta(seconds=1)

    def hangs(run: JobRun) -> None:
        assert due_jobs(run.session, kinds, START + HOLD) == []
        perform(run.session, settings, kinds, job_id, late)  # another worker, after its time
        raise LookupError

    perform(db_session, settings, rules(hangs), job_id, START)

    row = stored(db_session, job_id)
    assert (row.state, row.tries, row.ended_at, row.error) == (JobState.DONE, 2, late, None)


def test_a_job_that_ends_its_worker_each_time_is_given_up(
    db_session: Session, settings: Settings, put: Callable[..., int]
) -> None:
    job_id, kinds = put(), rules(works, tries=1)
    with writing(db_session):
        row = db_session.get_one(Job, job_id)
        row.state, row.tries, row.held_until = JobState.RUNNING, 1, START

    perform(db_session, settings, kinds, job_id, LATER)

    assert (stored(db_session, job_id).state, stored(db_session, job_id).error) == (JobState.FAILED, "WorkerLost")


def test_a_worker_that_is_stopped_gives_its_job_back(
    db_session: Session, settings: Settings, put: Callable[..., int]
) -> None:
    def stopped(_run: JobRun) -> None:
        raise KeyboardInterrupt

    job_id = put()
    with pytest.raises(KeyboardInterrupt):
        perform(db_session, settings, rules(stopped), job_id, START)

    row = stored(db_session, job_id)
    assert (row.state, row.tries, row.due) == (JobState.WAITING, 0, START)


def test_a_kind_of_a_newer_version_waits_for_it(
    db_session: Session, settings: Settings, put: Callable[..., int]
) -> None:
    job_id = put("newer")

    assert due_jobs(db_session, rules(works), START) == []
    perform(db_session, settings, rules(works), job_id, START)
    assert stored(db_session, job_id).tries == 0

    newer = {"newer": JobRule(name="newer", title="Newer", work=works)}
    perform(db_session, settings, newer, job_id, START)
    assert stored(db_session, job_id).state is JobState.DONE


def test_a_kind_that_no_version_knows_any_more_can_be_given_up(db_session: Session, put: Callable[..., int]) -> None:
    job_id = put("gone")
    with writing(db_session):
        assert stop_trying(db_session, rules(works), job_id, START) == "gone"
    assert stored(db_session, job_id).state is JobState.FAILED


# Together


def of_many(work: Work, **more: Any) -> dict[str, JobRule]:
    about = {"read": lambda _session, subjects: {one: f"about {one}" for one in subjects}}
    return rules(work, rank=Rank.SOON, together=3, **about, **more)


def states(session: Session, ids: Iterable[int]) -> list[tuple[JobState, int]]:
    return [(row.state, row.tries) for row in (stored(session, id_) for id_ in ids)]


def test_jobs_in_a_row_are_claimed_read_and_noted_some_at_a_time(
    db_session: Session, settings: Settings, put: Callable[..., int]
) -> None:
    ids = [put(subject=number) for number in range(6)]
    held, noted = list[list[int]](), list[list[object]]()

    def note(_session: Session, about: list[object], _at: datetime) -> None:
        noted.append(about)

    perform(
        db_session,
        settings,
        of_many(lambda run: run.at_end.append((note, (run.subject, run.found)))),
        ids[0],
        START,
        lambda jobs: held.append([job.id for job in jobs]),
    )

    assert held == [ids[:1], ids[1:4], ids[4:], []]
    assert noted == [[(n, f"about {n}") for n in some] for some in ([0], [1, 2, 3], [4, 5])]
    assert states(db_session, ids) == [(JobState.DONE, 1)] * 6


def test_what_cannot_be_reached_in_the_middle_leaves_what_was_done_and_gives_back_the_rest(
    db_session: Session, settings: Settings, put: Callable[..., int], caplog: pytest.LogCaptureFixture
) -> None:
    ids = [put(subject=number) for number in range(4)]

    def work(run: JobRun) -> None:
        if run.subject == 2:
            raise Unavailable("Connection refused")

    perform(db_session, settings, of_many(work), ids[0], START)

    waits = JobState.WAITING, 0
    assert states(db_session, ids) == [(JobState.DONE, 1), (JobState.DONE, 1), waits, waits]
    assert [stored(db_session, id_).is_probe for id_ in ids] == [False, False, True, False]
    assert len(caplog.records) == 1


def test_one_that_fails_in_the_middle_stops_nobody(
    db_session: Session, settings: Settings, put: Callable[..., int]
) -> None:
    ids = [put(subject=number) for number in range(4)]

    def work(run: JobRun) -> None:
        if run.subject == 2:
            raise NotDone("550")

    perform(db_session, settings, of_many(work), ids[0], START)

    done = JobState.DONE, 1
    assert states(db_session, ids) == [done, done, (JobState.WAITING, 1), done]
    assert (stored(db_session, ids[2]).error, stored(db_session, ids[2]).due) == ("550", START + RETRY_PAUSE)


def test_a_worker_that_is_stopped_notes_what_was_done_and_gives_back_the_rest(
    db_session: Session, settings: Settings, put: Callable[..., int]
) -> None:
    ids = [put(subject=number) for number in range(4)]

    def work(run: JobRun) -> None:
        if run.subject == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        perform(db_session, settings, of_many(work), ids[0], START)

    waits = JobState.WAITING, 0
    assert states(db_session, ids) == [(JobState.DONE, 1), (JobState.DONE, 1), waits, waits]


def test_what_was_done_is_noted_though_what_comes_next_cannot_be_read(
    db_session: Session, settings: Settings, put: Callable[..., int]
) -> None:
    """Else what was sent is sent again, each time."""
    ids = [put(subject=number) for number in range(3)]
    about = {0: {0: None}}

    kinds = rules(works, rank=Rank.SOON, together=3, read=lambda _session, subjects: about[subjects[0]])
    with pytest.raises(KeyError):
        perform(db_session, settings, kinds, ids[0], START)

    waits = JobState.WAITING, 0
    assert states(db_session, ids) == [(JobState.DONE, 1), waits, waits]


def test_those_for_which_there_is_no_time_are_given_back_and_claimed_again(
    db_session: Session, settings: Settings, put: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "_TOGETHER_FOR", timedelta(0))
    ids = [put(subject=number) for number in range(4)]
    held, done = list[list[int]](), list[int]()

    perform(
        db_session,
        settings,
        of_many(lambda run: done.append(run.subject)),
        ids[0],
        START,
        lambda jobs: held.append([job.id for job in jobs]),
    )

    assert held == [ids[:1], ids[1:], ids[2:], ids[3:], []]
    assert (done, states(db_session, ids)) == ([0, 1, 2, 3], [(JobState.DONE, 1)] * 4)


@pytest.mark.parametrize("waits", [False, True])
def test_a_row_goes_on_until_something_else_waits(
    db_session: Session, settings: Settings, put: Callable[..., int], monkeypatch: pytest.MonkeyPatch, waits: bool
) -> None:
    monkeypatch.setattr(attempts, "IN_A_ROW", timedelta(0))
    ids = [put() for _ in range(3)]
    if waits:
        put("other")

    sent = list[int]()
    db_session.info[SEND] = lambda job: sent.append(job.id)

    perform(db_session, settings, rules(works, rank=Rank.SOON), ids[0], START)

    assert sent == ids[1:2] * waits  # another worker goes on
    done = [state is JobState.DONE for state, _ in states(db_session, ids)]
    assert done == [True, not waits, not waits]


def test_of_many_that_are_added_at_once_a_few_are_handed_over(db_session: Session) -> None:
    sent = list[str]()
    db_session.info[SEND] = lambda job: sent.append(f"{job.kind} {job.subject}")

    with writing(db_session):
        add_many(db_session, "test", START, list(range(50)), until=LATER)
        add(db_session, "other", START)

    assert sent == ["test 0", "test 1", "test 2", "test 3", "other 0"]
    jobs = db_session.execute(select(Job.kind, Job.subject, Job.until).order_by(Job.id)).all()
    assert jobs == [*(("test", subject, LATER) for subject in range(50)), ("other", 0, None)]


def test_a_job_is_handed_over_after_the_commit_and_never_without(db_session: Session) -> None:
    handed: list[Any] = []
    with make_sessions(db_session.get_bind(), **{SEND: lambda job: handed.append((job.id, job.kind))})() as session:  # type: ignore[arg-type]
        add(session, "test", START)
        session.rollback()
        with writing(session):
            add(session, "test", START)
            session.flush()
            assert handed == []

    assert [kind for _id, kind in handed] == ["test"]


def test_a_savepoint_that_is_rolled_back_keeps_the_jobs_from_before_it(db_session: Session) -> None:
    sent: list[int] = []
    sessions = make_sessions(db_session.get_bind(), **{SEND: lambda job: sent.append(job.subject)})  # type: ignore[arg-type]
    with sessions() as session, writing(session):
        add(session, "test", START, subject=1)
        with session.begin_nested():
            add(session, "test", START, subject=2)
        with session.begin_nested() as savepoint:
            add(session, "test", START, subject=3)
            savepoint.rollback()
        add(session, "test", START, subject=4)

    assert sent == [1, 2, 4]


def test_a_job_tells_how_far_it_is_until_it_is_cancelled(
    db_session: Session, settings: Settings, put: Callable[..., int]
) -> None:
    seen: list[tuple[int, int]] = []

    def work(run: JobRun) -> None:
        run.tell(3, 7)
        seen.append((stored(db_session, job_id).parts_done, stored(db_session, job_id).parts))
        with writing(db_session):
            cancel(db_session, ["file"], START)
        run.tell(4, 7)
        seen.append((0, 0))

    job_id = put(key="file")
    perform(db_session, settings, rules(work), job_id, START)

    row = stored(db_session, job_id)
    assert (seen, row.state, row.parts_done, row.error) == ([(3, 7)], JobState.CANCELLED, 3, None)
    assert due_jobs(db_session, rules(work), LATER) == []
