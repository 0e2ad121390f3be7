"""The next-step panel: the verdicts as one main button, or all blockers with links to where they are solved."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ekc.core.language import gettext, ngettext
from ekc.workflow.blocker import Blocker
from ekc.workflow.definition.kinds import ReasonKind, StepRule
from ekc.workflow.engine import Broken, Verdict
from ekc.workflow.owed.kinds import Verb
from ekc.workflow.owed.still_owed import Owed
from ekc.workflow.vocabulary import Activity, Phase, Remedy

#: The page where a blocker can be solved, the activity that opens it, and the anchor of its target ({} is the target).
PAGES: dict[Remedy, tuple[str, Activity, str]] = {
    Remedy.REGISTRATION: ("conferences.registration", Activity.SEE_REGISTRATION, "{}"),
    Remedy.CONSENTS: ("conferences.consents", Activity.SEE_REGISTRATION, ""),
    Remedy.COORDINATOR: ("matching.coordinator", Activity.SEE_REGISTRATION, ""),
    Remedy.CIRCLE: ("conferences.circle", Activity.SEE_REGISTRATION, "person-{}"),
    Remedy.INFORMED: ("conferences.informed", Activity.SEE_REGISTRATION, "person-{}"),
    Remedy.PERSON: ("conferences.person", Activity.SEE_REGISTRATION, ""),
    Remedy.SAFETY: ("conferences.safety", Activity.SEE_REGISTRATION, "person-{}"),
    Remedy.BOTTOM_LINES: ("conferences.bottom_lines", Activity.SEE_BOTTOM_LINES, "line-{}"),
    Remedy.MEETING: ("meetings.meeting", Activity.SEE_HISTORY, "{}"),
    Remedy.INFORMATION: ("meetings.information", Activity.SEE_HISTORY, ""),
    Remedy.ATTENDANCE: ("meetings.attendance", Activity.SEE_HISTORY, ""),
    Remedy.PLAN: ("plans.plan", Activity.SEE_PLAN, "{}"),
    Remedy.AGREEMENT: ("plans.agreement", Activity.SEE_PLAN, ""),
    Remedy.FOLLOW_UPS: ("evaluations.follow_ups", Activity.SEE_FOLLOW_UPS, ""),
    Remedy.WISHES: ("journey.case", Activity.SEE_CASE, "wishes"),
}
#: What somebody of the circle solves on that page themselves, and by which activity; the rest they only read there.
_BY_CIRCLE: dict[Remedy, Activity] = {
    Remedy.PLAN: Activity.WRITE_PLAN,
    Remedy.AGREEMENT: Activity.RECORD_AGREEMENT,
    Remedy.FOLLOW_UPS: Activity.FOLLOW_UP,
}


@dataclass(frozen=True, slots=True)
class BlockerLink:
    """A blocker, and the page where it can be solved: the activity that opens it, endpoint, URL values, anchor.

    Pages link to it where `case.may(activity)`; otherwise they show the sentence alone. `by_circle`: by which activity
    somebody of the circle solves it there; None: only staff does.
    """

    blocker: Blocker
    activity: Activity
    endpoint: str
    values: dict[str, int]
    anchor: str
    by_circle: Activity | None


@dataclass(frozen=True, slots=True)
class Option:
    """One step as it is offered. `ready`: one click takes it; otherwise its own page asks for more.

    `blocker_links` are those of the step itself; what no longer holds stands above all steps, in `Panel.broken`.
    """

    rule: StepRule
    title: str
    blocker_links: tuple[BlockerLink, ...]
    allowed: bool
    ready: bool
    overridable: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """What no longer holds, the main step, other steps, and rare exits such as stopping the case."""

    main: Option | None
    others: tuple[Option, ...]
    exits: tuple[Option, ...]
    broken: tuple[BlockerLink, ...]


def panel(verdicts: tuple[Verdict, ...], phase: Phase, called_in: bool, no_longer: tuple[Broken, ...] = ()) -> Panel:
    """The panel of a case. `called_in`: the visitor is outside the room and acts when the family calls.

    `no_longer`: what stands and does not hold, where the visitor sees that.
    """
    options = [_option(verdict, phase, called_in) for verdict in verdicts]
    near = [option for option in options if not option.rule.rare]
    return Panel(
        main=near[0] if near else None,
        others=tuple(near[1:]),
        exits=tuple(option for option in options if option.rule.rare),
        broken=by_page(blocker_link(blocker) for one in no_longer for blocker in one.blockers),
    )


def _option(verdict: Verdict, phase: Phase, called_in: bool) -> Option:
    rule = verdict.rule
    own = {guard.code for guard in rule.guards}
    outside = called_in and phase is Phase.PRIVATE_TIME and rule.called_in
    asks_nothing = rule.reason is ReasonKind.NONE and not rule.rare and rule.target is not Phase.CLOSED
    return Option(
        rule=rule,
        title=rule.called_in if outside else rule.title,
        blocker_links=by_page(blocker_link(reason.blocker) for reason in verdict.reasons if reason.guard in own),
        allowed=verdict.allowed,
        ready=verdict.allowed and not verdict.questions and asks_nothing,
        overridable=verdict.overridable,
    )


def owed_page(line: Owed, may: Callable[[Activity], bool]) -> str:
    """The endpoint of the page where what is owed is done by somebody who may do these activities.

    Who may not open that page writes down that they spoke with somebody, or asks another coordinator.
    """
    if line.rule.done_at is None:
        return "journey.to_tell"
    endpoint, activity, _ = PAGES[line.rule.done_at]
    if may(activity):
        return endpoint
    return "conferences.contact_log" if line.rule.by_speaking else "matching.coordinator"


def owed_line(lines: Sequence[Owed]) -> str:
    """What is owed to the same people, in a sentence."""
    line, what = lines[0], "; ".join(gettext(one.notice.kind.label) for one in lines)
    num = len(line.to)
    if line.rule.line:
        return gettext(line.rule.line)
    match line.rule.verb:
        case Verb.DECIDE:
            return ngettext(
                "%(num)d person has not decided again yet: %(what)s",
                "%(num)d people have not decided again yet: %(what)s",
                num,
                what=what,
            )
        case Verb.GET:
            return ngettext(
                "%(num)d person does not have it yet: %(what)s",
                "%(num)d people do not have it yet: %(what)s",
                num,
                what=what,
            )
        case _:
            return ngettext(
                "%(num)d person has not heard yet: %(what)s",
                "%(num)d people have not heard yet: %(what)s",
                num,
                what=what,
            )


def blocker_link(blocker: Blocker) -> BlockerLink:
    """Where this blocker can be solved."""
    endpoint, activity, anchor = PAGES[blocker.remedy]
    values = {"participant_id": int(blocker.target)} if blocker.remedy is Remedy.PERSON else {}
    is_one = blocker.target or "{" not in anchor
    at = anchor.format(blocker.target) if is_one else ""
    return BlockerLink(blocker, activity, endpoint, values, at, _BY_CIRCLE.get(blocker.remedy))


def by_page(links: Iterable[BlockerLink]) -> tuple[BlockerLink, ...]:
    """Sorted by page, in the order in which a page is first asked for."""
    found = tuple(links)
    order = list(dict.fromkeys(map(page_of, found)))
    return tuple(sorted(found, key=lambda link: order.index(page_of(link))))


def page_of(link: BlockerLink) -> str:
    """The page of the menu on which a blocker is solved; what is under a page counts there."""
    return "conferences.circle" if link.endpoint == "conferences.person" else link.endpoint
