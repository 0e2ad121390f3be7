"""A coordinator leaves or is gone: their cases go to others, one by one."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.gate import case_route
from ekc.core.errors import Refusal, Stale, Unknown
from ekc.core.language import gettext as _
from ekc.core.routes import db, now
from ekc.matching.actions import ask_coordinator
from ekc.matching.queries import candidates
from ekc.people.access import Visitor
from ekc.people.login import office, visitor
from ekc.staff import queries
from ekc.staff.forms import HandOverForm
from ekc.staff.queries import Leaver
from ekc.staff.views import bp
from ekc.workflow.duties import Duty
from ekc.workflow.vocabulary import N_, Activity


@bp.get("/handing-over/<int:account_id>")
@office(Duty.HAND_OVER)
def handing_over(account_id: int) -> ResponseReturnValue:
    """What one coordinator still has, and who could take it over."""
    return _page(visitor(), account_id)


@bp.post("/conferences/<int:conference_id>/hand-over/<int:account_id>")
@case_route(Activity.MATCH_COORDINATOR)
def hand_over(case: Case, account_id: int) -> ResponseReturnValue:
    """Ask somebody to take over the case of this coordinator; `account_id` is whose it was on the page."""
    form = _form(case.id, case.region_id)
    if not form.validate():
        return _page(case.visitor, account_id, case.id, form), 422
    try:
        if case.coordinator_id != account_id:
            raise Stale(N_("Somebody else was first: this conference has another coordinator already."))
        if case.asked_coordinator_id != form.asked.data:
            raise Stale(N_("Somebody else was first: look who is asked to take over this conference now."))
        ask_coordinator(db(), case.visitor, now(), case.id, form.account_id.data)
    except Refusal as refusal:
        status = form.refuse(refusal)
        return _page(case.visitor, account_id, case.id, form), status
    flash(_("Asked. Ring them too: they see it on their own page."), "success")
    return redirect(url_for("staff.handing_over", account_id=account_id), 303)


def _leaver(who: Visitor, account_id: int) -> Leaver:
    found = queries.leaver(db(), now(), who.regions, account_id)
    if found is None:
        raise Unknown
    return found


def _form(conference_id: int, region_id: int, **filled: Any) -> HandOverForm:
    free = [one for one in candidates(db(), conference_id, region_id) if one.tied is None]
    return HandOverForm(free, prefix=f"case-{conference_id}-", **filled)


def _page(who: Visitor, account_id: int, sent_for: int = 0, sent: HandOverForm | None = None) -> str:
    leaver = _leaver(who, account_id)
    rows = queries.still_to_do(db(), who.regions, account_id)
    forms = {row.id: _form(row.id, row.region_id, formdata=None, asked=row.asked_id) for row in rows}
    if sent:
        sent.asked.process_data(next((row.asked_id for row in rows if row.id == sent_for), None))
        sent.asked.raw_data = None  # the field would show what was sent
        forms[sent_for] = sent
    return render_template("staff/handing_over.html", leaver=leaver, rows=rows, forms=forms, sent=sent)
