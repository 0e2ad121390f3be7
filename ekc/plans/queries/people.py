"""Reading the circle as the plan knows it: whom it can name, who answers to it, and what professionals see of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.conferences.access import Case
from ekc.conferences.models import BottomLine, Conference, Participant
from ekc.meetings.models import Attendance, Meeting
from ekc.people.access import Visitor
from ekc.workflow.profiles import PROFILES, age
from ekc.workflow.vocabulary import FAMILY_PARTS, PROFESSIONAL_PARTS, Attends, Part, PlanSharing


@dataclass(frozen=True, slots=True)
class CirclePerson:
    """Somebody whom a plan can name. `came`: to the latest meeting that was held."""

    id: int
    name: str
    relation: str
    organisation: str
    part: Part
    attends: Attends | None
    born: date | None
    sharing: PlanSharing  # of a referrer or professional: what they see of the plan
    removed: bool
    came: bool

    @property
    def gives_agreement(self) -> bool:
        """Whether this person is asked if they agree: family and supporters, unless they stay away for safety."""
        return (self.part in FAMILY_PARTS or self.part is Part.SUPPORTER) and self.attends is not Attends.EXCLUDED

    @property
    def is_professional(self) -> bool:
        """Whether this person comes as a referrer or professional."""
        return self.part in PROFESSIONAL_PARTS

    @property
    def belongs(self) -> bool:
        """Whether this person is in the circle now, and need not stay away."""
        return not self.removed and self.attends is not Attends.EXCLUDED


def circle(session: Session, conference_id: int) -> tuple[CirclePerson, ...]:
    """Everybody who is or was in the circle, in the order in which they came into it."""
    held = (
        select(Meeting.id)
        .where(Meeting.conference_id == conference_id, Meeting.started_at.is_not(None))
        .order_by(Meeting.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    came = set(session.scalars(select(Attendance.participant_id).where(Attendance.meeting_id == held)))
    rows = session.execute(
        select(
            Participant.id,
            Participant.name,
            Participant.relation,
            Participant.organisation,
            Participant.part,
            Participant.attends,
            Participant.born,
            Participant.plan_sharing,
            Participant.removed_at,
        )
        .where(Participant.conference_id == conference_id)
        .order_by(Participant.id)
    )
    return tuple(CirclePerson(*row[:-1], removed=row[-1] is not None, came=row.id in came) for row in rows)


def professionals(people: Iterable[CirclePerson]) -> tuple[CirclePerson, ...]:
    """The referrers and professionals who are in the circle now."""
    return tuple(person for person in people if person.is_professional and person.belongs)


def deciders(session: Session, conference_id: int, people: Iterable[CirclePerson]) -> tuple[CirclePerson, ...]:
    """Who says whether the plan is accepted: the referrer, and whoever set a bottom line; else any professional."""
    here = professionals(people)
    setters = set(session.scalars(select(BottomLine.set_by).where(BottomLine.conference_id == conference_id)))
    first = tuple(person for person in here if person.part is Part.REFERRER or person.id in setters)
    return first or here


def decides_alone(session: Session, case: Case | Conference, visitor: Visitor, today: date) -> bool:
    """Whether the visitor is old enough to decide on their own what is shared; the coordinator only writes it down."""
    if visitor.participant_id is None:
        return True
    born = session.scalar(select(Participant.born).where(Participant.id == visitor.participant_id))
    return born is None or age(born, today) >= PROFILES[case.profile].own_consent_from
