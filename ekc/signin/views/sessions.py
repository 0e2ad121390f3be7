"""Signing in and out, and choosing the language of the pages."""

from flask import abort, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from ekc.core.language import LANGUAGES, ngettext, using
from ekc.core.language import gettext as _
from ekc.core.routes import db, local_path, moves, now, public, runtime
from ekc.signin import queries, totp
from ekc.signin.actions import own_account, passwords, second_factor
from ekc.signin.forms import CodeForm, SignInForm
from ekc.signin.language import chosen_language, remember_language
from ekc.signin.login import (
    after_sign_in,
    authenticated_visitor,
    by,
    complete_sign_in,
    discard_ended_sign_in,
    end_session,
    pending_account,
    request_caller,
    seconds_left,
    start_account_session,
    visitor,
)
from ekc.signin.models import Method
from ekc.signin.views.blueprint import bp
from ekc.signin.views.oidc import PROVIDER_KEY


@bp.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """Show the sign-in page. Signed-in visitors are redirected, unless they have to reauthenticate (`again`)."""
    target = local_path(request.args.get("next"))
    if authenticated_visitor().known and "again" not in request.args:
        return redirect(after_sign_in(target))
    if discard_ended_sign_in():
        flash(_("You were signed out here: much time has passed, or it was done elsewhere. Sign in to go on."))
    return render_template("signin/sign_in.html", form=SignInForm(), next=target)


@bp.post("/sign-in")
@public
@moves
def check_sign_in() -> ResponseReturnValue:
    """Check mail address and password. The error does not say which of them is wrong."""
    target = local_path(request.args.get("next"))
    form = SignInForm()
    if form.validate_on_submit():
        cost = runtime().settings.password_cost
        account_id = passwords.check_password(db(), now(), form.email.data, form.password.data, cost, request_caller())
        if account_id is not None:
            return redirect(complete_sign_in(account_id, Method.PASSWORD, target), 303)
        form.form_errors.append(
            _("This email address and password do not belong together. Look at both and try again.")
        )
    return render_template("signin/sign_in.html", form=form, next=target), 422


@bp.get("/sign-in/code")
@public
def code() -> ResponseReturnValue:
    """Ask for the code, after a correct password."""
    target = local_path(request.args.get("next"))
    if pending_account() is None:
        return redirect(url_for("signin.sign_in", next=target))
    return render_template("signin/code.html", form=CodeForm(formdata=None), next=target)


@bp.post("/sign-in/code")
@public
@moves
def check_code() -> ResponseReturnValue:
    """Check the code. The error does not say why it is refused."""
    target = local_path(request.args.get("next"))
    account_id = pending_account()
    if account_id is None:
        flash(_("That took a while. Type your password again."), "info")
        return redirect(url_for("signin.sign_in", next=target), 303)
    form = CodeForm()
    if form.validate():
        typed, cost = form.one_time_code.data, runtime().settings.password_cost
        if second_factor.check_code(db(), now(), account_id, typed, cost, request_caller()):
            start_account_session(account_id, Method.CODE)
            if not totp.is_totp(typed):
                left = queries.own_sign_in(db(), account_id).codes_left
                with using(chosen_language):  # of the page on which it is read
                    flash(
                        ngettext("You have %(num)d recovery code left.", "You have %(num)d recovery codes left.", left)
                    )
            return redirect(after_sign_in(target), 303)
        form.form_errors.append(_("This code does not let you in. Wait for the next one of the app, and type that."))
    return render_template("signin/code.html", form=form, next=target), 422


@bp.post("/sign-out")
@public
@moves
def sign_out() -> ResponseReturnValue:
    """Sign out; visitors who are not signed in may call it too. After single sign-on, offer the provider's sign-out."""
    key = session.get(PROVIDER_KEY)
    after = "home" if visitor().participant_id is None else "links.signed_out"
    end_session()
    response = redirect(url_for("signin.leave_provider", key=key) if key else url_for(after), 303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@bp.get("/still-here")
@public
def still_here() -> ResponseReturnValue:
    """Somebody is still at the page: in how many seconds the sign-in ends now; 0: it has ended."""
    return {"seconds": seconds_left()}


@bp.get("/language/<language>")
@public
def set_language(language: str) -> ResponseReturnValue:
    """Choose a language and return to the page."""
    if language not in LANGUAGES:
        abort(404)
    if visitor().account_id is not None and visitor().language != language:
        own_account.choose_language(by(), language)
    response = make_response(redirect(local_path(request.args.get("next")) or url_for("home"), 303))
    remember_language(response, language)
    return response


#: The pages whose address holds a secret, by how it begins.
_OF_TOKEN = {"l": "links.enter", "i": "meetings.invited", "invitations": "signin.invitation"}


@bp.get("/<any(l, i, invitations):what>/<token>/language/<language>")
@public
def link_in_language(what: str, token: str, language: str) -> ResponseReturnValue:
    """Choose a language on the page of a personal link or invitation, without copying its token into a query string."""
    if language not in LANGUAGES:
        abort(404)
    response = make_response(redirect(url_for(_OF_TOKEN[what], token=token), 303))
    remember_language(response, language)
    return response
