"""Response headers, request checks, and error pages without tracebacks.

Refused requests are logged with endpoint, sign-in and address, never with what was sent.
"""

import re
import time
from collections.abc import Callable, Iterable
from functools import partial
from ipaddress import ip_address
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, abort, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.wsgi import ClosingIterator

from ekc.core.db import disk_is_full
from ekc.core.errors import Refusal, Unknown
from ekc.core.forms import KEEP, NUMBER, SEEN
from ekc.core.language import LANGUAGES, gettext, translate, using
from ekc.core.logs import failure, log, log_event, log_with, request_number
from ekc.core.metrics import count_request
from ekc.core.pictures import LARGEST
from ekc.core.routes import may_send_file, may_send_picture, runtime
from ekc.core.tokens import new_token

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; object-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
#: What a browser obeys of a page alone: its style sheets, scripts and fonts do without, half a kilobyte each.
OF_PAGES = frozenset({"Content-Security-Policy", "Cross-Origin-Opener-Policy", "Permissions-Policy"})
PARTS_OF_PAGES = frozenset({"text/css", "text/javascript", "font/woff2"})
#: Added where the product is served by HTTPS (ASVS 3.4.1).
TLS_HEADERS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
#: Paths that contain a secret: token of a personal link, invitation, registration or calendar, code of a provider.
KEY_PREFIXES = ("/l/", "/i/", "/invitations/", "/sign-in/from/", "/register/resume/", "/calendar/feed/")
#: Keep such addresses out of Referer headers and search engines.
KEY_HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive"}
_FORM_TYPES = frozenset({"", "application/x-www-form-urlencoded", "multipart/form-data"})
_SECRET_FIELDS = ("password", "one_time_code", "entrance_code", "credential")  # parts of field names
_CARRIED = frozenset({"csrf_token", "phase", "revision", NUMBER, SEEN})
_MAX_FIELDS = 5000  # of a form; the page of details has up to twenty for each of the circle
_BESIDE_PICTURE = 2**17  # bytes: the other fields of its form, and its name
_PROXY_NUMBER = re.compile("[0-9a-zA-Z-]{8,32}")
#: Statuses of requests that our own pages do not make, or not for this visitor.
_LOGGED_STATUSES = frozenset({400, 403, 404, 405, 413, 415, 429})


def install(app: Flask, page_too_old: Callable[[CSRFError], ResponseReturnValue]) -> None:
    """Register request checks, headers and error pages. `page_too_old`: the answer to a form without a valid token."""
    app.before_request(_begin)
    app.before_request(_restrict_demo_to_loopback)
    app.before_request(_refuse_cross_site)
    app.before_request(_refuse_malformed)
    app.after_request(_add_headers)
    app.after_request(_log_refusal)
    app.after_request(_count)
    answers: dict[type[Exception], Callable[[Any], ResponseReturnValue]] = {
        Refusal: refused,
        CSRFError: page_too_old,
        StaleDataError: _concurrent_change,
        OperationalError: _database_busy,
        HTTPException: _http_error,
        Exception: _server_error,
    }
    for kind, answer in answers.items():
        app.register_error_handler(kind, _answered(answer))
    app.log_exception = _log_without_address  # type: ignore[method-assign]
    from_proxy = app.extensions["ekc"].settings.proxies > 0
    app.wsgi_app = _never_failing(app.wsgi_app, from_proxy)  # type: ignore[assignment, method-assign]


def _begin() -> None:
    g.began = time.monotonic()
    if may_send_picture(request.endpoint):
        request.max_content_length = LARGEST + _BESIDE_PICTURE


def _count(response: Response) -> Response:
    pool = runtime().sessions.kw["bind"].engine.pool  # in tests it is a connection
    took = time.monotonic() - g.get("began", time.monotonic())
    count_request(request.endpoint, request.method, response.status_code, took, pool.checkedout())
    return response


def _restrict_demo_to_loopback() -> None:
    """Refuse requests from other machines in demo mode, where anybody can sign in as anybody."""
    caller = request.remote_addr
    if runtime().settings.demo and caller and not ip_address(caller).is_loopback:
        abort(403)


def _refuse_cross_site() -> None:
    """Refuse cross-site POSTs by Sec-Fetch-Site, whatever their token.

    The host is not compared, because a proxy may use another name. `is_same_origin` is stricter.
    """
    if request.method == "POST" and is_cross_site():
        abort(400)


def _refuse_malformed() -> None:
    """Refuse requests that no form of ours makes, before any view runs.

    These are other content types (Flask-WTF would read JSON as a form), files that are not asked for, and text that a
    database cannot store (NUL, lone surrogates) in path, query string or form.
    """
    if request.method == "POST" and request.mimetype not in _FORM_TYPES:
        abort(415)
    if len(list(request.files.items(multi=True))) > may_send_file(request.endpoint):
        abort(400)
    if sum(map(len, request.form.listvalues())) > _MAX_FIELDS:
        abort(413)
    sent = (text for source in (request.args, request.form) for name, many in source.lists() for text in (name, *many))
    if any("\0" in text or any("\ud800" <= c <= "\udfff" for c in text) for text in (*sent, request.path)):
        abort(400)


def is_cross_site() -> bool:
    """Whether the request was caused by another site, according to Sec-Fetch-Site."""
    return request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}


def path_holds_key(path: str) -> bool:
    """Whether the path contains a secret."""
    return path.startswith(KEY_PREFIXES)


def _add_headers(response: Response) -> Response:
    if path_holds_key(request.path):
        response.headers.update(KEY_HEADERS)
    if number := request_number():
        response.headers["X-Request-ID"] = number
    for name, value in (HEADERS | TLS_HEADERS if runtime().settings.secure_cookies else HEADERS).items():
        if name not in OF_PAGES or response.mimetype not in PARTS_OF_PAGES:
            response.headers.setdefault(name, value)
    if request.endpoint != "static" or response.status_code >= 400:  # error pages show who is signed in
        # Families share devices: the Back button must not show pages of the previous user.
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers.add("Vary", "Cookie")
    return response


def _answered(answer: Callable[[Any], ResponseReturnValue]) -> Callable[[Any], ResponseReturnValue]:
    """Store the type of the error for the log. If its page fails too, answer in plain text."""

    def answered(error: Exception) -> ResponseReturnValue:
        g.error_type = type(error).__name__
        try:
            return answer(error)
        except Refusal as refusal:  # of a view that `page_too_old` runs
            g.error_type = type(refusal).__name__
            return refused(refusal)
        except Exception as second:
            g.skip_user_loading = True
            log.error("no error page: %s in %s", failure(second), request.endpoint)
            return _plain(503 if isinstance(second, OperationalError) else 500)

    return answered


def _plain(status: int) -> Response:
    """The answer when nothing else works: text in all languages, made without database and templates."""
    said = []
    for code in LANGUAGES:
        with using(code):
            said.append(gettext("Something went wrong on our side. Nothing was saved. Try again in a few minutes."))
    return Response("\n".join([*said, ""]), status, mimetype="text/plain")


def _log_without_address(exc_info: tuple[Any, BaseException | None, Any]) -> None:
    """What Flask logs of an error that no page was made for, without the address."""
    error = exc_info[1]
    log.error("%s", failure(error) if error else "unknown error")


def _number(environ: WSGIEnvironment, from_proxy: bool) -> str:
    """The number of a request in the log: that of our own proxy, which logs it too, or a new one."""
    told = str(environ.get("HTTP_X_REQUEST_ID", ""))
    return told if from_proxy and _PROXY_NUMBER.fullmatch(told) else new_token()[:12]


def _never_failing(inner: WSGIApplication, from_proxy: bool) -> WSGIApplication:
    """Answer in plain text whatever else fails, so that the web server does not log the address of the request.

    Each request has a number; `from_proxy`: a proxy of ours may give it.
    """

    def answered(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        log_with(_number(environ, from_proxy))
        try:
            answer = inner(environ, start_response)
        except Exception as error:
            log.error("no answer: %s", failure(error))
            response = _plain(500)
            response.headers.update({**HEADERS, **KEY_HEADERS, "Cache-Control": "private, no-store"})
            answer = response(environ, start_response)
        # Until the answer is closed: some work is done after it was sent.
        return ClosingIterator(answer, partial(log_with, None))

    return answered


def _log_refusal(response: Response) -> Response:
    """Log a refused request, except 404 without an endpoint: it may be a mistyped personal link."""
    if response.status_code in _LOGGED_STATUSES and (request.endpoint or response.status_code != 404):
        log_event(
            "refused",
            status=response.status_code,
            why=g.get("error_type"),
            method=request.method,
            route=request.endpoint,
            who=getattr(current_user, "row", None),  # the id of a sign-in; nobody has none
            caller=request.remote_addr,
        )
    return response


def _page(
    status: int, title: str, text: str, sent: MultiDict[str, str] | None = None, again: bool = False
) -> ResponseReturnValue:
    """Render the error page. `sent`: fields to show; `again`: with a button to send them again."""
    address = request.full_path if again else None
    words = [value for name, value in sent.items() if value and not _is_carried(name)] if sent else []
    page = render_template(
        "core/error.html", error_title=title, error_text=text, typed=sent, words=words, again=address
    )
    return page, status


def _is_carried(name: str) -> bool:
    """Whether a field carries what the page showed, or the number of the form: nobody typed it."""
    return name in _CARRIED or name.endswith(f"-{SEEN}")


def typed(everything: bool = False) -> MultiDict[str, str]:
    """The submitted fields without secrets; with `everything` also hidden and empty fields."""
    kept = (
        (name, value)
        for name, value in request.form.items(multi=True)
        if (everything or (value and not _is_carried(name)))
        and name not in {"csrf_token", KEEP}
        and not any(secret in name for secret in _SECRET_FIELDS)
    )
    return MultiDict(kept)


def refused(refusal: Refusal) -> ResponseReturnValue:
    """The page that says why not, with what was typed."""
    if isinstance(refusal, Unknown):
        return _not_found()
    titles = {403: gettext("Not now"), 409: gettext("This cannot be done now"), 429: gettext("Too many tries")}
    return _page(
        refusal.status, titles.get(refusal.status, titles[409]), translate(refusal.message, refusal.params), typed()
    )


def _not_found() -> ResponseReturnValue:
    return _page(
        404,
        gettext("This page is not here"),
        gettext("It may have moved, or it is not for you to see. Begin again from your own page."),
    )


def page_too_old(_error: CSRFError) -> ResponseReturnValue:
    """The CSRF token is missing or expired: show what was typed, with a button to send it again.

    Not for requests of other sites, whose content the visitor would then submit with one click. Where the view can show
    its form again, it does (`drafts/keeping.py`).
    """
    if not is_same_origin():
        return bad_request()
    return _page(
        400,
        gettext("This page was open for too long"),
        gettext("Nothing is lost: what you typed is below. Look at it and send it again."),
        typed(everything=True),
        again=True,
    )


def shown_words(status: int = 409) -> ResponseReturnValue:
    """The words of a form that cannot be shown again: to read, and to copy."""
    title = gettext("What you typed is here")
    text = gettext("It is not saved, and the page it stood on cannot be shown now. Copy what you want to keep.")
    return _page(status, title, text, typed())


def sent_otherwise() -> ResponseReturnValue:
    """A form that was sent before came again with other words: show these, with a button to send them as a new form."""
    sent = typed(everything=True)
    sent[NUMBER] = new_token()
    title = gettext("This form was sent before")
    text = gettext("What you sent then is saved. Below is what you typed now. Send it only if it is something new.")
    return _page(409, title, text, sent, again=True)


def is_same_origin() -> bool:
    """Whether our own page made the request, by Sec-Fetch-Site or else Origin; True without both headers."""
    if said := request.headers.get("Sec-Fetch-Site"):
        return said == "same-origin"
    origin = request.headers.get("Origin")
    return origin in {None, f"http://{request.host}", f"https://{request.host}"}


def _concurrent_change(_error: StaleDataError) -> ResponseReturnValue:
    return _page(
        409,
        gettext("Somebody else was first"),
        gettext("This was changed at the same moment. Open the page again to see how it is now."),
        typed(),
    )


def _database_busy(error: OperationalError) -> ResponseReturnValue:
    g.skip_user_loading = True
    if disk_is_full(error):
        log.error("database: the disk is full")
        return _page(
            507,
            gettext("There is no room left"),
            gettext(
                "Nothing was saved, because the disk of this service is full. Tell whoever runs it. "
                "What you typed is below."
            ),
            typed(),
        )
    log.error("database: %s in %s", failure(error), request.endpoint)
    return _page(503, gettext("The service is busy"), gettext("Nothing was saved. Try again in a minute."), typed())


def bad_request() -> ResponseReturnValue:
    return _page(400, gettext("This could not be read"), gettext("Go back, check what you typed, and send it again."))


def _http_error(error: HTTPException) -> ResponseReturnValue:
    match error.code:
        case 404:
            return _not_found()
        case 405:
            return _page(405, gettext("This page cannot do that"), gettext("Go back and use the buttons of the page."))
        case 413:
            return _page(413, gettext("That is too much at once"), gettext("Shorten the text, then send it again."))
        case 400:
            return bad_request()
        case code if code and code >= 400:
            return _page(code, error.name, gettext("Go back and try again."))
    return error.get_response()


def _server_error(error: Exception) -> ResponseReturnValue:
    """An unexpected error. The log gets its type and place, without the message, which may contain user input."""
    g.skip_user_loading = True
    log.error("%s in %s", failure(error), request.endpoint)
    return _page(
        500,
        gettext("Something went wrong on our side"),
        gettext("What you did was not saved. Try again, or tell us."),
        typed(),
    )
