"""Reading plans: the draft, versions, the circle as the plan sees it, agreements and acceptances.

Nothing here writes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    bindparam,
    case,
    column,
    func,
    or_,
    select,
    table,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from ekc.accounts.access import Visitor
from ekc.accounts.models import Account
from ekc.conferences.access import Case
from ekc.conferences.models import BottomLine, Conference, Participant, Voice
from ekc.conferences.queries.rows import CASES
from ekc.conferences.roles import SHARED, shared
from ekc.core.reading import read_rows
from ekc.meetings.models import Meeting, Stretch
from ekc.names import told_apart
from ekc.plans.draft import Draft, from_json, people_with_task, rung
from ekc.plans.edits import ChangedPart
from ekc.plans.models import Acceptance, BottomLineCheck, FormerText, IssuedDocument, PlanDraft, PlanVersion
from ekc.workflow.birth import Birth
from ekc.workflow.professionals import MaybeProfessional
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import (
    SHARES,
    ActionState,
    Agreed,
    Attends,
    Part,
    Phase,
    PlanSharing,
    SaidHow,
    VoiceMatter,
)

# The draft and the versions


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """The draft of a case: `revision` is 0 and `changed_at` None before the first change."""

    draft: Draft
    revision: int
    changed_at: datetime | None
    text: int = 0  # the number of the text that it is now


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version in a list."""

    number: int
    agreed_on: date


#: The statements that pages of a case send are built once; `text`: of all texts, if it is None.
_CASE: BindParameter[Any] = bindparam("case")
_TEXT = bindparam("text", type_=Integer)
_DRAFT = select(PlanDraft.content, PlanDraft.revision, PlanDraft.changed_at, PlanDraft.text).where(
    PlanDraft.conference_id == _CASE
)
_VERSIONS = (
    select(PlanVersion.number, PlanVersion.agreed_on)
    .where(PlanVersion.conference_id == _CASE, PlanVersion.number > bindparam("not_read"))
    .order_by(PlanVersion.number.desc())
)
_VERSION = select(PlanVersion).where(PlanVersion.conference_id == _CASE, PlanVersion.number == bindparam("number"))
#: On which a case is joined with the version of its plan that is in force.
IS_IN_FORCE = (Conference.id == PlanVersion.conference_id) & (Conference.plan_number == PlanVersion.number)
_IN_FORCE = (
    select(PlanVersion.conference_id, PlanVersion.text, PlanVersion.content)
    .join(Conference, IS_IN_FORCE)
    .where(Conference.id.in_(CASES))
)


def stored_draft(session: Session, conference_id: int) -> StoredDraft:
    """The draft, the revision that a page sends back, and when it was last changed."""
    row = session.execute(_DRAFT, {"case": conference_id}).one_or_none()
    if row is None:
        return StoredDraft(Draft(), 0, None)
    return StoredDraft(from_json(row.content), row.revision, row.changed_at, row.text)


def versions(session: Session, conference_id: int, not_read: int = 0) -> tuple[VersionRow, ...]:
    """All versions but the first `not_read` ones, the newest first."""
    rows = read_rows(session, _VERSIONS, {"case": conference_id, "not_read": not_read})
    return tuple(VersionRow(*row) for row in rows)


def version(session: Session, conference_id: int, number: int) -> PlanVersion | None:
    """One version, with `content` (a Draft as JSON) and `snapshot` (a PlanDocument as JSON)."""
    return session.scalar(_VERSION, {"case": conference_id, "number": number})


def version_read(session: Session, case: Case, number: int) -> PlanVersion | None:
    """The same, if it is one that the visitor may read."""
    return version(session, case.id, number) if number > case.plans_not_read else None


@dataclass(frozen=True, slots=True)
class PlanNumber:
    """Somebody whom the plan says to ring: their number if it may stand in the plan, and when they said yes or no."""

    id: int
    name: str
    phone: str
    said_on: date | None
    monitors: bool
    convenes: bool

    @property
    def place(self) -> str:
        """The place of its form on the page."""
        return f"number-{self.id}"


_NUMBERS = select(Participant.id, Participant.name, Participant.plan_phone, Participant.plan_phone_on).where(
    Participant.conference_id == _CASE,
    Participant.removed_at.is_(None),
    Participant.id.in_(bindparam("people", expanding=True)),
)


def plan_numbers(session: Session, conference_id: int, draft: Draft) -> tuple[PlanNumber, ...]:
    """Who keeps an eye on this plan, and who calls everyone together."""
    people = rung(draft)
    asked = read_rows(session, _NUMBERS, {"case": conference_id, "people": people}) if people else ()
    rows = {row.id: row for row in asked}
    found = (rows[id_] for id_ in people if id_ in rows)
    return tuple(
        PlanNumber(
            row.id,
            row.name,
            row.plan_phone or "",
            row.plan_phone_on,
            monitors=row.id == draft.monitor,
            convenes=row.id == draft.evaluation.convenor,
        )
        for row in found
    )


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
    columns = (Participant.id, Participant.name, Voice.answer, Voice.said_on, Voice.words)
    of_text = (Voice.conference_id == found.conference_id, Voice.matter == VoiceMatter.PLAN, Voice.text == found.text)
    whose = select(*columns).join(Participant, Participant.id == Voice.participant_id)
    rows = session.execute(whose.where(*of_text, Voice.written_at > found.made_at).order_by(Voice.written_at))
    return tuple(SaidSince(row.id, row.name, row.answer, row.said_on, row.words or "") for row in rows)


def tasks_in_force(session: Session, conference_ids: Iterable[int]) -> dict[int, tuple[int, frozenset[int]]]:
    """By case with a plan in force: the number of its text, and who has a task in it."""
    ids = list(conference_ids)
    if not ids:
        return {}
    rows = read_rows(session, _IN_FORCE, {"cases": ids})
    return {row[0]: (row[1], people_with_task(from_json(row[2]))) for row in rows}


def text_read(session: Session, case: Case | Conference) -> int:
    """The number of the text that the family reads: the draft, and after the agreement the version in force."""
    in_force = version(session, case.id, case.plan_number) if case.phase is Phase.EVALUATION else None
    return in_force.text if in_force else stored_draft(session, case.id).text


def is_in_force(session: Session, case: Case | Conference) -> bool:
    """Whether the draft is the text that was agreed last, with nothing changed since."""
    in_force = version(session, case.id, case.plan_number) if case.phase is Phase.EVALUATION else None
    return in_force is not None and in_force.text == stored_draft(session, case.id).text


#: What those who do an action said of it, and what was found (`evaluations`), read by name, as that stands above.
_tick = table("action_tick", *map(column, ("conference_id", "version_number", "action_key", "state")))
_check = table("action_check", *map(column, ("follow_up_id", "action_key", "state")))
_follow_up = table("follow_up", *map(column, ("id", "conference_id", "version_number")))
_STATES = union_all(
    select(_tick.c.action_key, _tick.c.state).where(
        _tick.c.conference_id == bindparam("case"), _tick.c.version_number == bindparam("number")
    ),
    select(_check.c.action_key, _check.c.state)
    .join(_follow_up, _follow_up.c.id == _check.c.follow_up_id)
    .where(_follow_up.c.conference_id == bindparam("case"), _follow_up.c.version_number == bindparam("number")),
)


def done(session: Session, conference_id: int, number: int) -> frozenset[str]:
    """The keys of the actions of this version that are done, as everybody says who said something."""
    rows = read_rows(session, _STATES, {"case": conference_id, "number": number}) if number else ()
    open_ones = {row.action_key for row in rows if row.state != ActionState.DONE}
    return frozenset(row.action_key for row in rows) - open_ones


def done_of_draft(session: Session, case: Case | Conference) -> frozenset[str]:
    """The same of the draft. What was done of the plan before does not count in that of a new round."""
    return done(session, case.id, case.plan_number) if case.phase is Phase.EVALUATION else frozenset()


def issued(session: Session, version_id: int, kind: str) -> IssuedDocument | None:
    """The stored document of a version, of this kind; None if it was not made yet."""
    return session.scalar(
        select(IssuedDocument).where(IssuedDocument.version_id == version_id, IssuedDocument.kind == kind)
    )


# The circle


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


_held = (Meeting.conference_id == _CASE, Meeting.started_at.is_not(None), Meeting.set_aside.is_(False))
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
    .where(Participant.conference_id == _CASE)
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
    Voice.conference_id == _CASE, Voice.matter == VoiceMatter.READING, Voice.participant_id == bindparam("participant")
)


def own_sharing(session: Session, conference_id: int, participant_id: int) -> dict[int, PlanSharing]:
    """What a main person said each professional may see, by the id of the professional; the strictest answer counts."""
    rows = read_rows(session, _OWN_SHARING, {"case": conference_id, "participant": participant_id})
    return {row.about: SHARES[row.answer] for row in rows}


def deciders(session: Session, conference_id: int, people: Iterable[CirclePerson]) -> tuple[CirclePerson, ...]:
    """Who decides about acceptance: the referrer and those who set a bottom line; if none, any professional."""
    here = professionals(people)
    setters = set(session.scalars(select(BottomLine.set_by).where(BottomLine.conference_id == conference_id)))
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


# Agreements, acceptances and bottom line checks


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
    .where(Voice.conference_id == _CASE, Voice.matter == VoiceMatter.PLAN, Voice.text == bindparam("text"))
    .order_by(Voice.participant_id)
)
_AGREEMENTS = (
    select(Voice.participant_id, Voice.answer, Voice.words, Voice.written_at, Voice.text, Voice.how)
    .where(Voice.conference_id == _CASE, Voice.matter == VoiceMatter.PLAN, Voice.about == bindparam("presentation"))
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
    .where(Acceptance.conference_id == _CASE, _of(Acceptance.text))
    .order_by(Acceptance.id)
)
_ACCEPTANCES_OF_ONE = _ACCEPTANCES.where(Acceptance.presentation == bindparam("presentation"))
_CHECKS = (
    select(BottomLineCheck.bottom_line_id, BottomLineCheck.met)
    .join(BottomLine, BottomLine.id == BottomLineCheck.bottom_line_id)
    .where(BottomLine.conference_id == _CASE, BottomLineCheck.presentation == bindparam("presentation"))
    .where(_of(BottomLineCheck.text))
    .order_by(BottomLineCheck.text)
)


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
    return bool(
        agreements(session, conference_id, presentation, text)
        or acceptances(session, conference_id, presentation, text)
        or bottom_line_checks(session, conference_id, presentation, text)
    )


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
