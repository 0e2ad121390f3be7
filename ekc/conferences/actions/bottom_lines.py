"""Bottom lines: what the plan has to meet, set by referrer or professionals and shared before the conference.

Whoever sets a line and the coordinator rewrite it together. Each version is kept; the last words to which both said yes
are what stands, and what the family is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ekc.accounts.access import By, Visitor
from ekc.conferences.access import lock_case
from ekc.conferences.actions.circle import member, preserve_agencies
from ekc.conferences.actions.entries import day_of_words, refuse_future
from ekc.conferences.effects import recipient, to_ring
from ekc.conferences.entries import BottomLineText
from ekc.conferences.mails import LINES_ASKED
from ekc.conferences.models import BottomLine, Conference, LineWording, Participant
from ekc.conferences.queries.bottom_lines import bottom_lines
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, Stale, Unknown
from ekc.core.outbox import queue
from ekc.core.transaction import writing
from ekc.workflow.vocabulary import N_, PROFESSIONAL_PARTS, Activity, Role

_Row = TypeVar("_Row", BottomLine, LineWording)


#: The words with which whoever sets an agreed line asks to take it away.
TAKEN_AWAY = ""


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """What a change of a bottom line brought about."""

    unshared: bool  # the family has not heard the words that stand now
    waits: bool  # the other one has to say yes to the new words; until then the former stand


def add_bottom_line(by: By, conference_id: int, new: BottomLineText) -> int:
    """Add a bottom line; returns its id. Clears the notes that there are none.

    The coordinator writes down what the setter told them, so that both said yes to it. What the setter writes waits for
    the coordinator's yes.
    """
    with writing(by.session):
        conference, roles = lock_case(by, conference_id, Activity.SET_BOTTOM_LINES)
        participant = _setter(by.session, by.visitor, conference_id, roles, new.set_by)
        last = by.session.scalar(select(func.max(BottomLine.number)).where(BottomLine.conference_id == conference_id))
        line = BottomLine(
            conference_id=conference_id,
            number=(last or 0) + 1,
            text=new.text,
            ground=new.ground,
            set_by=participant.id,
        )
        by.session.add(line)
        by.session.flush()
        _write(by, conference, line, new.text, by_setter=Role.COORDINATOR not in roles)
        if Role.COORDINATOR in roles:
            refuse_future(by.at, conference.timezone, shared_on=new.shared_on)
            line.shared_on = new.shared_on
        conference.no_bottom_lines_on = participant.lines_none_on = None
        by.session.flush()
        by.record("bottom_line.added", conference_id, name=participant.name, text=new.text)
    return line.id


def change_bottom_line(by: By, conference_id: int, line_id: int, new: BottomLineText) -> ChangedLine:
    """Write other words for a bottom line; for the coordinator also who sets it, and when it was shared.

    Other words that stand at once take away the day on which the family heard the former. Raises Refusal for a day on
    which words were shared to which nobody said yes yet.
    """
    with writing(by.session):
        conference, roles = lock_case(by, conference_id, Activity.SET_BOTTOM_LINES)
        coordinates = Role.COORDINATOR in roles
        line = _line(by.session, by.visitor, conference_id, roles, line_id)
        preserve_agencies(by.session, conference)
        line.set_by = _setter(by.session, by.visitor, conference_id, roles, new.set_by or line.set_by).id
        refuse_future(by.at, conference.timezone, shared_on=new.shared_on)
        before = (line.text, line.shared_on)
        words = _write(by, conference, line, new.text, by_setter=not coordinates)
        line.ground = new.ground
        shared_on = new.shared_on if coordinates else line.shared_on
        if shared_on and line.agreed_on is None:
            raise Refusal(N_("Whoever sets it has not said yes to these words yet. Share them when they have.")).at(
                "shared_on"
            )
        line.shared_on = day_of_words(before, (line.text, shared_on))
        by.record("bottom_line.changed", conference_id, number=line.number, text=new.text)
    return ChangedLine(unshared=line.shared_on != shared_on, waits=words.agreed_on is None)


def agree_words(by: By, conference_id: int, line_id: int, number: int) -> None:
    """Say yes to the last words of a line, which are those with this number; for the coordinator also that the setter
    said yes to them. Raises Stale if there are others by now.
    """
    with writing(by.session):
        conference, roles = lock_case(by, conference_id, Activity.SET_BOTTOM_LINES)
        line = _line(by.session, by.visitor, conference_id, roles, line_id)
        words = _last(by.session, line.id)
        if words is None or words.number != number or words.text == TAKEN_AWAY:
            raise Stale(N_("This bottom line has other words by now. Read them first."))
        today = local_date(by.at, conference.timezone)
        if Role.COORDINATOR not in roles:
            words.setter_on = words.setter_on or today
        elif words.coordinator_on is None:
            words.coordinator_on = today
        elif words.setter_on is None:
            words.setter_on, words.noted = today, True
        _let_stand(line, words)
        by.record("bottom_line.agreed", conference_id, number=line.number)


def share_bottom_lines(by: By, conference_id: int, on: date | None) -> int:
    """Note that the family was told all bottom lines to whose words the setter said yes; returns how many are new.

    With that the coordinator says yes to them as well. Raises Refusal if there is nothing to share.
    """
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.ASK_BOTTOM_LINES)
        day = on or local_date(by.at, conference.timezone)
        refuse_future(by.at, conference.timezone, on=day)
        shared = []
        of_case = select(BottomLine).where(BottomLine.conference_id == conference_id).order_by(BottomLine.number)
        for line in by.session.scalars(of_case).all():
            words = _last(by.session, line.id)
            if words is not None and words.setter_on is not None and words.text != TAKEN_AWAY:
                words.coordinator_on = words.coordinator_on or local_date(by.at, conference.timezone)
                _let_stand(line, words)
            if line.agreed_on is not None and line.shared_on is None:
                line.shared_on = day
                shared.append(line.number)
        if not shared:
            raise Refusal(N_("There is no bottom line to share: whoever sets it says yes to its words first."))
        by.record("bottom_line.shared", conference_id, numbers=", ".join(map(str, shared)), on=day.isoformat())
    return len(shared)


def ask_for_bottom_lines(by: By, conference_id: int, participant_id: int) -> None:
    """Ask a referrer or professional for bottom lines: on their own page, and by mail if they have an address."""
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.ASK_BOTTOM_LINES)
        person = _professional(by.session, conference_id, participant_id)
        person.lines_asked_on = local_date(by.at, conference.timezone)
        person.lines_none_on = None
        to = recipient(conference, person)
        queue(by.session, LINES_ASKED, to, by.at, case=conference_id, ring=to_ring(by.session, conference, by.at))
        by.record("bottom_lines.asked", conference_id, name=person.name)


def say_i_set_none(by: By, conference_id: int) -> None:
    """A professional says that they themselves set no bottom line. Others may. Raises Refusal while they have one."""
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.SET_BOTTOM_LINES)
        person = _professional(by.session, conference_id, by.visitor.participant_id)
        if any(line.set_by == person.id for line in bottom_lines(by.session, conference_id)):
            raise Refusal(N_("There are bottom lines. Take them away first."))
        person.lines_none_on = local_date(by.at, conference.timezone)
        by.record("bottom_lines.none_of_mine", conference_id, name=person.name)


@dataclass(frozen=True, slots=True)
class RemovedLine:
    """What taking a bottom line away brought about."""

    waits: bool  # the words were agreed, so the coordinator has to say yes
    shared: bool  # the family knew it


def remove_bottom_line(by: By, conference_id: int, line_id: int) -> RemovedLine:
    """Delete a bottom line. Once its words are agreed, whoever sets it asks that, and the coordinator does it.

    Raises Refusal once a plan has been checked against it.
    """
    with writing(by.session):
        conference, roles = lock_case(by, conference_id, Activity.SET_BOTTOM_LINES)
        line = _line(by.session, by.visitor, conference_id, roles, line_id)
        if conference.presentation:
            raise Refusal(
                N_("A plan was already checked against this bottom line, so it stays. You can change its words.")
            )
        if line.agreed_on is not None and Role.COORDINATOR not in roles:
            _write(by, conference, line, TAKEN_AWAY, by_setter=True)
            by.record("bottom_line.removal_asked", conference_id, number=line.number)
            return RemovedLine(waits=True, shared=line.shared_on is not None)
        preserve_agencies(by.session, conference)
        by.record("bottom_line.removed", conference_id, number=line.number, text=line.text)
        by.session.execute(delete(LineWording).where(LineWording.line_id == line.id))
        by.session.delete(line)
        return RemovedLine(waits=False, shared=line.shared_on is not None)


def say_no_bottom_lines(by: By, conference_id: int, there_are_none: bool = True) -> None:
    """Note that there are no bottom lines, or clear that note. For the referrer, not for any professional."""
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.SAY_NO_BOTTOM_LINES)
        if there_are_none and bottom_lines(by.session, conference_id):
            raise Refusal(N_("There are bottom lines. Take them away first."))
        conference.no_bottom_lines_on = local_date(by.at, conference.timezone) if there_are_none else None
        action = "bottom_lines.none" if there_are_none else "bottom_lines.open_again"
        by.record(action, conference_id)


def take_over(by: By, here: Conference, there: Conference, people: Mapping[int, int]) -> None:
    """Take the lines of a case over into another of the same conference, with their words and who said yes to them.

    `people`: the ids there by those here. What the same person set in the same words stays one line, with the yes of
    both.
    """
    for line in _lines_of(by.session, here):
        words = _words_of(by.session, line.id)
        stands = _lines_of(by.session, there)
        same = next((one for one in stands if one.set_by == people[line.set_by] and _same(one, line)), None)
        if same is None:
            last = max((one.number for one in stands), default=0)
            moved = _copy(line, conference_id=there.id, number=last + 1, set_by=people[line.set_by])
            by.session.add(moved)
            by.session.flush()
            by.session.add_all(_copy(one, line_id=moved.id) for one in words)
        else:
            last_words = _last(by.session, same.id)
            if last_words and words and last_words.text.split() == words[-1].text.split():
                last_words.setter_on = last_words.setter_on or words[-1].setter_on
                last_words.coordinator_on = last_words.coordinator_on or words[-1].coordinator_on
                _let_stand(same, last_words)
            same.ground = same.ground or line.ground
            same.shared_on = same.shared_on or (line.shared_on if same.agreed_on else None)
        by.session.flush()
    for line in _lines_of(by.session, there):
        there.no_bottom_lines_on = by.session.get_one(Participant, line.set_by).lines_none_on = None


def _lines_of(session: Session, conference: Conference) -> list[BottomLine]:
    of_case = select(BottomLine).where(BottomLine.conference_id == conference.id).order_by(BottomLine.number)
    return list(session.scalars(of_case))


def _words_of(session: Session, line_id: int) -> list[LineWording]:
    return list(session.scalars(select(LineWording).where(LineWording.line_id == line_id).order_by(LineWording.number)))


def _same(one: BottomLine, other: BottomLine) -> bool:
    return one.text.casefold().split() == other.text.casefold().split()


def _copy(row: _Row, **changes: int) -> _Row:
    """The same row again, with these changes and an id of its own."""
    columns = {column.key: getattr(row, column.key) for column in row.__table__.columns if column.key != "id"}
    return type(row)(**(columns | changes))


def _write(by: By, conference: Conference, line: BottomLine, text: str, *, by_setter: bool) -> LineWording:
    """Add these words to a line, if they are others than its last, and let them stand if both said yes to them. To
    words that stand already the setter goes back without a yes of the coordinator.

    As long as the setter neither wrote nor answered anything themselves, the coordinator writes down what they say.
    """
    earlier = by.session.scalars(
        select(LineWording).where(LineWording.line_id == line.id).order_by(LineWording.number)
    ).all()
    if earlier and earlier[-1].text.split() == text.split():
        return earlier[-1]
    today = local_date(by.at, conference.timezone)
    stands = by_setter and line.agreed_on is not None and line.text.split() == text.split()
    noted = not by_setter and not any(one.by_setter or (one.setter_on and not one.noted) for one in earlier)
    words = LineWording(
        line_id=line.id,
        number=len(earlier) + 1,
        text=text,
        by_setter=by_setter,
        written_on=today,
        setter_on=today if by_setter or noted else None,
        coordinator_on=None if by_setter and not stands else today,
        noted=noted,
    )
    by.session.add(words)
    by.session.flush()
    if line.agreed_on is None:
        line.text = text
    _let_stand(line, words)
    return words


def _let_stand(line: BottomLine, words: LineWording) -> None:
    """Let these words stand if both said yes to them. The family has not heard them if they are others than before."""
    if words.agreed_on is None:
        return
    if line.text.split() != words.text.split():
        line.shared_on = None
    line.text, line.agreed_on = words.text, words.agreed_on


def _last(session: Session, line_id: int) -> LineWording | None:
    of_line = select(LineWording).where(LineWording.line_id == line_id).order_by(LineWording.number.desc())
    return session.scalar(of_line.limit(1))


def _setter(
    session: Session, visitor: Visitor, conference_id: int, roles: frozenset[Role], set_by: int | None
) -> Participant:
    """The person who sets a bottom line: a referrer or professional. By personal link only oneself."""
    if Role.COORDINATOR not in roles:
        set_by = visitor.participant_id
    if set_by is None:
        raise Refusal(N_("Say who sets this bottom line."))
    return _professional(session, conference_id, set_by)


def _professional(session: Session, conference_id: int, participant_id: int | None) -> Participant:
    """A referrer or professional of this case. Raises Refusal for anybody else of it, and for staff (None)."""
    found = member(session, conference_id, participant_id) if participant_id is not None else None
    if found is None or found.part not in PROFESSIONAL_PARTS:
        raise Refusal(N_("Only a referrer or another professional sets a bottom line."))
    return found


def _line(session: Session, visitor: Visitor, conference_id: int, roles: frozenset[Role], line_id: int) -> BottomLine:
    """A bottom line that this visitor may change: their own, or any for the coordinator. Raises Unknown."""
    line = session.get(BottomLine, line_id)
    if line is None or line.conference_id != conference_id:
        raise Unknown
    if Role.COORDINATOR not in roles and line.set_by != visitor.participant_id:
        raise Unknown
    return line
