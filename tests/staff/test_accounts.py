"""The administrator's pages over HTTP: list of accounts, opening, changing, roles, closing, and regions."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.accounts.access import PROGRAM, By, Office
from ekc.accounts.models import Account
from ekc.accounts.queries import offices, visitor_of_account
from ekc.core.errors import Refusal
from ekc.core.outbox import OutboxMessage
from ekc.matching.actions import independence
from ekc.matching.actions.asking import ask_coordinator
from ekc.matching.actions.independence import accept
from ekc.signin.actions import sessions
from ekc.signin.models import Identity, Method, Passkey
from ekc.staff.actions import accounts, closing
from ekc.staff.actions import regions as regions_actions
from ekc.staff.actions import roles as roles_actions
from ekc.staff.actions.accounts import NewAccount
from ekc.workflow.vocabulary import Role
from tests import build
from tests.cast import COST, PASSWORD, Cast, come_in, set_up_app, sign_in_by_password
from tests.client import PageClient
from tests.clock import START, FrozenClock
from tests.page import Page, text_of

pytestmark = pytest.mark.both_databases

NEW = {
    "Name": "Fatima Haddou",
    "Email address": "Fatima@example.org",
    "Works in": "North",
    "One line about them": "Nurse, knows the city.",
    "Also works for": "Mental health team; Choir",
    "Phone": "01632 960030",
    "Role": "coordinator",
}


@pytest.fixture
def bas(client: PageClient, cast: Cast) -> PageClient:
    """The administrator at a browser."""
    sign_in_by_password(client, cast.bas)
    return client


def rows(page: Page) -> list[str]:
    """The lines of the lists of a page."""
    lines = [node for node in page.all("li") if node.get("class") == "rows__row"]
    return [" ".join(text_of(part) for part in line) for line in lines]


def test_an_administrator_begins_at_the_accounts(client: PageClient, cast: Cast, clock: FrozenClock) -> None:
    page = sign_in_by_password(client, cast.bas)

    assert (page.url, page.heading) == ("/accounts", "Accounts")
    assert rows(page) == [
        "Noor van Dijk coordinator · noor@example.org open never signed in",
        "Ruud Kramer regional manager of North · ruud@example.org open never signed in",
        "Bas Mulder administrator · bas@example.org open last signed in on 2 Mar",
        "Denise Okafor coordinator · denise@example.org open never signed in",
        "Iris Smit coordinator · iris@example.org open never signed in",
        "Mila Visser social care manager of Rivierstad · mila@example.org open never signed in",
    ]


def test_a_care_manager_who_is_administrator_begins_at_the_follow_ups(
    client: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    """Not at the page of coordinators, which would be empty."""
    mila = cast.mila.account_id or 0
    assert sign_in_by_password(client, cast.mila).url == "/follow-ups"
    roles_actions.give_role(By(db_session, cast.bas, clock()), mila, Office(Role.ADMINISTRATOR))
    assert client.page("/").url == "/follow-ups"

    roles_actions.give_role(By(db_session, cast.bas, clock()), mila, Office(Role.COORDINATOR))
    assert (client.page("/").url, client.here.heading) == ("/", "Hello, Mila")


def test_the_list_is_narrowed(bas: PageClient, cast: Cast, db_session: Session, clock: FrozenClock) -> None:
    closing.set_leaving(By(db_session, cast.bas, clock()), cast.noor.account_id or 0, date(2026, 4, 30))
    closing.set_leaving(By(db_session, cast.bas, clock()), cast.denise.account_id or 0, date(2026, 3, 2))
    closing.close_account(By(db_session, cast.bas, clock()), cast.iris.account_id or 0)
    clock.advance(hours=1)
    bas.page("/accounts")

    def shown(**typed: str) -> list[str]:
        labels = {"words": "Name or email address", "state": "Status"}
        page = bas.submit("Show", {labels[key]: value for key, value in typed.items()})
        return [line.partition(" ")[0] for line in rows(page)]

    assert shown(words="DIJK noor") == ["Noor"]
    assert shown(words="ru@%_") == []
    assert shown(words="ruud@") == ["Ruud"]
    assert shown(words="", state="leaving") == ["Noor", "Denise"]
    assert shown(state="closed") == ["Iris"]
    assert shown(state="open") == ["Ruud", "Bas", "Mila"]
    assert shown(state="invited") == []
    assert "No account found." in bas.here.text
    assert rows(bas.follow("Show all again"))[5].startswith("Mila")


def test_fifty_a_page(bas: PageClient, cast: Cast, db_session: Session, clock: FrozenClock) -> None:
    for number in range(99):
        email = f"somebody{number}@example.org"
        roles = (Office(Role.COORDINATOR),)
        same = NewAccount(name="Same Name", email=email, region_id=cast.north, roles=roles, password=PASSWORD)
        accounts.open_account(By(db_session, cast.bas, clock()), same, COST)
    seen = rows(bas.page("/accounts"))
    for _ in range(2):
        seen += rows(bas.follow("The next 50"))

    assert (len(seen), len(set(seen))) == (105, 105)
    assert "The next 50" not in dict(bas.here.links)
    assert rows(bas.page("/accounts?after=x")) == rows(bas.page("/accounts?after=99999999999999999999"))


def test_somebody_is_opened_and_invited(bas: PageClient, cast: Cast, db_session: Session) -> None:
    bas.page("/accounts")
    bas.follow("Open an account")

    page = bas.shown("Open and invite", NEW)

    [link] = [code.text or "" for code in page.all("code")]
    assert link.startswith("http://localhost/invitations/")
    assert page.heading == "Fatima Haddou"
    assert "It works once, until Monday 9 March 2026, 10:00." in page.text
    account = db_session.scalars(select(Account).where(Account.email == "fatima@example.org")).one()
    assert "/invitations/" not in bas.page(f"/accounts/{account.id}").text  # shown once
    assert (account.password_hash, account.language) == (None, "en")
    form = bas.form("Save")
    assert (form.shown("Phone"), account.phone) == ("01632 960030", "01632 960030")
    assert (form.shown("Also works for"), account.employer) == (
        "Mental health team; Choir",
        "Mental health team; Choir",
    )
    assert rows(bas.page("/accounts?state=invited")) == ["Fatima Haddou coordinator · fatima@example.org invited"]


def test_the_role_is_asked_first_and_confirmed_municipalities_are_offered(
    bas: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    """A name that came with a case, and that nobody confirmed, is not offered."""
    build.registered_case(db_session, cast, clock(), municipality="Elsewhere")
    for municipality in ("Rivierstad", "Bergen"):
        office = Office(Role.CARE_MANAGER, municipality=municipality)
        roles_actions.give_role(By(db_session, cast.bas, clock()), cast.noor.account_id or 0, office)

    page = bas.page("/accounts/new")

    labels = [text_of(label) for label in page.all("label")]
    assert labels[:4] == [
        "Role",
        "A regional manager: of which region?",
        "A social care manager: of which municipality?",
        "Name",
    ]
    [offered] = page.all("datalist")
    assert [option.get("value") for option in offered] == ["Bergen", "Rivierstad"]
    [typed] = [box for box in page.all("input") if box.get("list")]
    assert (typed.get("name"), typed.get("list")) == ("municipality", offered.get("id"))


def test_a_manager_of_a_municipality_without_conferences_is_noticed(
    bas: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    """Den Bosch is no letter away from 's-Hertogenbosch, so nothing is asked as it is typed."""
    build.registered_case(db_session, cast, clock(), municipality="'s-Hertogenbosch")
    none = "No conference was registered from a municipality of this name yet."
    role = {"Role": "social care manager", "A social care manager: of which municipality?": "Den Bosch"}
    bas.page("/accounts/new")
    page = bas.shown("Open and invite", NEW | role)
    assert none in page.text

    rows_of = "A social care manager: of which municipality?"
    bas.page("/accounts/new")
    page = bas.shown("Open and invite", NEW | role | {rows_of: "s Hertogenbosch", "Email address": "two@example.org"})
    assert none not in page.text


def test_the_next_account_begins_with_what_colleagues_share(bas: PageClient) -> None:
    bas.page("/accounts/new")
    manager = {"Role": "regional manager", "A regional manager: of which region?": "North"}
    page = bas.shown("Open and invite", NEW | manager | {"Language of the pages": "Nederlands"})
    bas.page(page.link("Open another account"))
    form = bas.form("Open and invite")
    labels = (*manager, "Works in", "Language of the pages", "Name", "Email address")
    assert [form.shown(label) for label in labels] == ["regional manager", "North", "North", "Nederlands", "", ""]


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(bas: PageClient, cast: Cast) -> None:
    bas.page("/accounts/new")
    wrong = {
        ("Name", ""): "Name: Write a name.",
        ("Email address", "fatima"): "Email address: Write an email address such as name@example.org.",
        ("Email address", ""): "Email address: Write an email address: with it they sign in.",
        ("Role", "social care manager"): (
            "A social care manager: of which municipality? Write the name of the municipality whose conferences they "
            "follow."
        ),
        ("A social care manager: of which municipality?", "Rivierstad"): (
            "A social care manager: of which municipality? This goes with another choice. Make that choice, or leave "
            "this empty."
        ),
    }
    for (label, value), told in wrong.items():
        page = bas.refused("Open and invite", NEW | {label: value}, status=422)
        assert page.errors == [told]
        assert bas.form("Open and invite").shown("One line about them") == "Nurse, knows the city."

    bas.page("/accounts/new")
    page = bas.refused("Open and invite", NEW | {"Email address": "NOOR@example.org"}, status=409)
    assert page.errors == ["Noor van Dijk has an account with the address noor@example.org already."]
    assert bas.form("Open and invite").shown("Email address") == "NOOR@example.org"


def test_details_are_changed(bas: PageClient, cast: Cast, db_session: Session) -> None:
    bas.page("/accounts")
    bas.follow("Noor van Dijk")

    page = bas.submit("Save", {"Name": "Noor Bakker", "Works in": "South", "Language of the pages": "Nederlands"})

    assert page.heading == "Noor Bakker"
    noor = visitor_of_account(db_session, cast.noor.account_id or 0)
    assert noor is not None
    assert (noor.actor.name, noor.home_region, noor.language) == ("Noor Bakker", cast.south, "nl")
    page = bas.refused("Save", {"Name": "Noor de Vries", "Email address": "denise@example.org"}, status=409)
    assert page.errors == ["Denise Okafor has an account with the address denise@example.org already."]
    assert bas.form("Save").shown("Name") == "Noor de Vries"


def test_roles_are_given_and_taken(bas: PageClient, cast: Cast, db_session: Session) -> None:
    bas.page(f"/accounts/{cast.noor.account_id}")
    bas.submit("Give this role", {"Role": "regional manager", "A regional manager: of which region?": "South"})
    page = bas.submit("Take this role away", near="coordinator")

    assert rows(page) == [
        "regional manager of South Take away: regional manager of South Take this role away: regional manager of South"
    ]
    only = bas.refused("Take this role away", status=409)
    assert only.errors == ["This is the only role of Noor van Dijk. Close the account instead."]
    held = offices(db_session, [cast.noor.account_id or 0])[cast.noor.account_id or 0]
    assert [(one.role, one.place) for one in held] == [(Role.REGIONAL_MANAGER, "South")]


def test_the_last_administrator_cannot_go(bas: PageClient, cast: Cast) -> None:
    page = bas.page(f"/accounts/{cast.bas.account_id}")
    assert {"Close it", "Give this role"} & set(page.buttons) == set()  # not one's own
    assert "Without Bas Mulder nobody is administrator." in page.text

    page = bas.refused("Take this role away", status=409)

    assert page.errors == ["Bas Mulder is the only administrator. Give somebody else that role first."]


def test_an_account_is_closed_and_opened_again(
    app: Flask, bas: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    build.case_in_setup(db_session, cast, clock())
    noor = app.test_client()
    assert isinstance(noor, PageClient)
    sign_in_by_password(noor, cast.noor)
    page = bas.page(f"/accounts/{cast.noor.account_id}")
    assert "1 conference is then without a coordinator; the regional manager sees it." in page.text

    page = bas.submit("Close it")

    assert "1 conference still needs another coordinator." in page.text
    assert noor.page("/").heading == "Families and friends make their own plan"
    page = bas.submit("Open it again")
    assert "Sent to noor@example.org." in page.text
    assert "invited" in rows(bas.page("/accounts?q=noor"))[0]


def test_somebody_is_signed_out_everywhere(app: Flask, bas: PageClient, cast: Cast) -> None:
    noor = app.test_client()
    assert isinstance(noor, PageClient)
    sign_in_by_password(noor, cast.noor)
    bas.page(f"/accounts/{cast.noor.account_id}")

    page = bas.submit("Sign them out everywhere")

    assert "Sign them out everywhere" not in page.buttons
    assert noor.page("/").heading == "Families and friends make their own plan"


def test_an_invitation_is_renewed_and_withdrawn(
    app: Flask, bas: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    """For an owner who never signed in, so the administrator sees the link."""
    new = NewAccount(name="Fatima", email="f@example.org", region_id=cast.north, roles=(Office(Role.COORDINATOR),))
    bas.page(f"/accounts/{accounts.open_account(By(db_session, cast.bas, clock()), new)}")
    links = []
    for _ in range(2):
        page = bas.shown("Send it")
        links += [(code.text or "").removeprefix("http://localhost") for code in page.all("code")]
    fatima = app.test_client()
    assert isinstance(fatima, PageClient)
    fatima.page(links[0], status=404)
    fatima.page(links[1])

    page = bas.submit("Withdraw it")

    assert "Withdraw it" not in page.buttons
    fatima.page(links[1], status=404)


@pytest.mark.parametrize("way", ["password", "sign-in", "passkey", "provider", "closed"])
def test_whoever_was_ever_in_is_invited_by_mail_alone(
    bas: PageClient, cast: Cast, db_session: Session, clock: FrozenClock, way: str
) -> None:
    """The administrator, who could choose the password by the link, sees it on no page and has it in no cookie."""
    new = NewAccount(
        name="Fatima",
        email="fatima@example.org",
        region_id=cast.north,
        roles=(Office(Role.COORDINATOR),),
        password=PASSWORD if way == "password" else None,
    )
    fatima = accounts.open_account(By(db_session, cast.bas, clock()), new, COST)
    if way in ("sign-in", "closed"):
        sessions.sign_in_account(db_session, clock(), fatima, Method.PROVIDER)
    if way == "closed":
        closing.close_account(By(db_session, cast.bas, clock()), fatima)
    if way == "passkey":
        about = {"credential_id": b"id", "public_key": b"key", "handle": b"handle", "name": "Phone"}
        db_session.add(Passkey(account_id=fatima, sign_count=0, made_at=clock(), **about))
    if way == "provider":
        db_session.add(
            Identity(account_id=fatima, issuer="https://there", subject="f", tied_at=clock(), used_at=clock())
        )
    db_session.commit()
    bas.page(f"/accounts/{fatima}")

    page = bas.submit("Open it again" if way == "closed" else "Send it")

    assert "Sent to fatima@example.org. Only its owner can use it: once, until Monday 9 March 2026, 10:00." in page.text
    assert "can print a link with this command: ekc invite fatima@example.org" in page.text
    seen = [page.html, *(bas.page(path).html for path in (f"/accounts/{fatima}", "/accounts", "/account"))]
    with bas.session_transaction() as cookie:
        seen.append(str(dict(cookie)))
    assert [text for text in seen if "/invitations/" in text] == []
    mail = db_session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    assert mail is not None
    assert (mail.recipient, (mail.link or "").partition("/invitations/")[0]) == (
        "fatima@example.org",
        "http://localhost",
    )


def test_a_new_link_is_in_no_cookie(bas: PageClient) -> None:
    bas.page("/accounts/new")

    bas.shown("Open and invite", NEW)

    with bas.session_transaction() as cookie:
        assert "/invitations/" not in str(dict(cookie))


def test_leaving_until_all_is_handed_over(bas: PageClient, cast: Cast, db_session: Session, clock: FrozenClock) -> None:
    case = build.case_in_setup(db_session, cast, clock())
    bas.page(f"/accounts/{cast.noor.account_id}")
    early = bas.refused("Note the last day", {"Last day": date(2026, 3, 1)}, status=422)
    assert early.errors == ["Last day: This day is over. Choose today or a later day, or close the account."]
    assert bas.refused("Note the last day", {"Last day": ""}, status=422).errors == ["Last day: Choose a day."]

    page = bas.submit("Note the last day", {"Last day": date(2026, 4, 30)})

    assert "leaves on 30 April 2026 1 conference to hand over" in page.text
    ask_coordinator(By(db_session, cast.ruud, clock()), case.id, cast.denise.account_id or 0)
    assert "leaves on 30 April 2026 1 conference to hand over" in bas.page(page.url).text
    accept(By(db_session, cast.denise, clock()), case.id, build.INDEPENDENT)
    assert "leaves on 30 April 2026 handed over, can be closed" in bas.page(page.url).text
    page = bas.submit("Take the last day away")
    assert "leaves on" not in page.text


def test_a_place_without_a_manager_is_named(bas: PageClient, cast: Cast) -> None:
    told = "Without Ruud Kramer nobody is regional manager of North."
    assert told in bas.page(f"/accounts/{cast.ruud.account_id}").text
    assert "social care manager of Rivierstad" in bas.page(f"/accounts/{cast.mila.account_id}").text
    assert "Without Noor" not in bas.page(f"/accounts/{cast.noor.account_id}").text
    bas.submit("Give this role", {"Role": "regional manager", "A regional manager: of which region?": "North"})

    assert told not in bas.page(f"/accounts/{cast.ruud.account_id}").text


def test_a_coordinator_who_goes_to_another_region_keeps_their_conferences_and_the_page_says_so(
    bas: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    build.case_in_setup(db_session, cast, clock())
    stays = "1 conference of theirs is in another region than the one they work in now. It stays theirs until"
    assert stays not in bas.page(f"/accounts/{cast.noor.account_id}").text

    assert stays in bas.submit("Save", {"Works in": "South"}).text

    assert stays not in bas.submit("Save", {"Works in": "North"}).text


def test_regions(bas: PageClient, cast: Cast, db_session: Session) -> None:
    bas.page("/accounts")
    page = bas.follow("Regions")
    assert [line.partition(" Change")[0] for line in rows(page)] == [
        "North 2 coordinators · Ruud Kramer",
        "South 1 coordinator no regional manager",
    ]

    assert bas.refused("Add the region", {"Name of the region": " "}, status=422).errors == [
        "Name of the region: Write a name.",
        "Time zone: Choose a time zone.",
    ]
    bas.submit("Add the region", {"Name of the region": "Waikato", "Time zone": "Pacific/Auckland"})
    taken = bas.refused("Save", {"Name of the region": "North"}, near="South", status=409)
    assert taken.errors == ["There is a region North already."]
    page = bas.submit("Save", {"Name of the region": "Middle"}, near="Change South")

    assert [line.partition(" ")[0] for line in rows(page)] == ["Middle", "North", "Waikato"]


def test_a_region_is_one_however_its_name_is_typed(bas: PageClient, cast: Cast, db_session: Session) -> None:
    bas.page("/regions")
    typed = {"Name of the region": " nörth", "Time zone": "Europe/Amsterdam"}
    assert bas.refused("Add the region", typed, status=409).errors == ["There is a region North already."]


def test_a_region_that_was_added_by_mistake_is_removed(bas: PageClient, cast: Cast, db_session: Session) -> None:
    bas.page("/regions")
    page = bas.submit("Add the region", {"Name of the region": "Nroth", "Time zone": "Europe/Amsterdam"})
    assert ("Remove Nroth" in page.text, "Remove North" in page.text) == (True, False)

    page = bas.submit("Remove it: Nroth")

    assert ("The region is removed." in page.text, len(rows(page))) == (True, 2)
    by = By(db_session, PROGRAM, START)
    with pytest.raises(Refusal, match="somebody works there"):
        regions_actions.remove_region(by, cast.north)


def test_an_account_whose_invitation_is_void_says_so(
    bas: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    """It was shown as open, with nobody to tell the owner, who cannot come in."""
    bas.page("/accounts/new")
    bas.shown("Open and invite", NEW)
    invited = db_session.scalars(select(Account.id).where(Account.email == "fatima@example.org")).one()
    assert "invited" in bas.page(f"/accounts/{invited}").text

    page = bas.submit("Save", {"Email address": "fatima.haddou@example.org"})

    assert "invitation no longer works" in page.text
    assert "the email address was changed. Send a new one." in page.text
    bas.shown("Send it")
    clock.advance(days=7, minutes=1)
    sign_in_by_password(bas, cast.bas)
    bas.page("/accounts")
    found = rows(bas.submit("Show", {"Status": "invitation no longer works"}))
    assert found == ["Fatima Haddou coordinator · fatima.haddou@example.org invitation no longer works"]
    assert rows(bas.submit("Show", {"Status": "open"}))[0].startswith("Noor")


def test_whose_address_it_is_already_is_said(bas: PageClient) -> None:
    bas.page("/accounts/new")
    bas.page("/accounts/new")
    page = bas.refused("Open and invite", NEW | {"Email address": "NOOR@example.org"}, status=409)
    assert page.errors == ["Noor van Dijk has an account with the address noor@example.org already."]


def test_whose_device_was_stolen_is_not_left_to_the_password(bas: PageClient, cast: Cast) -> None:
    """Without the second step, whoever has the device and the password that it keeps would come in."""
    page = bas.page(f"/accounts/{cast.noor.account_id}")
    assert "Was a device stolen? Then open the account again afterwards" in page.text


@pytest.mark.parametrize("name", ["noor", "ruud", "mila", "nobody"])
def test_to_others_these_pages_do_not_exist(client: PageClient, cast: Cast, name: str) -> None:
    who = getattr(cast, name)
    if who.known:
        sign_in_by_password(client, who)
    wanted = 404 if who.known else 302
    addresses = ("/accounts", "/accounts/new", "/accounts/1", "/accounts/99", "/regions")

    assert {client.get(address).status_code for address in addresses} == {wanted}


def test_an_account_that_is_not_there(bas: PageClient) -> None:
    for number in (99, 2**31, 10**30):
        bas.page(f"/accounts/{number}", status=404)
        bas.page("/accounts")
        token = dict(bas.form("Sign out").fill({}).fields)
        for verb in ("", "/roles", "/invitation", "/invitation/withdraw", "/sign-ins/end", "/stay", "/close", "/open"):
            typed = token | {"name": "X", "email": "x@example.org", "region_id": "1", "language": "en"}
            typed |= {"role": "coordinator", "role_region_id": "1"}
            assert bas.post(f"/accounts/{number}{verb}", data=typed).status_code == 404


def test_nobody_notes_for_whom_they_work_themselves(
    bas: PageClient, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    """Bas coordinates too: another administrator notes that he works for the school, and he cannot take it away."""
    bas_id = cast.bas.account_id or 0
    roles_actions.give_role(By(db_session, PROGRAM, clock()), bas_id, Office(Role.COORDINATOR))
    independence.set_employer(By(db_session, PROGRAM, clock()), bas_id, "School De Wilg")
    bas.page(f"/accounts/{bas_id}")

    page = bas.refused("Save", {"Also works for": "", "One line about them": "Bas"}, status=409)

    assert page.errors == ["You cannot note this about yourself. Ask another administrator or your manager."]
    assert bas.form("Save").shown("One line about them") == "Bas"
    bas.submit("Save", {"Also works for": "School De Wilg"})
    bas.page(f"/accounts/{cast.noor.account_id}")
    bas.submit("Save", {"Also works for": "Library"})
    db_session.rollback()
    kept = db_session.execute(select(Account.introduction, Account.employer).order_by(Account.id)).all()
    assert (kept[0].employer, tuple(kept[-1])) == ("Library", ("Bas", "School De Wilg"))


def test_a_lost_second_step_is_taken_away(
    bas: PageClient, cast: Cast, db_session: Session, clock: FrozenClock, app: Flask
) -> None:
    noor = cast.noor.account_id or 0
    bas.page(f"/accounts/{noor}")
    assert "Take the second step away" not in bas.here.text
    set_up_app(db_session, clock(), cast.noor)
    at_home = app.test_client()
    come_in(at_home, db_session, clock(), cast.noor)

    bas.page(f"/accounts/{noor}")
    page = bas.submit("Take it away")

    assert "The second step and the passkeys are gone." in page.text
    assert "Take the second step away" not in page.text
    assert at_home.get("/sign-in").status_code == 200
    someone = app.test_client()
    assert isinstance(someone, PageClient)
    assert sign_in_by_password(someone, cast.noor).url == "/"
