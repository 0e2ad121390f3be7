"""Who has opened a file: the page, and the same on paper."""

from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.access_log import queries
from ekc.access_log.document import ACCESS_LOG, AccessLog, told
from ekc.access_log.forms import PeriodForm, period_form
from ekc.access_log.words import place
from ekc.conferences.access import Case
from ekc.conferences.gate import case_route
from ekc.core.clock import local_date
from ekc.core.documents import document_pdf
from ekc.core.language import LANGUAGES, language, moment, using
from ekc.core.language import day as said
from ekc.core.routes import db, now, pdf_response

bp = Blueprint("access_log", __name__)

_ADDRESS = "/conferences/<int:conference_id>/opened"


@bp.get(_ADDRESS)
@case_route(ACCESS_LOG.activity)
def page(case: Case) -> ResponseReturnValue:
    """Who looked at what and who changed it, by day."""
    form = _form(case)
    right = form.validate()
    return render_template(
        "access_log/access_log.html",
        case=case,
        form=form,
        days=told(_days(case, form), case.timezone) if right else (),
        right=right,
        paper=_link("access_log.paper", case),
    ), (200 if right else 422)


@bp.get(f"{_ADDRESS}.pdf")
@case_route(ACCESS_LOG.activity)
def paper(case: Case) -> ResponseReturnValue:
    """The paper, in the language of the family's papers as far as pages are offered in it."""
    form = _form(case)
    if not form.validate():
        return redirect(_link("access_log.page", case), 303)
    with using(case.language if case.language in LANGUAGES else language()):
        first, last = form.since.data or case.registered_on, form.until.data or local_date(now(), case.timezone)
        days = told(_days(case, form), case.timezone)
        period, asked_at = (said(first), said(last)), moment(now(), case.timezone)
        log = AccessLog(language(), case.number, case.title, *period, asked_at, days)
    return pdf_response(document_pdf(ACCESS_LOG, log), ACCESS_LOG.filename.format(case=case.number))


def _link(endpoint: str, case: Case) -> str:
    """The page or its paper, of the days that were asked for."""
    asked: dict[str, Any] = {name: request.args[name] for name in ("since", "until") if name in request.args}
    return url_for(endpoint, conference_id=case.id, **asked)


def _form(case: Case) -> PeriodForm:
    return period_form(request.args, local_date(now(), case.timezone))


def _days(case: Case, form: PeriodForm) -> tuple[queries.Day, ...]:
    period = (form.since.data, form.until.data or local_date(now(), case.timezone))
    places = {rule.endpoint: place(rule.rule) for rule in current_app.url_map.iter_rules()}
    return queries.opened(db(), case.id, period, case.timezone, places, case.coordinator_id)
