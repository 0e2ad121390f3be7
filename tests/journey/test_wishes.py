"""A wish to stop or to come together again stays until it is taken back: who hears, who is asked, what waits."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions import safety
from ekc.conferences.entries import Concern, PersonDetails
from ekc.conferences.queries.concerns import concerns
from ekc.conferences.queries.traces import traces
from ekc.conferences.queries.voices import voices
from ekc.core.errors import Refusal, Unknown
from ekc.core.outbox import OutboxMessage
from ekc.journey.actions.steps import take_step
from ekc.journey.actions.wishes import ask_others, go_on, note_answer, speak_about
from ekc.meetings.actions import attendance
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.engine import STEP_RULES, judge
from ekc.workflow.vocabulary import Agreed, Attends, Part, Phase, Step, StopReason, TraceKind, VoiceMatter
from tests import build
from tests.build import Made
from tests.cast import Cast, enter, enter_as_before, participant, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.database import refreshed
from tests.workflow.build import READY

VERA = PersonDetails(name="Vera Smit", part=Part.MAIN_PERSON, relation="mother", phone="06 12345678")
MARK = PersonDetails(name="Mark Bos", part=Part.MAIN_PERSON, relation="father", phone="06 87654321")
TWO = (VERA, MARK)
STOP = Taking(Step.STOP, stop_reason=StopReason.OTHER)
ASKS = "Vera Smit wishes to stop: speak with them, and write down what was said"
Clients = Callable[[object], PageClient]


@pytest.fixture
def signed_in(app: Flask) -> Clients:
    """A client of their own for each member of staff."""

    def client(who: object) -> PageClient:
        made = app.test_client()
        assert isinstance(made, PageClient)
        sign_in(made, who)  # type: ignore[arg-type]
        return made

    return client


def own(app: Flask, session: Session, case: Made, name: str) -> PageClient:
    made = app.test_client()
    assert isinstance(made, PageClient)
    enter(made, session, START, case.id, case.people[name])
    return made


def one(session: Session, case: Made, name: str) -> By:
    return By(session, participant(case.id, case.people[name]), START)


def test_a_wish_stays_when_the_conference_opens_and_is_asked_about(
    app: Flask, signed_in: Clients, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START, main_persons=TWO)
    take_step(one(db_session, case, "vera"), case.id, STOP)
    noor = signed_in(cast.noor)
    page = noor.page(f"/conferences/{case.id}/steps/open_conference")
    assert ASKS in page.text
    assert f"/conferences/{case.id}#wishes" in [href for _, href in page.links]

    noor.submit("Open the conference", {"Yes, I am sure": True})

    def told() -> tuple[bool, ...]:
        home, page = noor.page("/").text, noor.page(f"/conferences/{case.id}").text
        mine = own(app, db_session, case, "vera").page(f"/conferences/{case.id}/mine").text
        return (
            "A main person wants to stop: ring them Vera Smit, 06 12345678" in home,
            "Vera Smit, 06 12345678: wants to stop, Monday 2 March 2026, 10:00" in page,
            "You want to stop the conference" in mine,
        )

    assert told() == (True, True, True)  # in the information phase
    take_step(By(db_session, cast.noor, START), case.id, Taking(Step.ANOTHER_DAY, reason="It is late."))
    assert told() == (True, True, True)  # and on another day
    noor.page(f"/conferences/{case.id}")
    noor.submit("Save", {"What was said": "She wants to wait for her sister."})
    assert told() == (False, True, True)
    page = noor.page(f"/conferences/{case.id}")
    assert "Spoken about on Monday 2 March 2026, 10:00: She wants to wait for her sister." in page.text
    assert ASKS not in noor.page(f"/conferences/{case.id}/steps/open_conference").text
    go_on(one(db_session, case, "vera"), case.id, VoiceMatter.STOPPING, 0)
    assert told() == (False, False, False)


def test_in_private_time_no_page_shows_a_wish(
    app: Flask, signed_in: Clients, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START, main_persons=TWO)
    take_step(one(db_session, case, "vera"), case.id, STOP)
    build.step(db_session, cast, START, case, Step.OPEN_CONFERENCE)
    attendance.record_attendance(By(db_session, cast.noor, START), case.id, list(case.people.values()))
    build.to_presentation(db_session, cast, START, case)
    attendance.professionals_leave(By(db_session, cast.noor, START), case.id)
    vera = app.test_client()
    assert isinstance(vera, PageClient)
    shown = []
    for step in (None, Step.GO_BACK):
        if step:
            take_step(one(db_session, case, "omar"), case.id, Taking(step, reason="One more thing."))
        enter_as_before(vera, db_session, START, case.id, case.people["vera"])
        shown.append("You want to stop" in vera.page(f"/conferences/{case.id}/mine").text)
    assert shown == [True, False]
    noor = signed_in(cast.noor)
    texts = [noor.page(path).text for path in ("/", f"/conferences/{case.id}")]
    assert ["Vera" in text for text in texts] == [False, False]
    with pytest.raises(Refusal):
        go_on(By(db_session, cast.noor, START), case.id, VoiceMatter.STOPPING, case.people["vera"])


@pytest.mark.parametrize(
    ("step", "phases"),
    [
        (Step.TAKE_ON, {Phase.REGISTRATION}),
        (Step.OPEN_CONFERENCE, {Phase.SETUP}),
        (Step.PLAN_WITHOUT_CONFERENCE, {Phase.SETUP}),
        (Step.CLOSE, {Phase.EVALUATION}),
        (Step.NO_PLAN, {Phase.PRESENTATION}),  # in private time nothing of it is shown
        (Step.MAIN_PERSON_GONE, {*STEP_RULES[Step.MAIN_PERSON_GONE].sources}),
    ],
)
@pytest.mark.parametrize("matter", [VoiceMatter.STOPPING, VoiceMatter.AGAIN])
def test_an_open_wish_is_named_before_these_steps(step: Step, phases: set[Phase], matter: VoiceMatter) -> None:
    mother = READY.people[0]
    wishes = replace(mother, spoken_with=frozenset(VoiceMatter) - {matter})
    case = replace(READY, people=(wishes, *READY.people[1:]), family_wants_new_version=False)
    rule = STEP_RULES[step]
    asked = {
        phase: [asked.params["name"] for asked in judge(rule, replace(case, phase=phase), rule.who).questions]
        for phase in rule.sources
    }
    assert {phase for phase, names in asked.items() if names} == phases
    assert [names for names in asked.values() if names] == [[mother.name]] * len(phases)


@pytest.mark.both_databases
def test_each_main_person_who_was_not_heard_is_listed_and_noted(
    signed_in: Clients, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START, main_persons=TWO)
    take_step(one(db_session, case, "vera"), case.id, STOP)
    noor = signed_in(cast.noor)
    page = noor.page(f"/conferences/{case.id}")
    assert "Mark Bos, 06 87654321: not heard yet" in page.text
    assert ("06 87654321", "tel:0687654321") in page.links

    page = noor.submit("Mark Bos told me: go on")
    assert "Mark Bos, 06 87654321: wants to go on, Monday 2 March 2026" in page.text
    assert "not heard yet" not in page.text
    # what staff noted they correct; the last yes that they note does not stop it: they decide with the step
    page = noor.submit("Mark Bos told me: stop too")
    assert "Mark Bos, 06 87654321: wants to stop, Monday 2 March 2026" in page.text
    noted = By(db_session, cast.noor, START)
    with pytest.raises(Unknown):
        note_answer(noted, case.id, VoiceMatter.STOPPING, case.people["omar"], Agreed.YES)
    with pytest.raises(Unknown):
        note_answer(one(db_session, case, "mark"), case.id, VoiceMatter.STOPPING, case.people["vera"], Agreed.NO)
    with pytest.raises(Refusal, match="Nobody wishes for this any more"):
        speak_about(noted, case.id, VoiceMatter.AGAIN, case.people["vera"], "We spoke.")


def test_what_somebody_answered_themselves_is_not_replaced_by_what_staff_note(
    signed_in: Clients, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START, main_persons=TWO)
    take_step(one(db_session, case, "vera"), case.id, STOP)
    noor = signed_in(cast.noor)
    noor.page(f"/conferences/{case.id}")
    go_on(one(db_session, case, "mark"), case.id, VoiceMatter.STOPPING, 0)

    noor.refused("Mark Bos told me: stop too", status=409)

    with pytest.raises(Refusal, match="They answered themselves"):
        note_answer(By(db_session, cast.noor, START), case.id, VoiceMatter.STOPPING, case.people["mark"], Agreed.YES)
    page = noor.page(f"/conferences/{case.id}").text
    assert "Mark Bos, 06 87654321: wants to go on" in page
    assert "Mark Bos told me" not in page


def test_what_was_said_about_a_wish_is_about_the_newest_words(
    signed_in: Clients, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.case_in_evaluation(db_session, cast, START, main_persons=TWO)
    take_step(one(db_session, case, "vera"), case.id, Taking(Step.RECONVENE, reason="The house."))
    noor = signed_in(cast.noor)
    noor.page(f"/conferences/{case.id}")
    take_step(one(db_session, case, "vera"), case.id, Taking(Step.RECONVENE, reason="The school."))

    page = noor.refused("Save", {"What was said": "In April."}, status=409)

    assert "Now at “Vera Smit”: Monday 2 March 2026, 10:00, yes, The school." in page.text
    assert "Spoken about on Monday 2 March 2026, 10:00: In April." in noor.submit("Save").text


def test_the_others_are_asked_about_what_the_page_showed_and_not_while_it_is_unsafe(
    signed_in: Clients, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START, main_persons=TWO)
    noor, staff = signed_in(cast.noor), By(db_session, cast.noor, START)
    worried = Concern(participant_id=case.people["mark"], concern="He is afraid.", arrangement="Rings first.")
    safety.add_concern(staff, case.id, worried)
    take_step(one(db_session, case, "vera"), case.id, STOP)
    noor.page(f"/conferences/{case.id}")
    safety.say_not_safe(one(db_session, case, "vera"), case.id, "He reads my phone.")

    noor.refused("Ask them", status=409)

    assert "Ask the other main persons" not in noor.page(f"/conferences/{case.id}").text
    with pytest.raises(Refusal, match="It does not feel safe to them"):
        ask_others(staff, case.id, VoiceMatter.STOPPING, case.people["vera"])
    said = next(row for row in concerns(db_session, case.id) if row.unanswered)
    safety.answer_concern(staff, case.id, said.id, "She has another phone.")
    noor.page(f"/conferences/{case.id}")
    noor.submit("Ask them")
    assert [row.asked_at for row in voices(db_session, case.id) if row.matter is VoiceMatter.STOPPING] == [START]


@pytest.mark.both_databases
def test_a_wish_taken_back_leaves_a_trace_and_staff_get_a_mail(
    signed_in: Clients, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START, main_persons=TWO)
    take_step(one(db_session, case, "vera"), case.id, STOP)
    later = clock.advance(hours=2, minutes=25)
    go_on(By(db_session, participant(case.id, case.people["vera"]), later), case.id, VoiceMatter.STOPPING, 0)

    seen = signed_in(cast.ruud).page(f"/conferences/{case.id}/history").text
    assert "Monday 2 March 2026, 12:25 Vera Smit Does not wish to stop, or no longer" in seen
    assert "Monday 2 March 2026, 10:00 Vera Smit Wished to stop" in seen
    mails = refreshed(db_session).execute(select(OutboxMessage.recipient, OutboxMessage.subject)).all()
    told = sorted(recipient for recipient, subject in mails if subject == "A wish was taken back")
    assert told == ["noor@example.org", "ruud@example.org"]


def test_no_plan_destroys_the_traces_of_wishes_alone(cast: Cast, db_session: Session, clock: FrozenClock) -> None:
    case = build.prepared_case(db_session, cast, START, main_persons=TWO)
    take_step(one(db_session, case, "vera"), case.id, STOP)
    kept = [row for row in traces(db_session, case.id) if row.kind is not TraceKind.STOP_WISHED]
    build.step(db_session, cast, START, case, Step.OPEN_CONFERENCE)
    attendance.record_attendance(By(db_session, cast.noor, START), case.id, list(case.people.values()))
    build.to_presentation(db_session, cast, START, case)
    build.step(db_session, cast, START, case, Step.NO_PLAN)

    assert list(traces(db_session, case.id)) == kept
    assert [row for row in voices(db_session, case.id) if row.matter is VoiceMatter.STOPPING] == []


def test_coming_and_not_coming_stand_in_the_history(
    signed_in: Clients, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    case = build.prepared_case(db_session, cast, START)
    clock.advance(minutes=5)
    build.change_details(db_session, cast, clock(), case, case.people["omar"], attends=Attends.NO)
    seen = signed_in(cast.noor).page(f"/conferences/{case.id}/history").text
    assert "10:05 Omar El Amrani How they come: does not come (noted by Noor van Dijk)" in seen
    # Of those of whom it was noted at once, once, with all of them.
    assert seen.count("How they come: in person (noted by Noor van Dijk)") == 1
    assert re.search(r"10:00 [^:]*Omar El Amrani, [^:]* How they come: in person \(noted by Noor van Dijk\)", seen)
