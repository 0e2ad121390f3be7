"""The case page: where the case stands, the next step, and the wishes that staff speak about."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.gate import case_route
from ekc.core.routes import db, now
from ekc.journey.casepage import case_page
from ekc.journey.forms import SpokenForm
from ekc.journey.menu import case_menu
from ekc.journey.views.blueprint import bp
from ekc.journey.views.step import paper_of
from ekc.journey.views.wish_forms import ask_form, go_on_form, noted_form, spoken_form
from ekc.workflow.vocabulary import Activity


@bp.get("/conferences/<int:conference_id>")
@case_route(Activity.SEE_CASE)
def case(case: Case) -> ResponseReturnValue:
    """The case page: the phase, the next step, and what blocks it with links to solve that."""
    return show_case(case)


def show_case(case: Case, spoken: dict[tuple[str, int], SpokenForm] | None = None) -> str:
    """The case page; the forms in `spoken` are shown again."""
    page = case_page(db(), case, now())
    main = page.panel.main
    return render_template(
        "journey/case.html",
        case=case,
        page=page,
        menu_of_case=case_menu(db(), case, now(), url_for("journey.case", conference_id=case.id), page.facts),
        paper=paper_of(case, main.rule)[0] if main and main.ready else "",
        go_on=lambda matter: go_on_form(case, matter, formdata=None),
        ask_form=lambda matter, id_: ask_form(case, matter, id_, formdata=None),
        noted_form=lambda matter, id_: noted_form(case, matter, id_, formdata=None),
        spoken_form=lambda matter, id_: spoken_form(case, matter, id_, formdata=None),
        spoken=spoken or {},
    )
