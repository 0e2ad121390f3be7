"""Tables of sign-ins (our sessions), and of the browsers that an account is known by."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ekc.core.db import Base, code


class Method(StrEnum):
    """How somebody signed in."""

    PASSWORD = "password"  # noqa: S105 - a word, not a secret
    CODE = "code"  # a password, and a one-time or recovery code
    PASSKEY = "passkey"
    PROVIDER = "provider"  # single sign-on that proves two things
    PROVIDER_ALONE = "provider_alone"  # single sign-on that counts as a password does
    INVITATION = "invitation"
    LINK = "link"
    DEMO = "demo"


#: Methods that prove one factor; with a second factor set up, they are not enough.
SINGLE_FACTOR = frozenset({Method.PASSWORD, Method.INVITATION, Method.PROVIDER_ALONE})


class SignIn(Base):
    """Somebody who is or was signed in on one device: staff by account, a participant by personal link.

    The cookie names this row, so whatever ends it here ends it in the browser too, at the next request.
    """

    __tablename__ = "sign_in"
    __table_args__ = (CheckConstraint("(account_id is null) <> (link_id is null)", name="one_owner"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    link_id: Mapped[int | None] = mapped_column(ForeignKey("personal_link.id"), index=True)
    link_device_id: Mapped[int | None] = mapped_column(ForeignKey("link_device.id"), index=True)
    shared: Mapped[bool] = mapped_column(default=False)  # others use this device too: the page goes away by itself
    method: Mapped[Method] = mapped_column(code(Method))
    device: Mapped[str] = mapped_column(String(80), default="")  # browser and system, in words
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]  # last used, exact to a minute
    idle_minutes: Mapped[int]  # without use for this long, it ends
    ends_at: Mapped[datetime]  # however much it is used
    ended_at: Mapped[datetime | None]  # by somebody


class KnownDevice(Base):
    """A browser that has signed in to an account. It opens nothing: only its wrong tries are counted apart."""

    __tablename__ = "known_device"
    __table_args__ = (UniqueConstraint("account_id", "token_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32))  # SHA-256 of what its cookie holds
    seen_at: Mapped[datetime]
