"""The calendar: a month or a week of it, and the private address at which another calendar reads it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.http import generate_etag

from ekc.accounts.access import Visitor
from ekc.accounts.queries import visitor_of_account
from ekc.calendars import actions, queries
from ekc.calendars.document import AHEAD, BEHIND, MOST, calendar_of
from ekc.calendars.forms import AddressForm, whose_form
from ekc.calendars.queries import CalendarEntry, EntryPage
from ekc.core.calendar_file import TYPE
from ekc.core.clock import local_date, to_local
from ekc.core.errors import Unknown
from ekc.core.language import LANGUAGES, city, language, language_of, using
from ekc.core.language import gettext as _
from ekc.core.routes import db, moves, now, public, runtime
from ekc.core.tokens import is_token
from ekc.signin.devices import network_of
from ekc.signin.login import by, office, visitor
from ekc.workflow.duties import Duty
from ekc.workflow.engine import has_duty
from ekc.workflow.holidays import holiday
from ekc.workflow.profiles import PROFILES

bp = Blueprint("calendars", __name__)
_WEEK = timedelta(days=7)
#: The days that have a calendar: before and after them no month could be shown.
_FIRST, _LAST = date(1990, 1, 1), date(2200, 1, 1)
_SHOWN_IN_A_MONTH = 4  # entries of one day; the week shows the others
_LOOK_AHEAD = timedelta(days=100)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a calendar."""

    on: date
    entries: tuple[CalendarEntry, ...]
    holiday: str
    outside: bool  # of another month
    today: bool

    @property
    def shown(self) -> tuple[CalendarEntry, ...]:
        """The entries for which a month has room; all of them if one more fits as well as a word about it."""
        return self.entries if len(self.entries) <= _SHOWN_IN_A_MONTH else self.entries[: _SHOWN_IN_A_MONTH - 1]


@bp.get("/calendar")
@bp.get("/calendar/<day>")
@office(Duty.CALENDAR)
def calendar(day: str = "") -> ResponseReturnValue:
    """The month or week of this day; without one that of today."""
    zone = queries.zone_of(db(), visitor())
    here = local_date(now(), zone)
    try:
        on = date.fromisoformat(day) if day else here
    except ValueError:
        raise Unknown from None
    if not _FIRST <= on <= _LAST:
        raise Unknown
    return _page(on, here, zone)


def _page(on: date, here: date, zone: str) -> str:
    """The page. `here`: the day of today where the visitor works, in this time zone."""
    who, as_week = visitor(), request.args.get("view") == "week"
    offered = queries.coordinators(db(), who)
    form = whose_form(request.args, offered)
    chosen = form.chosen
    first, last = _bounds(on, as_week)
    found = queries.entries(db(), who, now(), first, last, chosen)
    place = next((profile.place for profile in PROFILES.values() if profile.timezone == zone), None)
    days = [
        Day(
            day,
            tuple(entry for entry in found if entry.on == day),
            holiday(day, place, language()) if place else "",
            outside=not as_week and day.month != on.month,
            today=day == here,
        )
        for day in (first + timedelta(days=n) for n in range((last - first).days + 1))
    ]
    is_empty = not any(day.entries for day in days if not day.outside)
    ahead = queries.entries(db(), who, now(), last, last + _LOOK_AHEAD, chosen) if is_empty else ()
    return render_template(
        "calendars/calendar.html",
        on=on,
        as_week=as_week,
        weeks=[days[n : n + 7] for n in range(0, len(days), 7)],
        before=_back(on, as_week),
        after=_forth(on, as_week),
        today=here,
        is_empty=is_empty,
        next_on=next((entry.on for entry in ahead if entry.on > last or entry.on.month != on.month), None),
        elsewhere=partial(elsewhere, zone=zone),
        page_path=page_path,
        to=partial(_to, coordinator=chosen),
        form=form,
        offered=len(offered) > 1,
        manages=bool(who.regions),
    )


def _bounds(on: date, as_week: bool) -> tuple[date, date]:
    """The first and last day that are shown: whole weeks, from Monday."""
    if as_week:
        first = on - timedelta(days=on.weekday())
        return first, first + timedelta(days=6)
    first = on.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())


def _back(on: date, as_week: bool) -> date:
    return on - _WEEK if as_week else (on.replace(day=1) - timedelta(days=1)).replace(day=1)


def _forth(on: date, as_week: bool) -> date:
    return on + _WEEK if as_week else (on.replace(day=1) + timedelta(days=31)).replace(day=1)


def _to(day: date | None, as_week: bool, coordinator: int | None) -> str:
    """The address of a month or week, with the same choice; without a day that of today."""
    view = "week" if as_week else None
    return url_for("calendars.calendar", day=day and day.isoformat(), view=view, coordinator=coordinator)


def page_path(entry: CalendarEntry) -> str:
    """The path of the page of an entry; empty if none opens."""
    if entry.page is None:
        return ""
    more: dict[str, Any] = {"follow_up_id": entry.id} if entry.page is EntryPage.FOLLOW_UP else {}
    return url_for(entry.page.value, conference_id=entry.conference_id, **more)


def elsewhere(entry: CalendarEntry, zone: str) -> str:
    """Of which place the clock tells the hour of an entry, where it says something else than the reader's."""
    at = entry.starts_at
    if at is None or to_local(at, entry.timezone).utcoffset() == to_local(at, zone).utcoffset():
        return ""
    return city(entry.timezone)


# -- The private address


@bp.get("/account/calendar")
@office(Duty.CALENDAR)
def address() -> ResponseReturnValue:
    """Whether the visitor's calendar can be read elsewhere, and when it was last."""
    return _address_page(AddressForm(formdata=None))


@bp.post("/account/calendar")
@office(Duty.CALENDAR)
@moves
def make_address() -> ResponseReturnValue:
    """Make a private address, which is shown once."""
    form = AddressForm()
    if not form.validate():
        return _address_page(form), form.status
    token = actions.make_address(by(), with_names=form.with_names.data)
    made = runtime().settings.base_url + url_for("calendars.feed", secret=token)
    return render_template("calendars/made.html", made=made, webcal="webcal" + made[made.index(":") :])


@bp.post("/account/calendar/end")
@office(Duty.CALENDAR)
@moves
def end_address() -> ResponseReturnValue:
    """End the private address."""
    actions.end_address(by())
    flash(_("Your calendar can no longer be read elsewhere."), "success")
    return redirect(url_for("calendars.address"), 303)


def _address_page(form: AddressForm) -> str:
    feed = queries.feed_of(db(), visitor().account_id or 0)
    return render_template("calendars/address.html", form=form, feed=feed, now=now())


@bp.get("/calendar/feed/<secret>.ics")
@public
def feed(secret: str) -> ResponseReturnValue:
    """A calendar, for whoever has its address. Whether somebody is signed in in this browser changes nothing."""
    found = queries.feed_at(db(), secret) if is_token(secret) else None
    who = visitor_of_account(db(), found.account_id, now()) if found else None
    if found is None or who is None or not has_duty(Duty.CALENDAR, who.roles):
        actions.note_miss(db(), now(), network_of(request.remote_addr or ""))
        raise Unknown
    actions.note_fetch(db(), found, now())
    with using(language_of(who.language or "", among=LANGUAGES)):
        return _calendar_file(who, found.with_names)


def _calendar_file(who: Visitor, with_names: bool) -> Response:
    here = local_date(now(), queries.zone_of(db(), who))
    entries = queries.entries(db(), who, now(), here - BEHIND, here + AHEAD)
    if len(entries) > MOST:
        nearest = sorted(entries, key=lambda entry: abs((entry.on - here).days))[:MOST]
        entries = tuple(entry for entry in entries if entry in set(nearest))
    tag = generate_etag(repr((entries, with_names, who.language, here)).encode())  # without making the file
    response = Response(status=304)
    if not request.if_none_match.contains(tag):
        # The instant at which it was made is that of the day, so that the same entries give the same file.
        at = datetime.combine(here, time(), UTC)
        base_url = runtime().settings.base_url
        file = calendar_of([(entry, page_path(entry)) for entry in entries], with_names, base_url, at)
        response = Response(file, content_type=f"{TYPE}; charset=utf-8")
        response.headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
