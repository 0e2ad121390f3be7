"""Conditions on the text of the plan: what makes a plan a plan."""

from collections.abc import Iterator

from ekc.workflow.blocker import Blocker, about_evaluation, about_too_young
from ekc.workflow.facts import Facts
from ekc.workflow.holidays import holiday
from ekc.workflow.vocabulary import N_, ActionKind, Remedy, SupportAnswer


def actions_complete(f: Facts) -> Iterator[Blocker]:
    """Every goal has an action, and every action says who does what, and by when or how often (OECD Box 4.1, EK6).

    Who gives the support that the family asks for is the condition `support_answered`.
    """
    if not f.plan.actions:
        yield Blocker(N_("The plan has no actions yet"), Remedy.PLAN)
        return
    for goal in f.plan.goals:
        if not goal.actions:
            yield Blocker(
                N_("Goal %(number)s has no actions yet: add one, or take the goal out"),
                Remedy.PLAN,
                {"number": goal.number},
                target=goal.key,
            )
    for action in f.plan.actions:
        missing = []
        if not action.what:
            missing.append(N_("Action %(number)s does not say what is done"))
        if not action.people and action.kind is not ActionKind.PROFESSIONAL:
            missing.append(N_("Action %(number)s has nobody who does it"))
        if not action.timed:
            missing.append(N_("Action %(number)s does not say by when or how often"))
        for sentence in missing:
            yield Blocker(sentence, Remedy.PLAN, {"number": action.number}, target=action.key)


def evaluation_chosen(f: Facts) -> Iterator[Blocker]:
    """The plan has actions, and a day on which it is evaluated."""
    yield from actions_complete(f)
    if f.plan.evaluation_on is None:
        yield Blocker(N_("No evaluation date has been chosen yet"), Remedy.PLAN, target="evaluation")


def actions_before_evaluation(f: Facts) -> Iterator[Blocker]:
    """No action begins after the evaluation, where nobody could yet say how it went.

    A family may mean it so: the coordinator overrides and says why.
    """
    for action in f.plan.actions:
        if action.starts and f.plan.evaluation_on and action.starts > f.plan.evaluation_on:
            yield Blocker(
                N_("Action %(number)s begins after the evaluation: is that intended?"),
                Remedy.PLAN,
                {"number": action.number},
                target=action.key,
            )


def actions_ahead(f: Facts) -> Iterator[Blocker]:
    """No action had to be done by a day that is past, unless it is done: it would be printed as if it were still open.

    A family may want it so all the same: the coordinator overrides and says why.
    """
    for action in f.plan.actions:
        if action.by and action.by < f.today and not action.done:
            yield Blocker(
                N_("Action %(number)s had to be done by %(day)s, which is past: take it out, or choose another day"),
                Remedy.PLAN,
                {"number": action.number, "day": action.by},
                target=action.key,
            )


def what_if_complete(f: Facts) -> Iterator[Blocker]:
    """At least one what-if says who meets whom (OECD Box 4.1, part three); none is half written."""
    for what_if in f.plan.what_ifs:
        if not what_if.complete:
            yield Blocker(
                N_("What-if %(number)s is half written: say if what happens, then what"),
                Remedy.PLAN,
                {"number": what_if.number},
                target=what_if.key,
            )
    if not any(what_if.complete and what_if.people >= 2 for what_if in f.plan.what_ifs):
        yield Blocker(
            N_("No what-if names two people or more who meet when the plan does not work out"),
            Remedy.PLAN,
            target="what-ifs",
        )


def evaluation_arranged(f: Facts) -> Iterator[Blocker]:
    """It is agreed when and where the plan is evaluated, who calls people together, within the profile's limit.

    That there is a date: OECD Box 4.1, EK4. The limit: `Profile.ceilings`.
    """
    plan = f.plan
    if plan.evaluation_on is None:
        yield Blocker(N_("No evaluation date has been chosen yet"), Remedy.PLAN, target="evaluation")
    elif plan.evaluation_on <= f.today:
        yield Blocker(
            N_("The evaluation date does not lie ahead: choose a later one"), Remedy.PLAN, target="evaluation"
        )
    else:
        yield from about_evaluation(f.profile, f.today, plan.evaluation_on, f.people)
    if not plan.evaluation_place:
        yield Blocker(N_("The evaluation has no place yet"), Remedy.PLAN, target="evaluation")
    if plan.convenor is None:
        yield Blocker(
            N_("It is not agreed yet who calls people together for the evaluation"), Remedy.PLAN, target="evaluation"
        )
    sentence = N_("%(name)s is a child: choose somebody older who calls everyone together")
    yield from about_too_young(f.people, plan.convenor, sentence, "evaluation")


def evaluation_on_no_holiday(f: Facts) -> Iterator[Blocker]:
    """The evaluation is on no public holiday. A family may mean it so: it is asked about, and holds nothing up."""
    on = f.plan.evaluation_on
    if on and holiday(on, f.profile.place):
        yield Blocker(
            N_("The evaluation is on %(day)s, a public holiday: is that intended?"),
            Remedy.PLAN,
            {"day": on},
            target="evaluation",
        )


def monitor_named(f: Facts) -> Iterator[Blocker]:
    """Somebody keeps an eye on the plan (PL1, EK16)."""
    if f.plan.monitor is None:
        yield Blocker(N_("Nobody keeps an eye on the plan yet"), Remedy.PLAN, target="monitor")
    sentence = N_("%(name)s is a child: choose somebody older who keeps an eye on the plan")
    yield from about_too_young(f.people, f.plan.monitor, sentence, "monitor")


def support_answered(f: Facts) -> Iterator[Blocker]:
    """Every request for support was granted, or waits for an answer from somebody by name.

    Support that was declined is done by nobody, so the family agrees something else first.
    """
    for action in f.plan.actions:
        if action.kind is not ActionKind.PROFESSIONAL:
            continue
        if action.answer is SupportAnswer.DECLINED:
            message = N_("Support for action %(number)s was declined: agree what happens instead")
        elif not action.people:
            message = N_("Nobody has been named to answer the request for support %(number)s")
        else:
            continue
        yield Blocker(message, Remedy.PLAN, {"number": action.number}, target=action.key)
