"""Reading the credentials of an account: password, passkeys, identities of OpenID Connect providers."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from ekc.people.models import Account, Identity, Passkey, SignIn


@dataclass(frozen=True, slots=True)
class PasskeyRow:
    """A passkey as its owner sees it."""

    id: int
    name: str
    made_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class IdentityRow:
    """A provider that knows the owner of an account. `subject` is its own word for them, and no name."""

    id: int
    issuer: str
    subject: str
    tied_at: datetime
    used_at: datetime


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


def passkeys_of(session: Session, account_id: int) -> list[PasskeyRow]:
    """The passkeys of an account, the newest first."""
    found = select(Passkey.id, Passkey.name, Passkey.made_at, Passkey.used_at).where(Passkey.account_id == account_id)
    return [PasskeyRow(*row) for row in session.execute(found.order_by(Passkey.id.desc()))]


def has_passkey(session: Session, account_id: int) -> bool:
    """Whether the owner of an account has a passkey, which proves two things."""
    return session.scalar(select(Passkey.id).where(Passkey.account_id == account_id).limit(1)) is not None


def passkey_ids_and_handle(session: Session, account_id: int) -> tuple[list[bytes], bytes | None]:
    """The ids of the passkeys of an account, and the handle by which devices know it, if any does yet."""
    found = select(Passkey.credential_id, Passkey.handle).where(Passkey.account_id == account_id)
    rows = session.execute(found.order_by(Passkey.id)).all()
    return [row.credential_id for row in rows], rows[0].handle if rows else None


def identities_of(session: Session, account_id: int) -> list[IdentityRow]:
    """Which providers know the owner of an account."""
    found = select(Identity.id, Identity.issuer, Identity.subject, Identity.tied_at, Identity.used_at)
    return [IdentityRow(*row) for row in session.execute(found.where(Identity.account_id == account_id))]


def credentials_of(session: Session, account_id: int) -> Credentials:
    """The credentials of an account."""

    def number(of: type[Passkey] | type[Identity]) -> int:
        return session.scalars(select(func.count()).select_from(of).where(of.account_id == account_id)).one()

    hashed = session.scalar(select(Account.password_hash).where(Account.id == account_id))
    return Credentials(hashed is not None, number(Passkey), number(Identity))


def was_ever_activated(session: Session, account_id: int) -> bool:
    """Whether the owner of an account has or had a credential: from then on nobody else is given one."""
    signed_in = session.scalars(select(exists().where(SignIn.account_id == account_id))).one()
    return signed_in or credentials_of(session, account_id).count > 0
