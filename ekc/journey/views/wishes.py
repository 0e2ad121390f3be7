"""What staff and the person themselves do about a wish to stop or to come together again."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ekc.conferences.access import Case
from ekc.conferences.gate import case_route
from ekc.core.errors import Unknown
from ekc.core.language import gettext
from ekc.core.routes import edits, moves
from ekc.journey.actions import wishes
from ekc.journey.forms import AskOthersForm, NotedForm, SpokenForm
from ekc.journey.views.blueprint import bp
from ekc.journey.views.case import show_case
from ekc.journey.views.step import back
from ekc.journey.views.wish_forms import ask_form, go_on_form, noted_form, spoken_form
from ekc.signin.login import by
from ekc.workflow.vocabulary import Activity, Agreed, VoiceMatter


@bp.post("/conferences/<int:conference_id>/wishes/<matter>")
@case_route(Activity.GO_ON)
@moves  # what staff send carries the wish that is taken back
def go_on(case: Case, matter: str) -> ResponseReturnValue:
    """Somebody does not want to stop, or not to come together again; or no longer. Staff send whose word they note."""
    what = _matter(matter)
    form = go_on_form(case, what)
    unchanged = form.unless_changed(lambda: go_on_form(case, what, formdata=None))
    own = case.visitor.participant_id is not None
    wishes.go_on(by() if own else by(unchanged), case.id, what, form.person.data or 0)
    flash(gettext("Noted."), "success")
    return redirect(back(case), 303)


@bp.post("/conferences/<int:conference_id>/wishes/<matter>/<int:participant_id>/answer")
@case_route(Activity.SPEAK_ABOUT_WISHES)
@moves
def note_answer(case: Case, matter: str, participant_id: int) -> ResponseReturnValue:
    """Note what a main person told staff about a step that somebody wishes for."""
    what, answer = _matter(matter), Agreed.YES if request.form.get("answer") == "yes" else Agreed.NO
    unchanged = NotedForm().unless_changed(lambda: noted_form(case, what, participant_id, formdata=None))
    wishes.note_answer(by(unchanged), case.id, what, participant_id, answer)
    flash(gettext("Noted."), "success")
    return _to_wishes(case)


@bp.post("/conferences/<int:conference_id>/wishes/<matter>/<int:participant_id>/ask")
@case_route(Activity.SPEAK_ABOUT_WISHES)
@moves
def ask_others(case: Case, matter: str, participant_id: int) -> ResponseReturnValue:
    """Let the pages of the other main persons ask them about somebody's wish."""
    what = _matter(matter)
    unchanged = AskOthersForm().unless_changed(lambda: ask_form(case, what, participant_id, formdata=None))
    wishes.ask_others(by(unchanged), case.id, what, participant_id)
    flash(gettext("The other main persons are asked on their own pages."), "success")
    return _to_wishes(case)


@bp.post("/conferences/<int:conference_id>/wishes/<matter>/<int:participant_id>/spoken")
@case_route(Activity.SPEAK_ABOUT_WISHES)
@edits
def speak_about(case: Case, matter: str, participant_id: int) -> ResponseReturnValue:
    """Write down what was said with somebody about their wish."""
    what, form = _matter(matter), SpokenForm.of(matter, participant_id)
    if form.validate():
        with form.showing_refusal():
            unchanged = form.unless_changed(lambda: spoken_form(case, what, participant_id, formdata=None))
            wishes.speak_about(by(unchanged), case.id, what, participant_id, form.said.data)
            flash(gettext("It is written down what was said."), "success")
            return _to_wishes(case)
    return show_case(case, {(matter, participant_id): form}), form.status


def _matter(matter: str) -> VoiceMatter:
    if matter not in set(VoiceMatter):
        raise Unknown
    return VoiceMatter(matter)


def _to_wishes(case: Case) -> ResponseReturnValue:
    return redirect(url_for("journey.case", conference_id=case.id, _anchor="wishes"), 303)
