"""The page of the jobs: what waits, runs and failed, for an administrator."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ekc.core.language import gettext as _
from ekc.core.routes import db, moves, now, runtime
from ekc.journey.actions import jobs as job_actions
from ekc.journey.queries.jobs import job_list
from ekc.journey.views.blueprint import bp
from ekc.signin.login import by, office
from ekc.workflow.duties import Duty


@bp.get("/jobs")
@office(Duty.ACCOUNTS)
def jobs() -> ResponseReturnValue:
    """Show how many jobs there are, and those that did not succeed."""
    return render_template("journey/jobs.html", jobs=job_list(db(), runtime().jobs, now()), now=now())


@bp.post("/jobs/<int:job_id>/again")
@office(Duty.ACCOUNTS)
@moves
def try_again(job_id: int) -> ResponseReturnValue:
    """Run one now."""
    job_actions.try_again(by(), runtime().jobs, job_id)
    flash(_("It is tried again now."), "success")
    return redirect(url_for("journey.jobs"), 303)


@bp.post("/jobs/<int:job_id>/give-up")
@office(Duty.ACCOUNTS)
@moves
def give_up_job(job_id: int) -> ResponseReturnValue:
    """Run one no more."""
    job_actions.give_up(by(), runtime().jobs, job_id)
    flash(_("It is given up."), "success")
    return redirect(url_for("journey.jobs"), 303)
