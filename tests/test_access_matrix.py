"""The access matrix: every route, visitor and phase, derived from what the gates declare.

It is `docs/access.md`; after a change of the policy, update it with `EKC_WRITE=1 bin/test -k access_matrix`. Every
route is also requested by every visitor: in each phase that lets them in, and once for each way in which it does not.
The response must agree, and the audit must have one event for it. Whoever hears that there is no such page hears the
same of a case that does not exist, and whatever a page shows can be opened.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, partial, wraps
from inspect import getclosurevars
from itertools import product
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from ekc.accounts.access import PROGRAM, By
from ekc.accounts.models import AccountRole
from ekc.calendars.actions import make_address
from ekc.conferences.access import open_case
from ekc.conferences.gate import _answer_paper, case_route
from ekc.core.audit import PRIVATE_LOOKS, AuditEvent, AuditHead, read_detail
from ekc.core.errors import NotNow, Unknown
from ekc.core.jobs import Job
from ekc.core.routes import Access, declare, declared_access
from ekc.directory.models import Municipality
from ekc.matching.actions.profile import add_absence
from ekc.matching.entries import Absence
from ekc.matching.models import CoordinatorAbsence
from ekc.meetings.document.invitation import reply_token
from ekc.meetings.effects import latest_meeting
from ekc.meetings.models import MeetingInvitation
from ekc.signin.actions.nonces import Nonce
from ekc.signin.actions.passkeys import add_passkey
from ekc.signin.actions.sessions import sign_in_account
from ekc.signin.models import Identity, Method, Passkey, SignIn
from ekc.signin.passkeys import NewPasskey
from ekc.staff.actions.accounts import NewAccount, open_account
from ekc.staff.actions.closing import close_account, set_leaving
from ekc.staff.actions.inviting import invite
from ekc.venues.actions import NewHoliday, VenueDetails, add_school_holidays, add_venue
from ekc.venues.models import SchoolHoliday
from ekc.workflow.engine import may
from ekc.workflow.vocabulary import FAMILY_ROLES, Activity, InvitationWay, Phase, Role
from tests.cast import Cast, make_cast, make_link
from tests.clock import START, FrozenClock
from tests.database import Database
from tests.security.every_form import DEMO, undone
from tests.security.everybody import GONE, Comer, everybody, more_staff
from tests.security.revealed import NOWHERE, Answer, Nowhere, answer
from tests.security.what_is_shown import refused, shown_to
from tests.security.whole_case import Whole, whole_case

FILE = Path(__file__).parent.parent / "docs" / "access.md"
LETTERS = dict(zip(Phase, "RSITPEC", strict=True))
IN, NOT_NOW, UNKNOWN = "in", "not now", "-"
LEGEND = """# Who can open which page

Generated from the gates by `tests/test_access_matrix.py`, which then requests every route as every person: in every
phase in which they can open the page, and in one phase for each answer that they cannot.

One letter for each phase in which the person can open the page: **R** registration, **S** setup, **I** information,
**T** private time, **P** presentation of the plan, **E** evaluation, **C** closed. A hyphen in the place of a phase:
the answer is that it cannot be done now. A dot: for this person the page does not exist. An empty cell: in no phase.

The people are the coordinator of the case, a coordinator who was asked for it and has not answered yet, and the
regional manager of its region; by personal link two main persons, a child, family, the convenor of the evaluation (who
is family), a supporter, a referrer and three professionals: to one the family shows nothing of its plan, to one what
concerns them, to one all of it. Somebody of the region is coordinator (of other cases), regional manager and
administrator at once.

Only derived, and not requested here, are routes of the demonstration (`/demo/`) and those in the middle of a flow:
single sign-on (`/sign-in/at`, `/sign-in/from`, `/sign-out/at`), and `/choose-password` with an invitation that was
opened in the same browser. `tests/signin/test_oidc.py` and `tests/signin/test_invitations.py` test those flows.
"""


@dataclass(frozen=True)
class Route:
    """One way to ask: a method and a rule, and what its gate declares."""

    method: str
    rule: Rule
    access: Access

    def __str__(self) -> str:
        address = self.rule.rule.removeprefix("/conferences/<int:conference_id>") or "/"
        return f"{self.method} {address.replace('int:', '').replace('<', '‹').replace('>', '›')}"


def routes(app: Flask) -> list[Route]:
    """All of them, by address."""
    access = declared_access(app)
    return [
        Route(method, rule, access[rule.endpoint])
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


World = Mapping[Phase, tuple[Comer, ...]]


def make_world(app: Flask, session: Session, cast: Cast, *phases: Phase, **changes: object) -> World:
    """In each of the phases a case, and everybody who might want into it. `changes`: of the cases, its variant."""
    offices, other = more_staff(session, cast), whole_case(session, cast, Phase.REGISTRATION)
    found = {}
    for phase in phases:
        case, asked = (whole_case(session, cast, phase, asked=who, **changes) for who in (None, cast.denise))
        found[phase] = tuple(everybody(app, session, cast, offices, case, asked, other))
    set_leaving(By(session, cast.bas, START), cast.noor.account_id or 0, START.date())  # so that cases are handed over
    session.rollback()
    return found


class Judge:
    """What the gates answer: in, not now, or nothing (for this person there is no such page)."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.known: dict[tuple[str, int, Access], str] = {}

    def verdict(self, access: Access, comer: Comer) -> str:
        asked = (comer.label, comer.case.id, access)
        if asked not in self.known:
            self.known[asked] = self._judge(access, comer)
        return self.known[asked]

    def _judge(self, access: Access, comer: Comer) -> str:
        if access.kind == "public":
            return IN
        if not comer.known:
            return UNKNOWN
        if access.kind != "case":
            offices = {Role(role) for role in access.detail.split(", ")} if access.kind == "office" else set()
            staff = access.kind == "account" and comer.visitor.account_id is not None
            return IN if staff or comer.visitor.roles & offices else UNKNOWN
        first, *others = (Activity(activity) for activity in access.detail.split(", "))
        try:
            open_case(By(self.session, comer.visitor, START), comer.case.id, first, *others)
        except NotNow:
            return NOT_NOW
        except Unknown:
            return UNKNOWN
        return IN


def matrix(app: Flask, session: Session, worlds: Iterable[World]) -> str:
    """The file, from a world of each phase."""
    found = [(route, defaultdict[str, str](str)) for route in routes(app)]
    for world in worlds:
        judge = Judge(session)
        for phase, comers in world.items():
            for (route, cells), comer in product(found, comers):
                said = judge.verdict(route.access, comer)
                cells[comer.label] += {IN: LETTERS[phase], NOT_NOW: "-", UNKNOWN: "."}[said]
    everyone = [*found[0][1]]
    cases = [(route, cells) for route, cells in found if route.access.kind == "case"]
    elsewhere = [(route, cells) for route, cells in found if route.access.kind != "case"]
    inside = [label for label in everyone if any(set(cells[label]) - {"."} for _, cells in cases)]
    outside = ", ".join(label for label in everyone if label not in inside)
    lines = [LEGEND, f"These get into no page of a case in any phase: {outside}.", ""]
    lines += [
        "## Pages and forms of a case: /conferences/‹number› and then",
        "",
        f"| route | {' | '.join(inside)} |",
        "|---" * (len(inside) + 1) + "|",
    ]
    for route, cells in cases:
        row = ["" if set(cells[label]) == {"."} else cells[label] for label in inside]
        lines.append(f"| {route} | {' | '.join(row)} |")
    lines += ["", "## Everything else, in every phase", "", "| route | who |", "|---|---|"]
    lines += [
        f"| {route} | {_who([one for one in everyone if '.' not in cells[one]], everyone)} |"
        for route, cells in elsewhere
    ]
    return "\n".join([*lines, ""])


def _who(found: list[str], labels: list[str]) -> str:
    return "everybody" if found == labels else ", ".join(found)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_matrix_is_as_written(app: Flask, db_session: Session, database: Database) -> None:
    def world(phase: Phase) -> World:
        """On a fresh database, so that it is the one that the requests in this phase are made in."""
        db_session.rollback()
        database.reset()
        return make_world(app, db_session, make_cast(db_session), phase)

    found = matrix(app, db_session, map(world, Phase))
    if os.environ.get("EKC_WRITE"):
        FILE.write_text(found)
    assert found == FILE.read_text()


def cells_of(route: Route, comers: Iterable[Comer]) -> Iterator[str]:
    """What the file says of a route, for each of them in turn: a letter, a hyphen or a dot for each phase."""
    said = _file()
    for comer in comers:
        yield said[str(route)].get(comer.label) or "." * len(LETTERS)


@cache
def _file() -> dict[str, dict[str, str]]:
    """The table of the pages of a case, by route and person. Who gets into none is not in it."""
    head, _, *rows = (
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in FILE.read_text().partition("\n## Everything else")[0].splitlines()
        if line.startswith("|")
    )
    return {route: dict(zip(head[1:], cells, strict=True)) for route, *cells in rows}


def is_requested(cells: str, phase: Phase, number: int) -> bool:
    """Whether a route is requested in this phase by somebody of whom the file says this.

    Always where it lets them in. What the gate refuses never reaches the view
    (`test_every_page_of_a_case_is_behind_its_gate`), so each refusal is requested in one phase, in turn by `number`.
    """
    place = list(Phase).index(phase)
    alike = [at for at, cell in enumerate(cells) if cell == cells[place]]
    return cells[place] in LETTERS.values() or alike[number % len(alike)] == place


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_everybody_is_refused_everything_that_is_not_theirs(app: Flask, db_session: Session, cast: Cast) -> None:
    """What `is_requested` picks: of each route and person each kind of answer, and each person's refusals all along."""
    comers = make_world(app, db_session, cast, Phase.SETUP)[Phase.SETUP]
    refused = set()
    for number, route in enumerate(route for route in routes(app) if route.access.kind == "case"):
        for place, (comer, cells) in enumerate(zip(comers, cells_of(route, comers), strict=True)):
            asked = [phase for phase in Phase if is_requested(cells, phase, number + place)]
            said = [cells[list(Phase).index(phase)] for phase in asked]
            assert set(said) == set(cells), f"{comer.label} {route}"
            refused |= {(comer.label, phase) for phase, cell in zip(asked, said, strict=True) if cell in {".", "-"}}
    assert refused == {(comer.label, phase) for comer in comers for phase in Phase}


def behind_gate(view: Callable[..., object], access: Access) -> bool:
    """Whether a view is the wrapper of `case_route` itself, which opens the case for what it declares before all else.

    A decorator above the gate would run first, and would look as if it declared the same.
    """
    inside = getclosurevars(view).nonlocals
    asked = ", ".join(inside.get("activities", ()))
    return view.__code__ is case_route(Activity.SEE_CASE)(str).__code__ and access == Access("case", asked)


def is_of_paper(rule: Rule) -> bool:
    """Whether an address hands out a paper, which is ordered there first."""
    return rule.rule.endswith(".pdf")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_page_of_a_case_is_behind_its_gate(app: Flask) -> None:
    access = declared_access(app)
    of_cases = {name: view for name, view in app.view_functions.items() if access[name].kind == "case"}

    assert [name for name, view in of_cases.items() if not behind_gate(view, access[name])] == []
    assert {rule.endpoint for rule in app.url_map.iter_rules() if "conference_id" in rule.arguments} == set(of_cases)
    of_paper = {
        name for name, view in of_cases.items() if getclosurevars(view).nonlocals["answer_read"] is _answer_paper
    }
    assert of_paper == {rule.endpoint for rule in app.url_map.iter_rules() if is_of_paper(rule)}
    assert set(app.before_request_funcs) == {None}  # what runs before the gate knows no case


def test_a_page_with_a_gate_of_its_own_is_found() -> None:
    gated = case_route(Activity.SEE_CASE)(lambda _case: "")

    @wraps(gated)
    def above(conference_id: int) -> object:
        return gated(conference_id)

    declared = Access("case", Activity.SEE_CASE)
    assert vars(above)["__access__"] == declared
    views = gated, above, declare(declared)(lambda _conference_id: "")
    assert [behind_gate(view, declared) for view in views] == [True, False, False]
    assert not behind_gate(gated, Access("case", Activity.SEE_OWN_PAGE))


@dataclass(frozen=True)
class Visit:
    """A request by a visitor, at a unique instant."""

    phase: Phase
    comer: Comer
    route: Route
    said: str
    status: int
    at: datetime
    lines: tuple[str, ...] = ()  # of a change that was let in
    looked: bool = False  # the family's looks in private time have their line of the day already

    def __str__(self) -> str:
        return f"{self.comer.label} {self.route} in {self.phase}: {self.said}, {self.status}"


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("database", "phase"),
    # Gates do not depend on the database, so PostgreSQL is tested in one phase only.
    [*(("sqlite", phase) for phase in Phase), ("postgresql", Phase.EVALUATION)],
    indirect=["database"],
)
def test_every_route_answers_as_the_matrix_says(
    phase: Phase, app: Flask, db_session: Session, clock: FrozenClock, cast: Cast
) -> None:
    """Times are not measured, because they vary on shared machines: SQL statements and decryptions are compared.

    On PostgreSQL, on which gates do not depend, each route answers in each way once to staff and once by a link.

    What a person sees of a case that does not exist is asked once with each method, as it is the same at each address,
    and the work for it once of all that ask the same of their gate.
    """
    comers = make_world(app, db_session, cast, phase)[phase]
    visits, told, compared, nowhere = list[Visit](), list[tuple[Visit, Answer]](), 0, Nowhere()
    opened: dict[str, dict[str, str]] = {comer.label: {} for comer in comers}
    of_cases = [route for route in routes(app) if route.access.kind == "case"]
    colleague = next(comer for comer in comers if comer.label == "coordinator of the region")
    sent = {"matching.ask": {"account_id": str(colleague.visitor.account_id)}}
    in_short, seen = db_session.get_bind().dialect.name == "postgresql", set[tuple[str, str, bool]]()
    for number, route in enumerate(of_cases):
        form = sent.get(route.rule.endpoint, {})
        for place, (comer, cells) in enumerate(zip(comers, cells_of(route, comers), strict=True)):
            if not is_requested(cells, phase, number + place):
                continue
            said = {".": UNKNOWN, "-": NOT_NOW}.get(cells[list(Phase).index(phase)], IN)
            way = str(route), said, comer.visitor.account_id is None
            if in_short and way in seen:
                continue
            seen.add(way)
            other: dict[str, int] = {}
            if route.rule.endpoint == "journey.not_coming" and comer.visitor.participant_id:
                other = {"participant_id": comer.visitor.participant_id}  # they say it for themselves
            if route.rule.endpoint == "conferences.picture":
                other = {"participant_id": comer.case.people["rik"]}  # who is not there
            address = comer.case.address(app.url_map, route.rule, comer.label, other)
            visit = Visit(phase, comer, route, said, 0, START + timedelta(microseconds=len(visits) + 1))
            clock.set(visit.at)
            if said == IN:
                looked = comer.label in OF_THE_FAMILY and phase is Phase.PRIVATE_TIME and has_looked(app, comer.case)
                status, page, lines = asked(app, visit, address, **form)
                if route.method == "GET" and status == 200:
                    opened[comer.label][address] = page
                visits.append(replace(visit, status=status, lines=lines, looked=looked))
                continue
            # The interpreter asks for pages without their text as well.
            for method in (route.method, "HEAD") if (comer.label, route.method) == ASKS_SHORTLY else (route.method,):
                clock.set(START + timedelta(microseconds=len(visits) + 1))
                there = answer(app, comer, method, address, **form)
                visits.append(replace(visit, status=there.status, at=clock()))
                if said != UNKNOWN or not comer.known:
                    continue
                clock.set(START)
                elsewhere = address.replace(f"/conferences/{comer.case.id}", f"/conferences/{NOWHERE}", 1)
                ask = partial(answer, app, comer, method, elsewhere, **form)
                gate = comer.visitor.account_id is None, route.access, method
                told += [(visits[-1], one) for one in nowhere.otherwise(there, (comer.label, method), gate, ask)]
                compared += 1

    assert {
        "answered otherwise": [str(visit) for visit in visits if not as_said(visit)],
        "without its line": wrong_lines(db_session, visits),
        "tells that there is a case": told[:1],
    } == {"answered otherwise": [], "without its line": [], "tells that there is a case": []}
    assert compared > (80 if in_short else 330)
    if not in_short:  # pages are the same on both
        judge = Judge(db_session)
        found = {comer.label: refused(app, comer, judge.verdict, opened[comer.label]) for comer in shown_to(comers)}
        assert {label: what for label, what in found.items() if what} == {}


#: Who asks for pages by HEAD too.
ASKS_SHORTLY = ("interpreter", "GET")


def asked(app: Flask, visit: Visit, address: str, **sent: str) -> tuple[int, str, tuple[str, ...]]:
    """Make a request and roll its writes back; returns the status, the page, and the audit events of a change.

    Raises unexpected errors.
    """
    sessions, lines = app.extensions["ekc"].sessions, tuple[str, ...]()
    changes = visit.said == IN and visit.route.method == "POST"
    with undone(app) if changes else nullcontext():
        with sessions() if changes else nullcontext() as session:
            before = ends(session) if session else {}
        answered = visit.comer.ask(visit.route.method, address, **sent)
        with sessions() if changes else nullcontext() as session:
            lines = written(session, visit.comer.case.id, before) if session else ()
    if fault := app.extensions.pop("fault", None):
        raise AssertionError(f"{visit.comer.label} {visit.route} broke") from fault
    page = answered.text if answered.mimetype == "text/html" else ""
    answered.close()
    return answered.status_code, page, lines


def ends(session: Session) -> dict[str, int]:
    """The last event of each chain of the audit."""
    return {row.chain: row.seq for row in session.execute(select(AuditHead.chain, AuditHead.seq))}


def written(session: Session, conference_id: int, before: Mapping[str, int]) -> tuple[str, ...]:
    """The actions of the events about a case that the audit did not have before."""
    rows = select(AuditEvent.action).where(AuditEvent.conference_id == conference_id).order_by(AuditEvent.seq)
    new = ((AuditEvent.chain == chain) & (AuditEvent.seq > before.get(chain, 0)) for chain in ends(session))
    return tuple(session.scalars(rows.where(or_(*new))))


def has_looked(app: Flask, case: Whole) -> bool:
    """Whether the family's looks in private time have their line already."""
    line = exists().where(AuditEvent.conference_id == case.id, AuditEvent.action == PRIVATE_LOOKS)
    with app.extensions["ekc"].sessions() as session:
        return session.scalar(select(line)) is True


def as_said(visit: Visit) -> bool:
    """Whether the response agrees with the gate. An empty form may be refused, but not its sender."""
    if visit.said == IN:
        return visit.status in (200, 302, 303) if visit.route.method == "GET" else visit.status not in (403, 404)
    return visit.status == (403 if visit.said == NOT_NOW else 404 if visit.comer.known else 302)


#: Lines of the gate itself.
_LOOKS = frozenset({"case.read", "case.refused", PRIVATE_LOOKS})
#: Whose own looks in private time leave one line a day.
OF_THE_FAMILY = frozenset({"main person", "other main person", "child", "family", "convenor", "supporter"})


def wrong_lines(session: Session, visits: Iterable[Visit]) -> list[str]:
    """The visits of which the audit has other than one line: a look, a refusal; what was undone has none.

    Whose link ended has one a day: that of their first visit. Who never was in has none.
    """
    session.rollback()
    lines: dict[datetime, list[AuditEvent]] = defaultdict(list)
    for event in session.scalars(select(AuditEvent).where(AuditEvent.at > START)):
        lines[event.at].append(event)
    wrong, to_tell = [], set(GONE)
    for visit in visits:
        found = [(event.action, event.conference_id, _page(session, event)) for event in lines[visit.at]]
        looked = ("case.read", visit.comer.case.id, visit.route.rule.endpoint)
        refused = ("case.refused", visit.comer.case.id, "")
        by_family = visit.phase is Phase.PRIVATE_TIME and visit.comer.label in OF_THE_FAMILY
        gets = visit.route.method == "GET" and not by_family  # theirs leave one line a day, at another instant
        gets = gets and not (is_of_paper(visit.route.rule) and visit.status == 303)  # only ordered, not looked at
        wanted = [looked if gets else None] if visit.said == IN else [refused]
        if found != [line for line in wanted if line and (visit.comer.known or visit.comer.label in to_tell)]:
            wrong.append(f"{visit}: {found}")
        to_tell.discard(visit.comer.label)
        if visit.said == IN and visit.route.method == "POST" and not told_once(visit):
            wrong.append(f"{visit}: {visit.lines}")
    return wrong


def told_once(visit: Visit) -> bool:
    """Whether an allowed change has its audit event: a refusal, a look, or the action.

    Whoever sees the form again, or a page, has looked. The family's own looks in private time are one line a day: a
    first one writes it, the next ones write nothing (`docs/security/what-is-kept.md`).
    """
    by_family = visit.phase is Phase.PRIVATE_TIME and visit.comer.label in OF_THE_FAMILY
    look = ("case.read",) if not by_family else () if visit.looked else (PRIVATE_LOOKS,)
    if visit.status in (422, 409) and visit.lines == look:  # the form is shown again
        return True
    if visit.status >= 400:
        return visit.lines == ("case.refused",)
    if visit.status in (200, 303) and visit.lines == look:  # a page, or nothing was changed and they are led back to it
        return True
    return bool(visit.lines and not _LOOKS.intersection(visit.lines))


def _page(session: Session, event: AuditEvent) -> str:
    return str(read_detail(session, event)["page"]) if event.action == "case.read" else ""


#: What the circle sends from its own page, whatever the address.
FROM_THE_OWN_PAGE = {
    Activity.ANSWER_INVITATION,
    Activity.CONFIRM_COORDINATOR,
    Activity.GO_ON,
    Activity.LET_IN,
    Activity.OWN_CONSENT,
    Activity.OWN_NUMBER,
    Activity.SAY_NOT_COMING,
    Activity.SAY_OWN_TIMEZONE,
    Activity.SEE_VIEWS,
    Activity.TICK_OFF,
    Activity.WANT_ANOTHER_COORDINATOR,
}
#: Whoever has this role has one of these too.
HELD_WITH = {
    Role.IN_ROOM: FAMILY_ROLES,
    Role.GROWN_UP_IN_ROOM: FAMILY_ROLES - {Role.CHILD},
    Role.STANDS_IN: {Role.REGIONAL_MANAGER},
}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_whoever_may_send_a_form_may_open_the_page_on_which_it_stands(app: Flask) -> None:
    """Of each phase and role, whether a plan is in force or not. A manager hands over from the list of all cases."""
    of_cases = [route for route in routes(app) if route.access.kind == "case"]
    pages = {route.rule.rule: activities(route) for route in of_cases if route.method == "GET"}
    wrong = set()
    for route in of_cases:
        above = [page for page in pages if route.rule.rule == page or route.rule.rule.startswith(f"{page}/")]
        if route.method == "GET" or not above or route.rule.endpoint == "matching.hand_over":
            continue
        wanted = activities(route)
        shown = pages[max(above, key=len)] | ({Activity.SEE_OWN_PAGE} if wanted & FROM_THE_OWN_PAGE else set())
        for phase, role, in_force in product(Phase, Role, (True, False)):
            for other in HELD_WITH.get(role, {role}):
                held = {role, other}
                sends = any(may(one, phase, held, in_force) for one in wanted)
                if sends and not any(may(one, phase, held, in_force) for one in shown):
                    wrong.add(f"{role} in {phase}: {route}")
    assert sorted(wrong) == []


def activities(route: Route) -> set[Activity]:
    """What its gate asks, any of it."""
    return {Activity(one) for one in route.access.detail.split(", ")}


#: Routes in the middle of a flow: after a provider of single sign-on, or after opening an invitation.
ON_THE_WAY = {f"signin.{page}" for page in ("to_provider", "from_provider", "leave_provider")} | {
    "signin.choose_password",
    "signin.keep_password",
}
_MANAGERS = {"regional manager", "coordinator, regional manager and administrator"}
_OF_A_PROFILE = ("matching.profile", "matching.save_profile", "matching.add_absence", "matching.remove_absence")
#: Whose it is that an address names, or a page is about.
OWNERS = {
    "passkey_id": {"coordinator"},
    "sign_in_id": {"coordinator"},
    "matching.handing_over": _MANAGERS,
    "matching.own_profile": {
        "coordinator",
        "coordinator who was asked",
        "coordinator of the region",
        "coordinator elsewhere",
        "coordinator, regional manager and administrator",
    },
    **dict.fromkeys(_OF_A_PROFILE, _MANAGERS | {"coordinator"}),
    "matching.employer": _MANAGERS,
    "holiday_id": _MANAGERS,
    "venue_id": _MANAGERS | {"coordinator", "coordinator who was asked", "coordinator of the region"},
}


_OF_AN_INVITATION = ("invited", "answer_invited", "invited_calendar")


def named_outside(session: Session, cast: Cast, case: Whole) -> dict[str, int | str]:
    """What is named in addresses outside a case."""
    link = make_link(session, START, case.id, case.people["linda"])
    invitation = invite(By(session, PROGRAM, START), cast.iris.account_id or 0, "") or ""
    sign_in_account(session, START, cast.noor.account_id or 0, Method.PASSWORD)
    closed = NewAccount(name="Gone", email="gone@example.org", region_id=cast.north, roles=())
    account_id = open_account(By(session, cast.bas, START), closed)
    close_account(By(session, cast.bas, START), account_id)
    here = replace(cast.noor, sign_in_id=session.scalar(select(func.max(SignIn.id))))
    add_passkey(By(session, here, START), NewPasskey(b"id", b"key", 0, b"handle"), "Phone", Nonce(b"once", START))
    noor = cast.noor.account_id or 0
    add_absence(By(session, cast.noor, START), noor, Absence(START.date(), START.date()))
    about = {"issuer": "https://there", "subject": "i", "tied_at": START, "used_at": START}
    session.add(Identity(account_id=cast.iris.account_id, **about))
    session.commit()
    half_term = NewHoliday("Half-term", START.date(), START.date())
    add_school_holidays(By(session, cast.ruud, START), cast.north, [half_term])
    meeting = latest_meeting(session, case.id)
    assert meeting is not None
    about_day = {"way": InvitationWay.TOLD, "starts_at": meeting.starts_at, "invited_at": START, "first_at": START}
    asked = MeetingInvitation(meeting_id=meeting.id, participant_id=case.people["linda"], uid="0" * 32, **about_day)
    session.add(asked)
    session.commit()
    return {
        **{f"meetings.{one} token": reply_token(session, asked) for one in _OF_AN_INVITATION},
        "identity_id": session.scalars(select(Identity.id)).one(),
        "token": link.rpartition("/")[2],
        "what": "l",
        "language": "nl",
        "filename": "css/ekc.css",
        "account_id": cast.iris.account_id or 0,
        **{f"{one} account_id": noor for one in ("matching.handing_over", "matching.employer", *_OF_A_PROFILE)},
        "absence_id": session.scalars(select(CoordinatorAbsence.id)).one(),
        "staff.reopen account_id": account_id,
        "region_id": cast.south,
        "listing": "municipalities",
        "row_id": session.scalars(select(func.min(Municipality.id))).one(),
        "venue_id": add_venue(By(session, cast.noor, START), cast.north, VenueDetails(name="De Brug")),
        "holiday_id": session.scalars(select(SchoolHoliday.id)).one(),
        "draft_id": 1,  # nobody's
        "day": "2026-04-18",
        "secret": make_address(By(session, cast.noor, START), with_names=False),
        "page": "people",
        "order_id": 1,  # nobody's
        "job_id": session.scalars(select(func.min(Job.id))).one(),
        "role_id": session.scalars(select(AccountRole.id).where(AccountRole.account_id == cast.iris.account_id)).one(),
        "passkey_id": session.scalars(select(func.max(Passkey.id))).one(),
        "sign_in_id": here.sign_in_id or 0,
        **{f"signin.{page} token": invitation.rpartition("/")[2] for page in ("invitation", "open_invitation")},
    }


@pytest.mark.both_databases
def test_routes_outside_a_case_answer_as_the_matrix_says(
    app: Flask, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    """On PostgreSQL, on which gates do not depend, each route answers in each way once to staff and once by a link."""
    comers = make_world(app, db_session, cast, Phase.SETUP)[Phase.SETUP]
    judge, wrong, values = Judge(db_session), [], named_outside(db_session, cast, comers[0].case)
    in_short = db_session.get_bind().dialect.name == "postgresql"
    for route in routes(app):
        if route.access.kind == "case" or route.rule.endpoint in DEMO | ON_THE_WAY:
            continue
        given = {name: values.get(f"{route.rule.endpoint} {name}", values[name]) for name in route.rule.arguments}
        address = app.url_map.bind("localhost").build(route.rule.endpoint, given)
        owners = next((OWNERS[one] for one in (route.rule.endpoint, *route.rule.arguments) if one in OWNERS), set())
        seen = set[tuple[str, bool]]()
        for comer in comers:
            theirs = not owners or comer.label in owners or not comer.known
            said = judge.verdict(route.access, comer) if theirs else UNKNOWN
            db_session.rollback()
            way = said, comer.visitor.account_id is None
            if in_short and way in seen:
                continue
            seen.add(way)
            visit = Visit(Phase.SETUP, comer, route, said, 0, clock())
            visit = replace(visit, status=asked(app, visit, address)[0])
            if not as_said(visit):
                wrong.append(str(visit))

    assert wrong == []
