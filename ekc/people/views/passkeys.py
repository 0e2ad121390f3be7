"""Passkeys: signing in with one, and the page where their owner adds and removes them.

A browser makes and answers passkeys by script (`static/js/passkeys.js`). The script puts the answer into a form of the
page, so what comes in here is a form as everywhere (ADR 0017).
"""

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.core.errors import Refusal
from ekc.core.language import gettext as _
from ekc.core.routes import db, local_path, now, public, runtime
from ekc.people import actions, queries
from ekc.people.devices import device_of
from ekc.people.forms import NewPasskeyForm, PasskeyForm, SignInForm
from ekc.people.login import go_in, own_account, own_account_at_first, place, whoever
from ekc.people.models import Method
from ekc.people.passkeys import NotTrue, Party, ask_for_new, ask_who, new_handle, party_of, read_answer, read_new
from ekc.people.views import bp
from ekc.people.views.trips import arrive, depart

_ENTERING, _ADDING = "passkey", "new passkey"  # what the session keeps under these names


def _party() -> Party:
    """Us, as a passkey knows us; without a proper address there are no passkeys, and no such pages."""
    party = party_of(runtime().settings.base_url)
    if party is None:
        abort(404)
    return party


@bp.get("/sign-in/passkey")
@public
def ask_for_passkey() -> ResponseReturnValue:
    """What the script tells the browser, so that it asks for a passkey."""
    return jsonify(ask_who(_party(), depart(_ENTERING)))


@bp.post("/sign-in/passkey")
@public
def enter_by_passkey() -> ResponseReturnValue:
    """Let in whoever has a passkey of ours."""
    target = local_path(request.args.get("next"))
    begun, form, party = arrive(_ENTERING), PasskeyForm(), _party()
    if begun and form.validate():
        tried = actions.begin_try(db(), now(), (actions.PASSKEYS, place().network))
        try:
            answer = read_answer(form.credential.data)
            account_id = actions.enter_by_passkey(db(), now(), party, answer, begun[0])
        except NotTrue:
            account_id = None
        if account_id is not None:
            actions.forget_try(db(), tried)
            return redirect(go_in(account_id, Method.PASSKEY, target), 303)
    again = SignInForm(formdata=None)
    again.form_errors.append(
        _("This passkey did not let you in. Try once more, or sign in in another way.")
        if begun
        else _("That took too long. Try once more.")
    )
    return render_template("people/sign_in.html", form=again, next=target), 422


@bp.get("/account/passkeys")
@own_account_at_first
def passkeys() -> ResponseReturnValue:
    """One's own passkeys."""
    return _page(NewPasskeyForm(name=device_of(request.user_agent.string) or _("Passkey")))


@bp.get("/account/passkeys/new")
@own_account_at_first
def ask_for_new_passkey() -> ResponseReturnValue:
    """What the script tells the browser, so that it has a passkey made."""
    who = whoever()
    actions.ensure_signed_in_lately(db(), who, now())  # if not, the script opens the page anew, which says so
    email = queries.own_sign_in(db(), who.account_id or 0).email
    known, handle = queries.known_to_devices(db(), who.account_id or 0)
    handle = handle or new_handle()
    return jsonify(ask_for_new(_party(), depart(_ADDING, handle=handle), handle, email, who.actor.name, known))


@bp.post("/account/passkeys")
@own_account_at_first
def add_passkey() -> ResponseReturnValue:
    """Keep a passkey that the browser had made."""
    form = NewPasskeyForm()
    if form.validate():
        try:
            _keep(form)
        except NotTrue:
            form.form_errors.append(_("The passkey was not made. Try once more."))
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("The passkey is there. From now on you can sign in with it."), "success")
            return redirect(url_for("people.passkeys"), 303)
    return _page(form), 422


def _keep(form: NewPasskeyForm) -> None:
    """Keep the passkey in the form. Raises NotTrue, Refusal."""
    begun = arrive(_ADDING)
    if begun is None:
        raise NotTrue("late")
    once, kept = begun
    new = read_new(_party(), once.token, kept["handle"], form.credential.data)
    actions.add_passkey(db(), whoever(), now(), new, form.name.data, once)


@bp.post("/account/passkeys/<int:passkey_id>/remove")
@own_account
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    """Remove a passkey, such as that of a lost device."""
    actions.remove_passkey(db(), whoever(), now(), passkey_id)
    flash(_("The passkey is removed. Elsewhere you are signed out."), "success")
    return redirect(url_for("people.passkeys"), 303)


def _page(form: NewPasskeyForm) -> str:
    who = whoever()
    return render_template(
        "people/passkeys.html",
        form=form,
        rows=queries.passkeys_of(db(), who.account_id or 0),
        may_change=queries.signed_in_lately(db(), now(), who),
        offered=party_of(runtime().settings.base_url) is not None,
    )
