"""The session cookie, encrypted with AES-256-GCM, and the CSRF tokens of forms, signed with HMAC-SHA-256."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, g, request, session
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSessionInterface
from flask_login import current_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from itsdangerous import BadData, BadSignature, TimestampSigner
from werkzeug.exceptions import HTTPException

from ekc.core.clock import utc_now
from ekc.core.crypto import Keyring, Unreadable

SESSION_COOKIE = "session cookie"  # the beginning of its context of encryption
_TOKEN = "csrf_token"  # noqa: S105 - its name in the session and in forms


class _Sealed:
    """Seals the content of a session with AES-256-GCM, which also proves that it is ours: a signature adds nothing."""

    def __init__(self, keyring: Keyring, secret_key: str) -> None:
        self._keyring = keyring
        # So that another secret key signs everybody out.
        mark = hmac.new(secret_key.encode(), SESSION_COOKIE.encode(), "sha256").hexdigest()
        self._context = f"{SESSION_COOKIE} {mark}"
        self._json = TaggedJSONSerializer()

    def dumps(self, content: object) -> str:
        """Encrypt, with the time."""
        plain = f"{int(utc_now().timestamp())} {self._json.dumps(content)}"
        return urlsafe_b64encode(self._keyring.seal(plain.encode(), self._context)).decode().rstrip("=")

    def loads(self, value: str, max_age: int | None = None) -> Any:
        """Decrypt. `max_age`: in seconds. Raises BadSignature if it is not ours, or is older."""
        try:
            plain = self._keyring.open(urlsafe_b64decode(value + "=="), self._context).decode()
        except (Unreadable, ValueError) as error:
            raise BadSignature(str(error)) from error
        made, _space, content = plain.partition(" ")
        if max_age is not None and utc_now().timestamp() - int(made) > max_age:
            raise BadSignature("it is too old")
        return self._json.loads(content)


class EncryptedSessions(SecureCookieSessionInterface):
    """Flask's session cookie, encrypted. One that cannot be decrypted is an empty session."""

    def __init__(self, keyring: Keyring, secret_key: str) -> None:
        self._sealed = _Sealed(keyring, secret_key)

    def get_signing_serializer(self, app: Flask) -> _Sealed:  # type: ignore[override]
        """What Flask reads and writes the cookie with: by these two methods."""
        return self._sealed


class CSRFTokens(CSRFProtect):  # type: ignore[misc]
    """Flask-WTF's CSRF protection with HMAC-SHA-256 instead of HMAC-SHA-1, for which it has no setting."""

    def init_app(self, app: Flask) -> None:
        """Check every POST, and provide `csrf_token()` to templates."""
        super().init_app(app)
        app.context_processor(lambda: {_TOKEN: csrf_token})
        app.jinja_env.globals[_TOKEN] = csrf_token

    def protect(self, apply_exemptions: bool = False) -> None:
        """Raise CSRFError unless the request has a valid token of its session. No view is exempt.

        The Referer is not compared, because pages of personal links send none; `handlers` checks Sec-Fetch-Site.
        """
        if not request.endpoint or request.method not in current_app.config["WTF_CSRF_METHODS"]:
            return
        token, *_page = _read(self._get_csrf_token(), max_age=current_app.config["WTF_CSRF_TIME_LIMIT"])
        if _TOKEN not in session or not hmac.compare_digest(str(session[_TOKEN]), token):
            raise CSRFError("The CSRF tokens do not match.")
        g.csrf_valid = True  # so that Flask-WTF's forms do not check again


def csrf_token() -> str:
    """The CSRF token of this session, signed with the time of the request, for whom and in which window."""
    if _TOKEN not in session:
        session[_TOKEN] = secrets.token_urlsafe(32)
    if "signed_csrf_token" not in g:
        window = g.get("window") or opened_in() or secrets.token_urlsafe(9)
        said = f"{session[_TOKEN]}~{getattr(current_user, 'person', '')}~{window}"
        g.signed_csrf_token = _signer().sign(said).decode()
    return str(g.signed_csrf_token)


def opened_by() -> str | None:
    """For whom the page was made whose form this request sends, however long ago: the `person` of the user; "": for
    anybody. None if no page of ours says so.
    """
    try:
        return _read(request.form.get(_TOKEN))[1]
    except CSRFError:
        return None


def opened_in() -> str:
    """The window of the page whose form this request sends: a random word that stays while the form comes back, so that
    of two windows each has a draft of its own. Empty if no page of ours says so.
    """
    try:
        return _read(request.form.get(_TOKEN))[2]
    except (CSRFError, HTTPException):  # also of a form that is too large to be read
        return ""


def _read(signed: str | None, max_age: int | None = None) -> tuple[str, str, str]:
    """The token in a CSRF token, for whom its page was made, and its window. Raises CSRFError."""
    try:
        said = _signer().unsign(signed or "", max_age=max_age).decode()
        token, person, window = said.split("~")
    except (BadData, ValueError) as error:
        raise CSRFError(str(error)) from error
    return token, person, window


def _signer() -> TimestampSigner:
    return _signer_with(current_app.secret_key or "")


@lru_cache(maxsize=8)
def _signer_with(key: str | bytes) -> TimestampSigner:
    """Not a serializer, which would compress the token on each page."""
    return TimestampSigner(key, salt="wtf-csrf-token", digest_method=hashlib.sha256)
