"""Ids and keys of another case, in every path and form field, get the same response as ones that do not exist.

Fields with ids or keys are detected: the values that a page offers are ids of rows of its case, or keys of its plan.
Fields with other numbers have to be in `NO_NUMBERS`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from ekc.schema import metadata
from ekc.workflow.vocabulary import Phase
from tests.cast import Cast
from tests.page import without_token
from tests.security.every_form import Field, Found, every_form, undone, written_tables
from tests.security.strange_case import STAFF, TITLE, Strange, numbers_of, strange_case
from tests.security.test_forms_never_break import fitting, is_typed
from tests.security.whole_case import NAMED, SPOKEN, Whole
from tests.test_access_matrix import IN, Judge, make_world, routes

#: What forms and pages answer does not depend on the database.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
NOBODYS, NO_KEY = 2**31 - 2, "a999"
#: Fields whose numbers are ids of one table, which could be read as those of another.
TABLE_OF = {"link": "personal_link"}
#: Fields with numbers that are not ids: versions of the page, marks, scores and amounts.
NO_NUMBERS = re.compile(r"csrf_token|.*revision|version|goal_\d+|mark.*|.*days|hours|minutes|caseload")
_KEY = re.compile(r"[gaw]\d+")


def strange_of(session: Session, case: Whole) -> Strange:
    """The other case, with the numbers of its rows."""
    numbers = {name: ids for name, ids in numbers_of(session.connection(), case.id).items() if name not in STAFF}
    session.rollback()
    return Strange(case, numbers, ("a6", "a7"))


@pytest.fixture
def made(app: Flask, db_session: Session, cast: Cast) -> tuple[Whole, list[Found]]:
    return every_form(db_session, app, cast)


@pytest.fixture
def strange(db_session: Session, made: tuple[Whole, list[Found]]) -> Strange:
    """A case in evaluation with everything in it, made before all others."""
    return strange_of(db_session, made[0])


@pytest.fixture
def forms(made: tuple[Whole, list[Found]], strange: Strange) -> list[Found]:
    """Every form of a case, as the right person meets it in a case of their own."""
    found = [form for form in made[1] if form.url.startswith("/conferences/")]
    assert not any(form.url.startswith(f"/conferences/{strange.case.id}/") for form in found)
    return found


@dataclass(frozen=True)
class Try:
    """A form with an id of another case, and the same form with an id that does not exist."""

    form: Found
    where: str
    theirs: str
    url: str
    sent: Mapping[str, list[str]]
    nobodys_url: str
    nobodys_sent: Mapping[str, list[str]]


def tries(
    app: Flask, forms: Iterable[Found], strange: Strange, own: Mapping[str, Mapping[str, frozenset[int]]]
) -> Iterator[Try]:
    """Every form with every id and key of the other case, in the fields for that kind."""
    for form in forms:
        sent = {
            field.name: ["Words"] if is_typed(field) and not any(field.shown) else fitting(field)
            for field in form.fields
        }
        urls = app.url_map.bind("localhost")
        endpoint, values = urls.match(form.url.partition("?")[0], method=form.method)
        for name in sorted(values.keys() - {"conference_id"}):
            nobodys = NOBODYS if name in NAMED else NO_KEY
            for theirs in _named(name, strange):
                there, nowhere = (urls.build(endpoint, {**values, name: it}) for it in (theirs, nobodys))
                in_it, in_none = (
                    {_renamed(k, values[name], it): v for k, v in sent.items()} for it in (theirs, nobodys)
                )
                yield Try(form, name, str(theirs), there, in_it, nowhere, in_none)
        for field in form.fields:
            for theirs, nobodys in of_its_kind(field, strange, own[form.url.split("/")[2]]):
                changed, unknown = ({**sent, field.name: [it]} for it in (theirs, nobodys))
                yield Try(form, field.name, theirs, form.url, changed, form.url, unknown)


def _named(name: str, strange: Strange) -> Sequence[int | str]:
    """What of the other case a part of an address can name; accounts, "food" and "stop" are of no case."""
    return sorted(strange.numbers.get(NAMED.get(name, ""), ()))[:3] or (strange.keys if name == "key" else ())


def _renamed(field: str, own: object, other: object) -> str:
    """The name of a field in the form of another thing: line-7-text, a5-answer."""
    return re.sub(rf"(?<![^-]){own}(?![^-])", str(other), field)


def of_its_kind(field: Field, strange: Strange, own: Mapping[str, frozenset[int]]) -> Iterator[tuple[str, str]]:
    """What the other case has that would fit into a field, and what nobody has."""
    for table in kinds(field, own) - {"region"}:  # there is a list of them for everybody who registers
        theirs = own[table] - numbers_in(field) if table in STAFF else strange.numbers[table]
        yield from ((str(number), str(NOBODYS)) for number in sorted(theirs)[-3:])
    if has_keys(field):
        yield from ((key, NO_KEY) for key in strange.keys)


def kinds(field: Field, own: Mapping[str, frozenset[int]]) -> set[str]:
    """Of which tables the numbers can be that a field holds or offers."""
    held = numbers_in(field)
    if field.name in TABLE_OF:
        return {TABLE_OF[field.name]} if held else set()
    return {table for table, ids in own.items() if held and held <= ids}


def numbers_in(field: Field) -> frozenset[int]:
    if NO_NUMBERS.fullmatch(field.name) or field.kind in ("text", "textarea", "number", "tel", "date", "search"):
        return frozenset()
    digits = {value for value in (*field.shown, *field.offered) if value.isdigit() and value != "0"}
    return frozenset(map(int, digits))


def has_keys(field: Field) -> bool:
    return any(_KEY.fullmatch(value) for value in (*field.shown, *field.offered))


@pytest.fixture
def own(db_session: Session, forms: list[Found]) -> dict[str, dict[str, frozenset[int]]]:
    """The numbers of the rows of each case in which a form was found."""
    found = {
        case: numbers_of(db_session.connection(), int(case)) for case in {form.url.split("/")[2] for form in forms}
    }
    db_session.rollback()
    return found


def test_every_number_in_a_form_is_known(
    app: Flask, forms: list[Found], own: dict[str, dict[str, frozenset[int]]]
) -> None:
    """A new field is tried by itself; what is not understood fails here."""
    urls, puzzling = app.url_map.bind("localhost"), set()
    tried: dict[str, set[str]] = {"fields": set(), "addresses": set()}
    for form in forms:
        for field in form.fields:
            if numbers_in(field) and not kinds(field, own[form.url.split("/")[2]]):
                puzzling.add((form.endpoint, field.name, tuple(sorted(numbers_in(field)))))
            if numbers_in(field) or has_keys(field):
                tried["fields"].add(f"{form.endpoint} {field.name}")
        _, values = urls.match(form.url.partition("?")[0], method=form.method)
        tried["addresses"] |= values.keys() - {"conference_id"}

    assert puzzling == set()
    assert tried["addresses"] == {*NAMED, *SPOKEN}
    assert len(tried["fields"]) > 25


def test_what_is_another_cases_is_as_if_nobody_had_it(
    app: Flask, forms: list[Found], strange: Strange, own: dict[str, dict[str, frozenset[int]]]
) -> None:
    with app.extensions["ekc"].sessions() as session:
        before = strange.state(session.connection(), metadata.tables)
    told, count, nobodys = [], 0, dict[str, Answer]()
    for one in tries(app, forms, strange, own):
        count += 1
        nowhere = f"{one.form.method} {one.nobodys_url} {one.nobodys_sent} {one.form.cookie}"
        if nowhere not in nobodys:  # asked once, for all that there is
            nobodys[nowhere] = answered(app, one, one.nobodys_url, one.nobodys_sent, strange, before)
        theirs, none = (
            plain(said, one) for said in (answered(app, one, one.url, one.sent, strange, before), nobodys[nowhere])
        )
        if theirs != none or not theirs.kept or TITLE in theirs.page:
            told.append((one.form.endpoint, one.where, one.theirs, theirs, none))

    assert told == []
    assert count > 130


@dataclass(frozen=True)
class Answer:
    """What is told by an answer. `kept`: whether the other case is afterwards as it was before."""

    status: int
    location: str | None
    page: str
    kept: bool


def answered(
    app: Flask,
    one: Try,
    url: str,
    sent: Mapping[str, list[str]],
    strange: Strange,
    before: Mapping[str, list[object]],
) -> Answer:
    """The answer to a form; all writes are rolled back."""
    with undone(app) as ask, written_tables() as written:
        answer = ask(url, method=one.form.method, data=sent, headers={"Cookie": one.form.cookie})
        after = strange.state(app.extensions["ekc"].sessions.kw["bind"], written)
    assert app.extensions.pop("fault", None) is None, one
    kept = after == {name: before[name] for name in after}
    return Answer(answer.status_code, answer.location, without_token(answer.text), kept)


def plain(said: Answer, one: Try) -> Answer:
    """Without the requested values, which appear in links and in submitted fields."""
    page = said.page
    for asked in {one.theirs, str(NOBODYS), NO_KEY}:
        page = re.sub(rf"(?<![\w-]){re.escape(asked)}(?![\w-])", "N", page)
    return replace(said, page=page)


@pytest.mark.parametrize("phase", [Phase.PRESENTATION, Phase.EVALUATION])
def test_pages_of_what_is_another_cases_are_not_there(
    phase: Phase, app: Flask, db_session: Session, cast: Cast
) -> None:
    """Every page whose address names more than a case, with each such thing of the other case."""
    strange = strange_of(db_session, strange_case(db_session, cast))
    judge, asked, wrong = Judge(db_session), set(), []
    for comer in make_world(app, db_session, cast, phase)[phase]:
        for route in (route for route in routes(app) if route.method == "GET" and route.access.kind == "case"):
            named = sorted(route.rule.arguments & {*NAMED, "key"})
            if not named or judge.verdict(route.access, comer) != IN:
                continue
            db_session.rollback()
            for name in named:
                asked.add(f"{route.rule.endpoint} {name}")
                answers = {
                    it: comer.ask("GET", comer.case.address(app.url_map, route.rule, other={name: it}))
                    for it in (*_named(name, strange), NOBODYS if name in NAMED else NO_KEY)
                }
                told = {without_token(said.text).replace(said.request.path, "") for said in answers.values()}
                if {said.status_code for said in answers.values()} != {404} or len(told) > 1:
                    wrong.append((comer.label, str(route), name, answers))

    assert wrong == []
    pages = [route.rule for route in routes(app) if route.method == "GET" and route.access.kind == "case"]
    there = {f"{rule.endpoint} {name}" for rule in pages for name in rule.arguments & {*NAMED, "key"}}
    assert asked == (there if phase is Phase.EVALUATION else there - {"evaluations.follow_up follow_up_id"})
