"""A participant's own page, and their own consent."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case, open_case
from ekc.conferences.actions.circle import say_not_coming, say_own_timezone
from ekc.conferences.actions.consents import give_own_consent, withdraw_own_consent
from ekc.conferences.entries import CONSENT_SCOPES, OWN_WITHDRAWAL
from ekc.conferences.forms.places import OwnZoneForm
from ekc.conferences.gate import case_route
from ekc.conferences.roles import attended
from ekc.core.language import gettext
from ekc.core.routes import db, edits, moves, now
from ekc.journey.ownpage.page import own_page as own_page_of
from ekc.journey.views.blueprint import bp
from ekc.meetings.actions.invitations import answer_invitation as answer
from ekc.meetings.forms.invitations import ReplyForm
from ekc.meetings.queries import current_meeting, own_invitation
from ekc.plans.views.answers import answer_form
from ekc.signin.login import by
from ekc.workflow.vocabulary import Activity, SaidHow


@bp.get("/conferences/<int:conference_id>/mine")
@case_route(Activity.SEE_OWN_PAGE)
def own_page(case: Case) -> ResponseReturnValue:
    """The own page of a participant, by their personal link."""
    return _page(case)


@bp.post("/conferences/<int:conference_id>/my-time-zone")
@case_route(Activity.SAY_OWN_TIMEZONE)
@edits
def own_timezone(case: Case) -> ResponseReturnValue:
    """Somebody says in which time zone they are."""
    form = _zone_form(case, formdata=request.form)
    if form.validate():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _zone_form(_again(case)))
            say_own_timezone(by(unchanged), case.id, form.timezone.data)
            flash(gettext("Saved."), "success")
            return redirect(url_for("journey.own_page", conference_id=case.id), 303)
    return _page(case, form), form.status


@bp.post("/conferences/<int:conference_id>/my-invitation")
@case_route(Activity.ANSWER_INVITATION)
@edits
def answer_invitation(case: Case) -> ResponseReturnValue:
    """Somebody says whether they come."""
    form = _reply_form(case, formdata=request.form)
    if form.validate():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _reply_form(case))
            answer(by(unchanged), case.id, form.to_answer(SaidHow.OWN_PAGE))
            flash(gettext("Thank you. Your coordinator sees your answer."), "success")
            return redirect(f"{url_for('journey.own_page', conference_id=case.id)}#invited", 303)
    return _page(case, reply=form), form.status


def _reply_form(case: Case, formdata: Any = None) -> ReplyForm:
    meeting = current_meeting(db(), case.id)
    row = own_invitation(db(), meeting, case.visitor.participant_id or 0)
    return ReplyForm.about(row, row.starts_at if row else None, case.timezone, own=True, formdata=formdata)


def _again(case: Case) -> Case:
    return open_case(by(), case.id, Activity.SAY_OWN_TIMEZONE)


def _zone_form(case: Case, formdata: Any = None) -> OwnZoneForm:
    return OwnZoneForm(formdata=formdata, data={"timezone": case.own_timezone})


def _page(case: Case, zone: OwnZoneForm | None = None, reply: ReplyForm | None = None) -> str:
    """The page; a form that is given was rejected and is shown again."""
    page = own_page_of(db(), case, now())
    asked = page.plan_question
    form = answer_form(case, asked.text, asked.said, formdata=None) if asked else None
    return render_template(
        "journey/own_page.html",
        case=case,
        page=page,
        form=form,
        zone=zone or _zone_form(case),
        reply_form=reply or (_reply_form(case) if page.invitation else None),
        sent=zone or reply,
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
