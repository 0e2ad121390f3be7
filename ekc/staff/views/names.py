"""The pages of municipalities and organisations: what is new, changing a row, merging two."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.core.errors import Refusal, Unknown
from ekc.core.form_numbers import adds
from ekc.core.forms import PlainForm
from ekc.core.language import gettext as _
from ekc.core.routes import db, edits, moves
from ekc.directory import actions, queries
from ekc.directory.models import Listing
from ekc.names import alphabetical
from ekc.signin.login import by, office
from ekc.staff.forms import MergeForm, NameForm
from ekc.staff.views.blueprint import bp
from ekc.workflow.duties import Duty

_LIST = f"/names/<any({', '.join(Listing)}):listing>"
_ROW = f"{_LIST}/<int:row_id>"
Rows = tuple[queries.ListedRow, ...]


@bp.get("/names", defaults={"listing": Listing.MUNICIPALITIES.value})
@bp.get(_LIST)
@office(Duty.NAMES)
def names(listing: str) -> ResponseReturnValue:
    """List all rows: those that nobody looked at first."""
    return _list(Listing(listing))


@bp.post(_LIST)
@office(Duty.NAMES)
@adds()
def add_name(listing: str) -> ResponseReturnValue:
    """Add a row."""
    form = NameForm(Listing(listing))
    if form.validate():
        with form.showing_refusal():
            actions.add_rows(by(), Listing(listing), [form.to_entry()])
            flash(_("%(name)s is in the list.", name=form.name.data), "success")
            return redirect(url_for("staff.names", listing=listing), 303)
    return _list(Listing(listing), form), form.status


@bp.get(_ROW)
@office(Duty.NAMES)
def name(listing: str, row_id: int) -> ResponseReturnValue:
    """Show one row. `?into=`: with which one it may be merged."""
    return _page(Listing(listing), row_id)


@bp.post(_ROW)
@office(Duty.NAMES)
@edits
def change_name(listing: str, row_id: int) -> ResponseReturnValue:
    """Change name, code and other names of a row, and confirm it."""
    form = NameForm(Listing(listing))
    if form.validate():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _filled(Listing(listing), _row(_rows(listing), row_id)))
            actions.change_row(by(unchanged), Listing(listing), row_id, form.to_entry())
            flash(_("Saved."), "success")
            return redirect(url_for("staff.names", listing=listing), 303)
    return _page(Listing(listing), row_id, form=form), form.status


@bp.post(f"{_ROW}/confirm")
@office(Duty.NAMES)
@moves
def confirm_name(listing: str, row_id: int) -> ResponseReturnValue:
    """Note that a row is right."""
    name = actions.confirm_row(by(), Listing(listing), row_id)
    flash(_("%(name)s is confirmed.", name=name), "success")
    return redirect(url_for("staff.names", listing=listing), 303)


@bp.post(f"{_ROW}/merge")
@office(Duty.NAMES)
@moves
def merge_name(listing: str, row_id: int) -> ResponseReturnValue:
    """Merge a row with another one: first what follows, then merging."""
    rows = _rows(listing)
    form = _merge_form(rows, row_id)
    if not form.validate():
        return _page(Listing(listing), row_id, rows, merge=form), 422
    follows = queries.merging(db(), Listing(listing), row_id, form.into.data)
    if follows is None:
        raise Unknown
    # What was shown belongs to these rows as they were: with others it is shown again.
    if form.read.data != repr(follows):
        form.read.data, form.read.raw_data = repr(follows), None
        return _page(Listing(listing), row_id, rows, merge=form, follows=follows)
    actions.merge(by(), Listing(listing), row_id, form.into.data)
    flash(_("%(name)s is merged with %(into)s.", name=follows.name, into=follows.into), "success")
    return redirect(url_for("staff.names", listing=listing), 303)


@bp.post(f"{_ROW}/remove")
@office(Duty.NAMES)
@moves
def remove_name(listing: str, row_id: int) -> ResponseReturnValue:
    """Take a row out of the list."""
    form = PlainForm(formdata=None)
    try:
        actions.remove_row(by(), Listing(listing), row_id)
    except Refusal as refusal:
        status = form.refuse(refusal)
        return _page(Listing(listing), row_id, refused=form), status
    flash(_("It is removed from the list."), "success")
    return redirect(url_for("staff.names", listing=listing), 303)


def _list(listing: Listing, sent: NameForm | None = None) -> str:
    """Render the list. `sent`: the submitted form, with errors."""
    rows = queries.listed(db(), listing)
    new = sent or NameForm(listing, formdata=None)
    return render_template("staff/names.html", listing=listing, rows=rows, form=new, sent=sent)


def _page(
    listing: Listing, row_id: int, known: Rows | None = None, *, follows: queries.Merging | None = None, **filled: Any
) -> str:
    """Render the page of a row. `known`: the list, where it was read; `filled`: the submitted form, with errors, or
    with what follows from it.
    """
    rows = _rows(listing) if known is None else known
    row = _row(rows, row_id)
    forms = {"form": _filled(listing, row), "merge": _merge_form(rows, row_id, formdata=None)} | filled
    if not filled:
        forms["merge"].into.data = request.args.get("into", 0, type=int)
    sent = next((form for form in filled.values() if form.errors), None)
    return render_template("staff/name.html", listing=listing, row=row, follows=follows, sent=sent, **forms)


def _rows(listing: str) -> Rows:
    return queries.listed(db(), Listing(listing))


def _row(rows: Rows, row_id: int) -> queries.ListedRow:
    """A row. Raises Unknown."""
    for row in rows:
        if row.id == row_id:
            return row
    raise Unknown


def _filled(listing: Listing, row: queries.ListedRow) -> NameForm:
    return NameForm(listing, formdata=None, name=row.name, aliases="\n".join(row.aliases), code=row.code)


def _merge_form(rows: Rows, row_id: int, **more: Any) -> MergeForm:
    others = (row for row in rows if row.id != row_id)
    return MergeForm(sorted(others, key=lambda row: alphabetical(row.name)), **more)
