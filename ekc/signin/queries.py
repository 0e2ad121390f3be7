"""Queries on sign-ins, known devices, second factors, passkeys, identities and invitations. Nothing here writes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session

from ekc.accounts.access import Visitor, has_left
from ekc.accounts.models import Account, Region
from ekc.accounts.queries import ACCOUNTS_WITH_ROLES, VISITOR_COLUMNS, visitor_from_rows
from ekc.core.errors import Unknown
from ekc.core.reading import read_rows
from ekc.core.tokens import hash_token
from ekc.signin.models import (
    SINGLE_FACTOR,
    Authenticator,
    Identity,
    Invitation,
    KnownDevice,
    Method,
    Passkey,
    Purpose,
    RecoveryCode,
    SignIn,
)

# sign-ins -------------------------------------------------------------------------------------------------------------

_account, _sign_in = Account.__table__, SignIn.__table__
#: The columns that `is_unexpired` and `CurrentSignIn` need.
SIGN_IN_COLUMNS = (
    _sign_in.c.id.label("sign_in_id"),
    _sign_in.c.method,
    _sign_in.c.began_at,
    _sign_in.c.seen_at,
    _sign_in.c.idle_minutes,
    _sign_in.c.ends_at,
)
#: The conditions for the sign-in with this token (parameter `token_hash`) that was not ended.
NOT_ENDED = (_sign_in.c.token_hash == bindparam("token_hash"), _sign_in.c.ended_at.is_(None))
_ACCOUNT_SIGN_IN = (
    select(*VISITOR_COLUMNS, *SIGN_IN_COLUMNS)
    .select_from(ACCOUNTS_WITH_ROLES.join(_sign_in, _sign_in.c.account_id == _account.c.id))
    .where(*NOT_ENDED, _account.c.active)
)


@dataclass(frozen=True, slots=True)
class CurrentSignIn:
    """A sign-in that has neither ended nor timed out."""

    visitor: Visitor
    method: Method
    began_at: datetime
    seen_at: datetime
    left: timedelta  # until it ends, if it is not used again


@dataclass(frozen=True, slots=True)
class SignInRow:
    """A current sign-in, as shown to the owner of the account."""

    id: int
    method: Method
    device: str
    began_at: datetime
    seen_at: datetime


def account_sign_in(session: Session, at: datetime, token: str) -> CurrentSignIn | None:
    """The sign-in to an account with this token; None if it timed out or was ended. By link: `links.queries`."""
    rows = read_rows(session, _ACCOUNT_SIGN_IN, {"token_hash": hash_token(token)})
    if not rows or not is_unexpired(rows[0], at):
        return None
    found, first = visitor_from_rows(rows, at, rows[0].sign_in_id), rows[0]
    return CurrentSignIn(found, first.method, first.began_at, first.seen_at, time_left(first, at)) if found else None


def is_unexpired(row: Any, at: datetime) -> bool:
    """Whether a sign-in with these columns (`SIGN_IN_COLUMNS`) has not timed out."""
    return bool(at < row.ends_at and at <= row.seen_at + timedelta(minutes=row.idle_minutes))


def time_left(row: Any, at: datetime) -> timedelta:
    """How long a sign-in with these columns lasts that is used now, and not again."""
    left: timedelta = min(timedelta(minutes=row.idle_minutes), row.ends_at - at)
    return left


def sign_ins_of(session: Session, at: datetime, account_id: int) -> list[SignInRow]:
    """The current sign-ins of an account, last used first."""
    found = select(
        SignIn.id, SignIn.method, SignIn.device, SignIn.began_at, SignIn.seen_at, SignIn.idle_minutes, SignIn.ends_at
    ).where(SignIn.account_id == account_id, SignIn.ended_at.is_(None), SignIn.ends_at > at)
    rows = session.execute(found.order_by(SignIn.seen_at.desc(), SignIn.id.desc())).all()
    return [SignInRow(*row[:5]) for row in rows if is_unexpired(row, at)]


def known_device(session: Session, token: str, *, email: str = "", account_id: int = 0) -> int | None:
    """The known device with this token, of an account; None if that browser never signed in to it."""
    whose = Account.id == account_id if account_id else Account.email == email
    found = select(KnownDevice.id).join(Account, Account.id == KnownDevice.account_id)
    return session.scalar(found.where(whose, KnownDevice.token_hash == hash_token(token)))


# second factor --------------------------------------------------------------------------------------------------------


def has_second_factor(session: Session, account_id: int) -> bool:
    """Whether an account has an authenticator app."""
    return session.scalar(select(Authenticator.id).where(Authenticator.account_id == account_id)) is not None


def second_factor_hash(session: Session, account_id: int) -> bytes | None:
    """A hash by which the authenticator app of an account is known again; None if there is none."""
    secret = session.scalar(select(Authenticator.secret).where(Authenticator.account_id == account_id))
    return None if secret is None else hash_token(secret)


def lacks_second_factor(session: Session, account_id: int, method: Method) -> bool:
    """Whether the method is single-factor and no second factor is set up."""
    return method in SINGLE_FACTOR and not has_second_factor(session, account_id)


# passkeys -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PasskeyRow:
    """A passkey as its owner sees it."""

    id: int
    name: str
    made_at: datetime
    used_at: datetime | None


def passkeys_of(session: Session, account_id: int) -> list[PasskeyRow]:
    """The passkeys of an account, newest first."""
    found = select(Passkey.id, Passkey.name, Passkey.made_at, Passkey.used_at).where(Passkey.account_id == account_id)
    return [PasskeyRow(*row) for row in session.execute(found.order_by(Passkey.id.desc()))]


def has_passkey(session: Session, account_id: int) -> bool:
    """Whether an account has a passkey, which counts as two factors."""
    return session.scalar(select(Passkey.id).where(Passkey.account_id == account_id).limit(1)) is not None


def passkey_ids_and_handle(session: Session, account_id: int) -> tuple[list[bytes], bytes | None]:
    """The credential ids of an account's passkeys, and its user handle; None without passkeys."""
    found = select(Passkey.credential_id, Passkey.handle).where(Passkey.account_id == account_id)
    rows = session.execute(found.order_by(Passkey.id)).all()
    return [row.credential_id for row in rows], rows[0].handle if rows else None


# identities at providers ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IdentityRow:
    """A linked identity at a provider. `subject` is the provider's identifier, not a name."""

    id: int
    issuer: str
    subject: str
    tied_at: datetime
    used_at: datetime


def identities_of(session: Session, account_id: int) -> list[IdentityRow]:
    """The linked identities of an account."""
    found = select(Identity.id, Identity.issuer, Identity.subject, Identity.tied_at, Identity.used_at)
    return [IdentityRow(*row) for row in session.execute(found.where(Identity.account_id == account_id))]


# credentials ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Credentials:
    """How many credentials an account has, by kind."""

    password: bool
    passkeys: int
    identities: int

    @property
    def count(self) -> int:
        """All of them."""
        return self.password + self.passkeys + self.identities


@dataclass(frozen=True, slots=True)
class OwnSignIn:
    """How the owner of an account signs in, for their own page. Without secrets."""

    name: str
    email: str
    phone: str | None  # shown to circles
    has_password: bool
    app_since: datetime | None  # None: no authenticator app
    codes_left: int  # unused recovery codes


def credentials_of(session: Session, account_id: int) -> Credentials:
    """Count the credentials of an account."""

    def number(of: type[Passkey] | type[Identity]) -> int:
        return session.scalars(select(func.count()).select_from(of).where(of.account_id == account_id)).one()

    hashed = session.scalar(select(Account.password_hash).where(Account.id == account_id))
    return Credentials(hashed is not None, number(Passkey), number(Identity))


def was_ever_activated(session: Session, account_id: int) -> bool:
    """Whether the owner of an account ever had a credential; after that no administrator sees an invitation link."""
    signed_in = session.scalars(select(exists().where(SignIn.account_id == account_id))).one()
    return signed_in or credentials_of(session, account_id).count > 0


def own_sign_in(session: Session, account_id: int) -> OwnSignIn:
    """How the owner of an account signs in. Raises Unknown."""
    left = select(func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    found = select(
        Account.name,
        Account.email,
        Account.phone,
        Account.password_hash.is_not(None),
        Authenticator.added_at,
        left.scalar_subquery(),
    ).outerjoin(Authenticator, Authenticator.account_id == Account.id)
    row = session.execute(found.where(Account.id == account_id)).one_or_none()
    if row is None:
        raise Unknown
    return OwnSignIn(*row)


# invitations ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An invitation that works, with its account."""

    id: int
    purpose: Purpose
    account_id: int
    name: str
    email: str


def live_invitation(session: Session, at: datetime, token_hash: bytes) -> InvitationRow | None:
    """The invitation with this hashed token; None if it was used, revoked or has expired.

    Also None if the account is closed or its last day has passed.
    """
    row = session.execute(
        select(
            Invitation.id,
            Invitation.purpose,
            Account.id.label("account_id"),
            Account.name,
            Account.email,
            Account.leaves_on,
            Region.timezone,
        )
        .join(Account, Account.id == Invitation.account_id)
        .join(Region, Region.id == Account.region_id)
        .where(
            Invitation.token_hash == token_hash,
            Invitation.used_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > at,
        )
        .where(Account.active)
    ).one_or_none()
    if row is None or has_left(row.leaves_on, row.timezone, at):
        return None
    return InvitationRow(row.id, row.purpose, row.account_id, row.name, row.email)
