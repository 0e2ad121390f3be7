"""My sign-in: the credentials and current sign-ins of the visitor's own account."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ekc.core.forms import PlainForm
from ekc.core.language import gettext as _
from ekc.core.language import ngettext
from ekc.core.routes import db, moves, now, runtime
from ekc.signin import queries
from ekc.signin.actions import passwords, sessions
from ekc.signin.forms import ChangePasswordForm, OwnPasswordForm, PhoneForm
from ekc.signin.login import by, own_account, visitor
from ekc.signin.models import Method
from ekc.signin.views.blueprint import bp
from ekc.workflow.duties import Duty
from ekc.workflow.engine import has_duty
from ekc.workflow.vocabulary import N_

METHOD_LABELS = {
    Method.PASSWORD: N_("with a password"),
    Method.CODE: N_("with a password and a code"),
    Method.PASSKEY: N_("with a passkey"),
    Method.PROVIDER: N_("through your organisation"),
    Method.PROVIDER_ALONE: N_("through your organisation"),
    Method.INVITATION: N_("by invitation"),
    Method.DEMO: N_("in the demo"),
}


@bp.get("/account")
@own_account
def account() -> ResponseReturnValue:
    """Show credentials and sign-ins."""
    return account_page()


@bp.post("/account/password")
@own_account
@moves
def change_password() -> ResponseReturnValue:
    """Change the password."""
    form = ChangePasswordForm()
    if form.validate():
        with form.showing_refusal():
            cost = runtime().settings.password_cost
            passwords.change_password(by(), form.password.data, form.new_password.data, cost)
            flash(_("You have a new password. Everywhere else you were signed out."), "success")
            return redirect(url_for("signin.account"), 303)
    return account_page(password=form), form.status


@bp.post("/account/sign-ins/<int:sign_in_id>/end")
@own_account
@moves
def end_sign_in(sign_in_id: int) -> ResponseReturnValue:
    """Sign out on another device."""
    sessions.end_sign_in(by(), sign_in_id)
    flash(_("That device is signed out."), "success")
    return redirect(url_for("signin.account"), 303)


@bp.post("/account/sign-ins/end-others")
@own_account
@moves
def end_other_sign_ins() -> ResponseReturnValue:
    """Sign out on all other devices."""
    count = sessions.end_other_sign_ins(by())
    flash(ngettext("%(num)d other device is signed out.", "%(num)d other devices are signed out.", count), "success")
    return redirect(url_for("signin.account"), 303)


def phone_form() -> PhoneForm:
    """The phone number as it is."""
    return PhoneForm(formdata=None, phone=queries.own_sign_in(db(), visitor().account_id or 0).phone)


def account_page(**sent: PlainForm) -> str:
    """Render the page; `sent` is the submitted form, with errors."""
    account_id = visitor().account_id or 0
    names = runtime().settings.provider_names
    own = queries.own_sign_in(db(), account_id)
    forms = {
        "phone": PhoneForm(formdata=None, phone=own.phone),
        "password": ChangePasswordForm(formdata=None),
        "codes": OwnPasswordForm(formdata=None, prefix="codes-"),
        "off": OwnPasswordForm(formdata=None, prefix="off-"),
        **sent,
    }
    return render_template(
        "signin/account.html",
        own=own,
        passkeys=len(queries.passkeys_of(db(), account_id)),
        providers=[names.get(row.issuer, row.issuer) for row in queries.identities_of(db(), account_id)],
        sign_ins=queries.sign_ins_of(db(), now(), account_id),
        here=visitor().sign_in_id,
        how=METHOD_LABELS,
        now=now(),
        forms=forms,
        sent=next(iter(sent.values()), None),
        required=runtime().settings.second_factor_required,
        keeps_calendar=has_duty(Duty.CALENDAR, visitor().roles),
    )
