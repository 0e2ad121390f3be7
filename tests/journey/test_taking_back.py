"""A step that was taken by mistake: taken back within five minutes, as if it had not been taken but for the history."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By, Visitor
from ekc.conferences.access import open_case
from ekc.core.audit import broken_chains
from ekc.core.db import Base
from ekc.core.errors import NotNow, Stale, Unknown
from ekc.core.jobs import Job
from ekc.core.outbox import OutboxMessage
from ekc.journey.actions.steps import take_step
from ekc.journey.actions.taking_back import TooLate, take_back
from ekc.journey.effects import UNDONE
from ekc.journey.queries.steps import history, moves, untold_steps
from ekc.matching.actions import asking
from ekc.meetings.actions import attendance
from ekc.workflow.definition.kinds import MAILS_WAIT, Taking
from ekc.workflow.definition.rows import REVERSIBLE, STEPS
from ekc.workflow.vocabulary import Activity, Attends, Effect, Phase, Step
from tests import build
from tests.cast import Cast, enter_as_before, participant, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.page import text_of

Build = Callable[..., build.Made]
SOON = START + timedelta(hours=1, minutes=4)
LATER = START + timedelta(hours=1)
#: What taking a step and taking it back leaves: these tables tell it, and what is counted up.
LEFT = frozenset({"phase_change", "step_words", "step_taken_back", "audit_event", "audit_head"})


def case_with_letter(session: Session, cast: Cast, at: Any) -> build.Made:
    """Ready to be opened: Kees says by letter what he has to say, and another coordinator is asked meanwhile."""
    case = build.prepared_case(session, cast, at)
    letter = {"attends": Attends.LETTER, "view": "I can take the children on Wednesdays."}
    build.change_details(session, cast, at, case, case.people["kees"], **letter)
    asking.ask_coordinator(By(session, cast.ruud, at), case.id, cast.denise.account_id or 0)
    return case


CASES: dict[Step, tuple[Build, Taking]] = {
    Step.TAKE_ON: (build.matched_case, Taking(Step.TAKE_ON)),
    Step.OPEN_CONFERENCE: (case_with_letter, Taking(Step.OPEN_CONFERENCE)),
    Step.COME_OUT: (build.case_in_private_time, Taking(Step.COME_OUT)),
    Step.ASK_FOR_INFORMATION: (
        build.case_in_private_time,
        Taking(Step.ASK_FOR_INFORMATION, reason="Who pays for the taxi?"),
    ),
}


def stored(session: Session) -> dict[str, list[dict[str, Any]]]:
    """What is stored, without what is counted up and what tells of the step."""
    session.rollback()
    tables = [table for table in Base.metadata.sorted_tables if table.name not in LEFT]
    kept = {table.name: [dict(row) for row in session.execute(select(table)).mappings()] for table in tables}
    for row in kept["conference"]:
        row.pop("version")
    return kept


def test_each_step_that_can_be_taken_back_is_tried_and_each_effect_of_it_is_undone() -> None:
    assert CASES.keys() == {rule.step for rule in STEPS if rule.back}
    assert UNDONE.keys() == REVERSIBLE == {effect for rule in STEPS if rule.back for effect in rule.effects}
    assert REVERSIBLE.isdisjoint({Effect.FREEZE_PLAN, Effect.SETTLE_END, Effect.TELL_END, Effect.OPEN_ROOM})


@pytest.mark.parametrize("step", CASES)
def test_what_is_taken_back_was_never_so_but_for_the_history(db_session: Session, cast: Cast, step: Step) -> None:
    make, taking = CASES[step]
    case = make(db_session, cast, START)
    who = participant(case.id, case.people["omar"]) if make is build.case_in_private_time else cast.noor
    before, steps = stored(db_session), history(db_session, case.id)
    take_step(By(db_session, who, LATER), case.id, taking)
    taken = history(db_session, case.id)[-1]
    waiting = (
        select(Job.due).join(OutboxMessage, OutboxMessage.id == Job.subject).where(OutboxMessage.queued_at == LATER)
    )
    assert set(db_session.scalars(waiting)) <= {LATER + MAILS_WAIT}

    take_back(By(db_session, who, SOON), case.id, step)

    assert stored(db_session) == before
    assert [*steps, taken] == [*history(db_session, case.id)[:-1], taken]
    last = history(db_session, case.id)[-1]
    assert (last.step, last.at, last.taken_back_at) == (step, LATER, SOON)
    assert [*broken_chains(db_session), *untold_steps(db_session)] == []
    if step in {Step.COME_OUT, Step.ASK_FOR_INFORMATION}:  # what was looked at meanwhile was not in private time
        assert moves(db_session, case.id)[-2:] == ((LATER, taken.target), (SOON, Phase.PRIVATE_TIME))
    assert take_step(By(db_session, who, SOON), case.id, taking) is taken.target


@pytest.mark.parametrize(
    ("at", "who", "refused"),
    [
        (LATER + timedelta(minutes=5, seconds=1), "noor", TooLate),
        (SOON, "ruud", Stale),
        (SOON, "bas", Unknown),
    ],
)
def test_only_whoever_took_it_takes_it_back_and_only_for_five_minutes(
    db_session: Session, cast: Cast, at: Any, who: str, refused: type[Exception]
) -> None:
    case = build.prepared_case(db_session, cast, START)
    build.step(db_session, cast, LATER, case, Step.OPEN_CONFERENCE)
    visitor: Visitor = getattr(cast, who)
    with pytest.raises(refused):
        take_back(By(db_session, visitor, at), case.id, Step.OPEN_CONFERENCE)
    assert open_case(By(db_session, cast.noor, SOON), case.id, Activity.SEE_CASE).phase is Phase.INFORMATION


def test_after_five_minutes_to_the_second_it_is_still_taken_back(db_session: Session, cast: Cast) -> None:
    case = build.prepared_case(db_session, cast, START)
    build.step(db_session, cast, LATER, case, Step.OPEN_CONFERENCE)
    last = LATER + timedelta(minutes=5)
    take_back(By(db_session, cast.noor, last), case.id, Step.OPEN_CONFERENCE)
    assert open_case(By(db_session, cast.noor, last), case.id, Activity.SEE_CASE).phase is Phase.SETUP


def test_a_coordinator_does_not_look_into_private_time_by_taking_a_step_back(db_session: Session, cast: Cast) -> None:
    case = build.case_in_private_time(db_session, cast, START)
    build.step(db_session, cast, LATER, case, Step.COME_OUT)
    with pytest.raises(Stale):
        take_back(By(db_session, cast.noor, SOON), case.id, Step.COME_OUT)


def test_what_destroys_or_shuts_people_out_is_not_taken_back(db_session: Session, cast: Cast) -> None:
    case = build.case_in_private_time(db_session, cast, START)
    with pytest.raises(TooLate, match="cannot be taken back"):
        take_back(By(db_session, cast.noor, START), case.id, Step.BEGIN_PRIVATE_TIME)
    build.step(db_session, cast, START, case, Step.COME_OUT)
    with pytest.raises((Stale, NotNow)):
        take_back(By(db_session, participant(case.id, case.people["omar"]), START), case.id, Step.BEGIN_PRIVATE_TIME)


def test_the_page_offers_it_says_why_not_and_what_else(
    app: Flask, client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = build.prepared_case(db_session, cast, clock())
    clock.advance(days=1)
    build.step(db_session, cast, clock(), case, Step.OPEN_CONFERENCE)
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}")
    assert "You can take this step back until 10:05" in page.text
    clock.advance(minutes=2)
    attendance.record_attendance(By(db_session, cast.noor, clock()), case.id, [case.people["omar"]])

    late = client.submit("Take back: the conference was opened")

    assert "Something else was done in this conference since" in late.text
    assert "Choose to go on another day" in late.text
    assert "Take back: the conference was opened" not in late.buttons
    clock.advance(minutes=4)
    assert "taken back" not in client.page(f"/conferences/{case.id}").text


def test_a_family_takes_back_on_its_own_page_that_it_came_out(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = build.case_in_private_time(db_session, cast, clock())
    clock.advance(minutes=30)
    enter_as_before(client, db_session, START, case.id, case.people["omar"])
    take_step(By(db_session, participant(case.id, case.people["omar"]), clock()), case.id, Taking(Step.COME_OUT))
    client.page(f"/conferences/{case.id}/mine")
    clock.advance(minutes=2)

    after = client.submit("Take back: the family came out with a plan")

    assert "Taken back: private time goes on." in after.text
    sign_in(client, cast.noor)
    clock.advance(minutes=1)
    assert "The family has private time" in client.page(f"/conferences/{case.id}").text
    build.step(db_session, cast, clock(), case, Step.COME_OUT)
    told = text_of(client.page(f"/conferences/{case.id}/history").all("main")[0])
    assert "Private time has ended: the family presents its plan. Taken back at 10:32" in told
