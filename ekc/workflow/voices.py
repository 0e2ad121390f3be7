"""The policy: whose own yes each matter needs, and what happens where people differ.

Each row says it in words that the family can read. Guards ask `hear`; nobody's answer stands for somebody else's.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ekc.names import fold
from ekc.workflow.facts import Facts, PersonFacts
from ekc.workflow.vocabulary import (
    N_,
    PROFESSIONAL_PARTS,
    Agreed,
    Attends,
    Labelled,
    Part,
    PlanSharing,
    TraceKind,
    VoiceMatter,
)


class Asked(Labelled):
    """Who has to be asked about a matter; of those who stay away as was decided, only whoever has a task."""

    MAIN_PERSONS = "main_persons", N_("every main person, there or not")
    WAS_THERE = "was_there", N_("everyone of the family and every supporter who was there")
    HAS_TASK = "has_task", N_("everyone of the family and every supporter with a task, there or not")
    EACH_SIDE = "each_side", N_("each side, by somebody of the family or a supporter on it")


@dataclass(frozen=True, slots=True)
class VoiceRule:
    """One matter: who is asked, what settles it, and what happens where people differ."""

    matter: VoiceMatter
    asked: frozenset[Asked]
    settled: str
    differ: str
    wish: str = ""  # a step that one main person wishes for, as they say it
    #: Whether the pages of the other main persons ask them: not where somebody may not be safe with whom they are told.
    told_to_others: Callable[[Facts], bool] = lambda _facts: True
    wished: TraceKind | None = None  # what the history calls the wish, and taking it back
    taken_back: TraceKind | None = None


_MAIN_PERSONS = frozenset({Asked.MAIN_PERSONS})


def no_safety_concern_known(f: Facts) -> bool:
    """Whether nobody is known to be worried about safety, with an arrangement or without.

    Where somebody is, a question tells the other main persons whose wish it is; the coordinator decides whether to ask.
    """
    return not any(p.concerns for p in f.people)


VOICES: tuple[VoiceRule, ...] = (
    VoiceRule(
        VoiceMatter.CONFERENCE,
        _MAIN_PERSONS,
        N_("There is a conference when every main person has said yes to it."),
        N_("Nobody says yes for somebody else. As long as one main person has not said yes, the preparation waits."),
    ),
    VoiceRule(
        VoiceMatter.COORDINATOR,
        _MAIN_PERSONS,
        N_("Somebody is your coordinator when every main person has said yes to them."),
        N_(
            "If one main person would rather have somebody else, the regional manager looks for somebody else. The "
            "other main persons do not hear who asked for that."
        ),
    ),
    VoiceRule(
        VoiceMatter.PLAN,
        frozenset(Asked),
        N_("A plan is agreed when everyone who has to be asked was asked."),
        N_(
            "Everyone says yes, in part or no, and their words are on the paper. The coordinator can write down why "
            "somebody could not be asked; the paper then says of them: not asked yet. When the plan changes after "
            "that, everyone is asked again."
        ),
    ),
    VoiceRule(
        VoiceMatter.STOPPING,
        _MAIN_PERSONS,
        N_(
            "One main person stops the conference themselves. Of several, everyone has to want it: the coordinator "
            "speaks with each of them and writes it down. It also stops when the coordinator or the regional manager "
            "decides so."
        ),
        N_(
            "There are several main persons. When one of you wants to stop, the coordinator and the regional manager "
            "hear of it at once. The other main persons are asked, at once or once the coordinator has decided so. "
            "When you all want it, your coordinator speaks with each of you and writes it down; then it stops. It also "
            "stops when the coordinator or the regional manager decides so. When it does not feel safe, nobody else is "
            "told or asked."
        ),
        wish=N_("I want to stop the conference"),
        told_to_others=no_safety_concern_known,
        wished=TraceKind.STOP_WISHED,
        taken_back=TraceKind.STOP_TAKEN_BACK,
    ),
    VoiceRule(
        VoiceMatter.AGAIN,
        _MAIN_PERSONS,
        N_(
            "One main person starts it themselves. Of several, everyone has to want it: the coordinator speaks with "
            "each of them and writes it down. You also come together again when the coordinator decides so."
        ),
        N_(
            "When one of you wants to come together again, your coordinator, if there is one now, and the regional "
            "manager hear of it. The main persons are asked, at once or once the coordinator has decided so. When you "
            "all want it, your coordinator speaks with each of you and writes it down; then it is prepared. It is also "
            "prepared when the coordinator decides so."
        ),
        wish=N_("I want to come together again"),
        told_to_others=no_safety_concern_known,
        wished=TraceKind.AGAIN_WISHED,
        taken_back=TraceKind.AGAIN_TAKEN_BACK,
    ),
    VoiceRule(
        VoiceMatter.READING,
        _MAIN_PERSONS,
        N_(
            "A professional reads as much of the plan as every main person allows. Whoever comes into the circle in "
            "a later round reads the earlier plans when every main person of that time allows it."
        ),
        N_(
            "As long as one of you does not want it, they do not read it. Whoever has not answered yet does not want "
            "it yet. The other main persons do not hear who answered what."
        ),
    ),
)
VOICE_RULES = {rule.matter: rule for rule in VOICES}


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said in one matter by those who are in the circle. `sides`: of which nobody was asked."""

    yes: tuple[PersonFacts, ...]
    part: tuple[PersonFacts, ...]
    no: tuple[PersonFacts, ...]
    not_asked: tuple[PersonFacts, ...]  # of those who have to be asked
    sides: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether everyone who has to be asked was asked."""
        return not self.not_asked and not self.sides


def plans_not_read(part: Part, earlier: int, sharing: PlanSharing) -> int:
    """How many of the first versions somebody does not read, who came when there were `earlier` ones of other rounds.

    Of a professional `sharing` decides about every version.
    """
    return 0 if part in PROFESSIONAL_PARTS or sharing is PlanSharing.ALL else earlier


def must_be_asked(matter: VoiceMatter, facts: Facts) -> tuple[PersonFacts, ...]:
    """Everyone who has to be asked about this matter, in the order of the circle."""
    return _asked(matter, facts.people, facts.meeting_held)


def _asked(matter: VoiceMatter, people: tuple[PersonFacts, ...], meeting_held: bool) -> tuple[PersonFacts, ...]:
    asked = VOICE_RULES[matter].asked
    return tuple(p for p in people if _is_asked(p, asked, meeting_held))


def _is_asked(p: PersonFacts, asked: frozenset[Asked], meeting_held: bool) -> bool:
    if not p.is_inside:
        return False
    if Asked.HAS_TASK in asked and p.has_task:
        return True
    if p.attends is Attends.EXCLUDED:
        return False
    if Asked.MAIN_PERSONS in asked and p.part is Part.MAIN_PERSON:
        return True
    return Asked.WAS_THERE in asked and meeting_held and p.present


def hear(matter: VoiceMatter, facts: Facts) -> Heard:
    """What was said in this matter, and who has not been asked.

    The no of a main person stands when somebody else takes them out of the circle, or gives them another part.
    """
    return hear_people(matter, facts.people, facts.meeting_held, facts.former)


def hear_people(
    matter: VoiceMatter,
    people: tuple[PersonFacts, ...],
    meeting_held: bool,
    former: tuple[PersonFacts, ...] = (),
) -> Heard:
    """The same of these people, where the other facts of the case are not at hand."""

    def who(answer: Agreed, among: tuple[PersonFacts, ...] = people) -> tuple[PersonFacts, ...]:
        return tuple(p for p in among if p.voices.get(matter) is answer)

    asked = _asked(matter, people, meeting_held)
    none_any_more = tuple(p for p in (*people, *former) if p.no_stands and p not in asked)
    not_asked = tuple(p for p in asked if matter not in p.voices)
    sides = _silent_sides(matter, people) if Asked.EACH_SIDE in VOICE_RULES[matter].asked else ()
    named = {p.side for p in not_asked}
    return Heard(
        yes=who(Agreed.YES),
        part=who(Agreed.PART),
        no=who(Agreed.NO, (*people, *former) if matter is VoiceMatter.PLAN else (*asked, *none_any_more)),
        not_asked=not_asked,
        sides=tuple(side for side in sides if side not in named),
    )


def _silent_sides(matter: VoiceMatter, people: Iterable[PersonFacts]) -> tuple[str, ...]:
    """The sides of which nobody has said anything."""
    on_sides = [p for p in people if p.side and p.is_inside and p.attends is not Attends.EXCLUDED]
    heard = {fold(p.side) for p in on_sides if matter in p.voices}
    return tuple(dict.fromkeys(p.side for p in on_sides if fold(p.side) not in heard))


def all_want(matter: VoiceMatter, facts: Facts) -> bool:
    """Whether everyone who has to be asked says yes, so that staff take the step; for staff alone.

    The yes of somebody who is worried about safety, without an arrangement, counts as none: staff speak with them.
    """
    asked = must_be_asked(matter, facts)
    return bool(asked) and all(p.voices.get(matter) is Agreed.YES and not p.unmet_concerns for p in asked)


def asks_others(matter: VoiceMatter, facts: Facts, who: int) -> bool:
    """Whether what this person wants is their wish, which others have to want too.

    Pages ask this and not `all_want`, so that nobody reads from them what somebody else said.
    """
    return [p.id for p in must_be_asked(matter, facts)] != [who]


def told_to_others(matter: VoiceMatter, facts: Facts) -> bool:
    """Whether a wish makes the pages of the other main persons ask them at once; otherwise the coordinator decides."""
    return VOICE_RULES[matter].told_to_others(facts)


def unspoken_wishes(facts: Facts) -> tuple[tuple[PersonFacts, VoiceMatter], ...]:
    """The wishes to stop or to come together again about which nobody of the staff spoke yet, and whose they are."""
    wished = [rule.matter for rule in VOICES if rule.wish]
    return tuple(
        (p, matter)
        for matter in wished
        for p in (*facts.people, *facts.former)
        if p.voices.get(matter) is Agreed.YES and matter not in p.spoken_with
    )
