"""A date on which the coordinator, the place or somebody who works there is taken is warned of, and can be set."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.access import open_case
from ekc.conferences.actions import circle as circle_actions
from ekc.conferences.actions import pauses
from ekc.conferences.entries import PersonDetails
from ekc.conferences.models import Conference, Participant
from ekc.conferences.queries.circle import circle
from ekc.core.transaction import writing
from ekc.meetings import facts, queries
from ekc.meetings.actions import arranging, dates
from ekc.meetings.actions.arranging import Venue
from ekc.meetings.actions.dates import DatesOffered
from ekc.meetings.models import Meeting
from ekc.workflow.clashes import ClashKind
from ekc.workflow.vocabulary import Activity, Attends, Outcome, Part, Phase
from tests.build import Made, arrange_place, case_in_setup, change_details
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START
from tests.database import refreshed
from tests.hearing import hearing

pytestmark = pytest.mark.both_databases
TUESDAY = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)  # 10:00 in the Netherlands
AFTERNOON = TUESDAY + timedelta(hours=5)
WEDNESDAY = TUESDAY + timedelta(days=1)


@pytest.fixture
def case(db_session: Session, cast: Cast) -> Made:
    """Noor's, with three possible dates and a place; Nadia interprets."""
    made = case_in_setup(db_session, cast, START)
    noor = By(db_session, cast.noor, START)
    arrange_place(db_session, cast, START, made)
    circle_actions.add_person(noor, made.id, PersonDetails(name="Nadia Haddad", part=Part.INTERPRETER))
    dates.offer_dates(noor, made.id, DatesOffered(frozenset(), (TUESDAY, AFTERNOON, WEDNESDAY)))
    return made


@pytest.fixture
def other(db_session: Session, cast: Cast, case: Made) -> Made:
    """Denise's, on Tuesday at 10:00, of a family that nobody else may know of."""
    made = case_in_setup(refreshed(db_session), cast, START, title="Family Unheard")
    arranging.choose_date(By(db_session, cast.noor, START), made.id, TUESDAY)
    change(db_session, update(Conference).where(Conference.id == made.id), coordinator_id=cast.denise.account_id)
    return made


def change(session: Session, statement: Any, **values: object) -> None:
    with writing(session):
        session.execute(statement.values(**values))


def found(session: Session, cast: Cast, case: Made) -> dict[datetime, list[tuple[ClashKind, str, str]]]:
    """What clashes with the possible dates of a case, as its coordinator sees it."""
    by = By(refreshed(session), cast.noor, START)
    opened = open_case(by, case.id, Activity.ARRANGE_MEETING)
    meeting = queries.current_meeting(session, case.id)
    assert meeting is not None
    ahead = [row.starts_at for row in queries.date_options(session, meeting.id)]
    clashes = facts.clashes_of(session, opened, meeting, circle(session, case.id), ahead, START)
    return {at: [(one.kind, one.who, one.number) for one in every] for at, every in clashes.items()}


def test_ones_own_other_conference_is_said_then_and_that_day(
    client: PageClient, db_session: Session, cast: Cast, case: Made
) -> None:
    mine = case_in_setup(refreshed(db_session), cast, START)
    arranging.choose_date(By(db_session, cast.noor, START), mine.id, TUESDAY)
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/dates")
    assert "Tuesday 10 March 2026, 10:00: You have another conference then: EKC-2026-0002, at 10:00" in page.text
    assert "Tuesday 10 March 2026, 15:00: You have another conference that day: EKC-2026-0002, at 10:00" in page.text
    assert "Wednesday 11 March 2026, 10:00: " not in page.text

    noor = By(refreshed(db_session), cast.noor, START)
    dates.ask_about_dates(noor, case.id, [case.people["omar"]])
    page = client.page(f"/conferences/{case.id}/dates")
    assert "1 not heard yet You have another" not in page.text
    assert "Not heard yet: Omar El Amrani You have another conference then: EKC-2026-0002, at 10:00" in page.text
    client.submit("Set this date", near="Tuesday 10 March 2026, 10:00")  # it is a warning
    assert "You have another conference then: EKC-2026-0002, at 10:00" in client.here.text
    assert "You have another conference then" in client.page(f"/conferences/{case.id}/meeting").text
    assert "You have another conference then: EKC-2026-0001" in client.page(f"/conferences/{mine.id}/meeting").text
    sign_in(client, cast.ruud)
    assert "another conference" not in client.page(f"/conferences/{case.id}/meeting").text


def test_of_a_conference_of_others_it_is_said_who_seems_to_be_there_and_nothing_of_it(
    client: PageClient, db_session: Session, cast: Cast, case: Made, other: Made
) -> None:
    person = ClashKind.PERSON
    assert found(db_session, cast, case) == {
        TUESDAY: [(person, "Karim Jansen", ""), (person, "Els Vermeer", "")],
    }
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/dates")
    assert "Ask Els Vermeer: they seem to be at another conference then" in page.text
    assert [word for word in ("EKC-2026-0002", "Unheard", "Denise") if word in page.html] == []

    change(
        db_session, update(Conference).where(Conference.id == other.id), coordinator_id=cast.noor.account_id
    )  # whoever may see it reads which one it is
    assert (person, "Els Vermeer", "EKC-2026-0002") in found(db_session, cast, case)[TUESDAY]


#: What makes that Els is not said to be elsewhere: a change of the other case, as a statement or an action.
APART: dict[str, Callable[[Session, Cast, Made], object]] = {
    "works elsewhere": lambda s, _c, o: person(s, o, organisation="Primary school De Beuk"),
    "is another": lambda s, c, o: rename(s, c, o, "Elsa Vermeer"),
    "is family there": lambda s, _c, o: person(s, o, part=Part.FAMILY),
    "does not come": lambda s, _c, o: person(s, o, attends=Attends.NO),
    "left": lambda s, _c, o: person(s, o, removed_at=START),
    "another region": lambda s, c, o: of_case(s, o, region_id=c.south),
    "closed": lambda s, _c, o: of_case(s, o, phase=Phase.CLOSED, outcome=Outcome.PLAN, plan_number=1),
    "set aside": lambda s, _c, o: of_meeting(s, o, set_aside=True),
    "has begun": lambda s, _c, o: of_meeting(s, o, started_at=START),
    "no date any more": lambda s, _c, o: of_meeting(s, o, starts_at=None),
    "over by then": lambda s, _c, o: of_meeting(s, o, starts_at=TUESDAY - timedelta(minutes=90), expected_minutes=90),
    "begins after": lambda s, _c, o: of_meeting(s, o, starts_at=TUESDAY + timedelta(minutes=240)),
    "an older meeting": lambda s, _c, o: newer(s, o),
}
#: What makes no difference.
TOGETHER: dict[str, Callable[[Session, Cast, Made], object]] = {
    "paused": lambda s, c, o: pauses.pause(By(s, c.denise, START), o.id, "Somebody is ill."),
    "written otherwise": lambda s, c, o: rename(s, c, o, "VERMEER, Els"),
    "school not known": lambda s, _c, o: person(s, o, organisation=""),
    "short": lambda s, _c, o: of_meeting(s, o, starts_at=TUESDAY - timedelta(minutes=90), expected_minutes=91),
    "interprets there": lambda s, _c, o: person(s, o, part=Part.INTERPRETER),
}


def person(session: Session, case: Made, **values: object) -> None:
    change(session, update(Participant).where(Participant.id == case.people["els"]), **values)


def rename(session: Session, cast: Cast, case: Made, name: str) -> None:
    of_case(session, case, coordinator_id=cast.noor.account_id)
    change_details(session, cast, START, case, case.people["els"], name=name)
    of_case(session, case, coordinator_id=cast.denise.account_id)


def of_case(session: Session, case: Made, **values: object) -> None:
    change(session, update(Conference).where(Conference.id == case.id), **values)


def of_meeting(session: Session, case: Made, **values: object) -> None:
    change(session, update(Meeting).where(Meeting.conference_id == case.id), **values)


def newer(session: Session, case: Made) -> None:
    with writing(session):
        session.add(Meeting(conference_id=case.id, number=2))


def says_els(session: Session, cast: Cast, case: Made) -> bool:
    return any(who == "Els Vermeer" for _, who, _ in found(session, cast, case).get(TUESDAY, ()))


@pytest.mark.parametrize("how", APART)
def test_nobody_is_said_to_be_elsewhere_who_is_not(
    how: str, db_session: Session, cast: Cast, case: Made, other: Made
) -> None:
    APART[how](refreshed(db_session), cast, other)
    if how in ("over by then", "begins after"):
        dates.offer_dates(
            By(db_session, cast.noor, START), case.id, DatesOffered(frozenset((AFTERNOON, WEDNESDAY)), ())
        )
    assert not says_els(db_session, cast, case)


@pytest.mark.parametrize("how", TOGETHER)
def test_somebody_is_elsewhere_all_the_same(how: str, db_session: Session, cast: Cast, case: Made, other: Made) -> None:
    TOGETHER[how](refreshed(db_session), cast, other)
    assert says_els(db_session, cast, case)


def test_nobody_is_asked_about_who_does_not_come_here(db_session: Session, cast: Cast, case: Made, other: Made) -> None:
    person(refreshed(db_session), case, attends=Attends.NO)
    assert not says_els(db_session, cast, case)


def test_a_place_is_taken_by_whoever_has_it_already(
    client: PageClient, db_session: Session, cast: Cast, case: Made, other: Made
) -> None:
    of_case(refreshed(db_session), other, coordinator_id=cast.noor.account_id)
    noor = By(db_session, cast.noor, START)
    arranging.set_venue(noor, other.id, Venue("de brug, Buurthuis", "Waalkade 12 Rivierstad"))
    of_case(db_session, other, coordinator_id=cast.denise.account_id)
    assert (ClashKind.PLACE, "", "") not in found(db_session, cast, case)[TUESDAY]  # other words in another order
    of_case(db_session, other, coordinator_id=cast.noor.account_id)
    arranging.set_venue(noor, other.id, Venue("Het buurthuis De Brug", "Waalkade 12  RIVIERSTAD"))
    of_case(db_session, other, coordinator_id=cast.denise.account_id)
    assert (ClashKind.PLACE, "", "") in found(db_session, cast, case)[TUESDAY]
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/dates")
    assert "The place seems to be taken then: ask there" in page.text
    assert "EKC-2026-0002" not in page.html
    of_meeting(db_session, other, venue_address="Waalkade 14")
    assert (ClashKind.PLACE, "", "") not in found(db_session, cast, case)[TUESDAY]
    of_meeting(db_session, other, venue_address="", venue_name="")
    of_meeting(db_session, case, venue_address="", venue_name="")
    assert (ClashKind.PLACE, "", "") not in found(db_session, cast, case)[TUESDAY]  # no place is no place


def test_two_who_set_one_hour_at_one_place_both_read_it(
    client: PageClient, db_session: Session, cast: Cast, case: Made, other: Made
) -> None:
    """Whoever is second is not stopped; whoever was first reads it as well, once they look again."""
    with writing(refreshed(db_session)):
        for made in (case, other):
            db_session.execute(
                update(Meeting)
                .where(Meeting.conference_id == made.id)
                .values(starts_at=TUESDAY, venue_name="Buurthuis De Brug", venue_address="Waalkade 12, Rivierstad")
            )
    for who, made in ((cast.noor, case), (cast.denise, other)):
        sign_in(client, who)
        for page in ("dates", "meeting"):
            assert "The place seems to be taken then: ask there" in client.page(f"/conferences/{made.id}/{page}").text


def test_however_many_conferences_and_dates_there_are_it_takes_two_statements(
    db_session: Session, engine: Engine, cast: Cast, case: Made, other: Made
) -> None:
    def sent() -> int:
        by = By(refreshed(db_session), cast.noor, START)
        opened = open_case(by, case.id, Activity.ARRANGE_MEETING)
        meeting = queries.current_meeting(db_session, case.id)
        assert meeting is not None
        people = circle(db_session, case.id)
        ahead = [row.starts_at for row in queries.date_options(db_session, meeting.id)]
        heard: list[str] = []
        with hearing(engine, lambda _cursor, statement, *_more: heard.append(statement)):
            assert facts.clashes_of(db_session, opened, meeting, people, ahead, START)
        return len(heard)

    assert sent() == 2
    for day in range(3):
        more = case_in_setup(refreshed(db_session), cast, START)
        arranging.choose_date(By(db_session, cast.noor, START), more.id, TUESDAY + timedelta(hours=day))
    possible = tuple(TUESDAY + timedelta(hours=24 * day) for day in range(2, 20))
    dates.offer_dates(By(refreshed(db_session), cast.noor, START), case.id, DatesOffered(frozenset(), possible))
    assert sent() == 2
