"""Recording information, questions and answers at the current meeting. Attendance: `attendance.py`."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.queries.circle import circle
from ekc.core.errors import Refusal, Unknown
from ekc.core.transaction import writing
from ekc.meetings.effects import ensure_meeting
from ekc.meetings.models import InformationItem, Meeting, Question, Reading
from ekc.meetings.queries import letters
from ekc.workflow.vocabulary import N_, Activity, InformationKind


@dataclass(frozen=True, slots=True)
class InformationText:
    """Information given by a participant, or by the coordinator (None)."""

    kind: InformationKind
    text: str
    participant_id: int | None = None


@dataclass(frozen=True, slots=True)
class QuestionText:
    """A question and its answer, which may come later. Without a participant: of the family, in private time."""

    participant_id: int | None
    text: str
    answer: str = ""


def add_information(by: By, conference_id: int, information: InformationText) -> int:
    """Record information; returns its id."""
    with writing(by.session):
        meeting = _lock(by, conference_id, information.participant_id)
        item = InformationItem(
            meeting_id=meeting.id,
            participant_id=information.participant_id,
            kind=information.kind,
            text=information.text,
        )
        by.session.add(item)
        by.session.flush()
        by.record("information.told", conference_id, kind=information.kind.value)
        return item.id


def change_information(by: By, conference_id: int, item_id: int, information: InformationText) -> None:
    """Change recorded information."""
    with writing(by.session):
        meeting = _lock(by, conference_id, information.participant_id)
        item = _item(by.session, meeting, item_id)
        item.participant_id, item.kind, item.text = information.participant_id, information.kind, information.text
        by.record("information.changed", conference_id, kind=information.kind.value)


def remove_information(by: By, conference_id: int, item_id: int) -> None:
    """Delete information that was recorded by mistake."""
    with writing(by.session):
        item = _item(by.session, _lock(by, conference_id), item_id)
        by.session.delete(item)
        by.record("information.removed", conference_id, kind=item.kind.value)


def add_question(by: By, conference_id: int, question_text: QuestionText) -> int:
    """Record a question, with its answer if there is one; returns its id."""
    with writing(by.session):
        meeting = _lock(by, conference_id, question_text.participant_id)
        question = Question(
            meeting_id=meeting.id,
            participant_id=question_text.participant_id,
            text=question_text.text,
            answer=question_text.answer or None,
        )
        by.session.add(question)
        by.session.flush()
        by.record("question.asked", conference_id)
        return question.id


def change_question(by: By, conference_id: int, question_id: int, question_text: QuestionText) -> None:
    """Answer a question, or change its text."""
    with writing(by.session):
        meeting = _lock(by, conference_id, question_text.participant_id)
        question = _question(by.session, meeting, question_id)
        question.participant_id, question.text = question_text.participant_id, question_text.text
        question.answer = question_text.answer or None
        by.record("question.changed", conference_id)


def remove_question(by: By, conference_id: int, question_id: int) -> None:
    """Delete a question that was recorded by mistake."""
    with writing(by.session):
        by.session.delete(_question(by.session, _lock(by, conference_id), question_id))
        by.record("question.removed", conference_id)


def read_out(by: By, conference_id: int, participant_id: int, reader_id: int | None) -> int:
    """Note that what somebody who is not there had to say was read out, by `reader_id` or the coordinator (None)."""
    with writing(by.session):
        return _read_out(by, _lock(by, conference_id, reader_id), participant_id, reader_id)


def read_out_in_private_time(by: By, conference_id: int, participant_id: int) -> int:
    """The same in private time, by the visitor, who is in the room."""
    with writing(by.session):
        lock_case(by, conference_id, Activity.SEE_VIEWS)
        meeting = ensure_meeting(by.session, conference_id)
        return _read_out(by, meeting, participant_id, by.visitor.participant_id)


def _read_out(by: By, meeting: Meeting, participant_id: int, reader_id: int | None) -> int:
    rows = letters(by.session, meeting.conference_id, meeting.round)
    letter = next((row for row in rows if row.participant_id == participant_id), None)
    if letter is None:
        raise Refusal(N_("There is nothing to be read out for them: look at the page again."))
    if letter.reading_id is not None:
        raise Refusal(N_("It was noted already that this was read out."))
    reading = Reading(meeting_id=meeting.id, participant_id=participant_id, reader_id=reader_id, at=by.at)
    by.session.add(reading)
    by.session.flush()
    by.record("information.read_out", meeting.conference_id)
    return reading.id


def not_read_out(by: By, conference_id: int, reading_id: int) -> None:
    """Take out a note, made by mistake, that something was read out."""
    with writing(by.session):
        meeting = _lock(by, conference_id)
        of_round = (Meeting.conference_id == meeting.conference_id, Meeting.round == meeting.round)
        for reading in by.session.scalars(
            select(Reading).join(Meeting, Meeting.id == Reading.meeting_id).where(*of_round)
        ):
            if reading.id == reading_id:
                by.session.delete(reading)
                by.record("information.not_read_out", conference_id)
                return
        raise Unknown


def _lock(by: By, conference_id: int, participant_id: int | None = None) -> Meeting:
    """The current meeting of the locked case. Raises Unknown for a participant of another case."""
    lock_case(by, conference_id, Activity.RECORD_INFORMATION)
    if participant_id is not None and participant_id not in {person.id for person in circle(by.session, conference_id)}:
        raise Unknown
    return ensure_meeting(by.session, conference_id)


def _question(session: Session, meeting: Meeting, id_: int) -> Question:
    """A question of the round: one that was left open on a day before can be answered on this one."""
    of_round = (Meeting.conference_id == meeting.conference_id, Meeting.round == meeting.round)
    asked = select(Question).join(Meeting, Meeting.id == Question.meeting_id).where(*of_round)
    for question in session.scalars(asked):
        if question.id == id_:
            return question
    raise Unknown


def _item(session: Session, meeting: Meeting, id_: int) -> InformationItem:
    # Compared in Python, because the id of a URL can be too large for the column.
    for item in session.scalars(select(InformationItem).where(InformationItem.meeting_id == meeting.id)):
        if item.id == id_:
            return item
    raise Unknown
