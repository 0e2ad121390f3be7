"""Who is behind a request: Flask-Login's side of visitors, and the gates for routes outside a case."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, Response, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from ekc.core.errors import Unknown
from ekc.core.routes import Access, db, declare, now
from ekc.people.access import NOBODY, Visitor
from ekc.people.actions import begin_by_account, end_sign_in, note_use
from ekc.people.devices import device_of
from ekc.people.models import Method
from ekc.people.queries import visitor_of_sign_in
from ekc.workflow.vocabulary import Role

View = Callable[..., ResponseReturnValue]

_KEY = re.compile(r"(account|link):(\d{1,9})")


class SignedIn(UserMixin):  # type: ignore[misc]
    """Flask-Login's user: a visitor and the id under which the session remembers them."""

    def __init__(self, key: str, visitor: Visitor) -> None:
        self.key = key
        self.visitor = visitor

    def get_id(self) -> str:
        """What the session cookie holds: `account:<sign-in>` or `link:<sign-in>`."""
        return self.key


def load(key: str) -> SignedIn | None:
    """The signed-in person behind a session; None where it ended: not used for long, signed out, account or link dead.

    A page that says that the database cannot be asked does not ask it who reads the page: it would never be shown.
    """
    read = None if g.get("asks_nobody") else _KEY.fullmatch(key)
    if read is None:
        return None
    found = visitor_of_sign_in(db(), now(), int(read[2]), by_link=read[1] == "link")
    if found is None:
        return None
    visitor, seen_at = found
    note_use(db(), now(), int(read[2]), seen_at)
    return SignedIn(key, visitor)


def begin_account(account_id: int, method: Method) -> None:
    """Sign the owner of an account in on this device. Raises Unknown for a closed account."""
    _begin(f"account:{begin_by_account(db(), now(), account_id, method, this_device())}")


def begin_link(sign_in_id: int) -> None:
    """Go on as the participant whose sign-in by personal link this is."""
    _begin(f"link:{sign_in_id}")


def _begin(key: str) -> None:
    """Put a sign-in into a new session of the browser: nothing of the one before it is kept."""
    if visitor().known:
        end_sign_in(db(), visitor(), now())
    session.clear()
    person = load(key)
    if person is None:
        raise Unknown
    login_user(person)


def end() -> None:
    """Sign out, here and in the database: a copy of the cookie is worth nothing from now on."""
    if visitor().known:
        end_sign_in(db(), visitor(), now())
    logout_user()
    session.clear()


def this_device() -> str:
    """Browser and system of whoever asks, in words."""
    return device_of(request.user_agent.string)


def local_path(target: str | None) -> str | None:
    """An address to go to afterwards, if it is a path of this site and nothing else; browsers read `\\` as `/`."""
    if not target or not target.startswith("/") or "\\" in target or any(ord(c) <= 32 or ord(c) == 127 for c in target):
        return None
    return None if target.startswith("//") else target  # with two, browsers read the name of another site


def visitor() -> Visitor:
    """Whoever asks, in this request."""
    found = current_user._get_current_object() if current_user else None
    return found.visitor if isinstance(found, SignedIn) else NOBODY


def to_sign_in() -> ResponseReturnValue:
    """Send somebody unknown to the sign-in page, and back here afterwards.

    Whoever came by personal link has nothing to do there, and nobody after them learns where they were.
    """
    if _came_by_link():
        return redirect(url_for("people.signed_out"))
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("people.sign_in", next=target))


def signed_in(view: View) -> View:
    """A gate: anybody we know."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        return view(*args, **kwargs) if visitor().known else to_sign_in()

    return declare(Access("signed_in"))(guarded)


def office(*roles: Role) -> Callable[[View], View]:
    """A gate: staff with one of these roles across the organisation. To others the page does not exist."""

    def gate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            who = visitor()
            if not who.known:
                return to_sign_in()
            if not who.roles & set(roles):
                raise Unknown
            return view(*args, **kwargs)

        return declare(Access("office", ", ".join(sorted(roles))))(guarded)

    return gate


def _came_by_link() -> bool:
    return str(session.get("_user_id", "")).startswith("link:")


def _leave_by_itself(response: Response) -> Response:
    """On a device that others use too, each page goes away when its time is over, and is kept nowhere.

    By a header, so that it works without JavaScript, and for a paper that is open in the browser as well.
    """
    # What is static is nobody's own, and has to be kept.
    left = visitor().leaves_in if request.endpoint != "static" and _came_by_link() else None
    if left is not None:
        response.headers.setdefault("Refresh", f"{left}; url={url_for('people.signed_out')}")
        response.headers["Cache-Control"] = "no-store"
    return response


def install(app: Flask) -> None:
    """Tell Flask-Login how people are found, and shared devices when to forget them."""
    manager = LoginManager(app)
    manager.user_loader(load)
    app.after_request(_leave_by_itself)
