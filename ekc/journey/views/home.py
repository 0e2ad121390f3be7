"""The first page and the main menu."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.accounts.access import Visitor
from ekc.core.routes import db, now, public, to_id
from ekc.journey.home import staff_home
from ekc.journey.queries.cases import FIRST_PAGE, After, CaseList
from ekc.signin.login import visitor
from ekc.workflow.duties import Duty
from ekc.workflow.engine import has_duty
from ekc.workflow.vocabulary import N_, Role


def menu(who: Visitor) -> list[tuple[str, str]]:
    """The main menu: endpoint and title. For visitors who have no cases, home redirects to the entry after it."""
    entries = [("home", N_("Home"))]
    if has_duty(Duty.CASES, who.roles):
        entries += [("conferences.register", N_("Register a conference")), ("conferences.search", N_("Search"))]
    if has_duty(Duty.CALENDAR, who.roles):
        entries.insert(1, ("calendars.calendar", N_("Calendar")))
    if has_duty(Duty.LEAD_TIMES, who.roles):
        entries.append(("journey.lead_times", N_("Lead times")))
    if has_duty(Duty.COORDINATORS, who.roles):
        entries.append(("matching.coordinators", N_("Coordinators")))
    if has_duty(Duty.VENUES, who.roles):
        entries.append(("venues.venues", N_("Venues")))
    if Role.COORDINATOR in who.roles:
        entries.append(("matching.own_profile", N_("My profile")))
    if has_duty(Duty.FOLLOW_UPS, who.roles):
        entries.append(("reports.follow_ups", N_("All follow-ups")))
    if has_duty(Duty.ACCOUNTS, who.roles):
        entries += [
            ("staff.accounts", N_("Accounts")),
            ("staff.regions", N_("Regions")),
            ("journey.jobs", N_("Background work")),
        ]
    if has_duty(Duty.NAMES, who.roles):
        entries.append(("staff.names", N_("Municipalities")))
    return entries


@public
def home() -> ResponseReturnValue:
    """The first page: work to do for staff; for others what this service is."""
    who = visitor()
    if who.conference_id is not None:
        return redirect(url_for("journey.own_page", conference_id=who.conference_id))
    if not who.known:
        return render_template("journey/welcome.html")
    _home, *others = menu(who)
    if others and not has_duty(Duty.CASES, who.roles):
        return redirect(url_for(others[0][0]))
    return render_template("journey/home.html", home=staff_home(db(), who, now(), _after(), _list()), who=who)


def _list() -> CaseList:
    """Of which list a further page is asked."""
    asked = request.args.get("list", "")
    return CaseList(asked) if asked in set(CaseList) else CaseList.MINE


def _after() -> After:
    """The last case of the page before; where there is none, or an invalid value, the first page."""
    pressing, _dot, id_ = request.args.get("after", "").partition(".")
    try:
        return After(int(pressing[:1]), to_id(id_))
    except ValueError:
        return FIRST_PAGE
