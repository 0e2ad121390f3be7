"""Tables of plans. Triggers made by the migrations refuse any update of a version."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ekc.core.crypto import SealedBytes, SealedJSON, SealedText
from ekc.core.db import Base, enum_column
from ekc.plans.edits import ChangedPart


class PlanDraft(Base):
    """The draft of a plan: one encrypted document, in the format of `draft.py`."""

    __tablename__ = "plan_draft"

    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"), primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(
        default=0
    )  # incremented by each change but answers to requests; pages send back the one that they showed
    text: Mapped[int] = mapped_column(default=0)  # the revision of its last change of substance: `changes.text_changes`
    content: Mapped[Any] = mapped_column(SealedJSON("plan_draft.content"))
    changed_at: Mapped[datetime]


class FormerText(Base):
    """A text of the draft about which somebody answered, and the change that made it another text: of what, by whom."""

    __tablename__ = "former_text"
    __table_args__ = (UniqueConstraint("conference_id", "presentation", "text"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"))
    presentation: Mapped[int]
    text: Mapped[int]
    content: Mapped[Any] = mapped_column(SealedJSON("former_text.content"))  # the draft
    changed_at: Mapped[datetime]
    changed_part: Mapped[ChangedPart] = mapped_column(enum_column(ChangedPart))
    changed_number: Mapped[str] = mapped_column(String(16))  # as it was printed; empty: a part that has none
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))


class PlanVersion(Base):
    """A plan as it was agreed, with the names of that moment. The counts are for reports."""

    __tablename__ = "plan_version"
    __table_args__ = (UniqueConstraint("conference_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"))
    number: Mapped[int]
    agreed_on: Mapped[date]
    content: Mapped[Any] = mapped_column(SealedJSON("plan_version.content"))  # the draft
    snapshot: Mapped[Any] = mapped_column(SealedJSON("plan_version.snapshot"))  # a PlanDocument
    text: Mapped[int] = mapped_column(default=0)  # the number of its text in the draft
    goals: Mapped[int]
    family_actions: Mapped[int]
    network_actions: Mapped[int]
    professional_actions: Mapped[int]
    evaluation_at: Mapped[datetime]
    made_at: Mapped[datetime]


class IssuedDocument(Base):
    """A printed document, stored byte for byte when it is first made; with other numbers in it, another one."""

    __tablename__ = "issued_document"
    __table_args__ = (UniqueConstraint("version_id", "kind", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"))
    kind: Mapped[str] = mapped_column(String(24))  # as of `document.paper_kind`
    language: Mapped[str] = mapped_column(String(8))
    content: Mapped[bytes] = mapped_column(SealedBytes("issued_document.content"))
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))  # of the content
    made_at: Mapped[datetime]


class Acceptance(Base):
    """The decision of a referrer or professional about the plan of one presentation. A refusal has a reason."""

    __tablename__ = "acceptance"
    __table_args__ = (CheckConstraint("accepted or reason is not null", name="refusal_has_reason"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[int] = mapped_column(ForeignKey("conference.id"), index=True)
    presentation: Mapped[int]
    text: Mapped[int] = mapped_column(default=0)  # of the draft, as it was then
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    accepted: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(SealedText("acceptance.reason"))
    decided_at: Mapped[datetime]


class BottomLineCheck(Base):
    """Whether the plan of one presentation meets a bottom line."""

    __tablename__ = "bottom_line_check"
    __table_args__ = (UniqueConstraint("bottom_line_id", "presentation", "text"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    bottom_line_id: Mapped[int] = mapped_column(ForeignKey("bottom_line.id"))
    presentation: Mapped[int]
    text: Mapped[int] = mapped_column(default=0)  # of the draft, as it was then
    met: Mapped[bool]
    checked_at: Mapped[datetime]
