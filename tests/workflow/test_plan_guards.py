"""The plan and what comes after: each guard says exactly what stands in the way, and nothing when all is well."""

from dataclasses import replace
from datetime import date

import pytest

from ekc.workflow import plan_guards as p
from ekc.workflow.blocker import Guard
from ekc.workflow.definition import STEPS
from ekc.workflow.facts import BottomLine, Facts
from ekc.workflow.profiles import NEW_ZEALAND
from ekc.workflow.vocabulary import Attends, Part, SupportAnswer
from tests.workflow.build import (
    ACTION,
    CHILD,
    FRIEND,
    MOTHER,
    NURSE,
    READY,
    SUPPORT,
    UNCLE,
    WHAT_IF,
    facts,
    person,
    said,
    with_people,
    with_plan,
)

#: Guard, the case, and (sentence, remedy, target) of what it says, blanks filled in.
SPOILED: list[tuple[Guard, Facts, list[tuple[str, str, str]]]] = [
    (p.actions_complete, with_plan(actions=()), [("The plan has no actions yet", "plan", "")]),
    (
        p.actions_complete,
        with_plan(actions=(ACTION, replace(ACTION, number="2.1", key="a9", people=0, what=False, timed=False))),
        [
            ("Action 2.1 does not say what is done", "plan", "a9"),
            ("Action 2.1 has nobody who does it", "plan", "a9"),
            ("Action 2.1 does not say by when or how often", "plan", "a9"),
        ],
    ),
    (
        p.what_if_complete,
        with_plan(what_ifs=()),
        [("No what-if says yet who meets whom when the plan does not work out", "plan", "what-ifs")],
    ),
    (
        p.what_if_complete,
        with_plan(what_ifs=(WHAT_IF, replace(WHAT_IF, number=2, key="w2", complete=False))),
        [("What-if 2 is half written: say if what happens, then what", "plan", "w2")],
    ),
    (
        p.what_if_complete,
        with_plan(what_ifs=(replace(WHAT_IF, people=1),)),
        [("No what-if says yet who meets whom when the plan does not work out", "plan", "what-ifs")],
    ),
    (
        p.evaluation_arranged,
        with_plan(evaluation_on=None, evaluation_place=False, convenor=False),
        [
            ("No evaluation date has been chosen yet", "plan", "evaluation"),
            ("The evaluation has no place yet", "plan", "evaluation"),
            ("It is not agreed yet who calls people together for the evaluation", "plan", "evaluation"),
        ],
    ),
    (
        p.evaluation_arranged,
        with_plan(evaluation_on=READY.today),
        [("The evaluation date does not lie ahead: choose a later one", "plan", "evaluation")],
    ),
    (
        p.evaluation_arranged,
        replace(with_plan(evaluation_on=date(2027, 4, 19)), profile=NEW_ZEALAND),
        [("The evaluation must be on 2027-04-18 at the latest", "plan", "evaluation")],
    ),
    (p.monitor_named, with_plan(monitor=False), [("Nobody keeps an eye on the plan yet", "plan", "monitor")]),
    (
        p.support_answered,
        with_plan(actions=(ACTION, replace(SUPPORT, people=0, answer=SupportAnswer.PENDING))),
        [("Nobody has been named to answer the request for support 1.2", "plan", "a2")],
    ),
    (
        p.support_answered,
        with_plan(actions=(replace(SUPPORT, answer=SupportAnswer.DECLINED),)),
        [("Support for action 1.2 was declined: agree what happens instead", "plan", "a2")],
    ),
    (
        p.bottom_lines_met,
        facts(bottom_lines=(BottomLine(11, 1, shared=True, met=None), BottomLine(12, 2, shared=True, met=False))),
        [
            ("Bottom line 1 has not been checked yet", "agreement", "11"),
            ("Bottom line 2 is not met by this plan", "agreement", "12"),
        ],
    ),
    (
        p.accepted,
        facts(accepted=None),
        [("The referrer or a professional has not said yet whether the plan is accepted", "agreement", "")],
    ),
    (
        p.accepted,
        facts(accepted=False),
        [("The plan was not accepted: read the reason, the family can go back into private time", "agreement", "")],
    ),
    (
        p.everyone_asked,
        with_people(replace(UNCLE, agreed=None), replace(CHILD, agreed=None)),
        [("2 people have not been asked about the plan yet: Person 2, Person 4", "agreement", "2")],
    ),
    (
        p.everyone_asked,
        replace(
            with_people(replace(UNCLE, agreed=None, present=False), replace(FRIEND, agreed=None, has_task=False)),
            meeting_held=False,
        ),
        [("Person 2 has not been asked about the plan yet", "agreement", "2")],
    ),
    (
        p.made_at_a_conference,
        facts(without_conference=True),
        [("This plan was made without a conference. To hold one, choose: go on another day", "meeting", "")],
    ),
    (p.evaluation_held, facts(evaluation_held=False), [("No evaluation has been held yet", "follow_ups", "")]),
    (
        p.family_wants_new_version,
        facts(family_wants_new_version=False),
        [("The family has not said yet that it wants a new version", "follow_ups", "")],
    ),
    (
        p.call_settled,
        facts(call_settled=False),
        [("The call after four weeks has not been made or given up yet", "follow_ups", "")],
    ),
    (
        p.evaluation_settled,
        facts(evaluation_settled=False),
        [("The evaluation has not been held or given up yet", "follow_ups", "")],
    ),
]

#: Cases that come close to a reason and give none.
CLOSE_CALLS: list[tuple[Guard, Facts]] = [
    (p.actions_complete, with_plan(actions=(ACTION, replace(SUPPORT, people=0)))),
    (p.what_if_complete, with_plan(what_ifs=(WHAT_IF, replace(WHAT_IF, number=2, people=1)))),
    (p.evaluation_arranged, replace(with_plan(evaluation_on=date(2027, 4, 18)), profile=NEW_ZEALAND)),
    (p.evaluation_arranged, with_plan(evaluation_on=date(2030, 1, 1))),
    (
        p.support_answered,
        with_plan(actions=(replace(ACTION, people=0), replace(SUPPORT, answer=SupportAnswer.PENDING))),
    ),
    (p.accepted, facts(people=(MOTHER, UNCLE), accepted=None)),
    (p.accepted, replace(with_people(replace(NURSE, attends=Attends.EXCLUDED)), accepted=None)),
    (p.everyone_asked, with_people(replace(UNCLE, agreed=None, present=False))),
    (p.everyone_asked, with_people(replace(UNCLE, agreed=None, attends=Attends.EXCLUDED))),
]


@pytest.mark.parametrize(("guard", "case", "sentences"), SPOILED)
def test_says_what_stands_in_the_way(guard: Guard, case: Facts, sentences: list[tuple[str, str, str]]) -> None:
    assert said(guard, case) == sentences


@pytest.mark.parametrize(("guard", "case"), CLOSE_CALLS)
def test_says_nothing_when_it_comes_close(guard: Guard, case: Facts) -> None:
    assert said(guard, case) == []


def test_every_guard_of_the_table_is_spoiled_here_and_silent_when_all_is_well() -> None:
    mine = {guard.check for rule in STEPS for guard in rule.guards if guard.check.__module__ == p.__name__}
    assert {guard for guard, _, _ in SPOILED} == mine
    assert [blocker for guard in mine for blocker in guard(READY)] == []


def test_under_seven_the_evaluation_comes_sooner_in_new_zealand() -> None:
    toddler = person(8, Part.CHILD, age=6)
    case = replace(
        with_people(toddler), plan=replace(READY.plan, evaluation_on=date(2026, 10, 19)), profile=NEW_ZEALAND
    )
    assert [b.params for b in p.evaluation_arranged(case)] == [{"limit": date(2026, 10, 18)}]
