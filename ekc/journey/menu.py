"""The menu of a case: its pages, what the phase needs first, and what is still open on each of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from sqlalchemy.orm import Session

from ekc.conferences.access import Case
from ekc.journey.facts import gather_facts
from ekc.journey.panel import BlockerLink, blocker_link, by_page, page_of, panel
from ekc.workflow.definition.kinds import StepRule
from ekc.workflow.engine import PHASE_RULES, STEP_RULES, broken, why_not
from ekc.workflow.facts import Facts
from ekc.workflow.vocabulary import N_, Activity, Phase, Role

_BEFORE = frozenset({Phase.REGISTRATION, Phase.SETUP})
#: Where each page of the case counts what is open. Later it takes twice as many statements, and is read on the overview
#: and in the plan itself.
_COUNTED = _BEFORE | {Phase.INFORMATION}
_NOT_SETUP = frozenset(Phase) - {Phase.SETUP}
_NOT_PREPARED = frozenset(Phase) - {Phase.SETUP, Phase.INFORMATION}
_OVERVIEW = ("journey.case", N_("Overview"))


@dataclass(frozen=True, slots=True)
class MenuPage:
    """A page of the case: who may open it, and in which phases it is of no use yet."""

    endpoint: str
    title: str
    activity: Activity
    not_yet: frozenset[Phase] = frozenset()


#: The groups of pages: heading, in which phases they come first, and the pages.
GROUPS: tuple[tuple[str, frozenset[Phase], tuple[MenuPage, ...]], ...] = (
    (
        N_("Preparation"),
        frozenset({Phase.SETUP}),
        (
            MenuPage("conferences.circle", N_("Circle"), Activity.SEE_REGISTRATION),
            MenuPage("conferences.informed", N_("Who was told"), Activity.SEE_REGISTRATION),
            MenuPage("conferences.safety", N_("Safety"), Activity.SEE_REGISTRATION),
            MenuPage("conferences.bottom_lines", N_("Bottom lines"), Activity.SEE_BOTTOM_LINES),
            MenuPage("meetings.dates", N_("Choose a date"), Activity.ARRANGE_MEETING, _NOT_SETUP),
            MenuPage("meetings.invitations", N_("Invitations"), Activity.ARRANGE_MEETING, _NOT_SETUP),
            MenuPage("meetings.meeting", N_("Meeting"), Activity.SEE_HISTORY),
            MenuPage("conferences.links", N_("Personal links"), Activity.END_LINKS),
            MenuPage("conferences.contact_log", N_("Contact log"), Activity.LOG_CONTACT),
            MenuPage("journey.to_tell", N_("Who still has to hear"), Activity.TELL),
        ),
    ),
    (
        N_("The day itself"),
        frozenset({Phase.INFORMATION}),
        (
            MenuPage("meetings.attendance", N_("Who is there"), Activity.SEE_HISTORY, _BEFORE),
            MenuPage("meetings.information", N_("Information"), Activity.SEE_HISTORY, _BEFORE),
            MenuPage("privatetime.times", N_("Times of the day"), Activity.ARRANGE_MEETING, _BEFORE),
            MenuPage("meetings.papers", N_("Papers of the day"), Activity.SEE_HISTORY, _NOT_PREPARED),
        ),
    ),
    (
        N_("The plan and after"),
        frozenset({Phase.PRESENTATION, Phase.EVALUATION, Phase.CLOSED}),
        (
            MenuPage("plans.plan", N_("Plan"), Activity.SEE_PLAN),
            MenuPage("plans.agreement", N_("Who agrees"), Activity.RECORD_AGREEMENT),
            MenuPage("plans.sharing", N_("Who else reads the plan"), Activity.SHARE_PLAN),
            MenuPage("evaluations.follow_ups", N_("Follow-ups"), Activity.SEE_FOLLOW_UPS),
            MenuPage("evaluations.costs", N_("Hours and costs"), Activity.RECORD_COSTS),
        ),
    ),
    (
        N_("The file"),
        frozenset({Phase.REGISTRATION}),
        (
            MenuPage("conferences.registration", N_("Registration"), Activity.SEE_REGISTRATION),
            MenuPage("conferences.consents", N_("Consents"), Activity.SEE_REGISTRATION),
            MenuPage("matching.coordinator", N_("Coordinator"), Activity.SEE_REGISTRATION),
            MenuPage("journey.deadlines", N_("Deadlines"), Activity.SEE_HISTORY),
            MenuPage("journey.history", N_("History"), Activity.SEE_HISTORY),
            MenuPage("access_log.page", N_("Who has opened it"), Activity.SEE_OPENED),
        ),
    ),
)
_TITLES = {page.endpoint: page.title for _, _, pages in GROUPS for page in pages}


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A link of the menu. `people`: how many are in the circle, of that page. `left`: what is open on it.

    `current`: as `aria-current` has it, `page` for the page that is shown and `true` where that page is under it.
    """

    title: str
    href: str
    people: int | None
    left: int
    current: str


@dataclass(frozen=True, slots=True)
class CaseMenu:
    """The menu of a case. `left`: what stops the next step, by page. `next`: of that what comes first from here.

    `ready`: where nothing is left, the next step before the conference, if one tap takes it.
    """

    overview: MenuEntry
    groups: tuple[tuple[str, tuple[MenuEntry, ...]], ...]
    left: tuple[BlockerLink, ...]
    next: BlockerLink | None
    ready: StepRule | None
    shown: MenuEntry

    @property
    def tells_next(self) -> bool:
        """Whether a page says what comes next: the overview does in its own way."""
        return self.shown is not self.overview


def case_menu(session: Session, case: Case, at: datetime, path: str, facts: Facts | None = None) -> CaseMenu | None:
    """The menu of a case on the page at `path`; `facts` where the caller read them.

    None for whoever has no case page, and for the coordinator while the family has private time.
    """
    if case.phase is Phase.PRIVATE_TIME or not case.may(Activity.SEE_CASE):
        return None
    if facts is None and case.phase in _COUNTED:
        facts = gather_facts(session, case, at)
    left = still_open(facts) if facts else ()
    opened = tuple(link for link in left if case.may(link.activity))
    hrefs = {endpoint: url_for(endpoint, conference_id=case.id) for endpoint in (_OVERVIEW[0], *_TITLES)}
    here = _page_at(path, hrefs)

    def entry(endpoint: str, title: str) -> MenuEntry:
        return MenuEntry(
            title,
            hrefs[endpoint],
            people=len(facts.people) if facts and endpoint == "conferences.circle" else None,
            left=sum(page_of(link) == endpoint for link in left),
            current=("page" if hrefs[endpoint] == path else "true") if endpoint == here else "",
        )

    groups = tuple(
        (title, tuple(entry(page.endpoint, page.title) for page in pages if _is_shown(page, case)))
        for title, first, pages in sorted(GROUPS, key=lambda group: case.phase not in group[1])
    )
    overview = entry(*_OVERVIEW)
    entries = [one for _, some in groups for one in some]
    mine = [link for link in opened if page_of(link) == here]
    return CaseMenu(
        overview,
        tuple((title, some) for title, some in groups if some),
        left,
        next(iter([*mine, *opened]), None) if Role.COORDINATOR in case.roles else None,
        _ready(case, facts) if facts and not left and case.phase in _BEFORE else None,
        shown=next((one for one in entries if one.current), overview),
    )


def _ready(case: Case, facts: Facts) -> StepRule | None:
    """The next step, if the coordinator can take it now and nothing is asked with it."""
    if Role.COORDINATOR not in case.roles:
        return None
    main = panel(why_not(facts, case.roles), case.phase, called_in=True).main
    return main.rule if main and main.ready else None


def still_open(facts: Facts) -> tuple[BlockerLink, ...]:
    """What no longer holds, and what stops the main steps of the phase, by page in the order of the menu."""
    rules = [STEP_RULES[step] for step in PHASE_RULES[facts.phase].checklist]
    blockers = [blocker for one in broken(facts) for blocker in one.blockers]
    blockers += [blocker for rule in rules for guard in rule.guards for blocker in guard.check(facts)]
    return by_page([blocker_link(one) for one in blockers])


def page_title(endpoint: str) -> str:
    """What the menu calls this page."""
    return _TITLES.get(endpoint, _OVERVIEW[1])


def _is_shown(page: MenuPage, case: Case) -> bool:
    return case.may(page.activity) and case.phase not in page.not_yet


def _page_at(path: str, hrefs: Mapping[str, str]) -> str:
    """The page of the menu that is at this path or nearest above it; also of a form that was sent to an address under
    it.
    """
    above = [one for one in hrefs if f"{path}/".startswith(f"{hrefs[one]}/")]
    return max(above, key=lambda one: len(hrefs[one]), default=_OVERVIEW[0])
