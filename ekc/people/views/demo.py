"""In the demo: being one of the cast, with one click."""

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue

from ekc.core.routes import LARGEST_ID, db, now, public, runtime
from ekc.people.actions import sign_in_by_link
from ekc.people.login import request_device, start_account_session, start_link_session, visitor
from ekc.people.models import Method
from ekc.people.views import bp


@bp.post("/demo/be/<int:account_id>")
@public
def be(account_id: int) -> ResponseReturnValue:
    """In the demo: be one of the cast who has an account."""
    if not _of_the_cast(account_id):
        abort(404)
    start_account_session(account_id, Method.DEMO)
    return redirect(url_for("home"), 303)


@bp.post("/demo/be/link/<int:link_id>")
@public
def be_participant(link_id: int) -> ResponseReturnValue:
    """In the demo: be one of the cast who has a personal link."""
    if not _of_the_cast(link_id):
        abort(404)
    sign_in_id = sign_in_by_link(db(), now(), Method.DEMO, request_device(), link_id)
    if sign_in_id is None:
        abort(404)
    start_link_session(sign_in_id)
    return redirect(url_for("journey.own_page", conference_id=visitor().conference_id), 303)


def _of_the_cast(number: int) -> bool:
    """Whether this is the demo, and the number one that a database can be asked for."""
    return runtime().settings.demo and number <= LARGEST_ID
