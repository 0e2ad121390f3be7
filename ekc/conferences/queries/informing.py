"""Who was told personally of what, by whom and how; who was rung in vain; what worries people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from ekc.accounts.models import Account
from ekc.conferences.access import Case
from ekc.conferences.models import CallAttempt, Conference, ContactEntry, Participant
from ekc.core.reading import read_rows
from ekc.workflow.vocabulary import Attends, CallResult, CasePart, InformedHow, InformedOf, Part, Phase

#: How somebody was told who was spoken with through this channel.
_HOW = {"visit": InformedHow.IN_PERSON, "phone": InformedHow.PHONE}


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """Somebody was rung, and not spoken to. `by`: who rang."""

    at: datetime
    result: CallResult
    by: str | None


@dataclass(frozen=True, slots=True)
class ToldRow:
    """Of what somebody was told in this round, last on that day; what worries them; who asked whether it is safe."""

    of: tuple[InformedOf, ...]
    on: date | None
    how: InformedHow | None
    by: str | None
    safe_by: str | None
    worries: str
    attempts: tuple[AttemptRow, ...]

    @property
    def not_of(self) -> tuple[InformedOf, ...]:
        """Of what they were not told yet."""
        return tuple(one for one in InformedOf if one not in self.of)


@dataclass(frozen=True, slots=True)
class SpokenWith:
    """Somebody who is not told of all yet was spoken with: when last, and how."""

    participant_id: int
    on: date
    how: InformedHow


_teller, _asker = aliased(Account), aliased(Account)
_TOLD = (
    select(
        Participant.id,
        Participant.informed_of,
        Participant.told_on,
        Participant.informed_how,
        _teller.name.label("by"),
        _asker.name.label("safe_by"),
        Participant.worries,
    )
    .outerjoin(_teller, _teller.id == Participant.informed_by)
    .outerjoin(_asker, _asker.id == Participant.safe_by)
    .where(Participant.conference_id == bindparam("case"), Participant.removed_at.is_(None))
)
_ATTEMPTS = (
    select(CallAttempt.participant_id, CallAttempt.at, CallAttempt.result, Account.name)
    .outerjoin(Account, Account.id == CallAttempt.account_id)
    .where(CallAttempt.conference_id == bindparam("case"))
    .order_by(CallAttempt.id)
)
_SPOKEN_WITH = (
    select(ContactEntry.participant_id, ContactEntry.on, ContactEntry.channel)
    .join(Participant, Participant.id == ContactEntry.participant_id)
    .where(
        ContactEntry.conference_id == bindparam("case"),
        ContactEntry.from_list.is_(False),
        ContactEntry.written_at >= bindparam("since"),
        ContactEntry.channel.in_(("visit", "phone")),
        Participant.removed_at.is_(None),
        Participant.informed_on.is_(None),
        Participant.part != Part.INTERPRETER,
        or_(Participant.attends.is_(None), Participant.attends != Attends.EXCLUDED),
    )
    .order_by(ContactEntry.on, ContactEntry.id)
)


def told(session: Session, case: Case) -> dict[int, ToldRow]:
    """Of what each of the circle was told, by participant id; attempts for whoever reads the contact log."""
    attempts: dict[int, list[AttemptRow]] = {}
    rung = read_rows(session, _ATTEMPTS, {"case": case.id}) if case.sees(CasePart.CONTACT_LOG) else ()
    for who, at, result, name in rung:
        attempts.setdefault(who, []).append(AttemptRow(at, result, name))
    return {
        row.id: ToldRow(
            of=tuple(one for one in InformedOf if one in row.informed_of),
            on=row.told_on,
            how=row.informed_how,
            by=row.by,
            safe_by=row.safe_by,
            worries=row.worries if case.sees(CasePart.SAFETY) else "",
            attempts=tuple(attempts.get(row.id, ())),
        )
        for row in read_rows(session, _TOLD, {"case": case.id})
    }


def spoken_with(session: Session, of_case: Case | Conference) -> tuple[SpokenWith, ...]:
    """Who is not told of all yet, and was spoken with since setup began; in another phase nobody."""
    if of_case.phase is not Phase.SETUP:
        return ()
    asked: Mapping[str, object] = {"case": of_case.id, "since": of_case.phase_since}
    last = {row.participant_id: row for row in read_rows(session, _SPOKEN_WITH, asked)}
    return tuple(SpokenWith(row.participant_id, row.on, _HOW[row.channel]) for row in last.values())
