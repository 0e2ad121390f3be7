"""Whom staff ring about what."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, null, or_, select, union_all
from sqlalchemy.orm import Session

from ekc.accounts.access import Visitor
from ekc.conferences.models import Conference, Participant, SafetyConcern, Voice
from ekc.conferences.queries.concerns import UNANSWERED
from ekc.conferences.roles import still_open
from ekc.core.reading import one_of, read_rows
from ekc.workflow.engine import WISHES
from ekc.workflow.vocabulary import Agreed, Phase, Role, VoiceMatter


@dataclass(frozen=True, slots=True)
class ToRing:
    """Somebody of a case whom staff ring: about their wish, or, without `matter`, because it does not feel safe."""

    conference_id: int
    title: str
    name: str
    phone: str
    matter: VoiceMatter | None


_mine = or_(Conference.coordinator_id == bindparam("account"), one_of(Conference.region_id, "regions"))
_case_columns = ("id", "title", "coordinator_id", "region_id", "tasks_ended_on", "timezone", "profile")
_head = (*(getattr(Conference, name) for name in _case_columns), Participant.name, Participant.phone)
_UNSAFE = (
    select(*_head, null().label("matter"), SafetyConcern.said_at.label("since"))
    .join(SafetyConcern, SafetyConcern.conference_id == Conference.id)
    .join(Participant, Participant.id == SafetyConcern.participant_id)
    .where(_mine, Conference.phase != Phase.PRIVATE_TIME, UNANSWERED)
)
_WISHED = (
    select(*_head, Voice.matter, Voice.written_at.label("since"))
    .join(Voice, Voice.conference_id == Conference.id)
    .join(Participant, Participant.id == Voice.participant_id)
    .where(_mine, Conference.phase.not_in([Phase.PRIVATE_TIME, Phase.CLOSED]), Participant.removed_at.is_(None))
    .where(Voice.matter.in_(WISHES), Voice.about == Conference.round)
    .where(Voice.answer == Agreed.YES, Voice.spoken_at.is_(None))
)
_TO_RING = union_all(_WISHED, _UNSAFE)


def to_ring(session: Session, who: Visitor, at: datetime) -> tuple[ToRing, ...]:
    """Whom a coordinator or the managers of a region ring, first those for whom it does not feel safe.

    That stands until somebody has answered it, also after the case has ended. Nothing of it is shown in private time.
    """
    asked = {
        "account": who.account_id if Role.COORDINATOR in who.roles else None,
        "regions": list(who.regions) if Role.REGIONAL_MANAGER in who.roles else [],
    }
    rows = read_rows(session, _TO_RING, asked)
    seen = [row for row in rows if row.region_id in who.regions or still_open(row, at)]
    seen.sort(key=lambda row: (row.matter is not None, row.since))
    return tuple(ToRing(row.id, row.title, row.name, row.phone, row.matter) for row in seen)
