"""The data of a participant's own page: when and where, who comes, what they can do, their tasks."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType

from sqlalchemy.orm import Session

from ekc.accounts.models import Account
from ekc.accounts.queries import managers_of
from ekc.conferences.access import Case
from ekc.conferences.queries import circle as circle_queries
from ekc.conferences.queries import consents as consent_queries
from ekc.conferences.queries.agencies import agencies
from ekc.conferences.queries.circle import OwnDetails
from ekc.conferences.queries.consents import OwnConsent
from ekc.conferences.queries.members import Circle, Member, supported_by
from ekc.conferences.queries.voices import VoiceRow, main_person_voices, voices
from ekc.conferences.roles import attended, in_the_room
from ekc.core.clock import local_date
from ekc.core.errors import Unknown
from ekc.core.language import language_of
from ekc.evaluations import queries as evaluations
from ekc.journey.facts import CaseContext, gather_facts, read_context, voices_about
from ekc.journey.panel import Panel, panel
from ekc.journey.queries import corrections
from ekc.journey.queries.notices import joined_at
from ekc.journey.queries.staff import staff_to_ring
from ekc.journey.queries.steps import ended_round, steps_taken
from ekc.journey.taking_back import LastStep, own_last_step
from ekc.links.queries.devices import pending_devices
from ekc.links.queries.links import links_of_participant, on_paper_by
from ekc.links.tokens import compared_words
from ekc.matching.queries import match as match_queries
from ekc.meetings import queries as meetings
from ekc.plans import queries as plans
from ekc.plans.changes import Change, text_changes
from ekc.plans.draft import from_json, involvement_of, people_with_task, rung
from ekc.plans.models import PlanVersion
from ekc.workflow.ends.kinds import End, EndRule
from ekc.workflow.ends.rows import END_RULES, is_gone
from ekc.workflow.engine import FOLLOW_UP_RULES, steps_from, why_not, wish_steps
from ekc.workflow.facts import Facts
from ekc.workflow.link_life import LinkLife
from ekc.workflow.standing import asked_of
from ekc.workflow.vocabulary import (
    FAMILY_PARTS,
    FROM_AFAR,
    NOT_THERE,
    PROFESSIONAL_PARTS,
    TAKES_PART,
    Activity,
    Agreed,
    Attends,
    CasePart,
    Part,
    Phase,
    PlanSharing,
    PresentBy,
    Role,
    Scope,
    Step,
    VoiceMatter,
)
from ekc.workflow.voices import VOICE_RULES, asks_others

#: The order in which people are listed.
_ORDER = (FAMILY_PARTS, {Part.SUPPORTER}, PROFESSIONAL_PARTS)
_RANK = {part: place for place, parts in enumerate(_ORDER) for part in parts}


@dataclass(frozen=True, slots=True)
class OtherPerson:
    """Somebody else in the circle. `part` is None for family; an interpreter has no name. `how`: by video or phone."""

    name: str
    part: Part | None
    how: PresentBy | None


@dataclass(frozen=True, slots=True)
class Wish:
    """A step that somebody wants and that all main persons have to want.

    `own`: what the visitor said, who can take it back; None: they are asked.
    """

    matter: VoiceMatter
    step: Step
    own: VoiceRow | None
    differ: str  # what happens where people differ
    alone: bool  # the visitor is the only main person now, and may take the step themselves


@dataclass(frozen=True, slots=True)
class PlanQuestion:
    """Whether the visitor agrees to the plan: what they say of it, or `earlier` said of a text before it."""

    text: int  # the number of the text that they read
    said: plans.AgreementRow | None
    earlier: plans.AgreementRow | None
    changes: tuple[Change, ...]  # of the plan since `earlier`


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Somebody who says no to the plan in force, and their tasks in it, by number."""

    name: str
    words: str
    tasks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A device that waits to be let into private time: whose link, what it is, and the words it shows."""

    device_id: int
    name: str
    device: str
    words: str


@dataclass(frozen=True, slots=True)
class OwnPage:
    """All that a participant's own page shows. Of others the family sees names, never contact details."""

    me: Member
    by_profession: bool  # the visitor is referrer or professional
    from_afar: bool  # the visitor takes part by telephone or video
    not_there: bool  # it is written down that the visitor does not come, or has somebody or a letter speak for them
    details: OwnDetails | None
    coming: tuple[OtherPerson, ...]
    circle: tuple[OtherPerson, ...]
    meeting: meetings.MeetingRow | None
    match: match_queries.MatchRow | None  # of the coordinator
    alone: tuple[Account, ...] | None  # the coordinator cannot act any more: whom to ring
    predecessor: str  # who was the coordinator before, as the visitor knew them; empty: nobody
    old_slip: bool  # a slip of theirs names a former coordinator
    coordinated: bool  # there is a coordinator who can act
    ring: tuple[Account, ...]  # whom of the staff the visitor can ring, where no other part says whom
    instead: tuple[Account, ...]  # whom of the staff they can ring where the plan has no number
    asks_confirmation: bool  # whether to ask for the main person's confirmation
    confirmed: bool  # the main person said yes to the coordinator themselves
    own_voice: VoiceRow | None  # what they said about the coordinator
    differ: str  # what happens where main persons differ about the coordinator; empty: there is one
    wishes: tuple[Wish, ...]
    wish_titles: dict[Step, str]  # steps that are a wish, which others have to want too
    refusals: tuple[plans.AcceptanceRow, ...]  # of the plan as it was presented last
    shows_coordinator: bool
    undecided: bool  # there is a conflict of interest that nobody has decided about
    panel: Panel
    in_room: bool  # is in the room of the meeting now
    asked: tuple[str, ...]  # what the case waits for from the visitor
    consent: OwnConsent | None  # None: theirs is not asked
    supports: tuple[Member, ...]  # the children beside whom the visitor is, and who may come
    waiting: tuple[Waiting, ...]  # for the family in the room to let them in, in private time
    plan_question: PlanQuestion | None
    disagreements: tuple[Disagreement, ...]  # for main persons, monitor and convenor
    sharing: tuple[plans.CirclePerson, ...]  # about whom the visitor says who else reads the plan
    own_sharing: dict[int, PlanSharing]
    tasks: tuple[evaluations.OwnTask, ...]
    versions: tuple[plans.VersionRow, ...]
    monitors: bool  # the visitor keeps an eye on the plan in force
    convenes: bool  # the visitor calls everybody together for the evaluation
    invited: bool  # the plan names the visitor for the evaluation
    monitor: str  # the name of the person to call if the plan goes wrong
    numbers: tuple[plans.PlanNumber, ...]  # whom the plan in force says to ring
    evaluation: evaluations.FollowUpRow | None
    link: LinkLife | None  # how long the visitor can open this page; None without a link, in the demo
    moved: EndRule | None  # another region looks after the case, since a few days
    ended_round: EndRule | None  # the last round ended without a new plan, a few days ago
    last_step: LastStep | None  # of the visitor, a few minutes ago
    today: date


def own_page(session: Session, case: Case, at: datetime) -> OwnPage:
    """Read the page of the participant who opened the case."""
    today = local_date(at, case.timezone)
    read = read_context(session, case.id)
    me = next((row for row in read.circle if row.id == case.visitor.participant_id), None)
    if me is None:
        raise Unknown
    agreed = plans.version_read(session, case, case.plan_number) if case.in_force else None
    plan = from_json(agreed.content) if agreed else None
    others = [row for row in read.circle if row.id != me.id] if case.sees(CasePart.NAMES) else []
    takes_steps = case.may(Activity.TAKE_STEP)
    coordinator = read.matches.current if case.sees(CasePart.WAIVERS) or case.sees(CasePart.INDEPENDENCE) else None
    about = voices_about(case, read.matches.current)
    consent = consent_queries.own_consent(session, case, me, today) if case.may(Activity.OWN_CONSENT) else None
    facts = gather_facts(session, case, at, read) if takes_steps or consent else None
    verdicts = why_not(facts, case.roles) if facts and takes_steps else ()
    said = (
        [row for row in voices(session, case.id) if row.about == about.get(row.matter)]
        if case.may(Activity.GO_ON)
        else []
    )
    own_voice = _own_voice(said, me, VoiceMatter.COORDINATOR)
    gone = bool(read.matches.current and read.matches.current.gone(at)) and case.phase is not Phase.CLOSED
    several = len(main_person_voices(read.circle, (), VoiceMatter.COORDINATOR, 0)) > 1
    links = links_of_participant(session, me.id)
    moved = corrections.moved_at(session, case.id, at)
    joined = joined_at(session, case.id, me.id) if moved or (coordinator and coordinator.predecessor) else None
    coordinated = attended(session, case, at)
    shows_coordinator = coordinator is not None and _shows_coordinator(case, coordinator, coordinated)
    page_says_whom_to_ring = gone or bool(shows_coordinator and coordinated and coordinator and coordinator.phone)
    numbers = plans.plan_numbers(session, case.id, plan) if plan and case.sees(CasePart.PLAN) else ()
    lacks_number = any(not one.phone for one in numbers)
    staff = staff_to_ring(session, case, at) if case.end or lacks_number or not page_says_whom_to_ring else ()
    return OwnPage(
        me=me,
        by_profession=me.part in PROFESSIONAL_PARTS,
        from_afar=me.attends in FROM_AFAR,
        not_there=me.attends in NOT_THERE and me.attends is not Attends.EXCLUDED,
        details=circle_queries.own_details(session, case),
        coming=_coming(session, case, others, read.meeting) if case.sees(CasePart.PRACTICAL) else (),
        circle=_other_people(
            row for row in others if row.attends is not Attends.EXCLUDED and not is_gone(row.part, case.end)
        ),
        meeting=read.meeting if case.sees(CasePart.DAY) else None,
        match=coordinator,
        alone=tuple(managers_of(session, case.region_id)) if gone else None,
        predecessor="" if coordinator is None or _joined_since(case, joined, coordinator) else coordinator.predecessor,
        old_slip=bool(coordinator and coordinator.predecessor) and _has_old_slip(session, case, me),
        coordinated=coordinated,
        ring=staff if case.end or not page_says_whom_to_ring else (),
        instead=staff,
        asks_confirmation=coordinator is not None and not gone and _asks_confirmation(case, own_voice),
        confirmed=own_voice is not None and own_voice.answer is Agreed.YES,
        own_voice=own_voice,
        differ=VOICE_RULES[VoiceMatter.COORDINATOR].differ if several else "",
        wishes=tuple(_wishes(case, said, read.circle, me, facts)),
        wish_titles={
            verdict.rule.step: VOICE_RULES[verdict.rule.matter].wish
            for verdict in verdicts
            if facts and verdict.rule.matter is not None and asks_others(verdict.rule.matter, facts, me.id)
        },
        refusals=_refusals(session, case),
        shows_coordinator=shows_coordinator,
        undecided=bool(coordinator and coordinator.open_conflicts(agencies(read.circle))),
        panel=panel(verdicts, case.phase, called_in=False),
        in_room=in_the_room(session, me.id),
        asked=asked_of(facts, me.id) if facts else (),
        consent=consent,
        supports=_supports(session, case, read, me) if case.may(Activity.SAY_NOT_COMING) else (),
        waiting=_waiting(session, case, read, at) if case.may(Activity.LET_IN) else (),
        plan_question=_plan_question(session, case, me, agreed),
        disagreements=_disagreements(session, case, read, agreed) if agreed else (),
        sharing=_sharing(session, case, me) if case.may(Activity.SHARE_PLAN) else (),
        own_sharing=plans.own_sharing(session, case.id, me.id) if case.may(Activity.SHARE_PLAN) else {},
        tasks=evaluations.own_tasks(session, case.id, me.id) if agreed and _has_tasks(case) else (),
        versions=plans.versions(session, case.id, case.plans_not_read)
        if agreed and case.may(Activity.SEE_VERSIONS)
        else (),
        monitors=plan is not None and plan.monitor == me.id and bool(case.sees(CasePart.OWN_PLAN)),
        convenes=Role.CONVENOR in case.roles,
        invited=plan is not None and involvement_of(plan, me.id).attends_evaluation,
        monitor=agreed.snapshot["monitor"] if agreed and case.sees(CasePart.PLAN) else "",
        numbers=numbers,
        evaluation=_evaluation(session, case, agreed, today) if agreed else None,
        link=next((row.life(at) for row in links if row.is_live(at)), None),
        moved=END_RULES[End.OTHER_REGION] if moved and not (joined and joined >= moved) else None,
        ended_round=ended_round(steps_taken(session, case.id), at) if _goes_on(case) else None,
        last_step=own_last_step(session, case, at),
        today=today,
    )


def _joined_since(case: Case, joined: datetime | None, coordinator: match_queries.MatchRow) -> bool:
    """Whether somebody came into the circle while this was the coordinator."""
    accepted = coordinator.accepted_on
    return joined is not None and accepted is not None and local_date(joined, case.timezone) >= accepted


def _goes_on(case: Case) -> bool:
    return case.round > 1 and case.phase is Phase.EVALUATION


def _has_old_slip(session: Session, case: Case, me: Member) -> bool:
    """Whether a slip of theirs names a former coordinator."""
    return me.id in on_paper_by(session, case.id, match_queries.former_coordinators(session, case.id))


def _sharing(session: Session, case: Case, me: Member) -> tuple[plans.CirclePerson, ...]:
    """About whom the visitor says who else reads the plan."""
    people = plans.circle(session, case.id)
    return plans.asked_about(people, next((person for person in people if person.id == me.id), None))


def _supports(session: Session, case: Case, read: CaseContext, me: Member) -> tuple[Member, ...]:
    """The children for whom the visitor can say that they do not come."""
    theirs = supported_by(session, case.id, me.id)
    stays = {Attends.NO, Attends.EXCLUDED}
    return tuple(row for row in read.circle if row.id in theirs and row.part is Part.CHILD and row.attends not in stays)


def _has_tasks(case: Case) -> bool:
    """Whether what the plan in force asks of the visitor goes on: until the case is closed."""
    return case.phase is not Phase.CLOSED and bool(case.sees(CasePart.OWN_PLAN))


def _own_voice(said: Iterable[VoiceRow], me: Member, matter: VoiceMatter) -> VoiceRow | None:
    return next((row for row in said if row.participant_id == me.id and row.matter is matter), None)


def _wishes(case: Case, said: list[VoiceRow], circle: Circle, me: Member, facts: Facts | None) -> Iterator[Wish]:
    """The visitor's own wishes, in each phase, and those about which they are asked; never whose wish it is.

    None in private time, where others of the room look along.
    """
    others = {row.id for row in circle} - {me.id}
    for matter, rule in wish_steps(case.has_plan).items() if case.phase is not Phase.PRIVATE_TIME else ():
        own = _own_voice(said, me, matter)
        asked = case.phase in rule.sources and any(
            row.matter is matter and row.answer is Agreed.YES and row.participant_id in others and row.asks
            for row in said
        )
        if own is not None and own.answer is Agreed.YES:
            mine = facts is not None and rule in steps_from(case.phase, case.roles, case.has_plan)
            alone = facts is not None and mine and not asks_others(matter, facts, me.id)
            yield Wish(matter, rule.step, own, VOICE_RULES[matter].differ, alone)
        elif own is None and asked and me.part is Part.MAIN_PERSON:
            yield Wish(matter, rule.step, None, VOICE_RULES[matter].differ, alone=False)


def _refusals(session: Session, case: Case) -> tuple[plans.AcceptanceRow, ...]:
    """Who did not accept the plan and why, for the family; empty once it is accepted."""
    if case.phase not in {Phase.PRESENTATION, Phase.PRIVATE_TIME} or case.sees(CasePart.ACCEPTANCE) is not Scope.ALL:
        return ()
    decisions = {row.participant_id: row for row in plans.acceptances(session, case.id, case.presentation)}
    return tuple(row for row in decisions.values() if not row.accepted)


def _plan_question(session: Session, case: Case, me: Member, agreed: PlanVersion | None) -> PlanQuestion | None:
    """The question whether they agree: to the draft, and after the agreement to the version in force."""
    if not case.may(Activity.ANSWER_PLAN):
        return None
    if agreed is not None and case.phase is Phase.EVALUATION:
        text, draft = agreed.text, from_json(agreed.content)
    else:
        found = plans.stored_draft(session, case.id)
        text, draft = found.text, found.draft
    stays_away = me.attends is Attends.EXCLUDED and me.id not in people_with_task(draft)
    if not draft.goals or stays_away:
        return None
    answers = plans.answers(session, case.id, case.presentation, text)
    earlier = answers.earlier.get(me.id)
    former = answers.former.get(earlier.text) if earlier else None
    return PlanQuestion(text, answers.said.get(me.id), earlier, text_changes(former.draft, draft) if former else ())


def _disagreements(session: Session, case: Case, read: CaseContext, agreed: PlanVersion) -> tuple[Disagreement, ...]:
    """Who says no to the version in force, for those who decide, keep an eye on it or convene."""
    draft, me = from_json(agreed.content), case.visitor.participant_id
    concerned = Role.MAIN_PERSON in case.roles or me in rung(draft)
    open_ = case.phase not in {Phase.PRIVATE_TIME, Phase.CLOSED}  # a new round changes nothing in it
    if not open_ or not concerned or not case.sees(CasePart.PLAN):  # who agrees is part of it
        return ()
    names = {row.id: row.name for row in read.circle}
    rows = plans.said_of_version(session, agreed)
    return tuple(
        Disagreement(
            names[row.participant_id],
            row.words,
            tuple(number for number, _action in involvement_of(draft, row.participant_id).actions),
        )
        for row in rows
        if row.answer is Agreed.NO and row.participant_id in names and row.participant_id != me
    )


def _waiting(session: Session, case: Case, read: CaseContext, at: datetime) -> tuple[Waiting, ...]:
    """The devices that wait, of those who belong in the room."""
    inside = (row for row in read.circle if row.is_inside)
    names = {row.id: row.name for row in inside}
    language = language_of(case.language)
    return tuple(
        Waiting(one.id, names[one.participant_id], one.device, compared_words(language, one.number))
        for one in pending_devices(session, case.id, at)
        if one.participant_id in names and one.number
    )


def _asks_confirmation(case: Case, own_voice: VoiceRow | None) -> bool:
    """Whether the visitor may confirm the coordinator, and has not yet."""
    may_say_yes = case.may(Activity.CONFIRM_COORDINATOR) and bool(case.sees(CasePart.INDEPENDENCE))
    return may_say_yes and (own_voice is None or own_voice.answer is not Agreed.YES)


def _shows_coordinator(case: Case, coordinator: match_queries.MatchRow, coordinated: bool) -> bool:
    """Whether the page shows the coordinator: in private time and after their last day only if there is something to
    read.
    """
    if case.sees(CasePart.WAIVERS) is None:
        return False
    if not coordinated:
        return bool(coordinator.waivers)
    match case.phase:
        case Phase.PRIVATE_TIME:
            return bool(coordinator.waivers or coordinator.phone)
        case Phase.CLOSED:
            return bool(coordinator.waivers)
        case _:
            return True


def _coming(
    session: Session, case: Case, others: list[Member], meeting: meetings.MeetingRow | None
) -> tuple[OtherPerson, ...]:
    """Who is to come; once it was written down who came, who is in the room now, and how."""
    noted = meetings.stretches(session, meeting.id) if meeting and case.phase is Phase.INFORMATION else ()
    if not noted:
        return _other_people(row for row in others if row.attends in TAKES_PART)
    there = {row.participant_id: row.how for row in noted if row.is_open}
    return _other_people((row for row in others if row.id in there), there)


def _other_people(
    people: Iterable[Member], how: Mapping[int, PresentBy] = MappingProxyType({})
) -> tuple[OtherPerson, ...]:
    """In the order of `_ORDER`. The employer of a professional is shown to staff alone."""
    ordered = sorted(people, key=lambda row: _RANK.get(row.part, len(_ORDER)))
    return tuple(
        OtherPerson(
            name="" if row.part is Part.INTERPRETER else row.name,
            part=None if row.part in FAMILY_PARTS else row.part,
            how=how.get(row.id) if how.get(row.id) is not PresentBy.IN_PERSON else None,
        )
        for row in ordered
    )


def _evaluation(session: Session, case: Case, agreed: PlanVersion, today: date) -> evaluations.FollowUpRow | None:
    """The next meeting about the plan. Its place, often somebody's home, only for people who are to come."""
    scope = case.sees(CasePart.NEXT_TIME)
    rows = evaluations.follow_ups(session, case.id, today) if scope else ()
    ahead = [row for row in rows if row.is_open and FOLLOW_UP_RULES[row.kind].is_meeting]
    found = min(ahead, key=lambda row: row.due_on, default=None)
    if found is None or scope is Scope.ALL:
        return found
    comes = involvement_of(from_json(agreed.content), case.visitor.participant_id or 0).attends_evaluation
    return found if comes else replace(found, place="")
