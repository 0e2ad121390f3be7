"""One's own phone number, changed on the page of one's own sign-in (`ekc/signin/views/own_account.py`)."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from ekc.core.language import gettext as _
from ekc.core.routes import edits
from ekc.signin.forms import PhoneForm
from ekc.signin.login import by, own_account
from ekc.signin.views.own_account import account_page, phone_form
from ekc.staff.actions import accounts
from ekc.staff.views.blueprint import bp


@bp.post("/account/phone")
@own_account
@edits
def set_phone() -> ResponseReturnValue:
    """Set the phone number that circles see."""
    form = PhoneForm()
    if form.validate():
        with form.showing_refusal():
            accounts.set_phone(by(form.unless_changed(phone_form)), form.phone.data)
            flash(_("Saved."), "success")
            return redirect(url_for("signin.account"), 303)
    return account_page(phone=form), form.status
