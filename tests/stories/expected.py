"""The printed plan that a case file should lead to, as the JSON attached to the PDF."""

from collections.abc import Collection
from typing import Any

from ekc.demo.validation import answer_of
from ekc.workflow.vocabulary import ActionKind
from tests.stories.agreeing import said
from tests.stories.walk import Walk


def printed_plan(walk: Walk, number: str, *, later: Collection[str] = ()) -> dict[str, Any]:
    """The first version as JSON; `later` are people who are asked after it was agreed."""
    case, plan, setup = walk.case, walk.case.plan, walk.case.setup
    assert plan is not None
    assert setup is not None
    assert case.information is not None
    day = plan.accepted_on.isoformat()
    acceptor = case.people[plan.accepted_by]
    lines = zip(setup.bottom_lines, plan.bottom_lines_met or (), strict=True)
    return {
        "format": "ekc-plan/1",
        "number": number,
        "title": case.title,
        "language": case.language,
        "municipality": case.municipality,
        "question": case.question,
        "conference_on": case.information.started.date().isoformat(),
        "place": setup.venue.name,
        "version": 1,
        "version_on": day,
        "goals": [
            {
                "text": goal.text,
                "actions": [_action(walk, f"{g}.{a}", action) for a, action in enumerate(goal.actions, 1)],
            }
            for g, goal in enumerate(plan.goals, 1)
        ],
        "what_ifs": [{"happens": one.if_, "then": one.then, "who": walk.names(one.who)} for one in plan.contingency],
        "monitor": walk.name(plan.monitor),
        "evaluation": {
            "at": plan.evaluation.on.isoformat(),
            "where": plan.evaluation.where,
            "convened_by": walk.name(plan.evaluation.convened_by),
            "others": walk.names(plan.evaluation.with_),
        },
        "bottom_lines": [{"text": line.text, "met": met} for line, met in lines],
        "acceptance": {"by": acceptor.name, "organisation": acceptor.organisation, "on": day},
        "agreed": [
            {"answer": said(words)[0].value, "name": walk.name(id_), "words": said(words)[1]}
            for id_, words in plan.agreed.items()
            if id_ not in later
        ],
        "changes": [],
    }


def regardless_of_order(values: Any) -> Any:
    """The same with people in alphabetical order, where the order has no meaning."""
    if isinstance(values, dict):
        same = {key: regardless_of_order(value) for key, value in values.items()}
        return same | {key: sorted(same[key], key=str) for key in ("who", "others", "agreed") if key in same}
    return [regardless_of_order(value) for value in values] if isinstance(values, list) else values


def _action(walk: Walk, number: str, action: Any) -> dict[str, Any]:
    answer, words = answer_of(action.answer) if action.answer else (None, "")
    rhythm = action.every
    asked = "pending" if action.kind is ActionKind.PROFESSIONAL else "none"
    return {
        "number": number,
        "who": walk.names(action.who),
        "what": action.what,
        "kind": action.kind.value,
        "by": action.by.isoformat() if action.by else None,
        "starts": action.starts.isoformat() if action.starts else None,
        "every": rhythm.value if rhythm else None,
        "answer": answer.value if answer else asked,
        "answer_words": words,
    }


def unsaid(walk: Walk) -> list[str]:
    """Values that no document may contain: contact details, safety concerns, exclusions and birth dates."""
    assert walk.case.setup is not None
    found = [walk.case.setup.venue.address, walk.case.coordinator.email]
    for person in walk.case.people.values():
        found += [text for text in (person.phone, person.email, person.reason) if text]
        found += [person.born.isoformat()] if person.born else []
    for concern in walk.case.setup.safety or ():
        found += [concern.concern, concern.arrangement]
    return found
