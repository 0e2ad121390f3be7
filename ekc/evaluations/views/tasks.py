"""Participants report the progress of their own tasks by personal link."""

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.gate import case_route
from ekc.core.errors import Refusal
from ekc.core.language import gettext as _
from ekc.core.routes import moves
from ekc.evaluations import actions
from ekc.evaluations.forms import TickForm
from ekc.evaluations.views.blueprint import bp
from ekc.signin.login import by
from ekc.workflow.vocabulary import N_, ActionState, Activity


@bp.post("/conferences/<int:conference_id>/tasks")
@case_route(Activity.TICK_OFF)
@moves
def tick(case: Case) -> ResponseReturnValue:
    """Set the progress of one's own task."""
    form = TickForm()
    if not form.validate_on_submit():
        raise Refusal(N_("Choose how far this task has come: done, partly or not yet."))
    actions.tick(by(), case.id, form.task.data, ActionState(form.state.data))
    if form.stays.data:
        return Response(status=204)
    flash(_("Thank you. This is kept with the plan."), "success")
    return redirect(url_for("journey.own_page", conference_id=case.id), 303)
