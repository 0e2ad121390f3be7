"""The page of the plan as it is now, the page of one part of it, and the forms on them.

To a referrer or professional with whom the whole is not shared: the page of their own part.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from ekc.conferences.access import Case
from ekc.conferences.gate import case_route
from ekc.conferences.queries import lines_seen
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, Stale, Unknown
from ekc.core.forms import PlainForm
from ekc.core.language import gettext as _
from ekc.core.routes import db, now
from ekc.plans import drafting, queries
from ekc.plans.actions import change_plan
from ekc.plans.changes import changes
from ekc.plans.draft import Action, Draft, Goal, WhatIf, concerning, find, from_json, number_of, people_of
from ekc.plans.facts import open_points
from ekc.plans.forms import ActionForm, EvaluationForm, GoalForm, MonitorForm, WhatIfForm
from ekc.plans.queries import CirclePerson
from ekc.plans.views.blueprint import bp
from ekc.signin.login import by
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import Activity, CasePart, Every, Part, Phase

_FIXED = ("goal", "what-if", "monitor", "evaluation")


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that came in and could not be done: at which `place` of the page it stands, and why."""

    place: str
    form: FlaskForm
    refusal: Refusal | None = None

    @property
    def status(self) -> int:
        """What the answer is told with."""
        return self.refusal.status if self.refusal else 422


Page = Callable[[Case, Sent], ResponseReturnValue]


@bp.get("")
@case_route(Activity.SEE_PLAN)
def plan(case: Case) -> ResponseReturnValue:
    """The plan, as it reads on paper; whoever may write it, writes here. To others, what of it concerns them."""
    return _plan_page(case) if case.sees(CasePart.PLAN) else _own_part_page(case)


@bp.post("/goals")
@case_route(Activity.WRITE_PLAN)
def add_goal(case: Case) -> ResponseReturnValue:
    """A new goal."""
    form = GoalForm(prefix="goal-")
    return _change(case, Sent("goal", form), _plan_page, lambda: drafting.add_goal(form.to_goal()))


@bp.post("/goals/<key>/actions")
@case_route(Activity.WRITE_PLAN)
def add_action(case: Case, key: str) -> ResponseReturnValue:
    """A new action, under its goal."""
    form = ActionForm(_offered(case), prefix=f"{key}-")
    return _change(case, Sent(key, form), _plan_page, lambda: drafting.add_action(key, form.to_action()), more=key)


@bp.post("/what-ifs")
@case_route(Activity.WRITE_PLAN)
def add_what_if(case: Case) -> ResponseReturnValue:
    """A new what-if."""
    form = WhatIfForm(_offered(case), prefix="what-if-")
    return _change(case, Sent("what-if", form), _plan_page, lambda: drafting.add_what_if(form.to_what_if()))


@bp.post("/monitor")
@case_route(Activity.WRITE_PLAN)
def set_monitor(case: Case) -> ResponseReturnValue:
    """Who keeps an eye on the plan."""
    form = MonitorForm(_offered(case), prefix="monitor-")
    return _change(case, Sent("monitor", form), _plan_page, lambda: drafting.set_monitor(form.to_person()))


@bp.post("/evaluation")
@case_route(Activity.WRITE_PLAN)
def set_evaluation(case: Case) -> ResponseReturnValue:
    """When the plan is looked at again."""
    people = _offered(case)
    form = EvaluationForm(people, _convenors(people), prefix="evaluation-")
    return _change(case, Sent("evaluation", form), _plan_page, lambda: drafting.set_evaluation(form.to_evaluation()))


@bp.get("/parts/<key>")
@case_route(Activity.WRITE_PLAN)
def part(case: Case, key: str) -> ResponseReturnValue:
    """One goal, action or what-if, to change."""
    return _part_page(case, key, _part_form(case, key, fill=True))


@bp.post("/parts/<key>")
@case_route(Activity.WRITE_PLAN)
def change_part(case: Case, key: str) -> ResponseReturnValue:
    """It is changed."""
    form = _part_form(case, key)
    return _change(case, Sent(key, form), _part_again, lambda: _part_edit(key, form))


@bp.post("/parts/<key>/remove")
@case_route(Activity.WRITE_PLAN)
def remove_part(case: Case, key: str) -> ResponseReturnValue:
    """It is taken out."""
    return _change(case, Sent(key, PlainForm()), _overtaken, lambda: drafting.remove(key))


@bp.post("/parts/<key>/up", defaults={"step": -1})
@bp.post("/parts/<key>/down", defaults={"step": 1})
@case_route(Activity.WRITE_PLAN)
def move_part(case: Case, key: str, step: int) -> ResponseReturnValue:
    """It moves one place."""
    return _change(case, Sent(key, PlainForm()), _overtaken, lambda: drafting.move(key, step))


def seen() -> int:
    """The revision that the page showed. One that nobody wrote fits no plan."""
    text = request.form.get("revision", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def rhythms() -> dict[str, str]:
    """How often, in the reader's words."""
    return {every.value: _(every.label) for every in Every}


def _change(
    case: Case, sent: Sent, page: Page, edit: Callable[[], drafting.Edit], more: str | None = None
) -> ResponseReturnValue:
    """Change the plan by a form that came in; where that cannot be, `page` with everything that was typed.

    Then back to what was changed in the plan; `more` keeps the form of one goal open.
    """
    if not sent.form.validate_on_submit():
        return page(case, sent)
    try:
        target = change_plan(by(), case.id, seen(), edit())
    except Stale as refusal:
        return page(case, replace(sent, refusal=refusal))
    return _to_plan(case, target, more)


def _to_plan(case: Case, anchor: str = "", more: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("plans.plan", conference_id=case.id, more=more, _anchor=anchor or None), 303)


def _overtaken(case: Case, _sent: Sent) -> ResponseReturnValue:
    """Nothing was typed, so the plan as it is now says enough."""
    flash(_("Somebody changed the plan meanwhile, so nothing was moved or taken out. Look at it again."), "warning")
    return _to_plan(case)


def _offered(case: Case) -> list[CirclePerson]:
    """Whom the plan can name now."""
    return _nameable(queries.circle(db(), case.id), queries.written(db(), case.id).draft)


def _nameable(people: tuple[CirclePerson, ...], draft: Draft) -> list[CirclePerson]:
    """Whom the plan can name: the circle, family first. Who left it or stays away for safety, only if named already."""
    named = people_of(draft)
    here = [p for p in people if p.id in named or (p.belongs and p.part is not Part.INTERPRETER)]
    return sorted(here, key=lambda person: (person.is_professional, person.id))


def _convenors(people: list[CirclePerson]) -> list[CirclePerson]:
    """Who can call people together: they may write the plan then, so never an agency (domain.md 30)."""
    return [person for person in people if not person.is_professional]


def _plan_page(case: Case, sent: Sent | None = None) -> ResponseReturnValue:
    """The plan; with `sent`, a form stands at its place with everything that was typed."""
    session = db()
    found = queries.written(session, case.id)
    listed = queries.versions(session, case.id)
    in_force = queries.version(session, case.id, listed[0].number) if listed else None
    agreed = from_json(in_force.content) if in_force else None
    writes = case.may(Activity.WRITE_PLAN)
    # Others see what was agreed, not what is being changed.
    shows_draft = agreed is None or case.sees(CasePart.NEXT_VERSION) is not None
    draft = found.draft if shows_draft or agreed is None else agreed
    people = queries.circle(session, case.id)
    points = open_points(draft, people, local_date(now(), case.timezone), PROFILES[case.profile]) if shows_draft else {}
    lost = sent if sent and sent.place not in {*_FIXED, *(goal.key for goal in draft.goals)} else None
    page = render_template(
        "plans/plan.html",
        case=case,
        draft=draft,
        revision=found.revision,
        changed_at=found.changed_at if shows_draft else None,
        names={person.id: person.name for person in people},
        gone={person.id for person in people if person.removed},
        points=points,
        writes=writes,
        forms=_forms(draft, people, sent) if writes else {},
        sent=sent,
        lost=lost,
        versions=listed,
        sharing=queries.professionals(people) if case.sees(CasePart.SHARING) else (),
        changed=changes(agreed, draft) if agreed and shows_draft else (),
        rhythms=rhythms(),
        today=local_date(now(), case.timezone),
        more=request.args.get("more", ""),
    )
    return (page, sent.status) if sent else page


def _forms(draft: Draft, people: tuple[CirclePerson, ...], sent: Sent | None) -> dict[str, FlaskForm]:
    """One form for each place of the page, empty or as it was sent. Others do not read what was sent."""
    chips = _nameable(people, draft)
    empty = {"formdata": None}
    forms: dict[str, FlaskForm] = {goal.key: ActionForm(chips, prefix=f"{goal.key}-", **empty) for goal in draft.goals}
    forms["goal"] = GoalForm(prefix="goal-", **empty)
    forms["what-if"] = WhatIfForm(chips, prefix="what-if-", **empty)
    forms["monitor"] = MonitorForm(chips, prefix="monitor-", **empty)
    forms["monitor"].monitor.data = draft.monitor or 0
    evaluation = EvaluationForm(chips, _convenors(chips), prefix="evaluation-", **empty)
    evaluation.fill(draft.evaluation)
    forms["evaluation"] = evaluation
    if sent:
        forms[sent.place] = sent.form
    return forms


def _found(draft: Draft, key: str) -> Goal | Action | WhatIf:
    try:
        return find(draft, key)
    except KeyError:
        raise Unknown from None


def _part_form(case: Case, key: str, *, fill: bool = False) -> GoalForm | ActionForm | WhatIfForm:
    """The form of a part as it was sent, or filled with what the plan says now."""
    draft = queries.written(db(), case.id).draft
    found, people = _found(draft, key), _nameable(queries.circle(db(), case.id), draft)
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


def _part_edit(key: str, form: GoalForm | ActionForm | WhatIfForm) -> drafting.Edit:
    match form:
        case GoalForm():
            return drafting.change_goal(key, form.to_goal())
        case ActionForm():
            return drafting.change_action(key, form.to_action())
    return drafting.change_what_if(key, form.to_what_if())


def _part_again(case: Case, sent: Sent) -> ResponseReturnValue:
    return _part_page(case, sent.place, sent.form, sent.refusal), sent.status


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


def _own_part_page(case: Case) -> str:
    """What the plan asks of a referrer or professional with whom the whole of it is not shared."""
    session = db()
    people = queries.circle(session, case.id)
    # At the presentation the plan that is told aloud is the one that is being written.
    in_force = queries.version(session, case.id, case.plan_number) if case.phase is not Phase.PRESENTATION else None
    draft = from_json(in_force.content) if in_force else queries.written(session, case.id).draft
    mine = concerning(draft, case.visitor.participant_id or 0) if case.sees(CasePart.OWN_PLAN) else None
    return render_template(
        "plans/own_part.html",
        case=case,
        mine=mine,
        evaluation=draft.evaluation,
        names={person.id: person.name for person in people},
        lines=lines_seen(session, case),
        met=queries.bottom_line_checks(session, case.id, case.presentation),
        rhythms=rhythms(),
        today=local_date(now(), case.timezone),
    )
