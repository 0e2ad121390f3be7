"""Adding people to the circle: one after the other in the form of its page, or a pasted list."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.actions import circle as circle_actions
from ekc.conferences.forms.adding import AddPersonForm, CheckForm, PasteForm
from ekc.conferences.gate import case_route
from ekc.conferences.queries import circle as circle_queries
from ekc.conferences.views.blueprint import bp
from ekc.conferences.views.circle import ADDRESS, circle_page, organisations
from ekc.core.form_numbers import adds
from ekc.core.language import ngettext
from ekc.core.routes import db
from ekc.signin.login import by
from ekc.workflow.vocabulary import Activity


@bp.post(ADDRESS)
@case_route(Activity.CHANGE_CIRCLE)
@adds()
def add_person(case: Case) -> ResponseReturnValue:
    """Add somebody; the page comes back with the form ready for the next."""
    form = AddPersonForm(circle_queries.sides(db(), case.id), organisations())
    if form.validate():
        with form.showing_refusal():
            somebody = circle_actions.add_person(by(), case.id, form.to_details(), form.why.data)
            return redirect(url_for("conferences.circle", conference_id=case.id, added=somebody), 303)
    return circle_page(case, form), form.status


@bp.post(f"{ADDRESS}/several")
@case_route(Activity.CHANGE_CIRCLE)
@adds()
def add_people(case: Case) -> ResponseReturnValue:
    """Look at a pasted list, or keep it as it was looked at: all of it or nothing."""
    people = circle_queries.circle(db(), case.id)
    sides = circle_queries.sides(db(), case.id)
    known = (people, sides, organisations())
    if "people" in request.form:
        paste = PasteForm()
        if not paste.validate():
            return circle_page(case, paste=paste), paste.status
        read = CheckForm(*known, formdata=None, data={"rows": paste.to_lines(people, sides)})
        return _check_page(case, read, paste)
    form = CheckForm(*known)
    if form.validate():
        with form.showing_refusal():
            added = circle_actions.add_people(by(), case.id, form.to_details(), form.why.data)
            said = ngettext(
                "%(num)d person was added to the circle.", "%(num)d people were added to the circle.", len(added)
            )
            flash(said, "success")
            return redirect(url_for("conferences.circle", conference_id=case.id), 303)
    return _check_page(case, form), form.status


def _check_page(case: Case, form: CheckForm, paste: PasteForm | None = None) -> str:
    return render_template("conferences/adding.html", case=case, form=form, paste=paste)
