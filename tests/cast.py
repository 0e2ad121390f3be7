"""The people in whose name tests act, created with the product's own actions.

Noor and Denise are coordinators in the North, Iris is one in the South; Ruud is regional manager of the North, Mila
social care manager of Rivierstad, Bas administrator. Participants of a conference sign in by personal link.
"""

from dataclasses import dataclass, field
from datetime import datetime

from flask.testing import FlaskClient
from pyotp import TOTP
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ekc.accounts.access import NOBODY, PROGRAM, By, Office, Visitor
from ekc.accounts.queries import visitor_of_account
from ekc.core.audit import Actor, ActorKind
from ekc.core.routes import Runtime
from ekc.core.tokens import hash_token, new_token
from ekc.links.actions import new_link, sign_in_by_link
from ekc.links.models import Confirmed, LinkDevice, PersonalLink
from ekc.links.tokens import Check
from ekc.links.verification import LinkSignIn, verify_by_answer, verify_by_device
from ekc.signin.actions.second_factor import add_authenticator
from ekc.signin.actions.sessions import sign_in_account
from ekc.signin.models import Method
from ekc.signin.passwords import hash_password
from ekc.signin.totp import new_secret
from ekc.staff.actions.accounts import NewAccount, open_account
from ekc.staff.actions.regions import add_region
from ekc.workflow.vocabulary import Role
from tests.client import PageClient
from tests.clock import START
from tests.page import Page
from tests.stages import stage

PASSWORD = "a plan of our own"
COST = (1, 8, 1)  # a check that costs nothing
MUNICIPALITY = "Rivierstad"
CODE = "482913"  # the entrance code of every link that a test makes here
BY_CODE = Check(answer_hash=hash_password(CODE, COST))
#: Who uses the device on which a link is opened.
OWN, SHARED = "This is my own phone or computer", "Others use this device too"


@dataclass(frozen=True)
class Cast:
    """Staff as visitors, to be passed to actions; regions as ids."""

    north: int
    south: int
    noor: Visitor
    denise: Visitor
    iris: Visitor
    ruud: Visitor
    mila: Visitor
    bas: Visitor
    nobody: Visitor = field(default=NOBODY)


@stage
def make_cast(session: Session, at: datetime = START) -> Cast:
    """Regions and accounts, through the actions."""
    north = add_region(By(session, PROGRAM, at), "North")
    south = add_region(By(session, PROGRAM, at), "South")

    def open_for(name: str, region: int, office: Office, **more: str | tuple[str, ...]) -> Visitor:
        email = mail_of(name)
        new = NewAccount(name=name, email=email, region_id=region, roles=(office,), password=PASSWORD, **more)  # type: ignore[arg-type]
        visitor = visitor_of_account(session, open_account(By(session, PROGRAM, at), new, COST))
        assert visitor is not None
        return visitor

    coordinator = Office(Role.COORDINATOR)
    return Cast(
        north=north,
        south=south,
        noor=open_for(
            "Noor van Dijk",
            north,
            coordinator,
            spoken=("nl", "ar", "en"),
            introduction="Retired teacher, three conferences a year.",
        ),
        denise=open_for(
            "Denise Okafor",
            north,
            coordinator,
            spoken=("en", "ig"),
            introduction="Retired bookkeeper, likes to travel.",
        ),
        iris=open_for("Iris Smit", south, coordinator, spoken=("nl",)),
        ruud=open_for("Ruud Kramer", north, Office(Role.REGIONAL_MANAGER, region_id=north)),
        mila=open_for("Mila Visser", north, Office(Role.CARE_MANAGER, municipality=MUNICIPALITY)),
        bas=open_for("Bas Mulder", north, Office(Role.ADMINISTRATOR)),
    )


def mail_of(name: str) -> str:
    """The mail address of a person of the cast, such as noor@example.org."""
    return f"{name.split(maxsplit=1)[0].lower()}@example.org"


def participant(conference_id: int, participant_id: int) -> Visitor:
    """A participant who signed in by personal link, to be passed to actions."""
    return Visitor(
        actor=Actor(ActorKind.PARTICIPANT, participant_id), conference_id=conference_id, participant_id=participant_id
    )


def sign_in(client: FlaskClient, person: Visitor) -> None:
    """Sign in by setting the session cookie, which is faster. The sign-in times out after 8 hours of the clock."""
    product: Runtime = client.application.extensions["ekc"]
    with product.sessions() as session:
        come_in(client, session, product.settings.clock(), person)


def sign_in_by_password(client: PageClient, person: Visitor, wanted: str = "") -> Page:
    """Sign in on the page for it, or where the page that is wanted asks for it; returns the page after it."""
    client.page(wanted or "/sign-in")
    return client.submit("Sign in", {"Email address": mail_of(person.actor.name), "Password": PASSWORD})


def set_up_app(session: Session, at: datetime, person: Visitor) -> tuple[TOTP, list[str]]:
    """Set up a second factor; returns the app and the recovery codes."""
    app = TOTP(new_secret())
    return app, add_authenticator(By(session, person, at), app.secret, app.at(at), PASSWORD, COST)


def come_in(client: FlaskClient, session: Session, at: datetime, who: Visitor) -> None:
    """Sign a client in by setting the session cookie, which is faster; by account, or by a new personal link."""
    holds = session_of(session, at, who)
    session.rollback()
    with client.session_transaction() as cookie:
        cookie.update(holds)


def make_link(session: Session, at: datetime, conference_id: int, participant_id: int, check: Check = BY_CODE) -> str:
    """The path of a new personal link. On a new device it asks for `CODE`, or what `check` says."""
    token = new_link(
        session, at, conference_id=conference_id, participant_id=participant_id, made_by=None, days=60, check=check
    )
    session.commit()
    return f"/l/{token}"


def open_link(client: PageClient, path: str, code: str = CODE, device: str = OWN) -> Page:
    """Open a personal link on a new device and verify it; returns the participant's page."""
    client.page(path)
    client.submit("Go to my page")
    return client.submit("Open my page", {"Entrance code": code, "Who uses this device?": device})


def enter(client: PageClient, session: Session, at: datetime, conference_id: int, participant_id: int) -> Page:
    """Open one's own page, signed in by a new personal link on an own device, without the pages before it.

    `open_link` goes through these pages, in five requests; both leave the same behind.
    """
    path = make_link(session, at, conference_id, participant_id)
    token = path.rpartition("/")[2]
    entered = verify_by_answer(session, _now(client), token, CODE, True, "", COST)
    return _arrived(client, session, path, conference_id, entered)


def _arrived(client: PageClient, session: Session, path: str, conference_id: int, entered: LinkSignIn | None) -> Page:
    """The own page of whoever was let in; what the browser holds then is as after the pages of the link."""
    assert entered is not None
    session.rollback()
    client.set_cookie("link_device", entered.device_token, path=path)
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie.update({"_user_id": f"link:{entered.sign_in.token}", "_fresh": True})
    return client.page(f"/conferences/{conference_id}/mine")


def _now(client: FlaskClient) -> datetime:
    product: Runtime = client.application.extensions["ekc"]
    return product.settings.clock()


def link_known_before(session: Session, at: datetime, conference_id: int, participant_id: int) -> tuple[str, str]:
    """A new personal link, and the cookie of an own device that was known for it at `at`."""
    path = make_link(session, at, conference_id, participant_id)
    link_id = session.scalars(select(func.max(PersonalLink.id))).one()
    token = new_token()
    known = LinkDevice(
        link_id=link_id, token_hash=hash_token(token), asked_at=at, confirmed_at=at, how=Confirmed.CODE, remembered=True
    )
    session.add(known)
    session.commit()
    return path, token


def enter_as_before(
    client: PageClient, session: Session, at: datetime, conference_id: int, participant_id: int
) -> Page:
    """Open one's own page, signed in on an own device that was known at `at`, as one has to be in private time."""
    path, key = link_known_before(session, at, conference_id, participant_id)
    token = path.rpartition("/")[2]
    entered = verify_by_device(session, _now(client), token, key, True)
    return _arrived(client, session, path, conference_id, entered)


def session_of(session: Session, at: datetime, who: Visitor) -> dict[str, str | bool]:
    """The content of the session cookie after signing in; empty for a visitor without an identity."""
    if who.account_id is not None:
        key = f"account:{sign_in_account(session, at, who.account_id, Method.DEMO).token}"
    elif who.participant_id is not None and who.conference_id is not None:
        make_link(session, at, who.conference_id, who.participant_id)
        link_id = session.scalars(select(func.max(PersonalLink.id))).one()
        begun = sign_in_by_link(session, at, Method.DEMO, "", link_id)
        assert begun is not None
        key = f"link:{begun.token}"
    else:
        return {}
    return {"_user_id": key, "_fresh": True}
