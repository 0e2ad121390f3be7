"""Who sees which part: what the issue asks of the table, said once more in other words; contradictions are refused."""

from dataclasses import replace

import pytest

from ekc.workflow.check import check_tables
from ekc.workflow.engine import PART_RULES, sees
from ekc.workflow.parts import PARTS, SHOWN_BY, Grant, PartRule
from ekc.workflow.vocabulary import (
    INSIDE_ROLES,
    ROLES_OF_SHARING,
    Activity,
    CasePart,
    Phase,
    PlanSharing,
    Role,
    Scope,
)

ALWAYS = frozenset(Phase)
AGENCIES = frozenset({Role.REFERRER, Role.PROFESSIONAL})


def ever(role: Role) -> set[CasePart]:
    """The parts that a role sees in some phase."""
    return {part for part in CasePart if any(sees(part, phase, {role}) for phase in Phase)}


def who(part: CasePart) -> set[Role]:
    """The roles that see a part in some phase."""
    return {role for role in Role if part in ever(role)}


def test_the_coordinator_alone_sees_secret_addresses() -> None:
    assert who(CasePart.SECRET_ADDRESSES) == {Role.COORDINATOR}


@pytest.mark.parametrize("part", [CasePart.CONTACT, CasePart.SAFETY, CasePart.DETAILS])
def test_nobody_in_the_circle_sees_how_to_reach_others_or_what_they_fear(part: CasePart) -> None:
    stands_in = {Role.STANDS_IN} if part is CasePart.CONTACT else set()  # a regional manager, who makes links
    assert who(part) == {Role.COORDINATOR, Role.REGIONAL_MANAGER} | stands_in


def test_a_care_manager_sees_figures_and_an_administrator_no_case() -> None:
    assert (ever(Role.CARE_MANAGER), ever(Role.ADMINISTRATOR)) == ({CasePart.FIGURES}, {CasePart.ACCOUNTS})


def test_referrers_and_professionals_see_their_own_and_the_bottom_lines() -> None:
    for role in AGENCIES:
        assert ever(role) == {
            CasePart.TITLE,
            CasePart.QUESTION,
            CasePart.OWN_DETAILS,
            CasePart.BOTTOM_LINES,
            CasePart.ACCEPTANCE,
            CasePart.OWN_PLAN,
            CasePart.WAIVERS,
            CasePart.VIEWS,
        }
        assert {sees(CasePart.ACCEPTANCE, phase, {role}) for phase in Phase} == {None, Scope.OWN}


def test_day_and_place_are_told_to_whoever_comes_and_to_nobody_else_in_the_circle() -> None:
    assert who(CasePart.PRACTICAL) == {Role.MAIN_PERSON, Role.COMES, Role.COORDINATOR, Role.REGIONAL_MANAGER}
    assert who(CasePart.DAY) == who(CasePart.PRACTICAL) | {Role.JOINS}
    assert (ever(Role.COMES), ever(Role.JOINS)) == ({CasePart.DAY, CasePart.PRACTICAL}, {CasePart.DAY})


@pytest.mark.parametrize(
    ("sharing", "called", "whole"),
    [
        (PlanSharing.NOTHING, None, None),
        (PlanSharing.CONCERNS, Scope.OWN, None),
        (PlanSharing.ALL, Scope.OWN, Scope.ALL),
    ],
)
def test_the_plan_is_seen_as_it_is_shared(sharing: PlanSharing, called: Scope | None, whole: Scope | None) -> None:
    roles = {Role.PROFESSIONAL} | ROLES_OF_SHARING[sharing]
    for phase in Phase:
        shown = phase in (Phase.PRESENTATION, Phase.EVALUATION)
        assert sees(CasePart.OWN_PLAN, phase, roles) is (Scope.OWN if shown else None)  # who is asked hears it
        assert sees(CasePart.OWN_WHAT_IFS, phase, roles) is (called if shown else None)
        assert sees(CasePart.PLAN, phase, roles) is (whole if shown else None)


def test_from_outside_the_room_private_time_is_a_title_and_a_time() -> None:
    for role in set(Role) - INSIDE_ROLES - {Role.IN_ROOM}:
        seen = {part for part in CasePart if sees(part, Phase.PRIVATE_TIME, {role})}
        assert seen <= {
            CasePart.TITLE,
            CasePart.FIGURES,
            CasePart.QUESTION,
            CasePart.OWN_DETAILS,
            CasePart.ACCOUNTS,
        }


def test_of_several_roles_the_widest_counts() -> None:
    both = {Role.REFERRER, Role.PLAN_READER}
    assert sees(CasePart.ACCEPTANCE, Phase.EVALUATION, both) is Scope.ALL
    assert sees(CasePart.ACCEPTANCE, Phase.EVALUATION, {Role.REFERRER}) is Scope.OWN
    assert sees(CasePart.ACCEPTANCE, Phase.EVALUATION, set()) is None


def parts(part: CasePart, role: Role, grant: Grant) -> tuple[PartRule, ...]:
    """The table, with one grant more."""
    rule = PART_RULES[part]
    changed = replace(rule, grants=rule.grants | {role: grant})
    return tuple(changed if one is rule else one for one in PARTS)


PRIVATE = frozenset({Phase.PRIVATE_TIME})
SETUP = frozenset({Phase.SETUP})


@pytest.mark.parametrize(
    ("planted", "complaint"),
    [
        (PARTS[1:], "0 rules for title; see_case shows title to coordinator in closed, .*"),
        ((*PARTS, PARTS[-1]), "2 rules for accounts"),
        (parts(CasePart.CONTACT, Role.FAMILY, Grant(SETUP)), "family sees contact, which nobody in the circle sees"),
        (parts(CasePart.SAFETY, Role.PLAN_READER, Grant(SETUP)),
         "plan_reader sees safety, which nobody in the circle sees"),
        (parts(CasePart.SECRET_ADDRESSES, Role.REGIONAL_MANAGER, Grant(SETUP)),
         "secret_addresses is seen by regional_manager and not by coordinator alone"),
        (parts(CasePart.TITLE, Role.CARE_MANAGER, Grant(SETUP)), "care_manager sees title and not figures alone"),
        (parts(CasePart.FIGURES, Role.ADMINISTRATOR, Grant(SETUP)),
         "administrator sees figures and not accounts alone"),
        (parts(CasePart.NAMES, Role.REGIONAL_MANAGER, Grant(ALWAYS)),
         "names is seen by regional_manager in private time"),
        (parts(CasePart.NAMES, Role.REGIONAL_MANAGER, Grant(ALWAYS - PRIVATE, in_force=PRIVATE)),
         "names is seen by regional_manager in private time"),
        (parts(CasePart.OWN_DETAILS, Role.CHILD, Grant(ALWAYS)), "child sees own_details of others"),
        (parts(CasePart.FOLLOW_UPS, Role.CONVENOR, Grant(SETUP)),
         "see_follow_ups shows follow_ups to convenor in evaluation, who does not see it then; "
         "follow_up shows follow_ups to convenor in evaluation, who does not see it then"),
    ],
)  # fmt: skip
def test_a_part_that_contradicts_is_refused_by_name(planted: tuple[PartRule, ...], complaint: str) -> None:
    with pytest.raises(ValueError, match=f"^{complaint}$"):
        check_tables(parts=planted)


def test_an_activity_that_does_not_say_what_it_shows_is_refused() -> None:
    silent: dict[Activity, frozenset[CasePart]] = {
        activity: shown for activity, shown in SHOWN_BY.items() if activity is not Activity.TAKE_STEP
    }
    with pytest.raises(ValueError, match=r"^it is not said which parts take_step shows$"):
        check_tables(shown_by=silent)


def test_a_coordinator_who_writes_sees_the_whole_for_the_piece() -> None:
    """Answering a request shows what the plan asks of somebody; whoever sees the whole plan sees that in it."""
    assert CasePart.OWN_PLAN in SHOWN_BY[Activity.ANSWER_SUPPORT]
    assert Role.COORDINATOR not in PART_RULES[CasePart.OWN_PLAN].grants
