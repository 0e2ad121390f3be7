"""What an administrator does with the credentials of others: sign-ins, second factor, identity at a provider."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from ekc.accounts.access import Visitor
from ekc.accounts.notifications import notify
from ekc.accounts.queries import lock_account
from ekc.core.audit import record
from ekc.core.errors import Unknown
from ekc.core.transaction import writing
from ekc.signin.actions.second_factor import _lock, delete_second_factor
from ekc.signin.actions.sessions import end_sign_ins
from ekc.signin.models import Identity, KnownDevice, Passkey
from ekc.staff import mails
from ekc.staff.actions.accounts import ensure_administrator


def reset_second_factor(session: Session, visitor: Visitor, at: datetime, account_id: int) -> None:
    """Take second factor and passkeys from an account whose owner lost them; its sign-ins end. Raises Unknown."""
    ensure_administrator(visitor)
    with writing(session):
        _lock(session, account_id)
        delete_second_factor(session, account_id)
        for kept in (KnownDevice, Passkey):
            session.execute(delete(kept).where(kept.account_id == account_id))
        end_sign_ins(session, at, account_id)
        record(session, visitor.actor, at, "account.second_factor_reset", account=account_id)
        notify(session, mails.SECOND_FACTOR_RESET, at, account_id)
        notify(session, mails.SECOND_FACTOR_OF_ANOTHER_RESET, at, account_id, by=visitor)


def forget_identity(session: Session, visitor: Visitor, at: datetime, account_id: int, identity_id: int) -> None:
    """Unlink an identity, which ends the sign-ins of the account. The next time, the mail address decides again."""
    ensure_administrator(visitor)
    with writing(session):
        forgetting = delete(Identity).where(Identity.id == identity_id, Identity.account_id == account_id)
        issuer = session.scalar(forgetting.returning(Identity.issuer))
        if issuer is None:
            raise Unknown
        end_sign_ins(session, at, account_id)
        record(session, visitor.actor, at, "account.identity_forgotten", account=account_id, issuer=issuer)
        notify(session, mails.IDENTITY_FORGOTTEN, at, account_id)


def end_all_sign_ins(session: Session, visitor: Visitor, at: datetime, account_id: int) -> None:
    """End every sign-in of an account, for an administrator."""
    ensure_administrator(visitor)
    with writing(session):
        lock_account(session, account_id)
        ended = end_sign_ins(session, at, account_id)
        record(session, visitor.actor, at, "account.sign_ins_ended", account=account_id, ended=ended)
