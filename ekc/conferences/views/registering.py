"""Registering a case, and searching for one."""

from datetime import datetime, timedelta

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from ekc.accounts.queries import managers_of, regions
from ekc.conferences.access import open_case
from ekc.conferences.actions import registration
from ekc.conferences.forms.contact import SearchForm
from ekc.conferences.forms.registration import RegisterForm
from ekc.conferences.queries import registration as registration_queries
from ekc.conferences.views.blueprint import bp
from ekc.core.errors import Refusal
from ekc.core.form_numbers import adds, remember, sent_content
from ekc.core.language import gettext
from ekc.core.routes import db, moves, now, only_shows, public, runtime
from ekc.directory.models import Listing
from ekc.directory.queries import known_names
from ekc.drafts.keeping import keeping
from ekc.signin.actions.throttle import Limit, begin_attempt, discard_attempt
from ekc.signin.login import by, office, request_caller, visitor
from ekc.workflow.duties import Duty
from ekc.workflow.vocabulary import Activity

_REGISTERED = "registered"  # in the session: the case number for the page of thanks
_JUST = "just_registered"  # in the session: what was typed, as a digest, which case it made, and when
_AN_HOUR = timedelta(hours=1)


def _by_staff() -> bool:
    return visitor().account_id is not None


def _registered_before(result: str | None) -> ResponseReturnValue:
    """The answer to a registration that was sent twice: the case that the first made."""
    return redirect(_after(int(result)) if result else url_for("conferences.thanks"), 303)


@bp.route("/register", methods=["GET", "POST"])
@public
@keeping
@adds(_registered_before)
def register() -> ResponseReturnValue:
    """Register a case: the public for themselves or for others, staff for somebody on the phone.

    `?follows=`: the number of the closed case on which it follows.
    """
    municipalities = known_names(db(), Listing.MUNICIPALITIES)
    form = RegisterForm({row.id: row.name for row in regions(db())}, runtime().settings.countries, municipalities)
    if _by_staff():
        form.referrer_organisation.offer(known_names(db(), Listing.ORGANISATIONS))
    else:
        del form.registered_on
    status = 200
    if form.validate_on_submit():
        if (before := _just_registered()) is not None:
            number = registration_queries.case_number(db(), before)
            flash(gettext("This was just registered: %(number)s. It is not registered again.", number=number), "info")
            return redirect(_after(before), 303)
        counted = _count()
        try:
            conference_id = registration.register_case(by(), form.to_new_case())
        except Refusal as refusal:
            if counted:
                discard_attempt(db(), counted)  # a refused registration does not count
            status = form.refuse(refusal)
        else:
            remember(str(conference_id))
            session[_JUST] = [sent_content().hex(), conference_id, now().isoformat()]
            return redirect(_after(conference_id), 303)
    elif form.is_submitted():
        status = 422
    else:
        form.follows.data = request.args.get("follows", "")
    return render_template("conferences/register.html", form=form), status


def _just_registered() -> int | None:
    """The case that this browser registered a short while ago with the very same words, on another page of the form."""
    content, conference_id, at = session.get(_JUST, ("", 0, ""))
    if only_shows() or content != sent_content().hex() or now() - datetime.fromisoformat(at) > _AN_HOUR:
        return None
    return int(conference_id)


def _count() -> tuple[int, ...]:
    """Count a registration by the public against the limit. Raises TooMany."""
    an_hour = Limit("registration", runtime().settings.registrations_an_hour, _AN_HOUR)
    return () if _by_staff() or only_shows() else begin_attempt(db(), now(), (an_hour, request_caller().network))


def _after(conference_id: int) -> str:
    """Where to go after registering: to the case if the visitor may see it, else to the page of thanks."""
    session[_REGISTERED] = registration_queries.case_number(db(), conference_id)
    try:
        open_case(by(), conference_id, Activity.SEE_CASE)
    except Refusal:
        return url_for("conferences.thanks")
    return url_for("journey.case", conference_id=conference_id)


@bp.get("/register/thanks")
@public
def thanks() -> ResponseReturnValue:
    """The number of the case just registered in this session, who looks after it, its country's rules, what is next."""
    number = session.get(_REGISTERED)
    registered = registration_queries.registered_as(db(), number) if number else None
    managers = managers_of(db(), registered.region_id) if registered else []
    return render_template("conferences/thanks.html", number=number, registered=registered, managers=managers)


@bp.route("/search", methods=["GET", "POST"])
@office(Duty.CASES)
@moves
def search() -> ResponseReturnValue:
    """Find a case by the name of somebody in it, the beginning of a name, or its number.

    The form is sent by POST, so that no name is in a URL: those are kept by browsers and proxies.
    """
    form = SearchForm()
    asked = form.q.data if form.validate_on_submit() else ""
    found = registration.search_and_record(by(), asked) if asked else ()
    status = 422 if form.errors else 200
    return render_template("conferences/search.html", form=form, asked=asked, found=found), status
