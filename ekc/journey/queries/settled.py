"""What settles the notices that are owed to staff: read where there is one of their kind."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from ekc.conferences.models import Conference, Consent, ContactEntry, Participant, Voice
from ekc.conferences.queries.rows import of_cases
from ekc.core.clock import local_date
from ekc.core.reading import one_of, read_rows
from ekc.meetings.models import Meeting, Question, Reading
from ekc.plans.models import PlanVersion
from ekc.plans.queries.versions import IS_IN_FORCE
from ekc.workflow.follow_ups import FINDINGS
from ekc.workflow.owed.kinds import ClearedBy, NoticeKind
from ekc.workflow.owed.rows import RULES
from ekc.workflow.vocabulary import NOT_THERE, Agreed, Attends, Part, VoiceMatter

#: Of these something is written down, or a new version agreed, since.
_SEEN_TO = FINDINGS | {NoticeKind.LEFT_PLAN}
#: What somebody said or did for themselves.
_OF_ONE = frozenset({NoticeKind.NOT_COMING, NoticeKind.DISSENT, NoticeKind.NUMBER_OUT})
_people = Participant.__table__.c


class SettledNotices:
    """What settles the notices that are owed to staff: read once for all of a kind."""

    def __init__(self, session: Session, rows: list[Row[Any]]) -> None:
        cases: dict[NoticeKind, set[int]] = defaultdict(set)
        for row in rows:
            cases[row.kind].add(row.conference_id)
        self._unasked = _with_family_question(session, cases[NoticeKind.QUESTION])
        self._missing = _without_yes(session, cases[NoticeKind.CONSENT], rows)
        self._read, self._gone = _letters(session, cases[NoticeKind.LETTER])
        found = frozenset[int]().union(*(cases[kind] for kind in _SEEN_TO))
        of_one = frozenset[int]().union(*(cases[kind] for kind in _OF_ONE))
        self._spoken_with = _contacts(session, ContactEntry.participant_id, of_one)
        self._still = {
            NoticeKind.NOT_COMING: _stay_away(session, cases[NoticeKind.NOT_COMING]),
            NoticeKind.DISSENT: _who_disagrees(session, cases[NoticeKind.DISSENT]),
            NoticeKind.NUMBER_OUT: _without_number(session, cases[NoticeKind.NUMBER_OUT]),
        }
        found |= cases[NoticeKind.DISSENT] | cases[NoticeKind.NUMBER_OUT]
        self._spoken = _contacts(session, ContactEntry.conference_id, found)
        self._agreed = _last(session, _AGREED, found)

    def how(self, row: Row[Any]) -> ClearedBy | None:
        """By what a notice is settled; None: it is not, or it is owed to people of the circle."""
        match row.kind:
            case NoticeKind.QUESTION:
                return None if row.conference_id in self._unasked else ClearedBy.ANSWERED
            case NoticeKind.CONSENT:
                return None if row.about in self._missing else ClearedBy.CONSENT
            case NoticeKind.LETTER:
                return self._read_out(row)
            case kind if kind in _OF_ONE:
                return self._heard(row)
            case kind if kind in _SEEN_TO:
                return self._seen_to(row)
            case _:
                return None

    def _read_out(self, row: Row[Any]) -> ClearedBy | None:
        if any(at >= row.at for at in self._read[row.about]):
            return ClearedBy.READ
        return ClearedBy.LAPSED if row.about in self._gone else None

    def _heard(self, row: Row[Any]) -> ClearedBy | None:
        """How what somebody said for themselves was settled: with them, by another word of theirs, or a new version."""
        if _is_since(row, self._spoken_with[row.about]):
            return ClearedBy.SPOKEN
        if row.about not in self._still[row.kind]:
            return ClearedBy.DECIDED
        clears = RULES[row.kind].cleared_by
        renewed = ClearedBy.AGREED in clears and row.at < self._agreed.get(row.conference_id, row.at)
        return ClearedBy.AGREED if renewed else None

    def _seen_to(self, row: Row[Any]) -> ClearedBy | None:
        """How what a follow-up found was seen to, as far as its row says that this clears it."""
        clears = RULES[row.kind].cleared_by
        if ClearedBy.SPOKEN in clears and _is_since(row, self._spoken[row.conference_id]):
            return ClearedBy.SPOKEN
        renewed = ClearedBy.AGREED in clears and row.at < self._agreed.get(row.conference_id, row.at)
        return ClearedBy.AGREED if renewed else None


def _last_of(at: InstrumentedAttribute[datetime]) -> Select[*tuple[Any, ...]]:
    case = at.class_.conference_id
    return select(case, func.max(at)).where(of_cases(case)).group_by(case)


_AGREED = _last_of(PlanVersion.made_at)


def _last(session: Session, found: Select[*tuple[Any, ...]], cases: Collection[int]) -> dict[int, datetime]:
    """By case the last instant that the statement finds."""
    rows = read_rows(session, found, {"cases": list(cases)}) if cases else ()
    return {row[0]: row[1] for row in rows}


_FAMILY_QUESTIONS = (
    select(Meeting.conference_id)
    .join(Question, Question.meeting_id == Meeting.id)
    .join(Conference, (Conference.id == Meeting.conference_id) & (Conference.round == Meeting.round))
    .where(of_cases(Meeting.conference_id), Question.participant_id.is_(None), Question.answer.is_(None))
)


#: On which day staff spoke with somebody of the circle, and when that was written down last.
_Contacts = defaultdict[int, list[tuple[date, datetime]]]


def _contacts(session: Session, key: InstrumentedAttribute[Any], cases: Collection[int]) -> _Contacts:
    """The contacts by case or person. Who was told what stood on a list was not spoken with about anything else."""
    contacts = _Contacts(list)
    if not cases:
        return contacts
    found = (
        select(key, ContactEntry.on, func.max(ContactEntry.written_at))
        .where(of_cases(ContactEntry.conference_id), ContactEntry.participant_id.is_not(None))
        .where(ContactEntry.from_list.is_(False))
        .group_by(key, ContactEntry.on)
    )
    for of, on, at in read_rows(session, found, {"cases": list(cases)}):
        contacts[of].append((on, at))
    return contacts


def _is_since(row: Row[Any], contacts: list[tuple[date, datetime]]) -> bool:
    """Whether one of these was after the notice. One of an earlier day, written down later, settles nothing."""
    day = local_date(row.at, row.timezone)
    return any(on >= day and at > row.at for on, at in contacts)


_STAY_AWAY = select(_people.id).where(of_cases(_people.conference_id), _people.attends == Attends.NO)
_WITHOUT_NUMBER = select(_people.id).where(of_cases(_people.conference_id), _people.plan_phone.is_(None))
#: Of the plan in force: what somebody else notes of the next one takes no no back.
_SAID_OF_PLAN = (
    select(Voice.participant_id, Voice.answer)
    .join(Conference, Conference.id == Voice.conference_id)
    .join(PlanVersion, IS_IN_FORCE)
    .where(of_cases(Voice.conference_id), Voice.matter == VoiceMatter.PLAN, Voice.text == PlanVersion.text)
    .order_by(Voice.written_at, Voice.id)
)


def _stay_away(session: Session, cases: Collection[int]) -> set[int]:
    return set(session.scalars(_STAY_AWAY, {"cases": list(cases)})) if cases else set()


def _without_number(session: Session, cases: Collection[int]) -> set[int]:
    return set(session.scalars(_WITHOUT_NUMBER, {"cases": list(cases)})) if cases else set()


def _who_disagrees(session: Session, cases: Collection[int]) -> set[int]:
    """Who did not say yes to all of the plan in force when they said something of it last."""
    rows = read_rows(session, _SAID_OF_PLAN, {"cases": list(cases)}) if cases else ()
    last = {row[0]: row[1] for row in rows}
    return {id_ for id_, answer in last.items() if answer is not Agreed.YES}


def _with_family_question(session: Session, cases: Collection[int]) -> set[int]:
    """The cases with a question of this round that the family came out with and that has no answer."""
    return set(session.scalars(_FAMILY_QUESTIONS, {"cases": list(cases)})) if cases else set()


_CONSENTS = select(Consent.participant_id, Consent.withdrawn_on).where(
    of_cases(Consent.conference_id), one_of(Consent.participant_id, "about")
)
_YES = select(Voice.participant_id).where(
    of_cases(Voice.conference_id), Voice.matter == VoiceMatter.CONFERENCE, Voice.answer == Agreed.YES
)
_MAIN_PERSONS = select(_people.id).where(one_of(_people.id, "about"), _people.part == Part.MAIN_PERSON)


def _without_yes(session: Session, cases: Collection[int], rows: list[Row[Any]]) -> set[int]:
    """Who took something back and has not given it again: a consent that was withdrawn, or their yes."""
    if not cases:
        return set()
    about = {row.about for row in rows if row.kind is NoticeKind.CONSENT}
    asked = {"cases": list(cases), "about": list(about)}
    consents = read_rows(session, _CONSENTS, asked)
    withdrawn = {row.participant_id for row in consents if row.withdrawn_on is not None}
    given = {row.participant_id for row in consents if row.withdrawn_on is None}
    main = set(session.scalars(_MAIN_PERSONS, asked))
    return (about & withdrawn - given) | (main - set(session.scalars(_YES, asked)))


_READINGS = (
    select(Reading.participant_id, Reading.at)
    .join(Meeting, Meeting.id == Reading.meeting_id)
    .where(of_cases(Meeting.conference_id))
)
_VIEWS = select(_people.id, _people.view_on, _people.attends).where(of_cases(_people.conference_id))


def _letters(session: Session, cases: Collection[int]) -> tuple[dict[int, list[datetime]], set[int]]:
    """When the words of whom were read out; and whose words are there no longer, or who came after all."""
    read: dict[int, list[datetime]] = defaultdict(list)
    if not cases:
        return read, set()
    asked = {"cases": list(cases)}
    for participant_id, at in read_rows(session, _READINGS, asked):
        read[participant_id].append(at)
    people = read_rows(session, _VIEWS, asked)
    return read, {row.id for row in people if row.view_on is None or row.attends not in NOT_THERE}
