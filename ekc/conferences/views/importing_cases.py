"""Registering many cases from a file: looked at first, and then registered whole or not at all (ADR 0055)."""

from functools import partial

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ekc.accounts.queries import regions
from ekc.conferences.actions.registration import register_cases
from ekc.conferences.forms.importing_cases import CASES, MOST_CASES, CasesFound, KeepCasesForm, read_cases
from ekc.conferences.forms.registering import Offered
from ekc.conferences.forms.tables import FileForm
from ekc.conferences.queries.registration import open_cases
from ekc.conferences.views.blueprint import bp
from ekc.conferences.views.importing import choose_again, template_file
from ekc.core.form_numbers import adds
from ekc.core.language import gettext as _
from ekc.core.language import ngettext
from ekc.core.routes import db, moves, now, only_shows, runtime, takes_file
from ekc.core.sheets import SheetRow
from ekc.directory.models import Listing
from ekc.directory.queries import known_names
from ekc.drafts import actions as drafts
from ekc.drafts.keeping import keepable, kept_rows, known_browser, owner_in_browser
from ekc.signin.login import by, office, request_caller, visitor
from ekc.workflow.duties import Duty

_IMPORT = "/register/import"


@bp.get(_IMPORT)
@office(Duty.REGISTER_MANY)
def import_cases() -> ResponseReturnValue:
    """Choose a file with registrations."""
    return _file_page(FileForm(formdata=None))


@bp.get(f"{_IMPORT}/template.csv")
@office(Duty.REGISTER_MANY)
def cases_template() -> ResponseReturnValue:
    """A file with the headings alone."""
    return template_file([_(label) for label, _others in CASES.values()], _("registrations"))


@bp.post(_IMPORT)
@office(Duty.REGISTER_MANY)
@moves
@takes_file
def look_at_cases() -> ResponseReturnValue:
    """Look at a file. If all is well in it, its rows are kept, encrypted, until they are registered."""
    form, found = FileForm(), CasesFound()
    if form.validate():
        with form.showing_refusal():
            rows = form.rows()
            found = _found(rows)
            if not found.problems and not only_shows():
                content = keepable(url_for("conferences.import_cases"), rows, found.unread)
                kept = drafts.keep(db(), now(), known_browser(), content, request_caller().network)
                return redirect(url_for("conferences.looked_at_cases", draft_id=kept), 303)
    return _file_page(form, found), 422


@bp.get(f"{_IMPORT}/<int:draft_id>")
@office(Duty.REGISTER_MANY)
def looked_at_cases(draft_id: int) -> ResponseReturnValue:
    """Which conferences would be registered."""
    kept = kept_rows(url_for("conferences.import_cases"), draft_id)
    if kept is None:
        return choose_again(url_for("conferences.import_cases"))
    found = _found(kept[1])
    known = [one.row for one in found.cases if one.known]
    return _check_page(draft_id, found, KeepCasesForm(found, formdata=None, data={"leave_out": known}))


@bp.post(f"{_IMPORT}/<int:draft_id>")
@office(Duty.REGISTER_MANY)
@adds()
def register_many(draft_id: int) -> ResponseReturnValue:
    """Register the rows of a file, all but those that are left out, or none."""
    kept = kept_rows(url_for("conferences.import_cases"), draft_id)
    if kept is None:
        return choose_again(url_for("conferences.import_cases"))
    row, rows = kept
    found = _found(rows)
    form = KeepCasesForm(found)
    if form.validate() and not found.problems:
        with form.showing_refusal():
            used_up = partial(drafts.use_up, db(), owner_in_browser(), row.id)
            made = register_cases(by(used_up), form.to_new_cases())
            said = ngettext("%(num)d conference is registered.", "%(num)d conferences are registered.", len(made))
            flash(said, "success")
            return redirect(url_for("home"), 303)
    return _check_page(draft_id, found, form), form.status


def _found(rows: list[SheetRow]) -> CasesFound:
    mine = visitor().regions
    offered = Offered(
        {row.id: row.name for row in regions(db()) if row.id in mine},
        runtime().settings.countries,
        known_names(db(), Listing.MUNICIPALITIES),
        known_names(db(), Listing.ORGANISATIONS),
    )
    return read_cases(rows, offered, open_cases(db(), mine))


def _file_page(form: FileForm, found: CasesFound | None = None) -> str:
    columns = [_(label) for label, _others in CASES.values()]
    return render_template(
        "conferences/import_cases.html",
        form=form,
        found=found,
        columns=columns,
        look_at=url_for("conferences.look_at_cases"),
        template=url_for("conferences.cases_template"),
        most=MOST_CASES,
    )


def _check_page(draft_id: int, found: CasesFound, form: KeepCasesForm) -> str:
    return render_template("conferences/import_cases_check.html", draft_id=draft_id, found=found, form=form)
