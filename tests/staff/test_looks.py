"""The pages of accounts, regions and handing over in a real browser."""

from datetime import date

from playwright.sync_api import Browser, Page
from sqlalchemy.orm import Session

from ekc.accounts.access import By, Office
from ekc.matching.actions.asking import ask_coordinator
from ekc.signin.models import Identity
from ekc.staff.actions import closing
from ekc.staff.actions import roles as roles_actions
from ekc.staff.actions.accounts import NewAccount
from ekc.staff.actions.inviting import open_by_invitation
from ekc.workflow.vocabulary import Role
from tests import build
from tests.cast import Cast
from tests.clock import START, FrozenClock
from tests.look import Onlooker
from tests.plugins.browser import visiting
from tests.stories.eyes import look_both_ways
from tests.tab import press, sign_in, unfold

LAST_DAY = date(2026, 4, 30)


def look(visitor: Page, onlooker: Onlooker, name: str) -> None:
    unfold(visitor)
    look_both_ways(onlooker, visitor, name)


def test_accounts(
    visitor: Page,
    browser: Browser,
    live_server: str,
    onlooker: Onlooker,
    cast: Cast,
    db_session: Session,
    clock: FrozenClock,
) -> None:
    noor, iris = cast.noor.account_id or 0, cast.iris.account_id or 0
    build.case_in_setup(db_session, cast, START)
    build.registered_case(db_session, cast, START, municipality="Riverstad")
    closing.set_leaving(By(db_session, cast.bas, START), noor, LAST_DAY)
    closing.close_account(By(db_session, cast.bas, START), iris)
    sign_in(visitor, cast.bas.actor.name)
    look(visitor, onlooker, "accounts")
    visitor.goto("/accounts?q=nobody")
    look(visitor, onlooker, "accounts none")
    visitor.goto("/accounts/new")
    look(visitor, onlooker, "account new")
    visitor.get_by_label("Name").fill("Fatima Haddou")
    visitor.get_by_label("Email address").fill("fatima@example.org")
    visitor.get_by_label("Works in").select_option("North")
    visitor.get_by_label("Role", exact=True).select_option("coordinator")
    press(visitor, "Open and invite")
    look(visitor, onlooker, "account invited")
    for name, account_id in (("leaving", noor), ("closed", iris), ("own", cast.bas.account_id)):
        visitor.goto(f"/accounts/{account_id}")
        look(visitor, onlooker, f"account {name}")
    visitor.goto("/regions")
    look(visitor, onlooker, "regions")
    visitor.goto("/names")
    look(visitor, onlooker, "names")
    visitor.get_by_role("link", name="Same as Rivierstad? Merge them").click()
    look(visitor, onlooker, "name")
    press(visitor, "Show what changes")
    look(visitor, onlooker, "name merged")
    with visiting(browser, live_server, refused=True) as other:
        other.goto("/register")
        press(other, "It is about me or my family")
        other.goto("/register/1/place")
        other.get_by_label("Municipality, council or area").fill("Riviersted")
        press(other, "Continue")
        look(other, onlooker, "register a name nearly known")


def test_who_was_in_before(
    visitor: Page, onlooker: Onlooker, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    """Invited by mail alone, tied to a provider, new as a manager of two regions."""
    noor = cast.noor.account_id or 0
    issuer = "https://login.rivierstad.example/realms/municipality"
    db_session.add(Identity(account_id=noor, issuer=issuer, subject="n", tied_at=START, used_at=START))
    db_session.commit()
    for region in (cast.north, cast.south):
        roles_actions.give_role(By(db_session, cast.bas, START), noor, Office(Role.REGIONAL_MANAGER, region_id=region))
    sign_in(visitor, cast.bas.actor.name, f"/accounts/{noor}")
    unfold(visitor)
    press(visitor, "Send it")
    look(visitor, onlooker, "account by email alone")
    visitor.goto("/regions")
    look(visitor, onlooker, "regions new managers")
    press(visitor, "Sign out")
    sign_in(visitor, cast.ruud.actor.name)
    look(visitor, onlooker, "home new reader")
    press(visitor, "Sign out")
    sign_in(visitor, cast.noor.actor.name, "/account")
    look(visitor, onlooker, "own sign-in tied")


def test_an_invitation(visitor: Page, onlooker: Onlooker, cast: Cast, db_session: Session, clock: FrozenClock) -> None:
    roles = (Office(Role.COORDINATOR), Office(Role.REGIONAL_MANAGER, cast.south))
    new = NewAccount(name="Fatima Haddou", email="fatima@example.org", region_id=cast.south, roles=roles)
    link = open_by_invitation(By(db_session, cast.bas, START), new, "http://localhost")[1] or ""
    visitor.goto("/forgotten-password")
    look(visitor, onlooker, "forgotten")
    visitor.goto(link.removeprefix("http://localhost"))
    look(visitor, onlooker, "invitation")
    press(visitor, "Go on")
    look(visitor, onlooker, "choose password")


def test_handing_over(visitor: Page, onlooker: Onlooker, cast: Cast, db_session: Session, clock: FrozenClock) -> None:
    noor, denise = cast.noor.account_id or 0, cast.denise.account_id or 0
    for make in (build.matched_case, build.prepared_case, build.case_in_private_time, build.case_in_evaluation):
        make(db_session, cast, START)
    asked = build.case_in_setup(db_session, cast, START)
    ask_coordinator(By(db_session, cast.ruud, START), asked.id, denise)
    closing.set_leaving(By(db_session, cast.bas, START), noor, LAST_DAY)
    sign_in(visitor, cast.ruud.actor.name)
    look(visitor, onlooker, "home leaving")
    visitor.goto(f"/handing-over/{noor}")
    look(visitor, onlooker, "handing over")
    closing.close_account(By(db_session, cast.bas, START), noor)
    visitor.goto("/")
    look(visitor, onlooker, "home gone")
    visitor.goto(f"/handing-over/{noor}")
    look(visitor, onlooker, "handing over gone")
