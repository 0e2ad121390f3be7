"""The signed-in user: Flask-Login backed by the rows of `sign_in`, and the gates for routes outside a case."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, NoReturn

from flask import Flask, Response, after_this_request, current_app, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_fresh, login_user, logout_user
from sqlalchemy.orm import Session

from ekc.accounts.access import NOBODY, By, Visitor
from ekc.core.errors import Refusal, Unknown
from ekc.core.forms import KEEP
from ekc.core.language import gettext as _
from ekc.core.routes import MAX_ID, Access, cookie_name, db, declare, form_checks, gated, now, runtime, set_cookie
from ekc.core.sessions import opened_by
from ekc.core.tokens import is_token, new_token
from ekc.signin import queries
from ekc.signin.actions.sessions import end_sign_in, sign_in_account, touch_sign_in
from ekc.signin.devices import Caller, device_name, network_of
from ekc.signin.models import SINGLE_FACTOR, Method
from ekc.signin.queries import CurrentSignIn
from ekc.workflow.duties import Duty
from ekc.workflow.engine import DUTY_RULES, has_duty
from ekc.workflow.vocabulary import N_

View = Callable[..., ResponseReturnValue]

_USER_ID = re.compile(r"(account|link):([A-Za-z0-9_-]{43})")
#: How long after signing in credentials can be changed without signing in again (ASVS 7.5.1).
FRESH_LIFETIME = timedelta(minutes=10)
#: A provider may reuse its own session without asking for credentials, so such a sign-in is never fresh.
_EXTERNAL_METHODS = (Method.PROVIDER, Method.PROVIDER_ALONE)
_PENDING = "pending"  # session key: the account whose password was verified, its authenticator app, and when
_PENDING_LIFETIME = 600  # seconds
_DEVICE = "device"  # cookie of a browser that has signed in before
_YEAR = 365 * 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class SignInKind:
    """How to read and end sign-ins of one kind."""

    find: Callable[[Session, datetime, str], CurrentSignIn | None]
    end: Callable[[By], None]


_KINDS = "sign_in_kinds"  # in the app's extensions
_ACCOUNT = SignInKind(queries.account_sign_in, end_sign_in)


@dataclass(frozen=True, slots=True)
class Unsent:
    """What is done about forms that were not saved (`drafts/keeping.py`)."""

    keep: Callable[[], str | None]  # the form of this request; returns the address that gives it back, None: no form
    forget: Callable[[], None]  # what others sent in this browser, after somebody has signed in in it


_UNSENT = "unsent_forms"  # in the app's extensions


@dataclass(eq=False)
class SignedInUser(UserMixin):  # type: ignore[misc]
    """Flask-Login's user: a sign-in. Its token is that of a row of `sign_in`, so ending the row ends the session.

    An ended sign-in is inactive, which Flask-Login treats as not authenticated, but its token is still known. Where a
    second factor is required, a user without one is authenticated but authorized only to set one up.
    """

    kind: str  # account, link
    token: str = field(repr=False)
    visitor: Visitor = NOBODY
    method: Method | None = None
    authorized: bool = False
    fresh: bool = False
    seconds_left: int = 0  # until the sign-in ends, if it is not used again

    @property
    def is_active(self) -> bool:
        """Whether the sign-in has neither ended nor timed out."""
        return self.visitor.known

    def get_id(self) -> str:
        """The value in the session cookie: `account:<token>` or `link:<token>`."""
        return f"{self.kind}:{self.token}"

    @property
    def person(self) -> str:
        """Who it is, whatever sign-in they use; empty if it has ended."""
        who = self.visitor
        if who.account_id is not None:
            return f"account:{who.account_id}"
        return f"participant:{who.participant_id}" if who.participant_id is not None else ""

    @property
    def row(self) -> str:
        """The kind and the id of the sign-in, for the log, which holds no token; no id once it has ended."""
        return f"{self.kind}:{self.visitor.sign_in_id or ''}"


def load_user(user_id: str) -> SignedInUser | None:
    """Flask-Login's user loader. The row decides: timeouts, signing out, a closed account or a revoked link.

    Error pages for an unavailable database set `g.skip_user_loading`, because loading the user would fail again.
    """
    if g.get("skip_user_loading") or (read := _USER_ID.fullmatch(user_id)) is None:
        return None
    kind, token = read[1], read[2]
    found = _sign_in_kind(kind).find(db(), now(), token)
    if found is None:
        return SignedInUser(kind, token)
    touch_sign_in(db(), now(), found.visitor.sign_in_id or 0, found.seen_at)
    required = runtime().settings.second_factor_required and found.visitor.account_id is not None
    lacks = required and queries.lacks_second_factor(db(), found.visitor.account_id or 0, found.method)
    fresh = found.method not in _EXTERNAL_METHODS and now() - found.began_at < FRESH_LIFETIME
    if kind == "account" and fresh != login_fresh():
        session["_fresh"] = fresh  # Flask-Login's own flag never expires
    left = int(found.left.total_seconds())
    return SignedInUser(kind, token, found.visitor, found.method, not lacks, fresh, left)


def complete_sign_in(account_id: int, method: Method, target: str | None) -> str:
    """Sign in the owner of an account, who proved it by this method, or ask for the second factor.

    Returns the address to redirect to. `target`: the path of this site they asked for.
    """
    app = queries.second_factor_hash(db(), account_id) if method in SINGLE_FACTOR else None
    if app is None:
        start_account_session(account_id, method)
        return after_sign_in(target)
    end_session()
    session[_PENDING] = [account_id, app, int(now().timestamp())]
    return url_for("signin.code", next=target)


def pending_account() -> int | None:
    """The account whose password was verified in this session and whose code is still missing. Authorizes nothing."""
    account_id, app, since = session.get(_PENDING, (None, None, 0))
    if account_id is None or int(now().timestamp()) - since >= _PENDING_LIFETIME:
        return None
    return account_id if queries.second_factor_hash(db(), account_id) == app else None


def after_sign_in(target: str | None) -> str:
    """The address to redirect to after signing in: the target, or setting up a second factor first."""
    if authenticated_visitor().known and not visitor().known:
        if other := _stronger_credential():
            flash(other)
            return url_for("signin.sign_in", again=1, next=target)
        return url_for("signin.second_factor", next=target)
    return target or url_for("home")


def start_account_session(account_id: int, method: Method) -> None:
    """Sign in the owner of an account in this browser. Raises Unknown for a closed account."""
    token = "" if method is Method.DEMO else request_caller().token or new_token()
    _start_session(f"account:{sign_in_account(db(), now(), account_id, method, request_device(), token).token}")
    if token:
        _set_device_cookie(token)


def start_link_session(token: str) -> None:
    """Start a session for the sign-in by personal link with this token."""
    _start_session(f"link:{token}")


def _start_session(user_id: str) -> None:
    """Replace the browser's session by a new one with this sign-in, which prevents session fixation."""
    _end_current()
    session.clear()
    user = load_user(user_id)
    if user is None or not login_user(user, fresh=user.fresh):
        raise Unknown
    _unsent().forget()


def end_session() -> None:
    """Sign out in the browser and the database, so a copy of the cookie stops working."""
    with suppress(Unknown):  # already ended in this request, with the other sign-ins of the account
        _end_current()
    logout_user()
    session.clear()


def _end_current() -> None:
    user = _user()
    if user is not None and user.is_active:
        _sign_in_kind(user.kind).end(By(db(), user.visitor, now()))


def _unsent() -> Unsent:
    unsent: Unsent = current_app.extensions[_UNSENT]
    return unsent


def _sign_in_kind(name: str) -> SignInKind:
    kinds: dict[str, SignInKind] = current_app.extensions[_KINDS]
    return kinds[name]


def discard_ended_sign_in() -> bool:
    """Remove an ended sign-in from the session; returns whether there was one, of an account."""
    user = _user()
    if user is None or user.is_active:
        return False
    logout_user()
    return user.kind == "account"


def request_device() -> str:
    """The name of the browser and system of this request."""
    return device_name(request.user_agent.string)


def request_caller() -> Caller:
    """Network and browser of this request."""
    token = request.cookies.get(cookie_name(_DEVICE), "")
    return Caller(network_of(request.remote_addr or ""), token if is_token(token) else "")


def _set_device_cookie(token: str) -> None:
    @after_this_request
    def keep(response: Response) -> Response:
        set_cookie(response, cookie_name(_DEVICE), token, max_age=_YEAR)
        return response


def visitor() -> Visitor:
    """The visitor of this request; `NOBODY` while a required second factor is missing."""
    user = _user()
    return user.visitor if user and user.authorized else NOBODY


def person() -> str:
    """Who the visitor is, whatever sign-in they use; empty for nobody."""
    user = _user()
    return user.person if user else ""


def seconds_left() -> int:
    """In how many seconds the sign-in ends, if it is not used again; 0 without one."""
    user = _user()
    return user.seconds_left if user and user.is_active else 0


def by(*checks: Callable[[], None]) -> By:
    """The first argument of actions: the visitor, time and database session of this request.

    `checks`: what its form wants looked at under the lock, `form.unless_changed(...)`.
    """
    return By(db(), visitor(), now(), [*form_checks(), *checks])


def authenticated_visitor() -> Visitor:
    """The signed-in visitor, authorized or not: for setting up a second factor and for signing out."""
    user = _user()
    return user.visitor if user else NOBODY


def enrolling_visitor() -> Visitor:
    """The visitor who may set up credentials.

    `NOBODY` for a visitor who has a stronger credential but did not use it: the password may be stolen.
    """
    return visitor() if visitor().known or _stronger_credential() else authenticated_visitor()


def _stronger_credential() -> str:
    """The message for a user without a second factor who owns a credential that counts as one; empty if none does."""
    user = _user()
    if user is None or not user.is_active:
        return ""
    account_id = user.visitor.account_id or 0
    if queries.has_passkey(db(), account_id):
        return _("Here everybody signs in with two steps. Sign in with your passkey: it counts as both.")
    tied = {row.issuer for row in queries.identities_of(db(), account_id)}
    names = (name for issuer, name in runtime().settings.provider_names.items() if issuer in tied)
    name = "" if user.method is Method.PROVIDER_ALONE else next(names, "")
    return _("Here everybody signs in with two steps. First sign in at %(name)s.", name=name) if name else ""


def _user() -> SignedInUser | None:
    """The sign-in in the session, ended or not."""
    user = current_user._get_current_object()
    return user if isinstance(user, SignedInUser) else None


def unauthorized() -> ResponseReturnValue:
    """The response to a request that needs a sign-in."""
    answer: ResponseReturnValue = current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
    return answer


def _to_sign_in() -> ResponseReturnValue:
    """Redirect to the sign-in page, with this page as the target, or that on which what was typed is given back.

    Participants cannot use that page. They are redirected without a target, so the next user of the device does not
    learn which page it was.
    """
    if KEEP in request.form:
        return Response(status=401)
    target = request.full_path.rstrip("?") if request.method == "GET" else _unsent().keep()
    if request.method == "POST" and target:
        session.pop("_flashes", None)  # of the page that is not shown
        flash(_("What you typed is kept. Come in again, and you can look at it and save it."))
    if link_sign_in() or (opened_by() or "").startswith("participant:"):
        return redirect(url_for("links.signed_out"))
    known = authenticated_visitor().known
    return redirect(after_sign_in(target) if known else url_for("signin.sign_in", next=target))


def _refuse_stale() -> NoReturn:
    raise Refusal(N_("You signed in a while ago. Sign in once more, so that we know it is you."))


def own_account(view: View) -> View:
    """Gate: staff, for their own account. Other signed-in visitors get 404."""
    return _gate(view, Access("account"), visitor, _has_account)


def own_account_enrolling(view: View) -> View:
    """Gate: as `own_account`, and also staff who still have to set up a required second factor."""
    return _gate(view, Access("account", "before a second factor too"), enrolling_visitor, _has_account)


def office(duty: Duty) -> Callable[[View], View]:
    """Gate: staff with a role that has this duty. Other signed-in visitors get 404."""
    access = Access("office", ", ".join(sorted(DUTY_RULES[duty].roles)))
    return lambda view: _gate(view, access, visitor, lambda who: has_duty(duty, who.roles))


def _has_account(who: Visitor) -> bool:
    return who.account_id is not None


def _gate(view: View, access: Access, whom: Callable[[], Visitor], may: Callable[[Visitor], bool]) -> View:
    view = gated(view) if access.kind == "office" else view  # of one's own account the session holds what a form does

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        who = whom()
        if not who.known:
            return unauthorized()
        if not may(who) or any(isinstance(number, int) and number > MAX_ID for number in kwargs.values()):
            raise Unknown
        return view(*args, **kwargs)

    return declare(access)(guarded)


def link_sign_in() -> str | None:
    """The token of the sign-in by personal link in this session; it may have ended."""
    user = _user()
    return user.token if user and user.kind == "link" else None


def _refresh_shared_device(response: Response) -> Response:
    """On a shared device, leave each page and document when the sign-in times out, without JavaScript."""
    # Static files hold nothing personal and stay cached.
    left = visitor().expires_in if request.endpoint != "static" else None
    if left is not None:
        response.headers.setdefault("Refresh", f"{left}; url={url_for('links.signed_out')}")
    return response


def install(app: Flask, by_link: SignInKind, unsent: Unsent) -> None:
    """Set up Flask-Login. What `links` and `drafts` do is passed in: they may import this package, not the reverse."""
    app.extensions[_UNSENT] = unsent
    app.extensions[_KINDS] = {"account": _ACCOUNT, "link": by_link}
    manager = LoginManager(app)
    manager.session_protection = None  # it compares IP addresses, which change on phones; the rows decide
    manager.user_loader(load_user)
    manager.unauthorized_handler(_to_sign_in)
    manager.needs_refresh_handler(_refuse_stale)
    app.after_request(_refresh_shared_device)
