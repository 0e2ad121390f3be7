"""The contact log, and the personal links by which people come in."""

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ekc.conferences import actions, queries
from ekc.conferences.access import Case
from ekc.conferences.forms.contact import ContactForm, LinkForm
from ekc.conferences.gate import case_route
from ekc.conferences.views.blueprint import bp
from ekc.core.clock import local_date
from ekc.core.errors import Refusal, Unknown
from ekc.core.routes import db, now, runtime
from ekc.workflow.vocabulary import ROLE_OF_PART, Activity

_LOG = "/conferences/<int:conference_id>/contact"
_LINKS = "/conferences/<int:conference_id>/links"
_NEW_LINK = "new_link"  # in the cookie of whoever made it, until it was shown once


@bp.get(_LOG)
@case_route(Activity.LOG_CONTACT)
def contact_log(case: Case) -> ResponseReturnValue:
    """Who was spoken to, newest first."""
    return _log_page(case)


@bp.post(_LOG)
@case_route(Activity.LOG_CONTACT)
def log_contact(case: Case) -> ResponseReturnValue:
    """Add a line."""
    form = ContactForm(queries.circle(db(), case.id))
    if not form.validate():
        return _log_page(case, form), 422
    try:
        actions.log_contact(db(), case.visitor, now(), case.id, form.to_contact())
    except Refusal as refusal:
        status = form.refuse(refusal)
        return _log_page(case, form), status
    flash(_("It is in the log."), "success")
    return redirect(url_for("conferences.contact_log", conference_id=case.id), 303)


def _log_page(case: Case, form: ContactForm | None = None) -> str:
    day = {"on": local_date(now(), case.timezone)}
    form = form or ContactForm(queries.circle(db(), case.id), formdata=None, data=day)
    rows = queries.contact_log(db(), case.id)
    return render_template("conferences/contact_log.html", case=case, form=form, rows=rows)


@bp.get(_LINKS)
@case_route(Activity.MAKE_LINKS)
def links(case: Case) -> ResponseReturnValue:
    """Who can come in by a personal link, and until when. A link that was just made is shown, this once."""
    made = session.pop(_NEW_LINK, None)
    people = queries.circle(db(), case.id)
    until = queries.live_links(db(), case.id, now())
    new = None
    if made and made[0] == case.id:
        address = runtime().settings.base_url + url_for("people.enter", token=made[2])
        new = {"person": next((row for row in people if row.id == made[1]), None), "address": address}
    return render_template(
        "conferences/links.html",
        case=case,
        rows=[(row, until.get(row.id), _form(row.id)) for row in people if _has_page(row)],
        new=new if new and new["person"] else None,
        until=until,
    )


@bp.post(f"{_LINKS}/<int:participant_id>")
@case_route(Activity.MAKE_LINKS)
def make_link(case: Case, participant_id: int) -> ResponseReturnValue:
    """Make a link; it ends the earlier ones of this person."""
    form = LinkForm(prefix=f"link-{participant_id}-")
    if not form.validate():
        raise Unknown  # the list offers nothing wrong
    token = actions.make_link(db(), case.visitor, now(), case.id, participant_id, form.days.data)
    session[_NEW_LINK] = [case.id, participant_id, token]
    return redirect(url_for("conferences.links", conference_id=case.id), 303)


@bp.post(f"{_LINKS}/<int:participant_id>/revoke")
@case_route(Activity.MAKE_LINKS)
def revoke_links(case: Case, participant_id: int) -> ResponseReturnValue:
    """End the links of somebody."""
    actions.revoke_links(db(), case.visitor, now(), case.id, participant_id)
    flash(_("The link no longer works."), "success")
    return redirect(url_for("conferences.links", conference_id=case.id), 303)


def _form(participant_id: int) -> LinkForm:
    return LinkForm(formdata=None, prefix=f"link-{participant_id}-")


def _has_page(row: queries.PersonRow) -> bool:
    return ROLE_OF_PART[row.part] is not None and not row.excluded
