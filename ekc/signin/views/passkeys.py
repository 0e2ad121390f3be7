"""Passkeys: signing in with one, and the page where their owner adds and removes them.

A script (`static/js/passkeys.js`) puts the browser's response into a form of the page, so that posts are ordinary forms
with the usual protection (ADR 0017).
"""

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import fresh_login_required, login_fresh

from ekc.accounts.access import By
from ekc.core.errors import Refusal
from ekc.core.language import gettext as _
from ekc.core.routes import db, local_path, moves, now, public, runtime
from ekc.signin import queries
from ekc.signin.actions import passkeys as passkeys_actions
from ekc.signin.actions import throttle
from ekc.signin.devices import device_name
from ekc.signin.forms import NewPasskeyForm, PasskeyForm, SignInForm
from ekc.signin.login import authenticated_visitor, complete_sign_in, own_account, own_account_enrolling, request_caller
from ekc.signin.models import Method
from ekc.signin.passkeys import (
    InvalidPasskeyError,
    RelyingParty,
    authentication_options,
    new_handle,
    parse_assertion,
    registration_options,
    relying_party,
    verify_registration,
)
from ekc.signin.views.blueprint import bp
from ekc.signin.views.pending_flow import begin_flow, finish_flow

_AUTHENTICATION, _REGISTRATION = "passkey", "new passkey"  # pending flows


def _party() -> RelyingParty:
    """The relying party; aborts with 404 where passkeys are not possible."""
    party = relying_party(runtime().settings.base_url)
    if party is None:
        abort(404)
    return party


@bp.get("/sign-in/passkey")
@public
def ask_for_passkey() -> ResponseReturnValue:
    """Return the options for signing in with a passkey, as JSON for the script."""
    return jsonify(authentication_options(_party(), begin_flow(_AUTHENTICATION)))


@bp.post("/sign-in/passkey")
@public
@moves
def enter_by_passkey() -> ResponseReturnValue:
    """Sign in by a passkey."""
    target = local_path(request.args.get("next"))
    begun, form, party = finish_flow(_AUTHENTICATION), PasskeyForm(), _party()
    if begun and form.validate():
        attempt = throttle.begin_attempt(db(), now(), (throttle.PASSKEYS, request_caller().network))
        try:
            answer = parse_assertion(form.credential.data)
            account_id = passkeys_actions.authenticate_by_passkey(db(), now(), party, answer, begun[0])
        except InvalidPasskeyError:
            account_id = None
        if account_id is not None:
            throttle.discard_attempt(db(), attempt)
            return redirect(complete_sign_in(account_id, Method.PASSKEY, target), 303)
    again = SignInForm(formdata=None)
    again.form_errors.append(
        _("This passkey did not let you in. Try once more, or sign in in another way.")
        if begun
        else _("That took too long. Try once more.")
    )
    return render_template("signin/sign_in.html", form=again, next=target), 422


@bp.get("/account/passkeys")
@own_account_enrolling
def passkeys() -> ResponseReturnValue:
    """List the visitor's passkeys."""
    return _page(NewPasskeyForm(name=device_name(request.user_agent.string) or _("Passkey")))


@bp.get("/account/passkeys/new")
@own_account_enrolling
@fresh_login_required  # type: ignore[untyped-decorator]  # when refused, the script reloads the page, which explains it
def ask_for_new_passkey() -> ResponseReturnValue:
    """Return the options for creating a passkey, as JSON for the script."""
    who = authenticated_visitor()
    email = queries.own_sign_in(db(), who.account_id or 0).email
    known, handle = queries.passkey_ids_and_handle(db(), who.account_id or 0)
    handle = handle or new_handle()
    return jsonify(
        registration_options(_party(), begin_flow(_REGISTRATION, handle=handle), handle, email, who.actor.name, known)
    )


@bp.post("/account/passkeys")
@own_account_enrolling
@moves
def add_passkey() -> ResponseReturnValue:
    """Store a new passkey."""
    form = NewPasskeyForm()
    if form.validate():
        try:
            _register(form)
        except InvalidPasskeyError:
            form.form_errors.append(_("The passkey was not made. Try once more."))
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("The passkey is there. From now on you can sign in with it."), "success")
            return redirect(url_for("signin.passkeys"), 303)
    return _page(form), 422


@fresh_login_required  # type: ignore[untyped-decorator]
def _register(form: NewPasskeyForm) -> None:
    """Verify and store the passkey in the form. Raises InvalidPasskeyError, Refusal."""
    begun = finish_flow(_REGISTRATION)
    if begun is None:
        raise InvalidPasskeyError("late")
    nonce, kept = begun
    new = verify_registration(_party(), nonce.value, kept["handle"], form.credential.data)
    passkeys_actions.add_passkey(By(db(), authenticated_visitor(), now()), new, form.name.data, nonce)


@bp.post("/account/passkeys/<int:passkey_id>/remove")
@own_account
@fresh_login_required  # type: ignore[untyped-decorator]
@moves
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    """Remove a passkey, for example that of a lost device."""
    passkeys_actions.remove_passkey(By(db(), authenticated_visitor(), now()), passkey_id)
    flash(_("The passkey is removed. Elsewhere you are signed out."), "success")
    return redirect(url_for("signin.passkeys"), 303)


def _page(form: NewPasskeyForm) -> str:
    who = authenticated_visitor()
    return render_template(
        "signin/passkeys.html",
        form=form,
        rows=queries.passkeys_of(db(), who.account_id or 0),
        may_change=login_fresh(),
        offered=relying_party(runtime().settings.base_url) is not None,
    )
