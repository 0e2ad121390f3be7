"""Adding people to the circle from a file: it is looked at first, and then kept whole or not at all (ADR 0055)."""

import csv
import io
from functools import partial

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.actions import circle as circle_actions
from ekc.conferences.forms.importing import PEOPLE, KeepPeopleForm, PeopleFound, read_people
from ekc.conferences.forms.tables import FileForm
from ekc.conferences.gate import case_route
from ekc.conferences.queries import circle as circle_queries
from ekc.conferences.views.blueprint import bp
from ekc.conferences.views.circle import ADDRESS, organisations
from ekc.core.clock import local_date
from ekc.core.form_numbers import adds
from ekc.core.language import gettext as _
from ekc.core.language import language, ngettext
from ekc.core.routes import db, moves, now, only_shows, takes_file
from ekc.core.sheets import SheetRow
from ekc.drafts import actions as drafts
from ekc.drafts.keeping import keepable, kept_rows, known_browser, owner_in_browser
from ekc.signin.login import by, request_caller
from ekc.workflow.vocabulary import Activity

_IMPORT = f"{ADDRESS}/import"


@bp.get(_IMPORT)
@case_route(Activity.CHANGE_CIRCLE)
def import_people(case: Case) -> ResponseReturnValue:
    """Choose a file with people."""
    return _file_page(case, FileForm(formdata=None))


@bp.get(f"{_IMPORT}/template.csv")
@case_route(Activity.CHANGE_CIRCLE)
def people_template(_case: Case) -> ResponseReturnValue:
    """A file with the headings alone."""
    return template_file([_(label) for label, _others in PEOPLE.values()], _("people"))


def template_file(headings: list[str], name: str) -> Response:
    """A CSV file with these headings, as the spreadsheet of the reader opens it."""
    written = io.StringIO()
    csv.writer(written, delimiter=";" if language() == "nl" else ",").writerow(headings)
    response = Response(written.getvalue().encode("utf-8-sig"), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.csv")
    return response


@bp.post(_IMPORT)
@case_route(Activity.CHANGE_CIRCLE)
@moves
@takes_file
def look_at_people(case: Case) -> ResponseReturnValue:
    """Look at a file. If all is well in it, its rows are kept, encrypted, until the people are added."""
    form = FileForm()
    found = PeopleFound()
    if form.validate():
        with form.showing_refusal():
            rows = form.rows()
            found = _found(case, rows)
            if not found.problems and not only_shows():
                content = keepable(
                    url_for("conferences.import_people", conference_id=case.id), rows, found.unread, case.id
                )
                kept = drafts.keep(db(), now(), known_browser(), content, request_caller().network)
                return redirect(url_for("conferences.looked_at_people", conference_id=case.id, draft_id=kept), 303)
    return _file_page(case, form, found), 422


def choose_again(path: str) -> ResponseReturnValue:
    """Lead to where a file is chosen."""
    flash(_("This file was used already, or is kept no longer. Choose it again."), "info")
    return redirect(path, 303)


@bp.get(f"{_IMPORT}/<int:draft_id>")
@case_route(Activity.CHANGE_CIRCLE)
def looked_at_people(case: Case, draft_id: int) -> ResponseReturnValue:
    """Who would be added."""
    kept = kept_rows(_path(case), draft_id)
    if kept is None:
        return choose_again(_path(case))
    found = _found(case, kept[1])
    known = [one.row for one in found.people if one.left_out]
    return _check_page(case, draft_id, found, KeepPeopleForm(found, formdata=None, data={"leave_out": known}))


@bp.post(f"{_IMPORT}/<int:draft_id>")
@case_route(Activity.CHANGE_CIRCLE)
@adds()
def keep_people(case: Case, draft_id: int) -> ResponseReturnValue:
    """Add the people of a file, all but those that are left out, or nobody."""
    kept = kept_rows(_path(case), draft_id)
    if kept is None:
        return choose_again(_path(case))
    row, rows = kept
    found = _found(case, rows)
    form = KeepPeopleForm(found)
    if form.validate() and not found.problems:
        with form.showing_refusal():
            used_up = partial(drafts.use_up, db(), owner_in_browser(), row.id)
            added = circle_actions.add_people(by(used_up), case.id, form.to_details(), form.why.data)
            said = ngettext(
                "%(num)d person was added to the circle.", "%(num)d people were added to the circle.", len(added)
            )
            flash(said, "success")
            return redirect(url_for("conferences.circle", conference_id=case.id), 303)
    return _check_page(case, draft_id, found, form), form.status


def _path(case: Case) -> str:
    return url_for("conferences.import_people", conference_id=case.id)


def _found(case: Case, rows: list[SheetRow]) -> PeopleFound:
    sides, today = circle_queries.sides(db(), case.id), local_date(now(), case.timezone)
    phones = circle_queries.phones(db(), case)
    return read_people(rows, circle_queries.circle(db(), case.id), sides, organisations(), today, phones)


def _file_page(case: Case, form: FileForm, found: PeopleFound | None = None) -> str:
    columns = [_(label) for label, _others in PEOPLE.values()]
    return render_template(
        "conferences/import.html",
        case=case,
        form=form,
        found=found,
        columns=columns,
        look_at=_path(case),
        template=url_for("conferences.people_template", conference_id=case.id),
    )


def _check_page(case: Case, draft_id: int, found: PeopleFound, form: KeepPeopleForm) -> str:
    return render_template("conferences/import_check.html", case=case, draft_id=draft_id, found=found, form=form)
