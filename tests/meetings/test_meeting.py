"""The meeting page: date, hours, venue and arrangements, in forms and as stored."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions import circle as circle_actions
from ekc.conferences.entries import PersonDetails
from ekc.conferences.models import Conference
from ekc.conferences.queries.circle import circle
from ekc.core.audit import AuditEvent
from ekc.core.errors import NotNow, Refusal, Unknown
from ekc.meetings import queries
from ekc.meetings.actions import arranging
from ekc.meetings.actions.arranging import Arranged, Venue
from ekc.meetings.effects import end_meeting, new_meeting
from ekc.meetings.queries import ArrangementRow, MeetingPlace
from ekc.venues.actions import VenueDetails, add_venue
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.vocabulary import ArrangementKind, ArrangementState, Attends, Part, Phase, Step
from tests.cast import Cast, enter, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.database import refreshed
from tests.form import Value
from tests.meetings.gathering import gathered, put_into
from tests.page import text_of

SATURDAY = datetime(2026, 4, 18, 8, 0, tzinfo=UTC)  # 10:00 in the Netherlands
NEXT_SATURDAY = datetime(2026, 4, 25, 8, 0, tzinfo=UTC)


@pytest.mark.both_databases
def test_a_meeting_is_arranged_by_one_form(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = gathered(db_session, cast, START)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/meeting")

    page = client.submit(
        "Save",
        {
            "Possible dates": "11-4-2026 13:00\nSaturday 18 April 2026, 10:00",
            "Hours": "2,5",
            "Place": "De Brug",
            "Address": "Waalkade 12\nRivierstad",
            "How people get in": "ground floor, hearing loop",
            "How food and drink are arranged": "Soup, bread, halal",
            "No travel needed": True,
            "How an interpreter is arranged": "Jamal, by phone",
        },
    )
    assert page.flashes == ["Saved."]
    assert client.form("Save").shown("Possible dates") == "11-04-2026 13:00\n18-04-2026 10:00"
    page = client.submit(
        "Save",
        {"Or one of the possible dates": "Saturday 18 April 2026, 10:00", "Possible dates": "18-04-2026 10:00"},
    )

    db_session.rollback()
    meeting = queries.current_meeting(db_session, case.id)
    assert meeting is not None
    assert (meeting.starts_at, meeting.expected_minutes) == (SATURDAY, 150)
    assert (meeting.venue_name, meeting.venue_address, meeting.venue_access) == (
        "De Brug",
        "Waalkade 12\nRivierstad",
        "ground floor, hearing loop",
    )
    assert [option.starts_at for option in queries.date_options(db_session, meeting.id)] == [SATURDAY]
    assert queries.arrangements(db_session, meeting.id) == (
        ArrangementRow(ArrangementKind.FOOD, ArrangementState.ARRANGED, "Soup, bread, halal"),
        ArrangementRow(ArrangementKind.TRAVEL, ArrangementState.NOT_NEEDED),
        ArrangementRow(ArrangementKind.INTERPRETER, ArrangementState.ARRANGED, "Jamal, by phone"),
    )
    assert "Saturday 18 April 2026, 10:00 (in 47 days)" in page.text
    assert client.form("Save").shown("Hours") == "2.5"
    assert client.form("Save").shown("Day and time") == "18-04-2026 10:00"
    assert {"dates", "venue", "food", "travel", "interpreter", "childcare"} <= page.ids.keys()
    client.submit("Save", {"Day and time": ""})
    db_session.rollback()
    open_again = queries.current_meeting(db_session, case.id)
    assert open_again is not None
    assert open_again.starts_at is None


def test_what_stays_as_it_was_leaves_no_trace_and_nobody_hears_of_it(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = gathered(db_session, cast, START)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/meeting")
    client.submit("Save", {"Day and time": "18-4-2026 10:00", "Place": "De Brug", "No travel needed": True})
    changes = select(AuditEvent.action).where(AuditEvent.conference_id == case.id, AuditEvent.action.like("meeting.%"))
    first = db_session.scalars(changes).all()
    assert sorted(first) == ["meeting.arranged", "meeting.date_chosen", "meeting.venue"]
    clock.set(SATURDAY + timedelta(days=1))  # its date may have passed meanwhile
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/meeting")
    client.submit("Save", {"How food and drink are arranged": "Soup"})
    db_session.rollback()
    assert db_session.scalars(changes).all() == [*first, "meeting.arranged"]


def test_a_day_that_has_passed_is_not_offered_and_nobody_is_asked_about_it(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = gathered(db_session, cast, START)
    noor = By(db_session, cast.noor, START)
    arranging.add_date(noor, case.id, START + timedelta(days=1))
    arranging.add_date(noor, case.id, START + timedelta(days=9))
    arranging.choose_date(noor, case.id, START + timedelta(days=2))
    clock.advance(days=1, minutes=5)
    with pytest.raises(Refusal):
        arranging.add_date(By(db_session, cast.noor, clock()), case.id, clock() - timedelta(minutes=1))
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/meeting")
    offered = [text_of(label) for label in page.all("label") if "2026" in text_of(label)]
    assert offered == ["Wednesday 11 March 2026, 10:00"]
    client.submit("Save")  # those that have passed may stay on the list
    said = client.refused("Save", {"Possible dates": "1-3-2026 10:00"}, status=422)
    assert said.errors == ["Possible dates: This day has passed. Choose a day that lies ahead."]
    said = client.refused("Save", {"Possible dates": "1-3 10:00"}, status=422)
    assert said.errors == ["Possible dates: “1-3 10:00” has passed. Is it next year? Then write the year behind it."]

    own = enter(client, db_session, clock(), case.id, case.people["fatima"])
    assert ("This day has passed." in own.text, "Say that I do not come" in own.buttons) == (False, True)
    clock.advance(days=2)
    own = enter(client, db_session, clock(), case.id, case.people["fatima"])
    assert ("This day has passed." in own.text, "Say that I do not come" in own.buttons) == (True, False)
    sign_in(client, cast.noor)
    assert "The day of the conference has passed: choose another" in client.page("/").text


def test_a_place_that_is_lost_is_taken_back_and_joining_from_afar_stays(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = gathered(db_session, cast, START)
    noor = By(db_session, cast.noor, START)
    arranging.set_venue(noor, case.id, Venue("De Brug", "Waalkade 12", "level", "Ring 01632 960 333."))
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/meeting")
    older = client.here
    lost = "This place cannot be used any more: take it back"
    arranging.set_venue(noor, case.id, Venue("De Brug", "Waalkade 14", "level", "Ring 01632 960 333."))

    page = client.refused("Save", {lost: True}, status=409)
    assert "Somebody changed this after you opened the page" in page.errors[0]
    assert client.form("Save").shown("Address") == "Waalkade 14"  # and the form is not emptied
    client.submit("Save", {lost: True})
    client.at = older
    client.refused("Save", {lost: True}, status=409)

    meeting = queries.current_meeting(refreshed(db_session), case.id)
    assert meeting is not None
    assert (meeting.venue_name, meeting.venue_address, meeting.venue_access) == ("", "", "")
    assert meeting.joining == "Ring 01632 960 333."
    page = client.page(f"/conferences/{case.id}/meeting")
    assert client.form("Save").shown("How people join by telephone or video") == "Ring 01632 960 333."
    assert lost not in client.form("Save").labels
    assert "There is no venue yet" in client.page(f"/conferences/{case.id}").text


def test_another_place_is_entered_as_the_lost_one_is_taken_back(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = gathered(db_session, cast, START)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/meeting")
    whose = ["Place: Which place is it? Give it a name."]
    assert client.refused("Save", {"Address": "Waalkade 12"}, status=409).errors == whose
    arranging.set_venue(By(db_session, cast.noor, START), case.id, Venue("De Brug", "Waalkade 12", "two steps"))
    client.page(f"/conferences/{case.id}/meeting")
    lost = "This place cannot be used any more: take it back"

    page = client.refused("Save", {lost: True, "Address": "Veerweg 3"}, status=409)
    assert page.errors == whose
    assert client.form("Save").shown("Address") == "Veerweg 3"
    client.submit("Save", {"Place": "De Ark"})

    meeting = queries.current_meeting(refreshed(db_session), case.id)
    assert meeting is not None
    assert (meeting.venue_name, meeting.venue_address, meeting.venue_access) == ("De Ark", "Veerweg 3", "")


def test_what_was_written_about_another_place_is_asked_about(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = gathered(db_session, cast, START)
    arranging.set_venue(By(db_session, cast.noor, START), case.id, Venue("De Brug", "Waalkade 12", "two steps"))
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/meeting")
    right = "This is right for this place too"
    assert right not in client.form("Save").labels

    page = client.refused("Save", {"Place": "De Ark", "Address": "Veerweg 3"}, status=409)

    said = "“two steps” was written about De Brug. Change it, or tick that it is right here too."
    assert page.errors == [f"{right}: {said}"]
    client.submit("Save", {right: True})
    client.submit("Save", {"Place": "De Ark", "How people get in": "level"})  # the same place asks nothing
    meeting = queries.current_meeting(refreshed(db_session), case.id)
    assert meeting is not None
    assert (meeting.venue_name, meeting.venue_address, meeting.venue_access) == ("De Ark", "Veerweg 3", "level")


def test_needs_of_those_who_may_be_there_are_shown(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = gathered(db_session, cast, START)
    sign_in(client, cast.noor)

    page = client.page(f"/conferences/{case.id}/meeting")

    assert "Interpreter (1) Fatima El Amrani: language not noted (ground floor, halal food)" in page.text
    assert "Hassan" not in page.text


def test_needs_with_a_name_are_ticked_and_roll_up_into_what_is_arranged(
    client: PageClient, db_session: Session, cast: Cast
) -> None:
    case = gathered(db_session, cast, START)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/circle")
    client.follow("Fatima El Amrani")
    ticked: dict[str, Value] = {"To take part": ["other food", "help with travel"], "Needs": "halal food"}
    page = client.submit("Save", {**ticked, "Language": "Arabic", "Also speaks": "French"})
    assert "speaks Arabic · also speaks French" in page.text
    assert "Needs: interpreter, other food, help with travel" in page.text

    page = client.page(f"/conferences/{case.id}/meeting")

    parts = {id_: text_of(part) for part in page.all("section") if (id_ := part.get("id"))}
    assert "Other food: Fatima El Amrani (halal food)" in parts["food"]
    assert "people, as far as is known." in parts["food"]
    assert "For: Fatima El Amrani (halal food)" in parts["travel"]
    assert "For: Fatima El Amrani: Arabic (halal food)" in parts["interpreter"]
    assert "Fatima" not in parts["childcare"]


def test_a_date_that_looks_wrong_is_kept_with_a_warning(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = gathered(db_session, cast, START)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/meeting")
    past = "This date is in the past. Check it."
    change = "The clocks change on this day. Tell people the time once more the day before."

    page = client.submit("Save", {"Day and time": datetime(2026, 3, 29, 10, 0)})  # noqa: DTZ001
    assert (past in page.text, change in page.text) == (False, True)

    page = client.submit("Save", {"Day and time": datetime(2026, 4, 27, 10, 0)})  # noqa: DTZ001
    assert "A public holiday: King's Day. Is that intended?" in page.text
    page = client.submit("Save", {"Day and time": datetime(2026, 3, 29, 10, 0)})  # noqa: DTZ001
    assert "public holiday" not in page.text

    clock.set(datetime(2026, 3, 30, 8, 0, tzinfo=UTC))
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/meeting")
    assert (past in page.text, change in page.text) == (True, True)


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"Possible dates": "18-4-2026 10:00\nsoon"}, "Possible dates: “soon” is no day with a time."),
        ({"Day and time": "18 April"}, "Day and time: Give a day and a time"),
        ({"Day and time": "0001-01-01T00:00"}, "Day and time: Look at the year again."),
        ({"Hours": "many"}, "Hours: Give a number, like 3 or 2.5."),
        ({"Hours": "25"}, "Hours: Give half an hour or more, and at most 24."),
        (
            {"How travel is arranged": "Rob drives", "No travel needed": True},
            "No travel needed: Either write how it is arranged, or tick that it is not needed.",
        ),
    ],
)
def test_bad_input_says_what_to_do_and_keeps_what_was_typed(
    client: PageClient,
    db_session: Session,
    cast: Cast,
    clock: FrozenClock,
    typed: dict[str, str | bool],
    error: str,
) -> None:
    case = gathered(db_session, cast, START)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/meeting")

    page = client.refused("Save", typed, status=422)

    assert [found[: len(error)] for found in page.errors] == [error]
    label, text = next(iter(typed.items()))
    assert client.form("Save").shown(label) == text
    db_session.rollback()
    assert queries.current_meeting(db_session, case.id) is None


def test_what_is_arranged_can_be_open_again(db_session: Session, cast: Cast) -> None:
    case = gathered(db_session, cast, START)
    arranging.arrange(By(db_session, cast.noor, START), case.id, Arranged(ArrangementKind.FOOD, "Soup"))
    arranging.choose_date(By(db_session, cast.noor, START), case.id, SATURDAY)

    arranging.arrange(By(db_session, cast.noor, START), case.id, Arranged(ArrangementKind.FOOD))
    arranging.choose_date(By(db_session, cast.noor, START), case.id, None)

    meeting = queries.current_meeting(db_session, case.id)
    assert meeting is not None
    assert (meeting.starts_at, queries.arrangements(db_session, meeting.id)) == (None, ())


def test_the_same_date_stands_on_the_list_once(db_session: Session, cast: Cast) -> None:
    case = gathered(db_session, cast, START)

    first = arranging.add_date(By(db_session, cast.noor, START), case.id, SATURDAY)
    second = arranging.add_date(By(db_session, cast.noor, START), case.id, SATURDAY)

    assert first == second


def test_a_meeting_that_started_keeps_its_date(db_session: Session, cast: Cast) -> None:
    case = gathered(db_session, cast, START, Phase.INFORMATION)

    with pytest.raises(Refusal, match="has started, so its date stays"):
        arranging.choose_date(By(db_session, cast.noor, START), case.id, SATURDAY)


def test_two_dates_at_once_are_asked_about(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = gathered(db_session, cast, START)
    arranging.add_date(By(db_session, cast.noor, START), case.id, SATURDAY)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/meeting")
    two = {"Day and time": "25-4-2026 10:00", "Or one of the possible dates": "Saturday 18 April 2026, 10:00"}
    page = client.refused("Save", two, status=422)
    assert page.errors == ["Or one of the possible dates: You typed another day above. Choose one of the two."]


def test_only_the_coordinator_arranges_and_not_in_private_time(db_session: Session, cast: Cast) -> None:
    case = gathered(db_session, cast, START)
    for somebody in (cast.iris, cast.mila, cast.bas, cast.ruud):
        with pytest.raises(Unknown):
            arranging.set_venue(By(db_session, somebody, START), case.id, Venue("De Brug"))
    put_into(db_session, case.id, Phase.PRIVATE_TIME)

    with pytest.raises(NotNow):
        arranging.set_venue(By(db_session, cast.noor, START), case.id, Venue("De Brug"))


def test_another_day_is_arranged_like_the_day_before(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = gathered(db_session, cast, START)
    arranging.choose_date(By(db_session, cast.noor, START), case.id, SATURDAY)
    arranging.set_venue(By(db_session, cast.noor, START), case.id, Venue("De Brug", "Waalkade 12", "level"))
    arranging.set_expected_minutes(By(db_session, cast.noor, START), case.id, 300)
    arranging.arrange(By(db_session, cast.noor, START), case.id, Arranged(ArrangementKind.TRAVEL, not_needed=True))
    conference = db_session.get_one(Conference, case.id)
    former = queries.current_meeting(db_session, case.id)

    new_meeting(db_session, conference, START, Taking(Step.ANOTHER_DAY, new_date=NEXT_SATURDAY))
    end_meeting(db_session, conference, START, Taking(Step.STOP))  # not started, so nothing ends
    db_session.commit()

    current = queries.current_meeting(db_session, case.id)
    assert former is not None
    assert current is not None
    assert (current.number, current.starts_at, current.expected_minutes) == (2, NEXT_SATURDAY, 300)
    assert (current.venue_name, current.venue_address, current.venue_access) == ("De Brug", "Waalkade 12", "level")
    assert (current.started_at, current.ended_at) == (None, None)
    assert queries.arrangements(db_session, current.id) == queries.arrangements(db_session, former.id)
    assert queries.date_options(db_session, current.id) == ()
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/meeting")
    assert "Meeting 1 planned for Saturday 18 April 2026, 10:00, not held" in page.text


def test_a_meeting_that_goes_on_another_day_ends(db_session: Session, cast: Cast) -> None:
    case = gathered(db_session, cast, START, Phase.INFORMATION)
    conference = db_session.get_one(Conference, case.id)

    new_meeting(db_session, conference, SATURDAY, Taking(Step.ANOTHER_DAY))
    db_session.commit()

    assert [(m.number, m.started_at, m.ended_at, m.starts_at) for m in queries.meetings(db_session, case.id)] == [
        (1, START, SATURDAY, None),
        (2, None, None, None),
    ]


def test_once_an_interpreter_is_arranged_they_come(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = gathered(db_session, cast, START)
    noor = By(db_session, cast.noor, START)
    for name, attends in (("Tolk van het bureau", None), ("Kim Tolk", Attends.PHONE)):
        circle_actions.add_person(
            noor, case.id, PersonDetails(name=name, part=Part.INTERPRETER, attends=attends, relation="")
        )
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/meeting")

    page = client.submit("Save", {"No interpreter needed": True})
    assert page.flashes == ["Saved."]
    asked: dict[str, Value] = {"No interpreter needed": False, "How an interpreter is arranged": "Jamal and the bureau"}
    page = client.submit("Save", asked)

    assert page.flashes == ["Saved.", "It is noted that Tolk van het bureau will come."]
    found = {row.name: row.attends for row in circle(refreshed(db_session), case.id) if row.part is Part.INTERPRETER}
    assert (found["Tolk van het bureau"], found["Kim Tolk"]) == (Attends.IN_PERSON, Attends.PHONE)


def test_where_people_meet_is_one_row_for_invitations_and_papers(
    db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = gathered(db_session, cast, START)
    noor = By(db_session, cast.noor, START)
    brug = VenueDetails(name="De Brug", address="Waalkade 12", route="Bus 3. Parking behind it.", price=7500)
    add_venue(noor, cast.north, brug)
    arranging.set_venue(noor, case.id, Venue("the BRUG", "Waalkade 12", "level", "Ring 01632 960 333."))

    meeting = queries.current_meeting(refreshed(db_session), case.id)
    assert meeting is not None
    place = MeetingPlace("the BRUG", "Waalkade 12", "level", "Bus 3. Parking behind it.", "Ring 01632 960 333.", False)
    assert queries.place_of(db_session, meeting) == place

    arranging.set_venue(noor, case.id, Venue("The shelter", "Veerweg 3", "ring twice", "Ring.", secret=True))
    meeting = queries.current_meeting(refreshed(db_session), case.id)
    assert meeting is not None
    assert queries.place_of(db_session, meeting) == MeetingPlace("The shelter", "", "", "", "Ring.", True)
