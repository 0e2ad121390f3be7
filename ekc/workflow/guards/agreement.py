"""Conditions on agreement: who was asked, who said what, and whether bottom lines are met."""

from collections.abc import Iterator

from ekc.workflow.blocker import Blocker, about_people
from ekc.workflow.facts import Facts
from ekc.workflow.guards.plan import actions_complete
from ekc.workflow.vocabulary import N_, Agreed, Attends, Remedy, VoiceMatter
from ekc.workflow.voices import hear


def noes_of_former_main_persons(f: Facts) -> Iterator[Blocker]:
    """Nobody who had said no to this plan has ceased to be a main person. Where somebody has, it is asked about."""
    for person in (*f.people, *f.former):
        if person.no_stands and person.voices.get(VoiceMatter.PLAN) is Agreed.NO:
            yield Blocker(
                N_("%(name)s is no longer a main person, and does not agree with this plan: the history says why."),
                Remedy.AGREEMENT,
                {"name": person.name},
            )


def tasks_agreed(f: Facts) -> Iterator[Blocker]:
    """No task of the plan is left to people who all say no to it: as support that was declined, nobody does it.

    So it is with an action, with keeping an eye on the plan, and with calling everyone together. The family may want
    it in the plan all the same: the coordinator overrides and says why, and the paper says no.
    """
    no = {person.id: person.name for person in hear(VoiceMatter.PLAN, f).no}
    for action in f.plan.actions:
        if action.who and action.who <= no.keys():
            yield Blocker(
                N_("Whoever does action %(number)s does not agree: agree what happens instead"),
                Remedy.PLAN,
                {"number": action.number},
                target=action.key,
            )
    if f.plan.monitor in no:
        yield Blocker(
            N_("%(name)s keeps an eye on the plan, and does not agree with it: choose somebody else"),
            Remedy.PLAN,
            {"name": no[f.plan.monitor]},
            target="monitor",
        )
    if f.plan.convenor in no:
        yield Blocker(
            N_("%(name)s calls everyone together, and does not agree with the plan: choose somebody else"),
            Remedy.PLAN,
            {"name": no[f.plan.convenor]},
            target="evaluation",
        )


def doers_asked(f: Facts) -> Iterator[Blocker]:
    """The plan has actions, and of each somebody who does it was asked about the plan."""
    yield from actions_complete(f)
    asked = {person.id: VoiceMatter.PLAN in person.voices for person in f.people if person.is_inside}
    for action in f.plan.actions:
        doers = [asked[who] for who in action.who if who in asked]
        if doers and not any(doers):
            yield Blocker(
                N_("Whoever does action %(number)s has not been asked about the plan yet"),
                Remedy.AGREEMENT,
                {"number": action.number},
                target=action.key,
            )


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
    if no_professional(f):
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
    """Everyone was asked (PL2): every main person, each side, whoever has a task or was there of family and supporters.

    Whoever went home early or could not be reached can be asked later (NZ10): the coordinator overrides and says why,
    and the paper says of them that they were not asked yet.
    """
    heard = hear(VoiceMatter.PLAN, f)
    yield from about_people(
        [person for person in heard.not_asked if person.said_earlier],
        N_("The plan changed after %(names)s answered: ask again"),
        N_("The plan changed after %(n)s people answered: ask again (%(names)s)"),
        Remedy.AGREEMENT,
    )
    yield from about_people(
        [person for person in heard.not_asked if not person.said_earlier],
        N_("%(names)s has not been asked about the plan yet"),
        N_("%(n)s people have not been asked about the plan yet: %(names)s"),
        Remedy.AGREEMENT,
    )
    for side in heard.sides:
        yield Blocker(
            N_("Nobody of the side “%(side)s” has been asked about the plan yet"), Remedy.AGREEMENT, {"side": side}
        )


def paper_shows_all(f: Facts) -> Iterator[Blocker]:
    """Paper can show each letter that people wrote. What it cannot show is asked about; it holds nothing up."""
    if f.not_printable:
        yield Blocker(
            N_("Paper cannot print this, and shows the sign � in its place: %(signs)s"),
            Remedy.PLAN,
            {"signs": ", ".join(f.not_printable)},
        )


def no_professional(f: Facts) -> str:
    """That no professional takes part, where none does."""
    away = all(person.attends is Attends.EXCLUDED for person in f.professionals)
    return N_("no professional takes part") if away else ""
