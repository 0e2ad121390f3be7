"""Choosing a password by the link of an invitation, and asking for such a link after forgetting it."""

from datetime import datetime
from functools import partial

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from ekc.accounts.queries import offices
from ekc.core.errors import Refusal
from ekc.core.language import gettext as _
from ekc.core.language import translate, using
from ekc.core.routes import Runtime, db, moves, now, public, runtime
from ekc.core.tokens import hash_token
from ekc.signin.actions import invitations, throttle
from ekc.signin.forms import ForgottenForm, NewPasswordForm
from ekc.signin.language import chosen_language
from ekc.signin.login import after_sign_in, end_session, request_caller, start_account_session
from ekc.signin.models import Method
from ekc.signin.queries import InvitationRow, live_invitation
from ekc.signin.views.blueprint import bp

_INVITATION = "invitation_hash"  # session key: the hashed token of the invitation opened in this browser


@bp.get("/invitations/<token>")
@public
def invitation(token: str) -> ResponseReturnValue:
    """The page of an invitation link. A GET changes nothing, because mail scanners and previews open links too."""
    if live_invitation(db(), now(), hash_token(token)) is None:
        return _invitation_gone()
    return render_template("signin/invitation.html", token=token)


@bp.post("/invitations/<token>")
@public
@moves
def open_invitation(token: str) -> ResponseReturnValue:
    """Store the invitation in the session and redirect to an address without the token."""
    if live_invitation(db(), now(), hash_token(token)) is None:
        return _invitation_gone()
    session[_INVITATION] = hash_token(token)
    return redirect(url_for("signin.choose_password"), 303)


@bp.get("/choose-password")
@public
def choose_password() -> ResponseReturnValue:
    """Show the form, and whose account it is for."""
    found = _session_invitation()
    return _page(found, NewPasswordForm(formdata=None)) if found else _invitation_gone()


@bp.post("/choose-password")
@public
@moves
def keep_password() -> ResponseReturnValue:
    """Set the password and use the invitation up.

    The owner of a new account is signed in directly. Others have to sign in, so that their second factor is asked for.
    """
    found = _session_invitation()
    if found is None:
        return _invitation_gone()
    form = NewPasswordForm()
    if not form.validate_on_submit():
        return _page(found, form), 422
    cost = runtime().settings.password_cost
    try:
        chosen = invitations.choose_password(db(), now(), session[_INVITATION], form.new_password.data, cost)
    except Refusal as refusal:
        form.new_password.errors = [*form.new_password.errors, translate(refusal.message, refusal.params)]
        return _page(found, form), 422
    if chosen is None:
        return _invitation_gone()
    if chosen.first:
        start_account_session(chosen.account_id, Method.INVITATION)
        with using(chosen_language):  # of the page on which it is read
            flash(_("You are signed in. From now on you sign in with your email address and this password."))
        return redirect(after_sign_in(None), 303)
    end_session()
    flash(_("Your new password is set. Sign in with it."), "success")
    return redirect(url_for("signin.sign_in"), 303)


@bp.get("/forgotten-password")
@public
def forgotten() -> ResponseReturnValue:
    """Ask for the mail address to which a link for a new password is sent."""
    return render_template("signin/forgotten.html", form=ForgottenForm(formdata=None))


@bp.post("/forgotten-password")
@public
@moves
def ask_new_password() -> ResponseReturnValue:
    """Mail the link if the account exists; the response is the same if it does not."""
    if runtime().settings.mail is None:
        return redirect(url_for("signin.forgotten"), 303)
    form = ForgottenForm()
    if not form.validate_on_submit():
        return render_template("signin/forgotten.html", form=form), 422
    network = (throttle.PASSWORD_RESETS_BY_NETWORK, request_caller().network)
    throttle.begin_attempt(db(), now(), (throttle.PASSWORD_RESETS, form.email.data.strip().lower()), network)
    flash(
        _(
            "If there is an account with this address, an email is on its way to it. The link in it works for one "
            "hour. Does nothing come? Ask your administrator for a new invitation."
        )
    )
    response = redirect(url_for("signin.sign_in"), 303)
    # After the response, so that its time does not reveal whether the account exists.
    response.call_on_close(partial(_send_reset, runtime(), now(), form.email.data))
    return response


def _send_reset(on: Runtime, at: datetime, email: str) -> None:
    """Runs after the request, so it needs a database session of its own."""
    with on.sessions() as session:
        invitations.ask_new_password(session, at, email, on.settings.base_url)


def _session_invitation() -> InvitationRow | None:
    """The invitation opened in this browser; None if it no longer works."""
    return live_invitation(db(), now(), session.get(_INVITATION, b""))


def _invitation_gone() -> ResponseReturnValue:
    return render_template("signin/invitation_gone.html"), 404


def _page(found: InvitationRow, form: NewPasswordForm) -> str:
    form.email.data = found.email
    held = offices(db(), [found.account_id])[found.account_id]
    return render_template("signin/choose_password.html", form=form, found=found, offices=held)
