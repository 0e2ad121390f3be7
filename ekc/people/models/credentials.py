"""Tables of credentials beside the password: passkeys, identities of OpenID Connect providers; and of used nonces."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ekc.core.db import Base


class Passkey(Base):
    """A key on a device of the owner of an account. Only its public half is kept, which opens nothing."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)  # COSE
    handle: Mapped[bytes] = mapped_column(LargeBinary(64))  # random; by it the device knows the account
    sign_count: Mapped[int] = mapped_column(BigInteger)  # 0 for keys that do not count
    name: Mapped[str] = mapped_column(String(80))  # given by the owner
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Identity(Base):
    """The identity of an account's owner at an OpenID Connect provider; once linked, the mail address has no say."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"), UniqueConstraint("account_id", "issuer"))

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    tied_at: Mapped[datetime]
    used_at: Mapped[datetime]


class UsedNonce(Base):
    """A nonce that was used (challenge of a passkey, state of an OpenID Connect sign-in), until it expires."""

    __tablename__ = "spent"

    token: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)  # SHA-256
    until: Mapped[datetime]
