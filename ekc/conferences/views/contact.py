"""The page of the contact log."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.actions import contact as contact_actions
from ekc.conferences.forms.contact import ContactForm
from ekc.conferences.gate import case_route
from ekc.conferences.queries import contact
from ekc.conferences.queries.circle import circle
from ekc.conferences.views.blueprint import bp
from ekc.core.clock import local_date
from ekc.core.form_numbers import adds
from ekc.core.language import gettext as _
from ekc.core.routes import db, now
from ekc.signin.login import by
from ekc.workflow.vocabulary import Activity, CasePart, Part

_LOG = "/conferences/<int:conference_id>/contact"


@bp.get(_LOG)
@case_route(Activity.LOG_CONTACT)
def contact_log(case: Case) -> ResponseReturnValue:
    """The contact log, newest first; to whoever does not read it the form alone."""
    return _log_page(case)


@bp.post(_LOG)
@case_route(Activity.LOG_CONTACT)
@adds()
def log_contact(case: Case) -> ResponseReturnValue:
    """Add an entry."""
    form = ContactForm(circle(db(), case.id))
    if form.validate():
        with form.showing_refusal():
            contact_actions.log_contact(by(), case.id, form.to_contact())
            flash(_("It is in the log."), "success")
            return redirect(url_for("conferences.contact_log", conference_id=case.id), 303)
    return _log_page(case, form), form.status


def _log_page(case: Case, form: ContactForm | None = None) -> str:
    day = {"on": local_date(now(), case.timezone)}
    people = circle(db(), case.id)
    form = form or ContactForm(people, formdata=None, data=day)
    rows = contact.contact_log(db(), case.id) if case.sees(CasePart.CONTACT_LOG) else ()
    main = sum(one.part is Part.MAIN_PERSON for one in people)
    return render_template("conferences/contact_log.html", case=case, form=form, rows=rows, main_persons=main)
