"""Whether a number may stand in the plan: noted by whoever writes the plan, taken out by its owner."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.gate import case_route
from ekc.core.errors import Stale
from ekc.core.language import gettext as _
from ekc.core.routes import db, edits, moves
from ekc.plans.actions import numbers as number_actions
from ekc.plans.forms.drafts import NumberForm
from ekc.plans.queries import numbers as plan_numbers
from ekc.plans.queries import versions as plan_versions
from ekc.plans.queries.numbers import PlanNumber
from ekc.plans.views.blueprint import bp
from ekc.plans.views.plan import SubmittedForm, plan_page, to_plan
from ekc.signin.login import by
from ekc.workflow.vocabulary import Activity


@bp.post("/numbers/<int:participant_id>")
@case_route(Activity.WRITE_PLAN)
@edits
def say_number(case: Case, participant_id: int) -> ResponseReturnValue:
    """Note whether a number may stand in the plan."""
    shown = _number(case, participant_id)
    form = NumberForm(shown)
    if form.validate():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: NumberForm(_number(case, participant_id), formdata=None))
            number_actions.say_number(by(unchanged), case.id, participant_id, form.phone.data, form.is_shared)
            return to_plan(case, "numbers")
    return plan_page(case, SubmittedForm(shown.place, form))


@bp.post("/numbers/mine")
@case_route(Activity.OWN_NUMBER)
@moves
def take_number_out(case: Case) -> ResponseReturnValue:
    """Somebody takes their own number out of the plan."""
    number_actions.take_number_out(by(), case.id)
    flash(_("Your number is not in the plan any more."), "success")
    return redirect(url_for("journey.own_page", conference_id=case.id), 303)


def _number(case: Case, participant_id: int) -> PlanNumber:
    """The number as it is. Raises Stale for somebody whom the plan does not say to ring."""
    found = plan_numbers.plan_numbers(db(), case.id, plan_versions.stored_draft(db(), case.id).draft)
    shown = next((one for one in found if one.id == participant_id), None)
    if shown is None:
        raise Stale(number_actions.NOT_RUNG)
    return shown
