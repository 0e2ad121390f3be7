"""The phases and steps: who may take each, what it asks for and brings about.

What must be so before a step is in `guards/`, what goes on being asked in `standing.py`, what somebody may do
besides steps in `activities.py`, who sees which part of a case in `parts.py`, what offices do across the organisation
in `duties.py`, and when a plan is looked at again in `follow_ups.py`.
`docs/workflow.md` is generated from these tables; `engine.py` reads them.
"""

from ekc.workflow.definition.kinds import PhaseRule, ReasonKind, StepRule, TakingBack, WayOut
from ekc.workflow.ends.rows import GONE_REASONS, OWN_STEP
from ekc.workflow.guards import agreement, circle, follow_ups, meeting, plan, room, steps
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.vocabulary import INSIDE_ROLES, N_, Effect, Phase, Role, Step, StopReason, VoiceMatter

#: Pinned by each case when it begins; raise it when a change must not touch cases under way.
VERSION = 1
#: What can be undone without a trace of it left. Never what destroys, freezes or tells, and never what shuts people
#: out: nobody but the family ends private time.
REVERSIBLE = frozenset(
    {
        Effect.WELCOME_LETTER,
        Effect.START_MEETING,
        Effect.END_REQUEST,
        Effect.PAUSE_ROOM,
        Effect.ASK_QUESTION,
        Effect.CLOSE_ROOM,
        Effect.PRESENT_PLAN,
    }
)


_COORDINATOR = frozenset({Role.COORDINATOR})
_FAMILY = frozenset({Role.MAIN_PERSON, Role.FAMILY})
#: On the day whoever is in the room decides, and whoever is not cannot: presence, not only the part.
#: A child ends neither private time nor the evening; it can always call the coordinator in.
_IN_ROOM = frozenset({Role.GROWN_UP_IN_ROOM, Role.COORDINATOR})
_EVERYBODY = INSIDE_ROLES | {Role.REFERRER, Role.PROFESSIONAL, Role.COORDINATOR}

PHASES: tuple[PhaseRule, ...] = (
    PhaseRule(Phase.REGISTRATION, N_("Registration"), N_("Registration"), (Step.TAKE_ON,), on_rail=False),
    PhaseRule(Phase.SETUP, N_("Coordinator setup"), N_("Setup"), (Step.OPEN_CONFERENCE,)),
    PhaseRule(
        Phase.INFORMATION,
        N_("Information phase"),
        N_("Information"),
        (Step.BEGIN_PRIVATE_TIME,),
        room=_EVERYBODY,
    ),
    PhaseRule(Phase.PRIVATE_TIME, N_("Private time"), N_("Private time"), (), room=INSIDE_ROLES),
    PhaseRule(Phase.PRESENTATION, N_("Plan presentation"), N_("Plan"), (Step.AGREE_PLAN,), room=_EVERYBODY),
    PhaseRule(Phase.EVALUATION, N_("Evaluation"), N_("Evaluation"), (Step.CLOSE,)),
    PhaseRule(Phase.CLOSED, N_("Closed"), N_("Closed"), (), on_rail=False),
)

STEPS: tuple[StepRule, ...] = (
    StepRule(
        Step.TAKE_ON,
        N_("Take on the case"),
        N_("The preparation has begun."),
        (Phase.REGISTRATION,),
        Phase.SETUP,
        _COORDINATOR,
        guards=steps.TAKE_ON,
        questions=(circle.wishes_spoken_about,),
        effects=(Effect.WELCOME_LETTER,),
        back=TakingBack(
            N_("Take back: the case was taken on"),
            N_("Taken back: the case is registered, and is not being prepared yet."),
            N_("If the conference is not to go on, choose to stop it."),
        ),
    ),
    StepRule(
        Step.OPEN_CONFERENCE,
        N_("Open the conference"),
        N_("The conference has been opened."),
        (Phase.SETUP,),
        Phase.INFORMATION,
        _COORDINATOR,
        guards=steps.OPEN_CONFERENCE,
        effects=(Effect.START_MEETING, Effect.END_REQUEST),  # nobody loses the case while they hold its conference
        questions=(meeting.planned_for_today, circle.wishes_spoken_about),
        owes=frozenset({NoticeKind.LETTER}),
        back=TakingBack(
            N_("Take back: the conference was opened"),
            N_("Taken back: the conference is being prepared, as before."),
            N_("Is it not the day yet? Choose to go on another day: the conference is then prepared again."),
        ),
    ),
    StepRule(
        Step.BEGIN_PRIVATE_TIME,
        N_("Begin private time"),
        N_("Private time has begun."),
        (Phase.INFORMATION,),
        Phase.PRIVATE_TIME,
        _COORDINATOR,
        guards=steps.BEGIN_PRIVATE_TIME,
        effects=(Effect.OPEN_ROOM,),
        questions=(room.letters_read_out, room.interpreter_in_room),
    ),
    StepRule(
        Step.COME_OUT,
        N_("Come out with a plan"),
        N_("Private time has ended: the family presents its plan."),
        (Phase.PRIVATE_TIME,),
        Phase.PRESENTATION,
        _IN_ROOM,
        effects=(Effect.CLOSE_ROOM, Effect.PRESENT_PLAN),
        called_in=N_("The family called me in: they have a plan"),
        back=TakingBack(
            N_("Take back: the family came out with a plan"),
            N_("Taken back: private time goes on."),
            N_("Does the family want to go on among themselves? Choose to go back into private time."),
        ),
    ),
    StepRule(
        Step.ASK_FOR_INFORMATION,
        N_("Ask for information"),
        N_("Private time has been interrupted: the family asks for information."),
        (Phase.PRIVATE_TIME,),
        Phase.INFORMATION,
        _IN_ROOM,
        effects=(Effect.PAUSE_ROOM, Effect.ASK_QUESTION),
        reason=ReasonKind.TEXT,
        ask=N_("What does the family want to know, and from whom?"),
        called_in=N_("The family called me in: they have a question"),
        way_out=WayOut(
            N_("We want to know something first"),
            N_(
                "You come out and ask. Your coordinator sees to it that you get an answer, and then you go on among "
                "yourselves."
            ),
            N_("One of you who is in the room can say it, for all of you."),
        ),
        owes=frozenset({NoticeKind.QUESTION}),
        back=TakingBack(
            N_("Take back: the family came out with a question"),
            N_("Taken back: private time goes on."),
            N_("Does the family want to go on among themselves? The coordinator begins private time again."),
        ),
    ),
    StepRule(
        Step.AGREE_PLAN,
        N_("Agree the plan"),
        N_("The plan is agreed."),
        (Phase.PRESENTATION,),
        Phase.EVALUATION,
        _COORDINATOR,
        guards=steps.AGREE_PLAN,
        questions=(
            agreement.noes_of_former_main_persons,
            room.letters_read_out,
            plan.evaluation_on_no_holiday,
            agreement.paper_shows_all,
        ),
        effects=(
            Effect.FREEZE_PLAN,
            Effect.ISSUE_DOCUMENTS,
            Effect.PLAN_FOLLOW_UPS,
            Effect.END_MEETING,
        ),
        owes=frozenset({NoticeKind.PLAN}),
    ),
    StepRule(
        Step.GO_BACK,
        N_("Go back into private time"),
        N_("The family is back in private time."),
        (Phase.PRESENTATION,),
        Phase.PRIVATE_TIME,
        _IN_ROOM,
        guards=steps.GO_BACK,
        effects=(Effect.OPEN_ROOM,),
        reason=ReasonKind.TEXT,
        ask=N_("Which bottom line is not met, or what is unclear?"),
        rare=True,
        owes=frozenset({NoticeKind.SENT_BACK, NoticeKind.LOOK_AGAIN}),
    ),
    StepRule(
        Step.REVISE_PLAN,
        N_("Agree a new version of the plan"),
        N_("The new version of the plan is agreed."),
        (Phase.EVALUATION,),
        None,
        frozenset({Role.CONVENOR, Role.COORDINATOR}),
        guards=steps.REVISE_PLAN,
        questions=(plan.evaluation_on_no_holiday, agreement.paper_shows_all),
        effects=(Effect.FREEZE_PLAN, Effect.ISSUE_DOCUMENTS, Effect.PLAN_FOLLOW_UPS),
        rare=True,
        owes=frozenset({NoticeKind.PLAN}),
    ),
    StepRule(
        Step.CLOSE,
        N_("Close the case"),
        N_("The conference is closed."),
        (Phase.EVALUATION,),
        Phase.CLOSED,
        frozenset({Role.COORDINATOR, Role.REGIONAL_MANAGER}),
        guards=steps.CLOSE,
        questions=(circle.wishes_spoken_about, follow_ups.new_version_agreed),
        effects=(Effect.SETTLE_END, Effect.TELL_END, Effect.START_RETENTION),
        owes=frozenset({NoticeKind.END}),
    ),
    StepRule(
        Step.ANOTHER_DAY,
        N_("Go on another day"),
        N_("The conference goes on another day."),
        (Phase.INFORMATION, Phase.PRIVATE_TIME, Phase.PRESENTATION),
        Phase.SETUP,
        _IN_ROOM,
        effects=(Effect.CLOSE_ROOM, Effect.END_MEETING, Effect.SETTLE_END, Effect.NEW_MEETING, Effect.TELL_END),
        reason=ReasonKind.TEXT,
        ask=N_("Why on another day?"),
        asks_date=True,
        rare=True,
        called_in=N_("The family called me in: they want to go on another day"),
        way_out=WayOut(
            N_("We go on another day"),
            N_(
                "It is enough for today. You come together once more, and start there where you are now. What you "
                "wrote down stays with you."
            ),
            N_("Agree on it together first. One of you who is in the room then says it, for all of you."),
        ),
        asks_safe=True,
        owes=frozenset({NoticeKind.DAY}),
    ),
    StepRule(
        Step.PLAN_WITHOUT_CONFERENCE,
        N_("Plan without conference"),
        N_("The plan is made without a conference."),
        (Phase.SETUP,),
        Phase.PRESENTATION,
        _COORDINATOR,
        guards=steps.PLAN_WITHOUT_CONFERENCE,
        questions=(circle.wishes_spoken_about,),
        effects=(Effect.MARK_WITHOUT_CONFERENCE, Effect.SETTLE_END, Effect.PRESENT_PLAN, Effect.TELL_END),
        reason=ReasonKind.TEXT,
        ask=N_("How did the family come to a plan without a conference?"),
        rare=True,
        owes=frozenset({NoticeKind.NO_CONFERENCE}),
    ),
    StepRule(
        Step.NO_PLAN,
        N_("No plan"),
        N_("The conference has ended."),
        (Phase.PRIVATE_TIME, Phase.PRESENTATION),
        Phase.CLOSED,
        _COORDINATOR,
        effects=(
            Effect.CLOSE_ROOM,
            Effect.END_MEETING,
            Effect.SETTLE_END,
            Effect.TELL_END,
            Effect.START_RETENTION,
        ),
        rare=True,
        called_in=N_("The family called me in: there will be no plan"),
        way_out=WayOut(
            N_("There will be no plan"),
            N_(
                "Then the conference ends. Only that there is no plan is written down: never why, and never what "
                "anybody thought."
            ),
            N_(
                "All of you decide this together, and nobody can do it here alone: call your coordinator in, and say "
                "it to them."
            ),
        ),
        questions=(circle.wishes_spoken_about,),
        owes=frozenset({NoticeKind.END}),
        in_force=False,
    ),
    StepRule(
        Step.NO_NEW_PLAN,
        N_("No new plan"),
        N_("There is no new plan: the plan stays as it is."),
        (Phase.INFORMATION, Phase.PRIVATE_TIME, Phase.PRESENTATION),
        Phase.EVALUATION,
        _COORDINATOR,
        effects=(
            Effect.CLOSE_ROOM,
            Effect.END_MEETING,
            Effect.SETTLE_END,
            Effect.BACK_TO_PLAN,
            Effect.TELL_END,
        ),
        rare=True,
        called_in=N_("The family called me in: there will be no new plan"),
        way_out=WayOut(
            N_("There will be no new plan"),
            N_(
                "Then this conference ends, and the plan that you agreed before stays as it is. Only that there is no "
                "new plan is written down: never why, and never what anybody thought."
            ),
            N_(
                "All of you decide this together, and nobody can do it here alone: call your coordinator in, and say "
                "it to them."
            ),
        ),
        questions=(circle.wishes_spoken_about,),
        owes=frozenset({NoticeKind.ROUND}),
        in_force=True,
    ),
    StepRule(
        Step.RECONVENE,
        N_("Come together again"),
        N_("A new conference is being prepared."),
        (Phase.EVALUATION,),
        Phase.SETUP,
        _FAMILY | _COORDINATOR,
        effects=(Effect.NEW_ROUND, Effect.NEW_MEETING),
        reason=ReasonKind.TEXT,
        ask=N_("Why is a new conference needed?"),
        rare=True,
        matter=VoiceMatter.AGAIN,
        asks_safe=True,
        owes=frozenset({NoticeKind.AGAIN}),
    ),
    StepRule(
        Step.STOP,
        N_("Stop"),
        N_("The conference is stopped."),
        (Phase.REGISTRATION, Phase.SETUP),
        Phase.CLOSED,
        frozenset({Role.MAIN_PERSON, Role.COORDINATOR, Role.REGIONAL_MANAGER}),
        effects=(Effect.SETTLE_END, Effect.TELL_END, Effect.START_RETENTION),
        reason=ReasonKind.CODED,
        ask=N_("Why does it stop?"),
        reasons=tuple(reason for reason in StopReason if reason not in OWN_STEP),
        rare=True,
        own=N_("We want to stop the conference"),
        matter=VoiceMatter.STOPPING,
        asks_safe=True,
        owes=frozenset({NoticeKind.END}),
        in_force=False,
    ),
    StepRule(
        Step.STOP_ROUND,
        N_("Do not come together again"),
        N_("There is no new plan: the plan stays as it is."),
        (Phase.SETUP,),
        Phase.EVALUATION,
        frozenset({Role.MAIN_PERSON, Role.COORDINATOR, Role.REGIONAL_MANAGER}),
        effects=(Effect.SETTLE_END, Effect.BACK_TO_PLAN, Effect.TELL_END),
        reason=ReasonKind.CODED,
        ask=N_("Why does it stop?"),
        reasons=tuple(reason for reason in StopReason if reason not in OWN_STEP),
        rare=True,
        own=N_("We do not want to come together again after all"),
        matter=VoiceMatter.STOPPING,
        asks_safe=True,
        owes=frozenset({NoticeKind.ROUND}),
        in_force=True,
    ),
    StepRule(
        Step.MAIN_PERSON_GONE,
        N_("Stop: the main person died or left"),
        N_("The conference has ended."),
        (Phase.REGISTRATION, Phase.SETUP, Phase.INFORMATION, Phase.PRESENTATION, Phase.EVALUATION),
        Phase.CLOSED,
        frozenset({Role.COORDINATOR, Role.REGIONAL_MANAGER}),
        guards=steps.MAIN_PERSON_GONE,
        effects=(Effect.END_MEETING, Effect.SETTLE_END, Effect.TELL_END, Effect.START_RETENTION),
        reason=ReasonKind.CODED,
        ask=N_("What happened?"),
        reasons=tuple(reason for reason in StopReason if reason in GONE_REASONS),
        rare=True,
        questions=(circle.wishes_spoken_about,),
        owes=frozenset({NoticeKind.END}),
    ),
    StepRule(
        Step.REGISTERED_TWICE,
        N_("Stop: it was registered twice"),
        N_("This registration is stopped. The other one goes on."),
        (Phase.REGISTRATION, Phase.SETUP),
        Phase.CLOSED,
        frozenset({Role.REGIONAL_MANAGER}),
        effects=(Effect.SETTLE_END, Effect.TELL_END, Effect.NAME_OTHER, Effect.START_RETENTION),
        reason=ReasonKind.CODED,
        ask=N_("Why does it stop?"),
        reasons=(StopReason.REGISTERED_TWICE,),
        asks_other=True,
        rare=True,
        questions=(circle.wishes_spoken_about,),
        owes=frozenset({NoticeKind.END}),
        in_force=False,
    ),
)
