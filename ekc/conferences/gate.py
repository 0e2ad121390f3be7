"""The decorator of every route about a case: declares the activity, opens the case, audits reading."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, time, timedelta
from functools import partial, wraps
from typing import Any

from flask import Response, current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from ekc.accounts.access import By, Visitor
from ekc.conferences.access import Case, note_sign, open_case
from ekc.core.audit import PRIVATE_LOOKS, Actor, ActorKind, has_event, has_recorded, record, record_unknown
from ekc.core.clock import from_local, local_date
from ekc.core.errors import NotNow, OnlyShown, Refusal, TooMany, Unknown
from ekc.core.forms import KEEP
from ekc.core.handlers import is_cross_site
from ekc.core.language import set_words
from ekc.core.routes import MAX_ID, Access, db, declare, gated, now, only_shows, runtime
from ekc.core.transaction import writing
from ekc.drafts.keeping import keep_draft, keeps_drafts
from ekc.links.verification import audit_ended_link
from ekc.signin.actions.sessions import note_use
from ekc.signin.actions.throttle import Limit, count_attempt
from ekc.signin.login import end_session, link_sign_in, unauthorized, visitor
from ekc.workflow.vocabulary import INSIDE_ROLES, N_, Activity, Phase, Role
from ekc.workflow.wording import wording

View = Callable[..., ResponseReturnValue]
Answer = Callable[[Visitor, int, tuple[Activity, ...], View], ResponseReturnValue]
_READ_METHODS = frozenset({"GET", "HEAD"})
_TOO_MANY_REFUSED = N_(
    "You asked again and again for pages that are not for you now, so you are signed out. Come back later; if you "
    "miss a page, ask your coordinator."
)


def case_route(activity: Activity, *others: Activity) -> Callable[[View], View]:
    """Open the case `conference_id` of the URL, if the visitor may do `activity`, or one of `others`, now.

    The view gets the opened case. GET and HEAD are audited here, once; the family's own in private time once a day. A
    change is audited by its action. A change that did nothing counts as reading, because the page with the rejected
    form shows as much. Refused requests are audited too, whether refused here or by the action; too many of them sign
    the visitor out. Requests with a personal link that has ended are audited once a day.
    """

    return _gate((activity, *others), _answer_read)


def paper_route(activity: Activity) -> Callable[[View], View]:
    """As `case_route`, for the address of a paper: looking is audited where it is handed out, not where it is ordered,
    which the view answers by leading elsewhere.
    """
    return _gate((activity,), _answer_paper)


def _gate(activities: tuple[Activity, ...], answer_read: Answer) -> Callable[[View], View]:
    def gate(view: View) -> View:
        view = gated(view)

        @wraps(view)
        def guarded(conference_id: int, **kwargs: Any) -> ResponseReturnValue:
            who = visitor()
            conference_id = min(conference_id, MAX_ID)
            if not who.known:
                if sign_in := link_sign_in():
                    audit_ended_link(db(), now(), sign_in, conference_id, request.path)
                return unauthorized()
            kwargs = {name: min(it, MAX_ID) if isinstance(it, int) else it for name, it in kwargs.items()}
            if request.method in _READ_METHODS:
                return answer_read(who, conference_id, activities, partial(view, **kwargs))
            case = _open(who, conference_id, *activities)
            if KEEP in request.form:
                return _keep(case)
            return _answer_change(case, partial(view, **kwargs))

        return declare(Access("case", ", ".join(activities)))(keeps_drafts(guarded))

    return gate


def _answer_read(who: Visitor, conference_id: int, activities: tuple[Activity, ...], view: View) -> ResponseReturnValue:
    return view(_open(who, conference_id, *activities, reads=True))


def _answer_paper(
    who: Visitor, conference_id: int, activities: tuple[Activity, ...], view: View
) -> ResponseReturnValue:
    case = _open(who, conference_id, *activities)
    answer = _answer(case, view)
    if not 300 <= answer.status_code < 400 or answer.status_code == 304:
        with writing(db()):
            _record_look(case)
    return answer


def open_beside(case: Case, other_id: int, activity: Activity) -> Case:
    """Open another case of which the page of `case` shows something, and audit that it was read. Raises Refusal."""
    other = _open(case.visitor, other_id, activity, reads=True)
    set_words(wording(case.variant))
    return other


def _open(who: Visitor, conference_id: int, *activities: Activity, reads: bool = False) -> Case:
    """Open the case. A refusal is audited, and where it `reads`, a look, in the same transaction. Raises Refusal."""
    by = By(db(), who, now())
    try:
        with writing(by.session) if reads else nullcontext():
            try:
                case = open_case(by, conference_id, *activities)
            except Refusal as refusal:
                refused = refusal
                if isinstance(refusal, NotNow):
                    set_words(refusal.wording)
                with nullcontext() if reads else writing(by.session):
                    _record_refusal(who, conference_id, refusal)
            else:
                set_words(wording(case.variant))
                if reads:
                    _record_look(case)
                return case
    except TooMany:
        end_session()
        raise TooMany(_TOO_MANY_REFUSED) from None
    raise refused


def _keep(case: Case) -> ResponseReturnValue:
    """Keep the form as a draft. In private time nothing is kept of what is being written, of nobody."""
    return Response(status=409) if case.phase is Phase.PRIVATE_TIME else keep_draft(case.id)


def _answer_change(case: Case, view: View) -> ResponseReturnValue:
    """The response to a change. Audits reading, where the view changed nothing."""
    answer = _answer(case, view)
    if only_shows() or not has_recorded(db()):  # what an action recorded was rolled back
        with writing(db()):
            _record_look(case)
    elif case.visitor.participant_id is not None and case.visitor.sign_in_id is not None:
        note_use(db(), now(), case.visitor.sign_in_id)  # so that nobody tells them of it
    return answer


def _answer(case: Case, view: View) -> Response:
    """The response of a view. Audits a refusal."""
    try:
        return current_app.make_response(view(case))
    except OnlyShown:  # their own words alone are shown
        raise
    except (Refusal, StaleDataError, HTTPException):
        with writing(db()):
            _record(case, "case.refused")
        raise


def _record_look(case: Case) -> None:
    """Audit that a page was opened. The family's own looks in private time leave one line a day, without who and what.

    Its instant is the beginning of private time or of the day, so that it tells neither when they looked.
    """
    note_sign(By(db(), case.visitor, now()), case, case.roles)
    if case.phase is not Phase.PRIVATE_TIME or case.visitor.participant_id is None or not case.roles & INSIDE_ROLES:
        _record(case, "case.read")
        return
    today = from_local(datetime.combine(local_date(now(), case.timezone), time()), case.timezone)
    at = max(case.phase_since, today)
    if not has_event(db(), at, PRIVATE_LOOKS, case.id):
        record(db(), Actor(ActorKind.PARTICIPANT), at, PRIVATE_LOOKS, case.id)


def _record(case: Case, action: str) -> None:
    record(db(), case.visitor.actor, now(), action, case.id, page=request.endpoint or "", **_roles_detail(case.roles))


def _record_refusal(who: Visitor, conference_id: int, refusal: Refusal) -> None:
    """Audit a refused request, in the caller's transaction, in the same way whether or not the case exists.

    Audit events are never deleted, and may end up in the log of somebody else's case, so too many refusals in an hour
    sign the visitor out. Raises TooMany.
    """
    about = {"page": request.path, **_roles_detail(who.roles)}
    an_hour = Limit("refused", runtime().settings.refusals_an_hour, timedelta(hours=1))
    if isinstance(refusal, Unknown):
        record_unknown(db(), who.actor, now(), refusal.conference_id, **about)
    else:
        record(db(), who.actor, now(), "case.refused", conference_id, **about)
    # Counted after the audit event, whose lock makes concurrent requests wait: so the limit holds for them too.
    if not is_cross_site():  # otherwise the visitor did not send it
        count_attempt(db(), now(), an_hour, f"{who.actor.kind} {who.actor.id}")


def _roles_detail(roles: frozenset[Role]) -> dict[str, str]:
    """The roles as audit detail: in the case, or in the organisation where access was refused."""
    return {"roles": " ".join(sorted(roles))}
