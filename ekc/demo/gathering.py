"""Entering the day of the conference up to its plan: opened, told, asked, private time, come out, the plan written."""

from datetime import datetime, timedelta
from itertools import pairwise

from ekc.demo.case_schema import EndedBy, Information, Plan, Stretch
from ekc.demo.player import Pen, Player, spread
from ekc.meetings import actions as meetings
from ekc.plans import actions as plans
from ekc.plans.draft import EvaluationPlan, NewAction, NewWhatIf
from ekc.workflow.vocabulary import Step

_A_MINUTE = timedelta(minutes=1)


def inform(player: Player, information: Information) -> None:
    """The conference opens; who is there, what is told and asked."""
    opened = player.instant(information.started)
    player.step(opened, Step.OPEN_CONFERENCE)
    own = (player.session, player.cast.coordinator)
    came = [player.people[id_] for id_ in information.present]
    meetings.record_attendance(*own, opened + _A_MINUTE, player.id, came)
    rounds = player.case.private_time.rounds if player.case.private_time else ()
    ends = player.instant(rounds[0].began) if rounds else opened + timedelta(hours=1)
    times = spread(opened + _A_MINUTE, ends - _A_MINUTE, len(information.items) + len(information.questions))
    for item, at in zip(information.items, times, strict=False):
        teller = player.people.get(item.by)  # None: the coordinator
        meetings.tell(*own, at, player.id, meetings.Told(item.kind, item.text, teller))
    for question, at in zip(information.questions, times[len(information.items) :], strict=True):
        asked = meetings.Asked(player.people[question.asked_by], question.text, question.answer)
        meetings.ask(*own, at, player.id, asked)


def confer(player: Player, rounds: tuple[Stretch, ...]) -> None:
    """Private time, as often as it was: the professionals leave before, and come in again after it."""
    for former, stretch in pairwise((None, *rounds)):
        assert stretch is not None, "only what comes before the first is None"  # noqa: S101 - narrows the type
        began, ended = player.instant(stretch.began), player.instant(stretch.ended)
        if former is not None and former.ended_by is EndedBy.PLAN:
            _send_back(player, former, stretch)
        meetings.professionals_leave(player.session, player.cast.coordinator, began - _A_MINUTE, player.id)
        back = former is not None and former.ended_by is EndedBy.PLAN
        player.step(began, Step.GO_BACK if back else Step.BEGIN_PRIVATE_TIME, stretch.why or "")
        asks = stretch.ended_by is EndedBy.QUESTION
        player.step(ended, Step.ASK_FOR_INFORMATION if asks else Step.COME_OUT, stretch.note or "")
        meetings.professionals_return(player.session, player.cast.coordinator, ended + _A_MINUTE, player.id)


def _send_back(player: Player, former: Stretch, stretch: Stretch) -> None:
    """The plan was not accepted, if it was between these two that it was sent back."""
    plan = player.case.plan
    if plan and plan.sent_back_once and former.ended <= plan.sent_back_once.at <= stretch.began:
        at, who = player.instant(plan.sent_back_once.at), plan.accepted_by
        reason = plan.sent_back_once.words
        plans.decide_acceptance(player.session, player.visitor(who), at, player.id, player.people[who], False, reason)


def write(player: Player, plan: Plan, at: datetime) -> datetime:
    """The coordinator writes down what the family says, from `at` on; when it was done."""
    pen = Pen(player, at)
    for goal in plan.goals:
        key = plans.add_goal(*pen.next(), goal.text)
        keys = []
        for action in goal.actions:
            who = tuple(player.people[id_] for id_ in action.who)
            new = NewAction(
                what=action.what, who=who, by=action.by, starts=action.starts, every=action.every, kind=action.kind
            )
            keys.append(plans.add_action(*pen.next(), key, new))
        player.actions.append(keys)
    for what_if in plan.contingency:
        who = tuple(player.people[id_] for id_ in what_if.who)
        plans.add_what_if(*pen.next(), NewWhatIf(if_=what_if.if_, then=what_if.then, who=who))
    plans.set_monitor(*pen.next(), player.people[plan.monitor])
    again = plan.evaluation
    others = tuple(player.people[id_] for id_ in again.with_)
    arranged = EvaluationPlan(at=again.on, place=again.where, convenor=player.people[again.convened_by], others=others)
    plans.set_evaluation(*pen.next(), arranged)
    return pen.at
