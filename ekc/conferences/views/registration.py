"""The pages of the registration and of consents."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.actions import consents as consent_actions
from ekc.conferences.actions import offers as offer_actions
from ekc.conferences.actions import registration as registration_actions
from ekc.conferences.forms.fields import person_choices
from ekc.conferences.forms.registration import ConsentForm, OfferForm, RegistrationForm, WithdrawForm, registration_form
from ekc.conferences.forms.wishes import wish_in_words
from ekc.conferences.gate import case_route
from ekc.conferences.queries import circle as circle_queries
from ekc.conferences.queries import consents as consent_queries
from ekc.conferences.queries import registration as registration_queries
from ekc.conferences.queries import traces as trace_queries
from ekc.conferences.queries.consents import ConsentRow
from ekc.conferences.queries.members import members
from ekc.conferences.queries.registration import RegistrationRow
from ekc.conferences.queries.traces import TraceRow
from ekc.conferences.queries.voices import OwnVoice, main_person_voices, voices
from ekc.conferences.views.blueprint import bp
from ekc.core.clock import local_date
from ekc.core.form_numbers import adds
from ekc.core.language import gettext as _
from ekc.core.routes import db, edits, moves, now
from ekc.signin.login import by
from ekc.workflow.matching import CoordinatorWish, WishKind
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import Activity, TraceKind, VoiceMatter

_ADDRESS = "/conferences/<int:conference_id>/registration"
_CONSENTS = "/conferences/<int:conference_id>/consents"


@bp.get(_ADDRESS)
@case_route(Activity.SEE_REGISTRATION)
def registration(case: Case) -> ResponseReturnValue:
    """The registration and the central question."""
    shown = registration_queries.registration(db(), case.id)
    return _registration_page(case, shown, _filled(case))


@bp.post(_ADDRESS)
@case_route(Activity.CHANGE_REGISTRATION)
@edits
def change_registration(case: Case) -> ResponseReturnValue:
    """Change the registration."""
    form = _form(case)
    if form.validate():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _filled(case))
            new, said_yes = form.to_registration(), form.to_said_yes()
            if registration_actions.change_registration(by(unchanged), case.id, new, said_yes, form.follows.data):
                flash(_("The question has other words now. Write down on which day it was agreed in these."), "warning")
            flash(_("The registration is saved."), "success")
            return redirect(url_for("conferences.registration", conference_id=case.id), 303)
    return _registration_page(case, registration_queries.registration(db(), case.id), form), form.status


def _form(case: Case, **kwargs: Any) -> RegistrationForm:
    follows = registration_queries.case_number(db(), case.follows_id) if case.follows_id else ""
    return registration_form(registration_queries.registration(db(), case.id), _said(case), follows, **kwargs)


def _filled(case: Case) -> RegistrationForm:
    return _form(case, formdata=None)


def _said(case: Case) -> tuple[OwnVoice, ...]:
    """Each main person, and what they said about a conference."""
    circle, said = members(db(), case.id), voices(db(), case.id)
    return main_person_voices(circle, said, VoiceMatter.CONFERENCE, 0)


def _registration_page(case: Case, shown: RegistrationRow, form: RegistrationForm) -> str:
    may_change = case.may(Activity.CHANGE_REGISTRATION)
    country = PROFILES[case.profile].name
    return render_template(
        "conferences/registration.html",
        case=case,
        shown=shown,
        sought=[wish_in_words(CoordinatorWish(WishKind(kind), about)) for kind, about in shown.sought],
        said=_said(case),
        country=country,
        form=form,
        may_change=may_change,
    )


@bp.get(_CONSENTS)
@case_route(Activity.SEE_REGISTRATION)
def consents(case: Case) -> ResponseReturnValue:
    """All consents, withdrawn ones too."""
    return _consents_page(case)


@bp.post(_CONSENTS)
@case_route(Activity.NOTE_CONSENTS)
@adds()
def add_consent(case: Case) -> ResponseReturnValue:
    """Note a consent."""
    form = _consent_form(case)
    if form.validate():
        with form.showing_refusal():
            noted = consent_actions.add_consents(by(), case.id, form.to_consents())
            one = len(noted) == 1
            flash(_("The consent is noted.") if one else _("%(n)s consents are noted.", n=len(noted)), "success")
            return redirect(url_for("conferences.consents", conference_id=case.id), 303)
    return _consents_page(case, form), form.status


@bp.post(f"{_CONSENTS}/<int:consent_id>/withdraw")
@case_route(Activity.NOTE_CONSENTS)
@moves
def withdraw_consent(case: Case, consent_id: int) -> ResponseReturnValue:
    """Note that a consent was withdrawn."""
    form = WithdrawForm(prefix=f"withdraw-{consent_id}-")
    if form.validate():
        with form.showing_refusal():
            consent_actions.withdraw_consent(by(), case.id, consent_id, form.on.data)
            flash(_("It is noted that the consent was taken back."), "success")
            return redirect(url_for("conferences.consents", conference_id=case.id), 303)
    return _consents_page(case, withdrawn=(consent_id, form)), form.status


@bp.post(f"{_CONSENTS}/offer")
@case_route(Activity.NOTE_CONSENTS)
@adds()
def note_offer(case: Case) -> ResponseReturnValue:
    """Note when the conference was offered, what somebody said, or why it is exempt."""
    form = _offer_form(case)
    if form.validate():
        with form.showing_refusal():
            offer_actions.note_offer(by(), case.id, form.to_offer())
            flash(_("It is noted."), "success")
            return redirect(url_for("conferences.consents", conference_id=case.id), 303)
    return _consents_page(case, offer=form), form.status


def _offer_form(case: Case, **kwargs: Any) -> OfferForm:
    form = OfferForm(prefix="offer-", data={"on": local_date(now(), case.timezone)}, **kwargs)
    form.to.choices = [*form.to.choices, *person_choices(circle_queries.circle(db(), case.id))]
    return form


def _consent_form(case: Case, **kwargs: Any) -> ConsentForm:
    form = ConsentForm(data={"given_on": local_date(now(), case.timezone)}, **kwargs)
    form.people.choices = person_choices(circle_queries.circle(db(), case.id), rank=lambda row: row.consented)
    return form


def _taken_back(case: Case, rows: tuple[ConsentRow, ...]) -> dict[int, TraceRow]:
    """When the consent that each person took back last was taken back, and by whom that was noted; by its id."""
    last = {row.participant_id: row.id for row in rows if row.withdrawn_on is not None}
    traces = trace_queries.traces(db(), case.id) if last else ()
    return {last[one.participant_id]: one for one in traces if one.kind is TraceKind.CONSENT_WITHDRAWN}


def _consents_page(
    case: Case,
    form: ConsentForm | None = None,
    withdrawn: tuple[int, WithdrawForm] | None = None,
    offer: OfferForm | None = None,
) -> str:
    """The page; a form that is given was rejected and is shown again."""
    rows = consent_queries.consents(db(), case.id)
    asks_offer = PROFILES[case.profile].asks_offer(case.variant)
    day = {"on": local_date(now(), case.timezone)}
    forms = {
        row.id: WithdrawForm(formdata=None, prefix=f"withdraw-{row.id}-", data=day)
        for row in rows
        if row.withdrawn_on is None
    }
    if withdrawn:
        forms[withdrawn[0]] = withdrawn[1]
    return render_template(
        "conferences/consents.html",
        case=case,
        rows=rows,
        missing=consent_queries.not_consented(db(), case, local_date(now(), case.timezone)),
        taken_back=_taken_back(case, rows),
        form=form or _consent_form(case, formdata=None),
        withdraw_forms=forms,
        sent=form or offer or (withdrawn[1] if withdrawn else None),
        offers=consent_queries.offers(db(), case.id),
        offer_form=(offer or _offer_form(case, formdata=None)) if asks_offer else None,
        may_change=case.may(Activity.NOTE_CONSENTS),
    )
