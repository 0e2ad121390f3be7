"""Correcting the registration, with what follows from it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.accounts.queries import regions
from ekc.conferences.access import Case, open_case
from ekc.conferences.gate import case_route, open_beside
from ekc.conferences.queries import registration
from ekc.core.errors import Refusal
from ekc.core.language import gettext
from ekc.core.routes import db, edits, moves, now, runtime
from ekc.directory.models import Listing
from ekc.directory.queries import known_names
from ekc.journey.actions import merging as merging_actions
from ekc.journey.actions.corrections import correct_registration
from ekc.journey.consequences import consequences, professionals
from ekc.journey.forms import CorrectionForm, MergeCasesForm, merge_form
from ekc.journey.queries.look_alikes import Registered, alike
from ekc.journey.queries.merging import merging
from ekc.journey.views.blueprint import bp
from ekc.signin.login import by
from ekc.workflow.vocabulary import Activity


@bp.route("/conferences/<int:conference_id>/registration/correct", methods=["GET", "POST"])
@case_route(Activity.CORRECT_REGISTRATION)
@edits
def correct(case: Case) -> ResponseReturnValue:
    """Correct what decides who sees the case and which rules hold: first what follows, then the correction."""
    form, follows = _correction_form(case), None
    if form.validate_on_submit():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _correction_form(case, formdata=None))
            unchanged()
            before, after = registration.assignment(db(), case.id), form.to_assignment()
            # What was shown belongs to these values only: with others it is shown again.
            if after != before and form.read.data != repr(after):
                follows, form.read.data = consequences(db(), case, now(), before, after), repr(after)
            else:
                correct_registration(by(unchanged), case.id, after)
                flash(gettext("The registration is corrected."), "success")
                return redirect(_after_correction(case.id), 303)
    form.read.raw_data = None
    region = {row.id: row.name for row in regions(db())}[form.to_assignment().region_id] if follows else ""
    page = render_template("journey/correct.html", case=case, form=form, follows=follows, region=region)
    return page, form.status if form.is_submitted() and not follows else 200


@bp.post("/conferences/<int:conference_id>/registration/not-the-same")
@case_route(Activity.CORRECT_REGISTRATION)
@moves
def tell_apart(case: Case) -> ResponseReturnValue:
    """Say that another registration that looks like this one is another conference."""
    merging_actions.tell_apart(by(), case.id, request.form.get("other", "")[:20])
    flash(gettext("Noted: they are two conferences. You are not asked about them again."), "success")
    return redirect(url_for("journey.case", conference_id=case.id), 303)


@bp.route("/conferences/<int:conference_id>/registration/same-as/<number>", methods=["GET", "POST"])
@case_route(Activity.CORRECT_REGISTRATION)
@moves
def merge(case: Case, number: str) -> ResponseReturnValue:
    """Say that another registration is of the same conference: where both differ, which is right."""
    other = _other_case(case, number)
    if other is None:
        flash(gettext("There is no registration with this number that looks like this one."), "info")
        return redirect(url_for("journey.correct", conference_id=case.id), 303)

    def shown(**more: Any) -> MergeCasesForm:
        return merge_form(merging(db(), case.id, other.id), case.number, number, **more)

    form = shown()
    if form.validate_on_submit():
        with form.showing_refusal():
            goes_on = merging_actions.merge(
                by(form.unless_changed(lambda: shown(formdata=None))), case.id, number, form.chosen()
            )
            flash(gettext("Both are one conference now: %(number)s.", number=number), "success")
            return redirect(url_for("journey.case", conference_id=goes_on), 303)
    found = merging(db(), case.id, other.id)
    page = render_template("journey/merge.html", case=case, other=other, found=found, form=form)
    return page, form.status if form.is_submitted() else 200


def _other_case(case: Case, number: str) -> Registered | None:
    """The other registration, if it looks like this one: opened as well. Raises Unknown, NotNow."""
    found = next((one.other for one in alike(db(), case) if one.other.number == number), None)
    if found is not None:
        open_beside(case, found.id, Activity.CORRECT_REGISTRATION)
    return found


def _correction_form(case: Case, **more: Any) -> CorrectionForm:
    region_names = {row.id: row.name for row in regions(db())}
    before, referrers = registration.assignment(db(), case.id), professionals(db(), case.id)
    countries, municipalities = runtime().settings.countries, known_names(db(), Listing.MUNICIPALITIES)
    return CorrectionForm(before, region_names, countries, referrers, case.in_force, municipalities, **more)


def _after_correction(conference_id: int) -> str:
    """The registration if the visitor still sees the case, else home."""
    try:
        open_case(by(), conference_id, Activity.SEE_REGISTRATION)
    except Refusal:
        return url_for("home")
    return url_for("conferences.registration", conference_id=conference_id)
