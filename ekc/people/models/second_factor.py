"""Tables of the second factor: the authenticator app (TOTP) and the recovery codes of an account."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ekc.core.crypto import SealedText
from ekc.core.db import Base


class Authenticator(Base):
    """The app of an account that makes one-time codes (TOTP), by the secret that both sides know. At most one each."""

    __tablename__ = "authenticator"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    secret: Mapped[str] = mapped_column(SealedText("authenticator.secret"))  # base32
    added_at: Mapped[datetime]
    last_step: Mapped[int]  # of the last code that was used: an older one, or the same again, is refused


class RecoveryCode(Base):
    """A code for when the app is lost. Its first digit says which of the ten it is; it works once."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("account_id", "mark"), CheckConstraint("mark between '0' and '9'", name="mark"))

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    mark: Mapped[str] = mapped_column(String(1))
    code_hash: Mapped[str] = mapped_column(String(200))  # argon2
    used_at: Mapped[datetime | None]
