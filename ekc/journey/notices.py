"""What is owed to whom in cases: reads the facts for `ekc/workflow/owed/`, of many cases at once.

What only some kinds need is read where there is one of them, so that most pages do not read it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    Date,
    Integer,
    Row,
    Select,
    String,
    bindparam,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from ekc.conferences.entries import GIVES
from ekc.conferences.models import BottomLine, Conference, Consent, ContactEntry, Notice, Participant, Voice
from ekc.core.clock import local_date
from ekc.core.outbox import OutboxMessage
from ekc.links.models import PersonalLink
from ekc.links.queries.links import ON_PAPER
from ekc.meetings.models import Meeting, Question, Reading, Stretch
from ekc.plans.models import Acceptance, PlanVersion
from ekc.plans.queries import IS_IN_FORCE
from ekc.signin.models import SignIn
from ekc.workflow.follow_ups import FINDINGS
from ekc.workflow.owed.kinds import ClearedBy, NoticeKind, NoticeRule
from ekc.workflow.owed.listeners import Listener, NoticeFacts, Sign
from ekc.workflow.owed.rows import NOTICES, RULES
from ekc.workflow.owed.still_owed import Owed, all_owed, owed, waits
from ekc.workflow.vocabulary import NOT_THERE, Agreed, Attends, Part, PlanSharing, VoiceMatter

#: Of these something is written down, or a new version agreed, since.
_SEEN_TO = FINDINGS | {NoticeKind.LEFT_PLAN}
_LASTING = frozenset(rule.kind for rule in NOTICES if rule.lasts)
#: A participant, and a sign that they heard or did something.
Signed = tuple[int, Sign]


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """What a step or a change left. `was` and `now`: the day in ISO 8601, a place or a name; empty: none."""

    id: int
    kind: NoticeKind
    at: datetime
    round: int
    was: str
    now: str

    @property
    def rule(self) -> NoticeRule:
        """The row of its kind."""
        return RULES[self.kind]

    @property
    def days(self) -> tuple[datetime | None, datetime | None]:
        """The days before and after, of a notice of another day."""
        return tuple(datetime.fromisoformat(day) if day else None for day in (self.was, self.now))  # type: ignore[return-value]

    @property
    def part(self) -> Part:
        """The part that somebody has now, of a notice of another part."""
        return Part(self.now)

    @property
    def readers(self) -> tuple[tuple[str, PlanSharing], ...]:
        """Who sees how much of the plan now, of a notice that a professional sees more of it."""
        known = (line.split(" ", 1) for line in self.now.splitlines())
        return tuple((name, PlanSharing(sharing)) for sharing, name in known)


#: The statements are built once; those about several cases ask for `cases`.
_CASES: BindParameter[Any] = bindparam("cases", expanding=True)
_notices, _case, _people = Notice.__table__.c, Conference.__table__.c, Participant.__table__.c
_ALL = (
    select(*(_notices[name] for name in NoticeRow.__dataclass_fields__))
    .where(_notices.conference_id.in_(_CASES))
    .order_by(_notices.id)
)


def notices(session: Session, conference_id: int) -> tuple[NoticeRow, ...]:
    """All notices of a case, oldest first."""
    return tuple(NoticeRow(*row) for row in session.execute(_ALL, {"cases": [conference_id]}))


def owed_in(session: Session, conference_ids: Collection[int], *, names: bool = True) -> dict[int, tuple[Owed, ...]]:
    """By case what is owed now, settled or not; cases without a notice that counts in their round are missing.

    `names`: also read what people are called.
    """
    rows = [row for row in _given(session, conference_ids) if row.phase in RULES[row.kind].phases]
    return _judged(session, rows, lambda row, found, circle: owed(row.phase, found, circle), names=names)


def owed_so_far(session: Session, conference_id: int) -> tuple[Owed, ...]:
    """What was owed in this round of a case or goes on from one before, to whom and how cleared; oldest first."""
    rows = _given(session, [conference_id])
    found = _judged(session, rows, lambda _row, found, circle: all_owed(found, circle), names=True)
    return found.get(conference_id, ())


def _judged(
    session: Session,
    rows: list[Row[Any]],
    judge: Callable[[Any, list[NoticeFacts], list[Listener]], tuple[Owed, ...]],
    *,
    names: bool,
) -> dict[int, tuple[Owed, ...]]:
    if not rows:
        return {}
    settle = _Settled(session, rows)
    by_case: dict[int, list[NoticeFacts]] = defaultdict(list)
    for row in rows:
        by_case[row.conference_id].append(
            NoticeFacts(
                id=row.id,
                kind=row.kind,
                at=row.at,
                on=local_date(row.at, row.timezone),
                about=row.about,
                end=row.end,
                settled=settle.how(row),
                was=row.was or "",
                now=row.now or "",
                earlier=row.left_in < row.round,
            )
        )
    heads = {row.conference_id: row for row in rows}
    circles = _circles(session, heads, rows, names=names)
    if any(waits(notice, circles[case]) for case, found in by_case.items() for notice in found):
        circles = _with_signs(session, heads, rows, circles)
    return {case: judge(heads[case], found, circles[case]) for case, found in by_case.items()}


_GIVEN = (
    select(
        *(_notices[name] for name in ("id", "conference_id", "kind", "at", "about", "end", "was", "now")),
        *(_case.phase, _case.timezone, _case.round, _notices.round.label("left_in")),
    )
    .join_from(Notice.__table__, Conference.__table__)
    .where(_notices.conference_id.in_(_CASES), or_(_notices.round == _case.round, _notices.kind.in_(_LASTING)))
    .order_by(_notices.id)
)


def _given(session: Session, conference_ids: Collection[int]) -> list[Row[Any]]:
    return list(session.execute(_GIVEN, {"cases": list(conference_ids)}))


class _Settled:
    """What settles the notices that are owed to staff: read once for all of a kind."""

    def __init__(self, session: Session, rows: list[Row[Any]]) -> None:
        cases: dict[NoticeKind, set[int]] = defaultdict(set)
        for row in rows:
            cases[row.kind].add(row.conference_id)
        self._unasked = _with_family_question(session, cases[NoticeKind.QUESTION])
        self._missing = _without_yes(session, cases[NoticeKind.CONSENT], rows)
        self._read, self._gone = _letters(session, cases[NoticeKind.LETTER])
        found = frozenset[int]().union(*(cases[kind] for kind in _SEEN_TO))
        of_one = cases[NoticeKind.NOT_COMING] | cases[NoticeKind.DISSENT]
        self._spoken_with = _last(session, _CONTACTS_WITH, of_one)
        self._still = {
            NoticeKind.NOT_COMING: _stay_away(session, cases[NoticeKind.NOT_COMING]),
            NoticeKind.DISSENT: _who_says_no(session, cases[NoticeKind.DISSENT]),
        }
        found |= cases[NoticeKind.DISSENT]
        self._spoken = _last(session, _SPOKEN, found)
        self._agreed = _last(session, _AGREED, found)

    def how(self, row: Row[Any]) -> ClearedBy | None:
        match row.kind:
            case NoticeKind.QUESTION:
                return None if row.conference_id in self._unasked else ClearedBy.ANSWERED
            case NoticeKind.CONSENT:
                return None if row.about in self._missing else ClearedBy.CONSENT
            case NoticeKind.LETTER:
                return self._read_out(row)
            case NoticeKind.NOT_COMING | NoticeKind.DISSENT:
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
        if row.at < self._spoken_with.get(row.about, row.at):
            return ClearedBy.SPOKEN
        if row.about not in self._still[row.kind]:
            return ClearedBy.DECIDED
        renewed = row.kind is NoticeKind.DISSENT and row.at < self._agreed.get(row.conference_id, row.at)
        return ClearedBy.AGREED if renewed else None

    def _seen_to(self, row: Row[Any]) -> ClearedBy | None:
        """How what a follow-up found was seen to, as far as its row says that this clears it."""
        since = {ClearedBy.SPOKEN: self._spoken, ClearedBy.AGREED: self._agreed}
        found = (by for by, last in since.items() if row.at < last.get(row.conference_id, row.at))
        return next((by for by in found if by in RULES[row.kind].cleared_by), None)


def _last_of(at: InstrumentedAttribute[datetime]) -> Select[*tuple[Any, ...]]:
    case = at.class_.conference_id
    return select(case, func.max(at)).where(case.in_(_CASES)).group_by(case)


_AGREED = _last_of(PlanVersion.made_at)
#: Who was told what stood on a list was not spoken with about anything else.
_SPOKEN = _last_of(ContactEntry.written_at).where(ContactEntry.from_list.is_(False))


def _last(session: Session, found: Select[*tuple[Any, ...]], cases: Collection[int]) -> dict[int, datetime]:
    """By case the last instant that the statement finds."""
    rows = session.execute(found, {"cases": list(cases)}) if cases else ()
    return {row[0]: row[1] for row in rows}


_FAMILY_QUESTIONS = (
    select(Meeting.conference_id)
    .join(Question, Question.meeting_id == Meeting.id)
    .join(Conference, (Conference.id == Meeting.conference_id) & (Conference.round == Meeting.round))
    .where(Meeting.conference_id.in_(_CASES), Question.participant_id.is_(None), Question.answer.is_(None))
)


_CONTACTS_WITH = (
    select(ContactEntry.participant_id, func.max(ContactEntry.written_at))
    .where(ContactEntry.conference_id.in_(_CASES), ContactEntry.participant_id.is_not(None))
    .where(ContactEntry.from_list.is_(False))
    .group_by(ContactEntry.participant_id)
)
_STAY_AWAY = select(_people.id).where(_people.conference_id.in_(_CASES), _people.attends == Attends.NO)
#: Of the plan in force: what somebody else notes of the next one takes no no back.
_SAID_OF_PLAN = (
    select(Voice.participant_id, Voice.answer)
    .join(Conference, Conference.id == Voice.conference_id)
    .join(PlanVersion, IS_IN_FORCE)
    .where(Voice.conference_id.in_(_CASES), Voice.matter == VoiceMatter.PLAN, Voice.text == PlanVersion.text)
    .order_by(Voice.written_at, Voice.id)
)


def _stay_away(session: Session, cases: Collection[int]) -> set[int]:
    return set(session.scalars(_STAY_AWAY, {"cases": list(cases)})) if cases else set()


def _who_says_no(session: Session, cases: Collection[int]) -> set[int]:
    """Who said no to the plan in force when they said something of it last."""
    rows = session.execute(_SAID_OF_PLAN, {"cases": list(cases)}) if cases else ()
    last = {row[0]: row[1] for row in rows}
    return {id_ for id_, answer in last.items() if answer is Agreed.NO}


def _with_family_question(session: Session, cases: Collection[int]) -> set[int]:
    """The cases with a question of this round that the family came out with and that has no answer."""
    return set(session.scalars(_FAMILY_QUESTIONS, {"cases": list(cases)})) if cases else set()


_ABOUT: BindParameter[Any] = bindparam("about", expanding=True)
_CONSENTS = select(Consent.participant_id, Consent.withdrawn_on).where(
    Consent.conference_id.in_(_CASES), Consent.participant_id.in_(_ABOUT)
)
_YES = select(Voice.participant_id).where(
    Voice.conference_id.in_(_CASES), Voice.matter == VoiceMatter.CONFERENCE, Voice.answer == Agreed.YES
)
_MAIN_PERSONS = select(_people.id).where(_people.id.in_(_ABOUT), _people.part == Part.MAIN_PERSON)


def _without_yes(session: Session, cases: Collection[int], rows: list[Row[Any]]) -> set[int]:
    """Who took something back and has not given it again: a consent that was withdrawn, or their yes."""
    if not cases:
        return set()
    about = {row.about for row in rows if row.kind is NoticeKind.CONSENT}
    asked = {"cases": list(cases), "about": list(about)}
    consents = session.execute(_CONSENTS, asked).all()
    withdrawn = {row.participant_id for row in consents if row.withdrawn_on is not None}
    given = {row.participant_id for row in consents if row.withdrawn_on is None}
    main = set(session.scalars(_MAIN_PERSONS, asked))
    return (about & withdrawn - given) | (main - set(session.scalars(_YES, asked)))


_READINGS = (
    select(Reading.participant_id, Reading.at)
    .join(Meeting, Meeting.id == Reading.meeting_id)
    .where(Meeting.conference_id.in_(_CASES))
)
_VIEWS = select(_people.id, _people.view, _people.attends).where(_people.conference_id.in_(_CASES))


def _letters(session: Session, cases: Collection[int]) -> tuple[dict[int, list[datetime]], set[int]]:
    """When the words of whom were read out; and whose words are there no longer, or who came after all."""
    read: dict[int, list[datetime]] = defaultdict(list)
    if not cases:
        return read, set()
    asked = {"cases": list(cases)}
    for participant_id, at in session.execute(_READINGS, asked):
        read[participant_id].append(at)
    people = session.execute(_VIEWS, asked)
    return read, {row.id for row in people if not row.view or row.attends not in NOT_THERE}


# The circle, and what shows that somebody heard


_LINES = select(BottomLine.set_by).where(BottomLine.conference_id.in_(_CASES))
_OF_LISTENER = (
    *("id", "part", "attends", "attends_before", "informed_on", "informed_at", "informed_before_on"),
    *("earlier_plans", "came_as_professional"),
)
_CIRCLES = (
    select(_people.conference_id, _people.tasks_until, *(_people[name] for name in _OF_LISTENER))
    .where(_people.conference_id.in_(_CASES), _people.removed_at.is_(None))
    .order_by(_people.id)
)
_NAMED_CIRCLES = _CIRCLES.add_columns(_people.name)


def _circles(
    session: Session, heads: Mapping[int, Row[Any]], rows: list[Row[Any]], *, names: bool
) -> dict[int, list[Listener]]:
    """The circle of each case."""
    asked = {"cases": list(heads)}
    looks_again = any(row.kind is NoticeKind.LOOK_AGAIN for row in rows)
    set_lines = set(session.scalars(_LINES, asked)) if looks_again else set()
    circles: dict[int, list[Listener]] = defaultdict(list)
    for case, tasks_until, *known in session.execute(_NAMED_CIRCLES if names else _CIRCLES, asked):
        of_listener = dict(zip((*_OF_LISTENER, "name"), known, strict=False))
        one = Listener(**of_listener, has_task=tasks_until is not None, set_line=known[0] in set_lines)
        circles[case].append(one)
    return circles


def _with_signs(
    session: Session, heads: Mapping[int, Row[Any]], rows: list[Row[Any]], circles: Mapping[int, list[Listener]]
) -> dict[int, list[Listener]]:
    """The circles, with each sign that somebody heard; by far the most of what is read."""
    by_people = [RULES[kind].cleared_by for kind in {row.kind for row in rows} if not RULES[kind].roles]
    wanted = frozenset[ClearedBy]().union(*by_people)
    signs: dict[int, list[Sign]] = defaultdict(list)
    for participant_id, sign in _signs(session, heads, rows, wanted):
        signs[participant_id].append(sign)
    if ClearedBy.THERE in wanted:
        for participant_id, sign in _there(session, heads, rows):
            signs[participant_id].append(sign)
    return {
        case: [replace(one, signs=tuple(signs[one.id])) if one.id in signs else one for one in circle]
        for case, circle in circles.items()
    }


_contact, _sent, _link = ContactEntry.__table__.c, OutboxMessage.__table__.c, PersonalLink.__table__.c
_decision = Acceptance.__table__.c


_NO_DAY, _NO_WORDS = cast(null(), Date), cast(null(), String)


def _source(
    by: ClearedBy, case: Any, participant: Any, at: Any, on: Any = _NO_DAY, words: Any = _NO_WORDS
) -> Select[*tuple[Any, ...]]:
    return select(literal(by.value), case, participant, at, on, words).where(case.in_(_CASES))


#: By what clears: who did or heard something, when, on which day, and the words that say what it was.
_SOURCES: dict[frozenset[ClearedBy], Select[*tuple[Any, ...]]] = {
    frozenset({ClearedBy.CONTACT, ClearedBy.GIVEN}): _source(
        ClearedBy.CONTACT,
        _contact.conference_id,
        _contact.participant_id,
        _contact.written_at,
        _contact.on,
        _contact.channel,
    ).where(_contact.participant_id.is_not(None)),
    frozenset({ClearedBy.MAIL}): _source(
        ClearedBy.MAIL, _sent.conference_id, cast(null(), Integer), _sent.sent_at, words=_sent.key
    ).where(_sent.sent_at.is_not(None)),
    frozenset({ClearedBy.PAGE}): _source(
        ClearedBy.PAGE, _link.conference_id, _link.participant_id, func.max(SignIn.seen_at)
    )
    .join_from(PersonalLink, SignIn, SignIn.link_id == PersonalLink.id)
    .group_by(_link.conference_id, _link.participant_id),
    frozenset({ClearedBy.PRINT}): _source(
        ClearedBy.PRINT, _link.conference_id, _link.participant_id, _link.made_at
    ).where(ON_PAPER),
    frozenset({ClearedBy.DECIDED}): _source(
        ClearedBy.DECIDED, _decision.conference_id, _decision.participant_id, _decision.decided_at
    ),
}


@cache
def _all_signs(wanted: frozenset[ClearedBy]) -> CompoundSelect[*tuple[Any, ...]] | None:
    sources = [source for clears, source in _SOURCES.items() if clears & wanted]
    return union_all(*sources) if sources else None


def _signs(
    session: Session, heads: Mapping[int, Row[Any]], rows: list[Row[Any]], wanted: frozenset[ClearedBy]
) -> Iterator[Signed]:
    """Each sign that could clear what is owed, in one statement.

    Contacts: when it was written down; of one of an earlier day the beginning of that day. Mails of these kinds that
    were sent: their keys begin with the case and end with the participant. When each of them last opened their own
    page; who was given a link on paper, and when it was made; who accepted or refused the plan, and when.
    """
    beginnings = tuple({key.partition("{")[0] for row in rows for key in RULES[row.kind].mails})
    found = _all_signs(wanted)
    read = session.execute(found, {"cases": list(heads)}) if found is not None else ()
    for by, case, participant_id, at, on, words in read:
        match by:
            case ClearedBy.CONTACT:
                timezone = heads[case].timezone
                heard = at if on == local_date(at, timezone) else _midnight(on, timezone)
                yield participant_id, Sign(heard, ClearedBy.CONTACT)
                if words in GIVES:
                    yield participant_id, Sign(heard, ClearedBy.GIVEN)
            case ClearedBy.MAIL:
                about, _, key = words.partition(":")
                to = key.rpartition(":")[2]
                if about.isdigit() and to.isdigit() and key.startswith(beginnings):  # others are to staff
                    yield int(to), Sign(at, ClearedBy.MAIL, key)
            case _:
                yield participant_id, Sign(at, ClearedBy(by))


def _midnight(on: date, timezone: str) -> datetime:
    return datetime.combine(on, time(), ZoneInfo(timezone)).astimezone(UTC)


_STRETCHES = (
    select(Meeting.conference_id, Stretch.participant_id, Stretch.came_at, Stretch.left_at)
    .join(Meeting, Meeting.id == Stretch.meeting_id)
    .where(Meeting.conference_id.in_(_CASES), Stretch.corrected_at.is_(None))
)


def _there(session: Session, heads: Mapping[int, Row[Any]], rows: list[Row[Any]]) -> Iterator[Signed]:
    """Who was in the room when something was left that they then know."""
    left = [row for row in rows if ClearedBy.THERE in RULES[row.kind].cleared_by]
    for case, participant_id, came_at, left_at in session.execute(_STRETCHES, {"cases": list(heads)}):
        for row in left:
            if row.conference_id == case and came_at <= row.at and (left_at is None or row.at <= left_at):
                yield participant_id, Sign(row.at, ClearedBy.THERE)
