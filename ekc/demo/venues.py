"""The venues and the school holiday that the Dutch region of the demo knows."""

from datetime import date, timedelta

from ekc.accounts.access import By
from ekc.demo.people import Staff
from ekc.venues.actions import NewHoliday, VenueDetails, add_school_holidays, add_venue
from ekc.workflow.opening_hours import DayHours, OpeningHours
from ekc.workflow.profiles import NL

_DAYTIME, _EVENING, _SATURDAY = ((9 * 60, 17 * 60),), ((9 * 60, 22 * 60 + 30),), ((10 * 60, 17 * 60),)
_FOUR_WEEKS = timedelta(weeks=4)


def _open(week: DayHours, saturday: DayHours) -> OpeningHours:
    return OpeningHours((week, week, week, week, week, saturday, ()))


_VENUES = (
    VenueDetails(
        name="Buurthuis De Brug",
        address="Waalkade 12, Rivierstad",
        access="gelijkvloers, ringleiding, twee zalen",
        route="Bus 3 stopt voor de deur. Gratis parkeren achter het gebouw. Tien minuten lopen van het station.",
        rooms=2,
        kitchen="oven, koffieautomaat, borden voor dertig mensen",
        price=7500,
        contact="de beheerder",
        phone="+31 6 12345671",
        hours=_open(_EVENING, _EVENING),
    ),
    VenueDetails(
        name="Wijkhuis De Linde",
        address="Lindelaan 8, Rivierstad",
        access="gelijkvloers, invalidentoilet",
        route="Bus 5, halte Lindelaan. Betaald parkeren in de straat.",
        rooms=3,
        kitchen="grote keuken",
        price=9000,
        phone="+31 6 12345672",
        hours=_open(_EVENING, _SATURDAY),
    ),
    VenueDetails(
        name="Bibliotheek Rivierstad",
        address="Markt 1, Rivierstad",
        access="lift achter de balie",
        rooms=1,
        price=0,
        phone="+31 6 12345673",
        hours=_open(_DAYTIME, _SATURDAY),
    ),
)


def list_venues(by: By, staff: Staff, today: date) -> None:
    """Let the region know its venues, and a school holiday in four weeks, as its manager entered them."""
    manager = next(one for one in staff.visitors.values() if staff.regions[NL.code] in one.regions)
    by = By(by.session, manager, by.at)
    for details in _VENUES:
        add_venue(by, staff.regions[NL.code], details)
    first = today + _FOUR_WEEKS - timedelta(days=(today.weekday() + 2) % 7)
    holiday = NewHoliday("Vakantie regio Midden", first, first + timedelta(days=8))
    add_school_holidays(by, staff.regions[NL.code], [holiday])
