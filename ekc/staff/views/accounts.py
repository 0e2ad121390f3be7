"""The list of accounts, and opening an account."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.accounts.queries import regions
from ekc.core.form_numbers import adds, remember
from ekc.core.routes import db, now, runtime, to_id
from ekc.directory.queries import unconfirmed
from ekc.signin.login import by, office, visitor
from ekc.staff import queries
from ekc.staff.actions import inviting
from ekc.staff.forms import AccountsForm, NewAccountForm
from ekc.staff.views.account import invited_response, known_in_forms
from ekc.staff.views.blueprint import bp
from ekc.workflow.duties import Duty

_FILTERS = ("q", "state")


@bp.get("/accounts")
@office(Duty.ACCOUNTS)
def accounts() -> ResponseReturnValue:
    """List the accounts by name, 50 on each page."""
    form = AccountsForm(request.args)
    right = form.validate()
    wanted = form.to_filter() if right else queries.AccountFilter()
    rows = queries.accounts(db(), now(), wanted, _after(), queries.PAGE_SIZE + 1)
    kept: dict[str, Any] = {name: request.args[name] for name in _FILTERS if request.args.get(name)}
    further = None
    if len(rows) > queries.PAGE_SIZE:
        rows = rows[: queries.PAGE_SIZE]
        further = url_for("staff.accounts", **kept, after=rows[-1].id)
    page = render_template(
        "staff/accounts.html",
        form=form,
        rows=rows,
        further=further,
        narrowed=bool(kept),
        new_names=unconfirmed(db()),
        no_mail=queries.unreachable_accounts(db()),
    )
    return page, 200 if right else 422


@bp.get("/accounts/new")
@office(Duty.ACCOUNTS)
def new_account() -> ResponseReturnValue:
    """Show the form for a new account: with what colleagues of another one share, after that was opened."""
    form = NewAccountForm(regions(db()), known_in_forms(), formdata=None, language=visitor().language)
    like = request.args.get("like", type=to_id)
    if like and (account := queries.account_page(db(), now(), like)):
        form.show_alike(account)
    return _new_page(form)


@bp.post("/accounts/new")
@office(Duty.ACCOUNTS)
@adds()
def open_account() -> ResponseReturnValue:
    """Open the account, and show the invitation."""
    form = NewAccountForm(regions(db()), known_in_forms())
    if form.validate_on_submit():
        with form.showing_refusal():
            account_id, link = inviting.open_by_invitation(by(), form.to_new_account(), runtime().settings.base_url)
            remember(url_for("staff.account", account_id=account_id))
            return invited_response(account_id, link)
    return _new_page(form), form.status


def _new_page(form: NewAccountForm) -> str:
    return render_template("staff/new_account.html", form=form)


def _after() -> int | None:
    """The id of the last account of the previous page; None for the first page or an invalid value."""
    return request.args.get("after", type=to_id)
