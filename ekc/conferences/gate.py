"""The gate of every route about a case: declares the activity, opens the case, writes one audit line for a look."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from ekc.accounts.access import By, Visitor
from ekc.conferences.access import Case, open_case
from ekc.core.audit import has_recorded, record, record_unknown
from ekc.core.errors import Refusal, TooMany, Unknown
from ekc.core.handlers import is_cross_site
from ekc.core.routes import MAX_ID, Access, db, declare, now, runtime
from ekc.core.transaction import writing
from ekc.links.verification import audit_ended_link
from ekc.signin.actions.throttle import Limit, count_attempt
from ekc.signin.login import end_session, link_sign_in, unauthorized, visitor
from ekc.workflow.vocabulary import N_, Activity, Role

View = Callable[..., ResponseReturnValue]
_LOOKS = frozenset({"GET", "HEAD"})
_TOO_OFTEN = N_(
    "You asked again and again for pages that are not for you now, so you are signed out. Come in again later; if you "
    "miss a page, ask your coordinator."
)


def case_route(activity: Activity, *others: Activity) -> Callable[[View], View]:
    """A gate: whoever may do `activity`, or one of `others`, with the case `conference_id` of the address.

    The view gets the opened case.

    A look (GET, HEAD) is audited here, once; a change is audited by its action. One that changed nothing is a look as
    well: the page around a form that is shown again tells as much. A refused try is audited too, at this gate or
    behind it, unless somebody makes too many of them at the gate: then they are signed out. Of who was in by a personal
    link that has ended, the first try of a day is.
    """

    def gate(view: View) -> View:
        @wraps(view)
        def guarded(conference_id: int, **kwargs: Any) -> ResponseReturnValue:
            who = visitor()
            conference_id = min(conference_id, MAX_ID)
            if not who.known:
                if sign_in := link_sign_in():
                    audit_ended_link(db(), now(), sign_in, conference_id, request.path)
                return unauthorized()
            kwargs = {name: min(it, MAX_ID) if isinstance(it, int) else it for name, it in kwargs.items()}
            session = db()
            try:
                if request.method in _LOOKS:
                    with writing(session):
                        case = open_case(By(session, who, now()), conference_id, activity, *others)
                        _record(case, "case.read")
                else:
                    case = open_case(By(session, who, now()), conference_id, activity, *others)
            except Refusal as refusal:
                _record_refusal(who, conference_id, refusal)
                raise
            if request.method in _LOOKS:
                return view(case, **kwargs)
            return _changed(case, view, kwargs)

        return declare(Access("case", ", ".join((activity, *others))))(guarded)

    return gate


def _changed(case: Case, view: View, kwargs: dict[str, Any]) -> ResponseReturnValue:
    """What a change is answered. What was done has its line; where nothing was, somebody has looked."""
    try:
        answer = current_app.make_response(view(case, **kwargs))
    except (Refusal, StaleDataError, HTTPException):
        with writing(db()):
            _record(case, "case.refused")
        raise
    if not has_recorded(db()):
        with writing(db()):
            _record(case, "case.read")
    return answer


def _record(case: Case, action: str) -> None:
    record(db(), case.visitor.actor, now(), action, case.id, page=request.endpoint or "", **_as(case.roles))


def _record_refusal(who: Visitor, conference_id: int, refusal: Refusal) -> None:
    """Whether there is such a case shows in the line alone, never in how it is written.

    A line is kept for ever, and may stand in a stranger's file: whoever makes too many is signed out. Raises TooMany.
    """
    about = {"page": request.path, **_as(who.roles)}
    an_hour = Limit("refused", runtime().settings.refusals_an_hour, timedelta(hours=1))
    try:
        with writing(db()):
            if isinstance(refusal, Unknown):
                record_unknown(db(), who.actor, now(), refusal.conference_id, **about)
            else:
                record(db(), who.actor, now(), "case.refused", conference_id, **about)
            # After the line, which others wait for: of many at one moment no more are kept than of many in a row.
            if not is_cross_site():  # else it is not their doing
                count_attempt(db(), now(), an_hour, f"{who.actor.kind} {who.actor.id}")
    except TooMany:
        end_session()
        raise TooMany(_TOO_OFTEN) from None


def _as(roles: frozenset[Role]) -> dict[str, str]:
    """As what somebody came: to the case, or, where it stays shut, to the organisation."""
    return {"roles": " ".join(sorted(roles))}
