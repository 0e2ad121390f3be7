"""The phone number of staff, changed by its owner: circles were told to ring it."""

from ekc.accounts.access import By
from ekc.accounts.models import Account
from ekc.conferences.effects import number_changed
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
        number_changed(by.session, account, by.at, before)
        by.record("account.changed", account=account.id, fields="phone")
