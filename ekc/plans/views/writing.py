"""Writing the plan: its page, the page of one part, and what is sent from them."""

from flask import flash, render_template
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from ekc.conferences.access import Case
from ekc.conferences.gate import case_route
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, Stale, Unknown
from ekc.core.language import gettext as _
from ekc.core.routes import db, now
from ekc.plans import actions, queries
from ekc.plans.draft import Action, Draft, Goal, WhatIf, find, number_of
from ekc.plans.forms.plan import ActionForm, EvaluationForm, GoalForm, MonitorForm, WhatIfForm
from ekc.plans.queries import CirclePerson
from ekc.plans.views import bp
from ekc.plans.views.sharing import own_part_page
from ekc.plans.views.sheet import Sent, convenors, offered, plan_page, rhythms, seen, to_plan
from ekc.workflow.vocabulary import Activity, CasePart


@bp.get("")
@case_route(Activity.SEE_PLAN)
def plan(case: Case) -> ResponseReturnValue:
    """The plan, as it reads on paper; whoever may write it, writes here. To others, what of it concerns them."""
    return plan_page(case) if case.sees(CasePart.PLAN) else own_part_page(case)


@bp.post("/goals")
@case_route(Activity.WRITE_PLAN)
def add_goal(case: Case) -> ResponseReturnValue:
    """A new goal."""
    form = GoalForm(prefix="goal-")
    if not form.validate_on_submit():
        return plan_page(case, Sent("goal", form))
    try:
        key = actions.add_goal(db(), case.visitor, now(), case.id, seen(), form.to_goal())
    except Stale as refusal:
        return plan_page(case, Sent("goal", form, refusal))
    return to_plan(case, key, more=key)


@bp.post("/goals/<key>/actions")
@case_route(Activity.WRITE_PLAN)
def add_action(case: Case, key: str) -> ResponseReturnValue:
    """A new action, under its goal."""
    _, people = _offered(case)
    form = ActionForm(people, prefix=f"{key}-")
    if not form.validate_on_submit():
        return plan_page(case, Sent(key, form))
    try:
        made = actions.add_action(db(), case.visitor, now(), case.id, seen(), key, form.to_action())
    except Stale as refusal:
        return plan_page(case, Sent(key, form, refusal))
    return to_plan(case, made, more=key)


@bp.post("/what-ifs")
@case_route(Activity.WRITE_PLAN)
def add_what_if(case: Case) -> ResponseReturnValue:
    """A new what-if."""
    _, people = _offered(case)
    form = WhatIfForm(people, prefix="what-if-")
    if not form.validate_on_submit():
        return plan_page(case, Sent("what-if", form))
    try:
        key = actions.add_what_if(db(), case.visitor, now(), case.id, seen(), form.to_what_if())
    except Stale as refusal:
        return plan_page(case, Sent("what-if", form, refusal))
    return to_plan(case, key)


@bp.post("/monitor")
@case_route(Activity.WRITE_PLAN)
def set_monitor(case: Case) -> ResponseReturnValue:
    """Who keeps an eye on the plan."""
    _, people = _offered(case)
    form = MonitorForm(people, prefix="monitor-")
    if not form.validate_on_submit():
        return plan_page(case, Sent("monitor", form))
    try:
        actions.set_monitor(db(), case.visitor, now(), case.id, seen(), form.to_person())
    except Stale as refusal:
        return plan_page(case, Sent("monitor", form, refusal))
    return to_plan(case, "monitor")


@bp.post("/evaluation")
@case_route(Activity.WRITE_PLAN)
def set_evaluation(case: Case) -> ResponseReturnValue:
    """When the plan is looked at again."""
    _, people = _offered(case)
    form = EvaluationForm(people, convenors(people), prefix="evaluation-")
    if not form.validate_on_submit():
        return plan_page(case, Sent("evaluation", form))
    try:
        actions.set_evaluation(db(), case.visitor, now(), case.id, seen(), form.to_evaluation())
    except Stale as refusal:
        return plan_page(case, Sent("evaluation", form, refusal))
    return to_plan(case, "evaluation")


@bp.get("/parts/<key>")
@case_route(Activity.WRITE_PLAN)
def part(case: Case, key: str) -> ResponseReturnValue:
    """One goal, action or what-if, to change."""
    draft, people = _offered(case)
    return _part_page(case, key, _form(_found(draft, key), people, fill=True))


@bp.post("/parts/<key>")
@case_route(Activity.WRITE_PLAN)
def change_part(case: Case, key: str) -> ResponseReturnValue:
    """It is changed."""
    draft, people = _offered(case)
    form = _form(_found(draft, key), people)
    if not form.validate_on_submit():
        return _part_page(case, key, form), 422
    try:
        match form:
            case GoalForm():
                actions.set_goal(db(), case.visitor, now(), case.id, seen(), key, form.to_goal())
            case ActionForm():
                actions.change_action(db(), case.visitor, now(), case.id, seen(), key, form.to_action())
            case WhatIfForm():
                actions.change_what_if(db(), case.visitor, now(), case.id, seen(), key, form.to_what_if())
    except Stale as refusal:
        return _part_page(case, key, form, refusal), refusal.status
    return to_plan(case, key)


@bp.post("/parts/<key>/remove")
@case_route(Activity.WRITE_PLAN)
def remove_part(case: Case, key: str) -> ResponseReturnValue:
    """It is taken out."""
    try:
        actions.remove(db(), case.visitor, now(), case.id, seen(), key)
    except Stale:
        return _overtaken(case)
    return to_plan(case)


@bp.post("/parts/<key>/up", defaults={"step": -1})
@bp.post("/parts/<key>/down", defaults={"step": 1})
@case_route(Activity.WRITE_PLAN)
def move_part(case: Case, key: str, step: int) -> ResponseReturnValue:
    """It moves one place."""
    try:
        actions.move(db(), case.visitor, now(), case.id, seen(), key, step)
    except Stale:
        return _overtaken(case)
    return to_plan(case, key)


def _overtaken(case: Case) -> ResponseReturnValue:
    """Nothing was typed, so the plan as it is now says enough."""
    flash(_("Somebody changed the plan meanwhile, so nothing was moved or taken out. Look at it again."), "warning")
    return to_plan(case)


def _offered(case: Case) -> tuple[Draft, list[CirclePerson]]:
    draft, _revision = queries.draft(db(), case.id)
    return draft, offered(queries.circle(db(), case.id), draft)


def _found(draft: Draft, key: str) -> Goal | Action | WhatIf:
    try:
        return find(draft, key)
    except KeyError:
        raise Unknown from None


def _form(
    found: Goal | Action | WhatIf, people: list[CirclePerson], *, fill: bool = False
) -> GoalForm | ActionForm | WhatIfForm:
    match found:
        case Goal():
            goal = GoalForm()
            if fill:
                goal.fill(found)
            return goal
        case Action():
            action = ActionForm(people)
            if fill:
                action.fill(found)
            return action
    what_if = WhatIfForm(people)
    if fill:
        what_if.fill(found)
    return what_if


def _part_page(case: Case, key: str, form: FlaskForm, refusal: Refusal | None = None) -> str:
    """The page of one part; after somebody else's change it also shows the part as it is now."""
    found = queries.written(db(), case.id)
    return render_template(
        "plans/part.html",
        case=case,
        part=_found(found.draft, key),
        key=key,
        number=number_of(found.draft, key),
        form=form,
        revision=found.revision,
        refusal=refusal,
        names={person.id: person.name for person in queries.circle(db(), case.id)},
        rhythms=rhythms(),
        today=local_date(now(), case.timezone),
    )
