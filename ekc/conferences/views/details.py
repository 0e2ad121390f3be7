"""The page that fills in what is not known yet of people in the circle."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.actions import details as details_actions
from ekc.conferences.entries import hidden_fields, is_sealed
from ekc.conferences.forms.details import AT_ONCE, FillInForm
from ekc.conferences.gate import case_route
from ekc.conferences.queries import circle as circle_queries
from ekc.conferences.queries.circle import PersonRow
from ekc.conferences.views.blueprint import bp
from ekc.conferences.views.circle import ADDRESS, CircleSection, groups_of
from ekc.core.form_numbers import adds
from ekc.core.language import ngettext
from ekc.core.routes import db
from ekc.signin.login import by
from ekc.workflow.facts import NO_CONSENT
from ekc.workflow.vocabulary import Activity

_DETAILS = f"{ADDRESS}/details"


@bp.get(_DETAILS)
@case_route(Activity.CHANGE_CIRCLE)
def details(case: Case) -> ResponseReturnValue:
    """Everybody in the circle, each with what is not known of them yet."""
    groups = _groups(case)
    return _page(case, _form(case, groups, formdata=None), groups)


@bp.post(_DETAILS)
@case_route(Activity.CHANGE_CIRCLE)
@adds()  # it replaces nothing that somebody noted
def fill_in(case: Case) -> ResponseReturnValue:
    """Write down what was filled in: of all of them, or of nobody."""
    groups = _groups(case)
    form = _form(case, groups)
    if form.validate():
        with form.showing_refusal():
            filled = form.to_filled_in()
            details_actions.fill_in(by(), case.id, filled)
            said = ngettext("It is noted of %(num)d person.", "It is noted of %(num)d people.", len(filled))
            flash(said, "success")
            page = _page_number()
            if page * AT_ONCE < len(_people(groups)):
                return redirect(url_for("conferences.details", conference_id=case.id, page=page + 1), 303)
            return redirect(url_for("conferences.circle", conference_id=case.id), 303)
    return _page(case, form, groups), form.status


def _form(case: Case, groups: list[CircleSection], **kwargs: object) -> FillInForm:
    people = _people(groups)
    sent = {name.partition("-")[0] for name in request.form}  # whoever came or went meanwhile moves the others
    shown = [row for row in people if f"p{row.id}" in sent] or people[(_page_number() - 1) * AT_ONCE :][:AT_ONCE]
    known, hidden = circle_queries.known(db(), case.id), {}
    asks_consent = case.may(Activity.NOTE_CONSENTS) and case.variant not in NO_CONSENT
    for row in shown:
        hidden[row.id] = hidden_fields(row.address_secret, case.sees, is_sealed(row, case.phase))
        if row.consented or not asks_consent:
            known[row.id] |= {"consented_on", "consent_note"}
        if row.excluded:
            known[row.id] |= {"exclusion_reason", "excluded_by", "excluded_on"}
    return FillInForm.of(shown, people, circle_queries.sides(db(), case.id), known, hidden, **kwargs)


def _groups(case: Case) -> list[CircleSection]:
    return groups_of(circle_queries.circle(db(), case.id), circle_queries.sides(db(), case.id))


def _page(case: Case, form: FillInForm, groups: list[CircleSection]) -> str:
    shown = [CircleSection(one.title, tuple(row for row in one.people if row.id in form.of_whom)) for one in groups]
    return render_template(
        "conferences/details.html",
        case=case,
        form=form,
        groups=[one for one in shown if one.people],
        page=_page_number(),
        pages=-(-len(_people(groups)) // AT_ONCE),
    )


def _people(groups: list[CircleSection]) -> list[PersonRow]:
    return [row for group in groups for row in group.people]


def _page_number() -> int:
    """Which page of a large circle is asked for."""
    return max(request.args.get("page", 1, type=int), 1)
