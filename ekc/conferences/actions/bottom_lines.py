"""Bottom lines: what the plan has to meet, written by those who set them and shared before the conference."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ekc.accounts.access import Visitor
from ekc.conferences import queries
from ekc.conferences.access import lock_case
from ekc.conferences.actions.circle import keep_agencies, member, not_later
from ekc.conferences.entries import BottomLineText
from ekc.conferences.models import BottomLine, Participant
from ekc.core.audit import record
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, Unknown
from ekc.core.transaction import writing
from ekc.workflow.vocabulary import N_, PROFESSIONAL_PARTS, Activity, Role


def add_bottom_line(session: Session, visitor: Visitor, at: datetime, conference_id: int, new: BottomLineText) -> int:
    """Write down what the plan has to meet; the id of the line. It takes back that there were none."""
    with writing(session):
        conference, roles = lock_case(session, visitor, conference_id, Activity.SET_BOTTOM_LINES, at)
        somebody = _setter(session, visitor, conference_id, roles, new.set_by)
        not_later(at, conference.timezone, new.shared_on)
        last = session.scalar(select(func.max(BottomLine.number)).where(BottomLine.conference_id == conference_id))
        line = BottomLine(
            conference_id=conference_id,
            number=(last or 0) + 1,
            text=new.text,
            ground=new.ground,
            set_by=somebody.id,
            shared_on=new.shared_on,
        )
        session.add(line)
        conference.no_bottom_lines_on = None
        session.flush()
        record(session, visitor.actor, at, "bottom_line.added", conference_id, name=somebody.name, text=new.text)
    return line.id


def change_bottom_line(
    session: Session, visitor: Visitor, at: datetime, conference_id: int, line_id: int, new: BottomLineText
) -> None:
    """Write a bottom line anew, or when it was shared with the family."""
    with writing(session):
        conference, roles = lock_case(session, visitor, conference_id, Activity.SET_BOTTOM_LINES, at)
        line = _line(session, visitor, conference_id, roles, line_id)
        keep_agencies(session, conference)
        line.set_by = _setter(session, visitor, conference_id, roles, new.set_by or line.set_by).id
        not_later(at, conference.timezone, new.shared_on)
        line.text, line.ground, line.shared_on = new.text, new.ground, new.shared_on
        record(session, visitor.actor, at, "bottom_line.changed", conference_id, number=line.number, text=new.text)


def remove_bottom_line(session: Session, visitor: Visitor, at: datetime, conference_id: int, line_id: int) -> None:
    """Take a bottom line away, as long as no plan was held against it."""
    with writing(session):
        conference, roles = lock_case(session, visitor, conference_id, Activity.SET_BOTTOM_LINES, at)
        line = _line(session, visitor, conference_id, roles, line_id)
        if conference.presentation:
            raise Refusal(
                N_("A plan was held against this bottom line already, so it stays. You can change its words.")
            )
        keep_agencies(session, conference)
        record(session, visitor.actor, at, "bottom_line.removed", conference_id, number=line.number, text=line.text)
        session.delete(line)


def say_no_bottom_lines(
    session: Session, visitor: Visitor, at: datetime, conference_id: int, there_are_none: bool = True
) -> None:
    """Note that there are no bottom lines, or take that back. It is the referrer's to say, not any professional's."""
    with writing(session):
        conference, _ = lock_case(session, visitor, conference_id, Activity.SAY_NO_BOTTOM_LINES, at)
        if there_are_none and queries.bottom_lines(session, conference_id):
            raise Refusal(N_("There are bottom lines. Take them away first."))
        conference.no_bottom_lines_on = local_date(at, conference.timezone) if there_are_none else None
        action = "bottom_lines.none" if there_are_none else "bottom_lines.open_again"
        record(session, visitor.actor, at, action, conference_id)


def _setter(
    session: Session, visitor: Visitor, conference_id: int, roles: frozenset[Role], set_by: int | None
) -> Participant:
    """Who sets a bottom line: a referrer or professional; by personal link only oneself."""
    if Role.COORDINATOR not in roles:
        set_by = visitor.participant_id
    if set_by is None:
        raise Refusal(N_("Say who sets this bottom line."))
    somebody = member(session, conference_id, set_by)
    if somebody.part not in PROFESSIONAL_PARTS:
        raise Refusal(N_("Only a referrer or another professional sets a bottom line."))
    return somebody


def _line(session: Session, visitor: Visitor, conference_id: int, roles: frozenset[Role], line_id: int) -> BottomLine:
    """A bottom line that this visitor may change: their own, or any for the coordinator. Raises Unknown."""
    line = session.get(BottomLine, line_id)
    if line is None or line.conference_id != conference_id:
        raise Unknown
    if Role.COORDINATOR not in roles and line.set_by != visitor.participant_id:
        raise Unknown
    return line
