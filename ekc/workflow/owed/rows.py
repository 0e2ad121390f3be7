"""The rows: each kind of notice, to whom it is owed, in which phases, and what clears it."""

from ekc.workflow.ends.kinds import End
from ekc.workflow.owed.kinds import ClearedBy, NoticeKind, NoticeRule, Verb, Whom
from ekc.workflow.vocabulary import N_, CasePart, Phase, Remedy

_OUTSIDE = frozenset(Phase) - {Phase.PRIVATE_TIME, Phase.CLOSED}
_OPEN = _OUTSIDE - {Phase.REGISTRATION}
_BEFORE = frozenset({Phase.SETUP})
_MEETING = frozenset({Phase.INFORMATION, Phase.PRESENTATION})
_HEARD = frozenset({ClearedBy.CONTACT, ClearedBy.MAIL, ClearedBy.PAGE})
_BY_NOTICE = "notice-{id}:"
_DAY_AND_PLACE = "day-and-place-{at}:"  # one mail where both are new
#: What is also told with what the conference is, its day and its place.
_TOLD = _HEARD | {ClearedBy.INFORMED}
#: An invitation says both.
_OF_DAY = _TOLD | {ClearedBy.INVITED}

NOTICES: tuple[NoticeRule, ...] = (
    NoticeRule(
        kind=NoticeKind.DAY,
        verb=Verb.HEAR,
        to=Whom.RELIED_AND_SAYS,
        phases=_BEFORE,
        cleared_by=_OF_DAY,
        mails=(_DAY_AND_PLACE, f"{End.ANOTHER_DAY}-"),
        changes=True,
        from_nothing=True,
        shown=frozenset({CasePart.DAY}),
    ),
    NoticeRule(
        kind=NoticeKind.PLACE,
        verb=Verb.HEAR,
        to=Whom.RELIED_AND_COMES,
        phases=_BEFORE,
        cleared_by=_OF_DAY,
        mails=(_DAY_AND_PLACE,),
        changes=True,
        from_nothing=True,
        shown=frozenset({CasePart.PRACTICAL}),
    ),
    NoticeRule(
        kind=NoticeKind.COORDINATOR,
        verb=Verb.HEAR,
        to=Whom.RELIED,
        phases=_OPEN,
        cleared_by=_TOLD,
        mails=(_BY_NOTICE, "match-"),
        changes=True,
        shown=frozenset({CasePart.WAIVERS}),
        lasts=True,
    ),
    NoticeRule(
        kind=NoticeKind.PAPER,
        verb=Verb.HEAR,
        to=Whom.ON_PAPER,
        phases=_OPEN,
        cleared_by=frozenset({ClearedBy.CONTACT, ClearedBy.PRINT}),
        changes=True,
        lasts=True,
    ),
    NoticeRule(  # in person, so neither a mail nor their page will do (OECD Box 4.1)
        kind=NoticeKind.JOINED,
        verb=Verb.HEAR,
        to=Whom.THEMSELVES,
        phases=_OPEN,
        cleared_by=frozenset({ClearedBy.CONTACT, ClearedBy.INFORMED}),
        lasts=True,
    ),
    NoticeRule(
        kind=NoticeKind.CONSENT,
        verb=Verb.DECIDE,
        to=Whom.STAFF,
        phases=_OUTSIDE,
        cleared_by=frozenset({ClearedBy.CONSENT}),
        done_at=Remedy.CONSENTS,
        line=N_("A consent was taken back: decide whether and how it goes on"),
        lasts=True,
    ),
    NoticeRule(
        kind=NoticeKind.QUESTION,
        verb=Verb.ANSWER,
        to=Whom.COORDINATOR,
        phases=_MEETING,
        cleared_by=frozenset({ClearedBy.ANSWERED}),
        done_at=Remedy.INFORMATION,
        line=N_("The family came out with a question: see that it is answered"),
    ),
    NoticeRule(
        kind=NoticeKind.SENT_BACK,
        verb=Verb.HEAR,
        to=Whom.FAMILY,
        phases=frozenset({Phase.PRESENTATION}),
        cleared_by=frozenset({ClearedBy.CONTACT, ClearedBy.PAGE, ClearedBy.THERE}),
        shown=frozenset({CasePart.PLAN}),
    ),
    NoticeRule(
        kind=NoticeKind.LOOK_AGAIN,
        verb=Verb.DECIDE,
        to=Whom.SET_LINES,
        phases=frozenset({Phase.PRESENTATION}),
        cleared_by=frozenset({ClearedBy.DECIDED}),
        done_at=Remedy.AGREEMENT,
    ),
    NoticeRule(
        kind=NoticeKind.LETTER,
        verb=Verb.HEAR,
        to=Whom.COORDINATOR,
        phases=_MEETING,
        cleared_by=frozenset({ClearedBy.READ, ClearedBy.LAPSED}),
        done_at=Remedy.INFORMATION,
        line=N_("Somebody who is not there has something to say: have it read out"),
    ),
    NoticeRule(
        kind=NoticeKind.NO_CONFERENCE,
        verb=Verb.HEAR,
        to=Whom.TOOK_PART,
        phases=frozenset({Phase.PRESENTATION, Phase.EVALUATION}),
        cleared_by=_HEARD,
        mails=(f"{End.WITHOUT_CONFERENCE}-",),
        mail_tells=True,
    ),
    NoticeRule(
        kind=NoticeKind.READING,
        verb=Verb.HEAR,
        to=Whom.MAIN_PERSONS,
        phases=_OPEN,
        cleared_by=_HEARD,
        mails=(_BY_NOTICE,),
        changes=True,
        lasts=True,
    ),
    NoticeRule(
        kind=NoticeKind.ROUND,
        verb=Verb.HEAR,
        to=Whom.TOOK_PART,
        phases=frozenset({Phase.EVALUATION}),
        cleared_by=_HEARD,
        mails=(f"{End.ROUND}-",),
        mail_tells=True,
    ),
    NoticeRule(
        kind=NoticeKind.PART,
        verb=Verb.HEAR,
        to=Whom.FAMILY_COMING,
        phases=_OUTSIDE,
        cleared_by=_HEARD,
        mails=(_BY_NOTICE,),
        changes=True,
        shown=frozenset({CasePart.NAMES}),
    ),
    NoticeRule(
        kind=NoticeKind.AGAIN,
        verb=Verb.HEAR,
        to=Whom.CIRCLE,
        phases=_BEFORE,
        cleared_by=_TOLD,
        mails=(_BY_NOTICE,),
        mail_tells=True,
    ),
    NoticeRule(  # a call does not do: a plan is something to have
        kind=NoticeKind.PLAN,
        verb=Verb.GET,
        to=Whom.HAVE_PLAN,
        phases=_OPEN,
        cleared_by=frozenset({ClearedBy.GIVEN, ClearedBy.MAIL, ClearedBy.PAGE}),
        mails=("plan-{now}:",),
        lasts=True,
        shown=frozenset({CasePart.OWN_PLAN}),
    ),
    NoticeRule(
        kind=NoticeKind.UNSAFE,
        lasts=True,
        verb=Verb.DECIDE,
        to=Whom.STAFF,
        phases=_OPEN | {Phase.CLOSED},  # an end changes nothing about that
        cleared_by=frozenset({ClearedBy.SPOKEN}),
        done_at=Remedy.FOLLOW_UPS,
        line=N_("Somebody does not feel safe, a follow-up found: ring today, and write it in the contact log"),
        button=N_("Read the report"),
    ),
    NoticeRule(
        kind=NoticeKind.NOT_DONE,
        verb=Verb.DECIDE,
        to=Whom.STAFF,
        phases=_OPEN,
        cleared_by=frozenset({ClearedBy.SPOKEN, ClearedBy.AGREED}),
        done_at=Remedy.FOLLOW_UPS,
        line=N_("Much of the plan was not carried out, a follow-up found: ask the family what helps"),
        button=N_("Read the report"),
    ),
    NoticeRule(
        kind=NoticeKind.LEFT_PLAN,
        verb=Verb.DECIDE,
        to=Whom.STAFF,
        phases=_OPEN,
        cleared_by=frozenset({ClearedBy.SPOKEN, ClearedBy.AGREED}),
        done_at=Remedy.PLAN,
        line=N_("Somebody whom the plan names is not in the circle any more: ask the family who does it instead"),
    ),
    NoticeRule(
        kind=NoticeKind.NEW_VERSION,
        verb=Verb.HEAR,
        to=Whom.COORDINATOR,
        phases=frozenset({Phase.EVALUATION}),
        cleared_by=frozenset({ClearedBy.AGREED}),
        done_at=Remedy.PLAN,
        line=N_("The family wants a new version of the plan: write it with them"),
        button=N_("Write the new version"),
    ),
    NoticeRule(
        kind=NoticeKind.NOT_COMING,
        verb=Verb.HEAR,
        to=Whom.COORDINATOR,
        phases=_BEFORE,
        cleared_by=frozenset({ClearedBy.SPOKEN, ClearedBy.DECIDED}),
        done_at=Remedy.CIRCLE,
        line=N_("Somebody says that they do not come: ring them, and write it in the contact log"),
    ),
    NoticeRule(
        kind=NoticeKind.DISSENT,
        verb=Verb.HEAR,
        to=Whom.COORDINATOR,
        phases=_OPEN,
        cleared_by=frozenset({ClearedBy.SPOKEN, ClearedBy.DECIDED, ClearedBy.AGREED}),
        done_at=Remedy.AGREEMENT,
        line=N_(
            "Somebody does not agree with the plan any more, or with part of it: speak with them, and write it in the "
            "contact log"
        ),
        lasts=True,
    ),
    NoticeRule(
        kind=NoticeKind.NUMBER_OUT,
        verb=Verb.HEAR,
        to=Whom.COORDINATOR,
        phases=_OPEN,
        cleared_by=frozenset({ClearedBy.SPOKEN, ClearedBy.DECIDED, ClearedBy.AGREED}),
        done_at=Remedy.PLAN,
        line=N_(
            "Somebody whom the plan says to ring took their number out of it: ask them how people reach them, and "
            "write it in the contact log"
        ),
        lasts=True,
    ),
    NoticeRule(
        kind=NoticeKind.END,
        verb=Verb.HEAR,
        to=Whom.TOOK_PART,
        phases=frozenset({Phase.CLOSED}),
        cleared_by=_HEARD,
        mails=tuple(f"{end}-" for end in (End.NO_PLAN, End.STOPPED, End.GONE, End.CLOSED)),
        mail_tells=True,
    ),
)
RULES: dict[NoticeKind, NoticeRule] = {rule.kind: rule for rule in NOTICES}
