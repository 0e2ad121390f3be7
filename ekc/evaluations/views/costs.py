"""The page of hours and costs."""

from decimal import Decimal

from babel.numbers import format_decimal, get_currency_symbol
from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.gate import case_route
from ekc.core.form_numbers import adds
from ekc.core.language import gettext as _
from ekc.core.language import locale, money
from ekc.core.routes import db, edits, moves
from ekc.evaluations import actions, queries
from ekc.evaluations.forms import COST_NAMES, AvoidedForm, CostsForm
from ekc.evaluations.models import CostSheet
from ekc.evaluations.views.blueprint import bp
from ekc.signin.login import by
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import Activity


@bp.get("/conferences/<int:conference_id>/costs")
@case_route(Activity.RECORD_COSTS)
def costs(case: Case) -> ResponseReturnValue:
    """Hours and costs of the conference."""
    return _costs_page(case, None, AvoidedForm(), 200)


@bp.post("/conferences/<int:conference_id>/costs")
@case_route(Activity.RECORD_COSTS)
@edits
def record_costs(case: Case) -> ResponseReturnValue:
    """Record hours and costs."""
    form = CostsForm()
    if form.validate_on_submit():
        with form.showing_refusal():
            actions.record_costs(by(form.unless_changed(lambda: _filled(*_read(case)))), case.id, form.to_costs())
            flash(_("Hours and costs are saved."), "success")
            return redirect(url_for("evaluations.costs", conference_id=case.id), 303)
    return _costs_page(case, form, AvoidedForm(formdata=None), form.status)


@bp.post("/conferences/<int:conference_id>/costs/avoided")
@case_route(Activity.RECORD_COSTS)
@adds()
def add_avoided(case: Case) -> ResponseReturnValue:
    """Add a cost that is said to have been avoided."""
    form = AvoidedForm()
    if form.validate_on_submit():
        actions.add_avoided_cost(by(), case.id, form.to_avoided())
        flash(_("The avoided cost is added."), "success")
        return redirect(url_for("evaluations.costs", conference_id=case.id), 303)
    return _costs_page(case, None, form, 422)


@bp.post("/conferences/<int:conference_id>/costs/avoided/<int:avoided_id>/remove")
@case_route(Activity.RECORD_COSTS)
@moves
def remove_avoided(case: Case, avoided_id: int) -> ResponseReturnValue:
    """Delete an avoided cost."""
    actions.remove_avoided_cost(by(), case.id, avoided_id)
    flash(_("The avoided cost is taken out."), "success")
    return redirect(url_for("evaluations.costs", conference_id=case.id), 303)


_Proposed = dict[str, list[tuple[str, int]]]


def _read(case: Case) -> tuple[CostSheet | None, _Proposed]:
    """What was recorded, and what the meetings say."""
    return queries.cost_sheet(db(), case.id), queries.proposed_costs(db(), case.id)


def _filled(sheet: CostSheet | None, proposed: _Proposed) -> CostsForm:
    """The form with what was recorded, and where nothing was, with what the meetings say."""
    recorded = {name: getattr(sheet, name, None) for name in COST_NAMES}
    sums = {name: sum(cents for _for, cents in parts) for name, parts in proposed.items()}
    shown = sums | {name: value for name, value in recorded.items() if value is not None}
    return CostsForm(formdata=None, data=shown)


def _hints(currency: str, sheet: CostSheet | None, proposed: _Proposed) -> dict[str, str]:
    """What the meetings say, at each field where it is not what was recorded."""
    hints = {}
    for name, parts in proposed.items():
        recorded = getattr(sheet, name, None)
        if recorded == sum(cents for _for, cents in parts):
            continue
        said = ", ".join(f"{_(label)} {money(cents, currency)}" for label, cents in parts)
        hints[name] = (
            _("From the meeting: %(costs)s. Save it to confirm it, or change it.", costs=said)
            if recorded is None
            else _("The meeting says: %(costs)s.", costs=said)
        )
    return hints


def _costs_page(case: Case, sent: CostsForm | None, avoided_form: AvoidedForm, status: int) -> ResponseReturnValue:
    """The page; a form that is given was rejected and is shown again."""
    currency = PROFILES[case.profile].currency
    sheet, proposed = _read(case)
    form = sent or _filled(sheet, proposed)
    known = [(form[name].label.text, getattr(sheet, name, None), form[name].parts) for name in COST_NAMES]
    page = render_template(
        "evaluations/costs.html",
        case=case,
        sign=get_currency_symbol(currency, locale()),
        known=[(label, _quantity(value, parts, currency)) for label, value, parts in known],
        avoided=[(row, _quantity(row.amount, 100, currency)) for row in queries.avoided_costs(db(), case.id)],
        form=form,
        hints=_hints(currency, sheet, proposed),
        avoided_form=avoided_form,
    )
    return page, status


def _quantity(value: int | None, parts: int, currency: str) -> str:
    """Money from cents (100 parts) or hours from minutes (60 parts), formatted for the reader."""
    if value is None:
        return _("no data")
    if parts == 100:
        return money(value, currency)
    return _("%(n)s hours", n=format_decimal(Decimal(value) / parts, "0.##", locale=locale()))
