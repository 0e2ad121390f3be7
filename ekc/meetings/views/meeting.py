"""The meeting page: date, duration, venue and arrangements. Each part has a form of its own."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.gate import case_route
from ekc.conferences.queries.circle import PersonRow, circle
from ekc.core.clock import local_date, to_local, zone
from ekc.core.errors import Stale, Unknown
from ekc.core.form_numbers import adds
from ekc.core.forms import Standing
from ekc.core.language import gettext, moment
from ekc.core.routes import db, edits, moves, now
from ekc.meetings import queries
from ekc.meetings.actions import arranging
from ekc.meetings.forms import ArrangementForm, DateForm, HoursForm, VenueForm
from ekc.meetings.views.blueprint import bp
from ekc.signin.login import by
from ekc.workflow.vocabulary import TAKES_PART, Activity, ArrangementKind

_ADDRESS = "/conferences/<int:conference_id>/meeting"
_MINUTES_OF_HOUR = 60
_DATE, _HOURS, _VENUE = "date", "hours", "venue"  # prefixes: one page holds all forms


_NOTHING_YET = queries.MeetingRow(
    id=0,
    number=1,
    round=1,
    starts_at=None,
    expected_minutes=None,
    venue_name="",
    venue_address="",
    venue_access="",
    joining=None,
    started_at=None,
    ended_at=None,
)


@bp.get(_ADDRESS)
@case_route(Activity.SEE_HISTORY)
def meeting(case: Case) -> ResponseReturnValue:
    """When, where, and what is arranged."""
    return _page(case)


@bp.post(f"{_ADDRESS}/dates")
@case_route(Activity.ARRANGE_MEETING)
@adds()
def add_date(case: Case) -> ResponseReturnValue:
    """Add a possible date."""
    form = _date_form(_current(case), case)
    if form.validate_on_submit():
        with form.showing_refusal():
            arranging.add_date(by(), case.id, form.to_instant(case.timezone))
            return _back(case, "dates")
    return _page(case, date=form), form.status


@bp.post(f"{_ADDRESS}/date")
@case_route(Activity.ARRANGE_MEETING)
@edits
def choose_date(case: Case) -> ResponseReturnValue:
    """Set the date, from the list or another."""
    form = _date_form(_current(case), case)
    if form.validate_on_submit():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _date_form(_current(case), case, formdata=None))
            arranging.choose_date(by(unchanged), case.id, form.to_instant(case.timezone))
            flash(gettext("The date is chosen."), "success")
            return _back(case, "dates")
    return _page(case, date=form), form.status


@bp.post(f"{_ADDRESS}/no-date")
@case_route(Activity.ARRANGE_MEETING)
@moves  # it carries the date that it takes back; without one there is nothing to take back
def no_date(case: Case) -> ResponseReturnValue:
    """Clear the chosen date."""
    form = _date_form(_current(case), case)
    try:
        unchanged = form.unless_changed(lambda: _date_form(_current(case), case, formdata=None))
        arranging.choose_date(by(unchanged), case.id, None)
    except Stale as refusal:
        status = form.refuse(refusal)
        return _page(case, date=form), status
    return _back(case, "dates")


@bp.post(f"{_ADDRESS}/dates/<int:option_id>/remove")
@case_route(Activity.ARRANGE_MEETING)
@moves
def remove_date(case: Case, option_id: int) -> ResponseReturnValue:
    """Remove a possible date."""
    arranging.remove_date(by(), case.id, option_id)
    return _back(case, "dates")


@bp.post(f"{_ADDRESS}/hours")
@case_route(Activity.ARRANGE_MEETING)
@edits
def hours(case: Case) -> ResponseReturnValue:
    """Set the expected duration."""
    form = HoursForm(prefix=_HOURS)
    if form.validate_on_submit():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _hours_form(_current(case)))
            arranging.set_expected_minutes(by(unchanged), case.id, form.hours.data)
            flash(gettext("Saved."), "success")
            return _back(case, "hours")
    return _page(case, hours=form), form.status


@bp.post(f"{_ADDRESS}/venue")
@case_route(Activity.ARRANGE_MEETING)
@edits
def venue(case: Case) -> ResponseReturnValue:
    """Set where people meet."""
    form = VenueForm(prefix=_VENUE)
    if form.validate_on_submit():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _venue_form(_current(case)))
            arranging.set_venue(by(unchanged), case.id, form.to_venue())
            flash(gettext("Saved."), "success")
            return _back(case, "venue")
    return _page(case, venue=form), form.status


@bp.post(f"{_ADDRESS}/no-venue")
@case_route(Activity.ARRANGE_MEETING)
@moves  # as `no_date`
def no_venue(case: Case) -> ResponseReturnValue:
    """Take back where people meet."""
    form = VenueForm(prefix=_VENUE)
    try:
        unchanged = form.unless_changed(lambda: _venue_form(_current(case)))
        arranging.withdraw_venue(by(unchanged), case.id)
    except Stale as refusal:
        there = _venue_form(_current(case))  # nothing of it was sent, so there is nothing else to keep
        status = there.refuse(refusal)
        return _page(case, venue=there), status
    return _back(case, "venue")


@bp.post(f"{_ADDRESS}/arrangements/<kind>")
@case_route(Activity.ARRANGE_MEETING)
@edits
def arrange(case: Case, kind: str) -> ResponseReturnValue:
    """How one thing is arranged, or that it is not needed."""
    if kind not in set(ArrangementKind):
        raise Unknown
    what = ArrangementKind(kind)
    form = ArrangementForm(prefix=what.value)
    if form.validate_on_submit():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _arrangement_form(what, _arranged(_current(case)).get(what)))
            arranging.arrange(by(unchanged), case.id, form.to_arranged(what))
            flash(gettext("Saved."), "success")
            return _back(case, what.value)
    return _page(case, arrangement=(what, form)), form.status


def _back(case: Case, anchor: str) -> ResponseReturnValue:
    return redirect(url_for("meetings.meeting", conference_id=case.id, _anchor=anchor), 303)


def clocks_change(day: date, timezone: str) -> bool:
    """Whether daylight saving time begins or ends on this day in this time zone."""
    midnight = datetime.combine(day, time(), zone(timezone))
    return midnight.utcoffset() != (midnight + timedelta(days=1)).utcoffset()


def _page(
    case: Case,
    date: DateForm | None = None,
    hours: HoursForm | None = None,
    venue: VenueForm | None = None,
    arrangement: tuple[ArrangementKind, ArrangementForm] | None = None,
) -> str:
    """The page; a form that is given was rejected and is shown again."""
    *earlier, current = queries.meetings(db(), case.id) or (_NOTHING_YET,)
    arranged = _arranged(current)
    forms = {kind: _arrangement_form(kind, arranged.get(kind)) for kind in ArrangementKind}
    if arrangement:
        forms[arrangement[0]] = arrangement[1]
    needs = _needs(circle(db(), case.id))
    options = queries.date_options(db(), current.id)
    starts_on = local_date(current.starts_at, case.timezone) if current.starts_at else None
    return render_template(
        "meetings/meeting.html",
        case=case,
        meeting=current,
        earlier=earlier,
        may_change=case.may(Activity.ARRANGE_MEETING),
        needs=needs,
        interpreter_for=[person.label for person in needs if person.needs_interpreter],
        hours=_hours(current),
        arranged=arranged,
        options=[(row, to_local(row.starts_at, case.timezone)) for row in options],
        now=now(),
        starts_on=starts_on,
        is_past=bool(current.starts_at and not current.started_at and current.starts_at < now()),
        clocks_change=starts_on is not None and clocks_change(starts_on, case.timezone),
        sent=date or hours or venue or (arrangement[1] if arrangement else None),
        date_form=date or _date_form(current, case, formdata=None),
        choosing=_date_form(current, case, formdata=None),
        hours_form=hours or _hours_form(current),
        venue_form=venue or _venue_form(current),
        taking_back=_venue_form(current),
        arrangement_forms=forms,
    )


def _needs(people: tuple[PersonRow, ...]) -> list[PersonRow]:
    """People who may attend and have needs."""
    there = (person for person in people if person.attends is None or person.attends in TAKES_PART)
    return [person for person in there if person.needs or person.needs_interpreter]


def _hours(meeting: queries.MeetingRow) -> Decimal | None:
    minutes = meeting.expected_minutes
    return None if minutes is None else round(Decimal(minutes) / _MINUTES_OF_HOUR, 2).normalize()


def _current(case: Case) -> queries.MeetingRow:
    return queries.current_meeting(db(), case.id) or _NOTHING_YET


def _arranged(meeting: queries.MeetingRow) -> dict[ArrangementKind, queries.ArrangementRow]:
    return {row.kind: row for row in queries.arrangements(db(), meeting.id)}


def _date_form(meeting: queries.MeetingRow, case: Case, **more: Any) -> DateForm:
    stands = {}
    if meeting.starts_at:
        on = meeting.starts_at
        stands["chosen"] = Standing(gettext("Day and time"), moment(on, case.timezone), on)
    return DateForm(stands, prefix=_DATE, **more)


def _hours_form(meeting: queries.MeetingRow) -> HoursForm:
    return HoursForm(formdata=None, prefix=_HOURS, hours=meeting.expected_minutes)


def _venue_form(meeting: queries.MeetingRow) -> VenueForm:
    return VenueForm(
        formdata=None,
        prefix=_VENUE,
        name=meeting.venue_name,
        address=meeting.venue_address,
        access=meeting.venue_access,
        joining=meeting.joining or "",
    )


def _arrangement_form(kind: ArrangementKind, row: queries.ArrangementRow | None) -> ArrangementForm:
    shown = {"text": row.text, "not_needed": row.not_needed} if row else {}
    return ArrangementForm(formdata=None, prefix=kind.value, data=shown)
