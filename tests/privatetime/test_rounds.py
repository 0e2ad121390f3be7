"""Private time begins and ends, and nothing of its content is stored."""

from datetime import timedelta

from sqlalchemy.orm import Session

from ekc.conferences.models import Conference
from ekc.privatetime import effects, queries
from ekc.privatetime.models import PrivateRound
from ekc.privatetime.queries import RoundRow
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.vocabulary import Phase, Step
from tests.cast import Cast
from tests.clock import START
from tests.meetings.gathering import gathered


def test_there_is_no_place_for_what_was_said() -> None:
    assert [column.name for column in PrivateRound.__table__.columns] == [
        "id",
        "conference_id",
        "meeting_id",
        "began_at",
        "why",
        "ended_at",
        "ended_by",
        "ended_for",
    ]


def test_the_family_goes_in_asks_and_comes_out(db_session: Session, cast: Cast) -> None:
    case = gathered(db_session, cast, START, Phase.INFORMATION)
    conference = db_session.get_one(Conference, case.id)
    times = [START + timedelta(minutes=m) for m in (55, 160, 170, 270, 295, 315)]

    effects.open_room(db_session, conference, times[0], Taking(Step.BEGIN_PRIVATE_TIME))
    assert [row.ended_at for row in queries.rounds(db_session, case.id)] == [None]
    effects.close_room(db_session, conference, times[1], Taking(Step.ASK_FOR_INFORMATION, reason="Evenings?"))
    effects.open_room(db_session, conference, times[2], Taking(Step.BEGIN_PRIVATE_TIME))
    effects.close_room(db_session, conference, times[3], Taking(Step.COME_OUT))
    effects.open_room(db_session, conference, times[4], Taking(Step.GO_BACK, reason="Six of seven nights."))
    effects.close_room(db_session, conference, times[5], Taking(Step.COME_OUT))
    effects.close_room(db_session, conference, times[5], Taking(Step.NO_PLAN))  # no round is open, so nothing happens
    db_session.commit()

    rows = queries.rounds(db_session, case.id)
    meeting = rows[0].meeting_id
    assert meeting is not None
    assert all(row.ended_at for row in rows)
    assert rows == (
        RoundRow(1, meeting, times[0], times[1], Step.ASK_FOR_INFORMATION, None, "Evenings?"),
        RoundRow(2, meeting, times[2], times[3], Step.COME_OUT, None, None),
        RoundRow(3, meeting, times[4], times[5], Step.COME_OUT, "Six of seven nights.", None),
    )
