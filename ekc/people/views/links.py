"""Personal links are opened."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ekc.core.routes import db, now, public
from ekc.people.links import token_hash
from ekc.people.login import begin_link, visitor
from ekc.people.models import Method
from ekc.people.queries import live_link
from ekc.people.views import bp


@bp.get("/l/<token>")
@public
def enter(token: str) -> ResponseReturnValue:
    """A personal link is opened. Nothing happens yet: mail scanners and previews open links as well."""
    if live_link(db(), now(), token_hash=token_hash(token)) is None:
        return render_template("people/link_gone.html"), 404
    return render_template("people/enter.html", token=token)


@bp.post("/l/<token>")
@public
def enter_now(token: str) -> ResponseReturnValue:
    """Sign in as the participant to whom the link belongs."""
    if not begin_link(Method.LINK, token_hash=token_hash(token)):
        return render_template("people/link_gone.html"), 404
    return redirect(url_for("journey.own_page", conference_id=visitor().conference_id), 303)
