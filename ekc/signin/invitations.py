"""Creating and revoking invitations, in the caller's transaction. The actions: `actions/invitations.py`.

An invitation is a single-use token for one account; only its hash is stored (`core/tokens.py`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from ekc.core.outbox import give_up_unsent
from ekc.core.tokens import hash_token, new_token
from ekc.signin.models import Invitation, Purpose

#: The unique key of the mail with an invitation.
MAIL_KEY = "invitation:{invitation}"
#: How long an invitation works.
INVITATION_LIFETIME = {Purpose.INVITATION: timedelta(days=7), Purpose.FORGOTTEN: timedelta(hours=1)}


def invitation_url(base_url: str, token: str) -> str:
    """The link for choosing a password; its route is in `views/passwords.py`."""
    return f"{base_url}/invitations/{token}"


def new_invitation(
    session: Session, at: datetime, account_id: int, purpose: Purpose, made_by: int | None
) -> tuple[int, str]:
    """Create an invitation; returns its id and its token, which is not stored. Does not commit."""
    token = new_token()
    invitation = Invitation(
        account_id=account_id,
        purpose=purpose,
        token_hash=hash_token(token),
        made_by=made_by,
        made_at=at,
        expires_at=at + INVITATION_LIFETIME[purpose],
    )
    session.add(invitation)
    session.flush()
    return invitation.id, token


def revoke_invitations(session: Session, at: datetime, account_id: int, purpose: Purpose | None = None) -> int:
    """Revoke the unused invitations of an account, or those for one purpose; returns how many. Does not commit."""
    which = [Invitation.account_id == account_id, Invitation.used_at.is_(None), Invitation.revoked_at.is_(None)]
    if purpose is not None:
        which.append(Invitation.purpose == purpose)
    ending = update(Invitation).where(*which).values(revoked_at=at)
    revoked = session.scalars(ending.returning(Invitation.id)).all()
    stop_mails(session, at, revoked)
    return len(revoked)


def stop_mails(session: Session, at: datetime, invitation_ids: Sequence[int]) -> None:
    """Send no mail with these invitations any more. Does not commit."""
    give_up_unsent(session, [MAIL_KEY.format(invitation=one) for one in invitation_ids], at)
