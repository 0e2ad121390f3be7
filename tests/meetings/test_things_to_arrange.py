"""Food, travel, interpreter and childcare: how far it is, who sees to it, what it costs; and what is still open."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions import circle as circle_actions
from ekc.conferences.actions import pauses
from ekc.conferences.models import Conference
from ekc.core.errors import Unknown
from ekc.core.outbox import OutboxMessage
from ekc.evaluations import queries as evaluations
from ekc.meetings import queries
from ekc.meetings.actions import arranging
from ekc.meetings.actions.arranging import Arranged, Venue
from ekc.meetings.actions.reminding import remind_of_open_things
from ekc.meetings.effects import new_meeting
from ekc.venues import actions as venues
from ekc.venues.actions import VenueDetails
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.open_things import MeetingFacts, open_things, reminded_at
from ekc.workflow.vocabulary import ArrangementKind, ArrangementState, InterpreterWish, Step
from tests.build import Made, case_in_setup
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.database import refreshed
from tests.form import Value
from tests.meetings.gathering import gathered

IN_TWO_WEEKS = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)  # 10:00 in the Netherlands; the tests begin on 2 March
FOOD, TRAVEL, INTERPRETER, CHILDCARE = ArrangementKind


@pytest.fixture
def case(db_session: Session, cast: Cast) -> Made:
    """In setup; nothing is arranged."""
    return case_in_setup(db_session, cast, START)


def rows(session: Session, case: Made) -> dict[ArrangementKind, queries.ArrangementRow]:
    meeting = queries.current_meeting(refreshed(session), case.id)
    assert meeting is not None
    return {row.kind: row for row in queries.arrangements(session, meeting.id)}


def arranged(session: Session, case: Made) -> frozenset[ArrangementKind]:
    meeting = queries.current_meeting(refreshed(session), case.id)
    assert meeting is not None
    return queries.arranged(session, meeting.id)


def mailed(session: Session) -> list[str]:
    found = refreshed(session).scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    return [row.body for row in found if row.subject.startswith("What is still open")]


@pytest.mark.both_databases
def test_each_thing_has_a_state_a_person_and_a_cost(
    client: PageClient, db_session: Session, cast: Cast, case: Made, clock: FrozenClock
) -> None:
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/meeting")
    wrong: dict[str, Value] = {"What food and drink cost": "about ten", "Food and drink: only asked so far": True}
    assert client.refused("Save", wrong | {"No food and drink needed": True}, status=422).errors == [
        "No food and drink needed: Either write how it is arranged, or tick that it is not needed.",
        "What food and drink cost: Give an amount, like 75 or 1.250,50.",
    ]
    page = client.submit(
        "Save",
        {
            "No food and drink needed": False,
            "What food and drink cost": "1.250,50",
            "Who sees to food and drink": "omar el amrani",
            "No travel needed": True,
            "How an interpreter is arranged": "by the bureau",
            "Interpreter: only asked so far": True,
            "Who interprets": "The bureau",
            "The family wishes as interpreter": "a woman",
            "I asked: the interpreter has no tie to the family or the network": True,
            "What childcare costs": "40",
        },
    )

    found = rows(db_session, case)
    omar = case.people["omar"]
    assert found[FOOD] == queries.ArrangementRow(FOOD, ArrangementState.ASKED, None, omar, None, 125050)
    assert found[TRAVEL].not_needed
    assert found[INTERPRETER] == queries.ArrangementRow(
        INTERPRETER, ArrangementState.ASKED, "by the bureau", None, "The bureau", None, InterpreterWish.WOMAN, True
    )
    assert (found[CHILDCARE].state, found[CHILDCARE].cost) == (ArrangementState.OPEN, 4000)
    assert arranged(db_session, case) == {TRAVEL}
    assert "Omar El Amrani · €1,250.50" in page.text
    assert client.form("Save").shown("Who sees to food and drink") == "Omar El Amrani"
    client.submit("Save", {"Food and drink: only asked so far": False})
    assert arranged(db_session, case) == {FOOD, TRAVEL}
    client.submit("Save", {"Who sees to food and drink": "", "What food and drink cost": ""})
    assert FOOD not in rows(db_session, case)


@pytest.mark.both_databases
def test_whoever_leaves_the_circle_arranges_nothing_any_more(
    client: PageClient, db_session: Session, cast: Cast, case: Made, clock: FrozenClock
) -> None:
    noor = By(db_session, cast.noor, START)
    arranging.arrange(noor, case.id, Arranged(TRAVEL, "By car", participant_id=case.people["omar"], cost=2000))
    assert arranged(db_session, case) == {TRAVEL}
    circle_actions.remove_person(noor, case.id, case.people["omar"], "He asked.")
    assert arranged(db_session, case) == frozenset()
    assert rows(db_session, case)[TRAVEL].gone
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/meeting")
    assert "Omar El Amrani would see to it, and is no longer in the circle." in page.text
    client.submit("Save", {"Hours": "3"})
    assert rows(db_session, case)[TRAVEL].gone  # what nobody touched stays as it was
    with pytest.raises(Unknown):
        arranging.arrange(noor, case.id, Arranged(FOOD, "Soup", participant_id=case.people["omar"]))
    client.submit("Save", {"Who sees to travel": "Kees de Wit"})
    assert arranged(db_session, case) == {TRAVEL}


@pytest.mark.both_databases
def test_what_was_written_down_is_proposed_in_the_cost_sheet_once_and_confirmed(
    client: PageClient, db_session: Session, cast: Cast, case: Made, clock: FrozenClock
) -> None:
    noor = By(db_session, cast.noor, START)
    arranging.set_venue(noor, case.id, Venue("De Brug", cost=7500))
    arranging.arrange(noor, case.id, Arranged(FOOD, "Soup", cost=4550))
    arranging.arrange(noor, case.id, Arranged(TRAVEL, "Taxi", cost=1200))
    new_meeting(db_session, db_session.get_one(Conference, case.id), START, Taking(Step.ANOTHER_DAY))
    db_session.commit()
    arranging.arrange(noor, case.id, Arranged(FOOD, "Soup again", cost=1000))  # the second day
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/costs")
    form = client.form("Save hours and costs")
    assert [form.shown(label) for label in ("Venue and food", "Travel", "Childcare", "Fee")] == [
        "130.50",
        "12.00",
        "",
        "",
    ]
    told = "From the meeting: place €75.00, food and drink €55.50. Save it to confirm it, or change it."
    assert told in page.text
    assert evaluations.cost_sheet(refreshed(db_session), case.id) is None

    page = client.submit("Save hours and costs", {"Travel": "15"})

    sheet = evaluations.cost_sheet(refreshed(db_session), case.id)
    assert sheet is not None
    assert (sheet.venue_and_food, sheet.travel, sheet.childcare) == (13050, 1500, None)
    assert "From the meeting" not in page.text
    assert "The meeting says: travel €12.00." in page.text
    assert client.form("Save hours and costs").shown("Travel") == "15.00"


@pytest.mark.both_databases
def test_the_coordinator_hears_what_is_open_two_weeks_one_week_and_a_day_before(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = gathered(db_session, cast, START)
    noor = By(db_session, cast.noor, START)
    night = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
    assert remind_of_open_things(db_session, night, cast.north) == 0  # there is no date
    arranging.choose_date(noor, case.id, IN_TWO_WEEKS)
    arranging.set_venue(noor, case.id, Venue("De Brug"))
    arranging.arrange(noor, case.id, Arranged(TRAVEL, not_needed=True))
    sent = {}
    for day in range(16):
        at = night + timedelta(days=day)
        sent[day] = [
            remind_of_open_things(db_session, at, cast.north),
            remind_of_open_things(db_session, at, cast.north),
        ]
        remind_of_open_things(db_session, at, cast.south)
    assert {day: found for day, found in sent.items() if any(found)} == {0: [1, 0], 7: [1, 0], 13: [1, 0]}
    first = mailed(db_session)[0]
    assert "Food and drink are not arranged yet" in first
    assert "The interpreter is not arranged yet" in first
    for words in ("Travel", "Childcare", "De Brug", "El Amrani"):
        assert words not in first

    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/meeting")
    assert (
        "Still open Food and drink are not arranged yet The interpreter is not arranged yet It is not noted"
        in page.text
    )


def test_a_night_that_was_missed_is_made_up_for_and_another_day_begins_anew(
    db_session: Session, cast: Cast, case: Made, clock: FrozenClock
) -> None:
    noor = By(db_session, cast.noor, START)
    arranging.choose_date(noor, case.id, IN_TWO_WEEKS)
    later = datetime(2026, 3, 6, 2, 0, tzinfo=UTC)
    assert remind_of_open_things(db_session, later, cast.north) == 1  # ten days before
    arranging.choose_date(noor, case.id, IN_TWO_WEEKS + timedelta(days=2))
    assert remind_of_open_things(db_session, later, cast.north) == 1
    pauses.pause(noor, case.id, "They are away.")
    assert remind_of_open_things(db_session, later + timedelta(days=7), cast.north) == 0


def test_nothing_goes_where_all_is_arranged(db_session: Session, cast: Cast, case: Made, clock: FrozenClock) -> None:
    noor = By(db_session, cast.noor, START)
    arranging.choose_date(noor, case.id, IN_TWO_WEEKS)
    one_room = VenueDetails(name="De Brug", rooms=1)
    venue_id = venues.add_venue(noor, cast.north, one_room)
    arranging.set_venue(noor, case.id, Venue("De Brug"))
    for kind in ArrangementKind:
        arranging.arrange(noor, case.id, Arranged(kind, not_needed=True))
    assert remind_of_open_things(db_session, START, cast.north) == 1
    assert "The place has one room, and private time needs a second one" in mailed(db_session)[0]
    venues.change_venue(noor, venue_id, VenueDetails(name="De Brug", rooms=2))
    assert remind_of_open_things(db_session, START + timedelta(days=7), cast.north) == 0


@pytest.mark.parametrize(
    ("facts", "anchors"),
    [
        (MeetingFacts(), ["venue", "food", "travel"]),
        (MeetingFacts(venue=True, settled=frozenset({FOOD, TRAVEL})), []),
        (MeetingFacts(venue=True, covered=False, rooms=1, settled=frozenset({FOOD, TRAVEL})), ["venue", "venue"]),
        (MeetingFacts(venue=True, rooms=2, some_join=True, settled=frozenset({FOOD, TRAVEL})), ["venue"]),
        (MeetingFacts(venue=True, some_join=True, joining=True, settled=frozenset({FOOD, TRAVEL})), []),
        (
            MeetingFacts(venue=True, needed=frozenset({CHILDCARE}), settled=frozenset({FOOD, TRAVEL})),
            ["childcare"],
        ),
        (
            MeetingFacts(venue=True, interpreter=True, settled=frozenset({FOOD, TRAVEL, INTERPRETER})),
            ["interpreter"],
        ),
        (MeetingFacts(venue=True, languages=False, settled=frozenset({FOOD, TRAVEL})), ["interpreter"]),
        (
            MeetingFacts(venue=True, interpreter=True, no_tie=True, settled=frozenset({FOOD, TRAVEL, INTERPRETER})),
            [],
        ),
    ],
)
def test_what_is_open_follows_from_what_is_known(facts: MeetingFacts, anchors: list[str]) -> None:
    assert [one.anchor for one in open_things(facts)] == anchors


def test_each_day_belongs_to_a_stage() -> None:
    stages = {left: reminded_at(left) for left in (15, 14, 8, 7, 2, 1, 0, -1)}
    assert stages == {15: None, 14: 14, 8: 14, 7: 7, 2: 7, 1: 1, 0: 1, -1: None}
