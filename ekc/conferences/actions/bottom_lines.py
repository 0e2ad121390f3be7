"""Bottom lines: what the plan has to meet, set by referrer or professionals and shared before the conference."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ekc.accounts.access import By, Visitor
from ekc.conferences.access import lock_case
from ekc.conferences.actions.circle import member, preserve_agencies
from ekc.conferences.actions.entries import day_of_words, refuse_future
from ekc.conferences.entries import BottomLineText
from ekc.conferences.models import BottomLine, Participant
from ekc.conferences.queries.bottom_lines import bottom_lines
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, Unknown
from ekc.core.transaction import writing
from ekc.workflow.vocabulary import N_, PROFESSIONAL_PARTS, Activity, Role


def add_bottom_line(by: By, conference_id: int, new: BottomLineText) -> int:
    """Add a bottom line; returns its id. Clears the note that there are none."""
    with writing(by.session):
        conference, roles = lock_case(by, conference_id, Activity.SET_BOTTOM_LINES)
        participant = _setter(by.session, by.visitor, conference_id, roles, new.set_by)
        refuse_future(by.at, conference.timezone, shared_on=new.shared_on)
        last = by.session.scalar(select(func.max(BottomLine.number)).where(BottomLine.conference_id == conference_id))
        line = BottomLine(
            conference_id=conference_id,
            number=(last or 0) + 1,
            text=new.text,
            ground=new.ground,
            set_by=participant.id,
            shared_on=new.shared_on,
        )
        by.session.add(line)
        conference.no_bottom_lines_on = None
        by.session.flush()
        by.record("bottom_line.added", conference_id, name=participant.name, text=new.text)
    return line.id


def change_bottom_line(by: By, conference_id: int, line_id: int, new: BottomLineText) -> bool:
    """Change a bottom line, or the day on which it was shared with the family.

    Returns whether other words took that day away, because the family has not heard these.
    """
    with writing(by.session):
        conference, roles = lock_case(by, conference_id, Activity.SET_BOTTOM_LINES)
        line = _line(by.session, by.visitor, conference_id, roles, line_id)
        preserve_agencies(by.session, conference)
        line.set_by = _setter(by.session, by.visitor, conference_id, roles, new.set_by or line.set_by).id
        refuse_future(by.at, conference.timezone, shared_on=new.shared_on)
        shared_on = day_of_words((line.text, line.shared_on), (new.text, new.shared_on))
        line.text, line.ground, line.shared_on = new.text, new.ground, shared_on
        by.record("bottom_line.changed", conference_id, number=line.number, text=new.text)
    return shared_on != new.shared_on


def remove_bottom_line(by: By, conference_id: int, line_id: int) -> None:
    """Delete a bottom line. Raises Refusal once a plan has been checked against it."""
    with writing(by.session):
        conference, roles = lock_case(by, conference_id, Activity.SET_BOTTOM_LINES)
        line = _line(by.session, by.visitor, conference_id, roles, line_id)
        if conference.presentation:
            raise Refusal(
                N_("A plan was already checked against this bottom line, so it stays. You can change its words.")
            )
        preserve_agencies(by.session, conference)
        by.record("bottom_line.removed", conference_id, number=line.number, text=line.text)
        by.session.delete(line)


def say_no_bottom_lines(by: By, conference_id: int, there_are_none: bool = True) -> None:
    """Note that there are no bottom lines, or clear that note. For the referrer, not for any professional."""
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.SAY_NO_BOTTOM_LINES)
        if there_are_none and bottom_lines(by.session, conference_id):
            raise Refusal(N_("There are bottom lines. Take them away first."))
        conference.no_bottom_lines_on = local_date(by.at, conference.timezone) if there_are_none else None
        action = "bottom_lines.none" if there_are_none else "bottom_lines.open_again"
        by.record(action, conference_id)


def _setter(
    session: Session, visitor: Visitor, conference_id: int, roles: frozenset[Role], set_by: int | None
) -> Participant:
    """The person who sets a bottom line: a referrer or professional. By personal link only oneself."""
    if Role.COORDINATOR not in roles:
        set_by = visitor.participant_id
    if set_by is None:
        raise Refusal(N_("Say who sets this bottom line."))
    participant = member(session, conference_id, set_by)
    if participant.part not in PROFESSIONAL_PARTS:
        raise Refusal(N_("Only a referrer or another professional sets a bottom line."))
    return participant


def _line(session: Session, visitor: Visitor, conference_id: int, roles: frozenset[Role], line_id: int) -> BottomLine:
    """A bottom line that this visitor may change: their own, or any for the coordinator. Raises Unknown."""
    line = session.get(BottomLine, line_id)
    if line is None or line.conference_id != conference_id:
        raise Unknown
    if Role.COORDINATOR not in roles and line.set_by != visitor.participant_id:
        raise Unknown
    return line
