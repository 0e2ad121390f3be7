"""What chance may do to a case: strategies that stay near the border, where a missing condition shows.

A fact that is yes or no, or holds words of a list, needs no line here.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any, get_origin, get_type_hints

from hypothesis import strategies as st

from ekc.workflow.definition.rows import STEPS
from ekc.workflow.facts import BottomLineFacts, CoordinatorFacts, Facts, GoalFacts, PersonFacts, PlanFacts, WhatIfFacts
from ekc.workflow.independence import Conflict, Matter, Tie
from ekc.workflow.vocabulary import Agreed, Attends, Part, Phase, Role, SupportAnswer, VoiceMatter
from tests.workflow.build import ACTION, MOTHER, PLAN, READY, SUPPORT, TODAY, person

FEW = st.integers(0, 2)


def by_chance(kind: type) -> dict[str, st.SearchStrategy[Any]]:
    """Each fact of this kind that is yes or no, or holds words of a list: any of these."""
    hints = get_type_hints(kind).items()
    return {name: st.from_type(hint) for name, hint in hints if hint is bool or get_origin(hint) is frozenset}


ACTIONS = st.sampled_from(
    [
        SUPPORT,
        replace(SUPPORT, answer=SupportAnswer.AGREED),
        replace(SUPPORT, answer=SupportAnswer.DECLINED),
        replace(SUPPORT, people=0),
        replace(ACTION, people=0),
        replace(ACTION, what=False),
        replace(ACTION, timed=False),
    ]
)
WHAT_IFS = st.builds(WhatIfFacts, number=st.just(1), key=st.just("w"), complete=st.booleans(), people=FEW)
PLAN_PARTS: dict[str, st.SearchStrategy[Any]] = by_chance(PlanFacts) | {
    "actions": ACTIONS.map(lambda action: (ACTION, action)) | st.just(()),
    "goals": st.integers(0, 1).map(lambda actions: (GoalFacts(1, "g", actions),)),
    "what_ifs": st.lists(WHAT_IFS, max_size=2).map(tuple),
    "monitor": st.none() | st.sampled_from([one.id for one in READY.people]),
    "convenor": st.none() | st.sampled_from([one.id for one in READY.people]),
    "evaluation_on": st.none() | st.integers(-1, 1).map(lambda days: TODAY + timedelta(days=days)),
}
PERSON_PARTS: dict[str, st.SearchStrategy[Any]] = by_chance(PersonFacts) | {
    "unmet_concerns": st.integers(0, 1),
    "voices": st.dictionaries(st.sampled_from(VoiceMatter), st.sampled_from(Agreed)),
    "attends": st.none() | st.sampled_from(Attends),
    "age": st.none() | st.integers(0, 90),
    "side": st.sampled_from(["", "residents", "young people"]),
}


@st.composite
def _plans(draw: st.DrawFn) -> PlanFacts:
    """A plan in which one thing may be wrong: near the border, where a missing condition shows."""
    name = draw(st.sampled_from(sorted(PLAN_PARTS)))
    return replace(PLAN, **{name: draw(PLAN_PARTS[name])})


@st.composite
def _latecomers(draw: st.DrawFn) -> PersonFacts:
    """Somebody who joins on the way: all is well, or one thing that later steps ask is not known of them."""
    part = draw(st.sampled_from([Part.CHILD, Part.FAMILY, Part.SUPPORTER, Part.PROFESSIONAL]))
    late = person(20, part, age=draw(st.none() | st.integers(0, 20)))
    not_known: dict[str, Any] = {"consented": False, "informed": False, "attends": None, "unmet_concerns": 1}
    name = draw(st.none() | st.sampled_from(sorted(not_known)))
    return replace(late, **{name: not_known[name]}) if name else late


@st.composite
def _circles(draw: st.DrawFn) -> tuple[PersonFacts, ...]:
    """A circle in which one thing may be wrong with anybody."""
    name = draw(st.sampled_from(sorted(PERSON_PARTS)))
    here = tuple(replace(one, **{name: draw(PERSON_PARTS[name])}) for one in READY.people)
    return here + tuple(draw(st.lists(_latecomers(), max_size=1)))


CONFLICTS = st.just(()) | st.just((Conflict(Matter.EMPLOYER, "De Wilg", Tie.HELPS),))
#: Phase, profile, day and what the steps themselves bring about are not for people to change.
NOT_CHANGED_BY_PEOPLE = {
    "phase",
    "today",
    "variant",
    "profile",
    "meeting_held",
    "without_conference",
    "in_force",
    "no_conference_held",
}
#: How each other fact may change.
CHANGES: dict[str, st.SearchStrategy[Any]] = {
    **{name: chance for name, chance in by_chance(Facts).items() if name not in NOT_CHANGED_BY_PEOPLE},
    "coordinator": st.builds(CoordinatorFacts, *[st.booleans()] * 3, st.just("Noor"), CONFLICTS),
    "people": _circles(),
    "bottom_lines": st.builds(BottomLineFacts, st.just(1), st.just(1), st.booleans(), st.none() | st.booleans()).map(
        lambda line: (line,)
    ),
    "sides": st.just(()) | st.just(("residents", "young people")),
    "meeting_on": st.none() | st.just(TODAY),
    "questions": FEW,
    "open_questions": FEW,
    "former": st.just(()) | st.just((replace(MOTHER, id=30, no_stands=True),)),
    "plan": _plans(),
    "accepted": st.none() | st.booleans(),
    "not_printable": st.just("") | st.just("王"),
}
#: Where a fact stands in the way, so that the walk often comes there with that fact wrong.
MATTERS: dict[Phase, tuple[str, ...]] = {
    Phase.REGISTRATION: ("people", "people", "coordinator"),
    Phase.SETUP: ("people", "people", "bottom_lines", "meeting_on", "coordinator"),
    Phase.INFORMATION: ("people", "people", "told", "open_questions", "coordinator"),
    Phase.PRIVATE_TIME: ("people", "plan"),
    Phase.PRESENTATION: ("plan", "plan", "plan", "bottom_lines", "accepted", "people", "coordinator"),
    Phase.EVALUATION: ("plan", "coordinator", "evaluation_held", "family_wants_new_version"),
}
ROLES = st.frozensets(st.sampled_from(Role), max_size=3)
OVERRIDES = st.frozensets(st.sampled_from(sorted({guard.code for rule in STEPS for guard in rule.guards})), max_size=3)
