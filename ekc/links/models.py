"""Tables of personal links, and of the devices verified for them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from ekc.core.crypto import SealedText
from ekc.core.db import Base, enum_column


class Confirmed(StrEnum):
    """How a device was verified for a link."""

    CODE = "code"  # entrance code, which the coordinator passed on
    ANSWER = "answer"  # answer to a question they agreed on
    COORDINATOR = "coordinator"  # approved by the coordinator
    FAMILY = "family"  # let in by family in the room, in private time


def confirmation_method(question: str | None, has_answer: bool) -> Confirmed:
    """How a new device is verified for a link. `has_answer`: whether the hash of a code or answer is stored."""
    if not has_answer:
        return Confirmed.COORDINATOR
    return Confirmed.ANSWER if question else Confirmed.CODE


class PersonalLink(Base):
    """A link that signs in one participant of one conference. Only the hash of its token is stored."""

    __tablename__ = "personal_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)  # SHA-256
    #: Asked on a new device; None: the entrance code is asked for. Without `answer_hash` the coordinator must approve.
    question: Mapped[str | None] = mapped_column(SealedText("personal_link.question"))
    answer_hash: Mapped[str | None] = mapped_column(SealedText("personal_link.answer_hash"))  # argon2, encrypted
    tries: Mapped[int] = mapped_column(default=0)  # wrong answers so far, on all devices
    tried_at: Mapped[datetime | None]  # time of the last one
    made_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime]
    handed_over: Mapped[str] = mapped_column(String(40), default="")  # paper, mail, message: comma-separated
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]  # first use
    note: Mapped[str | None] = mapped_column(SealedText("personal_link.note"))  # demo only: on its case

    @property
    def asks(self) -> Confirmed:
        """How a new device is verified."""
        return confirmation_method(self.question, self.answer_hash is not None)


_WAITING = text("confirmed_at is null and ended_at is null")


class LinkDevice(Base):
    """A browser in which a link was opened: pending (waiting for approval), verified, or ended.

    Its cookie holds a token whose hash is stored here, so ending the row ends the verification.
    """

    __tablename__ = "link_device"
    __table_args__ = (
        CheckConstraint("(confirmed_at is null) = (how is null)", name="confirmed_somehow"),
        Index("ix_link_device_waiting", "asked_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)  # SHA-256 of the token in its cookie
    link_id: Mapped[int] = mapped_column(ForeignKey("personal_link.id"), index=True)
    device: Mapped[str] = mapped_column(String(80), default="")  # from `signin.devices.device_name`
    asked_at: Mapped[datetime]
    number: Mapped[int | None]  # shown on the pending device and told to the coordinator; None once signed in
    confirmed_at: Mapped[datetime | None]
    how: Mapped[Confirmed | None] = mapped_column(enum_column(Confirmed))
    remembered: Mapped[bool] = mapped_column(default=False)  # own device: not verified again
    ended_at: Mapped[datetime | None]
