"""The coordinator's pages of personal links: making, replacing, revoking them, and handing them over."""

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import unquote

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import Engine, select, text, update
from sqlalchemy.orm import Session

from config import Settings
from ekc import schema
from ekc.accounts.access import By
from ekc.accounts.models import Account
from ekc.conferences.actions import links as links_actions
from ekc.conferences.entries import NewLink
from ekc.core.audit import AuditEvent, read_detail
from ekc.core.clock import local_date
from ekc.core.documents import document_html, document_pdf
from ekc.core.errors import NotNow, Refusal, Stale, Unknown
from ekc.core.language import using
from ekc.core.outbox import OutboxMessage, Way
from ekc.core.transaction import writing
from ekc.links.document import SLIP as SLIP_RULE
from ekc.links.document import Slip, qr_code
from ekc.links.mails import text_message
from ekc.links.models import Confirmed, PersonalLink
from ekc.links.queries.devices import devices_of, pending_devices
from ekc.links.queries.links import links_of
from ekc.links.tokens import outbox_keys
from ekc.links.verification import ask_to_come_in
from ekc.staff.actions.accounts import set_phone
from ekc.workflow.vocabulary import Part
from tests import build
from tests.build import Made, case_in_private_time, case_in_setup, change_details, closed_case
from tests.cast import COST, Cast, make_link, open_link, sign_in
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.database import refreshed
from tests.page import Page, text_of
from tests.stories.paper import PRINTER
from tests.work import work

pytestmark = PRINTER

#: The basic alphabet of text messages (GSM 03.38), as far as our sentences could use it.
GSM = set(
    "@£$¥èéùìòÇØøÅåÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§abcdefghijklmnopqrstuvwxyzäöñüà_"
)
#: Words that would reveal the subject to a stranger.
TELLING = ("conference", "conferentie", "family", "gezin", "child", "plan", "Rivierstad", "EKC-", "Amrani", "youth")


@pytest.fixture
def noor(client: PageClient, cast: Cast, case: Made) -> PageClient:
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/links")
    return client


@pytest.fixture
def linda(app: Flask) -> PageClient:
    made = app.test_client()
    assert isinstance(made, PageClient)
    return made


def path_of(page: Page) -> str:
    (shown,) = [node.text or "" for node in page.all("code")]
    return shown.removeprefix("http://localhost")


def code_of(page: Page) -> str:
    (shown,) = [node.text or "" for node in page.all("p") if node.get("class") == "big-number"]
    return shown


def test_a_link_is_shown_once_and_replaced_in_one_click(
    noor: PageClient, linda: PageClient, case: Made, db_session: Session
) -> None:
    page = noor.shown("Make a link for Linda de Wit")
    path, code = path_of(page), code_of(page)
    assert "You see this now and never again. It works at least until Saturday 29 August 2026." in page.text
    assert open_link(linda, path, code).heading == "Hello, Linda de Wit"
    again = noor.page(f"/conferences/{case.id}/links")
    assert (path in again.html, code in again.text) == (False, False)
    assert "Made on 2 Mar. First used on 2 Mar." in again.text

    page = noor.shown("Replace the link of Linda de Wit")
    new, new_code = path_of(page), code_of(page)

    assert linda.page(f"/conferences/{case.id}/mine").heading == "You are signed out"
    linda.page(path, status=404)
    linda.page(new)
    linda.submit("Go to my page")
    linda.refused("Open my page", {"Entrance code": code if code != new_code else "x"}, status=422)
    linda.submit("Open my page", {"Entrance code": new_code})
    noor.page(f"/conferences/{case.id}/links")
    noor.submit("End the link of Linda de Wit")
    assert linda.page(f"/conferences/{case.id}/mine").heading == "You are signed out"
    assert [link.is_live(START) for link in links_of(refreshed(db_session), case.id)] == [False, False]


def test_loading_the_page_again_does_not_kill_what_it_showed(noor: PageClient, linda: PageClient, case: Made) -> None:
    sent = noor.form("Make a link for Linda de Wit").fill({})
    page = noor.shown("Make a link for Linda de Wit")

    again = noor.post(sent.url, data=sent.payload())

    assert again.status_code == 409
    assert "A new link for Linda de Wit was shown already" in again.text
    assert open_link(linda, path_of(page), code_of(page)).heading == "Hello, Linda de Wit"


def test_a_question_is_asked_and_stays_when_the_link_is_replaced(
    noor: PageClient, linda: PageClient, case: Made, db_session: Session
) -> None:
    question = "What did we eat in the caravan?"
    noor.follow("Linda de Wit")
    forgot = noor.refused(
        "Make a link", {"What do we ask?": question, "What is the answer?": "Pannenkoeken"}, status=422
    )
    another = "This goes with another choice. Make that choice, or leave this empty."
    assert forgot.errors == [f"What do we ask? {another}", f"What is the answer? {another}"]
    assert noor.form("Make a link").shown("What do we ask?") == question
    noor.page(f"/conferences/{case.id}/links")
    noor.follow("Linda de Wit")
    values = {"Works for at least": "two weeks", "What is asked on a new device?": "A question that we agreed on"}
    wrong = noor.refused("Make a link", {**values, "What is the answer?": "é!"}, status=422)
    assert wrong.errors == [
        "What do we ask? Write the question that you agreed on.",
        "What is the answer? Write an answer of at least three letters or digits.",
    ]
    page = noor.shown(
        "Make a link", {**values, "What do we ask?": question, "What is the answer?": "Pannenkoeken met spek"}
    )
    assert "The code" not in page.text
    assert question in page.text
    noor.page(f"/conferences/{case.id}/links")
    page = noor.shown("Replace the link of Linda de Wit")

    linda.page(path_of(page))
    linda.submit("Go to my page")
    assert linda.submit("Open my page", {question: "pannenkoeken, met spek"}).heading == "Hello, Linda de Wit"
    (link,) = [link for link in links_of(refreshed(db_session), case.id) if link.is_live(START)]
    assert (link.asks, link.expires_at) == (Confirmed.ANSWER, START + timedelta(days=14))
    told = refreshed(db_session).scalars(select(PersonalLink)).all()
    assert [one.answer_hash for one in told if "$argon2id$" not in (one.answer_hash or "")] == []


def test_no_code_at_all_stays_so_when_the_link_is_replaced(noor: PageClient, case: Made) -> None:
    noor.follow("Linda de Wit")
    noor.shown("Make a link", {"What is asked on a new device?": "Nothing: I let them in myself, each time"})
    noor.page(f"/conferences/{case.id}/links")

    page = noor.shown("Replace the link of Linda de Wit")

    assert "When the link is opened, a number appears on their screen and here." in page.text
    assert noor.follow("Personal links").all("code") == []


def test_nothing_of_a_link_is_kept_as_it_is(
    noor: PageClient, case: Made, engine: Engine, db_session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    page = noor.shown("Make a link for Linda de Wit")
    token, code = path_of(page).removeprefix("/l/"), code_of(page).replace(" ", "")
    noor.shown("Send the email")
    noor.shown("I have sent it")

    with engine.connect() as connection:
        rows = [
            repr(tuple(row))
            for table in schema.metadata.sorted_tables
            for row in connection.execute(text(f"SELECT * FROM {table.name}"))  # noqa: S608
        ]
    told = [str(read_detail(db_session, event)) for event in db_session.scalars(select(AuditEvent))]
    with noor.session_transaction() as cookie:
        rows.append(str(dict(cookie)))
    found = [one for one in (*rows, *told, caplog.text) if token in one or code in one or token[24:48] in one]
    assert found == []
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT answer_hash FROM personal_link")).scalars().all()
    assert [b"argon2" in bytes(one) for one in kept] == [False]


def mails(session: Session) -> Sequence[OutboxMessage]:
    """The unsent mails with links."""
    return refreshed(session).scalars(select(OutboxMessage).where(OutboxMessage.key.startswith("link:"))).all()


def test_the_mail_is_neutral_and_goes_once(noor: PageClient, case: Made, db_session: Session, cast: Cast) -> None:
    change_details(db_session, cast, START, case, case.people["linda"], language="en")
    db_session.execute(update(Account).where(Account.id == cast.noor.account_id).values(phone="01632 960111"))
    db_session.commit()
    page = noor.shown("Make a link for Linda de Wit")
    path, code = path_of(page), code_of(page)
    page = noor.shown("Send the email")
    assert "The email waits to be sent." in page.text
    assert (path_of(page), code_of(page)) == (path, code)
    noor.shown("Send the email")

    (mail,) = mails(db_session)
    assert (mail.recipient, mail.language, mail.subject) == ("linda@example.org", "en", "The page we spoke about")
    assert mail.link == f"http://localhost{path}"
    assert mail.body == (
        "With the link below you come to the page we spoke about. On a new device something is asked that only you "
        "know. Does it not work, or is this email not for you? Ring your coordinator, or throw it away."
    )
    assert mail.ring == "01632 960111"
    said = mail.subject + mail.body + mail.ring
    assert [word for word in (*TELLING, "Linda", "Noor", code) if word in said] == []
    noor.page(f"/conferences/{case.id}/links")
    assert "handed over by email." in noor.here.text
    noor.shown("Replace the link of Linda de Wit")
    assert mails(db_session) == []


def test_a_mail_is_in_a_language_that_we_write(noor: PageClient, case: Made, db_session: Session, cast: Cast) -> None:
    change_details(db_session, cast, START, case, case.people["linda"], language="ar")
    noor.shown("Make a link for Linda de Wit")
    noor.shown("Send the email")

    assert [mail.language for mail in mails(db_session)] == ["nl"]


def test_a_mail_that_does_not_leave_is_told(
    noor: PageClient, case: Made, cast: Cast, settings: Settings, db_session: Session, clock: FrozenClock
) -> None:
    noor.shown("Make a link for Linda de Wit")
    noor.shown("Send the email")
    page = noor.page(f"/conferences/{case.id}/links")
    assert "handed over by email. The email waits to be sent. Not used yet." in page.text
    clock.advance(days=4)
    work(refreshed(db_session), settings, clock())
    sign_in(noor, cast.noor)

    page = noor.page(f"/conferences/{case.id}/links")

    assert "by email. The email could not be delivered. Hand over the link again. Not used yet." in page.text
    assert "could not be delivered" in noor.follow("Linda de Wit").text


def test_neither_mail_nor_text_message_arrived(
    noor: PageClient, case: Made, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    """Both are told: who reads of the text message alone believes that the mail arrived."""
    noor.shown("Make a link for Linda de Wit")
    noor.shown("Send the email")
    (mail,) = mails(db_session)
    (link,) = links_of(db_session, case.id)
    with writing(db_session):
        values = {one.name: getattr(mail, one.name) for one in OutboxMessage.__table__.columns if one.name != "id"}
        text_key = outbox_keys(link.id)[1]
        db_session.add(OutboxMessage(**{**values, "key": text_key, "message_id": "text", "way": Way.TEXT}))
        db_session.execute(update(OutboxMessage).values(given_up_at=clock()))

    page = noor.page(f"/conferences/{case.id}/links")

    assert "The email could not be delivered." in page.text
    assert "The text message could not be delivered." in page.text


def test_without_an_address_no_mail_is_offered(noor: PageClient, case: Made, cast: Cast, db_session: Session) -> None:
    page = noor.shown("Make a link for Kees de Wit")

    assert ("Send the email" in page.buttons, "There is no email address of Kees de Wit." in page.text) == (False, True)
    made = links_actions.make_link(By(db_session, cast.noor, START), case.id, case.people["kees"], cost=COST)
    with pytest.raises(Refusal, match="There is no email address"):
        links_actions.hand_over(By(db_session, cast.noor, START), case.id, [made.token], "mail", "https://x")


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_text_message_fits_into_one(language: str) -> None:
    address = "https://plan.eigen-kracht.example/l/" + "A" * 59
    with using(language):
        said = text_message(address, date(2026, 9, 30))

    assert (len(said) <= 160, set(said) - GSM, address in said) == (True, set(), True)
    assert [word for word in TELLING if word in said.replace(address, "")] == []


def test_the_text_message_begins_on_the_phone_where_a_number_is_known(
    noor: PageClient, case: Made, cast: Cast, db_session: Session
) -> None:
    change_details(db_session, cast, START, case, case.people["linda"], phone="+31 (0)6 12 34-56")

    page = noor.shown("Make a link for Linda de Wit")

    [message] = [text_of(node) for node in page.all("p") if node.get("class") == "quote"]
    [href] = [a.get("href", "") for a in page.all("a") if text_of(a) == "On this phone: write it to Linda de Wit"]
    number, _, body = href.partition("?&body=")
    assert (number, unquote(body)) == ("sms:+3106123456", message)
    noor.page(f"/conferences/{case.id}/links")
    without = noor.shown("Make a link for Kees de Wit")
    details = f"/conferences/{case.id}/circle/{case.people['kees']}"
    ways = [href for name, href in without.links if name.startswith("Write it down with their details")]
    assert ways == [f"{details}#phone", f"{details}#email"]


@pytest.mark.both_databases
def test_handing_over_is_noted(noor: PageClient, case: Made, db_session: Session) -> None:
    noor.shown("Make a link for Linda de Wit")
    assert noor.shown("I have sent it").flashes == [
        "It is noted that you sent it yourself. Nothing was sent from here."
    ]
    answer = noor.handed_out(noor.post(**printing(noor, "Print the slip")))
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert [link.handed_over for link in links_of(refreshed(db_session), case.id)] == [("paper", "message")]

    page = noor.page(f"/conferences/{case.id}/links")

    assert "Made on 2 Mar, handed over on paper, by text message. Not used yet." in page.text


def printing(client: PageClient, button: str) -> dict[str, object]:
    """The fields that the print button sends."""
    sent = client.form(button).fill({})
    return {"path": sent.url, "data": sent.payload()}


def test_what_is_shown_can_be_handed_over_for_an_hour(
    noor: PageClient, case: Made, clock: FrozenClock, db_session: Session
) -> None:
    noor.shown("Make a link for Linda de Wit")
    sent = printing(noor, "Print the slip")
    assert (
        noor.post(**{**sent, "path": f"/conferences/{case.id}/links/{case.people['omar']}/hand-over"}).status_code
        == 404
    )
    clock.advance(hours=1, minutes=1)

    old = noor.post(**sent)
    broken = noor.post(sent["path"], data={**sent["data"], "shown": "é"})  # type: ignore[dict-item]

    assert (old.status_code, broken.status_code) == (409, 409)
    assert "This link was shown too long ago." in old.text


def test_a_link_that_was_replaced_is_not_printed_any_more(noor: PageClient, case: Made) -> None:
    noor.shown("Make a link for Linda de Wit")
    sent = printing(noor, "Print the slip")
    noor.page(f"/conferences/{case.id}/links")
    noor.shown("Replace the link of Linda de Wit")

    assert noor.post(**sent).status_code == 409


SLIP = Slip(
    "Kees de Wit",
    "https://plan.example.org/l/" + "A" * 59,
    date(2026, 8, 29),
    coordinator="Noor van Dijk",
    phone="",
    language="en",
    asks=Confirmed.CODE,
)


def words_of(slips: list[Slip]) -> list[str]:
    """The text of each page."""
    page = Page(document_html(SLIP_RULE, *slips), "/", 200)
    return [text_of(node) for node in page.all("section")]


def test_a_slip_says_what_to_do_and_not_what_it_is_about(request_context: None) -> None:
    (said,) = words_of([SLIP])

    assert said == " ".join(
        (
            "For Kees de Wit, and nobody else The way to your own page",
            "A QR code to scan: it opens the address that is printed below it",
            "Point the camera of a phone or tablet at the QR code, and tap the link that appears. "
            "Press “Go to my page”.",
            "Type the code that Noor van Dijk told you. It is not on this paper. Done? Press “Sign out”.",
            f"No camera? Type this address into a browser, in one piece, without the gaps: {SLIP.address}",
            "It works at least until Saturday 29 August 2026. Does it not work, or did you lose this paper?",
            "Ring Noor van Dijk. You get a new one, and this one stops at once. Telephone (write it here):",
            "Fold this paper with the QR code inside, and keep it as you keep a bank card. Show it to nobody.",
        )
    )
    assert [word for word in TELLING if word in said.replace(SLIP.address, "")] == []
    assert qr_code(SLIP.address, "A QR code to scan: it opens the address that is printed below it") in document_html(
        SLIP_RULE, SLIP
    )


def test_a_slip_says_whom_to_ring_where_the_phone_is_known(request_context: None) -> None:
    (said,) = words_of([replace(SLIP, phone="01632 960010")])

    assert "this one stops at once. Telephone: 01632 960010 Fold this paper" in said


@pytest.mark.parametrize(
    ("asks", "step"),
    [
        (Confirmed.ANSWER, "Answer the question on which you and Noor van Dijk agreed."),
        (Confirmed.COORDINATOR, "Ring Noor van Dijk, who lets you in."),
    ],
)
def test_a_slip_says_what_is_asked(request_context: None, asks: Confirmed, step: str) -> None:
    (said,) = words_of([replace(SLIP, asks=asks)])

    assert (step in said, "the code" in said) == (True, False)


def test_slips_are_accessible_and_a_page_a_person(request_context: None) -> None:
    strange = replace(SLIP, name="Li 李", language="nl")
    paper = pikepdf.open(io.BytesIO(document_pdf(SLIP_RULE, SLIP, strange)))

    assert len(paper.pages) == 2
    assert (str(paper.Root.Lang), paper.Root.MarkInfo.Marked == True) == ("en", True)  # noqa: E712 - a PDF boolean
    figures = [o for o in paper.objects if isinstance(o, pikepdf.Dictionary) and o.get("/S") == "/Figure"]
    assert [bool(str(figure.Alt)) for figure in figures] == [True, True]


def test_everybody_at_once(noor: PageClient, linda: PageClient, case: Made, db_session: Session, cast: Cast) -> None:
    change_details(db_session, cast, START, case, case.people["els"], part=Part.INTERPRETER)
    change_details(db_session, cast, START, case, case.people["linda"], phone="01632 960144")
    set_phone(By(db_session, cast.noor, START), "01632 960010")
    made = links_actions.make_link(By(db_session, cast.noor, START), case.id, case.people["omar"], cost=COST)
    noor.page(f"/conferences/{case.id}/links")
    page = noor.shown("Print a slip for everybody who has no link yet")

    codes = {name: code for name, _phone, code in page.table()[1:]}
    phones = {name: phone for name, phone, _code in page.table()[1:] if phone != "not known"}
    names = [
        "Marieke de Wit",
        "Karim Jansen",
        "Joost Lammers",
        "Linda de Wit",
        "Kees de Wit",
        "Fatima El Amrani-Benali",
    ]
    assert (page.heading, list(codes)) == ("6 links were made", names)
    assert phones == {"Linda de Wit": "01632 960144"}
    assert ("01632 960144", "tel:01632960144") in page.links
    answer = noor.handed_out(noor.post(**printing(noor, "Print the slips")))
    assert len(pikepdf.open(io.BytesIO(answer.data)).pages) == 6
    assert linda.get(f"/l/{made.token}").status_code == 200  # existing links stay valid
    links = [link for link in links_of(refreshed(db_session), case.id) if link.is_live(START)]
    assert sorted(link.handed_over for link in links) == [(), *[("paper",)] * 6]
    sent = noor.form("Print the slips").fill({}).payload()
    again = noor.post(f"/conferences/{case.id}/links", data=sent)
    assert (again.status_code, "Everybody has a link." in again.text) == (409, True)


@pytest.mark.parametrize(("born", "slips"), [(date(2020, 6, 1), 0), (date(2018, 3, 2), 1), (None, 1)])
def test_a_child_too_young_to_read_gets_no_slip_with_the_others(
    noor: PageClient, case: Made, db_session: Session, cast: Cast, born: date | None, slips: int
) -> None:
    change_details(db_session, cast, START, case, case.people["linda"], part=Part.CHILD, born=born)
    others = [one for name, one in case.people.items() if name != "linda"]
    for one in others:
        links_actions.make_link(By(db_session, cast.noor, START), case.id, one, cost=COST)
    page = noor.page(f"/conferences/{case.id}/links")
    assert ("Print a slip for everybody who has no link yet" in page.text, "Too young to read alone" in page.text) == (
        slips == 1,
        slips == 0,
    )
    if not slips:
        with pytest.raises(Refusal, match="Everybody has a link"):
            links_actions.make_missing_links(By(db_session, cast.noor, START), case.id, COST)
    noor.shown("Make a link for Linda de Wit")  # whoever wants one for them makes it


def test_nobody_reaches_links_or_devices_of_another_case(
    noor: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    other = case_in_setup(db_session, cast, START)
    path = make_link(db_session, START, other.id, other.people["marieke"])
    device, _ = ask_to_come_in(db_session, START, path.removeprefix("/l/"), "")
    at, marieke = START, other.people["marieke"]

    for wrong in (
        lambda: links_actions.answer_request(By(db_session, cast.noor, at), case.id, device, True),
        lambda: links_actions.answer_request(By(db_session, cast.iris, at), other.id, device, True),
        lambda: links_actions.end_device(By(db_session, cast.noor, at), case.id, device),
        lambda: links_actions.make_link(By(db_session, cast.noor, at), case.id, marieke, cost=COST),
        lambda: links_actions.make_missing_links(By(db_session, cast.iris, at), case.id, COST),
        lambda: links_actions.revoke_links(By(db_session, cast.noor, at), case.id, marieke),
    ):
        with pytest.raises(Unknown):
            wrong()
    with pytest.raises(Stale):
        links_actions.hand_over(By(db_session, cast.noor, at), case.id, [path.removeprefix("/l/")], "paper")
    assert noor.get(f"/conferences/{case.id}/links/{marieke}").status_code == 404
    assert [one.id for one in pending_devices(db_session, other.id, at)] == [device]


def test_nobody_waits_any_more(cast: Cast, case: Made, db_session: Session) -> None:
    path = make_link(db_session, START, case.id, case.people["kees"])
    device, _ = ask_to_come_in(db_session, START, path.removeprefix("/l/"), "")
    answer: Callable[[bool], str] = lambda yes: links_actions.answer_request(  # noqa: E731
        By(db_session, cast.noor, START), case.id, device, yes
    )
    assert answer(True) == "Kees de Wit"

    with pytest.raises(Refusal, match="Nobody waits there any more"):
        answer(False)
    assert [one.id for one in devices_of(db_session, case.id, START)] == [device]


def test_in_private_time_the_coordinator_hears_of_no_device(
    client: PageClient, cast: Cast, db_session: Session
) -> None:
    case = case_in_private_time(db_session, cast, START)
    path = make_link(db_session, START, case.id, case.people["kees"])
    device, _ = ask_to_come_in(db_session, START, path.removeprefix("/l/"), "")

    sign_in(client, cast.noor)
    assert "Somebody waits" not in client.page("/").text
    assert client.get(f"/conferences/{case.id}/links").status_code == 403
    with pytest.raises(NotNow):
        links_actions.answer_request(By(db_session, cast.noor, START), case.id, device, True)


def test_a_link_can_be_ended_after_the_case_was_closed(cast: Cast, db_session: Session) -> None:
    case = closed_case(db_session, cast, START)
    make_link(db_session, START, case.id, case.people["kees"])

    links_actions.revoke_links(By(db_session, cast.noor, START), case.id, case.people["kees"])

    assert [link.is_live(START) for link in links_of(refreshed(db_session), case.id)] == [False]


def test_when_no_coordinator_can_the_regional_manager_ends_a_link(
    app: Flask, client: PageClient, linda: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = closed_case(db_session, cast, START)
    clock.advance(days=40)
    path = make_link(db_session, clock(), case.id, case.people["linda"])
    open_link(linda, path)
    sign_in(client, cast.noor)
    assert client.get(f"/conferences/{case.id}/links").status_code == 403
    client.page("/")
    client.submit("Sign out")
    sign_in(client, cast.ruud)
    client.page(f"/conferences/{case.id}")
    page = client.follow("Personal links")
    assert [name for name in page.buttons if "Linda" in name] == [
        "Replace the link of Linda de Wit",
        "End the link of Linda de Wit",
    ]
    client.follow("Linda de Wit")
    assert client.submit("Forget this device").heading == "Personal links"

    client.submit("End the link of Linda de Wit")

    assert linda.get(f"/conferences/{case.id}/mine").status_code != 200
    assert linda.get(path).status_code == 404


def test_a_link_of_a_case_that_was_closed_ends_by_itself(cast: Cast, db_session: Session) -> None:
    case = build.closed_case(db_session, cast, START)
    links_actions.make_link(By(db_session, cast.noor, START), case.id, case.people["kees"], NewLink(days=14), COST)

    (link,) = links_of(refreshed(db_session), case.id)
    last = link.life(START).until
    assert last == local_date(START, build.TIMEZONE) + timedelta(days=30)  # and no task of his
    left = (last - START.date()).days
    assert [link.is_live(START + timedelta(days=days)) for days in (0, 14, left, left + 1)] == [True, True, True, False]


def test_the_year_is_told_where_it_is_another(noor: PageClient, db_session: Session, cast: Cast, case: Made) -> None:
    for name, days in (("linda", 180), ("omar", 365)):
        links_actions.make_link(By(db_session, cast.noor, START), case.id, case.people[name], NewLink(days=days), COST)

    shown = [text_of(node) for node in noor.page(noor.here.url).all("span") if "tag" in node.get("class", "").split()]

    assert [one for one in shown if one.startswith("works")] == [
        "works at least until 2 Mar 2027",
        "works at least until 29 Aug",
    ]
