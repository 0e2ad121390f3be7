"""Reading meetings: dates, arrangements, attendance, information and questions. Nothing here writes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from ekc.conferences.models import IS_OPEN, Conference, Participant
from ekc.conferences.queries.absent import ViewPictureRow, pictures
from ekc.conferences.queries.names import names
from ekc.conferences.queries.rows import columns_of, to_dataclass
from ekc.core.outbox import OutboxMessage
from ekc.core.reading import read_row, read_rows
from ekc.meetings.models import (
    Arrangement,
    DateAnswer,
    DateGuest,
    DateOption,
    DayMove,
    InformationItem,
    Meeting,
    MeetingInvitation,
    Question,
    Reading,
    Stretch,
)
from ekc.venues.models import KnownVenue
from ekc.workflow.vocabulary import (
    MESSAGES,
    NOT_THERE,
    ArrangementKind,
    ArrangementState,
    Attends,
    DateFit,
    InformationKind,
    InterpreterWish,
    InvitationReply,
    InvitationWay,
    Part,
    Phase,
    PresentBy,
    SaidHow,
)


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """One meeting. `starts_at` is planned, `started_at` and `ended_at` are actual."""

    id: int
    number: int
    round: int
    starts_at: datetime | None
    expected_minutes: int | None
    venue_name: str
    venue_address: str
    venue_access: str
    joining: str | None  # how, by telephone or video
    started_at: datetime | None
    ended_at: datetime | None
    round_held: bool = False  # this meeting, or one before it in the same round, has started
    venue_id: int | None = None  # of the list of the region
    venue_secret: bool = False
    venue_cost: int | None = None  # in cents

    @property
    def under_way(self) -> bool:
        """Whether the meeting is in progress."""
        return self.started_at is not None and self.ended_at is None


@dataclass(frozen=True, slots=True)
class MeetingPlace:
    """Where people meet, as it may be written to whoever is invited. `secret`: they hear from the coordinator where it
    is, and address, access and route are left out.
    """

    name: str
    address: str
    access: str
    route: str  # how one gets there, where one parks, how far it is
    joining: str  # by telephone or video; no part of the place, so it is there also where that is secret
    secret: bool


@dataclass(frozen=True, slots=True)
class DateOptionRow:
    """A possible date that people were asked about."""

    id: int
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class DateGuestRow:
    """Somebody who was asked which dates suit them, or told it; `asked_at` None: they were not asked."""

    participant_id: int
    matters: bool
    asked_at: datetime | None
    reminders: int


@dataclass(frozen=True, slots=True)
class InvitedRow:
    """How somebody was invited last, for when, what became of the mail or text message, and what they answered."""

    participant_id: int
    way: InvitationWay
    starts_at: datetime
    invited_at: datetime
    no_reminders: bool
    reply: InvitationReply | None
    replied_at: datetime | None
    replied_for: datetime | None
    replied_how: SaidHow | None
    words: str
    sent_at: datetime | None
    returned_at: datetime | None
    given_up_at: datetime | None

    @property
    def is_lost(self) -> bool:
        """Whether the mail or text message did not arrive, and will not."""
        return self.returned_at is not None or self.given_up_at is not None

    @property
    def waits(self) -> bool:
        """Whether the mail or text message has not left yet."""
        return self.way in MESSAGES and not (self.sent_at or self.is_lost)

    def answer(self, starts_at: datetime | None) -> InvitationReply | None:
        """What they answered about this time; None: nothing yet."""
        return self.reply if self.replied_for == starts_at else None


@dataclass(frozen=True, slots=True)
class DayMoveRow:
    """That the day was moved, when and why."""

    was: datetime
    now: datetime | None
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OwnDates:
    """The possible dates ahead about which somebody was asked: how many there are, and how many have no answer yet."""

    asked: int
    left: int


@dataclass(frozen=True, slots=True)
class TakenRow:
    """When a coordinator has another conference; `minutes` None: it is not known how long it takes."""

    starts_at: datetime
    minutes: int | None
    number: str


@dataclass(frozen=True, slots=True)
class ArrangementRow:
    """How far one thing is arranged: how (`text`), by whom (of the circle, or in words), and what it costs in cents.

    `gone`: who does it is in the circle no more, so it is to be arranged again.
    """

    kind: ArrangementKind
    state: ArrangementState
    text: str | None = None
    participant_id: int | None = None
    who: str | None = None
    cost: int | None = None
    wish: InterpreterWish | None = None
    no_tie: bool = False
    gone: bool = False

    @property
    def not_needed(self) -> bool:
        """Whether it was said that it is not needed."""
        return self.state is ArrangementState.NOT_NEEDED

    @property
    def settled(self) -> bool:
        """Whether nothing is left to be done."""
        return self.not_needed or (self.state is ArrangementState.ARRANGED and not self.gone)


@dataclass(frozen=True, slots=True)
class StretchRow:
    """A stretch in which somebody was in the room; without `left_at` they are there. `part`: as what they came."""

    id: int
    participant_id: int
    part: Part
    how: PresentBy
    came_at: datetime
    left_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether they are in the room now."""
        return self.left_at is None


@dataclass(frozen=True, slots=True)
class InformationRow:
    """Information that was given; without a participant by the coordinator."""

    id: int
    participant_id: int | None
    kind: InformationKind
    text: str


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question, and its answer if there is one; without a participant of the family, in private time."""

    id: int
    participant_id: int | None
    text: str
    answer: str | None


@dataclass(frozen=True, slots=True)
class LetterRow:
    """What somebody who is not there has to say, and, once it was read out in this round, when and by whom.

    Without `reader_id`: by the coordinator.
    """

    participant_id: int
    name: str
    attends: Attends
    text: str
    pictures: tuple[ViewPictureRow, ...] = ()
    reading_id: int | None = None
    reader_id: int | None = None
    read_at: datetime | None = None


_meeting = Meeting.__table__.c
_other = Meeting.__table__.alias("other")
_ROUND_HELD = (
    exists()
    .where(
        _other.c.conference_id == _meeting.conference_id,
        _other.c.round == _meeting.round,
        _other.c.started_at.is_not(None),
    )
    .label("round_held")
)
_OF_CASE = select(
    *(_ROUND_HELD if name == "round_held" else _meeting[name] for name in MeetingRow.__dataclass_fields__)
).where(_meeting.conference_id == bindparam("case"))
_ALL = _OF_CASE.order_by(_meeting.number)
_CURRENT = _OF_CASE.where(_meeting.set_aside.is_(False)).order_by(_meeting.number.desc()).limit(1)
#: Who does it was taken out of the circle.
_GONE = exists().where(Participant.id == Arrangement.participant_id, Participant.removed_at.is_not(None))
_ARRANGED = select(Arrangement.kind).where(
    Arrangement.meeting_id == bindparam("meeting"),
    or_(
        Arrangement.state == ArrangementState.NOT_NEEDED,
        and_(Arrangement.state == ArrangementState.ARRANGED, ~_GONE),
    ),
)
_stretch = Stretch.__table__.c
_STRETCHES = (
    select(*(_stretch[name] for name in StretchRow.__dataclass_fields__))
    .where(_stretch.meeting_id == bindparam("meeting"), _stretch.corrected_at.is_(None))
    .order_by(_stretch.came_at, _stretch.id)
)


def meetings(session: Session, conference_id: int) -> tuple[MeetingRow, ...]:
    """All meetings of a case, the first one first."""
    return tuple(MeetingRow(*row) for row in read_rows(session, _ALL, {"case": conference_id}))


def current_meeting(session: Session, conference_id: int) -> MeetingRow | None:
    """The latest meeting of a case; None if there is none yet."""
    row = read_row(session, _CURRENT, {"case": conference_id})
    return MeetingRow(*row) if row else None


_TO_MEET = (
    select(Conference.id)
    .where(Conference.region_id == bindparam("region"), Conference.phase == Phase.SETUP)
    .where(Conference.paused_at.is_(None))
    .where(
        exists().where(
            Meeting.conference_id == Conference.id,
            Meeting.set_aside.is_(False),
            Meeting.started_at.is_(None),
            Meeting.starts_at.between(bindparam("since"), bindparam("until")),
        )
    )
    .order_by(Conference.id)
)


def cases_to_meet(session: Session, region_id: int, since: datetime, until: datetime) -> list[int]:
    """The ids of the cases of a region, but for those that are paused, that plan to meet between these instants."""
    rows = read_rows(session, _TO_MEET, {"region": region_id, "since": since, "until": until})
    return [row.id for row in rows]


_ROUTE = select(KnownVenue.route).where(KnownVenue.id == bindparam("venue"))


def place_of(session: Session, meeting: MeetingRow | Meeting) -> MeetingPlace:
    """Where people meet, for invitations and papers. Whoever is shown it sees `CasePart.PRACTICAL`."""
    if meeting.venue_secret:
        return MeetingPlace(meeting.venue_name, "", "", "", meeting.joining or "", secret=True)
    route = "" if meeting.venue_id is None else session.scalar(_ROUTE, {"venue": meeting.venue_id}) or ""
    where = (meeting.venue_name, meeting.venue_address, meeting.venue_access, route)
    return MeetingPlace(*where, meeting.joining or "", secret=False)


_OF_ROUND = (Meeting.conference_id == bindparam("case"), Meeting.round == bindparam("number"))
_QUESTIONS = (
    select(func.count(), func.count(Question.answer))
    .select_from(Question)
    .join(Meeting, Meeting.id == Question.meeting_id)
    .where(*_OF_ROUND)
)


def questions_and_answers(session: Session, conference_id: int, round_: int) -> tuple[int, int]:
    """How many questions were asked at the meetings of this round, and how many of them have an answer."""
    asked, answered = session.execute(_QUESTIONS, {"case": conference_id, "number": round_}).one()
    return asked, answered


def arranged(session: Session, meeting_id: int) -> frozenset[ArrangementKind]:
    """The kinds that are arranged or not needed."""
    return frozenset(session.scalars(_ARRANGED, {"meeting": meeting_id}))


def _of_meeting(*columns: Any, by: Any) -> Select[*tuple[Any, ...]]:
    return select(*columns).where(by.class_.meeting_id == bindparam("meeting")).order_by(by)


#: What the page of the meeting and that of the information list, built once.
_DATE_OPTIONS = _of_meeting(DateOption.id, DateOption.starts_at, by=DateOption.starts_at)
_ARRANGEMENTS = _of_meeting(
    *(Arrangement.__table__.c[name] for name in ArrangementRow.__dataclass_fields__ if name != "gone"),
    _GONE.label("gone"),
    by=Arrangement.id,
)
_INFORMATION = _of_meeting(
    InformationItem.id,
    InformationItem.participant_id,
    InformationItem.kind,
    InformationItem.text,
    by=InformationItem.id,
)
_ASKED = _of_meeting(Question.id, Question.participant_id, Question.text, Question.answer, by=Question.id)


def date_options(session: Session, meeting_id: int) -> tuple[DateOptionRow, ...]:
    """The possible dates, the earliest first."""
    return tuple(DateOptionRow(*row) for row in read_rows(session, _DATE_OPTIONS, {"meeting": meeting_id}))


_GUESTS = _of_meeting(
    DateGuest.participant_id, DateGuest.matters, DateGuest.asked_at, DateGuest.reminders, by=DateGuest.participant_id
)
_FITS = (
    select(DateAnswer.option_id, DateAnswer.participant_id, DateAnswer.fits)
    .join(DateOption, DateOption.id == DateAnswer.option_id)
    .where(DateOption.meeting_id == bindparam("meeting"))
)
_TAKEN = (
    select(Meeting.starts_at, Meeting.expected_minutes, Conference.number)
    .join(Conference, Conference.id == Meeting.conference_id)
    .where(
        Conference.coordinator_id == bindparam("account"),
        IS_OPEN,
        Conference.id != bindparam("case"),
        Meeting.set_aside.is_(False),
        Meeting.started_at.is_(None),
        Meeting.starts_at >= bindparam("since"),
    )
    .order_by(Meeting.starts_at)
)


def date_guests(session: Session, meeting_id: int) -> dict[int, DateGuestRow]:
    """Who was asked which dates suit them, or told it, by id of the participant."""
    rows = (DateGuestRow(*row) for row in read_rows(session, _GUESTS, {"meeting": meeting_id}))
    return {row.participant_id: row for row in rows}


def date_answers(session: Session, meeting_id: int) -> dict[tuple[int, int], DateFit]:
    """What people said of the possible dates, by option and participant."""
    return {(row[0], row[1]): row[2] for row in read_rows(session, _FITS, {"meeting": meeting_id})}


_INVITATIONS = (
    select(*columns_of(InvitedRow, MeetingInvitation, frozenset({"sent_at", "returned_at", "given_up_at"})))
    .add_columns(OutboxMessage.sent_at, OutboxMessage.returned_at, OutboxMessage.given_up_at)
    .outerjoin(OutboxMessage, OutboxMessage.key == MeetingInvitation.mail_key)
    .where(MeetingInvitation.meeting_id == bindparam("meeting"))
)
_OWN_INVITATION = _INVITATIONS.where(MeetingInvitation.participant_id == bindparam("participant"))
_MOVES = _of_meeting(DayMove.was, DayMove.now, DayMove.reason, DayMove.at, by=DayMove.id)


def invitations(session: Session, meeting_id: int) -> dict[int, InvitedRow]:
    """How people were invited to a meeting, by participant."""
    rows = read_rows(session, _INVITATIONS, {"meeting": meeting_id})
    return {row.participant_id: to_dataclass(InvitedRow, row) for row in rows}


def own_invitation(session: Session, meeting: MeetingRow | None, participant_id: int) -> InvitedRow | None:
    """How somebody was invited to the day that is set; None: they were not."""
    if meeting is None or meeting.starts_at is None:
        return None
    row = read_row(session, _OWN_INVITATION, {"meeting": meeting.id, "participant": participant_id})
    found = to_dataclass(InvitedRow, row) if row else None
    return found if found and found.starts_at == meeting.starts_at else None


def day_moves(session: Session, meeting_id: int) -> tuple[DayMoveRow, ...]:
    """How the day of a meeting was moved, the first time first."""
    return tuple(DayMoveRow(*row) for row in read_rows(session, _MOVES, {"meeting": meeting_id}))


_OWN_DATES = (
    select(func.count(), func.count(DateAnswer.fits))
    .select_from(DateGuest)
    .join(DateOption, DateOption.meeting_id == DateGuest.meeting_id)
    .outerjoin(
        DateAnswer,
        (DateAnswer.option_id == DateOption.id) & (DateAnswer.participant_id == DateGuest.participant_id),
    )
    .where(
        DateGuest.meeting_id == bindparam("meeting"),
        DateGuest.participant_id == bindparam("participant"),
        DateOption.starts_at > bindparam("at"),
    )
)


def own_dates(session: Session, meeting: MeetingRow | None, participant_id: int, at: datetime) -> OwnDates | None:
    """What somebody is asked about the dates of a meeting; None once a date is set, or if they were not asked."""
    if meeting is None or meeting.starts_at is not None:
        return None
    given = {"meeting": meeting.id, "participant": participant_id, "at": at}
    asked, answered = session.execute(_OWN_DATES, given).one()
    return OwnDates(asked, asked - answered) if asked else None


def taken(session: Session, account_id: int, conference_id: int, since: datetime) -> tuple[TakenRow, ...]:
    """The other conferences that this coordinator still has to hold from then on."""
    given = {"account": account_id, "case": conference_id, "since": since}
    return tuple(TakenRow(*row) for row in read_rows(session, _TAKEN, given))


def arrangements(session: Session, meeting_id: int) -> tuple[ArrangementRow, ...]:
    """How far each thing is arranged; a kind of which nothing was said has no row."""
    return tuple(ArrangementRow(*row) for row in read_rows(session, _ARRANGEMENTS, {"meeting": meeting_id}))


def stretches(session: Session, meeting_id: int) -> tuple[StretchRow, ...]:
    """Who was in the room at a meeting, and when, in the order in which they came."""
    return tuple(StretchRow(*row) for row in read_rows(session, _STRETCHES, {"meeting": meeting_id}))


_STRETCHES_OF_ROUND = (
    select(*(_stretch[name] for name in StretchRow.__dataclass_fields__))
    .join(Meeting, Meeting.id == _stretch.meeting_id)
    .where(*_OF_ROUND, _stretch.corrected_at.is_(None))
    .order_by(_stretch.came_at, _stretch.id)
)


def stretches_of_round(session: Session, conference_id: int, round_: int) -> tuple[StretchRow, ...]:
    """Who was in the room at the meetings of this round, and when, in the order in which they came."""
    rows = read_rows(session, _STRETCHES_OF_ROUND, {"case": conference_id, "number": round_})
    return tuple(StretchRow(*row) for row in rows)


def was_corrected(session: Session, conference_id: int, stretch_id: int) -> bool:
    """Whether this stretch of a meeting of the case was set aside by a correction."""
    of_case = select(Stretch.id).join(Meeting, Meeting.id == Stretch.meeting_id)
    aside = (Stretch.id == stretch_id, Stretch.corrected_at.is_not(None), Meeting.conference_id == conference_id)
    return session.scalar(of_case.where(*aside)) is not None


_KINDS = select(InformationItem.kind).join(Meeting, Meeting.id == InformationItem.meeting_id).where(*_OF_ROUND)


def information_kinds(session: Session, conference_id: int, round_: int) -> frozenset[InformationKind]:
    """The kinds of information that have been given at the meetings of this round."""
    return frozenset(session.scalars(_KINDS, {"case": conference_id, "number": round_}))


def information_items(session: Session, meeting_id: int) -> tuple[InformationRow, ...]:
    """The information given, in the order in which it was recorded."""
    return tuple(InformationRow(*row) for row in read_rows(session, _INFORMATION, {"meeting": meeting_id}))


def questions(session: Session, meeting_id: int) -> tuple[QuestionRow, ...]:
    """The questions, in the order in which they were recorded."""
    return tuple(QuestionRow(*row) for row in read_rows(session, _ASKED, {"meeting": meeting_id}))


_READINGS = (
    select(Reading)
    .join(Meeting, Meeting.id == Reading.meeting_id)
    .where(Meeting.conference_id == bindparam("case"), Meeting.round == bindparam("number"))
    .order_by(Reading.id)
)
_NOT_THERE = (
    select(Participant.id, Participant.attends, Participant.view, Participant.view_on)
    .where(
        Participant.conference_id == bindparam("case"),
        Participant.removed_at.is_(None),
        Participant.attends.in_(NOT_THERE),
    )
    .order_by(Participant.id)
)


def letters(session: Session, conference_id: int, round_: int) -> tuple[LetterRow, ...]:
    """What those have to say who are not there, in the order of the circle."""
    readings = session.scalars(_READINGS, {"case": conference_id, "number": round_})
    read = {row.participant_id: row for row in readings}
    found = []
    for row in read_rows(session, _NOT_THERE, {"case": conference_id}):
        if row.view_on:
            one = read.get(row.id)
            how = (one.id, one.reader_id, one.at) if one else ()
            found.append((row, how))
    called = names(session, conference_id) if found else {}
    seen = pictures(session, [row.id for row, _how in found])
    return tuple(
        LetterRow(row.id, called[row.id], row.attends, row.view, seen.get(row.id, ()), *how) for row, how in found
    )


_VENUE_COSTS = select(func.sum(Meeting.venue_cost)).where(Meeting.conference_id == bindparam("case"))
_ARRANGEMENT_COSTS = (
    select(Arrangement.kind, func.sum(Arrangement.cost))
    .join(Meeting, Meeting.id == Arrangement.meeting_id)
    .where(Meeting.conference_id == bindparam("case"), Arrangement.cost.is_not(None))
    .group_by(Arrangement.kind)
)


def meeting_costs(session: Session, conference_id: int) -> tuple[int | None, dict[ArrangementKind, int]]:
    """What was written down at the meetings of a case, of all rounds: the cost of the place, and of each arrangement.

    In cents; None: of the place nothing is known.
    """
    venue = session.scalar(_VENUE_COSTS, {"case": conference_id})
    rows = read_rows(session, _ARRANGEMENT_COSTS, {"case": conference_id})
    return None if venue is None else int(venue), {row[0]: int(row[1]) for row in rows}
