"""Who gets in where: every route x person x phase, as a readable file, derived from what the gates ask.

`docs/access.md` is that file; after a change of the policy, write it anew with `EKC_WRITE=1 bin/test -k access_matrix`.
The pages themselves are then asked over HTTP, and must agree.
"""

import os
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from ekc.conferences.access import open_case
from ekc.core.errors import NotNow, Unknown
from ekc.core.routes import Access, declared
from ekc.people.access import Visitor
from ekc.workflow.vocabulary import Activity, Role
from tests import build
from tests.cast import Cast, participant, session_of
from tests.clock import START

FILE = Path(__file__).parent.parent / "docs" / "access.md"
PHASES = {
    "registration, Denise asked for it": build.asked_case,
    "setup": build.prepared_case,
    "private time": build.case_in_private_time,
    "evaluation": build.case_in_evaluation,
}
STAFF = ("noor", "denise", "iris", "ruud", "mila", "bas")
CIRCLE = ("marieke", "kees", "joost", "karim", "els")
WHO = (
    "Noor is the coordinator of the case, Denise and Iris are coordinators of others, Ruud is regional manager of its "
    "region, Mila social care manager, Bas administrator. By personal link: Marieke (main person), Kees (family), "
    "Joost (supporter), Karim (referrer), Els (professional). *Other* has a link to another case, *nobody* has not "
    "signed in."
)


def people(cast: Cast, case: build.Made, other: build.Made) -> dict[str, Visitor]:
    """Everybody who might ask."""
    found = {name: getattr(cast, name) for name in STAFF}
    found |= {name: participant(case.id, case.people[name]) for name in CIRCLE}
    return found | {"other": participant(other.id, other.people["marieke"]), "nobody": cast.nobody}


def verdict(session: Session, access: Access, who: Visitor, case: build.Made) -> str:
    """What a gate answers: in, not now, or nothing (for this person there is no such page)."""
    if access.kind != "case":
        offices = {Role(role) for role in access.detail.split(", ")} if access.kind == "office" else frozenset()
        wanted = {
            "public": True,
            "signed_in": who.known,
            "account": who.account_id is not None,
            "office": bool(who.roles & offices),
        }
        return "in" if wanted[access.kind] else "-"
    if not who.known:
        return "-"
    first, *others = (Activity(activity) for activity in access.detail.split(", "))
    try:
        open_case(session, who, case.id, first, *others)
    except NotNow:
        return "not now"
    except Unknown:
        return "-"
    return "in"


def routes(app: Flask) -> dict[str, tuple[str, str, Access]]:
    """Each endpoint: methods, address, and what it declares."""
    access = declared(app)
    return {
        rule.endpoint: (
            ", ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})),
            rule.rule,
            access[rule.endpoint],
        )
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))
    }


def matrix(app: Flask, session: Session, cast: Cast) -> str:
    """The file."""
    lines = ["# Who gets in where", "", "Generated from the gates by `tests/test_access_matrix.py`. " + WHO, ""]
    other = build.registered_case(session, cast, START)
    for phase, make in PHASES.items():
        case = make(session, cast, START)
        everybody = people(cast, case, other)
        lines += [f"## A case in {phase}", "", "| route | " + " | ".join(everybody) + " |"]
        lines.append("|---" * (len(everybody) + 1) + "|")
        for methods, address, access in routes(app).values():
            cells = [verdict(session, access, who, case) for who in everybody.values()]
            lines.append(f"| {methods} {address.replace('<', '‹').replace('>', '›')} | " + " | ".join(cells) + " |")
        lines.append("")
    return "\n".join(lines)


def test_the_matrix_is_as_written(app: Flask, db_session: Session, cast: Cast) -> None:
    found = matrix(app, db_session, cast)
    if os.environ.get("EKC_WRITE"):
        FILE.write_text(found)
    assert found == FILE.read_text()


@pytest.mark.parametrize("phase", PHASES)
def test_pages_answer_as_the_matrix_says(phase: str, app: Flask, db_session: Session, cast: Cast) -> None:
    other = build.registered_case(db_session, cast, START)
    case = PHASES[phase](db_session, cast, START)
    pages = {
        address.replace("<int:conference_id>", str(case.id)): access
        for methods, address, access in routes(app).values()
        if "GET" in methods and access.kind == "case" and address.count("<") == 1
    }
    wrong = []
    for name, who in people(cast, case, other).items():
        client = FlaskClient(app)  # not the one that reads pages: only the status counts here
        with client.session_transaction() as cookie:
            cookie.update(session_of(db_session, START, who))
        for address, access in pages.items():
            said = verdict(db_session, access, who, case)
            db_session.rollback()
            status = client.open(address).status_code
            expected = {"in": 200, "not now": 403, "-": 404 if who.known else 302}[said]
            if status != expected:
                wrong.append((name, address, said, status))
    assert wrong == []
