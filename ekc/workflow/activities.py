"""The policy: what somebody may do in a case, by role and phase.

The steps are in `definition/`, who sees which part of a case in `parts.py`.
"""

from dataclasses import dataclass, field

from ekc.workflow.follow_ups import FINDINGS
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.vocabulary import FAMILY_ROLES, INSIDE_ROLES, N_, Activity, Phase, Role


@dataclass(frozen=True, slots=True)
class ActivityRule:
    """What somebody may do or see, and who may in which phases.

    `in_force`: in which phases also, while a plan is in force that they may read.
    """

    activity: Activity
    title: str
    grants: dict[Role, frozenset[Phase]]
    in_force: dict[Role, frozenset[Phase]] = field(default_factory=dict)
    owes: frozenset[NoticeKind] = frozenset()  # what a change makes owed, to whom the rows in `owed/` say

    def phases(self, role: Role, in_force: bool) -> frozenset[Phase]:
        """The phases in which a role may. `in_force`: whether a plan is."""
        granted = self.grants.get(role, _NEVER)
        return granted | self.in_force.get(role, _NEVER) if in_force else granted


_NEVER = frozenset[Phase]()
_BEFORE = frozenset({Phase.REGISTRATION, Phase.SETUP})
_OPEN = frozenset(Phase) - {Phase.CLOSED}
#: Nobody but the family does anything in private time.
_OUTSIDE = _OPEN - {Phase.PRIVATE_TIME}
_ALL = frozenset(Phase)
_MEETING = frozenset({Phase.INFORMATION, Phase.PRESENTATION})
_PLAN = frozenset({Phase.PRESENTATION, Phase.EVALUATION})
_AGREED = frozenset({Phase.EVALUATION, Phase.CLOSED})
_SHOWN = frozenset({Phase.PRESENTATION}) | _AGREED
#: The phases of a new round, in which the plan of the round before goes on until another one is agreed.
_AGAIN = frozenset({Phase.SETUP, Phase.INFORMATION, Phase.PRESENTATION})
_PREPARED = frozenset({Phase.SETUP, Phase.INFORMATION})


def _grant(phases: frozenset[Phase], *roles: Role) -> dict[Role, frozenset[Phase]]:
    return dict.fromkeys(roles, phases)


ACTIVITIES: tuple[ActivityRule, ...] = (
    ActivityRule(
        Activity.SEE_CASE,
        N_("see the case page"),
        _grant(_ALL, Role.COORDINATOR) | _grant(_ALL - {Phase.PRIVATE_TIME}, Role.REGIONAL_MANAGER),
    ),
    ActivityRule(
        Activity.SEE_OWN_PAGE,
        N_("see their own page"),
        _grant(_ALL, *FAMILY_ROLES, Role.SUPPORTER, Role.REFERRER, Role.PROFESSIONAL),
    ),
    ActivityRule(
        Activity.SEE_REGISTRATION,
        N_("see the registration"),
        _grant(_ALL - {Phase.PRIVATE_TIME}, Role.COORDINATOR, Role.REGIONAL_MANAGER),
    ),
    ActivityRule(
        Activity.CHANGE_REGISTRATION,
        N_("change the registration and the question, and write down who said yes to a conference"),
        _grant(_OUTSIDE, Role.COORDINATOR) | _grant(_BEFORE, Role.REGIONAL_MANAGER),
        owes=frozenset({NoticeKind.CONSENT}),
    ),
    ActivityRule(  # the manager in each phase too: they decide as well about one that was taken back
        Activity.NOTE_CONSENTS,
        N_("write down consents, and that one was taken back"),
        _grant(_OUTSIDE, Role.COORDINATOR, Role.REGIONAL_MANAGER),
        owes=frozenset({NoticeKind.CONSENT}),
    ),
    ActivityRule(
        Activity.CORRECT_REGISTRATION,
        N_("correct the region, country, kind, municipality and referrer"),
        _grant(_OUTSIDE, Role.REGIONAL_MANAGER),
    ),
    ActivityRule(
        Activity.PAUSE,
        N_("let the deadlines stand still, with a reason, and go on"),
        _grant(_BEFORE, Role.COORDINATOR, Role.REGIONAL_MANAGER),
    ),
    ActivityRule(
        Activity.ASK_HOW,
        N_("ask the coordinator by email how it goes"),
        _grant(_OUTSIDE, Role.REGIONAL_MANAGER),
    ),
    ActivityRule(Activity.MATCH_COORDINATOR, N_("ask a coordinator"), _grant(_OUTSIDE, Role.REGIONAL_MANAGER)),
    ActivityRule(  # also in private time: without a coordinator who can be reached, nobody outside can end it
        Activity.ASK_COORDINATOR,
        N_("ask somebody to take the case over, also in private time, when nothing of the family is shown"),
        _grant(_OPEN, Role.REGIONAL_MANAGER),
    ),
    ActivityRule(
        Activity.SEE_REQUEST,
        N_("see what they need to say whether they take the case: names, agencies, wishes"),
        _grant(_OUTSIDE, Role.ASKED_COORDINATOR),
    ),
    ActivityRule(
        Activity.ANSWER_MATCH,
        N_("take the case or not, and declare independence"),
        _grant(_OPEN, Role.ASKED_COORDINATOR) | _grant(_OUTSIDE, Role.COORDINATOR),
        owes=frozenset({NoticeKind.COORDINATOR, NoticeKind.PAPER}),
    ),
    ActivityRule(
        Activity.CONFIRM_COORDINATOR,
        N_("confirm the coordinator"),
        _grant(_OUTSIDE, Role.MAIN_PERSON, Role.COORDINATOR, Role.REGIONAL_MANAGER),
    ),
    ActivityRule(
        Activity.WANT_ANOTHER_COORDINATOR,
        N_("ask for another coordinator"),
        _grant(_OUTSIDE, Role.MAIN_PERSON),
    ),
    ActivityRule(
        Activity.CHANGE_CIRCLE,
        N_("change the circle, safety and who was told"),
        _grant(_OUTSIDE, Role.COORDINATOR) | _grant(_BEFORE, Role.REGIONAL_MANAGER),
        owes=frozenset({NoticeKind.JOINED, NoticeKind.LETTER, NoticeKind.PART, NoticeKind.LEFT_PLAN}),
    ),
    ActivityRule(
        Activity.SEE_BOTTOM_LINES,
        N_("see the bottom lines"),
        _grant(_ALL - {Phase.PRIVATE_TIME}, Role.COORDINATOR, Role.REGIONAL_MANAGER, Role.REFERRER, Role.PROFESSIONAL)
        | _grant(_ALL - {Phase.REGISTRATION}, *INSIDE_ROLES),
    ),
    ActivityRule(
        Activity.SET_BOTTOM_LINES,
        N_("write bottom lines, and say yes to their words"),
        _grant(_BEFORE, Role.COORDINATOR, Role.REFERRER, Role.PROFESSIONAL),
    ),
    ActivityRule(
        Activity.ASK_BOTTOM_LINES,
        N_("ask for bottom lines, and note that the family has read them"),
        _grant(_BEFORE, Role.COORDINATOR),
    ),
    ActivityRule(
        Activity.SAY_NO_BOTTOM_LINES,
        N_("say that there are no bottom lines"),
        _grant(_BEFORE, Role.COORDINATOR, Role.REFERRER),
    ),
    ActivityRule(
        Activity.NOTE_VIEWS,
        N_("write down what somebody who is not there wants to say, with pictures, and print it"),
        _grant(_OUTSIDE, Role.COORDINATOR),
        owes=frozenset({NoticeKind.LETTER}),
    ),
    ActivityRule(
        Activity.PLACE_CIRCLE,
        N_("say on their own page how close everybody in the circle is"),
        _grant(_PREPARED, Role.MAIN_PERSON),
    ),
    ActivityRule(
        Activity.SAY_OWN_VIEW,
        N_("say in a letter, a drawing or a photo what they want to have said"),
        _grant(_BEFORE | {Phase.INFORMATION}, *INSIDE_ROLES, Role.REFERRER, Role.PROFESSIONAL),
        owes=frozenset({NoticeKind.LETTER}),
    ),
    ActivityRule(
        Activity.SEE_VIEWS,
        N_("see, in private time, what those who are not there want to say, and note that it was read out"),
        _grant(frozenset({Phase.PRIVATE_TIME}), Role.IN_ROOM),
    ),
    ActivityRule(  # of a closed case they take back what goes on after it, and give none (`OWN_ONCE_CLOSED`)
        Activity.OWN_CONSENT,
        N_("give their own consent, and take it back"),
        _grant(_OUTSIDE | {Phase.CLOSED}, *FAMILY_ROLES),
    ),
    ActivityRule(  # whoever agreed can take that back, whatever became of the case or of the plan
        Activity.OWN_NUMBER,
        N_("take their own number out of the plan"),
        _grant(_OUTSIDE | {Phase.CLOSED}, *INSIDE_ROLES, Role.REFERRER, Role.PROFESSIONAL),
        owes=frozenset({NoticeKind.NUMBER_OUT}),
    ),
    ActivityRule(  # a child too; for a child also the supporter who is beside it
        Activity.SAY_NOT_COMING,
        N_("say for themselves, or for the child whom they support, that they do not come"),
        _grant(frozenset({Phase.SETUP}), *INSIDE_ROLES),
        owes=frozenset({NoticeKind.LETTER, NoticeKind.NOT_COMING}),
    ),
    ActivityRule(
        Activity.SAY_OWN_TIMEZONE,
        N_("say in which time zone they are"),
        _grant(frozenset({Phase.SETUP, Phase.EVALUATION}), *INSIDE_ROLES, Role.REFERRER, Role.PROFESSIONAL),
    ),
    ActivityRule(
        Activity.SAY_NOT_SAFE,
        N_("say that it does not feel safe, to the coordinator and the regional manager alone"),
        _grant(_ALL, *INSIDE_ROLES),
    ),
    ActivityRule(  # also once the case has ended: what somebody said is answered all the same
        Activity.ANSWER_SAFETY,
        N_("write down what was said or arranged with somebody who does not feel safe"),
        _grant(_OUTSIDE | {Phase.CLOSED}, Role.COORDINATOR, Role.REGIONAL_MANAGER),
    ),
    ActivityRule(
        Activity.GO_ON,
        N_("take back a wish to stop or to come together again, or say no to one"),
        _grant(_OUTSIDE, Role.MAIN_PERSON, Role.FAMILY, Role.COORDINATOR, Role.REGIONAL_MANAGER),
    ),
    ActivityRule(
        Activity.SPEAK_ABOUT_WISHES,
        N_("speak with main persons about a wish to stop or to come together again, and write down what they say"),
        _grant(_OUTSIDE, Role.COORDINATOR, Role.REGIONAL_MANAGER),
    ),
    ActivityRule(  # the coordinator reads it until the case has ended; then it settles that somebody does not feel safe
        Activity.LOG_CONTACT,
        N_("write in the contact log whom they spoke with"),
        _grant(_OUTSIDE | {Phase.CLOSED}, Role.COORDINATOR, Role.REGIONAL_MANAGER),
    ),
    ActivityRule(  # also how it ended; and the manager, where no coordinator can any more
        Activity.TELL,
        N_("see who still has to hear what, and note who was told"),
        _grant(_OUTSIDE | {Phase.CLOSED}, Role.COORDINATOR, Role.REGIONAL_MANAGER),
    ),
    ActivityRule(
        Activity.MAKE_LINKS,
        N_("make personal links, and let devices in"),
        # where the coordinator's access can end, the manager too: somebody still has to find their way in
        _grant(_OUTSIDE | {Phase.CLOSED}, Role.COORDINATOR, Role.STANDS_IN) | _grant(_AGREED, Role.REGIONAL_MANAGER),
    ),
    ActivityRule(  # as long as a link opens something, somebody can end it, also when no coordinator can any more
        Activity.END_LINKS,
        N_("end personal links, and forget devices"),
        _grant(_OUTSIDE | {Phase.CLOSED}, Role.COORDINATOR, Role.REGIONAL_MANAGER),
    ),
    ActivityRule(
        Activity.ARRANGE_MEETING,
        N_("arrange the meeting"),
        _grant(_OUTSIDE, Role.COORDINATOR),
        owes=frozenset({NoticeKind.DAY, NoticeKind.PLACE}),
    ),
    ActivityRule(
        Activity.ANSWER_DATES,
        N_("say for themselves which of the possible dates suit them"),
        _grant(frozenset({Phase.SETUP}), *INSIDE_ROLES, Role.REFERRER, Role.PROFESSIONAL),
    ),
    ActivityRule(  # who said no on their page can say yes again
        Activity.ANSWER_INVITATION,
        N_("say for themselves whether they come, once they were invited"),
        _grant(frozenset({Phase.SETUP}), *INSIDE_ROLES, Role.REFERRER, Role.PROFESSIONAL),
        owes=frozenset({NoticeKind.LETTER, NoticeKind.NOT_COMING}),
    ),
    ActivityRule(
        Activity.RECORD_INFORMATION,
        N_("record who is there, what is told and asked"),
        _grant(_MEETING, Role.COORDINATOR),
    ),
    ActivityRule(
        Activity.SEE_PLAN,
        N_("see the plan, or what of it concerns them"),
        _grant(_SHOWN | _PREPARED, Role.COORDINATOR)
        | _grant(frozenset({Phase.PRESENTATION}), *INSIDE_ROLES)
        | _grant(_PLAN, Role.REFERRER, Role.PROFESSIONAL)
        | _grant(frozenset({Phase.EVALUATION}), Role.CONVENOR),  # who writes the next version, whenever they came
        # once it is agreed whoever came later reads it when they are let: the next version begins from it
        in_force=_grant(_PREPARED, Role.REFERRER, Role.PROFESSIONAL)
        | _grant(_PREPARED | {Phase.PRIVATE_TIME} | _AGREED, *INSIDE_ROLES),
    ),
    ActivityRule(
        Activity.SEE_VERSIONS,
        N_("read the versions of the plan, and print them"),
        _grant(_SHOWN, Role.COORDINATOR, *INSIDE_ROLES) | _grant(_PLAN, Role.PLAN_READER),
        in_force=_grant(_PREPARED, Role.COORDINATOR, Role.PLAN_READER)
        | _grant(_PREPARED | {Phase.PRIVATE_TIME}, *INSIDE_ROLES),
    ),
    ActivityRule(
        Activity.SHARE_PLAN,
        N_("decide who else reads the plan"),
        _grant(_PLAN, Role.MAIN_PERSON, Role.COORDINATOR),
        in_force=_grant(_PREPARED, Role.MAIN_PERSON, Role.COORDINATOR),
        owes=frozenset({NoticeKind.READING}),
    ),
    ActivityRule(
        Activity.WRITE_PLAN,
        N_("write the plan"),
        # while it is presented whoever of the family is there, a child too: presence, not only the part
        _grant(_PLAN, Role.COORDINATOR)
        | _grant(frozenset({Phase.PRESENTATION}), Role.IN_ROOM)
        | _grant(frozenset({Phase.EVALUATION}), Role.CONVENOR),
        owes=frozenset({NoticeKind.NUMBER_OUT}),
    ),
    ActivityRule(
        Activity.ANSWER_PLAN,
        N_("say for themselves whether they agree to the plan"),
        _grant(frozenset({Phase.PRESENTATION}), *FAMILY_ROLES, Role.SUPPORTER),
        in_force=_grant(frozenset({Phase.EVALUATION}), *FAMILY_ROLES, Role.SUPPORTER),
        owes=frozenset({NoticeKind.DISSENT}),
    ),
    ActivityRule(
        Activity.RECORD_AGREEMENT,
        N_("record who agrees with the plan"),
        _grant(_PLAN, Role.COORDINATOR) | _grant(frozenset({Phase.EVALUATION}), Role.CONVENOR),
    ),
    ActivityRule(
        Activity.CHECK_PLAN,
        N_("check the plan against the bottom lines"),
        # a new version is often made without the coordinator, by whoever calls everyone together
        _grant(_PLAN, Role.COORDINATOR) | _grant(frozenset({Phase.EVALUATION}), Role.CONVENOR),
    ),
    ActivityRule(
        Activity.ANSWER_SUPPORT,
        N_("answer a request for support"),
        _grant(_PLAN, Role.COORDINATOR, Role.REFERRER, Role.PROFESSIONAL)
        | _grant(frozenset({Phase.PRESENTATION}), Role.SUPPORTER),
        in_force=_grant(frozenset({Phase.EVALUATION}), Role.SUPPORTER),
    ),
    ActivityRule(
        Activity.DECIDE_ACCEPTANCE,
        N_("accept the plan, or refuse it for safety"),
        _grant(_PLAN, Role.COORDINATOR, Role.REFERRER, Role.PROFESSIONAL),
    ),
    ActivityRule(  # a tick is kept with its hour, and of private time nothing like that is: there tasks are read only
        Activity.TICK_OFF,
        N_("tick off their own tasks"),
        _grant(frozenset({Phase.EVALUATION}), *INSIDE_ROLES, Role.REFERRER, Role.PROFESSIONAL),
        in_force=_grant(_AGAIN, *INSIDE_ROLES, Role.REFERRER, Role.PROFESSIONAL),
    ),
    ActivityRule(
        Activity.SEE_FOLLOW_UPS,
        N_("see the follow-ups and what they found"),
        _grant(_AGREED, Role.COORDINATOR, Role.REGIONAL_MANAGER) | _grant(frozenset({Phase.EVALUATION}), Role.CONVENOR),
        in_force=_grant(_AGAIN, Role.COORDINATOR, Role.REGIONAL_MANAGER)
        | _grant(_AGAIN | {Phase.PRIVATE_TIME}, Role.CONVENOR),
    ),
    ActivityRule(
        Activity.FOLLOW_UP,
        N_("record a follow-up"),
        _grant(frozenset({Phase.EVALUATION}), Role.COORDINATOR, Role.CONVENOR),
        in_force=_grant(_AGAIN, Role.COORDINATOR, Role.CONVENOR),
        owes=FINDINGS,
    ),
    ActivityRule(
        Activity.RECORD_COSTS,
        N_("record hours and costs"),
        _grant(_OUTSIDE | {Phase.CLOSED}, Role.COORDINATOR),
    ),
    ActivityRule(
        Activity.SEE_HISTORY,
        N_("see the history"),
        _grant(_ALL - {Phase.PRIVATE_TIME}, Role.COORDINATOR, Role.REGIONAL_MANAGER),
    ),
    ActivityRule(
        Activity.SEE_OPENED,
        N_("see and print who has opened the file"),
        _grant(_ALL, Role.MAIN_PERSON) | _grant(_ALL - {Phase.PRIVATE_TIME}, Role.COORDINATOR),
    ),
    ActivityRule(  # where these roles have steps in `definition/`; `check_tables` compares
        Activity.TAKE_STEP,
        N_("take a step"),
        _grant(_OPEN, Role.COORDINATOR)
        | _grant(_BEFORE | {Phase.EVALUATION}, Role.MAIN_PERSON)
        | _grant(frozenset({Phase.EVALUATION}), Role.FAMILY)
        | _grant(frozenset({Phase.INFORMATION, Phase.PRIVATE_TIME, Phase.PRESENTATION}), Role.GROWN_UP_IN_ROOM)
        | _grant(_OUTSIDE, Role.REGIONAL_MANAGER)
        | _grant(frozenset({Phase.EVALUATION}), Role.CONVENOR),
    ),
    ActivityRule(  # outside private time the coordinator does, by `MAKE_LINKS`
        Activity.LET_IN,
        N_("let a new device into private time, by a name and two words"),
        _grant(frozenset({Phase.PRIVATE_TIME}), Role.IN_ROOM),
    ),
    ActivityRule(
        Activity.SEE_WAYS_OUT,
        N_("see how private time can end, and whom to call in"),
        _grant(frozenset({Phase.PRIVATE_TIME}), Role.IN_ROOM),
    ),
)
