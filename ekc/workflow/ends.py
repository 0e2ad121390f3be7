"""The ends: for each way in which something stops, what it settles and destroys, who hears it, and what pages then say.

A row belongs to the steps that bring it about; `check_tables` refuses a step into closed without a row. In private time
nobody but the family acts: whatever happened, an end from outside waits until the family has come out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from ekc.workflow.vocabulary import N_, Labelled, Outcome, Part, Step, StopReason


class End(StrEnum):
    """What can end."""

    NO_PLAN = "no_plan"
    STOPPED = "stopped"
    GONE = "gone"
    CLOSED = "closed"
    WITHOUT_CONFERENCE = "without_conference"
    ANOTHER_DAY = "another_day"
    OTHER_REGION = "other_region"
    ROUND = "round"


class Hears(Labelled):
    """Who hears of an end by mail; whoever brought it about does not."""

    FAMILY = "family", N_("main persons, and those of family and supporters who take part, there or from afar")
    RELATIVES = "relatives", N_("those of family and supporters who take part, there or from afar")
    AGENCIES = "agencies", N_("referrer and professionals")
    NAMED_AGENCIES = "named_agencies", N_("the referrer and professionals whom the plan names")
    COORDINATOR = "coordinator", N_("coordinator")
    MANAGERS = "managers", N_("regional managers of the region")


class Settled(Labelled):
    """What an end settles."""

    FOLLOW_UPS = "follow_ups", N_("open follow-ups are given up, with the end as the reason")
    LINKS = "links", N_("personal links of whoever died or left end; all others last until their day, to read the end")
    REQUEST = "request", N_("a coordinator who was asked and has not answered is asked no longer, and told")
    MAILS = "mails", N_("mails to the circle that wait to be sent are not sent any more, except personal links")
    MEETING = "meeting", N_("a meeting that was planned has no date any more")
    FOREIGN_REQUEST = (
        "foreign_request",
        N_("a coordinator of the former region who was asked and has not answered is asked no longer, and told"),
    )
    LISTS = "lists", N_("open follow-ups go to the list of the new region, and the names to its search")
    STAYS = "stays", N_("the coordinator who accepted, personal links, devices and the plan stay as they are")


#: What is settled where a case ends.
_AT_AN_END = frozenset({Settled.FOLLOW_UPS, Settled.LINKS, Settled.REQUEST, Settled.MAILS, Settled.MEETING})


class Destroyed(Labelled):
    """What an end destroys: of this round alone, never what an agreed version of a plan holds."""

    DRAFT = "draft", N_("the plan that was being written")
    ANSWERS = "answers", N_("what people said to the plan, acceptances and refusals, and the checks of bottom lines")
    SAID = "said", N_("what was told and asked at the conference, and what absent people wanted to say")
    REASONS = (
        "reasons",
        N_(
            "why the family came out of private time or went back, all reasons of steps, and who wished to stop or to "
            "come together again"
        ),
    )


@dataclass(frozen=True, slots=True)
class Words:
    """A mail: subject and body."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithPlan:
    """What is said of an end where a plan is in force: it stays. A title that is empty is as without.

    A case with a plan does not end any more as it is stopped or makes no plan: its round does (`End.ROUND`). Those that
    were closed so before keep these words.
    """

    staff: str
    family: str
    agencies: str
    mails: Mapping[Hears, Words]
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndRule:
    """One end.

    `title` is what lists call it, `reason` why a follow-up was given up. Pages say `staff`, `family` or `agencies`
    above all else; empty where the case goes on and the page itself tells what is next. `again`: how one starts again.
    `by_correction`: no step brings it about, but a correction of the registration.
    """

    end: End
    title: str
    steps: frozenset[Step]
    settles: frozenset[Settled]
    destroys: frozenset[Destroyed] = frozenset()
    mails: Mapping[Hears, Words]
    reason: str = ""
    staff: str = ""
    family: str = ""
    agencies: str = ""
    again: str = ""
    by_correction: bool = False
    told_at_home: bool = False  # a line on the home pages of coordinator and managers
    with_plan: WithPlan | None = None

    def told(self, in_force: bool) -> "EndRule":
        """The row with the words for a case in which a plan is in force, or in which there is none."""
        words = self.with_plan if in_force else None
        if words is None:
            return self
        return replace(
            self,
            mails={**self.mails, **words.mails},
            staff=words.staff,
            family=words.family,
            agencies=words.agencies,
            title=words.title or self.title,
        )


_NEW_CASE = N_(
    "A closed case is not opened again. Register a new conference, and name the number of this one in the registration."
)
_OTHER_REGION_FAMILY = N_("Another region looks after your conference now. For you everything goes on as before.")
_OTHER_REGION_AGENCIES = N_("Another region looks after this conference now. For you everything goes on as before.")
_ANOTHER_DAY = N_(
    "The conference goes on another day. See your own page for when, or ask your coordinator: perhaps the day is not "
    "known yet."
)
_GOES_ON = N_("There is no new plan, and the plan in force goes on. Sign in to see which conference it is.")
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
        again=_NEW_CASE,
        told_at_home=True,
        with_plan=WithPlan(
            title=N_("ended without a new plan"),
            mails={},
            staff=N_(
                "There is no new plan; the earlier plan stays and can be read. Of this round only that is kept, its "
                "day and who wrote it down: the plan that was being written, what people said to it and every reason "
                "are destroyed."
            ),
            family=N_(
                "You came together again, and there is no new plan. The earlier plan stays yours: you can read it. "
                "What you said this time is not kept, except what was said about safety."
            ),
            agencies=N_(
                "The family came together again, and there is no new plan. The earlier plan stays. Nothing else is "
                "recorded of this time."
            ),
        ),
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
        again=_NEW_CASE,
        told_at_home=True,
        with_plan=WithPlan(
            mails={},
            staff=N_(
                "It was stopped while a new conference was being prepared. The earlier plan stays and can be read."
            ),
            family=N_(
                "The new conference was stopped. The earlier plan stays yours: you can read it. A call or an "
                "evaluation that was planned is not held."
            ),
            agencies=N_(
                "The new conference was stopped. The earlier plan stays. A call or an evaluation that was planned is "
                "not held."
            ),
        ),
    ),
    EndRule(
        end=End.GONE,
        title=N_("ended early"),
        steps=frozenset({Step.MAIN_PERSON_GONE}),
        settles=_AT_AN_END,
        mails={
            Hears.RELATIVES: Words(
                N_("The conference has ended"),
                N_(
                    "The conference has ended. No meeting of it is held any more. Do you want to talk to somebody? "
                    "Your own page says whom you can ring."
                ),
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
        again=_NEW_CASE,
        told_at_home=True,
        with_plan=WithPlan(
            mails={
                Hears.RELATIVES: Words(
                    N_("The conference has ended"),
                    N_(
                        "The conference has ended. The plan stays yours: you can read it. A call or an evaluation that "
                        "was planned is not held. Do you want to talk to somebody? Your own page says whom you can "
                        "ring."
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
                    "A conference is closed, and nothing is looked at again there. What you agreed with the family "
                    "stays as you agreed it."
                ),
            ),
            Hears.COORDINATOR: Words(
                N_("A conference of yours is closed"),
                N_("A conference of yours is closed. Sign in and finish what you still have to write."),
            ),
        },
        reason=N_("The conference is closed"),
        staff=N_("It ended with a plan, and the plan was looked at again or that was given up."),
        family=N_("Your conference is closed. The plan stays yours."),
        agencies=N_(
            "This conference is closed, and nothing is looked at again here. If you agreed something with the family, "
            "that stays as you agreed it."
        ),
        again=_NEW_CASE,
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
        again=N_("A conference can still be held: choose to go on another day."),
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
        again=N_("What was open stays open: questions of the days before can be answered on the new day."),
    ),
    EndRule(
        end=End.ROUND,
        title=N_("there is no new plan"),
        steps=frozenset({Step.NO_NEW_PLAN, Step.STOP_ROUND}),
        settles=frozenset({Settled.MAILS, Settled.MEETING}),
        destroys=frozenset(Destroyed),
        mails={
            Hears.FAMILY: Words(
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
            "only that is kept, its day and who wrote it down: the plan that was being written, what people said to it "
            "and every reason are destroyed."
        ),
        family=N_(
            "There is no new plan. Your plan stays as it is: its tasks, and the days on which you look at it again. "
            "What you said this time is not kept, except what was said about safety."
        ),
        agencies=N_("There is no new plan. The plan stays as it is. Nothing else is recorded of this time."),
        again=N_("The family can come together again: choose that step."),
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
        again=N_("It goes back by another correction, made by a manager of the region where it is."),
    ),
)

END_RULES: dict[End, EndRule] = {rule.end: rule for rule in ENDS}
#: By the step that brings it about.
END_OF_STEP: dict[Step, EndRule] = {step: rule for rule in ENDS for step in rule.steps}
#: The steps that end a round and not the case.
ROUND_ENDS = END_RULES[End.ROUND].steps
#: The reasons for which a case ends because its only main person is not there any more.
GONE_REASONS = frozenset({StopReason.DIED, StopReason.LEFT})
_END_OF_OUTCOME = {
    Outcome.NO_PLAN: End.NO_PLAN,
    Outcome.STOPPED: End.STOPPED,
    Outcome.PLAN: End.CLOSED,
}


def end_of(outcome: Outcome | None, stop_reason: StopReason | None, in_force: bool = False) -> EndRule | None:
    """How a closed case ended, in the words for one in which a plan is in force or none; None: it is not closed."""
    if outcome is None:
        return None
    return END_RULES[End.GONE if stop_reason in GONE_REASONS else _END_OF_OUTCOME[outcome]].told(in_force)


def is_gone(part: Part, end: EndRule | None) -> bool:
    """Whether somebody of this part is the main person with whose death or leaving the case ended."""
    return part is Part.MAIN_PERSON and end is not None and end.end is End.GONE
