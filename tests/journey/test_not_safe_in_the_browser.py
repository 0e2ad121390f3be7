"""The pages about safety and wishes in a browser: accessible in light and dark, and within a narrow screen."""

from playwright.sync_api import Page
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.actions import safety
from ekc.conferences.entries import PersonDetails
from ekc.journey.actions.steps import take_step
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.vocabulary import Part, Step, StopReason
from tests import build
from tests.cast import CODE, Cast, make_link, participant
from tests.clock import FrozenClock
from tests.look import Onlooker
from tests.tab import press, sign_in, unfold

TWO = (
    PersonDetails(name="Vera Smit", part=Part.MAIN_PERSON, relation="mother", phone="06 12345678"),
    PersonDetails(name="Mark Bos", part=Part.MAIN_PERSON, relation="father"),
)


def test_every_page_about_safety_and_wishes(
    visitor: Page, onlooker: Onlooker, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    at = clock()
    case = build.prepared_case(db_session, cast, at, main_persons=TWO)
    here = f"/conferences/{case.id}"
    vera = By(db_session, participant(case.id, case.people["vera"]), at)
    visitor.goto(make_link(db_session, at, case.id, case.people["vera"]))
    press(visitor, "Go to my page")
    visitor.get_by_label("Entrance code").fill(CODE)
    press(visitor, "Open my page")
    for name, page in (("own page", "mine"), ("stop", "steps/stop"), ("not safe", "not-safe")):
        visitor.goto(f"{here}/{page}")
        unfold(visitor)
        onlooker.look(visitor, name)
    press(visitor, "Say that it does not feel safe")
    onlooker.look(visitor, "said not safe")
    take_step(vera, case.id, Taking(Step.STOP, stop_reason=StopReason.OTHER))
    safety.say_not_safe(vera, case.id, "He reads my phone.")
    visitor.context.clear_cookies()
    sign_in(visitor, cast.noor.actor.name)
    for name, page in (("home", "/"), ("case", here), ("safety", f"{here}/safety"), ("history", f"{here}/history")):
        visitor.goto(page)
        unfold(visitor)
        onlooker.look(visitor, f"{name} with wishes")
    visitor.goto(f"{here}/steps/open_conference")
    onlooker.look(visitor, "opening with a wish")
