"""Searching for a case."""

from flask import render_template
from flask.typing import ResponseReturnValue

from ekc.conferences.actions import registration
from ekc.conferences.forms.contact import SearchForm
from ekc.conferences.views.blueprint import bp
from ekc.core.routes import moves
from ekc.signin.login import by, office
from ekc.workflow.duties import Duty


@bp.route("/search", methods=["GET", "POST"])
@office(Duty.CASES)
@moves
def search() -> ResponseReturnValue:
    """Find a case by the name of somebody in it, the beginning of a name, or its number.

    The form is sent by POST, so that no name is in a URL: those are kept by browsers and proxies.
    """
    form = SearchForm()
    asked = form.q.data if form.validate_on_submit() else ""
    found = registration.search_and_record(by(), asked) if asked else ()
    status = 422 if form.errors else 200
    return render_template("conferences/search.html", form=form, asked=asked, found=found), status
