"""Registration to private time: each guard says exactly what stands in the way, and nothing when all is well."""

from dataclasses import replace

import pytest

from ekc.workflow import guards as g
from ekc.workflow.blocker import Guard
from ekc.workflow.definition import STEPS
from ekc.workflow.facts import BottomLine, Coordinator, Facts
from ekc.workflow.independence import Conflict, Matter, Tie
from ekc.workflow.profiles import ENGLAND
from ekc.workflow.vocabulary import ArrangementKind, Attends, InformationKind, Variant
from tests.workflow.build import CHILD, FRIEND, INTERPRETER, MOTHER, NURSE, READY, UNCLE, facts, said, with_people

#: Guard, the case, and (sentence, remedy, target) of what it says, blanks filled in.
SPOILED: list[tuple[Guard, Facts, list[tuple[str, str, str]]]] = [
    (
        g.main_person_said_yes,
        facts(main_person_said_yes=False, people=(UNCLE,)),
        [
            ("The yes of the main person is not recorded yet", "registration", ""),
            ("There is no main person in the circle yet", "circle", ""),
        ],
    ),
    (
        g.consents_valid,
        with_people(replace(MOTHER, consented=False)),
        [("The consent of Person 1 is not here yet", "consents", "1")],
    ),
    (
        g.consents_valid,
        with_people(replace(MOTHER, consented=False), replace(CHILD, consented=False)),
        [("2 consents are not here yet: Person 1, Person 4", "consents", "1")],
    ),
    (
        g.consents_valid,
        with_people(replace(CHILD, age=None, consented=False)),
        [("The age of Person 4 is not known yet: from 12 years a child is asked to consent", "person", "4")],
    ),
    (
        g.consents_valid,
        replace(with_people(replace(CHILD, age=16, consented=False)), profile=ENGLAND),
        [("The consent of Person 4 is not here yet", "consents", "4")],
    ),
    (
        g.coordinator_accepted,
        facts(coordinator=Coordinator()),
        [("No coordinator has been asked yet", "coordinator", "")],
    ),
    (
        g.coordinator_accepted,
        facts(coordinator=Coordinator(asked=True)),
        [("The coordinator has not said yet whether they take the case", "coordinator", "")],
    ),
    (
        g.independence_declared,
        facts(coordinator=Coordinator(asked=True, accepted=True)),
        [("The independence of the coordinator has not been declared yet", "coordinator", "")],
    ),
    (
        g.coordinator_independent,
        facts(
            coordinator=replace(
                READY.coordinator,
                name="Noor",
                conflicts=(
                    Conflict(Matter.EMPLOYER, "Youth protection", Tie.REFERS),
                    Conflict(Matter.EMPLOYER, "School attendance", Tie.DECIDES),
                    Conflict(Matter.EMPLOYER, "De Wilg", Tie.HELPS),
                    Conflict(Matter.RELATION, "I was at school with an aunt."),
                    Conflict(Matter.INTEREST, "I rent out the house."),
                ),
            )
        ),
        [
            ("Noor works for Youth protection, which referred this conference", "coordinator", ""),
            ("Noor works for School attendance, which says what the plan has to meet", "coordinator", ""),
            ("Noor works for De Wilg, whose people take part as professionals", "coordinator", ""),
            ("Noor knows somebody of the family or the circle", "coordinator", ""),
            ("The outcome could be of use to Noor", "coordinator", ""),
        ],
    ),
    (
        g.coordinator_confirmed,
        facts(coordinator=Coordinator(asked=True, accepted=True)),
        [("The main person has not confirmed the coordinator yet", "coordinator", "")],
    ),
    (
        g.coordinator_confirmed,
        facts(coordinator=Coordinator(asked=True, accepted=True, unwanted=True)),
        [("The main person would rather have another coordinator", "coordinator", "")],
    ),
    (
        g.question_agreed,
        facts(question_agreed=False),
        [("The central question has not been agreed yet", "registration", "question_agreed_on")],
    ),
    (
        g.everyone_decided,
        with_people(replace(UNCLE, attends=None), replace(CHILD, attends=None)),
        [("It is not known yet whether Person 2 comes", "circle", "2")],
    ),
    (
        g.everyone_informed,
        with_people(replace(UNCLE, informed=False), replace(NURSE, informed=False, attends=Attends.PHONE)),
        [("2 people have not been told yet: Person 2, Person 6", "circle", "2")],
    ),
    (
        g.safety_decided,
        with_people(replace(UNCLE, unmet_concerns=1)),
        [("There is no safety arrangement for Person 2 yet", "safety", "2")],
    ),
    (
        g.childrens_part_decided,
        with_people(replace(CHILD, attends=None)),
        [("It has not been decided yet how Person 4 takes part", "circle", "4")],
    ),
    (
        g.bottom_lines_shared,
        facts(bottom_lines=()),
        [("Nobody has said yet whether there are bottom lines", "bottom_lines", "")],
    ),
    (
        g.bottom_lines_shared,
        facts(bottom_lines=(BottomLine(11, 1, shared=True, met=None), BottomLine(12, 2, shared=False, met=None))),
        [("Bottom line 2 has not been shared with the family yet", "bottom_lines", "12")],
    ),
    (
        g.meeting_arranged,
        replace(
            with_people(replace(UNCLE, needs_interpreter=True)), meeting_on=None, venue=False, arranged=frozenset()
        ),
        [
            ("No date has been chosen yet", "meeting", "dates"),
            ("There is no venue yet", "meeting", "venue"),
            ("Food and drink are not arranged yet", "meeting", "food"),
            ("Travel is not arranged yet", "meeting", "travel"),
            ("The interpreter is not arranged yet", "meeting", "interpreter"),
        ],
    ),
    (
        g.family_outnumbers_professionals,
        facts(people=(MOTHER, NURSE)),
        [("The family is not the larger group yet (family: 1, professionals: 1)", "circle", "")],
    ),
    (
        g.information_told,
        facts(told=frozenset()),
        [
            ("The situation has not been told yet", "information", ""),
            ("It has not been told yet why a plan is needed", "information", ""),
            ("It has not been told yet what help there is", "information", ""),
        ],
    ),
    (g.questions_answered, facts(open_questions=1), [("1 question has no answer yet", "information", "")]),
    (g.questions_answered, facts(open_questions=2), [("2 questions have no answer yet", "information", "")]),
    (
        g.enough_family_present,
        facts(people=(MOTHER, UNCLE, replace(FRIEND, in_room=False), NURSE)),
        [("Private time asks for 3 of the family or more; in the room now: 2", "attendance", "")],
    ),
    (
        g.professionals_left,
        with_people(replace(NURSE, in_room=True)),
        [("Person 6 is still in the room", "attendance", "6")],
    ),
]

#: Cases that come close to a reason and give none.
CLOSE_CALLS: list[tuple[Guard, Facts]] = [
    (g.consents_valid, with_people(replace(CHILD, age=11, consented=False))),
    (g.consents_valid, replace(with_people(replace(CHILD, consented=False)), profile=ENGLAND)),
    (g.consents_valid, replace(with_people(replace(MOTHER, consented=False)), variant=Variant.GROUP)),
    (g.everyone_decided, with_people(replace(UNCLE, attends=Attends.NO))),
    (g.everyone_informed, with_people(replace(UNCLE, attends=Attends.LETTER, informed=False))),
    (g.childrens_part_decided, with_people(replace(CHILD, attends=Attends.NO))),
    (g.bottom_lines_shared, facts(bottom_lines=(), said_no_bottom_lines=True)),
    (
        g.meeting_arranged,
        replace(
            with_people(replace(UNCLE, needs_interpreter=True, attends=Attends.LETTER)),
            arranged=frozenset({ArrangementKind.FOOD, ArrangementKind.TRAVEL}),
        ),
    ),
    (
        g.family_outnumbers_professionals,
        facts(
            people=(MOTHER, NURSE, replace(NURSE, id=8, attends=Attends.LETTER), replace(UNCLE, attends=None), FRIEND)
        ),
    ),
    (g.enough_family_present, facts(people=(MOTHER, UNCLE, FRIEND))),
    (g.professionals_left, with_people(replace(INTERPRETER, in_room=True))),
]


@pytest.mark.parametrize(("guard", "case", "sentences"), SPOILED)
def test_says_what_stands_in_the_way(guard: Guard, case: Facts, sentences: list[tuple[str, str, str]]) -> None:
    assert said(guard, case) == sentences


@pytest.mark.parametrize(("guard", "case"), CLOSE_CALLS)
def test_says_nothing_when_it_comes_close(guard: Guard, case: Facts) -> None:
    assert said(guard, case) == []


def test_every_guard_of_the_table_is_spoiled_here_and_silent_when_all_is_well() -> None:
    mine = {guard.check for rule in STEPS for guard in rule.guards if guard.check.__module__ == g.__name__}
    assert {guard for guard, _, _ in SPOILED} == mine
    assert [blocker for guard in mine for blocker in guard(READY)] == []


def test_told_names_each_missing_part_alone() -> None:
    case = facts(told=frozenset(InformationKind) - {InformationKind.HELP})
    assert [b.message for b in g.information_told(case)] == ["It has not been told yet what help there is"]
