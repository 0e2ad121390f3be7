"""What people say of a text of the plan: agreements, acceptances, and checks of the bottom lines."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Integer, bindparam, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from ekc.accounts.models import Account
from ekc.conferences.models import BottomLine, Participant, Voice
from ekc.conferences.queries.names import names
from ekc.core.reading import read_rows
from ekc.plans.draft import Draft, from_json
from ekc.plans.edits import ChangedPart
from ekc.plans.models import Acceptance, BottomLineCheck, FormerText, PlanVersion
from ekc.plans.queries.versions import CASE
from ekc.workflow.vocabulary import Agreed, SaidHow, VoiceMatter

#: Of all texts, if it is None.
_TEXT = bindparam("text", type_=Integer)


@dataclass(frozen=True, slots=True)
class SaidSince:
    """What somebody said of the text of a version after it was agreed."""

    participant_id: int
    name: str
    answer: Agreed
    on: date
    words: str


def said_since(session: Session, found: PlanVersion) -> tuple[SaidSince, ...]:
    """What people said of the text of a version after it was agreed, in the order in which they did."""
    columns = (Participant.id, Voice.answer, Voice.said_on, Voice.words)
    of_text = (Voice.conference_id == found.conference_id, Voice.matter == VoiceMatter.PLAN, Voice.text == found.text)
    whose = select(*columns).join(Participant, Participant.id == Voice.participant_id)
    rows = session.execute(whose.where(*of_text, Voice.written_at > found.made_at).order_by(Voice.written_at)).all()
    called = names(session, found.conference_id) if rows else {}
    return tuple(SaidSince(row.id, called[row.id], row.answer, row.said_on, row.words or "") for row in rows)


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """Whether somebody agrees to a text of the plan, in which words. `how`: of somebody who was not in the room."""

    participant_id: int
    answer: Agreed
    words: str
    said_at: datetime
    text: int = 0
    how: SaidHow | None = None


@dataclass(frozen=True, slots=True)
class FormerTextRow:
    """A text that somebody answered, and what was changed in it then, by whom. `name`: of an account."""

    text: int
    draft: Draft
    changed_at: datetime
    part: ChangedPart
    number: str
    participant_id: int | None
    name: str | None


@dataclass(frozen=True, slots=True)
class AcceptanceRow:
    """The decision of somebody about a text of the plan of one presentation."""

    presentation: int
    text: int
    participant_id: int
    name: str
    organisation: str
    accepted: bool
    reason: str
    decided_at: datetime


def _of(column: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    return or_(_TEXT.is_(None), column == _TEXT)


_SAID_OF_VERSION = (
    select(Voice.participant_id, Voice.answer, Voice.words, Voice.written_at, Voice.text, Voice.how)
    .where(Voice.conference_id == CASE, Voice.matter == VoiceMatter.PLAN, Voice.text == bindparam("text"))
    .order_by(Voice.participant_id)
)
_AGREEMENTS = (
    select(Voice.participant_id, Voice.answer, Voice.words, Voice.written_at, Voice.text, Voice.how)
    .where(Voice.conference_id == CASE, Voice.matter == VoiceMatter.PLAN, Voice.about == bindparam("presentation"))
    .where(_of(Voice.text))
    .order_by(Voice.participant_id, Voice.text)
)
_ACCEPTANCES = (
    select(
        Acceptance.presentation,
        Acceptance.text,
        Acceptance.participant_id,
        Participant.name,
        Participant.organisation,
        Acceptance.accepted,
        Acceptance.reason,
        Acceptance.decided_at,
    )
    .join(Participant, Participant.id == Acceptance.participant_id)
    .where(Acceptance.conference_id == CASE, _of(Acceptance.text))
    .order_by(Acceptance.id)
)
_ACCEPTANCES_OF_ONE = _ACCEPTANCES.where(Acceptance.presentation == bindparam("presentation"))
_CHECKS = (
    select(BottomLineCheck.bottom_line_id, BottomLineCheck.met)
    .join(BottomLine, BottomLine.id == BottomLineCheck.bottom_line_id)
    .where(BottomLine.conference_id == CASE, BottomLineCheck.presentation == bindparam("presentation"))
    .where(_of(BottomLineCheck.text))
    .order_by(BottomLineCheck.text)
)
_ANSWERED = select(or_(_AGREEMENTS.exists(), _ACCEPTANCES_OF_ONE.exists(), _CHECKS.exists()))


def said_of_version(session: Session, found: PlanVersion) -> tuple[AgreementRow, ...]:
    """What people say of a version, in whichever presentation, by participant id."""
    rows = read_rows(session, _SAID_OF_VERSION, {"case": found.conference_id, "text": found.text})
    return tuple(AgreementRow(row[0], row[1], row[2] or "", *row[3:]) for row in rows)


def agreements(
    session: Session, conference_id: int, presentation: int, text: int | None = None
) -> tuple[AgreementRow, ...]:
    """The agreements of one presentation, by participant id and text; of one text alone, if given."""
    rows = read_rows(session, _AGREEMENTS, {"case": conference_id, "presentation": presentation, "text": text})
    return tuple(AgreementRow(row[0], row[1], row[2] or "", *row[3:]) for row in rows)


def is_answered(session: Session, conference_id: int, presentation: int, text: int) -> bool:
    """Whether somebody agreed to a text of the plan or not, decided about it or checked it."""
    asked = {"case": conference_id, "presentation": presentation, "text": text}
    [(answered,)] = read_rows(session, _ANSWERED, asked)
    return bool(answered)


def former_texts(session: Session, conference_id: int, presentation: int) -> tuple[FormerTextRow, ...]:
    """The texts of one presentation that somebody answered and that were changed then, oldest first."""
    rows = session.execute(
        select(FormerText, Account.name)
        .outerjoin(Account, Account.id == FormerText.account_id)
        .where(FormerText.conference_id == conference_id, FormerText.presentation == presentation)
        .order_by(FormerText.text)
    )
    return tuple(
        FormerTextRow(
            row.text,
            from_json(row.content),
            row.changed_at,
            row.changed_part,
            row.changed_number,
            row.participant_id,
            name,
        )
        for row, name in rows
    )


@dataclass(frozen=True, slots=True)
class Answers:
    """What people say of one text, by participant id. `earlier`: of those who only answered one before it, the last."""

    text: int
    said: dict[int, AgreementRow]
    earlier: dict[int, AgreementRow]
    former: dict[int, FormerTextRow]  # the earlier texts by number


def answers(session: Session, conference_id: int, presentation: int, text: int) -> Answers:
    """What people say of this text of the plan, and of texts before it."""
    rows = agreements(session, conference_id, presentation)
    said = {row.participant_id: row for row in rows if row.text == text}
    earlier = {row.participant_id: row for row in rows if row.text < text and row.participant_id not in said}
    former = former_texts(session, conference_id, presentation) if earlier else ()
    return Answers(text, said, earlier, {row.text: row for row in former})


def acceptances(
    session: Session, conference_id: int, presentation: int | None = None, text: int | None = None
) -> tuple[AcceptanceRow, ...]:
    """The decisions, oldest first; of one presentation or of all, of one text alone, if given."""
    query = _ACCEPTANCES if presentation is None else _ACCEPTANCES_OF_ONE
    asked = {"case": conference_id, "presentation": presentation, "text": text}
    return tuple(
        AcceptanceRow(
            r.presentation, r.text, r.participant_id, r.name, r.organisation, r.accepted, r.reason or "", r.decided_at
        )
        for r in session.execute(query, asked)
    )


def is_accepted(decisions: tuple[AcceptanceRow, ...]) -> bool | None:
    """The result of one presentation: the last decision of each person counts, any refusal wins; None: no decision."""
    last = {row.participant_id: row.accepted for row in decisions}
    return all(last.values()) if last else None


def bottom_line_checks(
    session: Session, conference_id: int, presentation: int, text: int | None = None
) -> dict[int, bool]:
    """Whether the plan of one presentation meets each bottom line, by id; unchecked ones are left out.

    Of one text alone, if given; otherwise as the last text that was checked does.
    """
    rows = read_rows(session, _CHECKS, {"case": conference_id, "presentation": presentation, "text": text})
    return {row.bottom_line_id: row.met for row in rows}
