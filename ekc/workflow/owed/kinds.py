"""The kinds of notices: what is owed, to whom, what they do with it and what clears it; and the row of a kind."""

from dataclasses import dataclass

from ekc.workflow.vocabulary import N_, Activity, CasePart, Labelled, Phase, Remedy, Role


class NoticeKind(Labelled):
    """What is owed."""

    DAY = "day", N_("the day of the conference")
    PLACE = "place", N_("the place of the conference")
    COORDINATOR = "coordinator", N_("there is another coordinator")
    JOINED = "joined", N_("what the conference is, its day and its place")
    CONSENT = "consent", N_("a consent was taken back")
    QUESTION = "question", N_("the family came out with a question")
    SENT_BACK = "sent_back", N_("the plan went back into private time")
    LOOK_AGAIN = "look_again", N_("the plan that went back")
    LETTER = "letter", N_("somebody who is not there has something to say")
    NO_CONFERENCE = "no_conference", N_("the plan is made without a conference")
    END = "end", N_("the conference has ended")
    READING = "reading", N_("somebody sees more of the plan")
    PART = "part", N_("somebody who came as a professional has another role")
    PAPER = "paper", N_("the number on their paper is not right any more")
    ROUND = "round", N_("there is no new plan, and the plan stays as it is")
    AGAIN = "again", N_("people come together again")
    PLAN = "plan", N_("the plan that was agreed")
    UNSAFE = "unsafe", N_("a follow-up found that somebody does not feel safe")
    NOT_DONE = "not_done", N_("a follow-up found that much of the plan was not carried out")
    NEW_VERSION = "new_version", N_("the family wants a new version of the plan")
    NOT_COMING = "not_coming", N_("somebody says that they do not come")
    DISSENT = "dissent", N_("somebody does not agree with the plan any more, or with part of it")
    LEFT_PLAN = "left_plan", N_("somebody whom the plan names is not in the circle any more")
    NUMBER_OUT = "number_out", N_("somebody whom the plan says to ring took their number out of it")


class Verb(Labelled):
    """What those to whom it is owed do with it."""

    HEAR = "hear", N_("hear")
    ANSWER = "answer", N_("answer")
    DECIDE = "decide", N_("decide")
    GET = "get", N_("get")


class Whom(Labelled):
    """To whom something is owed; never to whoever was taken out of the circle or stays away as was decided."""

    RELIED = "relied", N_("everybody who knew what was so before")
    RELIED_AND_SAYS = (
        "relied_and_says",
        N_("everybody who knew what was so before and may take part, in the room or from elsewhere, by letter too"),
    )
    RELIED_AND_COMES = "relied_and_comes", N_("everybody who knew what was so before and may come")
    CIRCLE = "circle", N_("everybody in the circle but interpreters")
    HAVE_PLAN = (
        "have_plan",
        N_("main persons, those of family and supporters who took part, and everybody whom the plan names"),
    )
    ON_PAPER = "on_paper", N_("whoever was given a printed slip before")
    THEMSELVES = "themselves", N_("the person themselves")
    MAIN_PERSONS = "main_persons", N_("main persons")
    FAMILY = (
        "family",
        N_("main persons, and those of family and supporters who take part, in the room or from elsewhere"),
    )
    FAMILY_COMING = "family_coming", N_("main persons, and those of family and supporters who may take part")
    SET_LINES = "set_lines", N_("whoever set a bottom line")
    TOOK_PART = (
        "took_part",
        N_("those who hear of this end, with an email address or without, whoever has a task, and an interpreter"),
    )
    COORDINATOR = "coordinator", N_("the coordinator, who sees to it, or the regional manager while none can")
    STAFF = "staff", N_("coordinator and regional managers")


class ClearedBy(Labelled):
    """What shows that it is owed no longer."""

    CONTACT = "contact", N_("told, as the contact log says")
    INVITED = "invited", N_("invited")
    GIVEN = "given", N_("given or sent, as the contact log says")
    MAIL = "mail", N_("by email")
    PAGE = "page", N_("read on their own page")
    PRINT = "print", N_("given a new slip")
    INFORMED = "informed", N_("told personally")
    THERE = "there", N_("was in the room")
    DECIDED = "decided", N_("decided again")
    CONSENT = "consent", N_("said yes again")
    ANSWERED = "answered", N_("answered")
    READ = "read", N_("read out")
    LAPSED = "lapsed", N_("no longer there to be read out")
    SPOKEN = "spoken", N_("spoken with somebody about it, as the contact log says")
    AGREED = "agreed", N_("a new version was agreed")


#: What staff do so that it is cleared; the rest people of the circle do, or it happens.
CLEARED_WITH = {
    ClearedBy.CONTACT: Activity.TELL,
    ClearedBy.INVITED: Activity.ARRANGE_MEETING,
    ClearedBy.GIVEN: Activity.TELL,
    ClearedBy.PRINT: Activity.MAKE_LINKS,
    ClearedBy.INFORMED: Activity.CHANGE_CIRCLE,
    ClearedBy.DECIDED: Activity.DECIDE_ACCEPTANCE,
    ClearedBy.CONSENT: Activity.NOTE_CONSENTS,
    ClearedBy.ANSWERED: Activity.RECORD_INFORMATION,
    ClearedBy.READ: Activity.RECORD_INFORMATION,
    ClearedBy.SPOKEN: Activity.LOG_CONTACT,
    ClearedBy.AGREED: Activity.WRITE_PLAN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRule:
    """A kind of notice: who does what with it, in which phases it is owed, what clears it, and where that is done.

    `line`: what home and the case page say where it is owed to staff; `button`: what the case page offers then.
    `mails`: how the keys of its mails go on behind the case; `{id}` is the notice, `{at}` when it was left, `{now}`
    what it says. `mail_tells`: they say it themselves; others lead to a page, and tell those alone who had a link
    to it. `changes`: it tells what is so instead of what was so before; where nothing was known before there is
    nothing to tell, unless it is a change `from_nothing` too. `shown`: the parts of a case with which the own page
    tells it; whoever sees none of them has to be told otherwise, because a page or a mail that leads there tells
    them nothing. Empty: it stands on everybody's page. `lasts`: it is about the case and not about one conference,
    so that a new round neither ends it nor begins it anew.
    """

    kind: NoticeKind
    verb: Verb
    to: Whom
    phases: frozenset[Phase]
    cleared_by: frozenset[ClearedBy]
    mails: tuple[str, ...] = ()
    mail_tells: bool = False
    done_at: Remedy | None = None  # None: the page of who still has to hear
    line: str = ""
    button: str = ""
    changes: bool = False
    from_nothing: bool = False
    shown: frozenset[CasePart] = frozenset()
    lasts: bool = False

    @property
    def has_mails(self) -> bool:
        """Whether mails of its own go out when it is left: others are those of the step that leaves it."""
        return any("{id}" in key or "{at}" in key for key in self.mails)

    @property
    def by_speaking(self) -> bool:
        """Whether speaking with somebody about it settles it."""
        return ClearedBy.SPOKEN in self.cleared_by

    @property
    def roles(self) -> frozenset[Role]:
        """To which of the staff it is owed; empty: to people of the circle."""
        return _STAFF.get(self.to, frozenset())

    @property
    def listed_to(self) -> frozenset[Role]:
        """To which of the staff it is listed: to whom it is owed, or who tells people of the circle."""
        told = self.cleared_by & {ClearedBy.CONTACT, ClearedBy.GIVEN}
        return self.roles or _STAFF[Whom.STAFF if told else Whom.COORDINATOR]


_STAFF = {
    Whom.COORDINATOR: frozenset({Role.COORDINATOR, Role.STANDS_IN}),
    Whom.STAFF: frozenset({Role.COORDINATOR, Role.REGIONAL_MANAGER}),
}
