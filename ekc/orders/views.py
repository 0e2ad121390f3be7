"""The page of an order: how far it is. Its file is handed out by its own page.

Somebody else than whoever asked for it is led to their own page, as where there is no order.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ekc.core.documents import DocumentRule
from ekc.core.heartbeat import is_anybody_there
from ekc.core.jobs import JobState
from ekc.core.language import WordingOf, set_words
from ekc.core.language import gettext as _
from ekc.core.routes import MAX_ID, db, moves, now, public, runtime
from ekc.orders import actions, queries
from ekc.orders.ordering import Rule, handing_out
from ekc.signin.login import person, unauthorized, visitor

bp = Blueprint("orders", __name__)
_RULES, _WORDS, _NUMBERS = "orders", "words of orders", "numbers of orders"  # in the app's extensions

#: A worker takes it at once, unless all are busy.
_TOO_LONG = timedelta(seconds=20)


def install(app: Flask, rules: Iterable[Rule], words: WordingOf, number_of: Callable[[Any, int], str]) -> None:
    """Tell what can be ordered: documents and exports of all features; in which words a case is told; its number."""
    app.extensions[_RULES] = {rule.name: rule for rule in rules}
    app.extensions[_WORDS], app.extensions[_NUMBERS] = words, number_of


@bp.get("/orders/<int:order_id>")
@public
def order(order_id: int) -> ResponseReturnValue:
    """How far it is; a paper that is made is shown at once."""
    if not visitor().known:
        return unauthorized()
    found = queries.order_of(db(), now(), person(), min(order_id, MAX_ID))
    if found is None:
        return _gone()
    rule: Rule = current_app.extensions[_RULES][found.kind]
    if found.is_made and isinstance(rule, DocumentRule):
        return redirect(handing_out(found), 303)
    number = ""
    if found.case is not None:
        set_words(current_app.extensions[_WORDS](db(), found.case))
        number = current_app.extensions[_NUMBERS](db(), found.case)
    far = queries.progress(db(), found.id)
    return render_template(
        "orders/order.html",
        order=found,
        rule=rule,
        number=number,
        far=far,
        over=far is None or far.state not in (JobState.WAITING, JobState.RUNNING),
        nobody_works=not is_anybody_there(db(), runtime().settings.clock()),
        is_slow=far is not None and now() - far.due > _TOO_LONG,
        interrupted=far is not None and far.is_interrupted(now()),
        address=handing_out(found),
    )


@bp.post("/orders/<int:order_id>/cancel")
@public
@moves
def cancel(order_id: int) -> ResponseReturnValue:
    """Do not make it."""
    if not visitor().known:
        return unauthorized()
    found = queries.order_of(db(), now(), person(), min(order_id, MAX_ID))
    if found is None:
        return _gone()
    actions.cancel(db(), now(), person(), found.id)
    flash(_("It is cancelled: nothing is made."), "success")
    return redirect(found.back, 303)


def _gone() -> ResponseReturnValue:
    flash(_("What you asked for is not kept any more. Ask for it again."))
    return redirect(url_for("home"), 303)
