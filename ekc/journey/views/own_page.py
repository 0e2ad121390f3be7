"""A participant's own page, and their own consent."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.actions.circle import say_not_coming
from ekc.conferences.actions.consents import give_own_consent, withdraw_own_consent
from ekc.conferences.entries import CONSENT_SCOPES, OWN_WITHDRAWAL
from ekc.conferences.gate import case_route
from ekc.conferences.roles import attended
from ekc.core.language import gettext
from ekc.core.routes import db, moves, now
from ekc.journey.ownpage.page import own_page as own_page_of
from ekc.journey.views.blueprint import bp
from ekc.plans.views.answers import answer_form
from ekc.signin.login import by
from ekc.workflow.vocabulary import Activity


@bp.get("/conferences/<int:conference_id>/mine")
@case_route(Activity.SEE_OWN_PAGE)
def own_page(case: Case) -> ResponseReturnValue:
    """The own page of a participant, by their personal link."""
    page = own_page_of(db(), case, now())
    asked = page.plan_question
    form = answer_form(case, asked.text, asked.said, formdata=None) if asked else None
    return render_template(
        "journey/own_page.html",
        case=case,
        page=page,
        form=form,
        consent_scopes=CONSENT_SCOPES,
        own_withdrawal=OWN_WITHDRAWAL,
    )


@bp.post("/conferences/<int:conference_id>/not-coming/<int:participant_id>")
@case_route(Activity.SAY_NOT_COMING)
@moves
def not_coming(case: Case, participant_id: int) -> ResponseReturnValue:
    """Somebody says that they do not come, or the child whom they support."""
    say_not_coming(by(), case.id, participant_id)
    coordinator, manager = gettext("Your coordinator hears of it."), gettext("The regional manager hears of it.")
    flash(gettext("Noted.") + " " + (coordinator if attended(db(), case, now()) else manager), "success")
    return redirect(url_for("journey.own_page", conference_id=case.id), 303)


@bp.post("/conferences/<int:conference_id>/my-consent")
@case_route(Activity.OWN_CONSENT)
@moves
def own_consent(case: Case) -> ResponseReturnValue:
    """Somebody gives their own consent, or takes it back."""
    if request.form.get("consent") == "yes":
        give_own_consent(by(), case.id)
        flash(gettext("Your consent is noted."), "success")
    else:
        withdraw_own_consent(by(), case.id, request.form.get("scope", "")[:30])
        flash(gettext("It is noted that you took your consent back."), "success")
    return redirect(url_for("journey.own_page", conference_id=case.id), 303)
