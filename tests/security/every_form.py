"""Collects every form of the product as a person with access sees it: one for each route, from cases in each phase.

Start pages come from the URL map, others from following links. Also provides requests whose writes are rolled back, so
that each attempt starts from the same state.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import TypeVar
from urllib.parse import urljoin

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from ekc.accounts.access import PROGRAM, By, Office, Visitor
from ekc.calendars import actions as calendars
from ekc.conferences.actions import absent, bottom_lines, contact, links, pauses, safety
from ekc.conferences.entries import BottomLineText, Concern, NewContact
from ekc.conferences.forms.registering import PAGES
from ekc.conferences.models import Conference, Participant
from ekc.core.jobs import Job, JobState
from ekc.core.pictures import Picture
from ekc.core.routes import Runtime, declared_access
from ekc.core.sheets import SheetRow
from ekc.core.tokens import new_token
from ekc.drafts import actions as drafts
from ekc.drafts.keeping import keepable
from ekc.drafts.queries import Owner
from ekc.evaluations import actions as evaluations
from ekc.evaluations.actions import NewAvoidedCost
from ekc.journey.actions.steps import take_step
from ekc.links.verification import ask_to_come_in, verify_by_answer
from ekc.matching.actions import asking, independence
from ekc.matching.actions.profile import add_absence
from ekc.matching.entries import Absence, Declaration
from ekc.meetings.actions import arranging, attendance, dates, information, invitations
from ekc.meetings.actions.dates import DatesOffered
from ekc.meetings.actions.information import InformationText, QuestionText
from ekc.meetings.document.invitation import Service, reply_token
from ekc.meetings.models import MeetingInvitation
from ekc.plans import edits
from ekc.plans.actions.drafts import change_plan
from ekc.plans.actions.numbers import say_number
from ekc.plans.draft import NewAction
from ekc.schema import metadata
from ekc.signin.actions.nonces import Nonce
from ekc.signin.actions.passkeys import add_passkey
from ekc.signin.actions.sessions import sign_in_account
from ekc.signin.models import Identity, Invitation, Method
from ekc.signin.passkeys import NewPasskey
from ekc.signin.queries import second_factor_hash
from ekc.staff.actions import accounts as accounts_actions
from ekc.staff.actions import closing, inviting, regions
from ekc.staff.actions.accounts import NewAccount
from ekc.venues.actions import NewHoliday, VenueDetails, add_school_holidays, add_venue
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.vocabulary import (
    ActionKind,
    Attends,
    InformationKind,
    InvitationWay,
    LegalContext,
    Part,
    Role,
    Step,
    Variant,
)
from tests import build
from tests.architecture.sources import templates
from tests.build import Made
from tests.cast import COST, Cast, come_in, make_link, participant, session_of, set_up_app
from tests.clock import START
from tests.database import READS
from tests.hearing import hearing
from tests.page import Page
from tests.pictures import PICTURE
from tests.security.strange_case import strange_case
from tests.security.whole_case import Whole
from tests.stages import stage

T = TypeVar("T")
#: Routes of the demo only; they have no fields.
DEMO = {"demo.be", "demo.be_participant", "demo.move", "demo.post"}
#: What a browser says that reads English: a personal link would otherwise be read in the language of its case.
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
_FURTHER = re.compile(r'href="(/conferences/\d+/[^"#?.]*)"')
_WRITES = re.compile(r"(?:INSERT|REPLACE|UPDATE|DELETE)\s+(?:OR\s+\w+\s+)?(?:INTO\s+|FROM\s+)?\W?(\w+)")
_PEOPLE = [SheetRow(1, ("Name", "Role")), SheetRow(2, ("Kim Visser", "friend"))]
_REGISTRATIONS = [
    SheetRow(1, ("Main person", "Kind", "Voluntary", "Why now", "Municipality", "Country")),
    SheetRow(2, ("Ans Willems", "family", "voluntary", "She asks.", "Rivierstad", "nl")),
]
_TARGET = re.compile(r'<form[^>]* method="(post|get)" action="([^"?]*)')


@dataclass(frozen=True)
class Field:
    """One field of a form: its kind (text, textarea, date, hidden, checkbox, button …), and what may be sent in it."""

    name: str
    kind: str
    shown: tuple[str, ...]
    offered: tuple[str, ...] = ()
    drawn: str = ""  # the kind that the browser knows


@dataclass(frozen=True)
class Found:
    """A form found on a page, with the cookies of its visitor. Searches are sent by GET."""

    method: str
    endpoint: str
    url: str
    fields: tuple[Field, ...]
    cookie: str

    def shown(self) -> dict[str, list[str]]:
        """The values sent if nothing is changed."""
        return {field.name: list(field.shown) for field in self.fields}


def takers(app: Flask) -> set[str]:
    """The endpoints that take a form by POST."""
    return {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())} - DEMO


def searches() -> set[str]:
    """The endpoints to which a template sends a form by GET."""
    found = re.compile(r"""<form[^>]* method="get" action="{{ url_for\(['"]([\w.]+)""")
    return {endpoint for path in templates() for endpoint in found.findall(path.read_text())}


@stage
def every_form(session: Session, app: Flask, cast: Cast) -> tuple[Whole, list[Found]]:
    """One form for each route that takes one, from the pages of the person who sends it.

    And a strange case, made before all others, which none of them is about.
    """
    strange = strange_case(session, cast)
    found: dict[tuple[str, str], Found] = {}
    wanted = {("POST", endpoint) for endpoint in takers(app)} | {("GET", endpoint) for endpoint in searches()}
    for who, start in _who_looks_where(session, cast):
        pages = start if isinstance(start, tuple) else _pages_of(app, start)
        client = FlaskClient(app)
        client.environ_base |= ENGLISH
        come_in(client, session, START, who)
        with client.session_transaction() as cookie:
            opened = select(Invitation.token_hash).order_by(Invitation.id).limit(1)
            cookie["invitation_hash"] = session.scalar(opened) or b""  # which was opened in this browser
            if "/sign-in/code" in pages:
                denise = cast.denise.account_id or 0
                cookie["pending"] = [denise, second_factor_hash(session, denise), int(START.timestamp())]
        if "/register" in pages:  # it was begun in this browser
            owner = Owner(new_token(), "")
            begun = drafts.begin(session, START, owner, "/register", answered(cast), "127.0.0.1")
            with_a_day, *others = sorted(PAGES, key=lambda page: page != "people")
            pages = (*pages, *(f"/register/{begun}/{page}" for page in (with_a_day, *others, "check", "later")))
            pages = (*pages, f"/register/resume/{drafts.make_link(session, owner, begun)}")
            client.set_cookie("drafts_here", owner.token)
        if listed := [page for page in pages if page.endswith("/import")]:  # a list of a file was looked at
            owner = Owner(new_token(), f"account:{who.account_id}")
            case_id = int(listed[0].split("/")[2]) if "conferences" in listed[0] else None
            rows = _PEOPLE if case_id else _REGISTRATIONS
            kept = drafts.keep(session, START, owner, keepable(listed[0], rows, (), case_id), "127.0.0.1")
            pages = (*pages, f"{listed[0]}/{kept}")
            client.set_cookie("drafts", owner.token)
        session.rollback()
        waiting, seen = list(pages), set(pages)
        while waiting:
            url = waiting.pop(0)
            if not isinstance(start, tuple) and _area(url) not in _areas(app, wanted - found.keys()):
                continue
            answer = _opened(client, url)
            if answer.status_code != 200 or answer.mimetype != "text/html":
                continue
            here = {(method.upper(), _endpoint(app, method, target)) for method, target in _TARGET.findall(answer.text)}
            if here - found.keys():
                held = (one for name in ("session", "drafts_here", "drafts") if (one := client.get_cookie(name)))
                cookies = "; ".join(f"{one.key}={one.value}" for one in held)
                for form in forms_of(app, Page(answer.text, answer.request.path, 200), cookies):
                    found.setdefault((form.method, form.endpoint), form)
            further = set(_FURTHER.findall(answer.text)) - seen
            seen |= further
            waiting += sorted(further)
    return strange, list(found.values())


def answered(cast: Cast) -> tuple[tuple[str, str], ...]:
    """The answers of a referrer about a conference of a group, which is asked the most."""
    said = {
        "registered_by": Part.REFERRER,
        "variant": Variant.GROUP,
        "legal_context": LegalContext.VOLUNTARY,
        "reason": "Why now",
        "main_persons-0-name": "Ans Willems",
        "registrant_name": "Piet",
        "registrant_phone": "0318 555 100",
        "municipality": "Rivierstad",
        "region_id": str(cast.north),
        "profile": "nl",
        "language": "",
    }
    return tuple((name, str(text)) for name, text in said.items())


def _areas(app: Flask, wanted: Set[tuple[str, str]]) -> set[str]:
    """In which parts of a case the forms can stand that are still wanted; all of them can on the two main pages.

    A form that stands elsewhere is missing, which a test tells: its page is then named in `_who_looks_where`.
    """
    rules = [
        rule
        for rule in app.url_map.iter_rules()
        if ("POST", rule.endpoint) in wanted or ("GET", rule.endpoint) in wanted
    ]
    return {_area(rule.rule) for rule in rules} | {"", "mine"}


def _area(address: str) -> str:
    """What follows the number of the case: circle, plan, steps."""
    return "".join(address.split("/")[3:4])


def _opened(client: FlaskClient, url: str) -> TestResponse:
    """The page at an address, or of the order to which it leads; one that is shown once, after a click, is clicked for
    (`POST /somewhere`).
    """
    click, _, path = url.rpartition(" ")
    if not click:
        answer = client.get(path)
        return client.get(answer.location) if "/orders/" in (answer.location or "") else answer
    (token,) = set(re.findall(r'name="csrf_token" value="([^"]+)"', client.get("/").text))
    return client.post(path, data={"csrf_token": token})


def _pages_of(app: Flask, case: Made) -> tuple[str, ...]:
    """The pages of a case whose address names nothing but the case; and each step."""
    access = declared_access(app)
    rules = [rule for rule in app.url_map.iter_rules() if access[rule.endpoint].kind == "case"]
    alone = [rule for rule in rules if rule.arguments == {"conference_id"} and "GET" in (rule.methods or ())]
    pages = sorted(rule.rule.replace("<int:conference_id>", str(case.id)) for rule in alone if "." not in rule.rule)
    return (*pages, *(f"/conferences/{case.id}/steps/{step}" for step in Step))


def _endpoint(app: Flask, method: str, path: str) -> str:
    return str(app.url_map.bind("localhost").match(path, method=method.upper())[0])


def forms_of(app: Flask, page: Page, cookie: str) -> Iterator[Found]:
    for form in page.all("form"):
        method = form.get("method", "get").upper()
        url = urljoin(page.url, form.get("action") or page.url)
        fields: dict[str, Field] = {}
        for control in page.controls_of(form):
            name = control.attrib["name"]
            drawn = control.get("type", control.tag)
            kind = control.get("data-asks", drawn)
            offered: tuple[str, ...] = ()
            if control.tag == "select":
                options = list(control.iter("option"))
                offered = tuple(option.get("value", "") for option in options)
                shown = tuple(option.get("value", "") for option in options if "selected" in option.attrib)
                shown = shown or offered[:1]
            elif kind in ("checkbox", "radio"):
                before = fields.get(name, Field(name, kind, ()))
                value = (control.get("value", "on"),)
                offered = before.offered + value
                shown = before.shown + (value if "checked" in control.attrib else ())
            else:
                shown = (control.text or "" if control.tag == "textarea" else control.get("value", ""),)
            fields[name] = Field(name, kind, shown, offered, drawn)
        for button in page.all("button"):
            if button.get("name") and page.form_of(button) is form:
                name = button.attrib["name"]
                before = fields.get(name, Field(name, "button", ()))
                fields[name] = Field(name, "button", (), (*before.offered, button.get("value", "")))
        sending = (button for button in page.all("button") if button.get("type") != "button")
        buttons = [button for button in sending if page.form_of(button) is form]
        for target in (
            url,
            *(urljoin(page.url, one.get("formaction", "")) for one in buttons if one.get("formaction")),
        ):
            endpoint = _endpoint(app, method, target.partition("?")[0])
            yield Found(method, endpoint, target, tuple(fields.values()), cookie)


def _who_looks_where(session: Session, cast: Cast) -> Iterator[tuple[Visitor, Made | tuple[str, ...]]]:
    """Visitors with their start pages, in a case or elsewhere."""

    def by_link(case: Made, name: str) -> tuple[Visitor, Made]:
        return participant(case.id, case.people[name]), case

    noor = cast.noor
    unasked = build.registered_case(session, cast, START)
    link = make_link(session, START, unasked.id, unasked.people["marieke"])
    invited = inviting.invite(By(session, PROGRAM, START), cast.iris.account_id or 0, "") or ""
    yield (
        cast.nobody,
        ("/register", "/sign-in", "/forgotten-password", link, f"{link}/code", invited, "/choose-password"),
    )
    set_up_app(session, START, cast.denise)
    yield cast.nobody, ("/sign-in/code",)
    session_of(session, START, cast.denise)  # on another device
    yield cast.denise, ("/account", "/account/second-factor")
    here = replace(noor, sign_in_id=sign_in_account(session, START, noor.account_id or 0, Method.PASSWORD).id)
    add_passkey(By(session, here, START), NewPasskey(b"id", b"key", 0, b"handle"), "Phone", Nonce(b"once", START))
    calendars.make_address(By(session, noor, START), with_names=False)
    yield noor, ("/account/passkeys", "/account/calendar")
    regions.add_region(By(session, cast.bas, START), "Nowhere")  # nobody works there
    yield from _about_staff(session, cast)
    yield cast.ruud, ("/", "/search", "/follow-ups", "/follow-ups.csv")
    yield cast.ruud, ("/register/import",)
    yield cast.ruud, unasked
    asked = build.registered_case(session, cast, START)
    asking.ask_coordinator(By(session, cast.ruud, START), asked.id, noor.account_id or 0)
    yield noor, asked
    taken = build.registered_case(session, cast, START)
    asking.ask_coordinator(By(session, cast.ruud, START), taken.id, noor.account_id or 0)
    independence.accept(
        By(session, noor, START), taken.id, Declaration("I know an aunt.", relation="I sing in a choir with an aunt.")
    )
    yield noor, taken
    yield cast.ruud, taken
    yield by_link(taken, "marieke")
    fresh = build.case_in_setup(session, cast, START)
    yield noor, fresh
    bottom_lines.say_no_bottom_lines(By(session, noor, START), fresh.id)
    yield noor, fresh
    polled = build.case_in_setup(session, cast, START)
    possible = tuple(START + timedelta(days=days) for days in (8, 9))
    dates.offer_dates(By(session, noor, START), polled.id, DatesOffered(frozenset(), possible))
    dates.ask_about_dates(By(session, noor, START), polled.id, [polled.people["omar"]])
    yield noor, (f"/conferences/{polled.id}/dates", f"/conferences/{polled.id}/dates/of/{polled.people['linda']}")
    yield participant(polled.id, polled.people["omar"]), (f"/conferences/{polled.id}/my-dates",)
    yield participant(polled.id, polled.people["marieke"]), (f"/conferences/{polled.id}/my-circle",)
    guests = build.case_in_setup(session, cast, START)
    arranging.choose_date(By(session, noor, START), guests.id, START + timedelta(days=9))
    omar = guests.people["omar"]
    invitations.invite(By(session, noor, START), guests.id, {omar: InvitationWay.TOLD}, Service("", "", None))
    yield noor, (f"/conferences/{guests.id}/invitations", f"/conferences/{guests.id}/invitations/of/{omar}")
    yield participant(guests.id, omar), (f"/conferences/{guests.id}/mine",)
    invited_to = session.scalars(select(MeetingInvitation)).one()
    yield cast.nobody, (f"/i/{reply_token(session, invited_to)}",)
    paused = build.case_in_setup(session, cast, START)
    pauses.pause(By(session, noor, START), paused.id, "Nobody is at home.")
    yield noor, (f"/conferences/{paused.id}/deadlines",)
    session.execute(
        update(Conference).where(Conference.id == fresh.id).values(silent_since=START.date() - timedelta(days=60))
    )
    session.commit()
    yield cast.ruud, ("/lead-times?view=silent",)
    yield cast.ruud, ("/lead-times",)
    yield noor, (f"/conferences/{fresh.id}/circle/import",)
    english = build.case_in_setup(session, cast, START, profile="england")
    yield noor, (f"/conferences/{english.id}/consents",)  # there the offer is noted
    lines = (f"/conferences/{english.id}/bottom-lines",)
    karim = participant(english.id, english.people["karim"])
    links.make_link(By(session, noor, START), english.id, english.people["karim"], cost=COST)
    bottom_lines.add_bottom_line(By(session, karim, START), english.id, BottomLineText(text="Somebody is there."))
    yield participant(english.id, english.people["els"]), lines  # who sets none
    yield noor, lines
    opened = build.prepared_case(session, cast, START)
    build.step(session, cast, START, opened, Step.OPEN_CONFERENCE)  # which can be taken back
    yield noor, (f"/conferences/{opened.id}",)
    prepared = _prepared(session, cast)
    yield noor, prepared
    yield noor, (f"POST /conferences/{prepared.id}/links/{prepared.people['omar']}",)
    yield noor, _told(session, cast)
    yield by_link(prepared, "omar")
    handed = _prepared(session, cast)
    slip = links.make_link(By(session, noor, START), handed.id, handed.people["linda"], cost=COST)
    links.hand_over(By(session, noor, START), handed.id, [slip.token], "paper")
    later = START + timedelta(days=1)
    asking.ask_coordinator(By(session, cast.ruud, later), handed.id, cast.denise.account_id or 0)
    independence.accept(By(session, cast.denise, later), handed.id, build.INDEPENDENT)
    yield cast.denise, (f"/conferences/{handed.id}/links", f"/conferences/{handed.id}/to-tell")
    inside = build.case_in_private_time(session, cast, START)
    away = session.get_one(Participant, inside.people["kees"])
    away.attends, away.view, away.view_on = Attends.LETTER, "I wish you well.", START.date()
    session.commit()
    token = make_link(session, START, inside.id, inside.people["omar"]).rpartition("/")[2]
    ask_to_come_in(session, START, token, "Chrome, Android")
    yield by_link(inside, "marieke")
    presented = build.case_in_presentation(session, cast, START)
    build.write_plan(session, cast, START, presented)
    build.answer_plan(session, cast, START, presented)  # of a text that is changed then
    goal, els = "g1", presented.people["els"]
    change_plan(
        By(session, noor, START),
        presented.id,
        6,
        edits.add_action(goal, NewAction(what="Helps", who=(els,), kind=ActionKind.PROFESSIONAL)),
    )
    yield noor, presented
    yield by_link(presented, "els")
    agreed = build.case_in_evaluation(session, cast, START)
    evaluations.add_avoided_cost(
        By(session, noor, START), agreed.id, NewAvoidedCost(what="A night", amount=100, basis="a list")
    )
    safety.say_not_safe(By(session, participant(agreed.id, agreed.people["kees"]), START), agreed.id, "")
    wish = Taking(Step.RECONVENE, reason="Wim is worse.")
    take_step(By(session, participant(agreed.id, agreed.people["omar"]), START), agreed.id, wish)
    yield noor, agreed
    say_number(By(session, noor, START), agreed.id, agreed.people["omar"], "06 12345678", True)
    yield by_link(agreed, "omar")
    again = build.case_in_evaluation(session, cast, START)
    build.step(session, cast, START, again, Step.RECONVENE, "Things changed.")
    yield noor, again
    build.open_again(session, cast, START, again)
    build.to_presentation(session, cast, START, again)
    yield noor, (f"/conferences/{again.id}/plan",)


def _about_staff(session: Session, cast: Cast) -> Iterator[tuple[Visitor, tuple[str, ...]]]:
    """The administrator and a regional manager, with accounts that are invited, leaving with a case, or closed."""
    made = []
    for name in ("leaves", "closed"):
        roles = (Office(Role.COORDINATOR),)
        new = NewAccount(name=name, email=f"{name}@example.org", region_id=cast.north, roles=roles)
        made.append(accounts_actions.open_account(By(session, cast.bas, START), new))
    leaves, closed = made
    case = build.registered_case(session, cast, START)
    asking.ask_coordinator(By(session, cast.ruud, START), case.id, leaves)
    leaver = replace(cast.noor, actor=replace(cast.noor.actor, id=leaves), account_id=leaves)
    independence.accept(By(session, leaver, START), case.id, build.INDEPENDENT)
    closing.set_leaving(By(session, cast.bas, START), leaves, START.date())
    closing.close_account(By(session, cast.bas, START), closed)
    about = {"issuer": "https://there", "subject": "i", "tied_at": START, "used_at": START}
    session.add(Identity(account_id=cast.iris.account_id, **about))
    for state in (JobState.FAILED, JobState.WAITING):  # one to try again, one to give up
        session.add(Job(kind="drafts", subject=0, state=state, added_at=START, due=START, error="OSError"))
    session.commit()
    accounts = (cast.iris.account_id, cast.bas.account_id, cast.denise.account_id, leaves, closed)
    names = ("/names", "/names/organisations", "/names/municipalities/1")
    yield (
        cast.bas,
        ("/accounts", "/accounts/new", "/regions", "/jobs", *names, *(f"/accounts/{account}" for account in accounts)),
    )
    yield cast.ruud, (f"/handing-over/{leaves}", "/calendar/1999-01-01")
    denise = cast.denise.account_id or 0
    add_absence(By(session, cast.denise, START), denise, Absence(START.date(), START.date()))
    yield cast.denise, ("/my-profile",)
    yield cast.ruud, ("/coordinators", f"/coordinators/{denise}")
    known = [
        add_venue(By(session, cast.noor, START), cast.north, VenueDetails(name=name)) for name in ("De Ark", "Oud")
    ]
    half_term = NewHoliday("Half-term", START.date(), START.date() + timedelta(days=7))
    add_school_holidays(By(session, cast.ruud, START), cast.north, [half_term])
    yield cast.ruud, ("/venues", f"/venues/{known[0]}", "/school-holidays")


def _prepared(session: Session, cast: Cast) -> Made:
    """Ready for the conference, with one of each record made before it."""
    case = build.prepared_case(session, cast, START)
    kees = case.people["kees"]
    safety.add_concern(By(session, cast.noor, START), case.id, Concern(participant_id=kees, concern="The stairs."))
    call = NewContact(on=date(2026, 3, 1), channel="phone", text="Rang.", participant_id=kees)
    contact.log_contact(By(session, cast.noor, START), case.id, call)
    link = links.make_link(By(session, cast.noor, START), case.id, kees, cost=COST)
    verify_by_answer(session, START, link.token, link.code, True, "Safari, iPhone", COST)
    ask_to_come_in(session, START, link.token, "Chrome, Android")
    arranging.add_date(By(session, cast.noor, START), case.id, START + timedelta(days=41))
    arranging.choose_date(By(session, cast.noor, START), case.id, START + timedelta(days=47))
    build.change_details(session, cast, START, case, kees, informed_on=None)
    drawn = Picture(PICTURE, 60, 30)
    absent.add_picture(By(session, cast.noor, START), case.id, kees, drawn, "A house")
    absent.add_picture(By(session, participant(case.id, case.people["omar"]), START), case.id, None, drawn, "A dog")
    return case


def _told(session: Session, cast: Cast) -> Made:
    """In the information phase: information was given, a question asked, words read out, a professional has left."""
    case = build.case_in_information(session, cast, START)
    els, karim = case.people["els"], case.people["karim"]
    information.add_information(
        By(session, cast.noor, START), case.id, InformationText(InformationKind.HELP, "There is help.")
    )
    information.add_question(By(session, cast.noor, START), case.id, QuestionText(karim, "Who calls?"))
    for name in ("kees", "fatima"):
        absent = {"attends": Attends.LETTER, "view": "I wish you well."}
        build.change_details(session, cast, START, case, case.people[name], **absent)
    information.read_out(By(session, cast.noor, START), case.id, case.people["kees"], None)
    attendance.leave(By(session, cast.noor, START), case.id, els)
    return case


def distinct(found: Iterable[T]) -> Iterator[T]:
    """Each once, in their order: sent again from the same state, a form gets the same answer."""
    known: list[T] = []
    for one in found:
        if one not in known:
            known.append(one)
            yield one


@contextmanager
def undone(app: Flask) -> Iterator[Callable[..., TestResponse]]:
    """Provides requests to the product; all writes are rolled back at the end."""
    runtime: Runtime = app.extensions["ekc"]
    engine = runtime.sessions.kw["bind"]
    client = FlaskClient(app, use_cookies=False)
    client.environ_base |= ENGLISH
    connection = engine.connect().execution_options(isolation_level="SERIALIZABLE")
    connection.begin()
    runtime.sessions.configure(bind=connection, join_transaction_mode="create_savepoint")
    try:
        yield client.open
    finally:
        runtime.sessions.configure(bind=engine, join_transaction_mode="conditional_savepoint")
        connection.rollback()
        connection.close()


@contextmanager
def written_tables() -> Iterator[set[str]]:
    """The tables to which statements write meanwhile, and those to which that is handed on by their foreign keys."""
    written: set[str] = set()

    def note(_cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith(READS):
            write = _WRITES.match(statement)
            assert write is not None, statement
            written.update(with_followers(write[1]))

    with hearing(Engine, note):
        yield written


@cache
def with_followers(table: str) -> Set[str]:
    """A table, and those whose rows the database deletes or changes with its rows."""
    followers = {
        other.name
        for other in metadata.sorted_tables
        if any(key.ondelete or key.onupdate for key in other.foreign_keys if key.column.table.name == table)
    }
    return {table}.union(*map(with_followers, followers))
