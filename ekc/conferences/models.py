"""Tables of the case itself. Meetings, plans and follow-ups have their own modules."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    false,
    literal_column,
    select,
    text,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, validates

from ekc.core.crypto import SealedBytes, SealedDate, SealedJSON, SealedText
from ekc.core.db import Base, enum_column
from ekc.directory.models import Municipality
from ekc.workflow.ends.kinds import End
from ekc.workflow.owed.kinds import NoticeKind
from ekc.workflow.professionals import MaybeProfessional
from ekc.workflow.vocabulary import (
    Agreed,
    Attends,
    CallResult,
    Closeness,
    InformedHow,
    LegalContext,
    OfferStage,
    Outcome,
    Part,
    Phase,
    SaidHow,
    Step,
    StopReason,
    TraceKind,
    Variant,
    VoiceMatter,
)


class CaseCounter(Base):
    """The last case number of a year; its row is locked while the next is taken."""

    __tablename__ = "case_counter"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


_IS_OPEN = text("phase <> 'closed'")  # of a coordinator, who closed hundreds
_HAS_NORM = text("norm_until is not null")
_IS_WATCHED = text("silent_since is not null")
_IS_PAUSED = text("paused_at is not null")
_GOES_ON = text("ended_at is null")


class Conference(Base):
    """One case. Only the journey writes `phase`; `version` detects concurrent changes."""

    __tablename__ = "conference"
    __table_args__ = (
        CheckConstraint(
            "phase in ('registration', 'closed') or coordinator_id is not null", name="coordinator_from_setup_on"
        ),
        CheckConstraint("phase <> 'evaluation' or plan_number > 0", name="evaluation_has_plan"),
        CheckConstraint("(phase = 'closed') = (outcome is not null)", name="closed_has_outcome"),
        CheckConstraint("outcome <> 'stopped' or stop_reason is not null", name="stopped_has_reason"),
        Index(None, "coordinator_id", "phase"),
        Index("ix_conference_open", "coordinator_id", sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
        Index(None, "region_id", "phase"),
        Index(None, "municipality_id", "phase"),
        #: What a manager sees as taking long, silent or paused: of the open cases of a region, the longest first.
        *(
            Index(f"ix_conference_{name}", "region_id", name, "id", sqlite_where=where, postgresql_where=where)
            for name, where in (("norm_until", _HAS_NORM), ("silent_since", _IS_WATCHED), ("paused_at", _IS_PAUSED))
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)  # EKC-2026-0007; its letters by country
    variant: Mapped[Variant] = mapped_column(enum_column(Variant))
    profile: Mapped[str] = mapped_column(String(16))
    workflow_version: Mapped[int]
    language: Mapped[str] = mapped_column(String(8))  # of the family's documents
    timezone: Mapped[str] = mapped_column(String(40))
    legal_context: Mapped[LegalContext] = mapped_column(enum_column(LegalContext))
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"))
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))

    title: Mapped[str] = mapped_column(SealedText("conference.title"))
    topics: Mapped[list[str]] = mapped_column(SealedJSON("conference.topics"), default=list)
    sides: Mapped[list[str]] = mapped_column(SealedJSON("conference.sides"), default=list)
    question: Mapped[str] = mapped_column(SealedText("conference.question"), default="")
    question_agreed_on: Mapped[date | None]
    question_agreed_before_on: Mapped[date | None]  # the same, for the round before

    registered_on: Mapped[date]
    registered_by: Mapped[Part] = mapped_column(enum_column(Part))
    reason: Mapped[str] = mapped_column(SealedText("conference.reason"))
    wishes: Mapped[list[str]] = mapped_column(SealedJSON("conference.wishes"), default=list)
    #: [kind, about] of each wish for the coordinator that is compared with them; `wishes` are in own words.
    sought: Mapped[list[list[str]]] = mapped_column(SealedJSON("conference.sought"), default=list)
    no_bottom_lines_on: Mapped[date | None]  # the day on which it was said that there are none
    no_bottom_lines_before_on: Mapped[date | None]  # the same, for the round before

    #: Found by the names of its people: registered by staff, or a coordinator was asked. What anybody sent is not.
    searchable: Mapped[bool] = mapped_column(default=False)

    phase: Mapped[Phase] = mapped_column(enum_column(Phase), default=Phase.REGISTRATION)
    phase_since: Mapped[datetime]
    #: The last day within the norm of the phase; null: it has none, or stands still.
    norm_until: Mapped[date | None]
    paused_at: Mapped[datetime | None]  # since when the deadlines stand still
    #: The last day with a sign of the coordinator: something written, sent or looked at. Null while silence is not
    #: watched: without a coordinator, in a pause, and from the evaluation on.
    silent_since: Mapped[date | None]
    asked_how_on: Mapped[date | None]  # when the manager last asked the coordinator how it goes
    round: Mapped[int] = mapped_column(default=1)  # number of conferences, the current one included
    presentation: Mapped[int] = mapped_column(default=0)  # number of presentations of a plan
    plan_number: Mapped[int] = mapped_column(default=0)  # the version in force; 0: none yet
    earlier_plans: Mapped[int] = mapped_column(default=0, server_default="0")  # versions of the rounds before this one
    without_conference: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[Outcome | None] = mapped_column(enum_column(Outcome))
    stop_reason: Mapped[StopReason | None] = mapped_column(enum_column(StopReason))
    tasks_ended_on: Mapped[date | None]  # when the coordinator's last task was done; null while one is open
    closed_on: Mapped[date | None]  # starts the retention clock

    coordinator_id: Mapped[int | None] = mapped_column(
        ForeignKey("account.id")
    )  # accepted the case and declared independence
    asked_coordinator_id: Mapped[int | None] = mapped_column(
        ForeignKey("account.id"), index=True
    )  # has not answered yet
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("conference.id"), index=True)  # closed before this began
    #: The number that somebody without an account gave for it; not looked up for them.
    follows_said: Mapped[str | None] = mapped_column(SealedText("conference.follows_said"))
    #: [name, tie] of each agency before each change to circle or bottom lines, since the coordinator accepted
    agencies_before: Mapped[Any | None] = mapped_column(SealedJSON("conference.agencies_before"))
    version: Mapped[int] = mapped_column(default=1)

    #: What the municipality is called.
    municipality: Mapped[str] = column_property(
        select(Municipality.name).where(Municipality.id == municipality_id).scalar_subquery()
    )

    __mapper_args__: dict[str, Any] = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own name

    @property
    def in_force(self) -> bool:
        """Whether a plan is in force: one was agreed."""
        return self.plan_number > 0


#: Not closed; written out as in the index of open cases, which then serves.
IS_OPEN = Conference.__table__.c.phase != literal_column("'closed'")


class Pause(Base):
    """Days on which the deadlines of a case stand still, why, and who said so."""

    __tablename__ = "pause"
    __table_args__ = (
        Index("uq_pause_open", "conference_id", unique=True, sqlite_where=_GOES_ON, postgresql_where=_GOES_ON),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"), index=True)
    reason: Mapped[str] = mapped_column(SealedText("pause.reason"))
    began_at: Mapped[datetime]
    began_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # null: by a step


_HAS_VIEW = text("view_on is not null")  # looked for every night, among all people


class Participant(MaybeProfessional, Base):
    """Somebody in the circle of one case. People are not linked across cases."""

    __tablename__ = "participant"
    __table_args__ = (
        CheckConstraint(
            "attends <> 'excluded' or (exclusion_reason is not null and excluded_by is not null"
            " and excluded_on is not null)",
            name="exclusion_explained",
        ),
        Index(None, "conference_id", "id"),
        Index("ix_participant_view", "conference_id", sqlite_where=_HAS_VIEW, postgresql_where=_HAS_VIEW),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"))
    part: Mapped[Part] = mapped_column(enum_column(Part))
    name: Mapped[str] = mapped_column(SealedText("participant.name"))
    relation: Mapped[str] = mapped_column(SealedText("participant.relation"), default="")
    organisation: Mapped[str] = mapped_column(SealedText("participant.organisation"), default="")
    speaks_for: Mapped[str] = mapped_column(SealedText("participant.speaks_for"), default="")
    side: Mapped[str] = mapped_column(SealedText("participant.side"), default="")
    language: Mapped[str] = mapped_column(String(8), default="")
    second_language: Mapped[str] = mapped_column(String(8), default="", server_default="")  # which they speak as well
    timezone: Mapped[str] = mapped_column(String(40), default="", server_default="")  # empty: that of the case
    born: Mapped[date | None] = mapped_column(SealedDate("participant.born"))
    #: The last day on which they can be born, where only a year or an estimate is known; `born` is then the first.
    born_until: Mapped[date | None] = mapped_column(SealedDate("participant.born_until"))
    phone: Mapped[str] = mapped_column(SealedText("participant.phone"), default="")
    #: The number that may stand in the plan, and the day on which its owner said yes or no to that; no number: no.
    plan_phone: Mapped[str | None] = mapped_column(SealedText("participant.plan_phone"))
    plan_phone_on: Mapped[date | None]
    email: Mapped[str] = mapped_column(SealedText("participant.email"), default="")
    address: Mapped[str] = mapped_column(SealedText("participant.address"), default="")
    address_secret: Mapped[bool] = mapped_column(default=False)
    needs: Mapped[list[str]] = mapped_column(SealedJSON("participant.needs"), default=list)
    need_kinds: Mapped[list[str]] = mapped_column(SealedJSON("participant.need_kinds"), default=list)  # PersonNeed
    needs_interpreter: Mapped[bool] = mapped_column(default=False)
    support_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))  # their supporter
    closeness: Mapped[Closeness | None] = mapped_column(enum_column(Closeness))  # null: nobody said it yet
    brought_by_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))  # who brought them in

    attends: Mapped[Attends | None] = mapped_column(enum_column(Attends))
    view: Mapped[str] = mapped_column(SealedText("participant.view"), default="")  # of somebody who does not attend
    exclusion_reason: Mapped[str | None] = mapped_column(SealedText("participant.exclusion_reason"))
    excluded_by: Mapped[str | None] = mapped_column(SealedText("participant.excluded_by"))
    excluded_on: Mapped[date | None]
    informed_on: Mapped[date | None]  # in this round
    informed_at: Mapped[
        datetime | None
    ]  # when they were told last, in whichever round, if it was written down that day
    informed_before_on: Mapped[date | None]  # in the round before
    #: Of what they were told in this round (`InformedOf`), on which day last, how and by whom; `informed_on`: of all.
    informed_of: Mapped[list[str]] = mapped_column(SealedJSON("participant.informed_of"), default=list)
    told_on: Mapped[date | None]
    informed_how: Mapped[InformedHow | None] = mapped_column(enum_column(InformedHow))
    informed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    worries: Mapped[str] = mapped_column(SealedText("participant.worries"), default="")  # as they said them
    safe_on: Mapped[date | None]  # when they said, on their own, that it is safe for them; in this round
    safe_before_on: Mapped[date | None]  # in the round before
    safe_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # who asked them that
    attends_before: Mapped[Attends | None] = mapped_column(enum_column(Attends, "attends_before"))
    #: Another day was set than that for which they said how they come (`attends_before`): they are asked again.
    asked_again: Mapped[bool] = mapped_column(default=False, server_default=false())

    @property
    def attends_lately(self) -> Attends | None:
        """How they take part; of whoever is asked again, as it was for the day before."""
        return self.attends_before if self.attends is None and self.asked_again else self.attends

    convenes: Mapped[bool] = mapped_column(
        default=False
    )  # calls people together for the evaluation of the plan in force
    removed_at: Mapped[datetime | None]  # no longer in the circle
    #: Versions of the rounds before they came into the circle, which they do not read by themselves.
    earlier_plans: Mapped[int] = mapped_column(default=0, server_default="0")
    #: Came to this conference as a professional, whatever their part is now.
    came_as_professional: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Works where a professional of the conference works, and does not come as one: that was asked.
    for_themselves: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Was a main person, and had said no to something that counts; they are asked no longer.
    no_stands: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: The last day on which the plan in force asks something of them; null: it does not name them.
    tasks_until: Mapped[date | None]
    #: When whoever sets bottom lines was asked for them, and when they said that they set none; in this round.
    lines_asked_on: Mapped[date | None]
    lines_none_on: Mapped[date | None]
    #: Since when there is a view of theirs, in words or in pictures; null: none, or it was destroyed.
    view_on: Mapped[date | None]
    view_own: Mapped[bool] = mapped_column(default=False, server_default=false())  # they wrote it on their own page
    view_open: Mapped[bool] = mapped_column(default=False, server_default=false())  # the coordinator may read it before
    view_read_back_on: Mapped[date | None]  # when the coordinator read back to them what they had written down
    view_destroyed_on: Mapped[date | None]

    @validates("attends")
    def _say(self, _key: str, attends: Attends | None) -> Attends | None:
        """What they say, or what is decided, ends that they see the day as they did before it was moved."""
        if attends is not None:
            self.asked_again = False
        return attends


class ViewPicture(Base):
    """A picture of what somebody wants to have said: a letter, a drawing, a photo. As JPEG, made anew."""

    __tablename__ = "view_picture"
    __table_args__ = (UniqueConstraint("participant_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    number: Mapped[int]
    shows: Mapped[str] = mapped_column(SealedText("view_picture.shows"))  # in words, for whoever does not see it
    jpeg: Mapped[bytes] = mapped_column(SealedBytes("view_picture.jpeg"))
    width: Mapped[int]
    height: Mapped[int]


class NameKey(Base):
    """The blind index of names: short keyed hashes of the first letters of a participant's names, within a region."""

    __tablename__ = "name_key"

    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True)
    key: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), primary_key=True, index=True)


class Consent(Base):
    """A consent to the conference or to keeping a file, by somebody able to give it."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"), index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    scope: Mapped[str] = mapped_column(SealedText("consent.scope"))
    given_on: Mapped[date]
    withdrawn_on: Mapped[date | None]
    #: Taken back by somebody who was asked for it, or by themselves: they are asked whatever else changes about them.
    withdrawal_stands: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(SealedText("consent.note"), default="")


class Offer(Base):
    """A line about the offer of the conference: it was offered, what somebody said, or why it was not. Lines stay."""

    __tablename__ = "offer"

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"), index=True)
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))  # None: of an exemption
    stage: Mapped[OfferStage] = mapped_column(enum_column(OfferStage))
    on: Mapped[date]
    reason: Mapped[str] = mapped_column(SealedText("offer.reason"), default="")


class Voice(Base):
    """What somebody said in one matter, for themselves alone. The last answer counts; `ekc/workflow/voices.py`.

    `about`: the match of a coordinator, the presentation of a plan, the round in which somebody wants to stop or to
    come together again, the professional who reads the plan or does not; 0 for the conference itself. `text`: of a
    plan, the text that they answered.
    """

    __tablename__ = "voice"
    __table_args__ = (UniqueConstraint("conference_id", "matter", "about", "text", "participant_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"))
    matter: Mapped[VoiceMatter] = mapped_column(enum_column(VoiceMatter))
    about: Mapped[int]
    text: Mapped[int] = mapped_column(default=0)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    answer: Mapped[Agreed] = mapped_column(enum_column(Agreed))
    how: Mapped[SaidHow | None] = mapped_column(enum_column(SaidHow))  # None: in the room
    words: Mapped[str | None] = mapped_column(SealedText("voice.words"))
    reason_code: Mapped[StopReason | None] = mapped_column(enum_column(StopReason))  # of a wish to stop
    said_on: Mapped[date]
    written_at: Mapped[datetime]
    asks: Mapped[bool] = mapped_column(
        default=False, server_default=false()
    )  # of a wish: the others are asked about it
    asked_at: Mapped[datetime | None]  # since when their pages do; null: not known
    #: Of a wish: when staff spoke about it with whoever wishes it, and what was said.
    spoken_at: Mapped[datetime | None]
    spoken: Mapped[str | None] = mapped_column(SealedText("voice.spoken"))


class Trace(Base):
    """What somebody of the circle said, or was decided about them, that others rely on, and when. Never changed.

    Without the words of anybody in the circle; `reason` is of staff.
    """

    __tablename__ = "trace"

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"), index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    kind: Mapped[TraceKind] = mapped_column(enum_column(TraceKind))
    round: Mapped[int]
    at: Mapped[datetime]
    attends: Mapped[Attends | None] = mapped_column(enum_column(Attends))
    reason: Mapped[str | None] = mapped_column(SealedText("trace.reason"))  # why staff changed it
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # of staff who noted it; null: themselves


class SafetyConcern(Base):
    """A safety concern, and what was arranged for it. An empty arrangement is still to be made.

    `apart_from_id`: with whom they may not be; `apart_from_side`: which side their own may not meet; `said_by`: who
    said or decided that.

    `said_at`: when they themselves said on their page that it does not feel safe, and with which step; null: staff
    wrote it down.
    """

    __tablename__ = "safety_concern"

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"), index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    apart_from_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))
    apart_from_side: Mapped[str | None] = mapped_column(SealedText("safety_concern.apart_from_side"))
    said_by: Mapped[str | None] = mapped_column(SealedText("safety_concern.said_by"))
    concern: Mapped[str | None] = mapped_column(SealedText("safety_concern.concern"))  # null: they said no more
    arrangement: Mapped[str | None] = mapped_column(SealedText("safety_concern.arrangement"))
    #: What was arranged for the round before; it does not count by itself in this one.
    arrangement_before: Mapped[str | None] = mapped_column(SealedText("safety_concern.arrangement_before"))
    said_at: Mapped[datetime | None]
    said_with: Mapped[Step | None] = mapped_column(enum_column(Step))


class BottomLine(Base):
    """What the plan has to meet. Whether a plan meets it is stored with the plans."""

    __tablename__ = "bottom_line"
    __table_args__ = (UniqueConstraint("conference_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(SealedText("bottom_line.text"))
    ground: Mapped[str] = mapped_column(SealedText("bottom_line.ground"), default="")
    set_by: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    agreed_on: Mapped[date | None]  # since when both coordinator and setter said yes to the words; null: not yet
    shared_on: Mapped[date | None]  # with the family, in the words that were agreed


class LineWording(Base):
    """Words of a bottom line as somebody wrote them, and who said yes to them. The last ones agreed by both stand."""

    __tablename__ = "line_wording"
    __table_args__ = (UniqueConstraint("line_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("bottom_line.id"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(SealedText("line_wording.text"))
    by_setter: Mapped[bool]  # who wrote them; otherwise the coordinator
    written_on: Mapped[date]
    setter_on: Mapped[date | None]  # when whoever sets the line said yes to these words
    coordinator_on: Mapped[date | None]
    noted: Mapped[bool] = mapped_column(default=False)  # the coordinator wrote down that the setter said yes

    @property
    def agreed_on(self) -> date | None:
        """When both had said yes to these words; None: not yet."""
        return max(self.setter_on, self.coordinator_on) if self.setter_on and self.coordinator_on else None


class ContactEntry(Base):
    """An entry of the contact log."""

    __tablename__ = "contact_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"), index=True)
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))
    on: Mapped[date]
    channel: Mapped[str] = mapped_column(String(16))  # visit, phone, mail, letter, message
    text: Mapped[str] = mapped_column(SealedText("contact_entry.text"))
    written_at: Mapped[datetime]
    written_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    #: It says that they were told, or given, what stood on the list of that; not that anything else was spoken about.
    from_list: Mapped[bool] = mapped_column(default=False)


class CallAttempt(Base):
    """Somebody was rung, and not spoken to. It counts as no contact with them."""

    __tablename__ = "call_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"), index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    at: Mapped[datetime]
    result: Mapped[CallResult] = mapped_column(enum_column(CallResult))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # who rang


class Notice(Base):
    """What a step or a change left that somebody must hear, answer or decide: `ekc/workflow/owed/`."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"), index=True)
    kind: Mapped[NoticeKind] = mapped_column(enum_column(NoticeKind))
    round: Mapped[int]
    at: Mapped[datetime]
    about: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))  # whom it is about
    end: Mapped[End | None] = mapped_column(enum_column(End, "end"))  # how it ended
    #: Of a change what was so before and is now: a day as ISO 8601, a place or a name; empty: none.
    was: Mapped[str] = mapped_column(SealedText("notice.was"), default="")
    now: Mapped[str] = mapped_column(SealedText("notice.now"), default="")
