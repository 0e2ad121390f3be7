"""The language of a request: the chosen one (cookie), else the account's, else the browser's, else English."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, Response, request

from ekc.core.language import LANGUAGES, in_words, using
from ekc.core.routes import cookie_name, set_cookie
from ekc.signin.login import authenticated_visitor

_COOKIE = "language"
_YEAR = 365 * 24 * 3600  # seconds
_DEFAULT = "en"


def chosen_language() -> str:
    """The language of this request; always one of `core.language.LANGUAGES`."""
    for code in (request.cookies.get(cookie_name(_COOKIE)), authenticated_visitor().language):
        if code in LANGUAGES:
            return code
    return request.accept_languages.best_match(LANGUAGES) or _DEFAULT


def remember_language(response: Response, code: str) -> None:
    """Store the chosen language in a cookie, for a year."""
    set_cookie(response, cookie_name(_COOKIE), code, max_age=_YEAR)


def install(app: Flask) -> None:
    """Put the language of each request in force, error pages included, and reset it afterwards (threads are reused).

    The words of the case that it opens as well.
    """
    answer = app.wsgi_app

    def in_its_language(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with using(chosen_language), in_words(None):
            return answer(environ, start_response)

    app.wsgi_app = in_its_language  # type: ignore[method-assign]
