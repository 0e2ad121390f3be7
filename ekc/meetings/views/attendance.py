"""The page of attendance: who came, who left, who is back."""

from collections.abc import Iterable, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.gate import case_route
from ekc.conferences.queries.circle import PersonRow, circle
from ekc.conferences.queries.concerns import concerns
from ekc.core.errors import Stale
from ekc.core.language import gettext
from ekc.core.routes import db, edits, moves
from ekc.meetings import queries
from ekc.meetings.actions import attendance as attendance_actions
from ekc.meetings.forms.meeting import AttendanceForm
from ekc.meetings.views.blueprint import bp
from ekc.signin.login import by
from ekc.workflow.vocabulary import Activity, CasePart

_ADDRESS = "/conferences/<int:conference_id>/attendance"


@bp.get(_ADDRESS)
@case_route(Activity.SEE_HISTORY)
def attendance(case: Case) -> ResponseReturnValue:
    """Who came, and who is in the room now."""
    return _page(case)


@bp.post(_ADDRESS)
@case_route(Activity.RECORD_INFORMATION)
@edits
def came(case: Case) -> ResponseReturnValue:
    """Record who came."""
    form = AttendanceForm(circle(db(), case.id), came=())
    everybody = "everybody" in request.form  # who was to come, as a button of its own says
    if form.validate_on_submit():
        unchanged = form.unless_changed(lambda: _current_form(case))
        try:
            came = form.expected if everybody else form.to_came()
            attendance_actions.record_attendance(by(unchanged), case.id, came)
        except Stale as refusal:
            status = form.refuse(refusal)
            return _page(case, form), status
        flash(gettext("Saved."), "success")
        return _back(case)
    return _page(case, form), 422


def _current_form(case: Case) -> AttendanceForm:
    """The form of who came, as recorded now."""
    meeting = queries.current_meeting(db(), case.id)
    rows = queries.stretches(db(), meeting.id) if meeting else ()
    return _filled(circle(db(), case.id), rows)


def _filled(people: Iterable[PersonRow], rows: Sequence[queries.StretchRow]) -> AttendanceForm:
    """The form, with everybody ticked who came."""
    return AttendanceForm(people, {row.participant_id for row in rows}, formdata=None)


@bp.post(f"{_ADDRESS}/professionals/leave")
@case_route(Activity.RECORD_INFORMATION)
@moves
def professionals_leave(case: Case) -> ResponseReturnValue:
    """All professionals leave the room."""
    attendance_actions.professionals_leave(by(), case.id)
    flash(gettext("The professionals have left the room."), "success")
    return _back(case)


@bp.post(f"{_ADDRESS}/professionals/return")
@case_route(Activity.RECORD_INFORMATION)
@moves
def professionals_return(case: Case) -> ResponseReturnValue:
    """All professionals who came are in the room again."""
    attendance_actions.professionals_return(by(), case.id)
    flash(gettext("The professionals are back in the room."), "success")
    return _back(case)


@bp.post(f"{_ADDRESS}/<int:participant_id>/leave")
@case_route(Activity.RECORD_INFORMATION)
@moves
def leave(case: Case, participant_id: int) -> ResponseReturnValue:
    """Somebody leaves the room."""
    attendance_actions.leave(by(), case.id, participant_id)
    return _back(case, participant_id)


@bp.post(f"{_ADDRESS}/<int:participant_id>/return")
@case_route(Activity.RECORD_INFORMATION)
@moves
def come_back(case: Case, participant_id: int) -> ResponseReturnValue:
    """Somebody who left is in the room again."""
    attendance_actions.come_back(by(), case.id, participant_id)
    return _back(case, participant_id)


def _back(case: Case, participant_id: int | None = None) -> ResponseReturnValue:
    anchor = f"person-{participant_id}" if participant_id else None
    return redirect(url_for("meetings.attendance", conference_id=case.id, _anchor=anchor), 303)


def _page(case: Case, form: AttendanceForm | None = None) -> str:
    meeting = queries.current_meeting(db(), case.id)
    people = {person.id: person for person in circle(db(), case.id)}
    rows = queries.stretches(db(), meeting.id) if meeting else ()
    came = list(dict.fromkeys(row.participant_id for row in rows))
    last = {row.participant_id: row for row in rows}
    there = [(people[id_], last[id_], _earlier(rows, last[id_])) for id_ in came if id_ in people]
    professionals = [row for person, row, _ in there if person.is_professional]
    form, sent = form or _filled(people.values(), rows), form
    return render_template(
        "meetings/attendance.html",
        case=case,
        meeting=meeting,
        there=there,
        in_room=sum(row.is_open for row in rows),
        professionals_in=any(row.is_open for row in professionals),
        professionals_out=any(not row.is_open for row in professionals),
        may_change=case.may(Activity.RECORD_INFORMATION) and meeting is not None and meeting.under_way,
        arranged=concerns(db(), case.id) if case.sees(CasePart.SAFETY) else (),
        sent=sent,
        form=form,
        expected=[person.label for person in people.values() if person.id in form.expected],
    )


def _earlier(rows: Sequence[queries.StretchRow], last: queries.StretchRow) -> list[queries.StretchRow]:
    """The stretches of the same person before their last one."""
    return [row for row in rows if row.participant_id == last.participant_id and row is not last]
