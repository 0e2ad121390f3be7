"""Builds cases in each phase with the product's own actions and defaults, in the name of the people of `tests/cast.py`.

Each `case_in_…` starts from the registration, all at one instant. Noor is coordinator, Marieke main person.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.conferences.access import open_case
from ekc.conferences.actions import bottom_lines as bottom_lines_actions
from ekc.conferences.actions import circle as circle_actions
from ekc.conferences.actions import consents as consent_actions
from ekc.conferences.actions import registration as registration_actions
from ekc.conferences.entries import BottomLineText, NewCase, NewConsent, PersonDetails, Registration
from ekc.conferences.queries.bottom_lines import bottom_lines
from ekc.conferences.queries.circle import circle, person
from ekc.conferences.queries.registration import registration
from ekc.core.clock import local_date, to_local
from ekc.evaluations import actions as evaluations
from ekc.evaluations.queries import follow_ups
from ekc.journey.actions.steps import take_step
from ekc.matching.actions import asking, independence
from ekc.matching.entries import Declaration
from ekc.meetings.actions import arranging, attendance, information
from ekc.meetings.actions.arranging import Arranged, Venue
from ekc.meetings.actions.information import InformationText, QuestionText
from ekc.meetings.queries import current_meeting, questions
from ekc.plans import edits
from ekc.plans.actions.acceptance import check_bottom_line, decide_acceptance
from ekc.plans.actions.agreement import record_agreements
from ekc.plans.actions.drafts import change_plan
from ekc.plans.draft import EvaluationPlan, NewAction, NewWhatIf, actions, from_json
from ekc.plans.queries.versions import stored_draft, version
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.vocabulary import (
    FAMILY_PARTS,
    Activity,
    ArrangementKind,
    Attends,
    Every,
    InformationKind,
    Part,
    Step,
    Variant,
)
from tests.cast import MUNICIPALITY, Cast
from tests.stages import stage

TIMEZONE = "Europe/Amsterdam"

#: What Noor declares.
INDEPENDENT = Declaration(
    "I work for nobody here and do not know the family.", employer="", relation="", interest="", caseload=0
)
#: Who comes beside the main person and the referrer: name, part, relation, and who needs what.
CIRCLE: tuple[PersonDetails, ...] = (
    PersonDetails(name="Joost Lammers", part=Part.SUPPORTER, relation="mentor of Yara at school"),
    PersonDetails(name="Omar El Amrani", part=Part.FAMILY, relation="uncle", email="omar@example.org"),
    PersonDetails(name="Linda de Wit", part=Part.FAMILY, relation="aunt", email="linda@example.org"),
    PersonDetails(name="Kees de Wit", part=Part.FAMILY, relation="grandfather", needs=("a chair with arms",)),
    PersonDetails(
        name="Fatima El Amrani-Benali",
        part=Part.FAMILY,
        relation="grandmother",
        language="ar",
        needs_interpreter=True,
    ),
    PersonDetails(name="Els Vermeer", part=Part.PROFESSIONAL, organisation="Primary school De Wilg"),
)


#: Of a recovery conference, which has two.
SIDES = ("De Wit", "El Amrani")


@dataclass(frozen=True)
class Made:
    """A case: its id, and its participant ids by first name in lower case."""

    id: int
    people: Mapping[str, int] = field(default_factory=dict)


@stage
def registered_case(session: Session, cast: Cast, at: datetime, **changes: object) -> Made:
    """A registration by Karim of youth protection, for Marieke; no coordinator is asked yet."""
    new = NewCase(
        municipality=MUNICIPALITY,
        region_id=cast.north,
        title="Family De Wit - El Amrani",
        question="How do we see to it together that the children can live at home safely?",
        reason="Two nights on which the children were alone.",
        topics=("parenting", "school absence"),
        wishes=("speaks Dutch and understands Moroccan Arabic", "preferably a woman"),
        registered_by=Part.REFERRER,
        main_persons=(
            PersonDetails(name="Marieke de Wit", part=Part.MAIN_PERSON, relation="mother", email="marieke@example.org"),
        ),
        registrant=PersonDetails(
            name="Karim Jansen", part=Part.REFERRER, organisation="Youth protection", email="karim@example.org"
        ),
    )
    new = replace(new, **changes)  # type: ignore[arg-type]
    if "said_yes_on" not in changes:
        new = replace(new, said_yes_on=(local_date(at, TIMEZONE),) * len(new.main_persons))
    return made(session, registration_actions.register_case(By(session, cast.nobody, at), new))


def made(session: Session, conference_id: int) -> Made:
    """The case with all who are in its circle now."""
    names = {row.name.split(maxsplit=1)[0].lower(): row.id for row in circle(session, conference_id)}
    return Made(conference_id, names)


@stage
def matched_case(session: Session, cast: Cast, at: datetime, **changes: object) -> Made:
    """In registration: Noor accepted the case; Marieke consented and agreed to her as coordinator."""
    case = registered_case(session, cast, at, **changes)
    asking.ask_coordinator(By(session, cast.ruud, at), case.id, cast.noor.account_id or 0)
    independence.accept(By(session, cast.noor, at), case.id, INDEPENDENT)
    for row in circle(session, case.id):
        if row.part is Part.MAIN_PERSON:
            independence.confirm_coordinator(By(session, cast.noor, at), case.id, participant_id=row.id)
    for name in case.people.keys() - {"karim"}:
        consent = NewConsent(participant_id=case.people[name], given_on=local_date(at, TIMEZONE))
        consent_actions.add_consent(By(session, cast.noor, at), case.id, consent)
    return case


@stage
def case_in_setup(session: Session, cast: Cast, at: datetime, **changes: object) -> Made:
    """In setup, with the circle; nobody was informed, nothing is arranged."""
    two_sides = changes.get("variant") is Variant.RECOVERY and "sides" not in changes
    main = PersonDetails(name="Marieke de Wit", part=Part.MAIN_PERSON, side="De Wit", email="marieke@example.org")
    changes = {"main_persons": (main,), "sides": SIDES} | changes if two_sides else changes
    case = matched_case(session, cast, at, **changes)
    if two_sides:
        samir = PersonDetails(name="Samir El Amrani", part=Part.FAMILY, side="El Amrani")
        circle_actions.add_person(By(session, cast.noor, at), case.id, samir)
    step(session, cast, at, case, Step.TAKE_ON)
    for somebody in CIRCLE:
        circle_actions.add_person(By(session, cast.noor, at), case.id, somebody)
    return made(session, case.id)


@stage
def prepared_case(session: Session, cast: Cast, at: datetime, **changes: object) -> Made:
    """In setup, with all preparations for opening the conference done."""
    case = case_in_setup(session, cast, at, **changes)
    today = local_date(at, TIMEZONE)
    agree_question(session, cast, at, case)
    for who in case.people.values():
        change_details(session, cast, at, case, who, attends=Attends.IN_PERSON, informed_on=today, safe_on=today)
    line = BottomLineText(
        text="An adult is with the children every night.",
        ground="safety",
        set_by=case.people["karim"],
        shared_on=today,
    )
    bottom_lines_actions.add_bottom_line(By(session, cast.noor, at), case.id, line)
    arranging.choose_date(By(session, cast.noor, at), case.id, at + timedelta(days=40))
    arrange_place(session, cast, at, case)
    return case


def agree_question(session: Session, cast: Cast, at: datetime, case: Made) -> None:
    """The question is agreed."""
    row = registration(session, case.id)
    agreed = Registration(**{one.name: getattr(row, one.name) for one in fields(Registration)})
    agreed = replace(agreed, question_agreed_on=local_date(at, TIMEZONE))
    registration_actions.change_registration(By(session, cast.noor, at), case.id, agreed)


def arrange_place(session: Session, cast: Cast, at: datetime, case: Made) -> None:
    """Venue, food, travel and an interpreter."""
    noor = By(session, cast.noor, at)
    arranging.set_venue(noor, case.id, Venue("Buurthuis De Brug", "Waalkade 12, Rivierstad"))
    for kind in (ArrangementKind.FOOD, ArrangementKind.TRAVEL, ArrangementKind.INTERPRETER):
        arranging.arrange(noor, case.id, Arranged(kind, f"Omar, for {kind.value}"))


def change_details(session: Session, cast: Cast, at: datetime, case: Made, who: int, **changes: object) -> None:
    """Change some details of a participant; the others stay."""
    row = person(session, open_case(By(session, cast.noor, at), case.id, Activity.SEE_CASE), who)
    assert row is not None
    kept = {one.name: getattr(row, one.name) for one in fields(PersonDetails)}
    kept |= {name: kept[name] or "" for name in ("exclusion_reason", "excluded_by")}
    details = PersonDetails(**{**kept, **changes})
    circle_actions.change_person(By(session, cast.noor, at), case.id, who, details)


@stage
def case_in_information(session: Session, cast: Cast, at: datetime, **changes: object) -> Made:
    """The conference is open; everybody came."""
    case = prepared_case(session, cast, at, **changes)
    step(session, cast, at, case, Step.OPEN_CONFERENCE)
    attendance.record_attendance(By(session, cast.noor, at), case.id, list(case.people.values()))
    return case


@stage
def case_in_private_time(session: Session, cast: Cast, at: datetime, **changes: object) -> Made:
    """The information phase is over, the professionals left, and private time has begun."""
    case = case_in_information(session, cast, at, **changes)
    for kind in InformationKind:
        information.add_information(
            By(session, cast.noor, at), case.id, InformationText(kind, f"What there is to say about {kind.value}.")
        )
    attendance.professionals_leave(By(session, cast.noor, at), case.id)
    step(session, cast, at, case, Step.BEGIN_PRIVATE_TIME)
    return case


@stage
def case_in_presentation(session: Session, cast: Cast, at: datetime, **changes: object) -> Made:
    """Private time is over; the plan is still to be written."""
    case = case_in_private_time(session, cast, at, **changes)
    step(session, cast, at, case, Step.COME_OUT)
    attendance.professionals_return(By(session, cast.noor, at), case.id)
    return case


def open_again(session: Session, cast: Cast, at: datetime, case: Made) -> None:
    """Open the conference of another day or round: all is agreed and arranged, everybody is told, comes, is there."""
    agree_question(session, cast, at, case)
    arrange_place(session, cast, at, case)
    noor, today = By(session, cast.noor, at), local_date(at, TIMEZONE)
    for who in case.people.values():
        change_details(session, cast, at, case, who, attends=Attends.IN_PERSON, informed_on=today, safe_on=today)
    arranging.choose_date(noor, case.id, at + timedelta(days=1))
    step(session, cast, at, case, Step.OPEN_CONFERENCE)
    attendance.record_attendance(noor, case.id, list(case.people.values()))


def answer_family(session: Session, cast: Cast, at: datetime, case: Made, answer: str = "Yes.") -> None:
    """Noor writes down what the family heard to the question with which it came out of private time."""
    meeting = current_meeting(session, case.id)
    for row in questions(session, meeting.id) if meeting else ():
        if row.participant_id is None and row.answer is None:
            text = QuestionText(None, row.text, answer)
            information.change_question(By(session, cast.noor, at), case.id, row.id, text)


def to_presentation(session: Session, cast: Cast, at: datetime, case: Made) -> None:
    """From the information phase into private time and out of it."""
    noor = By(session, cast.noor, at)
    for kind in InformationKind:
        information.add_information(noor, case.id, InformationText(kind, f"What there is to say about {kind.value}."))
    attendance.professionals_leave(noor, case.id)
    step(session, cast, at, case, Step.BEGIN_PRIVATE_TIME)
    step(session, cast, at, case, Step.COME_OUT)


def write_plan(session: Session, cast: Cast, at: datetime, case: Made) -> None:
    """A plan with one goal, two actions, a what-if, a monitor and a date for the evaluation."""
    who, noor, today = case.people, cast.noor, local_date(at, TIMEZONE)
    goal = change_plan(By(session, noor, at), case.id, 0, edits.add_goal("The children are never alone at night."))
    sleeps = NewAction(
        what="Sleeps at Marieke's from Sunday to Tuesday", who=(who["fatima"],), starts=today, every=Every.WEEK
    )
    change_plan(By(session, noor, at), case.id, 1, edits.add_action(goal, sleeps))
    hangs = NewAction(what="Hangs the week on the fridge", who=(who["omar"], who["linda"]), by=today + timedelta(7))
    change_plan(By(session, noor, at), case.id, 2, edits.add_action(goal, hangs))
    what_if = NewWhatIf(if_="Somebody cannot come", then="Rings Omar before five", who=(who["omar"], who["kees"]))
    change_plan(By(session, noor, at), case.id, 3, edits.add_what_if(what_if))
    change_plan(By(session, noor, at), case.id, 4, edits.set_monitor(who["omar"]))
    choose_evaluation(session, cast, at, case)


def write_again(session: Session, cast: Cast, at: datetime, case: Made) -> None:
    """The plan of a new round: what was agreed last time, and a new date."""
    before, found = version(session, case.id, 1), stored_draft(session, case.id)
    assert before is not None
    agreed = from_json(before.content)
    parts = {goal.key for goal in agreed.goals} | {action.key for action in actions(agreed)}
    parts |= {what_if.key for what_if in agreed.what_ifs} | {edits.MONITOR, edits.EVALUATION}
    everything = edits.take_over(agreed, parts, set(case.people.values()), local_date(at, TIMEZONE))
    change_plan(By(session, cast.noor, at), case.id, found.revision, everything)
    choose_evaluation(session, cast, at, case)


def choose_evaluation(session: Session, cast: Cast, at: datetime, case: Made) -> None:
    """In twelve weeks and a day, which is no public holiday, called together by Omar."""
    on = to_local(at, TIMEZONE).replace(tzinfo=None) + timedelta(weeks=12, days=1)
    looking_back = EvaluationPlan(at=on, place="At Kees's home", convenor=case.people["omar"])
    revision = stored_draft(session, case.id).revision
    change_plan(By(session, cast.noor, at), case.id, revision, edits.set_evaluation(looking_back))


def answer_plan(session: Session, cast: Cast, at: datetime, case: Made, but: Collection[int] = ()) -> None:
    """All agree to the plan, `but` these; the bottom lines are met, and the referrer accepts it."""
    family = [row.id for row in circle(session, case.id) if row.part in FAMILY_PARTS | {Part.SUPPORTER}]
    asked = [id_ for id_ in family if id_ not in but]
    record_agreements(By(session, cast.noor, at), case.id, asked)
    for line in bottom_lines(session, case.id):
        check_bottom_line(By(session, cast.noor, at), case.id, line.id, True)
    decide_acceptance(By(session, cast.noor, at), case.id, case.people["karim"], True)


@stage
def case_in_evaluation(session: Session, cast: Cast, at: datetime, **changes: object) -> Made:
    """The plan is agreed: version 1."""
    case = case_in_presentation(session, cast, at, **changes)
    write_plan(session, cast, at, case)
    answer_plan(session, cast, at, case)
    step(session, cast, at, case, Step.AGREE_PLAN)
    return case


@stage
def closed_case(session: Session, cast: Cast, at: datetime, **changes: object) -> Made:
    """Closed with a plan; its call and evaluation were given up."""
    case = case_in_evaluation(session, cast, at, **changes)
    for row in follow_ups(session, case.id, local_date(at, TIMEZONE)):
        evaluations.give_up(By(session, cast.noor, at), case.id, row.id, "The family moved away.")
    step(session, cast, at, case, Step.CLOSE)
    return case


def step(session: Session, cast: Cast, at: datetime, case: Made, which: Step, reason: str = "") -> None:
    """Noor takes a step."""
    take_step(By(session, cast.noor, at), case.id, Taking(which, reason=reason))
