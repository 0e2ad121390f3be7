"""The facts of a plan for guards, and its open points. The caller has read the draft and the circle."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from datetime import date

from ekc.plans.draft import Draft, WhatIf, actions, is_timed, number_of, people_with_task
from ekc.plans.queries.circle import CirclePerson
from ekc.workflow import facts, voices
from ekc.workflow.blocker import Blocker
from ekc.workflow.guards.plan import (
    actions_ahead,
    actions_before_evaluation,
    actions_complete,
    evaluation_arranged,
    monitor_named,
    support_answered,
    what_if_complete,
)
from ekc.workflow.profiles import Profile
from ekc.workflow.vocabulary import Agreed, Attends, Phase, VoiceMatter

#: The guards about the text of the plan; those about agreement are shown on the agreement page.
_TEXT = (
    actions_complete,
    actions_before_evaluation,
    actions_ahead,
    what_if_complete,
    evaluation_arranged,
    monitor_named,
    support_answered,
)


def askable(people: Iterable[CirclePerson], draft: Draft) -> list[CirclePerson]:
    """Whose answer to the plan can be written down. Of those who stay away as was decided, whoever has a task."""
    busy = people_with_task(draft)
    here = (person for person in people if person.is_inside and not person.removed)
    return [person for person in here if person.attends is not Attends.EXCLUDED or person.id in busy]


def heard(
    people: Iterable[CirclePerson], draft: Draft, said: Mapping[int, Agreed], without_conference: bool
) -> voices.Heard:
    """What was said about the plan, and who has not been asked, as the guard of agreeing sees it."""
    busy = people_with_task(draft)
    here = [person for person in people if not person.removed]
    known = tuple(
        facts.PersonFacts(
            id=person.id,
            name=person.name,
            part=person.part,
            attends=person.attends,
            present=person.came,
            came_as_professional=person.came_as_professional,
            has_task=person.id in busy,
            side=person.side,
            voices={VoiceMatter.PLAN: said[person.id]} if person.id in said else {},
        )
        for person in here
    )
    return voices.hear_people(
        VoiceMatter.PLAN, known, meeting_held=not without_conference and any(person.came for person in here)
    )


def plan_facts(draft: Draft, in_circle: Container[int], done: Container[str]) -> facts.PlanFacts:
    """The facts of a plan. People who have left the circle do not count. `done`: the keys of actions that are done."""
    evaluation = draft.evaluation
    return facts.PlanFacts(
        goals=tuple(facts.GoalFacts(number, goal.key, len(goal.actions)) for number, goal in enumerate(draft.goals, 1)),
        actions=tuple(
            facts.ActionFacts(
                number=number_of(draft, action.key),
                key=action.key,
                people=_count(action.who, in_circle),
                what=bool(action.what),
                timed=is_timed(action),
                who=frozenset(person for person in action.who if person in in_circle),
                by=action.by,
                done=action.key in done,
                starts=action.starts,
                kind=action.kind,
                answer=action.answer,
            )
            for action in actions(draft)
        ),
        what_ifs=tuple(_what_if(number, what_if, in_circle) for number, what_if in enumerate(draft.what_ifs, 1)),
        monitor=draft.monitor if draft.monitor in in_circle else None,
        evaluation_on=evaluation.at.date() if evaluation.at else None,
        evaluation_place=bool(evaluation.place),
        convenor=evaluation.convenor if evaluation.convenor in in_circle else None,
    )


def open_points(
    draft: Draft, people: tuple[facts.PersonFacts, ...], today: date, profile: Profile, done: Container[str]
) -> dict[str, list[Blocker]]:
    """What the plan lacks, as blockers by target: a key, `what-ifs`, `monitor`, `evaluation` or ""."""
    seen = facts.Facts(
        phase=Phase.PRESENTATION,
        today=today,
        profile=profile,
        people=people,
        plan=plan_facts(draft, {person.id for person in people}, done),
    )
    found: dict[str, list[Blocker]] = defaultdict(list)
    for guard in _TEXT:
        for blocker in guard(seen):
            found[blocker.target].append(blocker)
    return dict(found)


def _what_if(number: int, what_if: WhatIf, in_circle: Container[int]) -> facts.WhatIfFacts:
    complete = bool(what_if.if_ and what_if.then)
    return facts.WhatIfFacts(number, what_if.key, complete=complete, people=_count(what_if.who, in_circle))


def _count(people: Iterable[int], in_circle: Container[int]) -> int:
    return sum(person in in_circle for person in people)
