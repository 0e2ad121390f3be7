"""The access log: the page, and the same as a PDF."""

from datetime import date
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.access_log import queries
from ekc.access_log.document import ACCESS_LOG, AskedLog, describe_days
from ekc.access_log.forms import PeriodForm, period_form
from ekc.access_log.words import page_key
from ekc.conferences.access import Case
from ekc.conferences.gate import case_route, paper_route
from ekc.core.clock import local_date
from ekc.core.language import language, language_of
from ekc.core.routes import db, now
from ekc.orders import ordering
from ekc.workflow.vocabulary import Phase

bp = Blueprint("access_log", __name__)

_ADDRESS = "/conferences/<int:conference_id>/opened"


@bp.get(_ADDRESS)
@case_route(ACCESS_LOG.activity)
def page(case: Case) -> ResponseReturnValue:
    """Who read and who changed what, by day."""
    form = _form(case)
    valid = form.validate()
    return render_template(
        "access_log/access_log.html",
        case=case,
        form=form,
        days=describe_days(_days(case, form), case.timezone) if valid else (),
        valid=valid,
        # in private time nothing is ordered (`orders/ordering.py`)
        pdf_url="" if case.phase is Phase.PRIVATE_TIME else _url("access_log.paper", case),
    ), (200 if valid else 422)


@bp.get(f"{_ADDRESS}.pdf")
@paper_route(ACCESS_LOG.activity)
def paper(case: Case) -> ResponseReturnValue:
    """The PDF, in the language of the family's documents if pages exist in it."""
    form = _form(case)
    if not form.validate():
        return redirect(_url("access_log.page", case), 303)
    asked = AskedLog(
        language=language_of(case.language, language()),
        case=case.id,
        number=case.number,
        title=case.title,
        timezone=case.timezone,
        coordinator=case.coordinator_id,
        since=form.since.data,
        first=form.since.data or case.registered_on,
        until=_last(case, form),
        pages=tuple(sorted(_page_keys().items())),
    )
    return ordering.give_paper(ACCESS_LOG, case, [asked])


def _url(endpoint: str, case: Case) -> str:
    """The page or its PDF, with the same period."""
    asked: dict[str, Any] = {name: request.args[name] for name in ("since", "until") if name in request.args}
    return url_for(endpoint, conference_id=case.id, **asked)


def _form(case: Case) -> PeriodForm:
    return period_form(request.args, local_date(now(), case.timezone))


def _days(case: Case, form: PeriodForm) -> tuple[queries.AccessDay, ...]:
    period = (form.since.data, _last(case, form))
    return queries.access_days(db(), case.id, period, case.timezone, _page_keys(), case.coordinator_id)


def _last(case: Case, form: PeriodForm) -> date:
    return form.until.data or local_date(now(), case.timezone)


def _page_keys() -> dict[str, str]:
    """The key of each endpoint's page."""
    return {rule.endpoint: page_key(rule.rule) for rule in current_app.url_map.iter_rules()}
