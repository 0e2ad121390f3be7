"""Words that were typed and not saved: kept, and given back to whom they are of, in the same browser alone."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from ekc.accounts.access import By
from ekc.conferences.actions.links import revoke_links
from ekc.conferences.models import Conference, ContactEntry
from ekc.core.audit import AuditEvent
from ekc.core.errors import TooMany
from ekc.core.outbox import OutboxMessage
from ekc.core.tokens import new_token
from ekc.core.transaction import writing
from ekc.drafts.actions import KEEPING, KEPT, forget_drafts
from ekc.drafts.actions import begin as begin_draft
from ekc.drafts.models import FormDraft
from ekc.drafts.queries import Owner
from ekc.signin.actions.throttle import count_attempt
from ekc.workflow.vocabulary import Phase, Step
from tests import build
from tests.build import Made, case_in_presentation, case_in_setup
from tests.cast import PASSWORD, Cast, enter_as_before, make_link, open_link, sign_in, sign_in_by_password
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.conferences.test_register import FILLED_IN
from tests.page import Page
from tests.registering import MINE, answer, begin

KEPT_FOR_YOU = "What you typed is kept. Come in again, and you can look at it and save it."
HERE = "This is what you typed. Nothing is saved yet: look at it, and save it."
WORDS = "Omar brings tea, <b>if</b> “need be”.\nKees does not come."


@pytest.fixture
def case(db_session: Session, cast: Cast, clock: FrozenClock) -> Made:
    return case_in_setup(db_session, cast, clock())


def typed(client: PageClient, words: str = WORDS, **more: str) -> TestResponse:
    """Send the words in the form of the contact log, as the page stands open."""
    sending = client.form("Add to the log").fill({"What was said or agreed": words})
    return client.post(sending.url, data=sending.payload() | more)


def kept(client: PageClient, **more: str) -> TestResponse:
    """As the script does while somebody writes."""
    return typed(client, keep_draft="yes", **more)


def begun(client: PageClient, who: str = MINE) -> TestResponse:
    """Begin to register, and write as the script keeps it; returns the answer to the first page."""
    client.page("/register")
    began = client._send(who, {}, "")
    client._arrive(began, 200)
    sending = client.form("Continue").fill({"Why now": WORDS})
    assert client.post(sending.url, data=sending.payload() | {"keep_draft": "yes"}).status_code == 204
    return began


def log_of(client: PageClient, case: Made) -> Page:
    return client.page(f"/conferences/{case.id}/contact")


def words_in(client: PageClient) -> object:
    return client.form("Add to the log").shown("What was said or agreed")


def token_of(client: PageClient, path: str) -> object:
    """A valid token of the session that the client has now."""
    client.page(path)
    return client.form("Sign out").fill({}).payload()["csrf_token"]


def drafts(session: Session) -> int:
    session.rollback()
    return session.scalars(select(func.count()).select_from(FormDraft)).one()


def contacts(session: Session) -> int:
    session.rollback()
    return session.scalars(select(func.count()).select_from(ContactEntry)).one()


@pytest.fixture
def lost(client: PageClient, case: Made, cast: Cast, clock: FrozenClock) -> PageClient:
    """Noor's browser after eight hours without use: she wrote, pressed the button, and stands before the sign-in."""
    sign_in_by_password(client, cast.noor)
    log_of(client, case)
    clock.advance(hours=8, minutes=1)
    page = client._arrive(typed(client), 200)
    assert (page.heading, KEPT_FOR_YOU in page.flashes) == ("Sign in", True)
    return client


@pytest.mark.both_databases
def test_the_same_person_gets_the_same_page_with_the_words(
    lost: PageClient, case: Made, db_session: Session, cast: Cast
) -> None:
    before = contacts(db_session)

    page = lost.submit("Sign in", {"Email address": "noor@example.org", "Password": PASSWORD})

    assert (page.flashes, words_in(lost), contacts(db_session)) == ([HERE], WORDS, before)
    lost.submit("Add to the log")
    assert (contacts(db_session), drafts(db_session)) == (before + 1, 0)
    assert log_of(lost, case).text.count("Kees does not come.") == 1


def test_signed_out_in_another_window(client: PageClient, case: Made, db_session: Session, cast: Cast) -> None:
    """The session is another one then, so that the token of the form does not fit either."""
    sign_in_by_password(client, cast.noor)
    log_of(client, case)
    sending = client.form("Add to the log").fill({"What was said or agreed": WORDS})
    client.submit("Sign out")

    assert client._arrive(client.post(sending.url, data=sending.payload()), 200).flashes == [KEPT_FOR_YOU]
    page = client.submit("Sign in", {"Email address": "noor@example.org", "Password": PASSWORD})

    assert (page.flashes, words_in(client)) == ([HERE], WORDS)


def test_somebody_else_in_the_same_browser_never_sees_them(
    lost: PageClient, case: Made, db_session: Session, cast: Cast
) -> None:
    page = lost.submit("Sign in", {"Email address": "ruud@example.org", "Password": PASSWORD})

    assert ("Kees does not come" in page.text, drafts(db_session)) == (False, 0)
    assert "You began this" not in log_of(lost, case).text


def test_another_browser_with_the_same_person_never_sees_them(
    lost: PageClient, someone: Callable[[], PageClient], case: Made, db_session: Session, cast: Cast
) -> None:
    other, draft = someone(), db_session.scalars(select(FormDraft.id)).one()
    sign_in(other, cast.noor)

    page = other._arrive(other.get(f"/drafts/{draft}"), 200)

    assert "Kees does not come" not in page.text
    assert "You began this" not in log_of(other, case).text
    other.post(
        f"/drafts/{draft}/throw-away",
        data={"csrf_token": other.form("Add to the log").fill({}).payload()["csrf_token"]},
    )
    assert drafts(db_session) == 1


def test_a_page_of_somebody_who_signed_out_is_not_saved_by_the_next(
    client: PageClient, case: Made, db_session: Session, cast: Cast
) -> None:
    sign_in_by_password(client, cast.noor)
    log_of(client, case)
    sending = client.form("Add to the log").fill({"What was said or agreed": WORDS})
    client.submit("Sign out")
    sign_in_by_password(client, cast.ruud)
    before = contacts(db_session)

    page = client._arrive(client.post(sending.url, data=sending.payload()), 400)

    assert page.heading == "What you typed is here"
    assert (page.buttons, contacts(db_session), drafts(db_session)) == (["Sign out"], before, 0)


def test_private_time_that_began_meanwhile_shuts_out_the_words_too(
    lost: PageClient, case: Made, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    db_session.get_one(Conference, case.id).phase = Phase.PRIVATE_TIME
    db_session.commit()

    page = lost._arrive(lost._send("Sign in", {"Email address": "noor@example.org", "Password": PASSWORD}, ""), 403)

    assert (page.heading, "Kees does not come" in page.text) == ("Not now", False)


def test_in_private_time_nothing_is_kept_of_what_is_being_written(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = build.case_in_private_time(db_session, cast, clock())
    enter_as_before(client, db_session, clock(), case.id, case.people["marieke"])
    client.page(f"/conferences/{case.id}/steps/ask_for_information")
    sending = client.form("Ask for information").fill(
        {"What does the family want to know, and from whom?": "A secret."}
    )

    assert client.post(sending.url, data=sending.payload() | {"keep_draft": "yes"}).status_code == 409
    assert drafts(db_session) == 0


def test_a_personal_link_gives_them_back_and_a_revoked_one_does_not(
    client: PageClient, case: Made, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    path = make_link(db_session, clock(), case.id, case.people["omar"])
    open_link(client, path)
    client.page(f"/conferences/{case.id}/not-safe")
    sending = client.form("Say that it does not feel safe").fill({"Do you want to say more?": WORDS})
    clock.advance(hours=9)
    assert client._arrive(client.post(sending.url, data=sending.payload()), 200).heading == "You are signed out"
    assert drafts(db_session) == 1

    client.page(path)
    page = client.submit("Go to my page")
    assert page.flashes[-1:] == [HERE]

    revoke_links(By(db_session, cast.noor, clock()), case.id, case.people["omar"])
    draft = db_session.scalars(select(FormDraft.id)).one()
    assert HERE not in client._arrive(client.get(f"/drafts/{draft}"), 200).text


@pytest.mark.both_databases
def test_it_does_not_tell_which_cases_there_are(
    client: PageClient, case: Made, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    sign_in_by_password(client, cast.noor)
    log_of(client, case)
    sending = client.form("Add to the log").fill({"What was said or agreed": WORDS})
    clock.advance(hours=9)

    answers = [client.post(f"/conferences/{id_}/contact", data=sending.payload()) for id_ in (case.id, 987_654_321)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert {answer.location.rstrip("0123456789") for answer in answers} == {"/sign-in?next=/drafts/"}


@pytest.mark.both_databases
def test_a_form_is_kept_while_it_is_written_and_offered_when_it_is_opened(
    client: PageClient, case: Made, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    sign_in(client, cast.noor)
    log_of(client, case)
    assert (kept(client).status_code, kept(client).status_code, drafts(db_session)) == (204, 204, 1)

    clock.advance(minutes=20)
    page = log_of(client, case)
    assert ("You began this 20 minutes ago, and did not save it." in page.text, words_in(client)) == (True, "")
    page = client.follow("Go on with it")
    assert (page.flashes, words_in(client), "You began this" in page.text) == ([HERE], WORDS, False)

    log_of(client, case)
    client.submit("Throw it away")
    assert (drafts(db_session), "You began this" in log_of(client, case).text) == (0, False)


def test_two_windows_keep_what_is_written_in_each(
    client: PageClient, case: Made, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    sign_in(client, cast.noor)
    log_of(client, case)
    first = client.form("Add to the log").fill({"What was said or agreed": "Of the first window."})
    log_of(client, case)
    second = client.form("Add to the log").fill({"What was said or agreed": "Of the second window."})
    for sending in (first, second, first):
        assert client.post(sending.url, data=sending.payload() | {"keep_draft": "yes"}).status_code == 204
    assert drafts(db_session) == 2

    log_of(client, case)
    client.follow("Go on with it 1/2")
    assert words_in(client) == "Of the second window."
    client.submit("Add to the log")
    page = log_of(client, case)
    assert page.text.count("You began this") == 1
    client.follow("Go on with it")
    assert words_in(client) == "Of the first window."
    assert client.refused("Add to the log", {"What was said or agreed": ""}).errors
    client.submit("Add to the log", {"What was said or agreed": "Of the first window."})
    assert drafts(db_session) == 0


def test_two_windows_send_when_the_sign_in_has_ended(
    client: PageClient, case: Made, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    sign_in_by_password(client, cast.noor)
    log_of(client, case)
    first = client.form("Add to the log").fill({"What was said or agreed": "Of the first window."})
    log_of(client, case)
    second = client.form("Add to the log").fill({"What was said or agreed": "Of the second window."})
    clock.advance(hours=8, minutes=1)
    client.post(first.url, data=first.payload())
    client._arrive(client.post(second.url, data=second.payload()), 200)
    client.submit("Sign in", {"Email address": "noor@example.org", "Password": PASSWORD})
    assert words_in(client) == "Of the second window."
    client.submit("Add to the log")

    log_of(client, case)
    client.follow("Go on with it")

    assert words_in(client) == "Of the first window."


def test_a_request_on_its_way_while_the_form_was_saved_keeps_nothing(
    client: PageClient, case: Made, db_session: Session, cast: Cast
) -> None:
    sign_in(client, cast.noor)
    log_of(client, case)
    sending = client.form("Add to the log").fill({"What was said or agreed": WORDS})
    client.post(sending.url, data=sending.payload())

    assert client.post(sending.url, data=sending.payload() | {"keep_draft": "yes"}).status_code == 204
    assert drafts(db_session) == 0


def test_whoever_may_not_open_the_form_keeps_nothing(
    client: PageClient, case: Made, db_session: Session, cast: Cast
) -> None:
    sign_in(client, cast.noor)
    log_of(client, case)
    sending = client.form("Add to the log").fill({"What was said or agreed": WORDS})
    sign_in(client, cast.denise)
    own = token_of(client, "/account")

    answer = client.post(sending.url, data=sending.payload() | {"keep_draft": "yes", "csrf_token": own})

    assert (answer.status_code, drafts(db_session)) == (404, 0)


def test_too_much_is_not_kept(client: PageClient, case: Made, db_session: Session, cast: Cast) -> None:
    sign_in(client, cast.noor)
    log_of(client, case)
    assert kept(client, note="x" * 200_000).status_code == 413
    assert kept(client, note="x" * 3_000_000).status_code == 413
    assert drafts(db_session) == 0


def test_it_is_not_kept_again_and_again(client: PageClient, case: Made, db_session: Session, cast: Cast) -> None:
    sign_in(client, cast.noor)
    log_of(client, case)
    with writing(db_session):
        for _ in range(599):
            count_attempt(db_session, START, KEEPING, f"account:{cast.noor.account_id}")

    assert [kept(client).status_code for _ in range(2)] == [204, 429]


def test_the_public_goes_on_in_the_same_browser_alone(
    client: PageClient, someone: Callable[[], PageClient], db_session: Session, cast: Cast
) -> None:
    began = begun(client)
    (cookie,) = [one for one in began.headers.getlist("Set-Cookie") if one.startswith("drafts")]

    assert [word in cookie for word in ("Max-Age", "Expires", "HttpOnly")] == [False, False, True]
    assert "You began this just now, and did not save it. It is not yours?" in client.page("/register").text
    client.follow("Go on with it")
    assert client.form("Continue").shown("Why now") == WORDS
    assert "You began this" not in someone().page("/register").text
    sign_in(client, cast.noor)
    assert "You began this" not in client.page("/register").text


def test_the_next_visitor_of_a_shared_computer_is_not_offered_it(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    begun(client)
    draft = db_session.scalars(select(FormDraft.id)).one()
    clock.advance(minutes=59)
    assert "You began this" in client.page("/register").text

    clock.advance(minutes=1)

    assert "You began this" not in client.page("/register").text
    for address in (f"/drafts/{draft}", *(f"/register/{draft}/{page}" for page in ("about", "check", "later"))):
        assert "Kees does not come" not in client.page(address).text


def test_what_was_typed_for_longer_than_an_hour_is_not_lost(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    """The page that stands open was made for it: it is not the next visitor who sends it."""
    begun(client)
    clock.advance(minutes=61)

    client.refused("Continue", {"Why now": "We need a plan."}, status=422)

    assert client.form("Continue").shown("Why now") == "We need a plan."
    assert client.page("/register/1/about").heading == "What it is about"


def test_a_link_picks_a_registration_up_elsewhere_and_here_no_more(
    client: PageClient, someone: Callable[[], PageClient], cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    begun(client)
    client.page("/register/1/about")
    client.follow("Go on later")
    shown = client.shown("Make the link", {"Email the link to": "karim@example.org"})
    assert "is kept until Tuesday 17 March 2026" in shown.text
    (link,) = [quote.text or "" for quote in shown.all("p") if "/register/resume/" in (quote.text or "")]
    path = "/" + link.split("/", 3)[3]
    (mail,) = db_session.scalars(select(OutboxMessage))
    assert (mail.recipient, mail.link, mail.conference_id) == ("karim@example.org", link, None)
    assert client.get(path).headers["Referrer-Policy"] == "no-referrer"
    clock.advance(days=13)
    elsewhere = someone()

    elsewhere.page(path)
    elsewhere.submit("Go on with it")

    assert elsewhere.form("Continue").shown("Why now") == WORDS
    assert client.page("/register/1/about").url == "/register"
    assert "You began this" not in client.page("/register").text


def test_the_page_of_the_link_says_who_else_reads(
    client: PageClient, someone: Callable[[], PageClient], cast: Cast
) -> None:
    """Somebody may send a link of their own to read what another fills in; and a shared computer keeps addresses."""
    begun(client)
    client.page("/register/1/later")
    shown = client.shown("Make the link")
    (link,) = [quote.text or "" for quote in shown.all("p") if "/register/resume/" in (quote.text or "")]

    page = someone().page("/" + link.split("/", 3)[3])

    assert "also whoever sent it to you, and whoever finds it in the history of a computer that you share" in page.text


def test_one_network_cannot_fill_the_disk_with_registrations(db_session: Session) -> None:
    """They stay for two weeks, each as large as a draft can be."""

    def begin_many(at: datetime, many: int, network: str = "192.0.2.1") -> None:
        for number in range(many):
            begin_draft(
                db_session, at + number * timedelta(minutes=3), Owner(new_token(), ""), "/register", (), network
            )

    begin_many(START, 60)
    with pytest.raises(TooMany):
        begin_many(START + timedelta(hours=4), 1)
    begin_many(START + timedelta(hours=4), 1, "192.0.2.2")
    begin_many(START + timedelta(hours=25), 1)
    for _ in range(61):  # of somebody with an account
        begin_draft(db_session, START, Owner(new_token(), "account:1"), "/register", (), "192.0.2.1")


def test_another_link_ends_the_one_before(
    client: PageClient, someone: Callable[[], PageClient], cast: Cast, db_session: Session
) -> None:
    begun(client)
    paths = []
    for _time in range(2):
        client.page("/register/1/later")
        shown = client.shown("Make the link")
        (link,) = [quote.text or "" for quote in shown.all("p") if "/register/resume/" in (quote.text or "")]
        paths.append("/" + link.split("/", 3)[3])
    assert ["nothing to go on with" in someone().page(path).text for path in paths] == [True, False]


def test_a_registration_that_staff_began_is_of_them_alone(
    client: PageClient, someone: Callable[[], PageClient], cast: Cast, db_session: Session
) -> None:
    sign_in(client, cast.ruud)
    begun(client, "The person it is about, or one of them")
    client.page("/register/1/later")
    shown = client.shown("Make the link")
    (link,) = [quote.text or "" for quote in shown.all("p") if "/register/resume/" in (quote.text or "")]
    path = "/" + link.split("/", 3)[3]
    other = someone()
    assert "nothing to go on with" in other.page(path).text
    sign_in(other, cast.noor)
    assert "nothing to go on with" in other.page(path).text
    at_home = someone()
    sign_in(at_home, cast.ruud)
    at_home.page(path)
    at_home.submit("Go on with it")
    assert at_home.form("Continue").shown("Why now") == WORDS


def test_a_registration_of_two_weeks_ago_is_purged(client: PageClient, cast: Cast, db_session: Session) -> None:
    begun(client)
    for days, left in ((14, 1), (15, 0)):
        forget_drafts(db_session, START + timedelta(days=days))
        assert drafts(db_session) == left


def test_two_registrations_in_two_windows_do_not_mix(client: PageClient, cast: Cast, db_session: Session) -> None:
    begun(client)
    first = client.here.url
    begun(client)
    client.refused("Continue", {"Why now": "Of another family."}, status=422)

    client.page(first)

    assert client.form("Continue").shown("Why now") == WORDS
    assert drafts(db_session) == 2


def test_passwords_and_codes_are_never_kept(client: PageClient, db_session: Session, cast: Cast) -> None:
    client.page("/sign-in")
    sending = client.form("Sign in").fill({"Email address": "noor@example.org", "Password": "a secret"})

    assert client.post("/sign-in", data=sending.payload() | {"keep_draft": "yes"}).status_code == 400
    assert drafts(db_session) == 0


@pytest.mark.both_databases
def test_they_are_forgotten(
    client: PageClient, case: Made, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    sign_in(client, cast.noor)
    log_of(client, case)
    kept(client)
    clock.advance(days=KEPT.days)
    assert forget_drafts(db_session, clock()) == 0  # until the midnight after

    clock.advance(days=1)
    assert (forget_drafts(db_session, clock()), drafts(db_session)) == (1, 0)


def test_drafts_of_a_case_end_with_its_draft_of_the_plan(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = case_in_presentation(db_session, cast, clock())
    sign_in(client, cast.noor)
    log_of(client, case)
    kept(client)

    build.step(db_session, cast, clock(), case, Step.NO_PLAN)

    assert drafts(db_session) == 0


def test_a_form_that_is_shown_again_is_a_look_in_the_audit(
    client: PageClient, case: Made, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    sign_in(client, cast.noor)
    log_of(client, case)
    assert kept(client).status_code == 204
    clock.advance(minutes=5)
    sending = client.form("Add to the log").fill({"What was said or agreed": WORDS})

    too_old = client.post(sending.url, data=sending.payload() | {"csrf_token": ""})
    gone_on = client.get(f"/drafts/{db_session.scalars(select(FormDraft.id)).one()}")

    db_session.rollback()
    looks = select(AuditEvent.action).where(AuditEvent.conference_id == case.id, AuditEvent.at == clock())
    assert (too_old.status_code, gone_on.status_code) == (400, 200)
    assert db_session.scalars(looks).all() == ["case.read"] * 2


def test_a_page_that_was_open_too_long_and_may_not_be_opened_now_gives_the_words_back(
    client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = case_in_setup(db_session, cast, clock())
    sign_in(client, cast.noor)
    log_of(client, case)
    sending = client.form("Add to the log").fill({"What was said or agreed": WORDS})
    with writing(db_session):
        db_session.get_one(Conference, case.id).phase = Phase.PRIVATE_TIME

    answer = client.post(sending.url, data=sending.payload() | {"csrf_token": ""})

    assert (answer.status_code, "Kees does not come" in answer.text) == (403, True)


def test_a_complete_registration_is_gone_on_with_and_gone_once_registered(
    client: PageClient, cast: Cast, db_session: Session
) -> None:
    client.page("/register")
    begin(client, FILLED_IN)
    checked = answer(client, FILLED_IN).url
    client.page("/register")
    assert "Register" in client.follow("Go on with it").buttons
    client.submit("Register")
    assert drafts(db_session) == 0
    again = client.page(checked)
    assert (again.url, again.flashes) == (
        "/register/thanks",
        ["This was just registered: EKC-2026-0001. It is not registered again."],
    )
