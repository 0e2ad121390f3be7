"""Tables of personal links, and of the devices verified for them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from ekc.core.crypto import SealedText
from ekc.core.db import Base, enum_column


class Confirmed(StrEnum):
    """How a device was verified for a link."""

    CODE = "code"  # that the coordinator told them
    ANSWER = "answer"  # to a question they agreed on
    COORDINATOR = "coordinator"  # who let them in


def confirmation_method(question: str | None, has_answer: bool) -> Confirmed:
    """How a new device is confirmed for a link that asks this question, and has something to compare with or not."""
    if not has_answer:
        return Confirmed.COORDINATOR
    return Confirmed.ANSWER if question else Confirmed.CODE


class PersonalLink(Base):
    """Signs in one participant of one conference, without a password. Only the hash of its token is kept."""

    __tablename__ = "personal_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)  # SHA-256
    #: What is asked on a new device: a question, or where there is none the code. Without an answer to compare with,
    #: only the coordinator lets in.
    question: Mapped[str | None] = mapped_column(SealedText("personal_link.question"))
    answer_hash: Mapped[str | None] = mapped_column(SealedText("personal_link.answer_hash"))  # argon2, encrypted
    tries: Mapped[int] = mapped_column(default=0)  # wrong answers so far, on whatever device
    tried_at: Mapped[datetime | None]  # the last of them
    made_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime]
    handed_over: Mapped[str] = mapped_column(String(40), default="")  # paper, mail, message: with commas between
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]  # for the first time
    note: Mapped[str | None] = mapped_column(SealedText("personal_link.note"))  # in the demo: a line about its owner

    @property
    def asks(self) -> Confirmed:
        """How a new device is confirmed."""
        return confirmation_method(self.question, self.answer_hash is not None)


class LinkDevice(Base):
    """A browser in which a link was opened: verified, waiting for the coordinator, or ended.

    Its cookie names this row, so ending it here ends it there. It is asked again for everything else.
    """

    __tablename__ = "link_device"
    __table_args__ = (CheckConstraint("(confirmed_at is null) = (how is null)", name="confirmed_somehow"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("personal_link.id"), index=True)
    device: Mapped[str] = mapped_column(String(80), default="")  # browser and system, in words
    asked_at: Mapped[datetime]
    number: Mapped[int | None]  # which the waiting person tells the coordinator; gone once they came in
    confirmed_at: Mapped[datetime | None]
    how: Mapped[Confirmed | None] = mapped_column(enum_column(Confirmed))
    remembered: Mapped[bool] = mapped_column(default=False)  # nobody else uses it, so it is not asked again
    ended_at: Mapped[datetime | None]
