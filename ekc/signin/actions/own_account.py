"""Changes by owners to their own account: phone and language."""

from sqlalchemy import update

from ekc.accounts.access import By
from ekc.accounts.models import Account
from ekc.accounts.notifications import NUMBER_CHANGED
from ekc.core.errors import Unknown
from ekc.core.transaction import writing


def set_phone(by: By, phone: str) -> None:
    """Set the visitor's phone number, or remove it (empty). The audit does not record the number. Raises Unknown."""
    with writing(by.session):
        account = by.session.get(Account, by.visitor.account_id or 0, with_for_update=True)
        if account is None:
            raise Unknown
        by.check_form()
        before, account.phone = account.phone, phone.strip() or None
        for follows in NUMBER_CHANGED:
            follows(by.session, account, by.at, before)
        by.record("account.changed", account=account.id, fields="phone")


def choose_language(by: By, language: str) -> None:
    """Set the language of the visitor's account. Raises Unknown for visitors without an account."""
    if by.visitor.account_id is None:
        raise Unknown
    with writing(by.session):
        by.session.execute(update(Account).where(Account.id == by.visitor.account_id).values(language=language))
        by.record("account.language", account=by.visitor.account_id, language=language)
