"""The application factory. It refuses to start with invalid tables, an outdated schema, or a route without a gate."""

from collections.abc import Callable, MutableMapping
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask, Request, request, url_for
from flask.templating import Environment
from markupsafe import Markup
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.middleware.proxy_fix import ProxyFix

import ekc.access_log.views
import ekc.calendars.views
import ekc.conferences.views.blueprint
import ekc.demo.views
import ekc.drafts.views
import ekc.evaluations.views.blueprint
import ekc.evaluations.views.follow_ups
import ekc.journey.home
import ekc.journey.menu
import ekc.journey.panel
import ekc.journey.views.blueprint
import ekc.journey.views.home
import ekc.links.views
import ekc.matching.views.blueprint
import ekc.matching.views.coordinator
import ekc.matching.views.profile
import ekc.meetings.views.blueprint
import ekc.operation.views
import ekc.orders.views
import ekc.plans.views.blueprint
import ekc.privatetime.views
import ekc.reports.views
import ekc.signin.language
import ekc.signin.views.blueprint
import ekc.staff.views.blueprint
import ekc.venues.views
from config import ConfigError, Settings
from ekc import schema
from ekc.conferences.access import Case
from ekc.conferences.forms.wishes import wish_in_words
from ekc.conferences.queries.registration import case_number, wording_of
from ekc.core import handlers, language, static
from ekc.core.clock import from_local, local_date
from ekc.core.crypto import Keyring
from ekc.core.db import autocommit_reads, make_engine, request_sessions
from ekc.core.errors import Refusal
from ekc.core.form_numbers import new_form_number
from ekc.core.forms import rarer_marks
from ekc.core.keys import recognise_keys
from ekc.core.language import gettext
from ekc.core.routes import Runtime, close_db, cookie_name, db, declared_access, declared_sending, now, runtime
from ekc.core.sessions import CSRFTokens, EncryptedSessions
from ekc.core.texter import dialled
from ekc.drafts import keeping
from ekc.kinds import DOCUMENTS, EXPORTS, JOB_RULES, check_kinds
from ekc.links.actions import end_link_sign_in
from ekc.links.queries.sign_ins import link_sign_in
from ekc.signin import login
from ekc.signin.actions.sessions import IDLE_TIMEOUT
from ekc.worker import sending
from ekc.workflow.blocker import Blocker
from ekc.workflow.check import check_tables
from ekc.workflow.engine import GUARD_RULES, PHASE_RULES
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import StopReason, Variant
from ekc.workflow.wording import wording

_MEGABYTE = 2**20
_STATEMENT_LIMIT = timedelta(seconds=60)  # as long as a proxy waits

FEATURES = (
    ekc.signin.views.blueprint.bp,
    ekc.drafts.views.bp,
    ekc.orders.views.bp,
    ekc.links.views.bp,
    ekc.conferences.views.blueprint.bp,
    ekc.matching.views.blueprint.bp,
    ekc.venues.views.bp,
    ekc.meetings.views.blueprint.bp,
    ekc.privatetime.views.bp,
    ekc.plans.views.blueprint.bp,
    ekc.evaluations.views.blueprint.bp,
    ekc.staff.views.blueprint.bp,
    ekc.journey.views.blueprint.bp,
    ekc.access_log.views.bp,
    ekc.reports.views.bp,
    ekc.calendars.views.bp,
    ekc.demo.views.bp,
    ekc.operation.views.bp,
)


class _Request(Request):
    """A request whose files stay in memory: what people send is written to no disk as it came."""

    def _get_file_stream(self, *_args: Any, **_kwargs: Any) -> BytesIO:
        return BytesIO()


class _Environment(Environment):
    """Jinja with globals in one dictionary. Its own chains two, through which each import of a macro is looked up."""

    def make_globals(self, given: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of a template: those of all, which nothing changes once a page was drawn."""
        return {**self.globals, **given} if given else self.globals


def create_app(settings: Settings) -> Flask:
    """Create the app. Raises ConfigError for an outdated database or keys that are not its own, RuntimeError for a
    route that does not declare its access, or what its form does.
    """
    check_tables()
    check_kinds()
    app = Flask(__name__, static_folder=None, template_folder=str(Path(__file__).parent.parent / "templates"))
    app.jinja_environment = _Environment
    app.request_class = _Request
    keyring = Keyring(settings.content_keys, settings.index_key)
    app.session_interface = EncryptedSessions(keyring, settings.secret_key)
    app.config.update(
        DEBUG=False,  # whatever FLASK_DEBUG says
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME=cookie_name("session", settings),
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=_MEGABYTE,
        MAX_FORM_MEMORY_SIZE=_MEGABYTE,
        WTF_CSRF_TIME_LIMIT=8 * 3600,
    )
    if many := settings.proxies:
        # Trust only the headers that our own proxies set.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=many, x_proto=many, x_host=many)  # type: ignore[method-assign]
    app.extensions["ekc"] = Runtime(settings, _sessions(settings, keyring), JOB_RULES)
    app.teardown_appcontext(close_db)
    CSRFTokens(app)
    ekc.signin.language.install(app)
    unsent = login.Unsent(keeping.keep_sent, keeping.forget_of_others)
    login.install(app, login.SignInKind(link_sign_in, end_link_sign_in), unsent)
    handlers.install(app, keeping.page_too_old)
    keeping.install(app)
    ekc.orders.views.install(app, (*DOCUMENTS, *EXPORTS), wording_of, case_number)
    static.install(app)
    for feature in FEATURES:
        app.register_blueprint(feature)
    app.add_url_rule("/", "home", ekc.journey.views.home.home)
    _extend_jinja(app)
    declared_access(app)
    declared_sending(app)
    return app


def _sessions(settings: Settings, keyring: Keyring) -> sessionmaker[Session]:
    """The session factory. Raises ConfigError for a database that is not this program's."""
    engine = make_engine(settings.database_url, keyring, statement_limit=_STATEMENT_LIMIT)
    try:
        schema.ensure_current(engine)
        sessions = request_sessions(autocommit_reads(engine), **sending(settings))
        with sessions() as session:
            recognise_keys(session)
    except ConfigError:
        engine.dispose()
        raise
    return sessions


def _extend_jinja(app: Flask) -> None:
    """Register the globals, filters and context of templates."""
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.newstyle_gettext = True  # type: ignore[attr-defined]
    app.jinja_env.globals.update(_=_gettext, gettext=_gettext, ngettext=_ngettext, form_number=new_form_number)
    app.jinja_env.globals.update(service_contact=app.extensions["ekc"].settings.contact)
    app.jinja_env.globals.update(in_words_of=_in_words_of, case_menu=_case_menu)
    app.jinja_env.filters.update(
        day=language.day,
        month=language.month,
        weekday=language.weekday,
        short_day=lambda value: language.short_day(value, now().date()),
        moment=language.moment,
        short_moment=language.short_moment,
        their_moment=language.their_moment,
        instant_in=from_local,
        city=language.city,
        clock_time=language.clock_time,
        figure=language.figure,
        how_far=language.how_far,
        ago=language.ago,
        name=lambda value: gettext(value.label),
        say=_translate,
        phase_name=lambda phase: gettext(PHASE_RULES[phase].title),
        checklist_line=_checklist_line,
        stop_name=lambda code: gettext(StopReason(code).label),
        local_date=local_date,
        dialled=dialled,
        local_day=lambda instant, zone: language.short_day(local_date(instant, zone), local_date(now(), zone)),
        lies_ahead=_lies_ahead,
        local_how_far=lambda instant, zone: language.how_far(local_date(instant, zone), local_date(now(), zone)),
        dots=ekc.journey.home.dots,
        owed_line=ekc.journey.panel.owed_line,
        page_of=ekc.journey.panel.page_of,
        page_title=lambda endpoint: gettext(ekc.journey.menu.page_title(endpoint)),
        country=PROFILES.__getitem__,
        moved_from=ekc.evaluations.views.follow_ups.moved_from,
        rarer_marks=rarer_marks,
        wish_in_words=wish_in_words,
        compared_in_words=ekc.matching.views.coordinator.compared_in_words,
        languages_in_words=ekc.matching.views.profile.languages_in_words,
        public_holiday=ekc.evaluations.views.follow_ups.public_holiday,
    )
    app.context_processor(_frame_context)


def _lies_ahead(instant: datetime | None, zone: str) -> bool:
    """Whether there is an instant, and its day has not passed there."""
    return instant is not None and local_date(instant, zone) >= local_date(now(), zone)


def _gettext(message: str, /, **values: object) -> Markup:
    """Translate a message, which may contain markup; its values are escaped. Faster than Jinja's own (ADR 0012)."""
    found = Markup(language.sentence(message))  # noqa: S704 - ours, or from a catalogue of ours
    return found % values if values or "%" in found else found


def _ngettext(singular: str, plural: str, num: int, /, **values: object) -> Markup:
    return Markup(language.sentence_for(num, singular, plural)) % {"num": num, **values}  # noqa: S704


def _in_words_of(variant: Variant, caller: Callable[[], Markup]) -> Markup:
    """`{% call in_words_of(variant) %}`: in the words of this kind of conference, where a page shows several cases."""
    with language.in_words(wording(variant)):
        return caller()


def _checklist_line(code: str) -> str:
    """The checklist line of a guard, for overridden guards; the code of a guard that no longer exists."""
    return gettext(GUARD_RULES[code].line) if code in GUARD_RULES else code


def _translate(sentence: Blocker | Refusal) -> str:
    plural, n = (sentence.plural, sentence.n) if isinstance(sentence, Blocker) else ("", 1)
    return language.translate(sentence.message, sentence.params, plural, n)


def _frame_context() -> dict[str, Any]:
    """The context of the base template."""
    code = language.language()
    who = login.authenticated_visitor()
    return {
        "product_name": language.PRODUCT_NAME,
        "page_language": code,
        "page_direction": language.direction(code),
        "languages": [(code, name, _in_language(code)) for code, name in language.LANGUAGES.items()],
        "demo": ekc.demo.views.bar(),
        "sends_mail": runtime().settings.mail is not None,
        "sends_texts": runtime().settings.texts is not None,
        "signed_in_name": (who.actor.name or gettext("My page")) if who.known else None,
        "by_link": who.participant_id is not None,
        "leaves_at": None if who.expires_in is None else now() + timedelta(seconds=who.expires_in),
        "ends_in": login.seconds_left(),
        "idle_hours": IDLE_TIMEOUT // timedelta(hours=1),
        "has_account": login.visitor().account_id is not None,
        "menu": _menu(),
    }


def _in_language(code: str) -> str:
    """The address for reading this page in another language. A secret in the path is kept out of query strings."""
    token = (request.view_args or {}).get("token")
    if token:
        if request.blueprint == "conferences":
            return url_for("conferences.pick_up_in_language", token=token, language=code)
        return url_for("signin.link_in_language", what=request.path.split("/")[1], token=token, language=code)
    if handlers.path_holds_key(request.path):
        return url_for("home")
    return url_for("signin.set_language", language=code, next=request.path)


def _case_menu(case: object) -> ekc.journey.menu.CaseMenu | None:
    """The menu of the case that a page is about; None for whoever has no case page, or where `case` is a row."""
    return ekc.journey.menu.case_menu(db(), case, now(), request.path) if isinstance(case, Case) else None


def _menu() -> list[dict[str, Any]]:
    who = login.visitor()
    entries = ekc.journey.views.home.menu(who) if who.known else []
    return [
        {"text": gettext(title), "href": url_for(endpoint), "current": request.endpoint == endpoint}
        for endpoint, title in entries
    ]
