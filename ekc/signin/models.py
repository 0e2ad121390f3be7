"""Tables of sign-ins, known devices, second factors, passkeys, identities at providers, invitations and throttling."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ekc.core.crypto import SealedText
from ekc.core.db import Base, enum_column


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
    method: Mapped[Method] = mapped_column(enum_column(Method))
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


class Purpose(StrEnum):
    """What an invitation is for."""

    INVITATION = "invitation"  # an administrator lets somebody in
    FORGOTTEN = "forgotten"  # the owner asked for it, by mail


class Invitation(Base):
    """Lets the owner of one account choose a password, once. Only the hash of its token is kept."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    purpose: Mapped[Purpose] = mapped_column(enum_column(Purpose))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)  # SHA-256
    made_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # None: the owner, or a command
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]  # a password was chosen


class Attempt(Base):
    """An attempt that counts against a limit: a wrong password, a wrong code. Names nobody."""

    __tablename__ = "counted_try"
    __table_args__ = (Index(None, "key", "until"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(32))  # HMAC of what is counted
    until: Mapped[datetime] = mapped_column(index=True)  # so long it counts
