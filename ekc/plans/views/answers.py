"""The page of the agreement: who agrees, bottom lines, acceptance, and answers to requests for support."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from ekc.accounts.access import By
from ekc.conferences.access import Case
from ekc.conferences.gate import case_route
from ekc.conferences.queries import visible_bottom_lines
from ekc.core.clock import local_date
from ekc.core.errors import Stale
from ekc.core.forms import EditingForm, Standing
from ekc.core.language import gettext as _
from ekc.core.routes import db, edits, now
from ekc.plans import actions, queries
from ekc.plans.draft import Action, Draft, number_of
from ekc.plans.draft import actions as actions_of
from ekc.plans.facts import askable, heard
from ekc.plans.forms import AcceptanceForm, AgreementForm, BottomLineCheckForm, EverybodyForm, SupportForm
from ekc.plans.queries import CirclePerson
from ekc.plans.views.blueprint import bp
from ekc.plans.views.plan import SubmittedForm, rhythms, seen_revision
from ekc.signin.login import by
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import N_, ActionKind, Activity, CasePart, Role, Scope, VoiceMatter
from ekc.workflow.voices import VOICE_RULES

Form = TypeVar("Form", bound=EditingForm)


@bp.get("/agreement")
@case_route(Activity.SEE_PLAN)
def agreement(case: Case) -> ResponseReturnValue:
    """Who agrees, bottom lines, acceptance and support."""
    return _page(case)


@bp.post("/agreement/everybody")
@case_route(Activity.CHECK_PLAN)
@edits
def everybody_agrees(case: Case) -> ResponseReturnValue:
    """Record that all these people agree."""
    return _save(
        case,
        "everybody",
        partial(_everybody_form, case),
        lambda who, form: actions.record_agreements(who, case.id, form.people.data),
        anchor="agree",
    )


@bp.post("/agreement/person")
@case_route(Activity.CHECK_PLAN)
@edits
def somebody_agrees(case: Case) -> ResponseReturnValue:
    """Record whether one person agrees, fully, in part or not."""
    return _save(
        case,
        "person",
        partial(_agreement_form, case),
        lambda who, form: actions.record_agreement(who, case.id, form.person.data, form.to_answer(), form.to_words()),
        anchor="agree",
    )


@bp.post("/agreement/bottom-lines/<int:bottom_line_id>")
@case_route(Activity.CHECK_PLAN)
@edits
def check_bottom_line(case: Case, bottom_line_id: int) -> ResponseReturnValue:
    """Record whether the plan meets a bottom line."""
    return _save(
        case,
        f"bottom-line-{bottom_line_id}",
        partial(_check_form, case, bottom_line_id),
        lambda who, form: actions.check_bottom_line(who, case.id, bottom_line_id, form.met.data == "yes"),
    )


@bp.post("/agreement/acceptance")
@case_route(Activity.DECIDE_ACCEPTANCE)
@edits
def decide(case: Case) -> ResponseReturnValue:
    """Record that the plan is accepted, or refused for safety."""
    return _save(
        case,
        "acceptance",
        partial(_acceptance_form, case),
        lambda who, form: actions.decide_acceptance(
            who, case.id, form.person.data, form.accepts, "" if form.accepts else form.reason.data
        ),
    )


@bp.post("/agreement/support/<key>")
@case_route(Activity.ANSWER_SUPPORT)
@edits
def answer_support(case: Case, key: str) -> ResponseReturnValue:
    """Record the answer to a request for support."""
    form = SupportForm(prefix=f"{key}-")
    if not form.validate_on_submit():
        return _page(case, SubmittedForm(key, form))
    try:
        actions.answer_support(by(), case.id, seen_revision(), key, form.to_answer(), form.words.data)
    except Stale as refusal:
        return _page(case, SubmittedForm(key, form, refusal))
    return _back(case, key)


def _save(
    case: Case, place: str, form_of: Callable[..., Form], save: Callable[[By, Form], None], anchor: str = ""
) -> ResponseReturnValue:
    """Save the form of one place on the page, unless what it replaces was changed since it was shown."""
    form = form_of()
    if form.validate_on_submit():
        with form.showing_refusal():
            save(by(form.unless_changed(lambda: form_of(formdata=None))), form)
            return _back(case, anchor or place)
    return _page(case, SubmittedForm(place, form))


def _back(case: Case, anchor: str) -> ResponseReturnValue:
    flash(_("Saved."), "success")
    return redirect(url_for("plans.agreement", conference_id=case.id, _anchor=anchor), 303)


def _askable(case: Case) -> list[CirclePerson]:
    return askable(queries.circle(db(), case.id), queries.stored_draft(db(), case.id).draft)


def _said(case: Case) -> dict[str, Standing]:
    """What was written down of each person about this plan, for the forms that replace it."""
    names = {person.id: person.name for person in queries.circle(db(), case.id)}
    rows = queries.agreements(db(), case.id, case.presentation)
    return {str(row.participant_id): _standing(names[row.participant_id], row.answer.label, row.words) for row in rows}


def _standing(name: str, answer: str, words: str) -> Standing:
    return Standing(name, f"{_(answer)} “{words}”" if words else _(answer))


def _everybody_form(case: Case, **more: Any) -> EverybodyForm:
    return EverybodyForm(_askable(case), stands=_said(case), prefix="everybody-", **more)


def _agreement_form(case: Case, **more: Any) -> AgreementForm:
    only_agreed = PROFILES[case.profile].only_agreed_recorded
    return AgreementForm(_askable(case), only_agreed, stands=_said(case), prefix="person-", **more)


def _check_form(case: Case, bottom_line_id: int, **more: Any) -> BottomLineCheckForm:
    met = queries.bottom_line_checks(db(), case.id, case.presentation)
    words = {True: _("met"), False: _("not met")}
    stands = {"checked": Standing(_("The plan meets it"), words[met[bottom_line_id]])} if bottom_line_id in met else {}
    return BottomLineCheckForm(stands=stands, **more)


def _acceptance_form(case: Case, **more: Any) -> AcceptanceForm:
    """The form, with the last decision of each who decides. The visitor offers those whose decision they may record."""
    words = {True: N_("accepted"), False: N_("not accepted")}
    last = {row.participant_id: row for row in _decisions(case) if row.presentation == case.presentation}
    stands = {str(id_): _standing(row.name, words[row.accepted], row.reason) for id_, row in last.items()}
    return AcceptanceForm(_deciders(case, queries.circle(db(), case.id)), stands=stands, prefix="acceptance-", **more)


def _decisions(case: Case) -> tuple[queries.AcceptanceRow, ...]:
    """The decisions about the plan that the visitor sees: all, or only their own."""
    decisions = queries.acceptances(db(), case.id)
    if case.sees(CasePart.ACCEPTANCE) is Scope.ALL:
        return decisions
    return tuple(row for row in decisions if row.participant_id == case.visitor.participant_id)


def _deciders(case: Case, people: tuple[CirclePerson, ...]) -> list[CirclePerson]:
    """Whose decision the visitor may record: the coordinator anybody's, others their own."""
    deciders = queries.deciders(db(), case.id, people)
    if Role.COORDINATOR in case.roles:
        return list(deciders)
    return [person for person in deciders if person.id == case.visitor.participant_id]


def _answers(case: Case, action: Action) -> bool:
    own = case.visitor.participant_id in action.who
    return case.may(Activity.ANSWER_SUPPORT) and (own or Role.COORDINATOR in case.roles)


def _page(case: Case, sent: SubmittedForm | None = None) -> ResponseReturnValue:
    session = db()
    people = queries.circle(session, case.id)
    found = queries.stored_draft(session, case.id)
    said = {row.participant_id: row for row in queries.agreements(session, case.id, case.presentation)}
    today = local_date(now(), case.timezone)
    answers = {id_: row.answer for id_, row in said.items()}
    unheard = heard(people, found.draft, answers, today, case.without_conference)
    decisions = _decisions(case)
    deciders = queries.deciders(session, case.id, people)
    whole = case.sees(CasePart.PLAN) is not None
    # Of a version that is still a draft, others see only the requests to themselves.
    shows_draft = case.sees(CasePart.NEXT_VERSION)
    page = render_template(
        "plans/agreement.html",
        case=case,
        draft=found.draft,
        revision=found.revision,
        names={person.id: person.name for person in people},
        whole=whole,
        asked=askable(people, found.draft) if whole else (),
        not_asked={person.id for person in unheard.not_asked},
        sides=unheard.sides,
        differ=VOICE_RULES[VoiceMatter.PLAN].differ,
        said=said,
        lines=visible_bottom_lines(session, case),
        met=queries.bottom_line_checks(session, case.id, case.presentation),
        deciding=bool(deciders) if whole else case.visitor.participant_id in {person.id for person in deciders},
        decisions=decisions,
        accepted=queries.is_accepted(tuple(row for row in decisions if row.presentation == case.presentation)),
        requests=[
            (number_of(found.draft, action.key), action)
            for action in actions_of(found.draft)
            if action.kind is ActionKind.PROFESSIONAL and (shows_draft or _answers(case, action))
        ],
        forms=_forms(case, people, found.draft, set(said), sent),
        sent=sent,
        rhythms=rhythms(),
        today=today,
    )
    return (page, sent.status) if sent else page


def _forms(
    case: Case, people: tuple[CirclePerson, ...], draft: Draft, said: set[int], sent: SubmittedForm | None
) -> dict[str, FlaskForm]:
    """The forms that the visitor can use, by their place on the page; `sent` as it was sent."""
    forms: dict[str, FlaskForm] = {}
    empty = {"formdata": None}
    asked = askable(people, draft)
    open_ = [person for person in asked if person.id not in said]
    if case.may(Activity.CHECK_PLAN):
        if open_:
            forms["everybody"] = EverybodyForm(open_, prefix="everybody-", **empty)
        if asked:
            forms["person"] = _agreement_form(case, **empty)
        for line in visible_bottom_lines(db(), case):
            forms[f"bottom-line-{line.id}"] = _check_form(case, line.id, **empty)
    if case.may(Activity.DECIDE_ACCEPTANCE) and _deciders(case, people):
        forms["acceptance"] = _acceptance_form(case, **empty)
    for action in actions_of(draft):
        if action.kind is ActionKind.PROFESSIONAL and _answers(case, action):
            form = SupportForm(prefix=f"{action.key}-", **empty)
            form.fill(action)
            forms[action.key] = form
    if sent:
        forms[sent.place] = sent.form
    return forms
