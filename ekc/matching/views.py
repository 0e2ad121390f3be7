"""The page about the coordinator of a case, and what is sent from it and from the main person's own page.

Whoever was asked and has not said yes gets a page of their own at the same address: what they need to answer.
"""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.forms.fields import language_name
from ekc.conferences.gate import case_route
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, Unknown
from ekc.core.language import gettext as _
from ekc.core.routes import db, now
from ekc.matching import actions, queries
from ekc.matching.entries import Declaration
from ekc.matching.forms import AcceptForm, AskForm, ConfirmForm, DeclareForm, EmployerForm, EndForm, WaiveForm
from ekc.people.actions import set_employer
from ekc.people.forms import PlainForm
from ekc.workflow.blocker import Blocker
from ekc.workflow.independence import Conflict
from ekc.workflow.vocabulary import Activity

bp = Blueprint("matching", __name__, url_prefix="/conferences/<int:conference_id>/coordinator")


@bp.get("")
@case_route(Activity.SEE_REGISTRATION, Activity.SEE_REQUEST)
def coordinator(case: Case) -> ResponseReturnValue:
    """Who is asked, how far that has come, and who could be asked; for whoever is asked, what they are asked."""
    return _page(case)


@bp.post("/ask")
@case_route(Activity.MATCH_COORDINATOR)
def ask(case: Case) -> ResponseReturnValue:
    """Ask a coordinator."""
    form = AskForm()
    if not form.validate_on_submit() or form.account_id.data is None:
        raise Unknown
    try:
        actions.ask_coordinator(db(), case.visitor, now(), case.id, form.account_id.data)
    except Refusal as refusal:
        return _refused(case, refusal, form, "ask")
    flash(_("Asked. Ring them too: they see it on their own page."), "success")
    return _back(case)


@bp.post("/accept")
@case_route(Activity.ANSWER_MATCH)
def accept(case: Case) -> ResponseReturnValue:
    """Take the case."""
    form = AcceptForm(queries.referring_agency(db(), case.id))
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
    form = DeclareForm(queries.referring_agency(db(), case.id))
    if form.validate_on_submit():
        actions.declare(db(), case.visitor, now(), case.id, form.to_declaration())
        flash(_("Your declaration is changed."), "success")
        return _back(case)
    return _page(case, declare=form), 422


@bp.post("/decline")
@case_route(Activity.ANSWER_MATCH)
def decline(case: Case) -> ResponseReturnValue:
    """Do not take the case. It is out of sight from now on."""
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


@bp.post("/rather-another")
@case_route(Activity.WANT_ANOTHER_COORDINATOR)
def rather_another(case: Case) -> ResponseReturnValue:
    """The main person would rather have somebody else."""
    form = ConfirmForm()
    if not form.validate_on_submit():
        raise Unknown
    actions.rather_another(db(), case.visitor, now(), case.id, form.match_id.data)
    flash(_("Noted. Whoever looks for a coordinator hears of it."), "success")
    return redirect(url_for("journey.own_page", conference_id=case.id), 303)


@bp.post("/waive")
@case_route(Activity.MATCH_COORDINATOR)
def waive(case: Case) -> ResponseReturnValue:
    """One thing that ties the coordinator to the case is no obstacle."""
    form = WaiveForm(_open_ties(case, queries.matches(db(), case.id).taken))
    if form.validate_on_submit():
        try:
            actions.waive_conflict(db(), case.visitor, now(), case.id, form.conflict.data, form.waive_reason.data)
        except Refusal as refusal:
            return _refused(case, refusal, form, "waive")
        flash(_("Noted, with the reason. Everybody on the case can read it."), "success")
        return _back(case)
    return _page(case, waive=form), 422


@bp.post("/employer/<int:account_id>")
@case_route(Activity.MATCH_COORDINATOR)
def employer(case: Case, account_id: int) -> ResponseReturnValue:
    """For whom a coordinator of the region works besides."""
    found = _others(case, queries.candidates(db(), case.id, case.region_id))
    whose = next((one for one in found if one.id == account_id), None)
    if whose is None:
        raise Unknown
    form = EmployerForm(whose)
    if form.validate():
        set_employer(db(), case.visitor, now(), account_id, form.works_for.data)
        known = {"employer": form.works_for.data or _("nobody"), "before": whose.employer or _("nobody")}
        flash(_("%(name)s: also works for %(employer)s (was: %(before)s)", name=whose.name, **known), "success")
        return _back(case)
    return _page(case, employer=form), 422


@bp.post("/end")
@case_route(Activity.MATCH_COORDINATOR)
def end(case: Case) -> ResponseReturnValue:
    """Somebody is asked no longer, or the coordinator parts from the case."""
    form = EndForm()
    if form.validate_on_submit():
        try:
            actions.end_match(db(), case.visitor, now(), case.id, form.end_reason.data, form.match_id.data)
        except Refusal as refusal:
            return _refused(case, refusal, form, "end")
        flash(_("The match is ended. Ask somebody else."), "success")
        return _back(case)
    return _page(case, end=form), 422


def _back(case: Case) -> ResponseReturnValue:
    return redirect(url_for("matching.coordinator", conference_id=case.id), 303)


def _refused(case: Case, refusal: Refusal, form: PlainForm, name: str) -> ResponseReturnValue:
    """The page again with what was typed, and why not."""
    status = form.refuse(refusal)
    return _page(case, **{name: form}), status


def _open_ties(case: Case, match: queries.MatchRow | None) -> list[tuple[Conflict, Blocker]]:
    """What ties the coordinator to the case and was not waived, and the sentence that says so."""
    found = match.open_conflicts(queries.agencies_of(db(), case.id)) if match else ()
    return [(conflict, match.says(conflict)) for conflict in found if match]


def _page(case: Case, **filled: PlainForm) -> str:
    """The page; `filled` are the forms that were sent and have to be looked at again."""
    matches = queries.matches(db(), case.id)
    today = local_date(now(), case.timezone)
    own = [match for match in (matches.taken, matches.asked) if match and match.account_id == case.visitor.account_id]
    shown = {"case": case, "match": matches.taken, "asked": matches.asked, "own": own}
    shown["sent"] = next(iter(filled.values()), None)
    forms = {"confirm": ConfirmForm(formdata=None, confirmed_on=today), "end": EndForm(formdata=None)}
    for match in own:
        forms["declare" if match.accepted else "accept"] = _declaration_form(case, match)
    if not case.may(Activity.SEE_REGISTRATION):
        request = queries.request(db(), case.id)
        return render_template("matching/request.html", **shown, forms=forms | filled, request=request, spoken=_spoken)
    ties = _open_ties(case, matches.taken)
    only = ties[0][0].key if len(ties) == 1 else None
    forms["waive"] = WaiveForm(ties, formdata=None, conflict=only)
    candidates = queries.candidates(db(), case.id, case.region_id) if case.may(Activity.MATCH_COORDINATOR) else []
    employers = {one.id: EmployerForm(one, formdata=None) for one in _others(case, candidates)}
    if isinstance(typed := filled.get("employer"), EmployerForm):
        employers[typed.whose.id] = typed
    return render_template(
        "matching/coordinator.html",
        **shown,
        forms=forms | filled,
        conflicts=[sentence for _tie, sentence in ties],
        unsaid=matches.taken.unsaid(tie for tie, _sentence in ties) if matches.taken else (),
        wishes=queries.wishes(db(), case.id),
        candidates=candidates,
        employers=employers,
        history=queries.match_history(db(), case.id),
        spoken=_spoken,
    )


def _others(case: Case, candidates: list[queries.Candidate]) -> list[queries.Candidate]:
    """All but the visitor: nobody notes for whom they work themselves."""
    return [one for one in candidates if one.id != case.visitor.account_id]


def _declaration_form(case: Case, match: queries.MatchRow) -> DeclareForm:
    """To take the case, or to declare anew: with what was said before, else with what we know."""
    known = match.declaration or Declaration(
        "",
        employer=match.employer or None,
        caseload=queries.same_referrer(db(), case.id, match.account_id),
    )
    kind, more = (
        (DeclareForm, {}) if match.accepted else (AcceptForm, {"accepted_on": local_date(now(), case.timezone)})
    )
    form = kind(queries.referring_agency(db(), case.id), formdata=None, **more)
    form.show(known)
    return form


def _spoken(codes: tuple[str, ...]) -> str:
    """Languages by their names, in the reader's language."""
    return ", ".join(map(language_name, codes))
