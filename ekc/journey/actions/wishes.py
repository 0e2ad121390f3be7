"""Wishes to stop or to come together again: said, taken back, noted, asked of others, spoken about."""

from ekc.accounts.access import By
from ekc.conferences.access import lock_case
from ekc.conferences.actions import traces, voices
from ekc.conferences.actions.safety import note_not_safe
from ekc.conferences.effects import tell_staff
from ekc.conferences.models import Conference, Voice
from ekc.conferences.queries import concerns
from ekc.conferences.queries import traces as trace_queries
from ekc.core.errors import Refusal, Unknown
from ekc.core.transaction import writing
from ekc.journey.facts import gather_facts
from ekc.journey.mails import AGAIN_WISHED, STOP_WISHED, WISH_TAKEN_BACK
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.engine import STEP_RULES, wish_steps
from ekc.workflow.facts import Facts
from ekc.workflow.vocabulary import N_, Activity, Agreed, Phase, Role, StopReason, TraceKind, VoiceMatter
from ekc.workflow.voices import VOICE_RULES, asks_others, hear, must_be_asked, told_to_others

#: The mail that tells staff of a wish.
_WISHED = {VoiceMatter.STOPPING: STOP_WISHED, VoiceMatter.AGAIN: AGAIN_WISHED}


def says_not_safe(taking: Taking) -> bool:
    """Whether somebody of the circle says with this step that it does not feel safe."""
    return taking.unsafe or taking.stop_reason is StopReason.NOT_SAFE


def note_wish(by: By, conference: Conference, taking: Taking, facts: Facts) -> bool:
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
        tell_staff(by.session, conference, by.at, _WISHED[matter])


def _trace(by: By, conference: Conference, kind: TraceKind | None, participant_id: int) -> None:
    if kind is not None:
        traces.leave(by, conference, kind, participant_id)


def go_on(by: By, conference_id: int, matter: VoiceMatter, participant_id: int) -> None:
    """Write down that somebody does not want this step, or no longer: by themselves, or noted by staff.

    A wish is taken back in any phase but private time. Raises Refusal where there is none to take back, and nothing is
    asked either.
    """
    with writing(by.session):
        conference, roles = lock_case(by, conference_id, Activity.GO_ON)
        step = wish_steps(conference.in_force).get(matter)
        if step is None or conference.phase is Phase.PRIVATE_TIME:
            raise Refusal(N_("This step does not belong to the phase in which the conference is now."))
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
            tell_staff(by.session, conference, by.at, WISH_TAKEN_BACK)


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
