"""Signing in and out, and in which language one reads."""

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from ekc.core.routes import db, limiter, now, public, runtime
from ekc.core.text import LANGUAGES
from ekc.people import actions
from ekc.people.forms import SignInForm
from ekc.people.language import remember_language
from ekc.people.login import begin_account, end, local_path, visitor
from ekc.people.models import Method
from ekc.people.views import bp

_LONGEST_ADDRESS = 254
_REFUSED = 422  # the status of a refused sign-in; only these count towards the limits


def _counts(response: Response) -> bool:
    return response.status_code == _REFUSED


def _tried_account() -> str:
    return "account:" + request.form.get("email", "").strip().lower()[:_LONGEST_ADDRESS]


@bp.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """The sign-in page; whoever is signed in goes on."""
    target = local_path(request.args.get("next"))
    if visitor().known:
        return redirect(target or url_for("home"))
    return render_template("people/sign_in.html", form=SignInForm(), next=target)


@bp.post("/sign-in")
@public
@limiter.limit("60/hour", deduct_when=_counts)
@limiter.limit("10/15minutes", key_func=_tried_account, deduct_when=_counts)
def check_sign_in() -> ResponseReturnValue:
    """Let in, or say no in one sentence that does not tell why."""
    target = local_path(request.args.get("next"))
    form = SignInForm()
    if form.validate_on_submit():
        cost = runtime().settings.password_cost
        account_id = actions.check_password(db(), now(), form.email.data, form.password.data, cost)
        if account_id is not None:
            begin_account(account_id, Method.PASSWORD)
            return redirect(target or url_for("home"), 303)
        form.form_errors.append(_("This mail address and password do not belong together. Look at both and try again."))
    return render_template("people/sign_in.html", form=form, next=target), _REFUSED


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """Sign out; also fine for somebody who is not signed in."""
    after = "home" if visitor().participant_id is None else "people.signed_out"
    end()
    return redirect(url_for(after), 303)


@bp.get("/language/<language>")
@public
def set_language(language: str) -> ResponseReturnValue:
    """Read in another language, and go back to where one was."""
    if language not in LANGUAGES:
        abort(404)
    if visitor().account_id is not None and visitor().language != language:
        actions.choose_language(db(), visitor(), now(), language)
    response = make_response(redirect(local_path(request.args.get("next")) or url_for("home"), 303))
    remember_language(response, language)
    return response
