"""Every form that edits refuses an older page and loses no word; every form that adds does it once.

Which forms these are, each route says itself; what a route says is checked when the program starts.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from ekc.conferences.models import Conference, Participant
from ekc.core.db import make_sessions
from ekc.core.form_numbers import KEPT, FormNumber, forget_form_numbers
from ekc.core.routes import Sending, declared_sending, edits
from ekc.schema import metadata
from ekc.workflow.vocabulary import Role
from tests.build import Made, case_in_setup
from tests.cast import Cast, make_cast, sign_in
from tests.client import PageClient
from tests.clock import START
from tests.conferences.test_register import FILLED_IN
from tests.database import Database, refreshed
from tests.page import Page
from tests.pictures import PICTURE
from tests.registering import answer, begin
from tests.security.every_form import DEMO, Field, Found, distinct, every_form, forms_of, undone, written_tables
from tests.security.test_forms_never_break import fitting, is_typed
from tests.stories.paper import PRINTER

pytestmark = PRINTER
#: Forms and what a route says do not depend on the database; what happens at once does.
one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
Sent = dict[str, list[str]]
Rows = dict[tuple[object, ...], object]
OLDER = "Typed in the older page"
#: What a field takes that does not take any words.
RIGHT = {
    "email": ("other@example.org", "third@example.org"),
    "date": ("01-03-2026", "03-06-2026", "01-06-2026", "02-06-2026", "02-03-2026", "02-03-2026"),
    "number": ("3", "4"),
    "datetime-local": ("02-03-2026 09:00", "02-03-2026 09:30", "03-06-2026 10:00", "04-06-2026 10:00"),
}
#: By the name of the field, where not any words will do.
LATER = "01-06-2026"
#: Days in rows of people that lie before today, each of which may be left open.
BEFORE = {"said_yes_on"}
NAMED = {
    "timezone": "Europe/Amsterdam",
    "spoken": "Dutch",
    "unnamed_marks": "8",
    "holidays": "Half-term 1-6-2026 - 5-6-2026",
}
#: A place that the field knows.
PLACES = {"timezone": ("Istanbul", "Auckland")}
#: Of whom it is, where nobody is chosen beforehand: the older page is about the same person.
WHOM = {"person"}
#: What a form that moves replaces: how far one's own task has come, of which one's own last word counts; and the email
#: of an invitation that another one makes void, if it was not sent yet. And one's own draft of a registration.
REPLACES = {
    "conferences.place": {"participant.closeness"},
    "conferences.place_own": {"participant.closeness"},
    "conferences.register_page": {"form_draft.content"},
    "evaluations.tick": {"action_tick.state"},
    # Whoever has the address of an invitation answers for one person, whose last answer counts.
    "meetings.answer_invited": {"meeting_invitation.reply", "meeting_invitation.words", "participant.attends"},
    "staff.invite": {"outbox_message.body", "outbox_message.link"},
}
#: The choice with which everything goes that a form asks beside it.
GOES_WITH_ALL = {"role": Role.CARE_MANAGER.value}
#: Written at every request: the audit, attempts that are counted.
BESIDE = {"audit_event", "audit_head", "counted_try"}


@pytest.fixture(scope="module")
def forms(shared_app: Flask, database: Database) -> dict[str, Found]:
    """The form of each route that takes one by POST, and of its steps, by endpoint."""
    with make_sessions(database.engine)() as session:
        _, found = every_form(session, shared_app, make_cast(session))
    return {form.endpoint: form for form in found if form.method == "POST"}


def those(app: Flask, sending: Sending) -> set[str]:
    return {endpoint for endpoint, said in declared_sending(app).items() if said is sending} - DEMO


def post(ask: Callable[..., TestResponse], form: Found, sent: Mapping[str, list[str]]) -> TestResponse:
    files = {field.name: (BytesIO(PICTURE), "picture.jpg") for field in form.fields if field.kind == "file"}
    return ask(
        form.url,
        method="POST",
        data={**sent, **files},
        headers={"Cookie": form.cookie, "Referer": "http://localhost/from"},
    )


def changes(form: Found, number: int) -> Iterator[tuple[Field, list[str]]]:
    """Other values for one field of the form, the likeliest to be accepted first."""
    for field in sorted(form.fields, key=lambda field: not is_typed(field)):
        if field.kind in ("hidden", "button") or field.name.rpartition("-")[2] in WHOM:
            continue
        if field.name in PLACES:
            yield field, [PLACES[field.name][number]]
        if is_typed(field):
            yield field, [f"{OLDER} {number}"]
            yield field, [str(number + 2)]
        for value in RIGHT.get(field.kind, ())[number::2]:
            yield field, [value]
        if field.kind == "checkbox":
            yield field, [] if field.shown else list(field.offered[:1])
        elif field.offered:
            others = [value for value in field.offered if [value] != list(field.shown)]
            yield from ((field, [value]) for value in others)
    buttons = [field for field in form.fields if field.kind == "button"]
    yield from ((field, [value]) for field in buttons for value in field.offered)
    if all(field.kind == "hidden" for field in form.fields):
        yield Field("", "button", ()), []  # to send it is all that can be done


def filled(form: Found) -> Iterator[Sent]:
    """The form as it is shown, with the first choices chosen, and filled in: with little, and with everything."""
    shown = {field.name: list(field.shown) for field in form.fields if field.kind != "button"}
    yield shown
    chosen = {field.name: [field.offered[0]] for field in form.fields if field.kind == "radio" and not field.shown}
    whom = (field for field in form.fields if field.name.rpartition("-")[2] in WHOM)
    chosen |= {field.name: [value for value in field.offered if value not in ("", "0")][:1] for field in whom}
    yield shown | chosen
    for most in (False, True):
        sent = {field.name: fitting(field) for field in form.fields if field.kind != "button"}
        for field in form.fields:
            if field.name.rpartition("-")[2] in BEFORE:
                sent[field.name] = [""]
            elif field.kind == "date" and not any(field.shown):
                sent[field.name] = [LATER]
            elif field.offered and field.kind != "button" and "" in field.offered and not most:
                sent[field.name] = list(field.shown)
            elif field.name in GOES_WITH_ALL:
                sent[field.name] = [GOES_WITH_ALL[field.name]]
            elif field.name.rpartition("-")[2] in NAMED and sent[field.name] == ["Words"]:
                sent[field.name] = [NAMED[field.name.rpartition("-")[2]]]
        yield sent


def attempts(form: Found) -> Iterator[tuple[Sent, list[str], Sent]]:
    """The form filled in, another value for one field, and the form with that value."""
    yield from distinct(
        (whole, value, whole | {field.name: value}) for whole in filled(form) for field, value in changes(form, 0)
    )


def test_a_route_that_does_not_say_what_its_form_does_stops_the_program() -> None:
    app = Flask(__name__)
    app.add_url_rule("/said", "said", edits(lambda: ""), methods=["POST"])
    assert declared_sending(app) == {"said": Sending.EDITS}
    app.add_url_rule("/silent", "silent", lambda: "", methods=["GET", "POST"])
    with pytest.raises(RuntimeError, match="do not say whether their form edits, adds or moves: silent"):
        declared_sending(app)


@one_database
def test_every_form_that_edits_refuses_an_older_page(shared_app: Flask, forms: dict[str, Found]) -> None:
    edited = those(shared_app, Sending.EDITS)
    assert len(edited) > 20
    assert edited - forms.keys() == set()
    faults = {endpoint: fault for endpoint in sorted(edited) if (fault := older_page(shared_app, forms[endpoint]))}
    assert not faults, "\n".join(f"{k}: {v}" for k, v in faults.items())


def older_page(app: Flask, form: Found) -> str:
    """What is wrong when this form is sent from two pages, of which the second is older; "" if nothing is."""
    refused: list[list[str]] = []
    for whole, value, sent in attempts(form):
        with undone(app) as ask:
            first = confirmed(app, ask, form, sent)
            if first.status_code == 303:
                return _second_page(app, ask, form, whole, value)
        refused.append(Page(first.text, form.url, first.status_code).errors)
    return f"no change of it was accepted: {[*map(list, dict.fromkeys(map(tuple, refused)))]}"


def confirmed(app: Flask, ask: Callable[..., TestResponse], form: Found, sent: Mapping[str, list[str]]) -> TestResponse:
    """The answer to a form; where that is the form again with what follows, the answer to that one."""
    answer = post(ask, form, sent)
    if answer.status_code != 200:
        return answer
    (again,) = _again(app, form, answer)
    return post(ask, again, again.shown())


def _second_page(app: Flask, ask: Callable[..., TestResponse], form: Found, whole: Sent, value: list[str]) -> str:
    for field, second in sorted(changes(form, 1), key=lambda one: one[1] == value):
        answer = post(ask, form, whole | {field.name: second})
        page = Page(answer.text, form.url, answer.status_code)
        again = [one for one in forms_of(app, page, form.cookie) if one.url == form.url]
        said = "Somebody changed" in page.text
        if answer.status_code == 422 or (answer.status_code == 409 and not said):
            continue  # refused for another reason, as a page that is not older would be
        if answer.status_code != 409 or not again:
            return f"the older page was answered with {answer.status_code}: {page.errors}"
        pressed = {field.name: second} if field.kind == "button" else {}
        holds = second if pressed else list(again[0].shown()[field.name])
        last = confirmed(app, ask, again[0], next(filled(again[0])) | pressed)
        if last.status_code in (409, 422) and "Somebody changed" not in last.text:
            continue  # likewise
        if holds != second or last.status_code != 303:
            return f"{field.name} held {holds}, not {second}; sent again it was answered with {last.status_code}"
        return ""
    return "no second change of it was accepted"


def rows(app: Flask, tables: Iterable[str]) -> Rows:
    """All that is stored in these tables: each value by table, key and column."""
    found: Rows = {}
    with app.extensions["ekc"].sessions() as session:
        for table in metadata.sorted_tables:
            if table.name in BESIDE or table.name not in tables:
                continue
            for row in session.execute(select(table)).mappings():
                key = (table.name, *(row[column.name] for column in table.primary_key))
                found |= {(*key, name): value for name, value in row.items()}
    return found


@one_database
def test_no_form_that_moves_replaces_what_another_page_saved(shared_app: Flask, forms: dict[str, Found]) -> None:
    moving = those(shared_app, Sending.MOVES) & forms.keys()
    assert len(moving) > 40
    before = rows(shared_app, metadata.tables)
    lost = {one: what for one in sorted(moving) if (what := replaced(shared_app, forms[one], before))}
    assert lost == REPLACES
    assert rows(shared_app, metadata.tables) == before


def replaced(app: Flask, form: Found, before: Rows) -> set[str]:
    """The columns in which this form, sent from an older page, replaces what it saved itself from another one."""
    lost: set[str] = set()
    for whole, _, sent in attempts(form):
        with undone(app) as ask, written_tables() as written:
            if post(ask, form, sent).status_code != 303:
                continue
            stored = rows(app, written)
            saved = {key: held for key, held in stored.items() if held and held != before.get(key)}
            written.clear()
            for second in distinct(whole | {other.name: value} for other, value in changes(form, 1)):
                if post(ask, form, second).status_code == 303:
                    break
            after = rows(app, written)
            lost |= {
                f"{key[0]}.{key[-1]}" for key, held in saved.items() if key[0] in written and after.get(key) != held
            }
    return lost


def counted(app: Flask) -> dict[str, int]:
    with app.extensions["ekc"].sessions() as session:
        tables = [table for table in metadata.sorted_tables if table.name not in BESIDE]
        return {table.name: session.scalars(select(func.count()).select_from(table)).one() for table in tables}


@one_database
def test_every_form_that_adds_does_it_once(shared_app: Flask, forms: dict[str, Found]) -> None:
    adding = those(shared_app, Sending.ADDS)
    assert len(adding) > 15
    assert adding - forms.keys() == set()
    faults = {endpoint: fault for endpoint in sorted(adding) if (fault := sent_twice(shared_app, forms[endpoint]))}
    assert not faults, "\n".join(f"{k}: {v}" for k, v in faults.items())


def sent_twice(app: Flask, form: Found) -> str:
    """What is wrong when this form is sent twice, and once more with other words; "" if nothing is."""
    refused: list[list[str]] = []
    for sent in wholes(form):
        with undone(app) as ask:
            first = post(ask, form, sent)
            looked_at = _again(app, form, first) if first.status_code == 200 else []
            if first.status_code in (200, 303) and not looked_at:
                return _second_time(app, ask, form, sent, first)
        if looked_at:  # nothing is added before that one is sent
            return sent_twice(app, looked_at[0])
        refused.append(Page(first.text, form.url, first.status_code).errors)
    return f"nothing that was sent was accepted: {[*map(list, dict.fromkeys(map(tuple, refused)))]}"


def _again(app: Flask, form: Found, answer: TestResponse) -> list[Found]:
    """The forms of this address on the page that answers it."""
    page = Page(answer.text, form.url, answer.status_code)
    return [one for one in forms_of(app, page, form.cookie) if one.url == form.url]


def _second_time(app: Flask, ask: Callable[..., TestResponse], form: Found, sent: Sent, first: TestResponse) -> str:
    added = counted(app)
    second = post(ask, form, sent)
    if second.status_code != 303 or second.location != (first.location or second.location):
        return f"the second was led to {second.location} ({second.status_code}), the first to {first.location}"
    third = post(ask, form, sent | {"beside": [OLDER]})
    again = _again(app, form, third)
    if third.status_code != 409 or OLDER not in third.text or not again:
        return f"other words under the same number were answered with {third.status_code}"
    if again[0].shown()["form_number"] == sent["form_number"]:
        return "it cannot be sent as a new form"
    return "" if counted(app) == added and added["form_number"] else "it was added twice, or without its number"


def wholes(form: Found) -> Iterator[Sent]:
    """The form filled in, with other choices where the first are refused."""
    yield from distinct([*filled(form), *(sent for _, _, sent in attempts(form))])


@pytest.fixture
def case(db_session: Session, cast: Cast) -> Made:
    return case_in_setup(db_session, cast, START)


def at_once(client: PageClient, url: str, *forms: Mapping[str, list[object]]) -> list[TestResponse]:
    """Send these forms at the same time, each from a browser of its own with the same cookies."""
    cookies = (cookie for name in ("session", "drafts_here") if (cookie := client.get_cookie(name)))
    held = "; ".join(f"{cookie.key}={cookie.value}" for cookie in cookies)
    ready = Barrier(len(forms))

    def send(sent: Mapping[str, list[object]]) -> TestResponse:
        other = client.application.test_client(use_cookies=False)
        ready.wait()
        return other.post(url, data=sent, headers={"Cookie": held})

    with ThreadPoolExecutor(len(forms)) as pool:
        return list(pool.map(send, forms))


@pytest.mark.both_databases
def test_the_same_form_sent_at_once_adds_one_person(
    client: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/circle")
    sending = client.form("Add to the circle").fill({"Name": "Ibrahim", "Role in the circle": "friend"})
    db_session.rollback()

    answers = at_once(client, sending.url, *[sending.payload()] * 4)

    assert [answer.status_code for answer in answers] == [303] * 4
    people = select(func.count()).where(Participant.conference_id == case.id)
    assert refreshed(db_session).scalar(people) == len(case.people) + 1


@pytest.mark.both_databases
def test_a_registration_sent_at_once_is_one_case(client: PageClient, cast: Cast, db_session: Session) -> None:
    client.page("/register")
    begin(client, FILLED_IN)
    answer(client, FILLED_IN)
    sending = client.form("Register").fill({})
    sent = sending.payload()

    answers = at_once(client, sending.url, *[sent] * 3)

    assert [answer.status_code for answer in answers] == [303] * 3
    assert refreshed(db_session).scalar(select(func.count(Conference.id))) == 1
    page = client.page(client.post(sending.url, data=sent).location)
    assert refreshed(db_session).scalars(select(Conference.number)).one() in page.text


@pytest.mark.both_databases
def test_of_two_older_pages_at_once_one_is_refused(
    client: PageClient, cast: Cast, case: Made, db_session: Session
) -> None:
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/circle/{case.people['kees']}")
    sending = client.form("Save")
    first, second = (sending.fill({"Phone": number}).payload() for number in ("0611111111", "0622222222"))

    answers = at_once(client, sending.page.url, first, second)

    assert sorted(answer.status_code for answer in answers) == [303, 409]
    (saved,) = (phone for phone, answer in zip(("0611111111", "0622222222"), answers, strict=True) if answer.location)
    assert refreshed(db_session).get_one(Participant, case.people["kees"]).phone == saved


def test_a_refused_form_can_be_sent_again(client: PageClient, cast: Cast, case: Made, db_session: Session) -> None:
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/contact")
    client.refused("Add to the log", {"On": "2026-12-01", "What was said or agreed": "Rang."}, status=422)
    client.submit("Add to the log", {"On": "2026-03-01"})
    assert "Rang." in client.here.text


def test_numbers_of_old_pages_are_forgotten(client: PageClient, cast: Cast, case: Made, db_session: Session) -> None:
    sign_in(client, cast.noor)
    client.page(f"/conferences/{case.id}/circle")
    client.submit("Add to the circle", {"Name": "Ibrahim", "Role in the circle": "friend"})

    assert forget_form_numbers(db_session, START + KEPT) == 0
    assert refreshed(db_session).scalar(select(func.count(FormNumber.number))) == 1
    assert forget_form_numbers(db_session, START + KEPT * 1.1) == 1
