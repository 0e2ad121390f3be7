"""A personal link is opened, confirmed on a new device, and used. Looking at these pages changes nothing, ever.

Nothing here names anybody: whoever found the paper learns that it opens a page, and no more. The headers that keep the
address out of caches, indexes and other sites stand in `core/handlers.py`.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from ekc.core.crypto import keyring_of
from ekc.core.errors import Refusal, Unknown
from ekc.core.language import gettext as _
from ekc.core.routes import cookie_name, db, now, public, runtime, set_cookie
from ekc.links import verification
from ekc.links.actions import sign_in_by_link
from ekc.links.forms import EntranceForm, UseForm
from ekc.links.models import PersonalLink
from ekc.links.queries import DeviceRow, device_of, link_of_token
from ekc.links.tokens import TRIES, device_key, read_device_key, read_token
from ekc.links.verification import LinkSignIn
from ekc.signin.login import end_session, in_the_demo, request_caller, request_device, start_link_session, visitor
from ekc.signin.models import Method

bp = Blueprint("links", __name__)


@bp.post("/demo/be/link/<int:link_id>")
@public
def be_participant(link_id: int) -> ResponseReturnValue:
    """In the demo: be one of the cast who has a personal link."""
    if not in_the_demo(link_id):
        abort(404)
    sign_in_id = sign_in_by_link(db(), now(), Method.DEMO, request_device(), link_id)
    if sign_in_id is None:
        abort(404)
    start_link_session(sign_in_id)
    return redirect(url_for("journey.own_page", conference_id=visitor().conference_id), 303)


_LINK = "/l/<token>"
_TELLS_LEFT = 3  # wrong answers; from then on the page says how many more it bears
_LOOK_AGAIN = 5  # seconds between two looks of somebody who waits


def _live(view: Callable[[str], ResponseReturnValue]) -> Callable[[str], ResponseReturnValue]:
    """One page for every link that does not work: forged, unknown, expired, revoked. A POST to one is audited."""

    @wraps(view)
    def guarded(token: str) -> ResponseReturnValue:
        try:
            return view(token)
        except Unknown:
            if request.method == "POST":
                verification.note_dead_link(db(), now(), token)
            return render_template("links/link_gone.html"), 404

    return guarded


@bp.get(_LINK)
@public
@_live
def enter(token: str) -> ResponseReturnValue:
    """A personal link is opened. Nothing happens yet: mail scanners and previews open links as well."""
    known = _own_device(_link(token))
    return render_template("links/enter.html", token=token, known=known is not None and known.opens(now()))


@bp.post(_LINK)
@public
@_live
def enter_now(token: str) -> ResponseReturnValue:
    """On a device that is known, or where one is in by this link: on. On another: to what is asked there."""
    if "forget" in request.form:
        verification.forget_device(db(), now(), token, _named_device(token))
        return _without_cookie(redirect(url_for("links.enter", token=token), 303), token)
    link, who = _link(token), visitor()
    if (who.conference_id, who.participant_id) == (link.conference_id, link.participant_id):  # in already
        return redirect(url_for("journey.own_page", conference_id=who.conference_id), 303)
    entered = verification.verify_by_device(db(), now(), token, _named_device(token), UseForm().is_own())
    if entered is None:
        return redirect(url_for("links.confirm", token=token), 303)
    return _signed_in(token, entered)


@bp.get(f"{_LINK}/code")
@public
@_live
def confirm(token: str) -> ResponseReturnValue:
    """What is asked on a device that is not known yet."""
    return _asked(_link(token), token, EntranceForm())


@bp.post(f"{_LINK}/code")
@public
@_live
def check_confirm(token: str) -> ResponseReturnValue:
    """The code or the answer is given."""
    link, form = _link(token), EntranceForm()
    if form.validate_on_submit():
        cost = runtime().settings.password_cost
        typed, own = form.entrance_code.data, form.is_own()
        entered = verification.verify_by_answer(
            db(), now(), token, typed, own, request_device(), cost, request_caller()
        )
        if entered is not None:
            return _signed_in(token, entered)
        link = _link(token)
        if link.tries < TRIES:
            form.form_errors.append(_("That does not open the page. Look at what you typed, or ask your coordinator."))
    return _asked(link, token, form), 422


def _asked(link: PersonalLink, token: str, form: EntranceForm) -> str:
    form.ask(link.question)
    open_to_all = link.answer_hash is not None and link.tries < TRIES
    return render_template(
        "links/confirm.html",
        token=token,
        form=form,
        asks=open_to_all,
        locked=link.answer_hash is not None and not open_to_all,
        left=TRIES - link.tries if link.tries >= _TELLS_LEFT else None,
        until=link.expires_at,
    )


@bp.post(f"{_LINK}/ask")
@public
@_live
def ask(token: str) -> ResponseReturnValue:
    """Without code or answer: ask the coordinator to approve this device."""
    link = _link(token)
    response = redirect(url_for("links.waiting", token=token), 303)
    asked = _own_device(link)
    if asked is not None and asked.waits(now()):
        return response
    try:
        link_id, device_id = verification.ask_coordinator(db(), now(), token, request_device())
    except Refusal as refusal:
        form = EntranceForm(formdata=None)
        status = form.refuse(refusal)
        return _asked(link, token, form), status
    return _with_cookie(response, token, device_key(keyring_of(db()), link_id, device_id))


@bp.get(f"{_LINK}/waiting")
@public
@_live
def waiting(token: str) -> ResponseReturnValue:
    """The page of who waits for the coordinator; it reloads by itself. Once approved, a button leads on."""
    asked = _own_device(_link(token))
    if asked is None or not (asked.waits(now()) or asked.opens(now())):
        return redirect(url_for("links.confirm", token=token))
    let_in = asked.opens(now())
    response = make_response(
        render_template("links/waiting.html", token=token, number=asked.number, let_in=let_in, form=UseForm())
    )
    if not let_in:
        response.headers["Refresh"] = str(_LOOK_AGAIN)
    return response


@bp.get("/signed-out")
@public
def signed_out() -> ResponseReturnValue:
    """Where a shared device ends up by itself: nobody is signed in on it, and nothing is told."""
    if visitor().leaves_in is not None:
        end_session()
    if visitor().known:
        return redirect(url_for("home"))
    return render_template("links/link_left.html")


def _link(token: str) -> PersonalLink:
    found = link_of_token(db(), now(), token)
    if found is None:
        raise Unknown
    return found


def _named_device(token: str) -> int | None:
    """The device that the cookie of this browser names."""
    keyring, key = keyring_of(db()), request.cookies.get(_cookie())
    bound = read_token(keyring, token)
    return read_device_key(keyring, bound.link_id, key) if bound and key else None


def _own_device(link: PersonalLink) -> DeviceRow | None:
    key = request.cookies.get(_cookie())
    return device_of(db(), link.id, read_device_key(keyring_of(db()), link.id, key)) if key else None


def _signed_in(token: str, entered: LinkSignIn) -> ResponseReturnValue:
    """Redirect to their own page; a device that nobody else uses is remembered."""
    start_link_session(entered.sign_in_id)
    response = redirect(url_for("journey.own_page", conference_id=visitor().conference_id), 303)
    if entered.remembered_until is None:
        return _without_cookie(response, token)
    key = device_key(keyring_of(db()), entered.link_id, entered.device_id)
    return _with_cookie(response, token, key, entered.remembered_until)


def _cookie() -> str:
    return cookie_name("link_device", under="/l")


def _with_cookie(response: Response, token: str, key: str, until: datetime | None = None) -> Response:
    """Under the address of the link alone, so that it is sent nowhere else."""
    set_cookie(response, _cookie(), key, expires=until, path=url_for("links.enter", token=token))
    return response


def _without_cookie(response: Response, token: str) -> Response:
    secure, path = runtime().settings.secure_cookies, url_for("links.enter", token=token)
    response.delete_cookie(_cookie(), path=path, secure=secure, httponly=True, samesite="Lax")
    return response
