"""The pages of venues and school holidays in a real browser."""

from datetime import timedelta

from playwright.sync_api import Page
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.meetings.actions import arranging
from ekc.meetings.actions.arranging import Arranged, Venue
from ekc.venues.actions import NewHoliday, VenueDetails, add_school_holidays, add_venue
from ekc.workflow.opening_hours import OpeningHours
from ekc.workflow.vocabulary import ArrangementKind
from tests import build
from tests.cast import Cast
from tests.clock import START, FrozenClock
from tests.look import Onlooker
from tests.stories.eyes import look_both_ways
from tests.tab import sign_in, unfold


def test_venues_school_holidays_and_the_meeting_at_one(
    visitor: Page, onlooker: Onlooker, cast: Cast, db_session: Session, clock: FrozenClock
) -> None:
    noor, ruud = By(db_session, cast.noor, START), By(db_session, cast.ruud, START)
    case = build.case_in_setup(db_session, cast, START)
    week = OpeningHours((*(((540, 1020),),) * 5, (), ()))
    known = {"address": "Waalkade 12\nRivierstad", "phone": "01632 960 111", "kitchen": "an oven", "contact": "Ans"}
    brug = VenueDetails(name="Buurthuis De Brug", rooms=1, price=7500, hours=week, **known)
    first = add_venue(noor, cast.north, brug)
    add_venue(noor, cast.north, VenueDetails(name="De Ark"))
    add_school_holidays(ruud, cast.north, [NewHoliday("Half-term", START.date(), START.date() + timedelta(days=7))])
    arranging.set_venue(noor, case.id, Venue("Buurthuis De Brug", cost=7500))
    arranging.arrange(noor, case.id, Arranged(ArrangementKind.FOOD, "Soup", who="Ans", cost=4550))
    sign_in(visitor, cast.ruud.actor.name)
    for path, name in (("/venues", "venues"), (f"/venues/{first}", "a venue"), ("/school-holidays", "school holidays")):
        visitor.goto(path)
        unfold(visitor)
        look_both_ways(onlooker, visitor, name)
    visitor.context.clear_cookies()
    sign_in(visitor, cast.noor.actor.name)
    for path, name in (
        ("meeting", "the meeting at a venue"),
        ("dates", "dates of a venue"),
        ("costs", "proposed costs"),
    ):
        visitor.goto(f"/conferences/{case.id}/{path}")
        unfold(visitor)
        look_both_ways(onlooker, visitor, name)
