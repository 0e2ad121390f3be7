"""The manager's list of follow-ups, as a page and as a CSV file."""

import csv
import io
import re
from datetime import date
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.core.language import gettext as _
from ekc.core.routes import db
from ekc.directory.queries import municipality_names
from ekc.reports import queries
from ekc.reports.actions import export_follow_ups
from ekc.reports.forms import FILTERS, FollowUpsForm, follow_ups_form
from ekc.signin.login import by, office, visitor
from ekc.workflow.duties import Duty
from ekc.workflow.engine import PHASE_RULES

bp = Blueprint("reports", __name__)

#: Spreadsheets run such a cell as a formula, with full-width signs too, and may split cells at these separators.
_FORMULA = re.compile(r"(^|[;,|\t\r\n])(?=[ \"']*[=+\-@＝＋－＠\t\r\n])")


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
    """The whole list as CSV for a spreadsheet. The export is audited."""
    form = _form()
    if not form.validate():
        return redirect(_url("reports.follow_ups"), 303)
    wanted, today = form.to_filter(), queries.today_for(by())
    area = form.municipality.label.text.lower()
    file = io.StringIO()
    lines = csv.writer(file)
    lines.writerow([_("case"), area, _("variant"), _("phase"), _("kind"), _("due"), _("state")])
    for row in export_follow_ups(by(), wanted, today):
        phase = _(PHASE_RULES[row.phase].title)
        cells = (row.number, row.municipality, _(row.variant.label), phase, _(row.kind.label))
        lines.writerow([*map(_without_formula, cells), row.due_on.isoformat(), _(row.state.label)])
    # The byte order mark makes spreadsheets read UTF-8.
    answer = Response("\ufeff" + file.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=f"follow-ups-{today.isoformat()}.csv")
    return answer


def _form() -> FollowUpsForm:
    return follow_ups_form(request.args, queries.municipalities(db(), visitor()), queries.area(db(), visitor()))


def _after() -> tuple[date, int] | None:
    """The key of the last row of the page before; None for the first page or an invalid value."""
    day, _dot, id_ = request.args.get("after", "").partition(".")
    try:
        return date.fromisoformat(day), int(id_[:18])
    except ValueError:
        return None


def _url(endpoint: str, **more: Any) -> str:
    kept: dict[str, Any] = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    return url_for(endpoint, **kept, **more)


def _without_formula(cell: str) -> str:
    return _FORMULA.sub(r"\1'", cell)
