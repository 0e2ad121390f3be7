"""The page of one account: details, roles, invitation, credentials, last day and closing."""

from functools import partial
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ekc.accounts.queries import regions
from ekc.core.errors import Refusal, Unknown
from ekc.core.form_numbers import adds
from ekc.core.forms import EditingForm, PlainForm, Standing
from ekc.core.language import day
from ekc.core.language import gettext as _
from ekc.core.routes import db, edits, moves, now, runtime
from ekc.directory.models import Listing
from ekc.directory.queries import KnownNames, known_names
from ekc.signin.login import by, office, visitor
from ekc.signin.queries import has_passkey, has_second_factor, identities_of
from ekc.staff import queries
from ekc.staff.actions import accounts, closing, inviting, roles, sign_in
from ekc.staff.forms import DetailsForm, LeavingForm, RoleForm, StayForm
from ekc.staff.views.blueprint import bp
from ekc.workflow.duties import Duty

_PATH = "/accounts/<int:account_id>"
_EDITED = ("details", "leaving", "stay")  # forms that replace what they show


def invited_response(account_id: int, link: str | None) -> ResponseReturnValue:
    """The response after an invitation. A link is only in the body of this response, not in an address or cookie."""
    if link is not None:
        return _page(account_id, link)
    if runtime().settings.mail:
        flash(_("The invitation is sent."), "success")
    return _to_account(account_id)


@bp.get(_PATH)
@office(Duty.ACCOUNTS)
def account(account_id: int) -> ResponseReturnValue:
    """Show the account."""
    return _page(account_id)


@bp.post(_PATH)
@office(Duty.ACCOUNTS)
@edits
def change(account_id: int) -> ResponseReturnValue:
    """Change the details."""
    form = DetailsForm(regions(db()), known_in_forms())
    if not form.validate():
        return _page(account_id, details=form), 422
    return _perform(account_id, _("Saved."), accounts.change_account, form.to_details(), details=form)


@bp.post(f"{_PATH}/roles")
@office(Duty.ACCOUNTS)
@adds()
def give_role(account_id: int) -> ResponseReturnValue:
    """Give a role."""
    form = RoleForm(regions(db()), known_in_forms())
    if not form.validate():
        return _page(account_id, role=form), 422
    return _perform(account_id, _("The role is given."), roles.give_role, form.to_office(), role=form)


@bp.post(f"{_PATH}/roles/<int:role_id>/take")
@office(Duty.ACCOUNTS)
@moves
def take_role(account_id: int, role_id: int) -> ResponseReturnValue:
    """Take a role away."""
    return _perform(account_id, _("The role is taken away."), roles.take_role, role_id)


@bp.post(f"{_PATH}/invitation")
@office(Duty.ACCOUNTS)
@moves
def invite(account_id: int) -> ResponseReturnValue:
    """Send a new invitation."""
    return invited_response(account_id, inviting.invite(by(), account_id, runtime().settings.base_url))


@bp.post(f"{_PATH}/invitation/withdraw")
@office(Duty.ACCOUNTS)
@moves
def withdraw(account_id: int) -> ResponseReturnValue:
    """Revoke the invitation."""
    return _perform(account_id, _("The invitation does not work any more."), inviting.withdraw_invitation)


@bp.post(f"{_PATH}/sign-ins/end")
@office(Duty.ACCOUNTS)
@moves
def end_sign_ins(account_id: int) -> ResponseReturnValue:
    """End all sign-ins of the account."""
    return _perform(account_id, _("Every sign-in of this account has ended."), sign_in.end_all_sign_ins)


@bp.post(f"{_PATH}/second-factor/reset")
@office(Duty.ACCOUNTS)
@moves
def reset_second_factor(account_id: int) -> ResponseReturnValue:
    """Delete second factor and passkeys, for an owner who lost them."""
    return _perform(account_id, _("The second step and the passkeys are gone."), sign_in.reset_second_factor)


@bp.post(f"{_PATH}/identities/<int:identity_id>/unlink")
@office(Duty.ACCOUNTS)
@moves
def unlink(account_id: int, identity_id: int) -> ResponseReturnValue:
    """Unlink an identity at a provider, for example a wrong one or of a former provider."""
    return _perform(
        account_id, _("Unlinked. Every sign-in of this account has ended."), sign_in.forget_identity, identity_id
    )


@bp.post(f"{_PATH}/leaving")
@office(Duty.ACCOUNTS)
@edits
def leaving(account_id: int) -> ResponseReturnValue:
    """Set the last day."""
    form = LeavingForm()
    if not form.validate():
        return _page(account_id, leaving=form), 422
    return _perform(account_id, _("The last day is noted."), closing.set_leaving, form.leaves_on.data, leaving=form)


@bp.post(f"{_PATH}/stay")
@office(Duty.ACCOUNTS)
@moves  # it carries the day that it takes away; without one there is nothing to take away
def stay(account_id: int) -> ResponseReturnValue:
    """Remove the last day."""
    return _perform(account_id, _("Noted: this account stays."), closing.set_leaving, None, stay=StayForm())


@bp.post(f"{_PATH}/close")
@office(Duty.ACCOUNTS)
@moves
def close(account_id: int) -> ResponseReturnValue:
    """Close the account."""
    return _perform(account_id, _("The account is closed."), closing.close_account)


@bp.post(f"{_PATH}/open")
@office(Duty.ACCOUNTS)
@moves
def reopen(account_id: int) -> ResponseReturnValue:
    """Reopen a closed account."""
    link = closing.reopen_account(by(), account_id, runtime().settings.base_url)
    return invited_response(account_id, link)


def _perform(account_id: int, done: str, action: Any, *more: object, **sent: EditingForm) -> ResponseReturnValue:
    """Run an action and redirect to the page with the message `done`; on Refusal, show the page with the reason.

    `sent`: the submitted form by its name on the page; empty if the action has no form with fields.
    """
    filled = sent or {"refused": PlainForm(formdata=None)}
    edited = [
        form.unless_changed(partial(_shown_form, account_id, name)) for name, form in sent.items() if name in _EDITED
    ]
    try:
        action(by(*edited), account_id, *more)
    except Refusal as refusal:
        (form,) = filled.values()
        status = form.refuse(refusal)
        return _page(account_id, **filled), status
    flash(done, "success")
    return _to_account(account_id)


def _to_account(account_id: int) -> ResponseReturnValue:
    return redirect(url_for("staff.account", account_id=account_id), 303)


def _page(account_id: int, link: str | None = None, **filled: PlainForm) -> str:
    """Render the page. `link`: of a new invitation; `filled`: the submitted form, with errors."""
    found = queries.account_page(db(), now(), account_id)
    if found is None:
        raise Unknown
    forms = _forms(found) | filled
    return render_template(
        "staff/account.html",
        account=found,
        own=visitor().account_id == account_id,
        second_step=has_second_factor(db(), account_id) or has_passkey(db(), account_id),
        identities=identities_of(db(), account_id),
        providers=runtime().settings.provider_names,
        forms=forms,
        sent=next(iter(filled.values()), None),
        link=link,
        no_mail=queries.unreachable_accounts(db()).get(account_id),
    )


def known_in_forms() -> dict[str, KnownNames]:
    """The names that the fields of these forms offer."""
    listings = {"municipality": Listing.MUNICIPALITIES, "employer": Listing.ORGANISATIONS}
    return {field: known_names(db(), listing) for field, listing in listings.items()}


def _forms(found: queries.AccountPage) -> dict[str, PlainForm]:
    known = (regions(db()), known_in_forms())
    details = DetailsForm(*known, formdata=None)
    details.show(found)
    stands = {"last": Standing(_("Last day"), day(found.leaves_on), found.leaves_on)} if found.leaves_on else {}
    return {
        "details": details,
        "role": RoleForm(*known, formdata=None),
        "leaving": LeavingForm(formdata=None, leaves_on=found.leaves_on),
        "stay": StayForm(stands, formdata=None),
    }


def _shown_form(account_id: int, name: str) -> EditingForm:
    """A form of the page as it would be shown now. Raises Unknown."""
    found = queries.account_page(db(), now(), account_id)
    if found is None:
        raise Unknown
    form: EditingForm = _forms(found)[name]
    return form
