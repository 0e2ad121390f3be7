"""In which language somebody reads: chosen, else of their account, else of their browser, else English."""

from flask import Response, has_request_context, request

from ekc.core.routes import cookie_name, runtime
from ekc.core.text import LANGUAGES
from ekc.people.login import authenticated_visitor

_COOKIE = "language"
_YEAR = 365 * 24 * 3600
_DEFAULT = "en"


def chosen_language() -> str:
    """The language of this request; always one of `core.text.LANGUAGES`."""
    if not has_request_context():
        return _DEFAULT
    for code in (request.cookies.get(cookie_name(_COOKIE)), authenticated_visitor().language):
        if code in LANGUAGES:
            return code
    return request.accept_languages.best_match(LANGUAGES) or _DEFAULT


def remember_language(response: Response, code: str) -> None:
    """Keep a choice in the browser, for a year."""
    secure = runtime().settings.secure_cookies
    response.set_cookie(cookie_name(_COOKIE), code, max_age=_YEAR, secure=secure, httponly=True, samesite="Lax")
