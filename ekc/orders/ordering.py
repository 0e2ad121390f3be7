"""What the view of a paper or an export does: hand it out if this visitor ordered it and it is made, else order it.

The view is asked twice, at the same address: first without an order, then, when it is made, with its number. Its gate
judges each time, so what somebody may not see any more is not handed out. What would be made now is compared with what
was made: where it differs (a number was taken out of the plan, a region went to somebody else), it is made anew.
"""

from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import urlencode

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ekc.core.codec import STORED
from ekc.core.documents import DocumentRule
from ekc.core.language import gettext as _
from ekc.core.routes import came_from, db, now, runtime, to_id
from ekc.orders import actions, queries
from ekc.orders.entries import ExportRule, Ordering
from ekc.orders.jobs import EXPORT, PAPER
from ekc.orders.queries import Order
from ekc.signin.login import person
from ekc.workflow.vocabulary import Phase

ORDER = "order"  # in the query string
Rule = DocumentRule[Any] | ExportRule[Any]


class OfCase(Protocol):
    """The case about which something is ordered."""

    @property
    def id(self) -> int:
        """Its number in the database."""

    @property
    def number(self) -> str:
        """Its number among people."""

    @property
    def phase(self) -> Phase:
        """Its phase now."""


def made(rule: Rule, case: OfCase | None, asked: Sequence[Any] | None) -> Order | None:
    """The order of this request, if it is made, of this visitor, and what they would get if they asked now.

    `asked` None: it cannot be asked again.
    """
    order_id = request.args.get(ORDER, type=to_id)
    found = queries.order_of(db(), now(), person(), order_id) if order_id else None
    if found is None or not found.is_made or (found.kind, found.case) != (rule.name, case.id if case else None):
        return None
    if asked is not None and found.same != queries.same_as(db(), _ordering(rule, case, asked)):
        return None
    return found


def order(
    rule: Rule, case: OfCase | None, asked: Sequence[Any], *, address: str = "", back: str = ""
) -> ResponseReturnValue:
    """Have it made, and lead to the page that says how far it is.

    `address`: where it is handed out, if not here; `back`: where one goes from there, if not to the page before.

    In private time nothing is ordered: it would be kept who asked for what, and when.
    """
    if case is not None and case.phase is Phase.PRIVATE_TIME:
        flash(
            _("In private time nothing new is printed: that would leave a trace of who asked for it, and when."),
            "warning",
        )
        return redirect(came_from() or url_for("home"), 303)
    order_id = actions.order(db(), now(), person(), _ordering(rule, case, asked, address or _here(), back))
    return redirect(url_for("orders.order", order_id=order_id), 303)


def give(order: Order, mimetype: str, filename: str, *, attached: bool = False) -> Response:
    """The response with a file, which is read piece by piece while it is sent."""
    response = Response(queries.pieces(runtime().sessions, order), mimetype=mimetype)
    response.content_length = order.size
    response.headers["Content-Disposition"] = f'{"attachment" if attached else "inline"}; filename="{filename}"'
    return response


def give_paper(rule: DocumentRule[Any], case: OfCase, asked: Sequence[Any]) -> ResponseReturnValue:
    """The PDF of a case if it is made, else have it made."""
    done = made(rule, case, asked)
    if done is None:
        return order(rule, case, asked)
    return give(done, "application/pdf", rule.filename.format(case=case.number))


def handing_out(order: Order) -> str:
    """The address at which an order is handed out."""
    return f"{order.address}{'&' if '?' in order.address else '?'}{urlencode({ORDER: order.id})}"


def _ordering(rule: Rule, case: OfCase | None, asked: Sequence[Any], address: str = "", back: str = "") -> Ordering:
    return Ordering(
        kind=rule.name,
        job=PAPER if isinstance(rule, DocumentRule) else EXPORT,
        case=case.id if case else None,
        asked=[STORED.unstructure(one) for one in asked],
        address=address,
        back=back or came_from() or url_for("home"),
        kept=rule.kept,
    )


def _here() -> str:
    """The address of this request, without an order."""
    asked = [(name, value) for name, value in request.args.items(multi=True) if name != ORDER]
    return f"{request.path}?{urlencode(asked)}" if asked else request.path
