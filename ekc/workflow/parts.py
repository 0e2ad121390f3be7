"""The policy: who sees which part of a case in which phase, and which parts the pages of an activity show.

Where an activity does not decide it all, pages, queries and documents ask this table (`Case.sees`), and a part that
somebody does not see is not read for them. Where it does, `SHOWN_BY` says so, and `check_tables` compares the two.
Whoever is excluded or was taken out of the circle has no role in the case, and so no column here.
"""

from dataclasses import dataclass

from ekc.workflow.vocabulary import INSIDE_ROLES, N_, Activity, CasePart, Phase, Role, Scope


@dataclass(frozen=True, slots=True)
class Grant:
    """In which phases a role sees a part, and how far. `in_force`: in which also, while a plan is in force."""

    phases: frozenset[Phase]
    scope: Scope = Scope.ALL
    in_force: frozenset[Phase] = frozenset()

    def seen(self, in_force: bool) -> frozenset[Phase]:
        """The phases. `in_force`: whether a plan is."""
        return self.phases | self.in_force if in_force else self.phases


@dataclass(frozen=True, slots=True)
class PartRule:
    """A part of a case, and who sees it."""

    part: CasePart
    title: str
    grants: dict[Role, Grant]


_ALWAYS = frozenset(Phase)
_OUTSIDE = _ALWAYS - {Phase.PRIVATE_TIME}
_OPEN = _OUTSIDE - {Phase.CLOSED}
_BEFORE = frozenset({Phase.REGISTRATION, Phase.SETUP, Phase.INFORMATION})
_PRESENTED = frozenset({Phase.PRESENTATION})
_PLAN = _PRESENTED | {Phase.EVALUATION}
_FROM_SETUP = _OUTSIDE - {Phase.REGISTRATION}
_EVALUATION = frozenset({Phase.EVALUATION})
_AGREED = _EVALUATION | {Phase.CLOSED}
#: The phases of a new round, in which the plan of the round before goes on until another one is agreed.
_PREPARED = frozenset({Phase.SETUP, Phase.INFORMATION})
_AGAIN = _PREPARED | _PRESENTED
_AGAIN_INSIDE = _AGAIN | {Phase.PRIVATE_TIME}

_AGENCIES = frozenset({Role.REFERRER, Role.PROFESSIONAL})
_CIRCLE = INSIDE_ROLES | _AGENCIES
_STAFF = frozenset({Role.COORDINATOR, Role.REGIONAL_MANAGER})
_LET_IN = _STAFF | {Role.STANDS_IN}


def _to(
    roles: frozenset[Role] | Role,
    phases: frozenset[Phase],
    scope: Scope = Scope.ALL,
    in_force: frozenset[Phase] = frozenset(),
) -> dict[Role, Grant]:
    return dict.fromkeys(roles if isinstance(roles, frozenset) else {roles}, Grant(phases, scope, in_force))


PARTS: tuple[PartRule, ...] = (
    PartRule(
        CasePart.TITLE,
        N_("what the case is called, and its number"),
        _to(_CIRCLE | _STAFF, _ALWAYS),
    ),
    PartRule(
        CasePart.FIGURES,
        N_("figures: number, municipality, kind, phase, dates, state of the follow-ups"),
        _to(_STAFF | {Role.CARE_MANAGER}, _ALWAYS),
    ),
    PartRule(
        CasePart.QUESTION,
        N_("the question"),
        _to(_CIRCLE | {Role.COORDINATOR}, _ALWAYS) | _to(Role.REGIONAL_MANAGER, _OUTSIDE),
    ),
    PartRule(
        CasePart.DAY,
        N_("when people meet"),
        _to(frozenset({Role.MAIN_PERSON, Role.COMES, Role.JOINS}), _BEFORE) | _to(_STAFF, _OUTSIDE),
    ),
    PartRule(  # not whoever stays away, or may yet: where somebody is to be found is no small thing to know. Nor by
        CasePart.PRACTICAL,  # video, which is for those, among others, with whom the room would not be safe (NZ11)
        N_("where people meet, and who comes"),
        _to(frozenset({Role.MAIN_PERSON, Role.COMES}), _BEFORE) | _to(_STAFF, _OUTSIDE),
    ),
    PartRule(
        CasePart.NAMES,
        N_("names of the circle"),
        _to(INSIDE_ROLES, _ALWAYS) | _to(_LET_IN, _OUTSIDE) | _to(Role.CONVENOR, _PLAN, in_force=_AGAIN_INSIDE),
    ),
    PartRule(
        CasePart.OWN_DETAILS,
        N_("what is kept of oneself: name, phone, email, address"),
        _to(_CIRCLE, _ALWAYS, Scope.OWN),
    ),
    PartRule(
        CasePart.DETAILS,
        N_("what is kept of others: relation, birth, language, needs, how they come"),
        _to(_STAFF, _OUTSIDE),
    ),
    PartRule(CasePart.CONTACT, N_("how to reach others: phone, email, address"), _to(_LET_IN, _OUTSIDE)),
    PartRule(CasePart.SECRET_ADDRESSES, N_("secret addresses"), _to(Role.COORDINATOR, _OPEN)),
    PartRule(
        CasePart.SAFETY,
        N_("safety: who is afraid of what, what was arranged, who stays away and why"),
        _to(_STAFF, _OUTSIDE),
    ),
    PartRule(
        CasePart.VIEWS,
        N_("what somebody who is not there wants to say; the coordinator, of their own page, from the day on"),
        _to(Role.COORDINATOR, _OUTSIDE)
        | _to(_CIRCLE, _BEFORE, Scope.OWN)
        | _to(Role.IN_ROOM, frozenset({Phase.PRIVATE_TIME}), Scope.TOLD),
    ),
    PartRule(
        CasePart.REGISTRATION,
        N_("the registration: reason, topics, wishes, sides"),
        _to(_STAFF, _OUTSIDE),
    ),
    PartRule(CasePart.CONSENTS, N_("consents"), _to(_STAFF, _OUTSIDE)),
    PartRule(
        CasePart.REQUEST,
        N_("what somebody who is asked needs to say yes or no: kind, place, phase, day, names, organisations, wishes"),
        _to(Role.ASKED_COORDINATOR, _OPEN),
    ),
    PartRule(
        CasePart.INDEPENDENCE,
        N_("what the coordinator declared about their independence"),
        _to(_STAFF, _OUTSIDE) | _to(Role.MAIN_PERSON, _OPEN),  # before their yes and after it
    ),
    PartRule(
        CasePart.WAIVERS,
        N_("what ties the coordinator to the case, and why the regional manager saw no obstacle in it"),
        _to(INSIDE_ROLES, _ALWAYS) | _to(_AGENCIES | _STAFF, _OUTSIDE),
    ),
    PartRule(CasePart.LINKS, N_("personal links"), _to(_LET_IN, _OUTSIDE)),
    PartRule(CasePart.CONTACT_LOG, N_("the contact log"), _to(Role.COORDINATOR, _OPEN)),
    PartRule(CasePart.ARRANGEMENTS, N_("food, travel, interpreters and other arrangements"), _to(_STAFF, _OUTSIDE)),
    PartRule(CasePart.INFORMATION, N_("what was told and asked, and who came"), _to(_STAFF, _OUTSIDE)),
    PartRule(
        CasePart.BOTTOM_LINES,
        N_("bottom lines, and whether the plan meets them"),
        _to(_STAFF | _AGENCIES, _OUTSIDE)
        | _to(INSIDE_ROLES, _ALWAYS - {Phase.REGISTRATION}, Scope.TOLD)
        | _to(Role.CONVENOR, _EVALUATION, Scope.TOLD),
    ),
    PartRule(
        CasePart.PLAN,
        N_("the whole plan, and who agrees with it"),
        _to(INSIDE_ROLES, _ALWAYS - {Phase.REGISTRATION})
        | _to(Role.COORDINATOR, _FROM_SETUP)
        | _to(Role.PLAN_READER, _PLAN, in_force=_PREPARED)
        | _to(Role.CONVENOR, _PLAN, in_force=_AGAIN_INSIDE),
    ),
    PartRule(
        CasePart.NEXT_VERSION,
        N_("the next version of the plan, as long as it is being written; the family once it wants one"),
        _to(Role.PLAN_READER, _PRESENTED) | _to(INSIDE_ROLES | {Role.COORDINATOR, Role.CONVENOR}, _PLAN),
    ),
    PartRule(
        CasePart.OWN_PLAN,
        N_("what the plan asks of oneself"),
        _to(INSIDE_ROLES, _ALWAYS - {Phase.REGISTRATION}, Scope.OWN) | _to(_AGENCIES, _PLAN, Scope.OWN, _PREPARED),
    ),
    PartRule(
        CasePart.OWN_WHAT_IFS,
        N_("when the plan calls oneself: if it goes wrong, and when it is looked at again"),
        _to(Role.PART_READER, _PLAN, Scope.OWN, _PREPARED),
    ),
    PartRule(
        CasePart.ACCEPTANCE,
        N_("who accepts the plan, or refuses it and why"),
        _to(INSIDE_ROLES, _ALWAYS - {Phase.REGISTRATION})
        | _to(Role.COORDINATOR, _FROM_SETUP)
        | _to(Role.PLAN_READER, _PLAN, in_force=_PREPARED)
        | _to(Role.CONVENOR, _EVALUATION)
        | _to(_AGENCIES, _PLAN, Scope.OWN, _PREPARED),
    ),
    PartRule(
        CasePart.SHARING,
        N_("who else sees what of the plan"),
        _to(INSIDE_ROLES | {Role.COORDINATOR}, _PLAN, in_force=_PREPARED),
    ),
    PartRule(
        CasePart.NEXT_TIME,
        N_("when and where the plan is looked at again"),
        _to(INSIDE_ROLES, _EVALUATION, in_force=_AGAIN_INSIDE)
        | _to(Role.PLAN_READER, _EVALUATION, in_force=_AGAIN)
        | _to(Role.PART_READER, _EVALUATION, Scope.OWN, _AGAIN),
    ),
    PartRule(
        CasePart.FOLLOW_UPS,
        N_("what follow-ups found"),
        _to(_STAFF, _AGREED, in_force=_AGAIN) | _to(Role.CONVENOR, _EVALUATION, Scope.OWN, _AGAIN_INSIDE),
    ),
    PartRule(CasePart.COSTS, N_("hours and costs"), _to(Role.COORDINATOR, _OUTSIDE)),
    PartRule(
        CasePart.HISTORY,
        N_("the steps that were taken, and their reasons; what people wished and took back"),
        _to(_STAFF, _OUTSIDE),
    ),
    PartRule(
        CasePart.OPENED,
        N_("who opened the file"),
        _to(Role.MAIN_PERSON, _ALWAYS) | _to(Role.COORDINATOR, _OUTSIDE),
    ),
    PartRule(CasePart.ACCOUNTS, N_("accounts of staff (of no case)"), _to(Role.ADMINISTRATOR, _ALWAYS)),
)

#: What the pages of an activity show to everybody who has it; `check_tables` compares with the table above.
SHOWN_BY: dict[Activity, frozenset[CasePart]] = {
    Activity.SEE_CASE: frozenset({CasePart.TITLE, CasePart.FIGURES, CasePart.QUESTION}),
    Activity.SEE_OWN_PAGE: frozenset({CasePart.TITLE, CasePart.QUESTION, CasePart.OWN_DETAILS}),
    Activity.SEE_REGISTRATION: frozenset(
        {
            CasePart.REGISTRATION,
            CasePart.CONSENTS,
            CasePart.INDEPENDENCE,
            CasePart.WAIVERS,
            CasePart.NAMES,
            CasePart.DETAILS,
            CasePart.CONTACT,
            CasePart.SAFETY,
        }
    ),
    Activity.CHANGE_REGISTRATION: frozenset({CasePart.REGISTRATION}),
    Activity.NOTE_CONSENTS: frozenset({CasePart.CONSENTS}),
    Activity.CORRECT_REGISTRATION: frozenset({CasePart.REGISTRATION, CasePart.NAMES}),
    Activity.PAUSE: frozenset({CasePart.REGISTRATION}),
    Activity.ASK_HOW: frozenset(),
    Activity.MATCH_COORDINATOR: frozenset({CasePart.INDEPENDENCE, CasePart.WAIVERS}),
    Activity.ASK_COORDINATOR: frozenset(),  # in private time who coordinates and who could; nothing of the case
    Activity.SEE_REQUEST: frozenset({CasePart.REQUEST}),
    Activity.ANSWER_MATCH: frozenset(),  # to everybody their own declaration; in private time what the case is, not who
    Activity.CONFIRM_COORDINATOR: frozenset(),
    Activity.WANT_ANOTHER_COORDINATOR: frozenset(),
    Activity.CHANGE_CIRCLE: frozenset({CasePart.NAMES, CasePart.DETAILS, CasePart.CONTACT, CasePart.SAFETY}),
    Activity.PLACE_CIRCLE: frozenset({CasePart.NAMES}),  # and the ring of each, which main persons say themselves
    Activity.SEE_BOTTOM_LINES: frozenset({CasePart.BOTTOM_LINES}),
    Activity.SET_BOTTOM_LINES: frozenset({CasePart.BOTTOM_LINES}),
    Activity.ASK_BOTTOM_LINES: frozenset({CasePart.BOTTOM_LINES, CasePart.NAMES, CasePart.CONTACT, CasePart.LINKS}),
    Activity.SAY_NO_BOTTOM_LINES: frozenset({CasePart.BOTTOM_LINES}),
    Activity.NOTE_VIEWS: frozenset({CasePart.VIEWS, CasePart.NAMES}),
    Activity.SAY_OWN_VIEW: frozenset({CasePart.VIEWS}),
    Activity.SEE_VIEWS: frozenset(),  # in the room alone: `Case.sees`
    Activity.OWN_CONSENT: frozenset(),  # their own alone
    Activity.OWN_NUMBER: frozenset(),  # likewise
    Activity.SAY_NOT_COMING: frozenset(),
    Activity.SAY_OWN_TIMEZONE: frozenset(),  # their own alone
    Activity.SAY_NOT_SAFE: frozenset(),  # their own words alone
    Activity.ANSWER_SAFETY: frozenset({CasePart.SAFETY, CasePart.NAMES, CasePart.CONTACT}),
    Activity.GO_ON: frozenset(),
    Activity.SPEAK_ABOUT_WISHES: frozenset({CasePart.NAMES, CasePart.CONTACT}),
    Activity.LOG_CONTACT: frozenset({CasePart.NAMES, CasePart.DAY, CasePart.PRACTICAL}),  # the log: `Case.sees`
    Activity.TELL: frozenset({CasePart.NAMES, CasePart.CONTACT, CasePart.DAY, CasePart.PRACTICAL}),
    Activity.MAKE_LINKS: frozenset({CasePart.LINKS, CasePart.NAMES, CasePart.CONTACT}),
    Activity.END_LINKS: frozenset({CasePart.LINKS, CasePart.NAMES}),
    Activity.ARRANGE_MEETING: frozenset({CasePart.DAY, CasePart.PRACTICAL, CasePart.ARRANGEMENTS}),
    Activity.ANSWER_DATES: frozenset(),  # the possible dates, and their own answers alone
    Activity.ANSWER_INVITATION: frozenset(),  # their own invitation alone
    Activity.RECORD_INFORMATION: frozenset({CasePart.INFORMATION, CasePart.NAMES}),
    Activity.SEE_PLAN: frozenset({CasePart.BOTTOM_LINES}),
    Activity.SEE_VERSIONS: frozenset({CasePart.PLAN}),
    Activity.SHARE_PLAN: frozenset({CasePart.SHARING}),
    Activity.WRITE_PLAN: frozenset({CasePart.PLAN, CasePart.NEXT_VERSION, CasePart.NAMES}),
    Activity.ANSWER_PLAN: frozenset({CasePart.PLAN}),
    Activity.RECORD_AGREEMENT: frozenset({CasePart.PLAN}),
    Activity.CHECK_PLAN: frozenset({CasePart.PLAN, CasePart.BOTTOM_LINES, CasePart.ACCEPTANCE}),
    Activity.ANSWER_SUPPORT: frozenset({CasePart.OWN_PLAN}),
    Activity.DECIDE_ACCEPTANCE: frozenset({CasePart.ACCEPTANCE, CasePart.BOTTOM_LINES}),
    Activity.TICK_OFF: frozenset({CasePart.OWN_PLAN}),
    Activity.SEE_FOLLOW_UPS: frozenset({CasePart.FOLLOW_UPS, CasePart.NAMES}),
    Activity.FOLLOW_UP: frozenset({CasePart.FOLLOW_UPS, CasePart.NAMES}),
    Activity.RECORD_COSTS: frozenset({CasePart.COSTS}),
    Activity.SEE_OPENED: frozenset({CasePart.OPENED}),
    Activity.SEE_HISTORY: frozenset(
        {
            CasePart.HISTORY,
            CasePart.DAY,
            CasePart.PRACTICAL,
            CasePart.ARRANGEMENTS,
            CasePart.INFORMATION,
            CasePart.NAMES,
            CasePart.SAFETY,
            CasePart.CONSENTS,
        }
    ),
    Activity.TAKE_STEP: frozenset(),
    Activity.SEE_WAYS_OUT: frozenset(),
    Activity.LET_IN: frozenset(),  # the names that their part sees
}
