"""The page of the plan as it is now, whatever form on it was sent. Which routes send them: `writing.py`."""

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from ekc.conferences.access import Case
from ekc.core.clock import local_date
from ekc.core.errors import Refusal
from ekc.core.routes import db, now
from ekc.plans import queries
from ekc.plans.changes import changes
from ekc.plans.draft import Draft, from_json, people_of
from ekc.plans.facts import open_points
from ekc.plans.forms.plan import ActionForm, EvaluationForm, GoalForm, MonitorForm, WhatIfForm
from ekc.plans.queries import CirclePerson
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import Activity, CasePart, Every, Part

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


def seen() -> int:
    """The revision that the page showed. One that nobody wrote fits no plan."""
    text = request.form.get("revision", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def to_plan(case: Case, anchor: str = "", more: str | None = None) -> ResponseReturnValue:
    """Back to the plan, at the place that changed; `more` keeps the form of one goal open."""
    return redirect(url_for("plans.plan", conference_id=case.id, more=more, _anchor=anchor or None), 303)


def offered(people: tuple[CirclePerson, ...], draft: Draft) -> list[CirclePerson]:
    """Whom the plan can name: the circle, family first. Who left it or stays away for safety, only if named already."""
    named = people_of(draft)
    here = [p for p in people if p.id in named or (p.belongs and p.part is not Part.INTERPRETER)]
    return sorted(here, key=lambda person: (person.is_professional, person.id))


def rhythms() -> dict[str, str]:
    """How often, in the reader's words."""
    return {every.value: _(every.label) for every in Every}


def plan_page(case: Case, sent: Sent | None = None) -> ResponseReturnValue:
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
    chips = offered(people, draft)
    empty = {"formdata": None}
    forms: dict[str, FlaskForm] = {goal.key: ActionForm(chips, prefix=f"{goal.key}-", **empty) for goal in draft.goals}
    forms["goal"] = GoalForm(prefix="goal-", **empty)
    forms["what-if"] = WhatIfForm(chips, prefix="what-if-", **empty)
    forms["monitor"] = MonitorForm(chips, prefix="monitor-", **empty)
    forms["monitor"].monitor.data = draft.monitor or 0
    evaluation = EvaluationForm(chips, convenors(chips), prefix="evaluation-", **empty)
    evaluation.fill(draft.evaluation)
    forms["evaluation"] = evaluation
    if sent:
        forms[sent.place] = sent.form
    return forms


def convenors(people: list[CirclePerson]) -> list[CirclePerson]:
    """Who can call people together: they may write the plan then, so never an agency (domain.md 30)."""
    return [person for person in people if not person.is_professional]
