"""The second factor: setting up an authenticator app, recovery codes, and turning it off."""

from typing import Any

import segno
from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from ekc.accounts.access import By
from ekc.core.language import PRODUCT_NAME
from ekc.core.language import gettext as _
from ekc.core.routes import db, local_path, now, runtime
from ekc.signin import queries, totp
from ekc.signin.actions import second_factor as second_factor_actions
from ekc.signin.forms import AuthenticatorForm, OwnPasswordForm
from ekc.signin.login import authenticated_visitor, by, own_account, own_account_enrolling, visitor
from ekc.signin.views.blueprint import bp
from ekc.signin.views.own_account import account_page

_SECRET = "authenticator"  # noqa: S105 - in the cookie: of the app that is being set up
_CODES = "recovery_codes"  # in the cookie: shown on the next page, once, and whether there were others before


@bp.get("/account/second-factor")
@own_account_enrolling
def second_factor() -> ResponseReturnValue:
    """Set up an app: a picture to scan, and the first code."""
    return _setting_up(AuthenticatorForm(formdata=None))


@bp.post("/account/second-factor")
@own_account_enrolling
def add_second_factor() -> ResponseReturnValue:
    """The app works: from now on its codes are asked for."""
    form = AuthenticatorForm()
    if form.validate():
        with form.showing_refusal():
            made = second_factor_actions.add_authenticator(
                By(db(), authenticated_visitor(), now()),
                _secret(),
                form.one_time_code.data,
                form.password.data,
                runtime().settings.password_cost,
            )
            session.pop(_SECRET)
            _keep(_CODES, [made, False])
            return redirect(url_for("signin.recovery_codes", next=local_path(request.args.get("next"))), 303)
    return _setting_up(form), form.status


@bp.post("/account/second-factor/off")
@own_account
def remove_second_factor() -> ResponseReturnValue:
    """Sign in with the password alone again."""
    form = OwnPasswordForm(prefix="off-")
    settings = runtime().settings
    if form.validate():
        with form.showing_refusal():
            second_factor_actions.remove_authenticator(
                by(), form.password.data, settings.password_cost, settings.second_factor_required
            )
            flash(_("Signing in asks for your password alone now."), "success")
            return redirect(url_for("signin.account"), 303)
    return account_page(off=form), form.status


@bp.post("/account/recovery-codes")
@own_account
def renew_recovery_codes() -> ResponseReturnValue:
    """Make ten new recovery codes."""
    form = OwnPasswordForm(prefix="codes-")
    if form.validate():
        with form.showing_refusal():
            cost = runtime().settings.password_cost
            made = second_factor_actions.renew_recovery_codes(by(), form.password.data, cost)
            _keep(_CODES, [made, True])
            return redirect(url_for("signin.recovery_codes"), 303)
    return account_page(codes=form), form.status


@bp.get("/account/recovery-codes")
@own_account
def recovery_codes() -> ResponseReturnValue:
    """The recovery codes that were made just now, this once."""
    kept = _kept(_CODES)
    session.pop(_CODES, None)
    if kept is None:
        return redirect(url_for("signin.account"))
    made, renewed = kept
    return render_template(
        "signin/recovery_codes.html",
        codes=[totp.grouped(code) for code in made],
        own=queries.own_sign_in(db(), visitor().account_id or 0),
        renewed=renewed,
        today=now().date(),
        target=local_path(request.args.get("next")) or url_for("signin.account"),
    )


def _setting_up(form: AuthenticatorForm) -> str:
    secret = _secret()
    own = queries.own_sign_in(db(), authenticated_visitor().account_id or 0)
    address = totp.provisioning_uri(secret, own.email, PRODUCT_NAME)
    return render_template(
        "signin/second_factor.html",
        form=form,
        own=own,
        address=address,
        picture=_picture(address),
        secret=totp.grouped(secret),
        next=local_path(request.args.get("next")),
        required=not visitor().known,
    )


def _picture(address: str) -> str:
    """A QR code as the address of an image; the whole drawing is in it."""
    drawing = segno.make(address, error="m", micro=False)
    return str(drawing.svg_data_uri(omitsize=True, light="white"))


def _secret() -> str:
    """What the app is given: the same until it works, and then never shown again."""
    kept = _kept(_SECRET)
    if kept is None:
        kept = totp.new_secret()
        _keep(_SECRET, kept)
    return str(kept)


def _keep(name: str, what: Any) -> None:
    """Keep something in the cookie, which only we can read, for this sign-in alone."""
    session[name] = [authenticated_visitor().sign_in_id, what]


def _kept(name: str) -> Any:
    """What was kept in the cookie during this sign-in; None if nothing was."""
    whose, what = session.get(name, (None, None))
    return what if whose == authenticated_visitor().sign_in_id else None
