"""Agencies are compared as people mean them; what ties a coordinator holds up each step forward, and no other."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekc.names import plain
from ekc.workflow.blocker import about_conflict
from ekc.workflow.definition.rows import STEPS
from ekc.workflow.engine import verdict_on
from ekc.workflow.independence import Agency, Conflict, Matter, Tie, agencies, conflicts, works_for
from ekc.workflow.vocabulary import Step
from tests.workflow.build import READY

#: Spellings of one name, a line each.
SAME = (
    ("Stichting Jeugdbescherming Rivierstad", "jeugdbescherming RIVIERSTAD", "Jeugdbescherming, Rivierstad"),
    ("Coöperatie De Brug U.A.", "cooperatie de brug", "De Brug UA", "Brug"),
    ("GGZ Noord", "G.G.Z. Noord", "G G Z Noord", "GGZ-Noord", "ggz noord B.V.", "GGZ Noord B V"),
    ("'t Huis", "’t Huis", "Het Huis", "Huis"),
    ("Jeugd & Gezin", "Jeugd en Gezin", "Stichting Jeugd + Gezin"),
    ("Northfield Borough Council", "The Northfield borough council", "NORTHFIELD BOROUGH COUNCIL LTD."),
    ("Municipality of Rivierstad", "municipality Rivierstad"),
    ("Łódzki Dom", "Lodzki dom"),
    ("Straße", "STRASSE"),
    ("مركز الأسرة", "  مركز   الأسرة "),
)
#: Names that differ, however alike.
DIFFERENT = (
    ("Primary school De Wilg", "Primary school De Eik"),
    ("Youth protection Rivierstad", "Youth protection"),
    ("Team North", "Team South"),
    ("Stichting", "Vereniging"),
    ("Adult social care", "Adult care"),
)


@pytest.mark.parametrize("spellings", SAME)
def test_one_name_however_it_is_spelled(spellings: tuple[str, ...]) -> None:
    assert len({plain(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_names_are_others(one: str, other: str) -> None:
    assert plain(one) != plain(other)


@given(st.text())
def test_a_compared_name_is_compared_as_itself(name: str) -> None:
    assert plain(plain(name)) == plain(name)
    assert plain(f"  {name}\n") == plain(name)


def says_something(name: str) -> bool:
    """Whether a word is no small word."""
    return plain(f"Own {name}") != "own"


LETTERS = st.text(st.characters(categories=["Ll"], max_codepoint=0x17F), min_size=2, max_size=12)


@given(LETTERS.filter(says_something), st.sampled_from(["The {}", "{} BV", "({})", "“{}”"]))
def test_what_stands_around_a_name_does_not_count(name: str, around: str) -> None:
    assert plain(around.format(name)) == plain(name)
    assert plain(name.upper()) == plain(name)


def test_no_name_is_nobody() -> None:
    assert (plain(""), plain(" .,- ")) == ("", "")
    assert agencies([("", Tie.REFERS), (" - ", Tie.HELPS)]) == ()
    assert works_for(["", " ; "], [Agency("…", Tie.HELPS)]) == ()


def test_an_agency_is_named_once_by_its_closest_tie() -> None:
    named = [("De Wilg", Tie.HELPS), ("Youth protection", Tie.REFERS), ("the wilg", Tie.DECIDES), ("Police", Tie.HELPS)]
    assert agencies(named) == (
        Agency("Youth protection", Tie.REFERS),
        Agency("the wilg", Tie.DECIDES),
        Agency("Police", Tie.HELPS),
    )


YOUTH, SCHOOL = Agency("Youth protection", Tie.REFERS), Agency("De Wilg", Tie.HELPS)


@pytest.mark.parametrize(
    ("employers", "expected"),
    [
        ([""], ()),
        (["Library"], ()),
        (["stichting youth-protection"], (YOUTH,)),
        (["Library; de wilg"], (SCHOOL,)),
        (["Library\nDe Wilg", "Youth protection"], (YOUTH, SCHOOL)),
        (["Youth, protection"], (YOUTH,)),
    ],
)
def test_for_whom_somebody_works(employers: list[str], expected: tuple[Agency, ...]) -> None:
    assert works_for(employers, (YOUTH, SCHOOL)) == expected


def test_every_conflict_is_found() -> None:
    relations = ["an aunt", "", "An aunt.", "an uncle"]
    assert conflicts(["De Wilg"], (YOUTH, SCHOOL), relations, ["I rent out the house"]) == (
        Conflict(Matter.EMPLOYER, "De Wilg", Tie.HELPS),
        Conflict(Matter.RELATION, "an aunt"),
        Conflict(Matter.RELATION, "an uncle"),
        Conflict(Matter.INTEREST, "I rent out the house"),
    )
    assert conflicts(["", ""], (YOUTH, SCHOOL), [""], [""]) == ()


def test_a_tie_that_was_is_one_still_and_the_closest_counts() -> None:
    sets_line = Agency("De Wilg", Tie.DECIDES)
    assert conflicts(["De Wilg"], (SCHOOL,), before=(sets_line, YOUTH)) == (
        Conflict(Matter.EMPLOYER, "De Wilg", Tie.DECIDES, past=True),
    )
    assert conflicts(["De Wilg"], (sets_line,), before=(Agency("WILG", Tie.DECIDES), SCHOOL)) == (
        Conflict(Matter.EMPLOYER, "De Wilg", Tie.DECIDES),
    )


def test_a_key_is_of_one_conflict() -> None:
    wilg = Conflict(Matter.EMPLOYER, "De Wilg", Tie.HELPS)
    assert wilg.key == Conflict(Matter.EMPLOYER, "WILG", Tie.HELPS).key
    others = [
        Conflict(Matter.RELATION, "De Wilg"),
        Conflict(Matter.EMPLOYER, "De Eik", Tie.HELPS),
        Conflict(Matter.EMPLOYER, "De Wilg", Tie.DECIDES),
        Conflict(Matter.INTEREST, ""),
    ]
    assert len({wilg.key, *(other.key for other in others)}) == 5


def test_a_decision_about_an_agency_covers_that_tie_and_weaker_ones() -> None:
    of_wilg = [Conflict(Matter.EMPLOYER, "De Wilg", tie) for tie in (*Tie, None)]
    covered = [[one.covers(other) for other in of_wilg] for one in of_wilg]
    assert covered == [[True] * 4, [False, True, True, True], [False, False, True, True], [True] * 4]
    assert [one.covers(Conflict(Matter.EMPLOYER, "WILG", Tie.HELPS, past=True)) for one in of_wilg] == [True] * 4
    assert not any(one.covers(Conflict(Matter.EMPLOYER, "De Eik", Tie.HELPS)) for one in of_wilg)
    assert not any(one.covers(Conflict(Matter.RELATION, "De Wilg")) for one in of_wilg)


def test_of_what_was_declared_no_word_is_repeated() -> None:
    for matter in (Matter.RELATION, Matter.INTEREST):
        sentence = about_conflict("Noor", Conflict(matter, "I treated her mother."))
        assert "mother" not in sentence.message % sentence.params


#: Steps forward and to the end. All others stay open, whatever ties the coordinator.
HELD_UP = {
    Step.TAKE_ON,
    Step.OPEN_CONFERENCE,
    Step.BEGIN_PRIVATE_TIME,
    Step.AGREE_PLAN,
    Step.PLAN_WITHOUT_CONFERENCE,
    Step.REVISE_PLAN,
    Step.CLOSE,
    Step.NO_PLAN,
    Step.NO_NEW_PLAN,
}


def test_a_conflict_holds_up_the_steps_forward_and_to_the_end_and_no_others() -> None:
    tied = replace(READY.coordinator, name="Noor", conflicts=(Conflict(Matter.EMPLOYER, "De Wilg", Tie.HELPS),))
    held_up: set[Step] = set()
    goes_on: set[Step] = set()
    for rule in STEPS:
        for source in rule.sources:
            for role in rule.who:
                verdict = verdict_on(
                    rule.step,
                    replace(READY, phase=source, coordinator=tied, in_force=bool(rule.in_force)),
                    {role},
                )
                assert verdict is not None
                (goes_on if verdict.allowed else held_up).add(rule.step)
                assert not verdict.overridable
    assert (held_up, goes_on) == (HELD_UP, set(Step) - HELD_UP)
