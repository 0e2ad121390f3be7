"""The manager's list of follow-ups, as a page and as a CSV file."""

from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.core.routes import db, to_id
from ekc.directory.queries import municipality_names
from ekc.orders import ordering
from ekc.reports import queries
from ekc.reports.actions import record_export
from ekc.reports.exports import FOLLOW_UPS, asked_by
from ekc.reports.forms import FILTERS, FollowUpsForm, follow_ups_form
from ekc.signin.login import by, office, visitor
from ekc.workflow.duties import Duty

bp = Blueprint("reports", __name__)


@bp.get("/follow-ups")
@office(Duty.FOLLOW_UPS)
def follow_ups() -> ResponseReturnValue:
    """Which follow-ups are due, late, held: 50 a page, by date."""
    form = _form()
    valid = form.validate()
    wanted = form.to_filter() if valid else queries.FollowUpFilter()
    today = queries.today_for(by())
    rows = queries.follow_ups(db(), visitor(), wanted, today, _after(), queries.PAGE + 1) if valid else ()
    next_page = None
    if len(rows) > queries.PAGE:
        rows = rows[: queries.PAGE]
        next_page = _url("reports.follow_ups", after=f"{rows[-1].due_on.isoformat()}.{rows[-1].id}")
    page = render_template(
        "reports/follow_ups.html",
        form=form,
        rows=rows,
        counts=queries.counts(db(), visitor(), wanted, today),
        next_page=next_page,
        csv=_url("reports.follow_ups_csv"),
        filtered=any(request.args.get(name) for name in FILTERS),
        municipalities=municipality_names(db(), visitor().municipalities),
        today=today,
    )
    return page, 200 if valid else 422


@bp.get("/follow-ups.csv")
@office(Duty.FOLLOW_UPS)
def follow_ups_csv() -> ResponseReturnValue:
    """The whole list as CSV for a spreadsheet. That it is handed out is audited."""
    form = _form()
    if not form.validate():
        return redirect(_url("reports.follow_ups"), 303)
    wanted, today = form.to_filter(), queries.today_for(by())
    asked = asked_by(visitor(), wanted, today, form.municipality.label.text.lower())
    made = ordering.made(FOLLOW_UPS, None, [asked])
    if made is None:
        return ordering.order(FOLLOW_UPS, None, [asked])
    record_export(by(), wanted, made.parts)
    return ordering.give(made, FOLLOW_UPS.mimetype, f"follow-ups-{today.isoformat()}.csv", attached=True)


def _form() -> FollowUpsForm:
    return follow_ups_form(request.args, queries.municipalities(db(), visitor()), queries.area(db(), visitor()))


def _after() -> tuple[date, int] | None:
    """The key of the last row of the page before; None for the first page or an invalid value."""
    day, _dot, id_ = request.args.get("after", "").partition(".")
    try:
        return date.fromisoformat(day), to_id(id_)
    except ValueError:
        return None


def _url(endpoint: str, **more: Any) -> str:
    kept: dict[str, Any] = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    return url_for(endpoint, **kept, **more)
