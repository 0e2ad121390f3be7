"""The session cookie and the CSRF tokens of forms, both signed with HMAC-SHA-256; the session is encrypted as well."""

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from functools import lru_cache
from typing import Any

from flask import Flask, Request, current_app, g, request, session
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import current_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from itsdangerous import BadData, BadPayload, TimestampSigner, URLSafeTimedSerializer
from werkzeug.exceptions import HTTPException

from ekc.core.crypto import Keyring

_TOKEN = "csrf_token"  # noqa: S105 - its name in the session and in forms


class _EncryptedSerializer(TaggedJSONSerializer):
    """Encrypts the content of the session, because flashed messages may contain names."""

    _CONTEXT = "session cookie"

    def __init__(self, keyring: Keyring) -> None:
        super().__init__()
        self._keyring = keyring

    def dumps(self, value: Any) -> str:
        """Encrypt."""
        return b64encode(self._keyring.seal(super().dumps(value).encode(), self._CONTEXT)).decode()

    def loads(self, value: str) -> Any:
        """Decrypt. Raises Unreadable, ValueError."""
        return super().loads(self._keyring.open(b64decode(value), self._CONTEXT).decode())


class EncryptedSessions(SecureCookieSessionInterface):
    """Flask's session cookie, encrypted and signed with HMAC-SHA-256."""

    digest_method = staticmethod(hashlib.sha256)

    def __init__(self, keyring: Keyring) -> None:
        self.serializer = _EncryptedSerializer(keyring)
        self._signing: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """As Flask's, made once: making it encrypts something, to try it."""
        if self._signing is None:
            self._signing = super().get_signing_serializer(app)
        return self._signing

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session in the cookie; an empty one if it cannot be decrypted."""
        try:
            return super().open_session(app, request)
        except BadPayload:
            return self.session_class()


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
