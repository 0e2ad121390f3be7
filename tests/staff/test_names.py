"""The pages of municipalities and organisations, and the question about a name that is nearly a known one."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.directory import actions, queries
from ekc.directory.actions import Entry
from ekc.directory.models import Listing
from tests import build
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START
from tests.conferences.test_register import FILLED_IN
from tests.form import Value
from tests.page import Page, text_of
from tests.registering import begin, of_page

AREA, MEANT = "Municipality, council or area", "Which one do you mean?"


def test_a_new_name_is_told_and_merged_after_what_follows_was_read(
    client: PageClient, cast: Cast, db_session: Session
) -> None:
    build.case_in_evaluation(db_session, cast, START, municipality="Riverstad")
    sign_in(client, cast.mila)
    assert "There are no follow-ups to do in Rivierstad." in client.page("/follow-ups").text
    client.submit("Sign out")
    sign_in(client, cast.ruud)
    assert "3 names of municipalities or organisations are new." in client.page("/").text
    client.submit("Sign out")

    sign_in(client, cast.bas)
    client.page("/accounts")
    client.follow("Municipalities and organisations")
    page = client.follow("Same as Rivierstad? Merge them")
    assert "Nobody has checked it yet." in page.text
    page = client.shown("Show what changes")
    assert "1 conference of Riverstad becomes one of Rivierstad, in each list and figure." in page.text
    assert "Mila Visser" in page.text
    page = client.submit("Merge them")

    assert (page.url, "Riverstad is merged with Rivierstad." in page.text) == ("/names", True)
    assert "New names to check" not in page.text
    page = client.follow("Organisations")
    assert "Youth protection" in page.text
    page = client.submit("Confirm Youth protection")
    assert "Youth protection is confirmed." in page.text
    client.submit("Sign out")
    sign_in(client, cast.mila)
    assert client.page("/follow-ups").table()[1][-3] == "Rivierstad"


@pytest.mark.both_databases
def test_a_number_that_no_row_has_is_as_none(client: PageClient, cast: Cast) -> None:
    sign_in(client, cast.bas)
    pages = ("/names?after=", "/names/municipalities/1?into=")
    wrong = ("", "x", "0", "-1", f"-{2**31 + 1}", str(2**31), "9" * 5000)

    assert [len({client.page(f"{page}{number}").text for number in wrong}) for page in pages] == [1, 1]


def test_what_follows_is_read_again_when_it_is_something_else_by_then(
    client: PageClient, cast: Cast, db_session: Session
) -> None:
    build.registered_case(db_session, cast, START, municipality="Riverstad")
    sign_in(client, cast.bas)
    client.page("/names")
    client.follow("Same as Rivierstad? Merge them")
    client.shown("Show what changes")
    build.registered_case(db_session, cast, START, municipality="Riverstad")

    page = client.shown("Merge them")

    assert "2 conferences of Riverstad become conferences of Rivierstad" in page.text
    assert "is merged with" in client.submit("Merge them").text


def test_names_are_changed_added_and_removed(client: PageClient, cast: Cast, db_session: Session) -> None:
    sign_in(client, cast.ruud)
    client.page("/names")
    refused = client.refused("Add this name", {"Name": "", "Code": "GM1", "Other names": "Dorp"}, status=422)
    assert refused.errors == ["Name: Write a name."]
    assert client.form("Add this name").shown("Other names") == "Dorp"
    client.submit("Add this name", {"Name": "Dorpstad"})
    client.follow("Rivierstad")
    taken = client.refused("Save", {"Other names": "Dorp"}, status=409)
    assert taken.errors == ["Dorp is the name of another one in the list. Merge the two."]
    client.submit("Save", {"Name": "Rivierenstad", "Other names": ""})
    client.follow("Dorpstad")
    client.submit("Remove it")

    (row,) = queries.listed(db_session, Listing.MUNICIPALITIES)
    assert (row.name, row.aliases, row.confirmed) == ("Rivierenstad", ("Rivierstad",), True)
    client.follow("Rivierenstad")
    assert client.refused("Remove it", status=409).errors == [
        "Rivierenstad is in use. Merge it with the right one instead."
    ]
    for address in ("/names/municipalities/999", "/names/elsewhere"):
        client.page(address, status=404)


def _place_refused(client: PageClient, values: dict[str, Value]) -> Page:
    """The third page of registering, on which something is asked."""
    client.page("/register")
    begin(client, values)
    for _page in ("about", "people"):
        page = client.submit("Continue", of_page(client.form("Continue"), values))
        assert not page.all("datalist") or page.heading == "Where, and which coordinator"
    return client.refused("Continue", of_page(client.form("Continue"), values), status=422)


def test_a_name_that_is_nearly_known_is_asked_about_and_nothing_typed_is_lost(
    client: PageClient, cast: Cast, db_session: Session, app: Flask
) -> None:
    """Nobody is turned away: what was typed can stay. Organisations are not offered to the public."""
    actions.add_rows(
        By(db_session, cast.bas, START), Listing.ORGANISATIONS, [Entry(name="Youth protection Rivierstad")]
    )
    near = FILLED_IN | {AREA: "Riverstad", "Your organisation": "Youth protection Riverstad"}

    page = _place_refused(client, near)

    assert [one.get("id") for one in page.all("datalist")] == ["municipalities"]
    assert page.errors == [f"{AREA}: This is nearly the same as Rivierstad. Choose which one you mean."]
    form = client.form("Continue")
    assert (form.shown("Region"), form.shown(AREA)) == ("North", "Riverstad")
    page = client.submit("Continue", {MEANT: "Rivierstad"})
    assert f"{AREA} Rivierstad Region" in page.text  # the answers are shown as they were taken
    client.submit("Register")
    assert [row.name for row in queries.listed(db_session, Listing.MUNICIPALITIES)] == ["Rivierstad"]

    _place_refused(client, near)
    client.submit("Continue", {MEANT: "Riverstad, as I typed it"})
    client.submit("Register")
    db_session.rollback()
    assert [row.name for row in queries.listed(db_session, Listing.MUNICIPALITIES)] == ["Riverstad", "Rivierstad"]


def test_each_of_several_employers_is_asked_about(client: PageClient, cast: Cast, db_session: Session) -> None:
    actions.add_rows(By(db_session, cast.bas, START), Listing.ORGANISATIONS, [Entry(name="Youth protection")])
    sign_in(client, cast.bas)
    client.page(f"/accounts/{cast.noor.account_id}")

    page = client.refused("Save", {"Also works for": "Choir; Youth protektion"}, status=422)

    assert page.errors == [
        "Also works for: This is nearly the same as Choir; Youth protection. Choose which one you mean."
    ]
    client.submit("Save", {MEANT: "Choir; Youth protection"})
    assert client.form("Save").shown("Also works for") == "Choir; Youth protection"


def test_a_long_list_is_on_pages_and_searched(client: PageClient, cast: Cast, db_session: Session) -> None:
    """By each of its names and by its code, however it is spelled; what is new comes first."""
    added = [Entry(name=f"Dorp {number:03}", code=f"GM{number:03}") for number in range(60)]
    by = By(db_session, cast.bas, START)
    actions.add_rows(by, Listing.MUNICIPALITIES, [*added, Entry(name="Súdwest-Fryslân", aliases=("Sneek",))])
    build.registered_case(db_session, cast, START, municipality="Riverstad")
    sign_in(client, cast.bas)

    def rows() -> list[str]:
        found = [row for row in client.here.all("li") if row.get("class") == "rows__row"]
        return [text_of(next(one for one in row.iter() if one.tag in {"a", "strong"})) for row in found]

    client.page("/names")
    first = rows()
    assert (len(first), first[:2]) == (50, ["Riverstad", "Dorp 000"])
    client.follow("The next 50")
    assert [*first, *rows()] == ["Riverstad", *(one.name for one in added), "Rivierstad", "Súdwest-Fryslân"]
    for asked, found in (
        ("sudw", ["Súdwest-Fryslân"]),
        ("Sneek", ["Súdwest-Fryslân"]),
        ("gm017", ["Dorp 017"]),
        ("riv", ["Riverstad", "Rivierstad"]),
        ("", first),
    ):
        client.submit("Search", {"Name or code": asked})
        assert rows() == found
    assert "No name found." in client.submit("Search", {"Name or code": "nowhere"}).text
    client.submit("Search", {"Name or code": "dorp"})
    client.follow("The next 50")
    assert rows() == [one.name for one in added[50:]]


def test_only_another_name_of_the_list_can_be_merged_with(client: PageClient, cast: Cast, db_session: Session) -> None:
    build.registered_case(db_session, cast, START, municipality="Riverstad")
    sign_in(client, cast.bas)
    client.page("/names")
    client.follow("Change or merge Riverstad")

    same = "Which one is it the same as?"
    nothing_else = "Nothing else in the list has this name. Choose one that is in it."
    assert client.refused("Show what changes", {same: "Nowhere"}, status=422).errors == [f"{same} {nothing_else}"]
    client.refused("Show what changes", {same: "Riverstad"}, status=422)
    itself = client.refused("Show what changes", {MEANT: "Riverstad, as I typed it"}, status=422)
    assert itself.errors == [f"{same} {nothing_else}"]
    assert client.refused("Show what changes", {same: ""}, status=422).errors == [
        f"{same} Write which one it is the same as."
    ]
    assert "becomes one of Rivierstad" in client.shown("Show what changes", {same: "RIVIERSTAD"}).text
