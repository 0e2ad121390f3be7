"""The administrator sees accounts, never a case: no route of a case answers, and no page of theirs tells of one."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from ekc.core.routes import declared
from ekc.people.actions import close_account, set_leaving
from tests import build
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START
from tests.page import Page

CASES = (
    build.registered_case,
    build.prepared_case,
    build.case_in_private_time,
    build.case_in_presentation,
    build.case_in_evaluation,
    build.closed_case,
)


def test_no_route_of_a_case_answers(app: Flask, client: PageClient, db_session: Session, cast: Cast) -> None:
    """Whatever the method, the phase, and the numbers in the address: as if there were no such page."""
    access = declared(app)
    rules = [rule for rule in app.url_map.iter_rules() if access[rule.endpoint].kind == "case"]
    cases = [make(db_session, cast, START) for make in CASES]
    sign_in(client, cast.bas)
    token = dict(client.form("Sign out").fill({}).fields)
    assert len(rules) > 70

    let_in = set()
    for rule in rules:
        for case in cases:
            step = "close" if rule.endpoint == "journey.step" else 1
            values = {"conference_id": case.id, "account_id": cast.noor.account_id, "step": step, "kind": "food"}
            named = {name: values.get(name, 1) for name in rule.arguments}
            address = app.url_map.bind("localhost").build(rule.endpoint, named)
            for method in (rule.methods or set()) & {"GET", "POST"}:
                sent = token if method == "POST" else None
                if FlaskClient.open(client, address, method=method, data=sent).status_code != 404:
                    let_in.add((rule.endpoint, method))
    assert let_in == set()


def test_no_page_tells_of_a_case(client: PageClient, db_session: Session, cast: Cast) -> None:
    """All that can be reached by links, with cases in every phase and a coordinator who leaves."""
    for make in CASES:
        make(db_session, cast, START)
    build.case_in_setup(db_session, cast, START, municipality="Verborgenstad")
    set_leaving(db_session, cast.bas, START, cast.noor.account_id or 0, START.date())
    close_account(db_session, cast.bas, START, cast.denise.account_id or 0)
    sign_in(client, cast.bas)
    ahead, seen = ["/"], dict[str, Page]()
    while ahead:
        address = ahead.pop()
        if address in seen or address.startswith("/language/"):
            continue
        page = client.page(address)
        seen[address] = page
        ahead += [href.partition("#")[0] for _, href in page.links if href.startswith("/")]

    assert {"/accounts", "/accounts/1", "/regions"} <= set(seen)
    told = " ".join(page.html for page in seen.values())
    assert "5 conferences to hand over" in told  # a bare number, which is needed for closing
    for word in ("EKC-", "De Wit", "Marieke", "Karim", "Verborgenstad", "/conferences/", "Coordinator setup"):
        assert word not in told, word
