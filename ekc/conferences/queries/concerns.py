"""Safety concerns, and whether somebody answered them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import Session

from ekc.conferences.models import Notice, Participant, SafetyConcern
from ekc.conferences.queries.circle import PersonRow
from ekc.conferences.queries.names import names
from ekc.conferences.queries.rows import columns_of, to_dataclass
from ekc.core.reading import read_rows
from ekc.workflow.engine import STEP_RULES
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.vocabulary import IN_THE_ROOM, Step, VoiceMatter


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
    apart_from_id: int | None  # with whom they may not be
    apart_from: str  # or which side their own may not meet; both, where both are said
    apart_from_side: str | None
    said_by: str | None  # who said or decided that

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
    select(*columns_of(ConcernRow, SafetyConcern, frozenset({"name", "apart_from"})))
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
    return tuple(
        to_dataclass(
            ConcernRow,
            row,
            name=called[row.participant_id],
            apart_from=", ".join(filter(None, (called.get(row.apart_from_id or 0, ""), row.apart_from_side))),
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class Apart:
    """With whom somebody may not be, and what brings the two together all the same."""

    name: str
    arranged: bool
    both_come: bool  # into the room
    may_both_come: bool  # which is not known yet
    supports: bool  # one supports the other
    same_side: bool


def apart(rows: Iterable[ConcernRow], circle: Iterable[PersonRow]) -> dict[int, tuple[Apart, ...]]:
    """With whom each person may not be, by participant, of those who are in the circle now; of both of a pair.

    Of two sides that may not meet it says so of everybody on them, with the name of the other side; and once, where
    somebody of that side is named as well, or both said the same.
    """
    people = {person.id: person for person in circle}
    found: dict[int, list[Apart]] = {}
    for row in rows:
        one, other = people.get(row.participant_id), people.get(row.apart_from_id or 0)
        if one is None:
            continue
        arranged = row.arrangement is not None
        others: list[PersonRow] = []
        if row.apart_from_side:
            ours = [two for two in people.values() if two is one or (one.side and two.side == one.side)]
            others = [two for two in people.values() if two.side == row.apart_from_side and two not in ours]
            for mine in ours:
                found.setdefault(mine.id, []).append(_apart(mine, others, row.apart_from_side, arranged))
            for mine in others:
                found.setdefault(mine.id, []).append(_apart(mine, ours, one.side or one.label, arranged))
        if other is not None and other not in others:
            for mine, theirs in ((one, other), (other, one)):
                found.setdefault(mine.id, []).append(_apart(mine, [theirs], theirs.label, arranged))
    return {id_: tuple(dict.fromkeys(others)) for id_, others in found.items()}


def _apart(one: PersonRow, others: Sequence[PersonRow], name: str, arranged: bool) -> Apart:
    return Apart(
        name=name,
        arranged=arranged,
        both_come=one.attends in IN_THE_ROOM and any(two.attends in IN_THE_ROOM for two in others),
        may_both_come=one.expected_in_room and any(two.expected_in_room for two in others),
        supports=any(one.support_id == two.id or two.support_id == one.id for two in others),
        same_side=bool(one.side) and any(one.side == two.side for two in others),
    )


def found_unsafe(session: Session, conference_id: int) -> datetime | None:
    """When a follow-up last found that somebody does not feel safe, in whichever round; None: never."""
    return session.scalar(_FOUND_UNSAFE, {"case": conference_id})


def not_safe_since(session: Session, conference_id: int, participant_id: int) -> datetime | None:
    """When this person said that it does not feel safe, if nobody has answered that yet."""
    mine = (SafetyConcern.conference_id == conference_id, SafetyConcern.participant_id == participant_id)
    return session.scalar(select(func.max(SafetyConcern.said_at)).where(*mine, UNANSWERED))
