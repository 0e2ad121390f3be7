"""The second factor: setting up an authenticator app, recovery codes, and turning it off."""

from typing import Any

import segno
from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from ekc.accounts.access import By
from ekc.core.language import PRODUCT_NAME
from ekc.core.language import gettext as _
from ekc.core.routes import db, local_path, moves, now, runtime
from ekc.signin import queries, totp
from ekc.signin.actions import second_factor as second_factor_actions
from ekc.signin.forms import AuthenticatorForm, OwnPasswordForm
from ekc.signin.login import authenticated_visitor, by, own_account, own_account_enrolling, visitor
from ekc.signin.views.blueprint import bp
from ekc.signin.views.own_account import account_page

_SECRET_KEY = "authenticator"  # noqa: S105 - session key: the secret of the app that is being set up
_CODES_KEY = "recovery_codes"  # session key: codes to show once, and whether they replace others


@bp.get("/account/second-factor")
@own_account_enrolling
def second_factor() -> ResponseReturnValue:
    """Show the QR code for an authenticator app, and ask for its first code."""
    return _enrolment_page(AuthenticatorForm(formdata=None))


@bp.post("/account/second-factor")
@own_account_enrolling
@moves
def add_second_factor() -> ResponseReturnValue:
    """Turn the second factor on, after a valid code."""
    form = AuthenticatorForm()
    if form.validate():
        with form.showing_refusal():
            made = second_factor_actions.add_authenticator(
                By(db(), authenticated_visitor(), now()),
                _pending_secret(),
                form.one_time_code.data,
                form.password.data,
                runtime().settings.password_cost,
            )
            session.pop(_SECRET_KEY)
            _store(_CODES_KEY, [made, False])
            return redirect(url_for("signin.recovery_codes", next=local_path(request.args.get("next"))), 303)
    return _enrolment_page(form), form.status


@bp.post("/account/second-factor/off")
@own_account
@moves
def remove_second_factor() -> ResponseReturnValue:
    """Turn the second factor off."""
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
@moves
def renew_recovery_codes() -> ResponseReturnValue:
    """Make ten new recovery codes."""
    form = OwnPasswordForm(prefix="codes-")
    if form.validate():
        with form.showing_refusal():
            cost = runtime().settings.password_cost
            made = second_factor_actions.renew_recovery_codes(by(), form.password.data, cost)
            _store(_CODES_KEY, [made, True])
            return redirect(url_for("signin.recovery_codes"), 303)
    return account_page(codes=form), form.status


@bp.get("/account/recovery-codes")
@own_account
def recovery_codes() -> ResponseReturnValue:
    """Show new recovery codes, once."""
    kept = _stored(_CODES_KEY)
    session.pop(_CODES_KEY, None)
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


def _enrolment_page(form: AuthenticatorForm) -> str:
    secret = _pending_secret()
    own = queries.own_sign_in(db(), authenticated_visitor().account_id or 0)
    address = totp.provisioning_uri(secret, own.email, PRODUCT_NAME)
    return render_template(
        "signin/second_factor.html",
        form=form,
        own=own,
        address=address,
        picture=_qr_code(address),
        secret=totp.grouped(secret),
        next=local_path(request.args.get("next")),
        required=not visitor().known,
    )


def _qr_code(address: str) -> str:
    """A QR code as a `data:` URI."""
    drawing = segno.make(address, error="m", micro=False)
    return str(drawing.svg_data_uri(omitsize=True, light="white"))


def _pending_secret() -> str:
    """The secret of the app being set up: the same until a code is accepted."""
    kept = _stored(_SECRET_KEY)
    if kept is None:
        kept = totp.new_secret()
        _store(_SECRET_KEY, kept)
    return str(kept)


def _store(name: str, what: Any) -> None:
    """Store a value in the encrypted session cookie, for the current sign-in only."""
    session[name] = [authenticated_visitor().sign_in_id, what]


def _stored(name: str) -> Any:
    """The value stored during the current sign-in; None if there is none."""
    whose, what = session.get(name, (None, None))
    return what if whose == authenticated_visitor().sign_in_id else None
