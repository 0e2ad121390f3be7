"""What an administrator does with the credentials of others: sign-ins, second factor, identity at a provider."""

from sqlalchemy import delete

from ekc.accounts.access import By
from ekc.accounts.notifications import notify
from ekc.accounts.queries import lock_account
from ekc.core.errors import Unknown
from ekc.core.transaction import writing
from ekc.signin.actions.second_factor import delete_second_factor
from ekc.signin.actions.sessions import end_sign_ins
from ekc.signin.models import Identity, KnownDevice, Passkey
from ekc.staff import mails
from ekc.staff.actions.accounts import ensure_administrator


def reset_second_factor(by: By, account_id: int) -> None:
    """Take second factor and passkeys from an account whose owner lost them; its sign-ins end. Raises Unknown."""
    ensure_administrator(by.visitor)
    with writing(by.session):
        lock_account(by.session, account_id)
        delete_second_factor(by.session, account_id)
        for kept in (KnownDevice, Passkey):
            by.session.execute(delete(kept).where(kept.account_id == account_id))
        end_sign_ins(by.session, by.at, account_id)
        by.record("account.second_factor_reset", account=account_id)
        notify(by.session, mails.SECOND_FACTOR_RESET, by.at, account_id)
        notify(by.session, mails.SECOND_FACTOR_OF_ANOTHER_RESET, by.at, account_id, by=by.visitor)


def forget_identity(by: By, account_id: int, identity_id: int) -> None:
    """Unlink an identity, which ends the sign-ins of the account. The next time, the mail address decides again."""
    ensure_administrator(by.visitor)
    with writing(by.session):
        forgetting = delete(Identity).where(Identity.id == identity_id, Identity.account_id == account_id)
        issuer = by.session.scalar(forgetting.returning(Identity.issuer))
        if issuer is None:
            raise Unknown
        end_sign_ins(by.session, by.at, account_id)
        by.record("account.identity_forgotten", account=account_id, issuer=issuer)
        notify(by.session, mails.IDENTITY_FORGOTTEN, by.at, account_id)


def end_all_sign_ins(by: By, account_id: int) -> None:
    """End every sign-in of an account, for an administrator."""
    ensure_administrator(by.visitor)
    with writing(by.session):
        lock_account(by.session, account_id)
        ended = end_sign_ins(by.session, by.at, account_id)
        by.record("account.sign_ins_ended", account=account_id, ended=ended)
