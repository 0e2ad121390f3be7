"""Entering the day of the conference and its plan: information, private time, the plan, and the answers to it.

Agreement by letter follows afterwards.
"""

import re
from datetime import date, datetime, timedelta
from itertools import pairwise

from babel.dates import get_month_names

from ekc.conferences.queries.bottom_lines import bottom_lines
from ekc.demo.case_schema import EndedBy, Information, PlanEntry, PrivateRoundEntry
from ekc.demo.player import PlanWriter, Player, evenly_spaced
from ekc.demo.validation import answer_of
from ekc.meetings.actions import attendance
from ekc.meetings.actions import information as information_actions
from ekc.meetings.queries import current_meeting, questions
from ekc.plans import edits
from ekc.plans.actions.acceptance import check_bottom_line, decide_acceptance
from ekc.plans.actions.agreement import record_agreement
from ekc.plans.actions.drafts import answer_support, change_plan
from ekc.plans.draft import EvaluationPlan, NewAction, NewWhatIf
from ekc.workflow.vocabulary import Agreed, Step

_A_MINUTE = timedelta(minutes=1)
#: In the words of somebody who agrees by letter: its day, such as "of 25 April".
_LETTER = re.compile(r"\b(letter|brief)\b")
_OF_DAY = re.compile(r" (?:of|van) (?P<day>\d{1,2} \w+)")
_MONTHS = {name.lower(): number for locale in ("en", "nl") for number, name in get_month_names(locale=locale).items()}
_A_MOMENT = timedelta(seconds=20)
#: Of a file that does not say what the family heard.
_NOT_WRITTEN_DOWN = "Answered in the room."
#: What people are given after the conference, by language.
_GIVEN = {"en": "Gave the plan, on paper.", "nl": "Het plan op papier gegeven."}


def inform(player: Player, information: Information) -> None:
    """Open the conference; record attendance, information and questions."""
    opened = player.instant(information.started)
    player.step(opened, Step.OPEN_CONFERENCE)
    came = [player.people[id_] for id_ in information.present]
    attendance.record_attendance(player.by(opened + _A_MINUTE), player.id, came)
    rounds = player.case.private_time.rounds if player.case.private_time else ()
    ends = player.instant(rounds[0].began) if rounds else opened + timedelta(hours=1)
    times = evenly_spaced(opened + _A_MINUTE, ends - _A_MINUTE, len(information.items) + len(information.questions))
    for item, at in zip(information.items, times, strict=False):
        teller = player.people.get(item.by)  # None: the coordinator
        information_actions.add_information(
            player.by(at), player.id, information_actions.InformationText(item.kind, item.text, teller)
        )
    for question, at in zip(information.questions, times[len(information.items) :], strict=True):
        asked = information_actions.QuestionText(player.people[question.asked_by], question.text, question.answer)
        information_actions.add_question(player.by(at), player.id, asked)


def confer(player: Player, rounds: tuple[PrivateRoundEntry, ...], inside: bool = False) -> None:
    """Enter the rounds of private time; the professionals leave before and return after each.

    `inside`: the family does not come out of the last one yet.
    """
    for former, round_ in pairwise((None, *rounds)):
        assert round_ is not None, "only what comes before the first is None"  # noqa: S101 - narrows the type
        began, ended = player.instant(round_.began), player.instant(round_.ended)
        if former is not None and former.ended_by is EndedBy.PLAN:
            _send_back(player, former, round_)
        attendance.professionals_leave(player.by(began - _A_MINUTE), player.id)
        back = former is not None and former.ended_by is EndedBy.PLAN
        player.step(began, Step.GO_BACK if back else Step.BEGIN_PRIVATE_TIME, round_.why or "")
        if inside and round_ is rounds[-1]:
            return
        asks = round_.ended_by is EndedBy.QUESTION
        player.step(ended, Step.ASK_FOR_INFORMATION if asks else Step.COME_OUT, round_.note or "")
        attendance.professionals_return(player.by(ended + _A_MINUTE), player.id)
        if asks:
            _answer(player, round_, ended + _A_MINUTE)


def _answer(player: Player, round_: PrivateRoundEntry, at: datetime) -> None:
    """Answer the question with which the family came out of private time."""
    meeting = current_meeting(player.session, player.id)
    asked = questions(player.session, meeting.id) if meeting else ()
    (open_one,) = (row for row in asked if row.participant_id is None and row.answer is None)
    answered = information_actions.QuestionText(None, open_one.text, round_.answer or _NOT_WRITTEN_DOWN)
    information_actions.change_question(player.by(at), player.id, open_one.id, answered)


def _send_back(player: Player, former: PrivateRoundEntry, round_: PrivateRoundEntry) -> None:
    """Record that the plan was not accepted, if that happened between these two rounds."""
    plan = player.case.plan
    if plan and plan.sent_back_once and former.ended <= plan.sent_back_once.at <= round_.began:
        at, who = player.instant(plan.sent_back_once.at), plan.accepted_by
        reason = plan.sent_back_once.words
        decide_acceptance(player.by(at, player.visitor(who)), player.id, player.people[who], False, reason)


def write(player: Player, plan: PlanEntry, at: datetime) -> datetime:
    """Write the plan from `at` on; returns the time of the last edit."""
    writer = PlanWriter(player, at)
    for goal in plan.goals:
        key = change_plan(*writer.next(), edits.add_goal(goal.text))
        keys = []
        for action in goal.actions:
            who = tuple(player.people[id_] for id_ in action.who)
            new = NewAction(
                what=action.what, who=who, by=action.by, starts=action.starts, every=action.every, kind=action.kind
            )
            keys.append(change_plan(*writer.next(), edits.add_action(key, new)))
        player.actions.append(keys)
    for what_if in plan.contingency:
        who = tuple(player.people[id_] for id_ in what_if.who)
        change_plan(*writer.next(), edits.add_what_if(NewWhatIf(if_=what_if.if_, then=what_if.then, who=who)))
    change_plan(*writer.next(), edits.set_monitor(player.people[plan.monitor]))
    again = plan.evaluation
    others = tuple(player.people[id_] for id_ in again.with_)
    arranged = EvaluationPlan(at=again.on, place=again.where, convenor=player.people[again.convened_by], others=others)
    change_plan(*writer.next(), edits.set_evaluation(arranged))
    return writer.at


# Answers to the plan


def letters(plan: PlanEntry | None) -> dict[str, date]:
    """Who agrees by letter, and its day: "by letter of 25 April", "per brief van 25 april".

    It is on or after the acceptance of the plan.
    """
    found: dict[str, date] = {}
    for id_, words in plan.agreed.items() if plan else ():
        written = _OF_DAY.search(words) if _LETTER.search(words) else None
        for year in (0, 1):
            if plan and written and id_ not in found and (day := _day(written["day"], plan.accepted_on.year + year)):
                found |= {id_: day} if day >= plan.accepted_on else {}
    return found


def _day(words: str, year: int) -> date | None:
    day, month = words.lower().split()
    try:
        return date(year, _MONTHS[month], int(day))
    except (KeyError, ValueError):
        return None


def answer(player: Player, plan: PlanEntry, at: datetime) -> datetime:
    """Record everything that is needed before the plan can be agreed, from `at` on; returns the last time."""
    writer = PlanWriter(player, max(at, player.on(plan.accepted_on, "00:00")))
    for keys, goal in zip(player.actions, plan.goals, strict=True):
        for key, action in zip(keys, goal.actions, strict=True):
            if action.answer is not None:
                said, words = answer_of(action.answer)
                assert said is not None, "the file was checked"  # noqa: S101 - narrows the type
                answer_support(*writer.same(player.visitor(action.who[0])), key, said, words)
    at = writer.at
    lines = bottom_lines(player.session, player.id)
    for line, met in zip(lines, plan.bottom_lines_met or (), strict=True):
        at += _A_MOMENT
        check_bottom_line(player.by(at), player.id, line.id, met)
    at += _A_MOMENT
    who = plan.accepted_by
    decide_acceptance(player.by(at, player.visitor(who)), player.id, player.people[who], True)
    for id_, words in plan.agreed.items():
        if id_ not in player.letters:
            at += _A_MOMENT
            agree(player, id_, words, at)
    return at


def agree(player: Player, id_: str, words: str, at: datetime) -> None:
    """Record whether somebody agrees. A bare "yes" needs no words."""
    own = "" if words == Agreed.YES else _OF_DAY.sub("", words) if id_ in player.letters and player.moved else words
    said = agreed_as(words)
    record_agreement(player.by(at), player.id, player.people[id_], said, own)


def agreed_as(words: str) -> Agreed:
    """The answer that somebody's words stand for."""
    if re.match(r"(no|nee)\b", words):
        return Agreed.NO
    return Agreed.PART if re.search(r"\b(part|deel)\b", words) else Agreed.YES


def settle(player: Player, at: datetime) -> None:
    """Agree the plan, which ends the conference."""
    player.step(at + _A_MOMENT, Step.AGREE_PLAN)
    if player.settles:
        player.tell(at + _A_MINUTE, _GIVEN)


def read_letters(player: Player, plan: PlanEntry) -> None:
    """Record the agreements by letter."""
    for id_, day in sorted(player.letters.items(), key=lambda letter: letter[1]):
        words = next(said for who, said in plan.agreed.items() if who == id_)
        agree(player, id_, words, player.on(day, "12:00"))
