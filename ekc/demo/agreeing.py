"""Entering what is said to the plan: support, bottom lines, acceptance, and who agrees in which words."""

import re
from datetime import date, datetime, timedelta

from ekc.conferences.queries import bottom_lines
from ekc.demo.case_schema import Plan
from ekc.demo.player import Pen, Player
from ekc.demo.validation import answer_of
from ekc.plans import actions
from ekc.workflow.vocabulary import Agreed, Step

_LETTER = re.compile(r"letter of (\d{1,2} [A-Z][a-z]+)")
_A_MOMENT = timedelta(seconds=20)


def letters(plan: Plan | None) -> dict[str, date]:
    """Who says yes by a letter, and its day: "by letter of 25 April" comes after the plan was accepted."""
    found: dict[str, date] = {}
    for id_, words in plan.agreed.items() if plan else ():
        written = _LETTER.search(words)
        for year in (0, 1):
            if plan and written and id_ not in found and (day := _day(written[1], plan.accepted_on.year + year)):
                found |= {id_: day} if day >= plan.accepted_on else {}
    return found


def _day(words: str, year: int) -> date | None:
    try:
        return datetime.strptime(f"{words} {year}", "%d %B %Y").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def answer(player: Player, plan: Plan, at: datetime) -> datetime:
    """Everything that has to be said before the plan can be agreed, from `at` on; when it was said."""
    pen = Pen(player, max(at, player.on(plan.accepted_on, "00:00")))
    for keys, goal in zip(player.actions, plan.goals, strict=True):
        for key, action in zip(keys, goal.actions, strict=True):
            if action.answer is not None:
                said, words = answer_of(action.answer)
                assert said is not None, "the file was checked"  # noqa: S101 - narrows the type
                actions.answer_support(*pen.next(player.visitor(action.who[0])), key, said, words)
    at = pen.at
    lines = bottom_lines(player.session, player.id)
    for line, met in zip(lines, plan.bottom_lines_met or (), strict=True):
        at += _A_MOMENT
        actions.check_bottom_line(player.session, player.cast.coordinator, at, player.id, line.id, met)
    at += _A_MOMENT
    who = plan.accepted_by
    actions.decide_acceptance(player.session, player.visitor(who), at, player.id, player.people[who], True)
    for id_, words in plan.agreed.items():
        if id_ not in player.letters:
            at += _A_MOMENT
            agree(player, id_, words, at)
    return at


def agree(player: Player, id_: str, words: str, at: datetime) -> None:
    """What somebody says to the plan. A bare "yes" needs no words of its own."""
    own = "" if words == Agreed.YES else words
    said = agreed_as(words)
    actions.record_agreement(player.session, player.cast.coordinator, at, player.id, player.people[id_], said, own)


def agreed_as(words: str) -> Agreed:
    """Which answer somebody's words are."""
    if re.match(r"no\b", words):
        return Agreed.NO
    return Agreed.PART if re.search(r"\bpart\b", words) else Agreed.YES


def settle(player: Player, at: datetime) -> None:
    """The plan is agreed, and the conference ends."""
    player.step(at + _A_MOMENT, Step.AGREE_PLAN)


def read_letters(player: Player, plan: Plan) -> None:
    """The letters that came afterwards."""
    for id_, day in sorted(player.letters.items(), key=lambda letter: letter[1]):
        words = next(said for who, said in plan.agreed.items() if who == id_)
        agree(player, id_, words, player.on(day, "12:00"))
