"""The gate of every route about a case: declares the activity, opens the case, writes one audit line for a look."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import current_app, request
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case, open_case
from ekc.core.audit import record, record_unknown
from ekc.core.errors import Refusal, Unknown
from ekc.core.routes import LARGEST_ID, Access, db, declare, now
from ekc.core.transaction import writing
from ekc.people.access import Visitor
from ekc.people.login import to_sign_in, visitor
from ekc.workflow.vocabulary import Activity, Role

View = Callable[..., ResponseReturnValue]
_LOOKS = frozenset({"GET", "HEAD"})


def case_route(activity: Activity, *others: Activity) -> Callable[[View], View]:
    """A gate: whoever may do `activity`, or one of `others`, with the case `conference_id` of the address.

    The view gets the opened case.

    A look (GET, HEAD) is audited here, once; a change is audited by its action. A form that is shown again is a look
    as well: the page around it tells as much. A refused try is audited too.
    """

    def gate(view: View) -> View:
        @wraps(view)
        def guarded(conference_id: int, **kwargs: Any) -> ResponseReturnValue:
            who = visitor()
            if not who.known:
                return to_sign_in()
            conference_id = min(conference_id, LARGEST_ID)
            kwargs = {name: min(it, LARGEST_ID) if isinstance(it, int) else it for name, it in kwargs.items()}
            session = db()
            try:
                if request.method in _LOOKS:
                    with writing(session):
                        case = open_case(session, who, conference_id, activity, *others, at=now())
                        _record_look(case)
                else:
                    case = open_case(session, who, conference_id, activity, *others, at=now())
            except Refusal as refusal:
                _record_refusal(who, conference_id, refusal)
                raise
            if request.method in _LOOKS:
                return view(case, **kwargs)
            return _changed(case, view, kwargs)

        return declare(Access("case", ", ".join((activity, *others))))(guarded)

    return gate


def _changed(case: Case, view: View, kwargs: dict[str, Any]) -> ResponseReturnValue:
    """What a change is answered. Without a way on it is the page with the form, to be looked at again."""
    try:
        answer = current_app.make_response(view(case, **kwargs))
    except Unknown:
        with writing(db()):
            record(db(), case.visitor.actor, now(), "case.refused", case.id, page=request.path, **_as(case.roles))
        raise
    if not answer.location:
        with writing(db()):
            _record_look(case)
    return answer


def _record_look(case: Case) -> None:
    page = request.endpoint or ""
    record(db(), case.visitor.actor, now(), "case.read", case.id, page=page, **_as(case.roles))


def _record_refusal(who: Visitor, conference_id: int, refusal: Refusal) -> None:
    """Whether there is such a case shows in the line alone, never in how it is written."""
    about = {"page": request.path, **_as(who.roles)}
    with writing(db()):
        if isinstance(refusal, Unknown):
            record_unknown(db(), who.actor, now(), refusal.conference_id, **about)
        else:
            record(db(), who.actor, now(), "case.refused", conference_id, **about)


def _as(roles: frozenset[Role]) -> dict[str, str]:
    """As what somebody came: to the case, or, where it stays shut, to the organisation."""
    return {"roles": " ".join(sorted(roles))}
