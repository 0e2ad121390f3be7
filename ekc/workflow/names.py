"""What a person reads where the program has a word: an English name for every value that is ever shown.

Phases, steps and activities carry their title in their own table. `core/language.py` translates; nothing here does.
"""

from collections.abc import Mapping
from enum import StrEnum

from ekc.workflow.clocks import Event, Force, Unit
from ekc.workflow.vocabulary import (
    N_,
    ActionKind,
    ActionState,
    Agreed,
    ArrangementKind,
    Attends,
    Effect,
    Every,
    FollowUpKind,
    InformationKind,
    LegalContext,
    Outcome,
    Part,
    PlanSharing,
    Remedy,
    Role,
    Scope,
    StopReason,
    SupportAnswer,
    Variant,
)

#: By enumeration first: members of two enumerations with the same value are equal, so one flat dict would mix them up.
NAMES: dict[type[StrEnum], Mapping[StrEnum, str]] = {
    Part: {
        Part.MAIN_PERSON: N_("main person"),
        Part.CHILD: N_("child"),
        Part.FAMILY: N_("family"),
        Part.FRIEND: N_("friend"),
        Part.NEIGHBOUR: N_("neighbour"),
        Part.NETWORK: N_("from the network"),
        Part.SUPPORTER: N_("supporter"),
        Part.REFERRER: N_("referrer"),
        Part.PROFESSIONAL: N_("professional"),
        Part.INTERPRETER: N_("interpreter"),
    },
    Attends: {
        Attends.IN_PERSON: N_("in person"),
        Attends.PART: N_("for part of it"),
        Attends.PHONE: N_("by phone"),
        Attends.VIDEO: N_("by video"),
        Attends.LETTER: N_("by letter"),
        Attends.SPOKESPERSON: N_("through somebody who speaks for them"),
        Attends.NO: N_("does not come"),
        Attends.EXCLUDED: N_("stays away, as was decided"),
    },
    Variant: {
        Variant.FAMILY: N_("family conference"),
        Variant.INDIVIDUAL: N_("individual conference"),
        Variant.RECOVERY: N_("recovery conference"),
        Variant.GROUP: N_("neighbourhood or group conference"),
        Variant.LEARNING: N_("conference on learning questions"),
    },
    LegalContext: {
        LegalContext.VOLUNTARY: N_("of their own accord"),
        LegalContext.PRESSURE: N_("under pressure: a measure is being considered"),
        LegalContext.COURT: N_("with a measure of the court"),
    },
    InformationKind: {
        InformationKind.SITUATION: N_("the situation"),
        InformationKind.REASON: N_("why a plan is needed"),
        InformationKind.HELP: N_("what help there is"),
    },
    ArrangementKind: {
        ArrangementKind.FOOD: N_("food and drink"),
        ArrangementKind.TRAVEL: N_("travel"),
        ArrangementKind.INTERPRETER: N_("interpreter"),
        ArrangementKind.CHILDCARE: N_("childcare"),
    },
    Every: {
        Every.DAY: N_("every day"),
        Every.SCHOOLDAY: N_("every school day"),
        Every.WEEK: N_("every week"),
        Every.FORTNIGHT: N_("every two weeks"),
        Every.MONTH: N_("every month"),
        Every.WHEN_NEEDED: N_("when needed"),
    },
    ActionKind: {
        ActionKind.FAMILY: N_("by the family"),
        ActionKind.NETWORK: N_("by the network"),
        ActionKind.PROFESSIONAL: N_("by a professional"),
    },
    SupportAnswer: {
        SupportAnswer.PENDING: N_("no answer yet"),
        SupportAnswer.AGREED: N_("agreed"),
        SupportAnswer.DECLINED: N_("declined"),
    },
    Agreed: {
        Agreed.YES: N_("agrees"),
        Agreed.PART: N_("agrees with part of it"),
        Agreed.NO: N_("does not agree"),
    },
    PlanSharing: {
        PlanSharing.NOTHING: N_("nothing yet"),
        PlanSharing.CONCERNS: N_("what concerns them"),
        PlanSharing.ALL: N_("all of it"),
    },
    Scope: {
        Scope.ALL: N_("all of it"),
        Scope.TOLD: N_("those that were shared with them"),
        Scope.OWN: N_("their own"),
    },
    FollowUpKind: {
        FollowUpKind.CALL: N_("call after four weeks"),
        FollowUpKind.EVALUATION: N_("evaluation"),
    },
    ActionState: {
        ActionState.DONE: N_("done"),
        ActionState.PARTLY: N_("partly"),
        ActionState.NOT_YET: N_("not yet"),
        ActionState.NO_LONGER_NEEDED: N_("no longer needed"),
    },
    StopReason: {
        StopReason.PLAN_ALREADY_MADE: N_("there is a plan already"),
        StopReason.SITUATION_CHANGED: N_("the situation changed"),
        StopReason.NETWORK_TOO_SMALL: N_("the network is too small or too fragile"),
        StopReason.MAIN_PERSON_WITHDREW: N_("the main person does not want it any more"),
        StopReason.NOT_SAFE: N_("it could not be made safe"),
        StopReason.OTHER: N_("another reason"),
    },
    Outcome: {
        Outcome.PLAN: N_("a plan"),
        Outcome.NO_PLAN: N_("no plan"),
        Outcome.STOPPED: N_("stopped"),
    },
    Role: {
        Role.MAIN_PERSON: N_("main person"),
        Role.CHILD: N_("child"),
        Role.FAMILY: N_("family"),
        Role.SUPPORTER: N_("supporter"),
        Role.REFERRER: N_("referrer"),
        Role.PROFESSIONAL: N_("professional"),
        Role.PART_READER: N_("referrer or professional who is told what concerns them"),
        Role.PLAN_READER: N_("referrer or professional who is shown the whole plan"),
        Role.COMES: N_("whoever comes to the conference"),
        Role.JOINS: N_("whoever takes part by telephone or video"),
        Role.CONVENOR: N_("convenor of the evaluation"),
        Role.ASKED_COORDINATOR: N_("coordinator who was asked"),
        Role.COORDINATOR: N_("coordinator"),
        Role.REGIONAL_MANAGER: N_("regional manager"),
        Role.CARE_MANAGER: N_("social care manager"),
        Role.ADMINISTRATOR: N_("administrator"),
    },
    Effect: {
        Effect.WELCOME_LETTER: N_("a welcome letter goes out"),
        Effect.START_MEETING: N_("the meeting starts, attendance opens"),
        Effect.OPEN_ROOM: N_("everyone but the family is shut out, the private room opens"),
        Effect.PAUSE_ROOM: N_("the private room pauses"),
        Effect.CLOSE_ROOM: N_("the private room closes"),
        Effect.END_MEETING: N_("the meeting ends"),
        Effect.PRESENT_PLAN: N_("the plan is opened for writing down"),
        Effect.FREEZE_PLAN: N_("this version of the plan is frozen"),
        Effect.ISSUE_DOCUMENTS: N_("the plan and the slips are issued"),
        Effect.PLAN_FOLLOW_UPS: N_("the call and the evaluation are planned"),
        Effect.NEW_MEETING: N_("a new meeting is planned"),
        Effect.NEW_ROUND: N_("a new round begins, linked to the earlier ones"),
        Effect.MARK_WITHOUT_CONFERENCE: N_("counted apart: a plan without a conference"),
        Effect.NO_PLAN_NOTICE: N_("a notice tells that there is no plan, and nothing more"),
        Effect.CLOSING_LETTER: N_("a closing letter goes out"),
        Effect.START_RETENTION: N_("the time for which the file is kept starts"),
    },
    Remedy: {
        Remedy.REGISTRATION: N_("go to the registration"),
        Remedy.CONSENTS: N_("go to the consents"),
        Remedy.COORDINATOR: N_("go to the coordinator"),
        Remedy.CIRCLE: N_("go to the circle"),
        Remedy.PERSON: N_("go to this person"),
        Remedy.SAFETY: N_("go to safety"),
        Remedy.BOTTOM_LINES: N_("go to the bottom lines"),
        Remedy.MEETING: N_("go to the meeting"),
        Remedy.INFORMATION: N_("go to the information"),
        Remedy.ATTENDANCE: N_("go to who is there"),
        Remedy.PLAN: N_("go to the plan"),
        Remedy.AGREEMENT: N_("go to who agrees"),
        Remedy.FOLLOW_UPS: N_("go to the follow-ups"),
    },
    Force: {
        Force.LAW: N_("law"),
        Force.LOCAL_TARGET: N_("local target"),
        Force.CUSTOM: N_("custom of the field"),
        Force.DEFAULT: N_("our default"),
    },
    Unit: {
        Unit.DAYS: N_("days"),
        Unit.WORKING_DAYS: N_("working days"),
        Unit.WEEKS: N_("weeks"),
        Unit.MONTHS: N_("months"),
    },
    Event: {
        Event.REGISTERED: N_("the case was registered"),
        Event.TAKEN_ON: N_("the coordinator took on the case"),
        Event.REFERRER_SPOKEN: N_("the coordinator spoke to the referrer"),
        Event.BOTTOM_LINES_KNOWN: N_("the bottom lines were written, or said to be none"),
        Event.MEETING_HELD: N_("the conference was held"),
        Event.PLAN_AGREED: N_("the plan was agreed"),
        Event.CALL_HELD: N_("the call was made"),
        Event.EVALUATION_HELD: N_("the evaluation was held"),
    },
}


def name_of(value: StrEnum) -> str:
    """The English name of `value`, ready to be translated. Raises KeyError for a word that nobody is shown."""
    return NAMES[type(value)][value]
