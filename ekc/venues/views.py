"""The pages of the venues of a region, and of its school holidays."""

from collections.abc import Collection
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ekc.accounts.queries import regions
from ekc.core.errors import Unknown
from ekc.core.form_numbers import adds
from ekc.core.forms import PlainForm
from ekc.core.language import gettext as _
from ekc.core.language import ngettext
from ekc.core.routes import db, edits, moves, now
from ekc.signin.login import by, office, visitor
from ekc.venues import actions, queries
from ekc.venues.forms import SameVenueForm, SchoolHolidaysForm, VenueForm, hours_in_words
from ekc.workflow.duties import Duty
from ekc.workflow.engine import has_duty

bp = Blueprint("venues", __name__)


@bp.get("/venues")
@office(Duty.VENUES)
def venues() -> ResponseReturnValue:
    """The venues of the visitor's regions, and how often each was used."""
    return _list()


@bp.post("/venues")
@office(Duty.VENUES)
@adds()
def add_venue() -> ResponseReturnValue:
    """Add a venue."""
    mine = actions.regions_of(by())
    form = VenueForm(_named(mine))
    if form.validate():
        with form.showing_refusal():
            actions.add_venue(by(), _region(form, mine), form.to_details())
            flash(_("%(name)s is in the list.", name=form.name.data), "success")
            return redirect(url_for("venues.venues"), 303)
    return _list(form), form.status


@bp.get("/venues/<int:venue_id>")
@office(Duty.VENUES)
def venue(venue_id: int) -> ResponseReturnValue:
    """What is kept of a venue."""
    return _page(venue_id)


@bp.post("/venues/<int:venue_id>")
@office(Duty.VENUES)
@edits
def change_venue(venue_id: int) -> ResponseReturnValue:
    """Change it."""
    form = VenueForm({})
    if form.validate():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: VenueForm.of(_row(venue_id)[0]))
            actions.change_venue(by(unchanged), venue_id, form.to_details())
            flash(_("Saved."), "success")
            return redirect(url_for("venues.venues"), 303)
    return _page(venue_id, form=form), form.status


@bp.post("/venues/<int:venue_id>/merge")
@office(Duty.VENUES)
@moves
def merge_venue(venue_id: int) -> ResponseReturnValue:
    """Say that a venue is another one of the list: its names and meetings go there."""
    form = SameVenueForm(_row(venue_id)[1])
    if form.validate():
        with form.showing_refusal():
            name = actions.take_away_venue(by(), venue_id, form.into.data)
            flash(_("%(name)s is merged.", name=name), "success")
            return redirect(url_for("venues.venues"), 303)
    return _page(venue_id, same=form), form.status


@bp.post("/venues/<int:venue_id>/remove")
@office(Duty.VENUES)
@moves
def remove_venue(venue_id: int) -> ResponseReturnValue:
    """Take a venue out of the list. Meetings keep what was written about their place."""
    name = actions.take_away_venue(by(), venue_id)
    flash(_("%(name)s is taken out of the list.", name=name), "success")
    return redirect(url_for("venues.venues"), 303)


@bp.get("/school-holidays")
@office(Duty.SCHOOL_HOLIDAYS)
def school_holidays() -> ResponseReturnValue:
    """The school holidays of the visitor's regions that are not over."""
    return _holidays()


@bp.post("/school-holidays")
@office(Duty.SCHOOL_HOLIDAYS)
@adds()
def add_school_holidays() -> ResponseReturnValue:
    """Enter school holidays, several at once."""
    form = SchoolHolidaysForm(_named(visitor().regions))
    if form.validate():
        with form.showing_refusal():
            count = actions.add_school_holidays(by(), _region(form, visitor().regions), form.to_holidays())
            told = ngettext("%(num)d school holiday is saved.", "%(num)d school holidays are saved.", count)
            flash(told, "success")
            return redirect(url_for("venues.school_holidays"), 303)
    return _holidays(form), form.status


@bp.post("/school-holidays/<int:holiday_id>/remove")
@office(Duty.SCHOOL_HOLIDAYS)
@moves
def remove_school_holiday(holiday_id: int) -> ResponseReturnValue:
    """Take a school holiday out of the list."""
    actions.remove_school_holiday(by(), holiday_id)
    flash(_("It is removed from the list."), "success")
    return redirect(url_for("venues.school_holidays"), 303)


def _named(region_ids: Collection[int]) -> dict[int, str]:
    """The names of these regions, by id."""
    return {row.id: row.name for row in regions(db()) if row.id in region_ids}


def _region(form: VenueForm | SchoolHolidaysForm, region_ids: Collection[int]) -> int:
    """The region that was chosen, or the only one there is. Raises Unknown without one."""
    if "region" in form:
        return int(form.region.data)
    if not region_ids:
        raise Unknown
    return next(iter(region_ids))


def _row(venue_id: int) -> tuple[queries.VenueRow, dict[int, str]]:
    """A venue of the visitor's regions, and the names of the others of its region. Raises Unknown."""
    rows = {row.id: row for row in queries.venues(db(), list(actions.regions_of(by())))}
    row = rows.pop(venue_id, None)
    if row is None:
        raise Unknown
    return row, {id_: one.name for id_, one in rows.items() if one.region_id == row.region_id}


def _list(sent: VenueForm | None = None) -> str:
    known = _named(actions.regions_of(by()))
    rows = queries.venues(db(), list(known))
    return render_template(
        "venues/venues.html",
        rows=rows,
        regions=known,
        used=queries.times_used(db(), [row.id for row in rows]),
        form=sent or VenueForm(known, formdata=None),
        sent=sent,
        holidays=has_duty(Duty.SCHOOL_HOLIDAYS, visitor().roles),
        hours_in_words=hours_in_words,
    )


def _page(venue_id: int, **sent: PlainForm) -> str:
    """The page of a venue. `sent`: the form that is shown again."""
    row, others = _row(venue_id)
    forms: dict[str, Any] = {"form": VenueForm.of(row), "same": SameVenueForm(others, formdata=None)} | sent
    used = queries.times_used(db(), [row.id]).get(row.id, 0)
    shown = next(iter(sent.values()), None)
    return render_template("venues/venue.html", row=row, used=used, sent=shown, **forms)


def _holidays(sent: SchoolHolidaysForm | None = None) -> str:
    known = _named(visitor().regions)
    return render_template(
        "venues/school_holidays.html",
        rows=queries.school_holidays(db(), list(known), now().date()),
        regions=known,
        form=sent or SchoolHolidaysForm(known, formdata=None),
        sent=sent,
    )
