"""Opening a personal link, and verifying it on a new device. GET requests change nothing.

The pages name nobody, because a stranger may have found the slip. The headers that keep the address out of caches,
search engines and other sites are set in `core/handlers.py`.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from ekc.core.errors import Refusal, Unknown
from ekc.core.language import gettext as _
from ekc.core.language import set_words
from ekc.core.routes import cookie_name, db, moves, now, public, runtime, set_cookie
from ekc.drafts.keeping import sent_before
from ekc.links import verification
from ekc.links.forms import EntranceForm, UseForm
from ekc.links.models import PersonalLink
from ekc.links.queries.approver import approver
from ekc.links.queries.devices import DeviceRow, device_of
from ekc.links.queries.links import link_of_token
from ekc.links.queries.mail_language import mail_language_of_link
from ekc.links.queries.private_time import PrivateTime, family_is_in, private_time
from ekc.links.tokens import MAX_ATTEMPTS, compared_words
from ekc.links.verification import LinkSignIn, NotLetIn
from ekc.signin.language import fall_back_to
from ekc.signin.login import end_session, request_caller, request_device, start_link_session, visitor
from ekc.workflow.wording import wording

bp = Blueprint("links", __name__)
_PATH = "/l/<token>"
_SHOW_REMAINING_AFTER = 3  # wrong answers; from then on the page shows how many attempts are left


def _requires_live_link(view: Callable[[str], ResponseReturnValue]) -> Callable[[str], ResponseReturnValue]:
    """Answer with the same page for each link that does not work: forged, unknown, expired, revoked. Audit POSTs."""

    @wraps(view)
    def guarded(token: str) -> ResponseReturnValue:
        try:
            return view(token)
        except Unknown:
            if request.method == "POST":
                verification.audit_dead_link(db(), now(), token)
            return render_template("links/link_gone.html"), 404

    return guarded


@bp.get(_PATH)
@public
@_requires_live_link
def enter(token: str) -> ResponseReturnValue:
    """The page of a personal link. A GET changes nothing, because mail scanners and previews open links too."""
    known = _cookie_device(_live_link(token))
    return render_template("links/enter.html", token=token, known=known is not None and known.is_trusted(now()))


@bp.post(_PATH)
@public
@_requires_live_link
@moves
def enter_now(token: str) -> ResponseReturnValue:
    """Sign in on a trusted device or go on with the current sign-in; otherwise redirect to the verification."""
    if "forget" in request.form:
        verification.forget_device(db(), now(), token, _device_token())
        return _without_cookie(redirect(url_for("links.enter", token=token), 303), token)
    link, who = _live_link(token), visitor()
    if (who.conference_id, who.participant_id) == (link.conference_id, link.participant_id):  # signed in already
        return redirect(url_for("journey.own_page", conference_id=who.conference_id), 303)
    entered = verification.verify_by_device(db(), now(), token, _device_token(), UseForm().is_own())
    if entered is None:
        return redirect(url_for("links.verify", token=token), 303)
    return _signed_in(token, entered)


@bp.get(f"{_PATH}/code")
@public
@_requires_live_link
def verify(token: str) -> ResponseReturnValue:
    """Ask for the code or answer."""
    return _verification_page(_live_link(token), token, EntranceForm())


@bp.post(f"{_PATH}/code")
@public
@_requires_live_link
@moves
def check_answer(token: str) -> ResponseReturnValue:
    """Check the code or answer."""
    link, form = _live_link(token), EntranceForm()
    form.ask(link.question)
    if form.validate_on_submit():
        cost = runtime().settings.password_cost
        typed, own = form.entrance_code.data, form.is_own()
        try:
            entered = verification.verify_by_answer(
                db(), now(), token, typed, own, request_device(), cost, request_caller(), _device_token()
            )
        except NotLetIn as refusal:
            _private_time(link)
            status = form.refuse(refusal)
            return _verification_page(link, token, form), status
        if entered is not None:
            return _signed_in(token, entered)
        link = _live_link(token)
        if link.tries < MAX_ATTEMPTS:
            form.form_errors.append(_("That does not open the page. Look at what you typed, or ask your coordinator."))
    return _verification_page(link, token, form), 422


def _verification_page(link: PersonalLink, token: str, form: EntranceForm) -> str:
    form.ask(link.question)
    private = _private_time(link)
    from_room = private is not None and not private.knows(_cookie_device(link))
    open_to_all = link.answer_hash is not None and link.tries < MAX_ATTEMPTS
    return render_template(
        "links/verify.html",
        token=token,
        form=form,
        from_room=from_room,
        family_is_in=from_room and family_is_in(db(), link.conference_id, now()),
        asks=open_to_all and not from_room,
        locked=link.answer_hash is not None and not open_to_all,
        left=MAX_ATTEMPTS - link.tries if link.tries >= _SHOW_REMAINING_AFTER else None,
        approver=approver(db(), link.conference_id, now()),
    )


def _private_time(link: PersonalLink) -> PrivateTime | None:
    """The private time that runs; sets the words of its kind of conference for the rest of the request."""
    private = private_time(db(), link)
    if private is not None:
        set_words(wording(private.variant))
    return private


@bp.post(f"{_PATH}/ask")
@public
@_requires_live_link
@moves
def ask(token: str) -> ResponseReturnValue:
    """Ask the coordinator to approve this device, or in private time the family in the room."""
    link = _live_link(token)
    response = redirect(url_for("links.waiting", token=token), 303)
    asked = _cookie_device(link)
    if asked is not None and asked.is_pending(now()):
        return response
    try:
        _device_id, device_token = verification.ask_to_come_in(db(), now(), token, request_device())
    except Refusal as refusal:
        _private_time(link)
        form = EntranceForm(formdata=None)
        status = form.refuse(refusal)
        return _verification_page(link, token, form), status
    return _with_cookie(response, token, device_token)


@bp.get(f"{_PATH}/waiting")
@public
@_requires_live_link
def waiting(token: str) -> ResponseReturnValue:
    """The page while waiting for approval, which looks by itself; once approved, it has a button to sign in."""
    link = _live_link(token)
    asked, private = _cookie_device(link), _private_time(link)
    if asked is None or not (asked.is_pending(now()) or asked.is_trusted(now())):
        return redirect(url_for("links.verify", token=token))
    let_in = asked.is_trusted(now()) and (private is None or private.knows(asked))
    return render_template(
        "links/waiting.html",
        token=token,
        number=asked.number,
        words=compared_words(private.language, asked.number) if private and asked.number else "",
        family_is_in=private is not None and family_is_in(db(), link.conference_id, now()),
        let_in=let_in,
        approver=approver(db(), link.conference_id, now()),
        form=UseForm(),
    )


@bp.get("/signed-out")
@public
def signed_out() -> ResponseReturnValue:
    """The page a shared device goes to when its sign-in times out. It signs out and reveals nothing."""
    if visitor().expires_in is not None:
        end_session()
    if visitor().known:
        return redirect(url_for("home"))
    return render_template("links/link_left.html")


def _live_link(token: str) -> PersonalLink:
    found = link_of_token(db(), now(), token)
    if found is None:
        raise Unknown
    fall_back_to(mail_language_of_link(db(), found.id))
    return found


def _device_token() -> str:
    """The token of the device in this browser's cookie, which is limited to the path of the link; empty: none."""
    return request.cookies.get(_cookie_name(), "")


def _cookie_device(link: PersonalLink) -> DeviceRow | None:
    return device_of(db(), link.id, _device_token())


def _signed_in(token: str, entered: LinkSignIn) -> ResponseReturnValue:
    """Redirect to the participant's page, and mark the device.

    A device that is their own is remembered. On a shared one the mark goes with the browser, and signs nobody in: it
    tells in private time that the device was known before.
    """
    start_link_session(entered.sign_in.token)
    target = sent_before() or url_for("journey.own_page", conference_id=visitor().conference_id)
    response = redirect(target, 303)
    return _with_cookie(response, token, entered.device_token, entered.remembered_until)


def _cookie_name() -> str:
    return cookie_name("link_device", under="/l")


def _with_cookie(response: Response, token: str, device_token: str, until: datetime | None = None) -> Response:
    """Set the device cookie, limited to the path of the link."""
    set_cookie(response, _cookie_name(), device_token, expires=until, path=url_for("links.enter", token=token))
    return response


def _without_cookie(response: Response, token: str) -> Response:
    secure, path = runtime().settings.secure_cookies, url_for("links.enter", token=token)
    response.delete_cookie(_cookie_name(), path=path, secure=secure, httponly=True, samesite="Lax")
    return response
