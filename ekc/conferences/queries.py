"""Reading a case that the caller has opened (`access.py`), and searching for one. Nothing here writes."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from itertools import groupby, islice
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Executable,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session

from ekc.accounts.access import Visitor
from ekc.accounts.models import Account, Region
from ekc.conferences.access import Case, roles_in
from ekc.conferences.entries import Assignment, PersonDetails, Registration, hidden_fields
from ekc.conferences.models import (
    BottomLine,
    Conference,
    Consent,
    ContactEntry,
    NameKey,
    Participant,
    SafetyConcern,
    Trace,
    Voice,
)
from ekc.core.crypto import Keyring, has_words, keyring_of, search_words
from ekc.workflow import independence
from ekc.workflow.engine import may, sees
from ekc.workflow.facts import PersonFacts
from ekc.workflow.independence import Agency, Tie
from ekc.workflow.profiles import PROFILES, age
from ekc.workflow.vocabulary import (
    PROFESSIONAL_PARTS,
    Activity,
    Agreed,
    Attends,
    CasePart,
    Part,
    Phase,
    Role,
    Scope,
    Step,
    StopReason,
    TraceKind,
    Variant,
    VoiceMatter,
)
from ekc.workflow.voices import VOICE_RULES

_people = Participant.__table__.c
_lines = BottomLine.__table__.c
_by_profession = _people.part.in_(PROFESSIONAL_PARTS)
_SETS_LINE = exists().where(_lines.conference_id == _people.conference_id, _lines.set_by == _people.id)
_COMPUTED = frozenset({"consented", "concerns", "unmet_concerns"})
#: Read for one person at a time only, for data protection.
_ONLY_FOR_ONE_PERSON = frozenset(
    {"phone", "email", "address", "view", "exclusion_reason", "excluded_by", "excluded_on"}
)
_EMPTY: dict[str, Any] = {field.name: field.default for field in fields(PersonDetails)}
_NAME = {"name": Participant.name, "set_by_name": Participant.name, "region": Region.name}
_Kind = TypeVar("_Kind")


def _columns(kind: Any, table: Any, without: frozenset[str] = frozenset()) -> list[Any]:
    """The columns that fill a dataclass, by the names of its fields."""
    named = [field.name for field in fields(kind) if field.name not in without]
    return [(getattr(table, name) if hasattr(table, name) else _NAME[name]).label(name) for name in named]


def _to_dataclass(kind: type[_Kind], row: Row[Any], **more: Any) -> _Kind:
    read = {name: tuple(value) if isinstance(value, list) else value for name, value in row._asdict().items()}
    return kind(**read, **more)


# People of the circle


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow(PersonDetails):
    """Somebody in the circle, with consents and safety concerns counted."""

    id: int
    attends_before: Attends | None  # in the round before
    informed_before_on: date | None
    convenes: bool
    consented: bool  # to the conference; a withdrawn consent is none
    concerns: int
    unmet_concerns: int

    @property
    def excluded(self) -> bool:
        """Whether it was decided that they do not attend."""
        return self.attends is Attends.EXCLUDED


@dataclass(frozen=True, slots=True)
class OwnDetails:
    """The contact details of the visitor. A secret address is left empty."""

    phone: str
    email: str
    address: str
    address_secret: bool


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said in one matter, without words and days."""

    matter: VoiceMatter
    about: int
    text: int
    answer: Agreed
    spoken: bool  # of a wish: staff spoke about it with them


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in the circle."""

    id: int
    name: str
    part: Part
    attends: Attends | None
    born: date | None
    informed_on: date | None
    needs_interpreter: bool
    organisation: str | None  # of referrer and professionals only
    speaks_for: str | None  # of referrer and professionals only
    sets_bottom_line: bool
    side: str
    said: tuple[Said, ...]

    def answer_to_plan(self, presentation: int, text: int) -> Agreed | None:
        """What they say of this text of the plan, in this presentation; None: nothing yet."""
        about = (VoiceMatter.PLAN, presentation, text)
        return next((one.answer for one in self.said if (one.matter, one.about, one.text) == about), None)

    def answered_plan(self, presentation: int) -> bool:
        """Whether they said anything of some text of the plan, in this presentation."""
        return any((one.matter, one.about) == (VoiceMatter.PLAN, presentation) for one in self.said)

    def facts(self, today: date, about: Mapping[VoiceMatter, int]) -> PersonFacts:
        """What guards know of this person from the circle alone. `about`: what a voice is about that counts now."""
        now = [one for one in self.said if one.about == about.get(one.matter)]
        return PersonFacts(
            id=self.id,
            name=self.name,
            part=self.part,
            attends=self.attends,
            informed=self.informed_on is not None,
            age=age(self.born, today) if self.born else None,
            needs_interpreter=self.needs_interpreter,
            side=self.side,
            voices={one.matter: one.answer for one in now},
            spoken_with=frozenset(one.matter for one in now if one.spoken),
        )


_voices = Voice.__table__.c
#: The columns of `Said` as one text.
_VOICE = (
    type_coerce(_voices.matter, String)
    + ":"
    + cast(_voices.about, String)
    + ":"
    + cast(_voices.text, String)
    + ":"
    + type_coerce(_voices.answer, String)
    + case((_voices.spoken_at.is_(None), ":"), else_=":spoken")
)
_MEMBERS: Select[*tuple[Any, ...]] = (
    select(
        _people.conference_id,
        *(_people[name] for name in ("id", "name", "part", "attends", "born", "informed_on", "needs_interpreter")),
        case((_by_profession, _people.organisation)),
        case((_by_profession, _people.speaks_for)),
        _SETS_LINE,
        _people.side,
        select(func.aggregate_strings(_VOICE, " "))
        .where(_voices.participant_id == _people.id)
        .correlate(Participant.__table__)
        .scalar_subquery(),
    )
    .where(_people.conference_id.in_(bindparam("cases", expanding=True)), _people.removed_at.is_(None))
    .order_by(_people.conference_id, _people.id)
)


def members(session: Session, conference_id: int) -> tuple[Member, ...]:
    """Everybody in the circle now, in the order in which they were added."""
    return members_of_cases(session, [conference_id]).get(conference_id, ())


def members_of_cases(session: Session, conference_ids: Collection[int]) -> dict[int, tuple[Member, ...]]:
    """The circles of several cases at once; a case without anybody is left out."""
    return {
        id_: tuple(Member(*[*row[1:-1], _said(row[-1])]) for row in rows)
        for id_, rows in _by_case(session, _MEMBERS, conference_ids).items()
    }


def _said(text: str | None) -> tuple[Said, ...]:
    parts = (one.split(":") for one in (text or "").split())
    return tuple(
        Said(VoiceMatter(matter), int(about), int(text), Agreed(answer), bool(spoken))
        for matter, about, text, answer, spoken in parts
    )


def _by_case(
    session: Session, found: Executable, conference_ids: Collection[int]
) -> dict[int, tuple[Row[*tuple[Any, ...]], ...]]:
    """The rows of a statement that asks for `cases` and begins with the id of the case, by case."""
    rows = session.execute(found, {"cases": list(conference_ids)}) if conference_ids else ()
    return {id_: tuple(of_one) for id_, of_one in groupby(rows, key=lambda row: row[0])}


def circle(session: Session, conference_id: int) -> tuple[PersonRow, ...]:
    """Everybody in the circle now, in the order in which they were added, without contact details. Three queries."""
    return _person_rows(session, conference_id, _ONLY_FOR_ONE_PERSON)


def person(session: Session, case: Case, participant_id: int) -> PersonRow | None:
    """Somebody in the circle, without fields that the visitor may not see; None if not in this case now."""
    people = _person_rows(session, case.id, frozenset(), Participant.id == participant_id)
    if not people:
        return None
    hidden = hidden_fields(people[0].address_secret, case.sees) - {"address_secret"}  # the flag itself may be shown
    return replace(people[0], **{name: _EMPTY[name] for name in hidden})


def _person_rows(
    session: Session, conference_id: int, without: frozenset[str], *only: ColumnElement[bool]
) -> tuple[PersonRow, ...]:
    here = (Participant.conference_id == conference_id, Participant.removed_at.is_(None))
    columns = _columns(PersonRow, Participant, _COMPUTED | without)
    rows = session.execute(select(*columns).where(*here, *only).order_by(Participant.id)).all()
    yes = consented(session, conference_id)
    afraid = select(SafetyConcern.participant_id, SafetyConcern.arrangement)
    worries = session.execute(afraid.where(SafetyConcern.conference_id == conference_id)).all()
    every = Counter(one.participant_id for one in worries)
    unmet = Counter(one.participant_id for one in worries if not one.arrangement)
    return tuple(
        _to_dataclass(PersonRow, row, consented=row.id in yes, concerns=every[row.id], unmet_concerns=unmet[row.id])
        for row in rows
    )


def sides(session: Session, conference_id: int) -> tuple[str, ...]:
    """The sides of a case."""
    return tuple(session.scalars(select(Conference.sides).where(Conference.id == conference_id)).one())


def own_details(session: Session, case: Case) -> OwnDetails | None:
    """The contact details of the visitor. A secret address is left out: others might read it on their phone."""
    if not case.sees(CasePart.OWN_DETAILS):
        return None
    columns = (Participant.phone, Participant.email, Participant.address, Participant.address_secret)
    own = (Participant.id == case.visitor.participant_id, Participant.conference_id == case.id)
    phone, email, address, secret = session.execute(select(*columns).where(*own)).one()
    return OwnDetails(phone, email, "" if secret else address, secret)


def names(session: Session, conference_id: int) -> dict[int, str]:
    """The name of everybody who is or was in the circle, by participant id."""
    found = select(Participant.id, Participant.name).where(Participant.conference_id == conference_id)
    return {row.id: row.name for row in session.execute(found)}


def phones(session: Session, case: Case) -> dict[int, str]:
    """Phone numbers of the circle by participant id, for visitors who see contact details; else empty."""
    if not case.sees(CasePart.CONTACT):
        return {}
    here = (Participant.conference_id == case.id, Participant.removed_at.is_(None))
    rows = session.execute(select(Participant.id, Participant.phone).where(*here))
    return {row.id: row.phone for row in rows if row.phone}


# Agencies


_PROFESSIONALS: Select[*tuple[Any, ...]] = (
    select(*(_people[name] for name in ("conference_id", "part", "organisation", "speaks_for")), _SETS_LINE)
    .where(_people.conference_id.in_(bindparam("cases", expanding=True)), _people.removed_at.is_(None), _by_profession)
    .order_by(_people.conference_id, _people.id)
)


def agencies(circle: Iterable[Member]) -> tuple[Agency, ...]:
    """The agencies of a case: for whom its referrer and professionals work or speak. Interpreters have none."""
    return _agencies((one.part, one.organisation, one.speaks_for, one.sets_bottom_line) for one in circle)


def agencies_of_cases(session: Session, conference_ids: Collection[int]) -> dict[int, tuple[Agency, ...]]:
    """The agencies of several cases at once; a case without any is left out."""
    found = _by_case(session, _PROFESSIONALS, conference_ids)
    return {id_: _agencies(tuple(row)[1:] for row in rows) for id_, rows in found.items()}


def _agencies(rows: Iterable[tuple[Any, ...]]) -> tuple[Agency, ...]:
    """Agencies of tuples of part, organisation, represented organisation, and whether they set a bottom line."""
    return independence.agencies(
        (name, _tie(part, decides)) for part, *names, decides in rows for name in names if name
    )


def _tie(part: Part, decides: bool) -> Tie:
    if part is Part.REFERRER:
        return Tie.REFERS
    return Tie.DECIDES if decides else Tie.HELPS


# Registration and consents


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationRow(Registration):
    """The registration, with columns that cannot be changed."""

    registered_on: date
    registered_by: Part
    municipality: str
    region: str
    follows_said: str | None  # the number of an earlier case, as somebody without an account typed it


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """A consent with the name of its giver."""

    id: int
    participant_id: int
    name: str
    scope: str
    given_on: date
    withdrawn_on: date | None
    note: str


FILE_ALONE = "file"  # the scope of a consent that does not cover the conference
_consents = Consent.__table__.c
_CONSENTS_OF_CASES = select(
    _consents.conference_id, _consents.participant_id, _consents.scope, _consents.withdrawn_on, literal(False)
).where(_consents.conference_id.in_(bindparam("cases", expanding=True)))


def registration(session: Session, conference_id: int) -> RegistrationRow:
    """The registration of a case."""
    found = select(*_columns(RegistrationRow, Conference)).join(Region, Region.id == Conference.region_id)
    return _to_dataclass(RegistrationRow, session.execute(found.where(Conference.id == conference_id)).one())


def assignment(session: Session, conference_id: int) -> Assignment:
    """Region, country, kind, municipality and referrer of a case as they are."""
    columns = (Conference.region_id, Conference.profile, Conference.variant, Conference.municipality)
    row = session.execute(select(*columns).where(Conference.id == conference_id)).one()
    referrers = select(func.min(Participant.id)).where(
        Participant.conference_id == conference_id, Participant.part == Part.REFERRER, Participant.removed_at.is_(None)
    )
    return Assignment(**row._asdict(), referrer_id=session.scalar(referrers))


def case_number(session: Session, conference_id: int) -> str:
    """The case number."""
    return session.scalars(select(Conference.number).where(Conference.id == conference_id)).one()


@dataclass(frozen=True, slots=True)
class RelatedCase:
    """A case before or after another one: the number, and what decides who may name it."""

    id: int
    number: str
    phase: Phase
    region_id: int
    coordinator_id: int | None
    is_before: bool = False


_related = (Conference.id, Conference.number, Conference.phase, Conference.region_id, Conference.coordinator_id)


def case_of_number(session: Session, number: str) -> RelatedCase | None:
    """The case with this number; None where there is none."""
    row = session.execute(select(*_related).where(Conference.number == number)).one_or_none()
    return RelatedCase(*row) if row else None


def related_cases(session: Session, case: Case) -> tuple[RelatedCase, ...]:
    """The case on which this one follows, and those that follow on this one."""
    if case.follows_id is None and case.phase is not Phase.CLOSED:  # only a closed case is followed
        return ()
    either = or_(Conference.id == case.follows_id, Conference.follows_id == case.id)
    rows = session.execute(select(*_related).where(either).order_by(Conference.id))
    return tuple(RelatedCase(*row, is_before=row.id == case.follows_id) for row in rows)


def registered_as(session: Session, number: str) -> Row[str, Variant] | None:
    """The country's profile and the kind of the case with this number; None where there is none."""
    return session.execute(
        select(Conference.profile, Conference.variant).where(Conference.number == number)
    ).one_or_none()


def consents(session: Session, conference_id: int) -> tuple[ConsentRow, ...]:
    """All consents, withdrawn ones too, in the order in which they were entered."""
    found = select(*_columns(ConsentRow, Consent)).join(Participant, Participant.id == Consent.participant_id)
    rows = session.execute(found.where(Consent.conference_id == conference_id).order_by(Consent.id))
    return tuple(_to_dataclass(ConsentRow, row) for row in rows)


@dataclass(frozen=True, slots=True)
class OwnConsent:
    """Somebody's own consent to the conference: since when it is given, or when it was taken back; neither: not yet."""

    given_on: date | None
    withdrawn_on: date | None


def own_consent(session: Session, of_case: Case | Conference, me: Member, today: date) -> OwnConsent | None:
    """The consent of somebody who is asked for it, or who gave one; None for others."""
    every = (row for row in consents(session, of_case.id) if row.scope != FILE_ALONE)
    rows = [row for row in every if row.participant_id == me.id]
    given = [row.given_on for row in rows if row.withdrawn_on is None]
    withdrawn = [row.withdrawn_on for row in rows if row.withdrawn_on is not None]
    if not rows and not me.facts(today, {}).asked_to_consent(PROFILES[of_case.profile].own_consent_from):
        return None
    return OwnConsent(max(given, default=None), None if given else max(withdrawn, default=None))


def consented(session: Session, conference_id: int) -> frozenset[int]:
    """Who consented to the conference. Consent to keeping a file alone does not count, nor a withdrawn one."""
    return consents_and_concerns(session, [conference_id]).consented


# Voices


@dataclass(frozen=True, slots=True)
class VoiceRow:
    """What somebody said in one matter. `reason_code`: of a wish to stop."""

    matter: VoiceMatter
    about: int
    participant_id: int
    answer: Agreed
    words: str | None
    reason_code: StopReason | None
    said_on: date
    written_at: datetime
    asks: bool
    asked_at: datetime | None
    spoken_at: datetime | None
    spoken: str | None


@dataclass(frozen=True, slots=True)
class OwnVoice:
    """A main person, and what they themselves said in one matter; None: nothing yet."""

    id: int
    name: str
    voice: VoiceRow | None

    @property
    def answer(self) -> Agreed | None:
        """Their answer."""
        return self.voice.answer if self.voice else None


_VOICES = (
    select(*(_voices[name] for name in VoiceRow.__dataclass_fields__))
    .where(_voices.conference_id == bindparam("case"))
    .order_by(_voices.id)
)


def voices(session: Session, conference_id: int) -> tuple[VoiceRow, ...]:
    """All that was said in each matter, about earlier coordinators, plans and rounds too."""
    return tuple(VoiceRow(*row) for row in session.execute(_VOICES, {"case": conference_id}))


def main_person_voices(
    circle: Iterable[Member], said: Iterable[VoiceRow], matter: VoiceMatter, about: int
) -> tuple[OwnVoice, ...]:
    """Each main person who is asked, and what they said in one matter."""
    found = {row.participant_id: row for row in said if (row.matter, row.about) == (matter, about)}
    asked = (one for one in circle if one.part is Part.MAIN_PERSON and one.attends is not Attends.EXCLUDED)
    return tuple(OwnVoice(one.id, one.name, found.get(one.id)) for one in asked)


# Safety concerns


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
    def unanswered(self) -> bool:
        """Whether they said it themselves, and staff have not written down yet what was said or arranged."""
        return self.said_at is not None and not (self.arrangement or self.arrangement_before)


_concerns = SafetyConcern.__table__.c
#: `ConcernRow.unanswered`, for statements.
UNANSWERED = and_(
    SafetyConcern.said_at.is_not(None),
    SafetyConcern.arrangement.is_(None),
    SafetyConcern.arrangement_before.is_(None),
)


def concerns(session: Session, conference_id: int) -> tuple[ConcernRow, ...]:
    """The safety concerns of everybody who is in the circle now, and what others said that nobody has answered."""
    whose = Participant.id == SafetyConcern.participant_id
    found = select(*_columns(ConcernRow, SafetyConcern)).join(Participant, whose)
    unanswered = SafetyConcern.said_at.is_not(None) & SafetyConcern.arrangement.is_(None)
    here = (SafetyConcern.conference_id == conference_id, Participant.removed_at.is_(None) | unanswered)
    return tuple(
        _to_dataclass(ConcernRow, row) for row in session.execute(found.where(*here).order_by(SafetyConcern.id))
    )


_CONCERNS_OF_CASES = select(
    _concerns.conference_id, _concerns.participant_id, null(), null(), _concerns.arrangement.is_(None)
).where(_concerns.conference_id.in_(bindparam("cases", expanding=True)))
_CONSENTS_AND_CONCERNS = union_all(_CONSENTS_OF_CASES, _CONCERNS_OF_CASES)


@dataclass(frozen=True, slots=True)
class ConsentsAndConcerns:
    """Consents to the conference and safety concerns, by participant.

    `withdrew`: who took a consent back, and when last; `unmet`: how many concerns have no arrangement.
    """

    consented: frozenset[int]
    withdrew: Mapping[int, date]
    concerns: Counter[int]
    unmet: Counter[int]


def consents_and_concerns(session: Session, conference_ids: Collection[int]) -> ConsentsAndConcerns:
    """The consents and safety concerns in these cases."""
    rows = session.execute(_CONSENTS_AND_CONCERNS, {"cases": list(conference_ids)}).all() if conference_ids else ()
    consents = [(who, on) for _, who, scope, on, _ in rows if scope is not None and scope != FILE_ALONE]
    return ConsentsAndConcerns(
        consented=frozenset(who for who, on in consents if on is None),
        withdrew=dict(sorted((who, on) for who, on in consents if on is not None)),
        concerns=Counter(who for _, who, scope, _, _ in rows if scope is None),
        unmet=Counter(who for _, who, scope, _, open_ in rows if scope is None and open_),
    )


# Traces


@dataclass(frozen=True, slots=True)
class TraceRow:
    """What somebody said or decided; `by` is the name of whoever of the staff noted it, empty: themselves."""

    participant_id: int
    kind: TraceKind
    at: datetime
    attends: Attends | None
    by: str


def traces(session: Session, conference_id: int) -> tuple[TraceRow, ...]:
    """The traces of a case, oldest first."""
    columns = (Trace.participant_id, Trace.kind, Trace.at, Trace.attends, func.coalesce(Account.name, ""))
    found = select(*columns).outerjoin(Account, Account.id == Trace.account_id)
    rows = session.execute(found.where(Trace.conference_id == conference_id).order_by(Trace.id))
    return tuple(TraceRow(*row) for row in rows)


def noted_wishes(session: Session, conference_id: int, matter: VoiceMatter) -> frozenset[int]:
    """Whose last word about this step was noted by staff: nobody else's may be corrected."""
    rule = VOICE_RULES[matter]
    last = {
        row.participant_id: row for row in traces(session, conference_id) if row.kind in {rule.wished, rule.taken_back}
    }
    return frozenset(id_ for id_, row in last.items() if row.by)


def not_safe_since(session: Session, conference_id: int, participant_id: int) -> datetime | None:
    """When this person said that it does not feel safe, if nobody has answered that yet."""
    mine = (SafetyConcern.conference_id == conference_id, SafetyConcern.participant_id == participant_id)
    return session.scalar(select(func.max(SafetyConcern.said_at)).where(*mine, UNANSWERED))


# Bottom lines


@dataclass(frozen=True, slots=True)
class BottomLineRow:
    """A bottom line with the name of the person who set it."""

    id: int
    number: int
    text: str
    ground: str
    set_by: int
    set_by_name: str
    shared_on: date | None


@dataclass(frozen=True, slots=True)
class BottomLineState:
    """A bottom line without its text."""

    id: int
    number: int
    shared_on: date | None


_LINES = (
    select(_lines.conference_id, *(_lines[name] for name in BottomLineState.__dataclass_fields__))
    .where(_lines.conference_id.in_(bindparam("cases", expanding=True)))
    .order_by(_lines.conference_id, _lines.number)
)


def bottom_lines(session: Session, conference_id: int) -> tuple[BottomLineRow, ...]:
    """The bottom lines, by number."""
    found = select(*_columns(BottomLineRow, BottomLine)).join(Participant, Participant.id == BottomLine.set_by)
    rows = session.execute(found.where(BottomLine.conference_id == conference_id).order_by(BottomLine.number))
    return tuple(_to_dataclass(BottomLineRow, row) for row in rows)


def visible_bottom_lines(session: Session, case: Case) -> tuple[BottomLineRow, ...]:
    """The bottom lines that the visitor sees, by number: all, or only those shared with the family."""
    scope = case.sees(CasePart.BOTTOM_LINES)
    lines = bottom_lines(session, case.id) if scope else ()
    return lines if scope is Scope.ALL else tuple(line for line in lines if line.shared_on is not None)


def bottom_line_states(session: Session, conference_id: int) -> tuple[BottomLineState, ...]:
    """The bottom lines without text, by number."""
    return bottom_line_states_of_cases(session, [conference_id]).get(conference_id, ())


def bottom_line_states_of_cases(
    session: Session, conference_ids: Collection[int]
) -> dict[int, tuple[BottomLineState, ...]]:
    """The bottom lines of several cases at once; a case without any is left out."""
    return {
        id_: tuple(BottomLineState(*tuple(row)[1:]) for row in rows)
        for id_, rows in _by_case(session, _LINES, conference_ids).items()
    }


# Contact log


@dataclass(frozen=True, slots=True)
class ContactRow:
    """An entry of the contact log. `name` is None where it is about nobody in particular."""

    id: int
    on: date
    channel: str
    text: str
    participant_id: int | None
    name: str | None


def contact_log(session: Session, conference_id: int) -> tuple[ContactRow, ...]:
    """The contact log, newest first."""
    whose = Participant.id == ContactEntry.participant_id
    found = select(*_columns(ContactRow, ContactEntry)).outerjoin(Participant, whose)
    here = found.where(ContactEntry.conference_id == conference_id)
    rows = session.execute(here.order_by(ContactEntry.on.desc(), ContactEntry.id.desc()))
    return tuple(_to_dataclass(ContactRow, row) for row in rows)


# Search


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A case that a search found. `name` is the participant's name that matched; empty for a case number."""

    conference_id: int
    number: str
    title: str
    phase: Phase
    name: str = ""


_MOST_WORDS, _MOST_FOUND = 4, 50
#: A case number, with or without its letters and its year.
_NUMBER = re.compile(r"(?:[a-z]{2,4}[- ])?(?:(?P<year>[0-9]{4})[- ])?(?P<count>[0-9]{1,7})", re.IGNORECASE)


def search(session: Session, visitor: Visitor, asked: str, at: datetime) -> tuple[SearchResult, ...]:
    """The cases with a person whose name has all words of `asked`, or words starting with them (two letters or more).

    A case number finds its case, whatever its letters, and so do its year and count (2026-0007) or the count alone.
    Only cases that the visitor may open at `at` are found, the latest first; by name only where they see names now.
    """
    mine = or_(
        Conference.coordinator_id == visitor.account_id if Role.COORDINATOR in visitor.roles else false(),
        Conference.region_id.in_(visitor.regions),
    )
    head = (Conference.id, Conference.number, Conference.title, Conference.phase)
    whose = (
        Conference.coordinator_id,
        Conference.asked_coordinator_id,
        Conference.region_id,
        Conference.tasks_ended_on,
        Conference.timezone,
        Conference.profile,
    )
    case = select(*head, *whose).where(mine)
    rows: list[Row[Any]] = []
    if number := _NUMBER.fullmatch(asked.strip()):
        year, count = number["year"], int(number["count"])
        ending = f"%-{year}-{count:04}" if year else f"%-{count:04}"
        rows += session.execute(case.where(Conference.number.like(ending)).order_by(Conference.id.desc()))
    words = tuple(word for word in search_words(asked) if len(word) > 1)[:_MOST_WORDS]
    regions = session.scalars(select(Conference.region_id).where(mine).distinct().order_by(Conference.region_id)).all()
    if words and regions:
        by_name = case.add_columns(Participant.name).join(Participant, Participant.conference_id == Conference.id)
        by_name = by_name.where(*(_has_key(keyring_of(session), word, regions) for word in words))
        named = session.execute(by_name.order_by(Conference.id.desc(), Participant.id))
        rows += islice((row for row in named if has_words(row.name, words)), _MOST_FOUND)
    return tuple(
        SearchResult(row.id, row.number, row.title, row.phase, getattr(row, "name", ""))
        for row in rows
        if _may_find(row, roles_in(visitor, row, None, at))
    )


def _has_key(keyring: Keyring, word: str, regions: Iterable[int]) -> ColumnElement[bool]:
    keys = (and_(NameKey.region_id == one, NameKey.key == keyring.index_key(word, one)) for one in regions)
    return exists().where(
        NameKey.region_id == Conference.region_id, NameKey.participant_id == Participant.id, or_(*keys)
    )


def _may_find(row: Row[Any], roles: frozenset[Role]) -> bool:
    """Whether the visitor may open the case, and sees its names if it was found by one."""
    by_name = hasattr(row, "name")
    return may(Activity.SEE_CASE, row.phase, roles) and (
        not by_name or sees(CasePart.NAMES, row.phase, roles) is not None
    )
