"""The session cookie and the CSRF tokens of forms, both signed with HMAC-SHA-256; the session is encrypted as well."""

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from typing import Any

from flask import Flask, Request, current_app, g, request, session
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf.csrf import CSRFError, CSRFProtect
from itsdangerous import BadData, BadPayload, URLSafeTimedSerializer

from ekc.core.crypto import Keyring

_TOKEN = "csrf_token"  # noqa: S105 - its name in the session and in forms


class _EncryptedSerializer(TaggedJSONSerializer):
    """The content of a session, encrypted: a page keeps in it what the next one tells."""

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

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of the cookie; an empty one if its key is gone, or it is from before sessions were encrypted."""
        try:
            return super().open_session(app, request)
        except BadPayload:
            return self.session_class()


class CSRFTokens(CSRFProtect):  # type: ignore[misc]
    """Flask-WTF's protection, with HMAC-SHA-256 in the place of its HMAC-SHA-1, for which it has no setting."""

    def init_app(self, app: Flask) -> None:
        """Check every POST, and give templates `csrf_token()`."""
        super().init_app(app)
        app.context_processor(lambda: {_TOKEN: csrf_token})
        app.jinja_env.globals[_TOKEN] = csrf_token

    def protect(self, apply_exemptions: bool = False) -> None:
        """Raise CSRFError unless the request carries a token of its session. No view is exempt.

        The referrer is not compared: pages of personal links send none. `handlers` looks at Sec-Fetch-Site instead.
        """
        if not request.endpoint or request.method not in current_app.config["WTF_CSRF_METHODS"]:
            return
        try:
            token = _serializer().loads(self._get_csrf_token() or "", max_age=current_app.config["WTF_CSRF_TIME_LIMIT"])
        except BadData as error:
            raise CSRFError(str(error)) from error
        if _TOKEN not in session or not hmac.compare_digest(str(session[_TOKEN]), str(token)):
            raise CSRFError("The CSRF tokens do not match.")
        g.csrf_valid = True  # Flask-WTF's forms then look no further


def csrf_token() -> str:
    """The CSRF token of this session, signed anew for each request."""
    if _TOKEN not in session:
        session[_TOKEN] = secrets.token_urlsafe(32)
    if "signed_csrf_token" not in g:
        g.signed_csrf_token = _serializer().dumps(session[_TOKEN])
    return str(g.signed_csrf_token)


def _serializer() -> URLSafeTimedSerializer:
    key = current_app.secret_key or ""
    return URLSafeTimedSerializer(key, salt="wtf-csrf-token", signer_kwargs={"digest_method": hashlib.sha256})
