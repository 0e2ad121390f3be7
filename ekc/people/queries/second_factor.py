"""Reading how the owner of an account signs in: with a password, with a second factor."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ekc.core.errors import Unknown
from ekc.people.models import SINGLE_FACTOR, Account, Authenticator, Method, RecoveryCode


@dataclass(frozen=True, slots=True)
class OwnSignIn:
    """How somebody signs in, as they see it themselves: never a secret."""

    name: str
    email: str
    phone: str | None  # by which the circle reaches them
    has_password: bool
    app_since: datetime | None  # None: no one-time codes are asked for
    codes_left: int  # recovery codes


def has_second_factor(session: Session, account_id: int) -> bool:
    """Whether a password alone is not enough for an account."""
    return session.scalar(select(Authenticator.id).where(Authenticator.account_id == account_id)) is not None


def lacks_second_factor(session: Session, account_id: int, method: Method) -> bool:
    """Whether a sign-in by this method is single-factor, with no second factor set up."""
    return method in SINGLE_FACTOR and not has_second_factor(session, account_id)


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
