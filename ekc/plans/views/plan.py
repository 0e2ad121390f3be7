"""The page of the plan, the page of one part of it, and their forms.

A referrer or professional with whom the whole plan is not shared sees a page with their own part.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.gate import case_route
from ekc.conferences.queries.bottom_lines import visible_bottom_lines
from ekc.conferences.queries.members import members
from ekc.core import routes
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, Stale, Unknown
from ekc.core.form_numbers import adds
from ekc.core.forms import PlainForm
from ekc.core.language import gettext as _
from ekc.core.routes import db, moves, now
from ekc.plans import edits
from ekc.plans.actions.drafts import change_plan
from ekc.plans.changes import changes
from ekc.plans.draft import (
    Action,
    Draft,
    EvaluationPlan,
    Goal,
    WhatIf,
    actions,
    find,
    from_json,
    involvement_of,
    number_of,
    people_of,
)
from ekc.plans.facts import heard, open_points
from ekc.plans.forms.drafts import ActionForm, EvaluationForm, GoalForm, MonitorForm, NumberForm, WhatIfForm
from ekc.plans.queries import answers as plan_answers
from ekc.plans.queries import circle as plan_circle
from ekc.plans.queries import numbers as plan_numbers
from ekc.plans.queries import versions as plan_versions
from ekc.plans.queries.circle import CirclePerson
from ekc.plans.views.blueprint import bp
from ekc.signin.login import by
from ekc.workflow.blocker import evaluation_limit
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import N_, Activity, Agreed, CasePart, Every, Part, Phase, VoiceMatter
from ekc.workflow.voices import VOICE_RULES

_FIXED = ("goal", "what-if", "monitor", "evaluation")
#: Stands for the key of a goal in the form for an action of any: its fields are drawn once, however many there are.
_ANY_GOAL = "any-goal"


@dataclass(frozen=True, slots=True)
class SubmittedForm:
    """A form that was rejected: its `place` on the page, and the refusal, if any."""

    place: str
    form: PlainForm
    refusal: Refusal | None = None

    @property
    def status(self) -> int:
        """The HTTP status of the response."""
        return self.refusal.status if self.refusal else self.form.status


Page = Callable[[Case, SubmittedForm], ResponseReturnValue]


@bp.get("")
@case_route(Activity.SEE_PLAN)
def plan(case: Case) -> ResponseReturnValue:
    """The plan; with forms for people who may write it. Others see the part that concerns them."""
    return plan_page(case) if case.sees(CasePart.PLAN) else _own_part_page(case)


@bp.post("/goals")
@case_route(Activity.WRITE_PLAN)
@adds()
def add_goal(case: Case) -> ResponseReturnValue:
    """Add a goal."""
    form = GoalForm(prefix="goal-")
    return _change(case, SubmittedForm("goal", form), plan_page, lambda: edits.add_goal(form.to_goal()))


@bp.post("/goals/<key>/actions")
@case_route(Activity.WRITE_PLAN)
@adds()
def add_action(case: Case, key: str) -> ResponseReturnValue:
    """Add an action to a goal. Raises Unknown where the page has a form of another kind."""
    if key in (*_FIXED, _ANY_GOAL):
        raise Unknown
    form = ActionForm(_choosable(case), prefix=f"{key}-")
    return _change(case, SubmittedForm(key, form), plan_page, lambda: edits.add_action(key, form.to_action()), more=key)


@bp.post("/what-ifs")
@case_route(Activity.WRITE_PLAN)
@adds()
def add_what_if(case: Case) -> ResponseReturnValue:
    """Add a what-if."""
    form = WhatIfForm(_choosable(case), prefix="what-if-")
    return _change(case, SubmittedForm("what-if", form), plan_page, lambda: edits.add_what_if(form.to_what_if()))


@bp.post("/monitor")
@case_route(Activity.WRITE_PLAN)
@routes.edits
def set_monitor(case: Case) -> ResponseReturnValue:
    """Set who monitors the plan."""
    form = MonitorForm(_choosable(case), prefix="monitor-")
    return _change(case, SubmittedForm("monitor", form), plan_page, lambda: edits.set_monitor(form.to_person()))


@bp.post("/evaluation")
@case_route(Activity.WRITE_PLAN)
@routes.edits
def set_evaluation(case: Case) -> ResponseReturnValue:
    """Set the evaluation meeting."""
    people = _choosable(case)
    form = EvaluationForm(people, _convenors(people), prefix="evaluation-")
    return _change(
        case,
        SubmittedForm("evaluation", form),
        plan_page,
        lambda: edits.set_evaluation(form.to_evaluation(case.timezone)),
    )


@bp.get("/parts/<key>")
@case_route(Activity.WRITE_PLAN)
def part(case: Case, key: str) -> ResponseReturnValue:
    """One goal, action or what-if, to change."""
    return _part_page(case, key, _part_form(case, key, fill=True))


@bp.post("/parts/<key>")
@case_route(Activity.WRITE_PLAN)
@routes.edits
def change_part(case: Case, key: str) -> ResponseReturnValue:
    """Change the part."""
    form = _part_form(case, key)
    return _change(case, SubmittedForm(key, form), _part_again, lambda: _part_edit(key, form))


@bp.post("/parts/<key>/remove")
@case_route(Activity.WRITE_PLAN)
@moves
def remove_part(case: Case, key: str) -> ResponseReturnValue:
    """Remove the part."""
    return _change(case, SubmittedForm(key, PlainForm()), _stale_move, lambda: edits.remove(key))


@bp.post("/parts/<key>/up", defaults={"step": -1})
@bp.post("/parts/<key>/down", defaults={"step": 1})
@case_route(Activity.WRITE_PLAN)
@moves
def move_part(case: Case, key: str, step: int) -> ResponseReturnValue:
    """Move the part one place."""
    return _change(case, SubmittedForm(key, PlainForm()), _stale_move, lambda: edits.move(key, step))


@bp.post("/take-over")
@case_route(Activity.WRITE_PLAN)
@moves
def take_over(case: Case) -> ResponseReturnValue:
    """Take over what was chosen from the plan of the round before."""
    before, chosen = _last_time(case), request.form.getlist("part")
    if before is None:
        raise Stale(N_("There is no plan of an earlier conference to take over now."))
    if not chosen:
        flash(_("Choose what you want to take over."), "warning")
        return to_plan(case, "last-time")
    here = {person.id for person in plan_circle.circle(db(), case.id) if person.belongs}
    try:
        edit = edits.take_over(before, set(chosen), here, local_date(now(), case.timezone))
    except KeyError:
        raise Unknown from None
    return _change(case, SubmittedForm("take-over", PlainForm()), _stale_move, lambda: edit)


def _last_time(case: Case) -> Draft | None:
    """The plan in force, while the one of a new round is written; else none."""
    in_force = plan_versions.version_read(db(), case, case.plan_number) if case.phase is Phase.PRESENTATION else None
    return from_json(in_force.content) if in_force else None


def seen_revision() -> int:
    """The revision that the page showed; -1 matches none."""
    text = request.form.get("revision", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def rhythms() -> dict[str, str]:
    """The labels of frequencies, translated."""
    return {every.value: _(every.label) for every in Every}


def _change(
    case: Case, sent: SubmittedForm, page: Page, edit: Callable[[], edits.Edit], more: str | None = None
) -> ResponseReturnValue:
    """Change the plan by a form that was sent; if rejected, show `page` with everything that was typed.

    Then redirect to the changed part; `more` keeps the form of one goal open.
    """
    if not sent.form.validate_on_submit():
        return page(case, sent)
    try:
        target = change_plan(by(), case.id, seen_revision(), edit())
    except Stale as refusal:
        return page(case, replace(sent, refusal=refusal))
    except Refusal as refusal:
        if not sent.form.can_show(refusal):
            raise
        sent.form.status = sent.form.refuse(refusal)
        return page(case, sent)
    return to_plan(case, target, more)


def to_plan(case: Case, anchor: str = "", more: str | None = None) -> ResponseReturnValue:
    """The response after a change: back to the plan, at an anchor; `more`: the goal to which more is added."""
    return redirect(url_for("plans.plan", conference_id=case.id, more=more, _anchor=anchor or None), 303)


def _stale_move(case: Case, _sent: SubmittedForm) -> ResponseReturnValue:
    """Redirect to the current plan: nothing was typed, so there is nothing to show again."""
    flash(_("Somebody changed the plan meanwhile, so nothing was moved or taken out. Look at it again."), "warning")
    return to_plan(case)


def _choosable(case: Case) -> list[CirclePerson]:
    """Whom the forms of the plan offer."""
    return _offered(plan_circle.circle(db(), case.id), plan_versions.stored_draft(db(), case.id).draft)


def _offered(people: tuple[CirclePerson, ...], draft: Draft) -> list[CirclePerson]:
    """Whom they offer: the circle, family first. People who left or are excluded only if named already."""
    named = people_of(draft)
    here = [p for p in people if p.id in named or (p.belongs and p.part is not Part.INTERPRETER)]
    return sorted(here, key=lambda person: (person.is_professional, person.id))


def _convenors(people: list[CirclePerson]) -> list[CirclePerson]:
    """Who can be convenor: they may change the plan then, so never a professional (independence)."""
    return [person for person in people if not person.is_professional]


def plan_page(case: Case, sent: SubmittedForm | None = None) -> ResponseReturnValue:
    """The plan; `sent` is a rejected form, shown at its place with everything that was typed."""
    session = db()
    found = plan_versions.stored_draft(session, case.id)
    listed = plan_versions.versions(session, case.id, case.plans_not_read)
    in_force = plan_versions.version(session, case.id, listed[0].number) if listed else None
    agreed = from_json(in_force.content) if in_force else None
    writes = case.may(Activity.WRITE_PLAN)
    # Others see the version in force, not the draft of the next one.
    shows_draft = agreed is None or (case.phase is not Phase.CLOSED and plan_versions.reads_next(session, case))
    draft = found.draft if shows_draft or agreed is None else agreed
    people = plan_circle.circle(session, case.id)
    today = local_date(now(), case.timezone)
    done = (
        plan_versions.done_of_draft(session, case, draft)
        if shows_draft
        else plan_versions.done(session, case.id, case.plan_number)
    )
    here = tuple(member.facts(today, {}) for member in members(session, case.id))
    points = open_points(draft, here, today, PROFILES[case.profile], done) if shows_draft else {}
    text = in_force.text if in_force and not shows_draft else found.text
    said = {
        row.participant_id: row.answer for row in plan_answers.agreements(session, case.id, case.presentation, text)
    }
    frozen = in_force is not None and in_force.text == text  # who was not asked is marked where it is agreed
    numbers = plan_numbers.plan_numbers(session, case.id, draft)
    places = {*_FIXED, *(one.place for one in numbers), *(goal.key for goal in draft.goals)}
    lost = sent if sent and sent.place not in places else None
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
        forms={one.place: NumberForm(one, formdata=None) for one in numbers} | _forms(draft, people, sent)
        if writes
        else {},
        any_goal=_ANY_GOAL,
        numbers=numbers,
        sent=sent,
        lost=lost,
        versions=listed,
        sharing=plan_circle.asked_about(people) if case.sees(CasePart.SHARING) else (),
        own_sharing=plan_circle.own_sharing(session, case.id, case.visitor.participant_id or 0),
        several=len(plan_circle.main_persons(people)) > 1,
        differ=VOICE_RULES[VoiceMatter.READING].differ,
        changed=changes(agreed, draft) if agreed and shows_draft and case.phase is Phase.EVALUATION else (),
        last_time=_left_behind(case, agreed, draft, today)
        if agreed and writes and case.phase is Phase.PRESENTATION
        else None,
        rhythms=rhythms(),
        today=today,
        done=done,
        disagree={id_ for id_, answer in said.items() if answer is Agreed.NO},
        not_asked={person.id for person in people if frozen and person.is_inside and person.id not in said},
        unheard=heard(people, draft, said, case.without_conference) if frozen and case.sees(CasePart.PLAN) else None,
        limit=evaluation_limit(PROFILES[case.profile], today, here),
        more=request.args.get("more", ""),
    )
    return (page, sent.status) if sent else page


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """What of the plan before does not stand in this one; numbers are those of that plan.

    `past`: the actions of which the last day has passed; `done`: those that are done. A goal that stands already is
    named above its actions.
    """

    goals: tuple[tuple[int, Goal, bool, tuple[Action, ...]], ...]  # number, goal, whether it stands, its actions
    numbers: dict[str, str]
    what_ifs: tuple[WhatIf, ...]
    monitor: int | None
    evaluation: bool
    past: frozenset[str]
    done: frozenset[str]


def _left_behind(case: Case, before: Draft, draft: Draft, today: date) -> LeftBehind | None:
    there = {goal.key for goal in draft.goals} | {action.key for action in actions(draft)}
    there |= {what_if.key for what_if in draft.what_ifs}
    goals = tuple(
        (number, goal, goal.key in there, left)
        for number, goal in enumerate(before.goals, 1)
        for left in (tuple(action for action in goal.actions if action.key not in there),)
        if left or goal.key not in there
    )
    left = LeftBehind(
        goals,
        {action.key: number_of(before, action.key) for action in actions(before)},
        tuple(what_if for what_if in before.what_ifs if what_if.key not in there),
        before.monitor if draft.monitor is None else None,
        draft.evaluation == EvaluationPlan(),
        past=frozenset(action.key for action in actions(before) if action.by and action.by < today),
        done=plan_versions.done(db(), case.id, case.plan_number),
    )
    return left if left.goals or left.what_ifs or left.monitor or left.evaluation else None


def _forms(draft: Draft, people: tuple[CirclePerson, ...], sent: SubmittedForm | None) -> dict[str, PlainForm]:
    """One form for each place of the page, empty or as it was sent; for an action one for all goals (`_ANY_GOAL`).

    Those that were not sent ignore the request's data.
    """
    chips = _offered(people, draft)
    empty = {"formdata": None}
    forms: dict[str, PlainForm] = {"goal": GoalForm(prefix="goal-", **empty)}
    if draft.goals:
        forms[_ANY_GOAL] = ActionForm(chips, prefix=f"{_ANY_GOAL}-", **empty)
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
    draft = plan_versions.stored_draft(db(), case.id).draft
    found, people = _found(draft, key), _offered(plan_circle.circle(db(), case.id), draft)
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


def _part_edit(key: str, form: GoalForm | ActionForm | WhatIfForm) -> edits.Edit:
    match form:
        case GoalForm():
            return edits.change_goal(key, form.to_goal())
        case ActionForm():
            return edits.change_action(key, form.to_action())
    return edits.change_what_if(key, form.to_what_if())


def _part_again(case: Case, sent: SubmittedForm) -> ResponseReturnValue:
    return _part_page(case, sent.place, sent.form, sent.refusal), sent.status


def _part_page(case: Case, key: str, form: PlainForm, refusal: Refusal | None = None) -> str:
    """The page of one part; after a concurrent change it also shows the part as it is now."""
    found = plan_versions.stored_draft(db(), case.id)
    return render_template(
        "plans/part.html",
        case=case,
        part=_found(found.draft, key),
        key=key,
        number=number_of(found.draft, key),
        form=form,
        revision=found.revision,
        refusal=refusal,
        names={person.id: person.name for person in plan_circle.circle(db(), case.id)},
        rhythms=rhythms(),
        today=local_date(now(), case.timezone),
    )


def _own_part_page(case: Case) -> str:
    """The part of the plan that concerns a referrer or professional with whom it is not shared as a whole."""
    session = db()
    people = plan_circle.circle(session, case.id)
    # At the presentation the draft is read out, so everybody may see it.
    in_force = (
        plan_versions.version_read(session, case, case.plan_number) if case.phase is not Phase.PRESENTATION else None
    )
    draft = from_json(in_force.content) if in_force else plan_versions.stored_draft(session, case.id).draft
    mine = involvement_of(draft, case.visitor.participant_id or 0)
    return render_template(
        "plans/own_part.html",
        case=case,
        mine=mine,
        evaluation=draft.evaluation,
        names={person.id: person.name for person in people},
        lines=visible_bottom_lines(session, case),
        met=plan_answers.bottom_line_checks(session, case.id, case.presentation),
        rhythms=rhythms(),
        today=local_date(now(), case.timezone),
    )
