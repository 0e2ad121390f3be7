"""The meeting page: dates, duration, venue and arrangements, in one form."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_symbol
from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.forms.fields import language_name
from ekc.conferences.gate import case_route, paper_route
from ekc.conferences.queries.circle import PersonRow, circle
from ekc.conferences.queries.homes import homes
from ekc.conferences.queries.names import names
from ekc.conferences.queries.needs import shared_needs
from ekc.core.clock import local_date, to_local, zone
from ekc.core.language import gettext, language, locale, moment, money, ngettext, using
from ekc.core.routes import db, edits, now
from ekc.meetings import facts, queries
from ekc.meetings.actions import arranging
from ekc.meetings.document.arrangements import ARRANGEMENTS, arrangement_list
from ekc.meetings.document.head import DayHead
from ekc.meetings.forms.meeting import Doers, KnownPlaces, MeetingForm
from ekc.meetings.views.blueprint import bp
from ekc.orders import ordering
from ekc.signin.login import by
from ekc.venues.forms import hours_in_words
from ekc.venues.queries import VenueRow, known_venues, school_holidays_on, times_used, venues
from ekc.venues.queries import venue as venue_row
from ekc.workflow.clashes import Clash
from ekc.workflow.open_things import open_things
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import Activity, ArrangementKind, ArrangementState, CasePart

_ADDRESS = "/conferences/<int:conference_id>/meeting"
_MINUTES_OF_HOUR = 60
#: So many venues are offered to be chosen with a tap; the others are found by their name.
_OFFERED = 6


@dataclass(frozen=True, slots=True)
class _Planned:
    """A meeting as it is planned now: its possible dates, its arrangements, and the circle."""

    meeting: queries.MeetingRow
    options: tuple[queries.DateOptionRow, ...]
    arranged: dict[ArrangementKind, queries.ArrangementRow]
    people: tuple[PersonRow, ...]
    doers: dict[ArrangementKind, str]  # who sees to an arrangement, by name


NOTHING_YET = queries.MeetingRow(
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


@bp.post(_ADDRESS)
@case_route(Activity.ARRANGE_MEETING)
@edits
def arrange(case: Case) -> ResponseReturnValue:
    """Dates, duration, place and arrangements, all at once."""
    form = _form(case, _planned(case, _current(case)))
    if form.validate_on_submit():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _filled(case, _planned(case, _current(case))))
            come = arranging.arrange_all(by(unchanged), case.id, form.to_arrangements(case.timezone))
            flash(gettext("Saved."), "success")
            if come:
                flash(gettext("It is noted that %(names)s will come.", names=", ".join(come)), "info")
            return redirect(url_for("meetings.meeting", conference_id=case.id), 303)
    return _page(case, form), form.status


@bp.get(f"{_ADDRESS}.pdf")
@paper_route(ARRANGEMENTS.activity)
def arrangements_paper(case: Case) -> ResponseReturnValue:
    """The list of what to arrange, in the language of the page."""
    current, code = _current(case), language()
    asked = [
        arrangement_list(
            code,
            head_of(case, current),
            circle(db(), case.id),
            {kind: row.text or "" for kind, row in _arranged(current).items()},
            lambda spoken: language_name(spoken, code),
        )
    ]
    return ordering.give_paper(ARRANGEMENTS, case, asked)


def head_of(case: Case, meeting: queries.MeetingRow) -> DayHead:
    """What stands at the top of a paper of the day."""
    when = moment(meeting.starts_at, case.timezone) if meeting.starts_at else ""
    return DayHead(case.number, case.title, when, meeting.venue_name)


def clocks_change(day: date, timezone: str) -> bool:
    """Whether daylight saving time begins or ends on this day in this time zone."""
    midnight = datetime.combine(day, time(), zone(timezone))
    return midnight.utcoffset() != (midnight + timedelta(days=1)).utcoffset()


def _page(case: Case, form: MeetingForm | None = None) -> str:
    """The page; a form that is given was rejected and is shown again."""
    *earlier, current = queries.meetings(db(), case.id) or (NOTHING_YET,)
    planned = _planned(case, current)
    arranged, people = planned.arranged, planned.people
    starts_on = local_date(current.starts_at, case.timezone) if current.starts_at else None
    may_change = case.may(Activity.ARRANGE_MEETING)
    venue = venue_row(db(), case.region_id, current.venue_id)
    currency = PROFILES[case.profile].currency
    known = facts.meeting_facts(current, venue, case.timezone, people, list(arranged.values()))
    return render_template(
        "meetings/meeting.html",
        case=case,
        meeting=current,
        earlier=earlier,
        moves=queries.day_moves(db(), current.id),
        may_change=may_change,
        venue=venue,
        covered=known.covered,
        open_things=open_things(known) if starts_on and not current.started_at else (),
        hours_in_words=hours_in_words,
        shows_address=may_change or not current.venue_secret or case.sees(CasePart.SECRET_ADDRESSES),
        doers=planned.doers,
        names=[person.label for person in people if not person.excluded] if may_change else [],
        money=lambda cents: money(cents, currency),
        sign=get_currency_symbol(currency, locale()),
        school=school_holidays_on(db(), case.region_id, [starts_on]).get(starts_on) if starts_on else None,
        needs=shared_needs(people),
        expected=sum(person.expected_in_room for person in people),
        hours=_hours(current),
        arranged=arranged,
        options=[(row, to_local(row.starts_at, case.timezone)) for row in planned.options],
        now=now(),
        starts_on=starts_on,
        clashes=_clashes(case, current, people),
        is_past=bool(current.starts_at and not current.started_at and current.starts_at < now()),
        clocks_change=starts_on is not None and clocks_change(starts_on, case.timezone),
        form=form or _filled(case, planned),
        kinds=tuple(ArrangementKind),
    )


def _clashes(case: Case, meeting: queries.MeetingRow, people: tuple[PersonRow, ...]) -> tuple[Clash, ...]:
    """What clashes with the date, for whoever can choose another one."""
    if meeting.starts_at is None or meeting.started_at or not case.may(Activity.ARRANGE_MEETING):
        return ()
    found = facts.clashes_of(db(), case, meeting, people, [meeting.starts_at], now())
    return found.get(meeting.starts_at, ())


def _planned(case: Case, meeting: queries.MeetingRow) -> _Planned:
    arranged, people = _arranged(meeting), circle(db(), case.id)
    left = any(row.gone for row in arranged.values())
    called = names(db(), case.id) if left else {person.id: person.label for person in people}
    doers = {kind: row.who or called.get(row.participant_id or 0, "") for kind, row in arranged.items()}
    options = queries.date_options(db(), meeting.id)
    return _Planned(meeting, options, arranged, people, {kind: who for kind, who in doers.items() if who})


def _hours(meeting: queries.MeetingRow) -> Decimal | None:
    minutes = meeting.expected_minutes
    return None if minutes is None else round(Decimal(minutes) / _MINUTES_OF_HOUR, 2).normalize()


def _current(case: Case) -> queries.MeetingRow:
    return queries.current_meeting(db(), case.id) or NOTHING_YET


def _arranged(meeting: queries.MeetingRow) -> dict[ArrangementKind, queries.ArrangementRow]:
    return {row.kind: row for row in queries.arrangements(db(), meeting.id)}


def _form(case: Case, planned: _Planned, **more: Any) -> MeetingForm:
    meeting, options = planned.meeting, planned.options
    ahead = [row.starts_at for row in options if row.starts_at > now() and row.starts_at != meeting.starts_at]
    offered = {_typed(at, case): moment(at, case.timezone) for at in ahead}
    chosen = to_local(meeting.starts_at, case.timezone).replace(tzinfo=None) if meeting.starts_at else None
    place = (meeting.venue_name, meeting.venue_address, meeting.venue_access)
    started = meeting.started_at is not None
    known, doers = _known_places(case, meeting), _may_do(planned)
    return MeetingForm(offered, chosen, place, known, doers, started=started, prefix="meeting", **more)


def _known_places(case: Case, meeting: queries.MeetingRow) -> KnownPlaces | None:
    """The places from which whoever arranges the meeting chooses: those used most stand first."""
    if not case.may(Activity.ARRANGE_MEETING):
        return None
    rows = {row.id: row for row in venues(db(), [case.region_id])}
    used = times_used(db(), rows) if rows else {}
    others = [row for row in rows.values() if row.id != meeting.venue_id]
    first = sorted(others, key=lambda row: -used.get(row.id, 0))[:_OFFERED]
    living = {home.participant_id: home for home in homes(db(), case.id) if home.can_host}
    with using(case.language):
        at_home = {id_: gettext("At the home of %(name)s", name=home.name) for id_, home in living.items()}
    return KnownPlaces(
        known_venues(db(), case.region_id), rows, {row.id: _in_words(row) for row in first}, living, at_home
    )


def _in_words(row: VenueRow) -> str:
    """A venue as it is offered."""
    rooms = ngettext("%(num)d room", "%(num)d rooms", row.rooms) if row.rooms else ""
    where = ", ".join([row.name, *row.address.splitlines()])
    return " · ".join(filter(None, (where, rooms, hours_in_words(row.hours))))


def _may_do(planned: _Planned) -> Doers:
    """Who may see to an arrangement."""
    return Doers(
        {person.label: person.id for person in planned.people if not person.excluded},
        {
            kind: (row.participant_id, planned.doers[kind])
            for kind, row in planned.arranged.items()
            if row.gone and row.participant_id is not None
        },
    )


def _typed(instant: datetime, case: Case) -> str:
    return f"{to_local(instant, case.timezone):%d-%m-%Y %H:%M}"


def _filled(case: Case, planned: _Planned) -> MeetingForm:
    """The form with what there is now."""
    meeting = planned.meeting
    shown: dict[str, Any] = {
        "dates": "\n".join(_typed(row.starts_at, case) for row in planned.options),
        "hours": meeting.expected_minutes,
        "name": meeting.venue_name,
        "address": meeting.venue_address,
        "access": meeting.venue_access,
        "joining": meeting.joining or "",
        "secret": meeting.venue_secret,
        "cost": meeting.venue_cost,
    }
    for kind, row in planned.arranged.items():
        shown |= {
            kind.value: row.text or "",
            f"{kind.value}_asked": row.state is ArrangementState.ASKED,
            f"{kind.value}_not_needed": row.not_needed,
            f"{kind.value}_who": planned.doers.get(kind, ""),
            f"{kind.value}_cost": row.cost,
        }
        if kind is ArrangementKind.INTERPRETER:
            shown |= {"wish": row.wish, "no_tie": row.no_tie}
    return _form(case, planned, data=shown, formdata=None)
