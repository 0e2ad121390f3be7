"""Saying that it does not feel safe, and whom to ring."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ekc.accounts.queries import managers_of
from ekc.conferences.access import Case
from ekc.conferences.actions import safety
from ekc.conferences.gate import case_route
from ekc.conferences.queries.circle import own_details
from ekc.conferences.queries.concerns import not_safe_since
from ekc.conferences.queries.staff import staff_to_ring
from ekc.conferences.roles import attended
from ekc.core.form_numbers import adds
from ekc.core.routes import db, now, runtime
from ekc.journey.forms import NotSafeForm
from ekc.journey.views.blueprint import bp
from ekc.matching.queries.match import matches
from ekc.signin.login import by
from ekc.workflow.profiles import PROFILES, emergency_numbers
from ekc.workflow.vocabulary import Activity, Role


@bp.get("/conferences/<int:conference_id>/not-safe")
@case_route(Activity.SAY_NOT_SAFE)
def not_safe(case: Case) -> ResponseReturnValue:
    """To say that it does not feel safe, and whom to ring."""
    return _not_safe_page(case, NotSafeForm(formdata=None))


@bp.post("/conferences/<int:conference_id>/not-safe")
@case_route(Activity.SAY_NOT_SAFE)
@adds()
def say_not_safe(case: Case) -> ResponseReturnValue:
    """Somebody of the circle says that it does not feel safe."""
    form = NotSafeForm()
    if form.validate():
        with form.showing_refusal():
            safety.say_not_safe(by(), case.id, form.words.data)
            return redirect(url_for("journey.not_safe", conference_id=case.id), 303)
    return _not_safe_page(case, form), form.status


def _not_safe_page(case: Case, form: NotSafeForm) -> str:
    own, managers = own_details(db(), case), managers_of(db(), case.region_id)
    coordinated = attended(db(), case, now())
    match = matches(db(), case.id).current if coordinated else None
    return render_template(
        "journey/not_safe.html",
        case=case,
        form=form,
        since=not_safe_since(db(), case.id, case.visitor.participant_id or 0),
        match=match,
        managers=managers,
        numbers=staff_to_ring(db(), case, coordinated),
        reachable=bool(own and own.phone),
        child_line=PROFILES[case.profile].child_line if Role.CHILD in case.roles else None,
        emergency=emergency_numbers(case.profile, own.phone if own else "", runtime().settings.countries),
    )
