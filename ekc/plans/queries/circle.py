"""The circle as the plan sees it: whom it can name, who else reads it, and who decides about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, case, func, select
from sqlalchemy.orm import Session

from ekc.accounts.access import Visitor
from ekc.conferences.access import Case
from ekc.conferences.models import BottomLine, Conference, Participant, Voice
from ekc.conferences.roles import SHARED, shared
from ekc.core.reading import read_rows
from ekc.meetings.models import Meeting, Stretch
from ekc.names import told_apart
from ekc.plans.queries.versions import CASE
from ekc.workflow.birth import Birth
from ekc.workflow.professionals import MaybeProfessional
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import SHARES, Attends, Part, PlanSharing, VoiceMatter


@dataclass(frozen=True, slots=True)
class CirclePerson(MaybeProfessional):
    """Somebody whom a plan can name; `name` tells them from others of the same name.

    `came`: to a meeting of the round that was held last; `came_last`: to its last.
    """

    id: int
    name: str
    relation: str
    organisation: str
    part: Part
    attends: Attends | None
    sharing: PlanSharing  # what they see of the plan, of those about whom main persons are asked; the strictest answer
    side: str
    removed: bool
    came_as_professional: bool
    no_stands: bool
    came: bool
    came_last: bool
    earlier_plans: int  # versions of the rounds before they came

    @property
    def belongs(self) -> bool:
        """Whether this person is in the circle now: neither removed nor excluded."""
        return not self.removed and self.attends is not Attends.EXCLUDED


_held = (Meeting.conference_id == CASE, Meeting.started_at.is_not(None), Meeting.set_aside.is_(False))
_last = select(Meeting.id, Meeting.round).where(*_held).order_by(Meeting.number.desc()).limit(1).subquery()
_CAME = (
    select(Stretch.participant_id, func.max(case((Meeting.id == _last.c.id, 1), else_=0)))
    .join(Meeting, Meeting.id == Stretch.meeting_id)
    .join(_last, Meeting.round == _last.c.round)
    .where(*_held, Stretch.corrected_at.is_(None))
    .group_by(Stretch.participant_id)
)
_STORED = (
    *("id", "name", "relation", "organisation", "part", "attends", "side"),
    *("came_as_professional", "no_stands", "earlier_plans"),
)
_EVERYBODY = (
    select(*(getattr(Participant, name) for name in (*_STORED, "removed_at")), SHARED.label("shared"))
    .where(Participant.conference_id == CASE)
    .order_by(Participant.id)
)


def circle(session: Session, conference_id: int) -> tuple[CirclePerson, ...]:
    """Everybody who is or was in the circle, in the order in which they were added."""
    came = {id_: bool(to_last) for id_, to_last in read_rows(session, _CAME, {"case": conference_id})}
    rows = read_rows(session, _EVERYBODY, {"case": conference_id})
    return tuple(
        CirclePerson(
            **{**{name: getattr(row, name) for name in _STORED}, "name": label},
            sharing=shared(row.shared),
            removed=row.removed_at is not None,
            came=row.id in came,
            came_last=came.get(row.id, False),
        )
        for row, label in zip(rows, told_apart(rows), strict=True)
    )


def professionals(people: Iterable[CirclePerson]) -> tuple[CirclePerson, ...]:
    """The referrers and professionals in the circle now."""
    return tuple(person for person in people if person.is_professional and person.belongs)


def came_later(people: Iterable[CirclePerson], than: int = 0) -> tuple[CirclePerson, ...]:
    """Those of family and supporters who came in a later round than when there were `than` versions of earlier ones.

    The main persons of before say whether they read those.
    """
    here = (person for person in people if person.belongs and person.is_inside)
    return tuple(person for person in here if person.earlier_plans > than)


def asked_about(people: Iterable[CirclePerson], whose: CirclePerson | None = None) -> tuple[CirclePerson, ...]:
    """About whom the main persons say who else reads the plan; about whom this one does, if given."""
    known = tuple(people)
    return professionals(known) + came_later(known, whose.earlier_plans if whose else 0)


def main_persons(people: Iterable[CirclePerson]) -> tuple[CirclePerson, ...]:
    """Who is asked which professional reads the plan."""
    return tuple(person for person in people if person.part is Part.MAIN_PERSON and person.belongs)


_OWN_SHARING = select(Voice.about, Voice.answer).where(
    Voice.conference_id == CASE, Voice.matter == VoiceMatter.READING, Voice.participant_id == bindparam("participant")
)


def own_sharing(session: Session, conference_id: int, participant_id: int) -> dict[int, PlanSharing]:
    """What a main person said each professional may see, by the id of the professional; the strictest answer counts."""
    rows = read_rows(session, _OWN_SHARING, {"case": conference_id, "participant": participant_id})
    return {row.about: SHARES[row.answer] for row in rows}


_SETTERS = select(BottomLine.set_by).where(BottomLine.conference_id == CASE)


def deciders(session: Session, conference_id: int, people: Iterable[CirclePerson]) -> tuple[CirclePerson, ...]:
    """Who decides about acceptance: the referrer and those who set a bottom line; if none, any professional."""
    here = professionals(people)
    setters = set(session.scalars(_SETTERS, {"case": conference_id}))
    first = tuple(person for person in here if person.part is Part.REFERRER or person.id in setters)
    return first or here


def decides_alone(session: Session, case: Case | Conference, visitor: Visitor, today: date) -> bool:
    """Whether the visitor is old enough to decide alone about sharing. True for staff, who only note an answer."""
    if visitor.participant_id is None:
        return True
    columns = (Participant.born, Participant.born_until)
    row = session.execute(select(*columns).where(Participant.id == visitor.participant_id)).one()
    birth = Birth.of(*row)
    return birth is None or birth.youngest(today) >= PROFILES[case.profile].own_consent_from
