"""The ecomap: the picture of the circle, the same as a list in which people are placed, and the paper."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.actions import ecomap as ecomap_actions
from ekc.conferences.document.ecomap import ECOMAP, Ecomap, draw, ecomap, rings_alone
from ekc.conferences.forms.circle import PlaceForm
from ekc.conferences.gate import case_route, paper_route
from ekc.conferences.queries import circle as circle_queries
from ekc.conferences.views.blueprint import bp
from ekc.core.errors import Refusal
from ekc.core.language import gettext as _
from ekc.core.language import language, language_of
from ekc.core.routes import db, moves
from ekc.orders import ordering
from ekc.signin.login import by
from ekc.workflow.vocabulary import N_, Activity, Closeness

_ADDRESS = "/conferences/<int:conference_id>/circle/ecomap"
_OWN = "/conferences/<int:conference_id>/my-circle"


@bp.get(_ADDRESS)
@case_route(ECOMAP.activity)
def ecomap_page(case: Case) -> ResponseReturnValue:
    """The picture, and everybody by ring."""
    shown = _ecomap(case, language())
    return render_template(
        "conferences/ecomap.html",
        case=case,
        ecomap=shown,
        picture=draw(shown),
        closeness=tuple(Closeness),
        may_change=case.may(Activity.CHANGE_CIRCLE),
    )


@bp.post(f"{_ADDRESS}/<int:participant_id>")
@case_route(Activity.CHANGE_CIRCLE)
@moves
def place(case: Case, participant_id: int) -> ResponseReturnValue:
    """Place somebody on a ring."""
    closeness = _closeness()
    name = ecomap_actions.place(by(), case.id, participant_id, closeness)
    flash(_("%(name)s: %(closeness)s.", name=name, closeness=_(closeness.label)), "success")
    return redirect(url_for("conferences.ecomap_page", conference_id=case.id, _anchor=f"person-{participant_id}"), 303)


@bp.get(_OWN)
@case_route(Activity.PLACE_CIRCLE)
def own_circle(case: Case) -> ResponseReturnValue:
    """The rings, for a main person: names, and nothing else of anybody."""
    circle = circle_queries.circle(db(), case.id)
    me = case.visitor.participant_id or 0
    people = circle_queries.placed_by(me, circle)
    shown = rings_alone(language(), case.title, [*(one for one in circle if one.id == me), *people])
    return render_template(
        "conferences/own_circle.html", case=case, ecomap=shown, picture=draw(shown), closeness=tuple(Closeness)
    )


@bp.post(f"{_OWN}/<int:participant_id>")
@case_route(Activity.PLACE_CIRCLE)
@moves
def place_own(case: Case, participant_id: int) -> ResponseReturnValue:
    """A main person places somebody on a ring."""
    closeness = _closeness()
    name = ecomap_actions.place_own(by(), case.id, participant_id, closeness)
    flash(_("%(name)s: %(closeness)s.", name=name, closeness=_(closeness.label)), "success")
    return redirect(url_for("conferences.own_circle", conference_id=case.id, _anchor=f"person-{participant_id}"), 303)


def _closeness() -> Closeness:
    form = PlaceForm()
    if not form.validate():
        raise Refusal(N_("Choose how close they are: closest, close or further away."))
    return form.to_closeness()


@bp.get(f"{_ADDRESS}.pdf")
@paper_route(ECOMAP.activity)
def ecomap_paper(case: Case) -> ResponseReturnValue:
    """The PDF, in the language of the family's documents if pages exist in it."""
    asked = [_ecomap(case, language_of(case.language, language()))]
    return ordering.give_paper(ECOMAP, case, asked)


def _ecomap(case: Case, code: str) -> Ecomap:
    sides = circle_queries.sides(db(), case.id)
    return ecomap(code, case.number, case.title, sides, circle_queries.circle(db(), case.id))
