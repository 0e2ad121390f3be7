"""The page of regions."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ekc.accounts.queries import recent_managers
from ekc.core.errors import Refusal, Unknown
from ekc.core.form_numbers import adds
from ekc.core.language import gettext as _
from ekc.core.routes import db, edits, moves, now
from ekc.signin.login import by, office, visitor
from ekc.staff import queries
from ekc.staff.actions import regions as regions_actions
from ekc.staff.forms import RegionForm
from ekc.staff.views.blueprint import bp
from ekc.workflow.duties import Duty


@bp.get("/regions")
@office(Duty.ACCOUNTS)
def regions() -> ResponseReturnValue:
    """List the regions with their managers."""
    return _page()


@bp.post("/regions")
@office(Duty.ACCOUNTS)
@adds()
def add_region() -> ResponseReturnValue:
    """Add a region."""
    form = RegionForm(prefix="new-")
    if form.validate():
        with form.showing_refusal():
            regions_actions.add_region(by(), form.name.data, form.timezone.data)
            flash(_("The region is added. Give somebody the role of its regional manager."), "success")
            return redirect(url_for("staff.regions"), 303)
    return _page(0, form), form.status


@bp.post("/regions/<int:region_id>")
@office(Duty.ACCOUNTS)
@edits
def change_region(region_id: int) -> ResponseReturnValue:
    """Change name and time zone of a region."""
    form = RegionForm(prefix=f"region-{region_id}-")
    if form.validate():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _form_of(region_id))
            regions_actions.change_region(by(unchanged), region_id, form.name.data, form.timezone.data)
            flash(_("Saved."), "success")
            return redirect(url_for("staff.regions"), 303)
    return _page(region_id, form), form.status


@bp.post("/regions/<int:region_id>/remove")
@office(Duty.ACCOUNTS)
@moves
def remove_region(region_id: int) -> ResponseReturnValue:
    """Remove a region in which nothing is."""
    form = _form_of(region_id)
    try:
        regions_actions.remove_region(by(), region_id)
    except Refusal as refusal:
        status = form.refuse(refusal)
        return _page(region_id, form), status
    flash(_("The region is removed."), "success")
    return redirect(url_for("staff.regions"), 303)


def _filled(row: queries.RegionRow) -> RegionForm:
    return RegionForm(formdata=None, prefix=f"region-{row.id}-", name=row.name, timezone=row.timezone)


def _form_of(region_id: int) -> RegionForm:
    """The form of a region as it is now. Raises Unknown."""
    for row in queries.region_rows(db()):
        if row.id == region_id:
            return _filled(row)
    raise Unknown


def _page(sent_for: int | None = None, sent: RegionForm | None = None) -> str:
    """Render the page. `sent`: the submitted form, with errors; `sent_for`: its region, 0 for a new one."""
    rows = queries.region_rows(db())
    forms = {row.id: _filled(row) for row in rows}
    if sent is not None and sent_for and sent_for in forms:
        forms[sent_for] = sent
    return render_template(
        "staff/regions.html",
        rows=rows,
        forms=forms,
        new=sent if sent is not None and not sent_for else RegionForm(formdata=None, prefix="new-"),
        sent=sent,
        recent_managers=recent_managers(db(), now(), visitor().account_id or 0),
    )
