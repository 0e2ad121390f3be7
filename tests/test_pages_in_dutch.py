"""Pages in Dutch: no English sentence is left, and dates, numbers and names are formatted correctly."""

import re
from functools import cache
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests import build
from tests.cast import Cast, link_known_before, make_link, sign_in
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.page import Page, squeeze
from tests.test_translations import BLANK, TRANSLATIONS, forms, read, sentences


def spoken(page: Page) -> set[str]:
    """Every text that a page shows or has read out, piece by piece; and the parts of those that are put together."""
    shown = [text for node in page.all("body")[0].iter() for text in (node.text, node.tail)]
    told = [node.get(name) for node in page.tree.iter() for name in ("alt", "aria-label", "placeholder", "title")]
    whole = [squeeze(text) for text in [page.title, *shown, *told] if text]
    parts = [part for text in whole for part in text.split(" · ")]
    return {text for text in [*whole, *parts, *(part.rpartition(": ")[2] for part in parts)] if text}


@cache
def english() -> tuple[frozenset[str], list[tuple[str, re.Pattern[str]]]]:
    """English sentences with a different translation; of each with placeholders its longest part, and a pattern."""
    dutch = read(TRANSLATIONS / "nl" / "LC_MESSAGES" / "messages.po")
    pairs = [pair for message in sentences(dutch) for pair in forms(message)]
    known = {said for _, said in pairs}
    sources = {squeeze(asked) for asked, said in pairs if asked != said and asked not in known}
    # A sentence that is hardly more than blanks would be found in much that a family wrote.
    filled = [BLANK.split(text) for text in sources if BLANK.search(text) and len(BLANK.sub("", text)) > 12]
    return frozenset(sources), [(max(one, key=len), re.compile(".+".join(map(re.escape, one)))) for one in filled]


@cache
def is_english(text: str) -> bool:
    """Whether this is one of the product's English sentences, which ought to have been Dutch."""
    whole, filled = english()  # the longest part is looked for first: a pattern of many blanks takes long to fail
    return text in whole or any(part in text and pattern.fullmatch(text) for part, pattern in filled)


#: The calendar of one day or another.
_OF_A_DAY = re.compile(r"/calendar/\d.*")


def english_left(client: PageClient, start: str) -> dict[str, list[str]]:
    """The English sentences on all pages that can be reached by links from here, by address."""
    found: dict[str, list[str]] = {}
    ahead = [start]
    while ahead:
        address = ahead.pop().partition("#")[0]
        elsewhere = "." in address or "?" in address  # files, and what leads away again
        alike = _OF_A_DAY.sub("/calendar/…", address)  # each leads to the next
        if alike in found or elsewhere or "/language/" in address:
            continue
        page = client.read(address)
        found[alike] = sorted(filter(is_english, spoken(page)))
        ahead += [href for _, href in page.links if href.startswith("/")]
    return {address: texts for address, texts in found.items() if texts}


def in_dutch(client: PageClient) -> PageClient:
    """The same client, once it has chosen Dutch."""
    assert client.page("/language/nl?next=/").tree.get("lang") == "nl"
    return client


CASES = (
    build.registered_case,
    build.prepared_case,
    build.case_in_information,
    build.case_in_private_time,
    build.case_in_presentation,
    build.case_in_evaluation,
)
#: In what language a page is does not hang on the database.
one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_english_that_is_left_is_seen(client: PageClient) -> None:
    page = client.page("/sign-in")
    assert [text for text in ("Sign in", "Password", "Own Plan") if is_english(text) and text in spoken(page)] == [
        "Sign in",
        "Password",
    ]
    assert is_english("Omar, Linda has not been told yet")


@one_database
def test_no_english_for_who_has_no_account(client: PageClient) -> None:
    assert english_left(in_dutch(client), "/") == {}


@one_database
@pytest.mark.parametrize("make", CASES)
def test_no_english_around_a_case(
    make: Any, client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = make(db_session, cast, clock())
    links = [link_known_before(db_session, clock(), case.id, case.people[name]) for name in ("marieke", "karim")]
    sign_in(client, cast.noor)
    assert english_left(in_dutch(client), "/") == {}
    for link, key in links:
        client.page("/language/en?next=/")
        client.set_cookie("link_device", key, path=link)
        client.page(link)
        client.submit("Go to my page")
        assert english_left(in_dutch(client), f"/conferences/{case.id}/mine") == {}


@one_database
def test_no_english_at_the_entrance(client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session) -> None:
    case = build.case_in_setup(db_session, cast, clock())
    link = make_link(db_session, clock(), case.id, case.people["marieke"])
    client.page(f"{link}/code")
    client.submit("I have no code: ask to be let in")
    in_dutch(client)
    for address in (link, f"{link}/code", f"{link}/waiting", "/signed-out", "/l/dead"):
        assert english_left(client, address) == {}


@one_database
@pytest.mark.parametrize("name", ["ruud", "mila", "bas"])
def test_no_english_for_staff(
    name: str, client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    for make in (build.registered_case, build.case_in_setup, build.case_in_evaluation):
        make(db_session, cast, clock())
    sign_in(client, getattr(cast, name))
    assert english_left(in_dutch(client), "/") == {}


IN_TWO_LANGUAGES = {
    "en": {
        "Conference in 40 days: 1 person has not been told yet",
        "1 of 5: Setup",
        "Fatima El Amrani-Benali has not been told yet",
        "Monday 2 March 2026",
        "Saturday 11 April 2026, 11:00",
        "by Monday 11 May 2026",
        "Not yet. One thing is still open:",
        "Not yet. 2 things are still open:",
        "2 people have not been told yet: Omar El Amrani, Fatima El Amrani-Benali",
    },
    "nl": {
        "Conferentie over 40 dagen: 1 persoon heeft nog geen uitleg gehad",
        "1 van 5: Voorbereiding",
        "Fatima El Amrani-Benali heeft nog geen uitleg gehad",
        "maandag 2 maart 2026",
        "zaterdag 11 april 2026, 11:00",
        "uiterlijk maandag 11 mei 2026",
        "Nog niet. Er is nog één ding open:",
        "Nog niet. Er zijn nog 2 dingen open:",
        "2 mensen hebben nog geen uitleg gehad: Omar El Amrani, Fatima El Amrani-Benali",
    },
}


@one_database
@pytest.mark.parametrize("language", IN_TWO_LANGUAGES)
def test_names_numbers_and_days_in_a_sentence(
    language: str, client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    one = build.prepared_case(db_session, cast, clock())
    build.change_details(db_session, cast, clock(), one, one.people["fatima"], informed_on=None)
    more = build.prepared_case(db_session, cast, clock())
    for name in ("omar", "fatima"):
        build.change_details(db_session, cast, clock(), more, more.people[name], informed_on=None)
    build.change_details(db_session, cast, clock(), more, more.people["els"], attends=None)
    sign_in(client, cast.noor)
    client.get(f"/language/{language}")

    said = spoken(client.page("/")) | spoken(client.page(f"/conferences/{one.id}"))
    said |= spoken(client.page(f"/conferences/{more.id}"))
    assert said & set().union(*IN_TWO_LANGUAGES.values()) == IN_TWO_LANGUAGES[language]
