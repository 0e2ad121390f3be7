"""A participant's own page: when and where, who comes, what they can do, their tasks."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from ekc.accounts.models import Account
from ekc.accounts.queries import managers_of
from ekc.conferences.access import Case
from ekc.conferences.queries import circle as circle_queries
from ekc.conferences.queries import consents as consent_queries
from ekc.conferences.queries.agencies import agencies
from ekc.conferences.queries.bottom_lines import OwnLines, own_lines
from ekc.conferences.queries.circle import OwnDetails
from ekc.conferences.queries.consents import OwnConsent
from ekc.conferences.queries.members import Member
from ekc.conferences.queries.staff import staff_to_ring
from ekc.conferences.queries.voices import VoiceRow, main_person_voices, voices
from ekc.conferences.roles import attended, in_the_room
from ekc.core.clock import local_date
from ekc.core.errors import Unknown
from ekc.evaluations import queries as evaluations
from ekc.journey.facts import gather_facts, read_context, voices_about
from ekc.journey.ownpage.people import OtherPerson, Waiting, coming, other_people, supports, waiting
from ekc.journey.ownpage.plan import (
    Disagreement,
    PlanQuestion,
    disagreements,
    has_tasks,
    next_evaluation,
    plan_question,
    refusals,
    sharing,
)
from ekc.journey.ownpage.wishes import Wish, voice_of, wishes
from ekc.journey.panel import Option, Panel, panel
from ekc.journey.queries import corrections
from ekc.journey.queries.notices import joined_at
from ekc.journey.queries.steps import ended_round, steps_taken
from ekc.journey.taking_back import LastStep, own_last_step
from ekc.links.queries.links import links_of_participant, on_paper_by
from ekc.matching.queries import match as match_queries
from ekc.meetings import queries as meetings
from ekc.plans.draft import from_json, involvement_of
from ekc.plans.queries import answers as plan_answers
from ekc.plans.queries import circle as plan_circle
from ekc.plans.queries import numbers as plan_numbers
from ekc.plans.queries import versions as plan_versions
from ekc.workflow.ends.kinds import End, EndRule
from ekc.workflow.ends.rows import END_RULES, is_gone
from ekc.workflow.engine import why_not
from ekc.workflow.link_life import LinkLife
from ekc.workflow.standing import asked_of
from ekc.workflow.vocabulary import (
    FROM_AFAR,
    INSIDE_PARTS,
    NOT_THERE,
    PROFESSIONAL_PARTS,
    Activity,
    Agreed,
    Attends,
    CasePart,
    Phase,
    PlanSharing,
    Role,
    Step,
    VoiceMatter,
)
from ekc.workflow.voices import VOICE_RULES, asks_others


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
    place: meetings.MeetingPlace | None  # where they meet, for whoever sees that
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
    refusals: tuple[plan_answers.AcceptanceRow, ...]  # of the plan as it was presented last
    shows_coordinator: bool
    undecided: bool  # there is a conflict of interest that nobody has decided about
    panel: Panel
    in_room: bool  # it is private time, and the visitor is in the room
    asked: tuple[str, ...]  # what the case waits for from the visitor
    consent: OwnConsent | None  # None: theirs is not asked
    supports: tuple[Member, ...]  # the children beside whom the visitor is, and who may come
    waiting: tuple[Waiting, ...]  # for the family in the room to let them in, in private time
    plan_question: PlanQuestion | None
    disagreements: tuple[Disagreement, ...]  # for main persons, monitor and convenor
    sharing: tuple[plan_circle.CirclePerson, ...]  # about whom the visitor says who else reads the plan
    own_sharing: dict[int, PlanSharing]
    tasks: tuple[evaluations.OwnTask, ...]
    versions: tuple[plan_versions.VersionRow, ...]
    monitors: bool  # the visitor keeps an eye on the plan in force
    convenes: bool  # the visitor calls everybody together for the evaluation
    invited: bool  # the plan names the visitor for the evaluation
    monitor: str  # the name of the person to call if the plan goes wrong
    numbers: tuple[plan_numbers.PlanNumber, ...]  # whom the plan in force says to ring
    evaluation: evaluations.FollowUpRow | None
    next_version: bool  # the family wants another version of the plan, and the visitor can write it
    view_destroyed_on: date | None  # when what they wanted to have said was destroyed
    said_by_absent: tuple[meetings.LetterRow, ...]  # in private time, for whoever is in the room
    own_lines: OwnLines | None  # what the visitor is asked about bottom lines
    invitation: meetings.InvitedRow | None  # to the day that is set, as long as they can answer it
    own_dates: meetings.OwnDates | None  # the possible dates, while they are asked which suit them
    link: LinkLife | None  # how long the visitor can open this page; None without a link, in the demo
    moved: EndRule | None  # another region looks after the case, since a few days
    other_parts: tuple[Member, ...]  # who came as a professional and has another part now
    ended_round: EndRule | None  # the last round ended without a new plan
    last_step: LastStep | None  # of the visitor, a few minutes ago
    today: date

    @property
    def exits(self) -> tuple[Option, ...]:
        """The rare steps, without a new version of the plan where a part of the page of its own leads there."""
        return tuple(one for one in self.panel.exits if not (self.next_version and one.rule.step is Step.REVISE_PLAN))


def own_page(session: Session, case: Case, at: datetime) -> OwnPage:
    """Read the page of the participant who opened the case."""
    today = local_date(at, case.timezone)
    read = read_context(session, case.id)
    me = next((row for row in read.circle if row.id == case.visitor.participant_id), None)
    if me is None:
        raise Unknown
    agreed = plan_versions.version_read(session, case, case.plan_number) if case.in_force else None
    plan = from_json(agreed.content) if agreed else None
    others = [row for row in read.circle if row.id != me.id] if case.sees(CasePart.NAMES) else []
    takes_steps = case.may(Activity.TAKE_STEP)
    coordinator = read.matches.current if case.sees(CasePart.WAIVERS) or case.sees(CasePart.INDEPENDENCE) else None
    about = voices_about(case, read.matches.current)
    consent = consent_queries.own_consent(session, case, me, today) if case.may(Activity.OWN_CONSENT) else None
    facts = gather_facts(session, case, at, read) if takes_steps or (consent and consent.asked) else None
    verdicts = why_not(facts, case.roles) if facts and takes_steps else ()
    said = (
        [row for row in voices(session, case.id) if row.about == about.get(row.matter)]
        if case.may(Activity.GO_ON)
        else []
    )
    own_voice = voice_of(said, me, VoiceMatter.COORDINATOR)
    gone = bool(read.matches.current and read.matches.current.gone(at)) and case.phase is not Phase.CLOSED
    several = len(main_person_voices(read.circle, (), VoiceMatter.COORDINATOR, 0)) > 1
    links = links_of_participant(session, me.id)
    moved = corrections.moved_at(session, case.id, at)
    joined = joined_at(session, case.id, me.id) if moved or (coordinator and coordinator.predecessor) else None
    coordinated = attended(session, case, at)
    shows_coordinator = coordinator is not None and _shows_coordinator(case, coordinator, coordinated)
    page_says_whom_to_ring = gone or bool(shows_coordinator and coordinated and coordinator and coordinator.phone)
    numbers = plan_numbers.plan_numbers(session, case.id, plan) if plan and case.sees(CasePart.PLAN) else ()
    lacks_number = any(not one.phone for one in numbers)
    staff = staff_to_ring(session, case, coordinated) if case.end or lacks_number or not page_says_whom_to_ring else ()
    return OwnPage(
        me=me,
        by_profession=me.part in PROFESSIONAL_PARTS,
        from_afar=me.attends in FROM_AFAR,
        not_there=me.attends in NOT_THERE and me.attends is not Attends.EXCLUDED,
        details=circle_queries.own_details(session, case),
        coming=coming(session, case, others, read.meeting) if case.sees(CasePart.PRACTICAL) else (),
        circle=other_people(
            row for row in others if row.attends is not Attends.EXCLUDED and not is_gone(row.part, case.end)
        ),
        meeting=read.meeting if case.sees(CasePart.DAY) else None,
        place=meetings.place_of(session, read.meeting) if read.meeting and case.sees(CasePart.PRACTICAL) else None,
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
        wishes=tuple(wishes(case, said, read.circle, me, facts)),
        wish_titles={
            verdict.rule.step: VOICE_RULES[verdict.rule.matter].wish
            for verdict in verdicts
            if facts and verdict.rule.matter is not None and asks_others(verdict.rule.matter, facts, me.id)
        },
        refusals=refusals(session, case),
        shows_coordinator=shows_coordinator,
        undecided=bool(coordinator and coordinator.open_conflicts(agencies(read.circle))),
        panel=panel(verdicts, case.phase, called_in=False),
        in_room=case.phase is Phase.PRIVATE_TIME and in_the_room(session, me.id),
        asked=asked_of(facts, me.id) if facts else (),
        consent=consent,
        supports=supports(session, case, read, me) if case.may(Activity.SAY_NOT_COMING) else (),
        waiting=waiting(session, case, read, at) if case.may(Activity.LET_IN) else (),
        plan_question=plan_question(session, case, me, agreed),
        disagreements=disagreements(session, case, read, agreed) if agreed else (),
        sharing=sharing(session, case, me) if case.may(Activity.SHARE_PLAN) else (),
        own_sharing=plan_circle.own_sharing(session, case.id, me.id) if case.may(Activity.SHARE_PLAN) else {},
        tasks=evaluations.tasks_of(session, agreed, me.id) if agreed and has_tasks(case) else (),
        versions=plan_versions.versions(session, case.id, case.plans_not_read)
        if agreed and case.may(Activity.SEE_VERSIONS)
        else (),
        monitors=plan is not None and plan.monitor == me.id and bool(case.sees(CasePart.OWN_PLAN)),
        convenes=Role.CONVENOR in case.roles,
        invited=plan is not None and involvement_of(plan, me.id).attends_evaluation,
        monitor=agreed.snapshot["monitor"] if agreed and case.sees(CasePart.PLAN) else "",
        numbers=numbers,
        evaluation=next_evaluation(session, case, agreed, today) if agreed else None,
        next_version=bool(facts and facts.family_wants_new_version and _writes_next_version(case)),
        view_destroyed_on=me.view_destroyed_on,
        said_by_absent=meetings.letters(session, case.id, case.round) if case.may(Activity.SEE_VIEWS) else (),
        own_lines=own_lines(session, case),
        invitation=meetings.own_invitation(session, read.meeting, me.id)
        if case.may(Activity.ANSWER_INVITATION)
        else None,
        own_dates=meetings.own_dates(session, read.meeting, me.id, at) if case.may(Activity.ANSWER_DATES) else None,
        link=next((row.life(at) for row in links if row.is_live(at)), None),
        moved=END_RULES[End.OTHER_REGION] if moved and not (joined and joined >= moved) else None,
        other_parts=tuple(row for row in others if row.came_as_professional and row.part in INSIDE_PARTS)
        if me.is_inside and not case.end
        else (),
        ended_round=ended_round(steps_taken(session, case.id)) if _goes_on(case) else None,
        last_step=own_last_step(session, case, at),
        today=today,
    )


def _joined_since(case: Case, joined: datetime | None, coordinator: match_queries.MatchRow) -> bool:
    """Whether somebody came into the circle while this was the coordinator."""
    accepted = coordinator.accepted_on
    return joined is not None and accepted is not None and local_date(joined, case.timezone) >= accepted


def _goes_on(case: Case) -> bool:
    return case.round > 1 and case.phase is Phase.EVALUATION


def _writes_next_version(case: Case) -> bool:
    return case.phase is Phase.EVALUATION and case.may(Activity.WRITE_PLAN)


def _has_old_slip(session: Session, case: Case, me: Member) -> bool:
    """Whether a slip of theirs names a former coordinator."""
    return me.id in on_paper_by(session, case.id, match_queries.former_coordinators(session, case.id))


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
