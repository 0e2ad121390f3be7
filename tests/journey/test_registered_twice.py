"""Two registrations of one conference: noticed, said to be the same or not, and stopped."""

from dataclasses import asdict, fields
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.models import AccountRole
from ekc.conferences.actions import circle, registration, safety
from ekc.conferences.actions.consents import add_consent
from ekc.conferences.entries import Concern, NewConsent, NewContact, PersonDetails, Registration
from ekc.conferences.models import Conference, Consent, ContactEntry, NameKey, Participant, SafetyConcern
from ekc.core.audit import AuditEvent
from ekc.core.errors import NotNow, Refusal, Unknown
from ekc.core.outbox import OutboxMessage
from ekc.journey.actions.merging import tell_apart
from ekc.journey.actions.steps import take_step
from ekc.journey.queries.look_alikes import look_alikes
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.vocabulary import Attends, Part, Phase, Role, Step, StopReason
from tests import build
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.form import Value


def registered(session: Session, cast: Cast, name: str = "Marieke de Wit", days: int = 0, **more: object) -> int:
    """A registration of this main person, so many days later."""
    person = PersonDetails(name=name, part=Part.MAIN_PERSON, email="marieke@example.org")
    return build.registered_case(session, cast, START + timedelta(days=days), main_persons=(person,), **more).id


def number_of(session: Session, case: int) -> str:
    return session.scalars(select(Conference.number).where(Conference.id == case)).one()


def anew(session: Session, case: int, **changes: object) -> Registration:
    row = session.get_one(Conference, case)
    said = {field.name: getattr(row, field.name) for field in fields(Registration)}
    return Registration(**{**said, **changes})


def twice(number: str, **more: object) -> Taking:
    return Taking(Step.REGISTERED_TWICE, stop_reason=StopReason.REGISTERED_TWICE, other=number, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("other", "found"),
    [
        ({}, True),
        ({"name": "DE WIT, Marieke"}, True),
        ({"name": "Mariëke de Wit", "municipality": "rivierstad", "days": 30}, True),
        ({"name": "Marieke Dewit"}, True),
        ({"name": "Marike de Wit", "days": 30}, True),
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
    client.follow("The same: merge them")
    client.follow("Only stop this one")

    stopped = client.submit("Stop: it was registered twice")

    assert "It was registered twice, so this registration was stopped. The other one goes on." in stopped.text
    assert client.follow(goes_on).heading == "Family De Wit - El Amrani"
    assert "may be the same" not in client.here.text
    db_session.rollback()
    case = db_session.get_one(Conference, second)
    assert (case.phase, case.stop_reason) == (Phase.CLOSED, StopReason.REGISTERED_TWICE)
    mails = db_session.scalars(select(OutboxMessage.subject).where(OutboxMessage.key.like(f"{second}:%"))).all()
    assert set(mails) == {"A conference was registered twice"}


@pytest.mark.both_databases
def test_two_registrations_are_merged_and_keep_what_both_say(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    """Where they differ the manager chooses, nothing beforehand; what only one says is kept; then the other stops."""
    first = registered(db_session, cast, question="How do we go on?", topics=("school",), wishes=("a woman",))
    clock.advance(days=3)
    second = registered(db_session, cast, name="Marieke Dewit", days=3, topics=("School", "debts"), reason="A letter.")
    by = By(db_session, cast.ruud, clock())
    main = (Participant.conference_id == second, Participant.part == Part.MAIN_PERSON)
    mother = db_session.scalars(select(Participant.id).where(*main)).one()
    kim = PersonDetails(name="Kim Kok", part=Part.FRIEND, phone="06 1", brought_by_id=mother)
    theirs = circle.add_person(by, second, kim)
    talk = NewContact(on=clock().date(), channel="phone", text="Rang Kim.", participant_id=theirs)
    db_session.add(
        ContactEntry(conference_id=second, written_at=clock(), written_by=cast.ruud.account_id, **asdict(talk))
    )
    db_session.commit()
    add_consent(by, second, NewConsent(participant_id=mother, given_on=clock().date()))
    number = number_of(db_session, first)
    sign_in(client, cast.ruud)
    client.page(f"/conferences/{second}")
    page = client.follow("The same: merge them")
    assert "Kim Kok" in page.text

    button = f"Merge: {number} goes on"
    assert "Why now: Choose which is right." in client.refused(button, status=422).errors
    registration.change_registration(By(db_session, cast.ruud, clock()), first, anew(db_session, first, reason="Anew."))
    chosen: dict[str, Value] = {
        "Why now": "keep both",
        "The question, as you would put it today": f"How do we go on? ({number})",
        "Marieke de Wit: Name": f"Marieke Dewit ({number_of(db_session, second)})",
    }
    client.refused(button, chosen, status=409)
    client.submit(button, chosen)

    db_session.rollback()
    goes_on, stopped = db_session.get_one(Conference, first), db_session.get_one(Conference, second)
    assert (stopped.phase, stopped.stop_reason) == (Phase.CLOSED, StopReason.REGISTERED_TWICE)
    assert (goes_on.reason, goes_on.question) == ("Anew.\n\nA letter.", "How do we go on?")
    assert goes_on.topics == ["school", "debts"]
    assert goes_on.wishes == ["a woman", "speaks Dutch and understands Moroccan Arabic", "preferably a woman"]
    people = {
        row.name: row for row in db_session.scalars(select(Participant).where(Participant.conference_id == first))
    }
    assert {"Marieke Dewit", "Kim Kok"} <= people.keys()
    assert people["Kim Kok"].brought_by_id == people["Marieke Dewit"].id  # as she is here
    (entry,) = db_session.scalars(select(ContactEntry).where(ContactEntry.conference_id == first))
    assert (entry.text, entry.participant_id) == ("Rang Kim.", people["Kim Kok"].id)
    consents = select(Consent.participant_id).where(Consent.conference_id == first)
    assert db_session.scalars(consents).all() == [people["Marieke Dewit"].id]
    client.page(f"/conferences/{second}/registration/same-as/{number}", status=403)


def test_a_merge_keeps_what_is_not_safe_and_shows_nothing_of_private_time(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    """Nor a secret address, which the manager does not read; who stays away is decided in the one that goes on."""
    first = registered(db_session, cast, question="How do we go on?")
    second = registered(db_session, cast, reason="A letter.")
    by = By(db_session, cast.ruud, clock())
    ids = {}
    for case, town in ((first, "Hidden Lane 1"), (second, "Hidden Lane 2")):
        kim = PersonDetails(name="Kim Kok", part=Part.FRIEND, address=town, address_secret=True)
        ids[case] = circle.add_person(by, case, kim)
    db_session.get_one(Participant, ids[first]).address_secret = True
    bo = circle.add_person(by, second, PersonDetails(name="Bo Bos", part=Part.FRIEND, brought_by_id=ids[second]))
    apart = Concern(participant_id=ids[second], concern="He hit her.", apart_from_id=bo, said_by="Kim")
    safety.add_concern(by, second, apart)
    db_session.get_one(Participant, ids[second]).attends = Attends.EXCLUDED
    for name, value in {"exclusion_reason": "Threats.", "excluded_by": "Ruud", "excluded_on": START.date()}.items():
        setattr(db_session.get_one(Participant, ids[second]), name, value)
    other_case = db_session.get_one(Conference, first)
    other_case.phase, other_case.coordinator_id = Phase.PRIVATE_TIME, cast.noor.account_id
    db_session.commit()
    number = number_of(db_session, first)
    sign_in(client, cast.ruud)
    answer = client.page(f"/conferences/{second}/registration/same-as/{number}")
    assert "There is no registration with this number that looks like this one." in answer.text
    assert "may be the same" not in client.page(f"/conferences/{second}").text
    assert "The same conference as" not in client.page("/").text
    db_session.rollback()
    other_case.phase, other_case.coordinator_id = Phase.REGISTRATION, None
    db_session.commit()

    page = client.page(f"/conferences/{second}/registration/same-as/{number}")
    assert ("Hidden Lane" in page.html, "a secret address" in page.html) == (False, True)
    db_session.rollback()
    read = select(AuditEvent.action).where(AuditEvent.conference_id == first).order_by(AuditEvent.seq.desc())
    assert db_session.scalars(read).first() == "case.read"
    chosen: dict[str, Value] = {
        "Why now": "keep both",
        "The question, as you would put it today": "keep both",
        "Kim Kok: Address": f"a secret address ({number})",
    }
    refused = client.refused(f"Merge: {number} goes on", chosen)
    assert refused.errors[0].startswith("It was decided that Kim Kok stays away")
    db_session.rollback()
    person = db_session.get_one(Participant, ids[second])
    person.attends = person.exclusion_reason = person.excluded_by = person.excluded_on = None
    db_session.commit()
    client.submit(f"Merge: {number} goes on", chosen)

    db_session.rollback()
    concern = db_session.scalars(select(SafetyConcern).where(SafetyConcern.conference_id == first)).one()
    other = db_session.get_one(Participant, concern.apart_from_id)
    assert (concern.participant_id, concern.concern, concern.said_by) == (ids[first], "He hit her.", "Kim")
    assert (other.conference_id, other.name, other.brought_by_id) == (first, "Bo Bos", ids[first])


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
