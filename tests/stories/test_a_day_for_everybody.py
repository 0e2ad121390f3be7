"""Family De Wit, of whom eight have no email and no link: from no date to everybody invited, and what that takes."""

from collections import Counter
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.models import Participant
from ekc.core.clock import from_local
from ekc.core.transaction import writing
from ekc.demo.casefile import CASES, read_case
from ekc.demo.play import play
from ekc.demo.player import Cast as Staff
from ekc.demo.player import Stage
from ekc.meetings.actions.arranging import lock_meeting, set_date
from ekc.meetings.actions.dates import DatesSaid, answer_dates
from ekc.meetings.models import DateOption, MeetingInvitation
from ekc.workflow.vocabulary import DateFit, InvitationWay
from tests.cast import Cast, participant, sign_in
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.database import refreshed
from tests.effort import Effort

#: Choosing four dates, asking, setting one and inviting (docs/performance.md); and each talk on the telephone.
BUDGET, OF_A_CALL = Effort(21, 0, 6), Effort(2, 0, 1)


def without_a_date(session: Session, cast: Cast, clock: FrozenClock) -> int:
    """De Wit as it is prepared, but for the day."""
    case = read_case(CASES / "de-wit.toml")
    assert case.setup is not None
    clock.set(from_local(datetime.combine(max(case.setup.informed.values()), time(16)), case.timezone))
    id_ = play(session, case, Staff(cast.north, cast.ruud, cast.noor), until=Stage.PREPARED)
    by = By(refreshed(session), cast.noor, clock())
    with writing(by.session):
        conference, meeting = lock_meeting(by, id_)
        set_date(by, conference, meeting, None, mistake=True)
        for option in by.session.scalars(select(DateOption)):
            by.session.delete(option)
    return id_


def answer_by_link(session: Session, clock: FrozenClock, case_id: int) -> None:
    """Whoever has an email address says yes to each date but the first."""
    options = list(refreshed(session).scalars(select(DateOption.id).order_by(DateOption.starts_at)))
    fits = dict(zip(options, (DateFit.NO, DateFit.YES, DateFit.YES, DateFit.IF_NEEDED), strict=True))
    reached = [one.id for one in session.scalars(select(Participant)) if one.email]
    for id_ in reached:
        answer_dates(By(refreshed(session), participant(case_id, id_), clock()), case_id, DatesSaid(fits))


def test_from_no_date_to_everybody_invited(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    id_ = without_a_date(db_session, cast, clock)
    sign_in(client, cast.noor)
    client.page(f"/conferences/{id_}")
    before = client.effort
    client.follow("Choose a date")
    mornings = [label for label in client.form("Save the possible dates").labels if label.endswith("morning")][:4]
    client.submit("Save the possible dates", dict.fromkeys(mornings, True))
    assert client.submit("Ask them").flashes[0] == "6 people are asked. 6 of them by email."
    spent = client.effort - before

    answer_by_link(db_session, clock, id_)
    client.page(f"/conferences/{id_}/dates")
    client.follow("Kees de Wit")
    before = client.effort
    client.submit("Save, and on to Ibrahim Yıldız", {"All dates that have no answer yet": "yes"})
    assert client.effort - before == OF_A_CALL

    page = client.page(f"/conferences/{id_}/dates")
    before = client.effort
    best = next(button for button in page.buttons if button.startswith("Set this date"))
    assert best == "Set this date: Wednesday 25 March 2026, 10:00"
    client.submit(best)
    client.follow("Invite people")
    people = client.form("Invite who is ticked")
    rung = [label for label in people.labels if not label.startswith("How ") and people.shown(label) == []]
    assert client.submit("Invite who is ticked", dict.fromkeys(rung, True)).flashes == ["Invited: 6 by email, 11 told."]
    spent += client.effort - before
    assert spent == BUDGET
    ways = Counter(row.way for row in refreshed(db_session).scalars(select(MeetingInvitation)))
    assert ways == {InvitationWay.EMAIL: 6, InvitationWay.TOLD: 11}
