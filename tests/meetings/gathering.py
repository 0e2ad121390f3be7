"""A case of Noor's with a circle of all parts, put into any phase without taking the steps."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions.circle import add_person
from ekc.conferences.entries import PersonDetails
from ekc.conferences.models import Conference
from ekc.meetings.effects import start_meeting
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.vocabulary import Attends, Part, Phase, Step
from tests.build import Made, made, registered_case
from tests.cast import Cast
from tests.stages import stage

CIRCLE = (
    PersonDetails(
        name="Fatima El Amrani",
        part=Part.FAMILY,
        relation="grandmother",
        attends=Attends.IN_PERSON,
        needs=("ground floor", "halal food"),
        needs_interpreter=True,
    ),
    PersonDetails(name="Daan El Amrani", part=Part.CHILD, relation="son", attends=Attends.PART),
    PersonDetails(
        name="Hassan El Amrani", part=Part.FAMILY, relation="father", attends=Attends.LETTER, needs=("phone",)
    ),
    PersonDetails(
        name="Saïd El Amrani",
        part=Part.FAMILY,
        relation="uncle",
        attends=Attends.EXCLUDED,
        exclusion_reason="Threatened Linda.",
        excluded_by="coordinator with the family",
        excluded_on=datetime(2026, 3, 1).date(),  # noqa: DTZ001 - a day, not an instant
    ),
    PersonDetails(name="Els Vermeer", part=Part.PROFESSIONAL, organisation="School", attends=Attends.IN_PERSON),
    PersonDetails(name="Jamal Idrissi", part=Part.INTERPRETER, attends=Attends.IN_PERSON),
)


@stage
def gathered(session: Session, cast: Cast, at: datetime, phase: Phase = Phase.SETUP) -> Made:
    """The case in this phase, with its circle; from the information phase on its meeting started at `at`."""
    case = registered_case(session, cast, at)
    put_into(session, case.id, Phase.SETUP, coordinator_id=cast.noor.account_id)
    for person in CIRCLE:
        add_person(By(session, cast.noor, at), case.id, person)
    if phase is not Phase.SETUP:
        conference = session.get_one(Conference, case.id)
        start_meeting(session, conference, at, Taking(Step.OPEN_CONFERENCE))
        session.commit()
        put_into(session, case.id, phase)
    return made(session, case.id)


def put_into(session: Session, conference_id: int, phase: Phase, **more: object) -> None:
    """Put a case into a phase without checking guards."""
    session.rollback()
    session.execute(update(Conference).where(Conference.id == conference_id).values(phase=phase, **more))
    session.commit()
