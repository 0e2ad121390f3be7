"""The administrator's pages show nothing of any case. That case routes refuse them: `tests/test_access_matrix.py`."""

from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.staff.actions.closing import close_account, set_leaving
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


def test_no_page_tells_of_a_case(client: PageClient, db_session: Session, cast: Cast) -> None:
    """All pages reachable by links, with cases in every phase and a coordinator who leaves."""
    for make in CASES:
        make(db_session, cast, START)
    build.case_in_setup(db_session, cast, START, municipality="Verborgenstad")
    set_leaving(By(db_session, cast.bas, START), cast.noor.account_id or 0, START.date())
    close_account(By(db_session, cast.bas, START), cast.denise.account_id or 0)
    sign_in(client, cast.bas)
    ahead, seen = ["/"], dict[str, Page]()
    while ahead:
        address = ahead.pop()
        if address in seen or address.startswith("/language/"):
            continue
        page = client.page(address)
        seen[address] = page
        ahead += [href.partition("#")[0] for _, href in page.links if href.startswith("/")]

    assert {"/accounts", "/accounts/1", "/regions", "/names", "/names/organisations"} <= set(seen)
    told = " ".join(page.html for page in seen.values())
    # A municipality that somebody named waits in its list, where nothing leads to the case.
    elsewhere = " ".join(page.html for address, page in seen.items() if not address.startswith("/names"))
    assert "Verborgenstad" not in elsewhere
    assert "5 conferences to hand over" in told  # a bare number, which is needed for closing
    for word in ("EKC-", "De Wit", "Marieke", "Karim", "/conferences/", "Coordinator setup"):
        assert word not in told, word
