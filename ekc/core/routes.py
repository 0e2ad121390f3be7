"""The access that each route declares, and what views need of the request: session, time, cookies, responses.

A view is `@public` or uses a gate of `signin/login.py` or `conferences/gate.py`. A view that takes a form by POST also
says what the form does: `@edits`, `@moves`, or `@adds` of `form_numbers.py`, between gate and view. The app does not
start if a view does not declare these.
"""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.wrappers import Response as BaseResponse

from config import Settings
from ekc.core.demo_clock import clock_time
from ekc.core.jobs import Rules
from ekc.core.transaction import not_saving

View = TypeVar("View", bound=Callable[..., Any])
_ACCESS_ATTRIBUTE = "__access__"
_SENDING_ATTRIBUTE = "__sending__"
_SHOWS_ATTRIBUTE = "__shows_again__"
_FILE_ATTRIBUTE = "__takes_file__"
_LARGE_ATTRIBUTE = "__takes_picture__"
MAX_ID = 2**31 - 1  # PostgreSQL's INTEGER; larger ids would raise an error there


def to_id(typed: str) -> int:
    """A number that a row can have, as it stands in an address. Raises ValueError for any other."""
    number = int(typed)
    if not 0 < number <= MAX_ID:
        raise ValueError
    return number


@dataclass(frozen=True, slots=True)
class Access:
    """The access a view requires. `kind`: public, account, office or case; `detail`: which roles or activity."""

    kind: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.detail}" if self.detail else self.kind


def declare(access: Access) -> Callable[[View], View]:
    """Mark a view with the access it requires. Gates call this; views use a gate."""

    def mark(view: View) -> View:
        setattr(view, _ACCESS_ATTRIBUTE, access)
        return view

    return mark


def public(view: View) -> View:
    """Mark a view as open to everybody, without signing in."""
    return declare(Access("public"))(view)


def declared_access(app: Flask) -> dict[str, Access]:
    """The access of each endpoint. Raises RuntimeError for views that declare none."""
    found = {name: getattr(view, _ACCESS_ATTRIBUTE, None) for name, view in app.view_functions.items()}
    found["static"] = Access("public")
    if silent := sorted(name for name, access in found.items() if access is None):
        raise RuntimeError(f"These routes do not say who may come in: {', '.join(silent)}")
    return {name: access for name, access in found.items() if access is not None}


class Sending(StrEnum):
    """What a form that is sent by POST does."""

    EDITS = "edits"  # replaces what it showed, so it carries what that was
    ADDS = "adds"  # makes something new, so it carries a number that is used once
    MOVES = "moves"  # takes a step, takes something away, signs in, or changes nothing that is stored


def declare_sending(sending: Sending) -> Callable[[View], View]:
    """Mark a view with what its form does."""

    def mark(view: View) -> View:
        setattr(view, _SENDING_ATTRIBUTE, sending)
        return view

    return mark


edits = declare_sending(Sending.EDITS)
moves = declare_sending(Sending.MOVES)


def declared_sending(app: Flask) -> dict[str, Sending]:
    """What the form of each endpoint does that takes POST. Raises RuntimeError for views that do not say so."""
    takers = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    found = {name: getattr(app.view_functions[name], _SENDING_ATTRIBUTE, None) for name in takers}
    if silent := sorted(name for name, sending in found.items() if sending is None):
        raise RuntimeError(f"These routes do not say whether their form edits, adds or moves: {', '.join(silent)}")
    return {name: sending for name, sending in found.items() if sending is not None}


def takes_file(view: View) -> View:
    """Mark a view whose form sends a file; of others a file is refused."""
    setattr(view, _FILE_ATTRIBUTE, True)
    return view


def takes_picture(view: View) -> View:
    """As `takes_file`, of a picture, which may be larger than what else is sent."""
    setattr(view, _LARGE_ATTRIBUTE, True)
    return takes_file(view)


def may_send_picture(endpoint: str | None) -> bool:
    """Whether the form of this endpoint may send a picture."""
    return hasattr(current_app.view_functions.get(endpoint or ""), _LARGE_ATTRIBUTE)


def may_send_file(endpoint: str | None) -> bool:
    """Whether the form of this endpoint may send a file."""
    return hasattr(current_app.view_functions.get(endpoint or ""), _FILE_ATTRIBUTE)


def gated(view: View) -> View:
    """Wrap a view within its gate: a request that only shows a form again saves nothing (`drafts/keeping.py`)."""

    @wraps(view)
    def shown(*args: Any, **kwargs: Any) -> Any:
        with not_saving(db()) if only_shows() else nullcontext():
            return view(*args, **kwargs)

    setattr(shown, _SHOWS_ATTRIBUTE, True)
    return shown  # type: ignore[return-value]


def shows_again(endpoint: str | None) -> bool:
    """Whether the view of this endpoint can show its form again without saving it."""
    return hasattr(current_app.view_functions.get(endpoint or ""), _SHOWS_ATTRIBUTE)


def only_shows() -> bool:
    """Whether this request only shows a form again, with what was typed."""
    return bool(g.get("only_shows"))


def came_from() -> str | None:
    """The path of the page of ours on which the form of this request stood."""
    before = urlsplit(request.referrer or "")
    return local_path(before.path) if before.netloc == request.host else None


def form_checks() -> tuple[Callable[[], None], ...]:
    """What the form of this request wants looked at under the lock, whatever the view: its number (`form_numbers`)."""
    checks: tuple[Callable[[], None], ...] = g.get("form_checks", ())
    return checks


@dataclass(frozen=True, slots=True)
class Runtime:
    """Settings, session factory and kinds of jobs of one app."""

    settings: Settings
    sessions: sessionmaker[Session]
    jobs: Rules


def runtime() -> Runtime:
    """The runtime of the current app."""
    found: Runtime = current_app.extensions["ekc"]
    return found


def cookie_name(name: str, settings: Settings | None = None, under: str = "/") -> str:
    """The full name of a cookie. `settings`: by default those of the current app; `under`: the path of the cookie.

    Over HTTPS it has the prefix `__Host-`, so that other hosts of the domain cannot set it, or `__Secure-` if the
    cookie is limited to a path.
    """
    secure = (settings or runtime().settings).secure_cookies
    return ("__Host-" if under == "/" else "__Secure-") * secure + name


def set_cookie(response: BaseResponse, name: str, value: str, **kept: Any) -> None:
    """Set an HttpOnly, SameSite=Lax cookie; `kept`: its lifetime and path."""
    secure = runtime().settings.secure_cookies
    response.set_cookie(name, value, secure=secure, httponly=True, samesite="Lax", **kept)


def db() -> Session:
    """The database session of this request; closed when the request ends."""
    if "db" not in g:
        g.db = runtime().sessions()
    session: Session = g.db
    return session


def now() -> datetime:
    """The instant of this request, in UTC; the same throughout the request."""
    if "now" not in g:
        g.now = clock_time(db(), runtime().settings)
    instant: datetime = g.now
    return instant


def close_db(_error: BaseException | None = None) -> None:
    """Close the database session of the request."""
    session = g.pop("db", None)
    if session is not None:
        session.close()


def pdf_response(content: bytes, filename: str) -> Response:
    """The response with a document, shown in the browser."""
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{filename}"'
    return response


def local_path(target: str | None) -> str | None:
    """A redirect target if it is a path of this site; else None. Browsers read `\\` as `/`."""
    if not target or not target.startswith("/") or "\\" in target or any(ord(c) <= 32 or ord(c) == 127 for c in target):
        return None
    return None if target.startswith("//") else target  # `//host` leads to another site
