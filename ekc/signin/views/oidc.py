"""Single sign-on by OpenID Connect: redirect to the provider, callback, and signing out there (ADR 0017, 0022)."""

import secrets

from flask import abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from config import Provider
from ekc.core.handlers import is_cross_site
from ekc.core.language import gettext as _
from ekc.core.logs import log_event
from ekc.core.routes import db, local_path, now, public, runtime
from ekc.signin import oidc
from ekc.signin.actions import oidc as oidc_actions
from ekc.signin.actions import throttle
from ekc.signin.login import complete_sign_in, request_caller
from ekc.signin.models import Method
from ekc.signin.oidc import AuthorizationDeniedError, AuthorizationRequest, OIDCError, ProviderUnavailableError
from ekc.signin.passkeys import relying_party
from ekc.signin.views.blueprint import bp
from ekc.signin.views.pending_flow import begin_flow, finish_flow

_FLOW = "provider"
_MAX_TARGET = 500  # characters; the session cookie is limited to 4 KiB
PROVIDER_KEY = "signed in at"  # session key: the provider


@bp.context_processor
def _sign_in_options() -> dict[str, object]:
    """The alternatives to a password on the sign-in page: of the providers, each with whether it is silent."""
    settings = runtime().settings
    at = settings.clock()  # not `now`, which asks the database: error pages are made without it
    providers = [(provider, oidc.is_silent(provider, at)) for provider in settings.providers]
    return {"passkeys_offered": relying_party(settings.base_url) is not None, "providers": providers}


def _provider(key: str) -> Provider:
    found = next((provider for provider in runtime().settings.providers if provider.key == key), None)
    return found or abort(404)


@bp.get("/sign-in/at/<key>")
@public
def to_provider(key: str) -> ResponseReturnValue:
    """Redirect to the provider. A GET, because the Content-Security-Policy forbids forms that lead to other sites.

    A request from another site gets the sign-in page first, because the user did not ask to sign in (ASVS 7.6.2).
    """
    provider, target = _provider(key), local_path(request.args.get("next"))
    if is_cross_site():
        return redirect(url_for("signin.sign_in", next=target))
    nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    kept = target if target and len(target) <= _MAX_TARGET else None
    state = begin_flow(_FLOW, key=key, nonce=nonce, verifier=verifier, next=kept).hex()
    try:
        return redirect(
            oidc.authorization_url(provider, now(), AuthorizationRequest(nonce, verifier, _redirect_uri(key)), state)
        )
    except OIDCError as error:
        return _error_response(provider, error, target)


@bp.get("/sign-in/from/<key>")
@public
def from_provider(key: str) -> ResponseReturnValue:
    """The callback from the provider: sign in the account of the identity."""
    provider, begun, said = _provider(key), finish_flow(_FLOW), request.args
    if no := said.get("error"):
        return _error_response(provider, AuthorizationDeniedError(no), begun[1]["next"] if begun else None)
    if begun is None or begun[1]["key"] != key or said.get("state") != begun[0].value.hex():
        text = _("Signing in was not finished within ten minutes, or it was begun in another window. Begin again.")
        return _error_page(_("That took too long"), text, None), 400
    attempt = throttle.begin_attempt(db(), now(), (throttle.PROVIDERS, request_caller().network))
    nonce, kept = begun
    authorization, target = AuthorizationRequest(kept["nonce"], kept["verifier"], _redirect_uri(key)), kept["next"]
    try:
        identity = oidc.fetch_identity(provider, now(), authorization, said.get("code", ""), said.get("iss"))
    except OIDCError as error:
        return _error_response(provider, error, target)
    account_id = oidc_actions.authenticate_by_oidc(db(), now(), identity, nonce)
    if account_id is None:
        log_event("single sign-on refused", provider=provider.key, why=identity.why_no_email or "no account")
        text = _("Ask your administrator to open one, with your email address at %(name)s.", name=provider.name)
        return _error_page(_("There is no account for you here yet"), text, target), 403
    throttle.discard_attempt(db(), attempt)
    onward = complete_sign_in(account_id, Method.PROVIDER if identity.second_factor else Method.PROVIDER_ALONE, target)
    session[PROVIDER_KEY] = key
    return redirect(onward, 303)


@bp.get("/sign-out/at/<key>")
@public
def leave_provider(key: str) -> ResponseReturnValue:
    """After signing out here: the link for signing out at the provider, if it supports that."""
    provider = _provider(key)
    try:
        address = oidc.end_session_url(provider, now(), runtime().settings.base_url + url_for("home"))
    except OIDCError:
        address = None
    if address is None:
        return redirect(url_for("home"), 303)
    return render_template("signin/signed_out.html", provider=provider, address=address)


def _redirect_uri(key: str) -> str:
    return runtime().settings.base_url + url_for("signin.from_provider", key=key)


def _error_response(provider: Provider, error: OIDCError, target: str | None) -> ResponseReturnValue:
    """The error page, which says what to do; the log gets the code of the error."""
    log_event("single sign-on failed", provider=provider.key, why=str(error))
    if isinstance(error, AuthorizationDeniedError) and error.by_user:
        text = _("Nothing has happened. Begin again, or sign in in another way.")
        return _error_page(_("You did not sign in at %(name)s", name=provider.name), text, target), 403
    if isinstance(error, ProviderUnavailableError):
        text = _("Try again in a minute, or sign in in another way.")
        return _error_page(_("%(name)s cannot be reached now", name=provider.name), text, target), 503
    text = _("Begin again. If it goes wrong once more, tell your administrator.")
    return _error_page(_("Signing in at %(name)s did not work", name=provider.name), text, target), 400


def _error_page(heading: str, text: str, target: str | None) -> str:
    return render_template("signin/not_in.html", heading=heading, text=text, next=target)
