"""Nothing typed is lost (ADR 39): what is kept of a form that was not saved, and how it is given back.

Kept is a form that somebody sends when their sign-in has ended, and, with the script of long forms (`drafts.js`), one
that is still being written. Given back is it by the view to which it is sent, which opens it as for any request, and
shows it as it shows a form that it refuses; what would be saved is rolled back (`core/transaction.py`).
"""

import json
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, after_this_request, current_app, flash, g, redirect, request, session, url_for
from flask.ctx import RequestContext
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import BadRequest

from ekc.core import form_numbers, handlers
from ekc.core.audit import has_recorded
from ekc.core.errors import OnlyShown, Unknown
from ekc.core.forms import KEEP
from ekc.core.language import ago, gettext
from ekc.core.routes import MAX_ID, cookie_name, db, now, only_shows, set_cookie, shows_again
from ekc.core.sessions import opened_by, opened_in
from ekc.core.sheets import SheetRow, column_name
from ekc.core.tokens import is_token, new_token
from ekc.drafts import actions, queries
from ekc.drafts.actions import KEPT, Content
from ekc.drafts.queries import DraftRow, Owner, draft
from ekc.signin.login import person, request_caller

View = Callable[..., ResponseReturnValue]
_KEEPS = "__keeps_drafts__"
_SHOWN = frozenset({200, 409, 422})  # statuses with which a view shows a form
_CASE = re.compile(r"/conferences/(\d{1,9})(?:/|$)")


def keeps_drafts(view: View) -> View:
    """Mark a view that keeps its form as a draft, if it is sent with the field `KEEP`."""
    setattr(view, _KEEPS, True)
    return view


def keep_draft(conference_id: int | None = None) -> ResponseReturnValue:
    """Keep the form of this request, which its gate has let in, as a draft. Raises TooLarge, TooMany."""
    if not form_numbers.was_used():  # a request on its way when the form was saved
        _keep(person(), conference_id)
    return Response(status=204)


def keep_sent() -> str | None:
    """Keep the form of this request, whose sender is not signed in, for whom its page was made.

    Returns the address that gives it back; None if nothing was typed, or nobody knows for whom.
    """
    whose = opened_by()
    if not whose or not shows_again(request.endpoint) or not handlers.typed():
        return None
    case = _CASE.match(request.path)
    return address_of(_keep(whose, int(case[1]) if case else None, sent=True))


def address_of(draft_id: int) -> str:
    """The address that gives a draft back."""
    return url_for("drafts.go_on", draft_id=draft_id)


def _keep(whose: str, conference_id: int | None, *, sent: bool = False) -> int:
    owner = known_browser(whose)
    fields = tuple(handlers.typed(everything=True).items(multi=True))
    content = Content(_address(), opened_in(), fields, conference_id)
    return actions.keep(db(), now(), owner, content, request_caller().network, sent=sent)


def _address() -> str:
    return request.full_path.rstrip("?")


def owner_in_browser(whose: str | None = None) -> Owner:
    """The visitor, or whoever is given, in this browser."""
    whose = person() if whose is None else whose
    token = request.cookies.get(_cookie(whose), "")
    return Owner(token if is_token(token) else "", whose)


def known_browser(whose: str | None = None) -> Owner:
    """The same, in a browser that keeps its drafts from now on, if it had none."""
    owner = owner_in_browser(whose)
    if not owner.token:
        owner = Owner(new_token(), owner.whose)
    _set_cookie(owner)
    return owner


def _cookie(whose: str) -> str:
    """The cookie by which a browser knows drafts: of whoever does not sign in one that ends with the browser."""
    return cookie_name("drafts" if whose else "drafts_here")


def _set_cookie(owner: Owner) -> None:
    lasts = {"max_age": int(KEPT.total_seconds())} if owner.whose else {}

    @after_this_request
    def keep(response: Response) -> Response:
        set_cookie(response, _cookie(owner.whose), owner.token, **lasts)
        return response


def _drafts() -> tuple[DraftRow, ...]:
    """The drafts of the visitor in this browser, read once in a request."""
    if "drafts" not in g:
        g.drafts = queries.drafts(db(), now(), owner_in_browser())
    found: tuple[DraftRow, ...] = g.drafts
    return found


def _unfinished() -> bool:
    return bool(g.get("unfinished"))


def begun(address: str) -> tuple[DraftRow, ...]:
    """For the page of a form: the drafts that were begun of it, newest first. Not on the page that gives one back."""
    if only_shows() or request.method == "POST":
        return ()
    return tuple(row for row in _drafts() if row.path == address)


def sent_before() -> str | None:
    """The address that gives back what the visitor sent last in this browser when they were not signed in any more."""
    sent = (row for row in queries.drafts(db(), now(), owner_in_browser()) if row.sent)
    return next((address_of(row.id) for row in sent), None)


def forget_of_others() -> None:
    """Destroy what others sent in this browser when they were not signed in any more."""
    if (owner := owner_in_browser()).token:
        actions.forget_sent_by_others(db(), owner)


def show_again(row: DraftRow) -> ResponseReturnValue:
    """The page of a form with what was typed into it, made by the view to which it is sent. Nothing is saved.

    Its gate opens the page as for any other request: who may not open it any more reads nothing. Raises Refusal. Of a
    form that was never sent, no field is called wrong.
    """
    g.unfinished, g.window = not row.sent, row.window
    path, _, query = row.path.partition("?")
    body = urlencode(row.fields).encode()
    environ = {key: value for key, value in request.environ.items() if not key.startswith("werkzeug.")}
    environ |= {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
    }
    # Within this request: the same session, visitor, database session and instant.
    with RequestContext(current_app._get_current_object(), environ, session=session._get_current_object()):  # type: ignore[attr-defined]
        if request.routing_exception is not None or not shows_again(request.endpoint):  # of an earlier program
            raise Unknown
        if form_numbers.was_used():
            actions.forget(db(), owner_in_browser(), row.id)
            flash(gettext("This was saved already."))
            return redirect(url_for("home"))
        return _only_shown(gettext("This is what you typed. Nothing is saved yet: look at it, and save it."), 200)


def _only_shown(told: str, status: int) -> Response:
    """Let the view of this request show the form of this request, without saving it; with this status, if it does."""
    g.only_shows = g.csrf_valid = True  # the token: of a page of ours, for its own form
    flash(told, "info")
    try:
        page = _view()(**(request.view_args or {}))
    except OnlyShown:  # by a view that shows no form again
        page = handlers.shown_words()
    response = current_app.make_response(page)
    response.status_code = status if response.status_code in _SHOWN else response.status_code
    return response


def _view() -> View:
    view: Any = current_app.view_functions[request.endpoint or ""]
    return view  # type: ignore[no-any-return]


def page_too_old(error: CSRFError) -> ResponseReturnValue:
    """The token of a form is missing, expired, or of another session: show the form again, with what was typed.

    Not for requests of other sites, whose content the visitor would then save with one click; and if the page was made
    for somebody else, who has signed out here, only the words.
    """
    if KEEP in request.form:
        return handlers.bad_request()
    if not (handlers.is_same_origin() and shows_again(request.endpoint) and handlers.typed()):
        return handlers.page_too_old(error)
    if person() and opened_by() not in (None, person()):
        return handlers.shown_words(400)
    return _only_shown(
        gettext("This page was open for too long. Nothing is lost: look at what you typed, and save it."), 400
    )


def _refuse_what_is_not_kept() -> None:
    """Refuse to keep the form of a view that does not keep drafts: it would be saved instead. Raises BadRequest."""
    if KEEP in request.form and not hasattr(current_app.view_functions.get(request.endpoint or ""), _KEEPS):
        raise BadRequest


def _forget_saved(response: Response) -> Response:
    """Destroy the draft of a form that was saved."""
    if request.method == "POST" and response.status_code in (302, 303) and has_recorded(db()):
        owner = owner_in_browser()
        if (draft := queries.draft_of(db(), owner, _address(), opened_in())) is not None:
            actions.forget(db(), owner, draft)
    return response


def install(app: Flask) -> None:
    """Register what is done around each request, and what templates ask."""
    app.before_request(_refuse_what_is_not_kept)
    app.after_request(_forget_saved)
    app.jinja_env.globals.update(
        begun_drafts=begun, KEEP=KEEP, unfinished=_unfinished, signed_in=lambda: bool(person())
    )
    app.jinja_env.filters.update(time_since=lambda at: ago(at, now()))


def keepable(path: str, rows: list[SheetRow], unread: tuple[str, ...], conference_id: int | None = None) -> Content:
    """The rows of a file as a draft, without what stands in columns that are not read."""
    headings = enumerate(rows[0].cells)
    needless = {place for place, text in headings if f"{column_name(place)} ({text})" in unread}

    def cells(row: SheetRow) -> list[str]:
        return ["" if row is not rows[0] and place in needless else text for place, text in enumerate(row.cells)]

    kept = tuple((str(row.number), json.dumps(cells(row), ensure_ascii=False)) for row in rows)
    return Content(_draft_path(path), new_token(), kept, conference_id, of_file=True)


def kept_rows(path: str, draft_id: int) -> tuple[DraftRow, list[SheetRow]] | None:
    """The rows that this person looked at in this browser; None: they choose a file again."""
    found = draft(db(), now(), owner_in_browser(), min(draft_id, MAX_ID))
    if found is None or found.path != _draft_path(path):
        return None
    return found, [SheetRow(int(number), tuple(json.loads(cells))) for number, cells in found.fields]


def _draft_path(path: str) -> str:
    """No form is sent to this address, so that no other draft is taken for the rows of a file."""
    return f"{path}/rows"
