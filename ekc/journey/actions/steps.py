"""Taking a step, which moves the case on. Back moves `taking_back.py` alone."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace

from sqlalchemy import bindparam, func, select

from ekc.accounts.access import By
from ekc.accounts.notifications import notify_managers
from ekc.conferences.access import lock_case
from ekc.conferences.actions.safety import tell_not_safe
from ekc.conferences.effects import end_pause, renew_watch
from ekc.conferences.models import Conference
from ekc.conferences.roles import unattended
from ekc.core.audit import ActorKind
from ekc.core.clock import local_date
from ekc.core.errors import NotNow, Refusal, Stale, WrongDay
from ekc.core.outbox import waiting
from ekc.core.transaction import writing
from ekc.journey.actions.wishes import note_wish
from ekc.journey.effects import EFFECTS, leave_notices
from ekc.journey.facts import gather_facts
from ekc.journey.mails import CAME_OUT_ALONE
from ekc.journey.models import PhaseChange, StepWords
from ekc.meetings.effects import planned_day
from ekc.workflow.definition.kinds import MAILS_WAIT, ReasonKind, Taking
from ekc.workflow.engine import STEP_RULES, Verdict, verdict_on
from ekc.workflow.vocabulary import N_, Activity, Phase


class Blocked(Refusal):
    """The step cannot be taken now; `verdict` holds every reason."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(N_("This step cannot be taken yet."))
        self.verdict = verdict


def take_step(
    by: By,
    conference_id: int,
    taking: Taking,
    seen_phase: Phase | None = None,
    still: Callable[[], None] = lambda: None,
) -> Phase:
    """Take a step in one transaction: check every guard, run the effects, change the phase, write history and audit.

    `seen_phase` is the phase that the page showed; `still`, called under the lock, refuses if what else it showed has
    changed. Returns the phase of the case after the step: the same one where somebody of the circle asks for a step
    that other main persons have to want too (`workflow/voices.py`).
    Raises Unknown, NotNow, Stale (the phase changed since the page was shown), Blocked (guards, with every reason) and
    Refusal (the reason or the date is missing).
    """
    rule = STEP_RULES[taking.step]
    with writing(by.session):
        conference, roles = lock_case(by, conference_id, Activity.TAKE_STEP)
        if seen_phase is not None and conference.phase is not seen_phase:
            raise Stale(N_("Somebody else was first: the conference has moved on. Look where it is now."))
        still()
        if rule.reason is ReasonKind.TEXT and not taking.reason.strip():
            raise Refusal(N_("Write down the reason, then take the step again."))
        if rule.reason is ReasonKind.CODED and taking.stop_reason not in rule.reasons:
            raise Refusal(N_("Choose the reason, then take the step again."))
        if rule.reason is ReasonKind.NONE:  # only the step is stored; of "no plan" never anybody's views (NZ6)
            taking = replace(taking, reason="", stop_reason=None)
        today = local_date(by.at, conference.timezone)
        if taking.new_date is not None and local_date(taking.new_date, conference.timezone) < today:
            passed = N_("The new day has passed. Choose one that lies ahead, or leave it open: the date follows.")
            raise WrongDay(passed).at("new_date")
        taking = replace(taking, account_id=by.visitor.account_id)
        facts = gather_facts(by.session, conference, by.at)
        verdict = verdict_on(taking.step, facts, roles)
        overrides = {} if verdict is None else _overrides(taking, verdict)
        if overrides:
            verdict = verdict_on(taking.step, facts, roles, frozenset(overrides))
        if verdict is None:
            raise NotNow(N_("This step does not belong to the phase in which the conference is now."))
        if not verdict.allowed:
            raise Blocked(verdict)
        if not note_wish(by, conference, taking, facts):  # others have to want it too, so nothing happens yet
            return conference.phase
        source, since, day = conference.phase, conference.phase_since, planned_day(by.session, conference.id)
        with waiting(by.session, by.at + MAILS_WAIT) if rule.back else nullcontext():
            for effect in rule.effects:
                EFFECTS[effect](by.session, conference, by.at, taking)
            conference.phase = rule.target or source
            conference.phase_since = by.at
            if conference.phase is not source:
                end_pause(by.session, conference, by.at)
            renew_watch(by.session, conference, by.at)
            leave_notices(by.session, conference, by.at, taking, day)
        if source is Phase.PRIVATE_TIME:
            tell_not_safe(by, conference, since)
            _tell_came_out_alone(by, conference)
        _record_change(by, conference, source, taking, overrides)
        by.session.flush()
        return conference.phase


def _tell_came_out_alone(by: By, conference: Conference) -> None:
    """Mail the regional managers that a family has come out, if its coordinator cannot act any more."""
    if unattended(by.session, conference, by.at):
        notify_managers(by.session, CAME_OUT_ALONE, by.at, {conference.region_id}, conference.id, by=by.visitor)


def _overrides(taking: Taking, verdict: Verdict) -> dict[str, str]:
    """The reasons given for guards that block and that this person may override. Words about any other are not kept."""
    blocking = {unmet.guard for unmet in verdict.reasons if unmet.may_override}
    return {code: why.strip() for code, why in taking.overrides.items() if code in blocking and why.strip()}


_LAST_CHANGE = select(func.max(PhaseChange.number)).where(PhaseChange.conference_id == bindparam("case"))


def _record_change(by: By, conference: Conference, source: Phase, taking: Taking, overrides: dict[str, str]) -> None:
    last = by.session.scalar(_LAST_CHANGE, {"case": conference.id}) or 0
    change = PhaseChange(
        conference_id=conference.id,
        number=last + 1,
        step=taking.step,
        source=source,
        target=conference.phase,
        at=by.at,
        actor_kind=by.actor.kind,
        actor_id=by.actor.id,
        actor_name="" if by.actor.kind is ActorKind.PARTICIPANT else by.actor.name,
        reason_code=taking.stop_reason,
    )
    by.session.add(change)
    by.session.flush()
    by.session.add(StepWords(change_id=change.id, reason=taking.reason.strip() or None, overrides=overrides))
    # Words of a round are not written into the audit, which cannot forget them; of a stop its code is.
    code = {"reason": taking.stop_reason} if taking.stop_reason else {}
    by.record(f"step.{taking.step}", conference.id, overridden=", ".join(overrides), **code)
