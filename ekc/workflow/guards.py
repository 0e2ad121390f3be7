"""The conditions of the steps: one function per condition, and below them which step asks which.

What a step asked and later ones ask as well stands in `standing.py`. A guard yields a Blocker for each reason why not,
none when all is well. It sees `Facts` and nothing else. Its row says its line on the checklist and who may override it.
"""

from collections.abc import Iterable, Iterator

from ekc.workflow.blocker import (
    Blocker,
    Guard,
    GuardRule,
    Param,
    about_conflict,
    about_evaluation,
    about_no_main_person,
    about_nobody,
    about_people,
)
from ekc.workflow.facts import OF_AGE, Facts
from ekc.workflow.follow_ups import FOLLOW_UPS, FollowUpRule
from ekc.workflow.vocabulary import (
    N_,
    TWO_SIDED,
    ActionKind,
    Agreed,
    ArrangementKind,
    Attends,
    InformationKind,
    Part,
    Phase,
    Remedy,
    Role,
    SupportAnswer,
    Variant,
    VoiceMatter,
)
from ekc.workflow.voices import hear, unspoken_wishes

#: A conference about a place or a question asks nobody to consent.
_NO_CONSENT = frozenset({Variant.GROUP, Variant.LEARNING})

# Registration -> setup


def main_person_said_yes(f: Facts) -> Iterator[Blocker]:
    """Every main person wants the conference (EK1); nobody says yes for somebody else."""
    heard = hear(VoiceMatter.CONFERENCE, f)
    yield from about_people(
        [*heard.not_asked],
        N_("The yes of %(names)s is not recorded yet"),
        N_("The yes of %(n)s main persons is not recorded yet: %(names)s"),
        Remedy.REGISTRATION,
    )
    yield from about_no_main_person(f)


def consents_valid(f: Facts) -> Iterator[Blocker]:
    """Main persons consent, and children themselves from the age in the profile; for a younger main person another.

    Age decides, not the part: for a main person who is too young to be asked, somebody of age of the family consents. A
    group conference is about a place or a question, not about a person, so there the yes of the main persons is
    enough (our reading; no source).
    """
    if f.variant in _NO_CONSENT:
        return
    yield from about_no_main_person(f)
    asked_from = f.profile.own_consent_from
    for person in f.people:
        if person.part is Part.CHILD and person.age is None:
            params: dict[str, Param] = {"name": person.name, "age": asked_from}
            yield Blocker(
                N_("The age of %(name)s is not known yet: from %(age)s years a child is asked to consent"),
                Remedy.PERSON,
                params,
                target=str(person.id),
            )
    for person in f.people:
        if person.withdrew_on and person.consent_missing(asked_from):
            sentence = N_("%(name)s took their consent back on %(day)s")
            yield Blocker(sentence, Remedy.CONSENTS, {"name": person.name, "day": person.withdrew_on})
    yield from about_people(
        [p for p in f.people if p.consent_missing(asked_from) and not p.withdrew_on],
        N_("The consent of %(names)s is not here yet"),
        N_("%(n)s consents are not here yet: %(names)s"),
        Remedy.CONSENTS,
    )
    if not any(p.consented and p.is_family and (p.age is None or p.age >= OF_AGE) for p in f.people):
        yield from about_people(
            [p for p in f.people if p.needs_another_consent(asked_from)],
            N_("Nobody has consented yet for %(names)s, who is too young to be asked"),
            N_("Nobody has consented yet for these main persons, who are too young to be asked: %(names)s"),
            Remedy.CONSENTS,
        )


def coordinator_accepted(f: Facts) -> Iterator[Blocker]:
    """A coordinator was asked and took the case."""
    if not f.coordinator.asked:
        yield Blocker(N_("No coordinator has been asked yet"), Remedy.COORDINATOR)
    elif not f.coordinator.accepted:
        yield Blocker(N_("The coordinator has not said yet whether they take the case"), Remedy.COORDINATOR)


def independence_declared(f: Facts) -> Iterator[Blocker]:
    """The coordinator has said for this case for whom they work, whom they know and what they gain by it."""
    if not f.coordinator.declared:
        yield Blocker(N_("The independence of the coordinator has not been declared yet"), Remedy.COORDINATOR)


def coordinator_independent(f: Facts) -> Iterator[Blocker]:
    """Nothing ties the coordinator to the case (OECD Box 4.1, EK2) but what the regional manager waived by name.

    Only steps forward and to the end ask for it, not what protects people or is the family's own: out of private time
    and back into it, another day, stopping before the conference, coming together again (ADR 14).
    """
    for conflict in f.coordinator.conflicts:
        yield about_conflict(f.coordinator.name, conflict)


def coordinator_confirmed(f: Facts) -> Iterator[Blocker]:
    """Every main person wants this coordinator (EK1). One who would rather have another is enough to look for one."""
    heard = hear(VoiceMatter.COORDINATOR, f)
    if heard.no:
        yield Blocker(N_("A main person would rather have another coordinator"), Remedy.COORDINATOR)
    yield from about_people(
        [*heard.not_asked],
        N_("%(names)s has not confirmed the coordinator yet"),
        N_("%(n)s main persons have not confirmed the coordinator yet: %(names)s"),
        Remedy.COORDINATOR,
    )
    yield from about_no_main_person(f)


# Setup -> information


def question_agreed(f: Facts) -> Iterator[Blocker]:
    """The central question is the family's own."""
    if not f.question_agreed:
        yield Blocker(
            N_("The central question has not been agreed yet"), Remedy.REGISTRATION, target="question_agreed_on"
        )


def everyone_decided(f: Facts) -> Iterator[Blocker]:
    """For everyone in the circle it is known whether and how they come; children have a condition of their own."""
    undecided = [p for p in f.people if p.attends is None and not p.is_child and p.part is not Part.INTERPRETER]
    yield from about_nobody(f)
    yield from about_people(
        undecided,
        N_("It is not known yet whether %(names)s comes"),
        N_("It is not known yet whether %(n)s people come: %(names)s"),
        Remedy.CIRCLE,
    )


def everyone_informed(f: Facts) -> Iterator[Blocker]:
    """Everyone who takes part was told goal, way of working, possibilities and responsibilities (OECD Box 4.1)."""
    not_informed = [p for p in f.people if p.not_informed]
    if not any(p.takes_part and p.part is not Part.INTERPRETER for p in f.people):
        yield Blocker(N_("Nobody who comes has been told yet"), Remedy.CIRCLE)
    yield from about_people(
        not_informed,
        N_("%(names)s has not been told yet"),
        N_("%(n)s people have not been told yet: %(names)s"),
        Remedy.CIRCLE,
    )


def safety_decided(f: Facts) -> Iterator[Blocker]:
    """Whoever is worried about safety has an arrangement; somebody was spoken to before that is said of anybody."""
    worried = [p for p in f.people if p.unmet_concerns]
    if not worried and not any(p.informed for p in f.people):
        yield Blocker(N_("Nobody has been asked yet whether it is safe for them"), Remedy.SAFETY)
    yield from about_people(
        worried,
        N_("There is no safety arrangement for %(names)s yet"),
        N_("There is no safety arrangement yet for %(names)s"),
        Remedy.SAFETY,
    )


def childrens_part_decided(f: Facts) -> Iterator[Blocker]:
    """It is decided for each child whether and how it takes part (UK1, UK10)."""
    undecided = [p for p in f.people if p.is_child and p.attends is None]
    if not undecided:
        yield from about_nobody(f)
    yield from about_people(
        undecided,
        N_("It has not been decided yet how %(names)s takes part"),
        N_("It has not been decided yet how these children take part: %(names)s"),
        Remedy.CIRCLE,
    )


def bottom_lines_shared(f: Facts) -> Iterator[Blocker]:
    """Bottom lines are known to the family beforehand, or there are none and that was said (UK5, AD1)."""
    if not f.bottom_lines and not f.said_no_bottom_lines:
        yield Blocker(
            N_("Nobody has said yet whether there are bottom lines"),
            Remedy.BOTTOM_LINES,
        )
    for line in f.bottom_lines:
        if not line.shared:
            yield Blocker(
                N_("Bottom line %(number)s has not been shared with the family yet"),
                Remedy.BOTTOM_LINES,
                {"number": line.number},
                target=str(line.id),
            )


def meeting_arranged(f: Facts) -> Iterator[Blocker]:
    """Date, venue, food, travel and interpreters are arranged, or not needed and said so."""
    if f.meeting_on is None:
        yield Blocker(N_("No date has been chosen yet"), Remedy.MEETING, target="dates")
    if not f.venue:
        yield Blocker(N_("There is no venue yet"), Remedy.MEETING, target="venue")
    if ArrangementKind.FOOD not in f.arranged:
        yield Blocker(N_("Food and drink are not arranged yet"), Remedy.MEETING, target="food")
    if ArrangementKind.TRAVEL not in f.arranged:
        yield Blocker(N_("Travel is not arranged yet"), Remedy.MEETING, target="travel")
    if any(p.needs_interpreter and p.takes_part for p in f.people) and (ArrangementKind.INTERPRETER not in f.arranged):
        yield Blocker(N_("The interpreter is not arranged yet"), Remedy.MEETING, target="interpreter")


def family_outnumbers_professionals(f: Facts) -> Iterator[Blocker]:
    """The family is the larger group, so that it is the family's meeting (our own rule, after OECD Box 4.1)."""
    family = sum(p.takes_part for p in f.family)
    professionals = sum(p.takes_part for p in f.professionals)
    if family <= professionals:
        yield Blocker(
            N_("The family is not the larger group yet (family: %(family)s, professionals: %(professionals)s)"),
            Remedy.CIRCLE,
            {"family": family, "professionals": professionals},
        )


def wishes_spoken_about(f: Facts) -> Iterator[Blocker]:
    """Whoever wishes to stop, or to come together again, was spoken with, and it was written down what was said.

    Where not, it is asked about; it holds nothing up. In private time nothing of it is shown.
    """
    sentences = {
        VoiceMatter.STOPPING: N_("%(name)s wishes to stop: speak with them, and write down what was said"),
        VoiceMatter.AGAIN: N_("%(name)s wishes to come together again: speak with them, and write down what was said"),
    }
    for person, matter in unspoken_wishes(f) if f.phase is not Phase.PRIVATE_TIME else ():
        yield Blocker(sentences[matter], Remedy.WISHES, {"name": person.name})


def noes_of_former_main_persons(f: Facts) -> Iterator[Blocker]:
    """Nobody who had said no to this plan has ceased to be a main person. Where somebody has, it is asked about."""
    for person in (*f.people, *f.former):
        if person.no_stands and person.voices.get(VoiceMatter.PLAN) is Agreed.NO:
            yield Blocker(
                N_("%(name)s is no longer a main person, and does not agree with this plan: the history says why."),
                Remedy.AGREEMENT,
                {"name": person.name},
            )


def planned_for_today(f: Facts) -> Iterator[Blocker]:
    """The conference was planned for this day. Another day is asked about; it holds nothing up."""
    if f.meeting_on is not None and f.meeting_on != f.today:
        sentence = N_("The conference was planned for %(day)s, and that is not today.")
        yield Blocker(sentence, Remedy.MEETING, {"day": f.meeting_on})


# Information -> private time


def information_told(f: Facts) -> Iterator[Blocker]:
    """The situation, the reason for a plan and the possible help have been told (OECD Box 4.1, part one)."""
    missing = {
        InformationKind.SITUATION: N_("The situation has not been told yet"),
        InformationKind.REASON: N_("It has not been told yet why a plan is needed"),
        InformationKind.HELP: N_("It has not been told yet what help there is"),
    }
    for kind, sentence in missing.items():
        if kind not in f.told:
            yield Blocker(sentence, Remedy.INFORMATION)


def questions_answered(f: Facts) -> Iterator[Blocker]:
    """Every question that was asked has an answer."""
    if f.open_questions:
        yield Blocker(
            N_("%(n)s question has no answer yet"),
            Remedy.INFORMATION,
            {"n": f.open_questions},
            plural=N_("%(n)s questions have no answer yet"),
            n=f.open_questions,
        )


def enough_family_present(f: Facts) -> Iterator[Blocker]:
    """Enough of the family is in the room to make a plan: the profile's number, and somebody of each side."""
    present = sum(p.in_room for p in f.family)
    least = f.profile.least_family_present
    if present < least:
        yield Blocker(
            N_("Private time asks for %(least)s of the family or more; in the room now: %(present)s"),
            Remedy.ATTENDANCE,
            {"least": least, "present": present},
        )
    for side in f.sides if f.variant in TWO_SIDED else ():
        if not any(p.in_room and p.side == side for p in f.family):
            yield Blocker(N_("Nobody of this side is in the room: %(side)s"), Remedy.ATTENDANCE, {"side": side})


def somebody_in_room(f: Facts) -> Iterator[Blocker]:
    """It was written down who is in the room."""
    if not any(p.in_room for p in f.people):
        yield Blocker(N_("Nobody is in the room yet"), Remedy.ATTENDANCE)


def interpreter_in_room(f: Facts) -> Iterator[Blocker]:
    """Whoever needs an interpreter has one in the room. Asked about: a relative may do it, if they want that."""
    if any(p.in_room and p.part is Part.INTERPRETER for p in f.people):
        return
    yield from about_people(
        [p for p in f.people if p.in_room and p.needs_interpreter],
        N_("%(names)s needs an interpreter, and no interpreter is in the room."),
        N_("%(n)s people need an interpreter, and no interpreter is in the room: %(names)s."),
        Remedy.ATTENDANCE,
    )


def professionals_left(f: Facts) -> Iterator[Blocker]:
    """Private time is without professionals, whoever came as one (OECD Box 4.1, part two)."""
    yield from about_people(
        [p for p in f.people if p.in_room and p.is_professional],
        N_("%(names)s is still in the room"),
        N_("%(n)s professionals are still in the room: %(names)s"),
        Remedy.ATTENDANCE,
    )


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
                N_("Action %(number)s begins after the evaluation: is that meant?"),
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


def tasks_agreed(f: Facts) -> Iterator[Blocker]:
    """No action is done by people who all say no to the plan: as support that was declined, it is done by nobody.

    The family may want it in the plan all the same: the coordinator overrides and says why, and the paper says no.
    """
    no = {person.id for person in hear(VoiceMatter.PLAN, f).no}
    for action in f.plan.actions:
        if action.who and action.who <= no:
            yield Blocker(
                N_("Who does action %(number)s does not agree: agree what happens instead"),
                Remedy.PLAN,
                {"number": action.number},
                target=action.key,
            )


def doers_asked(f: Facts) -> Iterator[Blocker]:
    """The plan has actions, and of each somebody who does it was asked about the plan."""
    yield from actions_complete(f)
    asked = {person.id: VoiceMatter.PLAN in person.voices for person in f.people if person.gives_agreement}
    for action in f.plan.actions:
        doers = [asked[who] for who in action.who if who in asked]
        if doers and not any(doers):
            yield Blocker(
                N_("Who does action %(number)s has not been asked about the plan yet"),
                Remedy.AGREEMENT,
                {"number": action.number},
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
        yield from about_evaluation(f.profile, f.today, plan.evaluation_on, f.people)
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


# Presentation -> private time


def made_at_a_conference(f: Facts) -> Iterator[Blocker]:
    """There is private time to go back into. Without a conference nobody was told and made safe for one yet."""
    if f.without_conference:
        yield Blocker(
            N_("This plan was made without a conference. To hold one, choose: go on another day"), Remedy.MEETING
        )


# Setup -> presentation


def no_meeting_held(f: Facts) -> Iterator[Blocker]:
    """No conference of this round was held: a plan that comes of one is a plan of that conference."""
    if not f.no_conference_held:
        yield Blocker(
            N_("A conference of this round was held: open it again on the new day, and write the plan there"),
            Remedy.MEETING,
        )


# Any phase -> closed


def only_main_person(f: Facts) -> Iterator[Blocker]:
    """Nobody else is a main person: otherwise the conference goes on with them."""
    main = [p.name for p in f.people if p.part is Part.MAIN_PERSON and p.attends is not Attends.EXCLUDED]
    if len(main) > 1:
        yield Blocker(
            N_("There are more main persons (%(names)s): take out of the circle who died or left, and go on"),
            Remedy.CIRCLE,
            {"names": ", ".join(main)},
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


def follow_up_settled(rule: FollowUpRule) -> Guard:
    """The condition that no follow-up of one kind is open."""

    def settled(f: Facts) -> Iterator[Blocker]:
        if rule.kind not in f.settled_follow_ups:
            yield Blocker(rule.unsettled, Remedy.FOLLOW_UPS)

    settled.__name__ = f"{rule.kind}_settled"
    settled.__doc__ = f"The {rule.kind.label} was held, or given up with a reason."
    return settled


def follow_up_guards(rules: Iterable[FollowUpRule]) -> tuple[GuardRule, ...]:
    """A condition for each kind of follow-up that blocks closing."""
    return tuple(GuardRule(follow_up_settled(rule), rule.line) for rule in rules if rule.blocks_closing)


# The conditions of each step, in the order of the checklist. Those with a name stand on after it: see `standing.py`

_COORDINATOR = frozenset({Role.COORDINATOR})
MAIN_PERSON_SAID_YES = GuardRule(main_person_said_yes, N_("Every main person says yes"))
CONSENTS_VALID = GuardRule(
    consents_valid,
    N_("Consents are there"),
    nothing=lambda f: N_("this kind of conference asks for none") if f.variant in _NO_CONSENT else "",
)
INDEPENDENCE_DECLARED = GuardRule(independence_declared, N_("The coordinator declares independence"))
COORDINATOR_INDEPENDENT = GuardRule(
    coordinator_independent,
    N_("The coordinator is independent"),
    first=independence_declared,  # of a coordinator who declared nothing no conflict is known
)
COORDINATOR_CONFIRMED = GuardRule(coordinator_confirmed, N_("Every main person confirms the coordinator"))
QUESTION_AGREED = GuardRule(question_agreed, N_("The question is agreed"))
EVERYONE_DECIDED = GuardRule(everyone_decided, N_("It is known who comes"), override=_COORDINATOR)
EVERYONE_INFORMED = GuardRule(everyone_informed, N_("Everyone is told personally"), override=_COORDINATOR)
SAFETY_DECIDED = GuardRule(safety_decided, N_("Everyone is safe"))
CHILDRENS_PART_DECIDED = GuardRule(
    childrens_part_decided,
    N_("Each child's part is decided"),
    nothing=lambda f: "" if any(p.is_child for p in f.people) else N_("no child is in the circle"),
)


def no_bottom_lines(f: Facts) -> str:
    """That there are none, where there are none."""
    return "" if f.bottom_lines else N_("there are none")


BOTTOM_LINES_SHARED = GuardRule(bottom_lines_shared, N_("Bottom lines are shared"), nothing=no_bottom_lines)
#: Whoever goes into private time, for the first time or again, goes in without professionals.
_PROFESSIONALS_LEFT = GuardRule(
    professionals_left,
    N_("The professionals have left"),
    first=somebody_in_room,  # as long as nobody noted who is there, nobody has left
    nothing=lambda f: "" if any(p.present and p.is_professional for p in f.people) else N_("none was there"),
)
_BEFORE_EVALUATION = GuardRule(
    actions_before_evaluation,
    N_("Each action begins before the evaluation"),
    override=_COORDINATOR,
    first=evaluation_chosen,  # without actions, or without its day, none begins in time
)
_AHEAD = GuardRule(
    actions_ahead,
    N_("No action had to be done by a day that is past"),
    override=_COORDINATOR,
    first=actions_complete,  # without actions none lies ahead
)
#: What makes a plan a plan: nothing that lacks one of these is ever agreed.
_IS_A_PLAN = (
    GuardRule(actions_complete, N_("Each action says who, what and when")),
    GuardRule(what_if_complete, N_("What happens if it fails")),
    GuardRule(evaluation_arranged, N_("The evaluation is arranged")),
    GuardRule(monitor_named, N_("Somebody keeps an eye on the plan")),
    GuardRule(
        support_answered,
        N_("Each request for support has a name or an answer"),
        first=actions_complete,  # of a plan without actions no request is known
        nothing=lambda f: (
            ""
            if any(action.kind is ActionKind.PROFESSIONAL for action in f.plan.actions)
            else N_("the plan asks for none")
        ),
    ),
)

TAKE_ON = (
    MAIN_PERSON_SAID_YES,
    CONSENTS_VALID,
    GuardRule(coordinator_accepted, N_("A coordinator takes the case")),
    INDEPENDENCE_DECLARED,
    COORDINATOR_INDEPENDENT,
    COORDINATOR_CONFIRMED,
)
OPEN_CONFERENCE = (
    QUESTION_AGREED,
    EVERYONE_DECIDED,
    EVERYONE_INFORMED,
    SAFETY_DECIDED,
    CHILDRENS_PART_DECIDED,
    BOTTOM_LINES_SHARED,
    GuardRule(meeting_arranged, N_("Date, venue, food and travel are arranged")),
    GuardRule(family_outnumbers_professionals, N_("The family is the larger group"), override=_COORDINATOR),
)
PLAN_WITHOUT_CONFERENCE = (GuardRule(no_meeting_held), BOTTOM_LINES_SHARED, SAFETY_DECIDED)
MAIN_PERSON_GONE = (GuardRule(only_main_person),)
BEGIN_PRIVATE_TIME = (
    GuardRule(information_told, N_("Situation, reason and help are told")),
    GuardRule(
        questions_answered,
        N_("Questions are answered"),
        override=_COORDINATOR,
        first=information_told,  # before anything is told nobody has asked
        nothing=lambda f: "" if f.questions else N_("nobody asked anything"),
    ),
    GuardRule(enough_family_present, N_("Enough of the family is there"), override=_COORDINATOR),
    _PROFESSIONALS_LEFT,
)
#: What is asked of each version of a plan, about the text that it becomes.
AGREE_PLAN = (
    *_IS_A_PLAN,
    _BEFORE_EVALUATION,
    _AHEAD,
    GuardRule(bottom_lines_met, N_("Bottom lines are met"), first=bottom_lines_shared, nothing=no_bottom_lines),
    GuardRule(
        accepted,
        N_("The plan is accepted"),
        first=about_nobody,
        nothing=lambda f: (
            N_("no professional takes part")
            if all(person.attends is Attends.EXCLUDED for person in f.professionals)
            else ""
        ),
    ),
    GuardRule(everyone_asked, N_("Everyone is asked"), override=_COORDINATOR, first=about_nobody),
    GuardRule(
        tasks_agreed,
        N_("Each action has somebody who agrees to do it"),
        override=_COORDINATOR,
        first=doers_asked,  # of a plan without actions, or whose doers were not asked, nobody has agreed to one
    ),
)
GO_BACK = (GuardRule(made_at_a_conference), _PROFESSIONALS_LEFT)
REVISE_PLAN = (
    GuardRule(evaluation_held),
    GuardRule(family_wants_new_version),
    *AGREE_PLAN,
)
CLOSE = follow_up_guards(FOLLOW_UPS)
