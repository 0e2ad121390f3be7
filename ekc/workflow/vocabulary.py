"""The glossary: the words in which the process is written down.

Here live the enumerations, nothing that decides. Values are what the database stores; what a person reads stands in
`names.py`.
"""

# ruff: noqa: PLC0414  (`as` hands a name on to whoever imports it from here)

from enum import StrEnum

from ekc.workflow.case_words import LegalContext as LegalContext
from ekc.workflow.case_words import Outcome as Outcome
from ekc.workflow.case_words import StopReason as StopReason
from ekc.workflow.case_words import Variant as Variant
from ekc.workflow.part_words import CasePart as CasePart
from ekc.workflow.part_words import PlanSharing as PlanSharing
from ekc.workflow.part_words import Scope as Scope
from ekc.workflow.plan_words import ActionKind as ActionKind
from ekc.workflow.plan_words import ActionState as ActionState
from ekc.workflow.plan_words import Agreed as Agreed
from ekc.workflow.plan_words import Every as Every
from ekc.workflow.plan_words import FollowUpKind as FollowUpKind
from ekc.workflow.plan_words import SupportAnswer as SupportAnswer


def N_(message: str) -> str:  # noqa: N802 - the name under which translation tools find a message
    """Mark a sentence for translation; whoever shows it translates it (`core/language.py`)."""
    return message


class Phase(StrEnum):
    """Where a case stands. The five phases of the conference, one before and one after."""

    REGISTRATION = "registration"
    SETUP = "setup"
    INFORMATION = "information"
    PRIVATE_TIME = "private_time"
    PRESENTATION = "presentation"
    EVALUATION = "evaluation"
    CLOSED = "closed"


class Step(StrEnum):
    """A move that a person makes with a case."""

    TAKE_ON = "take_on"
    OPEN_CONFERENCE = "open_conference"
    BEGIN_PRIVATE_TIME = "begin_private_time"
    ASK_FOR_INFORMATION = "ask_for_information"
    COME_OUT = "come_out"
    GO_BACK = "go_back"
    AGREE_PLAN = "agree_plan"
    ANOTHER_DAY = "another_day"
    PLAN_WITHOUT_CONFERENCE = "plan_without_conference"
    NO_PLAN = "no_plan"
    STOP = "stop"
    REVISE_PLAN = "revise_plan"
    RECONVENE = "reconvene"
    CLOSE = "close"


class Role(StrEnum):
    """What somebody is to a case, or to the organisation. One person can be several."""

    MAIN_PERSON = "main_person"
    CHILD = "child"
    FAMILY = "family"
    SUPPORTER = "supporter"
    REFERRER = "referrer"
    PROFESSIONAL = "professional"
    PART_READER = "part_reader"  # a referrer or professional who sees what the plan asks of them
    PLAN_READER = "plan_reader"  # one with whom the family shares the whole plan
    COMES = "comes"  # somebody in the circle who is in the room at the conference
    JOINS = "joins"  # one who takes part by telephone or video
    CONVENOR = "convenor"
    ASKED_COORDINATOR = "asked_coordinator"
    COORDINATOR = "coordinator"
    REGIONAL_MANAGER = "regional_manager"
    CARE_MANAGER = "care_manager"
    ADMINISTRATOR = "administrator"


class Part(StrEnum):
    """The part in which somebody stands in the circle of one conference."""

    MAIN_PERSON = "main_person"
    CHILD = "child"
    FAMILY = "family"
    FRIEND = "friend"
    NEIGHBOUR = "neighbour"
    NETWORK = "network"
    SUPPORTER = "supporter"
    REFERRER = "referrer"
    PROFESSIONAL = "professional"
    INTERPRETER = "interpreter"


#: Who belongs to the family group: they make the plan and may be in private time.
FAMILY_PARTS = frozenset({Part.MAIN_PERSON, Part.CHILD, Part.FAMILY, Part.FRIEND, Part.NEIGHBOUR, Part.NETWORK})
#: Who tells what they know and leaves.
PROFESSIONAL_PARTS = frozenset({Part.REFERRER, Part.PROFESSIONAL})

#: Which role a part in the circle gives. An interpreter lends a voice and has no rights of their own.
ROLE_OF_PART: dict[Part, Role | None] = {
    Part.MAIN_PERSON: Role.MAIN_PERSON,
    Part.CHILD: Role.CHILD,
    Part.FAMILY: Role.FAMILY,
    Part.FRIEND: Role.FAMILY,
    Part.NEIGHBOUR: Role.FAMILY,
    Part.NETWORK: Role.FAMILY,
    Part.SUPPORTER: Role.SUPPORTER,
    Part.REFERRER: Role.REFERRER,
    Part.PROFESSIONAL: Role.PROFESSIONAL,
    Part.INTERPRETER: None,
}

#: What the family shares of its plan with a referrer or professional is a role more in the case.
ROLES_OF_SHARING: dict[PlanSharing, frozenset[Role]] = {
    PlanSharing.NOTHING: frozenset(),
    PlanSharing.CONCERNS: frozenset({Role.PART_READER}),
    PlanSharing.ALL: frozenset({Role.PART_READER, Role.PLAN_READER}),
}

FAMILY_ROLES = frozenset({Role.MAIN_PERSON, Role.CHILD, Role.FAMILY})
#: Who may be in private time: the family, and whoever supports one of them.
INSIDE_ROLES = FAMILY_ROLES | {Role.SUPPORTER}


class Attends(StrEnum):
    """How somebody takes part."""

    IN_PERSON = "in_person"
    PART = "part"
    PHONE = "phone"
    VIDEO = "video"
    LETTER = "letter"
    SPOKESPERSON = "spokesperson"
    NO = "no"
    EXCLUDED = "excluded"


IN_THE_ROOM = frozenset({Attends.IN_PERSON, Attends.PART})
#: Those who are in the room or on the line, and so must have been told personally.
TAKES_PART = IN_THE_ROOM | {Attends.PHONE, Attends.VIDEO}


class InformationKind(StrEnum):
    """What the first part of the conference tells: the situation, why a plan is needed, what help there is."""

    SITUATION = "situation"
    REASON = "reason"
    HELP = "help"


class ArrangementKind(StrEnum):
    """What has to be arranged around the meeting."""

    FOOD = "food"
    TRAVEL = "travel"
    INTERPRETER = "interpreter"
    CHILDCARE = "childcare"


class Activity(StrEnum):
    """What somebody may do in or see of a case, beside taking steps."""

    SEE_CASE = "see_case"
    SEE_OWN_PAGE = "see_own_page"
    SEE_REGISTRATION = "see_registration"
    CHANGE_REGISTRATION = "change_registration"
    MATCH_COORDINATOR = "match_coordinator"
    SEE_REQUEST = "see_request"
    ANSWER_MATCH = "answer_match"
    CONFIRM_COORDINATOR = "confirm_coordinator"
    WANT_ANOTHER_COORDINATOR = "want_another_coordinator"
    CHANGE_CIRCLE = "change_circle"
    SEE_BOTTOM_LINES = "see_bottom_lines"
    SET_BOTTOM_LINES = "set_bottom_lines"
    SAY_NO_BOTTOM_LINES = "say_no_bottom_lines"
    LOG_CONTACT = "log_contact"
    MAKE_LINKS = "make_links"
    END_LINKS = "end_links"
    ARRANGE_MEETING = "arrange_meeting"
    RECORD_INFORMATION = "record_information"
    SEE_PLAN = "see_plan"
    SEE_VERSIONS = "see_versions"
    SHARE_PLAN = "share_plan"
    WRITE_PLAN = "write_plan"
    CHECK_PLAN = "check_plan"
    ANSWER_SUPPORT = "answer_support"
    DECIDE_ACCEPTANCE = "decide_acceptance"
    TICK_OFF = "tick_off"
    SEE_FOLLOW_UPS = "see_follow_ups"
    FOLLOW_UP = "follow_up"
    RECORD_COSTS = "record_costs"
    SEE_HISTORY = "see_history"
    SEE_OPENED = "see_opened"
    TAKE_STEP = "take_step"


class Effect(StrEnum):
    """What a step brings about beside the move itself, in the order in which it is named."""

    WELCOME_LETTER = "welcome_letter"
    START_MEETING = "start_meeting"
    OPEN_ROOM = "open_room"
    PAUSE_ROOM = "pause_room"
    CLOSE_ROOM = "close_room"
    END_MEETING = "end_meeting"
    PRESENT_PLAN = "present_plan"
    FREEZE_PLAN = "freeze_plan"
    ISSUE_DOCUMENTS = "issue_documents"
    PLAN_FOLLOW_UPS = "plan_follow_ups"
    NEW_MEETING = "new_meeting"
    NEW_ROUND = "new_round"
    MARK_WITHOUT_CONFERENCE = "mark_without_conference"
    NO_PLAN_NOTICE = "no_plan_notice"
    CLOSING_LETTER = "closing_letter"
    START_RETENTION = "start_retention"


class Remedy(StrEnum):
    """The place where a reason can be mended; the journey knows its page."""

    REGISTRATION = "registration"
    CONSENTS = "consents"
    COORDINATOR = "coordinator"
    CIRCLE = "circle"
    PERSON = "person"
    SAFETY = "safety"
    BOTTOM_LINES = "bottom_lines"
    MEETING = "meeting"
    INFORMATION = "information"
    ATTENDANCE = "attendance"
    PLAN = "plan"
    AGREEMENT = "agreement"
    FOLLOW_UPS = "follow_ups"
