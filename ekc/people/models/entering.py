"""Table of who is signed in where."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ekc.core.db import Base, code


class Method(StrEnum):
    """How somebody was let in."""

    PASSWORD = "password"  # noqa: S105 - a word, not a secret
    CODE = "code"  # a password, and a one-time or recovery code
    PASSKEY = "passkey"
    PROVIDER = "provider"  # single sign-on
    INVITATION = "invitation"
    LINK = "link"
    DEMO = "demo"


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
