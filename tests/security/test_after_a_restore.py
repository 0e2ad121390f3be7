"""After a backup is restored numbers of rows are used again: what a browser still holds opens nobody else's page."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from ekc.accounts.access import PROGRAM, By
from ekc.conferences.actions.links import answer_request
from ekc.core.db import Base
from ekc.links.models import LinkDevice
from ekc.links.verification import ask_to_come_in
from ekc.signin.actions.second_factor import delete_second_factor
from ekc.signin.models import Invitation, SignIn
from ekc.staff.actions.inviting import invite
from tests.build import case_in_setup
from tests.cast import (
    Cast,
    come_in,
    link_known_before,
    make_link,
    participant,
    session_of,
    set_up_app,
    sign_in_by_password,
)
from tests.client import PageClient
from tests.clock import FrozenClock

pytestmark = pytest.mark.both_databases

SITE = "http://localhost"


def _take_the_place(session: Session, model: type[Base], old: int) -> None:
    """The row is gone, and the newest one of its table has its number."""
    key = model.__table__.c.id
    newest = session.scalars(select(func.max(key))).one()
    assert newest != old
    session.execute(delete(model).where(key == old))
    session.execute(update(model).where(key == newest).values(id=old))
    session.commit()


def _newest(session: Session, model: type[Base]) -> int:
    return int(session.scalars(select(func.max(model.__table__.c.id))).one())


def test_a_sign_in_of_staff(client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock) -> None:
    come_in(client, db_session, clock(), cast.ruud)
    assert client.get("/follow-ups").status_code == 200
    ours = _newest(db_session, SignIn)
    session_of(db_session, clock(), cast.mila)

    _take_the_place(db_session, SignIn, ours)

    assert client.get("/follow-ups").location == "/sign-in?next=/follow-ups"


def test_a_sign_in_by_personal_link(client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock) -> None:
    case = case_in_setup(db_session, cast, clock())
    come_in(client, db_session, clock(), participant(case.id, case.people["kees"]))
    own_page = f"/conferences/{case.id}/mine"
    assert client.page(own_page).heading == "Hello, Kees de Wit"
    ours = _newest(db_session, SignIn)
    session_of(db_session, clock(), participant(case.id, case.people["marieke"]))

    _take_the_place(db_session, SignIn, ours)

    assert client.get(own_page).location == "/signed-out"


def test_a_device_at_a_personal_link(client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock) -> None:
    """Somebody else's phone, which never came in, and the phone of the owner of the link, which did."""
    case = case_in_setup(db_session, cast, clock())
    path = make_link(db_session, clock(), case.id, case.people["marieke"])
    client.page(f"{path}/code")
    client.submit("I have no code: ask to be let in")
    strange = _newest(db_session, LinkDevice)
    device, _token = ask_to_come_in(db_session, clock(), path.removeprefix("/l/"), "Her own phone")
    answer_request(By(db_session, cast.noor, clock()), case.id, device, True)

    _take_the_place(db_session, LinkDevice, strange)

    assert client.page(f"{path}/waiting").heading == "Is it you?"


def test_an_own_device_that_is_remembered(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = case_in_setup(db_session, cast, clock())
    path, key = link_known_before(db_session, clock(), case.id, case.people["marieke"])
    ours = _newest(db_session, LinkDevice)
    client.set_cookie("link_device", key, path=path)
    client.page(path)
    device, _token = ask_to_come_in(db_session, clock(), path.removeprefix("/l/"), "A phone of somebody else")
    answer_request(By(db_session, cast.noor, clock()), case.id, device, True)

    _take_the_place(db_session, LinkDevice, ours)

    assert client.submit("Go to my page").heading == "Is it you?"


def test_an_invitation_that_was_opened(client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock) -> None:
    mine = invite(By(db_session, PROGRAM, clock()), cast.noor.account_id or 0, SITE)
    assert mine is not None
    client.page(mine.removeprefix(SITE))
    assert client.submit("Go on").heading == "Hello, Noor van Dijk"
    opened = _newest(db_session, Invitation)
    invite(By(db_session, PROGRAM, clock()), cast.denise.account_id or 0, SITE)

    _take_the_place(db_session, Invitation, opened)

    assert client.get("/choose-password").status_code == 404


def test_a_password_whose_code_is_still_asked_for(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    set_up_app(db_session, clock(), cast.noor)
    assert sign_in_by_password(client, cast.noor).url == "/sign-in/code"

    delete_second_factor(db_session, cast.noor.account_id or 0)
    db_session.commit()
    set_up_app(db_session, clock() + timedelta(minutes=1), cast.noor)

    assert client.get("/sign-in/code").location == "/sign-in"
