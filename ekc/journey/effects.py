"""The effects of steps: each effect of the workflow table and its function, run in the transaction of the step."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from ekc.conferences.access import still_open
from ekc.conferences.effects import queue_circle_mail
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

EffectFunction = Callable[[Session, Conference, datetime, Taking], None]

_OUTCOMES = {Step.NO_PLAN: Outcome.NO_PLAN, Step.STOP: Outcome.STOPPED, Step.CLOSE: Outcome.PLAN}


def new_round(_session: Session, conference: Conference, _at: datetime, _taking: Taking) -> None:
    """Start another round, with a conference."""
    conference.round += 1
    conference.tasks_ended_on = None
    conference.without_conference = False


def mark_without_conference(_session: Session, conference: Conference, _at: datetime, _taking: Taking) -> None:
    """Record that the plan was made without a conference; reports count such plans separately."""
    conference.without_conference = True


def start_retention(_session: Session, conference: Conference, at: datetime, taking: Taking) -> None:
    """Close the case. Retention counts from this day."""
    conference.closed_on = local_date(at, conference.timezone)
    if still_open(conference, at):  # otherwise the coordinator's access has ended already
        conference.tasks_ended_on = conference.closed_on
    conference.outcome = _OUTCOMES[taking.step]
    conference.stop_reason = taking.stop_reason


def send_mails(*rules: MailRule) -> EffectFunction:
    """An effect that queues these mails to the circle."""

    def write(session: Session, conference: Conference, at: datetime, _taking: Taking) -> None:
        for rule in rules:
            queue_circle_mail(session, conference, at, rule)

    return write


EFFECTS: dict[Effect, EffectFunction] = {
    Effect.WELCOME_LETTER: send_mails(WELCOME),
    Effect.START_MEETING: start_meeting,
    Effect.OPEN_ROOM: open_room,
    Effect.PAUSE_ROOM: close_room,
    Effect.CLOSE_ROOM: close_room,
    Effect.END_MEETING: end_meeting,
    Effect.PRESENT_PLAN: present_plan,
    Effect.FREEZE_PLAN: freeze_plan,
    Effect.ISSUE_DOCUMENTS: send_mails(PLAN_READY, PLAN_AGREED),
    Effect.PLAN_FOLLOW_UPS: plan_follow_ups,
    Effect.NEW_MEETING: new_meeting,
    Effect.NEW_ROUND: new_round,
    Effect.MARK_WITHOUT_CONFERENCE: mark_without_conference,
    Effect.NO_PLAN_NOTICE: send_mails(NO_PLAN),
    Effect.CLOSING_LETTER: send_mails(CLOSING),
    Effect.START_RETENTION: start_retention,
}
