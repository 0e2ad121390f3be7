"""The language of a request: the chosen one (cookie), else the account's, else the browser's.

A browser whose languages we do not have gets that of the country where the service works alone, else English. By
personal link the language of the mails comes before the browser's second choice: a telephone in Turkish names English
by itself.
"""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, Response, g, request
from werkzeug.datastructures import LanguageAccept

from ekc.core.language import LANGUAGES, in_words, set_language, using
from ekc.core.routes import cookie_name, runtime, set_cookie
from ekc.signin.login import authenticated_visitor
from ekc.workflow.profiles import PROFILES

_COOKIE = "language"
_YEAR = 365 * 24 * 3600  # seconds
_DEFAULT = "en"
_MAIL_LANGUAGE = "mail_language"  # in Flask's g


def chosen_language() -> str:
    """The language of this request: one of `core.language.LANGUAGES`, or the one to fall back to (`fall_back_to`)."""
    visitor, accepted = authenticated_visitor(), request.accept_languages
    for code in (request.cookies.get(cookie_name(_COOKIE)), visitor.language):
        if code in LANGUAGES:
            return code
    if of_mails := g.get(_MAIL_LANGUAGE) or visitor.mail_language:
        first = LanguageAccept([one for one in accepted if one[0] != "*"][:1])
        return first.best_match(LANGUAGES) or str(of_mails)
    return accepted.best_match(LANGUAGES) or _of_the_service()


def fall_back_to(code: str) -> None:
    """This request is about a personal link or an invitation, whose owner gets mails in this language.

    It is one in which the page that is shown has all its sentences.
    """
    setattr(g, _MAIL_LANGUAGE, code)
    set_language(chosen_language)


def _of_the_service() -> str:
    """The language of the countries in which it works, if they have one together."""
    spoken = {PROFILES[code].language for code in runtime().settings.countries}
    return spoken.pop() if len(spoken) == 1 else _DEFAULT


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
