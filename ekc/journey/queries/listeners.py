"""The people to whom something is owed, and what shows that somebody heard it or did what they had to.

What only some kinds need is read where there is one of them, so that most pages do not read it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    CompoundSelect,
    Date,
    Integer,
    Row,
    Select,
    String,
    and_,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from ekc.conferences.entries import GIVES
from ekc.conferences.models import ContactEntry
from ekc.conferences.queries.members import Member
from ekc.conferences.queries.rows import of_cases
from ekc.core.clock import local_date
from ekc.core.outbox import OutboxMessage
from ekc.core.reading import read_rows
from ekc.links.models import PersonalLink
from ekc.links.queries.links import ON_PAPER
from ekc.meetings.models import Meeting, MeetingInvitation, Stretch
from ekc.plans.models import Acceptance
from ekc.signin.models import SignIn
from ekc.workflow.owed.kinds import ClearedBy
from ekc.workflow.owed.listeners import Listener, Sign
from ekc.workflow.owed.rows import RULES

#: A participant, and a sign that they heard or did something.
Signed = tuple[int, Sign]


def listener(one: Member) -> Listener:
    """Somebody in the circle, as whoever has to hear something."""
    return Listener(
        id=one.id,
        name=one.name,
        part=one.part,
        attends=one.attends_before if one.attends is None and one.asked_again else one.attends,
        attends_before=one.attends_before,
        informed_on=one.informed_on,
        informed_at=one.informed_at,
        has_task=one.has_task,
        informed_before_on=one.informed_before_on,
        set_line=one.sets_bottom_line,
        earlier_plans=one.earlier_plans,
        came_as_professional=one.came_as_professional,
    )


def with_signs(
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
_decision, _invited = Acceptance.__table__.c, MeetingInvitation.__table__.c


_NO_DAY, _NO_WORDS, _ALWAYS = cast(null(), Date), cast(null(), String), true()
#: Whether the reader of a mail had a link when it left, with which they could open the page to which it leads.
_HAD_LINK = exists().where(
    _link.participant_id == _sent.participant_id,
    _link.made_at <= _sent.sent_at,
    _link.expires_at > _sent.sent_at,
    or_(_link.revoked_at.is_(None), _link.revoked_at > _sent.sent_at),
)


def _source(
    by: ClearedBy, case: Any, participant: Any, at: Any, on: Any = _NO_DAY, words: Any = _NO_WORDS, link: Any = _ALWAYS
) -> Select[*tuple[Any, ...]]:
    return select(literal(by.value), case, participant, at, on, words, link).where(of_cases(case))


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
        ClearedBy.MAIL, _sent.conference_id, cast(null(), Integer), _sent.sent_at, words=_sent.key, link=_HAD_LINK
    ).where(_sent.sent_at.is_not(None), _sent.returned_at.is_(None)),
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


_INVITATION = (
    _source(ClearedBy.INVITED, Meeting.conference_id, _invited.participant_id, _invited.first_at)
    .select_from(MeetingInvitation)
    .join(Meeting, Meeting.id == _invited.meeting_id)
)
#: When somebody was invited for the first time, and last; a mail or text message that did not leave tells nothing.
_INVITATIONS = (
    _INVITATION,
    _INVITATION.with_only_columns(
        *_INVITATION.selected_columns[:3],
        func.coalesce(_sent.sent_at, _invited.invited_at),
        *_INVITATION.selected_columns[4:],
    )
    .outerjoin(OutboxMessage, _sent.key == _invited.mail_key)
    .where(or_(_invited.mail_key.is_(None), and_(_sent.sent_at.is_not(None), _sent.returned_at.is_(None)))),
)
#: Signs that somebody knew what was so before.
_BEFORE = frozenset({ClearedBy.INVITED, ClearedBy.PRINT})


@cache
def _all_signs(wanted: frozenset[ClearedBy]) -> CompoundSelect[*tuple[Any, ...]] | None:
    sources = [source for clears, source in _SOURCES.items() if clears & wanted]
    sources += _INVITATIONS if ClearedBy.INVITED in wanted else ()
    return union_all(*sources) if sources else None


def _signs(
    session: Session, heads: Mapping[int, Row[Any]], rows: list[Row[Any]], wanted: frozenset[ClearedBy]
) -> Iterator[Signed]:
    """Each sign that could clear what is owed, in one statement.

    Contacts: when it was written down; of one of an earlier day the beginning of that day. Mails of these kinds
    that were sent and did not come back, and whether their readers had a link: their keys begin with the case and end
    with the participant. When each of them last opened their own page; who was given a link on paper, and when it was
    made; who accepted or refused the plan, and when.
    """
    beginnings = tuple({key.partition("{")[0] for row in rows for key in RULES[row.kind].mails})
    first: dict[int, datetime] = {}
    for row in rows:
        first[row.conference_id] = min(row.at, first.get(row.conference_id, row.at))
    found = _all_signs(wanted)
    read = read_rows(session, found, {"cases": list(heads)}) if found is not None else ()
    for by, case, participant_id, at, on, words, had_link in read:
        if at < first[case] and by not in _BEFORE:  # before all that is owed
            continue
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
                    yield int(to), Sign(at, ClearedBy.MAIL, key, bool(had_link))
            case _:
                yield participant_id, Sign(at, ClearedBy(by))


def _midnight(on: date, timezone: str) -> datetime:
    return datetime.combine(on, time(), ZoneInfo(timezone)).astimezone(UTC)


_STRETCHES = (
    select(Meeting.conference_id, Stretch.participant_id, Stretch.came_at, Stretch.left_at)
    .join(Meeting, Meeting.id == Stretch.meeting_id)
    .where(of_cases(Meeting.conference_id), Stretch.corrected_at.is_(None))
)


def _there(session: Session, heads: Mapping[int, Row[Any]], rows: list[Row[Any]]) -> Iterator[Signed]:
    """Who was in the room when something was left that they then know."""
    left = [row for row in rows if ClearedBy.THERE in RULES[row.kind].cleared_by]
    for case, participant_id, came_at, left_at in read_rows(session, _STRETCHES, {"cases": list(heads)}):
        for row in left:
            if row.conference_id == case and came_at <= row.at and (left_at is None or row.at <= left_at):
                yield participant_id, Sign(row.at, ClearedBy.THERE)
