"""Pages of follow-ups: open ones, results, and recording them."""

from collections import Counter
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.gate import case_route
from ekc.core.clock import local_date
from ekc.core.errors import Unknown
from ekc.core.form_numbers import adds
from ekc.core.forms import Standing
from ekc.core.language import day, language
from ekc.core.language import gettext as _
from ekc.core.routes import db, edits, now
from ekc.evaluations import actions, queries
from ekc.evaluations.effects import OWN_REASONS
from ekc.evaluations.forms import SCORES, FollowUpForm, GiveUpForm, NextEvaluationForm, follow_up_form
from ekc.evaluations.queries import FollowUpPerson, FollowUpRecord, FollowUpRow
from ekc.evaluations.views.blueprint import bp
from ekc.plans.draft import Action, Goal
from ekc.signin.login import by
from ekc.workflow.engine import FOLLOW_UP_RULES
from ekc.workflow.follow_ups import FOLLOW_UPS
from ekc.workflow.holidays import holiday
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import ActionState, Activity, CasePart, Scope


def moved_from(row: FollowUpRow, profile: str) -> str:
    """From which public holiday a follow-up was moved, as a filter of templates; empty: it was not."""
    rules, clock = PROFILES[profile], FOLLOW_UP_RULES[row.kind].clock
    off = rules.moved_from(rules.clock(clock), row.due_on, row.latest_on) if clock else None
    if off is None:
        return ""
    name = holiday(off, rules.place, language())
    return _("Moved from %(day)s, a public holiday (%(name)s).", day=day(off), name=name)


def public_holiday(on: date, profile: str) -> str:
    """That this day on which people meet is a public holiday where the case is, as a filter of templates; empty: none.

    A family may mean it so, and is not stopped.
    """
    name = holiday(on, PROFILES[profile].place, language())
    return _("A public holiday: %(name)s.", name=name) if name else ""


@bp.get("/conferences/<int:conference_id>/follow-ups")
@case_route(Activity.SEE_FOLLOW_UPS)
def follow_ups(case: Case) -> ResponseReturnValue:
    """All follow-ups of the case: open ones, then results."""
    return _follow_ups_page(case, NextEvaluationForm(), 200)


@bp.post("/conferences/<int:conference_id>/follow-ups")
@case_route(Activity.FOLLOW_UP)
@adds()
def plan_evaluation(case: Case) -> ResponseReturnValue:
    """Plan another evaluation."""
    form = NextEvaluationForm()
    if form.validate_on_submit():
        with form.showing_refusal():
            actions.plan_evaluation(by(), case.id, form.due_on.data, form.place.data)
            flash(_("The next evaluation is planned."), "success")
            return redirect(url_for("evaluations.follow_ups", conference_id=case.id), 303)
    return _follow_ups_page(case, form, form.status)


@bp.get("/conferences/<int:conference_id>/follow-ups/<int:follow_up_id>")
@case_route(Activity.FOLLOW_UP)
def follow_up(case: Case, follow_up_id: int) -> ResponseReturnValue:
    """One follow-up, to record or to correct."""
    row, goals = _row_and_goals(case, follow_up_id)
    return _follow_up_page(case, row, goals, _form(case, row, goals), _give_up_form(row, formdata=None), 200)


@bp.post("/conferences/<int:conference_id>/follow-ups/<int:follow_up_id>")
@case_route(Activity.FOLLOW_UP)
@edits
def record_follow_up(case: Case, follow_up_id: int) -> ResponseReturnValue:
    """Record a follow-up."""
    row, goals = _row_and_goals(case, follow_up_id)
    form = _form(case, row, goals)
    if form.validate_on_submit():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _form(case, *_row_and_goals(case, follow_up_id), formdata=None))
            actions.record_follow_up(by(unchanged), case.id, row.id, form.to_report())
            flash(_("The report is saved."), "success")
            return redirect(url_for("evaluations.follow_ups", conference_id=case.id), 303)
    return _follow_up_page(case, row, goals, form, _give_up_form(row, formdata=None), form.status)


@bp.post("/conferences/<int:conference_id>/follow-ups/<int:follow_up_id>/give-up")
@case_route(Activity.FOLLOW_UP)
@edits
def give_up(case: Case, follow_up_id: int) -> ResponseReturnValue:
    """Give a follow-up up, with a reason."""
    row, goals = _row_and_goals(case, follow_up_id)
    form = _give_up_form(row)
    if form.validate_on_submit():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _give_up_form(_row_and_goals(case, follow_up_id)[0], formdata=None))
            actions.give_up(by(unchanged), case.id, follow_up_id, form.reason.data)
            flash(_("The follow-up is given up. Your reason is kept with it."), "success")
            return redirect(url_for("evaluations.follow_ups", conference_id=case.id), 303)
    return _follow_up_page(case, row, goals, _form(case, row, goals, formdata=None), form, form.status)


def _today(case: Case) -> date:
    return local_date(now(), case.timezone)


def _row_and_goals(case: Case, follow_up_id: int) -> tuple[FollowUpRow, tuple[Goal, ...]]:
    row = next((row for row in queries.visible_follow_ups(db(), case, _today(case)) if row.id == follow_up_id), None)
    if row is None:
        raise Unknown
    return row, queries.goals_of(db(), case.id, row.version_number)


def _given_up(row: FollowUpRow) -> dict[str, Standing]:
    """Why it was given up, for the forms that replace that."""
    why = row.given_up_reason
    return {"given_up": Standing(_("Why is it given up?"), _reason(row), why)} if why else {}


def _give_up_form(row: FollowUpRow, **options: Any) -> GiveUpForm:
    return GiveUpForm(_given_up(row), **options)


def _form(case: Case, row: FollowUpRow, goals: tuple[Goal, ...], **options: Any) -> FollowUpForm:
    people = queries.people(db(), case.id)
    own = people.get(case.visitor.participant_id or 0)
    by = own.name if own else case.visitor.actor.name
    said = queries.follow_up_records(db(), [row.id])[row.id]
    first = {"held_on": _today(case), "held_by": by}
    return follow_up_form(row, goals, people, said, first, stands=_given_up(row), **options)


def _follow_up_page(
    case: Case, row: FollowUpRow, goals: tuple[Goal, ...], form: FollowUpForm, giving_up: GiveUpForm, status: int
) -> ResponseReturnValue:
    people = queries.people(db(), case.id)
    said = queries.task_ticks(db(), case.id, row.version_number)
    lines = [
        {
            "goal": goal,
            "actions": [
                {
                    "who": ", ".join(people[id_].name for id_ in action.who if id_ in people),
                    "field": form[f"action_{action.key}"],
                    "said": [(people[id_].name, state) for id_, state in said.get(action.key, {}).items()],
                }
                for action in goal.actions
            ],
            "score": form[f"goal_{number}"] if number in form.goal_numbers else None,
        }
        for number, goal in enumerate(goals, 1)
    ]
    page = render_template(
        "evaluations/follow_up.html",
        case=case,
        row=row,
        lines=lines,
        form=form,
        giving_up=giving_up,
        reason=_reason(row),
        ring=queries.main_person_phones(db(), case),
        writer=people[row.written_by].name if row.written_by else "",
        own=case.sees(CasePart.FOLLOW_UPS) is not Scope.ALL,
        today=_today(case),
    )
    return page, status


def _follow_ups_page(case: Case, form: NextEvaluationForm, status: int) -> ResponseReturnValue:
    rows = queries.visible_follow_ups(db(), case, _today(case))
    people = queries.people(db(), case.id)
    held = [row for row in rows if row.held_on is not None]
    said = queries.follow_up_records(db(), [row.id for row in held])
    page = render_template(
        "evaluations/follow_ups.html",
        case=case,
        waiting=[row for row in rows if row.is_open],
        held=[(row, _findings(case, row, said[row.id], people)) for row in held],
        given_up=[(row, _reason(row)) for row in rows if row.given_up_on is not None],
        tasks=_tasks(case, people, held, said) if case.sees(CasePart.PLAN) else (),
        kinds=[rule.kind for rule in FOLLOW_UPS],
        own=case.sees(CasePart.FOLLOW_UPS) is not Scope.ALL,
        form=form,
        today=_today(case),
    )
    return page, status


Said = list[tuple[str, ActionState]]
Found = tuple[FollowUpRow, ActionState]


def _tasks(
    case: Case, people: dict[int, FollowUpPerson], held: list[FollowUpRow], records: dict[int, FollowUpRecord]
) -> list[tuple[str, Action, str, Said, Found | None]]:
    """The tasks of the plan in force: number, action, who does it, what each of them said, and what was found last."""
    said = queries.task_ticks(db(), case.id, case.plan_number)
    found: dict[str, Found] = {}
    for row in sorted(held, key=lambda row: (row.held_on or row.due_on, row.id)):
        if row.version_number == case.plan_number:
            found.update({key: (row, state) for key, state in records[row.id].actions.items()})
    return [
        (
            f"{g}.{a}",
            action,
            ", ".join(people[id_].name for id_ in action.who if id_ in people),
            [(people[id_].name, state) for id_, state in said.get(action.key, {}).items() if id_ in people],
            found.get(action.key),
        )
        for g, goal in enumerate(queries.goals_of(db(), case.id, case.plan_number), 1)
        for a, action in enumerate(goal.actions, 1)
    ]


def _reason(row: FollowUpRow) -> str:
    """Why a follow-up was given up: as it was typed, or the fixed reason, translated."""
    reason = row.given_up_reason or ""
    return _(reason) if reason in OWN_REASONS else reason


def _findings(case: Case, row: FollowUpRow, said: FollowUpRecord, people: dict[int, FollowUpPerson]) -> dict[str, Any]:
    """The result of a follow-up as text; texts of the plan only for visitors who see the plan."""
    whole = case.sees(CasePart.PLAN)
    counted = Counter(said.actions.values())
    goals = queries.goals_of(db(), case.id, row.version_number) if said.goals else ()
    return {
        "actions": [f"{counted[state]} {_(state.label)}" for state in ActionState if counted[state]],
        "goals": [
            (goals[number - 1].text if whole else _("Goal %(number)s", number=number), _(SCORES[score]))
            for number, score in said.goals.items()
        ],
        "present": [people[id_].name for id_ in said.present],
        "marks": [(people[id_].name, mark) for id_, mark in said.marks.items()],
        "unnamed": said.unnamed,
    }
