"""The pages of a case in a browser: accessible in light and dark, and within a narrow screen."""

from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions import bottom_lines, circle, contact, safety
from ekc.conferences.actions.heard import note_heard
from ekc.conferences.entries import BottomLineText, Concern, HeardOfPeople, NewContact, PersonDetails, told_of_all
from ekc.core.clock import local_date
from ekc.workflow.vocabulary import Attends, Part
from tests.build import TIMEZONE, case_in_setup
from tests.cast import Cast
from tests.clock import FrozenClock
from tests.look import Onlooker
from tests.tab import press, sign_in, unfold

SAID = PersonDetails(
    name="Saïd El Amrani",
    part=Part.FAMILY,
    relation="uncle",
    attends=Attends.EXCLUDED,
    exclusion_reason="Threatened Linda in January; a restraining order runs until December.",
    excluded_by="coordinator with the family",
)


def test_every_page_of_a_case(
    visitor: Page, onlooker: Onlooker, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    at, noor = clock(), cast.noor
    today = local_date(at, TIMEZONE)
    case = case_in_setup(db_session, cast, at)
    linda = case.people["linda"]
    said = PersonDetails(**{**{f: getattr(SAID, f) for f in SAID.__dataclass_fields__}, "excluded_on": today})
    circle.add_person(By(db_session, noor, at), case.id, said)
    note_heard(By(db_session, noor, at), case.id, HeardOfPeople(told=told_of_all([linda, case.people["kees"]])))
    for arrangement in ("", "address on no document; arrives with Kees; side door"):
        concern = Concern(participant_id=linda, concern="Saïd must not learn where she lives", arrangement=arrangement)
        safety.add_concern(By(db_session, noor, at), case.id, concern)
    for shared in (None, today):
        line = BottomLineText(
            text="An adult is with the children every night.",
            ground="safety",
            set_by=case.people["karim"],
            shared_on=shared,
        )
        bottom_lines.add_bottom_line(By(db_session, noor, at), case.id, line)
    talk = NewContact(
        on=today, channel="visit", text="Coffee at home. She wants her sister there.", participant_id=linda
    )
    contact.log_contact(By(db_session, noor, at), case.id, talk)
    visitor.goto("/register")
    onlooker.look(visitor, "register")
    press(visitor, "It is about me or my family")
    wide = visitor.viewport_size
    visitor.set_viewport_size({"width": 360, "height": 640})
    for question in ("Kind of conference", "Voluntary or under pressure", "Why now"):
        shown = [one for one in visitor.locator(".step").all() if one.is_visible()]
        assert [question in one.inner_text() for one in shown] == [True]
        shown[0].get_by_role("link", name="Next question").click()
    visitor.get_by_role("link", name="Previous question").locator("visible=true").click()
    expect(visitor.get_by_label("Why now")).to_be_visible()
    assert wide is not None
    visitor.set_viewport_size(wide)
    expect(visitor.get_by_role("link", name="Next question")).to_have_count(0)
    onlooker.look(visitor, "register page")
    visitor.goto("/register/thanks")
    onlooker.look(visitor, "thanks")
    sign_in(visitor, noor.actor.name)
    for page in ("registration", "consents", "circle", f"circle/{linda}", "safety", "bottom-lines", "contact", "links"):
        visitor.goto(f"/conferences/{case.id}/{page}")
        unfold(visitor)
        onlooker.look(visitor, page)
    press(visitor, "Make a link for Linda de Wit")
    onlooker.look(visitor, "new link")
    visitor.goto("/search")
    visitor.get_by_label("Name or case number").fill("li")
    visitor.keyboard.press("Enter")
    visitor.wait_for_selector("#found")
    onlooker.look(visitor, "search")


def test_what_paper_lacks_is_said_while_somebody_types(
    visitor: Page, onlooker: Onlooker, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = case_in_setup(db_session, cast, clock())
    sign_in(visitor, cast.noor.actor.name, f"/conferences/{case.id}/circle")
    visitor.get_by_text("Add somebody").click()
    name = visitor.get_by_label("Name (required)")
    said = visitor.locator("[role=status]", has_text="Kept as you wrote it. Only paper cannot print:")

    name.press_sequentially("Zoë Đorđević “ţ” 王")
    expect(said).to_have_text("Kept as you wrote it. Only paper cannot print: 王")
    name.press_sequentially(" 🍵 ש")
    expect(said).to_have_text("Kept as you wrote it. Only paper cannot print: 王 ש")
    onlooker.look(visitor, "not on paper")
    name.fill("Wang Xiaoming")
    expect(said).to_have_count(0)


def test_the_ecomap_begins_with_its_middle_on_a_narrow_screen(
    visitor: Page, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = case_in_setup(db_session, cast, clock())
    sign_in(visitor, cast.noor.actor.name, f"/conferences/{case.id}/circle/ecomap")
    visitor.set_viewport_size({"width": 360, "height": 740})
    visitor.reload()
    left, most = visitor.locator(".ecomap-figure").evaluate(
        "one => [one.scrollLeft, one.scrollWidth - one.clientWidth]"
    )
    assert most > 300
    assert abs(left - most / 2) <= 1
