"""The pages of personal links: making, replacing, handing over and revoking them; devices, and requests that wait.

A token is known only when it is made, so the response to that request shows it. Printing or mailing it from there uses
an encrypted copy in a form field; it is never in a URL or cookie.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import astuple
from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.accounts import queries as people
from ekc.conferences.access import Case
from ekc.conferences.actions import links as links_actions
from ekc.conferences.actions.circle import has_page
from ekc.conferences.entries import MadeLink, NewCode
from ekc.conferences.forms.links import LinkForm
from ekc.conferences.gate import case_route, paper_route
from ekc.conferences.queries import circle as circle_queries
from ekc.conferences.queries.circle import PersonRow
from ekc.conferences.queries.names import names as names_of
from ekc.conferences.views.blueprint import bp
from ekc.core import language as core_language
from ekc.core.clock import local_date
from ekc.core.crypto import Unreadable, keyring_of
from ekc.core.errors import Refusal, Stale, Unknown
from ekc.core.language import gettext as _
from ekc.core.language import translate, using
from ekc.core.routes import db, moves, now, runtime
from ekc.links import mails
from ekc.links.document import SLIP, AskedSlip, Slip, qr_code
from ekc.links.models import PersonalLink
from ekc.links.queries.devices import DeviceRow, devices_of, pending_devices
from ekc.links.queries.links import link_of_token, links_of, links_without_code, undelivered
from ekc.orders import ordering
from ekc.orders.jobs import asked_of
from ekc.signin.login import by
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import N_, PROFESSIONAL_PARTS, Activity

_LINKS = "/conferences/<int:conference_id>/links"
_OF_ONE = f"{_LINKS}/<int:participant_id>"
#: How long the page that shows a link can print and send it.
_SHOWN_FOR = timedelta(hours=1)


@bp.get(_LINKS)
@case_route(Activity.END_LINKS)
def links(case: Case) -> ResponseReturnValue:
    """Who has a valid personal link and until when, and who waits for confirmation."""
    return _list_page(case)


def _list_page(case: Case, wrong: str = "") -> str:
    circle = _can_have_one(case)
    without_code = links_without_code(db(), now(), case.id, case.visitor)
    return render_template(
        "conferences/links.html",
        case=case,
        people=circle,
        wrong=wrong,
        without_code={row.participant_id for row in without_code},
        too_young={row.id for row in circle if row.cannot_read(local_date(now(), case.timezone))},
        **_link_context(case),
    )


def _can_have_one(case: Case) -> list[PersonRow]:
    return [row for row in circle_queries.circle(db(), case.id) if has_page(row.part, row.attends, case.end)]


def _without_link(case: Case) -> list[PersonRow]:
    """Who can have a link and has none, but for children who cannot read yet."""
    at, today = now(), local_date(now(), case.timezone)
    live = {row.participant_id for row in links_of(db(), case.id) if row.is_live(at)}
    return [row for row in _can_have_one(case) if row.id not in live and not row.cannot_read(today)]


def _link_context(case: Case) -> dict[str, object]:
    """The valid link of each person, the devices of each link, and who waits."""
    at = now()
    live = {row.participant_id: row for row in links_of(db(), case.id) if row.is_live(at)}
    devices: dict[int, list[DeviceRow]] = {}
    for one in devices_of(db(), case.id, now()):
        devices.setdefault(one.link_id, []).append(one)
    return {
        "now": at,
        "live": live,
        "devices": devices,
        "undelivered": undelivered(db(), case.id),
        "waiting": pending_devices(db(), case.id, now()),
        "names": names_of(db(), case.id),
    }


@bp.post(_LINKS)
@case_route(Activity.MAKE_LINKS)
@moves
def make_missing_links(case: Case) -> ResponseReturnValue:
    """Make a link and a slip for everybody who has none yet."""
    try:
        made = links_actions.make_missing_links(by(), case.id, runtime().settings.password_cost)
    except Refusal as refusal:
        return _list_page(case, translate(refusal.message, refusal.params)), refusal.status
    return _codes_page(case, made, _sealed(case, made))


@bp.post(f"{_LINKS}/again")
@case_route(Activity.MAKE_LINKS)
@moves
def make_links_again(case: Case) -> ResponseReturnValue:
    """Replace the links of everybody whose slip is not right any more; the response shows their codes, this once."""
    links, cost = request.form.getlist("link", type=int), runtime().settings.password_cost
    try:
        made = links_actions.make_links_again(by(), case.id, links, cost)
    except Stale as stale:
        return _list_page(case, translate(stale.message, stale.params)), stale.status
    return _codes_page(case, made, _sealed(case, made))


@bp.post(f"{_LINKS}/codes")
@case_route(Activity.MAKE_LINKS)
@moves
def make_new_codes(case: Case) -> ResponseReturnValue:
    """Make a code for each link whose code only a former coordinator knew; the response shows them, this once."""
    try:
        made = links_actions.make_new_codes(by(), case.id, runtime().settings.password_cost)
    except Refusal as refusal:
        return _list_page(case, translate(refusal.message, refusal.params)), refusal.status
    return _codes_page(case, made)


def _codes_page(case: Case, made: Sequence[MadeLink | NewCode], shown: str = "") -> str:
    names, phones = names_of(db(), case.id), circle_queries.phones(db(), case)
    rows = [(names[one.participant_id], phones.get(one.participant_id, ""), one.code) for one in made]
    return render_template("conferences/links_shown.html", case=case, rows=rows, shown=shown)


@bp.get(_OF_ONE)
@case_route(Activity.END_LINKS)
def link(case: Case, participant_id: int) -> ResponseReturnValue:
    """The link of somebody: its devices, and making it with other settings."""
    return _link_page(case, _person(case, participant_id), LinkForm())


def _link_page(case: Case, person: PersonRow, form: LinkForm) -> str:
    return render_template("conferences/link.html", case=case, person=person, form=form, **_link_context(case))


@bp.post(_OF_ONE)
@case_route(Activity.MAKE_LINKS)
@moves
def make_link(case: Case, participant_id: int) -> ResponseReturnValue:
    """Make or replace a link; the response shows it, this once."""
    person = _person(case, participant_id)
    form = LinkForm() if "asks" in request.form else None  # the one-click button sends no settings
    if form is not None and not form.validate():
        return _link_page(case, person, form), 422
    replaces = request.form.get("revision", type=int)
    new, cost = form.to_link() if form else None, runtime().settings.password_cost
    try:
        made = links_actions.make_link(by(), case.id, participant_id, new, cost, replaces)
    except Stale as stale:
        return _list_page(case, translate(stale.message, stale.params)), stale.status
    return _shown_page(case, made)


@bp.post(f"{_OF_ONE}/hand-over")
@case_route(Activity.MAKE_LINKS)
@moves
def hand_over(case: Case, participant_id: int) -> ResponseReturnValue:
    """Send the link by mail or text message, or note that it was sent; the page shows the link again."""
    made = next((one for one in _unsealed(case) if one.participant_id == participant_id), None)
    if made is None:
        raise Unknown
    settings, address = runtime().settings, ""
    way, done = ("mail", "mail") if "mail" in request.form else ("message", request.form.get("message", ""))
    if way == "mail" and settings.mail is None:
        raise Refusal(N_("This service sends no email. Give the link on paper or by text message."))
    if done == "text" and settings.texts is None:
        raise Refusal(N_("This service sends no text messages. Send it from your own phone."))
    if done in ("mail", "text"):
        address = _address(made)
    links_actions.hand_over(by(), case.id, [made.token], way, address)
    return _shown_page(case, made, done=done or way)


@bp.post(f"{_LINKS}/slips")
@case_route(SLIP.activity)
@moves
def slips(case: Case) -> ResponseReturnValue:
    """Order the slips of links that were just made."""
    asked = [AskedSlip(_slip(case, one), one.token) for one in _unsealed(case)]
    here, back = (url_for(f"conferences.{name}", conference_id=case.id) for name in ("slips_pdf", "links"))
    return ordering.order(SLIP, case, asked, address=here, back=back)


@bp.get(f"{_LINKS}/slips.pdf")
@paper_route(SLIP.activity)
def slips_pdf(case: Case) -> ResponseReturnValue:
    """The slips, once: links that were replaced meanwhile are not handed out."""
    made = ordering.made(SLIP, case, None)
    if made is None:
        flash(_("These slips are not kept any more. Replace the links, and print them again."), "warning")
        return _back(case)
    links_actions.hand_over(by(), case.id, [asked.token for asked in asked_of(SLIP, made)], "paper")
    return ordering.give(made, "application/pdf", SLIP.filename)


@bp.post(f"{_OF_ONE}/revoke")
@case_route(Activity.END_LINKS)
@moves
def revoke_links(case: Case, participant_id: int) -> ResponseReturnValue:
    """Revoke the links of somebody."""
    links_actions.revoke_links(by(), case.id, participant_id)
    flash(_("The link no longer works."), "success")
    return _back(case)


@bp.post(f"{_LINKS}/requests/<int:device_id>")
@case_route(Activity.MAKE_LINKS)
@moves
def answer_request(case: Case, device_id: int) -> ResponseReturnValue:
    """Confirm the device of somebody who waits, or revoke the link."""
    is_them = "yes" in request.form
    name = links_actions.answer_request(by(), case.id, device_id, is_them)
    if is_them:
        flash(_("%(name)s can come in now.", name=name), "success")
    else:
        flash(_("Nobody was let in, and the link of %(name)s no longer works. Make a new one.", name=name), "warning")
    return _back(case)


@bp.post("/conferences/<int:conference_id>/mine/requests/<int:device_id>")
@case_route(Activity.LET_IN)
@moves
def answer_in_room(case: Case, device_id: int) -> ResponseReturnValue:
    """In private time: let in the device of somebody who waits, or refuse it."""
    is_them = "yes" in request.form
    try:
        name = links_actions.answer_in_room(by(), case.id, device_id, is_them)
    except Refusal as refusal:
        flash(translate(refusal.message, refusal.params), "warning")
    else:
        flash(_("%(name)s can come in now.", name=name) if is_them else _("Nobody was let in."), "success")
    return redirect(url_for("journey.own_page", conference_id=case.id), 303)


@bp.post(f"{_LINKS}/devices/<int:device_id>/end")
@case_route(Activity.END_LINKS)
@moves
def end_device(case: Case, device_id: int) -> ResponseReturnValue:
    """Forget a device."""
    links_actions.end_device(by(), case.id, device_id)
    flash(_("Nobody is signed in on that device any more."), "success")
    return _back(case)


def _back(case: Case) -> ResponseReturnValue:
    return redirect(url_for("conferences.links", conference_id=case.id), 303)


def _person(case: Case, participant_id: int) -> PersonRow:
    found = circle_queries.person(db(), case, participant_id)
    if found is None or not has_page(found.part, found.attends, case.end):
        raise Unknown
    return found


def _shown_page(case: Case, made: MadeLink, done: str = "") -> ResponseReturnValue:
    person, link, address = _person(case, made.participant_id), _link(made), _address(made)
    until = local_date(link.expires_at, case.timezone)
    language = core_language.language_of(person.language, case.language, PROFILES[case.profile].language)
    with using(language):
        message = mails.text_message(address, until)
    return render_template(
        "conferences/link_shown.html",
        case=case,
        person=person,
        made=made,
        address=address,
        question=link.question,
        until=until,
        message=message,
        language=language,
        square=qr_code(address, _("The link as a QR code to scan")),
        shown=_sealed(case, [made]),
        done=done,
        others=_without_link(case),
        asks_lines=person.part in PROFESSIONAL_PARTS and case.may(Activity.ASK_BOTTOM_LINES),
    )


def _slip(case: Case, made: MadeLink) -> Slip:
    person, link = _person(case, made.participant_id), _link(made)
    return Slip(
        name=person.label,
        address=_address(made),
        until=local_date(link.expires_at, case.timezone),
        coordinator=case.visitor.actor.name,
        phone=people.phone_of(db(), case.visitor.account_id),
        contact=runtime().settings.contact,
        language=core_language.language_of(person.language, case.language, PROFILES[case.profile].language),
        asks=link.asks,
    )


def _address(made: MadeLink) -> str:
    return runtime().settings.base_url + url_for("links.enter", token=made.token)


def _link(made: MadeLink) -> PersonalLink:
    found = link_of_token(db(), now(), made.token)
    if found is None:
        raise Stale(N_("This link does not work any more. Make a new one."))
    return found


def _sealed(case: Case, made: Sequence[MadeLink]) -> str:
    """The links that the page shows, encrypted for this case, with the time."""
    content = json.dumps([now().timestamp(), *(astuple(one) for one in made)]).encode()
    return urlsafe_b64encode(keyring_of(db()).seal(content, f"links shown:{case.id}")).decode()


def _unsealed(case: Case) -> list[MadeLink]:
    """The links that the page sent back. Raises Stale where they are too old or invalid."""
    try:
        sealed = urlsafe_b64decode(request.form.get("shown", "").encode())
        at, *made = json.loads(keyring_of(db()).open(sealed, f"links shown:{case.id}"))
    except (ValueError, Unreadable):
        at, made = 0, []
    if now().timestamp() - at > _SHOWN_FOR.total_seconds():
        raise Stale(N_("This link was shown too long ago. Replace it, and hand over the new one."))
    return [MadeLink(*one) for one in made]
