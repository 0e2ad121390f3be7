"""Pages of signing in and out, of the language, and of personal links; in the demo, of being one of the cast."""

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from ekc.core.routes import db, limiter, now, public, runtime
from ekc.core.text import LANGUAGES
from ekc.people import actions
from ekc.people.forms import SignInForm
from ekc.people.language import remember_language
from ekc.people.links import token_hash
from ekc.people.login import begin, end, local_path, visitor
from ekc.people.queries import live_link, stamp_of

bp = Blueprint("people", __name__)

_LARGEST_ID = 2**31 - 1
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
        entry = actions.sign_in(db(), now(), form.email.data, form.password.data, cost)
        if entry is not None:
            begin(f"account:{entry.account_id}:{entry.stamp}")
            return redirect(target or url_for("home"), 303)
        form.form_errors.append(_("This mail address and password do not belong together. Look at both and try again."))
    return render_template("people/sign_in.html", form=form, next=target), _REFUSED


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """Sign out; also fine for somebody who is not signed in."""
    end()
    response = redirect(url_for("home"), 303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


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


@bp.get("/l/<token>")
@public
def enter(token: str) -> ResponseReturnValue:
    """A personal link is opened. Nothing happens yet: mail scanners and previews open links as well."""
    if live_link(db(), now(), token_hash=token_hash(token)) is None:
        return render_template("people/link_gone.html"), 404
    return render_template("people/enter.html", token=token)


@bp.post("/l/<token>")
@public
def enter_now(token: str) -> ResponseReturnValue:
    """Sign in as the participant to whom the link belongs."""
    link_id = actions.enter(db(), now(), token)
    if link_id is None:
        return render_template("people/link_gone.html"), 404
    begin(f"link:{link_id}")
    return redirect(url_for("journey.own_page", conference_id=visitor().conference_id), 303)


@bp.post("/demo/be/<int:account_id>")
@public
def be(account_id: int) -> ResponseReturnValue:
    """In the demo: be one of the cast who has an account."""
    stamp = stamp_of(db(), account_id) if _of_the_cast(account_id) else None
    if stamp is None:
        abort(404)
    begin(f"account:{account_id}:{stamp}")
    return redirect(url_for("home"), 303)


@bp.post("/demo/be/link/<int:link_id>")
@public
def be_participant(link_id: int) -> ResponseReturnValue:
    """In the demo: be one of the cast who has a personal link."""
    if not _of_the_cast(link_id) or live_link(db(), now(), link_id=link_id) is None:
        abort(404)
    begin(f"link:{link_id}")
    return redirect(url_for("journey.own_page", conference_id=visitor().conference_id), 303)


def _of_the_cast(number: int) -> bool:
    """Whether this is the demo, and the number one that a database can be asked for."""
    return runtime().settings.demo and number <= _LARGEST_ID
