"""The rows: each end, the steps that bring it about, what it settles and destroys, and its words."""

from ekc.workflow.ends.kinds import Again, Destroyed, End, EndRule, Hears, Settled, WithPlan, Words
from ekc.workflow.vocabulary import N_, Outcome, Part, Step, StopReason

#: What is settled where a case ends.
_AT_AN_END = frozenset({Settled.FOLLOW_UPS, Settled.LINKS, Settled.REQUEST, Settled.MAILS, Settled.MEETING})

_NEW_CASE = N_(
    "A closed case is not opened again. Register a new conference, and name the number of this one in the registration."
)
_NEW_CASE_AGENCIES = N_(
    "Is a conference needed again? Ask those whom it is about first. Then register a new one, or ring, and name the "
    "number of this one."
)
_BEGIN_AGAIN = Again(
    _NEW_CASE,
    N_("You can begin again at any time. Register a new conference, or ring, and name the number of this one."),
    _NEW_CASE_AGENCIES,
    by_number=True,
)
_OTHER_REGION_FAMILY = N_("Another region looks after your conference now. Nothing changes for you.")
_OTHER_REGION_AGENCIES = N_("Another region looks after this conference now. Nothing changes for you.")
_ANOTHER_DAY = N_(
    "The conference goes on another day. See your own page for when, or ask your coordinator: perhaps the day is not "
    "known yet."
)
_GOES_ON = N_("There is no new plan, and the plan in force goes on. Sign in to see which conference it is.")
_EVERYTHING_GOES_ON = N_("Everything goes on, so you do not have to begin anything again.")
_TWICE_SUBJECT = N_("A conference was registered twice")
_TWICE = N_(
    "This conference was registered twice. One registration was stopped, and the conference goes on with the other. "
    "You do not have to do anything."
)
_STAFF_SUBJECT = N_("A conference has ended")

ENDS: tuple[EndRule, ...] = (
    EndRule(
        end=End.NO_PLAN,
        title=N_("ended without a plan"),
        steps=frozenset({Step.NO_PLAN}),
        settles=_AT_AN_END - {Settled.LINKS},
        destroys=frozenset(Destroyed),
        mails={
            Hears.FAMILY: Words(
                N_("The conference ended without a plan"),
                N_(
                    "Your conference ended without a plan. Only that is kept, and the day: nothing that anybody said, "
                    "except what was said about safety."
                ),
            ),
            Hears.AGENCIES: Words(
                N_("The conference ended without a plan"),
                N_("The family group came together and did not make a plan. Nothing else is recorded."),
            ),
            Hears.COORDINATOR: Words(
                _STAFF_SUBJECT,
                N_("A conference of yours ended without a plan. Sign in to see which one."),
            ),
            Hears.MANAGERS: Words(
                _STAFF_SUBJECT,
                N_("A conference in your region ended without a plan. Sign in to see which one."),
            ),
        },
        reason=N_("The conference ended without a plan"),
        staff=N_(
            "There is no plan. Only that is kept, its day and who wrote it down: the plan that was being written, what "
            "people said to it and every reason of this round are destroyed."
        ),
        family=N_(
            "Your conference ended without a plan. Only that is kept, and the day. What you said is not kept, except "
            "what was said about safety."
        ),
        agencies=N_("The conference ended without a plan. Nothing else is recorded."),
        again=_BEGIN_AGAIN,
        told_at_home=True,
    ),
    EndRule(
        end=End.STOPPED,
        title=N_("stopped"),
        steps=frozenset({Step.STOP}),
        settles=_AT_AN_END - {Settled.LINKS},
        mails={
            Hears.FAMILY: Words(
                N_("The conference does not go on"),
                N_("The conference was stopped and is not prepared any more. You do not have to do anything."),
            ),
            Hears.AGENCIES: Words(
                N_("The conference does not go on"),
                N_("The conference was stopped and is not prepared any more. You do not have to do anything."),
            ),
            Hears.COORDINATOR: Words(
                N_("A conference of yours was stopped"),
                N_("A conference of yours was stopped. Sign in to see which one, and why."),
            ),
            Hears.MANAGERS: Words(
                N_("A conference in your region was stopped"),
                N_("A conference in your region was stopped. Sign in to see which one, and why."),
            ),
        },
        reason=N_("The conference was stopped"),
        staff=N_("It was stopped while a conference was being prepared."),
        family=N_("Your conference was stopped and does not go on. You do not have to do anything."),
        agencies=N_("This conference was stopped and does not go on. You do not have to do anything."),
        again=_BEGIN_AGAIN,
        told_at_home=True,
    ),
    EndRule(
        end=End.GONE,
        title=N_("ended early"),
        steps=frozenset({Step.MAIN_PERSON_GONE}),
        settles=_AT_AN_END,
        mails={
            Hears.RELATIVES: Words(
                N_("The conference has ended"),
                N_("The conference has ended. No meeting of it is held any more."),
            ),
            Hears.AGENCIES: Words(
                N_("The conference has ended"),
                N_("The conference has ended. No meeting of it is held any more."),
            ),
            Hears.COORDINATOR: Words(
                N_("A conference of yours has ended"),
                N_("A conference of yours has ended, because its main person died or left. Sign in to see which one."),
            ),
            Hears.MANAGERS: Words(
                N_("A conference in your region has ended"),
                N_("A conference in your region has ended, because its main person died or left. Sign in to see it."),
            ),
        },
        reason=N_("The conference ended early"),
        staff=N_("It ended because its only main person died or left."),
        family=N_("This conference has ended. No meeting of it is held any more."),
        agencies=N_("This conference has ended. No meeting of it is held any more."),
        again=Again(
            _NEW_CASE,
            N_(
                "Do you want to talk to somebody, or begin again with others? Ring. For a new conference, name the "
                "number of this one."
            ),
            _NEW_CASE_AGENCIES,
            by_number=True,
        ),
        told_at_home=True,
        with_plan=WithPlan(
            mails={
                Hears.RELATIVES: Words(
                    N_("The conference has ended"),
                    N_(
                        "The conference has ended. The plan stays yours: you can read it. A call or an evaluation that "
                        "was planned is not held."
                    ),
                ),
                Hears.AGENCIES: Words(
                    N_("The conference has ended"),
                    N_(
                        "The conference has ended. The plan stays the family's. A call or an evaluation that was "
                        "planned is not held."
                    ),
                ),
            },
            staff=N_(
                "It ended because its only main person died or left. The plan stays and can be read; a call or an "
                "evaluation that was planned is not held."
            ),
            family=N_(
                "This conference has ended. The plan stays yours: you can read it. A call or an evaluation that was "
                "planned is not held."
            ),
            agencies=N_(
                "This conference has ended. The plan stays the family's. A call or an evaluation that was planned is "
                "not held."
            ),
        ),
    ),
    EndRule(
        end=End.TWICE,
        title=N_("was registered twice"),
        steps=frozenset({Step.REGISTERED_TWICE}),
        settles=_AT_AN_END - {Settled.LINKS},
        mails={
            Hears.FAMILY: Words(_TWICE_SUBJECT, _TWICE),
            Hears.AGENCIES: Words(_TWICE_SUBJECT, _TWICE),
            Hears.COORDINATOR: Words(
                N_("A conference of yours was registered twice"),
                N_("A conference of yours was registered twice, and one of the two was stopped. Sign in to see which."),
            ),
        },
        reason=N_("It was registered twice"),
        staff=N_("It was registered twice, so this registration was stopped. The other one goes on."),
        family=_TWICE,
        agencies=_TWICE,
        again=Again(
            N_("If they are two conferences after all, register this one again."),
            N_("Are they two different conferences? Then ring, and name both numbers."),
            N_("Are they two different conferences? Then ring, and name both numbers."),
        ),
    ),
    EndRule(
        end=End.CLOSED,
        title=N_("closed with a plan"),
        steps=frozenset({Step.CLOSE}),
        settles=frozenset(Settled) - {Settled.LINKS},
        mails={
            Hears.FAMILY: Words(
                N_("Your conference is closed"),
                N_("Your conference is closed. The plan stays yours: you can still read it with your own link."),
            ),
            Hears.NAMED_AGENCIES: Words(
                N_("A conference is closed"),
                N_(
                    "A conference is closed: there will be no more evaluations. What you agreed with the family "
                    "stays as you agreed it."
                ),
            ),
            Hears.COORDINATOR: Words(
                N_("A conference of yours is closed"),
                N_("A conference of yours is closed. Sign in and finish what you still have to write."),
            ),
        },
        reason=N_("The conference is closed"),
        staff=N_("It ended with a plan. The plan was evaluated, or the evaluation was given up."),
        family=N_("Your conference is closed. The plan stays yours."),
        agencies=N_(
            "This conference is closed: there will be no more evaluations. If you agreed something with the family, "
            "that stays as you agreed it."
        ),
        again=_BEGIN_AGAIN,
    ),
    EndRule(
        end=End.WITHOUT_CONFERENCE,
        title=N_("plan without a conference"),
        steps=frozenset({Step.PLAN_WITHOUT_CONFERENCE}),
        settles=frozenset({Settled.MEETING}),
        mails={
            Hears.FAMILY: Words(
                N_("There will be no conference"),
                N_("The plan is made without a conference, so nobody needs to come. See your own page."),
            ),
            Hears.AGENCIES: Words(
                N_("There will be no conference"),
                N_("The family makes its plan without a conference, so nobody needs to come."),
            ),
        },
        again=Again(
            N_("A conference can still be held: choose to go on another day."),
            N_("A conference can still be held: say so to your coordinator."),
            N_("A conference can still be held. You hear of it if it concerns you."),
        ),
    ),
    EndRule(
        end=End.ANOTHER_DAY,
        title=N_("goes on another day"),
        steps=frozenset({Step.ANOTHER_DAY}),
        settles=frozenset({Settled.MAILS}),
        mails={
            Hears.FAMILY: Words(
                N_("The conference goes on another day"),
                _ANOTHER_DAY,
            ),
            Hears.AGENCIES: Words(
                N_("The conference goes on another day"),
                _ANOTHER_DAY,
            ),
            Hears.COORDINATOR: Words(
                N_("A conference of yours goes on another day"),
                N_("A conference of yours goes on another day. Sign in to see when, and what is still open."),
            ),
        },
        again=Again(
            N_("What was open stays open: questions of the days before can be answered on the new day."),
            N_("What was open stays open: you can ask it again on the new day."),
            N_("What was open stays open: it can be told and answered on the new day."),
        ),
    ),
    EndRule(
        end=End.ROUND,
        title=N_("there is no new plan"),
        steps=frozenset({Step.NO_NEW_PLAN, Step.STOP_ROUND}),
        settles=frozenset({Settled.MAILS, Settled.MEETING}),
        destroys=frozenset(Destroyed),
        mails={
            Hears.INSIDE: Words(
                N_("There is no new plan: your plan stays as it is"),
                N_(
                    "You do not come together again now, or you did and made no new plan. Your plan stays as it is: "
                    "its tasks, and the days on which you look at it again. What anybody said this time is not kept, "
                    "except what was said about safety."
                ),
            ),
            Hears.AGENCIES: Words(
                N_("There is no new plan: the plan stays as it is"),
                N_(
                    "The family group does not come together again now, or did and made no new plan. The plan stays as "
                    "it is, with its tasks. Nothing else is recorded of this time."
                ),
            ),
            Hears.COORDINATOR: Words(N_("A conference of yours goes on with the plan that it has"), _GOES_ON),
            Hears.MANAGERS: Words(N_("A conference in your region goes on with the plan that it has"), _GOES_ON),
        },
        reason=N_("There is no new plan"),
        staff=N_(
            "There is no new plan. The plan in force goes on, with its tasks, follow-ups and links. Of the last round "
            "only that is kept, its day, who wrote it down and the reason chosen from the list, if there was one: the "
            "plan that was being written, what people said to it and every reason in words are destroyed."
        ),
        family=N_(
            "There is no new plan. Your plan stays as it is: its tasks, and the days on which you look at it again. "
            "What you said this time is not kept, except what was said about safety."
        ),
        agencies=N_("There is no new plan. The plan stays as it is. Nothing else is recorded of this time."),
        again=Again(
            N_("The family can come together again: choose that step."),
            N_("You can come together again later: say so on your own page, or ring your coordinator."),
            N_("The family can come together again later. Do you think that it is needed? Ask them, or ring."),
        ),
    ),
    EndRule(
        end=End.OTHER_REGION,
        title=N_("goes to another region"),
        steps=frozenset(),
        by_correction=True,
        settles=frozenset({Settled.FOREIGN_REQUEST, Settled.LISTS, Settled.STAYS}),
        mails={
            Hears.FAMILY: Words(N_("Another region looks after your conference"), _OTHER_REGION_FAMILY),
            Hears.AGENCIES: Words(N_("Another region looks after a conference"), _OTHER_REGION_AGENCIES),
        },
        staff=N_(
            "Another region looks after it: its managers see it, those of the former region do not. They and the "
            "coordinator heard that the registration was corrected."
        ),
        family=_OTHER_REGION_FAMILY,
        agencies=_OTHER_REGION_AGENCIES,
        again=Again(
            N_("It goes back by another correction, made by a manager of the region where it is."),
            _EVERYTHING_GOES_ON,
            _EVERYTHING_GOES_ON,
        ),
    ),
)

END_RULES: dict[End, EndRule] = {rule.end: rule for rule in ENDS}
#: By the step that brings it about.
END_OF_STEP: dict[Step, EndRule] = {step: rule for rule in ENDS for step in rule.steps}
#: The steps that end a round and not the case.
ROUND_ENDS = END_RULES[End.ROUND].steps
#: The reasons for which a case ends because its only main person is not there any more.
GONE_REASONS = frozenset({StopReason.DIED, StopReason.LEFT})
#: The reasons that have a step of their own.
OWN_STEP = GONE_REASONS | {StopReason.REGISTERED_TWICE}
_END_OF_REASON = {**dict.fromkeys(GONE_REASONS, End.GONE), StopReason.REGISTERED_TWICE: End.TWICE}
_END_OF_OUTCOME = {
    Outcome.NO_PLAN: End.NO_PLAN,
    Outcome.STOPPED: End.STOPPED,
    Outcome.PLAN: End.CLOSED,
}


def end_of(outcome: Outcome | None, stop_reason: StopReason | None, in_force: bool = False) -> EndRule | None:
    """How a closed case ended, in the words for one in which a plan is in force or none; None: it is not closed."""
    if outcome is None:
        return None
    of_reason = _END_OF_REASON.get(stop_reason) if stop_reason else None
    return END_RULES[of_reason or _END_OF_OUTCOME[outcome]].told(in_force)


def is_gone(part: Part, end: EndRule | None) -> bool:
    """Whether somebody of this part is the main person with whose death or leaving the case ended."""
    return part is Part.MAIN_PERSON and end is not None and end.end is End.GONE
