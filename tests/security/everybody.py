"""All kinds of visitors who may request a case: each part in its circle, each role of staff, and strangers."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from ekc.accounts.access import PROGRAM, By, Office, Visitor
from ekc.accounts.queries import visitor_of_account
from ekc.links.models import PersonalLink
from ekc.staff.actions.accounts import NewAccount, open_account
from ekc.workflow.vocabulary import Role
from tests.cast import COST, Cast, participant, session_of
from tests.clock import START
from tests.security.whole_case import Whole
from tests.stages import stage

#: By link: who they are, and their first name in the circle.
BY_LINK = {
    "main person": "marieke",
    "other main person": "pieter",
    "child": "yara",
    "family": "kees",
    "convenor": "omar",
    "supporter": "joost",
    "referrer": "karim",
    "professional": "els",
    "professional who sees their part of the plan": "paul",
    "professional who sees the plan": "petra",
    "interpreter": "nadia",
    "who was excluded": "rik",
    "who was removed": "ria",
}
#: Whose link ended when they had to go.
GONE = frozenset({"who was excluded", "who was removed"})
_TOKEN = "0" * 40  # what the cookie holds of the token of forms


@dataclass(frozen=True)
class Offices:
    """Staff whom the cast does not have."""

    colleague: Visitor
    manager_elsewhere: Visitor
    care_elsewhere: Visitor
    of_all_trades: Visitor


@stage
def more_staff(session: Session, cast: Cast) -> Offices:
    """A coordinator of the North, managers of the South and of another municipality, and one with all roles."""

    def opened(name: str, region: int, *offices: Office) -> Visitor:
        new = NewAccount(name=name, email=f"{name.lower()}@example.org", region_id=region, roles=offices)
        visitor = visitor_of_account(session, open_account(By(session, PROGRAM, START), new, COST))
        assert visitor is not None
        return visitor

    return Offices(
        opened("Hanna", cast.north, Office(Role.COORDINATOR)),
        opened("Sofie", cast.south, Office(Role.REGIONAL_MANAGER, region_id=cast.south)),
        opened("Milan", cast.north, Office(Role.CARE_MANAGER, municipality="Elders")),
        opened(
            "Alma",
            cast.north,
            Office(Role.COORDINATOR),
            Office(Role.REGIONAL_MANAGER, region_id=cast.north),
            Office(Role.ADMINISTRATOR),
        ),
    )


@dataclass(frozen=True)
class Comer:
    """A visitor with a client, and the case they request. `known`: whether their link or account works."""

    label: str
    visitor: Visitor
    case: Whole
    known: bool
    cookie: str
    client: FlaskClient
    token: str

    def ask(self, method: str, address: str, **sent: str) -> TestResponse:
        """Request an address; a POST has a CSRF token and the fields of `sent`."""
        data = {"csrf_token": self.token, **sent} if method == "POST" else None
        return self.client.open(address, method=method, data=data, headers={"Cookie": self.cookie})


def everybody(
    app: Flask, session: Session, cast: Cast, offices: Offices, case: Whole, asked: Whole, other: Whole
) -> Iterator[Comer]:
    """All of them. `asked`: a case for which Denise was asked; `other`: the case to which a stranger has a link."""

    signer = TimestampSigner(app.secret_key or "", salt="wtf-csrf-token", digest_method=sha256)
    token = signer.sign(f"{_TOKEN}~~window").decode()

    def comer(label: str, visitor: Visitor, into: Whole = case, known: bool = True) -> Comer:
        browser = FlaskClient(app)  # not the one that reads pages: here they are too many
        with browser.session_transaction() as kept:
            kept.update(session_of(session, START, visitor), csrf_token=_TOKEN)
        if label in GONE:
            links = update(PersonalLink).where(PersonalLink.participant_id == visitor.participant_id)
            session.execute(links.values(revoked_at=START))
            session.commit()
        session.rollback()
        cookie = browser.get_cookie("session")
        assert cookie is not None
        client = FlaskClient(app, use_cookies=False)
        return Comer(label, visitor, into, known, f"session={cookie.value}", client, token)

    for label, name in BY_LINK.items():
        yield comer(label, participant(case.id, case.people[name]), known=label not in GONE)
    yield comer("coordinator", cast.noor)
    yield comer("coordinator who was asked", cast.denise, asked)
    yield comer("coordinator of the region", offices.colleague)
    yield comer("coordinator elsewhere", cast.iris)
    yield comer("regional manager", cast.ruud)
    yield comer("regional manager elsewhere", offices.manager_elsewhere)
    yield comer("social care manager", cast.mila)
    yield comer("social care manager elsewhere", offices.care_elsewhere)
    yield comer("administrator", cast.bas)
    yield comer("coordinator, regional manager and administrator", offices.of_all_trades)
    yield comer("link to another case", participant(other.id, other.people["marieke"]))
    yield comer("nobody", cast.nobody, known=False)
