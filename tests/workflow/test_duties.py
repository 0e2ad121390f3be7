"""Duties across the organisation: the table says who has them, and contradictions stop the program."""

import pytest

from ekc.workflow.check import check_tables
from ekc.workflow.duties import DUTIES, Duty, DutyRule
from ekc.workflow.engine import has_duty
from ekc.workflow.vocabulary import Role


def of(role: Role) -> set[Duty]:
    return {duty for duty in Duty if has_duty(duty, {role})}


def test_each_office_has_its_own_duties() -> None:
    assert {role: of(role) for role in Role if of(role)} == {
        Role.COORDINATOR: {Duty.CASES, Duty.CALENDAR, Duty.PROFILES, Duty.VENUES},
        Role.REGIONAL_MANAGER: {
            Duty.CASES,
            Duty.CALENDAR,
            Duty.FOLLOW_UPS,
            Duty.HAND_OVER,
            Duty.EMPLOYERS,
            Duty.COORDINATORS,
            Duty.LEAD_TIMES,
            Duty.PROFILES,
            Duty.NAMES,
            Duty.VENUES,
            Duty.SCHOOL_HOLIDAYS,
            Duty.REGISTER_MANY,
        },
        Role.CARE_MANAGER: {Duty.FOLLOW_UPS},
        Role.ADMINISTRATOR: {Duty.EMPLOYERS, Duty.ACCOUNTS, Duty.NAMES},
    }


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        (DUTIES[1:], "0 rules for cases"),
        ((*DUTIES, DUTIES[0]), "2 rules for cases"),
        ((*DUTIES[1:], DutyRule(Duty.CASES, "search", frozenset())), "nobody has the duty cases"),
        ((*DUTIES[1:], DutyRule(Duty.CASES, "search", frozenset({Role.FAMILY}))), "cases is of somebody in a circle"),
    ],
)
def test_duties_that_contradict_themselves_are_refused(rules: tuple[DutyRule, ...], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        check_tables(duties=rules)
