"""Routes: what each declares about who may come in, and what a view needs of its request.

A view says `@public`, or stands behind a gate of `people/login.py` or `conferences/gate.py`; one that says nothing
stops the program at start.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.wrappers import Response as BaseResponse

from config import Settings

View = TypeVar("View", bound=Callable[..., Any])
_MARK = "__access__"
LARGEST_ID = 2**31 - 1  # what no database holds, none is asked for


@dataclass(frozen=True, slots=True)
class Access:
    """Who may come in: `kind` is public, account, office or case; `detail`: which roles, which activity."""

    kind: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.detail}" if self.detail else self.kind


def declare(access: Access) -> Callable[[View], View]:
    """Write on a view who may come in. Gates call this; a view uses the gate."""

    def mark(view: View) -> View:
        setattr(view, _MARK, access)
        return view

    return mark


def public(view: View) -> View:
    """Everybody may come in, without signing in."""
    return declare(Access("public"))(view)


def declared(app: Flask) -> dict[str, Access]:
    """What each endpoint declares. Raises RuntimeError naming those that declare nothing."""
    found = {name: getattr(view, _MARK, None) for name, view in app.view_functions.items()}
    found["static"] = Access("public")
    if silent := sorted(name for name, access in found.items() if access is None):
        raise RuntimeError(f"These routes do not say who may come in: {', '.join(silent)}")
    return {name: access for name, access in found.items() if access is not None}


@dataclass(frozen=True, slots=True)
class Runtime:
    """What one program runs on."""

    settings: Settings
    sessions: sessionmaker[Session]


def runtime() -> Runtime:
    """What this program runs on."""
    found: Runtime = current_app.extensions["ekc"]
    return found


def cookie_name(name: str, settings: Settings | None = None, under: str = "/") -> str:
    """The name of a cookie of ours, of this program or of one with other settings; `under` which path it is sent.

    By https its beginning keeps other hosts of the domain from setting it, or at least whoever is not reached by https.
    """
    secure = (settings or runtime().settings).secure_cookies
    return ("__Host-" if under == "/" else "__Secure-") * secure + name


def set_cookie(response: BaseResponse, name: str, value: str, **kept: Any) -> None:
    """Set a cookie that no script reads and no other site sends; `kept`: how long, and under which path."""
    secure = runtime().settings.secure_cookies
    response.set_cookie(name, value, secure=secure, httponly=True, samesite="Lax", **kept)


def db() -> Session:
    """The database session of this request; closed when the request ends."""
    if "db" not in g:
        g.db = runtime().sessions()
    session: Session = g.db
    return session


def now() -> datetime:
    """The instant of this request, in UTC: one and the same all through it."""
    if "now" not in g:
        g.now = runtime().settings.clock()
    instant: datetime = g.now
    return instant


def close_db(_error: BaseException | None = None) -> None:
    """End the request's session, whatever happened."""
    session = g.pop("db", None)
    if session is not None:
        session.close()


def pdf(content: bytes, filename: str) -> Response:
    """The answer to whoever asked for a document."""
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{filename}"'
    return response


def local_path(target: str | None) -> str | None:
    """An address to go to afterwards, if it is a path of this site and nothing else; browsers read `\\` as `/`."""
    if not target or not target.startswith("/") or "\\" in target or any(ord(c) <= 32 or ord(c) == 127 for c in target):
        return None
    return None if target.startswith("//") else target  # with two, browsers read the name of another site
