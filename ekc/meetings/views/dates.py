"""The possible dates: choosing them, asking people, what they say, and setting the date; and one's own answers."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.gate import case_route
from ekc.conferences.queries import circle as circle_queries
from ekc.conferences.queries.circle import PersonRow
from ekc.core.clock import from_local, local_date, to_local
from ekc.core.errors import Unknown
from ekc.core.form_numbers import adds
from ekc.core.forms import Standing
from ekc.core.language import day as day_in_words
from ekc.core.language import gettext as _
from ekc.core.language import moment, ngettext, their_moment
from ekc.core.routes import MAX_ID, db, edits, moves, now
from ekc.meetings import facts, queries
from ekc.meetings.actions import dates as actions
from ekc.meetings.effects import is_invited
from ekc.meetings.forms.dates import MOST_WEEKS, AskDatesForm, DateAnswersForm, OfferDatesForm, Slot, local_times, slots
from ekc.meetings.queries import DateGuestRow, DateOptionRow, MeetingRow
from ekc.meetings.views.blueprint import bp
from ekc.meetings.views.calling import next_after, who
from ekc.meetings.views.meeting import NOTHING_YET
from ekc.signin.login import by
from ekc.venues.forms import hours_in_words
from ekc.venues.queries import school_holidays_on
from ekc.venues.queries import venue as venue_row
from ekc.workflow.clashes import Clash
from ekc.workflow.date_poll import DateCount, Guest, count, weights
from ekc.workflow.opening_hours import OpeningHours
from ekc.workflow.vocabulary import NOT_THERE, Activity, DateFit, Part

_ADDRESS = "/conferences/<int:conference_id>/dates"
_PERSON = f"{_ADDRESS}/of/<int:participant_id>"
_OWN = "/conferences/<int:conference_id>/my-dates"
_WEEKS, _MORE_WEEKS = 4, 4


@dataclass(frozen=True, slots=True)
class _Poll:
    """The possible dates of the current meeting, who was asked about them, and what they said."""

    meeting: MeetingRow
    options: tuple[DateOptionRow, ...]  # that lie ahead
    circle: tuple[PersonRow, ...]
    guests: dict[int, DateGuestRow]
    answers: dict[tuple[int, int], DateFit]

    @property
    def people(self) -> tuple[PersonRow, ...]:
        """Who can be asked."""
        return tuple(one for one in self.circle if not one.excluded and one.part is not Part.INTERPRETER)

    def open_for(self, person_id: int) -> bool:
        """Whether somebody has not answered about each date."""
        return any((option.id, person_id) not in self.answers for option in self.options)

    def of(self, person_id: int) -> dict[int, DateFit]:
        """What somebody said, by option."""
        return {option: fit for (option, person), fit in self.answers.items() if person == person_id}

    def counts(self) -> list[DateCount]:
        """The dates, the one that suits best first."""
        parts = {person.id: person.part for person in self.people}
        beside = {person.id: person.support_id for person in self.people}
        matters = frozenset(id_ for id_, guest in self.guests.items() if guest.matters)
        weight = weights(parts, beside, matters)
        guests = [Guest(one.id, one.label, weight[one.id]) for one in self.people if one.id in self.guests]
        return count({option.id: option.starts_at for option in self.options}, guests, self.answers)

    def next_after(self, person_id: int) -> PersonRow | None:
        """Who comes next of those who have not answered about each date."""
        return next_after(self.people, person_id, lambda one: self.open_for(one.id))


def _poll(case: Case) -> _Poll:
    meeting = queries.current_meeting(db(), case.id) or NOTHING_YET
    return _Poll(
        meeting,
        tuple(row for row in queries.date_options(db(), meeting.id) if row.starts_at > now()),
        circle_queries.circle(db(), case.id),
        queries.date_guests(db(), meeting.id),
        queries.date_answers(db(), meeting.id),
    )


@bp.get(_ADDRESS)
@case_route(Activity.ARRANGE_MEETING)
def dates(case: Case) -> ResponseReturnValue:
    """Which dates suit whom, and the weeks from which they are chosen."""
    return _page(case)


@bp.post(_ADDRESS)
@case_route(Activity.ARRANGE_MEETING)
@edits
def offer_dates(case: Case) -> ResponseReturnValue:
    """Choose the possible dates."""
    poll = _poll(case)
    form = _offer_form(case, poll, sent=True)
    if form.validate_on_submit():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _offer_form(case, _poll(case), sent=True, formdata=None))
            actions.offer_dates(by(unchanged), case.id, form.to_offered(case.timezone))
            flash(_("Saved."), "success")
            return redirect(url_for("meetings.dates", conference_id=case.id), 303)
    return _page(case, offer=form), form.status


@bp.post(f"{_ADDRESS}/ask")
@case_route(Activity.ARRANGE_MEETING)
@adds()
def ask_about_dates(case: Case) -> ResponseReturnValue:
    """Ask people which dates suit them."""
    poll = _poll(case)
    form = AskDatesForm(_askable(poll), formdata=request.form)
    if form.validate():
        with form.showing_refusal():
            people = frozenset(form.people.data)
            asked = actions.ask_about_dates(by(), case.id, people)
            if reached := len(people - asked.to_ring):
                said = ngettext("%(num)d person is asked.", "%(num)d people are asked.", reached)
                mails = ngettext("%(num)d of them by email.", "%(num)d of them by email.", asked.mailed)
                flash(f"{said} {mails}", "success")
            if asked.to_ring:
                names = ", ".join(one.label for one in poll.people if one.id in asked.to_ring)
                flash(_("Ring these people: they have no email address and no link. %(names)s.", names=names), "info")
            return redirect(url_for("meetings.dates", conference_id=case.id), 303)
    return _page(case, ask=form), form.status


@bp.post(f"{_ADDRESS}/<int:option_id>/choose")
@case_route(Activity.ARRANGE_MEETING)
@moves
def choose_from_answers(case: Case, option_id: int) -> ResponseReturnValue:
    """Set one of the dates: whoever said yes comes."""
    come = actions.choose_from_answers(by(), case.id, min(option_id, MAX_ID))
    flash(_("The date is set.") + " " + ngettext("%(num)d person comes.", "%(num)d people come.", come), "success")
    return redirect(url_for("meetings.dates", conference_id=case.id), 303)


@bp.get(_PERSON)
@case_route(Activity.ARRANGE_MEETING)
def dates_of(case: Case, participant_id: int) -> ResponseReturnValue:
    """What somebody says of each date, for whoever rings them."""
    return _person_page(case, _poll(case), participant_id)


@bp.post(_PERSON)
@case_route(Activity.ARRANGE_MEETING)
@edits
def note_dates(case: Case, participant_id: int) -> ResponseReturnValue:
    """Note what somebody says of each date."""
    poll = _poll(case)
    form = _answers_form(case, poll, participant_id, sent=True)
    if form.validate():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _answers_form(case, _poll(case), participant_id))
            actions.note_dates(by(unchanged), case.id, participant_id, form.to_answers())
            flash(_("What %(name)s said is saved.", name=who(poll.people, participant_id).label), "success")
            if following := poll.next_after(participant_id):
                return redirect(url_for("meetings.dates_of", conference_id=case.id, participant_id=following.id), 303)
            return redirect(url_for("meetings.dates", conference_id=case.id), 303)
    return _person_page(case, poll, participant_id, form), form.status


@bp.get(_OWN)
@case_route(Activity.ANSWER_DATES)
def my_dates(case: Case) -> ResponseReturnValue:
    """Which dates suit the visitor."""
    return _own_page(case, _poll(case))


@bp.post(_OWN)
@case_route(Activity.ANSWER_DATES)
@edits
def answer_dates(case: Case) -> ResponseReturnValue:
    """Say which dates suit."""
    poll, me = _poll(case), _me(case)
    form = _answers_form(case, poll, me, sent=True, own=True)
    if form.validate():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _answers_form(case, _poll(case), me, own=True))
            actions.answer_dates(by(unchanged), case.id, form.to_answers())
            flash(_("Thank you. Your coordinator sees what suits you."), "success")
            return redirect(url_for("journey.own_page", conference_id=case.id), 303)
    return _own_page(case, poll, form), form.status


def _me(case: Case) -> int:
    if case.visitor.participant_id is None:
        raise Unknown
    return case.visitor.participant_id


def _askable(poll: _Poll) -> list[tuple[int, str]]:
    return [(one.id, one.label) for one in poll.people]


def _offer_form(case: Case, poll: _Poll, *, sent: bool = False, **more: Any) -> OfferDatesForm:
    days = [day for week in _weeks(case, poll, sent=sent) for day in week]
    there = "; ".join(moment(row.starts_at, case.timezone) for row in poll.options)
    stands = {"dates": Standing(_("Possible dates"), there, tuple(row.starts_at.isoformat() for row in poll.options))}
    words = partial(day_in_words, year=False)
    return OfferDatesForm([slot for day in days for slot in day], words, stands=stands if there else {}, **more)


def _weeks(case: Case, poll: _Poll, *, sent: bool = False) -> list[list[tuple[Slot, ...]]]:
    """So many weeks from tomorrow as were asked for, and on to the last possible date; at most `MOST_WEEKS`.

    `sent`: those of the page that sent the form, and no more.
    """
    tomorrow = local_date(now(), case.timezone) + timedelta(days=1)
    locals_ = local_times(poll.options, case.timezone)
    last = max((one.date() for one in locals_), default=tomorrow)
    until_last = (last - (tomorrow - timedelta(days=tomorrow.weekday()))).days // 7 + 1
    weeks = max(request.args.get("weeks", type=int) or _WEEKS, 1)
    return slots(tomorrow, min(weeks if sent else max(weeks, until_last), MOST_WEEKS), locals_)


def _page(case: Case, offer: OfferDatesForm | None = None, ask: AskDatesForm | None = None) -> str:
    """The page; a form that is given was rejected and is shown again."""
    poll = _poll(case)
    weeks = _weeks(case, poll, sent=offer is not None)
    tomorrow = local_date(now(), case.timezone) + timedelta(days=1)
    offered = offer or _offer_form(case, poll, formdata=None)
    venue = venue_row(db(), case.region_id, poll.meeting.venue_id)
    hours, minutes = venue.hours if venue else OpeningHours(), poll.meeting.expected_minutes
    slots_ = [slot for week in weeks for day in week for slot in day]
    local = {row.id: to_local(row.starts_at, case.timezone) for row in poll.options}
    still = [one.id for one in poll.people if poll.open_for(one.id) and one.attends not in NOT_THERE]
    return render_template(
        "meetings/dates.html",
        case=case,
        meeting=poll.meeting,
        poll=poll,
        counts=poll.counts(),
        weeks=weeks,
        more_weeks=min(len(weeks) + _MORE_WEEKS, MOST_WEEKS),
        tomorrow=tomorrow,
        taken=_taken(case, tomorrow),
        clashes=_clashes(case, poll),
        invited=is_invited(db(), poll.meeting.id),
        phones=circle_queries.phones(db(), case),
        offer=offered,
        venue=venue,
        closed={one.value for one in slots_ if not all(hours.covers(at, minutes) for at in offered.begins(one))},
        hours=hours_in_words(hours),
        not_open={id_ for id_, at in local.items() if not hours.covers(at, minutes)},
        school=school_holidays_on(db(), case.region_id, [day[0].on for week in weeks for day in week]),
        ask=ask or AskDatesForm(_askable(poll), still, formdata=None),
        sent=offer or ask,
        fits=DateFit,
    )


def _taken(case: Case, since: date) -> dict[date, list[tuple[datetime, str]]]:
    """When the visitor has other conferences: by local day, when each begins and its number."""
    found: dict[date, list[tuple[datetime, str]]] = {}
    if case.visitor.account_id is not None:
        start = from_local(datetime.combine(since, datetime.min.time()), case.timezone)
        for row in queries.taken(db(), case.visitor.account_id, case.id, start):
            local = to_local(row.starts_at, case.timezone)
            found.setdefault(local.date(), []).append((row.starts_at, row.number))
    return found


def _clashes(case: Case, poll: _Poll) -> dict[datetime, tuple[Clash, ...]]:
    """What clashes with the date that is set, and with each possible one."""
    dates = {row.starts_at for row in poll.options}
    if poll.meeting.starts_at and not poll.meeting.started_at:
        dates.add(poll.meeting.starts_at)
    return facts.clashes_of(db(), case, poll.meeting, poll.circle, dates, now())


def _answers_form(
    case: Case, poll: _Poll, participant_id: int, *, sent: bool = False, own: bool = False
) -> DateAnswersForm:
    zone = case.own_timezone if own else circle_queries.timezone_of(db(), case, participant_id)
    words = {row.id: their_moment(row.starts_at, case.timezone, zone, theirs=not own) for row in poll.options}
    guest = poll.guests.get(participant_id)
    matters = None if own else bool(guest and guest.matters)
    form = request.form if sent else None
    return DateAnswersForm.about(words, poll.of(participant_id), matters=matters, formdata=form)


def _person_page(case: Case, poll: _Poll, participant_id: int, form: DateAnswersForm | None = None) -> str:
    person = who(poll.people, participant_id)
    return render_template(
        "meetings/dates_of.html",
        case=case,
        person=person,
        phone=circle_queries.phones(db(), case).get(person.id, ""),
        after=poll.next_after(person.id),
        form=form or _answers_form(case, poll, participant_id),
        sent=form,
    )


def _own_page(case: Case, poll: _Poll, form: DateAnswersForm | None = None) -> str:
    return render_template(
        "meetings/my_dates.html",
        case=case,
        chosen=poll.meeting.starts_at,
        form=form or _answers_form(case, poll, _me(case), own=True),
        sent=form,
    )
