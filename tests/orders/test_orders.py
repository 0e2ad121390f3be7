"""What is printed and exported is ordered, made by a worker, and handed out once more judged; nobody else gets it."""

import ast
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from config import Settings
from ekc.accounts.access import By
from ekc.core.attempts import due_jobs, perform
from ekc.core.audit import AuditEvent, read_detail
from ekc.core.db import make_sessions
from ekc.core.heartbeat import beat
from ekc.core.jobs import HOLD, Job, JobState
from ekc.core.transaction import writing
from ekc.kinds import JOB_RULES
from ekc.meetings.actions.attendance import professionals_leave
from ekc.meetings.actions.information import InformationText, add_information
from ekc.orders.actions import cancel, forget_orders, order
from ekc.orders.entries import ExportRule, Ordering, Piece
from ekc.orders.jobs import EXPORT, order_jobs
from ekc.orders.models import FileOrder, FilePiece
from ekc.orders.queries import order_of, pieces
from ekc.workflow.vocabulary import InformationKind, Step
from tests import build
from tests.architecture.sources import EKC
from tests.build import Made
from tests.cast import Cast, enter, enter_as_before, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.database import refreshed
from tests.stories.paper import PRINTER

pytestmark = PRINTER


@pytest.fixture
def case(db_session: Session, cast: Cast) -> Made:
    return build.case_in_information(db_session, cast, START)


@pytest.fixture
def noor(client: PageClient, db_session: Session, cast: Cast, case: Made, clock: FrozenClock) -> PageClient:
    """The coordinator; a worker is there."""
    beat(db_session, 1, clock())
    sign_in(client, cast.noor)
    return client


def leave_for_private_time(session: Session, cast: Cast, at: datetime, case: Made) -> None:
    """All that private time asks for."""
    by = By(session, cast.noor, at)
    for kind in InformationKind:
        add_information(by, case.id, InformationText(kind, "What there is to say."))
    professionals_leave(by, case.id)


def list_of(case: Made) -> str:
    return f"/conferences/{case.id}/opened.pdf"


def looks(session: Session, case: Made) -> int:
    """How often the list on paper was looked at."""
    refreshed(session)
    read = select(AuditEvent).where(AuditEvent.conference_id == case.id, AuditEvent.action == "case.read")
    return [read_detail(session, one).get("page") for one in session.scalars(read)].count("access_log.paper")


def work(session: Session, settings: Settings) -> None:
    refreshed(session)
    for job in due_jobs(session, JOB_RULES, settings.clock()):
        perform(session, settings, JOB_RULES, job.id, settings.clock())


def how_many(session: Session) -> tuple[int, int]:
    """Orders and pieces."""
    refreshed(session)
    return tuple(session.scalar(select(func.count()).select_from(one)) or 0 for one in (FileOrder, FilePiece))  # type: ignore[return-value]


@pytest.mark.both_databases
def test_a_paper_is_ordered_made_and_looked_at_once(
    noor: PageClient, case: Made, db_session: Session, settings: Settings
) -> None:
    noor.page(f"/conferences/{case.id}/opened")
    page = noor.follow("Print it (PDF)")
    assert (page.heading, "It is about to be made." in page.text) == ("Who has opened this file, on paper", True)
    assert page.title.startswith("Who has opened this file, on paper · EKC-2026-0001 · ")
    assert [(node.text, list(node)) for node in page.all("div") if node.get("id") == "progress"] == [
        (None, [])
    ]  # no gap
    again = noor.get(list_of(case))
    assert again.location == page.url  # asked twice, made once
    assert (how_many(db_session), looks(db_session, case)) == ((1, 0), 0)

    work(db_session, settings)

    ready = noor.get(page.url)
    assert ready.status_code == 303
    paper = noor.get(ready.location)
    assert (paper.status_code, paper.mimetype, looks(db_session, case)) == (200, "application/pdf", 1)
    assert (paper.headers["Cache-Control"], int(paper.headers["Content-Length"])) == (
        "private, no-store",
        len(paper.data),
    )
    with pikepdf.open(io.BytesIO(paper.data)) as pdf:
        assert len(pdf.pages) == 2
    assert noor.get(list_of(case)).location != page.url  # asked anew, it is made anew


def test_nobody_else_gets_it(
    app: Flask,
    noor: PageClient,
    someone: Callable[[], PageClient],
    case: Made,
    cast: Cast,
    db_session: Session,
    settings: Settings,
) -> None:
    ordered = noor.get(list_of(case)).location
    work(db_session, settings)
    marieke, ruud = someone(), someone()
    enter(marieke, db_session, START, case.id, case.people["marieke"])
    sign_in(ruud, cast.ruud)

    for other in (marieke, ruud):
        assert other.get(ordered).location == "/"
    theirs = marieke.get(f"{list_of(case)}?order={ordered.rpartition('/')[2]}")
    assert (theirs.status_code, theirs.location == ordered, theirs.location[:8]) == (303, False, "/orders/")
    assert ruud.get(f"{list_of(case)}?order={ordered.rpartition('/')[2]}").status_code == 404
    assert someone().get(ordered).location.startswith("/sign-in")
    for number in ("-1", f"-{2**70}", f"{2**70}", "0"):
        assert marieke.get(f"{list_of(case)}?order={number}").status_code == 303


@pytest.mark.both_databases
def test_private_time_takes_what_was_ordered_and_nothing_is_ordered_in_it(
    noor: PageClient,
    someone: Callable[[], PageClient],
    case: Made,
    cast: Cast,
    db_session: Session,
    settings: Settings,
    clock: FrozenClock,
) -> None:
    done = noor.get(list_of(case)).location
    work(db_session, settings)
    waits = noor.get(f"{list_of(case)}?since=2026-03-02").location
    assert done != waits
    address = noor.get(done).location
    db_session.rollback()
    leave_for_private_time(db_session, cast, clock(), case)

    build.step(db_session, cast, clock(), case, Step.BEGIN_PRIVATE_TIME)

    assert how_many(db_session) == (0, 0)
    states = db_session.scalars(select(Job.state).where(Job.kind == "paper").order_by(Job.id)).all()
    assert states == [JobState.DONE, JobState.CANCELLED]
    assert noor.get(address).status_code == 403
    marieke = someone()
    db_session.rollback()
    enter_as_before(marieke, db_session, START, case.id, case.people["marieke"])
    assert "Print it (PDF)" not in marieke.page(f"/conferences/{case.id}/opened").text
    assert marieke.page(f"/conferences/{case.id}/opened.pdf").flashes == [  # on a page from before
        "In private time nothing new is printed: that would leave a trace of who asked for it, and when."
    ]
    assert how_many(db_session) == (0, 0)


def test_what_is_cancelled_is_not_made(noor: PageClient, case: Made, db_session: Session, settings: Settings) -> None:
    noor.page(f"/conferences/{case.id}/opened")
    noor.follow("Print it (PDF)")

    page = noor.submit("Cancel")

    assert page.url == f"/conferences/{case.id}/opened"
    assert page.flashes == ["It is cancelled: nothing is made."]
    work(db_session, settings)
    assert how_many(db_session) == (0, 0)
    assert db_session.scalars(select(Job.state).where(Job.kind == "paper")).all() == [JobState.CANCELLED]


def test_the_page_says_so_where_no_worker_takes_it_and_where_it_failed(
    noor: PageClient, case: Made, db_session: Session, settings: Settings, clock: FrozenClock
) -> None:
    ordered = noor.get(list_of(case)).location
    assert "It is about to be made." in noor.page(ordered).text
    clock.advance(minutes=1)
    assert "It takes longer than usual." in noor.page(ordered).text
    clock.advance(minutes=1)
    assert "The part of this service that prints is not running now." in noor.page(ordered).text
    row = db_session.scalars(select(FileOrder)).one()
    kept = row.content
    with writing(db_session):
        db_session.scalars(select(FileOrder)).one().content = {**kept, "asked": [{"language": "nl"}]}

    work(db_session, settings)
    beat(db_session, 1, clock())
    assert "It did not succeed just now." in noor.page(ordered).text
    for _ in range(2):
        clock.advance(hours=1)
        work(db_session, settings)

    failed = noor.page(ordered)
    assert "This list cannot be printed now. Read it on its page. (KeyError)" in failed.text
    assert noor.follow("Try again").heading == "Who has opened this file, on paper"


def test_the_page_says_so_where_its_worker_was_killed_until_another_begins(
    noor: PageClient, case: Made, db_session: Session, settings: Settings, clock: FrozenClock
) -> None:
    ordered = noor.get(list_of(case)).location
    running = {"state": JobState.RUNNING, "tries": 1, "held_until": clock() + HOLD}
    with writing(db_session):
        db_session.execute(update(Job).where(Job.kind == "paper").values(running))
    clock.advance(minutes=0.75)
    assert "It is being made." in noor.page(ordered).text
    clock.advance(minutes=0.05)
    assert "It was interrupted. It is begun again by itself" in noor.page(ordered).text

    clock.advance(minutes=0.75)
    work(db_session, settings)

    assert noor.get(ordered).status_code == 303


def test_after_a_day_it_is_gone(
    noor: PageClient, case: Made, cast: Cast, db_session: Session, settings: Settings, clock: FrozenClock
) -> None:
    ordered = noor.get(list_of(case)).location
    work(db_session, settings)
    address = noor.get(ordered).location
    clock.advance(days=1)

    sign_in(noor, cast.noor)
    assert noor.page(ordered).flashes == ["What you asked for is not kept any more. Ask for it again."]
    assert noor.get(address).location.startswith("/orders/")
    forget_orders(db_session, clock() - timedelta(seconds=1))
    assert how_many(db_session)[1] == 1
    forget_orders(db_session, clock())
    assert how_many(db_session) == (1, 0)


@dataclass(frozen=True)
class Asked:
    language: str


ROWS = (b"one\r\n", b"two\r\nthree\r\n", b"four\r\n")
WHO = "account:1"


def export_of(rows: Callable[[Session], Iterator[Piece]]) -> ExportRule[Asked]:
    return ExportRule(
        name="rows",
        title="Rows",
        asked=Asked,
        pieces=lambda session, _asked: rows(session),
        mimetype="text/csv",
        failed="No",
    )


@pytest.fixture
def ordered(db_session: Session) -> int:
    ordering = Ordering("rows", EXPORT, None, [{"language": "en"}], "/rows.csv", "/", timedelta(days=1))
    return order(db_session, START, WHO, ordering)


def run(session: Session, settings: Settings, rule: ExportRule[Asked]) -> Job:
    rules = {one.name: one for one in order_jobs([], [rule])}
    for job in due_jobs(session, rules, START):
        perform(session, settings, rules, job.id, START)
    return refreshed(session).scalars(select(Job).where(Job.kind == EXPORT)).one()


def test_an_export_is_stored_and_read_piece_by_piece(db_session: Session, settings: Settings, ordered: int) -> None:
    def rows(session: Session) -> Iterator[Piece]:
        for many, row in enumerate(ROWS):
            assert len(session.scalars(select(FilePiece.id)).all()) == many  # those before are stored
            session.rollback()
            yield row, row.count(b"\n")

    assert run(db_session, settings, export_of(rows)).state is JobState.DONE

    made = order_of(db_session, START, WHO, ordered)
    assert made is not None
    assert (made.is_made, made.parts, made.size) == (True, 4, len(b"".join(ROWS)))
    assert tuple(pieces(make_sessions(db_session.get_bind()), made)) == ROWS  # type: ignore[arg-type]


def test_of_one_person_the_oldest_files_go(db_session: Session, settings: Settings, ordered: int) -> None:
    """A page that orders something can be loaded again and again; what others ordered stays."""
    theirs = Ordering("rows", EXPORT, None, [{"language": "en"}], "/rows.csv", "/", timedelta(days=1))
    other = order(db_session, START, "account:2", theirs)
    rule = export_of(lambda _session: ((row, 1) for row in ROWS))
    rules = {one.name: one for one in order_jobs([], [rule])}

    def make() -> None:
        for job in due_jobs(db_session, rules, START):
            perform(db_session, settings, rules, job.id, START)

    make()
    for _ in range(25):
        newest = order(db_session, START, WHO, theirs)
        make()

    assert order_of(db_session, START, WHO, ordered) is None
    assert order_of(db_session, START, WHO, newest) is not None
    assert order_of(db_session, START, "account:2", other) is not None
    assert how_many(db_session) == (22, 66)  # twenty, the one that was made after them, and that of somebody else


def test_what_is_cancelled_in_the_middle_stops_there(db_session: Session, settings: Settings, ordered: int) -> None:
    written = []

    def rows(session: Session) -> Iterator[Piece]:
        for row in ROWS:
            written.append(row)
            yield row, 1
            cancel(session, START, WHO, ordered)

    job = run(db_session, settings, export_of(rows))

    assert (job.state, job.error, len(written)) == (JobState.CANCELLED, None, 2)
    assert how_many(db_session) == (0, 0)


def test_a_second_attempt_begins_anew(db_session: Session, settings: Settings, ordered: int) -> None:
    def breaks(_session: Session) -> Iterator[Piece]:
        yield ROWS[0], 1
        raise LookupError

    assert run(db_session, settings, export_of(breaks)).state is JobState.WAITING
    assert how_many(db_session) == (1, 1)
    job = db_session.scalars(select(Job).where(Job.kind == EXPORT)).one()
    rules = {one.name: one for one in order_jobs([], [export_of(lambda _s: ((row, 1) for row in ROWS))])}

    perform(db_session, settings, rules, job.id, job.due)

    assert how_many(db_session) == (1, 3)


def test_only_the_worker_prints() -> None:
    """So that no request waits for it, and no web process loads what prints."""
    prints = {"document_pdf", "render_pdf", "render_pdf_with_replacements"}
    users = {
        file.relative_to(EKC).as_posix()
        for file in EKC.rglob("*.py")
        if prints & {node.id for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Name)}
    }
    assert users == {"core/documents.py", "orders/jobs.py", "operation/doctor.py"}  # a command
