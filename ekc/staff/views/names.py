"""The pages of municipalities and organisations: what is new, changing a row, merging two."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.core.errors import Refusal, Unknown
from ekc.core.form_numbers import adds
from ekc.core.forms import PlainForm
from ekc.core.language import gettext as _
from ekc.core.routes import db, edits, moves, to_id
from ekc.directory import actions, queries
from ekc.directory.models import Listing
from ekc.signin.login import by, office
from ekc.staff.forms import MergeForm, NameForm, NameSearchForm
from ekc.staff.views.blueprint import bp
from ekc.workflow.duties import Duty

_LIST = f"/names/<any({', '.join(Listing)}):listing>"
_ROW = f"{_LIST}/<int:row_id>"
_SHOWN = 50  # rows on a page


@bp.get("/names", defaults={"listing": Listing.MUNICIPALITIES.value})
@bp.get(_LIST)
@office(Duty.NAMES)
def names(listing: str) -> ResponseReturnValue:
    """List the rows, 50 on each page: those that nobody looked at first."""
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
            unchanged = form.unless_changed(lambda: _filled(Listing(listing), _row(Listing(listing), row_id)))
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
    form = MergeForm(queries.known_names(db(), Listing(listing)))
    if not form.validate():
        return _page(Listing(listing), row_id, merge=form), 422
    into = queries.row_with(db(), Listing(listing), form.into.data)
    if into is None or into == row_id:
        form.refuse_unknown()
        return _page(Listing(listing), row_id, merge=form), 422
    follows = queries.merging(db(), Listing(listing), row_id, into)
    if follows is None:
        raise Unknown
    # What was shown belongs to these rows as they were: with others it is shown again.
    if form.read.data != repr(follows):
        form.read.data, form.read.raw_data = repr(follows), None
        return _page(Listing(listing), row_id, merge=form, follows=follows)
    actions.merge(by(), Listing(listing), row_id, into)
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
    """Render a page of the list. `sent`: the submitted form, with errors."""
    search = NameSearchForm(request.args)
    search.validate()
    wanted = search.q.data or ""
    rows = queries.listed(db(), listing, wanted, request.args.get("after", type=to_id), _SHOWN + 1)
    further = None
    if len(rows) > _SHOWN:
        rows = rows[:_SHOWN]
        further = url_for("staff.names", listing=listing, after=rows[-1].id, q=wanted or None)
    return render_template(
        "staff/names.html",
        listing=listing,
        rows=rows,
        further=further,
        search=search,
        form=sent or NameForm(listing, formdata=None),
        sent=sent,
    )


def _page(listing: Listing, row_id: int, *, follows: queries.Merging | None = None, **filled: Any) -> str:
    """Render the page of a row. `filled`: the submitted form, with errors, or with what follows from it."""
    row = _row(listing, row_id)
    forms = {"form": _filled(listing, row)} | filled
    if "merge" not in filled:
        asked = request.args.get("into", type=to_id)
        into = queries.listed_row(db(), listing, asked) if asked else None
        known = queries.known_names(db(), listing)
        forms["merge"] = MergeForm(known, formdata=None, into=into.name if into else "")
    sent = next((form for form in filled.values() if form.errors), None)
    return render_template("staff/name.html", listing=listing, row=row, follows=follows, sent=sent, **forms)


def _row(listing: Listing, row_id: int) -> queries.ListedRow:
    """A row. Raises Unknown."""
    row = queries.listed_row(db(), listing, row_id)
    if row is None:
        raise Unknown
    return row


def _filled(listing: Listing, row: queries.ListedRow) -> NameForm:
    return NameForm(listing, formdata=None, name=row.name, aliases="\n".join(row.aliases), code=row.code)
