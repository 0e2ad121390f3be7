"""Reading invitations: what one leads to, and which was made last."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ekc.people.access import has_left
from ekc.people.models import Account, Invitation, Purpose, Region


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """A way to choose a password that works, and whose it is."""

    id: int
    purpose: Purpose
    account_id: int
    name: str
    email: str


def live_invitation(
    session: Session, at: datetime, *, token_hash: bytes = b"", invitation_id: int = 0
) -> InvitationRow | None:
    """The invitation with this hashed token or this id, if it still works: neither used, revoked nor expired.

    Nor does it work for an account that is closed, or whose owner has left.
    """
    wanted = Invitation.id == invitation_id if invitation_id else Invitation.token_hash == token_hash
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
        .where(wanted, Invitation.used_at.is_(None), Invitation.revoked_at.is_(None), Invitation.expires_at > at)
        .where(Account.active)
    ).one_or_none()
    if row is None or has_left(row.leaves_on, row.timezone, at):
        return None
    return InvitationRow(row.id, row.purpose, row.account_id, row.name, row.email)
