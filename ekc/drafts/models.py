"""The table of drafts."""

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ekc.core.crypto import SealedJSON
from ekc.core.db import Base


class FormDraft(Base):
    """What was typed into one form: in one browser, by one person.

    In the open stands no time, only the day on which it is forgotten: a draft must not tell who wrote when.
    """

    __tablename__ = "form_draft"
    __table_args__ = (UniqueConstraint("browser", "whose", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    browser: Mapped[bytes] = mapped_column(LargeBinary(32))  # SHA-256 of the token in its cookie
    whose: Mapped[str] = mapped_column(String(32))  # `SignedInUser.person`; empty: nobody was signed in
    place: Mapped[bytes] = mapped_column(LargeBinary(32))  # keyed hash of the address to which the form is sent
    content: Mapped[Any] = mapped_column(SealedJSON("form_draft.content"))  # as `actions.Content`
    #: Of the address. No foreign key: whoever is not signed in must not learn by it which cases there are.
    conference_id: Mapped[int | None] = mapped_column(index=True)
    sent: Mapped[bool]  # it was sent, and could not be taken: its sender was not signed in any more
    until: Mapped[datetime] = mapped_column(index=True)  # midnight UTC
    #: SHA-256 of the token of the link by which it is picked up in another browser; of forms of several pages alone.
    link: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
