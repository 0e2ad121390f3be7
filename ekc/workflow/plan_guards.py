"""The conditions of agreeing a plan, changing it and closing the case; the others stand in `guards.py`."""

from collections.abc import Iterator

from ekc.workflow.blocker import Blocker, about_people
from ekc.workflow.facts import Facts
from ekc.workflow.vocabulary import N_, ActionKind, Attends, Part, Remedy, SupportAnswer

# Presentation -> evaluation: what makes a plan a plan


def actions_complete(f: Facts) -> Iterator[Blocker]:
    """Every action says who does what, and by when or how often (OECD Box 4.1, EK6).

    Who gives the support that the family asks for is the condition `support_answered`.
    """
    if not f.plan.actions:
        yield Blocker(N_("The plan has no actions yet"), Remedy.PLAN)
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
            N_("No what-if says yet who meets whom when the plan does not work out"),
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
        limit = f.profile.evaluation_limit(f.today, f.youngest_age)
        if limit is not None and plan.evaluation_on > limit:
            yield Blocker(
                N_("The evaluation must be on %(limit)s at the latest"),
                Remedy.PLAN,
                {"limit": limit},
                target="evaluation",
            )
    if not plan.evaluation_place:
        yield Blocker(N_("The evaluation has no place yet"), Remedy.PLAN, target="evaluation")
    if not plan.convenor:
        yield Blocker(
            N_("It is not agreed yet who calls people together for the evaluation"), Remedy.PLAN, target="evaluation"
        )


def monitor_named(f: Facts) -> Iterator[Blocker]:
    """Somebody keeps an eye on the plan (PL1, EK16)."""
    if not f.plan.monitor:
        yield Blocker(N_("Nobody keeps an eye on the plan yet"), Remedy.PLAN, target="monitor")


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


def bottom_lines_met(f: Facts) -> Iterator[Blocker]:
    """Each bottom line was checked against this plan, and is met (AD2)."""
    for line in f.bottom_lines:
        if line.met is None:
            message = N_("Bottom line %(number)s has not been checked yet")
        elif not line.met:
            message = N_("Bottom line %(number)s is not met by this plan")
        else:
            continue
        yield Blocker(message, Remedy.AGREEMENT, {"number": line.number}, target=str(line.id))


def accepted(f: Facts) -> Iterator[Blocker]:
    """The referrer, or whoever set a bottom line, accepted the plan; without them any professional did (AD2).

    Where no professional takes part, nobody needs to.
    """
    if all(person.attends is Attends.EXCLUDED for person in f.professionals):
        return
    if f.accepted is None:
        yield Blocker(
            N_("The referrer or a professional has not said yet whether the plan is accepted"), Remedy.AGREEMENT
        )
    elif not f.accepted:
        yield Blocker(
            N_("The plan was not accepted: read the reason, the family can go back into private time"), Remedy.AGREEMENT
        )


def everyone_asked(f: Facts) -> Iterator[Blocker]:
    """Everyone of the family and every supporter who was there was asked (PL2); with no meeting, everyone with a task.

    Whoever went home early can be asked later (NZ10): the coordinator overrides and says so.
    """
    yield from about_people(
        [
            p
            for p in f.people
            if (p.is_family or p.part is Part.SUPPORTER)
            and (p.present if f.meeting_held else p.has_task)
            and p.attends is not Attends.EXCLUDED
            and p.agreed is None
        ],
        N_("%(names)s has not been asked about the plan yet"),
        N_("%(n)s people have not been asked about the plan yet: %(names)s"),
        Remedy.AGREEMENT,
    )


# Presentation -> private time


def made_at_a_conference(f: Facts) -> Iterator[Blocker]:
    """There is private time to go back into. Without a conference nobody was told and made safe for one yet."""
    if f.without_conference:
        yield Blocker(
            N_("This plan was made without a conference. To hold one, choose: go on another day"), Remedy.MEETING
        )


# Evaluation


def evaluation_held(f: Facts) -> Iterator[Blocker]:
    """A plan is revised on what an evaluation found."""
    if not f.evaluation_held:
        yield Blocker(N_("No evaluation has been held yet"), Remedy.FOLLOW_UPS)


def family_wants_new_version(f: Facts) -> Iterator[Blocker]:
    """The family itself agreed to change the plan."""
    if f.evaluation_held and not f.family_wants_new_version:
        yield Blocker(N_("The family has not said yet that it wants a new version"), Remedy.FOLLOW_UPS)


def call_settled(f: Facts) -> Iterator[Blocker]:
    """The call after four weeks was made, or given up with a reason (EK4)."""
    if not f.call_settled:
        yield Blocker(N_("The call after four weeks has not been made or given up yet"), Remedy.FOLLOW_UPS)


def evaluation_settled(f: Facts) -> Iterator[Blocker]:
    """The evaluation was held, or given up with a reason."""
    if not f.evaluation_settled:
        yield Blocker(N_("The evaluation has not been held or given up yet"), Remedy.FOLLOW_UPS)
