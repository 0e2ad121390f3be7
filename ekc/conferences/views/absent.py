"""What somebody who is not there wants to say: their own page of it, the coordinator's, pictures, and paper."""

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.actions import absent as absent_actions
from ekc.conferences.document.absent import VIEWS, asked_views
from ekc.conferences.forms.absent import NotedViewForm, OwnViewForm, PictureForm
from ekc.conferences.gate import case_route, paper_route
from ekc.conferences.queries import absent as absent_queries
from ekc.conferences.queries.absent import AbsentView
from ekc.conferences.views.blueprint import bp
from ekc.core.form_numbers import adds
from ekc.core.language import gettext as _
from ekc.core.language import language, language_of
from ekc.core.routes import db, edits, moves, takes_picture
from ekc.orders import ordering
from ekc.signin.login import by
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import Activity

_OWN = "/conferences/<int:conference_id>/my-view"
_NOTED = "/conferences/<int:conference_id>/said/<int:participant_id>"


@bp.get(_OWN)
@case_route(Activity.SAY_OWN_VIEW)
def own_view(case: Case) -> ResponseReturnValue:
    """What the visitor wants to have said."""
    return _page(case, None)


@bp.post(_OWN)
@case_route(Activity.SAY_OWN_VIEW)
@edits
def say_own_view(case: Case) -> ResponseReturnValue:
    """Write it down."""
    form = OwnViewForm()
    if form.validate():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _own_form(_view(case, None)))
            absent_actions.say_own_view(by(unchanged), case.id, form.text.data, form.may_read.data)
            flash(_("Your words are kept."), "success")
            return _back(case, None)
    return _page(case, None, form), form.status


@bp.get(_NOTED)
@case_route(Activity.NOTE_VIEWS)
def noted_view(case: Case, participant_id: int) -> ResponseReturnValue:
    """What somebody wants to have said, for the coordinator."""
    return _page(case, participant_id)


@bp.post(_NOTED)
@case_route(Activity.NOTE_VIEWS)
@edits
def note_view(case: Case, participant_id: int) -> ResponseReturnValue:
    """Write down what they say, and that it was read back to them."""
    form = NotedViewForm()
    if form.validate():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: _noted_form(_view(case, participant_id)))
            absent_actions.note_view(by(unchanged), case.id, participant_id, form.text.data, form.read_back.data)
            flash(_("Their words are kept."), "success")
            return _back(case, participant_id)
    return _page(case, participant_id, form), form.status


@bp.post(f"{_OWN}/pictures")
@takes_picture
@case_route(Activity.SAY_OWN_VIEW)
@adds()
def add_own_picture(case: Case) -> ResponseReturnValue:
    """Add a picture of one's own."""
    return _add(case, None)


@bp.post(f"{_NOTED}/pictures")
@takes_picture
@case_route(Activity.NOTE_VIEWS)
@adds()
def add_picture(case: Case, participant_id: int) -> ResponseReturnValue:
    """Add a picture for somebody."""
    return _add(case, participant_id)


@bp.post(f"{_OWN}/pictures/<int:number>/remove")
@case_route(Activity.SAY_OWN_VIEW)
@moves
def remove_own_picture(case: Case, number: int) -> ResponseReturnValue:
    """Destroy a picture of one's own."""
    return _remove(case, None, number)


@bp.post(f"{_NOTED}/pictures/<int:number>/remove")
@case_route(Activity.NOTE_VIEWS)
@moves
def remove_picture(case: Case, participant_id: int, number: int) -> ResponseReturnValue:
    """Destroy a picture of somebody."""
    return _remove(case, participant_id, number)


@bp.get(f"{_OWN}/pictures/<int:number>.jpg")
@case_route(Activity.SAY_OWN_VIEW)
def own_picture(case: Case, number: int) -> ResponseReturnValue:
    """A picture of one's own."""
    return _picture(absent_queries.picture(db(), case, case.visitor.participant_id or 0, number))


@bp.get(f"{_NOTED}/pictures/<int:number>.jpg")
@case_route(Activity.NOTE_VIEWS, Activity.SEE_VIEWS)
def picture(case: Case, participant_id: int, number: int) -> ResponseReturnValue:
    """A picture of somebody."""
    return _picture(absent_queries.picture(db(), case, participant_id, number))


@bp.get("/conferences/<int:conference_id>/said.pdf")
@paper_route(VIEWS.activity)
def views_paper(case: Case) -> ResponseReturnValue:
    """What those who are not there want to say, on paper, to be read out and to be passed on."""
    code = language_of(case.language, language())
    asked = asked_views(case, code, absent_queries.absent_views(db(), case))
    return ordering.give_paper(VIEWS, case, [asked])


def _add(case: Case, participant_id: int | None) -> ResponseReturnValue:
    form = PictureForm()
    if form.validate():
        with form.showing_refusal():
            absent_actions.add_picture(by(), case.id, participant_id, form.made, form.shows.data)
            flash(_("The picture is kept."), "success")
            return _back(case, participant_id)
    return _page(case, participant_id, picture_form=form), form.status


def _remove(case: Case, participant_id: int | None, number: int) -> ResponseReturnValue:
    absent_actions.remove_picture(by(), case.id, participant_id, number)
    flash(_("The picture is destroyed."), "success")
    return _back(case, participant_id)


def _picture(jpeg: bytes) -> Response:
    """A picture alone: nothing in it can run, and no page keeps it."""
    response = Response(jpeg, mimetype="image/jpeg")
    response.headers["Content-Disposition"] = 'inline; filename="picture.jpg"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _view(case: Case, participant_id: int | None) -> AbsentView:
    return absent_queries.absent_view(db(), case, participant_id or case.visitor.participant_id or 0)


def _own_form(row: AbsentView) -> OwnViewForm:
    helped = row.view_on is not None and not row.view_own  # the coordinator wrote it down, so has read it
    return OwnViewForm(formdata=None, data={"text": row.text, "may_read": row.view_open or helped})


def _noted_form(row: AbsentView) -> NotedViewForm:
    return NotedViewForm(formdata=None, data={"text": row.text, "read_back": row.read_back_on is not None})


def _back(case: Case, participant_id: int | None) -> ResponseReturnValue:
    if participant_id is None:
        return redirect(url_for("conferences.own_view", conference_id=case.id), 303)
    return redirect(url_for("conferences.noted_view", conference_id=case.id, participant_id=participant_id), 303)


def _page(
    case: Case,
    participant_id: int | None,
    form: OwnViewForm | NotedViewForm | None = None,
    picture_form: PictureForm | None = None,
) -> str:
    """The page of the visitor themselves (None) or of somebody; a form that is given was rejected."""
    row = _view(case, participant_id)
    return render_template(
        "conferences/absent_view.html",
        case=case,
        row=row,
        own=participant_id is None,
        form=form or (_own_form(row) if participant_id is None else _noted_form(row)),
        picture_form=picture_form or PictureForm(formdata=None),
        sent=form or picture_form,
        days=PROFILES[case.profile].views_kept_days,
    )
