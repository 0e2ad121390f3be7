"""The table of invitations and password resets."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from ekc.core.db import Base, code


class Purpose(StrEnum):
    """What an invitation is for."""

    INVITATION = "invitation"  # an administrator lets somebody in
    FORGOTTEN = "forgotten"  # the owner asked for it, by mail


class Invitation(Base):
    """Lets the owner of one account choose a password, once. Only the hash of its token is kept."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    purpose: Mapped[Purpose] = mapped_column(code(Purpose))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)  # SHA-256
    made_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # None: the owner, or a command
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]  # a password was chosen
