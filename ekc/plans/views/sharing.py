"""The page for deciding what each referrer and professional sees of the plan."""

from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.gate import case_route
from ekc.core.clock import local_date
from ekc.core.errors import NotNow, Refusal
from ekc.core.forms import EditingForm
from ekc.core.language import gettext as _
from ekc.core.routes import db, edits, now
from ekc.plans import actions, queries
from ekc.plans.forms import ShareForm, ShareWithAllForm, share_form
from ekc.plans.views.blueprint import bp
from ekc.signin.login import by
from ekc.workflow.vocabulary import Activity, PlanSharing


@bp.get("/sharing")
@case_route(Activity.SHARE_PLAN)
def sharing(case: Case) -> ResponseReturnValue:
    """What each professional sees of the plan, as a form."""
    return _page(case)


@bp.post("/sharing")
@case_route(Activity.SHARE_PLAN)
@edits
def share(case: Case) -> ResponseReturnValue:
    """Set what each of them sees."""
    form = share_form(_professionals(case))
    if not form.validate_on_submit():
        return _page(case, each=form), 422
    return _shared(case, form, form.to_choices(), lambda: share_form(_professionals(case), formdata=None))


@bp.post("/sharing/everybody")
@case_route(Activity.SHARE_PLAN)
@edits
def share_with_all(case: Case) -> ResponseReturnValue:
    """Set the same for all of them."""
    people = _professionals(case)
    form = ShareWithAllForm(people, prefix="all-")
    if not form.validate_on_submit():
        return _page(case, everybody=form), 422
    choices = {person.id: form.to_sharing() for person in people}
    return _shared(case, form, choices, lambda: ShareWithAllForm(_professionals(case), prefix="all-", formdata=None))


def _professionals(case: Case) -> tuple[queries.CirclePerson, ...]:
    return queries.professionals(queries.circle(db(), case.id))


def _shared(
    case: Case,
    form: ShareForm | ShareWithAllForm,
    choices: dict[int, PlanSharing],
    read: Callable[[], EditingForm],
) -> ResponseReturnValue:
    try:
        actions.share_plan(by(form.unless_changed(read)), case.id, choices)
    except NotNow:
        raise
    except Refusal as refusal:
        status = form.refuse(refusal)
        sent = {"each": form} if isinstance(form, ShareForm) else {"everybody": form}
        return _page(case, **sent), status
    flash(_("It is noted who sees what of the plan."), "success")
    return redirect(url_for("plans.plan", conference_id=case.id, _anchor="sharing"), 303)


def _page(case: Case, each: ShareForm | None = None, everybody: ShareWithAllForm | None = None) -> str:
    """The page; a form that is given was rejected and is shown again."""
    people = _professionals(case)
    return render_template(
        "plans/sharing.html",
        case=case,
        people=people,
        alone=queries.decides_alone(db(), case, case.visitor, local_date(now(), case.timezone)),
        each=each or share_form(people, formdata=None),
        everybody=everybody or ShareWithAllForm(people, prefix="all-", formdata=None),
        sent=each or everybody,
    )
