"""The deadlines of a case: which run, by law or as a target, and pausing them; asking a coordinator how it goes."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.actions import pauses as actions
from ekc.conferences.gate import case_route
from ekc.conferences.queries.pauses import pauses
from ekc.core.clock import local_date
from ekc.core.form_numbers import adds
from ekc.core.language import gettext
from ekc.core.routes import db, moves, now
from ekc.journey.actions.asking import ask_how
from ekc.journey.deadlines import deadlines_of
from ekc.journey.forms import PauseForm
from ekc.journey.views.blueprint import bp
from ekc.signin.login import by
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import Activity


@bp.get("/conferences/<int:conference_id>/deadlines")
@case_route(Activity.SEE_HISTORY)
def deadlines(case: Case) -> ResponseReturnValue:
    """The clocks that run, and the pauses."""
    return _page(case, PauseForm(formdata=None))


@bp.post("/conferences/<int:conference_id>/deadlines/pause")
@case_route(Activity.PAUSE)
@adds()
def pause(case: Case) -> ResponseReturnValue:
    """Let the deadlines stand still."""
    form = PauseForm()
    if form.validate():
        with form.showing_refusal():
            actions.pause(by(), case.id, form.pause_reason.data)
            flash(gettext("The deadlines stand still from today."), "success")
            return _back(case)
    return _page(case, form), form.status


@bp.post("/conferences/<int:conference_id>/deadlines/resume")
@case_route(Activity.PAUSE)
@moves
def resume(case: Case) -> ResponseReturnValue:
    """Let the deadlines go on."""
    actions.resume(by(), case.id)
    flash(gettext("The deadlines go on. The days of the pause do not count for the targets."), "success")
    return _back(case)


@bp.post("/conferences/<int:conference_id>/ask-how")
@case_route(Activity.ASK_HOW)
@moves
def ask_how_it_goes(case: Case) -> ResponseReturnValue:
    """Ask the coordinator by mail how it goes."""
    name = ask_how(by(), case.id)
    flash(gettext("%(name)s gets an email that asks how it goes.", name=name), "success")
    return redirect(url_for("journey.lead_times"), 303)


def _back(case: Case) -> ResponseReturnValue:
    return redirect(url_for("journey.deadlines", conference_id=case.id), 303)


def _page(case: Case, form: PauseForm) -> str:
    today, profile = local_date(now(), case.timezone), PROFILES[case.profile]
    return render_template(
        "journey/deadlines.html",
        case=case,
        form=form,
        today=today,
        deadlines=deadlines_of(db(), [case], now()).get(case.id, ()),
        pauses=pauses(db(), case.id),
        norm=profile.norms.get(case.phase),
        days=(today - local_date(case.phase_since, case.timezone)).days,
    )
