"""Who is behind a request: Flask-Login's side of visitors, and the gates for routes outside a case."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user

from ekc.core.audit import Actor, ActorKind
from ekc.core.errors import Unknown
from ekc.core.routes import Access, db, declare, now
from ekc.people.access import NOBODY, Visitor
from ekc.people.queries import live_link, visitor_of_account
from ekc.workflow.vocabulary import Role

View = Callable[..., ResponseReturnValue]


class SignedIn(UserMixin):  # type: ignore[misc]
    """Flask-Login's user: a visitor and the id under which the session remembers them."""

    def __init__(self, key: str, visitor: Visitor) -> None:
        self.key = key
        self.visitor = visitor

    def get_id(self) -> str:
        """What the session cookie holds: `account:<id>:<stamp>` or `link:<id>`."""
        return self.key


def load(key: str) -> SignedIn | None:
    """The signed-in person behind a session; None ends the session (closed account, dead link, raised stamp)."""
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
    return redirect(url_for("people.sign_in", next=request.full_path if request.method == "GET" else None))


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
