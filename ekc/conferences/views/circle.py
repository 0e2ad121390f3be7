"""The pages of the circle and of a person in it. Adding people: `adding.py`."""

from dataclasses import dataclass
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.actions import circle as circle_actions
from ekc.conferences.actions import heard as heard_actions
from ekc.conferences.document.ecomap import draw, ecomap
from ekc.conferences.document.who_else import WHO_ELSE, WHO_ELSE_PAPER, WhoElse
from ekc.conferences.entries import hidden_fields, is_sealed
from ekc.conferences.forms.adding import AddPersonForm, PasteForm
from ekc.conferences.forms.circle import (
    HeardForm,
    PersonForm,
    RemoveForm,
)
from ekc.conferences.gate import case_route, paper_route
from ekc.conferences.queries import circle as circle_queries
from ekc.conferences.queries.agencies import perhaps_professional
from ekc.conferences.queries.circle import PersonRow
from ekc.conferences.queries.concerns import apart, concerns
from ekc.conferences.queries.consents import consents
from ekc.conferences.queries.mails import unreachable
from ekc.conferences.queries.members import members
from ekc.conferences.queries.names import names
from ekc.conferences.views.blueprint import bp
from ekc.core.clock import local_date
from ekc.core.errors import Unknown
from ekc.core.form_numbers import adds
from ekc.core.language import LANGUAGES, language, language_of, ngettext
from ekc.core.language import day as day_in_words
from ekc.core.language import gettext as _
from ekc.core.routes import MAX_ID, db, edits, moves, now
from ekc.directory.models import Listing
from ekc.directory.queries import KnownNames, known_names
from ekc.names import by_surname
from ekc.orders import ordering
from ekc.signin.login import by
from ekc.workflow.birth import Birth, says_child
from ekc.workflow.vocabulary import FAMILY_PARTS, PROFESSIONAL_PARTS, TAKES_PART, Activity, Part

ADDRESS = "/conferences/<int:conference_id>/circle"
_PERSON = f"{ADDRESS}/<int:participant_id>"


@dataclass(frozen=True, slots=True)
class CircleSection:
    """People in one section of the page."""

    title: str
    people: tuple[PersonRow, ...]


@bp.get(ADDRESS)
@case_route(Activity.SEE_REGISTRATION)
def circle(case: Case) -> ResponseReturnValue:
    """Everybody in the circle, by group."""
    return circle_page(case)


@bp.post(f"{ADDRESS}/heard")
@case_route(Activity.CHANGE_CIRCLE)
@adds()  # a call to the contact log; of the rest it replaces nothing that somebody noted
def hear(case: Case) -> ResponseReturnValue:
    """Note what was heard of several people: told, coming, safe."""
    form = HeardForm(circle_queries.circle(db(), case.id))
    if form.validate():
        with form.showing_refusal():
            noted = heard_actions.note_heard(by(), case.id, form.to_heard())
            if noted:
                said = ngettext("It is noted of %(num)d person.", "It is noted of %(num)d people.", noted)
                flash(said, "success")
            else:
                flash(_("Somebody noted this before. What they noted stays."), "warning")
            return redirect(url_for("conferences.circle", conference_id=case.id), 303)
    return circle_page(case, heard=form), form.status


@bp.get(f"{ADDRESS}/who-else.pdf")
@paper_route(WHO_ELSE_PAPER.activity)
def who_else_paper(case: Case) -> ResponseReturnValue:
    """The questions on paper, in the language that is asked for, or that of the family."""
    asked = [WhoElse(language_of(request.args.get("language", ""), case.language, language()), case.number)]
    return ordering.give_paper(WHO_ELSE_PAPER, case, asked)


def circle_page(
    case: Case,
    form: AddPersonForm | None = None,
    heard: HeardForm | None = None,
    paste: PasteForm | None = None,
) -> str:
    """The page; a form that is given was rejected and is shown again."""
    everybody = circle_queries.circle(db(), case.id)
    sides = circle_queries.sides(db(), case.id)
    asked = [row for row in everybody if row.part is not Part.INTERPRETER and not row.excluded]
    not_informed = tuple(row for row in asked if row.informed_on is None)
    today = local_date(now(), case.timezone)
    added = _just_added(everybody)
    drawn = ecomap(language(), case.number, case.title, sides, everybody)
    return render_template(
        "conferences/circle.html",
        case=case,
        groups=groups_of(everybody, sides),
        ecomap=drawn,
        picture=draw(drawn),
        apart=apart(concerns(db(), case.id), everybody) if any(row.concerns for row in everybody) else {},
        everybody=everybody,
        family=sum(row.part in FAMILY_PARTS for row in everybody),
        not_informed=sum(row.attends is None or row.attends in TAKES_PART for row in not_informed),
        undecided=sum(row.attends is None for row in asked),
        takes_part=TAKES_PART,
        interpreter=Part.INTERPRETER,
        form=form or AddPersonForm(sides, organisations(), next_one=added, formdata=None),
        heard=heard or HeardForm(everybody, formdata=None, data={"on": today}),
        phones=circle_queries.phones(db(), case),
        paste=paste or PasteForm(formdata=None),
        adding=form or added or _is_bare(everybody),
        bare=_is_bare(everybody),
        who_else=WHO_ELSE,
        languages_of_paper=tuple(LANGUAGES.items()),
        sent=form or paste or heard,
        may_change=case.may(Activity.CHANGE_CIRCLE),
        may_log=case.may(Activity.LOG_CONTACT),
        no_mail={one.participant_id for one in unreachable(db(), [case.id]).get(case.id, ())},
    )


def _is_bare(everybody: tuple[PersonRow, ...]) -> bool:
    """Whether nobody was asked yet: the main persons alone, and who registered them."""
    return all(row.part in {Part.MAIN_PERSON, Part.REFERRER} for row in everybody)


def _just_added(everybody: tuple[PersonRow, ...]) -> str:
    """Who was added by the request that led here: the form then waits for the next."""
    added = request.args.get("added", type=int)
    return next((row.label for row in everybody if row.id == added), "")


def groups_of(everybody: tuple[PersonRow, ...], sides: tuple[str, ...]) -> list[CircleSection]:
    """The family by side where there are sides; then supporters, professionals, interpreters.

    Empty groups are left out.
    """

    def those(*parts: Part) -> tuple[PersonRow, ...]:
        order = list(Part)
        here = (row for row in everybody if row.part in parts)
        return tuple(sorted(here, key=lambda row: (order.index(row.part), by_surname(row.name))))

    family, supporters = those(*FAMILY_PARTS), those(Part.SUPPORTER)
    groups = [CircleSection(side, tuple(row for row in (*family, *supporters) if row.side == side)) for side in sides]
    placed = {row.id for group in groups for row in group.people}
    groups += [
        CircleSection(_("Family and network"), tuple(row for row in family if row.id not in placed)),
        CircleSection(_("Supporters"), tuple(row for row in supporters if row.id not in placed)),
        CircleSection(_("Professionals"), those(*PROFESSIONAL_PARTS)),
        CircleSection(_("Interpreters"), those(Part.INTERPRETER)),
    ]
    return [group for group in groups if group.people]


@bp.get(_PERSON)
@case_route(Activity.SEE_REGISTRATION)
def person(case: Case, participant_id: int) -> ResponseReturnValue:
    """All that is stored of somebody."""
    return _person_page(case, _person(case, participant_id))


@bp.post(_PERSON)
@case_route(Activity.CHANGE_CIRCLE)
@edits
def change_person(case: Case, participant_id: int) -> ResponseReturnValue:
    """Change the details of somebody."""
    shown = _person(case, participant_id)
    form = _person_form(case, shown, _beside(case, shown), sent=True)
    if form.validate():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _form_now(case, participant_id))
            stopped = circle_actions.change_person(
                by(unchanged), case.id, participant_id, form.to_details(), form.why.data
            )
            if stopped is None:
                flash(_("What you wrote about %(name)s is saved.", name=form.name.data), "success")
            else:
                _say_out(_("%(name)s stays away.", name=form.name.data), stopped)
            following = request.form.get("next", type=int)
            if following:  # Unknown there, if they left the circle meanwhile
                return redirect(
                    url_for("conferences.person", conference_id=case.id, participant_id=min(following, MAX_ID)), 303
                )
            return redirect(
                url_for("conferences.circle", conference_id=case.id, _anchor=f"person-{participant_id}"), 303
            )
    return _person_page(case, shown, form), form.status


@bp.post(f"{_PERSON}/remove")
@case_route(Activity.CHANGE_CIRCLE)
@moves
def remove_person(case: Case, participant_id: int) -> ResponseReturnValue:
    """Remove somebody from the circle."""
    shown = _person(case, participant_id)
    form = RemoveForm()
    if form.validate():
        with form.showing_refusal():
            stopped = circle_actions.remove_person(by(), case.id, participant_id, form.reason.data)
            _say_out(_("%(name)s is out of the circle.", name=shown.name), stopped)
            return redirect(url_for("conferences.circle", conference_id=case.id), 303)
    return _person_page(case, shown, remove=form), form.status


def _say_out(said: str, stopped: int) -> None:
    """Flash that somebody is out, and whether a personal link was revoked."""
    link = _("The personal link has stopped.")
    flash(f"{said} {link}" if stopped else said, "success")


def _person(case: Case, participant_id: int) -> PersonRow:
    found = circle_queries.person(db(), case, participant_id)
    if found is None:
        raise Unknown
    return found


@dataclass(frozen=True, slots=True)
class _Beside:
    """The others of the circle in the order of its page, and who stands before and after somebody; None at its ends."""

    sides: tuple[str, ...]
    others: list[PersonRow]
    before: PersonRow | None
    after: PersonRow | None


def _beside(case: Case, shown: PersonRow) -> _Beside:
    sides = circle_queries.sides(db(), case.id)
    people = [row for group in groups_of(circle_queries.circle(db(), case.id), sides) for row in group.people]
    here = next(place for place, row in enumerate(people) if row.id == shown.id)
    after = people[here + 1] if here + 1 < len(people) else None
    return _Beside(sides, people[:here] + people[here + 1 :], people[here - 1] if here else None, after)


def _form_now(case: Case, participant_id: int) -> PersonForm:
    """The form of somebody as it is now. Raises Unknown."""
    shown = _person(case, participant_id)
    return _person_form(case, shown, _beside(case, shown))


def _person_form(case: Case, shown: PersonRow, beside: _Beside, sent: bool = False) -> PersonForm:
    hidden = hidden_fields(shown.address_secret, case.sees, is_sealed(shown, case.phase))
    today = local_date(now(), case.timezone)
    typed = request.form if sent else None
    return PersonForm(shown, beside.sides, beside.others, hidden, today, organisations(), formdata=typed)


def organisations() -> KnownNames:
    return known_names(db(), Listing.ORGANISATIONS)


def _born(shown: PersonRow, today: date) -> str:
    """When somebody was born, in words: a day, or what is known of it."""
    birth = Birth.of(shown.born, shown.born_until)
    if birth is None:
        return ""
    if birth.is_day:
        return day_in_words(birth.first, weekday=False)
    if birth.year:
        return _("in %(year)s; the day is not known", year=birth.year)
    return _("about %(age)s years old; this is an estimate", age=birth.about(today))


def _person_page(case: Case, shown: PersonRow, form: PersonForm | None = None, remove: RemoveForm | None = None) -> str:
    """The page; a form that is given was rejected and is shown again."""
    no_mail = unreachable(db(), [case.id]).get(case.id, ())
    beside = _beside(case, shown)
    return render_template(
        "conferences/person.html",
        case=case,
        person=shown,
        brought_by=names(db(), case.id).get(shown.brought_by_id or 0, ""),
        born=_born(shown, local_date(now(), case.timezone)),
        form=form or _person_form(case, shown, beside),
        remove_form=remove or RemoveForm(formdata=None),
        sent=form or remove,
        consents=[row for row in consents(db(), case.id) if row.participant_id == shown.id],
        concerns=[row for row in concerns(db(), case.id) if row.participant_id == shown.id],
        no_mail=next((one for one in no_mail if one.participant_id == shown.id), None),
        before=beside.before,
        after=beside.after,
        asks_born=shown.born is None and (shown.part is Part.CHILD or says_child(shown.relation)),
        asks_part=shown.id in perhaps_professional(members(db(), case.id)),
        may_change=case.may(Activity.CHANGE_CIRCLE),
    )
