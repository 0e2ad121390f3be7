"""A case in which every text is a unique word, so that tests can detect who sees which text.

`HOLDS`, `TOLD` and `OWN` list the words in each part of the case; the tables of the workflow define who sees the part.
A word may be in several parts, such as names in a plan. The case has two sides, secret addresses on both, and every
kind of participant.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from ekc.accounts.access import By
from ekc.accounts.models import Account, AccountRole
from ekc.conferences.actions import bottom_lines as bottom_lines_actions
from ekc.conferences.actions import circle as circle_actions
from ekc.conferences.actions import consents, contact, offers, pauses, registration
from ekc.conferences.actions import safety as safety_actions
from ekc.conferences.entries import (
    BottomLineText,
    Concern,
    NewCase,
    NewConsent,
    NewContact,
    NewOffer,
    PersonDetails,
)
from ekc.conferences.models import BottomLine, Conference, LineWording, Participant, ViewPicture, Voice
from ekc.conferences.queries.bottom_lines import bottom_lines
from ekc.conferences.queries.circle import circle
from ekc.conferences.queries.concerns import concerns
from ekc.core.clock import to_local
from ekc.core.transaction import writing
from ekc.directory.actions import row_of
from ekc.directory.models import Listing
from ekc.evaluations import actions as evaluations
from ekc.evaluations.actions import FollowUpReport, NewAvoidedCost
from ekc.evaluations.queries import follow_ups
from ekc.journey.actions.steps import take_step
from ekc.journey.actions.wishes import speak_about
from ekc.links.models import PersonalLink
from ekc.matching.actions import asking, independence
from ekc.matching.entries import Declaration
from ekc.matching.queries.match import open_conflicts
from ekc.meetings.actions import arranging, attendance, information
from ekc.meetings.actions.arranging import Arranged, Venue
from ekc.meetings.actions.information import InformationText, QuestionText
from ekc.meetings.effects import ensure_meeting
from ekc.meetings.models import DayMove
from ekc.plans import edits
from ekc.plans.actions.acceptance import check_bottom_line, decide_acceptance
from ekc.plans.actions.agreement import record_agreement
from ekc.plans.actions.drafts import answer_support, change_plan
from ekc.plans.actions.numbers import say_number
from ekc.plans.actions.sharing import share_plan
from ekc.plans.draft import EvaluationPlan, NewAction, NewWhatIf
from ekc.plans.queries.versions import stored_draft
from ekc.venues.actions import VenueDetails, add_venue
from ekc.workflow.definition.kinds import Taking
from ekc.workflow.engine import may, sees
from ekc.workflow.matching import CoordinatorWish, WishKind
from ekc.workflow.vocabulary import (
    NOT_THERE,
    ActionKind,
    Activity,
    Agreed,
    ArrangementKind,
    Attends,
    CasePart,
    InformationKind,
    OfferStage,
    Outcome,
    Part,
    Phase,
    PlanSharing,
    Role,
    Scope,
    Step,
    SupportAnswer,
    Variant,
    VoiceMatter,
)
from tests import build
from tests.cast import Cast, make_link, participant
from tests.clock import START
from tests.pictures import PICTURE
from tests.stages import stage

TODAY = START.date()
NUMBER = "EKC-2026-0001"
BORN = "1907"

#: The circle: part and side of each person, and the roles that define what they see.
CIRCLE: dict[str, tuple[Part, str, frozenset[Role]]] = {
    "marieke": (Part.MAIN_PERSON, "sidea", frozenset({Role.MAIN_PERSON})),
    "karim": (Part.REFERRER, "", frozenset({Role.REFERRER})),
    "yara": (Part.CHILD, "sidea", frozenset({Role.CHILD})),
    "kees": (Part.FAMILY, "sideb", frozenset({Role.FAMILY})),
    "omar": (Part.FAMILY, "sidea", frozenset({Role.FAMILY, Role.CONVENOR})),
    "joost": (Part.SUPPORTER, "sideb", frozenset({Role.SUPPORTER})),
    "els": (Part.PROFESSIONAL, "", frozenset({Role.PROFESSIONAL})),
    "priya": (Part.PROFESSIONAL, "", frozenset({Role.PROFESSIONAL, Role.PART_READER})),
    "wout": (Part.PROFESSIONAL, "", frozenset({Role.PROFESSIONAL, Role.PART_READER, Role.PLAN_READER})),
    "tolk": (Part.INTERPRETER, "", frozenset()),
    "hassan": (Part.FAMILY, "sideb", frozenset()),  # stays away, as was decided
    "saskia": (Part.FAMILY, "sidea", frozenset()),  # was taken out of the circle
}
#: Who asks from outside of it.
OTHERS: dict[str, frozenset[Role]] = {
    "noor": frozenset({Role.COORDINATOR}),
    "ruud": frozenset({Role.REGIONAL_MANAGER}),
    "mila": frozenset({Role.CARE_MANAGER}),
    "bas": frozenset({Role.ADMINISTRATOR}),
    "denise": frozenset(),  # coordinator of other cases
    "iris": frozenset(),  # in another region
    "stranger": frozenset(),  # main person of another case
}
#: Who of the circle is not in the room: one is not at the conference, and yet has a say, one takes part by video.
AWAY = {"joost": Attends.LETTER, "els": Attends.NO, "omar": Attends.VIDEO}
ROLES = {
    name: roles | {Role.COMES} if roles and name not in AWAY else roles | {Role.JOINS} if name == "omar" else roles
    for name, (_part, _side, roles) in CIRCLE.items()
} | OTHERS
SECRET = frozenset({"marieke", "kees", "priya", "hassan"})
SHARING = {"karim": PlanSharing.NOTHING, "priya": PlanSharing.CONCERNS, "wout": PlanSharing.ALL}

HERE = [name for name in CIRCLE if name != "saskia"]
FAMILY = ["marieke", "yara", "kees", "omar", "joost"]
AGENCIES = ["karim", "els", "priya", "wout"]


def each(what: str, names: list[str]) -> list[str]:
    """Of each of these people."""
    return [what + name for name in names]


#: The words visible to those who see all of a part.
HOLDS: dict[CasePart, list[str]] = {
    CasePart.TITLE: ["title", "number"],
    CasePart.FIGURES: ["number", "municipality"],
    CasePart.QUESTION: ["question"],
    CasePart.DAY: ["joining"],
    CasePart.PRACTICAL: ["venue", "venueaddress", "venueaccess", "route"],
    CasePart.NAMES: each("name", [name for name in HERE if name not in ("hassan", "tolk")]),  # "an interpreter"
    CasePart.DETAILS: [
        *(word for what in ("relation", "organisation", "speaks", "needs") for word in each(what, HERE)),
        *("born", "sidea", "sideb", "nametolk"),
    ],
    CasePart.CONTACT: [
        *each("phone", HERE),
        *each("mail", HERE),
        *each("address", [name for name in HERE if name not in SECRET]),
    ],
    CasePart.SECRET_ADDRESSES: each("address", sorted(SECRET)),
    CasePart.SAFETY: [
        "saidunsafe",
        "saidanswer",
        "feara",
        "fearb",
        "arrangeda",
        "arrangedb",
        "decideda",
        "decidedb",
        "sidetheirsa",
        "sidetheirsb",
        "namehassan",
        "whyaway",
        "whodecided",
        "worries",
    ],
    CasePart.VIEWS: [*each("view", HERE), "shows"],
    CasePart.REGISTRATION: [
        "reason",
        "topic",
        "wish",
        "sought",
        "sidea",
        "sideb",
        "municipality",
        "follows",
        "whypaused",
    ],
    CasePart.CONSENTS: ["consentscope", "consentnote", "offerreason"],
    CasePart.INDEPENDENCE: ["declared", "worksfor", "organisationels", "knows", "gains"],
    # Declared conflicts are shown; an agency is named.
    CasePart.WAIVERS: ["waivedemployer", "waivedrelation", "waivedinterest", "organisationels"],
    # Names of those who stay away too, as people who know them must not be coordinator; not that they stay away.
    CasePart.REQUEST: [
        *("number", "municipality", "wish", "sought"),
        *each("name", HERE),
        *each("organisation", AGENCIES),
        *each("speaks", AGENCIES),
    ],
    CasePart.CONTACT_LOG: ["contact"],
    CasePart.ARRANGEMENTS: ["food", "foodwho", "whymoved", "kitchen", "venuecontact", *each("needs", HERE[:-1])],
    CasePart.INFORMATION: ["told", "asked", "answered", "askreason", "askanswered"],
    CasePart.BOTTOM_LINES: ["line", "lineword", "ground", "newline", "newground", "namekarim"],
    CasePart.PLAN: [
        *(
            "title",
            "number",
            "question",
            "municipality",
            "venue",
            "goal",
            "does",
            "together",
            "answer",
            "elsdoes",
            "line",
        ),
        *("happens", "then", "calledif", "calledthen", "evaluationplace", "agreedwords", "organisationkarim"),
        "planphone",
        *each("name", [*FAMILY, "karim", "els", "priya"]),
    ],
    CasePart.NEXT_VERSION: ["nextgoal", "nextask"],
    CasePart.ACCEPTANCE: ["refused", "namekarim", "organisationkarim"],
    CasePart.SHARING: [*each("name", AGENCIES), *each("organisation", AGENCIES)],
    CasePart.NEXT_TIME: ["evaluationplace"],
    # Interpreters are included in the attendance.
    CasePart.FOLLOW_UPS: ["found", "decision", "heldby", "givenup", "evaluationplace", "nametolk"],
    CasePart.COSTS: ["avoided", "basis"],
    CasePart.HISTORY: ["whyout", "formervenue", "askreason", "backreason", "override", "spokenwish"],
    CasePart.LINKS: ["linkquestion", *each("name", [name for name in HERE if name not in ("hassan", "tolk")])],
    # Access by links of the family is counted; attempts by excluded or removed people are listed one by one.
    CasePart.OPENED: each("name", [*AGENCIES, "tolk", "hassan", "saskia"]),
    CasePart.ACCOUNTS: ["municipality"],  # Mila's municipality
}
#: The words visible to the family in a part about which it was informed.
TOLD: dict[CasePart, list[str]] = {
    CasePart.BOTTOM_LINES: ["line", "ground", "namekarim"],
    CasePart.VIEWS: [
        "shows",
        *each("view", [name for name in HERE if AWAY.get(name) in NOT_THERE or name == "hassan"]),
    ],
}
#: The words visible to a person who sees only their own share of a part.
OWN: dict[CasePart, Mapping[str, list[str]]] = {
    CasePart.OWN_DETAILS: {
        name: [
            what + name
            for what in ("name", "phone", "mail", "address")
            if what + name not in each("address", [*SECRET])
        ]
        + (["planphone"] if name == "omar" else [])
        for name in CIRCLE
    },
    CasePart.VIEWS: {name: ["view" + name] + (["shows"] if name == "joost" else []) for name in CIRCLE},
    CasePart.OWN_PLAN: {
        "priya": [
            "together",
            "answer",
            "nextask",
            "namepriya",
            "nameomar",
        ],
        "els": ["elsdoes", "nameels"],
        "omar": ["together", "happens", "then"],
    },
    CasePart.OWN_WHAT_IFS: {"priya": ["calledif", "calledthen", "namepriya", "nameomar", "evaluationplace"]},
    CasePart.ACCEPTANCE: {"karim": ["refused", "namekarim", "organisationkarim"]},
    CasePart.NEXT_TIME: {"priya": ["evaluationplace"]},
    CasePart.FOLLOW_UPS: {"omar": ["evaluationplace", "nametolk"]},  # the evaluation that is still to be held
}
#: Words that are on no page: of people who were removed from the circle, and how a link was handed over.
NOWHERE = [what + "saskia" for what in ("relation", "phone", "mail", "address", "view")] + ["linknote"]

WORDS = sorted(
    {word for words in [*HOLDS.values(), *(w for own in OWN.values() for w in own.values()), NOWHERE] for word in words}
)


def mark(word: str) -> str:
    """The unique text for a word."""
    return {"number": NUMBER, "born": BORN}.get(word, f"Q{word}Z")


def granted(name: str, phase: Phase, roles: frozenset[Role] | None = None) -> set[str]:
    """The words granted to a person in this phase, with a plan in force; `roles`: instead of those in `ROLES`."""
    found: set[str] = set()
    held = ROLES[name] if roles is None else roles
    for part in CasePart:
        match sees(part, phase, held, in_force=True):
            case Scope.ALL:
                found |= set(HOLDS[part])
            case Scope.TOLD:
                found |= set(TOLD[part])
            case Scope.OWN:
                found |= set(OWN[part].get(name, ()))
    # The family reads the next version once it wants one (`plans/queries/versions.py:reads_next`): not in this case.
    writes = phase is not Phase.EVALUATION or may(Activity.WRITE_PLAN, phase, held)
    reads = writes and sees(CasePart.NEXT_VERSION, phase, held) is not None
    found -= set() if reads else {"nextgoal"}
    # A request in it is shown to whoever is asked where it can be answered.
    if not may(Activity.ANSWER_SUPPORT, phase, held) and not reads:
        found -= {"nextask"}
    # Who was at an evaluation is chosen by whoever writes it down.
    if name == "omar" and not may(Activity.FOLLOW_UP, phase, held, in_force=True):
        found -= {"nametolk"}
    return found


@dataclass(frozen=True)
class Marked:
    """The case, and the ids of its people by first name."""

    id: int
    people: Mapping[str, int]


def details(name: str) -> PersonDetails:
    """All details of a person."""
    part, side, _roles = CIRCLE[name]
    kept: dict[str, Any] = {
        what: mark(what + name) for what in ("name", "relation", "organisation", "phone", "address", "view")
    }
    return PersonDetails(
        **kept,
        part=part,
        side=mark(side) if side else "",
        speaks_for=mark("speaks" + name),
        email=f"{mark('mail' + name)}@example.org",
        needs=(mark("needs" + name),),
        born={"kees": date(int(BORN), 3, 5), "yara": date(2018, 6, 7)}.get(name),  # a child's age is asked
        address_secret=name in SECRET,
        attends=AWAY.get(name, Attends.IN_PERSON),
        informed_on=TODAY,
        safe_on=TODAY,
        worries=mark("worries"),
    )


@stage
def marked_case(session: Session, cast: Cast) -> Marked:
    """The case as its plan was agreed, through the product's own actions. Its municipality is Mila's."""
    with writing(session):
        bas = By(session, cast.bas, START)
        hers = update(AccountRole).where(AccountRole.account_id == cast.mila.account_id)
        session.execute(hers.values(municipality_id=row_of(bas, Listing.MUNICIPALITIES, mark("municipality"))))
    case = _registered(session, cast)
    _prepared(session, cast, case)
    _held(session, cast, case)
    _presented(session, cast, case)
    _looked_back(session, cast, case)
    return case


def _registered(session: Session, cast: Cast) -> Marked:
    new = NewCase(
        variant=Variant.GROUP,
        municipality=mark("municipality"),
        follows=mark("follows"),
        region_id=cast.north,
        title=mark("title"),
        question=mark("question"),
        reason=mark("reason"),
        topics=(mark("topic"),),
        wishes=(mark("wish"),),
        sought=(CoordinatorWish(WishKind.BACKGROUND, mark("sought")),),
        sides=(mark("sidea"), mark("sideb")),
        registered_by=Part.REFERRER,
        said_yes_on=(TODAY,),
        main_persons=(details("marieke"),),
        registrant=details("karim"),
    )
    id_ = registration.register_case(By(session, cast.nobody, START), new)
    first, second = (row.id for row in circle(session, id_))
    case = Marked(id_, {"marieke": first, "karim": second})
    asking.ask_coordinator(By(session, cast.ruud, START), id_, cast.noor.account_id or 0)
    works_for = f"{mark('worksfor')}; {mark('organisationels')}"  # the latter takes part later on
    declared = Declaration(mark("declared"), employer=works_for, relation=mark("knows"), interest=mark("gains"))
    independence.accept(By(session, cast.noor, START), id_, declared)
    independence.confirm_coordinator(By(session, cast.noor, START), id_)
    yes = NewConsent(participant_id=first, given_on=TODAY, note=mark("consentnote"))
    consents.add_consent(By(session, cast.noor, START), id_, yes)
    also = NewConsent(participant_id=first, given_on=TODAY, scope=mark("consentscope"))
    consents.add_consent(By(session, cast.noor, START), id_, also)
    exempt = NewOffer(stage=OfferStage.EXEMPT, on=TODAY, reason=mark("offerreason"))
    offers.note_offer(By(session, cast.noor, START), id_, exempt)
    pauses.pause(By(session, cast.noor, START), id_, mark("whypaused"))
    pauses.resume(By(session, cast.noor, START), id_)
    _waive(session, cast, id_)
    people = dict(case.people)
    people["kees"] = circle_actions.add_person(By(session, cast.noor, START), id_, details("kees"))  # of the other side
    _step(session, cast, case, Step.TAKE_ON)
    for name in CIRCLE:
        if name not in people:
            people[name] = circle_actions.add_person(By(session, cast.noor, START), id_, details(name))
    _waive(session, cast, id_)
    return Marked(id_, people)


def _waive(session: Session, cast: Cast, id_: int) -> None:
    """Waive all current conflicts of the coordinator."""
    for tied in open_conflicts(session, id_):
        independence.waive_conflict(By(session, cast.ruud, START), id_, tied.key, mark(f"waived{tied.matter}"))


def _prepared(session: Session, cast: Cast, case: Marked) -> None:
    noor, who = cast.noor, case.people
    excluded = replace(
        details("hassan"),
        attends=Attends.EXCLUDED,
        exclusion_reason=mark("whyaway"),
        excluded_by=mark("whodecided"),
        excluded_on=TODAY,
    )
    circle_actions.change_person(By(session, noor, START), case.id, who["hassan"], excluded)
    circle_actions.remove_person(By(session, noor, START), case.id, who["saskia"], mark("whyout"))
    for name, side in (("marieke", "a"), ("kees", "b")):
        fear = Concern(
            participant_id=who[name],
            concern=mark("fear" + side),
            arrangement=mark("arranged" + side),
            apart_from_id=who["omar"],
            apart_from_side=mark("sidetheirs" + side),
            said_by=mark("decided" + side),
        )
        safety_actions.add_concern(By(session, noor, START), case.id, fear)
    kees = participant(case.id, who["kees"])
    safety_actions.say_not_safe(By(session, kees, START), case.id, mark("saidunsafe"))
    for row in concerns(session, case.id):
        if row.said_at is not None:
            safety_actions.answer_concern(By(session, noor, START), case.id, row.id, mark("saidanswer"))
    line = BottomLineText(text=mark("line"), ground=mark("ground"), set_by=who["karim"], shared_on=TODAY)
    line_id = bottom_lines_actions.add_bottom_line(By(session, noor, START), case.id, line)
    with writing(session):
        seen = {"shows": mark("shows"), "jpeg": PICTURE, "width": 1, "height": 1}
        session.add(ViewPicture(participant_id=who["joost"], number=1, **seen))
        words = {"text": mark("lineword"), "by_setter": False, "written_on": TODAY, "coordinator_on": TODAY}
        session.add(LineWording(line_id=line_id, number=2, **words))
    talk = NewContact(on=TODAY, channel="phone", text=mark("contact"), participant_id=who["kees"])
    contact.log_contact(By(session, noor, START), case.id, talk)
    arranging.choose_date(By(session, noor, START), case.id, START + timedelta(days=2))
    with writing(session):
        moved = {"was": START + timedelta(days=1), "now": START + timedelta(days=2), "at": START}
        meeting = ensure_meeting(session, case.id)
        session.add(DayMove(meeting_id=meeting.id, reason=mark("whymoved"), **moved))
    arranging.set_venue(By(session, noor, START), case.id, Venue(mark("formervenue")))
    known = VenueDetails(name=mark("venue"), route=mark("route"), kitchen=mark("kitchen"), contact=mark("venuecontact"))
    add_venue(By(session, noor, START), cast.north, known)
    venue = Venue(mark("venue"), mark("venueaddress"), mark("venueaccess"), mark("joining"))
    arranging.set_venue(By(session, noor, START), case.id, venue)
    arranging.arrange(
        By(session, noor, START), case.id, Arranged(ArrangementKind.FOOD, mark("food"), who=mark("foodwho"))
    )
    for kind in (ArrangementKind.TRAVEL, ArrangementKind.INTERPRETER, ArrangementKind.CHILDCARE):
        arranging.arrange(By(session, noor, START), case.id, Arranged(kind, not_needed=True))
    with writing(session):
        session.execute(update(Conference).where(Conference.id == case.id).values(question_agreed_on=TODAY))


def _held(session: Session, cast: Cast, case: Marked) -> None:
    noor, who = cast.noor, case.people
    kees = update(Participant).where(Participant.id == who["kees"])
    with writing(session):
        session.execute(kees.values(informed_on=None))
    _step(session, cast, case, Step.OPEN_CONFERENCE)
    with writing(session):
        session.execute(kees.values(informed_on=TODAY))
    there = [who[name] for name in CIRCLE if name not in ("hassan", "saskia")]
    attendance.record_attendance(By(session, noor, START), case.id, there)
    for kind in InformationKind:
        information.add_information(
            By(session, noor, START), case.id, InformationText(kind, mark("told"), who["karim"])
        )
    information.add_question(
        By(session, noor, START), case.id, QuestionText(who["kees"], mark("asked"), mark("answered"))
    )
    attendance.professionals_leave(By(session, noor, START), case.id)
    _step(session, cast, case, Step.BEGIN_PRIVATE_TIME)
    _step(session, cast, case, Step.ASK_FOR_INFORMATION, mark("askreason"))
    build.answer_family(session, cast, START, build.Made(case.id), mark("askanswered"))
    _step(session, cast, case, Step.BEGIN_PRIVATE_TIME)
    _step(session, cast, case, Step.COME_OUT)
    _step(session, cast, case, Step.GO_BACK, mark("backreason"))
    _step(session, cast, case, Step.COME_OUT)
    choices = {who[name]: sharing for name, sharing in SHARING.items()}
    share_plan(By(session, noor, START), case.id, who["marieke"], choices)


def _presented(session: Session, cast: Cast, case: Marked) -> None:
    noor, who, id_ = cast.noor, case.people, case.id
    week = TODAY + timedelta(days=7)
    goal = change_plan(By(session, noor, START), id_, 0, edits.add_goal(mark("goal")))
    alone = NewAction(what=mark("does"), who=(who["kees"],), by=week)
    together = NewAction(what=mark("together"), who=(who["omar"], who["priya"]), by=week, kind=ActionKind.PROFESSIONAL)
    change_plan(By(session, noor, START), id_, 1, edits.add_action(goal, alone))
    asked = change_plan(By(session, noor, START), id_, 2, edits.add_action(goal, together))
    elses = NewAction(what=mark("elsdoes"), who=(who["els"],), by=week, kind=ActionKind.PROFESSIONAL)
    change_plan(By(session, noor, START), id_, 3, edits.add_action(goal, elses))
    what_if = NewWhatIf(if_=mark("happens"), then=mark("then"), who=(who["omar"], who["kees"]))
    change_plan(By(session, noor, START), id_, 4, edits.add_what_if(what_if))
    called = NewWhatIf(if_=mark("calledif"), then=mark("calledthen"), who=(who["priya"], who["omar"]))
    change_plan(By(session, noor, START), id_, 5, edits.add_what_if(called))
    change_plan(By(session, noor, START), id_, 6, edits.set_monitor(who["omar"]))
    in_weeks = to_local(START, "Europe/Amsterdam").replace(tzinfo=None) + timedelta(weeks=12)
    again = EvaluationPlan(at=in_weeks, place=mark("evaluationplace"), convenor=who["omar"], others=(who["priya"],))
    change_plan(By(session, noor, START), id_, 7, edits.set_evaluation(again))
    say_number(By(session, noor, START), id_, who["omar"], mark("planphone"), True)
    priya = participant(id_, who["priya"])
    answer_support(By(session, priya, START), id_, 8, asked, SupportAnswer.AGREED, mark("answer"))
    for name in FAMILY:
        record_agreement(By(session, noor, START), id_, who[name], Agreed.YES, mark("agreedwords"))
    for line in bottom_lines(session, id_):
        check_bottom_line(By(session, noor, START), id_, line.id, True)
    karim = participant(id_, who["karim"])
    decide_acceptance(By(session, karim, START), id_, who["karim"], False, mark("refused"))
    decide_acceptance(By(session, karim, START), id_, who["karim"], True)
    _step(session, cast, case, Step.AGREE_PLAN)


def _looked_back(session: Session, cast: Cast, case: Marked) -> None:
    """In evaluation: call and an evaluation held, one given up, one planned; a draft of a new version has a note."""
    noor, id_ = cast.noor, case.id
    call = next(row for row in follow_ups(session, id_, TODAY) if row.kind == "call")
    said = FollowUpReport(held_on=TODAY, held_by=mark("heldby"), found=mark("found"), decision=mark("decision"))
    evaluations.record_follow_up(By(session, noor, START), id_, call.id, said)
    extra = evaluations.plan_evaluation(By(session, noor, START), id_, TODAY + timedelta(weeks=20))
    evaluations.give_up(By(session, noor, START), id_, extra, mark("givenup"))
    held = evaluations.plan_evaluation(By(session, noor, START), id_, TODAY)
    there = FollowUpReport(held_on=TODAY, present=frozenset({case.people["tolk"]}))
    evaluations.record_follow_up(By(session, noor, START), id_, held, there)
    again = Taking(Step.RECONVENE, reason=mark("askreason"))
    take_step(By(session, participant(id_, case.people["omar"]), START), id_, again)
    speak_about(By(session, noor, START), id_, VoiceMatter.AGAIN, case.people["omar"], mark("spokenwish"))
    avoided = NewAvoidedCost(what=mark("avoided"), amount=100, basis=mark("basis"))
    evaluations.add_avoided_cost(By(session, noor, START), id_, avoided)
    revision = stored_draft(session, id_).revision
    goal = change_plan(By(session, noor, START), id_, revision, edits.add_goal(mark("nextgoal")))
    ask = NewAction(what=mark("nextask"), who=(case.people["priya"],), kind=ActionKind.PROFESSIONAL)
    change_plan(By(session, noor, START), id_, revision + 1, edits.add_action(goal, ask))
    line = BottomLine(
        conference_id=id_, number=2, text=mark("newline"), ground=mark("newground"), set_by=case.people["karim"]
    )
    with writing(session):
        session.add(line)
        noors = update(Account).where(Account.id == noor.account_id)
        session.execute(noors.values(leaves_on=TODAY + timedelta(days=90)))  # so that the case is to be handed over


def _step(session: Session, cast: Cast, case: Marked, step: Step, reason: str = "") -> None:
    overrides = {"everyone_informed": mark("override")} if step is Step.OPEN_CONFERENCE else {}
    take_step(By(session, cast.noor, START), case.id, Taking(step, reason=reason, overrides=overrides))


def asked_instead(session: Session, cast: Cast, case: Marked, phase: Phase) -> None:
    """Denise is asked to take over from Noor and has not answered when the case comes to a phase."""
    set_phase(session, case, Phase.SETUP)
    asking.ask_coordinator(By(session, cast.ruud, START), case.id, cast.denise.account_id or 0)
    with writing(session):
        session.execute(update(Conference).where(Conference.id == case.id).values(phase=phase, **_ended(phase)))


def _ended(phase: Phase) -> dict[str, Any]:
    if phase is Phase.CLOSED:
        return {"outcome": Outcome.PLAN, "closed_on": TODAY, "tasks_ended_on": TODAY}
    return {"outcome": None, "closed_on": None, "tasks_ended_on": None}


def set_phase(session: Session, case: Marked, phase: Phase) -> None:
    """The same case in another phase. The main person still has to agree to the coordinator."""
    with writing(session):
        session.execute(update(Conference).where(Conference.id == case.id).values(phase=phase, **_ended(phase)))
        of_coordinator = (Voice.conference_id == case.id, Voice.matter == VoiceMatter.COORDINATOR)
        session.execute(delete(Voice).where(*of_coordinator))


def link_of(session: Session, case: Marked, name: str) -> int:
    """The id of a valid link of a participant, created without any checks."""
    make_link(session, START, case.id, case.people[name])
    with writing(session):
        link = session.query(PersonalLink).order_by(PersonalLink.id.desc()).first()
        assert link is not None
        link.note, link.question = mark("linknote"), mark("linkquestion")
    return link.id
