"""The page of bottom lines: for the coordinator, for referrer and professionals, and for the family to read."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.actions import bottom_lines as bottom_lines_actions
from ekc.conferences.document.bottom_lines import BOTTOM_LINES, bottom_line_sheet
from ekc.conferences.forms.contact import BottomLineForm, SharingForm
from ekc.conferences.gate import case_route, paper_route
from ekc.conferences.queries import bottom_lines as bottom_line_queries
from ekc.conferences.queries.bottom_lines import BottomLineRow
from ekc.conferences.queries.circle import circle
from ekc.conferences.views.blueprint import bp
from ekc.core.clock import local_date
from ekc.core.errors import Unknown
from ekc.core.form_numbers import adds
from ekc.core.language import gettext as _
from ekc.core.language import language, language_of, ngettext
from ekc.core.routes import db, edits, moves, now
from ekc.orders import ordering
from ekc.signin.login import by
from ekc.workflow.line_hints import line_hints
from ekc.workflow.vocabulary import Activity

_ADDRESS = "/conferences/<int:conference_id>/bottom-lines"


@bp.get(_ADDRESS)
@case_route(Activity.SEE_BOTTOM_LINES)
def bottom_lines(case: Case) -> ResponseReturnValue:
    """All bottom lines that the visitor sees."""
    return _page(case)


@bp.post(_ADDRESS)
@case_route(Activity.SET_BOTTOM_LINES)
@adds()
def add_bottom_line(case: Case) -> ResponseReturnValue:
    """Add a bottom line."""
    form = _form(case)
    if form.validate():
        with form.showing_refusal():
            bottom_lines_actions.add_bottom_line(by(), case.id, form.to_bottom_line())
            flash(_("The bottom line is written down."), "success")
            if _by_themselves(case):
                flash(_("The coordinator reads it and says yes to the words, or writes others."), "info")
            return _back(case)
    return _page(case, form), form.status


@bp.post(f"{_ADDRESS}/<int:line_id>")
@case_route(Activity.SET_BOTTOM_LINES)
@edits
def change_bottom_line(case: Case, line_id: int) -> ResponseReturnValue:
    """Change a bottom line, or when it was shared."""
    form = _form(case, prefix=f"line-{line_id}-")
    if form.validate():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _form_of(case, line_id))
            changed = bottom_lines_actions.change_bottom_line(by(unchanged), case.id, line_id, form.to_bottom_line())
            if changed.unshared:
                flash(
                    _("The bottom line has other words now. Write down on which day the family heard these."), "warning"
                )
            if changed.waits:
                flash(_("These words stand when both of you have said yes to them."), "info")
            flash(_("Saved."), "success")
            return _back(case)
    return _page(case, changed=(line_id, form)), form.status


@bp.post(f"{_ADDRESS}/<int:line_id>/words/<int:number>")
@case_route(Activity.SET_BOTTOM_LINES)
@moves
def agree_words(case: Case, line_id: int, number: int) -> ResponseReturnValue:
    """Say yes to the last words of a bottom line."""
    bottom_lines_actions.agree_words(by(), case.id, line_id, number)
    flash(_("Your yes is noted."), "success")
    return _back(case)


@bp.post(f"{_ADDRESS}/shared")
@case_route(Activity.ASK_BOTTOM_LINES)
@moves
def share_bottom_lines(case: Case) -> ResponseReturnValue:
    """Note on which day the family was told the bottom lines, or was handed the sheet."""
    form = SharingForm(prefix="shared-")
    if form.validate():
        with form.showing_refusal():
            count = bottom_lines_actions.share_bottom_lines(by(), case.id, form.on.data)
            flash(ngettext("One bottom line is shared.", "%(num)s bottom lines are shared.", count), "success")
            return _back(case)
    return _page(case, sharing=form), form.status


@bp.post(f"{_ADDRESS}/ask/<int:participant_id>")
@case_route(Activity.ASK_BOTTOM_LINES)
@moves
def ask_for_bottom_lines(case: Case, participant_id: int) -> ResponseReturnValue:
    """Ask somebody for their bottom lines."""
    bottom_lines_actions.ask_for_bottom_lines(by(), case.id, participant_id)
    flash(_("They are asked on their own page, and by email if they have an address."), "success")
    return _back(case)


@bp.post(f"{_ADDRESS}/none-of-mine")
@case_route(Activity.SET_BOTTOM_LINES)
@moves
def none_of_mine(case: Case) -> ResponseReturnValue:
    """A professional says that they set none."""
    bottom_lines_actions.say_i_set_none(by(), case.id)
    flash(_("It is noted that you set none."), "success")
    return _back(case)


@bp.get(f"{_ADDRESS}.pdf")
@paper_route(BOTTOM_LINES.activity)
def sheet(case: Case) -> ResponseReturnValue:
    """The bottom lines on paper, in the language of the family's documents if pages exist in it."""
    code = language_of(case.language, language())
    return ordering.give_paper(BOTTOM_LINES, case, [bottom_line_sheet(db(), case, code)])


@bp.post(f"{_ADDRESS}/<int:line_id>/remove")
@case_route(Activity.SET_BOTTOM_LINES)
@moves
def remove_bottom_line(case: Case, line_id: int) -> ResponseReturnValue:
    """Delete a bottom line."""
    removed = bottom_lines_actions.remove_bottom_line(by(), case.id, line_id)
    if removed.waits:
        flash(_("Your coordinator is asked to take it away. Until then it stands."), "info")
        return _back(case)
    flash(_("The bottom line is taken away."), "success")
    if removed.shared:
        flash(_("The family knew it. Tell them that it is gone."), "warning")
    return _back(case)


@bp.post(f"{_ADDRESS}/none")
@case_route(Activity.SAY_NO_BOTTOM_LINES)
@moves
def no_bottom_lines(case: Case) -> ResponseReturnValue:
    """Note that there are none."""
    bottom_lines_actions.say_no_bottom_lines(by(), case.id)
    flash(_("It is noted that there are no bottom lines."), "success")
    return _back(case)


@bp.post(f"{_ADDRESS}/open-again")
@case_route(Activity.SAY_NO_BOTTOM_LINES)
@moves
def bottom_lines_again(case: Case) -> ResponseReturnValue:
    """Clear the note that there are none."""
    bottom_lines_actions.say_no_bottom_lines(by(), case.id, there_are_none=False)
    return _back(case)


def _back(case: Case) -> ResponseReturnValue:
    return redirect(url_for("conferences.bottom_lines", conference_id=case.id), 303)


def _by_themselves(case: Case) -> bool:
    """Whether the visitor has a personal link: then they set bottom lines for themselves only."""
    return case.visitor.participant_id is not None


def _form(case: Case, **kwargs: object) -> BottomLineForm:
    return BottomLineForm(circle(db(), case.id), _by_themselves(case), **kwargs)


def _form_of(case: Case, line_id: int) -> BottomLineForm:
    """The form of a bottom line as it is now. Raises Unknown."""
    row = next((row for row in bottom_line_queries.discussed_bottom_lines(db(), case) if row.id == line_id), None)
    if row is None:
        raise Unknown
    return _filled(case, row)


def _filled(case: Case, row: BottomLineRow) -> BottomLineForm:
    shown = {"text": row.last_text, "ground": row.ground, "set_by": row.set_by, "shared_on": row.shared_on}
    return _form(case, formdata=None, prefix=f"line-{row.id}-", data=shown)


def _page(
    case: Case,
    form: BottomLineForm | None = None,
    changed: tuple[int, BottomLineForm] | None = None,
    sharing: SharingForm | None = None,
) -> str:
    """The page; a form that is given was rejected and is shown again."""
    rows = bottom_line_queries.discussed_bottom_lines(db(), case)
    form = form or _form(case, formdata=None)
    forms = {}
    own = case.visitor.participant_id
    if may_change := case.may(Activity.SET_BOTTOM_LINES):
        forms = {row.id: _filled(case, row) for row in rows if not _by_themselves(case) or row.set_by == own}
    if changed:
        forms[changed[0]] = changed[1]
    setters = bottom_line_queries.setters(db(), case, now()) if may_change else ()
    today = local_date(now(), case.timezone)
    asks = case.may(Activity.ASK_BOTTOM_LINES)
    return render_template(
        "conferences/bottom_lines.html",
        case=case,
        rows=rows,
        form=form,
        forms=forms,
        hints={row.id: line_hints(row.last_text) for row in rows if row.id in forms},
        nobody_sets="set_by" in form and not form.set_by.choices,
        sent=form if form.errors else (changed[1] if changed else sharing),
        may_change=may_change,
        setters=setters if asks else (),
        me=next((one for one in setters if one.id == own), None),
        sharing=(sharing or SharingForm(formdata=None, prefix="shared-", data={"on": today}))
        if asks and any(row.for_the_family and not row.shared_on for row in rows)
        else None,
        on_paper=any(row.for_the_family or row.shared_on for row in rows) or (not rows and case.no_bottom_lines_on),
    )
