"""Whose yes each matter needs, who is named as not asked, and when a wish is more than a wish."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekc.workflow.engine import STEP_RULES, judge
from ekc.workflow.facts import Facts, PersonFacts
from ekc.workflow.guards.agreement import everyone_asked, noes_of_former_main_persons
from ekc.workflow.guards.circle import wishes_spoken_about
from ekc.workflow.guards.coordinator import coordinator_confirmed
from ekc.workflow.vocabulary import Agreed, Attends, Part, Phase, Role, Step, VoiceMatter
from ekc.workflow.voices import VOICES, all_want, asks_others, hear, must_be_asked, told_to_others, unspoken_wishes
from tests.workflow.build import MOTHER, UNCLE, facts, person, said

PLAN = VoiceMatter.PLAN
ABSENT = person(20, Part.FAMILY, attends=Attends.LETTER, present=False, in_room=False, has_task=False, voices={})


def names(people: tuple[PersonFacts, ...]) -> list[int]:
    return [one.id for one in people]


def with_circle(*people: PersonFacts, **more: object) -> Facts:
    return facts(people=people, phase=Phase.PRESENTATION, **more)


def test_there_is_a_row_for_each_matter() -> None:
    assert [rule.matter for rule in VOICES] == [*VoiceMatter]


@pytest.mark.parametrize(
    ("somebody", "asked"),
    [
        (ABSENT, False),
        (replace(ABSENT, part=Part.MAIN_PERSON), True),  # a victim who takes part by letter
        (replace(ABSENT, part=Part.MAIN_PERSON, attends=Attends.NO), True),
        (replace(ABSENT, part=Part.MAIN_PERSON, attends=Attends.EXCLUDED), False),
        (replace(ABSENT, has_task=True), True),
        (replace(ABSENT, has_task=True, attends=Attends.EXCLUDED), True),
        (replace(ABSENT, part=Part.SUPPORTER, has_task=True), True),
        (replace(ABSENT, part=Part.PROFESSIONAL, has_task=True), False),  # answers the request for support
        (replace(ABSENT, present=True), True),
        (replace(ABSENT, part=Part.INTERPRETER, present=True), False),
    ],
)
def test_who_is_asked_about_the_plan(somebody: PersonFacts, asked: bool) -> None:
    case = with_circle(MOTHER, UNCLE, somebody)

    assert names(hear(PLAN, case).not_asked) == ([20] if asked else [])
    assert bool(said(everyone_asked, case)) is asked


def test_each_side_is_asked() -> None:
    residents = replace(MOTHER, side="residents")
    young = replace(ABSENT, side="Young people")
    same = replace(UNCLE, side="young people")

    case = with_circle(residents, young)

    assert hear(PLAN, case).sides == ("Young people",)
    assert said(everyone_asked, case) == [
        ("Nobody of the side “Young people” has been asked about the plan yet", "agreement", "")
    ]
    assert hear(PLAN, with_circle(residents, young, same)).sides == ()
    # where somebody of the side has to be asked in person, they are named, and not the side as well
    busy = hear(PLAN, with_circle(residents, replace(young, has_task=True)))
    assert (names(busy.not_asked), busy.sides) == ([20], ())


@pytest.mark.parametrize("matter", [VoiceMatter.CONFERENCE, VoiceMatter.COORDINATOR])
def test_one_main_person_says_nothing_for_another(matter: VoiceMatter) -> None:
    father = person(21, Part.MAIN_PERSON, voices={})

    assert names(hear(matter, with_circle(MOTHER, father)).not_asked) == [21]


def test_whoever_is_no_longer_a_main_person_holds_no_coordinator_up() -> None:
    no = {VoiceMatter.COORDINATOR: Agreed.NO}
    former = person(22, Part.FAMILY, voices=no)
    away = person(23, Part.MAIN_PERSON, voices=no, attends=Attends.EXCLUDED)

    assert said(coordinator_confirmed, with_circle(MOTHER, former, away)) == []


@pytest.mark.parametrize(
    "change", [{"part": Part.FAMILY}, {"attends": Attends.EXCLUDED}], ids=["another part", "stays away"]
)
def test_a_no_stands_when_somebody_else_makes_them_a_main_person_no_longer(change: dict[str, Any]) -> None:
    no = person(22, Part.MAIN_PERSON, voices={VoiceMatter.COORDINATOR: Agreed.NO, VoiceMatter.PLAN: Agreed.NO})
    former = replace(no, no_stands=True, **change)
    for case in (with_circle(MOTHER, former), replace(with_circle(MOTHER), former=(replace(no, no_stands=True),))):
        assert said(coordinator_confirmed, case) == [
            ("A main person would rather have another coordinator", "coordinator", "")
        ]
        assert hear(VoiceMatter.PLAN, case).no[-1].id == 22
        assert said(noes_of_former_main_persons, case) == [
            (
                "Person 22 is no longer a main person, and does not agree with this plan: the history says why.",
                "agreement",
                "",
            )
        ]


def test_a_wish_to_stop_of_somebody_who_was_taken_out_is_still_asked_about() -> None:
    wants = person(22, Part.MAIN_PERSON, voices={VoiceMatter.STOPPING: Agreed.YES}, spoken_with=frozenset())
    case = replace(with_circle(replace(MOTHER, voices={})), former=(replace(wants, no_stands=True),))
    assert [blocker.params["name"] for blocker in wishes_spoken_about(case)] == ["Person 22"]


@pytest.mark.parametrize("matter", [VoiceMatter.STOPPING, VoiceMatter.AGAIN])
def test_a_step_is_a_wish_until_every_main_person_wants_it(matter: VoiceMatter) -> None:
    mother, father = (person(number, Part.MAIN_PERSON, voices={}) for number in (1, 2))
    uncle = person(3, Part.FAMILY, voices={})

    wants = replace(mother, voices={matter: Agreed.YES})

    assert all_want(matter, with_circle(wants, uncle))
    assert not all_want(matter, with_circle(wants, father))
    assert all_want(matter, with_circle(wants, replace(father, voices={matter: Agreed.YES})))
    assert not all_want(matter, with_circle(wants, replace(father, voices={matter: Agreed.NO})))
    assert not all_want(matter, with_circle(replace(uncle, voices={matter: Agreed.YES})))  # nobody to want it
    alone = [asks_others(matter, with_circle(*people), who=1) for people in ((mother, uncle), (mother, father))]
    assert alone == [False, True]


@pytest.mark.parametrize("matter", [VoiceMatter.STOPPING, VoiceMatter.AGAIN])
def test_where_somebody_is_worried_about_safety_no_page_asks_the_others(matter: VoiceMatter) -> None:
    mother, father = (person(number, Part.MAIN_PERSON, voices={}) for number in (1, 2))
    aunt = person(3, Part.FAMILY, voices={})
    afraid = [replace(one, concerns=1) for one in (mother, father, aunt)]

    told = [told_to_others(matter, with_circle(*people)) for people in ((mother, father, aunt), *([x] for x in afraid))]

    assert told == [True, False, False, False]


@pytest.mark.parametrize("matter", [VoiceMatter.STOPPING, VoiceMatter.AGAIN])
def test_whoever_has_no_arrangement_for_safety_is_no_yes(matter: VoiceMatter) -> None:
    father = person(2, Part.MAIN_PERSON, voices={matter: Agreed.YES})
    mother = person(1, Part.MAIN_PERSON, voices={matter: Agreed.YES}, concerns=1)

    assert all_want(matter, with_circle(mother, father))
    assert not all_want(matter, with_circle(replace(mother, unmet_concerns=1), father))


@pytest.mark.parametrize("matter", [VoiceMatter.STOPPING, VoiceMatter.AGAIN])
@pytest.mark.parametrize("phase", Phase)
def test_a_wish_about_which_nobody_spoke_is_named_but_in_private_time(matter: VoiceMatter, phase: Phase) -> None:
    wishes = person(1, Part.MAIN_PERSON, voices={matter: Agreed.YES}, spoken_with=frozenset())
    case = facts(people=(wishes, UNCLE), phase=phase)

    assert unspoken_wishes(case) == ((wishes, matter),)
    named = [text for text, _, _ in said(wishes_spoken_about, case)]
    what = "stop" if matter is VoiceMatter.STOPPING else "come together again"
    expected = f"{wishes.name} wishes to {what}: speak with them, and write down what was said"
    assert named == ([] if phase is Phase.PRIVATE_TIME else [expected])


PEOPLE = st.lists(
    st.builds(
        PersonFacts,
        id=st.integers(1, 9),
        name=st.just("Somebody"),
        part=st.sampled_from(Part),
        attends=st.none() | st.sampled_from(Attends),
        present=st.booleans(),
        has_task=st.booleans(),
        side=st.sampled_from(["", "street", "square"]),
        voices=st.dictionaries(st.just(PLAN), st.sampled_from(Agreed)),
    ),
    max_size=5,
    unique_by=lambda one: one.id,
)


@pytest.mark.parametrize("step", [Step.AGREE_PLAN, Step.REVISE_PLAN])
@given(PEOPLE, st.booleans(), st.sampled_from([frozenset(), frozenset({"everyone_asked"})]))
def test_no_plan_is_agreed_with_somebody_neither_asked_nor_overridden(
    step: Step, people: list[PersonFacts], held: bool, overridden: frozenset[str]
) -> None:
    case = with_circle(MOTHER, *(one for one in people if one.id != MOTHER.id), meeting_held=held)

    verdict = judge(STEP_RULES[step], case, {Role.COORDINATOR}, overridden)

    unasked = [p for p in must_be_asked(PLAN, case) if PLAN not in p.voices]
    main = [p for p in case.people if p.part is Part.MAIN_PERSON and p.attends is not Attends.EXCLUDED]
    assert {p.id for p in main} <= {p.id for p in must_be_asked(PLAN, case)}
    if "everyone_asked" not in overridden:
        held_up = [reason for reason in verdict.reasons if reason.guard == "everyone_asked"]
        assert bool(held_up) is bool(unasked or hear(PLAN, case).sides)
