"""Correcting the times of a conference that was entered afterwards."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.models import Conference
from ekc.core.clock import to_local
from ekc.core.errors import NotNow, Refusal, Stale, Unknown
from ekc.meetings import queries as meetings
from ekc.meetings.actions.attendance import Corrected, correct_stretch, never_came, record_attendance
from ekc.meetings.effects import end_meeting
from ekc.privatetime import effects, queries
from ekc.privatetime.actions import DayTimes, RoundTimes, correct_times
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.vocabulary import Phase, PresentBy, Step
from tests.build import Made
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.meetings.gathering import gathered, put_into

NEXT_DAY = START + timedelta(days=1)
ZONE = "Europe/Amsterdam"


def minute(number: int) -> datetime:
    return START + timedelta(minutes=number)


def local(number: int) -> datetime:
    return to_local(minute(number), ZONE).replace(tzinfo=None)


def written_down(session: Session, cast: Cast) -> Made:
    """A conference whose steps were all entered on the next day, within ten minutes."""
    case = gathered(session, cast, NEXT_DAY, Phase.INFORMATION)
    record_attendance(By(session, cast.noor, NEXT_DAY), case.id, {case.people["fatima"], case.people["els"]})
    conference = session.get_one(Conference, case.id)
    at = [NEXT_DAY + timedelta(minutes=m) for m in range(1, 6)]
    effects.open_room(session, conference, at[0], Taking(Step.BEGIN_PRIVATE_TIME))
    effects.close_room(session, conference, at[1], Taking(Step.ASK_FOR_INFORMATION, reason="Evenings?"))
    effects.open_room(session, conference, at[2], Taking(Step.BEGIN_PRIVATE_TIME))
    effects.close_room(session, conference, at[3], Taking(Step.COME_OUT))
    end_meeting(session, conference, at[4], Taking(Step.AGREE_PLAN))
    session.commit()
    put_into(session, case.id, Phase.EVALUATION, plan_number=1)
    return case


def as_it_was(session: Session, case: Made, **changes: object) -> DayTimes:
    """The actual times: private time from minute 55 to 160 and 170 to 270, in a meeting from 10 to 300."""
    meeting = meetings.current_meeting(session, case.id)
    assert meeting is not None
    first, second = queries.rounds(session, case.id)
    given = {
        "meeting_id": meeting.id,
        "started_at": minute(10),
        "ended_at": minute(300),
        "rounds": (RoundTimes(first.id, minute(55), minute(160)), RoundTimes(second.id, minute(170), minute(270))),
    }
    return DayTimes(**{**given, **changes})  # type: ignore[arg-type]


@pytest.mark.both_databases
def test_the_whole_day_is_put_right_at_once(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = written_down(db_session, cast)
    clock.set(NEXT_DAY + timedelta(hours=1))
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/times")
    assert "Private time 1 ended They came out: Evenings?" in page.text

    client.submit(
        "Save the times",
        {
            "The meeting started": local(10),
            "Private time 1 began": local(55),
            "Private time 1 ended": local(160),
            "Private time 2 began": local(170),
            "Private time 2 ended": local(270),
            "The meeting ended": local(300),
        },
    )
    client.submit("Save came and left", {"Left": local(50)}, near="Els Vermeer")

    db_session.rollback()
    meeting = meetings.current_meeting(db_session, case.id)
    assert meeting is not None
    assert (meeting.started_at, meeting.ended_at) == (minute(10), minute(300))
    assert [(r.began_at, r.ended_at, r.ended_by, r.ended_for) for r in queries.rounds(db_session, case.id)] == [
        (minute(55), minute(160), Step.ASK_FOR_INFORMATION, "Evenings?"),
        (minute(170), minute(270), Step.COME_OUT, None),
    ]
    came = {row.participant_id: (row.came_at, row.left_at) for row in meetings.stretches(db_session, meeting.id)}
    assert came == {
        case.people["fatima"]: (minute(10), minute(300)),  # from start to end, and still so after the correction
        case.people["els"]: (minute(10), minute(50)),
    }


@pytest.mark.parametrize(
    ("label", "typed", "sentence"),
    [
        ("Private time 1 ended", minute(54), "Private time 1 ends before it begins."),
        ("Private time 2 began", minute(159), "Private time 2 begins before private time 1 has ended."),
        ("Private time 1 began", minute(9), "Private time 1 begins before the meeting starts."),
        ("The meeting ended", minute(269), "The meeting ends before private time 2 has ended."),
        ("The meeting ended", minute(9), "The meeting ends before it starts."),
        (
            "The meeting ended",
            NEXT_DAY + timedelta(days=9),
            "The meeting ended: This time has not come yet. Give the times as they were.",
        ),
    ],
)
def test_times_that_contradict_each_other_are_refused(
    client: PageClient,
    db_session: Session,
    cast: Cast,
    clock: FrozenClock,
    label: str,
    typed: datetime,
    sentence: str,
) -> None:
    case = written_down(db_session, cast)
    clock.set(NEXT_DAY + timedelta(hours=1))
    correct_times(By(db_session, cast.noor, clock()), case.id, as_it_was(db_session, case))
    before = queries.rounds(db_session, case.id)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/times")
    wrong = to_local(typed, ZONE).replace(tzinfo=None)

    page = client.refused("Save the times", {label: wrong}, status=422 if "not come yet" in sentence else 409)

    assert page.errors == [sentence]
    assert client.form("Save the times").shown(label) == wrong.isoformat(timespec="minutes")
    db_session.rollback()
    assert queries.rounds(db_session, case.id) == before


def test_nobody_leaves_before_they_come(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = written_down(db_session, cast)
    clock.set(NEXT_DAY + timedelta(hours=1))
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/times")

    page = client.refused("Save came and left", {"Left": local(0)}, near="Els Vermeer", status=409)

    assert page.errors == ["This person leaves before they come."]


def test_an_empty_time_is_asked_for(client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock) -> None:
    case = written_down(db_session, cast)
    clock.set(NEXT_DAY + timedelta(hours=1))
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/times")

    page = client.refused("Save the times", {"Private time 1 ended": ""}, status=422)

    assert page.errors == ["Private time 1 ended: Give the day and the time."]


def test_private_time_and_people_of_another_case_are_unknown(db_session: Session, cast: Cast) -> None:
    case, other = written_down(db_session, cast), written_down(db_session, cast)
    at = NEXT_DAY + timedelta(hours=1)
    foreign = as_it_was(db_session, other)
    assert foreign.meeting_id is not None

    with pytest.raises(Stale):
        correct_times(By(db_session, cast.noor, at), case.id, foreign)
    with pytest.raises(Unknown):
        correct_times(By(db_session, cast.noor, at), case.id, DayTimes(foreign.meeting_id, START, START))
    theirs = meetings.stretches(db_session, foreign.meeting_id)[0]
    with pytest.raises(Unknown):
        correct_stretch(
            By(db_session, cast.noor, at), case.id, theirs.id, Corrected(minute(10), None, PresentBy.IN_PERSON)
        )
    with pytest.raises(Unknown):
        never_came(By(db_session, cast.noor, at), case.id, theirs.id)


def test_correcting_ends_nothing_that_goes_on(db_session: Session, cast: Cast) -> None:
    case = gathered(db_session, cast, START, Phase.INFORMATION)
    meeting = meetings.current_meeting(db_session, case.id)
    assert meeting is not None

    with pytest.raises(Refusal, match="started or ended after the page was opened"):
        correct_times(By(db_session, cast.noor, NEXT_DAY), case.id, DayTimes(meeting.id, minute(1), minute(2)))


def test_in_private_time_no_time_is_corrected(db_session: Session, cast: Cast) -> None:
    case = written_down(db_session, cast)
    times = as_it_was(db_session, case)
    put_into(db_session, case.id, Phase.PRIVATE_TIME)

    with pytest.raises(NotNow):
        correct_times(By(db_session, cast.noor, NEXT_DAY), case.id, times)
