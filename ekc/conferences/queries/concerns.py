"""Safety concerns, and whether somebody answered them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import Session

from ekc.conferences.models import Notice, Participant, SafetyConcern
from ekc.conferences.queries.names import names
from ekc.conferences.queries.rows import columns_of, to_dataclass
from ekc.core.reading import read_rows
from ekc.workflow.engine import STEP_RULES
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.vocabulary import Step, VoiceMatter


@dataclass(frozen=True, slots=True)
class ConcernRow:
    """A safety concern with the person's name and the arrangement (None: not made yet).

    `said_at`: when they themselves said that it does not feel safe; None: staff wrote it down. `concern` None: they
    said no more.
    """

    id: int
    participant_id: int
    name: str
    concern: str | None
    arrangement: str | None
    arrangement_before: str | None  # for the round before
    said_at: datetime | None
    said_with: Step | None

    @property
    def wishes(self) -> VoiceMatter | None:
        """What they wish for, where they said it with a step."""
        return STEP_RULES[self.said_with].matter if self.said_with else None

    @property
    def unanswered(self) -> bool:
        """Whether they said it themselves, and staff have not written down yet what was said or arranged."""
        return self.said_at is not None and not (self.arrangement or self.arrangement_before)


#: `ConcernRow.unanswered`, for statements.
UNANSWERED = and_(
    SafetyConcern.said_at.is_not(None),
    SafetyConcern.arrangement.is_(None),
    SafetyConcern.arrangement_before.is_(None),
)


_CONCERNS = (
    select(*columns_of(ConcernRow, SafetyConcern, frozenset({"name"})))
    .join(Participant, Participant.id == SafetyConcern.participant_id)
    .where(
        SafetyConcern.conference_id == bindparam("case"),
        Participant.removed_at.is_(None) | (SafetyConcern.said_at.is_not(None) & SafetyConcern.arrangement.is_(None)),
    )
    .order_by(SafetyConcern.id)
)
_FOUND_UNSAFE = select(func.max(Notice.at)).where(
    Notice.conference_id == bindparam("case"), Notice.kind == NoticeKind.UNSAFE
)


def concerns(session: Session, conference_id: int) -> tuple[ConcernRow, ...]:
    """The safety concerns of everybody who is in the circle now, and what others said that nobody has answered."""
    rows = read_rows(session, _CONCERNS, {"case": conference_id})
    called = names(session, conference_id) if rows else {}
    return tuple(to_dataclass(ConcernRow, row, name=called[row.participant_id]) for row in rows)


def found_unsafe(session: Session, conference_id: int) -> datetime | None:
    """When a follow-up last found that somebody does not feel safe, in whichever round; None: never."""
    return session.scalar(_FOUND_UNSAFE, {"case": conference_id})


def not_safe_since(session: Session, conference_id: int, participant_id: int) -> datetime | None:
    """When this person said that it does not feel safe, if nobody has answered that yet."""
    mine = (SafetyConcern.conference_id == conference_id, SafetyConcern.participant_id == participant_id)
    return session.scalar(select(func.max(SafetyConcern.said_at)).where(*mine, UNANSWERED))
