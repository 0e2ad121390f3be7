"""Pages of follow-ups, tasks and costs over HTTP."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.models import Conference, Participant
from ekc.core.errors import Unknown
from ekc.core.transaction import writing
from ekc.evaluations import queries
from ekc.evaluations.actions import (
    Costs,
    FollowUpReport,
    NewAvoidedCost,
    add_avoided_cost,
    give_up,
    record_costs,
    record_follow_up,
)
from ekc.evaluations.queries import FollowUpRecord
from ekc.workflow.vocabulary import ActionState, Part, Phase
from tests.cast import Cast, enter, participant, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.evaluations.agreed import agreed_case
from tests.form import Value
from tests.tasks import own_tasks

CALL_DAY = START + timedelta(days=28)
EVALUATION_DAY = datetime(2026, 7, 11, 16, 0, tzinfo=UTC)


def test_a_coordinator_writes_down_the_call(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = agreed_case(db_session, cast, START)
    clock.set(CALL_DAY)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/follow-ups")

    client.follow("Call after four weeks")
    assert client.form("Save the report").shown("By whom?") == "Noor van Dijk"
    refused = client.refused("Save the report", {"1.1 Sleeps over on Wednesday": "partly"}, status=422)
    assert refused.errors == ["How did it go? Say in a few words how it goes."]
    assert client.form("Save the report").shown("1.1 Sleeps over on Wednesday") == ["partly"]
    page = client.submit(
        "Save the report",
        {"How did it go?": "Nights go well.", "1.2 Hangs up the roster": "done", "2.1 Rings school": "not yet"},
    )

    assert page.url == f"/conferences/{case.id}/follow-ups"
    assert "Nights go well." in page.text
    assert "1 done · 1 partly · 1 not yet" in page.text
    assert "2.1 Rings school Omar El Amrani, Karim Jansen Call after four weeks, 30 March 2026: not yet" in page.text
    assert "nothing said" not in page.text
    db_session.rollback()
    assert queries.follow_up_records(db_session, [case.call])[case.call].actions == {
        case.nights: ActionState.PARTLY,
        case.roster: ActionState.DONE,
        case.school: ActionState.NOT_YET,
    }


def test_an_interpreter_is_not_asked_for_a_mark(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = agreed_case(db_session, cast, START)
    with writing(db_session):
        db_session.execute(update(Participant).where(Participant.id == case.karim).values(part=Part.INTERPRETER))
    clock.set(EVALUATION_DAY)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/follow-ups/{case.evaluation}")

    labels = client.form("Save the report").labels

    assert ("Karim Jansen" in labels, "Mark of Karim Jansen" in labels) == (True, False)
    assert "Mark of Marieke de Wit" in labels


def test_the_convenor_writes_down_the_evaluation_and_mends_it(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = agreed_case(db_session, cast, START)
    clock.set(EVALUATION_DAY)
    enter(client, db_session, EVALUATION_DAY, case.id, case.omar)
    client.page(f"/conferences/{case.id}/follow-ups/{case.evaluation}")
    assert client.form("Save the report").shown("By whom?") == "Omar El Amrani"
    assert "06 1234 5678" not in client.here.html

    filled: dict[str, Value] = {
        "1 Never alone at night": "+1 more than hoped",
        "2 Back at school": "−2 much less than hoped",
        "Who was there?": ["Marieke de Wit", "Omar El Amrani"],
        "Mark of Marieke de Wit": 8,
        "Marks of others in the family, without names": "9, 8,8",
        "What was decided?": "The plan goes on.",
        "The family wants a new version of the plan": True,
    }
    wrong: dict[str, Value] = {
        **filled,
        "Mark of Marieke de Wit": 11,
        "Marks of others in the family, without names": "nine",
    }
    assert client.refused("Save the report", wrong, status=422).errors == [
        "Mark of Marieke de Wit: Give a whole number from 0 to 10.",
        "Marks of others in the family, without names: Type whole marks from 0 to 10 with commas between them, "
        "for example 9, 8, 8.",
    ]
    future: dict[str, Value] = {**filled, "On which day?": date(2026, 7, 12)}
    assert client.refused("Save the report", future, status=422).errors == [
        "On which day? This day is still to come. Choose today or an earlier day."
    ]
    page = client.submit("Save the report", {"On which day?": date(2026, 7, 11)})

    for words in ("+1 more than hoped", "−2 much less than hoped", "9, 8, 8", "Marieke de Wit, Omar El Amrani"):
        assert words in page.text
    assert "The family wants a new version of the plan." in page.text
    db_session.rollback()
    assert queries.follow_up_records(db_session, [case.evaluation])[case.evaluation] == FollowUpRecord(
        present=tuple(sorted((case.marieke, case.omar))),
        goals={1: 1, 2: -2},
        marks={case.marieke: 8},
        unnamed=(9, 8, 8),
    )

    client.follow("Correct this")
    client.submit("Correct the report", {"Mark of Marieke de Wit": 7, "Who was there?": ["Omar El Amrani"]})
    db_session.rollback()
    assert queries.follow_up_records(db_session, [case.evaluation])[case.evaluation] == FollowUpRecord(
        present=(case.omar,), goals={1: 1, 2: -2}, marks={case.marieke: 7}, unnamed=(9, 8, 8)
    )


def test_the_convenor_neither_reads_nor_changes_what_the_coordinator_wrote_down(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = agreed_case(db_session, cast, START)
    clock.set(EVALUATION_DAY)
    call = FollowUpReport(held_on=CALL_DAY.date(), found="Marieke is afraid of Omar.")
    record_follow_up(By(db_session, cast.noor, EVALUATION_DAY), case.id, case.call, call)
    omar = participant(case.id, case.omar)
    enter(client, db_session, EVALUATION_DAY, case.id, case.omar)

    page = client.page(f"/conferences/{case.id}/follow-ups")

    assert ("afraid" in page.text, "all after four weeks" in page.text) == (False, False)
    assert client.get(f"/conferences/{case.id}/follow-ups/{case.call}").status_code == 404
    for row, reason in ((case.call, "x"), (case.evaluation, "They moved")):
        if row == case.evaluation:  # given up by the coordinator
            give_up(By(db_session, cast.noor, EVALUATION_DAY), case.id, row, reason)
        with pytest.raises(Unknown):
            record_follow_up(
                By(db_session, omar, EVALUATION_DAY), case.id, row, FollowUpReport(held_on=CALL_DAY.date())
            )
        with pytest.raises(Unknown):
            give_up(By(db_session, omar, EVALUATION_DAY), case.id, row, reason)
    assert "They moved" not in client.page(f"/conferences/{case.id}/follow-ups").text
    [said] = (row for row in queries.follow_ups(db_session, case.id, EVALUATION_DAY.date()) if row.id == case.call)
    assert said.found == "Marieke is afraid of Omar."


def test_the_form_says_who_reads_what_is_written(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = agreed_case(db_session, cast, START)
    clock.set(EVALUATION_DAY)
    omar = By(db_session, participant(case.id, case.omar), EVALUATION_DAY)
    enter(client, db_session, EVALUATION_DAY, case.id, case.omar)
    page = client.page(f"/conferences/{case.id}/follow-ups/{case.evaluation}")
    assert "You read what you write here, and so do your coordinator and the regional manager." in page.text
    report = FollowUpReport(held_on=EVALUATION_DAY.date(), found="It went well.")
    record_follow_up(omar, case.id, case.evaluation, report)

    sign_in(client, cast.noor)

    page = client.page(f"/conferences/{case.id}/follow-ups/{case.call}")
    assert "The coordinator and the regional manager read what is written here. Nobody in the circle does." in page.text
    page = client.page(f"/conferences/{case.id}/follow-ups/{case.evaluation}")
    assert "Omar El Amrani wrote this down and reads it" in page.text
    record_follow_up(By(db_session, cast.noor, EVALUATION_DAY), case.id, case.evaluation, report)  # corrects it
    record_follow_up(omar, case.id, case.evaluation, report)  # and it is still his


def test_a_call_is_given_up_and_one_more_evaluation_planned(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = agreed_case(db_session, cast, START)
    clock.set(CALL_DAY)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/follow-ups/{case.call}")
    assert "Who to ring" not in client.here.text  # Marieke left no number

    assert client.refused("Give it up", status=422).errors == [
        "Why is it given up? Say in a few words why it is given up."
    ]
    page = client.submit("Give it up", {"Why is it given up?": "Nobody <b>answered</b>, 100% sure"})
    assert "Nobody <b>answered</b>, 100% sure" in page.text

    past: dict[str, Value] = {"Day of the next evaluation": date(2026, 3, 1), "Place": "at Kees's"}
    assert client.refused("Plan an evaluation", past, status=422).errors == [
        "Day of the next evaluation: This day has passed. Choose a day that lies ahead."
    ]
    page = client.submit("Plan an evaluation", {"Day of the next evaluation": date(2026, 10, 10)})
    assert "Saturday 10 October 2026 · at Kees's" in page.text
    assert "public holiday" not in page.text
    page = client.submit("Plan an evaluation", {"Day of the next evaluation": date(2026, 12, 25)})
    assert "A public holiday: Christmas Day." in page.text


def test_a_participant_ticks_off_a_task(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = agreed_case(db_session, cast, START)
    enter(client, db_session, START, case.id, case.omar)

    page = client.submit("Save", {"How far is this?": "Partly"}, near="Sleeps over on Wednesday")

    assert page.url == f"/conferences/{case.id}/mine"
    db_session.rollback()
    assert [task.state for task in own_tasks(db_session, case.id, case.omar)] == [ActionState.PARTLY, None]
    token = client.form("Save", near="Rings school").fill({}).payload()["csrf_token"]
    tasks = f"/conferences/{case.id}/tasks"
    assert client.post(tasks, data={"csrf_token": token, "task": case.roster, "state": "done"}).status_code == 404
    assert client.post(tasks, data={"csrf_token": token, "task": case.school, "state": "lost"}).status_code == 409
    coordinator = client.application.test_client()
    assert isinstance(coordinator, PageClient)
    sign_in(coordinator, cast.noor)
    coordinator.page(f"/conferences/{case.id}/follow-ups/{case.call}")
    assert "Omar El Amrani says: partly" in coordinator.here.text


@pytest.mark.both_databases
def test_hours_and_costs_are_written_with_point_or_comma(client: PageClient, db_session: Session, cast: Cast) -> None:
    case = agreed_case(db_session, cast, START)
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/costs")
    assert "Fee no data" in page.text

    wrong = {"Hours of the coordinator": "31:30", "Fee": "1.65.0"}
    assert client.refused("Save hours and costs", wrong, status=422).errors == [
        "Hours of the coordinator: Type hours as a number, for example 31.5.",
        "Fee: Type an amount as a number, for example 212.40.",
    ]
    page = client.submit(
        "Save hours and costs",
        {
            "Hours of the coordinator": "31,5",
            "Hours of the family and its network": "96",
            "Fee": "1.650,00",
            "Venue and food": "212.40",
            "Interpreter": "0",
        },
    )

    for words in ("31.5 hours", "96 hours", "Hours of professionals no data", "€1,650.00", "€212.40", "€0.00"):
        assert words in page.text
    db_session.rollback()
    sheet = queries.cost_sheet(db_session, case.id)
    assert sheet is not None
    assert (sheet.coordinator_minutes, sheet.professional_minutes, sheet.venue_and_food) == (1890, None, 21240)
    form = client.form("Save hours and costs")
    assert [form.shown(label) for label in ("Venue and food", "Hours of the coordinator", "Interpreter")] == [
        "212.40",
        "31.5",
        "0.00",
    ]


def test_an_avoided_cost_says_what_it_rests_on(client: PageClient, db_session: Session, cast: Cast) -> None:
    case, other = agreed_case(db_session, cast, START), agreed_case(db_session, cast, START)
    foreign = add_avoided_cost(
        By(db_session, cast.noor, START), other.id, NewAvoidedCost(what="Placement", amount=100, basis="a guess")
    )
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/costs")

    refused = client.refused(
        "Add an avoided cost", {"What was avoided": "Supervision order", "Amount": " "}, status=422
    )
    assert refused.errors == [
        "Amount: Type what it would have cost.",
        "Where the figure comes from: Say where the figure comes from, for example a price list.",
    ]
    client.submit("Add an avoided cost", {"Amount": "27000", "Where the figure comes from": "price list of the region"})
    assert "Supervision order price list of the region €27,000.00" in client.here.text

    token = client.form("Take out Supervision order").fill({}).payload()["csrf_token"]
    answer = client.post(f"/conferences/{case.id}/costs/avoided/{foreign}/remove", data={"csrf_token": token})
    assert answer.status_code == 404
    client.submit("Take out Supervision order")
    db_session.rollback()
    assert queries.avoided_costs(db_session, case.id) == ()
    assert len(queries.avoided_costs(db_session, other.id)) == 1


@pytest.mark.parametrize("profile", ["england", "nz"])
def test_each_country_counts_in_its_own_money(
    client: PageClient, db_session: Session, cast: Cast, profile: str
) -> None:
    case = agreed_case(db_session, cast, START)
    with writing(db_session):
        db_session.execute(update(Conference).values(profile=profile))
    record_costs(By(db_session, cast.noor, START), case.id, Costs(fee=90000))
    sign_in(client, cast.noor)

    page = client.page(f"/conferences/{case.id}/costs")

    assert {"england": "£900.00", "nz": "NZ$900.00"}[profile] in page.text


def test_others_know_of_no_such_pages(client: PageClient, db_session: Session, cast: Cast) -> None:
    case, other = agreed_case(db_session, cast, START), agreed_case(db_session, cast, START)
    pages = [f"/conferences/{case.id}/{page}" for page in ("follow-ups", f"follow-ups/{case.call}", "costs")]
    for outsider in (cast.denise, cast.mila, cast.bas):
        sign_in(client, outsider)
        assert [client.get(page).status_code for page in pages] == [404, 404, 404]
        client.page("/")
        client.submit("Sign out")

    sign_in(client, cast.noor)
    assert client.get(f"/conferences/{case.id}/follow-ups/{other.call}").status_code == 404
    with writing(db_session):
        db_session.execute(update(Conference).values(phase=Phase.PRIVATE_TIME))
    assert [client.get(page).status_code for page in pages] == [403, 403, 403]


def test_what_was_recorded_of_a_call_reads_back(client: PageClient, db_session: Session, cast: Cast) -> None:
    case = agreed_case(db_session, cast, START)
    day = START.date()
    record_follow_up(
        By(db_session, cast.noor, START),
        case.id,
        case.call,
        FollowUpReport(held_on=day, held_by="Noor", found="<b>Fine</b>"),
    )
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/follow-ups/{case.call}")

    form = client.form("Correct the report")
    assert (form.shown("How did it go?"), form.shown("On which day?")) == ("<b>Fine</b>", "02-03-2026")
    assert "<b>Fine" not in client.page(f"/conferences/{case.id}/follow-ups").html
