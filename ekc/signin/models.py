"""Tables of sign-ins, known devices, second factors, passkeys, identities at providers, invitations and throttling."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ekc.core.crypto import SealedText
from ekc.core.db import Base, enum_column

# sign-ins -------------------------------------------------------------------------------------------------------------


class Method(StrEnum):
    """The method of a sign-in."""

    PASSWORD = "password"  # noqa: S105 - a word, not a secret
    CODE = "code"  # password with one-time or recovery code
    PASSKEY = "passkey"
    PROVIDER = "provider"  # single sign-on that counts as two factors
    PROVIDER_ALONE = "provider_alone"  # single sign-on that counts as one factor
    INVITATION = "invitation"
    LINK = "link"
    DEMO = "demo"


#: Methods that prove one factor; not enough once a second factor is set up.
SINGLE_FACTOR = frozenset({Method.PASSWORD, Method.INVITATION, Method.PROVIDER_ALONE})


class SignIn(Base):
    """A sign-in on one device, current or ended: of staff by account, of a participant by personal link.

    The session cookie holds a token whose hash is stored here, so ending the row signs the browser out at the next
    request, and a cookie of a row that is gone finds no other one.
    """

    __tablename__ = "sign_in"
    __table_args__ = (CheckConstraint("(account_id is null) <> (link_id is null)", name="one_owner"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)  # SHA-256 of the token in its cookie
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    link_id: Mapped[int | None] = mapped_column(ForeignKey("personal_link.id"), index=True)
    link_device_id: Mapped[int | None] = mapped_column(ForeignKey("link_device.id"), index=True)
    shared: Mapped[bool] = mapped_column(default=False)  # the device is shared: pages leave by themselves
    method: Mapped[Method] = mapped_column(enum_column(Method))
    device: Mapped[str] = mapped_column(String(80), default="")  # from `devices.device_name`
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]  # last used, to the minute; by somebody of a circle also when they last changed something
    idle_minutes: Mapped[int]  # idle timeout
    ends_at: Mapped[datetime]  # absolute timeout
    ended_at: Mapped[datetime | None]  # ended explicitly, before a timeout


class KnownDevice(Base):
    """A browser that has signed in to an account. It grants no access; its failed attempts are throttled separately."""

    __tablename__ = "known_device"
    __table_args__ = (UniqueConstraint("account_id", "token_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32))  # SHA-256 of the token in its cookie
    seen_at: Mapped[datetime]


# second factor --------------------------------------------------------------------------------------------------------


class Authenticator(Base):
    """An authenticator app (TOTP) of an account, by its shared secret. At most one for each account."""

    __tablename__ = "authenticator"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    secret: Mapped[str] = mapped_column(SealedText("authenticator.secret"))  # base32
    added_at: Mapped[datetime]
    last_step: Mapped[int]  # time step of the last used code; codes of it and of earlier steps are refused


class RecoveryCode(Base):
    """A single-use code for when the app is lost. Its first digit (`mark`) identifies it among the ten."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("account_id", "mark"), CheckConstraint("mark between '0' and '9'", name="mark"))

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    mark: Mapped[str] = mapped_column(String(1))
    code_hash: Mapped[str] = mapped_column(String(200))  # argon2
    used_at: Mapped[datetime | None]


# passkeys and identities ----------------------------------------------------------------------------------------------


class Passkey(Base):
    """A WebAuthn credential of an account. Only the public key is stored."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)  # COSE
    handle: Mapped[bytes] = mapped_column(LargeBinary(64))  # random user handle
    sign_count: Mapped[int] = mapped_column(BigInteger)  # 0 for authenticators without a counter
    name: Mapped[str] = mapped_column(String(80))  # given by the owner
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Identity(Base):
    """An account's identity at an OpenID Connect provider; once linked, the mail address is no longer compared."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"), UniqueConstraint("account_id", "issuer"))

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    tied_at: Mapped[datetime]
    used_at: Mapped[datetime]


# invitations ----------------------------------------------------------------------------------------------------------


class Purpose(StrEnum):
    """What an invitation is for."""

    INVITATION = "invitation"  # sent by an administrator
    FORGOTTEN = "forgotten"  # password reset, asked for by the owner


class Invitation(Base):
    """Allows the owner of one account to choose a password, once. Only the hash of its token is stored."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    purpose: Mapped[Purpose] = mapped_column(enum_column(Purpose))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)  # SHA-256
    made_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # None: the owner, or a command
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]  # when a password was chosen


# nonces and throttling ------------------------------------------------------------------------------------------------


class UsedNonce(Base):
    """A used nonce (challenge of a passkey, state of an OpenID Connect sign-in, answer of a calendar), kept until it
    expires.
    """

    __tablename__ = "spent"

    token: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)  # SHA-256
    until: Mapped[datetime]


class Attempt(Base):
    """A failed attempt that counts against a limit, such as a wrong password or code. Names no person."""

    __tablename__ = "counted_try"
    __table_args__ = (Index(None, "key", "until"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(32))  # HMAC of the limit and of whom or what it is for
    until: Mapped[datetime] = mapped_column(index=True)  # counts until then
