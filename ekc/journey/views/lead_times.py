"""The manager's list of cases that take long, are silent, or are paused."""

from datetime import UTC, date, datetime

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.core.clock import local_date
from ekc.core.routes import db, now, to_id
from ekc.journey.queries import lead_times as queries
from ekc.journey.queries.lead_times import LeadTimePlace, View
from ekc.journey.views.blueprint import bp
from ekc.signin.login import office, visitor
from ekc.workflow.duties import Duty

_VIEWS = {view.code: view for view in View}


@bp.get("/lead-times")
@office(Duty.LEAD_TIMES)
def lead_times() -> ResponseReturnValue:
    """The open cases of the manager's regions, 50 a page, what takes longest first."""
    view = _VIEWS.get(request.args.get("view", ""), View.NORM)
    regions, today = visitor().regions, now().date()
    rows, last = queries.lead_times(db(), regions, view, today, _after(view))
    more = url_for("journey.lead_times", view=view.code, after=f"{last.since.isoformat()}.{last.id}") if last else None
    return render_template(
        "journey/lead_times.html",
        view=view,
        views=list(View),
        counted=queries.counted(db(), regions, today),
        rows=[(row, local_date(now(), row.timezone)) for row in rows],
        next_page=more,
        own=visitor().account_id,
    )


def _after(view: View) -> LeadTimePlace | None:
    """The last row of the page before; None for the first page, or an invalid value."""
    since, _dot, id_ = request.args.get("after", "").rpartition(".")
    try:
        if view is View.PAUSED:
            return LeadTimePlace(datetime.fromisoformat(since).replace(tzinfo=UTC), to_id(id_))
        return LeadTimePlace(date.fromisoformat(since), to_id(id_))
    except ValueError:
        return None
