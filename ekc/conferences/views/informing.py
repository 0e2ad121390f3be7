"""The page that shows who was told what a conference is, and who was not, and notes it of several people at once."""

from dataclasses import dataclass

from flask import flash, get_template_attribute, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from ekc.accounts import queries as accounts
from ekc.conferences.access import Case
from ekc.conferences.actions import heard
from ekc.conferences.document.leaflet import LEAFLET, Leaflet
from ekc.conferences.forms.informing import InformedForm, still_to_hear
from ekc.conferences.gate import case_route, paper_route
from ekc.conferences.queries import circle as circle_queries
from ekc.conferences.queries.circle import PersonRow
from ekc.conferences.queries.informing import spoken_with, told
from ekc.conferences.views.blueprint import bp
from ekc.conferences.views.circle import ADDRESS
from ekc.core.clock import local_date
from ekc.core.errors import Unknown
from ekc.core.form_numbers import adds
from ekc.core.language import direction, language, language_of, ngettext, using
from ekc.core.language import gettext as _
from ekc.core.routes import db, now, runtime
from ekc.names import by_surname
from ekc.orders import ordering
from ekc.signin.login import by
from ekc.workflow.birth import Birth
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import TAKES_PART, Activity, Attends, Part

_ADDRESS = f"{ADDRESS}/informed"
_WORDS_TO_SAY = ("components/words_to_say.html", "words_to_say")


@bp.get(_ADDRESS)
@case_route(Activity.SEE_REGISTRATION)
def informed(case: Case) -> ResponseReturnValue:
    """Who is still to be told or asked whether it is safe, and who was."""
    return _page(case)


@bp.post(_ADDRESS)
@case_route(Activity.CHANGE_CIRCLE)
@adds()  # worries are added, and of the rest it replaces nothing that somebody noted
def inform(case: Case) -> ResponseReturnValue:
    """Note who was told, who said that it is safe, what worries them, and who could not be reached."""
    form = InformedForm(_asked(case), local_date(now(), case.timezone))
    if form.validate():
        with form.showing_refusal():
            noted = heard.note_heard(by(), case.id, form.to_heard())
            if noted:
                flash(ngettext("It is noted of %(num)d person.", "It is noted of %(num)d people.", noted), "success")
            else:
                flash(_("Somebody noted this before. What they noted stays."), "warning")
            return redirect(url_for("conferences.informed", conference_id=case.id), 303)
    return _page(case, form), form.status


@bp.get(f"{_ADDRESS}.pdf")
@paper_route(LEAFLET.activity)
def leaflets(case: Case) -> ResponseReturnValue:
    """The leaflet of one person, or of each who is still to be told (else of each), in the language of each."""
    people, today = _asked(case), local_date(now(), case.timezone)
    if one := request.args.get("person", type=int):
        chosen = [row for row in people if row.id == one]
    else:
        readers = [row for row in people if not row.cannot_read(today)]
        chosen = [row for row in readers if row.informed_on is None] or readers
    if not chosen:
        raise Unknown
    phone = accounts.phone_of(db(), case.visitor.account_id)
    asked = [
        Leaflet(
            name=row.label,
            coordinator=case.visitor.actor.name,
            phone=phone,
            contact=runtime().settings.contact,
            language=_language_of(case, row),
            to_professional=row.is_professional,
        )
        for row in chosen
    ]
    return ordering.give_paper(LEAFLET, case, asked)


def _asked(case: Case) -> tuple[PersonRow, ...]:
    """Whoever is told personally: nobody who stays away, and no interpreter. Who comes first, then by surname."""
    rows = (one for one in circle_queries.circle(db(), case.id) if one.part is not Part.INTERPRETER)
    parts = list(Part)
    return tuple(
        sorted(
            (one for one in rows if not one.excluded),
            key=lambda one: (one.attends is Attends.NO, parts.index(one.part), by_surname(one.name)),
        )
    )


def _page(case: Case, form: InformedForm | None = None) -> str:
    """The page; a form that is given was rejected and is shown again."""
    people, today = _asked(case), local_date(now(), case.timezone)
    open_ = [one for one in people if one.informed_on is None or one.safety_unasked]
    labels = {one.id: one.label for one in people}
    return render_template(
        "conferences/informed.html",
        case=case,
        open=open_,
        done=[one for one in people if one not in open_],
        told=told(db(), case),
        still_to_hear=still_to_hear,
        through={one.id: labels.get(one.support_id or 0, "") for one in people if _through_somebody(case, one)},
        takes_part=TAKES_PART,
        spoken_with=[labels[one.participant_id] for one in spoken_with(db(), case) if one.participant_id in labels],
        words=_words(case, open_),
        no_leaflet=[
            (one, _language_of(case, one)) for one in open_ if not set(LEAFLET.languages) & set(_wanted(case, one))
        ],
        phones=circle_queries.phones(db(), case),
        form=form or InformedForm(people, today, formdata=None),
        sent=form,
        may_change=case.may(Activity.CHANGE_CIRCLE),
        may_log=case.may(Activity.LOG_CONTACT),
    )


def _through_somebody(case: Case, person: PersonRow) -> bool:
    """Whether they are a child who is asked through their supporter: too young to consent here, or perhaps."""
    birth = Birth.of(person.born, person.born_until)
    if person.part is not Part.CHILD and birth is None:
        return False
    age = birth.youngest(local_date(now(), case.timezone)) if birth else 0
    return age < PROFILES[case.profile].own_consent_from


def _wanted(case: Case, person: PersonRow) -> tuple[str, ...]:
    """The languages that somebody speaks, as far as is known."""
    return (person.language or case.language, *filter(None, [person.second_language]))


def _language_of(case: Case, person: PersonRow) -> str:
    """The language of somebody's leaflet: their own, or else that of the conference or the country."""
    country = PROFILES[case.profile].language
    return language_of(*_wanted(case, person), case.language, country, among=LEAFLET.languages)


@dataclass(frozen=True, slots=True)
class WordsToSay:
    """The words to say, in a language; `own`: whether it is that of the page."""

    code: str
    direction: str
    own: bool
    to_professionals: bool
    text: Markup


def _words(case: Case, people: list[PersonRow]) -> list[WordsToSay]:
    """The words to say in each language that these people speak, that of the page first; last, to professionals."""
    found = []
    for to_professionals in (False, True):
        readers = [one for one in people if one.is_professional is to_professionals]
        if to_professionals and not readers:
            continue
        for code in dict.fromkeys([language(), *(_language_of(case, one) for one in readers)]):
            own = code == language()
            with using(code):
                text = get_template_attribute(*_WORDS_TO_SAY)(to_professionals=to_professionals)
            found.append(WordsToSay(code, direction(code), own, to_professionals, text))
    return found
