"""In which words each kind of need is shown at home, and on which page it is done."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ekc.core.clock import local_date
from ekc.core.language import clock_time, day, gettext, how_far, in_words, ngettext, short_day, translate
from ekc.evaluations.queries import OverdueRow
from ekc.journey.deadlines import Deadline
from ekc.journey.needs.kinds import (
    Alone,
    CameTogetherAgain,
    CaseRequest,
    Late,
    LinkRequests,
    Need,
    NeedKind,
    NoLonger,
    NoMail,
    StillPrivate,
    Todo,
    ToTell,
    Twice,
    Unasked,
    Unsettled,
    Waiting,
    Why,
)
from ekc.journey.panel import owed_line
from ekc.journey.queries.cases import CaseRow
from ekc.journey.queries.people import ToRing
from ekc.matching.queries.handing_over import UnansweredRequest
from ekc.workflow.vocabulary import N_, Phase, Variant, VoiceMatter
from ekc.workflow.wording import wording

#: Endpoint and values of the address, beside the case.
Page = tuple[str, dict[str, Any]]
_CASE = "journey.case"
_COORDINATOR = "matching.coordinator"


@dataclass(frozen=True, slots=True)
class NeedRule:
    """A kind of need: its words at an instant, and the page where it is done."""

    words: Callable[[Any, datetime], str]
    page: str | Callable[[Any], Page] = _CASE


@dataclass(frozen=True, slots=True)
class NeedLine:
    """A need as it is shown. `whom`: whom staff ring about it, with their number."""

    conference_id: int
    title: str
    text: str
    endpoint: str
    values: dict[str, Any] = field(default_factory=dict)
    whom: tuple[str, str | None] | None = None


def need_line(need: Need, at: datetime) -> NeedLine:
    """A need in the words of its kind of conference."""
    rule, about = RULES[need.kind], need.about
    endpoint, values = (rule.page, {}) if isinstance(rule.page, str) else rule.page(about)
    with in_words(wording(need.case.variant if need.case else Variant.FAMILY)):
        text = rule.words(about, at)
    return NeedLine(need.conference_id, need.title, text, endpoint, values, _whom(about))


def _whom(about: Any) -> tuple[str, str | None] | None:
    match about:
        case ToRing():
            return about.name, about.phone
        case UnansweredRequest() | Alone(why=Why.ASKED):
            return about.asked, about.phone
    return None


def late_words(clocks: Iterable[Deadline], follow_ups: Iterable[OverdueRow] = ()) -> str:
    """Which clocks and follow-ups of a case are late, and which of them the law asks."""
    late = [(due.clock.title, due.on, due.clock.by_law) for due in clocks]
    late += [(row.kind.label, row.due_on, False) for row in follow_ups]
    return " · ".join(
        gettext(
            N_("late, and required by law: %(what)s, %(day)s") if by_law else N_("late: %(what)s, %(day)s"),
            what=gettext(what),
            day=day(on, year=False),
        )
        for what, on, by_law in late
    )


def _near(about: Late, at: datetime) -> str:
    today = local_date(at, about.case.timezone)
    return " · ".join(
        gettext(
            "%(what)s: by %(day)s, %(far)s (%(force)s)",
            what=gettext(due.clock.title),
            day=day(due.on, year=False),
            far=how_far(due.on, today),
            force=gettext(due.clock.force.label),
        )
        for due in about.clocks
    )


def _begin(text: str) -> str:
    """With a capital."""
    return text[:1].upper() + text[1:]


def _day(instant: datetime, timezone: str, at: datetime) -> str:
    return short_day(local_date(instant, timezone), local_date(at, timezone))


def _far(instant: datetime, timezone: str, at: datetime) -> str:
    return how_far(local_date(instant, timezone), local_date(at, timezone))


def _urgent(about: UnansweredRequest, at: datetime) -> str:
    return gettext(
        "Urgent: %(name)s was asked on %(day)s and has not answered, and something in this conference is due soon. "
        "Ring, or ask somebody else",
        name=about.asked,
        day=_day(about.asked_at, about.timezone, at),
    )


def _to_ring(about: ToRing, _at: datetime) -> str:
    if about.matter is None:
        return gettext("It does not feel safe: ring today")
    if about.matter is VoiceMatter.AGAIN:
        return gettext("Somebody wants to come together again")
    return gettext("A main person wants to stop: ring them")


#: Of a case whose coordinator cannot sign in any more.
_GONE = {
    Phase.INFORMATION: N_(
        "The conference is being held, and its coordinator cannot sign in any more: ask somebody today"
    ),
    Phase.PRIVATE_TIME: N_(
        "The family has private time, and its coordinator cannot sign in any more: ask somebody today"
    ),
    Phase.PRESENTATION: N_("The family has come out, and its coordinator cannot sign in any more: ask somebody today"),
}


def _alone(about: Alone, at: datetime) -> str:
    match about.why:
        case Why.ASKED:
            return _asked_whom(about, at)
        case Why.UNWANTED:
            return gettext("A main person would rather have another coordinator: ask somebody else")
        case Why.GONE:
            otherwise = N_("Nobody coordinates this conference any more: ask somebody, and ring the family")
            return gettext(_GONE.get(about.case.phase, otherwise))


def _asked_whom(about: Alone, at: datetime) -> str:
    assert about.asked_at is not None, "they were asked"  # noqa: S101 - narrows the type
    return gettext(
        "%(name)s was asked on %(day)s, %(far)s, and has not answered: ring them, or ask somebody else",
        name=about.asked,
        day=_day(about.asked_at, about.case.timezone, at),
        far=_far(about.asked_at, about.case.timezone, at),
    )


def _at_a_link(about: LinkRequests, _at: datetime) -> str:
    if about.waiting and about.since:
        time = clock_time(about.since, about.case.timezone)
        return gettext("Somebody waits to be let in by a personal link, since %(time)s", time=time)
    return gettext("Wrong answers were given at a personal link")


def _still_private(about: StillPrivate, at: datetime) -> str:
    """Never what the family does there."""
    row = about.case
    since = gettext(
        "Private time began on %(day)s, %(far)s, and nobody wrote down that it ended",
        day=_day(row.phase_since, row.timezone, at),
        far=_far(row.phase_since, row.timezone, at),
    )
    asked = gettext("ring the family") if about.own else gettext("ask %(name)s", name=row.coordinator)
    return f"{since}: {asked}"


def _to_decide(row: CaseRow, at: datetime) -> str:
    text = gettext("Decide whether %(name)s can go on", name=row.coordinator)
    starts_at, zone = row.starts_at, row.timezone
    if row.phase is Phase.SETUP and starts_at and local_date(starts_at, zone) >= local_date(at, zone):
        text += " · " + gettext("Conference %(far)s", far=_far(starts_at, zone, at))
    return text


def _no_longer(about: NoLonger, _at: datetime) -> str:
    return " · ".join(translate(one.message, one.params, one.plural, one.n) for one in about.blockers)


def _twice(about: Twice, _at: datetime) -> str:
    numbers = ", ".join(one.other.number for one in about.alike)
    return gettext("The same conference as %(numbers)s? Say whether it was registered twice", numbers=numbers)


def _registered(about: Unasked, _at: datetime) -> str:
    if not about.in_vain:
        return gettext("A new registration: ask a coordinator")
    return ngettext(
        "The coordinator who was asked does not take it: ask somebody else",
        "%(num)d coordinators were asked, and none of them takes it: ask somebody else",
        about.in_vain,
    )


def _again(about: CameTogetherAgain, at: datetime) -> str:
    since = _day(about.taken.at, about.case.timezone, at)
    return gettext("Comes together again since %(day)s: %(why)s", day=since, why=about.taken.why)


def _ended(row: CaseRow, _at: datetime) -> str:
    assert row.end is not None, "it has ended"  # noqa: S101 - narrows the type
    assert row.closed_on is not None, "it has ended"  # noqa: S101 - narrows the type
    how = _begin(gettext(row.end.title))
    text = gettext("%(how)s on %(day)s", how=how, day=day(row.closed_on, year=False))
    return f"{text}: {gettext(row.stop_reason.label)}" if row.stop_reason else text


def _asked(about: CaseRequest, at: datetime) -> str:
    row = about.case
    assert about.asked_at is not None, "the visitor was asked"  # noqa: S101 - narrows the type
    asked = gettext(
        "asked on %(day)s, %(far)s",
        day=_day(about.asked_at, row.timezone, at),
        far=_far(about.asked_at, row.timezone, at),
    )
    return " · ".join((gettext("You were asked: take the case or not"), row.municipality, asked))


def _no_mail(about: NoMail, _at: datetime) -> str:
    names = ", ".join(one.name for one in about.people)
    return gettext("Email does not reach %(names)s: ring them, and write down another address", names=names)


def _where_no_mail(about: NoMail) -> Page:
    if len(about.people) > 1:
        return "conferences.circle", {}
    return "conferences.person", {"participant_id": about.people[0].participant_id, "_anchor": "email"}


def _owed(about: ToTell, _at: datetime) -> str:
    return " · ".join(map(owed_line, about.by_people))


def _unsettled(about: Unsettled, _at: datetime) -> str:
    said = []
    if on := about.revised_on:
        said.append(gettext("The family agreed a new version of its plan on %(day)s", day=day(on, year=False)))
    if about.disagree:
        said.append(gettext("Has a task and does not agree: %(names)s", names=", ".join(about.disagree)))
    if about.not_asked:
        said.append(gettext("Has not been asked about the plan yet: %(names)s", names=", ".join(about.not_asked)))
    return " · ".join(said)


def _where_unsettled(about: Unsettled) -> Page:
    if about.case.phase is Phase.EVALUATION:
        return "plans.agreement", {}
    return "plans.version", {"number": about.case.plan_number}


#: What a coordinator has to do in a phase, whatever else is known.
_IN_PHASE = {
    Phase.REGISTRATION: N_("Take on the case"),
    Phase.INFORMATION: N_("The conference has begun: information phase"),
    Phase.PRIVATE_TIME: N_("The family has private time"),
    Phase.PRESENTATION: N_("The family presents its plan"),
}


def _todo(about: Todo, at: datetime) -> str:
    row = about.case
    today = local_date(at, row.timezone)
    if about.follow_up:
        what = _begin(gettext(about.follow_up.kind.label))
        return gettext("%(what)s: %(far)s", what=what, far=how_far(about.follow_up.due_on, today))
    if row.phase is Phase.EVALUATION and row.open_until:
        sentence = (
            N_("You can open this conference until %(day)s (%(far)s)")
            if about.found
            else N_("All follow-ups are held or given up: close the conference by %(day)s (%(far)s)")
        )
        until, far = day(row.open_until, year=False), how_far(row.open_until, today)
        return gettext(sentence, day=until, far=far)
    if row.phase is not Phase.SETUP:
        return gettext(_IN_PHASE[row.phase])
    if about.days is None or row.starts_at is None:
        text = gettext("No date has been chosen yet")
    elif about.days < 0:
        text = gettext("The day of the conference has passed: choose another")
    else:
        text = gettext("Conference %(far)s", far=_far(row.starts_at, row.timezone, at))
    if not about.not_informed:
        return text
    untold = ngettext(
        "%(num)d person has not been told yet", "%(num)d people have not been told yet", about.not_informed
    )
    return f"{text}: {untold}"


def _where_todo(about: Todo) -> Page:
    """A follow-up of the plan in force is done on its own page, where a new round has begun."""
    if about.follow_up and about.case.phase is not Phase.EVALUATION:
        return "evaluations.follow_up", {"follow_up_id": about.follow_up.id}
    return _CASE, {}


def _say(sentence: str) -> Callable[[Waiting, datetime], str]:
    return lambda _about, _at: gettext(sentence)


RULES: dict[NeedKind, NeedRule] = {
    NeedKind.URGENT: NeedRule(_urgent, _COORDINATOR),
    NeedKind.TO_RING: NeedRule(_to_ring),
    NeedKind.UNSAFE: NeedRule(_owed, lambda about: (about.endpoint, {})),
    NeedKind.WANTED: NeedRule(
        _say(N_("All main persons want it: take the step")), lambda about: ("journey.step", {"step": about.step.step})
    ),
    NeedKind.ALONE: NeedRule(_alone, _COORDINATOR),
    NeedKind.STILL_PRIVATE: NeedRule(_still_private, lambda about: (_CASE if about.own else _COORDINATOR, {})),
    NeedKind.AT_A_LINK: NeedRule(_at_a_link, "conferences.links"),
    NeedKind.TO_DECIDE: NeedRule(_to_decide, _COORDINATOR),
    NeedKind.NO_LONGER: NeedRule(_no_longer),
    NeedKind.TWICE: NeedRule(_twice),
    NeedKind.REGISTERED: NeedRule(_registered, _COORDINATOR),
    NeedKind.HELD_UP: NeedRule(
        _say(N_("Your regional manager decides first whether you can go on: ring them")), _COORDINATOR
    ),
    NeedKind.AGAIN: NeedRule(_again),
    NeedKind.ENDED: NeedRule(_ended),
    NeedKind.ASKED: NeedRule(_asked, _COORDINATOR),
    NeedKind.NO_MAIL: NeedRule(_no_mail, _where_no_mail),
    NeedKind.LATE: NeedRule(lambda about, _at: _begin(late_words(about.clocks)), "journey.deadlines"),
    NeedKind.NEAR: NeedRule(_near, "journey.deadlines"),
    NeedKind.OWED: NeedRule(_owed, lambda about: (about.endpoint, {})),
    NeedKind.UNSETTLED: NeedRule(_unsettled, _where_unsettled),
    NeedKind.TODO: NeedRule(_todo, _where_todo),
}
