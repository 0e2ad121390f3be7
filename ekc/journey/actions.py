"""Taking a step, the only writer of `phase`; and correcting what a registration decides."""

from collections.abc import Callable
from dataclasses import asdict, fields, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.models import Account, Region
from ekc.accounts.notifications import notify_case_staff, notify_managers
from ekc.accounts.queries import managers_of, readers
from ekc.conferences.access import lock_case, unattended
from ekc.conferences.actions import traces, voices
from ekc.conferences.actions.circle import move_names, set_referrer
from ekc.conferences.actions.safety import note_not_safe, tell_not_safe
from ekc.conferences.effects import give_notice_of_number, queue_circle_mail, to_be_rung
from ekc.conferences.entries import Assignment
from ekc.conferences.models import Conference, Voice
from ekc.conferences.queries import concerns, registration
from ekc.conferences.queries import traces as trace_queries
from ekc.core.audit import ActorKind
from ekc.core.clock import local_date
from ekc.core.errors import NotNow, Refusal, Stale, Unknown
from ekc.core.outbox import MailRule, queue
from ekc.core.transaction import writing
from ekc.evaluations.effects import move_follow_ups
from ekc.journey.effects import EFFECTS, leave_notices, to_ring
from ekc.journey.facts import gather_facts
from ekc.journey.mails import (
    AGAIN_WISHED,
    CAME_OUT_ALONE,
    CORRECTED,
    CORRECTED_YOURS,
    END_MAILS,
    STOP_WISHED,
    WISH_TAKEN_BACK,
)
from ekc.journey.models import Correction, PhaseChange, StepWords
from ekc.links.queries.links import on_paper_by
from ekc.matching.actions.asking import withdraw_foreign_request
from ekc.meetings.effects import keep_local_times, planned_day
from ekc.workflow.definition import ReasonKind, Taking
from ekc.workflow.ends.kinds import End
from ekc.workflow.ends.rows import END_RULES
from ekc.workflow.engine import STEP_RULES, Verdict, verdict_on, wish_steps
from ekc.workflow.facts import Facts
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import N_, Activity, Agreed, Phase, Role, StopReason, TraceKind, VoiceMatter
from ekc.workflow.voices import VOICE_RULES, asks_others, hear, must_be_asked, told_to_others

LONGEST_REASON = 2000  # characters
#: The mail that tells staff of a wish.
_WISHED = {VoiceMatter.STOPPING: STOP_WISHED, VoiceMatter.AGAIN: AGAIN_WISHED}


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
            raise Refusal(passed).at("new_date")
        taking = replace(taking, account_id=by.visitor.account_id)
        if any(len(why) > LONGEST_REASON for why in taking.overrides.values()):
            raise Refusal(N_("Make this shorter: at most %(max)d characters."), max=LONGEST_REASON)
        facts = gather_facts(by.session, conference, by.at)
        verdict = verdict_on(taking.step, facts, roles)
        overrides = {} if verdict is None else _overrides(taking, verdict)
        if overrides:
            verdict = verdict_on(taking.step, facts, roles, frozenset(overrides))
        if verdict is None:
            raise NotNow(N_("This step is not there to take in the phase in which the conference is now."))
        if not verdict.allowed:
            raise Blocked(verdict)
        if not _note_wish(by, conference, taking, facts):  # others have to want it too, so nothing happens yet
            return conference.phase
        source, since, day = conference.phase, conference.phase_since, planned_day(by.session, conference.id)
        for effect in rule.effects:
            EFFECTS[effect](by.session, conference, by.at, taking)
        conference.phase = rule.target or source
        conference.phase_since = by.at
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


def says_not_safe(taking: Taking) -> bool:
    """Whether somebody of the circle says with this step that it does not feel safe."""
    return taking.unsafe or taking.stop_reason is StopReason.NOT_SAFE


def _note_wish(by: By, conference: Conference, taking: Taking, facts: Facts) -> bool:
    """Write down what the visitor of the circle wishes with this step; returns whether it is taken as well.

    The last yes among several takes no step either, so that nobody reads from what happens that somebody said that it
    does not feel safe: staff speak with each of them and take it. Who does not feel safe wishes it to staff alone.
    """
    rule, who = STEP_RULES[taking.step], by.visitor.participant_id
    if who is None:
        return True
    wanted = rule.matter is None or not asks_others(rule.matter, facts, who)
    unsafe = rule.asks_safe and says_not_safe(taking)
    if unsafe:
        note_not_safe(by, conference, "" if wanted else taking.reason.strip(), rule.step)
    if rule.matter is not None and unsafe:
        _trace(by, conference, VOICE_RULES[rule.matter].wished, who)
    elif rule.matter is not None:
        _wish(by, conference, rule.matter, taking, wanted, told_to_others(rule.matter, facts))
    return wanted


def _overrides(taking: Taking, verdict: Verdict) -> dict[str, str]:
    """The reasons given for guards that block and that this person may override. Words about any other are not kept."""
    blocking = {unmet.guard for unmet in verdict.reasons if unmet.may_override}
    return {code: why.strip() for code, why in taking.overrides.items() if code in blocking and why.strip()}


def _wish(by: By, conference: Conference, matter: VoiceMatter, taking: Taking, wanted: bool, asks: bool) -> None:
    """Write down that the visitor wants this step, for themselves alone; tell whoever has to act on it.

    `wanted`: nobody else has to want it, so the step is taken. `asks`: the other main persons are asked.
    """
    who = by.visitor.participant_id or 0
    before = voices.said(by, conference.id, matter, conference.round, who)
    known = before is not None and before.answer is Agreed.YES and before.reason_code is taking.stop_reason
    voices.say(
        by,
        conference,
        matter,
        conference.round,
        who,
        Agreed.YES,
        words=taking.reason.strip(),
        reason=taking.stop_reason,
        asks=asks,
    )
    _trace(by, conference, VOICE_RULES[matter].wished, who)
    by.record("voice.wish", conference.id)
    if not wanted and not known:
        _mail(by, conference, _WISHED[matter])


def _trace(by: By, conference: Conference, kind: TraceKind | None, participant_id: int) -> None:
    if kind is not None:
        traces.leave(by, conference, kind, participant_id)


def _mail(by: By, conference: Conference, rule: MailRule) -> None:
    notify_case_staff(by.session, rule, by.at, conference.id, conference.coordinator_id, conference.region_id)


def go_on(by: By, conference_id: int, matter: VoiceMatter, participant_id: int) -> None:
    """Write down that somebody does not want this step, or no longer: by themselves, or noted by staff.

    A wish is taken back in any phase but private time. Raises Refusal where there is none to take back, and nothing is
    asked either.
    """
    with writing(by.session):
        conference, roles = lock_case(by, conference_id, Activity.GO_ON)
        step = wish_steps(conference.in_force).get(matter)
        if step is None or conference.phase is Phase.PRIVATE_TIME:
            raise Refusal(N_("This step is not there to take in the phase in which the conference is now."))
        whose = by.visitor.participant_id or participant_id  # whoever comes by link speaks for themselves
        before = voices.said(by, conference_id, matter, conference.round, whose)
        own = by.visitor.participant_id is not None
        wished = before is not None and before.answer is Agreed.YES
        is_asked = conference.phase in step.sources and own and Role.MAIN_PERSON in roles
        if before is None and not is_asked:
            raise Refusal(N_("There is no wish here that could be taken back."))
        voices.say(by, conference, matter, conference.round, whose, Agreed.NO)
        _trace(by, conference, VOICE_RULES[matter].taken_back, whose)
        by.record("voice.go_on", conference_id, participant=whose)
        if wished and own:
            _mail(by, conference, WISH_TAKEN_BACK)


def note_answer(by: By, conference_id: int, matter: VoiceMatter, participant_id: int, answer: Agreed) -> None:
    """Note what a main person told staff about a step that somebody wishes for. It never takes the step by itself.

    Raises Refusal over what they said themselves: staff correct only what staff noted.
    """
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.SPEAK_ABOUT_WISHES)
        facts = gather_facts(by.session, conference, by.at)
        rule = VOICE_RULES[matter]
        if not rule.wish or not hear(matter, facts).yes:
            raise Refusal(N_("Nobody wishes for this any more."))
        if participant_id not in {person.id for person in must_be_asked(matter, facts)}:
            raise Unknown
        said = voices.said(by, conference.id, matter, conference.round, participant_id)
        if said is not None and participant_id not in trace_queries.noted_wishes(by.session, conference.id, matter):
            raise Refusal(N_("They answered themselves. What somebody said themselves stays as they said it."))
        voices.say(by, conference, matter, conference.round, participant_id, answer)
        _trace(by, conference, rule.wished if answer is Agreed.YES else rule.taken_back, participant_id)
        by.record("voice.noted", conference_id, participant=participant_id)


def ask_others(by: By, conference_id: int, matter: VoiceMatter, participant_id: int) -> None:
    """Let the pages of the other main persons ask them about this person's wish, now that staff have decided so.

    Raises Refusal as long as nobody answered this person that it does not feel safe.
    """
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.SPEAK_ABOUT_WISHES)
        row = _open_wish(by, conference, matter, participant_id)
        if concerns.not_safe_since(by.session, conference.id, participant_id) is not None:
            raise Refusal(N_("It does not feel safe to them: speak with them first, and write down what was said."))
        if not row.asks:
            row.asks, row.asked_at = True, by.at
            traces.leave(by, conference, TraceKind.ASKED, participant_id)
            by.record("voice.asked", conference_id, participant=participant_id)


def speak_about(by: By, conference_id: int, matter: VoiceMatter, participant_id: int, said: str) -> None:
    """Write down what was said with somebody about their wish. It stays their wish until they take it back."""
    with writing(by.session):
        conference, _ = lock_case(by, conference_id, Activity.SPEAK_ABOUT_WISHES)
        row = _open_wish(by, conference, matter, participant_id)
        if not said:
            raise Refusal(N_("Write down what was said."))
        row.spoken, row.spoken_at = said, by.at
        traces.leave(by, conference, TraceKind.ANSWERED, participant_id)
        by.record("voice.spoken", conference_id, participant=participant_id)


def _open_wish(by: By, conference: Conference, matter: VoiceMatter, participant_id: int) -> Voice:
    row = voices.said(by, conference.id, matter, conference.round, participant_id)
    if row is None or row.answer is not Agreed.YES or not VOICE_RULES[matter].wish:
        raise Refusal(N_("Nobody wishes for this any more."))
    return row


def _record_change(
    by: By,
    conference: Conference,
    source: Phase,
    taking: Taking,
    overrides: dict[str, str],
) -> None:
    last = (
        by.session.scalar(select(func.max(PhaseChange.number)).where(PhaseChange.conference_id == conference.id)) or 0
    )
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
    # Words of a round are not written into the audit, which cannot forget them.
    by.record(f"step.{taking.step}", conference.id, overridden=", ".join(overrides))


def correct_registration(by: By, conference_id: int, new: Assignment) -> None:
    """Correct region, country, kind, municipality and referrer; old and new managers and the coordinator are told.

    Another region is a row of the table of ends, whose words the circle gets. The country cannot change any more once a
    plan was agreed.
    """
    with writing(by.session):
        conference, _roles = lock_case(by, conference_id, Activity.CORRECT_REGISTRATION)
        before = registration.assignment(by.session, conference_id)
        if new.profile not in PROFILES or by.session.get(Region, new.region_id) is None:
            raise Unknown
        if new == before:
            raise Refusal(N_("Nothing is different from what was registered."))
        if new.region_id != before.region_id and not readers(by.session, new.region_id, ""):
            raise Refusal(
                N_("Nobody manages this region, so no manager would see the case. Ask your administrator for one.")
            )
        if new.profile != before.profile and conference.plan_number:
            raise Refusal(N_("A plan was agreed under the rules of this country, so the country stays."))
        if new.referrer_id != before.referrer_id:
            set_referrer(by.session, conference, new.referrer_id)
        if new.profile != before.profile:
            _change_country(by.session, conference, new.profile)
        conference.variant, conference.municipality = new.variant, new.municipality
        if new.region_id != before.region_id:
            conference.region_id = new.region_id
            _tell_of_old_slips(by, conference, before.region_id)
            move_names(by.session, conference)
            move_follow_ups(by.session, conference)
            withdraw_foreign_request(by, conference)
            ring = to_ring(by.session, conference, by.at)
            for hears in END_RULES[End.OTHER_REGION].mails:
                queue_circle_mail(by.session, conference, by.at, END_MAILS[End.OTHER_REGION, hears], ring=ring)
        _record_correction(by, conference, before, new)


def _tell_of_old_slips(by: By, conference: Conference, region_before: int) -> None:
    """Leave that printed slips name a manager of the region before, who is not to be rung any more."""
    here = {one.id for one in managers_of(by.session, conference.region_id)}
    former = {one.id: one for one in managers_of(by.session, region_before) if one.id not in here}
    named = on_paper_by(by.session, conference.id, former)
    was = "; ".join(to_be_rung(former[id_].name, former[id_].phone) for id_ in sorted(set(named.values())))
    if was:
        give_notice_of_number(by.session, conference, by.at, was, to_ring(by.session, conference, by.at))


def _change_country(session: Session, conference: Conference, code: str) -> None:
    """Change the profile; the language and the time zone follow where they were the usual ones of the country."""
    former, profile = PROFILES[conference.profile], PROFILES[code]
    conference.profile = code
    if conference.language == former.language:
        conference.language = profile.language
    if conference.timezone == former.timezone:
        conference.timezone = profile.timezone
        keep_local_times(session, conference, former.timezone)


def _record_correction(by: By, conference: Conference, before: Assignment, after: Assignment) -> None:
    values = {
        f"{name.removesuffix('_id')}_{when}": value
        for when, one in (("before", before), ("after", after))
        for name, value in asdict(one).items()
    }
    by.session.add(Correction(conference_id=conference.id, at=by.at, account_id=by.visitor.account_id, **values))
    regions = {before.region_id, after.region_id}
    notify_managers(by.session, CORRECTED, by.at, regions, conference.id, by=by.visitor)
    coordinator = by.session.get(Account, conference.coordinator_id or 0)
    if coordinator is not None and coordinator.id != by.visitor.account_id:
        queue(by.session, CORRECTED_YOURS, coordinator.recipient, by.at, case=conference.id)
    changed = [one.name for one in fields(Assignment) if getattr(before, one.name) != getattr(after, one.name)]
    by.record("registration.corrected", conference.id, fields=", ".join(changed))
