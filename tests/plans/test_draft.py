"""The draft as a value: after any edits it can be stored, its keys are unique, and numbers follow the order."""

from datetime import date, datetime
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekc.plans import edits
from ekc.plans.changes import changes
from ekc.plans.draft import (
    Draft,
    EvaluationPlan,
    NewAction,
    NewWhatIf,
    actions,
    find,
    from_json,
    is_timed,
    number_of,
    to_json,
)
from ekc.workflow.vocabulary import ActionKind, Every, SupportAnswer

TEXT = st.text(max_size=20)
PEOPLE = st.lists(st.integers(1, 9), max_size=3, unique=True).map(tuple)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
NEW_ACTIONS = st.builds(
    NewAction,
    what=TEXT,
    who=PEOPLE,
    by=st.none() | DAYS,
    starts=st.none() | DAYS,
    every=st.none() | st.sampled_from(Every),
    kind=st.sampled_from(ActionKind),
)
NEW_WHAT_IFS = st.builds(NewWhatIf, if_=TEXT, then=TEXT, who=PEOPLE)
EVALUATIONS = st.builds(
    EvaluationPlan,
    at=st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 - local, as people agree it
    place=TEXT,
    convenor=st.none() | st.integers(1, 9),
    others=PEOPLE,
)


def keys(draft: Draft) -> list[str]:
    return [
        *(goal.key for goal in draft.goals),
        *(action.key for action in actions(draft)),
        *(what_if.key for what_if in draft.what_ifs),
    ]


@st.composite
def histories(draw: st.DrawFn) -> list[Draft]:
    """Drafts after random edits, the oldest first."""
    drafts = [Draft()]
    for _ in range(draw(st.integers(1, 12))):
        now = drafts[-1]
        verb = draw(st.sampled_from(["goal", "action", "what-if", "remove", "move", "answer", "evaluation", "monitor"]))
        if verb == "goal" or (verb == "action" and not now.goals):
            now = edits.add_goal(draw(TEXT)).apply(now)
        elif verb == "action":
            now = edits.add_action(draw(st.sampled_from(now.goals)).key, draw(NEW_ACTIONS)).apply(now)
        elif verb == "what-if":
            now = edits.add_what_if(draw(NEW_WHAT_IFS)).apply(now)
        elif verb == "evaluation":
            now = edits.set_evaluation(draw(EVALUATIONS)).apply(now)
        elif verb == "monitor":
            now = edits.set_monitor(draw(st.none() | st.integers(1, 9))).apply(now)
        elif verb == "answer":
            asked = [action.key for action in actions(now) if action.kind is ActionKind.PROFESSIONAL]
            for key in asked[:1]:
                now = edits.answer_support(key, draw(st.sampled_from(SupportAnswer)), draw(TEXT)).apply(now)
        elif keys(now):
            key = draw(st.sampled_from(keys(now)))
            edit = edits.remove(key) if verb == "remove" else edits.move(key, draw(st.sampled_from([-1, 1])))
            now = edit.apply(now)
        drafts.append(now)
    return drafts


@given(histories())
def test_a_plan_comes_back_from_storage_as_it_was(history: list[Draft]) -> None:
    assert from_json(to_json(history[-1])) == history[-1]


@given(histories())
def test_keys_are_never_used_twice(history: list[Draft]) -> None:
    taken: set[str] = set()
    before: set[str] = set()
    for draft in history:
        now = keys(draft)
        assert len(set(now)) == len(now)
        assert (set(now) - before) & taken == set()
        before, taken = set(now), taken | set(now)


@given(histories())
def test_numbers_follow_the_order_without_gaps(history: list[Draft]) -> None:
    draft = history[-1]

    assert [number_of(draft, goal.key) for goal in draft.goals] == [str(n + 1) for n in range(len(draft.goals))]
    for number, goal in enumerate(draft.goals, 1):
        expected = [f"{number}.{place + 1}" for place in range(len(goal.actions))]
        assert [number_of(draft, action.key) for action in goal.actions] == expected


@given(histories(), st.data())
def test_moving_up_and_down_again_changes_nothing_but_the_order(history: list[Draft], data: st.DataObject) -> None:
    draft = history[-1]
    if not keys(draft):
        return
    edit = edits.move(data.draw(st.sampled_from(keys(draft))), data.draw(st.sampled_from([-1, 1])))
    moved = edit.apply(draft)

    assert sorted(keys(moved)) == sorted(keys(draft))
    assert {key: find(moved, key) for key in keys(moved) if key[0] != "g"} == {
        key: find(draft, key) for key in keys(draft) if key[0] != "g"
    }


@given(histories())
def test_a_plan_has_not_changed_from_itself(history: list[Draft]) -> None:
    assert changes(history[-1], history[-1]) == ()


def edited(draft: Draft, *edits: edits.Edit) -> Draft:
    """The plan after these edits."""
    return reduce(lambda before, edit: edit.apply(before), edits, draft)


def plan() -> Draft:
    rails = NewAction(what="Fit rails", who=(1,), by=date(2026, 3, 20), kind=ActionKind.PROFESSIONAL)
    return edited(
        Draft(),
        edits.add_goal("Wim is safe at night."),
        edits.add_action("g1", rails),
        edits.add_action("g1", NewAction(what="Sleeps over on Fridays", who=(2,), every=Every.WEEK)),
        edits.add_goal("Joan has time to herself."),
        edits.add_action("g4", NewAction(what="Rings every evening", who=(3,), every=Every.DAY)),
        edits.add_what_if(NewWhatIf(if_="Joan is ill", then="Peter moves in", who=(4, 5))),
    )


def test_removing_renumbers_what_follows() -> None:
    draft = plan()
    assert [number_of(draft, action.key) for action in actions(draft)] == ["1.1", "1.2", "2.1"]

    draft = edits.remove(draft.goals[0].actions[0].key).apply(draft)
    assert [(number_of(draft, action.key), action.what) for action in actions(draft)] == [
        ("1.1", "Sleeps over on Fridays"),
        ("2.1", "Rings every evening"),
    ]

    draft = edits.remove(draft.goals[0].key).apply(draft)
    assert [number_of(draft, action.key) for action in actions(draft)] == ["1.1"]


def test_an_action_moves_over_the_edge_of_its_goal() -> None:
    draft = plan()
    key = draft.goals[0].actions[1].key

    draft = edits.move(key, 1).apply(draft)

    assert [[action.what for action in goal.actions] for goal in draft.goals] == [
        ["Fit rails"],
        ["Sleeps over on Fridays", "Rings every evening"],
    ]
    assert edited(draft, edits.move(key, -1), edits.move(key, 1)) == draft


@pytest.mark.parametrize(
    ("new", "timed"),
    [
        (NewAction(what="x"), False),
        (NewAction(what="x", by=date(2026, 5, 1)), True),
        (NewAction(what="x", every=Every.WEEK), True),
        (NewAction(what="x", starts=date(2026, 5, 4)), True),  # from then on, when needed
    ],
)
def test_an_action_is_timed_by_a_day_or_a_rhythm(new: NewAction, timed: bool) -> None:
    draft = edited(Draft(), edits.add_goal("x"), edits.add_action("g1", new))

    assert [is_timed(action) for action in actions(draft)] == [timed]


def test_support_that_is_asked_for_waits_for_an_answer_and_is_asked_again_when_it_changes() -> None:
    draft = plan()
    rails = draft.goals[0].actions[0]
    assert rails.answer is SupportAnswer.PENDING

    draft = edits.answer_support(rails.key, SupportAnswer.AGREED, "before Easter").apply(draft)
    same = NewAction(what="Fit rails", who=(1,), by=date(2026, 3, 20), kind=ActionKind.PROFESSIONAL)
    assert edits.change_action(rails.key, same).apply(draft) == draft

    other = NewAction(what="Fit rails and a ramp", who=(1,), by=date(2026, 3, 20), kind=ActionKind.PROFESSIONAL)
    changed = find(edits.change_action(rails.key, other).apply(draft), rails.key)
    assert (changed.answer, changed.answer_words) == (SupportAnswer.PENDING, "")  # type: ignore[union-attr]


def test_nobody_answers_what_was_not_asked() -> None:
    draft = plan()

    with pytest.raises(KeyError):
        edits.answer_support(draft.goals[0].actions[1].key, SupportAnswer.AGREED, "").apply(draft)
    with pytest.raises(KeyError):
        edits.change_goal("g99", "x").apply(draft)


def test_what_changed_is_told_in_sentences() -> None:
    before = plan()
    rails, friday = before.goals[0].actions
    saturdays = NewAction(what="Sleeps over on Saturdays", who=(2,), by=date(2026, 6, 6))
    after = edited(before, edits.change_action(friday.key, saturdays), edits.remove(rails.key))
    after = edits.add_goal("Winter").apply(after)
    snow = NewAction(what="Clears the snow", who=(4,))
    after = edited(after, edits.add_action(edits.newest_key(after), snow), edits.set_monitor(2))

    assert [change.message % change.params for change in changes(before, after)] == [
        "New goal 3: Winter",
        "1.1 is now: Sleeps over on Saturdays",
        "1.1 is done at another time: Sleeps over on Saturdays",
        "New, 3.1: Clears the snow",
        "Taken out: Fit rails",
        "Somebody else keeps an eye on the plan",
    ]
