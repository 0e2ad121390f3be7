"""A step: what stands in its way, its form, and taking it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.gate import case_route
from ekc.conferences.queries.members import members
from ekc.conferences.queries.staff import staff_to_ring
from ekc.conferences.roles import attended
from ekc.core.errors import Refusal, Stale, Unknown
from ekc.core.forms import keyed_digest
from ekc.core.language import gettext, translate
from ekc.core.routes import db, moves, now
from ekc.journey.actions import taking_back
from ekc.journey.actions.steps import Blocked, take_step
from ekc.journey.actions.taking_back import TooLate
from ekc.journey.actions.wishes import says_not_safe
from ekc.journey.facts import dissent, gather_facts
from ekc.journey.forms import StepForm, step_form
from ekc.journey.panel import blocker_link
from ekc.journey.views.blueprint import bp
from ekc.meetings import queries as meetings
from ekc.plans.document import SAID, PrintedAgreement
from ekc.plans.effects import printed_agreements
from ekc.plans.queries.versions import stored_draft
from ekc.signin.login import by
from ekc.workflow.definition.kinds import StepRule
from ekc.workflow.ends.rows import END_OF_STEP
from ekc.workflow.engine import (
    GUARD_RULES,
    OPEN_FOLLOW_UPS_RULES,
    STEP_RULES,
    Verdict,
    as_the_circle_reads,
    judge,
    steps_from,
)
from ekc.workflow.vocabulary import N_, Activity, CasePart, Effect, Role, Step
from ekc.workflow.voices import VOICE_RULES, VoiceRule, asks_others, must_be_asked


@bp.route("/conferences/<int:conference_id>/steps/<step>", methods=["GET", "POST"])
@case_route(Activity.TAKE_STEP)
@moves
def step(case: Case, step: str) -> ResponseReturnValue:
    """A step: what blocks it, its form, and taking it."""
    rule = _rule(step)
    verdict = _verdict(case, rule) if rule.questions else None
    own = case.visitor.participant_id is not None
    form = step_form(rule, own=own, asks=verdict is not None and bool(verdict.questions))
    if "other" in form and not form.is_submitted():
        form.other.data = request.args.get("other", "")[:20]
    if not form.validate_on_submit():
        return _step_page(case, rule, form, verdict or _verdict(case, rule)), 422 if form.errors else 200
    try:
        taking = form.to_taking(rule, case.timezone)
        phase = take_step(by(), case.id, taking, form.seen_phase(), lambda: _refuse_other_paper(case, rule, form))
    except Blocked as blocked:
        return _step_page(case, rule, form, blocked.verdict), 409
    except Refusal as refusal:
        if not form.can_show(refusal):
            raise
        status = form.refuse(refusal)
        return _step_page(case, rule, form, verdict or _verdict(case, rule)), status
    if own and rule.asks_safe and says_not_safe(taking):
        return redirect(url_for("journey.not_safe", conference_id=case.id), 303)
    if rule.matter is not None and phase is not rule.target:
        told = gettext("It is written down as your own wish. Your coordinator and the regional manager hear of it.")
        alone = gettext("It is written down as your own wish. The regional manager hears of it.")
        flash(told if attended(db(), case, now()) else alone, "success")
    else:
        flash(translate(rule.done), "success")
    return redirect(back(case), 303)


@bp.post("/conferences/<int:conference_id>/steps/<step>/take-back")
@case_route(Activity.TAKE_STEP)
@moves
def take_back(case: Case, step: str) -> ResponseReturnValue:
    """Take back a step that the visitor took a few minutes ago."""
    try:
        taken = taking_back.take_back(by(), case.id, _rule(step).step)
    except TooLate as late:
        flash(" ".join(translate(sentence) for sentence in (late.message, late.instead) if sentence), "warning")
    else:
        flash(translate(taken.done), "success")
    return redirect(back(case), 303)


def _rule(step: str) -> StepRule:
    """The row of the step in an address. Raises Unknown."""
    try:
        return STEP_RULES[Step(step)]
    except ValueError:
        raise Unknown from None


def back(case: Case) -> str:
    """Where whoever did something goes on: staff on the case page, others on their own."""
    staff = case.may(Activity.SEE_CASE) and case.visitor.account_id is not None
    return url_for("journey.case" if staff else "journey.own_page", conference_id=case.id)


def _verdict(case: Case, rule: StepRule) -> Verdict | None:
    """What stands in the way of the step, and what to ask before it; None where it is not there to take."""
    if rule not in steps_from(case.phase, case.roles, case.has_plan):
        return None
    return judge(rule, gather_facts(db(), case, now()), case.roles)


def _wish(case: Case, rule: StepRule) -> tuple[VoiceRule | None, str]:
    """The rule of the matter where the step is the visitor's wish, which others have to want too; else None.

    And the name of the other main person, where there are two: they know whose wish it is.
    """
    who = case.visitor.participant_id
    if rule.matter is None or who is None or rule not in steps_from(case.phase, case.roles, case.has_plan):
        return None, ""
    facts = gather_facts(db(), case, now())
    if not asks_others(rule.matter, facts, who):
        return None, ""
    asked = must_be_asked(rule.matter, facts)
    others = [person.name for person in asked if person.id != who]
    return VOICE_RULES[rule.matter], others[0] if len(asked) == 2 and len(others) == 1 else ""


def paper_of(case: Case, rule: StepRule) -> tuple[str, tuple[PrintedAgreement, ...]]:
    """Of a step that freezes the plan: its text with a digest of all that is frozen, and what everybody says of it."""
    if Effect.FREEZE_PLAN not in rule.effects:
        return "", ()
    found = stored_draft(db(), case.id)
    said = printed_agreements(db(), case, found)
    return f"{found.text}.{keyed_digest(repr((found.draft, said))).hex()}", said


def _refuse_other_paper(case: Case, rule: StepRule, form: StepForm) -> None:
    if (form.paper.data or "") != paper_of(case, rule)[0]:
        raise Stale(
            N_(
                "The plan, or what somebody says of it, changed after you opened the page. Nothing is agreed yet: look "
                "what the paper will say now, and then agree it."
            )
        ).at("paper")


def _step_page(case: Case, rule: StepRule, form: StepForm, verdict: Verdict | None) -> str:
    if verdict is not None and case.visitor.account_id is None:
        verdict = as_the_circle_reads(verdict)
    reasons = [(reason, blocker_link(reason.blocker)) for reason in verdict.reasons] if verdict else []
    freezes = verdict is not None and Effect.FREEZE_PLAN in rule.effects
    paper, printed = paper_of(case, rule) if freezes else ("", ())
    wish, other = _wish(case, rule)
    blocking = {reason.guard: gettext(GUARD_RULES[reason.guard].line) for reason, _link in reasons}
    return render_template(
        "journey/step.html",
        case=case,
        rule=rule,
        end=END_OF_STEP.get(rule.step),
        open_follow_ups=OPEN_FOLLOW_UPS_RULES.get(rule.step),
        wish=wish,
        other=other,
        form=form,
        possible=verdict is not None,
        questions=[blocker_link(question) for question in verdict.questions] if verdict else (),
        reasons=reasons,
        why=form.why(blocking),
        outside=Role.COORDINATOR in case.roles,
        dissent=dissent(db(), case) if freezes else (),
        printed=printed,
        paper=paper,
        said=SAID,
        whom=staff_to_ring(db(), case, attended(db(), case, now())) if case.visitor.account_id is None else (),
        here=_here(case) if rule.step is Step.COME_OUT and case.sees(CasePart.NAMES) else (),
    )


def _here(case: Case) -> list[str]:
    """Who of the family and their supporters is in the room, or on the line."""
    meeting = meetings.current_meeting(db(), case.id)
    there = {row.participant_id for row in meetings.stretches(db(), meeting.id) if row.is_open} if meeting else set()
    return [one.name for one in members(db(), case.id) if one.is_inside and one.id in there]
