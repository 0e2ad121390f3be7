"""The search of staff for a case."""

from flask import render_template
from flask.typing import ResponseReturnValue

from ekc.conferences import actions
from ekc.conferences.forms.contact import SearchForm
from ekc.conferences.views.blueprint import bp
from ekc.core.routes import db, now
from ekc.people.login import office, visitor
from ekc.workflow.duties import Duty


@bp.route("/search", methods=["GET", "POST"])
@office(Duty.CASES)
def search() -> ResponseReturnValue:
    """Find a case by the name of somebody in it, the beginning of a name, or its number.

    A form that is sent, so that no name stands in an address: those are kept by browsers and proxies.
    """
    form = SearchForm()
    asked = form.q.data if form.validate_on_submit() else ""
    found = actions.look_for(db(), visitor(), now(), asked) if asked else ()
    status = 422 if form.errors else 200
    return render_template("conferences/search.html", form=form, asked=asked, found=found), status
