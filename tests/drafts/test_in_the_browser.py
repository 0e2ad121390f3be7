"""A long form in a browser: how much fits, the draft that is kept, the question before the sign-in ends."""

from playwright.sync_api import Page
from sqlalchemy.orm import Session

from ekc.core.lengths import ACCOUNT
from tests.build import case_in_setup
from tests.cast import PASSWORD, Cast
from tests.clock import START, FrozenClock
from tests.look import Onlooker
from tests.tab import press


def test_words_are_counted_kept_and_given_back(
    visitor: Page, onlooker: Onlooker, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = case_in_setup(db_session, cast, START)
    visitor.goto("/sign-in")
    visitor.get_by_label("Email address").fill("noor@example.org")
    visitor.get_by_label("Password").fill(PASSWORD)
    press(visitor, "Sign in")
    visitor.clock.install()
    visitor.goto(f"/conferences/{case.id}/contact")
    box = visitor.get_by_label("What was said or agreed")
    room = visitor.locator(".room[role=status]")

    box.fill("x" * 100)
    visitor.clock.run_for(1000)
    assert room.all_inner_texts() == [""]
    box.fill("x" * (ACCOUNT - 7))
    visitor.clock.run_for(1000)
    assert room.all_inner_texts() == ["Characters left: 7"]
    box.fill("x" * (ACCOUNT + 1200))
    visitor.clock.run_for(1000)
    assert room.all_inner_texts() == ["Too many characters: 1,200"]
    box.fill("Omar brings tea.")
    with visitor.expect_response(lambda answer: answer.status == 204):
        visitor.clock.run_for(9000)
    visitor.get_by_text("Draft kept").wait_for()
    onlooker.look(visitor, "draft kept")

    visitor.reload()
    onlooker.look(visitor, "form that was begun")
    visitor.get_by_role("link", name="Go on with it").click()
    assert visitor.get_by_label("What was said or agreed").input_value() == "Omar brings tea."

    question = visitor.get_by_role("alertdialog", name="Are you still there?")
    visitor.clock.fast_forward("07:58:10")
    question.wait_for()
    with visitor.expect_response("**/still-here"):
        visitor.keyboard.press("Shift")
    question.wait_for(state="hidden")
    press(visitor, "Add to the log")
    visitor.get_by_text("Omar brings tea.").wait_for()
    visitor.goto(f"/conferences/{case.id}/contact")
    assert visitor.get_by_text("You began this").count() == 0
