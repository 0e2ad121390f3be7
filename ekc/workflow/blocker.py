"""One reason why not, which a guard yields, and the row of a guard. The guards themselves are in `guards/`."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from ekc.workflow.facts import OF_AGE, Facts, PersonFacts, youngest
from ekc.workflow.independence import Conflict, Matter, Tie
from ekc.workflow.profiles import Profile
from ekc.workflow.vocabulary import N_, Part, Remedy, Role, Variant, VoiceMatter
from ekc.workflow.voices import must_be_asked

#: What fills a blank. A date is written out in the reader's language by whoever shows the sentence.
Param = str | int | date


@dataclass(frozen=True, slots=True)
class Blocker:
    """One reason why a step cannot be taken, as a sentence with its blanks, and where to mend it.

    `plural` goes with `n`; `target` names the thing inside the page (a person's id, an action's key).
    """

    message: str
    remedy: Remedy
    params: dict[str, Param] = field(default_factory=dict)
    plural: str = ""
    n: int = 1
    target: str = ""

    @property
    def short(self) -> "Blocker":
        """The same, with the first few of many names, for a line that stands above every page."""
        names = str(self.params.get("names", "")).split(_BETWEEN_NAMES)
        if len(names) <= _FEW:
            return self
        return replace(self, params=self.params | {"names": _BETWEEN_NAMES.join([*names[:_FEW], "…"])})


#: How a sentence lists names, and how many of them where there is little room.
_BETWEEN_NAMES, _FEW = ", ", 3

Guard = Callable[[Facts], Iterator[Blocker]]


@dataclass(frozen=True, slots=True)
class GuardRule:
    """A condition, what the checklist says of it, and the roles that may override it with a reason."""

    check: Guard
    line: str = ""  # the condition said as a thing done; empty: no work of anybody's in that phase
    override: frozenset[Role] = frozenset()
    first: Guard | None = None  # as long as this has a reason why not, the line is not done either
    #: Where there is nothing that it is about: what the checklist says behind the line, instead of a tick.
    nothing: Callable[[Facts], str] | None = None
    variants: frozenset[Variant] = frozenset(Variant)  # the kinds of conference on whose checklist it stands

    @property
    def code(self) -> str:
        """The name under which an override is stored."""
        return self.check.__name__


def names_of(people: Iterable[PersonFacts]) -> str:
    """Their names, as a sentence lists them."""
    return _BETWEEN_NAMES.join(p.name for p in people)


def about_people(people: list[PersonFacts], one: str, many: str, remedy: Remedy, at: str = "{}") -> Iterator[Blocker]:
    """One sentence about all these people; none when there are none. `at`: the target, with the id of the first."""
    if people:
        target = at.format(people[0].id)
        params: dict[str, Param] = {"names": names_of(people), "n": len(people)}
        yield Blocker(one, remedy, params, plural=many, n=len(people), target=target)


def about_nobody(f: Facts) -> Iterator[Blocker]:
    """Of an empty circle nothing is decided: a condition about everybody needs somebody."""
    if not f.people:
        yield Blocker(N_("There is nobody in the circle yet"), Remedy.CIRCLE)


def about_no_main_person(f: Facts) -> Iterator[Blocker]:
    """A condition about every main person needs one."""
    if not must_be_asked(VoiceMatter.CONFERENCE, f):
        yield Blocker(N_("There is no main person in the circle yet"), Remedy.CIRCLE)


_TIES: dict[Tie | None, str] = {
    Tie.REFERS: N_("%(name)s works for %(agency)s, which referred this conference"),
    Tie.DECIDES: N_("%(name)s works for %(agency)s, which says what the plan has to meet"),
    Tie.HELPS: N_("%(name)s works for %(agency)s, whose people take part as professionals"),
    None: N_("%(name)s also works for %(agency)s"),
}
_PAST_TIES = _TIES | {
    Tie.DECIDES: N_("%(name)s works for %(agency)s, which said earlier what the plan has to meet"),
    Tie.HELPS: N_("%(name)s works for %(agency)s, whose people took part as professionals"),
}


def about_conflict(name: str, conflict: Conflict, *, unnamed: bool = False) -> Blocker:
    """What ties the coordinator of this name to the case; of what they declared what it is about, not their words.

    `unnamed`: to whom no agency of the case is named.
    """
    match conflict.matter:
        case Matter.EMPLOYER if unnamed:
            tie = N_("%(name)s works for an organisation that takes part in this conference")
            return Blocker(tie, Remedy.COORDINATOR, {"name": name})
        case Matter.EMPLOYER:
            ties = _PAST_TIES if conflict.past else _TIES
            return Blocker(ties[conflict.tie], Remedy.COORDINATOR, {"name": name, "agency": conflict.about})
        case Matter.RELATION:
            return Blocker(
                N_("%(name)s knows somebody of the family or the circle"), Remedy.COORDINATOR, {"name": name}
            )
        case Matter.INTEREST:
            return Blocker(N_("The outcome could be of use to %(name)s"), Remedy.COORDINATOR, {"name": name})


def evaluation_limit(profile: Profile, from_day: date, people: Iterable[PersonFacts]) -> date | None:
    """The last day for the evaluation of what is agreed on `from_day` (NZ3); None where nothing limits it."""
    return profile.evaluation_limit(from_day, youngest(people))


def about_too_young(
    people: Iterable[PersonFacts], person_id: int | None, sentence: str, target: str
) -> Iterator[Blocker]:
    """Why somebody cannot be rung when it goes wrong, or call others together: no young child bears that."""
    for person in people:
        if person.id == person_id and not person.may_be_rung:
            yield Blocker(sentence, Remedy.PLAN, {"name": person.name}, target=target)


def about_evaluation(profile: Profile, from_day: date, on: date, people: Iterable[PersonFacts]) -> Iterator[Blocker]:
    """Why an evaluation that is planned on `from_day` cannot be `on` that day: the profile's limit (NZ3).

    As long as the age of somebody who may be a young child is not known, the strictest limit holds.
    """
    known = tuple(people)
    limit = evaluation_limit(profile, from_day, known)
    if limit is None or on <= limit:
        return
    unknown = [p for p in known if p.part in {Part.CHILD, Part.MAIN_PERSON} and p.age is None]
    if unknown and limit < (profile.evaluation_limit(from_day, OF_AGE) or date.max):
        yield Blocker(
            N_(
                "The evaluation must be on %(limit)s at the latest, as for a young child: it is not known how old "
                "%(names)s is"
            ),
            Remedy.PLAN,
            {"limit": limit, "names": names_of(unknown)},
            target="evaluation",
        )
    else:
        yield Blocker(
            N_("The evaluation must be on %(limit)s at the latest"),
            Remedy.PLAN,
            {"limit": limit},
            target="evaluation",
        )
