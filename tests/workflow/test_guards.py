"""Each guard says exactly what stands in the way, and nothing when all is well."""

from dataclasses import replace
from datetime import date

import pytest

from ekc.workflow.blocker import Blocker, Guard
from ekc.workflow.definition.rows import STEPS
from ekc.workflow.engine import GUARD_RULES
from ekc.workflow.facts import BottomLineFacts, CoordinatorFacts, Facts, GoalFacts
from ekc.workflow.follow_ups import FOLLOW_UPS, FollowUpKind
from ekc.workflow.guards.agreement import accepted, bottom_lines_met, everyone_asked, tasks_agreed
from ekc.workflow.guards.circle import (
    childrens_part_decided,
    everyone_decided,
    everyone_informed,
    family_outnumbers_professionals,
    only_main_person,
    safety_asked,
    safety_decided,
    two_sides_there,
)
from ekc.workflow.guards.consents import consents_valid, main_person_said_yes
from ekc.workflow.guards.coordinator import (
    coordinator_accepted,
    coordinator_confirmed,
    coordinator_independent,
    independence_declared,
)
from ekc.workflow.guards.follow_ups import evaluation_held, family_wants_new_version
from ekc.workflow.guards.meeting import (
    bottom_lines_shared,
    information_told,
    made_at_a_conference,
    meeting_arranged,
    no_meeting_held,
    question_agreed,
    questions_answered,
)
from ekc.workflow.guards.plan import (
    actions_ahead,
    actions_before_evaluation,
    actions_complete,
    evaluation_arranged,
    evaluation_on_no_holiday,
    monitor_named,
    support_answered,
    what_if_complete,
)
from ekc.workflow.guards.room import enough_family_present, excluded_left, interpreter_in_room, professionals_left
from ekc.workflow.independence import Conflict, Matter, Tie
from ekc.workflow.profiles import ENGLAND, NEW_ZEALAND, NL, Profile
from ekc.workflow.vocabulary import (
    Agreed,
    ArrangementKind,
    Attends,
    InformationKind,
    Part,
    Remedy,
    Step,
    SupportAnswer,
    Variant,
    VoiceMatter,
)
from tests.workflow.build import (
    ACTION,
    ADVOCATE,
    CHILD,
    FRIEND,
    INTERPRETER,
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

TWO_SIDES = facts(variant=Variant.GROUP, sides=("residents", "young people"))
#: Three of one side are in the room, and nobody of the other.
ON_ONE_SIDE = tuple(replace(p, side="residents") for p in (MOTHER, UNCLE, FRIEND))


SAYS_NO = replace(UNCLE, voices={VoiceMatter.PLAN: Agreed.NO})

ASKED = "years old, and is asked to consent themselves: that is not here yet"

#: Guard, the case, and (sentence, remedy, target) of what it says, blanks filled in.
SPOILED: list[tuple[Guard, Facts, list[tuple[str, str, str]]]] = [
    (
        two_sides_there,
        facts(variant=Variant.RECOVERY, sides=()),
        [("Two sides make a plan with each other here: write down which two", "registration", "sides")],
    ),
    (
        two_sides_there,
        facts(
            variant=Variant.RECOVERY,
            sides=("Ilse", "Milan"),
            people=(replace(MOTHER, side="Ilse"), replace(NURSE, side="Milan")),
        ),
        [("There is nobody of this side in the circle yet: Milan", "circle", "")],
    ),
    (
        main_person_said_yes,
        facts(people=(UNCLE,)),
        [("There is no main person in the circle yet", "circle", "")],
    ),
    (
        main_person_said_yes,
        with_people(replace(MOTHER, voices={}), person(9, Part.MAIN_PERSON)),
        [("The yes of Person 1 is not recorded yet", "registration", "said_yes_1")],
    ),
    (
        consents_valid,
        with_people(replace(MOTHER, consented=False)),
        [("The consent of Person 1 is not here yet", "consents", "1")],
    ),
    (
        consents_valid,
        with_people(replace(MOTHER, consented=False), replace(CHILD, consented=False)),
        [(f"Person 4 is 15 {ASKED}", "consents", "4"), ("The consent of Person 1 is not here yet", "consents", "1")],
    ),
    (
        consents_valid,
        with_people(replace(MOTHER, consented=False), person(9, Part.MAIN_PERSON, consented=False)),
        [("2 consents are not here yet: Person 1, Person 9", "consents", "1")],
    ),
    (
        consents_valid,
        with_people(replace(CHILD, age=None, consented=False)),
        [("The age of Person 4 is not known yet: a child is asked from the age of 12", "person", "4")],
    ),
    (
        consents_valid,
        with_people(replace(MOTHER, age=None, may_be_a_child=True)),
        [("The age of Person 1 is not known yet: a child is asked from the age of 12", "person", "1")],
    ),
    (
        consents_valid,
        replace(with_people(replace(CHILD, age=16, consented=False)), profile=ENGLAND),
        [(f"Person 4 is 16 {ASKED}", "consents", "4")],
    ),
    (
        consents_valid,
        with_people(replace(CHILD, age=12, oldest=14, consented=False)),
        [("Person 4 is 12 years or older, and is asked to consent themselves: that is not here yet", "consents", "4")],
    ),
    (consents_valid, facts(people=()), [("There is no main person in the circle yet", "circle", "")]),
    (coordinator_confirmed, facts(people=(UNCLE,)), [("There is no main person in the circle yet", "circle", "")]),
    (
        consents_valid,
        with_people(replace(UNCLE, age=14, consented=False)),
        [(f"Person 2 is 14 {ASKED}", "consents", "2")],
    ),
    (
        consents_valid,
        facts(people=(replace(MOTHER, age=None, consented=False),)),
        [
            ("The consent of Person 1 is not here yet", "consents", "1"),
        ],
    ),
    (
        consents_valid,
        facts(people=(replace(MOTHER, age=3, consented=False), replace(UNCLE, consented=False), CHILD, NURSE)),
        [("Nobody has consented yet for Person 1, who is too young to be asked", "consents", "1")],
    ),
    (
        coordinator_accepted,
        facts(coordinator=CoordinatorFacts()),
        [("No coordinator has been asked yet", "coordinator", "")],
    ),
    (
        coordinator_accepted,
        facts(coordinator=CoordinatorFacts(asked=True)),
        [("The coordinator has not said yet whether they take the case", "coordinator", "")],
    ),
    (
        independence_declared,
        facts(coordinator=CoordinatorFacts(asked=True, accepted=True)),
        [("The independence of the coordinator has not been declared yet", "coordinator", "")],
    ),
    (
        coordinator_independent,
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
        coordinator_confirmed,
        with_people(replace(MOTHER, voices={}), person(9, Part.MAIN_PERSON)),
        [("Person 1 has not confirmed the coordinator yet", "coordinator", "1")],
    ),
    (
        coordinator_confirmed,
        with_people(
            replace(MOTHER, voices={VoiceMatter.COORDINATOR: Agreed.NO}), person(9, Part.MAIN_PERSON, voices={})
        ),
        [
            ("A main person would rather have another coordinator", "coordinator", ""),
            ("Person 9 has not confirmed the coordinator yet", "coordinator", "9"),
        ],
    ),
    (
        question_agreed,
        facts(question_agreed=False),
        [("The central question has not been agreed yet", "registration", "question_agreed_on")],
    ),
    (
        everyone_decided,
        with_people(replace(UNCLE, attends=None), replace(CHILD, attends=None)),
        [("It is not known yet whether Person 2 comes", "circle", "2")],
    ),
    (everyone_decided, facts(people=()), [("There is nobody in the circle yet", "circle", "")]),
    (everyone_informed, facts(people=()), [("Nobody who comes has been told yet", "informed", "")]),
    (
        everyone_informed,
        facts(people=(replace(MOTHER, attends=None, informed=False), replace(INTERPRETER, attends=Attends.PHONE))),
        [("Nobody who comes has been told yet", "informed", "")],
    ),
    (safety_decided, facts(people=()), [("Nobody has been asked yet whether it is safe for them", "informed", "")]),
    (
        safety_decided,
        facts(people=(replace(MOTHER, informed=False), replace(UNCLE, informed=False))),
        [("Nobody has been asked yet whether it is safe for them", "informed", "")],
    ),
    (childrens_part_decided, facts(people=()), [("There is nobody in the circle yet", "circle", "")]),
    (
        childrens_part_decided,
        with_people(replace(UNCLE, age=9, attends=None)),
        [("It has not been decided yet how Person 2 takes part", "circle", "2")],
    ),
    (
        everyone_informed,
        with_people(replace(UNCLE, informed=False), replace(NURSE, informed=False, attends=Attends.PHONE)),
        [("2 people have not been told yet: Person 2, Person 6", "informed", "2")],
    ),
    (
        safety_asked,
        with_people(replace(UNCLE, said_safe=False), replace(FRIEND, said_safe=False, concerns=0)),
        [
            (
                "2 people have not been asked on their own whether it is safe for them: Person 2, Person 3",
                "informed",
                "2",
            )
        ],
    ),
    (
        safety_decided,
        with_people(replace(UNCLE, unmet_concerns=1)),
        [("There is no safety arrangement for Person 2 yet", "safety", "2")],
    ),
    (
        childrens_part_decided,
        with_people(replace(CHILD, attends=None)),
        [("It has not been decided yet how Person 4 takes part", "circle", "4")],
    ),
    (
        bottom_lines_shared,
        facts(bottom_lines=()),
        [("Nobody has said yet whether there are bottom lines", "bottom_lines", "")],
    ),
    (
        bottom_lines_shared,
        facts(
            bottom_lines=(
                BottomLineFacts(11, 1, shared=True, met=None),
                BottomLineFacts(12, 2, shared=False, met=None, agreed=True),
                BottomLineFacts(13, 3, shared=False, met=None),
            )
        ),
        [
            ("Bottom line 2 has not been shared with the family yet", "bottom_lines", "12"),
            ("The words of bottom line 3 are not agreed yet", "bottom_lines", "13"),
        ],
    ),
    (
        meeting_arranged,
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
        family_outnumbers_professionals,
        facts(people=(MOTHER, NURSE)),
        [("The family is not the larger group yet (family: 1, professionals: 1)", "circle", "")],
    ),
    (
        information_told,
        facts(told=frozenset()),
        [
            ("The situation has not been told yet", "information", ""),
            ("It has not been told yet why a plan is needed", "information", ""),
            ("It has not been told yet what help there is", "information", ""),
        ],
    ),
    (questions_answered, facts(open_questions=1), [("1 question has no answer yet", "information", "")]),
    (questions_answered, facts(open_questions=2), [("2 questions have no answer yet", "information", "")]),
    (
        enough_family_present,
        facts(people=(MOTHER, UNCLE, replace(FRIEND, in_room=False), NURSE)),
        [("Private time asks for 3 of the family or more; in the room now: 2", "attendance", "")],
    ),
    (
        enough_family_present,
        facts(people=(MOTHER, UNCLE, replace(FRIEND, attends=Attends.EXCLUDED))),
        [("Private time asks for 3 of the family or more; in the room now: 2", "attendance", "")],
    ),
    (
        enough_family_present,
        replace(TWO_SIDES, people=(*ON_ONE_SIDE, replace(CHILD, side="young people", in_room=False))),
        [("Nobody of this side is in the room: young people", "attendance", "")],
    ),
    (  # a supporter of a side, or a professional who stands there, is not that side
        enough_family_present,
        replace(TWO_SIDES, people=(*ON_ONE_SIDE, *(replace(p, side="young people") for p in (ADVOCATE, NURSE)))),
        [("Nobody of this side is in the room: young people", "attendance", "")],
    ),
    (
        professionals_left,
        with_people(replace(NURSE, in_room=True)),
        [("Person 6 is still in the room", "attendance", "6")],
    ),
    (  # made a supporter meanwhile: whoever came as a professional stays one that day
        professionals_left,
        with_people(replace(NURSE, in_room=True, part=Part.SUPPORTER)),
        [("Person 6 is still in the room", "attendance", "6")],
    ),
    (  # it was decided while they were there
        excluded_left,
        with_people(replace(UNCLE, attends=Attends.EXCLUDED)),
        [("Person 2 is still in the room", "attendance", "2")],
    ),
    (  # works where a professional works
        professionals_left,
        with_people(replace(UNCLE, perhaps_professional=True)),
        [("It is not known whether Person 2 comes as a professional", "person", "2")],
    ),
    (actions_complete, with_plan(actions=()), [("The plan has no actions yet", "plan", "")]),
    (
        actions_complete,
        with_plan(goals=(GoalFacts(1, "g1", actions=2), GoalFacts(2, "g2", actions=0))),
        [("Goal 2 has no actions yet: add one, or take the goal out", "plan", "g2")],
    ),
    (
        actions_complete,
        with_plan(actions=(ACTION, replace(ACTION, number="2.1", key="a9", people=0, what=False, timed=False))),
        [
            ("Action 2.1 does not say what is done", "plan", "a9"),
            ("Action 2.1 has nobody who does it", "plan", "a9"),
            ("Action 2.1 does not say by when or how often", "plan", "a9"),
        ],
    ),
    (
        actions_before_evaluation,
        with_plan(actions=(ACTION, replace(ACTION, number="2.1", key="a9", starts=date(2026, 7, 12)))),
        [("Action 2.1 begins after the evaluation: is that intended?", "plan", "a9")],
    ),
    (
        no_meeting_held,
        facts(no_conference_held=False),
        [
            (
                "A conference of this round was held: open it again on the new day, and write the plan there",
                "meeting",
                "",
            )
        ],
    ),
    (
        only_main_person,
        with_people(MOTHER, replace(UNCLE, part=Part.MAIN_PERSON)),
        [
            (
                "There are more main persons (Person 1, Person 2): take out of the circle whoever died or left, "
                "and go on",
                "circle",
                "",
            )
        ],
    ),
    (
        what_if_complete,
        with_plan(what_ifs=()),
        [("No what-if names two people or more who meet when the plan does not work out", "plan", "what-ifs")],
    ),
    (
        what_if_complete,
        with_plan(what_ifs=(WHAT_IF, replace(WHAT_IF, number=2, key="w2", complete=False))),
        [("What-if 2 is half written: say if what happens, then what", "plan", "w2")],
    ),
    (
        what_if_complete,
        with_plan(what_ifs=(replace(WHAT_IF, people=1),)),
        [("No what-if names two people or more who meet when the plan does not work out", "plan", "what-ifs")],
    ),
    (
        evaluation_arranged,
        with_plan(evaluation_on=None, evaluation_place=False, convenor=None),
        [
            ("No evaluation date has been chosen yet", "plan", "evaluation"),
            ("The evaluation has no place yet", "plan", "evaluation"),
            ("It is not agreed yet who calls people together for the evaluation", "plan", "evaluation"),
        ],
    ),
    (
        evaluation_arranged,
        with_plan(evaluation_on=READY.today),
        [("The evaluation date does not lie ahead: choose a later one", "plan", "evaluation")],
    ),
    (
        evaluation_arranged,
        replace(with_plan(evaluation_on=date(2027, 4, 19)), profile=NEW_ZEALAND),
        [("The evaluation must be on 2027-04-18 at the latest", "plan", "evaluation")],
    ),
    (
        evaluation_arranged,
        replace(
            with_people(replace(CHILD, age=None)),
            plan=replace(READY.plan, evaluation_on=date(2026, 10, 19)),
            profile=NEW_ZEALAND,
        ),
        [
            (
                "The evaluation must be on 2026-10-18 at the latest, as for a young child: it is not known how old "
                "Person 4 is",
                "plan",
                "evaluation",
            )
        ],
    ),
    (
        evaluation_arranged,
        replace(
            with_people(replace(MOTHER, age=3)),
            plan=replace(READY.plan, evaluation_on=date(2026, 10, 19)),
            profile=NEW_ZEALAND,
        ),
        [("The evaluation must be on 2026-10-18 at the latest", "plan", "evaluation")],
    ),
    (
        evaluation_arranged,
        replace(
            with_people(replace(CHILD, age=None), replace(MOTHER, age=None)),
            plan=replace(READY.plan, evaluation_on=date(2031, 1, 1)),
            profile=NEW_ZEALAND,
        ),
        [
            (
                "The evaluation must be on 2026-10-18 at the latest, as for a young child: it is not known how old "
                "Person 1, Person 4 is",
                "plan",
                "evaluation",
            )
        ],
    ),
    (monitor_named, with_plan(monitor=None), [("Nobody keeps an eye on the plan yet", "plan", "monitor")]),
    (
        monitor_named,
        with_plan(monitor=CHILD.id),
        [("Person 4 is a child: choose somebody older who keeps an eye on the plan", "plan", "monitor")],
    ),
    (
        monitor_named,
        replace(with_people(replace(MOTHER, age=15)), plan=replace(READY.plan, monitor=MOTHER.id)),
        [("Person 1 is a child: choose somebody older who keeps an eye on the plan", "plan", "monitor")],
    ),
    (
        evaluation_arranged,
        with_plan(convenor=CHILD.id),
        [("Person 4 is a child: choose somebody older who calls everyone together", "plan", "evaluation")],
    ),
    (
        support_answered,
        with_plan(actions=(ACTION, replace(SUPPORT, people=0, answer=SupportAnswer.PENDING))),
        [("Nobody has been named to answer the request for support 1.2", "plan", "a2")],
    ),
    (
        support_answered,
        with_plan(actions=(replace(SUPPORT, answer=SupportAnswer.DECLINED),)),
        [("Support for action 1.2 was declined: agree what happens instead", "plan", "a2")],
    ),
    (
        bottom_lines_met,
        facts(
            bottom_lines=(BottomLineFacts(11, 1, shared=True, met=None), BottomLineFacts(12, 2, shared=True, met=False))
        ),
        [
            ("Bottom line 1 has not been checked yet", "agreement", "11"),
            ("Bottom line 2 is not met by this plan", "agreement", "12"),
        ],
    ),
    (
        accepted,
        facts(accepted=None),
        [("The referrer or a professional has not said yet whether the plan is accepted", "agreement", "")],
    ),
    (
        accepted,
        facts(accepted=False),
        [("The plan was not accepted: read the reason, the family can go back into private time", "agreement", "")],
    ),
    (
        everyone_asked,
        with_people(replace(UNCLE, voices={}, said_earlier=False), replace(CHILD, voices={}, said_earlier=False)),
        [("2 people have not been asked about the plan yet: Person 2, Person 4", "agreement", "2")],
    ),
    (
        everyone_asked,
        replace(
            with_people(
                replace(UNCLE, voices={}, present=False, said_earlier=False),
                replace(FRIEND, voices={}, has_task=False),
            ),
            meeting_held=False,
        ),
        [("Person 2 has not been asked about the plan yet", "agreement", "2")],
    ),
    (
        everyone_asked,
        with_people(replace(UNCLE, voices={}, said_earlier=True), replace(CHILD, voices={}, said_earlier=False)),
        [
            ("The plan changed after Person 2 answered: ask again", "agreement", "2"),
            ("Person 4 has not been asked about the plan yet", "agreement", "4"),
        ],
    ),
    (
        tasks_agreed,
        replace(with_people(SAYS_NO), plan=with_plan(actions=(replace(ACTION, who=frozenset({2})),)).plan),
        [("Whoever does action 1.1 does not agree: agree what happens instead", "plan", ACTION.key)],
    ),
    (
        tasks_agreed,
        replace(with_people(SAYS_NO), plan=with_plan(monitor=2, convenor=2).plan),
        [
            ("Person 2 keeps an eye on the plan, and does not agree with it: choose somebody else", "plan", "monitor"),
            (
                "Person 2 calls everyone together, and does not agree with the plan: choose somebody else",
                "plan",
                "evaluation",
            ),
        ],
    ),
    (
        actions_ahead,
        with_plan(actions=(replace(ACTION, by=date(2026, 4, 17), done=False),)),
        [
            (
                "Action 1.1 had to be done by 2026-04-17, which is past: take it out, or choose another day",
                "plan",
                ACTION.key,
            )
        ],
    ),
    (
        made_at_a_conference,
        facts(without_conference=True),
        [("This plan was made without a conference. To hold one, choose: go on another day", "meeting", "")],
    ),
    (evaluation_held, facts(evaluation_held=False), [("No evaluation has been held yet", "follow_ups", "")]),
    (
        family_wants_new_version,
        facts(family_wants_new_version=False),
        [("The family has not said yet that it wants a new version", "follow_ups", "")],
    ),
    (
        GUARD_RULES["call_settled"].check,
        facts(settled_follow_ups=frozenset(FollowUpKind) - {FollowUpKind.CALL}),
        [("The call after four weeks has not been made or given up yet", "follow_ups", "")],
    ),
    (
        GUARD_RULES["evaluation_settled"].check,
        facts(settled_follow_ups=frozenset(FollowUpKind) - {FollowUpKind.EVALUATION}),
        [("The evaluation has not been held or given up yet", "follow_ups", "")],
    ),
    *(
        (
            GUARD_RULES[f"{rule.kind}_settled"].check,
            facts(settled_follow_ups=frozenset(FollowUpKind) - {rule.kind}),
            [(rule.unsettled, "follow_ups", "")],
        )
        for rule in FOLLOW_UPS
        if rule.blocks_closing
    ),
]

#: Cases that come close to a reason and give none.
CLOSE_CALLS: list[tuple[Guard, Facts]] = [
    (two_sides_there, facts(variant=Variant.GROUP, sides=())),
    (
        two_sides_there,
        facts(
            variant=Variant.RECOVERY,
            sides=("Ilse", "Milan"),
            people=(replace(MOTHER, side="Ilse"), person(9, Part.MAIN_PERSON, side="Milan"), UNCLE),
        ),
    ),
    (consents_valid, with_people(replace(CHILD, age=11, consented=False))),
    (consents_valid, replace(with_people(replace(CHILD, consented=False)), profile=ENGLAND)),
    (consents_valid, replace(with_people(replace(MOTHER, consented=False)), variant=Variant.GROUP)),
    (consents_valid, with_people(replace(MOTHER, age=3, consented=False))),
    (consents_valid, facts(people=(replace(MOTHER, age=3),))),
    (everyone_decided, with_people(replace(UNCLE, attends=Attends.NO))),
    (everyone_decided, with_people(replace(UNCLE, age=9, attends=None))),
    (safety_decided, facts(people=(replace(MOTHER, informed=False), UNCLE))),
    (everyone_informed, with_people(replace(UNCLE, attends=Attends.LETTER, informed=False))),
    (
        safety_asked,
        with_people(
            replace(UNCLE, attends=Attends.LETTER, said_safe=False),
            replace(FRIEND, said_safe=False, concerns=1),
            replace(NURSE, said_safe=False),
        ),
    ),
    (childrens_part_decided, with_people(replace(CHILD, attends=Attends.NO))),
    (bottom_lines_shared, facts(bottom_lines=(), said_no_bottom_lines=True)),
    (
        meeting_arranged,
        replace(
            with_people(replace(UNCLE, needs_interpreter=True, attends=Attends.LETTER)),
            arranged=frozenset({ArrangementKind.FOOD, ArrangementKind.TRAVEL}),
        ),
    ),
    (
        family_outnumbers_professionals,
        facts(
            people=(MOTHER, NURSE, replace(NURSE, id=8, attends=Attends.LETTER), replace(UNCLE, attends=None), FRIEND)
        ),
    ),
    (enough_family_present, facts(people=(MOTHER, UNCLE, FRIEND))),
    (enough_family_present, replace(TWO_SIDES, people=(*ON_ONE_SIDE, replace(CHILD, side="young people")))),
    (enough_family_present, replace(TWO_SIDES, variant=Variant.FAMILY, people=ON_ONE_SIDE)),
    (professionals_left, with_people(replace(NURSE, part=Part.SUPPORTER))),
    (professionals_left, with_people(replace(INTERPRETER, in_room=True))),
    (professionals_left, with_people(replace(UNCLE, perhaps_professional=True, in_room=False))),
    (professionals_left, with_people(replace(UNCLE, attends=Attends.EXCLUDED))),
    (excluded_left, with_people(replace(UNCLE, attends=Attends.EXCLUDED, in_room=False))),
    (excluded_left, with_people(replace(NURSE, attends=Attends.EXCLUDED, in_room=True))),
    (actions_complete, with_plan(actions=(ACTION, replace(SUPPORT, people=0)))),
    (actions_before_evaluation, with_plan(actions=(replace(ACTION, starts=date(2026, 7, 11)),))),
    (only_main_person, with_people(replace(UNCLE, part=Part.MAIN_PERSON, attends=Attends.EXCLUDED))),
    (what_if_complete, with_plan(what_ifs=(WHAT_IF, replace(WHAT_IF, number=2, people=1)))),
    (evaluation_arranged, replace(with_plan(evaluation_on=date(2027, 4, 18)), profile=NEW_ZEALAND)),
    (evaluation_arranged, with_plan(evaluation_on=date(2030, 1, 1))),
    (
        support_answered,
        with_plan(actions=(replace(ACTION, people=0), replace(SUPPORT, answer=SupportAnswer.PENDING))),
    ),
    (accepted, facts(people=(MOTHER, UNCLE), accepted=None)),
    (accepted, replace(with_people(replace(NURSE, attends=Attends.EXCLUDED)), accepted=None)),
    (everyone_asked, with_people(replace(UNCLE, voices={}, present=False, has_task=False))),
    (everyone_asked, with_people(replace(UNCLE, voices={}, attends=Attends.EXCLUDED, has_task=False))),
    (everyone_asked, with_people(replace(NURSE, voices={}, has_task=True))),
    (
        tasks_agreed,
        replace(with_people(SAYS_NO), plan=with_plan(actions=(replace(ACTION, who=frozenset({1, 2})),)).plan),
    ),
    (actions_ahead, with_plan(actions=(replace(ACTION, by=date(2026, 4, 18), done=False),))),
    (actions_ahead, with_plan(actions=(replace(ACTION, by=date(2026, 4, 17), done=True),))),
]


def test_an_interpreter_who_is_not_in_the_room_is_asked_about() -> None:
    needs, away = replace(UNCLE, needs_interpreter=True), replace(INTERPRETER, in_room=False)
    asked = [(one.message % one.params, one.remedy) for one in interpreter_in_room(with_people(needs, away))]

    assert asked == [("Person 2 needs an interpreter, and no interpreter is in the room.", "attendance")]
    assert [*interpreter_in_room(with_people(needs))] == []
    assert [*interpreter_in_room(with_people(replace(needs, in_room=False), away))] == []


@pytest.mark.parametrize(
    ("on", "profile", "sentences"),
    [
        (date(2026, 12, 25), NL, ["The evaluation is on 2026-12-25, a public holiday: is that intended?"]),
        (date(2027, 4, 27), NL, ["The evaluation is on 2027-04-27, a public holiday: is that intended?"]),
        (date(2027, 4, 27), ENGLAND, []),
        (date(2026, 12, 26), NEW_ZEALAND, ["The evaluation is on 2026-12-26, a public holiday: is that intended?"]),
        (date(2026, 12, 24), NL, []),
        (None, NL, []),
    ],
)
def test_an_evaluation_on_a_public_holiday_is_asked_about(
    on: date | None, profile: Profile, sentences: list[str]
) -> None:
    case = replace(with_plan(evaluation_on=on), profile=profile)
    assert [one[0] for one in said(evaluation_on_no_holiday, case)] == sentences
    asked = [rule.step for rule in STEPS if evaluation_on_no_holiday in rule.questions]
    assert asked == [Step.AGREE_PLAN, Step.REVISE_PLAN]


@pytest.mark.parametrize(("guard", "case", "sentences"), SPOILED)
def test_says_what_stands_in_the_way(guard: Guard, case: Facts, sentences: list[tuple[str, str, str]]) -> None:
    assert said(guard, case) == sentences


@pytest.mark.parametrize(("guard", "case"), CLOSE_CALLS)
def test_says_nothing_when_it_comes_close(guard: Guard, case: Facts) -> None:
    assert said(guard, case) == []


def test_every_guard_of_the_table_is_spoiled_here_and_silent_when_all_is_well() -> None:
    asked = {guard.check for rule in STEPS for guard in rule.guards}
    assert {guard for guard, _, _ in SPOILED} == asked
    assert [blocker for guard in asked for blocker in guard(READY)] == []


def test_told_names_each_missing_part_alone() -> None:
    case = facts(told=frozenset(InformationKind) - {InformationKind.HELP})
    assert [b.message for b in information_told(case)] == ["It has not been told yet what help there is"]


def test_under_seven_the_evaluation_comes_sooner_in_new_zealand() -> None:
    toddler = person(8, Part.CHILD, age=6)
    case = replace(
        with_people(toddler), plan=replace(READY.plan, evaluation_on=date(2026, 10, 19)), profile=NEW_ZEALAND
    )
    assert [b.params for b in evaluation_arranged(case)] == [{"limit": date(2026, 10, 18)}]


def test_above_a_page_stand_the_first_few_of_many_names() -> None:
    def short(names: str) -> object:
        return Blocker("%(names)s", Remedy.CIRCLE, {"names": names}).short.params.get("names")

    assert short("Linda, Kees, Omar") == "Linda, Kees, Omar"
    assert short("Linda, Kees, Omar, Sanne, Rob") == "Linda, Kees, Omar, …"
    assert Blocker("Nobody", Remedy.CIRCLE).short.params == {}
