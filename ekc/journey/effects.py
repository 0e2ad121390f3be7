"""What a step brings about: each effect of the table and the function that does it, run in the step's transaction."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from ekc.conferences.access import still_open
from ekc.conferences.effects import write_to_circle
from ekc.conferences.models import Conference
from ekc.core.clock import local_date
from ekc.core.outbox import MailRule
from ekc.evaluations.effects import plan_follow_ups
from ekc.journey.mails import CLOSING, NO_PLAN, PLAN_AGREED, PLAN_READY, WELCOME
from ekc.meetings.effects import end_meeting, new_meeting, start_meeting
from ekc.plans.effects import freeze_plan, present_plan
from ekc.privatetime.effects import close_room, open_room
from ekc.workflow.definition import Taking
from ekc.workflow.vocabulary import Effect, Outcome, Step

Do = Callable[[Session, Conference, datetime, Taking], None]

_OUTCOMES = {Step.NO_PLAN: Outcome.NO_PLAN, Step.STOP: Outcome.STOPPED, Step.CLOSE: Outcome.PLAN}


def new_round(_session: Session, conference: Conference, _at: datetime, _taking: Taking) -> None:
    """The family comes together again: a round more, at a conference."""
    conference.round += 1
    conference.tasks_ended_on = None
    conference.without_conference = False


def mark_without_conference(_session: Session, conference: Conference, _at: datetime, _taking: Taking) -> None:
    """The plan was made without a conference; figures count it apart."""
    conference.without_conference = True


def start_retention(_session: Session, conference: Conference, at: datetime, taking: Taking) -> None:
    """The case ends, and with its last day the retention clock starts."""
    conference.closed_on = local_date(at, conference.timezone)
    if still_open(conference, at):  # else the coordinator's access stays over
        conference.tasks_ended_on = conference.closed_on
    conference.outcome = _OUTCOMES[taking.step]
    conference.stop_reason = taking.stop_reason


def mail(*rules: MailRule) -> Do:
    """Write to the circle: neutral words, no name, nothing of the case."""

    def write(session: Session, conference: Conference, at: datetime, _taking: Taking) -> None:
        for rule in rules:
            write_to_circle(session, conference, at, rule)

    return write


EFFECTS: dict[Effect, Do] = {
    Effect.WELCOME_LETTER: mail(WELCOME),
    Effect.START_MEETING: start_meeting,
    Effect.OPEN_ROOM: open_room,
    Effect.PAUSE_ROOM: close_room,
    Effect.CLOSE_ROOM: close_room,
    Effect.END_MEETING: end_meeting,
    Effect.PRESENT_PLAN: present_plan,
    Effect.FREEZE_PLAN: freeze_plan,
    Effect.ISSUE_DOCUMENTS: mail(PLAN_READY, PLAN_AGREED),
    Effect.PLAN_FOLLOW_UPS: plan_follow_ups,
    Effect.NEW_MEETING: new_meeting,
    Effect.NEW_ROUND: new_round,
    Effect.MARK_WITHOUT_CONFERENCE: mark_without_conference,
    Effect.NO_PLAN_NOTICE: mail(NO_PLAN),
    Effect.CLOSING_LETTER: mail(CLOSING),
    Effect.START_RETENTION: start_retention,
}
