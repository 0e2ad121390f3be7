"""In private time, for a family that does not get there: the ways out, and how to call the coordinator in."""

from flask import render_template
from flask.typing import ResponseReturnValue

from ekc.accounts.queries import managers_of
from ekc.conferences.access import Case
from ekc.conferences.gate import case_route
from ekc.conferences.roles import unattended
from ekc.core.routes import db, now
from ekc.journey.views.blueprint import bp
from ekc.matching.queries.match import matches
from ekc.workflow.engine import STEP_RULES, steps_from
from ekc.workflow.vocabulary import Activity


@bp.get("/conferences/<int:conference_id>/ways-out")
@case_route(Activity.SEE_WAYS_OUT)
def ways_out(case: Case) -> ResponseReturnValue:
    """The ways out in plain words, who agrees to each, and whom to call in."""
    return render_template(
        "journey/ways_out.html",
        case=case,
        ways=[rule for rule in STEP_RULES.values() if rule.way_out and rule.is_from(case.phase, case.has_plan)],
        own=steps_from(case.phase, case.roles, case.has_plan),
        match=None if unattended(db(), case, now()) else matches(db(), case.id).current,
        managers=managers_of(db(), case.region_id),
    )
