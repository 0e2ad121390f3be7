"""Who is behind a request: Flask-Login's side of visitors, and the gates for routes outside a case."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import Flask, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from ekc.core.audit import Actor, ActorKind
from ekc.core.errors import Unknown
from ekc.core.routes import Access, db, declare, now
from ekc.people.access import NOBODY, Visitor
from ekc.people.queries import live_link, visitor_of_account
from ekc.workflow.vocabulary import Role

View = Callable[..., ResponseReturnValue]

#: Without use for this long, a session ends. Families and coordinators share devices.
IDLE = timedelta(hours=8)
_SEEN = "seen"  # in the session: when it was last used, in seconds
_SEEN_AGAIN = 60  # seconds; a new cookie with every answer would be waste


class SignedIn(UserMixin):  # type: ignore[misc]
    """Flask-Login's user: a visitor and the id under which the session remembers them."""

    def __init__(self, key: str, visitor: Visitor) -> None:
        self.key = key
        self.visitor = visitor

    def get_id(self) -> str:
        """What the session cookie holds: `account:<id>:<stamp>` or `link:<id>`."""
        return self.key


def load(key: str) -> SignedIn | None:
    """The signed-in person behind a session; None ends it (not used for long, closed account, dead link, old stamp).

    A page that says that the database cannot be asked does not ask it who reads the page: it would never be shown.
    """
    if g.get("asks_nobody"):
        return None
    second = int(now().timestamp())
    unused = second - session.get(_SEEN, 0)
    if unused > IDLE.total_seconds():
        return None
    if unused > _SEEN_AGAIN:
        session[_SEEN] = second
    kind, _, rest = key.partition(":")
    try:
        numbers = [int(number) for number in rest.split(":")]
    except ValueError:
        return None
    visitor = None
    if kind == "account" and len(numbers) == 2:
        visitor = visitor_of_account(db(), *numbers)
    elif kind == "link" and len(numbers) == 1:
        visitor = visitor_of_link(numbers[0])
    return SignedIn(key, visitor) if visitor else None


def begin(key: str) -> None:
    """Sign somebody in, in a new session: nothing of the one before it is kept. `key` as in `SignedIn.get_id`."""
    session.clear()
    session[_SEEN] = int(now().timestamp())
    person = load(key)
    if person is None:
        raise Unknown
    login_user(person)


def end() -> None:
    """Sign out: nothing of the session is kept."""
    logout_user()
    session.clear()


def local_path(target: str | None) -> str | None:
    """An address to go to afterwards, if it is a path of this site and nothing else; browsers read `\\` as `/`."""
    if not target or not target.startswith("/") or "\\" in target or any(ord(c) <= 32 or ord(c) == 127 for c in target):
        return None
    return None if target.startswith("//") else target  # with two, browsers read the name of another site


def visitor_of_link(link_id: int) -> Visitor | None:
    """Whom a live link belongs to. Their name and language are the circle's to know."""
    link = live_link(db(), now(), link_id=link_id)
    if link is None:
        return None
    return Visitor(
        actor=Actor(ActorKind.PARTICIPANT, link.participant_id),
        conference_id=link.conference_id,
        participant_id=link.participant_id,
    )


def visitor() -> Visitor:
    """Whoever asks, in this request."""
    found = current_user._get_current_object() if current_user else None
    return found.visitor if isinstance(found, SignedIn) else NOBODY


def to_sign_in() -> ResponseReturnValue:
    """Send somebody unknown to the sign-in page, and back here afterwards."""
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


def install(app: Flask) -> None:
    """Tell Flask-Login how people are found."""
    manager = LoginManager(app)
    manager.user_loader(load)
