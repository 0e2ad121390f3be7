"""Going on with a draft, and throwing it away."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from ekc.core.language import gettext as _
from ekc.core.routes import MAX_ID, came_from, db, moves, now, public
from ekc.drafts import actions, queries
from ekc.drafts.keeping import owner_in_browser, show_again
from ekc.signin.login import authenticated_visitor, unauthorized

bp = Blueprint("drafts", __name__)


@bp.get("/drafts/<int:draft_id>")
@public
def go_on(draft_id: int) -> ResponseReturnValue:
    """The page of the form, with what was typed. Who may open it is judged by its gate, as it is now.

    Somebody else than its owner, or in another browser, is led to their own page, as where there is no draft.
    """
    for row in queries.drafts(db(), now(), owner_in_browser()):
        if row.id == draft_id:
            return show_again(row)
    if not authenticated_visitor().known:
        return unauthorized()
    flash(_("What you typed is not kept any more."))
    return redirect(url_for("home"))


@bp.post("/drafts/<int:draft_id>/throw-away")
@public
@moves
def throw_away(draft_id: int) -> ResponseReturnValue:
    """Destroy a draft of one's own."""
    actions.forget(db(), owner_in_browser(), min(draft_id, MAX_ID))
    flash(_("It is thrown away."), "success")
    return redirect(came_from() or url_for("home"), 303)
