"""The page on which a main person says who else reads the plan: professionals, and whoever came in a later round."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.gate import case_route
from ekc.core.clock import local_date
from ekc.core.errors import NotNow, Refusal, Unknown
from ekc.core.forms import EditingForm
from ekc.core.language import gettext as _
from ekc.core.routes import db, edits, now
from ekc.plans.actions.sharing import share_plan
from ekc.plans.forms.sharing import ShareForm, ShareWithAllForm, share_form
from ekc.plans.queries import circle as plan_circle
from ekc.plans.queries.circle import CirclePerson
from ekc.plans.views.blueprint import bp
from ekc.signin.login import by
from ekc.workflow.vocabulary import N_, Activity, PlanSharing, VoiceMatter
from ekc.workflow.voices import VOICE_RULES


@bp.get("/sharing")
@case_route(Activity.SHARE_PLAN)
def sharing(case: Case) -> ResponseReturnValue:
    """One's own answers as a form; for the coordinator those of a main person."""
    return _page(case)


@bp.post("/sharing")
@case_route(Activity.SHARE_PLAN)
@edits
def share(case: Case) -> ResponseReturnValue:
    """Write down what this main person says about each of them."""
    people = plan_circle.circle(db(), case.id)
    whose = _whose_answers(case, people)
    form = _filled(case, people, whose, sent=True)
    if not form.validate_on_submit():
        return _page(case, each=form), 422
    return _shared(case, form, whose, form.to_choices(), lambda: _filled(case, people, whose))


@bp.post("/sharing/everybody")
@case_route(Activity.SHARE_PLAN)
@edits
def share_with_all(case: Case) -> ResponseReturnValue:
    """Write down the same about all of them."""
    people = plan_circle.circle(db(), case.id)
    whose = _whose_answers(case, people)
    form = _for_all(case, people, whose, sent=True)
    if not form.validate_on_submit():
        return _page(case, everybody=form), 422
    choices = {person.id: form.to_sharing() for person in plan_circle.professionals(people)}
    return _shared(case, form, whose, choices, lambda: _for_all(case, people, whose))


def _for_all(
    case: Case, people: tuple[CirclePerson, ...], whose: CirclePerson, *, sent: bool = False
) -> ShareWithAllForm:
    said, more = plan_circle.own_sharing(db(), case.id, whose.id), {} if sent else {"formdata": None}
    return ShareWithAllForm(plan_circle.professionals(people), said, prefix="all-", **more)


def _whose(case: Case, people: tuple[CirclePerson, ...]) -> CirclePerson | None:
    """Whose answers the page is about: the main person who opened it, or whom the coordinator chose.

    None: the coordinator has not chosen yet, and there are several.
    """
    asked = plan_circle.main_persons(people)
    chosen = case.visitor.participant_id or request.args.get("of", type=int)
    if chosen is None:
        return asked[0] if len(asked) == 1 else None
    return next((person for person in asked if person.id == chosen), None)


def _whose_answers(case: Case, people: tuple[CirclePerson, ...]) -> CirclePerson:
    if (whose := _whose(case, people)) is None:
        raise Unknown if "of" in request.args else Refusal(N_("Choose whose answer you write down."))
    return whose


def _filled(case: Case, people: tuple[CirclePerson, ...], whose: CirclePerson, *, sent: bool = False) -> ShareForm:
    said = plan_circle.own_sharing(db(), case.id, whose.id)
    return share_form(plan_circle.asked_about(people, whose), said, **({} if sent else {"formdata": None}))


def _shared(
    case: Case,
    form: ShareForm | ShareWithAllForm,
    whose: CirclePerson,
    choices: dict[int, PlanSharing],
    read: Callable[[], EditingForm],
) -> ResponseReturnValue:
    try:
        share_plan(by(form.unless_changed(read)), case.id, whose.id, choices)
    except NotNow:
        raise
    except Refusal as refusal:
        status = form.refuse(refusal)
        sent = {"each": form} if isinstance(form, ShareForm) else {"everybody": form}
        return _page(case, **sent), status
    flash(_("The answer is saved. Here is what each of them sees now."), "success")
    return redirect(url_for("plans.plan", conference_id=case.id, _anchor="sharing"), 303)


def _page(case: Case, each: ShareForm | None = None, everybody: ShareWithAllForm | None = None) -> str:
    """The page; a form that is given was rejected and is shown again."""
    people = plan_circle.circle(db(), case.id)
    whose = _whose(case, people)
    return render_template(
        "plans/sharing.html",
        case=case,
        people=plan_circle.asked_about(people, whose),
        professionals=plan_circle.professionals(people),
        asked=plan_circle.main_persons(people),
        whose=whose,
        differ=VOICE_RULES[VoiceMatter.READING].differ,
        alone=plan_circle.decides_alone(db(), case, case.visitor, local_date(now(), case.timezone)),
        each=each or (_filled(case, people, whose) if whose else None),
        everybody=everybody or (_for_all(case, people, whose) if whose else None),
        sent=each or everybody,
    )
