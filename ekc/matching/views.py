"""The page about the coordinator of a case, and what is sent from it and from the main person's own page."""

from babel import Locale
from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from ekc.conferences.access import Case
from ekc.conferences.gate import case_route
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, Unknown
from ekc.core.routes import db, now
from ekc.core.text import say
from ekc.matching import actions, queries
from ekc.matching.forms import AcceptForm, AskForm, ClearForm, ConfirmForm, DeclareForm, EndForm
from ekc.workflow.vocabulary import Activity

bp = Blueprint("matching", __name__, url_prefix="/conferences/<int:conference_id>/coordinator")


@bp.get("")
@case_route(Activity.SEE_REGISTRATION)
def coordinator(case: Case) -> ResponseReturnValue:
    """Who is asked, how far that has come, and who could be asked."""
    return _page(case)


@bp.post("/ask")
@case_route(Activity.MATCH_COORDINATOR)
def ask(case: Case) -> ResponseReturnValue:
    """Ask a coordinator."""
    form = AskForm()
    if not form.validate_on_submit() or form.account_id.data is None:
        raise Unknown
    actions.ask_coordinator(db(), case.visitor, now(), case.id, form.account_id.data)
    flash(_("Asked. Ring them too: they see it on their own page."), "success")
    return _back(case)


@bp.post("/accept")
@case_route(Activity.ANSWER_MATCH)
def accept(case: Case) -> ResponseReturnValue:
    """Take the case."""
    form = AcceptForm()
    if form.validate_on_submit():
        try:
            actions.accept(db(), case.visitor, now(), case.id, form.to_declaration(), form.accepted_on.data)
        except Refusal as refusal:
            return _refused(case, refusal, form, "accept")
        flash(_("The case is yours. Next, the main person says whether you may be their coordinator."), "success")
        return _back(case)
    return _page(case, accept=form), 422


@bp.post("/declare")
@case_route(Activity.ANSWER_MATCH)
def declare(case: Case) -> ResponseReturnValue:
    """Declare anew."""
    form = DeclareForm()
    if form.validate_on_submit():
        actions.declare(db(), case.visitor, now(), case.id, form.to_declaration())
        flash(_("Your declaration is changed."), "success")
        return _back(case)
    return _page(case, declare=form), 422


@bp.post("/decline")
@case_route(Activity.ANSWER_MATCH)
def decline(case: Case) -> ResponseReturnValue:
    """Do not take the case. In registration it is out of sight from now on."""
    actions.decline(db(), case.visitor, now(), case.id)
    flash(_("Thank you for answering. Your regional manager asks somebody else."), "success")
    return redirect(url_for("home"), 303)


@bp.post("/confirm")
@case_route(Activity.CONFIRM_COORDINATOR)
def confirm(case: Case) -> ResponseReturnValue:
    """The main person's yes: their own, or noted for them."""
    form = ConfirmForm()
    own = case.visitor.participant_id is not None
    if form.validate_on_submit():
        try:
            on = None if own else form.confirmed_on.data
            actions.confirm_coordinator(db(), case.visitor, now(), case.id, on, form.match_id.data)
        except Refusal as refusal:
            if own:
                raise
            return _refused(case, refusal, form, "confirm")
        flash(_("Thank you. Your coordinator knows."), "success") if own else flash(_("Noted."), "success")
    elif not own:
        return _page(case, confirm=form), 422
    return redirect(url_for("journey.own_page", conference_id=case.id), 303) if own else _back(case)


@bp.post("/clear")
@case_route(Activity.MATCH_COORDINATOR)
def clear(case: Case) -> ResponseReturnValue:
    """A conflict of interest is no obstacle."""
    form = ClearForm()
    if form.validate_on_submit():
        actions.clear_conflict(db(), case.visitor, now(), case.id, form.clear_reason.data)
        flash(_("Noted: the conflict is no obstacle."), "success")
        return _back(case)
    return _page(case, clear=form), 422


@bp.post("/end")
@case_route(Activity.MATCH_COORDINATOR)
def end(case: Case) -> ResponseReturnValue:
    """Part the coordinator from the case."""
    form = EndForm()
    if form.validate_on_submit():
        actions.end_match(db(), case.visitor, now(), case.id, form.end_reason.data)
        flash(_("The match is ended. Ask somebody else."), "success")
        return _back(case)
    return _page(case, end=form), 422


def _back(case: Case) -> ResponseReturnValue:
    return redirect(url_for("matching.coordinator", conference_id=case.id), 303)


def _refused(case: Case, refusal: Refusal, form: FlaskForm, name: str) -> ResponseReturnValue:
    """The page again with what was typed, where the day does not fit or somebody was first."""
    form.form_errors.append(say(refusal.message, refusal.params))
    return _page(case, **{name: form}), refusal.status


def _page(case: Case, **filled: FlaskForm) -> str:
    """The page; `filled` are the forms that were sent and have to be looked at again."""
    match = queries.current_match(db(), case.id)
    today = local_date(now(), case.timezone)
    forms = {
        "accept": AcceptForm(formdata=None, accepted_on=today),
        "declare": DeclareForm(
            formdata=None,
            independence=match.independence if match else "",
            conflict=bool(match and match.conflict_open),
        ),
        "confirm": ConfirmForm(formdata=None, confirmed_on=today),
        "clear": ClearForm(formdata=None),
        "end": EndForm(formdata=None),
    } | filled
    asks = case.may(Activity.MATCH_COORDINATOR)
    return render_template(
        "matching/coordinator.html",
        case=case,
        match=match,
        own=match is not None and match.account_id == case.visitor.account_id,
        forms=forms,
        sent=next(iter(filled.values()), None),
        wishes=queries.wishes(db(), case.id),
        candidates=queries.candidates(db(), case.region_id) if asks else [],
        history=queries.match_history(db(), case.id),
        spoken=_spoken,
    )


def _spoken(codes: tuple[str, ...]) -> str:
    """Languages by their names, in the reader's language."""
    names = (get_locale() or Locale("en")).languages
    return ", ".join(str(names.get(code, code)) for code in codes)
