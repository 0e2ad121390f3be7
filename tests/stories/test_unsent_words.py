"""In a real browser: double clicks send once, and saving one form of a page loses no words of another."""

from playwright.sync_api import Browser, Dialog, Page
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.models import Participant
from ekc.meetings.queries import current_meeting, questions
from ekc.plans import edits
from ekc.plans.actions.drafts import change_plan
from ekc.plans.queries.versions import stored_draft
from tests.build import Made, case_in_information, case_in_presentation, case_in_setup
from tests.cast import Cast
from tests.clock import FrozenClock
from tests.plugins.browser import visiting
from tests.tab import press, sign_in, unfold


def signed_in(visitor: Page, db_session: Session, cast: Cast, clock: FrozenClock) -> Made:
    case = case_in_setup(db_session, cast, clock())
    db_session.rollback()
    sign_in(visitor, cast.noor.actor.name)
    return case


def test_a_double_click_adds_one_person(visitor: Page, db_session: Session, cast: Cast, clock: FrozenClock) -> None:
    case = signed_in(visitor, db_session, cast, clock)
    visitor.goto(f"/conferences/{case.id}/circle")
    visitor.get_by_text("Add somebody").click()
    visitor.get_by_label("Name (required)").fill("Sanne Bos")
    visitor.get_by_label("Role in the circle").select_option("friend")
    visitor.get_by_role("button", name="Add to the circle").dblclick()
    visitor.get_by_role("link", name="Sanne Bos", exact=True).wait_for()
    people = select(func.count()).where(Participant.conference_id == case.id)
    assert db_session.scalars(people).one() == len(case.people) + 1


def test_words_in_other_forms_stay_when_one_is_saved(
    visitor: Page, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = case_in_information(db_session, cast, clock())
    db_session.rollback()
    sign_in(visitor, cast.noor.actor.name)
    visitor.goto(f"/conferences/{case.id}/information")
    told, asking = visitor.locator("#items textarea"), visitor.locator("#questions")
    question = asking.get_by_label("Question")
    told.fill("Yara wants to stay at home.")
    visitor.get_by_label("Who asked").select_option(index=1)
    question.fill("Who decides?")

    asking.get_by_role("button", name="Write the question down").click()
    asking.locator("li").get_by_text("Who decides?").first.wait_for()
    assert told.input_value() == "Yara wants to stay at home."
    items = visitor.locator("#items")
    items.get_by_label("The situation").check()
    items.get_by_role("button", name="Write it down").click()
    items.locator("li").get_by_text("Yara wants to stay at home.").first.wait_for()
    meeting = current_meeting(db_session, case.id)
    assert meeting is not None
    assert [row.text for row in questions(db_session, meeting.id)] == ["Who decides?"]


def test_words_of_another_form_stay_when_one_is_refused_or_does_not_arrive(
    browser: Browser, live_server: str, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    with visiting(browser, live_server, refused=True) as visitor:
        case = case_in_information(db_session, cast, clock())
        db_session.rollback()
        sign_in(visitor, cast.noor.actor.name)
        visitor.goto(f"/conferences/{case.id}/information")
        told, asking = visitor.locator("#items textarea"), visitor.locator("#questions")
        question = asking.get_by_label("Question")
        told.fill("Yara wants to stay at home.")
        question.fill("Who decides?")
        send = asking.get_by_role("button", name="Write the question down")
        visitor.context.set_offline(True)
        send.click()
        visitor.get_by_text("There is no connection. What you typed is still here: try again in a moment.").wait_for()
        visitor.context.set_offline(False)
        down = {"status": 429, "content_type": "text/html", "body": "<title>Slower</title><p>Slower"}
        visitor.route("**/information/*", lambda request: request.fulfill(**down))
        visitor.locator(".flash").evaluate("said => said.remove()")
        send.click()
        visitor.get_by_text("There is no connection. What you typed is still here: try again in a moment.").wait_for()
        visitor.unroute("**/information/*")
        send.click()  # nobody is chosen who asked it
        visitor.locator(".ds-error-summary").wait_for()
        assert (question.input_value(), told.input_value()) == ("Who decides?", "Yara wants to stay at home.")


def test_without_a_connection_nothing_is_sent_and_the_words_stay(
    browser: Browser, live_server: str, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    with visiting(browser, live_server, refused=True) as visitor:
        case = signed_in(visitor, db_session, cast, clock)
        visitor.goto(f"/conferences/{case.id}/contact")
        said = visitor.get_by_label("What was said or agreed")
        said.fill("In a hurry, on a train.")
        visitor.context.set_offline(True)
        visitor.get_by_role("button", name="Add to the log").click()
        visitor.get_by_text("There is no connection. What you typed is still here: try again in a moment.").wait_for()
        assert said.input_value() == "In a hurry, on a train."
        visitor.context.set_offline(False)
        press(visitor, "Add to the log")
        visitor.get_by_text("In a hurry, on a train.").wait_for()


def test_words_without_a_place_on_the_page_that_comes_are_asked_about(
    visitor: Page, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = signed_in(visitor, db_session, cast, clock)
    visitor.goto(f"/conferences/{case.id}/circle/{list(case.people.values())[-1]}")
    unfold(visitor)
    visitor.get_by_label("Needs", exact=False).first.fill("a chair")
    visitor.locator("form[action$='/remove'] textarea").fill("moved away")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    visitor.on("dialog", stay)
    visitor.get_by_role("button", name="Save", exact=True).click()
    visitor.locator(".flash").wait_for()
    assert asked == ["You typed something elsewhere on this page that is not saved yet. Go on and lose it?"]


def test_words_kept_beside_a_save_do_not_replace_what_somebody_else_saved(
    browser: Browser, live_server: str, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    case = case_in_presentation(db_session, cast, clock())
    one, other = list(case.people.values())[:2]
    db_session.rollback()

    def monitor() -> int | None:
        db_session.rollback()
        return stored_draft(db_session, case.id).draft.monitor

    with visiting(browser, live_server, refused=True) as visitor:
        sign_in(visitor, cast.noor.actor.name)
        visitor.goto(f"/conferences/{case.id}/plan")
        unfold(visitor)
        goal, eye = (
            visitor.locator("#new-goal textarea, #new-goal input[type=text]"),
            visitor.locator("#monitor select"),
        )
        eye.select_option(str(other))
        goal.fill("Winter")
        goal.press("Tab")
        visitor.get_by_role("button", name="Add this goal").click()
        visitor.locator("#new-goal").get_by_text("Another goal").wait_for()
        revision = stored_draft(db_session, case.id).revision
        change_plan(By(db_session, cast.noor, clock()), case.id, revision, edits.set_monitor(one))
        db_session.rollback()
        goal.fill("Summer")
        visitor.get_by_role("button", name="Add this goal").click()
        visitor.get_by_text("Somebody changed the plan meanwhile.").wait_for()
        goal.fill("Summer, too")
        visitor.get_by_role("button", name="Save who keeps an eye on it").click()
        visitor.locator("#monitor").get_by_text("Somebody changed the plan meanwhile.").wait_for()
        assert monitor() == one
        assert eye.input_value() == str(other)
        visitor.get_by_role("button", name="Save who keeps an eye on it").click()
        visitor.locator("#monitor details:not([open])").wait_for()
        assert monitor() == other
