"""Who is behind a request: Flask-Login's side of visitors, and the gates for routes outside a case."""

import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Flask, Response, after_this_request, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from ekc.core.errors import Unknown
from ekc.core.language import gettext as _
from ekc.core.routes import LARGEST_ID, Access, cookie_name, db, declare, now, runtime
from ekc.people import queries
from ekc.people.access import NOBODY, Visitor
from ekc.people.actions import begin_by_account, end_sign_in, note_use
from ekc.people.devices import Place, device_of, network_of
from ekc.people.models import PROVES_ONE_THING, Method
from ekc.workflow.duties import Duty
from ekc.workflow.engine import DUTY_RULES, has_duty

View = Callable[..., ResponseReturnValue]

_KEY = re.compile(r"(account|link):(\d{1,9})")
_HALFWAY = "halfway"  # in the cookie: whose password was typed, and when
_HALFWAY_LASTS = 600  # seconds
_DEVICE = "device"  # the cookie by which a browser is known again that has signed in before
_TOKEN = re.compile(r"[\w-]{43}")
_YEAR = 365 * 24 * 3600


@dataclass(eq=False)
class SignedIn(UserMixin):  # type: ignore[misc]
    """Flask-Login's user: a visitor, the id under which the session remembers them, and whether they are let in.

    Where a second factor is required, who has none is signed in but not let in, except to set one up.
    """

    key: str
    visitor: Visitor
    method: Method
    let_in: bool

    def get_id(self) -> str:
        """What the session cookie holds: `account:<sign-in>` or `link:<sign-in>`."""
        return self.key


def load(key: str) -> SignedIn | None:
    """The signed-in person behind a session; None where it ended: not used for long, signed out, account or link dead.

    A page that says that the database cannot be asked does not ask it who reads the page: it would never be shown.
    """
    if g.get("asks_nobody") or (read := _KEY.fullmatch(key)) is None:
        return None
    found = queries.visitor_of_sign_in(db(), now(), int(read[2]), by_link=read[1] == "link")
    if found is None:
        return None
    visitor, seen_at, method = found
    note_use(db(), now(), int(read[2]), seen_at)
    required = runtime().settings.second_factor_required and visitor.account_id is not None
    lacks = required and queries.lacks_second_factor(db(), visitor.account_id or 0, method)
    return SignedIn(key, visitor, method, let_in=not lacks)


def go_in(account_id: int, method: Method, target: str | None) -> str:
    """Let in who has proved in this way that an account is theirs, or ask for more; the address where they go on.

    `target`: where they wanted to be, a path of this site.
    """
    if method not in PROVES_ONE_THING or not queries.has_second_factor(db(), account_id):
        begin_account(account_id, method)
        return onward(target)
    end()
    session[_HALFWAY] = [account_id, int(now().timestamp())]
    return url_for("people.code", next=target)


def halfway() -> int | None:
    """Whose password was typed in this browser a moment ago, and whose code is asked for. It opens nothing."""
    account_id, since = session.get(_HALFWAY, (None, 0))
    return account_id if int(now().timestamp()) - since < _HALFWAY_LASTS else None


def onward(target: str | None) -> str:
    """Where somebody goes on who has just signed in: to where they wanted to be, or first to prove a second thing."""
    if whoever().known and not visitor().known:
        if other := _other_way():
            flash(other)
            return url_for("people.sign_in", again=1, next=target)
        return url_for("people.second_factor", next=target)
    return target or url_for("home")


def begin_account(account_id: int, method: Method) -> None:
    """Sign the owner of an account in on this device. Raises Unknown for a closed account."""
    token = "" if method is Method.DEMO else place().token or secrets.token_urlsafe(32)
    _begin(f"account:{begin_by_account(db(), now(), account_id, method, this_device(), token)}")
    if token:
        _remember(token)


def begin_link(sign_in_id: int) -> None:
    """Go on as the participant whose sign-in by personal link this is."""
    _begin(f"link:{sign_in_id}")


def _begin(key: str) -> None:
    """Put a sign-in into a new session of the browser: nothing of the one before it is kept."""
    if whoever().known:
        end_sign_in(db(), whoever(), now())
    session.clear()
    person = load(key)
    if person is None:
        raise Unknown
    login_user(person)


def end() -> None:
    """Sign out, here and in the database: a copy of the cookie is worth nothing from now on."""
    if whoever().known:
        with suppress(Unknown):  # it was ended in this very request, with every other of the account
            end_sign_in(db(), whoever(), now())
    logout_user()
    session.clear()


def this_device() -> str:
    """Browser and system of whoever asks, in words."""
    return device_of(request.user_agent.string)


def place() -> Place:
    """From where this request comes."""
    token = request.cookies.get(cookie_name(_DEVICE), "")
    return Place(network_of(request.remote_addr or ""), token if _TOKEN.fullmatch(token) else "")


def _remember(token: str) -> None:
    @after_this_request
    def keep(response: Response) -> Response:
        secure = runtime().settings.secure_cookies
        response.set_cookie(cookie_name(_DEVICE), token, max_age=_YEAR, secure=secure, httponly=True, samesite="Lax")
        return response


def visitor() -> Visitor:
    """Whoever asks, in this request; nobody as long as they are signed in but not let in."""
    found = _current()
    return found.visitor if found and found.let_in else NOBODY


def whoever() -> Visitor:
    """Whoever is signed in, let in or not: for setting up a second factor and signing out."""
    found = _current()
    return found.visitor if found else NOBODY


def newcomer() -> Visitor:
    """Whoever is let in, or may set up how they are: not who has another way in, and may have found a password."""
    return visitor() if visitor().known or _other_way() else whoever()


def _other_way() -> str:
    """To whoever is signed in but not let in: by which way in of theirs they are to come; empty if they came by it."""
    found = _current()
    if found is None:
        return ""
    account_id = found.visitor.account_id or 0
    if queries.has_passkey(db(), account_id):
        return str(_("Here everybody signs in with two steps. Sign in with your passkey: it is both at once."))
    tied = {row.issuer for row in queries.identities_of(db(), account_id)}
    names = (name for issuer, name in runtime().settings.provider_names.items() if issuer in tied)
    name = "" if found.method is Method.PROVIDER_ALONE else next(names, "")
    return str(_("Here everybody signs in with two steps. First sign in at %(name)s.", name=name)) if name else ""


def _current() -> SignedIn | None:
    found = current_user._get_current_object() if current_user else None
    return found if isinstance(found, SignedIn) else None


def to_sign_in() -> ResponseReturnValue:
    """Send somebody unknown to the sign-in page, and back here afterwards.

    Whoever came by personal link has nothing to do there, and nobody after them learns where they were.
    """
    if link_sign_in():
        return redirect(url_for("people.signed_out"))
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(onward(target) if whoever().known else url_for("people.sign_in", next=target))


def own_account(view: View) -> View:
    """A gate: staff, for their own account. To whoever has none the page does not exist."""
    return _gate(view, Access("account"), visitor, _has_account)


def own_account_at_first(view: View) -> View:
    """A gate: as `own_account`, and also who is not let in before they have a second factor."""
    return _gate(view, Access("account", "before a second factor too"), newcomer, _has_account)


def office(duty: Duty) -> Callable[[View], View]:
    """A gate: staff with an office that has this duty. To others the page does not exist."""
    access = Access("office", ", ".join(sorted(DUTY_RULES[duty].roles)))
    return lambda view: _gate(view, access, visitor, lambda who: has_duty(duty, who.roles))


def _has_account(who: Visitor) -> bool:
    return who.account_id is not None


def _gate(view: View, access: Access, whom: Callable[[], Visitor], may: Callable[[Visitor], bool]) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        who = whom()
        if not who.known:
            return to_sign_in()
        if not may(who) or any(isinstance(number, int) and number > LARGEST_ID for number in kwargs.values()):
            raise Unknown
        return view(*args, **kwargs)

    return declare(access)(guarded)


def link_sign_in() -> int | None:
    """The sign-in by personal link that this browser has, or had: it may be over."""
    read = _KEY.fullmatch(str(session.get("_user_id", "")))
    return int(read[2]) if read and read[1] == "link" else None


def _leave_by_itself(response: Response) -> Response:
    """On a device that others use too, each page and paper goes away when its time is over, without JavaScript."""
    # What is static is nobody's own, and has to be kept.
    left = visitor().leaves_in if request.endpoint != "static" and link_sign_in() else None
    if left is not None:
        response.headers.setdefault("Refresh", f"{left}; url={url_for('people.signed_out')}")
    return response


def install(app: Flask) -> None:
    """Tell Flask-Login how people are found, and shared devices when to forget them."""
    manager = LoginManager(app)
    manager.user_loader(load)
    app.after_request(_leave_by_itself)
