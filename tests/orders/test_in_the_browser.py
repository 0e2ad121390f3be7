"""The page of an order in a browser: it says how far it is while it stays, and leads to the paper when that is made."""

from datetime import timedelta

from playwright.sync_api import Page, Response
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from config import Settings
from ekc.core.audit import AuditEvent, read_detail
from ekc.core.heartbeat import beat
from ekc.core.jobs import Job, JobState
from ekc.core.transaction import writing
from tests.build import case_in_setup
from tests.cast import PASSWORD, Cast
from tests.clock import START, FrozenClock
from tests.database import refreshed
from tests.look import Onlooker
from tests.stories.paper import PRINTER
from tests.tab import press
from tests.work import work

pytestmark = PRINTER


def test_the_page_tells_how_far_it_is_and_leads_to_the_paper(
    visitor: Page, onlooker: Onlooker, db_session: Session, cast: Cast, settings: Settings, clock: FrozenClock
) -> None:
    case = case_in_setup(db_session, cast, START)
    beat(db_session, 1, clock())
    visitor.goto("/sign-in")
    visitor.get_by_label("Email address").fill("noor@example.org")
    visitor.get_by_label("Password").fill(PASSWORD)
    press(visitor, "Sign in")
    visitor.goto(f"/conferences/{case.id}/opened")

    visitor.get_by_role("link", name="Print it (PDF)").click()
    visitor.get_by_text("It is about to be made.").wait_for()
    onlooker.look(visitor, "paper that is ordered")
    job_id = refreshed(db_session).scalars(select(Job.id).where(Job.kind == "paper")).one()
    running = {"state": JobState.RUNNING, "held_until": START + timedelta(minutes=3), "parts_done": 3, "parts": 40}
    with writing(db_session):
        db_session.execute(update(Job).where(Job.id == job_id).values(running))

    visitor.get_by_role("progressbar", name="How far it is").wait_for()
    visitor.get_by_text("3 of 40").wait_for()
    assert visitor.get_by_role("status").filter(has_text="It is being made.").count() == 1
    onlooker.look(visitor, "paper that is made")
    with writing(db_session):
        db_session.execute(update(Job).where(Job.id == job_id).values(state=JobState.WAITING, held_until=None))

    def is_paper(answer: Response) -> bool:
        return answer.headers.get("content-type", "").startswith("application/pdf")

    with visitor.expect_response(is_paper) as handed_out:
        work(db_session, settings, START)
    assert handed_out.value.status == 200
    # This browser saves the paper and stays on the page, as those of many phones do.
    visitor.get_by_text("It is ready.").wait_for()
    assert visitor.get_by_role("progressbar").count() == 0
    again = visitor.get_by_role("link", name="Download it").get_attribute("href")
    assert again
    assert handed_out.value.url.endswith(again)
    onlooker.look(visitor, "paper that was saved")
    looks = refreshed(db_session).scalars(select(AuditEvent).where(AuditEvent.action == "case.read"))
    pages = [read_detail(db_session, look)["page"] for look in looks]
    assert pages.count("access_log.paper") == 1  # the script asks for the page of the order alone
