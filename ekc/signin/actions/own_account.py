"""Changes by owners to their own account: the language."""

from sqlalchemy import update

from ekc.accounts.access import By
from ekc.accounts.models import Account
from ekc.core.errors import Unknown
from ekc.core.transaction import writing


def choose_language(by: By, language: str) -> None:
    """Set the language of the visitor's account. Raises Unknown for visitors without an account."""
    if by.visitor.account_id is None:
        raise Unknown
    with writing(by.session):
        by.session.execute(update(Account).where(Account.id == by.visitor.account_id).values(language=language))
        by.record("account.language", account=by.visitor.account_id, language=language)
