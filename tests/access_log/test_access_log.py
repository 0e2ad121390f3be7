"""The access log, as the main person reads and prints it: staff and professionals by name, no family."""

import ast
import io
from datetime import UTC, datetime

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from ekc.access_log.words import CHANGES, OTHER_ACTIONS, PAGES, changed_page, page_key, step_title
from ekc.accounts.access import By
from ekc.conferences.actions.circle import remove_person
from ekc.conferences.models import Conference, Participant
from ekc.core.audit import PRIVATE_LOOKS, ActorKind, AuditEvent, read_detail
from ekc.core.routes import declared_access
from ekc.plans import edits
from ekc.plans.actions.acceptance import decide_acceptance
from ekc.plans.actions.drafts import answer_support, change_plan
from ekc.plans.draft import NewAction
from ekc.privatetime.actions import DayTimes, RoundTimes, correct_times
from ekc.privatetime.queries import rounds
from ekc.workflow.vocabulary import FAMILY_PARTS, ActionKind, Attends, Phase, Step, SupportAnswer
from tests import build
from tests.architecture.sources import EKC
from tests.build import Made
from tests.cast import Cast, enter, enter_as_before, make_link, open_link, participant, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.journey.counting import counted
from tests.page import Page, text_of
from tests.plugins.web import MakeApp
from tests.security.revealed import decrypting

TITLE = "Who has opened this file"


def days(page: Page) -> dict[str, dict[str, list[str]]]:
    """By day and person what they did; under "" the notes without a name."""
    found: dict[str, dict[str, list[str]]] = {}
    for section in page.all("section"):
        people = {
            text_of(next(row.iter("strong"))): [text_of(line) for line in row.iter("li") if line is not row]
            for row in section.iter("li")
            if row.get("class") == "rows__row"
        }
        notes = [text_of(note) for note in section.iter("p") if note.get("class") == "quiet"]
        found[text_of(next(section.iter("h2")))] = people | ({"": notes} if notes else {})
    return found


class Somebody:
    """People who open a case, each in their own browser, some minutes apart."""

    def __init__(self, app: Flask, session: Session, clock: FrozenClock, case: Made) -> None:
        self.app, self.session, self.clock, self.case = app, session, clock, case

    def browser(self) -> PageClient:
        self.session.rollback()
        made = self.app.test_client()
        assert isinstance(made, PageClient)
        return made

    def staff(self, who: object, *pages: str) -> PageClient:
        client = self.browser()
        sign_in(client, who)  # type: ignore[arg-type]
        return self.look(client, *pages)

    def by_link(self, name: str, *pages: str, case: Made | None = None) -> PageClient:
        client, own = self.browser(), case or self.case
        phase = self.session.scalars(select(Conference.phase).where(Conference.id == own.id)).one()
        come_in = enter_as_before if phase is Phase.PRIVATE_TIME else enter
        come_in(client, self.session, START if phase is Phase.PRIVATE_TIME else self.clock(), own.id, own.people[name])
        return self.look(client, *pages)

    def look(self, client: PageClient, *pages: str) -> PageClient:
        for page in pages:
            self.clock.advance(minutes=5)
            client.get(f"/conferences/{self.case.id}{page}")
        return client


@pytest.fixture
def case(db_session: Session, cast: Cast, clock: FrozenClock) -> Made:
    """A case in setup, made a week ago."""
    made = build.case_in_setup(db_session, cast, clock())
    clock.advance(days=7)
    return made


@pytest.fixture
def somebody(app: Flask, db_session: Session, clock: FrozenClock, case: Made) -> Somebody:
    return Somebody(app, db_session, clock, case)


@pytest.mark.both_databases
def test_who_looked_at_what_and_changed_it(somebody: Somebody, db_session: Session, cast: Cast) -> None:
    noor = somebody.staff(cast.noor, "/circle", "/plan", "/circle", "/safety")
    noor.page(f"/conferences/{somebody.case.id}/circle")
    noor.submit("Add to the circle", {"Name": "Oma Riet", "Role in the circle": "family", "Relation": "grandmother"})
    somebody.staff(cast.ruud, "", "/opened")
    somebody.by_link("karim", "/bottom-lines", "/circle")

    page = somebody.by_link("marieke").follow(TITLE.replace("this", "my"))

    assert page.heading == TITLE
    assert days(page)["Monday 9 March 2026"] == {
        "Noor van Dijk, coordinator": [
            "looked at who is in the circle, and what is kept of each of them 4 times (10:05–10:20)",
            "looked at the plan (10:10)",
            "looked at the coordinator's own notes (10:20)",
            "changed who is in the circle, and what is kept of each of them (10:20)",
        ],
        "Ruud Kramer, regional manager": [
            "looked at the overview of the conference (10:25)",
            "tried to open the file and was refused (10:30)",
        ],
        "Karim Jansen, referrer": [
            "came in with their own link (10:30)",
            "looked at their own page (10:30)",
            "looked at what the plan has to meet (10:35)",
            "tried to open the file and was refused (10:40)",
        ],
        "": ["People of the circle, with their own link: 2 times."],  # her own page, and this one
    }
    assert days(page)["Monday 2 March 2026"]["Noor van Dijk, coordinator"] == [
        "changed who coordinates, and what coordinators said about themselves (10:00)",
        "changed the coordinator's own notes 2 times (10:00)",  # a consent, and a yes to the coordinator
        "took a step: Take on the case (10:00)",
        "changed who is in the circle, and what is kept of each of them 6 times (10:00)",
    ]


def test_who_may_not_know_the_file_and_tried(
    somebody: Somebody, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    other = build.registered_case(db_session, cast, clock())
    somebody.staff(cast.denise, "", "/plan")
    somebody.staff(cast.bas, "/registration")
    somebody.by_link("marieke", "/mine", case=other)

    told = days(somebody.by_link("marieke").follow("Who has opened my file"))["Monday 9 March 2026"]

    assert told == {
        "Denise Okafor, coordinator": ["tried to open the file and was refused, 2 times (10:05–10:10)"],
        "Bas Mulder, administrator": ["tried to open the file and was refused (10:15)"],
        "Somebody with a link to another conference": ["tried to open the file and was refused (10:20)"],
        "": ["People of the circle, with their own link: 2 times."],
    }


def test_a_try_at_another_number_stands_in_no_file(somebody: Somebody, cast: Cast) -> None:
    somebody.staff(cast.denise).get(f"/conferences/{somebody.case.id + 1}")

    told = days(somebody.by_link("marieke").follow("Who has opened my file"))["Monday 9 March 2026"]

    assert told == {"": ["People of the circle, with their own link: 2 times."]}


def test_what_a_professional_did_about_the_plan_is_named(
    app: Flask, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    made = build.case_in_presentation(db_session, cast, clock())
    karim, els = made.people["karim"], made.people["els"]
    noor = By(db_session, cast.noor, clock())
    goal = change_plan(noor, made.id, 0, edits.add_goal("Nobody is alone"))
    asks = NewAction(what="Helps", who=(els,), by=clock().date(), kind=ActionKind.PROFESSIONAL)
    action = change_plan(noor, made.id, 1, edits.add_action(goal, asks))
    answer_support(By(db_session, participant(made.id, els), clock()), made.id, 2, action, SupportAnswer.AGREED)
    for accepted in (False, True):
        by_karim = By(db_session, participant(made.id, karim), clock())
        decide_acceptance(by_karim, made.id, karim, accepted, "" if accepted else "Nobody is at home")
    somebody = Somebody(app, db_session, clock, made)

    listed = days(somebody.by_link("marieke", "/opened").page(f"/conferences/{made.id}/opened"))["Monday 2 March 2026"]

    assert listed["Els Vermeer, professional"] == ["answered a request for support (10:00)"]
    assert listed["Karim Jansen, referrer"] == ["said whether the plan is accepted, 2 times (10:00)"]


@pytest.mark.parametrize(
    "code", ["consent.given", "match.confirmed", "match.unwanted", "safety.added", "voice.reading"]
)
def test_what_concerns_one_persons_own_wish_has_one_neutral_name(code: str) -> None:
    assert changed_page(code) == changed_page("contact.logged") == PAGES["consents"] == PAGES["safety"]
    assert changed_page("match.asked") == PAGES["coordinator"] != PAGES["safety"]


def test_of_the_family_nobody_is_named(somebody: Somebody, db_session: Session, cast: Cast, clock: FrozenClock) -> None:
    somebody.by_link("kees", "/mine", "/circle")
    somebody.by_link("joost", "/mine")
    build.change_details(
        db_session,
        cast,
        clock(),
        somebody.case,
        somebody.case.people["omar"],
        attends=Attends.EXCLUDED,
        exclusion_reason="It is not safe.",
        excluded_by="Karim Jansen",
        excluded_on=clock().date(),
    )

    page = somebody.by_link("marieke").follow("Who has opened my file")

    assert days(page)["Monday 9 March 2026"][""] == [
        "People of the circle, with their own link: 6 times.",
        "People of the circle were refused a page with their own link: once.",
    ]
    assert {part.value for part in FAMILY_PARTS} & set(page.text.split()) == set()
    family = ("Marieke", "Kees", "Joost", "Omar", "Linda", "Fatima", "safe")
    assert [name for name in family if name in page.text] == []


@pytest.mark.parametrize("gone", [True, False])
def test_whoever_has_to_stay_away_and_tries_is_named(
    somebody: Somebody, db_session: Session, clock: FrozenClock, gone: bool
) -> None:
    """Only the attempts after that: what they did while they were in the circle stays without a name."""
    somebody.by_link("omar", "/mine", "/circle")
    somebody.by_link("kees", "/opened")
    clock.advance(days=1)
    omar = somebody.by_link("omar")
    away = {"attends": Attends.EXCLUDED, "exclusion_reason": "-", "excluded_by": "-", "excluded_on": clock().date()}
    person = update(Participant).where(Participant.id == somebody.case.people["omar"])
    db_session.execute(person.values({"removed_at": clock()} if gone else away))
    db_session.commit()
    somebody.look(omar, "/circle", "/mine")

    told = days(somebody.by_link("marieke").follow("Who has opened my file"))

    assert told["Tuesday 10 March 2026"] == {
        "Omar El Amrani, family": ["tried to open the file and was refused, 2 times (10:20–10:25)"],
        "": ["People of the circle, with their own link: 3 times."],
    }
    assert told["Monday 9 March 2026"] == {
        "": [
            "People of the circle, with their own link: 3 times.",
            "People of the circle were refused a page with their own link: 2 times.",
        ],
    }


@pytest.mark.both_databases
def test_whoever_has_to_stay_away_and_comes_with_their_old_link_is_named_once_a_day(
    app: Flask, somebody: Somebody, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    """Their link is revoked by then. Opening it is not logged, as programs do that too; sending its form is."""
    path = make_link(db_session, clock(), somebody.case.id, somebody.case.people["omar"])
    omar = somebody.browser()
    omar.page(path)
    away = {"attends": Attends.EXCLUDED, "exclusion_reason": "-", "excluded_by": "Karim", "excluded_on": START.date()}
    build.change_details(db_session, cast, clock(), somebody.case, somebody.case.people["omar"], **away)
    db_session.rollback()
    for _ in range(3):
        clock.advance(minutes=5)
        omar.page(path, status=404)
    omar.page("/sign-in")
    sent = {"csrf_token": dict(omar.form("Sign in").fill({}).fields)["csrf_token"]}
    for hours in (0, 1, 24):
        clock.advance(hours=hours)
        assert omar.post(path, data=sent).status_code == 404
        assert omar.post(f"{path}/code", data=sent).status_code == 404

    page = somebody.by_link("marieke").follow("Who has opened my file")

    tried = {
        day: told["Omar El Amrani, family"] for day, told in days(page).items() if "Omar El Amrani, family" in told
    }
    assert tried == {
        "Tuesday 10 March 2026": ["tried to open the file and was refused (11:15)"],
        "Monday 9 March 2026": ["tried to open the file and was refused (10:15)"],
    }


def refusals(session: Session) -> list[tuple[ActorKind, int | None, int | None, str]]:
    """Who was refused which page of which case."""
    session.rollback()
    found = session.scalars(select(AuditEvent).where(AuditEvent.action == "case.refused").order_by(AuditEvent.seq))
    return [(e.actor_kind, e.actor_id, e.conference_id, str(read_detail(session, e).get("page"))) for e in found]


def test_whoever_was_taken_out_and_is_still_in_in_their_browser_is_named_once_a_day(
    somebody: Somebody, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    omar, case = somebody.case.people["omar"], somebody.case
    path = make_link(db_session, clock(), case.id, omar)
    browser = somebody.browser()
    open_link(browser, path)
    other = build.case_in_setup(db_session, cast, clock())
    token = dict(browser.form("Sign out").fill({}).fields)["csrf_token"]
    remove_person(By(db_session, cast.noor, clock()), case.id, omar, "moved")
    db_session.rollback()

    said = [browser.get(f"/conferences/{number}/mine").status_code for number in (other.id, case.id)]
    somebody.look(browser, "/plan", "/mine")
    browser.post(path, data={"csrf_token": token})  # the same link: logged already
    clock.advance(days=1)
    browser.post(f"/conferences/{case.id}/circle", data={"csrf_token": token})
    somebody.look(somebody.browser(), "/mine")  # not signed in

    assert said == [302, 302]
    assert refusals(db_session) == [
        (ActorKind.PARTICIPANT, omar, case.id, f"/conferences/{case.id}/{page}") for page in ("mine", "circle")
    ]
    told = days(somebody.by_link("marieke").follow("Who has opened my file"))
    named = {
        day: people["Omar El Amrani, family"] for day, people in told.items() if "Omar El Amrani, family" in people
    }
    assert named == {
        "Tuesday 10 March 2026": ["tried to open the file and was refused (10:10)"],
        "Monday 9 March 2026": ["tried to open the file and was refused (10:00)"],
    }


def test_whoever_is_out_and_may_come_in_again_tried_nothing(
    somebody: Somebody, db_session: Session, clock: FrozenClock
) -> None:
    omar, kees = somebody.by_link("omar", "/mine"), somebody.by_link("kees", "/mine")
    cookie = omar.get_cookie("session")
    assert cookie is not None
    omar.page(f"/conferences/{somebody.case.id}/mine")
    omar.submit("Sign out", near="Are you done?")
    omar.set_cookie("session", cookie.value)
    clock.advance(hours=9)

    said = [one.get(f"/conferences/{somebody.case.id}/mine").status_code for one in (omar, kees)]

    assert (said, refusals(db_session)) == ([302, 302], [])


def test_whoever_finds_it_by_searching_and_whoever_does_not(somebody: Somebody, cast: Cast, clock: FrozenClock) -> None:
    for who in (cast.noor, cast.denise):
        client = somebody.staff(who)
        client.page("/search")
        for asked in ("mari", "ekc-2026-0001", "Nobody"):
            client.submit("Search", {"Name or case number": asked})

    told = days(somebody.by_link("marieke").follow("Who has opened my file"))["Monday 9 March 2026"]

    assert told == {
        "Noor van Dijk, coordinator": ["found the conference by searching, 2 times (10:00)"],
        "": ["People of the circle, with their own link: 2 times."],
    }


def test_what_was_wanted_and_could_not_be_done(
    somebody: Somebody, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    """It is logged once, and not as reading the page too."""
    noor = somebody.staff(cast.noor, "")
    noor.page(f"/conferences/{somebody.case.id}/steps/stop")
    sent = dict(noor.form("Stop").fill({}).fields)
    for path in ("steps/begin_private_time", "bottom-lines/99/remove"):
        assert noor.post(f"/conferences/{somebody.case.id}/{path}", data=sent).status_code in (403, 404, 409)

    told = days(somebody.by_link("marieke").follow("Who has opened my file"))["Monday 9 March 2026"]

    assert told["Noor van Dijk, coordinator"] == [
        "looked at the overview of the conference (10:05)",
        "looked at a step of the conference (10:05)",
        "wanted to do something with a step of the conference and was refused (10:05)",
        "wanted to do something with what the plan has to meet and was refused (10:05)",
    ]


def test_wrong_codes_are_told_as_such(somebody: Somebody, db_session: Session, clock: FrozenClock) -> None:
    """After the limit one attempt a day is logged."""
    path = make_link(db_session, clock(), somebody.case.id, somebody.case.people["kees"])
    stranger = somebody.browser()
    for hours in (0, 1, 23, 1):
        clock.advance(hours=hours)
        for _ in range(4):
            stranger.page(f"{path}/code")
            if "Open my page" in stranger.here.text:
                sent = dict(stranger.form("Open my page").fill({"Entrance code": "000000"}).fields)
            stranger.post(f"{path}/code", data=sent)

    page = somebody.by_link("marieke").follow("Who has opened my file")

    wrong = "tried to come in at a personal link with a wrong code or answer"
    told = days(page)
    assert {day: told[day].get("Somebody without an account") for day in list(told)[:2]} == {
        "Tuesday 10 March 2026": [f"{wrong} (11:00)"],
        "Monday 9 March 2026": [f"{wrong}, 5 times (10:00–11:00)"],
    }


def test_private_time_is_sealed(app: Flask, db_session: Session, cast: Cast, clock: FrozenClock) -> None:
    inside = build.case_in_private_time(db_session, cast, clock())
    somebody = Somebody(app, db_session, clock, inside)
    clock.advance(minutes=1)
    somebody.by_link("kees", "/mine")
    marieke = somebody.by_link("marieke", "/opened")
    somebody.staff(cast.noor, "/plan")
    clock.advance(hours=1)
    db_session.rollback()
    build.step(db_session, cast, clock(), inside, Step.COME_OUT)
    somebody.staff(cast.noor, "")

    told = days(marieke.page(f"/conferences/{inside.id}/opened"))["Monday 2 March 2026"]

    assert told["Noor van Dijk, coordinator"][-2:] == [
        "took a step: Come out with a plan (11:16)",
        "looked at the overview of the conference (11:21)",
    ]
    assert told[""] == [
        "People of the circle, with their own link: once.",
        "During private time pages were opened.",
        "During private time somebody was refused a page.",
    ]


def test_of_the_looks_of_the_family_in_private_time_one_line_a_day_is_kept(
    app: Flask, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    inside = build.case_in_private_time(db_session, cast, clock())
    began = clock()
    somebody = Somebody(app, db_session, clock, inside)
    clock.advance(minutes=7)
    for name in ("kees", "marieke"):
        somebody.by_link(name, "/mine", "/mine")
    clock.advance(days=1)
    marieke = somebody.by_link("marieke", "/mine", "/opened")

    db_session.rollback()
    lines = select(AuditEvent).where(AuditEvent.conference_id == inside.id, AuditEvent.at >= began)
    kept = [
        (line.action, line.at, line.actor_id, read_detail(db_session, line))
        for line in db_session.scalars(lines.order_by(AuditEvent.seq))
        if line.action.startswith("case.read")
    ]
    midnight = datetime(2026, 3, 2, 23, tzinfo=UTC)  # in Amsterdam
    assert kept == [(PRIVATE_LOOKS, began, None, {}), (PRIVATE_LOOKS, midnight, None, {})]
    told = days(marieke.page(f"/conferences/{inside.id}/opened"))
    assert [told[day][""][-1] for day in ("Tuesday 3 March 2026", "Monday 2 March 2026")] == [
        "During private time pages were opened."
    ] * 2


def test_correcting_the_times_of_the_day_hides_no_look(
    app: Flask, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    inside = build.case_in_private_time(db_session, cast, clock())
    began = clock()
    clock.advance(minutes=30)
    build.step(db_session, cast, clock(), inside, Step.COME_OUT)
    somebody = Somebody(app, db_session, clock, inside)
    somebody.staff(cast.noor, "/safety")
    db_session.rollback()
    [stretch] = rounds(db_session, inside.id)
    longer = RoundTimes(stretch.id, began, clock.advance(minutes=30))
    correct_times(
        By(db_session, cast.noor, clock()), inside.id, DayTimes(stretch.meeting_id, began, None, rounds=(longer,))
    )

    told = days(somebody.by_link("marieke").follow("Who has opened my file"))["Monday 2 March 2026"]

    assert [line for line in told["Noor van Dijk, coordinator"] if "10:35" in line or "11:05" in line] == [
        "changed when and where people meet, and what is arranged for it 6 times (10:00–11:05)",
        "looked at the coordinator's own notes (10:35)",
    ]


def test_the_period(somebody: Somebody, cast: Cast, clock: FrozenClock) -> None:
    clock.advance(days=120)
    marieke = somebody.by_link("marieke")

    page = marieke.follow("Who has opened my file")
    assert list(days(page)) == ["Tuesday 7 July 2026"]
    assert [marieke.form("Show").shown(label) for label in ("From", "Until")] == ["07-04-2026", "07-07-2026"]

    assert list(days(marieke.follow("Show it from the beginning"))) == ["Tuesday 7 July 2026", "Monday 2 March 2026"]
    page = marieke.submit("Show", {"From": "2026-03-02", "Until": "2026-03-02"})
    assert list(days(page)) == ["Monday 2 March 2026"]
    page = marieke.submit("Show", {"From": "2026-03-03", "Until": "2026-03-04"})
    assert "Nobody opened this file in these days." in page.text
    page = marieke.refused("Show", {"From": "2026-03-03", "Until": "2026-03-02"})
    assert page.errors == ["Until: This day is before the first one. Choose a later day."]
    assert marieke.get(f"/conferences/{somebody.case.id}/opened.pdf?since=2026-03-03&until=2026-03-02").location == (
        f"/conferences/{somebody.case.id}/opened?since=2026-03-03&until=2026-03-02"
    )


@pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014.icc:ResourceWarning")  # by the PDF renderer
def test_on_paper(somebody: Somebody, db_session: Session, cast: Cast) -> None:
    somebody.staff(cast.noor, "/circle")
    marieke = somebody.by_link("marieke")
    marieke.follow("Who has opened my file")

    paper = marieke.paper(marieke.here.link("Print it (PDF)"))

    assert (paper.status_code, paper.mimetype) == (200, "application/pdf")
    assert paper.headers["Content-Disposition"] == 'inline; filename="EKC-2026-0001-opened.pdf"'
    with pikepdf.open(io.BytesIO(paper.data)) as pdf, pdf.open_metadata() as metadata:
        assert [metadata[f"{name}:part"] for name in ("pdfaid", "pdfuaid")] == ["3", "1"]
        assert (str(pdf.Root.Lang), "Family De Wit - El Amrani, EKC-2026-0001" in str(pdf.docinfo["/Title"])) == (
            "nl",
            True,
        )


def test_it_is_for_the_main_person_and_to_be_printed_by_the_coordinator(
    app: Flask, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    somebody = Somebody(app, db_session, clock, build.case_in_private_time(db_session, cast, clock()))
    clients = {name: somebody.by_link(name) for name in ("marieke", "kees", "joost", "karim", "els")}
    clients |= {name: somebody.staff(getattr(cast, name)) for name in ("noor", "ruud", "denise", "bas")}

    def statuses() -> dict[str, int]:
        return {
            name: client.get(f"/conferences/{somebody.case.id}/opened").status_code for name, client in clients.items()
        }

    nobody = dict.fromkeys(("kees", "joost", "karim", "els", "ruud", "denise", "bas"), 404)
    assert statuses() == {"marieke": 200, "noor": 403} | nobody
    db_session.rollback()
    build.step(db_session, cast, clock(), somebody.case, Step.COME_OUT)
    assert statuses() == {"marieke": 200, "noor": 200} | nobody
    assert clients["noor"].page(f"/conferences/{somebody.case.id}").link("Who has opened it")


@pytest.mark.both_databases
def test_nobody_fills_a_file_with_tries(
    app: Flask, make_app: MakeApp, somebody: Somebody, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    """Too many attempts sign the visitor out; signing in again does not reset the limit."""
    somebody.app = make_app(refusals_an_hour=5)
    other = build.registered_case(db_session, cast, clock())
    path = make_link(db_session, clock(), other.id, other.people["marieke"])
    client = somebody.browser()
    open_link(client, path)
    said = []
    for _ in range(3):
        client.page(path)
        client.submit("Go to my page")
        for number in range(4):
            page = client.get(f"/conferences/{somebody.case.id if number % 2 else 99}/plan")
            said.append(page.status_code)

    db_session.rollback()
    lines = select(func.count()).where(AuditEvent.action == "case.refused")
    assert said == [404, 404, 404, 404, 404, 429, 302, 302, 429, 302, 302, 302]
    assert db_session.scalar(lines) == 5
    somebody.app = app
    assert somebody.staff(cast.noor, "/circle").get(f"/conferences/{somebody.case.id}").status_code == 200
    clock.advance(hours=1)
    client.page(path)
    client.submit("Go to my page")
    assert client.get(f"/conferences/{somebody.case.id}/plan").status_code == 404


def test_what_another_site_asks_in_somebodys_name_signs_nobody_out(
    make_app: MakeApp, somebody: Somebody, db_session: Session, cast: Cast
) -> None:
    somebody.app = make_app(refusals_an_hour=2)
    denise = somebody.staff(cast.denise)
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    address = f"/conferences/{somebody.case.id}"

    said = [denise.get(address, headers=elsewhere).status_code for _ in range(4)]

    db_session.rollback()
    lines = select(func.count()).where(AuditEvent.action == "case.refused")
    assert (said, db_session.scalar(lines)) == ([404] * 4, 4)
    assert denise.get("/").status_code == 200
    assert [denise.get(address).status_code for _ in range(3)] == [404, 404, 429]


@pytest.mark.both_databases
def test_only_what_is_shown_is_decrypted(app: Flask, somebody: Somebody) -> None:
    """Many accesses by the family cost one query and no decryption."""
    marieke = somebody.by_link("marieke", "/opened")

    def cost() -> tuple[int, int]:
        """Statements and decrypted events for one request of today's list."""
        marieke.page(f"/conferences/{somebody.case.id}/mine")  # a session records its use after a while
        with counted(app) as sent, decrypting() as opened:
            marieke.page(f"/conferences/{somebody.case.id}/opened?since={somebody.clock().date()}")
        return len(sent), opened.count("audit_event.detail")

    once = cost()
    somebody.by_link("kees", *["/mine"] * 30)

    assert cost() == once


def test_every_page_of_a_case_has_a_word(app: Flask) -> None:
    access = declared_access(app)
    pages = {page_key(rule.rule) for rule in app.url_map.iter_rules() if access[rule.endpoint].kind == "case"}

    assert pages - PAGES.keys() == set()
    assert PAGES.keys() - pages == set()


def test_every_deed_has_a_word() -> None:
    """Audit codes in the source: strings with a dot in modules of actions, edits, or the verification of links."""
    files = [
        path for path in EKC.rglob("*.py") if {"actions", "edits", "verification"} & set(path.with_suffix("").parts)
    ]
    codes = {
        node.value
        for file in files
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_code(node.value)
    }

    assert len(codes) > 60
    wordless = {code for code in codes if code not in OTHER_ACTIONS and code.partition(".")[0] not in CHANGES}
    of_no_case = {"case.searched", "follow_ups.exported"}
    assert {
        code
        for code in wordless
        if code.split(".")[0] not in ("account", "profile", "region", "names", "job", "venue", "school_holidays")
    } == of_no_case
    assert {code for code in OTHER_ACTIONS if code not in codes} == set()
    assert [step_title(f"step.{step}") for step in Step if not step_title(f"step.{step}")] == []


def _is_code(text: str) -> bool:
    first, dot, second = text.partition(".")
    return bool(dot) and all(part.isidentifier() and part.islower() for part in (first, second))
