"""Nobody coordinates a case of an agency they work for; later conflicts block steps until they are waived."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import PROGRAM, By, Visitor
from ekc.accounts.models import Account
from ekc.conferences.actions import bottom_lines, circle
from ekc.conferences.entries import BottomLineText, PersonDetails
from ekc.core.audit import AuditEvent, read_detail
from ekc.core.errors import Refusal, Stale, Unknown
from ekc.journey.actions.steps import Blocked, take_step
from ekc.journey.home import staff_home
from ekc.journey.needs.kinds import NeedKind
from ekc.matching.actions import asking, independence
from ekc.matching.actions.independence import set_employer
from ekc.matching.queries.asking import same_referrer
from ekc.matching.queries.candidates import candidates
from ekc.matching.queries.match import Matches, matches, open_conflicts
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.independence import Matter, Tie
from ekc.workflow.vocabulary import Part, Phase, Role, Step, StopReason
from tests import build
from tests.build import INDEPENDENT, Made, registered_case
from tests.cast import Cast, participant
from tests.clock import START

ELS = PersonDetails(name="Els Vermeer", part=Part.PROFESSIONAL, organisation="Primary school De Wilg")


@pytest.fixture
def case(db_session: Session, cast: Cast) -> Made:
    return registered_case(db_session, cast, START)


def employ(session: Session, who: Visitor, employer: str) -> None:
    set_employer(By(session, PROGRAM, START), who.account_id or 0, employer)


def ask(session: Session, cast: Cast, case: Made, whom: Visitor) -> int:
    return asking.ask_coordinator(By(session, cast.ruud, START), case.id, whom.account_id or 0)


def ties(session: Session, case: Made) -> list[tuple[Matter, str, Tie | None]]:
    session.rollback()
    return [(one.matter, one.about, one.tie) for one in open_conflicts(session, case.id)]


def waive(session: Session, cast: Cast, case: Made, about: str, reason: str = "She teaches at another school.") -> None:
    (key,) = [one.key for one in open_conflicts(session, case.id) if one.about == about]
    independence.waive_conflict(By(session, cast.ruud, START), case.id, key, reason)


def why_not(session: Session, cast: Cast, case: Made, step: Step) -> list[str]:
    """The sentences with which a step is refused to Noor."""
    with pytest.raises(Blocked) as refused:
        take_step(By(session, cast.noor, START), case.id, Taking(step, reason="So it is."))
    return [one.blocker.message % one.blocker.params for one in refused.value.verdict.reasons]


# Assigned --------------------------------------------------------------------------------------------------------


def test_nobody_is_asked_who_works_for_the_referring_agency(db_session: Session, cast: Cast, case: Made) -> None:
    employ(db_session, cast.denise, "Library; Stichting YOUTH-protection")

    with pytest.raises(Refusal, match="works for") as refused:
        ask(db_session, cast, case, cast.denise)

    assert refused.value.params == {"name": "Denise Okafor", "agency": "Youth protection"}
    assert matches(db_session, case.id).current is None
    found = {one.name: one.tied for one in candidates(db_session, case.id, cast.north, START)}
    tied = found.pop("Denise Okafor")
    assert tied is not None
    assert tied.message % tied.params == "Denise Okafor works for Youth protection, which referred this conference"
    assert found == {"Noor van Dijk": None}


@pytest.mark.parametrize(
    ("person", "sets_line"),
    [
        (ELS, False),
        (ELS, True),
        (PersonDetails(name="Els", part=Part.PROFESSIONAL, speaks_for="primary school de Wilg"), False),
    ],
)
def test_nobody_is_asked_who_works_for_an_agency_that_decides_or_helps(
    db_session: Session, cast: Cast, case: Made, person: PersonDetails, sets_line: bool
) -> None:
    els = circle.add_person(By(db_session, cast.ruud, START), case.id, person)
    if sets_line:
        line = BottomLineText(text="At school every day.", ground="law", set_by=els, shared_on=None)
        bottom_lines.add_bottom_line(By(db_session, participant(case.id, els), START), case.id, line)
    employ(db_session, cast.noor, "De Wilg, primary school")
    ask(db_session, cast, case, cast.noor)  # another name
    employ(db_session, cast.denise, "Primary School De Wilg")

    with pytest.raises(Refusal, match="works for"):
        ask(db_session, cast, case, cast.denise)

    denise = next(one for one in candidates(db_session, case.id, cast.north, START) if one.name == "Denise Okafor")
    assert denise.tied is not None
    assert ("says what the plan has to meet" in denise.tied.message) is sets_line


@pytest.mark.parametrize("part", [Part.SUPPORTER, Part.INTERPRETER, Part.FAMILY])
def test_who_comes_for_the_family_makes_no_agency(db_session: Session, cast: Cast, case: Made, part: Part) -> None:
    circle.add_person(By(db_session, cast.ruud, START), case.id, replace(ELS, part=part))
    employ(db_session, cast.denise, "Primary school De Wilg")

    ask(db_session, cast, case, cast.denise)


@pytest.mark.parametrize(("on_account", "declared"), [("", "youth protection"), ("Youth Protection", "")])
def test_no_case_is_taken_by_who_works_for_an_agency_of_it(
    db_session: Session, cast: Cast, case: Made, on_account: str, declared: str
) -> None:
    ask(db_session, cast, case, cast.noor)
    employ(db_session, cast.noor, on_account)

    with pytest.raises(Refusal, match="you cannot be its coordinator"):
        independence.accept(By(db_session, cast.noor, START), case.id, replace(INDEPENDENT, employer=declared))

    match = matches(db_session, case.id).pending
    assert match is not None
    assert (match.accepted_on, match.declaration) == (None, None)
    asking.decline(By(db_session, cast.noor, START), case.id)
    assert matches(db_session, case.id) == Matches()


def test_open_cases_of_the_same_referrer_are_counted(db_session: Session, cast: Cast, case: Made) -> None:
    build.matched_case(db_session, cast, START)
    build.case_in_setup(db_session, cast, START)
    build.closed_case(db_session, cast, START)
    other = PersonDetails(name="Wout Peters", part=Part.REFERRER, organisation="Housing")
    build.matched_case(db_session, cast, START, registrant=other)
    asked_only = registered_case(db_session, cast, START)
    ask(db_session, cast, asked_only, cast.noor)

    assert same_referrer(db_session, case.id, cast.noor.account_id or 0) == 2
    found = candidates(db_session, case.id, cast.north, START)
    counts = [(one.name, one.open_cases, one.same_referrer) for one in found]
    assert counts == [("Denise Okafor", 0, 0), ("Noor van Dijk", 3, 2)]


# Later -----------------------------------------------------------------------------------------------------------


def test_a_professional_who_joins_later_holds_up_the_next_step(db_session: Session, cast: Cast) -> None:
    case = build.prepared_case(db_session, cast, START)
    employ(db_session, cast.noor, "primary school De Wilg")

    assert ties(db_session, case) == [(Matter.EMPLOYER, "Primary school De Wilg", Tie.HELPS)]
    sentence = "Noor van Dijk works for Primary school De Wilg, whose people take part as professionals"
    assert why_not(db_session, cast, case, Step.OPEN_CONFERENCE) == [sentence]
    assert why_not(db_session, cast, case, Step.PLAN_WITHOUT_CONFERENCE) == [sentence]

    waive(db_session, cast, case, "Primary school De Wilg")
    assert ties(db_session, case) == []
    assert take_step(By(db_session, cast.noor, START), case.id, Taking(Step.OPEN_CONFERENCE)) is Phase.INFORMATION

    employ(db_session, cast.noor, "Primary school De Wilg; Mental health team")
    nurse = PersonDetails(name="Priya Nair", part=Part.PROFESSIONAL, organisation="Mental Health Team")
    circle.add_person(By(db_session, cast.noor, START), case.id, nurse)
    assert ties(db_session, case) == [(Matter.EMPLOYER, "Mental health team", Tie.HELPS)]
    assert "Noor van Dijk works for Mental health team" in why_not(db_session, cast, case, Step.BEGIN_PRIVATE_TIME)[-1]


def test_a_changed_organisation_ties(db_session: Session, cast: Cast) -> None:
    case = build.case_in_setup(db_session, cast, START)
    employ(db_session, cast.noor, "Northfield Surgery")
    assert ties(db_session, case) == []

    build.change_details(db_session, cast, START, case, case.people["els"], organisation="The Northfield surgery")
    assert ties(db_session, case) == [(Matter.EMPLOYER, "Northfield Surgery", Tie.HELPS)]


@pytest.mark.parametrize(
    "change",
    [
        lambda s, c, case: build.change_details(s, c, START, case, case.people["els"], organisation="A school"),
        lambda s, c, case: build.change_details(s, c, START, case, case.people["els"], part=Part.INTERPRETER),
        lambda s, c, case: circle.remove_person(By(s, c.noor, START), case.id, case.people["els"], "She left."),
    ],
)
def test_nobody_frees_themselves_by_changing_the_circle(
    db_session: Session, cast: Cast, change: Callable[[Session, Cast, Made], None]
) -> None:
    case = build.prepared_case(db_session, cast, START)
    employ(db_session, cast.noor, "Primary school De Wilg")

    change(db_session, cast, case)

    assert ties(db_session, case) == [(Matter.EMPLOYER, "Primary school De Wilg", Tie.HELPS)]
    assert [row.id for row in staff_home(db_session, cast.noor, START).waits[NeedKind.HELD_UP]] == [case.id]
    sentence = "Noor van Dijk works for Primary school De Wilg, whose people took part as professionals"
    assert sentence in why_not(db_session, cast, case, Step.OPEN_CONFERENCE)
    waive(db_session, cast, case, "Primary school De Wilg")
    assert ties(db_session, case) == []


def test_nobody_frees_themselves_by_whom_they_note_as_speaking_for_whom(db_session: Session, cast: Cast) -> None:
    case = build.case_in_setup(db_session, cast, START)
    employ(db_session, cast.noor, "Library")
    els = case.people["els"]
    build.change_details(db_session, cast, START, case, els, speaks_for="The Library")

    build.change_details(db_session, cast, START, case, els, speaks_for="")

    assert ties(db_session, case) == [(Matter.EMPLOYER, "Library", Tie.HELPS)]


@pytest.mark.parametrize("taken_away", [True, False])
def test_nobody_makes_a_tie_weaker_by_changing_a_bottom_line(db_session: Session, cast: Cast, taken_away: bool) -> None:
    case = build.case_in_setup(db_session, cast, START)
    line = BottomLineText(text="At school every day.", ground="law", set_by=case.people["els"], shared_on=None)
    written = bottom_lines.add_bottom_line(By(db_session, cast.noor, START), case.id, line)
    employ(db_session, cast.noor, "Primary school De Wilg")
    tie = (Matter.EMPLOYER, "Primary school De Wilg", Tie.DECIDES)
    assert ties(db_session, case) == [tie]

    if taken_away:
        bottom_lines.remove_bottom_line(By(db_session, cast.noor, START), case.id, written)
    else:
        other = replace(line, set_by=case.people["karim"])
        bottom_lines.change_bottom_line(By(db_session, cast.noor, START), case.id, written, other)

    assert ties(db_session, case) == [tie]
    sentence = "Noor van Dijk works for Primary school De Wilg, which said earlier what the plan has to meet"
    assert sentence in why_not(db_session, cast, case, Step.PLAN_WITHOUT_CONFERENCE)


def test_a_tie_that_was_is_not_forgotten_when_somebody_is_asked_again(db_session: Session, cast: Cast) -> None:
    case = build.matched_case(db_session, cast, START)
    els = circle.add_person(By(db_session, cast.noor, START), case.id, ELS)
    employ(db_session, cast.noor, "Primary school De Wilg")
    circle.remove_person(By(db_session, cast.noor, START), case.id, els, "She left.")
    asking.end_match(By(db_session, cast.ruud, START), case.id, "She rang.")
    ask(db_session, cast, case, cast.noor)

    independence.accept(By(db_session, cast.noor, START), case.id, INDEPENDENT)

    assert ties(db_session, case) == [(Matter.EMPLOYER, "Primary school De Wilg", Tie.HELPS)]


def test_what_tied_one_coordinator_ties_no_other_who_takes_over(db_session: Session, cast: Cast) -> None:
    case = build.case_in_setup(db_session, cast, START)
    employ(db_session, cast.noor, "Primary school De Wilg")
    circle.remove_person(By(db_session, cast.noor, START), case.id, case.people["els"], "She left.")
    ask(db_session, cast, case, cast.denise)

    independence.accept(By(db_session, cast.denise, START), case.id, INDEPENDENT)

    employ(db_session, cast.denise, "Primary school De Wilg")
    assert ties(db_session, case) == []


def test_with_other_words_nobody_frees_themselves(db_session: Session, cast: Cast) -> None:
    case = build.case_in_setup(db_session, cast, START)
    uncle = replace(INDEPENDENT, relation="I am married to an uncle.", employer="Primary school De Wilg")
    independence.declare(By(db_session, cast.noor, START), case.id, uncle)
    known = [
        (Matter.EMPLOYER, "Primary school De Wilg", Tie.HELPS),
        (Matter.RELATION, "I am married to an uncle.", None),
    ]
    assert ties(db_session, case) == known

    independence.declare(By(db_session, cast.noor, START), case.id, INDEPENDENT)

    assert ties(db_session, case) == known
    match = matches(db_session, case.id).current
    assert match is not None
    assert (match.declaration, match.before) == (INDEPENDENT, (build.INDEPENDENT, uncle))
    assert match.retracted(open_conflicts(db_session, case.id)) == ("I am married to an uncle.",)
    for about in ("Primary school De Wilg", "I am married to an uncle."):
        waive(db_session, cast, case, about)
    assert ties(db_session, case) == []


def test_what_was_declared_is_not_forgotten_when_somebody_is_asked_again(db_session: Session, cast: Cast) -> None:
    case = build.case_in_setup(db_session, cast, START)
    independence.declare(
        By(db_session, cast.noor, START), case.id, replace(INDEPENDENT, relation="I am married to an uncle.")
    )
    ask(db_session, cast, case, cast.denise)
    independence.accept(By(db_session, cast.denise, START), case.id, INDEPENDENT)
    assert ties(db_session, case) == []
    ask(db_session, cast, case, cast.noor)

    independence.accept(By(db_session, cast.noor, START), case.id, INDEPENDENT)

    assert ties(db_session, case) == [(Matter.RELATION, "I am married to an uncle.", None)]


def test_declaring_anew_opens_what_is_new_and_keeps_what_was_waived(db_session: Session, cast: Cast) -> None:
    case = build.case_in_setup(db_session, cast, START)
    aunt = replace(INDEPENDENT, relation="I sing in a choir with an aunt.")
    independence.declare(By(db_session, cast.noor, START), case.id, aunt)
    waive(db_session, cast, case, "I sing in a choir with an aunt.")

    independence.declare(
        By(db_session, cast.noor, START), case.id, replace(aunt, relation="I sing in a choir with an aunt")
    )
    assert ties(db_session, case) == []

    independence.declare(By(db_session, cast.noor, START), case.id, replace(aunt, interest="I rent out their house."))
    assert ties(db_session, case) == [(Matter.INTEREST, "I rent out their house.", None)]
    independence.declare(By(db_session, cast.noor, START), case.id, replace(aunt, relation="I am married to an uncle."))
    assert ties(db_session, case) == [
        (Matter.RELATION, "I am married to an uncle.", None),
        (Matter.INTEREST, "I rent out their house.", None),
    ]
    declared = select(AuditEvent).where(AuditEvent.action == "match.declared").order_by(AuditEvent.seq)
    lines = [read_detail(db_session, one) for one in db_session.scalars(declared)]
    assert [line["relation"] for line in lines] == [
        "I sing in a choir with an aunt.",
        "I sing in a choir with an aunt",
        "I sing in a choir with an aunt.",
        "I am married to an uncle.",
    ]


def test_a_waiver_holds_for_what_the_agency_was_then_and_for_less(db_session: Session, cast: Cast) -> None:
    case = build.case_in_setup(db_session, cast, START)
    employ(db_session, cast.noor, "Primary school De Wilg")
    (helps,) = open_conflicts(db_session, case.id)
    waive(db_session, cast, case, "Primary school De Wilg")
    assert ties(db_session, case) == []

    line = BottomLineText(text="At school every day.", ground="law", set_by=case.people["els"], shared_on=None)
    written = bottom_lines.add_bottom_line(By(db_session, cast.noor, START), case.id, line)

    decides = (Matter.EMPLOYER, "Primary school De Wilg", Tie.DECIDES)
    assert ties(db_session, case) == [decides]
    with pytest.raises(Stale):  # the page from before it was closer
        independence.waive_conflict(
            By(db_session, cast.ruud, START), case.id, helps.key, "She teaches at another school."
        )
    waive(db_session, cast, case, "Primary school De Wilg", "Her colleague writes no bottom line again.")
    bottom_lines.remove_bottom_line(By(db_session, cast.noor, START), case.id, written)
    assert ties(db_session, case) == []

    build.change_details(db_session, cast, START, case, case.people["els"], part=Part.REFERRER)
    assert ties(db_session, case) == [(Matter.EMPLOYER, "Primary school De Wilg", Tie.REFERS)]
    match = matches(db_session, case.id).current
    assert match is not None
    assert [waiver.conflict.tie for waiver in match.waivers] == [Tie.HELPS, Tie.DECIDES]


def test_what_was_waived_for_one_coordinator_is_not_for_another(db_session: Session, cast: Cast) -> None:
    case = build.case_in_setup(db_session, cast, START)
    employ(db_session, cast.noor, "Primary school De Wilg")
    waive(db_session, cast, case, "Primary school De Wilg")
    ask(db_session, cast, case, cast.denise)
    independence.accept(By(db_session, cast.denise, START), case.id, INDEPENDENT)
    assert ties(db_session, case) == []

    employ(db_session, cast.denise, "Primary school De Wilg")

    assert ties(db_session, case) == [(Matter.EMPLOYER, "Primary school De Wilg", Tie.HELPS)]
    match = matches(db_session, case.id).current
    assert match is not None
    assert match.waivers == ()


def test_only_the_manager_of_the_region_waives_and_only_what_is_open(db_session: Session, cast: Cast) -> None:
    case = build.case_in_setup(db_session, cast, START)
    employ(db_session, cast.noor, "Primary school De Wilg")
    (tie,) = open_conflicts(db_session, case.id)

    for somebody in (cast.noor, cast.denise, cast.iris, cast.mila, cast.bas, participant(case.id, case.people["kees"])):
        with pytest.raises(Unknown):
            independence.waive_conflict(By(db_session, somebody, START), case.id, tie.key, "It is fine.")
    with pytest.raises(Stale):
        independence.waive_conflict(By(db_session, cast.ruud, START), case.id, "another", "It is fine.")
    employ(db_session, cast.noor, "")
    with pytest.raises(Stale):
        independence.waive_conflict(By(db_session, cast.ruud, START), case.id, tie.key, "It is fine.")


def test_nobody_decides_about_themselves(db_session: Session, cast: Cast) -> None:
    case = build.case_in_setup(db_session, cast, START)
    employ(db_session, cast.noor, "Primary school De Wilg")
    (tie,) = open_conflicts(db_session, case.id)
    both = replace(
        cast.noor, roles=frozenset({Role.COORDINATOR, Role.REGIONAL_MANAGER}), regions=frozenset({cast.north})
    )

    with pytest.raises(Refusal, match="about yourself"):
        independence.waive_conflict(By(db_session, both, START), case.id, tie.key, "I see none.")
    with pytest.raises(Refusal, match="You cannot note this about yourself"):
        set_employer(By(db_session, both, START), cast.noor.account_id or 0, "")
    assert open_conflicts(db_session, case.id) == (tie,)


def test_what_protects_people_is_never_held_up(db_session: Session, cast: Cast) -> None:
    inside = build.case_in_private_time(db_session, cast, START)
    early = build.case_in_setup(db_session, cast, START)
    employ(db_session, cast.noor, "Primary school De Wilg")
    marieke = participant(inside.id, inside.people["marieke"])

    ask_first = Taking(Step.ASK_FOR_INFORMATION, reason="Who pays?")
    assert take_step(By(db_session, marieke, START), inside.id, ask_first) is Phase.INFORMATION
    assert why_not(db_session, cast, inside, Step.BEGIN_PRIVATE_TIME) != []
    day = Taking(Step.ANOTHER_DAY, reason="It is late.", new_date=START)
    assert take_step(By(db_session, marieke, START), inside.id, day) is Phase.SETUP
    stop = Taking(Step.STOP, stop_reason=StopReason.SITUATION_CHANGED)
    assert take_step(By(db_session, cast.noor, START), early.id, stop) is Phase.CLOSED


# For whom staff work ---------------------------------------------------------------------------------------------


def employer_of(session: Session, account_id: int) -> str | None:
    return session.scalar(select(Account.employer).where(Account.id == account_id))


def test_an_administrator_or_the_manager_of_the_region_notes_an_employer(db_session: Session, cast: Cast) -> None:
    noor = cast.noor.account_id or 0
    for somebody in (
        cast.noor,
        cast.denise,
        cast.mila,
        cast.nobody,
        replace(cast.ruud, regions=frozenset({cast.south})),
    ):
        with pytest.raises(Unknown):
            set_employer(By(db_session, somebody, START), noor, "Library")
    with pytest.raises(Unknown):
        set_employer(By(db_session, cast.ruud, START), 99, "Library")
    assert employer_of(db_session, noor) is None

    for somebody in (cast.ruud, cast.bas):
        set_employer(By(db_session, somebody, START), noor, f" Library of {somebody.actor.name} ")

    assert employer_of(db_session, noor) == "Library of Bas Mulder"


def test_a_tied_coordinator_does_not_end_the_conference_without_a_plan(db_session: Session, cast: Cast) -> None:
    case = build.case_in_private_time(db_session, cast, START)
    marieke = participant(case.id, case.people["marieke"])
    employ(db_session, cast.noor, "Primary school De Wilg")
    sentence = "Noor van Dijk works for Primary school De Wilg, whose people take part as professionals"
    assert why_not(db_session, cast, case, Step.NO_PLAN) == [sentence]

    assert (
        take_step(By(db_session, marieke, START), case.id, Taking(Step.COME_OUT)) is Phase.PRESENTATION
    )  # it is the family's
    assert why_not(db_session, cast, case, Step.NO_PLAN) == [sentence]
    waive(db_session, cast, case, "Primary school De Wilg")

    assert take_step(By(db_session, cast.noor, START), case.id, Taking(Step.NO_PLAN)) is Phase.CLOSED
