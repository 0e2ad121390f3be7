"""The possible dates: tapped in weeks, asked about, answered by link or by telephone, and one of them set."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions import pauses
from ekc.conferences.models import Conference, Participant
from ekc.core.errors import Refusal, Unknown
from ekc.core.outbox import OutboxMessage
from ekc.core.transaction import writing
from ekc.meetings import queries
from ekc.meetings.actions import arranging, dates
from ekc.meetings.actions.dates import DatesAsked, DatesOffered, DatesSaid
from ekc.meetings.effects import keep_local_times
from ekc.meetings.models import DateAnswer, DateGuest
from ekc.workflow.vocabulary import Attends, DateFit, Part
from tests.build import Made, case_in_setup, change_details, matched_case
from tests.cast import Cast, enter, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.database import refreshed

#: The tests begin on Monday 2 March 2026.
TUESDAY = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)  # 10:00 in the Netherlands
THURSDAY = datetime(2026, 3, 12, 18, 0, tzinfo=UTC)  # 19:00
AFTER_THE_CLOCK_CHANGED = datetime(2026, 3, 31, 8, 0, tzinfo=UTC)  # 10:00 as well


@pytest.fixture
def case(db_session: Session, cast: Cast) -> Made:
    """In setup; nothing is arranged."""
    return case_in_setup(db_session, cast, START)


@pytest.fixture
def polled(db_session: Session, cast: Cast, case: Made) -> dict[datetime, int]:
    """Two possible dates, by id, about which nobody was asked yet."""
    noor = By(db_session, cast.noor, START)
    dates.offer_dates(noor, case.id, DatesOffered(frozenset(), (TUESDAY, THURSDAY)))
    return options(db_session, case)


def options(session: Session, case: Made) -> dict[datetime, int]:
    meeting = queries.current_meeting(refreshed(session), case.id)
    assert meeting is not None
    return {row.starts_at: row.id for row in queries.date_options(session, meeting.id)}


def answers(session: Session, case: Made) -> dict[tuple[int, int], DateFit]:
    meeting = queries.current_meeting(refreshed(session), case.id)
    assert meeting is not None
    return queries.date_answers(session, meeting.id)


def attends(session: Session, case: Made) -> dict[str, Attends | None]:
    refreshed(session)
    return {name: session.get_one(Participant, id_).attends for name, id_ in case.people.items()}


def mails(session: Session, subject: str) -> list[int | None]:
    found = select(OutboxMessage.participant_id, OutboxMessage.subject).order_by(OutboxMessage.id)
    return [row.participant_id for row in refreshed(session).execute(found) if row.subject.startswith(subject)]


@pytest.mark.both_databases
def test_a_date_on_which_everybody_can_come(
    client: PageClient, cast: Cast, case: Made, db_session: Session, clock: FrozenClock
) -> None:
    omar = case.people["omar"]
    address = f"/conferences/{case.id}/dates"
    sign_in(client, cast.noor)
    assert "Week of 30 March 2026" not in client.page(address).text
    client.follow("Show more weeks")
    client.submit(
        "Save the possible dates",
        {"Tuesday 10 March, morning": True, "Thursday 12 March, evening": True, "Tuesday 31 March, morning": True},
    )
    assert list(options(db_session, case)) == [TUESDAY, THURSDAY, AFTER_THE_CLOCK_CHANGED]

    page = client.submit("Ask them")
    assert page.flashes == [
        "4 people are asked. 4 of them by email.",
        "Ring these people: they have no email address and no link. "
        "Joost Lammers, Kees de Wit, Fatima El Amrani-Benali, Els Vermeer.",
    ]
    assert mails(db_session, "Which days suit you?") == [case.people[n] for n in ("marieke", "karim", "omar", "linda")]

    enter(client, refreshed(db_session), START, case.id, omar)
    assert "You are asked about 3 days." in client.here.text
    client.follow("Say which days suit me")
    client.submit(
        "Send my answers",
        {"Tuesday 10 March 2026, 10:00": "no", "Thursday 12 March 2026, 19:00": "if needed"}
        | {"All dates that have no answer yet": "yes"},
    )
    assert "You said which days suit you." in client.here.text
    tuesday, thursday, later = options(db_session, case).values()
    assert answers(db_session, case) == {
        (tuesday, omar): DateFit.NO,
        (thursday, omar): DateFit.IF_NEEDED,
        (later, omar): DateFit.YES,
    }

    sign_in(client, cast.noor)
    client.page(address)
    client.follow("Linda de Wit")
    client.submit(
        "Save, and on to Kees de Wit",
        {"All dates that have no answer yet": "yes", "It matters for the question that they are there": True},
    )
    client.submit("Save, and on to Fatima El Amrani-Benali", {"Thursday 12 March 2026, 19:00": "yes"})
    page = client.page(address)
    assert "Thursday 12 March 2026, 19:00 2 yes, 1 if needed 5 not heard yet" in page.text
    assert "Tuesday 10 March 2026, 10:00 1 yes, not: Omar El Amrani" in page.text
    assert "Linda de Wit matters for the question" in page.text

    page = client.submit("Set this date: Thursday 12 March 2026, 19:00")
    assert page.flashes == ["The date is set. 3 people come."]
    meeting = queries.current_meeting(refreshed(db_session), case.id)
    assert meeting is not None
    assert meeting.starts_at == THURSDAY
    come = {name for name, how in attends(db_session, case).items() if how is Attends.IN_PERSON}
    assert come == {"omar", "linda", "kees"}


def test_whoever_cannot_come_on_the_chosen_day_is_not_known_to_come_any_more(
    db_session: Session, cast: Cast, case: Made, polled: dict[datetime, int]
) -> None:
    noor = By(db_session, cast.noor, START)
    for name, how in (("omar", Attends.IN_PERSON), ("linda", Attends.PHONE), ("kees", Attends.LETTER)):
        with writing(db_session):
            db_session.get_one(Participant, case.people[name]).attends = how
        fit = DateFit.YES if name == "linda" else DateFit.NO
        dates.note_dates(noor, case.id, case.people[name], DatesSaid({polled[TUESDAY]: fit}))
    assert dates.choose_from_answers(noor, case.id, polled[TUESDAY]) == 1
    now = attends(db_session, case)
    assert (now["omar"], now["linda"], now["kees"]) == (None, Attends.PHONE, Attends.LETTER)
    assert db_session.get_one(Participant, case.people["omar"]).attends_before is Attends.IN_PERSON


def test_a_part_of_a_day_that_is_not_possible_any_more_goes_with_its_answers_and_the_others_stay(
    client: PageClient, db_session: Session, cast: Cast, case: Made, polled: dict[datetime, int]
) -> None:
    noor = By(db_session, cast.noor, START)
    linda = case.people["linda"]
    dates.note_dates(noor, case.id, linda, DatesSaid(dict.fromkeys(polled.values(), DateFit.YES)))
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/dates?weeks=2")
    assert "Week of 16 March 2026" not in page.text
    client.submit(
        "Save the possible dates",
        {"Tuesday 10 March, morning 10:00": False, "Another day and time": "Saturday 14 March 2026 11.30"},
    )
    saturday = datetime(2026, 3, 14, 10, 30, tzinfo=UTC)
    assert list(options(db_session, case)) == [THURSDAY, saturday]
    assert answers(db_session, case) == {(polled[THURSDAY], linda): DateFit.YES}


def test_a_date_that_somebody_added_out_of_sight_of_the_page_is_said_and_stays(
    client: PageClient, db_session: Session, cast: Cast, case: Made, polled: dict[datetime, int]
) -> None:
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/dates?weeks=2")
    far = datetime(2026, 7, 7, 8, 0, tzinfo=UTC)
    arranging.add_date(By(db_session, cast.noor, START), case.id, far)
    page = client.refused("Save the possible dates", {"Wednesday 11 March, morning": True}, status=409)
    assert "Now at “Possible dates”: Tuesday 10 March 2026, 10:00; Thursday 12" in page.text
    client.submit("Save the possible dates")
    assert list(options(db_session, case)) == [TUESDAY, datetime(2026, 3, 11, 9, 0, tzinfo=UTC), THURSDAY, far]


def test_two_who_change_the_dates_at_once_do_not_undo_each_other(
    client: PageClient, db_session: Session, cast: Cast, case: Made, polled: dict[datetime, int]
) -> None:
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/dates?weeks=2")
    dates.offer_dates(By(db_session, cast.noor, START), case.id, DatesOffered(frozenset({TUESDAY}), ()))
    page = client.refused("Save the possible dates", {"Wednesday 11 March, morning": True}, status=409)
    assert "Somebody changed this after you opened the page" in page.text
    assert "Now at “Possible dates”, where you have something else: Thursday 12 March, evening" in page.text
    assert list(options(db_session, case)) == [THURSDAY]


def test_dates_are_refused_that_cannot_be(
    db_session: Session, cast: Cast, case: Made, polled: dict[datetime, int], clock: FrozenClock
) -> None:
    noor = By(db_session, cast.noor, START)
    with pytest.raises(Refusal, match="has passed"):
        dates.offer_dates(noor, case.id, DatesOffered(frozenset(), (START - timedelta(minutes=1),)))
    many = tuple(THURSDAY + timedelta(days=n) for n in range(1, 30))
    with pytest.raises(Refusal, match="At most"):
        dates.offer_dates(noor, case.id, DatesOffered(frozenset(), many))
    with pytest.raises(Refusal, match="Choose whom to ask"):
        dates.ask_about_dates(noor, case.id, [])
    with pytest.raises(Unknown):
        dates.ask_about_dates(noor, case.id, [10**6])
    with pytest.raises(Refusal, match="not asked about any more"):
        dates.note_dates(noor, case.id, case.people["linda"], DatesSaid({10**6: DateFit.YES}))
    with pytest.raises(Unknown):
        dates.choose_from_answers(noor, case.id, 10**6)
    assert list(options(db_session, case)) == [TUESDAY, THURSDAY]


def test_an_answer_after_the_date_was_set_says_what_to_do_instead(
    client: PageClient, db_session: Session, cast: Cast, case: Made, polled: dict[datetime, int]
) -> None:
    noor = By(db_session, cast.noor, START)
    omar = case.people["omar"]
    dates.ask_about_dates(noor, case.id, [omar])
    enter(client, refreshed(db_session), START, case.id, omar)
    client.follow("Say which days suit me")
    dates.choose_from_answers(By(refreshed(db_session), cast.noor, START), case.id, polled[TUESDAY])
    page = client.refused("Send my answers", {"Tuesday 10 March 2026, 10:00": "yes"}, status=409)
    assert "The day has been chosen meanwhile" in page.text
    assert answers(db_session, case) == {}


def test_nobody_sees_the_answers_of_another(
    client: PageClient, db_session: Session, cast: Cast, case: Made, polled: dict[datetime, int]
) -> None:
    noor = By(db_session, cast.noor, START)
    omar, linda = case.people["omar"], case.people["linda"]
    dates.ask_about_dates(noor, case.id, [omar, linda])
    dates.note_dates(noor, case.id, linda, DatesSaid(dict.fromkeys(polled.values(), DateFit.NO)))
    enter(client, refreshed(db_session), START, case.id, omar)
    page = client.page(f"/conferences/{case.id}/my-dates")
    assert "Linda" not in page.text
    assert client.form("Send my answers").shown("Tuesday 10 March 2026, 10:00") == []
    for address in (f"/conferences/{case.id}/dates", f"/conferences/{case.id}/dates/of/{linda}"):
        assert client.get(address).status_code == 404


@pytest.mark.both_databases
def test_only_those_who_have_not_answered_are_reminded_and_twice_at_most(
    db_session: Session, cast: Cast, case: Made, polled: dict[datetime, int]
) -> None:
    noor = By(db_session, cast.noor, START)
    marieke, omar, linda, kees = (case.people[name] for name in ("marieke", "omar", "linda", "kees"))
    dates.ask_about_dates(noor, case.id, [marieke, omar, linda, kees])
    dates.note_dates(noor, case.id, marieke, DatesSaid(dict.fromkeys(polled.values(), DateFit.YES)))
    dates.note_dates(noor, case.id, omar, DatesSaid({polled[TUESDAY]: DateFit.YES}))

    def night(day: int, region: int = cast.north) -> int:
        return dates.remind_about_dates(refreshed(db_session), START + timedelta(days=day), region)

    assert [night(day) for day in range(8)] == [0, 0, 0, 2, 0, 0, 2, 0]
    assert mails(db_session, "Which days suit you? We have") == [omar, linda] * 2
    assert night(3, cast.south) == 0


def test_nobody_is_reminded_once_the_date_is_set_or_all_dates_have_passed(
    db_session: Session, cast: Cast, case: Made, polled: dict[datetime, int]
) -> None:
    dates.ask_about_dates(By(db_session, cast.noor, START), case.id, [case.people["omar"]])
    assert dates.remind_about_dates(refreshed(db_session), THURSDAY, cast.north) == 0
    dates.choose_from_answers(By(refreshed(db_session), cast.noor, START), case.id, polled[TUESDAY])
    assert dates.remind_about_dates(refreshed(db_session), START + timedelta(days=4), cast.north) == 0


def test_who_is_asked_again_is_reminded_anew(
    db_session: Session, cast: Cast, case: Made, polled: dict[datetime, int]
) -> None:
    omar = case.people["omar"]
    dates.ask_about_dates(By(db_session, cast.noor, START), case.id, [omar])
    assert dates.remind_about_dates(refreshed(db_session), START + timedelta(days=3), cast.north) == 1
    dates.ask_about_dates(By(refreshed(db_session), cast.noor, START + timedelta(days=4)), case.id, [omar])
    assert dates.remind_about_dates(refreshed(db_session), START + timedelta(days=6), cast.north) == 0
    assert dates.remind_about_dates(refreshed(db_session), START + timedelta(days=7), cast.north) == 1


def test_another_conference_of_the_coordinator_is_shown_at_its_day(
    client: PageClient, db_session: Session, cast: Cast, case: Made
) -> None:
    other = case_in_setup(refreshed(db_session), cast, START)
    arranging.choose_date(By(db_session, cast.noor, START), other.id, TUESDAY)
    sign_in(client, cast.noor)
    assert "Tuesday 10 March 10:00: EKC-2026-0002" in client.page(f"/conferences/{case.id}/dates").text
    assert "EKC-2026-0002" not in client.page(f"/conferences/{other.id}/dates").text.partition("Week of")[2]


def test_who_can_be_asked_by_telephone_alone_is_told_to_the_coordinator(
    client: PageClient, cast: Cast, case: Made, polled: dict[datetime, int], db_session: Session
) -> None:
    omar, kees, els = (case.people[name] for name in ("omar", "kees", "els"))
    enter(client, refreshed(db_session), START, case.id, kees)
    asked = dates.ask_about_dates(By(refreshed(db_session), cast.noor, START), case.id, [omar, kees, els])
    assert asked == DatesAsked(mailed=1, to_ring=frozenset({els}))

    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/dates")
    page = client.submit("Ask them", {"Whom to ask": ["Els Vermeer"]})
    assert page.flashes == ["Ring these people: they have no email address and no link. Els Vermeer."]


def test_whoever_leaves_the_circle_counts_no_more(
    db_session: Session, cast: Cast, case: Made, polled: dict[datetime, int]
) -> None:
    noor = By(db_session, cast.noor, START)
    dates.note_dates(noor, case.id, case.people["omar"], DatesSaid({polled[TUESDAY]: DateFit.YES}))
    with writing(db_session):
        db_session.get_one(Participant, case.people["omar"]).removed_at = START
    assert dates.choose_from_answers(By(refreshed(db_session), cast.noor, START), case.id, polled[TUESDAY]) == 0
    assert len(db_session.scalars(select(DateAnswer)).all()) == len(db_session.scalars(select(DateGuest)).all()) == 1


@pytest.mark.parametrize("who", ["omar", "linda"])
def test_whoever_stays_away_or_interprets_has_no_answers_noted(
    client: PageClient, db_session: Session, cast: Cast, case: Made, polled: dict[datetime, int], who: str
) -> None:
    one = case.people[who]
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/dates/of/{one}")
    if who == "omar":
        decided = {"exclusion_reason": "A ban on contact.", "excluded_by": "the court", "excluded_on": START.date()}
        change_details(refreshed(db_session), cast, START, case, one, attends=Attends.EXCLUDED, **decided)
    else:
        change_details(refreshed(db_session), cast, START, case, one, part=Part.INTERPRETER)
    after = {"omar": "Linda de Wit", "linda": "Kees de Wit"}[who]
    client.refused(f"Save, and on to {after}", {"Tuesday 10 March 2026, 10:00": "yes"}, status=404)
    assert answers(db_session, case) == {}
    assert db_session.scalars(select(DateGuest)).all() == []


@pytest.mark.both_databases
def test_whoever_does_not_come_any_more_or_interprets_is_not_reminded(
    db_session: Session, cast: Cast, case: Made, polled: dict[datetime, int]
) -> None:
    omar, linda, marieke = (case.people[name] for name in ("omar", "linda", "marieke"))
    dates.ask_about_dates(By(db_session, cast.noor, START), case.id, [omar, linda, marieke])
    with writing(refreshed(db_session)):
        db_session.get_one(Participant, omar).attends = Attends.NO
        db_session.get_one(Participant, linda).part = Part.INTERPRETER
    assert dates.remind_about_dates(refreshed(db_session), START + timedelta(days=3), cast.north) == 1
    assert mails(db_session, "Which days suit you? We have") == [marieke]


def test_nobody_is_reminded_while_the_case_is_paused(
    db_session: Session, cast: Cast, case: Made, polled: dict[datetime, int]
) -> None:
    noor = By(db_session, cast.noor, START)
    dates.ask_about_dates(noor, case.id, [case.people["omar"]])
    pauses.pause(noor, case.id, "The family asks for rest.")
    later = START + timedelta(days=3)
    assert dates.remind_about_dates(refreshed(db_session), later, cast.north) == 0
    pauses.resume(By(refreshed(db_session), cast.noor, later), case.id)
    assert dates.remind_about_dates(refreshed(db_session), later, cast.north) == 1


def test_nobody_is_asked_any_more_once_the_date_is_set(
    client: PageClient, db_session: Session, cast: Cast, case: Made, polled: dict[datetime, int]
) -> None:
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/dates")
    arranging.choose_date(By(refreshed(db_session), cast.noor, START), case.id, TUESDAY)
    page = client.refused("Ask them", status=409)
    assert "The date has been set meanwhile" in page.text
    assert mails(db_session, "Which days suit you?") == []


def test_nobody_is_asked_before_they_can_answer(client: PageClient, db_session: Session, cast: Cast) -> None:
    case = matched_case(db_session, cast, START)
    noor = By(db_session, cast.noor, START)
    dates.offer_dates(noor, case.id, DatesOffered(frozenset(), (TUESDAY,)))
    with pytest.raises(Refusal, match="only while the conference is being prepared"):
        dates.ask_about_dates(noor, case.id, [case.people["marieke"]])
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/dates")
    assert "Who can when" in page.text
    assert "Ask people" not in page.text


def test_a_date_far_ahead_does_not_make_the_page_endless(
    client: PageClient, db_session: Session, cast: Cast, case: Made
) -> None:
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/dates")
    page = client.refused("Save the possible dates", {"Another day and time": "10-3-2062 10:00"}, status=422)
    assert "Look at the year again" in page.text
    client.submit("Save the possible dates", {"Another day and time": "18-4-2027 10:00"})
    last = datetime(2027, 4, 18, 8, 0, tzinfo=UTC)
    assert list(options(db_session, case)) == [last]
    far = datetime(2062, 3, 10, 9, 0, tzinfo=UTC)
    arranging.add_date(By(refreshed(db_session), cast.noor, START), case.id, far)
    for weeks in ("", "?weeks=1000000000", "?weeks=-1", "?weeks=many"):
        page = client.page(f"/conferences/{case.id}/dates{weeks}")
        assert page.text.count("Week of") == 60
    client.submit("Save the possible dates", {"Sunday 18 April, morning 10:00": False})
    assert list(options(db_session, case)) == [far]


@pytest.mark.both_databases
def test_dates_an_hour_apart_keep_their_local_times_in_another_time_zone(
    db_session: Session, cast: Cast, case: Made
) -> None:
    hours = tuple(TUESDAY + timedelta(hours=n) for n in range(3))
    dates.offer_dates(By(db_session, cast.noor, START), case.id, DatesOffered(frozenset(), hours))
    for zone, shift in (("Europe/London", 1), ("Europe/Amsterdam", 0), ("Europe/Helsinki", -1)):
        with writing(refreshed(db_session)):
            conference = db_session.get_one(Conference, case.id)
            former, conference.timezone = conference.timezone, zone
            keep_local_times(db_session, conference, former)
        assert list(options(db_session, case)) == [one + timedelta(hours=shift) for one in hours]
