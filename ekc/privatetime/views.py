"""The page of times: when the meeting started and ended, and when the family had private time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.gate import case_route
from ekc.conferences.queries.circle import PersonRow, circle
from ekc.core.errors import Stale, Unknown
from ekc.core.language import gettext
from ekc.core.routes import db, edits, moves
from ekc.meetings import queries as meetings
from ekc.meetings.actions import attendance as attendance_actions
from ekc.privatetime import queries
from ekc.privatetime.actions import correct_times
from ekc.privatetime.forms import DayForm, StretchForm, day_form
from ekc.signin.login import by
from ekc.workflow.vocabulary import N_, Activity

bp = Blueprint("privatetime", __name__)

_ADDRESS = "/conferences/<int:conference_id>/times"
_OUTSIDE_MEETINGS = 0  # in URLs: private time outside any meeting


@dataclass(frozen=True, slots=True)
class _Day:
    """One meeting as the page shows it."""

    meeting: meetings.MeetingRow | None
    rounds: Sequence[tuple[int, queries.RoundRow]]
    people: Sequence[tuple[PersonRow, meetings.StretchRow]]

    @property
    def id(self) -> int:
        """The id in URLs."""
        return self.meeting.id if self.meeting else _OUTSIDE_MEETINGS


@bp.get(_ADDRESS)
@case_route(Activity.ARRANGE_MEETING)
def times(case: Case) -> ResponseReturnValue:
    """The recorded times."""
    return _page(case)


@bp.post(f"{_ADDRESS}/<int:meeting_id>")
@case_route(Activity.ARRANGE_MEETING)
@edits
def correct(case: Case, meeting_id: int) -> ResponseReturnValue:
    """Correct the times of one meeting and its private time."""
    form = _day_form(case, meeting_id, formdata=request.form)
    if form.validate_on_submit():
        with form.showing_refusal():
            correct_times(by(form.unless_changed(lambda: _day_form(case, meeting_id))), case.id, form.to_times())
            return _back(case)
    return _page(case, form), form.status


@bp.post(f"{_ADDRESS}/stretches/<int:stretch_id>")
@case_route(Activity.ARRANGE_MEETING)
@moves  # a correction sets the stretch aside, so an older page finds none
def correct_stretch(case: Case, stretch_id: int) -> ResponseReturnValue:
    """Correct when somebody came and left, or that they were not there."""
    form = _stretch_form(case, stretch_id, formdata=request.form)
    if "never" in request.form:
        attendance_actions.never_came(by(), case.id, stretch_id)
        return _back(case)
    if form.validate_on_submit():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _stretch_form(case, stretch_id))
            attendance_actions.correct_stretch(by(unchanged), case.id, stretch_id, form.to_corrected(case.timezone))
            return _back(case)
    return _page(case, form), form.status


def _back(case: Case) -> ResponseReturnValue:
    flash(gettext("The times are corrected."), "success")
    return redirect(url_for("privatetime.times", conference_id=case.id), 303)


def _days(case: Case) -> list[_Day]:
    """Every meeting that started, the newest first, then private time outside meetings."""
    people = {person.id: person for person in circle(db(), case.id)}
    rounds = list(enumerate(queries.rounds(db(), case.id), start=1))
    days = []
    for meeting in reversed(meetings.meetings(db(), case.id)):
        if meeting.started_at:
            own = [(number, row) for number, row in rounds if row.meeting_id == meeting.id]
            came = meetings.stretches(db(), meeting.id)
            known = [(people[row.participant_id], row) for row in came if row.participant_id in people]
            days.append(_Day(meeting, own, known))
    if outside := [(number, row) for number, row in rounds if row.meeting_id is None]:
        days.append(_Day(None, outside, ()))
    return days


def _find(case: Case, meeting_id: int) -> _Day:
    for day in _days(case):
        if day.id == meeting_id:
            return day
    raise Unknown


def _day_form(case: Case, meeting_id: int, formdata: Mapping[str, str] | None = None) -> DayForm:
    day = _find(case, meeting_id)
    return day_form(day.meeting, day.rounds, case.timezone, formdata=formdata)


def _stretch_form(case: Case, stretch_id: int, formdata: Mapping[str, str] | None = None) -> StretchForm:
    row = next((row for day in _days(case) for _, row in day.people if row.id == stretch_id), None)
    if row is None and meetings.was_corrected(db(), case.id, stretch_id):
        raise Stale(
            N_("Somebody corrected these times after you opened the page. Look at the times, and correct them there.")
        )
    if row is None:
        raise Unknown
    return StretchForm.of(row, case.timezone, formdata=formdata)


def _page(case: Case, sent: DayForm | StretchForm | None = None) -> str:
    """The page; a form that is given was rejected and is shown again."""

    def again(form: DayForm | StretchForm) -> DayForm | StretchForm:
        return sent if sent is not None and sent._prefix == form._prefix else form

    return render_template(
        "privatetime/times.html",
        case=case,
        sent=sent,
        days=[
            {
                "id": day.id,
                "meeting": day.meeting,
                "form": again(day_form(day.meeting, day.rounds, case.timezone, formdata=None)),
                "rounds": day.rounds,
                "people": [
                    (person, row, again(StretchForm.of(row, case.timezone, formdata=None)))
                    for person, row in day.people
                ],
            }
            for day in _days(case)
        ],
    )
