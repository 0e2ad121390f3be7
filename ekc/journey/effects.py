"""The effects of steps: each effect of the workflow table and its function, run in the transaction of the step."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from ekc.accounts.models import Account
from ekc.accounts.queries import managers_of
from ekc.conferences.effects import (
    begin_round,
    destroy_views,
    destroy_wishes,
    destroy_worries,
    end_round,
    give_notice,
    queue_circle_mail,
)
from ekc.conferences.models import Conference, Notice, Participant, Pause
from ekc.conferences.queries.registration import RelatedCase, case_of_number
from ekc.conferences.queries.staff import staff_of
from ekc.conferences.roles import attended, coordinator_with_access, still_open
from ekc.core.clock import local_date
from ekc.core.errors import Refusal
from ekc.core.outbox import MailRule, queue, withdraw_unsent
from ekc.evaluations.effects import give_up_open, plan_follow_ups, update_tasks_ended
from ekc.journey.mails import (
    COMES_TOGETHER_AGAIN,
    END_MAILS,
    END_MAILS_WITH_PLAN,
    PLAN_AGREED,
    PLAN_READY,
    PLAN_READY_DISSENT,
    PLAN_READY_NOT_ASKED,
    PLAN_REVISED,
    WELCOME,
)
from ekc.journey.models import LookAlike, PhaseChange, StepWords
from ekc.journey.queries.steps import TAKEN_BACK
from ekc.links.actions import revoke
from ekc.matching.effects import ask_again, end_request, withdraw_request
from ekc.meetings.effects import (
    ask_question,
    destroy_said,
    end_meeting,
    forget_date,
    new_meeting,
    planned_day,
    set_aside,
    start_meeting,
    unask_question,
    unstart_meeting,
)
from ekc.meetings.queries import letters
from ekc.plans import effects as plans
from ekc.plans.effects import (
    answers_in_force,
    destroy_answers,
    destroy_draft,
    freeze_plan,
    present_plan,
    unpresent_plan,
)
from ekc.privatetime.effects import close_room, destroy_reasons, open_room, reopen_room
from ekc.workflow.definition.kinds import StepRule, Taking
from ekc.workflow.definition.rows import STEPS
from ekc.workflow.ends.kinds import Destroyed, Hears, Settled
from ekc.workflow.ends.rows import END_OF_STEP, ROUND_ENDS
from ekc.workflow.engine import STEP_RULES
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.vocabulary import N_, Agreed, Effect, Outcome, Part, Phase, Step

EffectFunction = Callable[[Session, Conference, datetime, Taking], None]

_OUTCOMES = {Step.NO_PLAN: Outcome.NO_PLAN, Step.STOP: Outcome.STOPPED, Step.CLOSE: Outcome.PLAN}
_PRESENTING = frozenset(rule.step for rule in STEPS if Effect.PRESENT_PLAN in rule.effects)


def new_round(session: Session, conference: Conference, at: datetime, taking: Taking) -> None:
    """Start another round, with a conference, and tell staff. The plan in force, its tasks and follow-ups go on."""
    begin_round(session, conference)
    plans.begin_round(session, conference, at)
    conference.round += 1
    conference.tasks_ended_on = None
    conference.without_conference = False
    for account in staff_of(session, conference, attended(session, conference, at)):
        if account.id != taking.account_id:
            queue(
                session,
                COMES_TOGETHER_AGAIN,
                account.recipient,
                at,
                case=conference.id,
                round=conference.round,
            )


def mark_without_conference(_session: Session, conference: Conference, _at: datetime, _taking: Taking) -> None:
    """Record that the plan was made without a conference; reports count such plans separately."""
    conference.without_conference = True


def start_retention(_session: Session, conference: Conference, at: datetime, taking: Taking) -> None:
    """Close the case. Retention counts from this day."""
    conference.closed_on = local_date(at, conference.timezone)
    if still_open(conference, at):  # otherwise the coordinator's access has ended already
        conference.tasks_ended_on = conference.closed_on
    agreed = conference.phase is Phase.EVALUATION  # the phase from which it is closed
    conference.outcome = _OUTCOMES.get(taking.step, Outcome.PLAN if agreed else Outcome.STOPPED)
    conference.stop_reason = taking.stop_reason


def settle_end(session: Session, conference: Conference, at: datetime, taking: Taking) -> None:
    """Settle what is open and destroy what is not kept, as the row of this end says."""
    rule = END_OF_STEP[taking.step].told(conference.plan_number > 0)
    if Settled.FOLLOW_UPS in rule.settles:
        give_up_open(session, conference, at, rule.reason)
    if Settled.REQUEST in rule.settles:
        withdraw_request(session, conference, at)
    if Settled.MAILS in rule.settles:
        withdraw_unsent(session, conference.id)
    if Settled.MEETING in rule.settles:
        forget_date(session, conference, at)
    if Settled.LINKS in rule.settles:
        of_case = (Participant.conference_id == conference.id, Participant.part == Part.MAIN_PERSON)
        for participant_id in session.scalars(select(Participant.id).where(*of_case)).all():
            revoke(session, at, participant_id=participant_id)
    began = _round_began(session, conference.id)
    if Destroyed.DRAFT in rule.destroys:
        destroy_draft(session, conference, at)
    if Destroyed.ANSWERS in rule.destroys:
        destroy_answers(session, conference, after=_presented(session, conference.id)[1].number)
    if Destroyed.SAID in rule.destroys:
        destroy_said(session, conference)
        destroy_views(session, conference, local_date(at, conference.timezone))
        destroy_worries(session, conference)
    if Destroyed.REASONS in rule.destroys:
        destroy_reasons(session, conference)
        destroy_wishes(session, conference)
        session.execute(update(Pause).where(Pause.conference_id == conference.id).values(reason=""))
        of_round = select(PhaseChange.id).where(PhaseChange.conference_id == conference.id, PhaseChange.number >= began)
        session.execute(delete(StepWords).where(StepWords.change_id.in_(of_round)))


def _round_began(session: Session, conference_id: int) -> int:
    """The number of the step with which this round began."""
    again = (PhaseChange.conference_id == conference_id, PhaseChange.step == Step.RECONVENE, ~TAKEN_BACK)
    return session.scalar(select(func.max(PhaseChange.number)).where(*again)) or 0


class _Presented(NamedTuple):
    """Which presentation of a plan it was, and whether the plan was made without a conference."""

    number: int = 0
    without_conference: bool = False


def _presented(session: Session, conference_id: int) -> tuple[_Presented, _Presented]:
    """What was presented last, and what when this round began. A round that was ended counts no more."""
    steps = select(PhaseChange.step).where(PhaseChange.conference_id == conference_id, ~TAKEN_BACK)
    last = before = _Presented()
    for step in session.scalars(steps.order_by(PhaseChange.number)):
        if step in _PRESENTING:
            last = _Presented(last.number + 1, step is Step.PLAN_WITHOUT_CONFERENCE)
        elif step is Step.OPEN_CONFERENCE:
            last = last._replace(without_conference=False)
        elif step is Step.RECONVENE:
            before, last = last, last._replace(without_conference=False)
        elif step in ROUND_ENDS:
            last = before
    return last, before


def back_to_plan(session: Session, conference: Conference, at: datetime, _taking: Taking) -> None:
    """End the round and not the case: what held when it began holds again, as far as nothing else was said since."""
    conference.presentation, conference.without_conference = _presented(session, conference.id)[1]
    end_round(session, conference)
    set_aside(session, conference)
    update_tasks_ended(session, conference, at, Phase.EVALUATION)


def tell_end(session: Session, conference: Conference, at: datetime, taking: Taking) -> None:
    """Queue the mails of this end; whoever of the staff brought it about gets none."""
    end = END_OF_STEP[taking.step].end
    staff = {Hears.COORDINATOR: _coordinator(session, conference, at)}
    staff[Hears.MANAGERS] = managers_of(session, conference.region_id)
    mails = END_MAILS | END_MAILS_WITH_PLAN if conference.plan_number else END_MAILS
    phase = STEP_RULES[taking.step].target
    for hears in Hears:
        rule = mails.get((end, hears))
        if rule is None:
            continue
        if hears not in staff:
            named = hears is Hears.NAMED_AGENCIES
            takes_part = hears is not Hears.INSIDE
            queue_circle_mail(session, conference, at, rule, comes=takes_part, named=named, phase=phase)
        for account in staff.get(hears, ()):
            if account.id != taking.account_id:
                queue(session, rule, account.recipient, at, case=conference.id)


def leave_notices(session: Session, conference: Conference, at: datetime, taking: Taking, day_before: str) -> None:
    """Leave what this step makes owed, as its row says. `day_before`: the planned day before the step."""
    end = END_OF_STEP.get(taking.step)
    for kind in sorted(STEP_RULES[taking.step].owes):
        match kind:
            case NoticeKind.DAY:
                now = planned_day(session, conference.id)
                give_notice(session, conference, at, kind, was=day_before, now=now)
            case NoticeKind.LETTER:
                for letter in letters(session, conference.id, conference.round):
                    if letter.read_at is None:
                        give_notice(session, conference, at, kind, about=letter.participant_id)
            case NoticeKind.PLAN:
                give_notice(session, conference, at, kind, now=str(conference.plan_number))
            case NoticeKind.END | NoticeKind.NO_CONFERENCE | NoticeKind.ROUND:
                give_notice(session, conference, at, kind, end=end.end if end else None)
            case _:
                give_notice(session, conference, at, kind)


def _coordinator(session: Session, conference: Conference, at: datetime) -> list[Account]:
    found = session.get(Account, coordinator_with_access(conference, at) or 0)
    return [found] if found and found.active else []


def send_mails(*rules: MailRule) -> EffectFunction:
    """An effect that queues these mails to the circle."""

    def write(session: Session, conference: Conference, at: datetime, taking: Taking) -> None:
        for rule in rules:
            queue_circle_mail(session, conference, at, rule, phase=STEP_RULES[taking.step].target)

    return write


def issue_documents(session: Session, conference: Conference, at: datetime, taking: Taking) -> None:
    """Queue the mails of a version: to each of the family as they answered it; of a new one to the coordinator too."""
    said, not_asked = answers_in_force(session, conference)

    def mail(person: int) -> MailRule:
        if said.get(person) is Agreed.NO:
            return PLAN_READY_DISSENT
        return PLAN_READY_NOT_ASKED if person in not_asked else PLAN_READY

    phase = STEP_RULES[taking.step].target
    queue_circle_mail(session, conference, at, PLAN_READY, other=mail, phase=phase)
    queue_circle_mail(session, conference, at, PLAN_AGREED, phase=phase)
    if taking.step is Step.REVISE_PLAN and taking.account_id != conference.coordinator_id:
        about = conference.id, conference.plan_number, conference.round
        for account in _coordinator(session, conference, at):
            queue(session, PLAN_REVISED, account.recipient, at, case=about[0], plan=about[1], round=about[2])


def withdraw_notices(session: Session, conference: Conference, at: datetime, rule: StepRule) -> None:
    """Delete what a step that was taken at `at` left owed."""
    left = (Notice.conference_id == conference.id, Notice.at == at, Notice.kind.in_(rule.owes))
    session.execute(delete(Notice).where(*left))


def _present_as_before(session: Session, conference: Conference, _at: datetime) -> None:
    """Which presentation it is, and whether without a conference, as the steps that count say."""
    conference.presentation, conference.without_conference = _presented(session, conference.id)[0]


def other_open_case(session: Session, conference: Conference, number: str, account_id: int | None) -> RelatedCase:
    """Another open case, of a region that this account manages, by its number. Raises Refusal, at the field `other`."""
    found = case_of_number(session, number.strip().upper())
    managers = managers_of(session, found.region_id) if found and found.phase is not Phase.CLOSED else []
    if found is None or found.id == conference.id or account_id not in {one.id for one in managers}:
        other = N_("There is no other open conference of your regions with this number. Look at it again.")
        raise Refusal(other).at("other")
    return found


def name_other(session: Session, conference: Conference, at: datetime, taking: Taking) -> None:
    """Keep as which other case this one goes on."""
    other = other_open_case(session, conference, taking.other, taking.account_id)
    session.merge(
        LookAlike(conference_id=conference.id, other_id=other.id, same=True, at=at, account_id=taking.account_id)
    )


EFFECTS: dict[Effect, EffectFunction] = {
    Effect.WELCOME_LETTER: send_mails(WELCOME),
    Effect.START_MEETING: start_meeting,
    Effect.END_REQUEST: end_request,
    Effect.OPEN_ROOM: open_room,
    Effect.PAUSE_ROOM: close_room,
    Effect.ASK_QUESTION: ask_question,
    Effect.CLOSE_ROOM: close_room,
    Effect.END_MEETING: end_meeting,
    Effect.PRESENT_PLAN: present_plan,
    Effect.FREEZE_PLAN: freeze_plan,
    Effect.ISSUE_DOCUMENTS: issue_documents,
    Effect.PLAN_FOLLOW_UPS: plan_follow_ups,
    Effect.NEW_MEETING: new_meeting,
    Effect.NEW_ROUND: new_round,
    Effect.MARK_WITHOUT_CONFERENCE: mark_without_conference,
    Effect.SETTLE_END: settle_end,
    Effect.TELL_END: tell_end,
    Effect.BACK_TO_PLAN: back_to_plan,
    Effect.NAME_OTHER: name_other,
    Effect.START_RETENTION: start_retention,
}

#: What undoes each effect of a step that is taken back: the instant is that at which the step was taken.
UNDONE: dict[Effect, tuple[Callable[[Session, Conference, datetime], None], ...]] = {
    Effect.WELCOME_LETTER: (),  # its mails wait, and are withdrawn with those of any other
    Effect.START_MEETING: (unstart_meeting, _present_as_before),
    Effect.END_REQUEST: (ask_again,),
    Effect.PAUSE_ROOM: (reopen_room,),
    Effect.ASK_QUESTION: (unask_question,),
    Effect.CLOSE_ROOM: (reopen_room,),
    Effect.PRESENT_PLAN: (unpresent_plan, _present_as_before),
}
