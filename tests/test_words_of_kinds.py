"""Pages and papers in the words of the kind of conference: no group reads of a family, and no family of a group.

That every sentence has such words: `tests/workflow/test_wording.py`.
"""

import re
from typing import Any

import pytest
from sqlalchemy.orm import Session

from ekc.workflow.vocabulary import Variant
from ekc.workflow.wording import KEPT
from tests import build
from tests.cast import Cast, link_known_before, make_link, sign_in
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.stories.paper import PRINTER, download, words_of
from tests.test_pages_in_dutch import CASES, spoken

pytestmark = [PRINTER, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]

OF_FAMILIES = re.compile(r"famil|gezin", re.IGNORECASE)
OF_GROUPS = re.compile(r"\b(?:the|de|your|je) gro(?:up|ep)\b|both sides|beide kanten", re.IGNORECASE)
#: Said at the foot of pages about no case.
_MOTTOS = ("The family decides.", "De familie beslist.")
OF_NO_CASE = {*_MOTTOS, *(f"Own Plan · {motto}" for motto in _MOTTOS)}
#: In a list of kinds of conference.
KINDS = set(KEPT)
#: What people of `tests/build.py` wrote.
WRITTEN = {build.INDEPENDENT.independence, "The family moved away."}


def visited(client: PageClient, start: str, case: int) -> tuple[dict[str, set[str]], list[str]]:
    """What the pages of a case say, by address, for all that can be reached by links from here; and its papers."""
    found: dict[str, set[str]] = {}
    papers: list[str] = []
    ahead = [start]
    while ahead:
        address = ahead.pop().partition("#")[0]
        if address in found or "?" in address or "/language/" in address:
            continue
        if address.endswith(".pdf"):
            papers.append(address)
        elif "." not in address and (address == "/" or address.startswith(f"/conferences/{case}")):
            page = client.read(address)
            found[address] = spoken(page) - WRITTEN - KINDS - (OF_NO_CASE if address == "/" else set())
            ahead += [href for _, href in page.links if href.startswith("/")]
    return found, sorted(set(papers))


def strangers(client: PageClient, start: str, case: int, words: re.Pattern[str]) -> dict[str, Any]:
    """Where a page or paper that can be reached from here has these words."""
    pages, papers = visited(client, start, case)
    said: dict[str, Any] = {address: [text for text in texts if words.search(text)] for address, texts in pages.items()}
    said |= {address: words.findall(words_of(download(client, address))) for address in papers}
    return {address: texts for address, texts in said.items() if texts}


@pytest.mark.parametrize(
    ("variant", "words", "language", "make"),
    [
        *((Variant.GROUP, OF_FAMILIES, "nl", make) for make in (*CASES, build.closed_case)),
        (Variant.GROUP, OF_FAMILIES, "en", build.case_in_presentation),
        (Variant.GROUP, OF_FAMILIES, "en", build.case_in_evaluation),
        (Variant.RECOVERY, OF_FAMILIES, "nl", build.case_in_information),
        (Variant.RECOVERY, OF_FAMILIES, "nl", build.case_in_private_time),
        (Variant.RECOVERY, OF_FAMILIES, "nl", build.case_in_evaluation),
        (Variant.LEARNING, OF_FAMILIES, "nl", build.case_in_evaluation),
        (Variant.FAMILY, OF_GROUPS, "en", build.case_in_evaluation),
        (Variant.FAMILY, OF_GROUPS, "nl", build.case_in_presentation),
        (Variant.INDIVIDUAL, OF_GROUPS, "nl", build.case_in_evaluation),
    ],
)
def test_pages_and_papers_are_in_the_words_of_the_kind(
    variant: Variant,
    words: re.Pattern[str],
    language: str,
    make: Any,
    client: PageClient,
    cast: Cast,
    clock: FrozenClock,
    db_session: Session,
) -> None:
    case = make(db_session, cast, clock(), variant=variant, title="Kastanjeplein")
    links = [
        link_known_before(db_session, clock(), case.id, case.people[name])
        for name in ("marieke", "karim", "joost")
        if name in case.people
    ]
    for staff in (cast.noor, cast.ruud):
        sign_in(client, staff)
        client.page(f"/language/{language}?next=/")
        assert strangers(client, "/", case.id, words) == {}
    for link, key in links:
        client.page("/language/en?next=/")
        client.set_cookie("link_device", key, path=link)
        client.page(link)
        client.submit("Go to my page")
        client.page(f"/language/{language}?next=/")
        assert strangers(client, f"/conferences/{case.id}/mine", case.id, words) == {}


@pytest.mark.parametrize(("variant", "words"), [(Variant.GROUP, OF_FAMILIES), (Variant.FAMILY, OF_GROUPS)])
def test_who_stays_outside_private_time_reads_the_words_of_the_kind(
    variant: Variant, words: re.Pattern[str], client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = build.case_in_private_time(db_session, cast, clock(), variant=variant, title="Kastanjeplein")
    link = make_link(db_session, clock(), case.id, case.people["omar"])
    sign_in(client, cast.noor)
    refused = client.page(f"/conferences/{case.id}/attendance", 403)
    outside = client.page(f"{link}/code")
    assert ("private time now" in refused.text, "private time now" in outside.text) == (True, True)
    assert [text for page in (refused, outside) for text in spoken(page) if words.search(text)] == []
