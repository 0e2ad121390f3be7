"""The list of what to arrange: what is needed by how many, without names for the shop, and with names for oneself."""

import pytest
from sqlalchemy.orm import Session

from ekc.conferences.queries.circle import circle
from ekc.core.documents import document_html
from ekc.meetings.document.arrangements import ARRANGEMENTS, arrangement_list
from ekc.meetings.document.head import DayHead
from ekc.workflow.vocabulary import ArrangementKind, Attends
from tests.build import case_in_setup, change_details
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import START
from tests.database import refreshed


@pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014.icc:ResourceWarning")
def test_needs_are_counted_by_arrangement_and_named_on_another_sheet(
    client: PageClient, cast: Cast, db_session: Session
) -> None:
    case = case_in_setup(db_session, cast, START)
    needs: dict[str, dict[str, object]] = {
        "linda": {"need_kinds": ("halal", "no_nuts")},
        "omar": {"need_kinds": ("halal", "food"), "needs": ("soft food",)},
        "kees": {"need_kinds": ("hearing_loop", "detention")},
        "fatima": {"needs_interpreter": True, "language": "ar"},
    }
    for name, changes in needs.items():
        change_details(db_session, cast, START, case, case.people[name], **changes)
    people = circle(refreshed(db_session), case.id)
    made = arrangement_list(
        "en",
        DayHead("EKC-2026-0001", "Family De Wit", "Saturday", "De Brug"),
        people,
        {ArrangementKind.FOOD: "Omar brings tea."},
        {"ar": "Arabic"}.__getitem__,
    )
    counted = {kind.key: [(need.title, need.many) for need in kind.needs] for kind in made.kinds}
    assert counted["food"] == [("halal", 2), ("no nuts", 1), ("other food", 1)]
    assert counted["interpreter"] == [("Arabic", 1)]
    assert counted[""] == [("hearing loop", 1)]
    shop, with_names = document_html(ARRANGEMENTS, made).split('<section class="by-name">')
    for word in ("Linda", "Omar", "soft food", "De Wit", "tea", "detained"):
        assert word not in shop
        assert word in with_names

    change_details(db_session, cast, START, case, case.people["linda"], attends=Attends.NO)
    sign_in(client, cast.noor)
    page = client.page(f"/conferences/{case.id}/meeting")
    assert "Halal (1) Omar El Amrani" in page.text
    assert client.paper(page.link("Print the list")).mimetype == "application/pdf"
