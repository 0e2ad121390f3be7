"""Two registrations of one conference: noticed, said to be the same or not, and stopped."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.models import AccountRole
from ekc.conferences.entries import PersonDetails
from ekc.conferences.models import Conference, NameKey
from ekc.core.errors import NotNow, Refusal, Unknown
from ekc.core.outbox import OutboxMessage
from ekc.journey.actions.look_alikes import tell_apart
from ekc.journey.actions.steps import take_step
from ekc.journey.queries.look_alikes import look_alikes
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.vocabulary import Part, Phase, Role, Step, StopReason
from tests import build
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock


def registered(session: Session, cast: Cast, name: str = "Marieke de Wit", days: int = 0, **more: object) -> int:
    """A registration of this main person, so many days later."""
    person = PersonDetails(name=name, part=Part.MAIN_PERSON, email="marieke@example.org")
    return build.registered_case(session, cast, START + timedelta(days=days), main_persons=(person,), **more).id


def number_of(session: Session, case: int) -> str:
    return session.scalars(select(Conference.number).where(Conference.id == case)).one()


def twice(number: str, **more: object) -> Taking:
    return Taking(Step.REGISTERED_TWICE, stop_reason=StopReason.REGISTERED_TWICE, other=number, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("other", "found"),
    [
        ({}, True),
        ({"name": "DE WIT, Marieke"}, True),
        ({"name": "Mariëke de Wit", "municipality": "rivierstad", "days": 30}, True),
        ({"days": 31}, False),
        ({"name": "Marieke de Witte"}, False),
        ({"municipality": "Bergen"}, False),
    ],
)
def test_the_same_person_in_one_municipality_within_thirty_days_looks_alike(
    db_session: Session, cast: Cast, other: dict[str, object], found: bool
) -> None:
    first, second = registered(db_session, cast), registered(db_session, cast, **other)  # type: ignore[arg-type]
    alike = look_alikes(db_session, {cast.north})
    pairs = {(one, other.other.id) for one, others in alike.items() for other in others}
    assert pairs == ({(first, second), (second, first)} if found else set())
    assert look_alikes(db_session, {cast.south}) == {}
    assert db_session.scalars(select(NameKey)).all() == []  # nothing that the public form says is in an index


@pytest.mark.both_databases
def test_the_manager_says_that_they_are_the_same_and_the_later_one_stops(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    first, second = registered(db_session, cast), registered(db_session, cast, days=3)
    clock.advance(days=4)
    sign_in(client, cast.ruud)
    goes_on = number_of(db_session, first)
    assert f"The same conference as {goes_on}? Say whether it was registered twice" in client.page("/").text
    assert client.here.text.count("A new registration: ask a coordinator") == 1  # not for the other before that is said
    client.page(f"/conferences/{second}")
    client.follow("The same: stop this one")

    stopped = client.submit("Stop: it was registered twice")

    assert "It was registered twice, so this registration was stopped. The other one goes on." in stopped.text
    assert client.follow(goes_on).heading == "Family De Wit - El Amrani"
    assert "may be the same" not in client.here.text
    db_session.rollback()
    case = db_session.get_one(Conference, second)
    assert (case.phase, case.stop_reason) == (Phase.CLOSED, StopReason.REGISTERED_TWICE)
    mails = db_session.scalars(select(OutboxMessage.subject).where(OutboxMessage.key.like(f"{second}:%"))).all()
    assert set(mails) == {"A conference was registered twice"}


def test_that_they_are_two_is_remembered(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    first, second = registered(db_session, cast), registered(db_session, cast)
    sign_in(client, cast.ruud)
    client.page(f"/conferences/{first}")

    client.submit(f"Not the same: {number_of(db_session, second)}")

    db_session.rollback()
    assert look_alikes(db_session, {cast.north}) == {}
    assert "same conference as" not in client.page(f"/conferences/{second}").text + client.page("/").text


def test_it_goes_on_as_an_open_case_that_the_manager_sees(db_session: Session, cast: Cast) -> None:
    case, elsewhere = registered(db_session, cast), registered(db_session, cast, region_id=cast.south)
    closed = registered(db_session, cast)
    stop = Taking(Step.STOP, stop_reason=StopReason.OTHER)
    take_step(By(db_session, cast.ruud, START), closed, stop)
    for other in (case, elsewhere, closed):
        with pytest.raises(Refusal, match="no other open conference"):
            take_step(By(db_session, cast.ruud, START), case, twice(number_of(db_session, other)))
        with pytest.raises(Refusal, match="no other open conference"):
            tell_apart(By(db_session, cast.ruud, START), case, number_of(db_session, other))
    with pytest.raises((Unknown, NotNow)):
        take_step(By(db_session, cast.noor, START), case, twice(number_of(db_session, closed)))
    db_session.add(
        AccountRole(account_id=cast.ruud.account_id, role=Role.REGIONAL_MANAGER, region_id=cast.south, given_at=START)
    )
    db_session.commit()
    assert (
        take_step(By(db_session, cast.ruud, START), case, twice(f" {number_of(db_session, elsewhere).lower()}"))
        is Phase.CLOSED
    )
