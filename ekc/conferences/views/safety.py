"""The page of safety concerns and what was arranged for them."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.actions import safety as safety_actions
from ekc.conferences.forms.circle import AnswerForm, ConcernForm
from ekc.conferences.gate import case_route
from ekc.conferences.queries import circle as circle_queries
from ekc.conferences.queries.circle import PersonRow
from ekc.conferences.queries.concerns import ConcernRow, apart, concerns, found_unsafe
from ekc.conferences.views.blueprint import bp
from ekc.core.errors import Unknown
from ekc.core.form_numbers import adds
from ekc.core.forms import Standing
from ekc.core.language import gettext as _
from ekc.core.language import moment, translate
from ekc.core.routes import db, edits, moves
from ekc.signin.login import by
from ekc.workflow.engine import STEP_RULES
from ekc.workflow.vocabulary import Activity

_ADDRESS = "/conferences/<int:conference_id>/safety"


@bp.get(_ADDRESS)
@case_route(Activity.SEE_REGISTRATION)
def safety(case: Case) -> ResponseReturnValue:
    """Every concern, those without an arrangement first."""
    return _page(case)


@bp.post(_ADDRESS)
@case_route(Activity.CHANGE_CIRCLE)
@adds()
def add_concern(case: Case) -> ResponseReturnValue:
    """Add a concern."""
    form = ConcernForm(circle_queries.circle(db(), case.id), circle_queries.sides(db(), case.id))
    if not form.validate():
        return _page(case, form), 422
    safety_actions.add_concern(by(), case.id, form.to_concern())
    flash(_("The concern is noted."), "success")
    return _back(case)


@bp.post(f"{_ADDRESS}/<int:concern_id>")
@case_route(Activity.CHANGE_CIRCLE)
@edits
def change_concern(case: Case, concern_id: int) -> ResponseReturnValue:
    """Change a concern or its arrangement."""
    form = ConcernForm(
        circle_queries.circle(db(), case.id), circle_queries.sides(db(), case.id), prefix=f"concern-{concern_id}-"
    )
    if form.validate():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _form_of(case, concern_id))
            safety_actions.change_concern(by(unchanged), case.id, concern_id, form.to_concern())
            flash(_("Saved."), "success")
            return _back(case)
    return _page(case, changed=(concern_id, form)), form.status


@bp.post(f"{_ADDRESS}/<int:concern_id>/remove")
@case_route(Activity.CHANGE_CIRCLE)
@moves
def remove_concern(case: Case, concern_id: int) -> ResponseReturnValue:
    """Delete a concern."""
    safety_actions.remove_concern(by(), case.id, concern_id)
    flash(_("The concern is taken away."), "success")
    return _back(case)


@bp.post(f"{_ADDRESS}/<int:concern_id>/answer")
@case_route(Activity.ANSWER_SAFETY)
@edits
def answer_concern(case: Case, concern_id: int) -> ResponseReturnValue:
    """Write down what was said or arranged with somebody who said that it does not feel safe."""
    form = AnswerForm(prefix=f"concern-{concern_id}-")
    if form.validate():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _form_of(case, concern_id))
            safety_actions.answer_concern(by(unchanged), case.id, concern_id, form.arrangement.data)
            flash(_("Saved."), "success")
            return _back(case)
    return _page(case, changed=(concern_id, form)), form.status


def _back(case: Case) -> ResponseReturnValue:
    return redirect(url_for("conferences.safety", conference_id=case.id), 303)


def _page(
    case: Case, form: ConcernForm | None = None, changed: tuple[int, ConcernForm | AnswerForm] | None = None
) -> str:
    """The page; a form that is given was rejected and is shown again."""
    circle = circle_queries.circle(db(), case.id)
    rows = sorted(concerns(db(), case.id), key=lambda row: row.arrangement is not None)
    forms = {row.id: _filled(case, circle, row) for row in rows}
    if changed and type(changed[1]) is type(forms.get(changed[0])):  # else it is no form of this concern
        forms[changed[0]] = changed[1]
    # The page of a person links here with that person selected.
    about = {"participant_id": request.args.get("person", type=int)}
    return render_template(
        "conferences/safety.html",
        case=case,
        rows=rows,
        apart={row.id: apart([row], circle).get(row.participant_id, ()) for row in rows},
        found=found_unsafe(db(), case.id),
        not_asked=[person.label for person in circle if person.safety_unasked],
        first={row.participant_id: row.id for row in reversed(rows)},  # one anchor for each person
        form=form or ConcernForm(circle, circle_queries.sides(db(), case.id), formdata=None, data=about),
        forms=forms,
        sent=form or (changed[1] if changed else None),
        phones=circle_queries.phones(db(), case) if rows else {},
        may_change=case.may(Activity.CHANGE_CIRCLE),
        may_answer=case.may(Activity.ANSWER_SAFETY),
    )


def _form_of(case: Case, concern_id: int) -> ConcernForm | AnswerForm:
    """The form of a concern as it is now. Raises Unknown."""
    row = next((row for row in concerns(db(), case.id) if row.id == concern_id), None)
    if row is None:
        raise Unknown
    return _filled(case, circle_queries.circle(db(), case.id), row)


def _filled(case: Case, circle: tuple[PersonRow, ...], row: ConcernRow) -> ConcernForm | AnswerForm:
    if row.said_at is not None:
        words = (moment(row.said_at, case.timezone), row.said_with and translate(STEP_RULES[row.said_with].title))
        what = (row.said_at, row.said_with, row.concern)
        said = Standing(_("It does not feel safe"), ", ".join(filter(None, (*words, row.concern))), what)
        own = {"arrangement": row.arrangement or ""}
        return AnswerForm({"said": said}, formdata=None, prefix=f"concern-{row.id}-", data=own)
    shown = {
        "participant_id": row.participant_id,
        "concern": row.concern,
        "arrangement": row.arrangement or "",
        "apart_from_id": row.apart_from_id,
        "apart_from_side": row.apart_from_side or "",
        "said_by": row.said_by or "",
    }
    sides = circle_queries.sides(db(), case.id)
    return ConcernForm(circle, sides, formdata=None, prefix=f"concern-{row.id}-", data=shown)
