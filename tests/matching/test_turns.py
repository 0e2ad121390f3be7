"""Asking several coordinators in turn, with a last day to answer; the worker asks the next one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.models import Account
from ekc.conferences.models import Conference
from ekc.core.db import make_sessions
from ekc.core.errors import Refusal, Unknown
from ekc.core.jobs import Job, JobState
from ekc.core.outbox import OutboxMessage
from ekc.journey.actions.steps import take_step
from ekc.matching.actions import asking, independence
from ekc.matching.actions.asking import UNANSWERED, end_unanswered
from ekc.matching.actions.independence import set_employer
from ekc.matching.models import CoordinatorTurn, Match
from ekc.matching.queries.asking import next_in_turn
from ekc.matching.queries.match import match_history, matches
from ekc.staff.actions.closing import set_leaving
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.vocabulary import Step, StopReason
from tests.build import INDEPENDENT, Made, registered_case
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.page import text_of

NOOR, DENISE = "Noor van Dijk", "Denise Okafor"
#: START is a Monday, 10:00 there. Two days to answer: until the end of Wednesday.
WEDNESDAY, LATE = date(2026, 3, 4), datetime(2026, 3, 5, 0, 0, tzinfo=START.tzinfo)


@pytest.fixture
def case(db_session: Session, cast: Cast, clock: FrozenClock) -> Made:
    return registered_case(db_session, cast, clock())


def ask_both(session: Session, cast: Cast, case: Made) -> int:
    noor, denise = cast.noor.account_id or 0, cast.denise.account_id or 0
    return asking.ask_coordinator(By(session, cast.ruud, START), case.id, noor, "A reason.", days=2, then=[denise])


def who(session: Session, case: Made) -> str:
    pending = matches(session, case.id).pending
    return pending.name if pending else ""


def due(session: Session) -> list[tuple[int, datetime]]:
    waits = select(Job.subject, Job.due).where(Job.kind == UNANSWERED, Job.state == JobState.WAITING).order_by(Job.id)
    return [(row.subject, row.due) for row in session.execute(waits)]


def told(session: Session) -> list[tuple[str, str]]:
    sent = select(OutboxMessage).where(OutboxMessage.key.startswith("match:")).order_by(OutboxMessage.id)
    return [(mail.recipient.split("@")[0], mail.subject) for mail in session.scalars(sent)]


def test_those_who_are_ticked_are_asked_as_they_stand(client: PageClient, cast: Cast, case: Made) -> None:
    sign_in(client, cast.ruud)
    client.page(f"/conferences/{case.id}/coordinator")
    button = "Start asking in turn"

    page = client.refused(button, status=422)
    assert page.errors == ["Tick whom to ask, in the list below."]
    page = client.submit(button, {"in turn: Noor van Dijk": True, "in turn: Denise Okafor": True})

    assert "Answers at the latest Wednesday 4 March 2026 Asked after that Denise Okafor" in page.text
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/coordinator")
    assert "Please answer by Wednesday 4 March 2026. After that somebody else is asked." in page.text


def test_the_next_one_is_asked_when_the_last_day_is_over(db_session: Session, cast: Cast, case: Made) -> None:
    first = ask_both(db_session, cast, case)
    [(subject, over)] = due(db_session)
    assert (subject, over) == (first, datetime(2026, 3, 4, 23, 0, tzinfo=START.tzinfo))  # midnight there

    end_unanswered(db_session, over - timedelta(seconds=1), first)
    assert (who(db_session, case), next_in_turn(db_session, case.id)) == (NOOR, (DENISE,))
    end_unanswered(db_session, over, first)

    pending = matches(db_session, case.id).pending
    assert pending is not None
    assert (pending.name, pending.answer_by) == (DENISE, date(2026, 3, 7))
    assert next_in_turn(db_session, case.id) == ()
    events = [(event.action, event.coordinator, event.reason) for event in match_history(db_session, case.id)]
    assert events == [("asked", DENISE, "A reason."), ("unanswered", NOOR, ""), ("asked", NOOR, "A reason.")]
    assert told(db_session) == [
        ("noor", "You are asked for a conference"),
        ("noor", "You need not answer any more about a conference"),
        ("denise", "You are asked for a conference"),
    ]


def test_the_job_asks_nobody_twice(db_session: Session, cast: Cast, case: Made) -> None:
    first = ask_both(db_session, cast, case)
    for _ in range(2):  # its worker was killed before it noted the end
        end_unanswered(db_session, LATE, first)

    assert who(db_session, case) == DENISE
    assert db_session.scalar(select(func.count()).select_from(Match)) == 2


def test_where_nobody_is_next_whoever_asked_hears_it(db_session: Session, cast: Cast, case: Made) -> None:
    first = ask_both(db_session, cast, case)
    end_unanswered(db_session, LATE, first)
    [_, (second, over)] = due(db_session)

    end_unanswered(db_session, over, second)

    assert who(db_session, case) == ""
    assert told(db_session)[-1] == ("ruud", "No coordinator has answered for a conference")


def test_after_a_no_the_next_one_is_asked_and_the_manager_has_nothing_to_do(
    db_session: Session, cast: Cast, case: Made
) -> None:
    ask_both(db_session, cast, case)

    asking.decline(By(db_session, cast.noor, START), case.id)

    assert who(db_session, case) == DENISE
    assert [one for one in told(db_session) if one[0] == "ruud"] == []
    asking.decline(By(db_session, cast.denise, START), case.id)
    assert told(db_session)[-1] == ("ruud", "A coordinator cannot take a conference")


def test_the_page_says_who_said_no_and_that_nobody_is_asked_now(
    client: PageClient, db_session: Session, cast: Cast, case: Made, clock: FrozenClock
) -> None:
    first = ask_both(db_session, cast, case)
    end_unanswered(db_session, LATE, first)
    asking.decline(By(db_session, cast.denise, LATE), case.id)
    clock.set(LATE)
    sign_in(client, cast.ruud)

    page = client.page(f"/conferences/{case.id}/coordinator")

    assert "Nobody is asked yet." not in page.text
    rows = [text_of(row) for row in page.all("li") if "candidate" in row.get("id", "")]
    said = {NOOR: "Noor van Dijk did not answer in time.", DENISE: "Denise Okafor said no."}
    assert all(any(row.startswith(f"{name} {said[name]}") for row in rows) for name in said)
    client.submit(f"Ask {NOOR}", {})
    page = client.page(f"/conferences/{case.id}/coordinator")
    assert page.text.count(said[NOOR]) == 1  # in the history


def test_a_no_is_of_one_account_whatever_it_is_called_and_whoever_else_is_called_so(
    client: PageClient, db_session: Session, cast: Cast, case: Made
) -> None:
    asking.ask_coordinator(By(db_session, cast.ruud, START), case.id, cast.noor.account_id or 0, "A reason.")
    asking.decline(By(db_session, cast.noor, START), case.id)
    denise = db_session.get_one(Account, cast.denise.account_id)
    denise.name = NOOR
    db_session.commit()
    sign_in(client, cast.ruud)

    page = client.page(f"/conferences/{case.id}/coordinator")

    rows = [text_of(row) for row in page.all("li") if "candidate" in row.get("id", "")]
    said_no = [row for row in rows if "said no." in row]
    assert len(rows) == 2
    assert [row.partition(")")[0] for row in said_no] == [f"{NOOR} (noor@example.org"]
    assert f"Ask {NOOR} (denise@example.org)" in page.buttons
    db_session.get_one(Account, cast.noor.account_id).name = "Noor Bakker"
    db_session.commit()
    rows = [text_of(row) for row in client.page(page.url).all("li") if "candidate" in row.get("id", "")]
    assert [row.startswith("Noor Bakker") for row in rows if "said no." in row] == [True]


def test_whoever_answers_too_late_reads_so_and_whom_to_ring(
    client: PageClient, db_session: Session, cast: Cast, case: Made, clock: FrozenClock
) -> None:
    first = ask_both(db_session, cast, case)
    address = f"/conferences/{case.id}/coordinator"
    sign_in(client, cast.noor)
    client.page(address)
    form = client.form("Take the case").fill({}).payload()
    end_unanswered(db_session, LATE, first)

    for page in (client.get(address), client.post(f"{address}/accept", data=form)):
        assert page.status_code == 403
        assert "The last day to answer was Wednesday 4 March 2026, so you are no longer asked" in page.text
        assert "Ring: Ruud" in page.text
        assert "Marieke" not in page.text

    asking.decline(By(db_session, cast.denise, START), case.id)
    client.get("/sign-out")
    sign_in(client, cast.denise)
    assert "You said no to this conference on Monday 2 March 2026." in client.get(address).text
    sign_in(client, cast.iris)  # who was never asked
    assert client.get(address).status_code == 404


def test_when_everybody_said_no_home_and_page_say_so(
    client: PageClient, db_session: Session, cast: Cast, case: Made
) -> None:
    first = ask_both(db_session, cast, case)
    end_unanswered(db_session, LATE, first)
    asking.decline(By(db_session, cast.denise, LATE), case.id)
    sign_in(client, cast.ruud)

    assert "2 coordinators were asked, and none of them takes it: ask somebody else" in client.page("/").text
    page = client.page(f"/conferences/{case.id}/coordinator")
    assert "Everybody here who can be asked said no, or did not answer in time." in page.text


def test_after_a_yes_nobody_is_asked_any_more(db_session: Session, cast: Cast, case: Made) -> None:
    first = ask_both(db_session, cast, case)
    independence.accept(By(db_session, cast.noor, START), case.id, INDEPENDENT)

    end_unanswered(db_session, LATE, first)

    both = matches(db_session, case.id)
    assert both.current is not None
    assert (both.current.name, both.pending, next_in_turn(db_session, case.id)) == (NOOR, None, ())


def test_what_is_taken_back_or_ends_asks_nobody_next(db_session: Session, cast: Cast, case: Made) -> None:
    first = ask_both(db_session, cast, case)
    asking.end_match(By(db_session, cast.ruud, START), case.id, "Not now.")
    end_unanswered(db_session, LATE, first)
    assert (who(db_session, case), next_in_turn(db_session, case.id)) == ("", ())

    second = ask_both(db_session, cast, case)
    take_step(
        By(db_session, cast.ruud, START), case.id, Taking(Step.STOP, stop_reason=StopReason.OTHER, reason="Over.")
    )
    end_unanswered(db_session, LATE, second)
    assert (who(db_session, case), next_in_turn(db_session, case.id)) == ("", ())


def test_whoever_cannot_be_asked_by_then_is_passed_over(db_session: Session, cast: Cast, case: Made) -> None:
    first, denise = ask_both(db_session, cast, case), cast.denise.account_id or 0
    set_employer(By(db_session, cast.ruud, START), denise, "Youth protection")

    end_unanswered(db_session, LATE, first)

    assert (who(db_session, case), next_in_turn(db_session, case.id)) == ("", ())
    second = asking.ask_coordinator(By(db_session, cast.ruud, START), case.id, cast.noor.account_id or 0, days=1)
    db_session.add(CoordinatorTurn(conference_id=case.id, account_id=denise, days=1))
    db_session.get_one(Account, denise).employer = None
    db_session.commit()
    set_leaving(By(db_session, cast.bas, START), denise, LATE.date())
    end_unanswered(db_session, LATE, second)
    assert who(db_session, case) == ""


def test_nobody_of_another_region_is_asked_next(db_session: Session, cast: Cast, case: Made) -> None:
    noor, iris = cast.noor.account_id or 0, cast.iris.account_id or 0
    with pytest.raises(Unknown):
        asking.ask_coordinator(By(db_session, cast.ruud, START), case.id, noor, days=2, then=[iris])


@pytest.mark.both_databases
def test_yes_no_and_the_end_of_the_last_day_at_once_leave_one_answer(
    engine: Engine, db_session: Session, cast: Cast, case: Made
) -> None:
    first = ask_both(db_session, cast, case)
    make, together = make_sessions(engine), Barrier(3)
    answers: tuple[Callable[[Session], None], ...] = (
        lambda session: independence.accept(By(session, cast.noor, LATE), case.id, INDEPENDENT),
        lambda session: asking.decline(By(session, cast.noor, LATE), case.id),
        lambda session: end_unanswered(session, LATE, first),
    )

    def answer(one: Callable[[Session], None]) -> None:
        with make() as session, suppress(Unknown, Refusal):
            together.wait()
            one(session)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(answer, answers))  # raises what is neither Unknown nor Refusal

    db_session.rollback()
    [match] = db_session.scalars(select(Match).where(Match.ended_on.is_(None)))
    conference = db_session.get_one(Conference, case.id)
    taken = match.account_id if match.accepted_on else None
    waits = None if match.accepted_on else match.account_id
    assert (conference.coordinator_id, conference.asked_coordinator_id) == (taken, waits)
    assert next_in_turn(db_session, case.id) == ()
