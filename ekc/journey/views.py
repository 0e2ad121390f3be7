"""Pages of the workflow: home, the case page, a step, the history, a participant's own page."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.accounts.access import Visitor
from ekc.conferences.access import Case
from ekc.conferences.gate import case_route
from ekc.core.clock import local_date
from ekc.core.errors import Unknown
from ekc.core.language import gettext, translate
from ekc.core.routes import db, now, public
from ekc.journey import queries
from ekc.journey.actions import Blocked, take_step
from ekc.journey.casepage import case_page
from ekc.journey.facts import gather_facts
from ekc.journey.forms import step_form
from ekc.journey.home import demo_people, staff_home
from ekc.journey.ownpage import own_page as own_page_of
from ekc.journey.panel import blocker_link
from ekc.signin.login import by, visitor
from ekc.workflow.definition import StepRule
from ekc.workflow.duties import Duty
from ekc.workflow.engine import STEP_RULES, Verdict, has_duty, judge, steps_from
from ekc.workflow.vocabulary import N_, Activity, Role, Step

bp = Blueprint("journey", __name__)


def menu(who: Visitor) -> list[tuple[str, str]]:
    """The main menu: endpoint and title. For visitors who have no cases, home redirects to the entry after it."""
    entries = [("home", N_("Home"))]
    if has_duty(Duty.CASES, who.roles):
        entries += [("conferences.register", N_("Register a conference")), ("conferences.search", N_("Search"))]
    if has_duty(Duty.FOLLOW_UPS, who.roles):
        entries.append(("reports.follow_ups", N_("Follow-ups")))
    if has_duty(Duty.ACCOUNTS, who.roles):
        entries += [("staff.accounts", N_("Accounts")), ("staff.regions", N_("Regions"))]
    return entries


@public
def home() -> ResponseReturnValue:
    """The first page: work to do for staff; for others what this service is."""
    who = visitor()
    if who.conference_id is not None:
        return redirect(url_for("journey.own_page", conference_id=who.conference_id))
    if not who.known:
        return render_template("journey/welcome.html", demo_people=demo_people(db(), now()))
    _home, *others = menu(who)
    if others and not has_duty(Duty.CASES, who.roles):
        return redirect(url_for(others[0][0]))
    return render_template("journey/home.html", home=staff_home(db(), who, now()), who=who)


@bp.get("/conferences/<int:conference_id>")
@case_route(Activity.SEE_CASE)
def case(case: Case) -> ResponseReturnValue:
    """The case page: the phase, the next step, and what blocks it with links to solve that."""
    return render_template("journey/case.html", case=case, page=case_page(db(), case, now()))


@bp.get("/conferences/<int:conference_id>/history")
@case_route(Activity.SEE_HISTORY)
def history(case: Case) -> ResponseReturnValue:
    """The steps taken, newest first."""
    changes = queries.history(db(), case.id)
    return render_template("journey/history.html", case=case, changes=changes[::-1], rules=STEP_RULES)


@bp.get("/conferences/<int:conference_id>/mine")
@case_route(Activity.SEE_OWN_PAGE)
def own_page(case: Case) -> ResponseReturnValue:
    """The own page of a participant, by their personal link."""
    return render_template("journey/own_page.html", case=case, page=own_page_of(db(), case, now()))


@bp.route("/conferences/<int:conference_id>/steps/<step>", methods=["GET", "POST"])
@case_route(Activity.TAKE_STEP)
def step(case: Case, step: str) -> ResponseReturnValue:
    """A step: what blocks it, its form, and taking it."""
    try:
        rule = STEP_RULES[Step(step)]
    except ValueError:
        raise Unknown from None
    verdict = _verdict(case, rule) if rule.questions else None
    own = case.visitor.participant_id is not None
    form = step_form(rule, own=own, asks=verdict is not None and bool(verdict.questions))
    overrides = {guard.code: request.form.get(f"override-{guard.code}", "") for guard in rule.guards}
    if not form.validate_on_submit():
        return _step_page(case, rule, form, overrides, verdict or _verdict(case, rule)), 422 if form.errors else 200
    try:
        take_step(by(), case.id, form.to_taking(rule, case.timezone, overrides), seen_phase=form.seen_phase())
    except Blocked as blocked:
        return _step_page(case, rule, form, overrides, blocked.verdict), 409
    flash(gettext("Done: %(step)s.", step=translate(rule.title)), "success")
    staff = case.may(Activity.SEE_CASE) and case.visitor.account_id is not None
    return redirect(url_for("journey.case" if staff else "journey.own_page", conference_id=case.id), 303)


def _verdict(case: Case, rule: StepRule) -> Verdict | None:
    """What stands in the way of the step, and what to ask before it; None where it is not there to take."""
    if rule not in steps_from(case.phase, case.roles):
        return None
    return judge(rule, gather_facts(db(), case, now()), case.roles)


def _step_page(case: Case, rule: StepRule, form: object, overrides: dict[str, str], verdict: Verdict | None) -> str:
    reasons = [(reason, blocker_link(reason.blocker)) for reason in verdict.reasons] if verdict else []
    return render_template(
        "journey/step.html",
        case=case,
        rule=rule,
        form=form,
        possible=verdict is not None,
        questions=verdict.questions if verdict else (),
        reasons=reasons,
        overridable=verdict is not None and verdict.overridable,
        overrides=overrides,
        outside=Role.COORDINATOR in case.roles,
        today_there=local_date(now(), case.timezone),
    )
