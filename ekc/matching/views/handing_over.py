"""The page for handing over the cases of a coordinator who leaves or is away."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ekc.accounts.access import Visitor
from ekc.conferences.access import Case
from ekc.conferences.gate import case_route
from ekc.core.errors import Stale, Unknown
from ekc.core.language import day
from ekc.core.language import gettext as _
from ekc.core.routes import db, moves, now
from ekc.matching.actions import asking
from ekc.matching.forms.coordinator import HandOverForm
from ekc.matching.queries import handing_over as handing_over_queries
from ekc.matching.queries.candidates import candidates
from ekc.matching.views.blueprint import bp
from ekc.signin.login import by, office, visitor
from ekc.workflow.duties import Duty
from ekc.workflow.vocabulary import N_, Activity, Phase


@bp.get("/handing-over/<int:account_id>")
@office(Duty.HAND_OVER)
def handing_over(account_id: int) -> ResponseReturnValue:
    """The cases of one coordinator, and who could take them over."""
    return _handing_over_page(visitor(), account_id)


@bp.post("/conferences/<int:conference_id>/hand-over/<int:account_id>")
@case_route(Activity.ASK_COORDINATOR)
@moves
def hand_over(case: Case, account_id: int) -> ResponseReturnValue:
    """Ask somebody to take over a case; `account_id` is its coordinator when the page was shown."""
    form = _hand_over_form(case.id, case.region_id, case.phase)
    if form.validate():
        with form.showing_refusal():
            if case.coordinator_id != account_id:
                raise Stale(N_("Somebody else was first: this conference has another coordinator already."))
            if case.asked_coordinator_id != form.asked.data:
                raise Stale(N_("Somebody else was first: look who is asked to take over this conference now."))
            asking.ask_coordinator(by(), case.id, form.account_id.data, _why_handed_over(case.visitor, account_id))
            flash(_("Asked. Ring them too: they see it on their own page."), "success")
            return redirect(url_for("matching.handing_over", account_id=account_id), 303)
    return _handing_over_page(case.visitor, account_id, case.id, form), form.status


def _why_handed_over(who: Visitor, account_id: int) -> str:
    """Why another coordinator is needed, for the request and the history."""
    leaver = handing_over_queries.leaver(db(), now(), who.regions, account_id)
    if leaver is None:
        return ""
    if leaver.away is not None:
        first, last = day(leaver.away.first_day, weekday=False), day(leaver.away.last_day, weekday=False)
        return _("%(name)s is away from %(first)s to %(last)s", name=leaver.name, first=first, last=last)
    if leaver.gone or leaver.leaves_on is None:
        return _("%(name)s cannot sign in any more", name=leaver.name)
    return _("%(name)s leaves on %(day)s", name=leaver.name, day=day(leaver.leaves_on))


def _hand_over_form(conference_id: int, region_id: int, phase: Phase, **filled: Any) -> HandOverForm:
    """Who could take over, those who fit best first."""
    alone = phase is Phase.PRIVATE_TIME
    ranked = candidates(db(), conference_id, region_id, now(), in_private_time=alone)
    return HandOverForm([one for one in ranked if one.tied is None], prefix=f"case-{conference_id}-", **filled)


def _chosen(row: handing_over_queries.CaseToHandOver, deputy: int | None) -> dict[str, int | None]:
    """Who is asked, or else the deputy to be asked."""
    return {"asked": row.asked_id, "account_id": None if row.asked_id else deputy}


def _handing_over_page(who: Visitor, account_id: int, sent_for: int = 0, sent: HandOverForm | None = None) -> str:
    leaver = handing_over_queries.leaver(db(), now(), who.regions, account_id)
    if leaver is None:
        raise Unknown
    rows = handing_over_queries.cases_to_hand_over(db(), who.regions, account_id)
    deputy = leaver.away.deputy_id if leaver.away else None
    forms = {
        row.id: _hand_over_form(row.id, row.region_id, row.phase, formdata=None, **_chosen(row, deputy)) for row in rows
    }
    if sent:
        sent.asked.process_data(next((row.asked_id for row in rows if row.id == sent_for), None))
        sent.asked.raw_data = None  # otherwise the field shows the value that was sent
        forms[sent_for] = sent
    return render_template("matching/handing_over.html", leaver=leaver, rows=rows, forms=forms, sent=sent, now=now())
