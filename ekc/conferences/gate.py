"""The gate of every route about a case: declares the activity, opens the case, writes one audit line for a look."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from ekc.conferences.access import open_case
from ekc.core.audit import record
from ekc.core.errors import Refusal, Unknown
from ekc.core.routes import LARGEST_ID, Access, db, declare, now
from ekc.core.transaction import writing
from ekc.people.login import to_sign_in, visitor
from ekc.workflow.vocabulary import Activity

View = Callable[..., ResponseReturnValue]
_LOOKS = frozenset({"GET", "HEAD"})


def case_route(activity: Activity, *others: Activity) -> Callable[[View], View]:
    """A gate: whoever may do `activity`, or one of `others`, with the case `conference_id` of the address.

    The view gets the opened case.

    A look (GET, HEAD) is audited here, once; a change is audited by its action. A refused try is audited too.
    """

    def gate(view: View) -> View:
        @wraps(view)
        def guarded(conference_id: int, **kwargs: Any) -> ResponseReturnValue:
            who = visitor()
            if not who.known:
                return to_sign_in()
            if any(isinstance(number, int) and number > LARGEST_ID for number in (conference_id, *kwargs.values())):
                raise Unknown
            session = db()
            try:
                if request.method in _LOOKS:
                    with writing(session):
                        case = open_case(session, who, conference_id, activity, *others)
                        record(session, who.actor, now(), "case.read", conference_id, page=request.endpoint or "")
                else:
                    case = open_case(session, who, conference_id, activity, *others)
            except Refusal as refusal:
                with writing(session):
                    # An unknown number has no chain of its own; the try is written all the same.
                    chain = None if isinstance(refusal, Unknown) else conference_id
                    record(session, who.actor, now(), "case.refused", chain, page=request.path)
                raise
            return view(case, **kwargs)

        return declare(Access("case", ", ".join((activity, *others))))(guarded)

    return gate
