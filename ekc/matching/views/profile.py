"""The profile of a coordinator, for themselves and the manager of their region; and the list of coordinators."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ekc.accounts.queries import regions
from ekc.conferences.forms.fields import language_name
from ekc.core.errors import Unknown
from ekc.core.form_numbers import adds
from ekc.core.forms import PlainForm
from ekc.core.language import gettext as _
from ekc.core.routes import db, edits, moves, now
from ekc.directory.models import Listing
from ekc.directory.queries import known_names
from ekc.matching.actions import independence
from ekc.matching.actions import profile as actions
from ekc.matching.forms.profile import AbsenceForm, EmployerForm, ProfileForm
from ekc.matching.queries import profile as queries
from ekc.matching.queries.coordinators import coordinators as who_can_be_asked
from ekc.matching.queries.coordinators import labels
from ekc.matching.views.blueprint import bp
from ekc.signin.login import by, office, visitor
from ekc.workflow.duties import Duty
from ekc.workflow.matching import LanguageLevel

_PROFILE = "/coordinators/<int:account_id>"


def languages_in_words(spoken: Mapping[str, LanguageLevel]) -> str:
    """Languages by name, in the reader's language, with how well they are spoken where that is not fluently."""
    named = []
    for code, level in spoken.items():
        name = language_name(code)
        named.append(name if level is LanguageLevel.FLUENT else f"{name} ({_(level.label)})")
    return ", ".join(named)


@bp.get("/coordinators")
@office(Duty.COORDINATORS)
def coordinators() -> ResponseReturnValue:
    """The coordinators of the visitor's regions."""
    rows = queries.colleagues(db(), visitor().regions, now())
    return render_template("matching/coordinators.html", rows=rows)


@bp.get("/my-profile")
@office(Duty.PROFILES)
def own_profile() -> ResponseReturnValue:
    """The visitor's own profile."""
    return _page(visitor().account_id or 0)


@bp.get(_PROFILE)
@office(Duty.PROFILES)
def profile(account_id: int) -> ResponseReturnValue:
    """What a coordinator says of themselves."""
    return _page(account_id)


@bp.post(_PROFILE)
@office(Duty.PROFILES)
@edits
def save_profile(account_id: int) -> ResponseReturnValue:
    """Change it."""
    form = _profile_form(_of(account_id))
    if form.validate():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _filled(_of(account_id)))
            actions.save_profile(by(unchanged), account_id, form.to_profile())
            flash(_("Saved."), "success")
            return _back(account_id)
    return _page(account_id, profile=form), form.status


@bp.post(f"{_PROFILE}/absences")
@office(Duty.PROFILES)
@adds()
def add_absence(account_id: int) -> ResponseReturnValue:
    """Note an absence."""
    form = _absence_form(_of(account_id))
    if form.validate():
        with form.showing_refusal():
            actions.add_absence(by(), account_id, form.to_absence())
            flash(_("Noted. The regional manager sees it where a coordinator is chosen."), "success")
            return _back(account_id)
    return _page(account_id, absence=form), form.status


@bp.post(f"{_PROFILE}/absences/<int:absence_id>/remove")
@office(Duty.PROFILES)
@moves
def remove_absence(account_id: int, absence_id: int) -> ResponseReturnValue:
    """Take an absence away."""
    actions.remove_absence(by(), account_id, absence_id)
    flash(_("The absence is taken away."), "success")
    return _back(account_id)


@bp.post(f"{_PROFILE}/employer")
@office(Duty.PROFILES)
@edits
def employer(account_id: int) -> ResponseReturnValue:
    """Note for whom they also work. Nobody notes that of themselves."""
    page = _of(account_id)
    if page.own:
        raise Unknown
    form = EmployerForm(known_names(db(), Listing.ORGANISATIONS))
    if form.validate():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _employer_form(_of(account_id)))
            independence.set_employer(by(unchanged), account_id, form.works_for.data)
            known = {"employer": form.works_for.data or _("nobody"), "before": page.employer or _("nobody")}
            flash(_("%(name)s: also works for %(employer)s (was: %(before)s)", name=page.name, **known), "success")
            return _back(account_id)
    return _page(account_id, employer=form), form.status


def _back(account_id: int) -> ResponseReturnValue:
    return redirect(url_for("matching.profile", account_id=account_id), 303)


def _of(account_id: int) -> queries.ProfilePage:
    return queries.profile_page(db(), visitor(), account_id, now())


def _profile_form(page: queries.ProfilePage, **more: None) -> ProfileForm:
    others = [row for row in regions(db()) if row.id != page.region_id]
    return ProfileForm(known_names(db(), Listing.MUNICIPALITIES), others, **more)


def _filled(page: queries.ProfilePage) -> ProfileForm:
    form = _profile_form(page, formdata=None)
    form.show(page.profile)
    return form


def _absence_form(page: queries.ProfilePage, **more: None) -> AbsenceForm:
    colleagues = labels(who_can_be_asked(db(), page.region_id))
    return AbsenceForm({id_: name for id_, name in colleagues.items() if id_ != page.account_id}, **more)


def _employer_form(page: queries.ProfilePage) -> EmployerForm:
    return EmployerForm(known_names(db(), Listing.ORGANISATIONS), formdata=None, works_for=page.employer)


def _page(account_id: int, **sent: PlainForm) -> str:
    """The page; `sent` is the form to be looked at again."""
    page = _of(account_id)
    forms: dict[str, PlainForm] = {
        "profile": _filled(page),
        "absence": _absence_form(page, formdata=None),
        "employer": _employer_form(page),
        **sent,
    }
    return render_template("matching/profile.html", page=page, forms=forms, sent=next(iter(sent.values()), None))
