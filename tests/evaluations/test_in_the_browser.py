"""One's own tasks in a browser: one tap saves; where that fails, and without scripts, the button does."""

from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from ekc.workflow.vocabulary import ActionState
from tests.cast import Cast, make_link
from tests.clock import START
from tests.evaluations.agreed import AgreedCase, agreed_case
from tests.look import Onlooker
from tests.tab import enter
from tests.tasks import own_tasks


def said(session: Session, case: AgreedCase) -> list[ActionState | None]:
    session.rollback()
    return [task.state for task in own_tasks(session, case.id, case.omar)]


def test_a_task_is_ticked_with_one_tap(
    visitor: Page, onlooker: Onlooker, db_session: Session, cast: Cast, live_server: str, browser: Browser
) -> None:
    case = agreed_case(db_session, cast, START)
    link = make_link(db_session, START, case.id, case.omar)
    enter(visitor, link)
    nights = visitor.locator("form", has_text="Sleeps over")
    told = nights.get_by_role("status")

    nights.get_by_label("Done").check()
    expect(told).to_have_text("Kept with the plan.")
    assert said(db_session, case) == [ActionState.DONE, None]
    visitor.keyboard.press("ArrowRight")  # on a radio group the arrow chooses
    visitor.wait_for_function("document.activeElement.value === 'partly'")
    with visitor.expect_response("**/tasks"):
        visitor.keyboard.press("ArrowRight")
    visitor.reload()
    assert said(db_session, case) == [ActionState.NOT_YET, None]
    assert visitor.get_by_role("radio", checked=True).count() == 1
    visitor.emulate_media(forced_colors="active")
    onlooker.look(visitor, "tasks")

    with browser.new_context(base_url=live_server, locale="en-GB", java_script_enabled=False) as context:
        plain = context.new_page()
        enter(plain, link)
        school = plain.locator("form", has_text="Rings school")
        school.get_by_label("Partly").check()
        with plain.expect_navigation():
            school.get_by_role("button").click()
        assert said(db_session, case) == [ActionState.NOT_YET, ActionState.PARTLY]

    visitor.emulate_media(forced_colors="none")
    visitor.context.clear_cookies()  # the sign-in has ended meanwhile
    nights.get_by_label("Done").check()
    expect(told).to_have_text("Not saved yet. Press Save.")
    expect(nights.get_by_role("button")).to_be_visible()
    assert said(db_session, case) == [ActionState.NOT_YET, ActionState.PARTLY]
