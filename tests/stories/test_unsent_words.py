"""In a real browser: double clicks send once, and leaving a page with unsent text asks for confirmation."""

from playwright.sync_api import Dialog, Page
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ekc.conferences.models import Participant
from ekc.meetings.queries import arrangements, current_meeting
from tests.build import Made, case_in_setup
from tests.cast import Cast
from tests.clock import FrozenClock
from tests.tab import sign_in


def signed_in(visitor: Page, db_session: Session, cast: Cast, clock: FrozenClock) -> Made:
    case = case_in_setup(db_session, cast, clock())
    db_session.rollback()
    sign_in(visitor, cast.noor.actor.name)
    return case


def test_a_double_click_adds_one_person(visitor: Page, db_session: Session, cast: Cast, clock: FrozenClock) -> None:
    case = signed_in(visitor, db_session, cast, clock)
    visitor.goto(f"/conferences/{case.id}/circle")
    visitor.get_by_label("Name", exact=True).fill("Sanne Bos")
    visitor.get_by_label("Role in the circle", exact=True).select_option("friend")
    visitor.get_by_role("button", name="Add to the circle").dblclick()
    visitor.get_by_role("link", name="Sanne Bos").wait_for()
    people = select(func.count()).where(Participant.conference_id == case.id)
    assert db_session.scalars(people).one() == len(case.people) + 1


def test_words_in_another_form_are_asked_about(
    visitor: Page, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = signed_in(visitor, db_session, cast, clock)
    visitor.goto(f"/conferences/{case.id}/meeting")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    visitor.on("dialog", stay)
    visitor.get_by_label("Place", exact=True).fill("Buurthuis De Brug")
    food = visitor.locator("#food")
    food.get_by_label("How it is arranged").fill("Soup and bread")
    food.get_by_role("button", name="Save food and drink").click()
    assert asked == ["You typed something elsewhere on this page that is not saved yet. Go on and lose it?"]
    assert visitor.get_by_label("Place", exact=True).input_value() == "Buurthuis De Brug"
    assert food.get_by_label("How it is arranged").input_value() == "Soup and bread"

    visitor.remove_listener("dialog", stay)
    visitor.on("dialog", lambda dialog: dialog.accept())
    food.get_by_role("button", name="Save food and drink").click()
    visitor.get_by_text("Soup and bread").first.wait_for()
    meeting = current_meeting(db_session, case.id)
    assert meeting is not None
    assert [row.text for row in arrangements(db_session, meeting.id)] == ["Soup and bread"]
