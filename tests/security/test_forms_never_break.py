"""Any input to any form gets a response in words: no unexpected error, and nothing is executed."""

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, ColumnElement, Engine, Integer, String, insert, select
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter

from ekc.accounts.models import Region
from ekc.core.db import make_sessions
from ekc.core.routes import shows_again
from ekc.schema import metadata
from tests.cast import make_cast
from tests.clock import START, FrozenClock
from tests.database import Database
from tests.hearing import given_to, hearing
from tests.security.every_form import Field, Found, distinct, every_form, searches, takers, undone
from tests.stories.paper import PRINTER

pytestmark = [PRINTER, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]

SCRIPT = "\"'><script>alert(1)</script>"
TOO_LONG = "x" * 20_000
HOSTILE = (
    SCRIPT,
    "{{7*7}}{% raw %}%(name)s%s{0}${x}",
    "=HYPERLINK(1)",
    TOO_LONG,
    "🙂\u202e\u200f\ufeff ẞß éß",
    "a\r\nSet-Cookie: x=1\n\x0b\x1b[31m",
    "a\0b",
    "",
    " \t ",
    "-1",
    "0",
    "2147483648",
    "9" * 5000,
    "1e999",
    "NaN",
    "٣",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "0001-01-01T00:00",
    "9999-12-31T23:59",
    "../../../etc/passwd",
    "//evil.example",
    "None",
)
#: Sent in every text field.
EVERYWHERE = HOSTILE[:4]
#: Fields that no form has.
BESIDE = ("id", "conference_id", "participant_id", "phase", "revision", "version", "role", "next", "_method", "é\u202e")
#: Valid values for each kind of field.
FITTING = {"date": "2026-03-01", "datetime-local": "2026-03-02T10:00", "number": "1", "email": "a@example.org"}
#: Routes that return a document.
PAPERS = {"conferences.slips"}
FAULTLESS = {200, 302, 303, 400, 403, 404, 409, 413, 415, 422, 429}


@pytest.fixture(scope="module")
def app(database: Database, _worker_app: Flask, _worker_clock: FrozenClock) -> Flask:
    """The app on a database shared by the tests of this file, which roll back their writes."""
    database.reset()
    _worker_clock.set(START)
    return _worker_app


@pytest.fixture(scope="module")
def forms(app: Flask, database: Database) -> list[Found]:
    """All forms, collected once, because collecting takes longer than sending."""
    with make_sessions(database.engine)() as session:
        return every_form(session, app, make_cast(session))[1]


@pytest.fixture(scope="module", autouse=True)
def _as_strict_as_postgresql() -> Iterator[None]:
    with hearing(Engine, refuse):
        yield


def refuse(_cursor: object, statement: str, *more: Any) -> None:
    """What PostgreSQL refuses and SQLite would take: NUL, text longer than its column, whole numbers beyond 32 bits."""
    assert "\0" not in "".join(_texts(given_to(more))), statement
    context = more[-1]
    if context.compiled is None:
        return
    table = getattr(context.compiled.statement, "table", None)
    for row in context.compiled_parameters:
        for name, value in row.items():
            binds = context.compiled.binds
            bind = binds.get(name, binds.get(name.rpartition("_")[0]))  # of a list each value has a name of its own
            kind = None if bind is None else bind.type
            if isinstance(kind, Integer) and not isinstance(kind, BigInteger):
                for number in value if isinstance(value, list | tuple) else (value,):
                    assert number is None or -(2**31) <= number < 2**31, f"{name} does not hold {number}"
            if table is not None and name in table.c and isinstance(table.c[name].type, String) and value is not None:
                length = table.c[name].type.length
                assert length is None or len(value) <= length, f"{name} is too short for {len(value)} characters"


def _texts(given: object) -> Iterator[str]:
    if isinstance(given, str):
        yield given
    elif isinstance(given, list | tuple):
        for one in given:
            yield from _texts(one)


def send(app: Flask, form: Found, sent: Mapping[str, list[str]]) -> str:
    """Send a form, follow the redirect, and check the response; returns the last page."""
    with undone(app) as ask:
        kept = {"Cookie": form.cookie}
        told = {"data": sent} if form.method == "POST" else {"query_string": sent}
        answer = ask(form.url, method=form.method, headers=kept, **told)
        pages = [answer]
        if target := answer.location:
            assert target.startswith("/"), (form, sent, target)
            assert not target.startswith("//"), (form, sent, target)
            cookie = answer.headers.get("Set-Cookie", form.cookie).partition(";")[0]
            pages.append(ask(target.partition("#")[0], headers={"Cookie": cookie}))
    for page in pages:
        fault = app.extensions.pop("fault", None)
        if fault is not None:
            raise AssertionError(f"{form.endpoint} broke on {sent}: {fault!r}") from fault
        assert page.status_code in FAULTLESS, (form.endpoint, sent, page.status)
        paper = page.mimetype == "application/pdf" and form.endpoint in PAPERS
        assert paper or page.mimetype == "text/html", (form.endpoint, sent, page.mimetype)
        for never in ("<script>alert", "Traceback", "sqlalchemy", "X-Injected"):
            assert never.encode() not in page.data, (form.endpoint, sent, never)
        assert page.headers.get("Content-Security-Policy", "").startswith("default-src 'none'"), form.endpoint
    return pages[-1].text if pages[-1].mimetype == "text/html" else ""


def fitting(field: Field) -> list[str]:
    """A value that this field accepts."""
    if field.kind == "hidden" or any(field.shown):
        return list(field.shown)
    if field.offered:
        return [next((value for value in field.offered if value), field.offered[0])]
    return [FITTING.get(field.kind, "Words")]


def is_typed(field: Field) -> bool:
    """Whether a field takes free text."""
    return field.kind in ("text", "textarea", "tel", "search", "password")


def is_shown_again(field: Field) -> bool:
    """Whether what was typed comes back with the page."""
    return is_typed(field) and field.kind != "password"


def test_words_are_no_danger_in_any_form(app: Flask, forms: list[Found]) -> None:
    assert {form.endpoint for form in forms if form.method == "POST"} == takers(app)
    assert {form.endpoint for form in forms if form.method == "GET"} == searches()

    given_back = 0
    for form in forms:
        for sent in distinct(
            {f.name: [words] if is_typed(f) else fitting(f) for f in form.fields} for words in EVERYWHERE
        ):
            page = send(app, form, sent)
            long = [field.name for field in form.fields if is_shown_again(field) and sent[field.name] == [TOO_LONG]]
            assert page.count(TOO_LONG) >= len(long), f"{form.endpoint} does not give back {long}"
            given_back += len(long)
    assert given_back > 100


def test_no_number_is_too_large_for_a_button_or_a_hidden_field(app: Flask, forms: list[Found]) -> None:
    """What a page sends by itself holds the id of a row, for most: each of them alone, the others as they are."""
    tried = set()
    for form in forms:
        for field in form.fields:
            if field.kind not in {"hidden", "button"} or field.name.endswith(("csrf_token", "form_number", "seen")):
                continue
            for number in ("2147483648", "9" * 25):
                send(app, form, {f.name: fitting(f) for f in form.fields} | {field.name: [number]})
            tried.add((form.endpoint, field.name))

    assert {("journey.go_on", "person"), ("matching.ask", "account_id")} <= tried


#: What may be written while a form is only shown: that somebody looked.
LOOKS = {"audit_event", "audit_head", "sign_in", "counted_try"}


def everything(app: Flask) -> dict[str, list[Any]]:
    """All rows of the database, but for looks."""
    with app.extensions["ekc"].sessions() as session:
        return {
            table.name: session.execute(select(table)).all()
            for table in metadata.sorted_tables
            if table.name not in LOOKS
        }


def test_what_is_typed_comes_back_and_nothing_is_saved(app: Flask, forms: list[Found]) -> None:
    """Of each form that can be shown again (`drafts/keeping.py`): here of a page that was open for too long."""
    gone, saved, tried = [], [], 0
    before = everything(app)
    for form in forms:
        texts = [field for field in form.fields if is_shown_again(field) and field.name != "q"]
        with app.app_context():
            shows = form.method == "POST" and shows_again(form.endpoint)
        if not (shows and texts):
            continue
        tried += 1
        said = {field.name: f"Word{number}" for number, field in enumerate(texts)}
        sent = {field.name: fitting(field) for field in form.fields} | {name: [word] for name, word in said.items()}
        with undone(app) as ask:
            answer = ask(form.url, method="POST", headers={"Cookie": form.cookie}, data=sent | {"csrf_token": "old"})
            if everything(app) != before:
                saved.append(form.endpoint)
        if answer.status_code != 400 or any(word not in answer.text for word in said.values()):
            gone.append((form.endpoint, answer.status_code, said))

    assert (gone, saved) == ([], [])
    assert tried > 30


thorough = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # a smaller example is not worth the minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
TYPED = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def test_anything_can_be_sent(app: Flask, forms: list[Found]) -> None:
    sent = set()

    @settings(thorough, max_examples=2)  # rounds through all forms
    @given(chance=st.randoms(use_true_random=True), words=st.lists(TYPED, min_size=3))
    def send_all(chance: Random, words: list[str]) -> None:
        for form in forms:
            send(app, form, anything_for(form, chance, (*HOSTILE, *words)))
            sent.add((form.method, form.endpoint))

    send_all()

    assert sent == {("POST", endpoint) for endpoint in takers(app)} | {("GET", endpoint) for endpoint in searches()}


def anything_for(form: Found, chance: Random, words: tuple[str, ...]) -> dict[str, list[str]]:
    """Valid, unchanged or invalid values for each field, and extra fields."""
    sent: dict[str, list[str]] = {}
    for field in form.fields:
        ways = [fitting(field), list(field.shown), [chance.choice(words) for _ in range(chance.randrange(3))]]
        if field.offered:
            ways.append([chance.choice(field.offered) for _ in range(chance.randrange(3))])
        sent[field.name] = list(field.shown) if field.name == "csrf_token" else chance.choice(ways)
    for name in chance.sample(BESIDE, chance.randrange(3)):
        sent.setdefault(name, []).append(chance.choice(words))
    return sent


def anything_in(converter: BaseConverter, chance: Random) -> object:
    """A value for this part of a path."""
    match converter:
        case IntegerConverter():
            return chance.choice((chance.randrange(20), 2**31, 10**30))
        case AnyConverter():
            return chance.choice(sorted(converter.items))
        case _:
            return chance.choice(HOSTILE[:6])


@thorough
@given(chance=st.randoms(use_true_random=True), words=TYPED)
def test_anything_can_be_asked_in_an_address(chance: Random, words: str, app: Flask, forms: list[Found]) -> None:
    """Random query strings and path parts for any page."""
    names = sorted({field.name for form in forms if form.method == "GET" for field in form.fields} | {*BESIDE, "after"})
    rule = chance.choice([rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())])
    cookie = chance.choice(forms).cookie
    values = {name: anything_in(converter, chance) for name, converter in rule._converters.items()}
    asked = {name: [chance.choice((*HOSTILE, words))] for name in chance.sample(names, chance.randrange(4))}
    with undone(app) as ask:
        address = app.url_map.bind("localhost").build(rule.endpoint, values)
        answer = ask(address, query_string=asked, headers={"Cookie": cookie})
    fault = app.extensions.pop("fault", None)
    answer.close()
    if fault is not None:
        raise AssertionError(f"{address} broke on {asked}: {fault!r}") from fault
    assert answer.status_code in FAULTLESS | {301, 308, 405}, (address, asked, answer.status)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "values", [{"name": "x" * 81}, {"name": "a\0b"}, {"name": "North", "id": 2**31}], ids=["long", "NUL", "number"]
)
def test_what_postgresql_refuses_is_refused(values: dict[str, object], app: Flask, database: Database) -> None:
    with make_sessions(database.engine)() as session, pytest.raises(AssertionError):
        session.execute(insert(Region).values(values))


@pytest.mark.parametrize("asked", [Region.id == 2**31, Region.id.in_([1, 2**31])])
def test_also_a_number_that_no_row_can_have(asked: ColumnElement[bool], app: Flask, database: Database) -> None:
    with make_sessions(database.engine)() as session, pytest.raises(AssertionError):
        session.execute(select(Region.id).where(asked))
