"""The glossary: the words in which the process is written down, and what a person reads for each.

Enumerations that several modules share, and the sets of them that have a name; nothing that decides. Values are what
the database stores. The words of a single table stand with it: `duties.py`, `follow_ups.py`, `profiles.py`.
"""

from enum import StrEnum
from typing import Self


def N_(message: str) -> str:  # noqa: N802 - the name under which translation tools find a message
    """Mark a sentence for translation; whoever shows it translates it (`core/language.py`)."""
    return message


class Labelled(StrEnum):
    """An enumeration whose members carry an English label, ready to be translated, beside their value.

    Enumerations without labels carry a title in their table, or are never shown.
    """

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        """A member: `NAME = "value", N_("label")`."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


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
    MAIN_PERSON_GONE = "main_person_gone"
    NO_NEW_PLAN = "no_new_plan"
    STOP_ROUND = "stop_round"
    REGISTERED_TWICE = "registered_twice"


class Effect(Labelled):
    """What a step brings about beside the move itself, in the order in which it is named."""

    WELCOME_LETTER = "welcome_letter", N_("a welcome letter goes out")
    START_MEETING = "start_meeting", N_("the meeting starts, attendance opens")
    END_REQUEST = "end_request", N_("a coordinator who was asked and has not answered is asked no longer, and told")
    OPEN_ROOM = "open_room", N_("everyone but the family is shut out, the private room opens")
    PAUSE_ROOM = "pause_room", N_("the private room pauses")
    ASK_QUESTION = "ask_question", N_("what the family wants to know is a question of this day that has no answer yet")
    CLOSE_ROOM = "close_room", N_("the private room closes")
    END_MEETING = "end_meeting", N_("the meeting ends")
    PRESENT_PLAN = "present_plan", N_("the plan is opened for writing down")
    FREEZE_PLAN = "freeze_plan", N_("this version of the plan is frozen")
    ISSUE_DOCUMENTS = "issue_documents", N_("the plan and the slips are issued")
    PLAN_FOLLOW_UPS = "plan_follow_ups", N_("the follow-ups are planned")
    NEW_MEETING = "new_meeting", N_("a new meeting is planned")
    NEW_ROUND = "new_round", N_("a new round begins, linked to the earlier ones")
    MARK_WITHOUT_CONFERENCE = "mark_without_conference", N_("counted apart: a plan without a conference")
    SETTLE_END = "settle_end", N_("what was open is settled, as the ends say")
    TELL_END = "tell_end", N_("those whom it concerns hear it, as the ends say")
    BACK_TO_PLAN = "back_to_plan", N_("the plan in force goes on, with what held when the new round began")
    NAME_OTHER = "name_other", N_("its page says as which other conference it goes on")
    START_RETENTION = "start_retention", N_("the time for which the file is kept starts")


class Remedy(Labelled):
    """The place where a reason can be mended; the journey knows its page."""

    REGISTRATION = "registration", N_("go to the registration")
    CONSENTS = "consents", N_("go to the consents")
    COORDINATOR = "coordinator", N_("go to the coordinator")
    CIRCLE = "circle", N_("go to the circle")
    INFORMED = "informed", N_("go to who was told")
    PERSON = "person", N_("go to this person")
    SAFETY = "safety", N_("go to safety")
    BOTTOM_LINES = "bottom_lines", N_("go to the bottom lines")
    MEETING = "meeting", N_("go to the meeting")
    INFORMATION = "information", N_("go to the information")
    ATTENDANCE = "attendance", N_("go to attendance")
    PLAN = "plan", N_("go to the plan")
    AGREEMENT = "agreement", N_("go to the answers")
    FOLLOW_UPS = "follow_ups", N_("go to the follow-ups")
    WISHES = "wishes", N_("write down what was said")


class Role(Labelled):
    """What somebody is to a case, or to the organisation. One person can be several."""

    MAIN_PERSON = "main_person", N_("main person")
    CHILD = "child", N_("child")
    FAMILY = "family", N_("family")
    SUPPORTER = "supporter", N_("supporter")
    REFERRER = "referrer", N_("referrer")
    PROFESSIONAL = "professional", N_("professional")
    PART_READER = "part_reader", N_("referrer or professional who is told what concerns them")
    PLAN_READER = "plan_reader", N_("referrer or professional who is shown the whole plan")
    COMES = "comes", N_("whoever comes to the conference")
    JOINS = "joins", N_("whoever takes part by telephone or video")
    IN_ROOM = (
        "in_room",
        N_("family in the room now, children too; of a plan without a conference all of it but the children"),
    )
    CONVENOR = "convenor", N_("convenor of the evaluation")
    ASKED_COORDINATOR = "asked_coordinator", N_("coordinator who was asked")
    COORDINATOR = "coordinator", N_("coordinator")
    REGIONAL_MANAGER = "regional_manager", N_("regional manager")
    STANDS_IN = "stands_in", N_("regional manager of a conference whose coordinator cannot act")
    CARE_MANAGER = "care_manager", N_("social care manager")
    ADMINISTRATOR = "administrator", N_("administrator")
    GROWN_UP_IN_ROOM = "grown_up_in_room", N_("whoever has the role of family in the room and is no child")


class OfferStage(Labelled):
    """What was noted of the offer of a conference, which some countries make a duty."""

    OFFERED = "offered", N_("it was offered")
    ACCEPTED = "accepted", N_("accepts the offer")
    DECLINED = "declined", N_("declines the offer")
    EXEMPT = "exempt", N_("exempt: it is not offered")


class Part(Labelled):
    """The part in which somebody stands in the circle of one conference."""

    MAIN_PERSON = "main_person", N_("main person")
    CHILD = "child", N_("child")
    FAMILY = "family", N_("family")
    FRIEND = "friend", N_("friend")
    NEIGHBOUR = "neighbour", N_("neighbour")
    NETWORK = "network", N_("from the network")
    SUPPORTER = "supporter", N_("supporter")
    REFERRER = "referrer", N_("referrer")
    PROFESSIONAL = "professional", N_("professional")
    INTERPRETER = "interpreter", N_("interpreter")


#: Who belongs to the family group: they make the plan and may be in private time.
FAMILY_PARTS = frozenset({Part.MAIN_PERSON, Part.CHILD, Part.FAMILY, Part.FRIEND, Part.NEIGHBOUR, Part.NETWORK})
#: Who tells what they know and leaves.
PROFESSIONAL_PARTS = frozenset({Part.REFERRER, Part.PROFESSIONAL})
#: Who may be in private time: the family, and whoever supports one of them.
INSIDE_PARTS = FAMILY_PARTS | {Part.SUPPORTER}

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

FAMILY_ROLES = frozenset({Role.MAIN_PERSON, Role.CHILD, Role.FAMILY})
#: The roles of these parts.
INSIDE_ROLES = FAMILY_ROLES | {Role.SUPPORTER}


class Attends(Labelled):
    """How somebody takes part."""

    IN_PERSON = "in_person", N_("in person")
    PART = "part", N_("for part of it")
    PHONE = "phone", N_("by phone")
    VIDEO = "video", N_("by video")
    LETTER = "letter", N_("by letter")
    SPOKESPERSON = "spokesperson", N_("through somebody who speaks for them")
    NO = "no", N_("does not come")
    EXCLUDED = "excluded", N_("stays away, as was decided")


class Closeness(Labelled):
    """How close somebody of the circle is to the main persons, as the family says: a ring of the ecomap."""

    CLOSEST = "closest", N_("closest")
    CLOSE = "close", N_("close")
    FAR = "far", N_("further away")


class InformedHow(Labelled):
    """How somebody was told personally what a conference is."""

    IN_PERSON = "in_person", N_("face to face")
    PHONE = "phone", N_("by phone")
    VIDEO = "video", N_("by video")
    LETTER = "letter", N_("by letter")


class InformedOf(Labelled):
    """What everybody who takes part is told beforehand (OECD Box 4.1)."""

    GOAL = "goal", N_("what it is for")
    WAY_OF_WORKING = "way_of_working", N_("how it goes")
    POSSIBILITIES = "possibilities", N_("what is possible")
    RESPONSIBILITIES = "responsibilities", N_("what each is responsible for")


class CallResult(Labelled):
    """How it went where somebody was rung and not spoken to."""

    NO_ANSWER = "no_answer", N_("did not pick up")
    CALLS_BACK = "calls_back", N_("will ring back")


IN_THE_ROOM = frozenset({Attends.IN_PERSON, Attends.PART})
FROM_AFAR = frozenset({Attends.PHONE, Attends.VIDEO})
#: Those who are in the room or on the line, and so must have been told personally.
TAKES_PART = IN_THE_ROOM | FROM_AFAR
#: Which role somebody has who takes part so, besides that of their part.
ROLE_OF_ATTENDS: dict[Attends | None, Role] = {
    **dict.fromkeys(IN_THE_ROOM, Role.COMES),
    **dict.fromkeys(FROM_AFAR, Role.JOINS),
}
#: Those who say something at the conference, there or from afar, and so hear how it ends.
TOOK_PART = TAKES_PART | {Attends.LETTER, Attends.SPOKESPERSON}
#: Those who are not there and may have left something to be read out.
NOT_THERE = frozenset(Attends) - TAKES_PART


class PresentBy(Labelled):
    """How somebody is in the room."""

    IN_PERSON = "in_person", N_("in person")
    VIDEO = "video", N_("by video")
    PHONE = "phone", N_("by phone")


#: How somebody who takes part in this way is in the room, unless something else is written down.
PRESENT_BY = {Attends.VIDEO: PresentBy.VIDEO, Attends.PHONE: PresentBy.PHONE}


class Variant(Labelled):
    """The kinds of conference (EK12)."""

    FAMILY = "family", N_("family conference")
    INDIVIDUAL = "individual", N_("individual conference")
    RECOVERY = "recovery", N_("recovery conference")
    GROUP = "group", N_("neighbourhood or group conference")
    LEARNING = "learning", N_("conference on learning questions")


#: In these two sides make a plan with each other: neither alone is enough.
TWO_SIDED = frozenset({Variant.RECOVERY, Variant.GROUP})


class LegalContext(Labelled):
    """Under what pressure the family makes its plan."""

    VOLUNTARY = "voluntary", N_("voluntary")
    PRESSURE = "pressure", N_("under pressure: a measure is being considered")
    COURT = "court", N_("with a measure of the court")


class StopReason(Labelled):
    """Why a case ends early (EK8, EK9, EK10, EK11, EK15)."""

    PLAN_ALREADY_MADE = "plan_already_made", N_("there is a plan already")
    SITUATION_CHANGED = "situation_changed", N_("the situation changed")
    NETWORK_TOO_SMALL = "network_too_small", N_("the network is too small or too fragile")
    MAIN_PERSON_WITHDREW = "main_person_withdrew", N_("a main person does not want it any more")
    NOT_SAFE = "not_safe", N_("it does not feel safe to somebody")
    DIED = "died", N_("the main person died")
    LEFT = "left", N_("the main person left")
    OTHER = "other", N_("another reason")
    REGISTERED_TWICE = "registered_twice", N_("it was registered twice")


class Outcome(Labelled):
    """How a closed case ended."""

    PLAN = "plan", N_("a plan")
    NO_PLAN = "no_plan", N_("no plan")
    STOPPED = "stopped", N_("stopped")


class Activity(StrEnum):
    """What somebody may do in or see of a case, beside taking steps."""

    SEE_CASE = "see_case"
    SEE_OWN_PAGE = "see_own_page"
    SEE_REGISTRATION = "see_registration"
    CHANGE_REGISTRATION = "change_registration"
    NOTE_CONSENTS = "note_consents"
    CORRECT_REGISTRATION = "correct_registration"
    PAUSE = "pause"
    ASK_HOW = "ask_how"
    MATCH_COORDINATOR = "match_coordinator"
    ASK_COORDINATOR = "ask_coordinator"
    SEE_REQUEST = "see_request"
    ANSWER_MATCH = "answer_match"
    CONFIRM_COORDINATOR = "confirm_coordinator"
    WANT_ANOTHER_COORDINATOR = "want_another_coordinator"
    CHANGE_CIRCLE = "change_circle"
    PLACE_CIRCLE = "place_circle"
    SEE_BOTTOM_LINES = "see_bottom_lines"
    SET_BOTTOM_LINES = "set_bottom_lines"
    ASK_BOTTOM_LINES = "ask_bottom_lines"
    SAY_NO_BOTTOM_LINES = "say_no_bottom_lines"
    OWN_CONSENT = "own_consent"
    OWN_NUMBER = "own_number"
    SAY_NOT_COMING = "say_not_coming"
    SAY_OWN_TIMEZONE = "say_own_timezone"
    NOTE_VIEWS = "note_views"
    SAY_OWN_VIEW = "say_own_view"
    SEE_VIEWS = "see_views"
    SAY_NOT_SAFE = "say_not_safe"
    ANSWER_SAFETY = "answer_safety"
    SPEAK_ABOUT_WISHES = "speak_about_wishes"
    GO_ON = "go_on"
    LOG_CONTACT = "log_contact"
    TELL = "tell"
    MAKE_LINKS = "make_links"
    END_LINKS = "end_links"
    ARRANGE_MEETING = "arrange_meeting"
    ANSWER_DATES = "answer_dates"
    ANSWER_INVITATION = "answer_invitation"
    RECORD_INFORMATION = "record_information"
    SEE_PLAN = "see_plan"
    SEE_VERSIONS = "see_versions"
    SHARE_PLAN = "share_plan"
    WRITE_PLAN = "write_plan"
    ANSWER_PLAN = "answer_plan"
    RECORD_AGREEMENT = "record_agreement"
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
    LET_IN = "let_in"
    SEE_WAYS_OUT = "see_ways_out"


class CasePart(StrEnum):
    """A part of what is kept of a case. Who sees it when: `parts.py`."""

    TITLE = "title"
    FIGURES = "figures"
    QUESTION = "question"
    DAY = "day"
    PRACTICAL = "practical"
    NAMES = "names"
    OWN_DETAILS = "own_details"
    DETAILS = "details"
    CONTACT = "contact"
    SECRET_ADDRESSES = "secret_addresses"  # noqa: S105 - a word, not a password
    SAFETY = "safety"
    VIEWS = "views"
    REGISTRATION = "registration"
    CONSENTS = "consents"
    REQUEST = "request"
    INDEPENDENCE = "independence"
    WAIVERS = "waivers"
    LINKS = "links"
    CONTACT_LOG = "contact_log"
    ARRANGEMENTS = "arrangements"
    INFORMATION = "information"
    BOTTOM_LINES = "bottom_lines"
    PLAN = "plan"
    NEXT_VERSION = "next_version"
    OWN_PLAN = "own_plan"
    OWN_WHAT_IFS = "own_what_ifs"
    ACCEPTANCE = "acceptance"
    SHARING = "sharing"
    NEXT_TIME = "next_time"
    FOLLOW_UPS = "follow_ups"
    COSTS = "costs"
    HISTORY = "history"
    OPENED = "opened"
    ACCOUNTS = "accounts"


class Scope(Labelled):
    """How far somebody sees a part, the widest first."""

    ALL = "all", N_("all of it")
    TOLD = "told", N_("those that were shared with them")
    OWN = "own", N_("their own")


class PlanSharing(Labelled):
    """What the family shares of its plan with a referrer or professional, the strictest first."""

    NOTHING = "nothing", N_("nothing yet")
    CONCERNS = "concerns", N_("what concerns them")
    ALL = "all", N_("all of it")


#: What the family shares of its plan with a referrer or professional is a role more in the case.
ROLES_OF_SHARING: dict[PlanSharing, frozenset[Role]] = {
    PlanSharing.NOTHING: frozenset(),
    PlanSharing.CONCERNS: frozenset({Role.PART_READER}),
    PlanSharing.ALL: frozenset({Role.PART_READER, Role.PLAN_READER}),
}


class InformationKind(Labelled):
    """What the first part of the conference tells: the situation, why a plan is needed, what help there is."""

    SITUATION = "situation", N_("the situation")
    REASON = "reason", N_("why a plan is needed")
    HELP = "help", N_("what help there is")


class DateFit(Labelled):
    """Whether a possible date suits somebody."""

    YES = "yes", N_("yes")
    IF_NEEDED = "if_needed", N_("if needed")
    NO = "no", N_("no")


class InvitationWay(Labelled):
    """How somebody is invited."""

    EMAIL = "email", N_("by email")
    TEXT = "text", N_("by text message")
    LETTER = "letter", N_("by letter")
    TOLD = "told", N_("told by telephone or in person")


#: The ways in which the program itself sends something.
MESSAGES = frozenset({InvitationWay.EMAIL, InvitationWay.TEXT})


class InvitationReply(Labelled):
    """What somebody answers to an invitation."""

    COMES = "comes", N_("comes")
    PHONE = "phone", N_("takes part by telephone")
    SPOKESPERSON = "spokesperson", N_("somebody speaks for them")
    LETTER = "letter", N_("says it in a letter")
    UNKNOWN = "unknown", N_("does not know yet")
    NO = "no", N_("does not come")


class ArrangementKind(Labelled):
    """What has to be arranged around the meeting."""

    FOOD = "food", N_("food and drink")
    TRAVEL = "travel", N_("travel")
    INTERPRETER = "interpreter", N_("interpreter")
    CHILDCARE = "childcare", N_("childcare")


class ArrangementState(Labelled):
    """How far an arrangement is."""

    OPEN = "open", N_("open")
    ASKED = "asked", N_("asked")
    ARRANGED = "arranged", N_("arranged")
    NOT_NEEDED = "not_needed", N_("not needed")


class InterpreterWish(Labelled):
    """Whom the family wishes as interpreter."""

    WOMAN = "woman", N_("a woman")
    MAN = "man", N_("a man")


class PersonNeed(Labelled):
    """What somebody needs to be able to take part, besides an interpreter; more is said in words."""

    HEARING_LOOP = "hearing_loop", N_("hearing loop")
    LARGE_PRINT = "large_print", N_("large print")
    WHEELCHAIR = "wheelchair", N_("wheelchair: no steps, wide doors, a toilet for it")
    NO_STEPS = "no_steps", N_("no steps: ramp or lift")
    HALAL = "halal", N_("halal")
    KOSHER = "kosher", N_("kosher")
    VEGETARIAN = "vegetarian", N_("vegetarian")
    VEGAN = "vegan", N_("vegan")
    NO_GLUTEN = "no_gluten", N_("no gluten")
    NO_LACTOSE = "no_lactose", N_("no lactose")
    NO_NUTS = "no_nuts", N_("no nuts")
    FOOD = "food", N_("other food")
    CHILDCARE = "childcare", N_("somebody to look after a child")
    TRAVEL = "travel", N_("help with travel")
    DETENTION = "detention", N_("is detained: leave, or a line")


#: With which arrangement of the meeting a need is met; the others by the place and the paper.
ARRANGED_BY = {
    PersonNeed.HALAL: ArrangementKind.FOOD,
    PersonNeed.KOSHER: ArrangementKind.FOOD,
    PersonNeed.VEGETARIAN: ArrangementKind.FOOD,
    PersonNeed.VEGAN: ArrangementKind.FOOD,
    PersonNeed.NO_GLUTEN: ArrangementKind.FOOD,
    PersonNeed.NO_LACTOSE: ArrangementKind.FOOD,
    PersonNeed.NO_NUTS: ArrangementKind.FOOD,
    PersonNeed.FOOD: ArrangementKind.FOOD,
    PersonNeed.CHILDCARE: ArrangementKind.CHILDCARE,
    PersonNeed.TRAVEL: ArrangementKind.TRAVEL,
    PersonNeed.DETENTION: ArrangementKind.TRAVEL,
}


class Every(Labelled):
    """How often something that goes on is done."""

    DAY = "day", N_("every day")
    SCHOOLDAY = "schoolday", N_("every school day")
    WEEK = "week", N_("every week")
    FORTNIGHT = "fortnight", N_("every two weeks")
    MONTH = "month", N_("every month")
    WHEN_NEEDED = "when_needed", N_("when needed")


class ActionKind(Labelled):
    """Whose share an action is: the family's own, its network's, or a professional's (support asked for)."""

    FAMILY = "family", N_("by the family")
    NETWORK = "network", N_("by the network")
    PROFESSIONAL = "professional", N_("by a professional")


class SupportAnswer(Labelled):
    """What a professional says to support that the family asks for."""

    PENDING = "pending", N_("no answer yet")
    AGREED = "agreed", N_("agreed")
    DECLINED = "declined", N_("declined")


class Agreed(Labelled):
    """What somebody says to the whole plan."""

    YES = "yes", N_("agrees")
    PART = "part", N_("agrees with part of it")
    NO = "no", N_("does not agree")


class SaidHow(Labelled):
    """How somebody who was not in the room said what is written down of them."""

    PHONE = "phone", N_("by telephone")
    LETTER = "letter", N_("by letter")
    MESSAGE = "message", N_("by email or message")
    IN_PERSON = "in_person", N_("in person, at another moment")
    OWN_PAGE = "own_page", N_("on their own page")


class VoiceMatter(Labelled):
    """A matter in which each person has a voice of their own. What happens where they differ: `voices.py`."""

    CONFERENCE = "conference", N_("whether there is a conference")
    COORDINATOR = "coordinator", N_("this coordinator")
    PLAN = "plan", N_("the plan")
    STOPPING = "stopping", N_("stopping")
    AGAIN = "again", N_("coming together again")
    READING = "reading", N_("who else reads the plan")


#: What an answer about who reads the plan shares with a professional; as long as there is none, nothing.
SHARES: dict[Agreed, PlanSharing] = {
    Agreed.NO: PlanSharing.NOTHING,
    Agreed.PART: PlanSharing.CONCERNS,
    Agreed.YES: PlanSharing.ALL,
}


class TraceKind(Labelled):
    """What somebody of the circle said or decided that others rely on, as the history calls it."""

    STOP_WISHED = "stop_wished", N_("wished to stop")
    STOP_TAKEN_BACK = "stop_taken_back", N_("does not wish to stop, or no longer")
    AGAIN_WISHED = "again_wished", N_("wished to come together again")
    AGAIN_TAKEN_BACK = "again_taken_back", N_("does not wish to come together again, or no longer")
    ASKED = "asked", N_("the other main persons were asked about this wish")
    ANSWERED = "answered", N_("this wish was spoken about")
    NOT_SAFE = "not_safe", N_("said that it does not feel safe")
    SAFETY_ANSWERED = "safety_answered", N_("it was written down what was said or arranged for safety")
    CONSENT_GIVEN = "consent_given", N_("gave a consent")
    CONSENT_WITHDRAWN = "consent_withdrawn", N_("took a consent back")
    ATTENDS = "attends", N_("how they come")
    PART = "part", N_("came as a professional, and has another role now")
    REMOVED = "removed", N_("was taken out of the circle")
    NO_STANDS = "no_stands", N_("had said no as a main person, and is asked no longer: the no still stands")


class ActionState(Labelled):
    """How far an action has come, as the family sees it."""

    DONE = "done", N_("done")
    PARTLY = "partly", N_("partly")
    NOT_YET = "not_yet", N_("not yet")
    NO_LONGER_NEEDED = "no_longer_needed", N_("no longer needed")
