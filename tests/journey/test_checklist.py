"""The checklist ticks what was done, and nothing else: where a condition is about nobody it says so."""

from dataclasses import replace

import pytest

from ekc.journey.casepage import checklist
from ekc.workflow.facts import Facts, PlanFacts
from ekc.workflow.vocabulary import Attends, Phase, Variant
from tests.workflow.build import (
    ACTION,
    CHILD,
    FRIEND,
    MOTHER,
    NURSE,
    TODAY,
    UNCLE,
    facts,
    with_people,
    with_plan,
)


def lines(case: Facts) -> dict[str, str]:
    """Each line: done, to do, or why there is nothing to be done."""
    found = checklist(case)
    return {one.title: "done" if one.done else one.nothing or "to do" for one in found}


@pytest.mark.parametrize("variant", Variant)
@pytest.mark.parametrize("phase", [Phase.REGISTRATION, Phase.SETUP, Phase.INFORMATION, Phase.PRESENTATION])
def test_nothing_is_ticked_of_an_empty_case(phase: Phase, variant: Variant) -> None:
    found = lines(Facts(phase=phase, today=TODAY, variant=variant))
    assert [title for title, state in found.items() if state == "done"] == []


@pytest.mark.parametrize("phase", [Phase.REGISTRATION, Phase.SETUP, Phase.INFORMATION, Phase.PRESENTATION])
def test_everything_is_ticked_where_all_was_done(phase: Phase) -> None:
    gone = replace(UNCLE, id=99, attends=Attends.EXCLUDED, in_room=False)
    found = lines(facts(phase=phase, people=(*facts().people, gone)))
    assert found == dict.fromkeys(found, "done")


@pytest.mark.parametrize(
    ("case", "title", "state"),
    [
        (
            facts(phase=Phase.REGISTRATION, people=(UNCLE,)),
            "Every main person confirms the coordinator",
            "to do",
        ),
        (facts(phase=Phase.REGISTRATION, people=(UNCLE,)), "Every main person says yes", "to do"),
        (facts(phase=Phase.REGISTRATION, people=(UNCLE,)), "Consents are there", "to do"),
        (
            facts(phase=Phase.REGISTRATION, variant=Variant.GROUP),
            "Consents are there",
            "this kind of conference asks for none",
        ),
        (
            facts(phase=Phase.REGISTRATION, people=(replace(MOTHER, attends=Attends.EXCLUDED), UNCLE)),
            "Every main person says yes",
            "to do",
        ),
        (
            facts(phase=Phase.SETUP, people=(MOTHER, UNCLE, FRIEND, NURSE)),
            "Each child's part is decided",
            "no child is in the circle",
        ),
        (
            facts(phase=Phase.SETUP, bottom_lines=(), said_no_bottom_lines=True),
            "Bottom lines are shared",
            "there are none",
        ),
        (
            facts(phase=Phase.INFORMATION, questions=0, open_questions=0),
            "Questions are answered",
            "nobody asked anything",
        ),
        (
            replace(with_people(replace(NURSE, present=False, came_as_professional=False)), phase=Phase.INFORMATION),
            "The professionals have left",
            "none was there",
        ),
        (
            replace(with_plan(actions=(ACTION,)), phase=Phase.PRESENTATION),
            "Each request for support has a name or an answer",
            "the plan asks for none",
        ),
        (
            replace(with_plan(evaluation_on=None), phase=Phase.PRESENTATION),
            "Each action begins before the evaluation",
            "to do",
        ),
        (
            facts(phase=Phase.PRESENTATION, bottom_lines=(), said_no_bottom_lines=True),
            "Bottom lines are met",
            "there are none",
        ),
        (
            facts(phase=Phase.PRESENTATION, people=(MOTHER, UNCLE, CHILD), accepted=None),
            "The plan is accepted",
            "no professional takes part",
        ),
        (
            facts(
                phase=Phase.PRESENTATION,
                people=(MOTHER, replace(UNCLE, voices={}), NURSE),
                plan=PlanFacts(actions=(replace(ACTION, who=frozenset({UNCLE.id})),)),
            ),
            "Each task has somebody who agrees to it",
            "to do",
        ),
    ],
)
def test_a_condition_about_nobody_is_not_ticked(case: Facts, title: str, state: str) -> None:
    assert lines(case)[title] == state


def test_what_there_is_nothing_of_holds_nothing_up() -> None:
    case = facts(phase=Phase.SETUP, people=(MOTHER, UNCLE, FRIEND, NURSE))
    assert [one.blocker_link for one in checklist(case) if one.nothing] == [None]
