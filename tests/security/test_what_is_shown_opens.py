"""Whatever a page shows can be opened: no link and no form leads a person who sees it to a refusal."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from ekc.core.routes import declared_access
from ekc.workflow.vocabulary import Phase, Variant
from tests.cast import Cast
from tests.clock import FrozenClock
from tests.security.everybody import Comer, everybody, more_staff
from tests.security.whole_case import whole_case
from tests.test_access_matrix import IN, Judge

pytestmark = [pytest.mark.parametrize("database", ["sqlite"], indirect=True)]

_TARGET = re.compile(r'(?:href|action|formaction)="(/[^"#]*)')
#: These change what the visitor is, or are the same on every page.
_LEFT_OUT = re.compile(r"/static/|/language/|/sign-out|/demo/")


#: An interpreter has no page: no link is made for them. The others have no part in this case.
SHOWN_NOTHING = {"interpreter", "link to another case"}


def shown(app: Flask, html: str) -> Iterator[str]:
    """Where the links of a page lead, and its forms, as far as they have a page."""
    urls = app.url_map.bind("localhost")
    for target in dict.fromkeys(_TARGET.findall(html)):
        address = unescape(target)
        if not _LEFT_OUT.match(address):
            try:
                urls.match(address.partition("?")[0], method="GET")
            except HTTPException as error:
                if error.code == 405:
                    continue
            yield address


def _route(urls: MapAdapter, address: str) -> str:
    """The endpoint of an address; the address itself where there is none, so that it is asked."""
    try:
        return str(urls.match(address.partition("?")[0], method="GET")[0])
    except HTTPException:
        return address


def refused(app: Flask, comer: Comer, judge: Judge, *, every: bool) -> dict[str, tuple[int | str, str]]:
    """What a person is shown from home on and cannot open: its status, and the page that shows it.

    `every`: each address; otherwise the first of each route. Papers are not printed: their gate is asked. That they
    print: the tests of each feature.
    """
    access, urls = declared_access(app), app.url_map.bind("localhost")
    seen, ahead, found = set[str](), [("/", "")], dict[str, tuple[int | str, str]]()
    case = f"/conferences/{comer.case.id}"
    while ahead:
        address, there = ahead.pop()
        asked = address if every else _route(urls, address)
        if asked in seen:
            continue
        seen.add(asked)
        if ".pdf" in address:
            gate = access[urls.match(address.partition("?")[0])[0]]
            if (verdict := judge.verdict(gate, comer)) != IN:
                found[address] = verdict, there
            continue
        answer = comer.ask("GET", address)
        while answer.status_code in (302, 303):
            answer = comer.ask("GET", answer.location)
        if answer.status_code != 200:
            found[address] = answer.status_code, there
        elif answer.mimetype == "text/html" and (address == "/" or re.match(rf"{case}(?:[/?]|$)", address)):
            ahead += [(target, address) for target in shown(app, answer.text)]
    return found


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("variant", Variant)
def test_whatever_is_shown_opens(
    variant: Variant, phase: Phase, app: Flask, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    offices = more_staff(db_session, cast)
    case = whole_case(db_session, cast, phase, variant=variant)
    asked = whole_case(db_session, cast, phase, cast.denise, variant=variant)
    other = whole_case(db_session, cast, Phase.REGISTRATION)
    everyone = everybody(app, db_session, cast, offices, case, asked, other)
    comers = [comer for comer in everyone if comer.known and comer.label not in SHOWN_NOTHING]
    db_session.rollback()
    judge = Judge(db_session)
    every = variant is Variant.FAMILY  # what differs in the others: words, consents and sides
    found = {comer.label: refused(app, comer, judge, every=every) for comer in comers}
    assert {label: what for label, what in found.items() if what} == {}
